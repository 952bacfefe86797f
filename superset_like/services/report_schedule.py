"""When alerts and reports are due: any number of processes look, and each due run begins once.

The schedule is in the metadata. Whoever finds a report due moves its `next_run_on` by a conditional UPDATE and writes
the run down in the same transaction; a run belongs to whoever takes it from Pending to Working.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, cast

from kombu.exceptions import KombuError
from sqlalchemy import Table, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from superset_like.extensions import db, settings, tell
from superset_like.models import Report, ReportLog, ReportState, crontab
from superset_like.models.mixins import now

log = logging.getLogger(__name__)

REPORTS = cast(Table, Report.__table__)
LOGS = cast(Table, ReportLog.__table__)
# What the server notes of a report is no change that somebody made.
UNTOUCHED = {"changed_on": REPORTS.c.changed_on, "changed_by_fk": REPORTS.c.changed_by_fk}
MOST_AT_ONCE = 1000
# A worker that was told of a run and has not begun may be busy; the message may also be lost.
TOLD_AGAIN_AFTER = timedelta(minutes=5)
# Beyond its time a run may still have to write down how it ended.
LEEWAY = timedelta(minutes=1)
LOST = "The process that ran this was lost"
NOT_TAKEN = "No worker took this in time"
LEFT_OUT = "Left out: the server was not there when it was due"


def tick(moment: datetime | None = None) -> int:
    """How many runs were told to workers: those that are due, and those of which nobody heard since."""
    here = moment or now()
    claim(here)
    reap(here)
    return send(here)


def claim(moment: datetime) -> list[int]:
    """Ids of the runs that are due now and that this process wrote down; those of other processes are theirs.

    What was missed meanwhile is due once, for the last time that was missed, unless that is REPORT_LATE_S ago.
    """
    due = select(Report.id, Report.crontab, Report.timezone, Report.next_run_on).where(
        Report.active.is_(True), Report.next_run_on <= moment
    )
    rows = db.session.connection().execute(due.order_by(Report.next_run_on).limit(MOST_AT_ONCE)).all()
    # What follows must see what others did meanwhile.
    db.session.rollback()
    found = [_claimed(row, moment) for row in rows]
    return [pk for pk in found if pk is not None]


def send(moment: datetime) -> int:
    """How many waiting runs were told to workers."""
    waiting = select(ReportLog.id).where(
        ReportLog.state == ReportState.PENDING.value,
        or_(ReportLog.sent_on.is_(None), ReportLog.sent_on < moment - TOLD_AGAIN_AFTER),
    )
    ids = db.session.connection().execute(waiting.order_by(ReportLog.id).limit(MOST_AT_ONCE)).scalars().all()
    db.session.rollback()
    told = 0
    for pk in ids:
        before = or_(LOGS.c.sent_on.is_(None), LOGS.c.sent_on < moment - TOLD_AGAIN_AFTER)
        mine = (
            update(LOGS)
            .where(LOGS.c.id == pk, LOGS.c.state == ReportState.PENDING.value, before)
            .values(sent_on=moment)
        )
        taken = db.session.connection().execute(mine).rowcount == 1
        db.session.commit()
        if not taken:
            continue
        try:
            tell("reports.run", pk)
        except (KombuError, OSError):
            log.warning("the queue of background work is not available; run %s waits", pk)
            db.session.connection().execute(update(LOGS).where(LOGS.c.id == pk).values(sent_on=None))
            db.session.commit()
            break
        told += 1
    return told


def reap(moment: datetime) -> int:
    """How many runs turned out to be lost, or were never taken, and have failed now."""
    working = (
        select(ReportLog.id, ReportLog.report_id, ReportLog.start_dttm, Report.working_timeout)
        .join(Report, Report.id == ReportLog.report_id)
        .where(ReportLog.state == ReportState.WORKING.value)
    )
    late = moment - timedelta(seconds=settings().report_late_s)
    forgotten = select(ReportLog.id).where(
        ReportLog.state == ReportState.PENDING.value, ReportLog.scheduled_dttm < late
    )
    connection = db.session.connection()
    lost = [
        (row.id, row.report_id)
        for row in connection.execute(working).all()
        if row.start_dttm + timedelta(seconds=row.working_timeout) + LEEWAY < moment
    ]
    untaken = connection.execute(forgotten).scalars().all()
    db.session.rollback()
    ended = sum(_ended(pk, ReportState.WORKING, LOST, moment, report_id) for pk, report_id in lost)
    return ended + sum(_ended(pk, ReportState.PENDING, NOT_TAKEN, moment) for pk in untaken)


def _claimed(row: Any, moment: datetime) -> int | None:
    due = crontab.latest(row.crontab, row.timezone, moment) or row.next_run_on
    due = max(due, row.next_run_on)
    moved = (
        update(REPORTS)
        .where(REPORTS.c.id == row.id, REPORTS.c.active.is_(True), REPORTS.c.next_run_on == row.next_run_on)
        .values(next_run_on=crontab.after(row.crontab, row.timezone, moment), **UNTOUCHED)
    )
    if db.session.connection().execute(moved).rowcount != 1:
        db.session.rollback()
        return None
    is_late = moment - due > timedelta(seconds=settings().report_late_s)
    state = ReportState.ERROR if is_late else ReportState.PENDING
    values = {"report_id": row.id, "scheduled_dttm": due, "state": state.value}
    if is_late:
        values |= {"error_message": LEFT_OUT, "end_dttm": moment}
    try:
        made = db.session.connection().execute(insert(LOGS).values(values)).inserted_primary_key
    except IntegrityError:
        # Somebody set the clock or the schedule back: what was due then was run then.
        db.session.rollback()
        db.session.connection().execute(moved)
        db.session.commit()
        return None
    db.session.commit()
    return None if is_late or made is None else int(made[0])


def _ended(pk: int, since: ReportState, text: str, moment: datetime, report_id: int | None = None) -> bool:
    values = {"state": ReportState.ERROR.value, "error_message": text, "end_dttm": moment}
    mine = update(LOGS).where(LOGS.c.id == pk, LOGS.c.state == since.value).values(values)
    is_mine = db.session.connection().execute(mine).rowcount == 1
    if is_mine and report_id is not None:
        state = {"last_state": ReportState.ERROR.value, **UNTOUCHED}
        of_report = (REPORTS.c.id == report_id, REPORTS.c.last_state == ReportState.WORKING.value)
        db.session.connection().execute(update(REPORTS).where(*of_report).values(state))
    db.session.commit()
    return is_mine
