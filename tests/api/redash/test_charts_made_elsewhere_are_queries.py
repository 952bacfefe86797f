import json
from typing import Any

import pytest
from flask import Flask

from tests.api.redash.conftest import Shop
from tests.conftest import ApiClient, ClientOf, Counted
from tests.row_rules import limit

FIRST = 1_000_000_000


@pytest.fixture
def chart(client_of: ClientOf, sales: int) -> int:
    """A chart of alice over the dataset of sales."""
    question = {"columns": ["region"], "metrics": ["total"], "orderby": [["region", True]], "row_limit": 100}
    context = {"datasource": {"id": sales, "type": "table"}, "queries": [question]}
    params = {"viz_type": "pie", "groupby": ["region"], "metric": "total", "datasource": f"{sales}__table"}
    body = {
        **{"slice_name": "By region", "viz_type": "pie", "datasource_id": sales, "datasource_type": "table"},
        **{"query_context": json.dumps(context), "params": json.dumps(params), "description": "Sums"},
    }
    found: int = client_of("alice").post("/api/v1/chart/", json=body).get_json()["id"]
    return found


def rows(client: ApiClient, result_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/query_results/{result_id}").get_json()["query_result"]["data"][
        "rows"
    ]
    return found


def test_it_stands_in_the_list_and_is_read(shop: Shop, chart: int) -> None:
    shop.query("select 1", name="Zebra")
    listed = shop.alice.get("/api/queries?order=name").get_json()
    assert (listed["count"], [each["name"] for each in listed["results"]]) == (2, ["By region", "Zebra"])
    item = listed["results"][0]
    assert (item["id"], item["data_source_id"], item["api_key"], item["is_safe"]) == (
        FIRST + chart,
        shop.source,
        None,
        True,
    )
    assert 'SUM("sales".amount) AS "total"' in item["query"]
    read = shop.alice.get(f"/api/queries/{item['id']}").get_json()
    assert (read["query"], read["can_edit"]) == (item["query"], True)
    assert [(each["id"], each["name"]) for each in read["visualizations"]] == [(chart, "By region")]
    found = shop.alice.get("/api/queries?q=region").get_json()["results"]
    assert [each["id"] for each in found] == [item["id"]]
    assert shop.alice.get("/api/queries?page=2&page_size=1&order=name").get_json()["results"][0]["name"] == "Zebra"
    assert {each["name"] for each in shop.alice.get("/api/queries/recent").get_json()} == {"Zebra", "By region"}


def test_it_is_run_and_its_result_read(shop: Shop, chart: int) -> None:
    query = {"id": FIRST + chart}
    assert shop.alice.get(f"/api/queries/{query['id']}/results.json").status_code == 404
    job = shop.ran(query)
    assert job["status"] == 3
    assert {"region": "west", "total": 500} in rows(shop.alice, job["query_result_id"])
    again = shop.alice.post(f"/api/queries/{query['id']}/results").get_json()["query_result"]
    assert again["id"] == job["query_result_id"]
    text = shop.alice.get(f"/api/queries/{query['id']}/results.csv").text
    assert text.startswith("region,")
    refused = shop.alice.post(f"/api/queries/{query['id']}/results", json={"parameters": {"x": 1}})
    assert refused.status_code == 400


def test_it_obeys_row_rules_and_rights(shop: Shop, chart: int, app: Flask, sales: int, redash_of: Any) -> None:
    query = {"id": FIRST + chart}
    whole = shop.ran(query)["query_result_id"]
    bob = redash_of("bob")
    # Bob has the dataset, and no right to run SQL: neither to see it.
    limit(app, "sql_lab", "tenant = 'a'", sales)
    assert shop.carl.get(f"/api/queries/{query['id']}").status_code == 404
    assert shop.carl.get(f"/api/query_results/{whole}").status_code == 403
    assert bob.get("/api/queries").status_code == 403
    own = shop.ran(query)
    assert [row["region"] for row in rows(shop.alice, own["query_result_id"])] == [None, "east", "north", "south"]
    assert shop.admin.get(f"/api/query_results/{own['query_result_id']}").status_code == 200


def test_its_name_is_written_and_its_question_is_not(shop: Shop, chart: int, client_of: ClientOf) -> None:
    address = f"/api/queries/{FIRST + chart}"
    read = shop.alice.get(address).get_json()
    changed = shop.alice.post(address, json={**read, "name": "Renamed", "tags": ["t"]})
    assert (changed.status_code, changed.get_json()["name"], changed.get_json()["tags"]) == (200, "Renamed", ["t"])
    assert client_of("alice").get(f"/api/v1/chart/{chart}").get_json()["result"]["slice_name"] == "Renamed"
    assert shop.alice.get("/api/queries?tags=t").get_json()["count"] == 1
    for refused in (
        shop.alice.post(address, json={"query": "select 1"}),
        shop.alice.post(address, json={"is_archived": True}),
        shop.alice.delete(address),
        shop.alice.post(f"{address}/regenerate_api_key"),
        shop.alice.post(f"{address}/acl", json={"access_type": "modify", "user_id": 1}),
    ):
        assert refused.status_code == 400
        assert refused.get_json()["message"].startswith("This query is a chart's own question")
    copy = shop.alice.post(f"{address}/fork").get_json()
    assert (copy["id"] < FIRST, copy["query"], copy["name"]) == (
        True,
        read["query"],
        f"Copy of (#{FIRST + chart}) Renamed",
    )
    assert shop.ran(copy)["status"] == 3


def test_a_star_on_it_is_the_charts(shop: Shop, chart: int) -> None:
    shop.alice.post(f"/api/queries/{FIRST + chart}/favorite")
    starred = shop.alice.get("/api/queries/favorites").get_json()["results"]
    assert [(each["id"], each["is_favorite"]) for each in starred] == [(FIRST + chart, True)]
    shop.alice.delete(f"/api/queries/{FIRST + chart}/favorite")
    assert shop.alice.get("/api/queries/favorites").get_json()["count"] == 0


def test_the_list_costs_few_statements(shop: Shop, chart: int, counted: Counted) -> None:
    shop.query("select 1")
    shop.alice.get("/api/queries")
    counted.statements.clear()
    assert shop.alice.get("/api/queries").get_json()["count"] == 2
    assert len(counted) <= 10, counted.statements
