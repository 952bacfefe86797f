"""/api/v1/datasource and /datasource/samples"""

from flask import Flask

from tests.conftest import ClientOf
from tests.row_rules import limit


def values_url(dataset: int, column: str = "region") -> str:
    return f"/api/v1/datasource/table/{dataset}/column/{column}/values/"


def test_the_values_of_a_column_are_listed_once(client_of: ClientOf, sales: int) -> None:
    found = client_of("alice").get(values_url(sales))
    assert found.status_code == 200
    assert sorted(found.json["result"], key=str) == [None, "east", "north", "south", "west"]


def test_row_rules_hide_values(app: Flask, client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    assert "west" in alice.get(values_url(sales)).json["result"]
    limit(app, "Alpha", "tenant = 'a'", sales)
    assert "west" not in alice.get(values_url(sales)).json["result"]
    rows = alice.get(f"/api/v1/dataset/{sales}/samples").json["result"]["data"]
    assert {row["tenant"] for row in rows} == {"a"}
    assert "west" in client_of("admin").get(values_url(sales)).json["result"]


def test_a_column_that_is_none_is_refused(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    assert alice.get(values_url(sales, "nope")).status_code == 400
    assert alice.get(values_url(sales, "1%3B--")).status_code == 400
    assert alice.get(f"/api/v1/datasource/query/{sales}/column/region/values/").status_code == 404
    assert alice.get(values_url(9999)).status_code == 404


def test_strangers_and_nobody_get_nothing(client_of: ClientOf, sales: int) -> None:
    assert client_of("charlie").get(values_url(sales)).status_code == 403
    assert client_of(None).get(values_url(sales)).status_code == 401
    samples = f"/datasource/samples?datasource_type=table&datasource_id={sales}"
    assert client_of("charlie").post(samples, json={}).status_code == 403
    assert client_of(None).post(samples, json={}).status_code == 401


def test_samples_are_paged_and_filtered(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    url = f"/datasource/samples?datasource_type=table&datasource_id={sales}&force=false"
    first = alice.post(f"{url}&page=1&per_page=5", json={})
    assert first.status_code == 200
    assert first.json["result"]["colnames"] == ["id", "tenant", "region", "amount", "sold_on"]
    assert [row["id"] for row in first.json["result"]["data"]] == [1, 2, 3, 4, 5]
    second = alice.post(f"{url}&page=2&per_page=5", json={})
    assert [row["id"] for row in second.json["result"]["data"]] == [6, 7, 8, 9, 10]
    filters = [{"col": "tenant", "op": "==", "val": "b"}]
    filtered = alice.post(f"{url}&page=1&per_page=2", json={"filters": filters})
    assert [row["id"] for row in filtered.json["result"]["data"]] == [7, 8]
    assert alice.post(f"{url}&page=0", json={}).status_code == 400


def test_expressions_are_judged(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    url = f"/api/v1/datasource/table/{sales}/validate_expression/"
    assert alice.post(url, json={"expression": "amount > 5", "expression_type": "where"}).json == {"result": []}
    assert alice.post(url, json={"expression": "SUM(amount)", "expression_type": "metric"}).json == {"result": []}
    for wrong in ("nope > 5", "amount >", "id IN (SELECT id FROM secrets)"):
        found = alice.post(url, json={"expression": wrong, "expression_type": "where"})
        assert found.status_code == 200
        assert len(found.json["result"]) == 1


def test_the_columns_a_table_has_now_are_told(client_of: ClientOf, sales: int) -> None:
    found = client_of("alice").get(f"/datasource/external_metadata/table/{sales}")
    assert found.status_code == 200
    assert [column["column_name"] for column in found.json] == ["id", "tenant", "region", "amount", "sold_on"]
    assert client_of("charlie").get(f"/datasource/external_metadata/table/{sales}/").status_code == 404
