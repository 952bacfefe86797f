"""No answer, error or record gives a connection's password away, and no connection reaches what it should not."""

import sqlite3
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from superset_like.config.settings import Settings
from superset_like.extensions import db
from tests.conftest import ClientOf
from tests.services_at_hand import uri_of

SECRET = "canary-pw-7d1f"


@pytest.fixture
def guarded(client_of: ClientOf) -> int:
    """The id of a connection with a password, which the server does not ask for."""
    uri = uri_of("postgres").replace("postgres@", f"postgres:{SECRET}@")
    body = {"database_name": "secretive", "sqlalchemy_uri": uri, "masked_encrypted_extra": f'{{"key": "{SECRET}"}}'}
    answer = client_of("admin").post("/api/v1/database/", json=body)
    assert answer.status_code == 201, answer.text
    assert SECRET not in answer.get_data(as_text=True).replace(uri, "")
    pk: int = answer.get_json()["id"]
    return pk


@pytest.mark.postgres
def test_the_password_is_in_no_answer_and_not_at_rest(client_of: ClientOf, guarded: int, settings: Settings) -> None:
    admin = client_of("admin")
    paths = ["", f"{guarded}", f"{guarded}/connection", f"{guarded}/related_objects/", "_info", f"{guarded}/schemas/"]
    for path in paths:
        answer = admin.get(f"/api/v1/database/{path}")
        assert answer.status_code == 200, path
        assert SECRET not in answer.text, path
    assert "XXXXXXXXXX" in admin.get(f"/api/v1/database/{guarded}/connection").text
    assert SECRET not in admin.get("/api/v1/log/").text
    with sqlite3.connect(settings.database_uri.removeprefix("sqlite:///")) as connection:
        assert SECRET not in "\n".join(connection.iterdump())
    connection.close()


@pytest.mark.postgres
def test_a_masked_password_goes_to_no_other_place(client_of: ClientOf, guarded: int) -> None:
    admin = client_of("admin")
    masked = admin.get(f"/api/v1/database/{guarded}/connection").get_json()["result"]["sqlalchemy_uri"]
    assert admin.put(f"/api/v1/database/{guarded}", json={"sqlalchemy_uri": masked}).status_code == 200
    for former, other in (("127.0.0.1", "localhost"), (":5432", ":5433"), ("postgres:", "somebody:")):
        moved = masked.replace(former, other)
        answer = admin.put(f"/api/v1/database/{guarded}", json={"sqlalchemy_uri": moved})
        assert answer.status_code == 422, moved
        body = {"database_name": "secretive", "sqlalchemy_uri": moved}
        assert admin.post("/api/v1/database/test_connection/", json=body).status_code == 422, moved


@pytest.mark.parametrize(
    "uri",
    [
        "sqlite:////etc/passwd",
        "SQLITE+pysqlite:////etc/passwd",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:/etc/passwd?mode=ro&uri=true",
        "duckdb:////etc/passwd",
        "duckdb:///:memory:",
        "duckdb://",
        "shillelagh://",
        "csv:///etc/passwd",
        "postgresql://u:p@/x?host=/var/run/postgresql",
        "postgresql://u:p@%2Fvar%2Frun/x",
        "postgresql://u:p@127.0.0.1/x?options=-c%20a=b",
        "postgresql://u:p@127.0.0.1/x?service=x",
        "postgresql://u:p@127.0.0.1/x?passfile=/etc/passwd",
        "postgresql://u:p@127.0.0.1/x?sslkey=/etc/passwd",
        "postgresql+psycopg2cffi://u:p@127.0.0.1/x",
        "mysql://u:p@127.0.0.1/x?local_infile=1",
        "mysql://u:p@127.0.0.1/x?init_command=SET%20x",
        "mysql://u:p@127.0.0.1/x?read_default_file=/etc/passwd",
        "mysql://u:p@127.0.0.1/x?ssl_ca=/etc/passwd",
        "mysql+mysqlconnector://u:p@127.0.0.1/x?allow_local_infile=1",
        "http://127.0.0.1/",
        "nonsense",
    ],
)
def test_a_place_or_option_that_is_not_allowed_is_refused_everywhere(client_of: ClientOf, uri: str) -> None:
    admin = client_of("admin")
    for path in ("", "test_connection/"):
        answer = admin.post(f"/api/v1/database/{path}", json={"database_name": "x", "sqlalchemy_uri": uri})
        assert answer.status_code in {400, 422}, (path, answer.text)
        assert "root:" not in answer.text
    assert admin.get("/api/v1/database/").get_json()["count"] == 0


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[::ffff:169.254.169.254]", "0xa9fea9fe", "2852039166", "0.0.0.0", "[fe80::1]"]
)
def test_a_blocked_network_has_one_answer(client_of: ClientOf, host: str) -> None:
    answers: set[Any] = set()
    for port in (80, 5432):
        body = {"database_name": "x", "sqlalchemy_uri": f"postgresql://u:p@{host}:{port}/x"}
        answer = client_of("admin").post("/api/v1/database/test_connection/", json=body)
        answers.add((answer.status_code, answer.get_json()["message"]["sqlalchemy_uri"][0]))
        assert client_of("charlie").post("/api/v1/database/test_connection/", json=body).status_code == 403
    assert answers == {(422, "The database is at a place that this server does not connect to")}


@pytest.mark.parametrize("uri", ["postgresql://nobody:canary@127.0.0.1:1/x", "mysql://nobody:canary@127.0.0.1:1/x"])
def test_a_place_that_does_not_answer_is_not_described(client_of: ClientOf, uri: str) -> None:
    body = {"database_name": "x", "sqlalchemy_uri": uri}
    for path in ("", "test_connection/"):
        answer = client_of("admin").post(f"/api/v1/database/{path}", json=body)
        assert answer.status_code in {400, 422}
        for word in ("canary", "127.0.0.1", "nobody", "refused", "Traceback"):
            assert word not in answer.text


def test_an_error_of_the_metadata_does_not_tell_its_values(app: Flask) -> None:
    with app.app_context(), pytest.raises(DBAPIError) as failed:
        db.session.execute(text("SELECT :secret FROM none_such"), {"secret": SECRET})
    assert SECRET not in str(failed.value)
