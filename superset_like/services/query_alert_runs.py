"""Alerts on saved queries at work: what they find in a new result, and whom they tell.

The value is read with the rights of the alert's owner: from a kept result only when his own would be the same, else he
asks for his own.
"""

import json
import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import pyarrow as pa
from kombu.exceptions import KombuError
from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from superset_like.access import actors
from superset_like.access.actor import Actor, acting
from superset_like.engine import parameters
from superset_like.errors import NotAuthenticated, NotFound, ProductError, QueryFailed
from superset_like.extensions import db, settings, tell
from superset_like.models import AlertState, Query, QueryStatus, Report, ReportRecipient, ReportState, SavedQuery
from superset_like.models.mixins import now
from superset_like.services import (
    found,
    mail,
    query_alert_messages,
    query_alerts,
    report_runs,
    run_rights,
    saved_results,
    saved_runs,
    stores,
    webhooks,
)
from superset_like.services.destinations import SUBJECT
from superset_like.services.query_alert_messages import Told
from superset_like.services.query_alert_values import Found, judged
from superset_like.services.query_alerts import OF_RESULTS
from superset_like.services.report_schedule import LOGS, REPORTS, UNTOUCHED

log = logging.getLogger(__name__)

QUIET = "It is as it was: nobody was told again"
MUTED = "It is muted: nobody was told"
Tables: TypeAlias = dict[str, pa.Table]
RESULT_IS_GONE = "The result of the query is no longer kept"


def announce(query_id: int) -> None:
    """Workers know of each saved query with alerts whose result this execution is."""
    of_run = select(Query.saved_query_id).where(Query.id == query_id).scalar_subquery()
    its = or_(SavedQuery.latest_query_id == query_id, Report.asked_query_id == query_id, SavedQuery.id == of_run)
    statement = select(SavedQuery.id).join(Report, Report.saved_query_id == SavedQuery.id)
    ids = db.session.execute(statement.where(OF_RESULTS, Report.active, its).distinct()).scalars().all()
    db.session.rollback()
    for saved_query_id in ids:
        try:
            tell("alerts.evaluate", saved_query_id, query_id)
        except (KombuError, OSError):
            log.warning("the queue of background work is not available; alerts of query %s wait", saved_query_id)


def evaluate(actor: Actor, pk: int) -> None:
    """The alert has looked at the latest result that its owner may have, and told of it. Raises NotFound, Forbidden."""
    alert = query_alerts.editable(actor, pk)
    if alert.active:
        _evaluate(alert.id, 0.0, {}, may_ask=True)


def evaluate_all(saved_query_id: int, query_id: int) -> int:
    """How many alerts of the query have looked at a result, now that this execution of it succeeded.

    An alert whose owner would get other rows asks for his own. Those that asked for this very execution look at it, and
    nobody asks anew because of it: two owners would ask in turns for ever.
    """
    run, saved = db.session.get(Query, query_id), db.session.get(SavedQuery, saved_query_id)
    if run is None or saved is None or saved.is_archived or run.status != QueryStatus.SUCCESS.value:
        return 0
    here = (OF_RESULTS, Report.active, Report.saved_query_id == saved_query_id)
    alerts = db.session.execute(select(Report.id, Report.asked_query_id).where(*here).order_by(Report.id)).all()
    was_asked = any(asked == query_id for _, asked in alerts)
    if not was_asked and not _is_its_own(saved, run):
        return 0
    since_ms = float(run.end_time or 0)
    tables: Tables = {}
    return sum(_evaluate(pk, since_ms, tables, may_ask=not was_asked) for pk, _ in alerts)


def _is_its_own(saved: SavedQuery, run: Query) -> bool:
    """Whether the run had the values that the query's parameters have by themselves."""
    if parameters.is_template(saved.sql):
        return run.saved_query_id == saved.id
    return saved.latest_query_id == run.id


def _evaluate(pk: int, since_ms: float, tables: Tables, *, may_ask: bool) -> bool:
    """Whether the alert looked at a result that is no older than this; see `evaluate_all`.

    tables: what was read for others.
    """
    alert = db.session.get(Report, pk, populate_existing=True)
    if alert is None or alert.saved_query_id is None:
        return False
    try:
        owner = report_runs.executor(alert)
        with acting(owner):
            saved = found.one(owner, SavedQuery, alert.saved_query_id)
            query = _result(owner, alert, saved, since_ms, may_ask)
            if query is None:
                return False
            _settle(alert, saved, query, judged(alert.condition, _rows(query, tables)))
    except ProductError as error:
        db.session.rollback()
        _fail(pk, error.message)
    return True


def _rows(query: Query, tables: Tables) -> pa.Table:
    """The rows of the result: read once for all alerts that look at it. Raises NotFound."""
    key = query.results_key or ""
    table = tables[key] if key in tables else stores.results().get(key)
    if table is None:
        raise NotFound(RESULT_IS_GONE)
    tables[key] = table
    return table


def _result(owner: Actor, alert: Report, saved: SavedQuery, since_ms: float, may_ask: bool) -> Query | None:
    """The owner's own result; None when it has been asked for just now, or may not be asked for."""
    query = saved_runs.latest_of_text(owner, saved)
    if query is not None and float(query.end_time or 0) >= since_ms and saved_results.is_kept(query):
        return query
    if not may_ask:
        return None
    max_age = time.time() - since_ms / 1000 + 1 if since_ms else None
    auto_limit = bool(saved.options.get("apply_auto_limit"))
    asked = saved_runs.ask(owner, saved, max_age=max_age, with_defaults=True, auto_limit=auto_limit, unattended=True)
    if asked.status == QueryStatus.SUCCESS.value:
        return asked
    if asked.error_message:
        raise QueryFailed(asked.error_message)
    noted = update(REPORTS).where(REPORTS.c.id == alert.id).values(asked_query_id=asked.id, **UNTOUCHED)
    db.session.connection().execute(noted)
    db.session.commit()
    return None


def _settle(alert: Report, saved: SavedQuery, query: Query, it: Found) -> None:
    """What the alert found is written down, and told to whom it concerns."""
    run, moment, former = uuid4(), now(), AlertState(alert.alert_state)
    known = {
        "last_eval_dttm": moment,
        "last_value": it.number(),
        "last_value_row_json": it.first_row(),
        "asked_query_id": None,
        "notice_on": None,
        **UNTOUCHED,
    }
    is_new = it.state != former or _is_armed(alert, it.state, moment)
    mine = [REPORTS.c.id == alert.id]
    if is_new:
        # Of those who find the same at once, one tells it.
        mine += [REPORTS.c.alert_state == former.value, _is(REPORTS.c.triggered_on, alert.triggered_on)]
        known |= {"alert_state": it.state.value, "triggered_on": moment}
    is_mine = db.session.connection().execute(update(REPORTS).where(and_(*mine)).values(known)).rowcount == 1
    db.session.commit()
    if not is_mine:
        return
    is_bad = it.state is AlertState.TRIGGERED
    state, text = (ReportState.GRACE if is_bad else ReportState.NOT_TRIGGERED), QUIET if is_bad else None
    if is_new and alert.condition.get("muted"):
        text = MUTED
    elif is_new and (former, it.state) != (AlertState.UNKNOWN, AlertState.OK):
        db.session.refresh(alert)
        state, text = _tell(alert, saved, query, run, it)
    _note(alert.id, run, moment, state, text, it)


def _is(column: Any, value: datetime | None) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.is_(None) if value is None else column == value
    return condition


def _is_armed(alert: Report, state: AlertState, moment: datetime) -> bool:
    """Whether what lasts is to be told again."""
    if state is not AlertState.TRIGGERED or not alert.rearm_s or alert.triggered_on is None:
        return False
    return alert.triggered_on + timedelta(seconds=alert.rearm_s) < moment


def _tell(alert: Report, saved: SavedQuery, query: Query, run: UUID, it: Found) -> tuple[ReportState, str | None]:
    """How it went: all who are to be told were told, or not."""
    end = time.monotonic() + alert.working_timeout
    whole = query_alert_messages.told(alert, saved, run, it)
    # To who would have other rows, that the alert's state is another is said, and nothing of these.
    bare = query_alert_messages.told(alert, saved, run, Found(it.state))
    targets = [target for each in alert.recipients if (target := _target(each, saved, query)) is not None]
    db.session.commit()
    sent = ((whole if may else bare, pk, kind, options) for may, pk, kind, options in targets)
    failures = [text for each in sent if (text := _delivered(*each, end))]
    if failures:
        return ReportState.ERROR, "; ".join(failures)
    return (ReportState.SUCCESS if it.state is AlertState.TRIGGERED else ReportState.NOT_TRIGGERED), None


Target = tuple[bool, int, str, Mapping[str, Any]]


def _target(recipient: ReportRecipient, saved: SavedQuery, query: Query) -> Target | None:
    """(whether he may have the rows, number, kind, options) of where it goes; None for who does not see the query."""
    if recipient.user_id is None:
        config = json.loads(recipient.recipient_config_json)
        if recipient.type == "Email":
            return True, recipient.id, "plain mail", config
        return True, recipient.id, "webhook", {"url": config.get("target"), "secret": config.get("secret")}
    try:
        subscriber = actors.of_user(recipient.user_id)
    except NotAuthenticated:
        return None
    if not found.known(subscriber, SavedQuery, [saved.id]):
        return None
    may = run_rights.may_have(subscriber, query)
    if recipient.destination is not None:
        return may, recipient.id, recipient.destination.type, recipient.destination.options
    return may, recipient.id, "email", {"addresses": subscriber.email}


def _delivered(what: Told, pk: int, kind: str, options: Mapping[str, Any], end: float) -> str:
    """What went wrong; empty when the recipient has the message."""
    return report_runs.delivered(lambda: _send(what, pk, kind, options), kind, end)


def _send(what: Told, pk: int, kind: str, options: Mapping[str, Any]) -> None:
    run = f"{what.run}.{pk}"
    if kind == "plain mail":
        to, cc, bcc = (mail.addresses(options.get(name)) for name in ("target", "ccTarget", "bccTarget"))
        mail.send(query_alert_messages.mail(what), to, cc, bcc, run=run)
    elif kind == "email":
        template = options.get("subject_template") or SUBJECT
        mail.send(query_alert_messages.mail(what, template), mail.addresses(options.get("addresses")), run=run)
    else:
        said = query_alert_messages.room(what) if kind == "slack" else query_alert_messages.payload(what)
        secret = "" if kind == "slack" else options.get("secret") or settings().webhook_secret
        login = (str(options["username"]), str(options.get("password") or "")) if options.get("username") else None
        webhooks.post(str(options.get("url")), said, (), secret, str(what.run), login=login)


def _note(pk: int, run: UUID, moment: datetime, state: ReportState, text: str | None, it: Found | None = None) -> None:
    """The alert's log has a line; committed."""
    values = {"uuid": run, "report_id": pk, "scheduled_dttm": moment, "start_dttm": moment, "end_dttm": now()}
    values |= {"state": state.value, "error_message": text}
    if it is not None:
        values |= {"value": it.number(), "value_row_json": it.first_row()}
    connection = db.session.connection()
    connection.execute(insert(LOGS).values(values))
    connection.execute(update(REPORTS).where(REPORTS.c.id == pk).values(last_state=state.value, **UNTOUCHED))
    db.session.commit()
    alert = db.session.get(Report, pk)
    if alert is not None:
        report_runs.closed(alert, state, text, moment)


def _fail(pk: int, text: str) -> None:
    """The alert could not look; what it knew stays, and its owners are told."""
    moment = now()
    values = {"last_eval_dttm": moment, "asked_query_id": None, **UNTOUCHED}
    db.session.connection().execute(update(REPORTS).where(REPORTS.c.id == pk).values(values))
    _note(pk, uuid4(), moment, ReportState.ERROR, text)
