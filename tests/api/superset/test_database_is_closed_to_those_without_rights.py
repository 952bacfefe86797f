"""Who may not see or change connections."""

from pathlib import Path

import pytest

from tests.conftest import ClientOf


@pytest.mark.parametrize("name", ["alice", "bob", "charlie"])
def test_only_writers_of_databases_make_and_test_them(client_of: ClientOf, sales_file: Path, name: str) -> None:
    body = {"database_name": "mine", "sqlalchemy_uri": f"sqlite:///{sales_file}"}
    client = client_of(name)
    assert client.post("/api/v1/database/", json=body).status_code == 403
    assert client.post("/api/v1/database/test_connection/", json=body).status_code == 403
    assert client_of("admin").get("/api/v1/database/").json["count"] == 0


def test_nobody_asks_without_a_token(client_of: ClientOf, data_database: int) -> None:
    assert client_of(None).get("/api/v1/database/").status_code == 401
    assert client_of(None).get(f"/api/v1/database/{data_database}/schemas/").status_code == 401


def test_a_user_without_grants_does_not_see_it(client_of: ClientOf, data_database: int) -> None:
    charlie = client_of("charlie")
    assert charlie.get("/api/v1/database/").json["count"] == 0
    assert charlie.get(f"/api/v1/database/{data_database}").status_code == 404
    for path in ("schemas/", "tables/?q=(schema_name:main)", "table_metadata/?name=sales&schema=main"):
        assert charlie.get(f"/api/v1/database/{data_database}/{path}").status_code in {403, 404}


def test_the_connections_uri_is_for_its_writers(client_of: ClientOf, data_database: int) -> None:
    for name in ("alice", "bob", "charlie"):
        answer = client_of(name).get(f"/api/v1/database/{data_database}/connection")
        assert answer.status_code in {403, 404}
        assert "sqlite" not in answer.get_data(as_text=True)
