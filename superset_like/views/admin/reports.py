"""Alerts and reports and their runs, for administrators; they are made and changed through the API."""

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.extensions import db
from superset_like.models import Report, ReportLog
from superset_like.views.admin.base import CONTENT, VISIBLE, AdminView, add, as_code


class ReportAdmin(AdminView):
    """Alerts and reports."""

    datamodel = SQLAInterface(Report, db.session)
    route_base = "/admin/reports"
    base_filters = VISIBLE
    base_order = ("name", "asc")
    list_title, show_title = "Alerts and reports", "Alert or report"
    list_columns = ["name", "type", "active", "crontab", "timezone", "next_run_on", "last_state", "last_eval_dttm"]
    search_columns = ["name", "type", "active", "owners", "last_state", "crontab"]
    show_columns = [
        *list_columns,
        "owners",
        "run_as",
        "chart",
        "dashboard",
        "report_format",
        "database",
        "sql",
        "last_value",
        "description",
        "created_by",
        "created_on",
        "changed_by",
        "changed_on",
    ]
    formatters_columns = {"sql": as_code}
    label_columns = {
        "crontab": "Schedule",
        "timezone": "Time zone",
        "next_run_on": "Due (UTC)",
        "last_state": "Last run",
        "last_eval_dttm": "Last run began (UTC)",
        "last_value": "Last value",
        "run_as": "Has the rights of",
        "report_format": "Form",
        "sql": "SQL",
        "changed_on": "Changed (UTC)",
        "created_on": "Created (UTC)",
    }


class ReportRunAdmin(AdminView):
    """Their runs, the latest first."""

    datamodel = SQLAInterface(ReportLog, db.session)
    route_base = "/admin/report-runs"
    base_filters = VISIBLE
    base_order = ("id", "desc")
    page_size = 50
    list_title, show_title = "Runs of alerts and reports", "Run"
    list_columns = ["scheduled_dttm", "report", "state", "value", "start_dttm", "end_dttm", "error_message"]
    search_columns = ["report", "state", "scheduled_dttm"]
    show_columns = [*list_columns, "uuid", "value_row_json"]
    label_columns = {
        "scheduled_dttm": "Due (UTC)",
        "start_dttm": "Began (UTC)",
        "end_dttm": "Ended (UTC)",
        "error_message": "What went wrong",
        "value_row_json": "Row",
        "uuid": "Name of the run",
    }


def register(builder: AppBuilder) -> None:
    """Both are in the menu."""
    add(builder, ReportAdmin, "Alerts and reports", CONTENT, "fa-bell")
    add(builder, ReportRunAdmin, "Runs of alerts and reports", CONTENT, "fa-clock")
