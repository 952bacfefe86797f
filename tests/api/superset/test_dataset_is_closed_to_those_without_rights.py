"""bob may read the dataset, charlie may not, neither may change it."""

import pytest

from tests.conftest import ClientOf


def test_a_reader_sees_it_and_its_rows(client_of: ClientOf, sales: int) -> None:
    bob = client_of("bob")
    assert bob.get("/api/v1/dataset/").json["ids"] == [sales]
    assert bob.get(f"/api/v1/dataset/{sales}").status_code == 200
    samples = bob.get(f"/api/v1/dataset/{sales}/samples")
    assert samples.status_code == 200
    assert samples.json["result"]["rowcount"] == 12


def test_a_stranger_does_not_know_of_it(client_of: ClientOf, sales: int) -> None:
    charlie = client_of("charlie")
    assert charlie.get("/api/v1/dataset/").json == charlie.get("/api/v1/dataset/").json | {"count": 0, "ids": []}
    assert charlie.get(f"/api/v1/dataset/{sales}").status_code == 404
    assert charlie.get(f"/api/v1/dataset/{sales}/related_objects").status_code == 404
    assert charlie.get(f"/api/v1/dataset/{sales}/samples").status_code == 403


@pytest.mark.parametrize("name", ["bob", "charlie"])
def test_a_reader_changes_nothing(client_of: ClientOf, data_database: int, sales: int, name: str) -> None:
    client = client_of(name)
    assert client.put(f"/api/v1/dataset/{sales}", json={"description": "x"}).status_code == 403
    assert client.put(f"/api/v1/dataset/{sales}/refresh").status_code == 403
    assert client.delete(f"/api/v1/dataset/{sales}").status_code == 403
    assert client.delete(f"/api/v1/dataset/?q=!({sales})").status_code == 403
    assert client.post("/api/v1/dataset/", json={"database": data_database, "table_name": "secrets"}).status_code == 403
    body = {"database_id": data_database, "table_name": "secrets"}
    assert client.post("/api/v1/dataset/get_or_create/", json=body).status_code == 403
    assert client_of("admin").get(f"/api/v1/dataset/{sales}").json["result"]["description"] is None


def test_nobody_asks_without_a_token(client_of: ClientOf, sales: int) -> None:
    for path in ("", f"{sales}", f"{sales}/samples", "_info"):
        assert client_of(None).get(f"/api/v1/dataset/{path}").status_code == 401
