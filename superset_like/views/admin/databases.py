"""Connections to databases, for administrators."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect
from flask_appbuilder import AppBuilder
from flask_appbuilder.actions import action
from flask_appbuilder.fieldwidgets import BS3TextAreaFieldWidget, BS3TextFieldWidget
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_wtf import FlaskForm
from sqlalchemy.engine import URL
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from superset_like.access.actor import current
from superset_like.errors import Invalid
from superset_like.extensions import db
from superset_like.models import Database
from superset_like.services import databases
from superset_like.views.admin.base import DATA, VISIBLE, EditableView, add, json_object


def _uri_field() -> StringField:
    return StringField(
        "SQLAlchemy URI",
        description="engine://user:password@host:port/database. A masked password stays as it is.",
        validators=[InputRequired(), Length(max=1024)],
        widget=BS3TextFieldWidget(),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


def _secret_extra_field() -> TextAreaField:
    return TextAreaField(
        "Secret settings",
        description="A JSON object, encrypted at rest. Masked values stay as they are.",
        validators=[json_object],
        widget=BS3TextAreaFieldWidget(),
    )


class DatabaseAdmin(EditableView):
    """Connections; each is tried before it is kept."""

    datamodel = SQLAInterface(Database, db.session)
    route_base = "/admin/databases"
    base_filters = VISIBLE
    base_order = ("database_name", "asc")
    list_title, show_title, add_title, edit_title = "Databases", "Database", "Add a database", "Edit a database"
    list_columns = ["database_name", "backend", "sqlalchemy_uri", "expose_in_sqllab", "allow_dml", "changed_on"]
    search_columns = ["database_name", "expose_in_sqllab", "allow_run_async", "allow_dml", "created_by", "changed_on"]
    add_columns = [
        "database_name",
        "sqlalchemy_uri",
        "expose_in_sqllab",
        "allow_run_async",
        "allow_dml",
        "allow_ctas",
        "allow_cvas",
        "force_ctas_schema",
        "allow_file_upload",
        "cache_timeout",
        "extra",
        "masked_encrypted_extra",
    ]
    edit_columns = add_columns
    show_columns = [*add_columns[:-1], "backend", "uuid", "created_by", "created_on", "changed_by", "changed_on"]
    json_columns = ("extra",)
    add_form_extra_fields = {"sqlalchemy_uri": _uri_field(), "masked_encrypted_extra": _secret_extra_field()}
    edit_form_extra_fields = add_form_extra_fields
    label_columns = {
        "database_name": "Name",
        "sqlalchemy_uri": "SQLAlchemy URI",
        "expose_in_sqllab": "In the SQL editor",
        "allow_run_async": "Asynchronous queries",
        "allow_dml": "Writing SQL",
        "allow_ctas": "CREATE TABLE AS",
        "allow_cvas": "CREATE VIEW AS",
        "force_ctas_schema": "Schema for these",
        "allow_file_upload": "File uploads",
        "cache_timeout": "Cache timeout",
        "extra": "Settings",
        "changed_on": "Changed (UTC)",
        "created_on": "Created (UTC)",
        "uuid": "UUID",
    }
    description_columns = {
        "allow_run_async": "A worker runs the queries of the SQL editor.",
        "allow_dml": "Statements that write may be run in the SQL editor.",
        "cache_timeout": "Seconds an answer is kept; empty for the installation's, -1 for never.",
        "extra": "A JSON object: engine_params and the like.",
    }

    def create(self, values: dict[str, Any]) -> Database:
        """A new connection."""
        return databases.create(current(), _given(values))

    def update(self, pk: int, values: dict[str, Any]) -> Database:
        """The connection with these values."""
        return databases.update(current(), pk, _given(values))

    def remove(self, pks: Sequence[int]) -> int:
        """How many are gone."""
        return databases.delete(current(), pks)

    def prefill_form(self, form: FlaskForm, pk: int) -> None:
        """The form with its secrets masked."""
        form.masked_encrypted_extra.data = databases.masked_extra(self.datamodel.get(pk))

    def form_refused(self, form: FlaskForm) -> None:
        """Takes typed secrets out of the form, since pages are no place for them, and says so."""
        uri = form.sqlalchemy_uri
        kept = _without_password(uri.data)
        if kept != uri.data:
            uri.data, uri.errors = kept, [*uri.errors, "Please enter the password again."]
        secret = form.masked_encrypted_extra
        kept = databases.masked_extra(self.datamodel.get(form._id)) if hasattr(form, "_id") else ""
        if secret.data and _compact(secret.data) != _compact(kept):
            secret.errors = [*secret.errors, "Please enter these again."]
        secret.data = kept

    @action("sync_permissions", "Renew permissions", "Renew the permissions of these databases?", "fa-key")
    def sync_permissions(self, items: Database | Sequence[Database]) -> Response:
        """The list; permissions exist for each of them and for its datasets."""
        for database in [items] if isinstance(items, Database) else items:
            databases.sync_permissions(current(), database.id)
        flash("Permissions are renewed", "success")
        return redirect(self.get_redirect())


def _without_password(text: str | None) -> str:
    try:
        uri = databases.parsed_uri(text or "")
    except Invalid:
        return ""
    if uri.password in {None, databases.MASK}:
        return text or ""
    bare = URL.create(uri.drivername, uri.username, None, uri.host, uri.port, uri.database, uri.query)
    return bare.render_as_string(hide_password=False)


def _compact(text: str) -> str:
    return "".join(text.split())


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "extra": values["extra"] or "{}",
        "masked_encrypted_extra": values["masked_encrypted_extra"] or "",
    }


def register(builder: AppBuilder) -> None:
    """Connections are in the menu."""
    add(builder, DatabaseAdmin, "Databases", DATA, "fa-database")
