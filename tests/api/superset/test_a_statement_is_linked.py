"""Permalinks of the SQL editor."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client

from tests.conftest import ApiClient, ClientOf, Embedded

LINKS = "/api/v1/sqllab/permalink"


def statement(database: int, **more: Any) -> dict[str, Any]:
    return {
        "dbId": database,
        "name": "n",
        "schema": "main",
        "sql": "SELECT 'ä'\n-- {{ x }}",
        "autorun": False,
        "templateParams": "",
        "catalog": None,
        **more,
    }


def test_a_link_keeps_the_statement(
    client_of: ClientOf, browser_of: Callable[[str], Client], data_database: int
) -> None:
    alice, state = client_of("alice"), statement(data_database)
    made = alice.post(LINKS, json=state)
    key = made.get_json()["key"]
    assert (made.status_code, made.get_json()["url"]) == (201, f"http://localhost/sqllab/p/{key}/")
    assert alice.post(LINKS, json=state).get_json()["key"] == key
    assert alice.post(LINKS, json={**state, "sql": "SELECT 2"}).get_json()["key"] != key
    assert client_of("admin").get(f"{LINKS}/{key}").get_json() == state
    page = browser_of("alice").get(f"/sqllab/p/{key}/")
    assert (page.status_code, page.location) == (302, f"/sqllab/?permalink_key={key}")
    assert alice.get(f"{LINKS}/nope").status_code == 404
    assert browser_of("alice").get("/sqllab/p/nope/").status_code == 404


def test_only_who_writes_sql_on_the_connection_reads_it(
    client_of: ClientOf,
    browser_of: Callable[[str], Client],
    guest_of: Callable[..., ApiClient],
    embedded: Embedded,
    data_database: int,
    app: Any,
) -> None:
    state = statement(data_database)
    key = client_of("alice").post(LINKS, json=state).get_json()["key"]
    for client, status in (
        (client_of("bob"), 403),
        (client_of("charlie"), 403),
        (guest_of(embedded), 403),
        (client_of(None), 401),
    ):
        assert (client.get(f"{LINKS}/{key}").status_code, client.post(LINKS, json=state).status_code) == (
            status,
            status,
        )
    assert browser_of("bob").get(f"/sqllab/p/{key}/").status_code == 403
    with app.app_context():
        security = app.appbuilder.sm
        charlie = security.find_user("charlie")
        charlie.roles = [*charlie.roles, security.find_role("sql_lab")]
        security.update_user(charlie)
    assert client_of("charlie").get(f"{LINKS}/{key}").status_code == 404
    assert client_of("charlie").post(LINKS, json=state).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"dbId": 999}, 404),
        ({"dbId": "1"}, 400),
        ({"dbId": 2**63}, 400),
        ({"sql": None}, 400),
        ({"name": 1}, 400),
        ({"templateParams": "["}, 400),
        ({"nonsense": 1}, 400),
    ],
)
def test_what_is_no_statement_is_refused(
    client_of: ClientOf, data_database: int, change: dict[str, Any], status: int
) -> None:
    answer = client_of("alice").post(LINKS, json=statement(data_database, **change))
    assert answer.status_code == status, answer.text
