"""What one can do with alerts and reports, but for running them: see report_runs."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import orjson
from flask_appbuilder import Model
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Conflict, Forbidden, Invalid, NotFound
from superset_like.extensions import db, settings
from superset_like.models import Chart, Dashboard, Database, Report, ReportRecipient, SavedQuery, Trigger, crontab
from superset_like.models.mixins import now
from superset_like.pictures import layout
from superset_like.services import found, mail, people, query_alerts, report_alerts, report_contents, webhooks
from superset_like.services.databases import MASK

PLAIN = (
    "type",
    "name",
    "description",
    "context_markdown",
    "active",
    "crontab",
    "timezone",
    "creation_method",
    "email_subject",
    "report_format",
    "force_screenshot",
    "custom_width",
    "sql",
    "validator_type",
    "grace_period",
    "working_timeout",
    "log_retention",
)
TARGETS: Mapping[str, tuple[str, type[Model]]] = {
    "chart": ("chart_id", Chart),
    "dashboard": ("dashboard_id", Dashboard),
    "database": ("database_id", Database),
}
# Whoever changes one of these says what it does: it must be his to do.
DEEDS = frozenset(
    "type sql database chart dashboard extra selected_tabs recipients validator_type validator_config_json".split()
)
# Columns that may not be empty: a null in a body means the default.
DEFAULTS: Mapping[str, Any] = {
    "active": True,
    "timezone": "UTC",
    "creation_method": "alerts_reports",
    "report_format": "PNG",
    "force_screenshot": False,
    "grace_period": 14_400,
    "working_timeout": 3_600,
    "log_retention": 90,
}
# So many distances between runs are looked at.
LOOKED_AT = 50
OF_QUERY = "An alert on a saved query looks at the results of that query"
NO_SLACK = "Slack is not set up on this server; use Email or Webhook"


def create(actor: Actor, values: Mapping[str, Any]) -> Report:
    """A new alert or report, owned by whom the values name or by the caller. Raises Invalid, and what forbids it."""
    report = Report(**DEFAULTS, extra_json="{}")
    with db.session.no_autoflush:
        _apply(actor, report, {"owners": None, **values})
        _require_single(actor, report)
    db.session.add(report)
    return _committed(report)


def update(actor: Actor, pk: int, values: Mapping[str, Any]) -> Report:
    """The report with these values; what is not named stays. From now on it has the rights of the owner who did it."""
    report = found.editable(actor, Report, [pk])[0]
    with db.session.no_autoflush:
        _apply(actor, report, values)
    return _committed(report)


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone, with their logs: all, or none and an error."""
    reports = found.editable(actor, Report, pks)
    for report in reports:
        db.session.delete(report)
    db.session.commit()
    return len(reports)


def masked(config: Mapping[str, Any]) -> dict[str, Any]:
    """A recipient's configuration as it may be shown: without what proves who sends."""
    return {**config, "secret": MASK} if config.get("secret") else dict(config)


def shown(config_text: str) -> str:
    """As `masked`, from and to JSON."""
    return json.dumps(masked(json.loads(config_text)))


def _apply(actor: Actor, report: Report, values: Mapping[str, Any]) -> None:
    is_scheduled = bool(report.active and report.next_run_on)
    former = (report.crontab, report.timezone)
    if "owners" in values:
        report.owners = people.owners(actor, values["owners"])
    for name in PLAIN:
        if name in values:
            setattr(report, name, DEFAULTS.get(name) if values[name] is None else values[name])
    for name, (column, model) in TARGETS.items():
        if name in values:
            setattr(report, column, _seen(actor, name, model, values[name]))
    if "validator_config_json" in values:
        _set_condition(report, values["validator_config_json"] or {})
    if "extra" in values or "selected_tabs" in values:
        report.extra_json = _extra(report, values)
    if "recipients" in values:
        report.recipients = _recipients(report, values["recipients"] or ())
    _require_whole(report)
    _require_free_name(report)
    is_schedule_new = former != (report.crontab, report.timezone)
    if is_schedule_new:
        _require_rare(report)
    is_said_anew = bool(values.keys() & DEEDS)
    if is_said_anew or values.get("active"):
        _require_rights(actor, report)
    if is_said_anew or "owners" in values:
        report.run_as_id = _run_as(actor, report, is_said_anew)
    if not report.active or report.trigger == Trigger.RESULT.value:
        report.next_run_on = None
    elif not is_scheduled or is_schedule_new:
        report.next_run_on = crontab.after(report.crontab, report.timezone, now())


def _run_as(actor: Actor, report: Report, is_said_anew: bool) -> int | None:
    """The owner whose rights it has: who said what it does, when he owns it; an administrator lends nobody his own.

    is_said_anew: by the caller. Otherwise he is the next one only where the former is no owner any more.
    """
    owners = sorted(owner.id for owner in report.owners)
    former, caller = report.run_as_id, actor.user_id
    for pk in (caller, former) if is_said_anew else (former, caller):
        if pk in owners:
            return pk
    return owners[0] if owners else None


def _set_condition(report: Report, config: Mapping[str, Any]) -> None:
    if report.trigger == Trigger.RESULT.value:
        query_alerts.set_operator(report, config.get("op"), config.get("threshold"))
    else:
        report.validator_config_json = json.dumps(config)


def _seen(actor: Actor, name: str, model: type[Model], pk: int | None) -> int | None:
    if pk is None:
        return None
    try:
        return found.one(actor, model, pk).id  # type: ignore[no-any-return]
    except NotFound as error:
        raise Invalid(fields={name: [f"{name.title()} does not exist"]}) from error


def _extra(report: Report, values: Mapping[str, Any]) -> str:
    extra = dict(values["extra"] or {}) if "extra" in values else dict(report.extra)
    if "selected_tabs" in values:
        extra["selected_tabs"] = values["selected_tabs"] or []
    text = orjson.dumps(extra).decode()
    limit = settings().max_state_kib
    if len(text) > limit * 1024:
        raise Invalid(fields={"extra": [f"Larger than {limit} KiB."]})
    return text


def _require_whole(report: Report) -> None:
    """Nothing, or Invalid with the fields that do not go together."""
    wrong: dict[str, list[str]] = {}
    if report.trigger == Trigger.RESULT.value:
        _require_of_query(report)
        return
    is_alert = report.type == "Alert"
    if report.chart_id and report.dashboard_id:
        wrong["chart"] = ["Choose a chart or dashboard, not both"]
    elif not is_alert and not report.chart_id and not report.dashboard_id:
        wrong["chart"] = ["Choose a chart or dashboard"]
    if report.creation_method == "charts" and not report.chart_id:
        wrong["chart"] = ["Please save your chart first, then try creating a new email report."]
    if report.creation_method == "dashboards" and not report.dashboard_id:
        wrong["dashboard"] = ["Please save your dashboard first, then try creating a new email report."]
    if report.dashboard_id and report.report_format not in report_contents.PICTURES:
        wrong["report_format"] = ["A dashboard is told as PNG or PDF"]
    if is_alert and not report.database_id:
        wrong["database"] = ["Database is required for alerts"]
    if is_alert and not (report.sql or "").strip():
        wrong["sql"] = ["SQL is required for alerts"]
    if is_alert and not report.validator_type:
        wrong["validator_type"] = ["A condition is required for alerts"]
    if wrong:
        raise Invalid(fields=wrong)
    if is_alert:
        report_alerts.condition(report.validator_type or "", json.loads(report.validator_config_json or "{}"))


def _require_of_query(report: Report) -> None:
    """Nothing, or Invalid with what an alert on a saved query cannot be or have."""
    others = {"chart": report.chart_id, "dashboard": report.dashboard_id, "database": report.database_id}
    wrong = {name: [OF_QUERY] for name, value in {**others, "sql": (report.sql or "").strip()}.items() if value}
    if report.type != "Alert":
        wrong["type"] = [OF_QUERY]
    if report.validator_type != "operator":
        wrong["validator_type"] = [OF_QUERY]
    if wrong:
        raise Invalid(fields=wrong)


def _require_rights(actor: Actor, report: Report) -> None:
    """Nothing, or what keeps the caller from doing himself what it does."""
    if report.trigger == Trigger.RESULT.value:
        found.one(actor, SavedQuery, report.saved_query_id or 0)
        return
    for name, (column, model) in TARGETS.items():
        _seen(actor, name, model, getattr(report, column))
    if report.chart_id:
        chart = db.session.get(Chart, report.chart_id)
        if chart is not None and chart.table is not None:
            rules.require(actor, "query", chart.table)
    if report.dashboard_id:
        _require_tabs(report, db.session.get(Dashboard, report.dashboard_id))
    if report.type == "Alert" and report.database_id:
        report_alerts.plan(actor, report.database_id, report.sql or "", report.working_timeout)


def _require_tabs(report: Report, dashboard: Dashboard | None) -> None:
    places = orjson.loads((dashboard and dashboard.position_json) or "{}")
    known = layout.tabs_in(places) if isinstance(places, dict) else {}
    missing = [name for name in report_contents.tabs(report) if name not in known and name not in known.values()]
    if missing:
        raise Invalid(fields={"extra": [f"The dashboard has no tabs {', '.join(missing)[:200]}"]})


def _require_free_name(report: Report) -> None:
    scope = report.name_scope or ""
    same = select(Report.id).where(Report.type == report.type, Report.name == report.name, Report.name_scope == scope)
    taken = db.session.execute(same).scalar()
    if taken is not None and taken != report.id:
        raise _name_taken(report.type)


def _name_taken(kind: str) -> Invalid:
    return Invalid(fields={"name": [f"Another {kind.lower()} has this name"]})


def _require_single(actor: Actor, report: Report) -> None:
    """Nothing, or Conflict when the caller has one on this chart or dashboard already, made from its page."""
    if report.creation_method == "alerts_reports":
        return
    column = Report.chart_id if report.creation_method == "charts" else Report.dashboard_id
    own = select(Report.id).where(
        column == (report.chart_id or report.dashboard_id),
        Report.creation_method == report.creation_method,
        Report.created_by_fk == actor.user_id,
    )
    if db.session.execute(own).first() is not None:
        raise Conflict("Resource already has an attached report.")


def _require_rare(report: Report) -> None:
    least = timedelta(seconds=settings().report_min_interval_s)
    moment = now()
    times: list[datetime] = []
    while least and len(times) < LOOKED_AT:
        following = crontab.after(report.crontab, report.timezone, moment)
        if following is None:
            break
        times.append(following)
        moment = following
    if any(later - sooner < least for sooner, later in pairwise(times)):
        text = f"Must leave at least {settings().report_min_interval_s} seconds between two runs"
        raise Invalid(fields={"crontab": [text]})


def _recipients(report: Report, wanted: Sequence[Mapping[str, Any]]) -> list[ReportRecipient]:
    subscribed = [each for each in report.recipients if each.user_id is not None]
    made = []
    for each in wanted:
        # A subscription that is sent back as it was shown stays one.
        kept = next((one for one in subscribed if _is_shown_as(one, each)), None)
        if kept is None:
            kept = ReportRecipient(type=each["type"], recipient_config_json=json.dumps(_config(report, each)))
        else:
            subscribed.remove(kept)
        made.append(kept)
    return made


def _is_shown_as(recipient: ReportRecipient, sent: Mapping[str, Any]) -> bool:
    config = {name: text for name, text in (sent.get("recipient_config_json") or {}).items() if text}
    return (recipient.type, json.loads(recipient.recipient_config_json)) == (sent["type"], config)


def _config(report: Report, wanted: Mapping[str, Any]) -> dict[str, Any]:
    asked = {name: text for name, text in (wanted.get("recipient_config_json") or {}).items() if text}
    target = asked.get("target", "")
    if wanted["type"] == "Email":
        known = {name: asked[name] for name in ("target", "ccTarget", "bccTarget") if name in asked}
        if not [each for text in known.values() for each in mail.addresses(text)]:
            raise Invalid(fields={"recipients": ["An e-mail needs an address (target)."]})
        return known
    if wanted["type"] != "Webhook":
        raise Invalid(fields={"recipients": [NO_SLACK]})
    webhooks.require_url(target)
    secret = asked.get("secret", "")
    if secret == MASK:
        # It stays with the place that it was given for.
        secret = _secrets(report).get(target, "")
        if not secret:
            raise Invalid(fields={"recipients": ["Enter the secret of the webhook again"]})
    return {"target": target, "secret": secret} if secret else {"target": target}


def _secrets(report: Report) -> dict[str, str]:
    known = [json.loads(each.recipient_config_json) for each in report.recipients]
    return {each["target"]: each["secret"] for each in known if each.get("secret")}


def _committed(report: Report) -> Report:
    kind = report.type
    if not report.owners:
        raise Forbidden()
    try:
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise _name_taken(kind) from error
    return report
