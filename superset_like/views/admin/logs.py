"""Who did what, for administrators; nothing can be changed."""

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.extensions import db
from superset_like.models import Log
from superset_like.views.admin.base import SECURITY, AdminView, add


class LogAdmin(AdminView):
    """Actions, the latest first."""

    datamodel = SQLAInterface(Log, db.session)
    route_base = "/admin/logs"
    base_order = ("id", "desc")
    page_size = 50
    list_title, show_title = "Action log", "Action"
    list_columns = ["dttm", "user", "action", "dashboard_id", "slice_id", "duration_ms"]
    search_columns = ["user", "action", "dashboard_id", "slice_id", "dttm", "duration_ms"]
    show_columns = [*list_columns, "referrer", "json"]
    json_columns = ("json",)
    label_columns = {
        "dttm": "When (UTC)",
        "dashboard_id": "Dashboard",
        "slice_id": "Chart",
        "duration_ms": "Milliseconds",
        "json": "Details",
    }


def register(builder: AppBuilder) -> None:
    """The log is in the menu."""
    add(builder, LogAdmin, "Action log", SECURITY, "fa-list")
