"""Questions, bodies and pages of any size get an answer: cut to the maximum, or a 400 that names the limit."""

import json
from typing import Any

import pytest

from superset_like.config.settings import Settings
from tests.conftest import ApiClient, ClientOf

DATA = "/api/v1/chart/data"
LISTS = (
    "/api/v1/chart/",
    "/api/v1/dashboard/",
    "/api/v1/dataset/",
    "/api/v1/database/",
    "/api/v1/query/",
    "/api/v1/log/",
    "/api/v1/security/users/",
    "/api/v1/security/roles/",
    "/api/v1/security/roles/search/",
    "/api/v1/dataset/related/owners",
)


def ask(client: ApiClient, dataset: int, **changes: Any) -> Any:
    query = {"columns": ["region"], "metrics": ["count"], "row_limit": 10, **changes}
    return client.post(DATA, json={"datasource": {"id": dataset, "type": "table"}, "queries": [query]})


def test_a_question_of_common_size_is_answered(client_of: ClientOf, sales: int) -> None:
    values = [{"col": "amount", "op": "NOT IN", "val": list(range(1000, 2000))}] * 3
    assert ask(client_of("bob"), sales, filters=values).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filters", [{"col": "amount", "op": "IN", "val": list(range(100_000))}]),
        ("filters", [{"col": "amount", "op": "IN", "val": list(range(6_000))}] * 2),
        ("filters", [{"col": "amount", "op": ">", "val": 1}] * 10_000),
        ("columns", ["region"] * 1_000),
        ("metrics", ["count"] * 1_000),
        ("orderby", [["region", True]] * 1_000),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_question_beyond_the_limits_is_400_and_says_so(
    client_of: ClientOf, sales: int, name: str, value: list[Any]
) -> None:
    answer = ask(client_of("bob"), sales, **{name: value})
    assert answer.status_code == 400
    assert "at most" in answer.get_json()["message"]


def test_a_request_holds_so_many_questions(client_of: ClientOf, sales: int) -> None:
    queries = [{"columns": ["region"]}] * 51
    body = {"datasource": {"id": sales, "type": "table"}, "queries": queries}
    assert client_of("bob").post(DATA, json=body).status_code == 400


def test_rows_are_cut_to_the_maximum(client_of: ClientOf, sales: int, settings: Settings) -> None:
    bob = client_of("bob")
    assert ask(bob, sales, row_limit=-1).status_code == 400
    for limit in (10**9, 10**30):
        answer = ask(bob, sales, row_limit=limit, row_offset=0)
        assert answer.get_json()["result"][0]["applied_limit"] == settings.max_row_limit
    assert ask(bob, sales, row_offset=10**30).get_json()["result"][0]["data"] == []


@pytest.mark.parametrize("depth", [150, 500, 990, 1_020, 100_000])
def test_a_body_that_is_nested_too_deeply_harms_nobody(client_of: ClientOf, sales: int, depth: int) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    admin = client_of("admin")
    for path in ("/api/v1/security/users/", "/api/v1/security/roles/", "/api/v1/dashboard/", DATA):
        answer = admin.post(path, data=deep, content_type="application/json")
        assert answer.status_code in {400, 422}, (path, answer.text)
    chart = {"slice_name": "deep", "viz_type": "table", "datasource_id": sales, "datasource_type": "table"}
    for field in ("params", "query_context"):
        assert admin.post("/api/v1/chart/", json={**chart, field: deep}).status_code == 400
    for field in ("json_metadata", "position_json"):
        assert admin.post("/api/v1/dashboard/", json={"dashboard_title": "deep", field: deep}).status_code == 400
    shallow = json.dumps({"a": {"b": [{"c": 1}]}})
    assert admin.post("/api/v1/chart/", json={**chart, "params": shallow}).status_code == 201
    assert admin.get("/api/v1/chart/").status_code == 200


SIZES = ["-1", "0", "1000000000", "x", "1e309", "99999999999999999999999999"]


@pytest.mark.parametrize("path", LISTS)
def test_a_page_never_holds_more_than_the_maximum(client_of: ClientOf, path: str, settings: Settings) -> None:
    admin = client_of("admin")
    assert admin.get(path, query_string={"q": "(page_size:2)"}).status_code == 200
    wishes = [f"(page_size:{size})" for size in SIZES] + ["(page:1000000000000)", "(page:-5)", "(" * 5_000]
    for wish in wishes:
        answer = admin.get(path, query_string={"q": wish})
        assert answer.status_code in {200, 400, 422}, (wish, answer.text)
        if answer.status_code == 200:
            assert len(answer.get_json()["result"]) <= settings.max_page_size
