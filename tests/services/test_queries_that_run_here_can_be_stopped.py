"""Synchronous queries: stopped from another request, timed out, and run no more than once."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.config.settings import Settings
from superset_like.errors import QueryCanceled
from superset_like.extensions import db
from superset_like.models import Query, QueryStatus
from superset_like.models.mixins import now
from superset_like.services import queries
from tests.conftest import ClientOf

pytestmark = pytest.mark.slow

ENDLESS = "with recursive r(x) as (select 1 union all select x + 1 from r) select count(*) as n from r"
URL = "/api/v1/sqllab/execute/"


def test_a_running_query_is_stopped_by_another_request(client_of: ClientOf, data_database: int) -> None:
    asker, other = client_of("alice"), client_of("alice")
    answers: list[Any] = []
    body = {"database_id": data_database, "sql": ENDLESS, "client_id": "endless"}
    thread = threading.Thread(target=lambda: answers.append(asker.post(URL, json=body)))
    thread.start()
    wait_for(other, "endless", "running")
    began = time.monotonic()
    assert other.post("/api/v1/query/stop", json={"client_id": "endless"}).json == {"result": "OK"}
    thread.join(10)
    assert time.monotonic() - began < 2
    assert answers[0].status_code == 422
    assert answers[0].json["message"] == "The query was stopped"
    assert other.get("/api/v1/query/").json["result"][0]["status"] == "stopped"


def wait_for(client: Any, client_id: str, status: str) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        rows = client.get("/api/v1/query/").json["result"]
        if any(row["client_id"] == client_id and row["status"] == status for row in rows):
            return
        time.sleep(0.05)
    raise AssertionError(f"{client_id} is not {status}")


@pytest.fixture
def hasty(app: Flask) -> Any:
    """Queries of this test may run for a second."""
    former: Settings = app.extensions["superset_like_settings"]
    app.extensions["superset_like_settings"] = replace(former, sql_timeout_s=1.0)
    yield
    app.extensions["superset_like_settings"] = former


def test_a_query_that_runs_too_long_is_ended(hasty: None, client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    began = time.monotonic()
    ended = alice.post(URL, json={"database_id": data_database, "sql": ENDLESS})
    assert time.monotonic() - began < 4
    assert ended.status_code == 504
    assert ended.json["errors"][0]["error_type"] == "SQLLAB_TIMEOUT_ERROR"
    assert alice.get("/api/v1/query/").json["result"][0]["status"] == "timed_out"
    assert alice.post(URL, json={"database_id": data_database, "sql": "select 1 as one"}).status_code == 200


@pytest.fixture
def pending(app: Flask, people: dict[str, int], data_database: int) -> int:
    """The id of a query of alice that nobody has begun."""
    with app.app_context():
        query = Query(
            client_id="pending",
            database_id=data_database,
            user_id=people["alice"],
            sql="select 1 as one",
            limit=10,
            run_async=True,
            heartbeat_on=now(),
        )
        db.session.add(query)
        db.session.commit()
        return query.id


def test_a_query_that_is_delivered_twice_is_run_once(app: Flask, people: dict[str, int], pending: int) -> None:
    with app.app_context(), acting(of_user(people["alice"])) as actor:
        first = queries.run(actor, pending)
        assert first.status == QueryStatus.SUCCESS
        key, ended = first.results_key, first.end_time
        second = queries.run(actor, pending)
        assert (second.results_key, second.end_time) == (key, ended)


def test_a_query_counted_as_lost_ends_as_canceled(app: Flask, people: dict[str, int], pending: int) -> None:
    with app.app_context(), acting(of_user(people["alice"])) as actor:
        query = db.session.get(Query, pending)
        assert query is not None
        query.sql = ENDLESS
        db.session.commit()
        failed = threading.Timer(1.0, lambda: fail(app, pending))
        failed.start()
        with pytest.raises(QueryCanceled):
            queries.run(actor, pending)
        failed.join()
        db.session.expire_all()
        assert db.session.get(Query, pending).status == QueryStatus.FAILED  # type: ignore[union-attr]


def fail(app: Flask, query_id: int) -> None:
    with app.app_context():
        db.session.execute(db.update(Query).where(Query.id == query_id).values(status=QueryStatus.FAILED.value))
        db.session.commit()
