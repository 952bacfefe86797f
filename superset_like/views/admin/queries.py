"""The queries that people ran, for administrators; nothing can be changed."""

from datetime import UTC, datetime

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.extensions import db
from superset_like.models import Query
from superset_like.views.admin.base import SQL, VISIBLE, AdminView, add, as_code


def as_moment(milliseconds: float | None) -> str:
    """The time of day in UTC."""
    return "" if milliseconds is None else f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def as_duration(milliseconds: float | None) -> str:
    """Seconds."""
    return "" if milliseconds is None else f"{milliseconds / 1000:.3f} s"


class QueryAdmin(AdminView):
    """Queries run."""

    datamodel = SQLAInterface(Query, db.session)
    route_base = "/admin/queries"
    base_filters = VISIBLE
    base_order = ("id", "desc")
    list_title, show_title = "Queries run", "Query"
    list_columns = ["start_time", "user", "database", "status", "sql", "rows", "duration"]
    search_columns = ["user", "database", "status", "schema", "sql", "tab_name", "changed_on"]
    show_columns = [
        "client_id",
        "user",
        "database",
        "catalog",
        "schema",
        "status",
        "sql",
        "executed_sql",
        "limit",
        "rows",
        "error_message",
        "run_async",
        "start_time",
        "end_time",
        "duration",
        "changed_on",
    ]
    formatters_columns = {
        "sql": as_code,
        "executed_sql": as_code,
        "start_time": as_moment,
        "end_time": as_moment,
        "duration": as_duration,
    }
    label_columns = {
        "sql": "SQL",
        "executed_sql": "SQL as run",
        "start_time": "Started (UTC)",
        "end_time": "Ended (UTC)",
        "run_async": "By a worker",
        "changed_on": "Changed (UTC)",
        "tab_name": "Tab",
    }


def register(builder: AppBuilder) -> None:
    """Queries are in the menu."""
    add(builder, QueryAdmin, "Queries run", SQL, "fa-clock-rotate-left")
