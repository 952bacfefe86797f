"""When saved queries are run by the clock: any number of processes look, and each due run is asked for once.

A schedule is {interval, time, day_of_week, until}: seconds between two runs; with `time` (UTC) the hour at which it is
run, with `day_of_week` the day too; the last day of all. Whoever finds a query due moves its `next_run_on` by a
conditional UPDATE and asks for the run, with the rights of who made the query. After a failure it waits 2 minutes
longer, then 4, then 8.
"""

import json
import logging
import re
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update

from superset_like.access import actors
from superset_like.access.actor import Actor, acting
from superset_like.errors import DatabasePaused, Invalid, NotAuthenticated, ProductError, Unavailable
from superset_like.extensions import db, settings
from superset_like.models import Query, QueryStatus, SavedQuery
from superset_like.models.mixins import now
from superset_like.services import saved_runs
from superset_like.services.saved_runs import SAVED, UNTOUCHED

log = logging.getLogger(__name__)

MOST_AT_ONCE = 1000
# What could not be asked for, nobody knows why, is tried again.
AGAIN_AFTER = timedelta(minutes=1)
TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LONGEST_S = 10 * 366 * 86_400
A_DAY_S, A_WEEK = 86_400, 7
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONGEST_NUMBER = 10
# 2 ** 15 minutes are three weeks; what failed so often fails for ever.
MOST_FAILURES = 15
FAILED = frozenset({QueryStatus.FAILED.value, QueryStatus.TIMED_OUT.value})


def checked(value: Any) -> dict[str, Any] | None:
    """The schedule, as it was given. Raises Invalid (schedule)."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _invalid("Must be an object or null.")
    interval, known = _interval(value), [value.get(name) for name in ("interval", "time", "day_of_week", "until")]
    if interval is None and any(each is not None for each in known):
        raise _invalid("interval: a number of seconds.")
    if interval is not None and not max(settings().report_min_interval_s, 1) <= interval <= LONGEST_S:
        raise _invalid(f"interval: between {max(settings().report_min_interval_s, 1)} and {LONGEST_S} seconds.")
    if value.get("time") is not None and _time(value) is None:
        raise _invalid("time: an hour such as 08:30, in UTC.")
    if value.get("day_of_week") is not None and value["day_of_week"] not in DAYS:
        raise _invalid("day_of_week: the English name of a day.")
    if value.get("until") is not None and _until(value) is None:
        raise _invalid("until: a day such as 2030-12-31.")
    return value


def plan(saved: SavedQuery, after: datetime) -> datetime | None:
    """When the query is due next (UTC), as its schedule, its failures and whether it is archived say; None for never.

    after: when it was run last, or now.
    """
    if saved.is_archived or saved.schedule_json is None:
        return None
    return due(json.loads(saved.schedule_json), after, saved.schedule_failures or 0)


def due(schedule: dict[str, Any] | None, after: datetime, failures: int = 0) -> datetime | None:
    """When a schedule is due next; see `plan`."""
    interval, clock = _interval(schedule or {}), _time(schedule or {})
    if schedule is None or interval is None:
        return None
    found = after + timedelta(seconds=interval) if clock is None else _at(schedule, clock, interval, after)
    if failures:
        found += timedelta(minutes=2 ** min(failures, MOST_FAILURES))
    return _in_force(schedule, found)


def tick(moment: datetime | None = None) -> int:
    """How many runs were asked for: of the queries that are due now, but for those of other processes."""
    here = moment or now()
    rows = db.session.connection().execute(_due_at(here)).all()
    # What follows must see what others did meanwhile.
    db.session.rollback()
    count = 0
    for row in rows:
        try:
            count += _run(row, here)
        except Unavailable:
            # The others would wait for the same, and are due still.
            log.warning("the queue of background work is not available; query %s waits", row.id)
            break
    return count


def outdated(moment: datetime | None = None) -> list[SavedQuery]:
    """The queries that are due and of which no run has been asked for yet."""
    late = select(SavedQuery).where(SavedQuery.next_run_on <= (moment or now()), SavedQuery.is_archived.is_(False))
    return list(db.session.execute(late.order_by(SavedQuery.next_run_on).limit(MOST_AT_ONCE)).scalars())


def _due_at(moment: datetime) -> Any:
    columns = (
        *(SAVED.c.id, SAVED.c.schedule_json, SAVED.c.schedule_failures, SAVED.c.is_archived, SAVED.c.created_by_fk),
        *(SAVED.c.next_run_on, SAVED.c.db_id, Query.status.label("last_status")),
    )
    statement = select(*columns).outerjoin(Query, Query.id == SAVED.c.scheduled_query_id)
    return statement.where(SAVED.c.next_run_on <= moment).order_by(SAVED.c.next_run_on).limit(MOST_AT_ONCE)


def _run(row: Row[Any], moment: datetime) -> bool:
    """Whether a run was asked for. Raises Unavailable where no worker can be told; then it is due still."""
    schedule = None if row.is_archived or row.schedule_json is None else json.loads(row.schedule_json)
    if row.last_status in FAILED:
        # That its last run failed is counted when the next one would be due, which waits so much longer.
        failures = min(row.schedule_failures + 1, MOST_FAILURES)
        later = row.next_run_on + timedelta(minutes=2**failures)
        _moved(row, schedule_failures=failures, scheduled_query_id=None, next_run_on=_in_force(schedule, later))
        return False
    failures = 0 if row.last_status == QueryStatus.SUCCESS.value else row.schedule_failures
    following = due(schedule, moment)
    is_mine = _moved(row, next_run_on=following, schedule_failures=failures, scheduled_query_id=None)
    actor = _owner(row)
    if not is_mine or actor is None or _in_force(schedule, moment) is None:
        return False
    with acting(actor):
        return _asked(actor, row.id, moment, failures)


def _asked(actor: Actor, pk: int, moment: datetime, failures: int) -> bool:
    saved = db.session.get(SavedQuery, pk, populate_existing=True)
    if saved is None or saved.is_archived:
        return False
    auto_limit = bool(saved.options.get("apply_auto_limit"))
    schedule, following = json.loads(saved.schedule_json or "null"), saved.next_run_on
    values: dict[str, Any] = {}
    away: Unavailable | None = None
    try:
        # Who may change the query shall not have its maker's rights by it.
        query = saved_runs.ask(actor, saved, max_age=0, with_defaults=True, auto_limit=auto_limit, unattended=True)
        values = {"scheduled_query_id": query.id}
    except Unavailable as error:
        values, away = {"next_run_on": moment}, error
    except DatabasePaused:
        log.info("query %s is left out: its connection is paused", pk)
    except ProductError as error:
        log.info("query %s cannot be run by its schedule: %s", pk, type(error).__name__)
        failures = min(failures + 1, MOST_FAILURES)
        values = {"schedule_failures": failures, "next_run_on": due(schedule, moment, failures)}
    except Exception:
        # The metadata were away for a moment, say: the run is due still, and in a tight loop if it were due at once.
        log.exception("query %s could not be asked for", pk)
        values = {"next_run_on": moment + AGAIN_AFTER}
    db.session.rollback()
    if values:
        # Who changed the schedule meanwhile said when it is due.
        mine = (SAVED.c.id == pk, _is_still(following))
        db.session.connection().execute(update(SAVED).where(*mine).values(**values, **UNTOUCHED))
        db.session.commit()
    if away is not None:
        raise away
    return "scheduled_query_id" in values


def _moved(row: Row[Any], **values: Any) -> bool:
    """Whether the query was due as the row says, and now has these values; committed."""
    mine = update(SAVED).where(SAVED.c.id == row.id, _is_still(row.next_run_on)).values(**values, **UNTOUCHED)
    is_mine = db.session.connection().execute(mine).rowcount == 1
    db.session.commit()
    return is_mine


def _is_still(moment: datetime | None) -> ColumnElement[bool]:
    return SAVED.c.next_run_on.is_(None) if moment is None else SAVED.c.next_run_on == moment


def _owner(row: Row[Any]) -> Actor | None:
    if row.created_by_fk is None or row.db_id is None:
        return None
    try:
        return actors.of_user(row.created_by_fk)
    except NotAuthenticated:
        return None


def _at(schedule: dict[str, Any], clock: tuple[int, int], interval: int, after: datetime) -> datetime:
    """The first moment after this one at the hour and on the day of the schedule; so many days or weeks on."""
    found = after.replace(hour=clock[0], minute=clock[1], second=0, microsecond=0)
    if found <= after:
        found += timedelta(days=1)
    days = max(interval // A_DAY_S, 1)
    if schedule.get("day_of_week") is None:
        return found + timedelta(days=days - 1)
    wanted = DAYS.index(schedule["day_of_week"])
    found += timedelta(days=(wanted - found.weekday()) % A_WEEK)
    return found + timedelta(days=max(days // A_WEEK - 1, 0) * A_WEEK)


def _in_force(schedule: dict[str, Any] | None, moment: datetime) -> datetime | None:
    """The moment, where a run at it may be; None when the schedule is off by then."""
    if schedule is None or _interval(schedule) is None or schedule.get("disabled"):
        return None
    until = _until(schedule)
    return moment if until is None or moment.date() <= until else None


def _interval(schedule: dict[str, Any]) -> int | None:
    """Seconds; clients send them as text too."""
    found = schedule.get("interval")
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < LONGEST_NUMBER:
        return int(found)
    if isinstance(found, float) and found.is_integer():
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _time(schedule: dict[str, Any]) -> tuple[int, int] | None:
    text = schedule.get("time")
    match = TIME.fullmatch(text) if isinstance(text, str) else None
    return None if match is None else (int(match[1]), int(match[2]))


def _until(schedule: dict[str, Any]) -> date | None:
    text = schedule.get("until")
    if not isinstance(text, str) or not DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _invalid(text: str) -> Invalid:
    return Invalid(fields={"schedule": [text]})
