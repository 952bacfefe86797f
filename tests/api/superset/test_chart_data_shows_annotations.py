"""Rows of other charts, to be shown with a chart's own."""

import json
from typing import Any

import pytest

from tests.conftest import ClientOf


def made(client_of: ClientOf, sales: int, **query: Any) -> int:
    context = {"datasource": {"id": sales, "type": "table"}, "queries": [query]}
    body = {"slice_name": "Events", "viz_type": "table", "datasource_id": sales, "datasource_type": "table"}
    chart: int = (
        client_of("alice").post("/api/v1/chart/", json={**body, "query_context": json.dumps(context)}).json["id"]
    )
    return chart


def asked(client_of: ClientOf, name: str, sales: int, **layer: Any) -> Any:
    query = {"columns": ["region"], "metrics": ["total"], "annotation_layers": [{"name": "marks", **layer}]}
    body = {"datasource": {"id": sales, "type": "table"}, "queries": [query]}
    return client_of(name).post("/api/v1/chart/data", json=body)


def test_the_rows_of_a_chart_come_with_the_answer(client_of: ClientOf, sales: int) -> None:
    chart = made(client_of, sales, columns=["id", "region"], metrics=None, orderby=[["id", True]], row_limit=2)
    answer = asked(client_of, "bob", sales, annotationType="EVENT", sourceType="table", value=chart)
    found = answer.get_json()["result"][0]
    rows = [{"id": 1, "region": "north"}, {"id": 2, "region": "north"}]
    assert found["annotation_data"] == {"marks": {"records": rows, "colnames": ["id", "region"], "zones": [None, None]}}


def test_its_time_range_may_be_another(client_of: ClientOf, sales: int) -> None:
    chart = made(client_of, sales, columns=[], metrics=["total"], granularity="sold_on", time_range="No filter")
    overrides = {"time_range": "2026-01-01 : 2026-02-01"}
    layer = {"annotationType": "TIME_SERIES", "sourceType": "line", "value": chart, "overrides": overrides}
    found = asked(client_of, "bob", sales, **layer).get_json()["result"][0]
    assert found["annotation_data"] == {"marks": {"records": [{"total": 330}], "colnames": ["total"], "zones": [None]}}


TIMES = {"col": "sold_on", "op": "TEMPORAL_RANGE", "val": "No filter"}
BY_MONTH = {"label": "month", "sqlExpression": "sold_on", "columnType": "BASE_AXIS", "timeGrain": "P1M"}


def test_its_time_range_may_be_another_where_a_filter_names_it(client_of: ClientOf, sales: int) -> None:
    chart = made(client_of, sales, columns=[], metrics=["total"], filters=[TIMES])
    layer = {"annotationType": "TIME_SERIES", "sourceType": "line", "value": chart}
    range_of_january = {"time_range": "2026-01-01 : 2026-02-01"}
    found = asked(client_of, "bob", sales, **layer, overrides=range_of_january).get_json()["result"][0]
    assert found["annotation_data"] == {"marks": {"records": [{"total": 330}], "colnames": ["total"], "zones": [None]}}


def test_its_time_range_may_be_that_of_the_chart_with_the_layer(client_of: ClientOf, sales: int) -> None:
    chart = made(client_of, sales, columns=[], metrics=["total"], filters=[TIMES])
    layer = {"name": "marks", "annotationType": "TIME_SERIES", "sourceType": "line", "value": chart}
    query = {
        "metrics": ["total"],
        "filters": [{**TIMES, "val": "2026-01-01 : 2026-02-01"}],
        "annotation_layers": [{**layer, "overrides": {"time_range": None}}],
    }
    body = {"datasource": {"id": sales, "type": "table"}, "queries": [query]}
    found = client_of("bob").post("/api/v1/chart/data", json=body).get_json()["result"][0]
    assert found["annotation_data"] == {"marks": {"records": [{"total": 330}], "colnames": ["total"], "zones": [None]}}


def test_its_grain_may_be_another_where_a_column_names_it(client_of: ClientOf, sales: int) -> None:
    chart = made(client_of, sales, columns=[BY_MONTH], metrics=["count"], filters=[{**TIMES, "val": "2026-01-01 : "}])
    layer = {"annotationType": "TIME_SERIES", "sourceType": "line", "value": chart}
    found = asked(client_of, "bob", sales, **layer, overrides={"time_grain_sqla": "P1Y"}).get_json()["result"][0]
    assert [row["count"] for row in found["annotation_data"]["marks"]["records"]] == [11]


def test_a_formula_is_for_whoever_draws(client_of: ClientOf, sales: int) -> None:
    answer = asked(client_of, "bob", sales, annotationType="FORMULA", value="x * 2")
    assert answer.get_json()["result"][0]["annotation_data"] == {}


@pytest.mark.parametrize("value", [999, None, "x"])
def test_a_chart_that_is_not_there_is_an_error(client_of: ClientOf, sales: int, value: Any) -> None:
    answer = asked(client_of, "bob", sales, annotationType="EVENT", sourceType="table", value=value)
    assert answer.status_code in {400, 404}


def test_a_chart_he_may_not_see_is_not_there(client_of: ClientOf, sales: int, data_database: int) -> None:
    admin = client_of("admin")
    other = admin.post("/api/v1/dataset/", json={"database": data_database, "table_name": "secrets"}).json["id"]
    body = {"slice_name": "Words", "viz_type": "table", "datasource_id": other, "datasource_type": "table"}
    context = {"datasource": {"id": other, "type": "table"}, "queries": [{"columns": ["word"], "metrics": None}]}
    chart = admin.post("/api/v1/chart/", json={**body, "query_context": json.dumps(context)}).json["id"]
    layer = {"annotationType": "EVENT", "sourceType": "table", "value": chart}
    assert asked(client_of, "admin", sales, **layer).status_code == 200
    refused = asked(client_of, "bob", sales, **layer)
    assert refused.status_code == 404
    assert "canary" not in refused.text
