"""Who asked a chart's question may stop it, and nobody else may."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import ApiClient, ClientOf, Embedded

GuestOf = Callable[..., ApiClient]
STOP = "/api/v1/chart/data/stop"
COPIES = 14
# Longer than anybody waits.
ENDLESS = f"SELECT s0.amount AS n FROM {', '.join(f'sales s{at}' for at in range(COPIES))}"
SUM = {"expressionType": "SQL", "sqlExpression": "SUM(n)", "label": "sum"}


class Asked:
    """A question that takes its time, asked in a thread of its own under this name."""

    def __init__(self, client: ApiClient, dataset: int, name: str) -> None:
        body = {"datasource": {"id": dataset, "type": "table"}, "queries": [{"metrics": [SUM]}]}
        self.answers: list[Any] = []
        address = f"/api/v1/chart/data?client_id={name}"
        self.thread = threading.Thread(target=lambda: self.answers.append(client.post(address, json=body)))
        self.thread.start()

    def ended(self, within_s: float) -> bool:
        self.thread.join(within_s)
        return not self.thread.is_alive()


@pytest.fixture
def endless(client_of: ClientOf, data_database: int, sales: int) -> int:
    body = {"database": data_database, "table_name": "endless", "sql": ENDLESS}
    answer = client_of("admin").post("/api/v1/dataset/", json=body)
    assert answer.status_code == 201, answer.text
    pk: int = answer.get_json()["id"]
    return pk


def wait_until_it_runs() -> None:
    until = time.monotonic() + 10
    while not any(each.name == "watch-question" for each in threading.enumerate()):
        assert time.monotonic() < until, "nothing runs"
        time.sleep(0.02)


@pytest.mark.slow
def test_its_asker_stops_it_in_the_database(client_of: ClientOf, endless: int) -> None:
    asked = Asked(client_of("admin"), endless, "mine")
    wait_until_it_runs()
    # Another's question of the same name is another question.
    assert client_of("alice").post(STOP, json={"client_id": "mine"}).get_json() == {"result": "OK"}
    assert not asked.ended(within_s=1.5)
    assert client_of("admin").post(STOP, json={"client_id": "mine"}).get_json() == {"result": "OK"}
    assert asked.ended(within_s=10)
    assert asked.answers[0].status_code == 400
    assert asked.answers[0].get_json()["message"] == "Error: The query was stopped"


@pytest.mark.slow
def test_a_stop_that_comes_first_holds(client_of: ClientOf, endless: int) -> None:
    admin = client_of("admin")
    admin.post(STOP, json={"client_id": "early"})
    asked = Asked(admin, endless, "early")
    assert asked.ended(within_s=10)
    assert asked.answers[0].status_code == 400


def test_names_are_bounded_and_guests_stop_nothing(
    client_of: ClientOf, sales: int, embedded: Embedded, guest_of: GuestOf
) -> None:
    alice = client_of("alice")
    for body in ({}, {"client_id": ""}, {"client_id": "x" * 65}, {"client_id": 7}):
        answer = alice.post(STOP, json=body)
        assert answer.status_code == 400
        assert "client_id" in answer.text
    context = {"datasource": {"id": sales, "type": "table"}, "queries": [{"metrics": ["total"]}]}
    assert alice.post(f"/api/v1/chart/data?client_id={'x' * 65}", json=context).status_code == 400
    assert alice.post("/api/v1/chart/data?client_id=fine", json=context).status_code == 200
    assert client_of(None).post(STOP, json={"client_id": "x"}).status_code == 401
    assert guest_of(embedded).post(STOP, json={"client_id": "x"}).status_code == 403
