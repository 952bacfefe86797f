"""Schedules of saved queries: when they are due, and that each due run is asked for once."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from kombu.exceptions import OperationalError
from sqlalchemy.exc import OperationalError as MetadataAway

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.errors import DatabasePaused, Invalid
from superset_like.extensions import celery, db
from superset_like.models import Database, Query, SavedQuery
from superset_like.services import query_schedule, saved_runs

# A Wednesday.
NOON = datetime(2026, 5, 6, 12)
HOUR, DAY, WEEK = 3600, 86400, 604800


def schedule(
    interval: Any, time: str | None = None, day: str | None = None, until: str | None = None
) -> dict[str, Any]:
    return {"interval": interval, "time": time, "day_of_week": day, "until": until}


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (schedule(60), NOON + timedelta(minutes=1)),
        (schedule("3600"), NOON + timedelta(hours=1)),
        (schedule(12 * HOUR), NOON + timedelta(hours=12)),
        # At an hour of the day: the next one.
        (schedule(DAY, "12:30"), NOON + timedelta(minutes=30)),
        (schedule(DAY, "12:00"), NOON + timedelta(days=1)),
        (schedule(DAY, "11:59"), NOON + timedelta(days=1, minutes=-1)),
        (schedule(DAY), NOON + timedelta(days=1)),
        (schedule(HOUR, "11:00"), NOON + timedelta(hours=23)),
        (schedule(30 * DAY, "11:00"), datetime(2026, 6, 5, 11)),
        (schedule(WEEK, "00:15", "Monday"), datetime(2026, 5, 11, 0, 15)),
        (schedule(WEEK, "13:00", "Wednesday"), NOON + timedelta(hours=1)),
        (schedule(WEEK, "11:00", "Wednesday"), datetime(2026, 5, 13, 11)),
        (schedule(2 * WEEK, "11:00", "Thursday"), datetime(2026, 5, 14, 11)),
        # Its last day counts.
        (schedule(HOUR, until="2026-05-06"), NOON + timedelta(hours=1)),
        (schedule(HOUR, until="2026-05-05"), None),
        (schedule(DAY, "11:00", until="2026-05-06"), None),
        ({**schedule(HOUR), "disabled": True}, None),
        (schedule(None), None),
        ({}, None),
        (None, None),
    ],
)
def test_a_schedule_says_when(made: dict[str, Any] | None, wanted: datetime | None) -> None:
    assert query_schedule.due(made, NOON) == wanted


def test_failures_put_it_off_twice_as_long_each_time() -> None:
    later = [query_schedule.due(schedule(HOUR), NOON, failures) for failures in (0, 1, 2, 3, 99)]
    beyond = [(found - NOON - timedelta(hours=1)) / timedelta(minutes=1) for found in later if found]
    assert beyond == [0, 2, 4, 8, 2**15]


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            5,
            [],
            "daily",
            {"time": "08:00"},
            schedule(0),
            schedule(-60),
            schedule("soon"),
            schedule(1.5),
            schedule(True),
        ),
        *(schedule(10**12), schedule(HOUR, "8"), schedule(DAY, "24:00"), schedule(DAY, 8)),  # type: ignore[arg-type]
        *(schedule(WEEK, "08:00", "Someday"), schedule(DAY, until="soon"), schedule(DAY, until="2026-02-30")),
        schedule(WEEK, "08:00", ["Monday"]),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_schedule_is_refused(app: Flask, wrong: Any) -> None:
    with app.app_context(), pytest.raises(Invalid) as raised:
        query_schedule.checked(wrong)
    assert list(raised.value.fields) == ["schedule"]


@pytest.mark.parametrize(
    "good", [None, {}, schedule(None), schedule(60), {"until": None, "interval": "60", "mine": [1]}]
)
def test_a_good_one_stays_as_it_was_written(app: Flask, good: Any) -> None:
    with app.app_context():
        assert json.dumps(query_schedule.checked(good)) == json.dumps(good)


def test_the_installation_may_ask_for_longer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    former = app.extensions["superset_like_settings"]
    monkeypatch.setitem(app.extensions, "superset_like_settings", replace(former, report_min_interval_s=300))
    with app.app_context():
        assert query_schedule.checked(schedule(300))
        with pytest.raises(Invalid, match="cannot"):
            query_schedule.checked(schedule(299))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Executions of which workers were told."""
    ids: list[int] = []
    monkeypatch.setattr(celery, "send_task", lambda name, args, **_: ids.append(args[0]))
    return ids


@pytest.fixture
def here(app: Flask, data_database: int) -> Iterator[Flask]:
    with app.app_context():
        yield app


def stored(people: dict[str, int], data_database: int, due: datetime | None = NOON, **values: Any) -> int:
    known = {"label": "q", "sql": "SELECT 1 AS a", "db_id": data_database, "schedule_json": json.dumps(schedule(HOUR))}
    with acting(of_user(people["alice"])):
        saved = SavedQuery(**{**known, "created_by_fk": people["alice"], "next_run_on": due, **values})
        db.session.add(saved)
        db.session.commit()
        return saved.id


def now_of(pk: int) -> SavedQuery:
    db.session.expire_all()
    found = db.session.get(SavedQuery, pk)
    assert found is not None
    return found


def ended(pk: int, status: str) -> None:
    """The run that the schedule asked for last has ended so."""
    db.session.query(Query).filter_by(id=now_of(pk).scheduled_query_id).update({"status": status})
    db.session.commit()


def test_what_is_due_is_asked_for_as_its_maker(
    here: Flask, people: dict[str, int], data_database: int, sent: list[int]
) -> None:
    pk = stored(people, data_database)
    later = stored(people, data_database, NOON + timedelta(seconds=1))
    before = now_of(pk).version, now_of(pk).changed_on
    assert query_schedule.tick(NOON) == 1
    saved = now_of(pk)
    assert (saved.next_run_on, saved.scheduled_query_id) == (NOON + timedelta(hours=1), sent[0])
    assert (saved.version, saved.changed_on) == before
    run = db.session.get(Query, sent[0])
    assert run is not None
    assert (run.user_id, run.saved_query_id, run.status) == (people["alice"], pk, "pending")
    assert now_of(later).scheduled_query_id is None
    assert query_schedule.tick(NOON) == 0
    assert len(sent) == 1


def test_parameters_have_the_values_that_they_have_by_themselves(
    here: Flask, people: dict[str, int], data_database: int, sent: list[int]
) -> None:
    options = {"parameters": [{"name": "n", "type": "number", "value": 7}]}
    stored(people, data_database, sql="SELECT {{ n }} AS a", options_json=json.dumps(options))
    assert query_schedule.tick(NOON) == 1
    run = db.session.get(Query, sent[0])
    assert run is not None
    assert run.sql == "SELECT 7 AS a"


def test_looking_at_once_asks_once(
    app: Flask, people: dict[str, int], data_database: int, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        pks = [stored(people, data_database, sql=f"SELECT {number} AS a") for number in range(5)]
    asked: list[int] = []
    ask = saved_runs.ask
    monkeypatch.setattr(
        saved_runs, "ask", lambda actor, saved, **more: asked.append(saved.id) or ask(actor, saved, **more)
    )
    together, counts = threading.Barrier(3), []

    def look() -> None:
        with app.app_context():
            together.wait()
            counts.append(query_schedule.tick(NOON))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(asked), sum(counts), len(sent)) == (pks, 5, 5)


def test_what_was_missed_is_run_once(here: Flask, people: dict[str, int], data_database: int, sent: list[int]) -> None:
    pk = stored(people, data_database)
    late = NOON + timedelta(days=3, minutes=7)
    assert (query_schedule.tick(late), query_schedule.tick(late), len(sent)) == (1, 0, 1)
    assert now_of(pk).next_run_on == late + timedelta(hours=1)


@pytest.mark.parametrize(
    "values",
    [
        {"is_archived": True},
        {"schedule_json": None},
        {"schedule_json": json.dumps({**schedule(HOUR), "disabled": True})},
        {"schedule_json": json.dumps(schedule(HOUR, until="2026-05-05"))},
        {"created_by_fk": None},
        {"db_id": None},
    ],
)
def test_some_are_never_run(
    here: Flask, people: dict[str, int], data_database: int, sent: list[int], values: dict[str, Any]
) -> None:
    pk = stored(people, data_database)
    # Whoever writes a query sets when it is due; here somebody forgot.
    db.session.query(SavedQuery).filter_by(id=pk).update(values)
    db.session.commit()
    assert (query_schedule.tick(NOON), sent) == (0, [])
    following = now_of(pk).next_run_on
    assert following is None or following > NOON


def test_so_is_the_query_of_who_is_not_active(
    here: Flask, people: dict[str, int], data_database: int, sent: list[int]
) -> None:
    pk = stored(people, data_database)
    security = here.appbuilder.sm  # type: ignore[attr-defined]
    security.get_user_by_id(people["alice"]).active = False
    db.session.commit()
    assert (query_schedule.tick(NOON), sent) == (0, [])
    security.get_user_by_id(people["alice"]).active = True
    db.session.commit()
    assert query_schedule.tick(now_of(pk).next_run_on) == 1


def test_a_failing_one_waits_longer_and_longer(
    here: Flask, people: dict[str, int], data_database: int, sent: list[int]
) -> None:
    pk, waits = stored(people, data_database), []
    for _ in range(3):
        assert query_schedule.tick(now_of(pk).next_run_on) == 1
        ended(pk, "failed")
        due = now_of(pk).next_run_on
        assert due is not None
        assert query_schedule.tick(due) == 0
        following = now_of(pk).next_run_on
        assert following is not None
        waits.append((following - due) / timedelta(minutes=1))
    assert (waits, now_of(pk).schedule_failures) == ([2, 4, 8], 3)
    assert query_schedule.tick(now_of(pk).next_run_on) == 1
    ended(pk, "success")
    assert query_schedule.tick(now_of(pk).next_run_on) == 1
    assert now_of(pk).schedule_failures == 0


def test_one_that_cannot_be_run_counts_as_failed(
    here: Flask, people: dict[str, int], data_database: int, sent: list[int]
) -> None:
    pk = stored(people, data_database, sql="SELECT {{ n }} AS a")
    for failures in (1, 2):
        due = now_of(pk).next_run_on
        assert due is not None
        assert query_schedule.tick(due) == 0
        assert now_of(pk).schedule_failures == failures
        assert now_of(pk).next_run_on == due + timedelta(hours=1, minutes=2**failures)
    assert sent == []


def test_a_paused_connection_is_no_failure(
    here: Flask, people: dict[str, int], data_database: int, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = stored(people, data_database)
    monkeypatch.setattr(saved_runs.databases, "require_running", _paused)
    assert query_schedule.tick(NOON) == 0
    assert (now_of(pk).schedule_failures, now_of(pk).next_run_on) == (0, NOON + timedelta(hours=1))


def _paused(_: Database) -> None:
    raise DatabasePaused()


def test_without_a_queue_it_is_tried_again_at_the_next_look(
    here: Flask, people: dict[str, int], data_database: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = stored(people, data_database)

    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(celery, "send_task", broken)
    assert query_schedule.tick(NOON) == 0
    assert (now_of(pk).next_run_on, now_of(pk).schedule_failures) == (NOON, 0)
    ids: list[int] = []
    monkeypatch.setattr(celery, "send_task", lambda name, args, **_: ids.append(args[0]))
    assert (query_schedule.tick(NOON + timedelta(seconds=10)), len(ids)) == (1, 1)


def test_what_fails_for_no_known_reason_is_tried_again_in_a_minute(
    here: Flask, people: dict[str, int], data_database: int, monkeypatch: pytest.MonkeyPatch, sent: list[int]
) -> None:
    pk = stored(people, data_database)

    def away(*_: Any, **__: Any) -> None:
        raise MetadataAway("SELECT 1", {}, Exception("gone"))

    with monkeypatch.context() as broken:
        broken.setattr(saved_runs, "ask", away)
        assert query_schedule.tick(NOON) == 0
    assert (now_of(pk).next_run_on, now_of(pk).schedule_failures) == (NOON + timedelta(minutes=1), 0)
    assert query_schedule.tick(NOON) == 0
    assert (query_schedule.tick(NOON + timedelta(minutes=1)), len(sent)) == (1, 1)


def test_while_the_queue_is_away_one_is_tried_and_all_wait(
    here: Flask, people: dict[str, int], data_database: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pks, tried = [stored(people, data_database, sql=f"SELECT {n} AS a") for n in range(3)], []

    def broken(*_: Any, **__: Any) -> None:
        tried.append(1)
        raise OperationalError

    monkeypatch.setattr(celery, "send_task", broken)
    assert (query_schedule.tick(NOON), len(tried)) == (0, 1)
    assert {now_of(pk).next_run_on for pk in pks} == {NOON}


def test_the_plan_of_a_query_is_what_its_schedule_says(here: Flask, people: dict[str, int], data_database: int) -> None:
    saved = now_of(stored(people, data_database, None))
    assert query_schedule.plan(saved, NOON) == NOON + timedelta(hours=1)
    saved.schedule_failures = 1
    assert query_schedule.plan(saved, NOON) == NOON + timedelta(hours=1, minutes=2)
    saved.is_archived = True
    assert query_schedule.plan(saved, NOON) is None
    db.session.rollback()
