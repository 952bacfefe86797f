import csv
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from superset_like.extensions import db
from superset_like.models import Dataset
from superset_like.services import chart_data
from tests.conftest import ApiClient, ClientOf, Counted, Embedded

GuestOf = Callable[..., ApiClient]

COUNT = {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": "n"}
TOTAL = {"expressionType": "SIMPLE", "column": {"column_name": "amount"}, "aggregate": "SUM", "label": "sum"}


def context(dataset: int, *queries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"datasource": {"id": dataset, "type": "table"}, "queries": list(queries), **more}


def asked(client: ApiClient, dataset: int, **query: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/chart/data", json=context(dataset, query))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()["result"][0]
    return found


def test_a_metric_by_a_column(client_of: ClientOf, sales: int) -> None:
    found = asked(client_of("alice"), sales, columns=["tenant"], metrics=["total", COUNT], orderby=[["tenant", True]])
    assert found["data"] == [{"tenant": "a", "total": 210, "n": 6}, {"tenant": "b", "total": 2100, "n": 6}]
    assert found["colnames"] == ["tenant", "total", "n"]
    assert found["coltypes"] == [1, 0, 0]
    assert (found["rowcount"], found["indexnames"], found["status"]) == (2, [0, 1], "success")
    assert (found["truncated"], found["applied_limit"]) == (False, 50_000)
    assert found["query"].startswith("SELECT") and found["query"].endswith(";\n\n")


def test_raw_rows_and_distinct_columns(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    raw = asked(alice, sales, columns=["id", "region"], metrics=None, orderby=[["id", True]], row_limit=2)
    assert raw["data"] == [{"id": 1, "region": "north"}, {"id": 2, "region": "north"}]
    assert (raw["truncated"], raw["applied_limit"]) == (True, 2)
    distinct = asked(alice, sales, columns=["region"], metrics=[], orderby=[["region", True]])
    assert [row["region"] for row in distinct["data"]] == [None, "east", "north", "south", "west"]


def test_limit_and_offset_page_through(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    pages = [
        asked(alice, sales, columns=["id"], metrics=None, orderby=[["id", True]], row_limit=5, row_offset=at)
        for at in (0, 5, 10)
    ]
    assert [[row["id"] for row in page["data"]] for page in pages] == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12]]
    assert [page["truncated"] for page in pages] == [True, True, False]


FILTERS: list[tuple[str, str, Any, list[int]]] = [
    ("region", "==", "north", [1, 2, 7, 8]),
    ("region", "!=", "north", [3, 4, 5, 9, 10, 11]),
    ("amount", ">", 400, [11, 12]),
    ("amount", ">=", "400", [10, 11, 12]),
    ("amount", "<", 20, [1]),
    ("amount", "<=", 20.0, [1, 2]),
    ("region", "IN", ["east", "west"], [5, 11]),
    ("region", "in", ["east", None], [5, 6, 12]),
    ("region", "NOT IN", ["north", "south"], [5, 11]),
    ("region", "NOT IN", ["north", "south", None], [5, 11]),
    ("region", "LIKE", "%or%", [1, 2, 7, 8]),
    ("region", "NOT LIKE", "%o%", [5, 11]),
    ("region", "ILIKE", "NOR%", [1, 2, 7, 8]),
    ("region", "IS NULL", None, [6, 12]),
    ("region", "IS NOT NULL", None, [1, 2, 3, 4, 5, 7, 8, 9, 10, 11]),
    ("sold_on", "TEMPORAL_RANGE", "2026-02-01 : 2026-03-01", [3, 4, 9, 10]),
    ("sold_on", "TEMPORAL_RANGE", "No filter", list(range(1, 13))),
    ("region", "==", "it's", []),
]


@pytest.mark.parametrize(("column", "operator", "value", "ids"), FILTERS)
def test_each_filter_keeps_its_rows(
    client_of: ClientOf, sales: int, column: str, operator: str, value: Any, ids: list[int]
) -> None:
    filters = [{"col": column, "op": operator, "val": value}]
    found = asked(client_of("alice"), sales, columns=["id"], metrics=None, filters=filters, orderby=[["id", True]])
    assert [row["id"] for row in found["data"]] == ids
    assert found["applied_filters"] == [{"column": column}]


def test_a_filter_on_an_unknown_column_is_said_to_be_rejected(client_of: ClientOf, sales: int) -> None:
    filters = [{"col": "nope", "op": "==", "val": 1}]
    found = asked(client_of("alice"), sales, columns=["tenant"], metrics=[], filters=filters)
    assert found["rejected_filters"] == [{"reason": "not_in_datasource", "column": "nope"}]
    assert len(found["data"]) == 2


def test_a_time_axis_is_cut_to_its_grain(client_of: ClientOf, sales: int) -> None:
    axis = {"label": "month", "sqlExpression": "sold_on", "columnType": "BASE_AXIS", "timeGrain": "P1M"}
    found = asked(
        client_of("alice"),
        sales,
        columns=[axis],
        metrics=[COUNT],
        orderby=[["month", True]],
        filters=[{"col": "sold_on", "op": "TEMPORAL_RANGE", "val": "2026-01-01 : 2026-04-01"}],
    )
    assert found["data"] == [
        {"month": 1767225600000, "n": 4},
        {"month": 1769904000000, "n": 4},
        {"month": 1772323200000, "n": 3},
    ]
    assert found["coltypes"] == [2, 0]
    assert (found["from_dttm"], found["to_dttm"]) == (1767225600000, 1775001600000)


def test_where_and_having_are_bound_to_the_dataset(client_of: ClientOf, sales: int) -> None:
    found = asked(
        client_of("alice"),
        sales,
        columns=["region"],
        metrics=[TOTAL],
        extras={"where": "tenant = 'a' AND region IS NOT NULL", "having": "SUM(amount) > 40"},
        orderby=[["region", True]],
    )
    assert found["data"] == [{"region": "east", "sum": 50}, {"region": "south", "sum": 70}]


def test_several_questions_in_one_request(client_of: ClientOf, sales: int) -> None:
    body = context(sales, {"metrics": [COUNT]}, {"columns": ["tenant"], "metrics": [], "orderby": [["tenant", False]]})
    found = client_of("alice").post("/api/v1/chart/data", json=body).get_json()["result"]
    assert [answer["data"] for answer in found] == [[{"n": 12}], [{"tenant": "b"}, {"tenant": "a"}]]
    assert client_of("alice").post("/api/v1/chart/data", json=context(sales)).get_json() == {"result": []}


def test_columns_carry_the_words_of_their_dataset(client_of: ClientOf, sales: int, app: Flask) -> None:
    alice = client_of("alice")
    with app.app_context():
        dataset = db.session.get(Dataset, sales)
        assert dataset is not None
        for column in dataset.columns:
            column.verbose_name = {"region": "Where", "tenant": "Total", "amount": "amount"}.get(column.column_name)
        db.session.commit()

    def words(**query: Any) -> Any:
        return asked(alice, sales, **query)["verbose_map"]

    assert words(columns=["region", "amount"], metrics=["total", COUNT]) == {"region": "Where", "total": "Total"}
    # Two columns are never called the same.
    assert words(columns=["region", "tenant"], metrics=["total"]) == {"region": "Where"}
    axis = {"timeGrain": "P1M", "columnType": "BASE_AXIS", "sqlExpression": "sold_on", "label": "sold_on"}
    year = {"granularity": "sold_on", "time_range": "2024-01-01 : 2025-01-01"}
    compared = words(columns=[axis], metrics=["total"], time_offsets=["1 year ago"], **year)
    assert compared == {"total": "Total", "total__1 year ago": "Total__1 year ago"}
    pivot = {"index": ["sold_on"], "columns": ["region"], "aggregates": {"total": {"operator": "mean"}}}
    steps = [{"operation": "pivot", "options": pivot}, {"operation": "flatten"}]
    pivoted = words(columns=["sold_on", "region"], metrics=["total"], post_processing=steps)
    assert pivoted["total, north"] == "Total, north"


def test_a_guest_reads_the_words_and_none_of_the_sql(embedded: Embedded, guest_of: GuestOf) -> None:
    answer = guest_of(embedded).get(f"/api/v1/chart/{embedded.chart}/data/?dashboard_id={embedded.dashboard}")
    [found] = answer.get_json()["result"]
    assert found["verbose_map"] == {"total": "Total"}
    assert "SUM(" not in answer.text and "query" not in found


def test_a_row_count_and_other_result_types(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    assert asked(alice, sales, columns=["id"], metrics=None, is_rowcount=True)["data"] == [{"rowcount": 12}]

    def of(kind: str) -> dict[str, Any]:
        body = context(sales, {"columns": ["tenant"], "metrics": [COUNT]}, result_type=kind)
        found: dict[str, Any] = alice.post("/api/v1/chart/data", json=body).get_json()["result"][0]
        return found

    superset = {"data", "colnames", "coltypes", "rowcount", "sql_rowcount", "detected_currency"}
    assert set(of("results")) == superset | {"zones", "verbose_map", "truncated", "applied_limit", "total"}
    assert of("query")["language"] == "sql" and "COUNT(*)" in of("query")["query"]
    assert [column["column_name"] for column in of("columns")["data"]] == [
        "id",
        "tenant",
        "region",
        "amount",
        "sold_on",
    ]
    assert "P1M" in {grain["duration"] for grain in of("timegrains")["data"]}
    assert set(of("samples")["colnames"]) == {"id", "tenant", "region", "amount", "sold_on"}
    assert of("drill_detail")["rowcount"] == 12


def test_a_second_asker_gets_the_kept_answer(client_of: ClientOf, sales: int) -> None:
    alice, question = client_of("alice"), {"columns": ["tenant"], "metrics": ["total"]}
    first, second = asked(alice, sales, **question), asked(alice, sales, **question)
    assert (first["is_cached"], first["cached_dttm"]) == (None, None)
    assert (second["is_cached"], second["data"]) == (True, first["data"])
    assert second["queried_dttm"] == f"{second['cached_dttm']}+00:00"
    forced = alice.post("/api/v1/chart/data", json=context(sales, question, force=True)).get_json()["result"][0]
    assert forced["is_cached"] is None
    never = alice.post("/api/v1/chart/data", json=context(sales, question, custom_cache_timeout=-1)).get_json()
    assert never["result"][0]["is_cached"] is None


def test_a_change_of_the_dataset_is_seen_at_once(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    assert asked(alice, sales, metrics=["total"])["data"] == [{"total": 2310}]
    metrics = alice.get(f"/api/v1/dataset/{sales}").get_json()["result"]["metrics"]
    changed = [
        {"id": metric["id"], "metric_name": metric["metric_name"], "expression": "MAX(amount)"} for metric in metrics
    ]
    assert alice.put(f"/api/v1/dataset/{sales}", json={"metrics": changed}).status_code == 200
    assert asked(alice, sales, metrics=["total"])["data"] == [{"total": 600}]


def test_a_kept_answer_costs_one_statement_on_the_metadata(client_of: ClientOf, sales: int, counted: Counted) -> None:
    alice, question = client_of("alice"), {"columns": ["tenant"], "metrics": ["total"]}
    asked(alice, sales, **question)
    asked(alice, sales, **question)
    counted.statements.clear()
    asked(alice, sales, **question)
    assert len(counted) == 1, counted.statements


def test_csv_and_xlsx_are_files(client_of: ClientOf, sales: int) -> None:
    question = {"columns": ["region"], "metrics": ["total"], "orderby": [["region", True]]}
    answer = client_of("alice").post("/api/v1/chart/data", json=context(sales, question, result_format="csv"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Truncated"] == "false"
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[:3] == [["region", "Total"], ["", "660"], ["east", "50"]]
    answer = client_of("alice").post("/api/v1/chart/data", json=context(sales, question, result_format="xlsx"))
    assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None
    two = context(sales, question, question, result_format="csv")
    archive = zipfile.ZipFile(io.BytesIO(client_of("alice").post("/api/v1/chart/data", json=two).data))
    assert archive.namelist() == ["query_1.csv", "query_2.csv"]


def test_the_question_may_come_as_a_form_field(client_of: ClientOf, sales: int) -> None:
    body = context(sales, {"metrics": [COUNT]}, result_type="results")
    answer = client_of("alice").post("/api/v1/chart/data", data={"form_data": json.dumps(body)})
    assert answer.get_json()["result"][0]["data"] == [{"n": 12}]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"columns": ["nope"], "metrics": []}, "Error: Columns missing in dataset: ['nope']"),
        ({"metrics": ["nope"]}, "Error: Metric 'nope' does not exist"),
        ({}, "Error: Empty query?"),
        ({"columns": ["id"], "row_limit": -1}, "`row_limit` must be greater than or equal to 0"),
        ({"columns": ["id"], "filters": [{"col": "id", "op": "IN", "val": []}]}, "Filter value list cannot be empty"),
        ({"columns": ["id"], "filters": [{"col": "id", "op": "LIKES", "val": 1}]}, "must be one of"),
        ({"columns": ["id"], "extras": {"where": "1 = "}}, "Invalid SQL clause"),
        ({"columns": ["id"], "time_range": "2026-02-01 : 2026-01-01"}, "From date cannot be larger than to date"),
        ({"columns": ["id", "id"], "metrics": None}, "Duplicate column/metric labels"),
        ({"columns": ["id"], "post_processing": [{"operation": "zzz"}]}, "Must be one of: aggregate, boxplot,"),
        ({"columns": ["id"], "annotation_layers": [{"name": "x"}]}, "annotationType"),
        ({"columns": ["region"], "metrics": ["total"], "time_offsets": ["1 year ago"]}, "An enclosed time range"),
        ({"metrics": [{"expressionType": "SQL", "sqlExpression": "load_extension('x')", "label": "x"}]}, "Error: "),
    ],
)
def test_a_bad_question_is_a_clear_400(client_of: ClientOf, sales: int, query: dict[str, Any], text: str) -> None:
    answer = client_of("alice").post("/api/v1/chart/data", json=context(sales, query))
    assert answer.status_code == 400, answer.text
    assert text in answer.get_json()["message"]
    assert answer.get_json()["status"] == 400


def test_a_bad_context_is_a_clear_400(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    for body in ({}, {"datasource": {"id": sales}, "zzz": 1}, [], "text", None):
        assert alice.post("/api/v1/chart/data", json=body).status_code == 400
    assert alice.post("/api/v1/chart/data", data=b"{").status_code == 400
    assert alice.post("/api/v1/chart/data", json=context(sales + 99, {})).status_code == 404


def test_a_sub_query_in_a_clause_is_refused(client_of: ClientOf, sales: int) -> None:
    body = context(sales, {"columns": ["id"], "extras": {"where": "1 = (SELECT COUNT(*) FROM secrets)"}})
    answer = client_of("alice").post("/api/v1/chart/data", json=body)
    assert answer.status_code == 403
    assert answer.get_json()["errors"][0]["error_type"] == "ADHOC_SUBQUERY_NOT_ALLOWED_ERROR"
    assert "canary" not in answer.text


def test_bob_may_charlie_may_not_and_nobody_must_sign_in(client_of: ClientOf, sales: int) -> None:
    body = context(sales, {"metrics": [COUNT]})
    assert client_of("bob").post("/api/v1/chart/data", json=body).status_code == 200
    refused = client_of("charlie").post("/api/v1/chart/data", json=body)
    assert refused.status_code == 403
    assert refused.get_json()["errors"][0]["error_type"] == "DATASOURCE_SECURITY_ACCESS_ERROR"
    assert client_of(None).post("/api/v1/chart/data", json=body).status_code == 401


CHARTS: list[tuple[str, dict[str, Any], Any]] = [
    ("big_number_total", {"metric": "total"}, [{"total": 2310}]),
    (
        "table",
        {"query_mode": "raw", "all_columns": ["id"], "row_limit": 2, "order_by_cols": ['["id", true]']},
        [{"id": 1}, {"id": 2}],
    ),
    (
        "pie",
        {"groupby": ["tenant"], "metric": "total", "sort_by_metric": True},
        [{"tenant": "b", "total": 2100}, {"tenant": "a", "total": 210}],
    ),
]


@pytest.mark.parametrize(("viz_type", "params", "rows"), CHARTS)
def test_a_chart_without_a_saved_question_is_answered_from_its_params(
    client_of: ClientOf, sales: int, viz_type: str, params: dict[str, Any], rows: Any
) -> None:
    alice = client_of("alice")
    body = {"slice_name": "c", "viz_type": viz_type, "datasource_id": sales, "datasource_type": "table"}
    pk = alice.post("/api/v1/chart/", json={**body, "params": json.dumps(params)}).get_json()["id"]
    for path in (f"/api/v1/chart/{pk}/data/", f"/api/v1/chart/{pk}/data"):
        answer = alice.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.get_json()["result"][0]["data"] == rows
    lines = alice.get(f"/api/v1/chart/{pk}/data/?format=csv").text.splitlines()
    assert len(lines) == len(rows) + 1
    assert client_of("charlie").get(f"/api/v1/chart/{pk}/data/").status_code == 404
    assert alice.get(f"/api/v1/chart/{pk}/data/?format=pdf").status_code == 400


def test_a_saved_question_is_asked_as_it_was_saved(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    saved = context(sales, {"columns": ["tenant"], "metrics": [COUNT], "orderby": [["tenant", True]]})
    body = {"slice_name": "c", "viz_type": "table", "datasource_id": sales, "datasource_type": "table"}
    pk = alice.post("/api/v1/chart/", json={**body, "query_context": json.dumps(saved)}).get_json()["id"]
    found = alice.get(f"/api/v1/chart/{pk}/data/?type=results").get_json()["result"][0]
    assert found["data"] == [{"tenant": "a", "n": 6}, {"tenant": "b", "n": 6}]


@pytest.mark.parametrize(("wish", "kept_s"), [(-1, -1), (60, 60), (10**9, 86400), (0, 86400)])
def test_who_asks_may_have_it_kept_shorter_but_not_longer(
    client_of: ClientOf, sales: int, wish: int, kept_s: int
) -> None:
    query = {"columns": ["region"], "metrics": ["total"]}
    body = {"datasource": {"id": sales, "type": "table"}, "queries": [query], "custom_cache_timeout": wish}
    answer = client_of("bob").post("/api/v1/chart/data", json=body)
    assert answer.get_json()["result"][0]["cache_timeout"] == kept_s


def test_a_remembered_question_does_not_grow(app: Flask, client_of: ClientOf, sales: int) -> None:
    body = {"datasource": {"id": sales, "type": "table"}, "queries": [{}], "result_type": "samples"}
    for _ in range(chart_data.MOST_PLANS + 5):
        assert client_of("bob").post("/api/v1/chart/data", json=body).status_code == 200
    kept = app.extensions["superset_like_opened"]._kept.values()
    assert max(len(each.here.plans) for each in kept) <= chart_data.MOST_PLANS


def test_a_large_context_is_answered_and_not_remembered(app: Flask, client_of: ClientOf, sales: int) -> None:
    query = {"columns": ["region"], "metrics": ["total"], "url_params": {"x": "y" * chart_data.LARGEST_KEPT}}
    body = {"datasource": {"id": sales, "type": "table"}, "queries": [query]}
    assert client_of("bob").post("/api/v1/chart/data", json=body).status_code == 200
    kept = app.extensions["superset_like_opened"]._kept
    assert all(len(raw) <= chart_data.LARGEST_KEPT for raw, _ in kept)


def test_samples_say_of_no_filter_that_it_was_applied(client_of: ClientOf, sales: int) -> None:
    north = {"col": "region", "op": "==", "val": "north"}
    january = {"col": "sold_on", "op": "TEMPORAL_RANGE", "val": "2026-01-01 : 2026-02-01"}
    found = asked(client_of("alice"), sales, metrics=["total"], filters=[north, january], result_type="samples")
    assert (found["rowcount"], found["applied_filters"]) == (12, [])
    assert (found["from_dttm"], found["to_dttm"]) == (None, None)
