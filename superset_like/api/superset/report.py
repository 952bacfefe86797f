"""/api/v1/report: alerts and reports, and how their runs went"""

from typing import Any, ClassVar

import orjson
from flask import Response, request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema, ValidationError, fields, pre_load
from marshmallow.validate import Length, OneOf, Range
from sqlalchemy import Select

from superset_like.access.actor import current
from superset_like.api.superset.bodies import IdList, text
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetModelResource, json_response, whole_number
from superset_like.api.superset.text_filter import AllText
from superset_like.errors import Invalid, NotFound
from superset_like.models import Report, ReportLog, crontab
from superset_like.services import found, report_alerts, report_contents, reports

TYPES = ("Alert", "Report")
CREATION_METHODS = ("charts", "dashboards", "alerts_reports")
RECIPIENT_TYPES = ("Email", "Slack", "SlackV2", "Webhook")
LARGEST = 2**31 - 1
WIDTHS = report_contents.WIDTHS


def cron(value: str) -> None:
    """Nothing, or ValidationError when the text is no cron expression."""
    problem = crontab.problem(value)
    if problem:
        raise ValidationError(problem)


def time_zone(value: str) -> None:
    """Nothing, or ValidationError when the text names no time zone."""
    if not crontab.is_zone(value):
        raise ValidationError("Must be the name of a time zone, such as Europe/Berlin.")


def opened(data: dict[str, Any], name: str) -> dict[str, Any]:
    """The data, in which the field is an object where it was a JSON text."""
    if not isinstance(data.get(name), str):
        return data
    try:
        return {**data, name: orjson.loads(data[name])}
    except orjson.JSONDecodeError:
        return data


class RecipientConfig(Schema):
    """Where it goes: addresses of an e-mail, separated by commas, or the address of a webhook and what signs it."""

    target = fields.String(allow_none=True, validate=Length(max=10_000))
    ccTarget = fields.String(allow_none=True, validate=Length(max=10_000))  # noqa: N815 - the wire's name
    bccTarget = fields.String(allow_none=True, validate=Length(max=10_000))  # noqa: N815 - the wire's name
    secret = fields.String(allow_none=True, validate=Length(max=500))


class Recipient(Schema):
    type = fields.String(required=True, validate=OneOf(RECIPIENT_TYPES))
    recipient_config_json = fields.Nested(RecipientConfig, allow_none=True)

    @pre_load
    def _as_shown(self, data: Any, **_: Any) -> Any:
        # Clients send back what a GET gave them.
        if not isinstance(data, dict):
            return data
        return opened({name: value for name, value in data.items() if name != "id"}, "recipient_config_json")


class ValidatorConfig(Schema):
    op = fields.String(validate=OneOf(tuple(report_alerts.OPERATORS)))
    threshold = fields.Float(allow_nan=False)


def whole(least: int) -> fields.Integer:
    """A number of seconds or days."""
    return fields.Integer(strict=True, allow_none=True, validate=Range(least, LARGEST))


class ReportPut(Schema):
    type = fields.String(validate=OneOf(TYPES))
    name = text(150, 1, nullable=False)
    description = text()
    context_markdown = text()
    active = fields.Boolean()
    crontab = text(1000, 1, nullable=False, check=cron)
    timezone = text(100, nullable=False, check=time_zone)
    creation_method = fields.String(allow_none=True, validate=OneOf(CREATION_METHODS))
    email_subject = text(255)
    report_format = fields.String(validate=OneOf(report_contents.FORMATS))
    force_screenshot = fields.Boolean()
    custom_width = fields.Integer(strict=True, allow_none=True, validate=Range(WIDTHS[0], WIDTHS[-1]))
    sql = text()
    validator_type = fields.String(allow_none=True, validate=OneOf(report_alerts.VALIDATORS))
    validator_config_json = fields.Nested(ValidatorConfig, allow_none=True)
    extra = fields.Dict(keys=fields.String())
    selected_tabs = fields.List(fields.Raw(), allow_none=True)
    grace_period = whole(1)
    working_timeout = whole(1)
    log_retention = whole(0)
    chart = fields.Integer(strict=True, allow_none=True)
    dashboard = fields.Integer(strict=True, allow_none=True)
    database = fields.Integer(strict=True, allow_none=True)
    owners = IdList()
    recipients = fields.List(fields.Nested(Recipient), validate=Length(max=100))

    @pre_load
    def _as_shown(self, data: Any, **_: Any) -> Any:
        return opened(data, "validator_config_json") if isinstance(data, dict) else data


class ReportPost(ReportPut):
    type = fields.String(required=True, validate=OneOf(TYPES))
    name = text(150, 1, required=True)
    crontab = text(1000, 1, required=True, check=cron)


class ReportAllText(AllText):
    """A word in the name, the description or the SQL."""

    arg_name = "report_all_text"
    places = (Report.name, Report.description, Report.sql)


class SupersetReportApi(SupersetModelResource):
    """Alerts, which tell when their SQL says so, and reports, which tell each time."""

    datamodel = SQLAInterface(Report)
    resource_name = "report"
    class_permission_name = "ReportSchedule"
    openapi_spec_tag = "Report Schedules"
    service: ClassVar[Any] = reports
    noun, plural = "report schedule", "report schedules"
    add_schema: ClassVar[type[Schema]] = ReportPost
    edit_schema: ClassVar[type[Schema]] = ReportPut
    exclude_route_methods = {"distinct"}
    list_columns = [
        "active",
        "changed_by.first_name",
        "changed_by.last_name",
        "changed_on",
        "changed_on_delta_humanized",
        "chart_id",
        "created_by.first_name",
        "created_by.last_name",
        "created_on",
        "creation_method",
        "crontab",
        "crontab_humanized",
        "dashboard_id",
        "description",
        "extra",
        "id",
        "last_eval_dttm",
        "last_state",
        "name",
        "owners.first_name",
        "owners.id",
        "owners.last_name",
        "owners.email",
        "recipients.id",
        "recipients.type",
        "timezone",
        "type",
        "report_format",
    ]
    show_columns = [
        "id",
        "active",
        "chart.id",
        "chart.slice_name",
        "chart.viz_type",
        "context_markdown",
        "creation_method",
        "crontab",
        "custom_width",
        "dashboard.dashboard_title",
        "dashboard.id",
        "database.database_name",
        "database.id",
        "description",
        "extra",
        "force_screenshot",
        "grace_period",
        "last_eval_dttm",
        "last_state",
        "last_value",
        "last_value_row_json",
        "log_retention",
        "name",
        "owners.first_name",
        "owners.id",
        "owners.last_name",
        "owners.email",
        "recipients.id",
        "recipients.recipient_config_json",
        "recipients.type",
        "report_format",
        "sql",
        "timezone",
        "type",
        "validator_config_json",
        "validator_type",
        "working_timeout",
        "email_subject",
        "uuid",
        "next_run_on",
    ]
    order_columns = [
        "active",
        "description",
        "created_by.first_name",
        "changed_by.first_name",
        "changed_on",
        "changed_on_delta_humanized",
        "created_on",
        "crontab",
        "last_eval_dttm",
        "name",
        "type",
        "crontab_humanized",
    ]
    search_columns = [
        "name",
        "active",
        "changed_by",
        "created_by",
        "owners",
        "type",
        "last_state",
        "creation_method",
        "dashboard_id",
        "chart_id",
    ]
    search_filters = {"name": [ReportAllText]}
    add_columns = [
        "active",
        "chart",
        "context_markdown",
        "creation_method",
        "crontab",
        "custom_width",
        "dashboard",
        "database",
        "description",
        "extra",
        "force_screenshot",
        "grace_period",
        "log_retention",
        "name",
        "owners",
        "recipients",
        "report_format",
        "sql",
        "timezone",
        "type",
        "validator_config_json",
        "validator_type",
        "working_timeout",
    ]
    edit_columns = add_columns
    allowed_rel_fields = frozenset({"owners", "chart", "dashboard", "database", "created_by", "changed_by"})

    def finished_item(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record, in whose recipients no secret is."""
        for each in record.get("recipients", ()):
            if "recipient_config_json" in each:
                each["recipient_config_json"] = reports.shown(each["recipient_config_json"])
        return record

    def sent(self) -> dict[str, Any]:
        """What the request holds, without what signs webhooks."""
        sent = super().sent()
        return sent | _recipients(sent)

    @endpoint("GET", "/slack_channels/", "Channels of Slack", permission="read", refusals=(401, 403, 422))
    def slack_channels(self) -> Response:
        raise Invalid(reports.NO_SLACK)


class SupersetReportLogApi(SupersetModelResource):
    """The runs of an alert or report; read only."""

    datamodel = SQLAInterface(ReportLog)
    resource_name = "report"
    class_permission_name = "ReportSchedule"
    openapi_spec_tag = "Report Schedules"
    include_route_methods = {"get_logs", "get_log"}
    list_columns = [
        "id",
        "uuid",
        "scheduled_dttm",
        "start_dttm",
        "end_dttm",
        "value",
        "value_row_json",
        "state",
        "error_message",
    ]
    show_columns = list_columns
    order_columns = ["state", "value", "error_message", "end_dttm", "start_dttm", "scheduled_dttm"]
    search_columns = ["state", "scheduled_dttm", "start_dttm", "end_dttm"]
    base_order = ("scheduled_dttm", "desc")

    def visible(self) -> Select[Any]:
        """The runs of the report that the address names."""
        pk = whole_number((request.view_args or {})["pk"])
        return super().visible().where(ReportLog.report_id == pk)

    @endpoint("GET", "/<pk>/log/", "A page of its runs", permission="read", q="list")
    def get_logs(self, pk: str) -> Response:
        found.one(current(), Report, whole_number(pk))
        asked = self._remembered(f"runs of {pk}", self._listing)
        records = asked.shown.records(asked.objects())
        ids = [record["id"] for record in records]
        result = self._pruned(records, asked.columns)
        return json_response(200, {"count": asked.count(), "ids": ids, "result": result})

    @endpoint("GET", "/<pk>/log/<log_id>", "One of its runs", permission="read", q="item")
    def get_log(self, pk: str, log_id: str) -> Response:
        asked = self._remembered(f"run {log_id} of {pk}", lambda: self._item(log_id))
        records = asked.shown.records(asked.objects())
        if not records:
            raise NotFound()
        identity = records[0]["id"]
        return json_response(200, {"id": identity, "result": self._pruned(records, asked.columns)[0]})


def _recipients(sent: dict[str, Any]) -> dict[str, Any]:
    found_here = sent.get("recipients")
    if not isinstance(found_here, list):
        return {}
    shown = []
    for each in found_here:
        config = opened(each, "recipient_config_json").get("recipient_config_json")
        shown.append({**each, "recipient_config_json": reports.masked(config)} if isinstance(config, dict) else each)
    return {"recipients": shown}
