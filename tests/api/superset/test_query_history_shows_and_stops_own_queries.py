"""/api/v1/query"""

from typing import Any

from tests.conftest import ApiClient, ClientOf


def run(client: ApiClient, database: int, sql: str, **more: Any) -> Any:
    done = client.post("/api/v1/sqllab/execute/", json={"database_id": database, "sql": sql, **more})
    assert done.status_code == 200
    return done.json


def test_a_query_is_in_the_history(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    done = run(alice, data_database, "select id from sales", client_id="hist1", tab="T")
    one = alice.get(f"/api/v1/query/{done['query_id']}").json["result"]
    assert (one["client_id"], one["status"], one["rows"], one["sql"]) == (
        "hist1",
        "success",
        12,
        "select id from sales",
    )
    assert one["database"]["id"] == data_database
    listed = alice.get("/api/v1/query/?q=(filters:!((col:sql,opr:ct,value:sales)))").json
    assert (listed["count"], listed["ids"]) == (1, [done["query_id"]])
    row = listed["result"][0]
    assert (row["tab_name"], row["user"]["first_name"], row["database"]["database_name"]) == ("T", "Alice", "shop")
    assert row["sql_tables"] == [{"catalog": None, "schema": None, "table": "sales"}]
    assert alice.get("/api/v1/query/distinct/status").json["result"] == [{"text": "success", "value": "success"}]
    assert alice.get("/api/v1/query/?q=(order_column:duration,order_direction:desc)").json["count"] == 1


def test_everybody_sees_his_own_and_an_admin_sees_all(client_of: ClientOf, data_database: int) -> None:
    done = run(client_of("alice"), data_database, "select 1 as one")
    admins = run(client_of("admin"), data_database, "select 2 as two")
    assert client_of("alice").get("/api/v1/query/").json["ids"] == [done["query_id"]]
    assert client_of("admin").get("/api/v1/query/").json["ids"] == [admins["query_id"], done["query_id"]]
    assert client_of("alice").get(f"/api/v1/query/{admins['query_id']}").status_code == 404
    for name in ("bob", "charlie"):
        assert client_of(name).get(f"/api/v1/query/{done['query_id']}").status_code in {403, 404}


def test_queries_that_changed_are_told(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    done = run(alice, data_database, "select 1 as one", client_id="upd1")
    changed = alice.get("/api/v1/query/updated_since?q=(last_updated_ms:0)").json["result"]
    assert [(each["id"], each["state"], each["queryId"]) for each in changed] == [("upd1", "success", done["query_id"])]
    later = done["query"]["endDttm"] + 60_000
    assert alice.get(f"/api/v1/query/updated_since?q=(last_updated_ms:{later:.0f})").json["result"] == []
    assert alice.get("/api/v1/query/updated_since").status_code == 400


def test_a_query_that_failed_says_where(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    body = {"database_id": data_database, "sql": "select 1\nfrom sales selec x", "client_id": "bad"}
    said = alice.post("/api/v1/sqllab/execute/", json=body).json["errors"]
    told = alice.get("/api/v1/query/updated_since?q=(last_updated_ms:0)").json["result"][0]["extra"]["errors"]
    assert told == said
    assert (said[0]["extra"]["line"], said[0]["error_type"]) == ("2", "INVALID_SQL_ERROR")


def test_stopping_what_has_ended_is_fine(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    done = run(alice, data_database, "select 1 as one", client_id="ended")
    assert alice.post("/api/v1/query/stop", json={"client_id": "ended"}).json == {"result": "OK"}
    assert alice.post(f"/api/v1/query/{done['query_id']}/stop").json == {"result": "OK"}
    unknown = alice.post("/api/v1/query/stop", json={"client_id": "zzz"})
    assert (unknown.status_code, unknown.json["message"]) == (404, "Query with client_id zzz not found")
    assert alice.post("/api/v1/query/9999/stop").status_code == 404
    assert alice.post("/api/v1/query/stop", json={}).status_code == 400
    assert alice.get(f"/api/v1/query/{done['query_id']}").json["result"]["status"] == "success"


def test_queries_are_neither_written_nor_deleted(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    done = run(alice, data_database, "select 1 as one")
    assert alice.delete(f"/api/v1/query/{done['query_id']}").status_code == 405
    assert alice.put(f"/api/v1/query/{done['query_id']}", json={"sql": "x"}).status_code == 405
