"""The schedule of alerts and reports: each due run is written down and begun once, whoever looks, and however many."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from kombu.exceptions import OperationalError

from superset_like.app import create_app
from superset_like.config.load import load
from superset_like.config.settings import Settings
from superset_like.extensions import celery, db
from superset_like.models import Report, ReportLog, crontab
from superset_like.models.mixins import now
from superset_like.services import report_runs, report_schedule, setup
from tests.conftest import SECRETS
from tests.receivers import webhook
from tests.services import test_queries_are_run_by_a_worker as workers
from tests.services.metadata_places import empty

NOON = datetime(2026, 5, 1, 12)
KINDS = [
    "sqlite",
    pytest.param("postgres", marks=pytest.mark.postgres),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]
PROCESSES, REPORTS, MINUTES = 3, 8, 5


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of the runs of which workers were told."""
    ids: list[int] = []
    monkeypatch.setattr(celery, "send_task", lambda name, args, **_: ids.append(args[0]))
    return ids


def stored(name: str = "r", expression: str = "0 * * * *", due: datetime | None = NOON, **values: Any) -> Report:
    report = Report(
        type="Report", name=name, crontab=expression, timezone="UTC", next_run_on=due, active=True, extra_json="{}"
    )
    for field, value in values.items():
        setattr(report, field, value)
    db.session.add(report)
    db.session.commit()
    return report


def runs() -> list[tuple[datetime, str]]:
    db.session.expire_all()
    found = db.session.query(ReportLog).order_by(ReportLog.scheduled_dttm, ReportLog.id)
    return [(entry.scheduled_dttm, entry.state) for entry in found]


@pytest.fixture
def here(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def test_what_is_due_is_told_to_a_worker_once(here: Flask, sent: list[int]) -> None:
    report = stored()
    version, changed_on = report.version, report.changed_on
    assert report_schedule.tick(NOON - timedelta(seconds=1)) == 0
    assert report_schedule.tick(NOON) == 1
    assert report_schedule.tick(NOON + timedelta(seconds=10)) == 0
    assert runs() == [(NOON, "Pending")]
    assert sent == [1]
    assert (report.next_run_on, report.version, report.changed_on) == (NOON + timedelta(hours=1), version, changed_on)


def test_what_was_missed_is_due_once_for_the_last_time(here: Flask, sent: list[int]) -> None:
    stored()
    assert report_schedule.tick(NOON + timedelta(hours=50, minutes=20)) == 1
    assert runs() == [(NOON + timedelta(hours=50), "Pending")]
    assert db.session.query(Report).one().next_run_on == NOON + timedelta(hours=51)


def test_what_is_too_late_is_left_out_and_says_so(here: Flask, sent: list[int]) -> None:
    stored(expression="0 12 * * *")
    assert report_schedule.tick(NOON + timedelta(hours=2)) == 0
    (entry,) = db.session.query(ReportLog)
    assert (entry.state, entry.error_message) == ("Error", "Left out: the server was not there when it was due")
    assert report_schedule.tick(NOON + timedelta(days=1)) == 1


def test_what_is_switched_off_is_not_due(here: Flask, sent: list[int]) -> None:
    stored(active=False)
    assert report_schedule.tick(NOON) == 0
    report = stored("s")
    report_schedule.claim(NOON)
    report.active = False
    db.session.commit()
    assert report_runs.run(db.session.query(ReportLog.id).scalar()) is None
    assert runs() == [(NOON, "Not triggered")]


def test_a_clock_that_is_set_back_repeats_nothing(here: Flask, sent: list[int]) -> None:
    report = stored()
    report_schedule.tick(NOON)
    report.next_run_on = NOON
    db.session.commit()
    assert report_schedule.tick(NOON) == 0
    assert runs() == [(NOON, "Pending")]
    db.session.refresh(report)
    assert report.next_run_on == NOON + timedelta(hours=1)


def test_a_run_of_which_no_worker_heard_is_told_again(
    here: Flask, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise OperationalError

    stored()
    with monkeypatch.context() as patch:
        patch.setattr(celery, "send_task", down)
        assert report_schedule.tick(NOON) == 0
    assert report_schedule.tick(NOON + timedelta(seconds=10)) == 1
    assert report_schedule.tick(NOON + timedelta(minutes=4)) == 0
    assert report_schedule.tick(NOON + timedelta(minutes=6)) == 1
    assert sent == [1, 1]
    report_schedule.tick(NOON + timedelta(hours=1, minutes=10))
    assert runs()[0] == (NOON, "Error")


def test_a_run_whose_process_died_is_counted_as_lost(here: Flask, sent: list[int]) -> None:
    stored(working_timeout=600, last_state="Working", last_eval_dttm=NOON)
    db.session.add(ReportLog(report_id=1, scheduled_dttm=NOON, start_dttm=NOON, state="Working"))
    db.session.commit()
    assert report_schedule.reap(NOON + timedelta(seconds=600)) == 0
    assert report_schedule.reap(NOON + timedelta(seconds=700)) == 1
    (entry,) = db.session.query(ReportLog)
    assert (entry.state, entry.error_message) == ("Error", "The process that ran this was lost")
    assert db.session.query(Report.last_state).scalar() == "Error"


@contextmanager
def over(kind: str, folder: Path) -> Iterator[tuple[Flask, Settings]]:
    with empty(kind, folder) as uri:
        settings = load({}, home=folder, database_uri=uri, cache_uri="memory://", log_level="ERROR", **SECRETS)
        setup.migrate(settings)
        app = create_app(settings)
        try:
            yield app, settings
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


CODE = """
import json, sys, time
from datetime import datetime, timedelta
from pathlib import Path
from superset_like.app import create_app
from superset_like.config.load import load
from superset_like.extensions import db
from superset_like.models import ReportLog
from superset_like.services import report_runs, report_schedule
given = json.loads(sys.argv[1])
app = create_app(load({}, **given["settings"]))
claimed, begun = [], []
with app.app_context():
    Path(given["ready"]).touch()
    while not Path(given["go"]).exists():
        time.sleep(0.01)
    for minute in range(given["minutes"]):
        moment = datetime(2026, 5, 1, 12) + timedelta(minutes=minute)
        claimed += report_schedule.claim(moment)
        for pk in db.session.execute(db.select(ReportLog.id).where(ReportLog.state == "Pending")).scalars().all():
            if report_runs.run(pk) is not None:
                begun.append(pk)
print(json.dumps({"claimed": claimed, "begun": begun}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_many_processes_that_look_at_once_share_the_runs(kind: str, tmp_path: Path) -> None:
    with over(kind, tmp_path) as (app, settings):
        with app.app_context():
            for number in range(REPORTS):
                stored(f"r{number}", "* * * * *", working_timeout=60)
        given = {"home": str(tmp_path), "database_uri": settings.database_uri, "cache_uri": "memory://"}
        whole: dict[str, Any] = {"settings": {**given, "log_level": "CRITICAL", **SECRETS}, "minutes": MINUTES}
        told = [{**whole, "ready": str(tmp_path / f"{n}.ready"), "go": str(tmp_path / "go")} for n in range(PROCESSES)]
        processes = [
            subprocess.Popen([sys.executable, "-c", CODE, json.dumps(each)], stdout=subprocess.PIPE, text=True)
            for each in told
        ]
        until = time.monotonic() + 60
        while not all(Path(each["ready"]).exists() for each in told) and time.monotonic() < until:
            time.sleep(0.05)
        (tmp_path / "go").touch()
        answers = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
        assert [process.returncode for process in processes] == [0] * PROCESSES
        claimed = Counter(pk for answer in answers for pk in answer["claimed"])
        begun = Counter(pk for answer in answers for pk in answer["begun"])
        assert set(claimed.values()) == {1}
        assert set(begun.values()) == {1}
        with app.app_context():
            found = db.session.query(ReportLog.id, ReportLog.report_id, ReportLog.scheduled_dttm, ReportLog.state).all()
        assert len({(row.report_id, row.scheduled_dttm) for row in found}) == len(found)
        assert {row.id for row in found} == set(claimed)
        assert {row.state for row in found} == {"Error"}
        # Who comes late finds the later minute due: each report is due at most once a minute, and at the last one.
        last = NOON + timedelta(minutes=MINUTES - 1)
        assert sum(row.scheduled_dttm == last for row in found) == REPORTS


def ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_worker_with_its_clock_calls_a_webhook_each_minute(tmp_path: Path, settings: Settings) -> None:
    site = workers.made_site(tmp_path, workers.filesystem(tmp_path))
    with webhook() as hook:
        with site.app.app_context():
            patched = replace(site.settings, webhook_http=True, webhook_networks=("127.0.0.0/8", "::1/128"))
            site.app.extensions["superset_like_settings"] = patched
        body = {
            "name": "Each minute",
            "type": "Alert",
            "crontab": "* * * * *",
            "database": site.database,
            "sql": "SELECT 7 AS n",
            "validator_type": "not null",
            "grace_period": 1,
            "recipients": [{"type": "Webhook", "recipient_config_json": {"target": hook.url, "secret": "s"}}],
        }
        answer = site.client.post("/api/v1/report/", json=body)
        assert answer.status_code == 201, answer.text
        pk = answer.get_json()["id"]
        with site.app.app_context():
            # As if it had been due just now.
            due = crontab.latest("* * * * *", "UTC", now())
            db.session.query(Report).filter_by(id=pk).update({"next_run_on": due})
            db.session.commit()
        clock = ["--beat", "--scheduler", "superset_like.worker:Clock"]
        more = {"SUPERSET_LIKE_WEBHOOK_HTTP": "true", "SUPERSET_LIKE_WEBHOOK_NETWORKS": "127.0.0.0/8,::1/128"}
        environment = workers.environment(site.settings) | more | {"SUPERSET_LIKE_REPORT_TICK_S": "1"}
        command = [sys.executable, "-m", "celery", "-A", "superset_like.worker", "worker", "--concurrency=1", *clock]
        both = [
            subprocess.Popen([*command, "--loglevel=WARNING", f"--hostname=w{n}@here"], env=environment)
            for n in range(2)
        ]
        try:
            until = time.monotonic() + 90
            while time.monotonic() < until:
                log = site.client.get(f"/api/v1/report/{pk}/log/").get_json()["result"]
                if log and log[-1]["state"] not in {"Pending", "Working"}:
                    break
                time.sleep(0.2)
        finally:
            for process in both:
                process.terminate()
            for process in both:
                ended(process)
    first = log[-1]
    assert (first["state"], first["value"], first["error_message"]) == ("Success", 7.0, None)
    calls = Counter(call.headers["x-superset-like-run"] for call in hook.calls)
    assert calls[first["uuid"]] == 1
    assert set(calls.values()) == {1}
    assert hook.calls[0].json()["rows"] == [{"n": 7}]
    with site.app.app_context():
        db.session.remove()
        db.engine.dispose()
    workers.bind(settings)
