"""Whoever may not see a thing learns nothing of it, by id, uuid or slug, in lists, relations or by writing to it."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import ClientOf, Embedded


@dataclass(frozen=True)
class Things:
    """Paths of alice's things that charlie may not see, and of the same kinds of things that do not exist."""

    there: tuple[str, ...]
    absent: tuple[str, ...]


@pytest.fixture
def things(client_of: ClientOf, embedded: Embedded, data_database: int) -> Things:
    alice = client_of("alice")
    assert alice.put(f"/api/v1/dashboard/{embedded.dashboard}", json={"published": False}).status_code == 200
    assert client_of("admin").put(f"/api/v1/dashboard/{embedded.dashboard}", json={"slug": "shop"}).status_code == 200
    query = alice.post("/api/v1/saved_query/", json={"label": "mine", "sql": "SELECT 1", "db_id": data_database})
    ran = alice.post(
        "/api/v1/sqllab/execute/", json={"database_id": data_database, "sql": "SELECT 1", "client_id": "q"}
    )
    nouns = {
        "chart": embedded.chart,
        "dashboard": embedded.dashboard,
        "dataset": embedded.dataset,
        "database": data_database,
        "saved_query": query.get_json()["id"],
        "query": ran.get_json()["query_id"],
    }
    uuids = [f"/api/v1/{noun}/{uuid_of(alice, noun, nouns[noun])}" for noun in ("chart", "dashboard", "dataset")]
    there = [f"/api/v1/{noun}/{pk}" for noun, pk in nouns.items()] + uuids
    there += ["/api/v1/dashboard/shop", f"/api/v1/chart/{embedded.chart}/data/", "/api/v1/dashboard/shop/charts"]
    return Things(tuple(there), tuple(f"/api/v1/{noun}/99999" for noun in nouns))


def uuid_of(client: Any, noun: str, pk: int) -> str:
    uuid: str = client.get(f"/api/v1/{noun}/{pk}").get_json()["result"]["uuid"]
    return uuid


def test_their_owner_finds_them(client_of: ClientOf, things: Things) -> None:
    alice = client_of("alice")
    assert [(path, alice.get(path).status_code) for path in things.there] == [(path, 200) for path in things.there]


def test_a_stranger_gets_for_each_what_he_gets_for_none(client_of: ClientOf, things: Things) -> None:
    charlie = client_of("charlie")
    absent = {(answer.status_code, answer.text) for answer in map(charlie.get, things.absent)}
    for path in things.there:
        answer = charlie.get(path)
        assert answer.status_code in {403, 404}, (path, answer.text)
        assert (answer.status_code, answer.text) in absent, path
        for method in ("PUT", "DELETE"):
            refused = charlie.open(path, method=method, json={})
            assert refused.status_code in {400, 403, 404, 405}, (method, path, refused.text)


def test_lists_and_counts_leave_them_out(client_of: ClientOf, things: Things) -> None:
    charlie = client_of("charlie")
    for noun in ("chart", "dashboard", "dataset", "database"):
        answer = charlie.get(f"/api/v1/{noun}/")
        assert answer.get_json()["count"] == 0, noun
        assert answer.get_json()["result"] == []
        assert client_of("alice").get(f"/api/v1/{noun}/").get_json()["count"] == 1
    for noun in ("query", "saved_query"):
        assert charlie.get(f"/api/v1/{noun}/").status_code == 403


def test_people_are_named_to_those_who_share_something(client_of: ClientOf, things: Things) -> None:
    for noun in ("chart", "dashboard"):
        answer = client_of("charlie").get(f"/api/v1/{noun}/related/owners", query_string={"q": "(filter:a)"})
        assert [row["text"] for row in answer.get_json()["result"]] == ["Charlie Doe"]
        for word in ("@example.com", "scrypt", "password", "alice"):
            assert word not in answer.text
    names = client_of("admin").get("/api/v1/chart/related/owners").get_json()["result"]
    assert len(names) == 4


def test_columns_that_are_not_listed_are_neither_searched_nor_ordered_by(client_of: ClientOf, things: Things) -> None:
    alice = client_of("alice")
    for noun, column in (
        ("database", "password"),
        ("database", "secret_uri"),
        ("database", "encrypted_extra"),
        ("chart", "created_by.password"),
        ("dashboard", "owners.password"),
    ):
        q = f"(filters:!((col:{column},opr:sw,value:a)))"
        assert alice.get(f"/api/v1/{noun}/", query_string={"q": q}).status_code == 400, column
        ordered = alice.get(f"/api/v1/{noun}/", query_string={"q": f"(order_column:{column})"})
        assert ordered.status_code == 400, column
        asked = alice.get(f"/api/v1/{noun}/", query_string={"q": f"(columns:!({column}))"})
        assert column not in str(asked.get_json()["result"])


def test_what_the_server_fills_in_is_not_taken_from_a_body(
    client_of: ClientOf, embedded: Embedded, people: dict[str, int]
) -> None:
    bob, alice = client_of("bob"), client_of("alice")
    chart = {"slice_name": "x", "viz_type": "table", "datasource_id": embedded.dataset, "datasource_type": "table"}
    for field, value in (
        ("id", 77),
        ("created_by_fk", people["admin"]),
        ("changed_by_fk", people["admin"]),
        ("changed_on", "2000-01-01"),
        ("perm", "[x].[y]"),
        ("schema_perm", "[x]"),
        ("version", 99),
    ):
        for path, body in (("chart", chart), ("dashboard", {"dashboard_title": "x"})):
            assert alice.post(f"/api/v1/{path}/", json={**body, field: value}).status_code in {400, 422}, (path, field)
        own = f"/api/v1/chart/{embedded.chart}"
        # A version is what one expects, and is compared.
        refused = {409} if field == "version" else {400, 422}
        assert alice.put(own, json={field: value}).status_code in refused, field
    taken = {"owners": [people["bob"]]}
    for path in (f"chart/{embedded.chart}", f"dashboard/{embedded.dashboard}", f"dataset/{embedded.dataset}"):
        assert bob.put(f"/api/v1/{path}", json=taken).status_code == 403
    made = bob.post("/api/v1/chart/", json=chart)
    assert made.status_code == 201
    owners = bob.get(f"/api/v1/chart/{made.get_json()['id']}").get_json()["result"]["owners"]
    assert [owner["id"] for owner in owners] == [people["bob"]]


def test_one_thing_of_somebody_else_keeps_all(client_of: ClientOf, embedded: Embedded) -> None:
    bob = client_of("bob")
    chart = {"slice_name": "x", "viz_type": "table", "datasource_id": embedded.dataset, "datasource_type": "table"}
    own = bob.post("/api/v1/chart/", json=chart).get_json()["id"]
    both = {"q": f"!({own},{embedded.chart})"}
    assert bob.delete("/api/v1/chart/", query_string=both).status_code in {403, 404}
    assert bob.get(f"/api/v1/chart/{own}").status_code == 200
    assert bob.delete("/api/v1/chart/", query_string={"q": f"!({own})"}).status_code == 200


def test_a_chart_is_not_turned_to_data_of_somebody_else(client_of: ClientOf, embedded: Embedded, app: Any) -> None:
    charlie, alice = client_of("charlie"), client_of("alice")
    body = {"slice_name": "x", "viz_type": "table", "datasource_id": embedded.dataset, "datasource_type": "table"}
    assert charlie.post("/api/v1/chart/", json=body).status_code in {403, 404, 422}
    question = {"columns": ["region"], "metrics": None}
    asked = {"datasource": {"id": embedded.dataset, "type": "table"}, "queries": [question]}
    for slice_id in (None, embedded.chart):
        answer = charlie.post("/api/v1/chart/data", json={**asked, "form_data": {"slice_id": slice_id}})
        assert answer.status_code in {403, 404}, answer.text
    assert alice.post("/api/v1/chart/data", json=asked).status_code == 200


@pytest.mark.parametrize("number", ["²", "٣", "9" * 10, "9" * 20, "9" * 5000])
def test_a_number_that_no_id_can_be_is_not_found(client_of: ClientOf, data_database: int, number: str) -> None:
    admin = client_of("admin")
    paths = [f"/api/v1/{noun}/{number}" for noun in ("dashboard", "dataset")] + [f"/superset/dashboard/{number}/"]
    assert [(path, admin.get(path).status_code) for path in paths] == [(path, 404) for path in paths]
    asked = {"datasource": {"id": number, "type": "table"}, "queries": [{"columns": [], "metrics": []}]}
    assert admin.post("/api/v1/chart/data", json=asked).status_code in (400, 404)
    warmed = {"dashboard_id": number, "table_name": "orders", "db_name": "data"}
    assert admin.put("/api/v1/dataset/warm_up_cache", json=warmed).status_code in (400, 404)
