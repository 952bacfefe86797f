"""/api/v1/saved_query/"""

from typing import Any

from tests.conftest import ClientOf

URL = "/api/v1/saved_query/"


def body(database: int) -> dict[str, Any]:
    return {"db_id": database, "schema": "main", "label": "sq", "description": "d", "sql": "select 1 as one"}


def test_a_query_is_saved_read_changed_and_deleted(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    made = alice.post(URL, json=body(data_database))
    assert made.status_code == 201
    assert made.json["result"] == {
        "catalog": None,
        "db_id": data_database,
        "description": "d",
        "extra_json": "{}",
        "label": "sq",
        "schema": "main",
        "sql": "select 1 as one",
        "template_parameters": None,
    }
    pk = made.json["id"]
    read = alice.get(f"{URL}{pk}").json["result"]
    assert (read["label"], read["sql"], read["database"]["id"]) == ("sq", "select 1 as one", data_database)
    assert read["sql_tables"] == []
    assert alice.put(f"{URL}{pk}", json={"label": "sq2", "sql": "select id from sales"}).status_code == 200
    changed = alice.get(f"{URL}{pk}").json["result"]
    assert changed["label"] == "sq2"
    assert [table["table"] for table in changed["sql_tables"]] == ["sales"]
    assert alice.get(f"{URL}?q=(filters:!((col:label,opr:eq,value:sq2)))").json["ids"] == [pk]
    assert alice.get(f"{URL}?q=(filters:!((col:label,opr:all_text,value:SALES)))").json["ids"] == [pk]
    assert alice.delete(f"{URL}{pk}").json == {"message": "OK"}
    assert alice.get(f"{URL}{pk}").status_code == 404


def test_others_do_not_know_of_it(client_of: ClientOf, data_database: int) -> None:
    pk = client_of("alice").post(URL, json=body(data_database)).json["id"]
    for name in ("bob", "charlie"):
        client = client_of(name)
        assert client.get(f"{URL}{pk}").status_code in {403, 404}
        assert client.put(f"{URL}{pk}", json={"label": "x"}).status_code in {403, 404}
        assert client.delete(f"{URL}{pk}").status_code in {403, 404}
    assert client_of(None).get(f"{URL}{pk}").status_code == 401
    assert client_of("alice").get(f"{URL}{pk}").json["result"]["label"] == "sq"


def test_a_database_that_is_not_there_is_refused(client_of: ClientOf) -> None:
    alice = client_of("alice")
    refused = alice.post(URL, json=body(9999))
    assert (refused.status_code, refused.json["message"]) == (422, {"db_id": ["Database does not exist"]})
    assert alice.post(URL, json={"label": "x", "sql": "select 1"}).status_code == 400


def test_several_are_deleted_at_once(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    ids = [alice.post(URL, json=body(data_database)).json["id"] for _ in range(2)]
    assert alice.delete(f"{URL}?q=!({ids[0]},{ids[1]})").json == {"message": "Deleted 2 saved queries"}
    assert alice.get(URL).json["count"] == 0
