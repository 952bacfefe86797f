"""/superset/sql_json/, where scripts and clients of former Supersets run SQL."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import Client

from tests.conftest import ClientOf

PATH = "/superset/sql_json/"


@pytest.fixture
def body(data_database: int) -> dict[str, object]:
    return {"database_id": data_database, "sql": "SELECT id, tenant FROM sales ORDER BY id", "queryLimit": 3}


def test_rows_are_those_of_the_api(client_of: ClientOf, body: dict[str, object]) -> None:
    alice = client_of("alice")
    old, new = alice.post(PATH, json=body), alice.post("/api/v1/sqllab/execute/", json=body)
    assert old.status_code == new.status_code == 200, old.text
    assert old.get_json()["data"] == new.get_json()["data"] == [{"id": n, "tenant": "a"} for n in (1, 2, 3)]
    assert old.get_json()["columns"] == new.get_json()["columns"]
    assert old.get_json().keys() == new.get_json().keys()


def test_it_is_kept_in_the_history_of_who_asked(client_of: ClientOf, body: dict[str, object]) -> None:
    assert client_of("alice").post(PATH, json=body).status_code == 200
    assert [row["sql"] for row in client_of("alice").get("/api/v1/query/").get_json()["result"]] == [body["sql"]]


def test_errors_are_json_and_say_what_is_wrong(client_of: ClientOf, body: dict[str, object]) -> None:
    alice = client_of("alice", Accept="text/html")
    answer = alice.post(PATH, json={**body, "sql": "SELECT nothing FROM sales"})
    assert (answer.status_code, answer.is_json) == (422, True), answer.text
    assert "nothing" in answer.get_json()["errors"][0]["message"]
    answer = alice.post(PATH, json={"sql": "SELECT 1"})
    assert answer.status_code == 400
    assert answer.get_json()["message"] == {"database_id": ["Missing data for required field."]}


def test_it_is_closed_as_the_api_is(
    app: Flask, client_of: ClientOf, browser_of: Callable[[str], Client], body: dict[str, object]
) -> None:
    for name, status in ((None, 401), ("bob", 403), ("charlie", 403)):
        answer = client_of(name).post(PATH, json=body)
        assert (answer.status_code, answer.is_json) == (status, True), (name, answer.text)
    assert client_of("alice").post(PATH, json={**body, "sql": "DROP TABLE sales"}).status_code == 422
    browser = browser_of("alice")
    assert browser.post(PATH, json=body).status_code == 400
    proof = browser.get("/api/v1/security/csrf_token/").get_json()["result"]
    assert browser.post(PATH, json=body, headers={"X-CSRFToken": proof}).status_code == 200
