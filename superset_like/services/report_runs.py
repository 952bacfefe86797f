"""One run of an alert or report: under whose rights, what it finds, whom it tells, how it ended."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import and_, delete, func, or_, select, update

from superset_like.access import actors
from superset_like.access.actor import Actor, acting
from superset_like.errors import (
    DatabaseUnreachable,
    DeliveryDelayed,
    DeliveryFailed,
    Forbidden,
    NotAuthenticated,
    NotFound,
    ProductError,
    QueryTimedOut,
    TooMany,
    Unavailable,
)
from superset_like.extensions import db, settings
from superset_like.models import Report, ReportLog, ReportState
from superset_like.models.mixins import now
from superset_like.models.report import report_owner
from superset_like.services import mail, people, report_alerts, report_contents, report_messages, webhooks
from superset_like.services.report_alerts import Finding
from superset_like.services.report_messages import Told
from superset_like.services.report_schedule import LOGS, REPORTS, UNTOUCHED

log = logging.getLogger(__name__)

# What may work a moment later.
PASSING = (DatabaseUnreachable, DeliveryDelayed, TooMany, Unavailable)
BUSY = "The run before this one is still working"
OFF = "It was switched off before this run began"
LATE = "The run took longer than its working timeout"
IN_GRACE = "It fired within its grace period: nobody was told again"
Made = TypeVar("Made")


@dataclass(slots=True)
class Outcome:
    """How a run ended. finding: None for a report."""

    state: ReportState
    finding: Finding | None = None
    error: str | None = None


def run(log_id: int) -> ReportState | None:
    """The state in which the run ended; None when it is not this process's to run. Each run begins once."""
    entry = db.session.get(ReportLog, log_id, populate_existing=True)
    if entry is None:
        return None
    report, former = entry.report, entry.report.last_state
    if not _begun(report, entry):
        return None
    outcome = Outcome(ReportState.ERROR)
    try:
        actor = executor(report)
        with acting(actor):
            _work(actor, report, entry, former, outcome)
    except ProductError as error:
        outcome.state, outcome.error = ReportState.ERROR, error.message
    except Exception:
        log.exception("run %s of report %s failed", log_id, entry.report_id)
        outcome.state, outcome.error = ReportState.ERROR, ProductError.default_message
    db.session.rollback()
    _end(log_id, outcome)
    return outcome.state


def executor(report: Report) -> Actor:
    """Whose rights the report has, as he has them now. Raises Forbidden with what is wrong."""
    rule = settings().report_executor
    name = rule.removeprefix("user:")
    try:
        if name != rule:
            user_id: int | None = people.named(name).id
        else:
            user_id = report.created_by_fk if rule == "creator" else report.run_as_id
        if user_id is None:
            raise Forbidden("Nobody is left whose rights this has; an owner has to save it again")
        return actors.of_user(user_id)
    except (NotAuthenticated, NotFound) as error:
        raise Forbidden("The account whose rights this has is gone or not active") from error


def _begun(report: Report, entry: ReportLog) -> bool:
    """Whether the run is this process's, and nothing keeps it from beginning; committed."""
    pk, report_id, moment = entry.id, report.id, now()
    stale = moment - timedelta(seconds=report.working_timeout)
    values = {"state": ReportState.WORKING.value, "start_dttm": moment}
    mine = update(LOGS).where(LOGS.c.id == pk, LOGS.c.state == ReportState.PENDING.value).values(values)
    is_active = report.active
    db.session.rollback()
    connection = db.session.connection()
    if connection.execute(mine).rowcount != 1:
        db.session.rollback()
        return False
    if not is_active:
        _refuse(pk, ReportState.NOT_TRIGGERED, OFF)
        return False
    is_free = or_(
        REPORTS.c.last_state != ReportState.WORKING.value,
        REPORTS.c.last_eval_dttm.is_(None),
        REPORTS.c.last_eval_dttm < stale,
    )
    begun = {"last_state": ReportState.WORKING.value, "last_eval_dttm": moment, **UNTOUCHED}
    is_mine = connection.execute(update(REPORTS).where(and_(REPORTS.c.id == report_id, is_free)).values(begun)).rowcount
    if is_mine != 1:
        _refuse(pk, ReportState.ERROR, BUSY)
        return False
    db.session.commit()
    return True


def _refuse(pk: int, state: ReportState, text: str) -> None:
    values = {"state": state.value, "error_message": text, "end_dttm": now()}
    db.session.connection().execute(update(LOGS).where(LOGS.c.id == pk).values(values))
    db.session.commit()


def _work(actor: Actor, report: Report, entry: ReportLog, former: str, outcome: Outcome) -> None:
    end = time.monotonic() + report.working_timeout
    limit_s, run_id, scheduled = report.working_timeout, entry.uuid, entry.scheduled_dttm
    if report.type == "Alert":
        outcome.finding = _tried(lambda: report_alerts.evaluated(actor, report, _left(end, limit_s)), end)
        if not outcome.finding.is_triggered:
            outcome.state = ReportState.NOT_TRIGGERED
            return
        if _is_in_grace(report, former):
            outcome.state, outcome.error = ReportState.GRACE, IN_GRACE
            return
    content = _tried(lambda: report_contents.made(actor, report, scheduled, outcome.finding), end)
    _left(end, limit_s)
    value = outcome.finding.value if outcome.finding else None
    what = report_messages.told(report, run_id, scheduled, content, value)
    targets = [(each.id, each.type, each.recipient_config_json) for each in report.recipients]
    db.session.commit()
    failures = [text for each in targets if (text := _delivered(what, *each, end))]
    outcome.state = ReportState.ERROR if failures else ReportState.SUCCESS
    outcome.error = "; ".join(failures) or None


def _left(end: float, limit_s: int) -> float:
    left_s = end - time.monotonic()
    if left_s <= 0:
        raise QueryTimedOut(LATE, limit_s=limit_s)
    return left_s


def _is_in_grace(report: Report, former: str) -> bool:
    """Whether somebody was told of this not long ago, and it did not end since."""
    if former not in {ReportState.SUCCESS, ReportState.GRACE}:
        return False
    told = select(func.max(ReportLog.end_dttm)).where(
        ReportLog.report_id == report.id, ReportLog.state == ReportState.SUCCESS.value
    )
    last = db.session.execute(told).scalar()
    return last is not None and last > now() - timedelta(seconds=report.grace_period)


def _tried(do: Callable[[], Made], end: float) -> Made:
    """What it makes. What may work a moment later is tried REPORT_TRIES times."""
    pause_s = settings().report_retry_pause_s
    for _ in range(settings().report_tries - 1):
        try:
            return do()
        except PASSING:
            if time.monotonic() + pause_s > end:
                raise
            db.session.rollback()
            time.sleep(pause_s)
            pause_s *= 2
    return do()


def _delivered(what: Told, pk: int, kind: str, config_text: str, end: float) -> str:
    """What went wrong; empty when the recipient has the message."""
    config: dict[str, Any] = json.loads(config_text)
    deliver = _mailed if kind == "Email" else _called
    return delivered(lambda: deliver(what, pk, config), kind, end)


def delivered(deliver: Callable[[], None], kind: str, end: float) -> str:
    """What went wrong; empty when it worked, which is tried until then (time.monotonic)."""
    if time.monotonic() > end:
        return f"{kind}: {LATE}"
    try:
        _tried(deliver, end)
    except DeliveryFailed as error:
        return f"{kind}: {error.message}"
    except ProductError as error:
        texts = [text for each in error.fields.values() for text in each]
        return f"{kind}: {'; '.join(texts) or error.message}"
    return ""


def _mailed(what: Told, pk: int, config: dict[str, Any]) -> None:
    to, cc, bcc = (mail.addresses(config.get(name)) for name in ("target", "ccTarget", "bccTarget"))
    mail.send(report_messages.mail(what), to, cc, bcc, run=f"{what.run}.{pk}")


def _called(what: Told, pk: int, config: dict[str, Any]) -> None:
    files = [webhooks.Part(each.name, each.kind, each.body) for each in what.content.files]
    secret = config.get("secret") or settings().webhook_secret
    webhooks.post(str(config.get("target")), report_messages.payload(what), files, secret, str(what.run))


def _end(log_id: int, outcome: Outcome) -> None:
    """How the run ended is written down; owners are told of a failure, but not again within the grace period."""
    finding, moment = outcome.finding, now()
    known: dict[str, Any] = {"state": outcome.state.value, "end_dttm": moment, "error_message": outcome.error}
    if finding is not None:
        known |= {"value": finding.value, "value_row_json": finding.row}
    mine = update(LOGS).where(LOGS.c.id == log_id, LOGS.c.state == ReportState.WORKING.value).values(known)
    connection = db.session.connection()
    if connection.execute(mine).rowcount != 1:
        # It was counted as lost meanwhile, and the report may be running again.
        db.session.rollback()
        return
    report_id = select(LOGS.c.report_id).where(LOGS.c.id == log_id).scalar_subquery()
    values: dict[str, Any] = {"last_state": outcome.state.value, **UNTOUCHED}
    if finding is not None:
        values |= {"last_value": finding.value, "last_value_row_json": finding.row}
    if outcome.state is not ReportState.ERROR:
        values["notice_on"] = None
    connection.execute(update(REPORTS).where(REPORTS.c.id == report_id).values(values))
    db.session.commit()
    report = db.session.execute(select(Report).join(ReportLog).where(ReportLog.id == log_id)).scalar_one_or_none()
    if report is not None:
        closed(report, outcome.state, outcome.error, moment)


def closed(report: Report, state: ReportState, error: str | None, moment: datetime) -> None:
    """The owners know of a failure, but are not told again within the grace period; old lines of the log are gone."""
    if state is ReportState.ERROR:
        _notify(report, error or "", moment)
    _prune(report, moment)


def _notify(report: Report, error: str, moment: datetime) -> None:
    if not settings().smtp_host:
        log.warning("report %s failed, and its owners cannot be told: %s", report.id, mail.NOT_SET_UP)
        return
    silent_since = moment - timedelta(seconds=report.grace_period)
    is_time = or_(REPORTS.c.notice_on.is_(None), REPORTS.c.notice_on < silent_since)
    mine = update(REPORTS).where(REPORTS.c.id == report.id, is_time).values(notice_on=moment, **UNTOUCHED)
    owners = select(User.email).join(report_owner, report_owner.c.user_id == User.id)
    to = db.session.execute(owners.where(report_owner.c.report_id == report.id, User.active)).scalars().all()
    message = report_messages.failure(report, error)
    is_mine = db.session.connection().execute(mine).rowcount == 1
    db.session.commit()
    if not is_mine or not to:
        return
    try:
        mail.send(message, to)
    except ProductError as problem:
        log.warning("the owners of report %s cannot be told that it failed: %s", report.id, problem.message)


def _prune(report: Report, moment: datetime) -> None:
    if not report.log_retention:
        return
    # The last notice is looked for in the log.
    kept = max(timedelta(days=report.log_retention), timedelta(seconds=report.grace_period))
    old = select(ReportLog.id).where(ReportLog.report_id == report.id, ReportLog.end_dttm < moment - kept)
    ids = db.session.execute(old.limit(1000)).scalars().all()
    if ids:
        db.session.execute(delete(ReportLog).where(ReportLog.id.in_(ids)))
    db.session.commit()
