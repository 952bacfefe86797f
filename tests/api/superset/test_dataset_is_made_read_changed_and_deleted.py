"""POST, GET, PUT, DELETE of /api/v1/dataset/"""

import sqlite3
from pathlib import Path
from typing import Any

from tests.conftest import ApiClient, ClientOf

COLUMNS = ["id", "tenant", "region", "amount", "sold_on"]


def read(client: ApiClient, pk: int) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/dataset/{pk}").json["result"]
    return found


def test_a_dataset_over_a_table_learns_its_columns(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    made = alice.post("/api/v1/dataset/", json={"database": data_database, "table_name": "sales"})
    assert made.status_code == 201
    dataset = read(alice, made.json["id"])
    assert (dataset["table_name"], dataset["kind"], dataset["schema"]) == ("sales", "physical", "main")
    assert [column["column_name"] for column in dataset["columns"]] == COLUMNS
    assert [column["type_generic"] for column in dataset["columns"]] == [0, 1, 1, 0, 2]
    assert [column["column_name"] for column in dataset["columns"] if column["is_dttm"]] == ["sold_on"]
    assert dataset["main_dttm_col"] == "sold_on"
    assert [(metric["metric_name"], metric["expression"]) for metric in dataset["metrics"]] == [("count", "COUNT(*)")]
    assert [owner["first_name"] for owner in dataset["owners"]] == ["Alice"]
    assert dataset["select_star"] == "SELECT\n  *\nFROM main.sales\nLIMIT 100"
    assert made.json["data"]["id"] == made.json["id"]


def test_it_is_read_by_uuid_and_in_part(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    whole = alice.get(f"/api/v1/dataset/{sales}").json
    by_uuid = alice.get(f"/api/v1/dataset/{whole['result']['uuid']}").json
    assert by_uuid["id"] == sales
    part = alice.get(f"/api/v1/dataset/{sales}?q=(columns:!(id,table_name,columns.column_name))").json
    names = [{"column_name": name} for name in COLUMNS]
    assert part == {"id": sales, "result": {"id": sales, "table_name": "sales", "columns": names}}


def test_the_list_can_be_filtered(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    found = alice.get("/api/v1/dataset/?q=(filters:!((col:table_name,opr:ct,value:sal)))").json
    assert (found["count"], found["ids"]) == (1, [sales])
    assert found["result"][0]["database"]["database_name"] == "shop"
    tables = "/api/v1/dataset/?q=(filters:!((col:sql,opr:dataset_is_null_or_empty,value:!{})))"
    assert alice.get(tables.format("t")).json["count"] == 1
    assert alice.get(tables.format("f")).json["count"] == 0
    assert alice.get("/api/v1/dataset/distinct/schema").json == {
        "count": 1,
        "result": [{"text": "main", "value": "main"}],
    }


def test_the_same_table_twice_is_refused(client_of: ClientOf, data_database: int, sales: int) -> None:
    refused = client_of("alice").post("/api/v1/dataset/", json={"database": data_database, "table_name": "sales"})
    assert refused.status_code == 422
    assert refused.json["message"] == {"table": ["Dataset main.sales already exists"]}


def test_a_table_or_database_that_is_not_there_is_refused(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    no_table = alice.post("/api/v1/dataset/", json={"database": data_database, "table_name": "nope"})
    assert no_table.status_code == 422
    assert no_table.json["message"] == {
        "table": [
            "Table [main.nope] could not be found, please double check your database connection, schema, and table name"
        ]
    }
    no_database = alice.post("/api/v1/dataset/", json={"database": 9999, "table_name": "sales"})
    assert (no_database.status_code, no_database.json["message"]) == (422, {"database": ["Database does not exist"]})
    assert alice.post("/api/v1/dataset/", json={"table_name": "sales"}).status_code == 400


def test_metrics_and_columns_are_edited(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    before = read(alice, sales)
    metrics = [
        {"id": each["id"], "metric_name": each["metric_name"], "expression": each["expression"]}
        for each in before["metrics"]
    ]
    metrics.append({"metric_name": "largest", "expression": "MAX(amount)", "d3format": ",.1f"})  # fmt: skip
    columns = [{"id": each["id"], "column_name": each["column_name"]} for each in before["columns"]]
    columns[2]["verbose_name"] = "Region!"
    columns.append({"column_name": "double", "expression": "amount * 2", "type": "NUMERIC"})
    body = {"description": "d", "metrics": metrics, "columns": columns}
    assert alice.put(f"/api/v1/dataset/{sales}", json=body).status_code == 200
    after = read(alice, sales)
    assert after["description"] == "d"
    assert [metric["metric_name"] for metric in after["metrics"]] == ["count", "total", "largest"]
    assert {each["column_name"]: each["verbose_name"] for each in after["columns"]}["region"] == "Region!"
    assert {each["column_name"]: each["expression"] for each in after["columns"]}["double"] == "amount * 2"
    assert {each["column_name"]: each["is_dttm"] for each in after["columns"]}["sold_on"] is True


def test_a_metric_of_a_taken_name_without_its_id_is_refused(client_of: ClientOf, sales: int) -> None:
    body = {"metrics": [{"metric_name": "count", "expression": "COUNT(*)"}]}
    refused = client_of("alice").put(f"/api/v1/dataset/{sales}", json=body)
    assert refused.status_code == 422
    assert refused.json["message"] == {"metrics": ["One or more metrics already exist"]}


def test_an_unknown_field_is_422(client_of: ClientOf, sales: int) -> None:
    refused = client_of("alice").put(f"/api/v1/dataset/{sales}", json={"zzz": 1})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["error_type"] == "MARSHMALLOW_ERROR"
    assert refused.json["errors"][0]["extra"]["messages"] == {"zzz": ["Unknown field."]}


def test_expressions_with_sub_queries_are_refused(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    body = {"metrics": [{"metric_name": "m", "expression": "(SELECT MAX(word) FROM secrets)"}]}
    refused = alice.put(f"/api/v1/dataset/{sales}", json=body)
    assert refused.status_code == 422
    assert "m" not in [metric["metric_name"] for metric in read(alice, sales)["metrics"]]
    predicate = {"fetch_values_predicate": "id IN (SELECT id FROM secrets)"}
    assert alice.put(f"/api/v1/dataset/{sales}", json=predicate).status_code == 422


def test_columns_and_metrics_are_deleted_one_by_one(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    before = read(alice, sales)
    region = next(each["id"] for each in before["columns"] if each["column_name"] == "region")
    total = next(each["id"] for each in before["metrics"] if each["metric_name"] == "total")
    assert alice.delete(f"/api/v1/dataset/{sales}/column/{region}").json == {"message": "OK"}
    assert alice.delete(f"/api/v1/dataset/{sales}/metric/{total}").json == {"message": "OK"}
    assert alice.delete(f"/api/v1/dataset/{sales}/metric/{total}").status_code == 404
    after = read(alice, sales)
    assert "region" not in [each["column_name"] for each in after["columns"]]
    assert [each["metric_name"] for each in after["metrics"]] == ["count"]


def test_refresh_follows_the_table(client_of: ClientOf, sales: int, sales_file: Path) -> None:
    alice = client_of("alice")
    with sqlite3.connect(sales_file) as connection:
        connection.execute("ALTER TABLE sales ADD COLUMN discount REAL")
        connection.execute("ALTER TABLE sales DROP COLUMN region")
    connection.close()
    assert alice.put(f"/api/v1/dataset/{sales}/refresh").json == {"message": "OK"}
    names = [column["column_name"] for column in read(alice, sales)["columns"]]
    assert names == ["id", "tenant", "amount", "sold_on", "discount"]
    assert alice.put("/api/v1/dataset/9999/refresh").status_code == 404


def test_get_or_create_finds_and_makes(client_of: ClientOf, data_database: int, sales: int) -> None:
    alice = client_of("alice")
    url = "/api/v1/dataset/get_or_create/"
    body = {"database_id": data_database, "table_name": "sales", "schema": "main"}
    assert alice.post(url, json=body).json == {"result": {"table_id": sales}}
    made = alice.post(url, json={**body, "table_name": "secrets"})
    assert made.status_code == 200
    assert read(alice, made.json["result"]["table_id"])["table_name"] == "secrets"
    assert alice.post(url, json={**body, "table_name": "nope"}).status_code == 422


def test_one_and_several_are_deleted(client_of: ClientOf, data_database: int, sales: int) -> None:
    admin = client_of("admin")
    body = {"database": data_database, "table_name": "v", "sql": "SELECT id FROM sales"}
    ids = [admin.post("/api/v1/dataset/", json={**body, "table_name": name}).json["id"] for name in "xyz"]
    assert admin.delete(f"/api/v1/dataset/{ids[0]}").json == {"message": "OK"}
    assert admin.get(f"/api/v1/dataset/{ids[0]}").status_code == 404
    assert admin.delete(f"/api/v1/dataset/?q=!({ids[1]},9999)").status_code == 404
    assert admin.delete(f"/api/v1/dataset/?q=!({ids[1]},{ids[2]})").json == {"message": "Deleted 2 datasets"}
    assert admin.get("/api/v1/dataset/").json["ids"] == [sales]


def test_what_hangs_on_it_is_counted(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    body = {"slice_name": "c", "datasource_id": sales, "datasource_type": "table"}
    chart = alice.post("/api/v1/chart/", json=body).json["id"]
    found = alice.get(f"/api/v1/dataset/{sales}/related_objects").json
    assert (found["charts"]["count"], found["charts"]["result"][0]["id"]) == (1, chart)
    assert found["dashboards"]["count"] == 0
    assert alice.get("/api/v1/dataset/9999/related_objects").status_code == 404
    drill = alice.get(f"/api/v1/dataset/{sales}/drill_info/").json["result"]
    assert (drill["id"], [column["column_name"] for column in drill["columns"]]) == (sales, COLUMNS)
