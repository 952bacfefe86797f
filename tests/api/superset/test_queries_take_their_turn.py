"""So many queries at a time of one caller, so many on one database; the rest wait, then are told to come again."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.config.settings import Settings
from superset_like.extensions import db
from superset_like.services import chart_data, slots
from tests.conftest import ApiClient, ClientOf, Embedded

DATA = "/api/v1/chart/data"
Set = Callable[..., None]


@pytest.fixture
def with_settings(app: Flask) -> Iterator[Set]:
    """Changes settings for the test."""
    former: Settings = app.extensions["superset_like_settings"]

    def changed(**values: Any) -> None:
        app.extensions["superset_like_settings"] = replace(former, **values)

    yield changed
    app.extensions["superset_like_settings"] = former


@pytest.fixture
def busy(app: Flask, people: dict[str, int], data_database: int) -> Callable[..., Any]:
    """A block in which somebody has so many queries at work on the shop's database."""

    @contextmanager
    def made(name: str, count: int = 1) -> Iterator[None]:
        with app.app_context(), acting(of_user(people[name])) as actor:
            held = [slots.take(actor, data_database) for _ in range(count)]
        try:
            yield
        finally:
            for each in held:
                each.release()

    return made


def ask(client: ApiClient, dataset: int, force: bool = True) -> Any:
    query = {"columns": ["region"], "metrics": ["count"]}
    body = {"datasource": {"id": dataset, "type": "table"}, "queries": [query], "force": force}
    return client.post(DATA, json=body)


def run_sql(client: ApiClient, database: int) -> Any:
    return client.post("/api/v1/sqllab/execute/", json={"database_id": database, "sql": "SELECT 1 AS one"})


def test_who_has_too_many_queries_is_told_to_come_again(
    with_settings: Set, busy: Any, client_of: ClientOf, sales: int, data_database: int
) -> None:
    with_settings(queries_per_user=2, queue_wait_s=0.05)
    alice = client_of("alice")
    with busy("alice", 2):
        for answer in (ask(alice, sales), run_sql(alice, data_database)):
            assert answer.status_code == 429
            assert answer.headers["Retry-After"] == "5"
            assert "your queries" in answer.get_json()["message"]
        assert ask(client_of("bob"), sales).status_code == 200
    assert ask(alice, sales).status_code == 200
    assert run_sql(alice, data_database).status_code == 200


def test_a_database_has_so_many_queries_of_all(
    with_settings: Set, busy: Any, client_of: ClientOf, sales: int, data_database: int
) -> None:
    with_settings(queries_per_database=1, queue_wait_s=0.05)
    with busy("alice"):
        for answer in (ask(client_of("bob"), sales), run_sql(client_of("admin"), data_database)):
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "5"
    assert ask(client_of("bob"), sales).status_code == 200


def test_a_process_has_so_many_queries(with_settings: Set, busy: Any, client_of: ClientOf, sales: int) -> None:
    with_settings(queries_per_process=1, queue_wait_s=0.05)
    with busy("alice"):
        answer = ask(client_of("bob"), sales)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        # Requests without a query are answered.
        assert client_of("bob").get(f"/api/v1/dataset/{sales}").status_code == 200
    assert ask(client_of("bob"), sales).status_code == 200


def test_who_waits_for_an_answer_holds_no_connection_to_the_metadata(
    app: Flask, client_of: ClientOf, sales: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, ended = threading.Event(), threading.Event()
    rows = chart_data._rows

    def slow(*arguments: Any) -> Any:
        began.set()
        assert ended.wait(20)
        return rows(*arguments)

    monkeypatch.setattr(chart_data, "_rows", slow)
    clients, answers = [client_of("bob") for _ in range(3)], []
    threads = [threading.Thread(target=lambda each=each: answers.append(ask(each, sales))) for each in clients]  # type: ignore[misc]
    threads[0].start()
    assert began.wait(20)
    for thread in threads[1:]:
        thread.start()
    with app.app_context():
        until(lambda: slots.stores.crowd()._waiting == 2)
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    ended.set()
    for thread in threads:
        thread.join(20)
    assert [answer.status_code for answer in answers] == [200] * 3


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_kept_answer_needs_no_turn(with_settings: Set, busy: Any, client_of: ClientOf, sales: int) -> None:
    bob = client_of("bob")
    assert ask(bob, sales).status_code == 200
    with_settings(queries_per_database=1, queue_wait_s=0.05)
    with busy("alice"):
        assert ask(bob, sales, force=False).get_json()["result"][0]["is_cached"] is True


def test_a_query_waits_for_its_turn(with_settings: Set, busy: Any, client_of: ClientOf, sales: int) -> None:
    with_settings(queries_per_database=1, queue_wait_s=20.0)
    bob, answers = client_of("bob"), []
    with busy("alice"):
        thread = threading.Thread(target=lambda: answers.append(ask(bob, sales)))
        thread.start()
        thread.join(0.3)
        assert answers == []
    thread.join(10)
    assert [answer.status_code for answer in answers] == [200]


def test_a_download_holds_its_turn_until_it_ends(
    with_settings: Set, client_of: ClientOf, sales: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(queries_per_user=1, queue_wait_s=0.05)
    monkeypatch.setattr(chart_data, "MOST_HELD_ROWS", 5)
    alice = client_of("alice")
    query: dict[str, Any] = {"columns": ["id"], "metrics": None}
    body = {"datasource": {"id": sales, "type": "table"}, "queries": [query], "force": True}
    leaving = alice.post(DATA, json={**body, "result_format": "ndjson"})
    assert leaving.status_code == 200
    assert ask(alice, sales).status_code == 429
    # Whoever goes away in the middle gives it back, whoever reads to the end, and whoever fails.
    leaving.close()
    assert len(alice.post(DATA, json={**body, "result_format": "ndjson"}).text.splitlines()) == 12
    query["columns"] = [{"sqlExpression": "upper(id, 1)", "label": "x"}]
    assert alice.post(DATA, json={**body, "result_format": "csv"}).status_code == 400
    assert ask(alice, sales).status_code == 200


def test_visitors_leave_room_for_users(
    with_settings: Set, guest_of: Any, embedded: Embedded, client_of: ClientOf, app: Flask, data_database: int
) -> None:
    with_settings(queries_per_user=1, queue_wait_s=0.05)
    # Under a rule of its own, whose answer nobody has kept.
    guest = guest_of(embedded, "tenant IN ('a', 'turn')")
    question = {
        "datasource": {"id": embedded.dataset, "type": "table"},
        "queries": [
            {"columns": ["region"], "metrics": ["total"], "orderby": [["region", True]], "row_limit": 1000},
        ],
        "form_data": {"slice_id": embedded.chart, "dashboardId": embedded.dashboard},
    }
    with app.app_context():
        held = slots.stores.leases().take("queries of guest visitor", 1)
    assert held is not None
    assert guest.post(DATA, json=question).status_code == 429
    assert ask(client_of("bob"), embedded.dataset).status_code == 200
    held.release()
    assert guest.post(DATA, json=question).status_code == 200


def test_an_answer_beyond_the_memory_for_it_is_413(with_settings: Set, client_of: ClientOf, data_database: int) -> None:
    with_settings(max_answer_mib=1, sql_row_limit=100_000)
    long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
    sql = f"{long} SELECT printf('%1000d', i) AS text FROM n"
    alice = client_of("alice")
    answer = alice.post("/api/v1/sqllab/execute/", json={"database_id": data_database, "sql": sql})
    assert answer.status_code == 413
    made = client_of("admin").post(
        "/api/v1/dataset/", json={"database": data_database, "table_name": "long", "sql": sql}
    )
    body = {
        "datasource": {"id": made.get_json()["id"], "type": "table"},
        "queries": [{"columns": ["text"], "metrics": None}],
    }
    answer = client_of("admin").post(DATA, json=body)
    assert answer.status_code == 413
    assert answer.get_json()["errors"][0]["extra"]["limit_mib"] == "1"
    assert client_of("admin").post(DATA, json={**body, "result_format": "csv"}).status_code == 200


def test_values_of_filters_and_nesting_are_limited_as_set(with_settings: Set, client_of: ClientOf, sales: int) -> None:
    with_settings(max_filter_values=3, max_nesting=8)
    bob = client_of("bob")
    query = {"columns": ["region"], "filters": [{"col": "id", "op": "IN", "val": [1, 2, 3]}]}
    body = {"datasource": {"id": sales, "type": "table"}, "queries": [query]}
    assert bob.post(DATA, json=body).status_code == 200
    query["filters"][0]["val"].append(4)  # type: ignore[index,attr-defined]
    assert "at most 3 values" in bob.post(DATA, json=body).get_json()["message"]
    deep = {**body, "queries": [{"columns": ["region"], "url_params": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}}]}
    assert "nested too deeply" in bob.post(DATA, json=deep).get_json()["message"]
    texts = {**body, "queries": [{"columns": ["region"], "url_params": {"a": '[[[[[[[["{{{{{{{{'}}]}
    assert bob.post(DATA, json=texts).status_code == 200
