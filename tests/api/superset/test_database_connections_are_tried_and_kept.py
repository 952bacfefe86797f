"""POST, GET, PUT, DELETE of /api/v1/database/"""

from pathlib import Path

import duckdb

from superset_like.config.settings import Settings
from tests.conftest import ClientOf


def test_a_connection_is_made_read_changed_and_deleted(client_of: ClientOf, sales_file: Path) -> None:
    admin = client_of("admin")
    uri = f"sqlite:///{sales_file}"
    made = admin.post("/api/v1/database/", json={"database_name": "shop", "sqlalchemy_uri": uri})
    assert made.status_code == 201
    pk = made.json["id"]
    assert made.json["result"]["sqlalchemy_uri"] == uri
    read = admin.get(f"/api/v1/database/{pk}").json["result"]
    assert (read["database_name"], read["backend"], read["allow_dml"]) == ("shop", "sqlite", False)
    assert "sqlalchemy_uri" not in read
    changed = admin.put(f"/api/v1/database/{pk}", json={"database_name": "store", "allow_dml": True})
    assert changed.status_code == 200
    assert admin.get(f"/api/v1/database/{pk}").json["result"]["allow_dml"] is True
    assert admin.delete(f"/api/v1/database/{pk}").json == {"message": "OK"}
    assert admin.get(f"/api/v1/database/{pk}").status_code == 404


def test_its_own_page_shows_the_uri_with_the_password_masked(client_of: ClientOf, data_database: int) -> None:
    shown = client_of("admin").get(f"/api/v1/database/{data_database}/connection")
    assert shown.status_code == 200
    assert shown.json["result"]["sqlalchemy_uri"].startswith("sqlite:///")
    assert shown.json["result"]["masked_encrypted_extra"] == "{}"


def test_a_name_is_taken_once(client_of: ClientOf, data_database: int, sales_file: Path) -> None:
    body = {"database_name": "shop", "sqlalchemy_uri": f"sqlite:///{sales_file}"}
    refused = client_of("admin").post("/api/v1/database/", json=body)
    assert refused.status_code == 422
    assert refused.json["message"] == {"database_name": ["A database with the same name already exists."]}


def test_a_missing_name_is_422(client_of: ClientOf, sales_file: Path) -> None:
    refused = client_of("admin").post("/api/v1/database/", json={"sqlalchemy_uri": f"sqlite:///{sales_file}"})
    assert refused.status_code == 422
    assert refused.json["message"] == {"database_name": ["Missing data for required field."]}


def test_a_file_outside_the_allowed_folders_is_refused_and_not_kept(client_of: ClientOf, tmp_path: Path) -> None:
    admin = client_of("admin")
    elsewhere = tmp_path / "x.sqlite"
    body = {"database_name": "elsewhere", "sqlalchemy_uri": f"sqlite:///{elsewhere}"}
    assert admin.post("/api/v1/database/", json=body).status_code == 422
    assert admin.post("/api/v1/database/test_connection/", json=body).status_code in {400, 422}
    assert not elsewhere.exists()
    assert admin.get("/api/v1/database/").json["count"] == 0


def test_the_servers_own_metadata_is_refused(client_of: ClientOf, settings: object) -> None:
    own = settings.database_uri  # type: ignore[attr-defined]
    body = {"database_name": "own", "sqlalchemy_uri": own}
    refused = client_of("admin").post("/api/v1/database/", json=body)
    assert refused.status_code == 422
    assert "sqlalchemy_uri" in refused.json["message"]


def test_a_connection_is_tested_with_and_without_the_last_slash(client_of: ClientOf, sales_file: Path) -> None:
    admin = client_of("admin")
    body = {"database_name": "new", "sqlalchemy_uri": f"sqlite:///{sales_file}"}
    assert admin.post("/api/v1/database/test_connection/", json=body).json == {"message": "OK"}
    assert admin.post("/api/v1/database/test_connection", json=body).json == {"message": "OK"}


def test_a_connection_with_datasets_stays(client_of: ClientOf, data_database: int, sales: int) -> None:
    refused = client_of("admin").delete(f"/api/v1/database/{data_database}")
    assert refused.status_code == 422
    assert client_of("admin").get(f"/api/v1/database/{data_database}").status_code == 200


def test_kinds_of_databases_are_listed(client_of: ClientOf) -> None:
    found = client_of("admin").get("/api/v1/database/available/")
    assert found.status_code == 200
    by_engine = {each["engine"]: each for each in found.json["databases"]}
    assert {"sqlite", "duckdb", "postgresql", "mysql"} <= set(by_engine)
    assert by_engine["postgresql"]["parameters"]["required"] == ["database", "host", "port", "username"]


def test_parts_of_a_connection_are_checked(client_of: ClientOf) -> None:
    admin = client_of("admin")
    parts = {"host": "", "port": 5432, "database": "", "username": ""}
    refused = admin.post(
        "/api/v1/database/validate_parameters/",
        json={"engine": "postgresql", "configuration_method": "dynamic_form", "parameters": parts},
    )
    assert refused.status_code == 422
    assert refused.json["errors"][0]["message"] == "One or more parameters are missing: database, host, username"
    assert refused.json["errors"][0]["extra"]["missing"] == ["database", "host", "username"]
    whole = {"host": "127.0.0.1", "port": 5432, "database": "x", "username": "u", "password": "p"}
    accepted = admin.post("/api/v1/database/validate_parameters/", json={"engine": "postgresql", "parameters": whole})
    assert accepted.json == {"message": "OK"}


def test_a_duckdb_file_may_be_named_as_one_that_is_only_read(client_of: ClientOf, settings: Settings) -> None:
    path = settings.home / "data" / "only_read.duckdb"
    path.unlink(missing_ok=True)
    duckdb.connect(str(path)).close()
    admin = client_of("admin")
    for number, (option, status) in enumerate((("read_only", 201), ("read_write", 422), ("automatic", 422))):
        body = {"database_name": f"only read {number}", "sqlalchemy_uri": f"duckdb:///{path}?access_mode={option}"}
        assert admin.post("/api/v1/database/", json=body).status_code == status, option
    more = {"database_name": "more", "sqlalchemy_uri": f"duckdb:///{path}?enable_external_access=true"}
    assert admin.post("/api/v1/database/", json=more).status_code == 422
