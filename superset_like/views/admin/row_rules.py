"""Row rules, for administrators."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.fieldwidgets import Select2Widget
from flask_appbuilder.models.sqla.interface import SQLAInterface
from wtforms import SelectField
from wtforms.validators import DataRequired

from superset_like.access.actor import current
from superset_like.extensions import db
from superset_like.models import RowRule
from superset_like.services import row_rules
from superset_like.views.admin.base import SECURITY, VISIBLE, EditableView, add, as_code

KINDS = [("Regular", "Regular: for members of the roles"), ("Base", "Base: for everybody but members of the roles")]


def _kind_field() -> SelectField:
    return SelectField(
        "Kind", choices=KINDS, widget=Select2Widget(), description="Whom the rule binds. Administrators are bound too."
    )


class RowRuleAdmin(EditableView):
    """Row rules: which rows of datasets the members of roles see."""

    datamodel = SQLAInterface(RowRule, db.session)
    route_base = "/admin/row-rules"
    base_filters = VISIBLE
    base_order = ("name", "asc")
    list_title, show_title, add_title, edit_title = (
        "Row level security",
        "Row rule",
        "Add a row rule",
        "Edit a row rule",
    )
    list_columns = ["name", "filter_type", "tables", "roles", "clause", "group_key", "changed_on"]
    search_columns = ["name", "description", "filter_type", "tables", "roles", "clause", "group_key", "changed_on"]
    add_columns = ["name", "description", "filter_type", "tables", "roles", "clause", "group_key"]
    edit_columns = add_columns
    show_columns = [*add_columns, "created_by", "created_on", "changed_by", "changed_on"]
    formatters_columns = {"clause": as_code}
    add_form_extra_fields = {"filter_type": _kind_field()}
    edit_form_extra_fields = add_form_extra_fields
    validators_columns = {"tables": [DataRequired("Choose the datasets whose rows it is about.")]}
    label_columns = {
        "filter_type": "Kind",
        "tables": "Datasets",
        "clause": "Condition",
        "group_key": "Group",
        "changed_on": "Changed (UTC)",
        "created_on": "Created (UTC)",
    }
    description_columns = {
        "clause": "SQL over the datasets' columns, for instance tenant = 'a'. It may hold Jinja.",
        "group_key": "Of rules with the same group one suffices; all others must hold together.",
        "roles": "Whom a regular rule binds; whom a base rule spares.",
    }

    def create(self, values: dict[str, Any]) -> RowRule:
        """A new rule."""
        return row_rules.create(current(), values)

    def update(self, pk: int, values: dict[str, Any]) -> RowRule:
        """The rule with these values."""
        return row_rules.update(current(), pk, values)

    def remove(self, pks: Sequence[int]) -> int:
        """How many are gone; the rows are open again."""
        return row_rules.delete(current(), pks)


def register(builder: AppBuilder) -> None:
    """Row rules are in the menu."""
    add(builder, RowRuleAdmin, "Row level security", SECURITY, "fa-filter")
