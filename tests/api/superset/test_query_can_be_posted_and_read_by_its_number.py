"""POST /api/v1/query/ and what hangs on a query's number."""

from tests.conftest import ClientOf


def test_sql_is_run_by_posting_a_query(client_of: ClientOf, data_database: int) -> None:
    body = {"sql": "select count(*) as n from sales", "database_id": data_database, "schema": "main"}
    done = client_of("alice").post("/api/v1/query/", json=body)
    assert done.status_code == 200
    assert done.json["data"] == [{"n": 12}]
    assert done.json["query"]["schema"] == "main"


def test_its_rows_are_read_by_its_number(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    body = {"sql": "select 7 as seven", "database_id": data_database}
    done = alice.post("/api/v1/query/", json=body).json
    found = alice.get(f"/api/v1/query/{done['query_id']}/results")
    assert found.json["data"] == [{"seven": 7}]
    key = done["query"]["resultsKey"]
    assert alice.get(f"/api/v1/query/{done['query_id']}/results?key={key}").json["data"] == [{"seven": 7}]
    assert alice.get(f"/api/v1/query/{done['query_id']}/results?key=other").status_code == 404
    assert alice.get("/api/v1/query/9999/results").status_code == 404


def test_others_cannot(client_of: ClientOf, data_database: int) -> None:
    body = {"sql": "select 7 as seven", "database_id": data_database}
    pk = client_of("alice").post("/api/v1/query/", json=body).json["query_id"]
    for name in ("bob", "charlie"):
        assert client_of(name).get(f"/api/v1/query/{pk}/results").status_code in {403, 404}
        assert client_of(name).post(f"/api/v1/query/{pk}/stop").status_code in {403, 404}
    assert client_of(None).post("/api/v1/query/", json=body).status_code == 401
