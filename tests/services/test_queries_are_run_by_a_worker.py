"""A real Celery worker beside the application, over each broker: asked, run, stopped, lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask_jwt_extended import create_access_token
from sqlalchemy import update

from superset_like import jobs
from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.app import celery_config, create_app
from superset_like.config.load import load
from superset_like.config.settings import Settings
from superset_like.discovery import modules_in
from superset_like.extensions import celery, db
from superset_like.models import Query
from superset_like.models.mixins import now
from superset_like.services import databases, queries, setup
from tests.conftest import SECRETS, ApiClient
from tests.people import password_of
from tests.services_at_hand import uri_of

pytestmark = pytest.mark.slow

HEARTBEAT_S = 0.5
ENDLESS = "with recursive r(x) as (select 1 union all select x + 1 from r) select count(*) as n from r"
FINAL = {"success", "failed", "stopped", "timed_out"}


@dataclass
class Site:
    """An application with state of its own, the worker beside it, and a client of its administrator."""

    app: Flask
    settings: Settings
    client: ApiClient
    database: int
    user: int
    worker: subprocess.Popen[bytes] | None = None

    def ask(self, sql: str, **more: Any) -> dict[str, Any]:
        """The query as it was accepted."""
        body = {"database_id": self.database, "sql": sql, "runAsync": True, **more}
        accepted = self.client.post("/api/v1/sqllab/execute/", json=body)
        assert accepted.status_code == 202
        query: dict[str, Any] = accepted.json["query"]
        return query

    def state(self, query: dict[str, Any]) -> dict[str, Any]:
        """The query as it is now."""
        found: dict[str, Any] = self.client.get(f"/api/v1/query/{query['queryId']}").json["result"]
        return found

    def wait(self, query: dict[str, Any], states: set[str], seconds: float = 30.0) -> dict[str, Any]:
        """The query once it is in one of these states."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.worker is None or self.worker.poll() is None, "the worker ended"
            # Whoever looks at the history also looks after lost queries.
            self.client.get("/api/v1/query/updated_since?q=(last_updated_ms:0)")
            found = self.state(query)
            if found["status"] in states:
                return found
            time.sleep(0.1)
        raise AssertionError(f"still {self.state(query)['status']}")


def environment(settings: Settings) -> dict[str, str]:
    ours = {
        "SUPERSET_LIKE_HOME": str(settings.home),
        "SUPERSET_LIKE_DATABASE_URI": settings.database_uri,
        "SUPERSET_LIKE_RESULTS_URI": settings.results_uri,
        "SUPERSET_LIKE_BROKER_URI": settings.broker_uri,
        "SUPERSET_LIKE_BROKER_QUEUE": settings.broker_queue,
        "SUPERSET_LIKE_HEARTBEAT_S": str(HEARTBEAT_S),
        "SUPERSET_LIKE_SECRET_KEY": SECRETS["secret_key"],
        "SUPERSET_LIKE_GUEST_TOKEN_SECRET": SECRETS["guest_token_secret"],
    }
    return {**{name: value for name, value in os.environ.items() if not name.startswith("SUPERSET_LIKE_")}, **ours}


def start_worker(site: Site) -> None:
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING"]
    command = [sys.executable, "-m", "celery", "-A", "superset_like.worker", "worker", "--concurrency=1", *quiet]
    site.worker = subprocess.Popen(command, env=environment(site.settings), start_new_session=True)


def end_worker(site: Site, kind: signal.Signals = signal.SIGTERM) -> None:
    if site.worker is None:
        return
    try:
        os.killpg(site.worker.pid, kind)
    except ProcessLookupError:
        pass
    site.worker.wait(30)
    site.worker = None


def end(site: Site) -> None:
    """Its worker is killed, its connections are closed, and the broker keeps nothing of it."""
    end_worker(site, signal.SIGKILL)
    with site.app.app_context():
        db.session.remove()
        db.engine.dispose()
    bind(site.settings)
    with celery.connection_for_write() as connection:
        queue = celery.amqp.queues[site.settings.broker_queue](connection.default_channel)
        queue.declare()
        queue.delete()


def bind(settings: Settings) -> None:
    """The one Celery application of this process speaks to this broker, and uses this queue of it."""
    celery.conf.update(celery_config(settings))
    for kept in ("amqp", "control"):
        vars(celery).pop(kept, None)
    celery._pool = None


SiteOf = Callable[[str], Site]


@pytest.fixture
def site_of(tmp_path: Path, settings: Settings) -> Iterator[SiteOf]:
    """Makes a site over a broker; its worker is not started yet."""
    made: list[Site] = []

    def make(broker: str) -> Site:
        site = made_site(tmp_path, broker)
        made.append(site)
        return site

    yield make
    for site in made:
        end(site)
    bind(settings)


def made_site(home: Path, broker: str, **more: Any) -> Site:
    (home / "data").mkdir()
    # Others that share this broker would take its messages.
    queue = f"test-{uuid4().hex}"
    known = {
        "home": home,
        "broker_uri": broker,
        "broker_queue": queue,
        "cache_uri": "memory://",
        "login_rate_limit": "",
    }
    settings = load({}, **{**known, "heartbeat_s": HEARTBEAT_S, "log_level": "WARNING", **SECRETS, **more})
    setup.migrate(settings)
    app = create_app(settings)
    setup.prepare(app)
    bind(settings)
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        user = security.add_user(
            "admin", "Admin", "Doe", "admin@example.com", security.find_role("Admin"), password_of("admin")
        ).id
        with acting(of_user(user)) as actor:
            values = {"database_name": "d", "sqlalchemy_uri": f"sqlite:///{home}/data/d.sqlite"}
            (home / "data" / "d.sqlite").touch()
            database = databases.create(actor, values).id
        token = create_access_token(identity=str(user), fresh=True)
    client = ApiClient(app, app.response_class)
    client.headers = {"Authorization": f"Bearer {token}"}
    return Site(app, settings, client, database, user)


def filesystem(home: Path) -> str:
    return f"filesystem://{home}/broker"


def test_a_query_is_run_and_its_result_read(site_of: SiteOf, tmp_path: Path) -> None:
    site = site_of(filesystem(tmp_path))
    start_worker(site)
    runs_a_query(site)


@pytest.mark.redis
def test_so_it_is_over_redis(site_of: SiteOf) -> None:
    site = site_of(uri_of("redis").rsplit("/", 1)[0] + "/11")
    start_worker(site)
    runs_a_query(site)


@pytest.mark.rabbitmq
def test_so_it_is_over_rabbitmq(site_of: SiteOf) -> None:
    site = site_of(uri_of("rabbitmq"))
    start_worker(site)
    runs_a_query(site)


@pytest.mark.parametrize(
    "kind", [pytest.param("redis", marks=pytest.mark.redis), pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)]
)
def test_installations_share_a_broker_and_take_what_is_theirs(tmp_path: Path, settings: Settings, kind: str) -> None:
    homes = [tmp_path / "one", tmp_path / "other"]
    for home in homes:
        home.mkdir()
    one, other = sites = [made_site(home, uri_of(kind)) for home in homes]
    try:
        start_worker(other)
        runs_a_query(other)
        bind(one.settings)
        waiting = one.ask("select 1 as one")
        assert celery.control.ping(timeout=1) == []
        bind(other.settings)
        assert other.wait(other.ask("select 2 as two"), FINAL)["status"] == "success"
        assert len(celery.control.ping(timeout=1)) == 1
        assert one.state(waiting)["status"] == "pending"
        start_worker(one)
        assert one.wait(waiting, FINAL, 60)["status"] == "success"
    finally:
        for site in sites:
            end(site)
        bind(settings)


def runs_a_query(site: Site) -> None:
    query = site.ask("select 41 + 1 as answer", client_id="async1")
    assert (query["id"], query["state"]) == ("async1", "pending")
    ended = site.wait(query, FINAL, 60)
    assert (ended["status"], ended["rows"], ended["progress"]) == ("success", 1, 100)
    result = site.client.get(f"/api/v1/sqllab/results/?q=(key:'{ended['results_key']}')")
    assert result.json["data"] == [{"answer": 42}]
    failed = site.wait(site.ask("select nope"), FINAL)
    assert failed["status"] == "failed"
    assert "nope" in failed["error_message"]


def test_a_running_query_is_stopped_and_the_next_one_runs(site_of: SiteOf, tmp_path: Path) -> None:
    site = site_of(filesystem(tmp_path))
    start_worker(site)
    query = site.ask(ENDLESS, client_id="endless")
    site.wait(query, {"running"}, 60)
    began = time.monotonic()
    assert site.client.post("/api/v1/query/stop", json={"client_id": "endless"}).json == {"result": "OK"}
    assert site.wait(query, FINAL)["status"] == "stopped"
    assert time.monotonic() - began < 3
    assert site.wait(site.ask("select 1 as one"), FINAL)["status"] == "success"


def test_a_waiting_query_is_stopped_before_it_begins(site_of: SiteOf, tmp_path: Path) -> None:
    site = site_of(filesystem(tmp_path))
    query = site.ask("select 1 as one", client_id="waiting")
    assert site.client.post("/api/v1/query/stop", json={"client_id": "waiting"}).json == {"result": "OK"}
    assert site.state(query)["status"] == "stopped"
    start_worker(site)
    assert site.wait(site.ask("select 2 as two"), FINAL, 60)["status"] == "success"
    assert site.state(query)["status"] == "stopped"


def test_a_query_whose_message_was_lost_is_told_of_again(site_of: SiteOf, tmp_path: Path) -> None:
    site = site_of(filesystem(tmp_path))
    messages = tmp_path / "broker" / "messages"
    lost, stopped = site.ask("select 1 as one", client_id="lost"), site.ask("select 2 as two", client_id="stopped")
    site.client.post("/api/v1/query/stop", json={"client_id": "stopped"})
    before = site.state(lost)["changed_on"]
    for message in messages.iterdir():
        message.unlink()

    def told_again(waited_s: float, told_s: float) -> int:
        """How many were, when so many seconds have passed since they were asked for and since workers were told."""
        with site.app.app_context():
            moments = {"start_time": (time.time() - waited_s) * 1000, "heartbeat_on": now() - timedelta(seconds=told_s)}
            db.session.execute(update(Query).values(**moments, changed_on=Query.changed_on))
            db.session.commit()
            return queries.tell_again()

    # Its message may still lie there, the more so the longer the queue is.
    assert (told_again(20, 20), told_again(200, 40)) == (0, 0)
    assert (told_again(40, 40), told_again(200, 110)) == (1, 1)
    with site.app.app_context():
        assert queries.tell_again() == 0
    assert len(list(messages.iterdir())) == 2
    assert site.state(lost)["changed_on"] == before
    start_worker(site)
    assert site.wait(lost, FINAL, 60)["status"] == "success"
    assert site.state(stopped)["status"] == "stopped"


def test_the_clock_of_a_worker_looks_after_what_waits() -> None:
    modules_in(jobs)
    scheduled = {each["task"] for each in celery_config(load({}, **SECRETS))["beat_schedule"].values()}
    assert scheduled == {"queries.tick", "reports.tick", "saved_queries.tick"}
    assert scheduled <= set(celery.tasks)


def test_the_query_of_a_killed_worker_fails_and_runs_again(site_of: SiteOf, tmp_path: Path) -> None:
    site = site_of(filesystem(tmp_path))
    start_worker(site)
    query = site.ask(ENDLESS)
    site.wait(query, {"running"}, 60)
    # Its heartbeat keeps it alive, however long it runs.
    time.sleep(8 * HEARTBEAT_S)
    assert site.wait(query, {"running", *FINAL})["status"] == "running"
    end_worker(site, signal.SIGKILL)
    lost = site.wait(query, FINAL, 20)
    assert lost["status"] == "failed"
    assert lost["error_message"] == "The process that ran this query was lost. Run it again."
    start_worker(site)
    assert site.wait(site.ask("select 1 as one"), FINAL, 60)["status"] == "success"


def test_the_query_of_somebody_who_left_is_not_run(site_of: SiteOf, tmp_path: Path) -> None:
    site = site_of(filesystem(tmp_path))
    query = site.ask("select 1 as one")
    with site.app.app_context():
        site.app.appbuilder.sm.get_user_by_id(site.user).active = False  # type: ignore[attr-defined]
        db.session.commit()
    start_worker(site)
    until = time.monotonic() + 60
    status = "pending"
    while status not in FINAL and time.monotonic() < until:
        status = status_of(site, query["queryId"])
        time.sleep(0.1)
    assert status == "failed"


def status_of(site: Site, query_id: int) -> str:
    with site.app.app_context():
        row = db.session.execute(db.text("SELECT status FROM query WHERE id = :id"), {"id": query_id})
        return str(row.scalar_one())


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0", "amqp://guest:guest@127.0.0.1:1//"])
def test_without_a_broker_asking_fails_at_once_and_leaves_nothing(
    tmp_path: Path, settings: Settings, broker: str
) -> None:
    site = made_site(tmp_path, filesystem(tmp_path))
    bind(load({}, home=tmp_path, broker_uri=broker, **SECRETS))
    body = {"database_id": site.database, "sql": "select 1 as one", "runAsync": True}
    began = time.monotonic()
    refused = site.client.post("/api/v1/sqllab/execute/", json=body)
    assert refused.status_code == 503
    assert time.monotonic() - began < 5
    assert refused.headers["Retry-After"] == "5"
    assert site.client.get("/api/v1/query/").json["count"] == 0
    assert site.client.post("/api/v1/sqllab/execute/", json={**body, "runAsync": False}).status_code == 200
    with site.app.app_context():
        db.session.remove()
        db.engine.dispose()
    bind(settings)
