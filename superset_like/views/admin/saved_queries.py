"""Saved queries, for administrators."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.access.actor import current
from superset_like.extensions import db
from superset_like.models import SavedQuery
from superset_like.services import saved_queries
from superset_like.views.admin.base import SQL, VISIBLE, EditableView, add, as_code


class SavedQueryAdmin(EditableView):
    """Saved queries."""

    datamodel = SQLAInterface(SavedQuery, db.session)
    route_base = "/admin/saved-queries"
    base_filters = VISIBLE
    base_order = ("changed_on", "desc")
    list_title, show_title, add_title, edit_title = "Saved queries", "Saved query", "Add a query", "Edit a query"
    list_columns = ["label", "database", "schema", "sql", "created_by", "changed_on"]
    search_columns = ["label", "description", "database", "schema", "sql", "created_by", "changed_on"]
    add_columns = ["label", "database", "catalog", "schema", "sql", "description", "template_parameters"]
    edit_columns = add_columns
    show_columns = [*add_columns, "last_run", "rows", "uuid", "created_by", "created_on", "changed_by", "changed_on"]
    json_columns = ("template_parameters",)
    formatters_columns = {"sql": as_code}
    renamed = {"database": "db_id"}
    label_columns = {
        "label": "Name",
        "sql": "SQL",
        "template_parameters": "Template parameters",
        "last_run": "Last run (UTC)",
        "changed_on": "Changed (UTC)",
        "created_on": "Created (UTC)",
        "uuid": "UUID",
    }
    description_columns = {"template_parameters": "What Jinja in the SQL gets: a JSON object."}

    def create(self, values: dict[str, Any]) -> SavedQuery:
        """A new saved query of the administrator."""
        return saved_queries.create(current(), values)

    def update(self, pk: int, values: dict[str, Any]) -> SavedQuery:
        """The saved query with these values."""
        return saved_queries.update(current(), pk, values)

    def remove(self, pks: Sequence[int]) -> int:
        """How many are gone."""
        return saved_queries.delete(current(), pks)


def register(builder: AppBuilder) -> None:
    """Saved queries are in the menu."""
    add(builder, SavedQueryAdmin, "Saved queries", SQL, "fa-bookmark")
