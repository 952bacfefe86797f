"""A virtual dataset's template sees what is asked of it, and may take filters over from the question."""

from typing import Any

from tests.conftest import ClientOf


def virtual(client_of: ClientOf, database: int, sql: str) -> int:
    body = {"database": database, "table_name": "templated", "sql": sql}
    made = client_of("admin").post("/api/v1/dataset/", json=body)
    assert made.status_code == 201, made.text
    pk: int = made.get_json()["id"]
    return pk


def ask(client_of: ClientOf, dataset: int, **query: Any) -> dict[str, Any]:
    body = {"datasource": {"id": dataset, "type": "table"}, "queries": [query]}
    answer = client_of("admin").post("/api/v1/chart/data", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()["result"][0]
    return found


def test_a_filter_may_be_taken_over(client_of: ClientOf, data_database: int) -> None:
    # The inner query has no region, so that the outer one could not be asked for it.
    where = "region IN {{ filter_values('region', remove_filter=True) | where_in }}"
    sql = f"SELECT SUM(amount) AS s, 'x' AS region FROM sales WHERE {where}"
    dataset = virtual(client_of, data_database, sql)
    filters = [{"col": "region", "op": "IN", "val": ["north", "south"]}]
    found = ask(client_of, dataset, columns=["s"], filters=filters)
    assert found["data"] == [{"s": 1100}]
    assert found["applied_filters"] == [{"column": "region"}]
    assert found["applied_template_filters"] == ["region"]


def test_a_filter_that_stays_holds_inside_and_outside(client_of: ClientOf, data_database: int) -> None:
    where = "region IN {{ filter_values('region') | where_in }}"
    dataset = virtual(client_of, data_database, f"SELECT amount, 'x' AS region FROM sales WHERE {where}")
    filters = [{"col": "region", "op": "==", "val": "north"}]
    assert ask(client_of, dataset, columns=["amount"], filters=filters)["data"] == []


def test_a_filter_on_a_column_of_the_template_alone_is_applied(client_of: ClientOf, data_database: int) -> None:
    where = "{% for f in get_filters('tenant') %} tenant = '{{ f.val }}' AND {% endfor %} 1 = 1"
    dataset = virtual(client_of, data_database, f"SELECT SUM(amount) AS s FROM sales WHERE {where}")
    filters = [{"col": "tenant", "op": "==", "val": "a"}, {"col": "nothing", "op": "==", "val": 1}]
    found = ask(client_of, dataset, columns=["s"], filters=filters)
    assert found["data"] == [{"s": 210}]
    assert found["applied_filters"] == [{"column": "tenant"}]
    assert found["rejected_filters"] == [{"reason": "not_in_datasource", "column": "nothing"}]


def test_a_time_range_may_be_taken_over(client_of: ClientOf, data_database: int) -> None:
    taken = "{% if get_filters('sold_on', remove_filter=True) %} sold_on < '{{ to_dttm }}' {% else %} 1 = 1 {% endif %}"
    dataset = virtual(client_of, data_database, f"SELECT id, '2000-01-01' AS sold_on FROM sales WHERE {taken}")
    within = {"col": "sold_on", "op": "TEMPORAL_RANGE", "val": "2026-01-01 : 2026-02-01"}
    found = ask(client_of, dataset, columns=["id"], metrics=[], filters=[within])
    assert sorted(row["id"] for row in found["data"]) == [1, 2, 7, 8]


def test_columns_and_metrics_are_told(client_of: ClientOf, data_database: int) -> None:
    told = "'{{ columns | length }} {{ metrics | length }} {{ groupby | join('-') }}'"
    dataset = virtual(client_of, data_database, f"SELECT id, {told} AS told FROM sales LIMIT 1")
    found = ask(client_of, dataset, columns=["told", "id"], metrics=["count"])
    assert found["data"] == [{"told": "2 1 told-id", "id": 1, "count": 1}]
