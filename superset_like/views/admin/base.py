"""Lists and forms over a stored noun; what is written goes through the noun's service."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.actions import action
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.urltools import get_filter_args, get_order_args, get_page_args, get_page_size_args
from flask_appbuilder.widgets import ShowWidget as FabShowWidget
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy import Boolean
from sqlalchemy.orm import Query
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response
from wtforms import BooleanField, Field, HiddenField, ValidationError

from superset_like.access import rules
from superset_like.access.actor import current
from superset_like.errors import Conflict, ProductError
from superset_like.extensions import db
from superset_like.models.mixins import Versioned

Formatter = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Category:
    """A part of the menu. name: also the resource of its `menu_access`."""

    name: str
    label: str
    icon: str


CONTENT = Category("Administer content", "Content", "fa-chart-pie")
DATA = Category("Administer data", "Data", "fa-database")
SQL = Category("Administer SQL", "SQL", "fa-code")
SECURITY = Category("Security", "Security", "fa-cogs")


def add(builder: AppBuilder, view: type[ModelView], label: str, category: Category, icon: str) -> None:
    """The view is in the application and in its menu."""
    # Superset's own menu names are granted to those who may not open these pages.
    name = f"Administer {label if label[:2].isupper() else label[0].lower() + label[1:]}"
    builder.add_view(
        view,
        name,
        label=label,
        icon=icon,
        category=category.name,
        category_icon=category.icon,
        category_label=category.label,
    )


class Visible(BaseFilter):
    """Leaves what the visitor may see."""

    name = "Visible"

    def apply(self, query: Query[Any], value: object) -> Query[Any]:
        """The query, narrowed."""
        condition = rules.visible(current(), self.model)
        return query if condition is None else query.filter(condition)


VISIBLE = [["id", Visible, None]]


class ShowWidget(FabShowWidget):
    """The page of one thing, with a way to its form."""

    template = "superset_like/show.html"


class Page(ModelView):
    """What FAB's pages and ours have in common."""

    show_widget = ShowWidget
    add_row_message = edit_row_message = "Saved"
    delete_row_message = "Deleted"

    def get_action_permission_name(self, name: str) -> str:
        """The permission that the action asks for; 404 when there is no such action."""
        if name not in self.actions:
            abort(404)
        asked: str = super().get_action_permission_name(name)
        return asked

    def _prettify_column(self, name: str) -> str:
        words = name.replace("_", " ").replace(".", " ")
        return words[:1].upper() + words[1:]


class AdminView(Page):
    """A list and a page for each; nothing is written.

    json_columns: shown indented, and checked to hold an object where a form has them.
    """

    base_permissions: ClassVar[list[str] | None] = ["can_list", "can_show"]
    json_columns: ClassVar[Sequence[str]] = ()
    # FAB's class has None for each; its instances do not.
    list_columns: list[str]
    show_columns: list[str]
    add_columns: list[str]
    edit_columns: list[str]
    order_columns: list[str]
    formatters_columns: dict[str, Formatter]
    validators_columns: dict[str, list[Any]]
    add_form_extra_fields: dict[str, Any]
    edit_form_extra_fields: dict[str, Any]

    def _init_properties(self) -> None:
        attributes = self.datamodel.obj.__mapper__.column_attrs
        # FAB would offer every name that the class has, and derived values cannot be sorted by.
        self.order_columns = self.order_columns or [name for name in self.list_columns if name in attributes]
        # Without this FAB makes forms of all columns, also where nothing is written.
        self.add_columns = self.add_columns or self.list_columns[:1]
        self.edit_columns = self.edit_columns or self.list_columns[:1]
        super()._init_properties()
        shown_columns = [*self.list_columns, *self.show_columns]
        own = dict(self.formatters_columns)
        defaults: dict[str, Formatter] = {name: shown for name in shown_columns}
        defaults |= {name: as_json for name in self.json_columns}
        self.formatters_columns = defaults | own
        self._gen_labels_columns([*shown_columns, *self.add_columns, *self.edit_columns])


class EditableView(AdminView):
    """Lists and forms. A subclass says what `create`, `update` and `remove` call.

    renamed: form column -> the service's name for it.
    blamed: what the service finds fault with -> form column, where that is not its name for the column.
    """

    base_permissions: ClassVar[list[str] | None] = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    method_permission_name: ClassVar[Mapping[str, str]] = {"remove_all": "delete"}
    renamed: ClassVar[Mapping[str, str]] = {}
    blamed: ClassVar[Mapping[str, str]] = {}

    def create(self, values: dict[str, Any]) -> object:
        """Makes one. Raises ProductError."""
        raise NotImplementedError

    def update(self, pk: int, values: dict[str, Any]) -> object:
        """Changes one. Raises ProductError."""
        raise NotImplementedError

    def remove(self, pks: Sequence[int]) -> object:
        """Deletes them all, or none. Raises ProductError."""
        raise NotImplementedError

    def form_values(self, form: FlaskForm, columns: Sequence[str]) -> dict[str, Any]:
        """What the service gets: texts, numbers, and ids for related objects."""
        return {self.renamed.get(name, name): _plain(form[name].data) for name in columns if name != "version"}

    def form_refused(self, form: FlaskForm) -> None:
        """Makes of a form that was refused the one that is shown again."""

    @action("remove_all", "Delete", "Delete the selected rows?", "fa-trash", single=False)
    def remove_all(self, items: Sequence[Model]) -> Response:
        """The list, without them."""
        self._removed([item.id for item in items if item is not None])
        return redirect(self.get_redirect())

    def _init_properties(self) -> None:
        self.validators_columns = dict(self.validators_columns or {})
        for name in self.json_columns:
            self.validators_columns[name] = [*self.validators_columns.get(name, []), json_object]
        super()._init_properties()
        flags = {name: self._flag(name) for name in {*self.add_columns, *self.edit_columns} if self._is_flag(name)}
        self.add_form_extra_fields = flags | dict(self.add_form_extra_fields)
        self.edit_form_extra_fields = flags | dict(self.edit_form_extra_fields)
        if issubclass(self.datamodel.obj, Versioned):
            self.edit_form_extra_fields["version"] = HiddenField()
            self.edit_columns = [*self.edit_columns, "version"]

    def _is_flag(self, name: str) -> bool:
        column = self.datamodel.list_columns.get(name)
        return column is not None and isinstance(column.type, Boolean)

    def _flag(self, name: str) -> BooleanField:
        # FAB demands a tick of every box whose column may not be empty.
        return BooleanField(
            self.label_columns.get(name),
            description=self.description_columns.get(name, ""),
            default=self.datamodel.get_col_default(name),
        )

    def _add(self) -> dict[str, Any] | None:
        get_filter_args(self._filters, disallow_if_not_in_search=False)
        form = self.add_form()
        given = self._filters.get_relation_cols()
        if request.method == "POST":
            self._fill_form_exclude_cols(given, form)
            if form.validate() and self._saved(form, lambda: self._create_from(form)):
                flash(self.add_row_message, "success")
                return None
            self.form_refused(form)
        else:
            self.update_redirect()
        widgets: dict[str, Any] = self._get_add_widget(form=form, exclude_cols=given)
        return widgets

    def _edit(self, pk: Any) -> dict[str, Any] | None:
        item = self._item(pk)
        if request.method == "POST":
            form = self.edit_form()
            form._id = item.id
            if form.validate() and self._saved(form, lambda: self._update_from(form, item)):
                flash(self.edit_row_message, "success")
                return None
            self.form_refused(form)
        else:
            form = self.edit_form(obj=item)
            self._indent_json(form)
            self.prefill_form(form, item.id)
            self.update_redirect()
        widgets: dict[str, Any] = self._get_related_views_widgets(
            self._item(pk),
            orders=get_order_args(),
            pages=get_page_args(),
            page_sizes=get_page_size_args(),
            widgets=self._get_edit_widget(form=form),
        )
        return widgets

    def _delete(self, pk: Any) -> None:
        self._removed([self._item(pk).id])

    def _item(self, pk: Any) -> Model:
        # The path's text is no number for PostgreSQL until it is one.
        item = self.datamodel.get(int(pk), self._base_filters) if str(pk).isascii() and str(pk).isdigit() else None
        if item is None:
            abort(404)
        return item

    def _show(self, pk: Any) -> dict[str, Any]:
        widgets: dict[str, Any] = super()._show(self._item(pk).id)
        return widgets

    def _create_from(self, form: FlaskForm) -> None:
        self.create(self.form_values(form, self.add_columns))

    def _update_from(self, form: FlaskForm, item: Model) -> None:
        if isinstance(item, Versioned) and form["version"].data != str(item.version):
            raise Conflict("Somebody changed this meanwhile. Open it again to see what it is now.")
        self.update(item.id, self.form_values(form, self.edit_columns))

    def _saved(self, form: FlaskForm, write: Callable[[], None]) -> bool:
        try:
            write()
        except StaleDataError:
            self._refuse(form, Conflict())
            return False
        except ProductError as error:
            self._refuse(form, error)
            return False
        return True

    def _refuse(self, form: FlaskForm, error: ProductError) -> None:
        db.session.rollback()
        names = {given: name for name, given in self.renamed.items()} | dict(self.blamed)
        elsewhere = []
        for given, texts in error.fields.items():
            name = names.get(given, given)
            if name in form:
                form[name].errors = [*form[name].errors, *texts]
            else:
                elsewhere += texts
        if elsewhere or not error.fields:
            flash(" ".join(elsewhere) or error.message, "danger")

    def _removed(self, pks: Sequence[int]) -> None:
        try:
            self.remove(pks)
        except ProductError as error:
            db.session.rollback()
            flash(error.message, "danger")
        else:
            flash(f"Deleted {len(pks)}" if len(pks) != 1 else str(self.delete_row_message), "success")
        self.update_redirect()

    def _indent_json(self, form: FlaskForm) -> None:
        for name in self.json_columns:
            if name in form and form[name].data:
                form[name].data = _indented(form[name].data)


def json_object(_: FlaskForm, field: Field) -> None:
    """Nothing, when the field is empty or holds a JSON object. Raises ValidationError."""
    if not field.data:
        return
    try:
        value = json.loads(field.data)
    except ValueError as error:
        raise ValidationError(f"This is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ValidationError("This must be a JSON object: {…}")


def shown(value: Any) -> Any:
    """The value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return value


def as_code(value: str | None) -> str:
    """SQL or the like, as it was written."""
    return Markup('<pre class="sql">{}</pre>').format(value) if value else ""


def as_json(value: str | None) -> str:
    """JSON text, indented."""
    return Markup('<pre class="json">{}</pre>').format(_indented(value)) if value else ""


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.id
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if value == "" else value
