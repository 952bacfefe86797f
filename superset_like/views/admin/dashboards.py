"""Dashboards, for administrators."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.access.actor import current
from superset_like.extensions import db
from superset_like.models import Dashboard
from superset_like.services import dashboards
from superset_like.views.admin.base import CONTENT, VISIBLE, EditableView, add, as_code


class DashboardAdmin(EditableView):
    """Dashboards."""

    datamodel = SQLAInterface(Dashboard, db.session)
    route_base = "/admin/dashboards"
    base_filters = VISIBLE
    base_order = ("changed_on", "desc")
    list_title, show_title, add_title, edit_title = "Dashboards", "Dashboard", "Add a dashboard", "Edit a dashboard"
    list_columns = ["dashboard_title", "slug", "published", "owners", "changed_on"]
    search_columns = ["dashboard_title", "slug", "published", "charts", "owners", "roles", "created_by", "changed_on"]
    add_columns = [
        "dashboard_title",
        "slug",
        "published",
        "description",
        "position_json",
        "json_metadata",
        "css",
        "owners",
        "roles",
    ]
    edit_columns = [*add_columns, "certified_by", "certification_details"]
    show_columns = [*edit_columns, "charts", "embedded", "uuid", "created_by", "created_on", "changed_by", "changed_on"]
    json_columns = ("position_json", "json_metadata")
    formatters_columns = {"css": as_code}
    label_columns = {
        "dashboard_title": "Title",
        "position_json": "Layout",
        "json_metadata": "Settings",
        "css": "CSS",
        "embedded": "Embedded as",
        "changed_on": "Changed (UTC)",
        "created_on": "Created (UTC)",
        "uuid": "UUID",
    }
    description_columns = {
        "slug": "A word for its address.",
        "published": "Everybody who may see its data finds it in lists.",
        "position_json": "Where its charts are: a JSON object. Charts named here are on the dashboard.",
        "json_metadata": "Filters, colours and the like: a JSON object.",
        "owners": "Who may change it; you, when nobody is named.",
        "roles": "Members of these roles see it although they own nothing in it.",
    }

    def create(self, values: dict[str, Any]) -> Dashboard:
        """A new dashboard."""
        given = {name: value for name, value in values.items() if value is not None}
        return dashboards.create(current(), {**given, "owners": values["owners"] or None})

    def update(self, pk: int, values: dict[str, Any]) -> Dashboard:
        """The dashboard with these values."""
        return dashboards.update(current(), pk, values)

    def remove(self, pks: Sequence[int]) -> int:
        """How many are gone; their charts stay."""
        return dashboards.delete(current(), pks)


def register(builder: AppBuilder) -> None:
    """Dashboards are in the menu."""
    add(builder, DashboardAdmin, "Dashboards", CONTENT, "fa-table-columns")
