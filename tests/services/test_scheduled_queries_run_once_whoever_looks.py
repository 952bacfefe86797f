"""Two workers with clocks over Redis, and metadata in PostgreSQL: each due run of a query is run once."""

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from superset_like.cli import background
from superset_like.config.settings import Settings
from superset_like.extensions import db
from superset_like.models import Query
from tests.services import test_queries_are_run_by_a_worker as workers
from tests.services.metadata_places import empty
from tests.services.redash_desk import STARTED, Desk, desk
from tests.services_at_hand import uri_of

QUERIES, WORKERS, SECONDS = 4, 2, 20
EACH_SECOND = {"interval": 1, "time": None, "day_of_week": None, "until": None}


@pytest.mark.slow
@pytest.mark.redis
@pytest.mark.postgres
def test_each_due_run_is_run_once(tmp_path: Path, settings: Settings) -> None:
    broker = uri_of("redis").rsplit("/", 1)[0] + "/12"
    with empty("postgres", tmp_path) as uri, desk(tmp_path, broker, settings, works=False, database_uri=uri) as here:
        queries = [here.query(f"select {at} as n", schedule=EACH_SECOND) for at in range(QUERIES)]
        environment = workers.environment(here.site.settings) | {"SUPERSET_LIKE_REPORT_TICK_S": "1"}
        command = [sys.executable, "-m", "celery", "-A", "superset_like.worker", "worker", "--concurrency=1", "--beat"]
        command += ["--scheduler", "superset_like.worker:Clock", "--loglevel=WARNING"]
        running = [
            subprocess.Popen([*command, f"--hostname=w{at}@here"], env=environment, start_new_session=True)
            for at in range(WORKERS)
        ]
        try:
            until = time.monotonic() + 60
            while not starts(here, queries[0]) and time.monotonic() < until:
                time.sleep(0.1)
            time.sleep(SECONDS)
        finally:
            for process in running:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(30)
        for query in queries:
            found = starts(here, query)
            lasted = found[-1] - found[0]
            # A run that somebody else asked for too would stand right beside it.
            assert min(later - former for former, later in pairwise(found)) > 0.3
            assert SECONDS / 4 < len(found) <= lasted + 2
        with here.site.app.app_context():
            assert db.session.query(Query).filter(Query.status.not_in(["success", "running", "pending"])).count() == 0


@pytest.mark.slow
def test_the_clock_looks_while_all_of_its_worker_is_busy(tmp_path: Path, settings: Settings) -> None:
    with desk(tmp_path, workers.filesystem(tmp_path), settings, works=False) as here:
        environment = workers.environment(here.site.settings) | {"SUPERSET_LIKE_REPORT_TICK_S": "1"}
        worker = subprocess.Popen(background.command_line(1), env=environment, start_new_session=True)
        try:
            here.wait(here.ask(here.query(workers.ENDLESS)), STARTED)
            due = here.query("select 1 as n", schedule=EACH_SECOND)
            until = time.monotonic() + 30
            while not starts(here, due):
                assert time.monotonic() < until
                time.sleep(0.1)
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(30)


def starts(here: Desk, query: int) -> list[float]:
    """When each run of the query was asked for, in seconds."""
    with here.site.app.app_context():
        asked = db.session.query(Query.start_time).filter_by(saved_query_id=query).order_by(Query.start_time)
        return [row.start_time / 1000 for row in asked]
