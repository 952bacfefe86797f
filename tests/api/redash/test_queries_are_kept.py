import json
from typing import Any

import pytest

from tests.api.redash.conftest import RedashOf, Shop
from tests.conftest import ClientOf, Counted

FIELDS = {
    *("id", "latest_query_data_id", "name", "description", "query", "query_hash", "schedule", "api_key"),
    *("is_archived", "is_draft", "updated_at", "created_at", "data_source_id", "options", "version", "tags"),
    *("is_safe", "user", "last_modified_by", "is_favorite"),
}


def test_a_query_comes_back_as_it_was_sent(shop: Shop) -> None:
    options = {"parameters": [], "zeta": [1, {"b": None, "a": "ü"}], "alpha": 1.5}
    made = shop.query("select 1 as a", name="One", description="d", tags=["x", "", "y"], options=options)
    assert FIELDS <= set(made)
    assert (made["is_draft"], made["is_archived"], made["version"], made["is_safe"]) == (True, False, 1, True)
    assert made["query_hash"] == "060a128f00c3f0007279e635c61ca06c"
    assert (made["tags"], len(made["api_key"]), made["latest_query_data_id"]) == (["x", "y"], 40, None)
    read = shop.alice.get(f"/api/queries/{made['id']}").get_json()
    assert read["options"] == options
    assert list(read["options"]) == list(options)
    assert read["can_edit"] is True
    assert read["user"]["email"] == "alice@example.com"
    assert made["created_at"].endswith("Z")
    assert [(each["type"], each["name"], each["options"]) for each in read["visualizations"]] == [
        ("TABLE", "Table", {})
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "query": "select 1"}, "data_source_id"),
        ({"name": "x", "data_source_id": 1}, "query"),
        ({"name": "x", "query": "select 1", "data_source_id": 999}, "data_source_id"),
        ({"name": "x", "query": "select 1", "data_source_id": "one"}, "data_source_id"),
        ({"name": "x", "query": "select 1", "data_source_id": 1.5}, "data_source_id"),
        ({"name": "x", "query": "select 1", "data_source_id": True}, "data_source_id"),
        ({"name": 5, "query": "select 1", "data_source_id": 1}, "name"),
        ({"name": "x", "query": "select 1", "data_source_id": 1, "options": []}, "options"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(shop: Shop, body: dict[str, Any], field: str) -> None:
    before = shop.alice.get("/api/queries").get_json()["count"]
    refused = shop.alice.post("/api/queries", json=body)
    assert refused.status_code == 400
    assert field in refused.get_json()["fields"]
    assert shop.alice.get("/api/queries").get_json()["count"] == before


def test_a_body_that_is_no_json_is_refused_and_a_content_type_is_not_needed(shop: Shop) -> None:
    refused = shop.alice.post("/api/queries", data="hello")
    assert (refused.status_code, refused.get_json()["message"][:11]) == (400, "The browser")
    text = f'{{"name": "x", "query": "select 1", "data_source_id": {shop.source}, "bogus": 1}}'
    assert shop.alice.post("/api/queries", data=text).status_code == 200
    # What curl calls a body that was given with -d.
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert shop.alice.post("/api/queries", data=text, headers=form).status_code == 200


def test_the_object_that_was_read_can_be_sent_back_any_number_of_times(shop: Shop) -> None:
    read = shop.alice.get(f"/api/queries/{shop.query('select 1')['id']}").get_json()
    for name in ("a", "b"):
        changed = shop.alice.post(f"/api/queries/{read['id']}", json={**read, "name": name})
        assert (changed.status_code, changed.get_json()["name"], changed.get_json()["version"]) == (200, name, 1)
    assert shop.alice.post(f"/api/queries/{read['id']}", json={"name": "c", "version": 2}).status_code == 409
    assert shop.alice.get(f"/api/queries/{read['id']}").get_json()["name"] == "b"


def test_whoever_reads_the_connection_sees_it_and_only_its_editors_change_it(
    shop: Shop, people: dict[str, int]
) -> None:
    made = shop.query("select 1")
    address = f"/api/queries/{made['id']}"
    seen = shop.vera.get(address)
    assert (seen.status_code, seen.get_json()["can_edit"], seen.get_json()["api_key"]) == (200, False, None)
    assert shop.carl.get(address).status_code == 404
    refused = shop.vera.post(address, json={"name": "mine"})
    assert (refused.status_code, "You don't have the permission" in refused.get_json()["message"]) == (403, True)
    for refused in (
        shop.vera.delete(address),
        shop.vera.post(f"{address}/acl", json={"access_type": "modify", "user_id": people["bob"]}),
        shop.vera.post(f"{address}/regenerate_api_key"),
    ):
        assert refused.status_code == 403
        assert refused.get_json()["message"] == "You don't have permission to edit this resource."
    assert shop.admin.post(address, json={"name": "yours"}).get_json()["last_modified_by"]["id"] == people["admin"]
    assert shop.carl.post(address, json={"name": "x"}).status_code == 404


def test_grants_let_others_change_it(shop: Shop, people: dict[str, int], redash_of: RedashOf) -> None:
    address = f"/api/queries/{shop.query('select 1', client=shop.admin)['id']}"
    assert shop.admin.get(f"{address}/acl").get_json() == {}
    assert shop.alice.post(address, json={"name": "x"}).status_code == 403
    given = shop.admin.post(f"{address}/acl", json={"access_type": "modify", "user_id": people["alice"]})
    assert given.get_json()["grantee"] == people["alice"]
    assert [each["id"] for each in shop.admin.get(f"{address}/acl").get_json()["modify"]] == [people["alice"]]
    assert shop.alice.get(f"{address}/acl/modify").get_json() == {"response": True}
    assert shop.alice.post(address, json={"name": "x"}).status_code == 200
    assert shop.admin.post(f"{address}/acl", json={"access_type": "own", "user_id": 1}).status_code == 400
    assert shop.admin.post(f"{address}/acl", json={"access_type": "modify", "user_id": 9999}).status_code == 400
    shop.admin.delete(f"{address}/acl", json={"access_type": "modify", "user_id": people["alice"]})
    assert shop.alice.get(f"{address}/acl/modify").get_json() == {"response": False}
    assert shop.alice.post(address, json={"name": "y"}).status_code == 403


def test_an_archived_query_is_in_no_list_but_the_archive(shop: Shop) -> None:
    made = shop.query("select 1")
    for _ in range(2):
        gone = shop.alice.delete(f"/api/queries/{made['id']}")
        assert (gone.status_code, gone.get_json()) == (200, None)
    assert shop.alice.get(f"/api/queries/{made['id']}").get_json()["is_archived"] is True
    assert shop.alice.get("/api/queries").get_json()["count"] == 0
    assert shop.alice.get("/api/queries/archive").get_json()["count"] == 1
    assert shop.vera.get("/api/queries/archive").get_json()["count"] == 0
    shop.alice.post(f"/api/queries/{made['id']}", json={"is_archived": False})
    assert shop.alice.get("/api/queries").get_json()["count"] == 1


def test_archiving_by_an_edit_is_archiving(shop: Shop, people: dict[str, int]) -> None:
    daily = {"interval": 86400, "time": "08:00", "day_of_week": None, "until": None}
    made = shop.query("select 1", client=shop.admin, schedule=daily)
    address = f"/api/queries/{made['id']}"
    board = shop.admin.post("/api/dashboards", json={"name": "Board"}).get_json()["id"]
    widget = {"dashboard_id": board, "visualization_id": made["visualizations"][0]["id"]}
    shop.admin.post("/api/widgets", json={**widget, "text": "", "options": {}, "width": 1})
    shop.admin.post(f"{address}/acl", json={"access_type": "modify", "user_id": people["alice"]})
    assert shop.alice.post(address, json={"is_archived": True}).status_code == 403
    assert shop.admin.get(address).get_json()["is_archived"] is False
    archived = shop.admin.post(address, json={**made, "is_archived": True}).get_json()
    assert (archived["is_archived"], archived["schedule"]) == (True, None)
    assert shop.admin.get(f"/api/dashboards/{board}").get_json()["widgets"] == []


def test_a_fork_is_the_forkers_own(shop: Shop) -> None:
    made = shop.query("select {{ n }}", {"name": "n", "type": "number", "value": 1}, tags=["t"], client=shop.admin)
    copy = shop.alice.post(f"/api/queries/{made['id']}/fork").get_json()
    assert copy["name"] == f"Copy of (#{made['id']}) A query"
    assert (copy["query"], copy["options"], copy["tags"]) == (made["query"], made["options"], ["t"])
    assert (copy["user"]["email"], copy["is_draft"]) == ("alice@example.com", True)
    assert copy["api_key"] != made["api_key"]
    assert [each["type"] for each in copy["visualizations"]] == ["TABLE"]
    assert copy["visualizations"][0]["id"] != made["visualizations"][0]["id"]
    assert shop.vera.post(f"/api/queries/{made['id']}/fork").status_code == 403
    assert shop.carl.post(f"/api/queries/{made['id']}/fork").status_code == 404


def test_lists_are_searched_ordered_and_counted(shop: Shop) -> None:
    for name, sql, tags in (
        ("Orders", "select 1", ["sales", "daily"]),
        ("Returns", "select 2 -- orders", ["sales"]),
        ("People", "select 3", []),
    ):
        shop.query(sql, name=name, tags=tags)

    def names(**arguments: Any) -> list[str]:
        found = shop.alice.get("/api/queries", query_string=arguments).get_json()
        return [each["name"] for each in found["results"]]

    assert names() == ["People", "Returns", "Orders"]
    assert names(order="name") == ["Orders", "People", "Returns"]
    assert names(order="-name") == ["Returns", "People", "Orders"]
    assert names(order="nonsense") == ["People", "Returns", "Orders"]
    assert names(q="orders") == ["Orders", "Returns"]
    assert names(q="orders -returns") == ["Orders"]
    assert names(q="people or returns", order="name") == ["People", "Returns"]
    assert names(tags=["sales", "daily"]) == ["Orders"]
    assert names(page=2, page_size=2) == ["Orders"]
    assert names(page="x", page_size="y") == ["People", "Returns", "Orders"]
    found = shop.alice.get("/api/queries/tags").get_json()
    assert found == {"tags": [{"name": "sales", "count": 2}, {"name": "daily", "count": 1}]}
    item = shop.alice.get("/api/queries?page_size=1").get_json()["results"][0]
    assert {"retrieved_at", "runtime", "last_modified_by_id", "is_favorite"} <= set(item)
    assert not {"visualizations", "last_modified_by"} & set(item)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ("page=0", 400, "Page must be positive integer."),
        ("page_size=251", 400, "Page size is out of range (1-250)."),
        ("page_size=0", 400, "Page size is out of range (1-250)."),
        ("page=2", 400, "Page is out of range."),
    ],
)
def test_pages_out_of_range_are_told(shop: Shop, arguments: str, status: int, message: str) -> None:
    shop.query("select 1")
    refused = shop.alice.get(f"/api/queries?{arguments}")
    assert (refused.status_code, refused.get_json()["message"]) == (status, message)


def test_stars_are_ones_own(shop: Shop) -> None:
    made = shop.query("select 1")
    for _ in range(2):
        assert shop.vera.post(f"/api/queries/{made['id']}/favorite", json={}).get_json() is None
    starred = shop.vera.get("/api/queries/favorites").get_json()["results"]
    assert [(each["id"], each["is_favorite"]) for each in starred] == [(made["id"], True)]
    assert "starred_at" in starred[0]
    assert shop.alice.get("/api/queries/favorites").get_json()["count"] == 0
    shop.vera.delete(f"/api/queries/{made['id']}/favorite")
    assert shop.vera.get("/api/queries/favorites").get_json()["count"] == 0


def test_it_is_supersets_saved_query_too(shop: Shop, client_of: ClientOf) -> None:
    made = shop.query("select 1 as a", name="Both")
    alice = client_of("alice")
    read = alice.get(f"/api/v1/saved_query/{made['id']}").get_json()["result"]
    assert (read["label"], read["sql"]) == ("Both", "select 1 as a")
    alice.put(f"/api/v1/saved_query/{made['id']}", json={"sql": "select 2 as b"})
    assert shop.alice.get(f"/api/queries/{made['id']}").get_json()["query"] == "select 2 as b"
    body = {"db_id": shop.source, "label": "Private", "sql": "select 3"}
    mine = alice.post("/api/v1/saved_query/", json=body).get_json()["id"]
    assert shop.alice.get(f"/api/queries/{mine}").status_code == 200
    assert shop.vera.get(f"/api/queries/{mine}").status_code == 404
    assert shop.vera.get("/api/queries").get_json()["count"] == 1


def test_it_opens_in_the_sql_editor_with_its_own_values(shop: Shop, client_of: ClientOf) -> None:
    dates = {"name": "r", "type": "date-range", "value": {"start": "2026-01-01", "end": "2026-01-31"}}
    sql = "select count(*) as n from sales where amount > {{ n }} and sold_on >= '{{ r.start }}'"
    made = shop.query(sql, {"name": "n", "type": "number", "value": 50}, dates)
    alice = client_of("alice")
    read = alice.get(f"/api/v1/saved_query/{made['id']}").get_json()["result"]
    assert json.loads(read["template_parameters"]) == {"n": "50", "r": {"start": "2026-01-01", "end": "2026-01-31"}}
    body = {"database_id": shop.source, "sql": read["sql"], "templateParams": read["template_parameters"]}
    assert alice.post("/api/v1/sqllab/execute/", json=body).get_json()["data"] == [{"n": 6}]


def test_lists_and_items_cost_few_statements(shop: Shop, counted: Counted) -> None:
    for number in range(30):
        shop.query(f"select {number}", tags=["t"])
    for address, most in (("/api/queries?page_size=25", 8), ("/api/queries?page_size=3", 8)):
        shop.alice.get(address)
        counted.statements.clear()
        assert shop.alice.get(address).status_code == 200
        assert len(counted) <= most, counted.statements


def test_a_dropdown_needs_a_query_that_one_may_see(shop: Shop) -> None:
    parameter = {"name": "p", "type": "query", "queryId": 9999}
    body = {
        "name": "x",
        "query": "select {{ p }}",
        "data_source_id": shop.source,
        "options": {"parameters": [parameter]},
    }
    refused = shop.alice.post("/api/queries", json=body)
    assert refused.status_code == 400
    assert refused.get_json()["message"].startswith("You are trying to associate a dropdown query")


def test_sql_is_set_in_lines_as_far_as_it_can_be(shop: Shop) -> None:
    made = shop.alice.post("/api/queries/format", json={"query": "select a, b from t where c = 1"})
    assert made.get_json()["query"].splitlines()[0] == "SELECT"
    for text in ("select 'never ended", "select {{ n }}"):
        assert shop.alice.post("/api/queries/format", json={"query": text}).get_json() == {"query": text}
    assert shop.alice.post("/api/queries/format", json={}).status_code == 400


@pytest.mark.parametrize("address", ["/api/queries/abc", "/api/queries/99999999999", "/api/queries/1/nothing"])
def test_what_is_not_there_is_a_404_in_json(shop: Shop, address: str) -> None:
    found = shop.alice.get(address)
    assert (found.status_code, found.is_json) == (404, True)
    assert "message" in found.get_json()
