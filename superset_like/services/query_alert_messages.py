"""How alerts on saved queries are said: as mail, to programs, to rooms of a messenger."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from html import escape
from typing import Any
from uuid import UUID

import orjson

from superset_like.extensions import settings
from superset_like.models import AlertState, Report, SavedQuery
from superset_like.services import report_messages
from superset_like.services.destinations import SUBJECT
from superset_like.services.query_alert_values import Found, sign
from superset_like.services.report_contents import Rows

# {{NAME}}, and {{#QUERY_RESULT_ROWS}}...{{column}}...{{/QUERY_RESULT_ROWS}}, once for each row.
PLACES = re.compile(
    r"\{\{#\s*QUERY_RESULT_ROWS\s*\}\}(?P<each>.*?)\{\{/\s*QUERY_RESULT_ROWS\s*\}\}"
    r"|\{\{\{?\s*(?P<name>\w[^{}]{0,500}?)\s*\}?\}\}",
    re.DOTALL,
)
TAGS = re.compile(r"<[^<>]*>")
TABLE = "QUERY_RESULT_TABLE"
RED, GREEN = "#c0392b", "#27ae60"


@dataclass(frozen=True, slots=True)
class Told:
    """What one change of an alert tells. run: names it. record: the alert as programs read it."""

    run: UUID
    name: str
    state: AlertState
    subject: str
    body: str
    values: Mapping[str, str]
    rows: bytes
    record: Mapping[str, Any]

    def title(self, template: str = SUBJECT) -> str:
        """The subject: the alert's own, or that of a template."""
        if self.subject:
            return self.subject
        known = {"{alert_name}": self.name, "{state}": self.state.upper()}
        return re.sub(r"\{(?:alert_name|state)\}", lambda match: known[match[0]], template)


def told(report: Report, saved: SavedQuery, run: UUID, found: Found) -> Told:
    """The state of the alert in words."""
    options = report.condition
    names = list(orjson.loads(found.rows)[0]) if found.count else []
    base = settings().public_url.rstrip("/")
    values = {
        "ALERT_NAME": report.name,
        "ALERT_URL": f"{base}/admin/reports/show/{report.id}" if base else "",
        "ALERT_STATUS": found.state.upper(),
        "ALERT_SELECTOR": str(options.get("selector") or "first"),
        "ALERT_CONDITION": sign(options),
        "ALERT_THRESHOLD": str(options.get("value")),
        "QUERY_NAME": saved.label,
        "QUERY_URL": f"{base}/sqllab/?savedQueryId={saved.id}" if base else "",
        "QUERY_RESULT_VALUE": "" if found.value is None else str(found.value),
        "QUERY_RESULT_ROWS": found.rows.decode(),
        "QUERY_RESULT_COLS": orjson.dumps(names).decode(),
    }
    subject = filled(str(options.get("custom_subject") or report.email_subject or ""), values, found.rows, str)
    body = str(options.get("custom_body") or "")
    return Told(run, report.name, found.state, subject, body, values, found.rows, _record(report, found, subject))


def filled(template: str, values: Mapping[str, str], rows: bytes, say: Callable[[str], str]) -> str:
    """The template with what stands for its places, each said by the function; unknown places are empty.

    rows: JSON of what it repeats itself for.
    """

    def put(match: re.Match[str]) -> str:
        if match["each"] is not None:
            return "".join(_row(match["each"], row, say) for row in orjson.loads(rows))
        name = match["name"]
        return report_messages.table_html(Rows(rows)) if name == TABLE and say is escape else say(values.get(name, ""))

    return PLACES.sub(put, template)


def _row(template: str, row: Mapping[str, Any], say: Callable[[str], str]) -> str:
    return PLACES.sub(lambda match: say(_text(row.get(match["name"] or ""))), template)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return orjson.dumps(value).decode() if isinstance(value, dict | list | bool) else str(value)


def mail(what: Told, subject_template: str = SUBJECT) -> EmailMessage:
    """The mail: a text, and the same as HTML. Of the alert's own body the HTML is its maker's."""
    message = EmailMessage()
    message["Subject"] = report_messages.subject(what.title(subject_template))
    message.set_content(_plain(what))
    if what.body:
        html = filled(what.body, what.values, what.rows, escape)
        parts = [html if TAGS.search(what.body) else html.replace("\n", "<br>")]
    else:
        parts = [f"<p>{escape(line)}</p>" for line in _lines(what)]
    message.add_alternative(report_messages.page(parts), subtype="html")
    return message


def payload(what: Told) -> bytes:
    """The JSON for a program, as Redash sends it."""
    said = {"event": "alert_state_change", "alert": dict(what.record), "url_base": settings().public_url.rstrip("/")}
    return orjson.dumps({**said, "metadata": {"run": str(what.run)}}, default=str)


def room(what: Told) -> bytes:
    """The JSON for a room of Slack."""
    fields = [
        {"title": title, "value": what.values[name], "short": False}
        for title, name in (("Query", "QUERY_URL"), ("Alert", "ALERT_URL"))
        if what.values[name]
    ]
    if what.body:
        fields.append({"title": "Description", "value": _plain(what), "short": False})
    is_bad = what.state is AlertState.TRIGGERED
    text = what.subject or f"{what.name} {'just triggered' if is_bad else 'went back to normal'}"
    # Its marks would make links and calls of what stands in data.
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return orjson.dumps({"attachments": [{"text": shown, "color": RED if is_bad else GREEN, "fields": fields}]})


def _plain(what: Told) -> str:
    if what.body:
        return TAGS.sub("", filled(what.body, what.values, what.rows, str)).strip() + "\n"
    return "\n\n".join(_lines(what)) + "\n"


def _lines(what: Told) -> list[str]:
    values = what.values
    condition = f"{what.record['options']['column']} {values['ALERT_CONDITION']} {values['ALERT_THRESHOLD']}"
    lines = [
        f"{what.name}: {what.state.upper()}",
        f"Condition: {values['ALERT_SELECTOR']} {condition}",
        f"Value: {values['QUERY_RESULT_VALUE']}" if values["QUERY_RESULT_VALUE"] else "",
        f"Query: {values['QUERY_NAME']} {values['QUERY_URL']}".rstrip(),
        values["ALERT_URL"],
    ]
    return [line for line in lines if line]


def _record(report: Report, found: Found, subject: str) -> dict[str, Any]:
    return {
        "id": report.id,
        "name": report.name,
        "options": report.condition,
        "state": found.state.value,
        "last_triggered_at": _moment(report.triggered_on),
        "updated_at": _moment(report.changed_on),
        "created_at": _moment(report.created_on),
        "rearm": report.rearm_s,
        "query_id": report.saved_query_id,
        "user_id": report.run_as_id,
        "value": found.value,
        "title": subject or None,
        "description": report.condition.get("custom_body"),
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else f"{value.isoformat(timespec='milliseconds')}Z"
