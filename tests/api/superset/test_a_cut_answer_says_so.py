"""Whatever form an answer has, it says that rows are missing, and of how many when that is asked."""

from typing import Any

import pytest

from superset_like.services import chart_data
from tests.conftest import ClientOf, Embedded

DATA = "/api/v1/chart/data"
IDS: dict[str, Any] = {"columns": ["id"], "metrics": None, "orderby": [["id", True]]}


def body(sales: int, *queries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"datasource": {"id": sales, "type": "table"}, "queries": list(queries), **more}


@pytest.mark.parametrize("kind", ["full", "results"])
def test_json_says_so(client_of: ClientOf, sales: int, kind: str) -> None:
    bob = client_of("bob")
    for limit, cut in ((5, True), (12, False), (100, False)):
        query = {**IDS, "row_limit": limit, "total": True}
        found = bob.post(DATA, json=body(sales, query, result_type=kind)).get_json()["result"][0]
        assert (found["truncated"], found["applied_limit"], found["total"]) == (cut, limit, 12)
    without = bob.post(DATA, json=body(sales, {**IDS, "row_limit": 5}, result_type=kind)).get_json()["result"][0]
    assert (without["truncated"], without["total"]) == (True, None)


def test_the_total_is_that_of_all_pages_and_groups(client_of: ClientOf, sales: int) -> None:
    bob = client_of("bob")
    for offset, rows in ((10, 2), (50, 0)):
        query = {**IDS, "row_limit": 5, "row_offset": offset, "total": True}
        found = bob.post(DATA, json=body(sales, query)).get_json()["result"][0]
        assert (found["rowcount"], found["total"]) == (rows, 12)
    query = {"columns": ["region"], "metrics": ["count"], "row_limit": 2, "total": True}
    assert bob.post(DATA, json=body(sales, query)).get_json()["result"][0]["total"] == 5
    north = [{"col": "region", "op": "==", "val": "north"}]
    assert bob.post(DATA, json=body(sales, {**query, "filters": north})).get_json()["result"][0]["total"] == 1


@pytest.mark.parametrize("form", ["csv", "ndjson", "arrow", "xlsx"])
@pytest.mark.parametrize("held", [1, 100_000])
def test_files_say_so(client_of: ClientOf, sales: int, form: str, held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_data, "MOST_HELD_ROWS", held)
    for limit, cut in ((5, "true"), (12, "false")):
        query = {**IDS, "row_limit": limit, "total": True}
        answer = client_of("alice").post(DATA, json=body(sales, query, result_format=form, force=True))
        said = [answer.headers[name] for name in ("X-Truncated", "X-Applied-Limit", "X-Total-Count")]
        assert said == [cut, str(limit), "12"]
        answer.close()


def test_a_zip_says_so(client_of: ClientOf, sales: int) -> None:
    for limit, cut in ((5, "true"), (12, "false")):
        queries = [IDS, {**IDS, "row_limit": limit}]
        answer = client_of("alice").post(DATA, json=body(sales, *queries, result_format="csv"))
        assert answer.headers["X-Truncated"] == cut


def test_rows_to_compare_with_that_are_missing_count_too(
    client_of: ClientOf, sales: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = chart_data.RowLimits
    monkeypatch.setattr(chart_data, "RowLimits", lambda default, most: of(default, 2))
    query = {
        "columns": ["region"],
        "metrics": ["total"],
        "filters": [
            {"col": "sold_on", "op": "TEMPORAL_RANGE", "val": "2026-03-31 : 2026-04-01"},
        ],
        "time_offsets": ["2026-01-01 : 2026-03-31"],
    }
    found = client_of("bob").post(DATA, json=body(sales, query)).get_json()["result"][0]
    assert (found["rowcount"], found["truncated"]) == (1, True)


def test_a_guest_counts_his_own_rows(guest_of: Any, embedded: Embedded) -> None:
    query = {
        "columns": ["region"],
        "metrics": ["total"],
        "orderby": [["region", True]],
        "row_limit": 1,
        "total": True,
    }
    asking = body(embedded.dataset, query, form_data={"slice_id": embedded.chart, "dashboardId": embedded.dashboard})
    answer = guest_of(embedded, "region = 'north' OR region = 'south'").post(DATA, json=asking)
    assert answer.get_json()["result"][0]["total"] == 2
