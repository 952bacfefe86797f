"""Redash's jobs with a real worker, over each broker: asked, joined, cancelled, lost, found again."""

import json
import signal
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from superset_like.config.settings import Settings
from superset_like.extensions import db
from superset_like.models import Query
from tests.services import test_queries_are_run_by_a_worker as workers
from tests.services.metadata_places import empty
from tests.services.real_databases import new_file, prepare
from tests.services.redash_desk import CANCELLED, FAILED, FINISHED, STARTED, Desk, client, desk, ended, key_of, served
from tests.services.test_queries_are_run_by_a_worker import ENDLESS, filesystem
from tests.services.test_queries_on_real_engines_obey_rules_and_stops import RUNNING, SLOW
from tests.services_at_hand import uri_of

pytestmark = pytest.mark.slow

ASKERS = 20
SOME_TIME = (
    "with recursive r(x) as (select 1 union all select x + 1 from r where x < 1500000) select count(*) as n from r"
)
DeskOf = Callable[..., Desk]
PLACES = [
    "sqlite",
    pytest.param("postgres", marks=pytest.mark.postgres),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]


@pytest.fixture
def desk_of(tmp_path: Path, settings: Settings) -> Iterator[DeskOf]:
    """Makes a desk over the file system, or over another broker."""
    with ExitStack() as stack:

        def made(broker: str = "", **more: Any) -> Desk:
            return stack.enter_context(desk(tmp_path, broker or filesystem(tmp_path), settings, **more))

        yield made


def over_redis() -> str:
    return uri_of("redis").rsplit("/", 1)[0] + "/11"


BROKERS = {"filesystem": lambda: "", "redis": over_redis, "rabbitmq": lambda: uri_of("rabbitmq")}


@pytest.mark.parametrize(
    "broker",
    [
        "filesystem",
        pytest.param("redis", marks=pytest.mark.redis),
        pytest.param("rabbitmq", marks=pytest.mark.rabbitmq),
    ],
)
def test_a_query_is_asked_run_and_read(desk_of: DeskOf, broker: str) -> None:
    here = desk_of(BROKERS[broker]())
    parameters = [{"name": "n", "type": "number", "value": 1}]
    query = here.query("select {{ n }} + 1 as answer", options={"parameters": parameters})
    job = here.ask(query, parameters={"n": 41})
    assert (job["status"], job["query_result_id"]) == (1, None)
    assert here.rows(here.wait(job)) == [{"answer": 42}]
    failed = here.wait(here.ask(here.query("select nope")))
    assert (failed["status"], "nope" in failed["error"]) == (FAILED, True)
    endless = here.ask(here.query(ENDLESS))
    here.wait(endless, STARTED)
    assert here.client.delete(f"/api/jobs/{endless['id']}").get_json() is None
    assert here.wait(endless, seconds=10)["status"] == CANCELLED
    assert here.rows(here.wait(here.ask(query, parameters={"n": 1}))) == [{"answer": 2}]


@pytest.mark.redis
def test_results_are_kept_in_redis_too(desk_of: DeskOf) -> None:
    here = desk_of(results_uri=uri_of("redis"))
    many = "with recursive r(x) as (select 1 union all select x + 1 from r where x < 30000) select x from r"
    job = here.wait(here.ask(here.query(many)))
    assert [row["x"] for row in here.rows(job)] == list(range(1, 30_001))
    file = here.client.get(f"/api/query_results/{job['query_result_id']}.csv").get_data(as_text=True)
    assert file.split("\r\n") == ["x", *map(str, range(1, 30_001)), ""]
    assert not list((here.site.settings.home / "results").glob("*.arrow"))


ENGINES = [
    "sqlite",
    "duckdb",
    pytest.param("postgres", marks=pytest.mark.postgres),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]


@pytest.mark.parametrize("kind", ENGINES)
def test_a_cancelled_job_ends_in_the_engine(desk_of: DeskOf, kind: str, tmp_path: Path) -> None:
    # Scripts that wait for 3 or 4 alone are told 4.
    status = FAILED if kind == "sqlite" else CANCELLED
    here = desk_of(redash_cancelled_status=status)
    source, uri, sql = here.site.database, "", ENDLESS
    if kind != "sqlite":
        uri, sql = new_file(tmp_path) if kind == "duckdb" else uri_of(kind), SLOW[kind]
        if kind == "duckdb":
            prepare(kind, uri, ["CREATE TABLE t (a INTEGER)"])
        source = here.source(uri)
    job = here.ask(here.query(sql, source))
    here.wait(job, STARTED)
    if kind in RUNNING:
        wait_for(kind, uri, 1)
    began = time.monotonic()
    assert here.client.delete(f"/api/jobs/{job['id']}").status_code == 200
    state = here.wait(job, seconds=10)
    assert time.monotonic() - began < 2
    assert (state["status"], state["error"], state["result"]) == (status, "Query cancelled by user.", None)
    if kind in RUNNING:
        wait_for(kind, uri, 0, began + 2 - time.monotonic())
    assert here.rows(here.wait(here.ask(here.query("select 1 as a", source)))) == [{"a": 1}]


def test_the_job_of_a_killed_worker_fails(desk_of: DeskOf) -> None:
    here = desk_of()
    query = here.query(ENDLESS)
    job = here.ask(query)
    assert here.wait(job, STARTED)["updated_at"] != 0
    workers.end_worker(here.site, signal.SIGKILL)
    lost = here.wait(job, seconds=60)
    assert (lost["status"], lost["query_result_id"]) == (FAILED, None)
    assert lost["error"] == "The process that ran this query was lost. Run it again."
    again = here.ask(query)
    assert again["id"] != job["id"]
    here.client.delete(f"/api/jobs/{again['id']}")


@pytest.mark.postgres
def test_postgresql_ends_what_a_killed_worker_ran(desk_of: DeskOf) -> None:
    here, uri = desk_of(), uri_of("postgres")
    job = here.ask(here.query(SLOW["postgres"], here.source(uri)))
    here.wait(job, STARTED)
    wait_for("postgres", uri, 1)
    workers.end_worker(here.site, signal.SIGKILL)
    wait_for("postgres", uri, 0)
    assert here.wait(job)["status"] == FAILED


def wait_for(kind: str, uri: str, running: int, seconds: float = 15.0) -> None:
    """Returns once so many of our slow queries run in the engine."""
    until = time.monotonic() + seconds
    while prepare(kind, uri, [RUNNING[kind]]) != [(running,)]:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_job_is_found_after_the_server_was_started_anew(desk_of: DeskOf, tmp_path: Path) -> None:
    here = desk_of()
    query, log = here.query(SOME_TIME), tmp_path / "web.log"
    with served(here.site.settings, log) as (address, process):
        job = read(address, here, f"/api/queries/{query}/results", {"max_age": 0})["job"]
        while read(address, here, f"/api/jobs/{job['id']}")["job"]["status"] < STARTED:
            time.sleep(0.05)
        ended(process)
    with served(here.site.settings, log) as (address, _):
        until = time.monotonic() + 60
        while (found := read(address, here, f"/api/jobs/{job['id']}")["job"])["status"] <= STARTED:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert (found["id"], found["status"]) == (job["id"], FINISHED)
        answer = read(address, here, f"/api/queries/{query}/results/{found['result']}.json")
    assert answer["query_result"]["data"]["rows"] == [{"n": 1_500_000}]


def read(address: str, here: Desk, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data, {"Authorization": f"Key {here.key}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@pytest.mark.parametrize("kind", PLACES)
def test_all_who_ask_at_the_same_moment_wait_for_one_run(desk_of: DeskOf, kind: str, tmp_path: Path) -> None:
    with empty(kind, tmp_path) as uri:
        here = desk_of(database_uri=uri, works=False)
        app = here.site.app
        with app.app_context():
            security = app.appbuilder.sm  # type: ignore[attr-defined]
            bob = security.add_user(
                "bob", "Bob", "Doe", "bob@example.com", security.find_role("Admin"), "bob-password"
            ).id
        keys = [here.key, key_of(app, bob)]
        for number in range(5):
            query = here.query(f"select {number} as n")
            jobs = together(here, query, keys)
            assert len(set(jobs)) == 1
        workers.start_worker(here.site)
        job = here.wait({"id": jobs[0]})
        assert here.rows(job) == [{"n": 4}]
        assert client(app, keys[1]).get(f"/api/jobs/{jobs[0]}").get_json()["job"]["status"] == FINISHED
        with app.app_context():
            assert db.session.query(Query).count() == 5
        workers.end_worker(here.site, signal.SIGKILL)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def together(here: Desk, query: int, keys: list[str]) -> list[str]:
    """The jobs that so many are given who ask at once, with these keys in turn."""
    gate, jobs = threading.Barrier(ASKERS), []

    def ask(key: str) -> None:
        asking = client(here.site.app, key)
        gate.wait()
        jobs.append(here.ask(query, asking)["id"])

    threads = [threading.Thread(target=ask, args=(keys[at % len(keys)],)) for at in range(ASKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(jobs) == ASKERS
    return jobs
