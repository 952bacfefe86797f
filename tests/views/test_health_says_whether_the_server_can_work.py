import pytest
from flask import Flask
from sqlalchemy import text

from superset_like.errors import ConfigurationError
from superset_like.extensions import db
from superset_like.services import schema
from tests.conftest import Counted


@pytest.mark.parametrize("path", ["/health", "/healthcheck"])
def test_a_living_server_says_ok_and_asks_nobody(app: Flask, counted: Counted, path: str) -> None:
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.get_data(as_text=True), answer.mimetype) == (200, "OK", "text/plain")
    assert "Set-Cookie" not in answer.headers
    assert counted.statements == []


@pytest.mark.parametrize("path", ["/ping", "/default/ping"])
def test_a_living_server_says_so_in_redashs_word(app: Flask, counted: Counted, path: str) -> None:
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.get_data(as_text=True), answer.mimetype) == (200, "PONG.", "text/html")
    assert counted.statements == []


def test_a_server_with_its_metadata_is_ready(app: Flask) -> None:
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok", "metadata": "ok"})


def test_a_server_over_another_schema_is_not(app: Flask) -> None:
    with app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        db.session.commit()
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "unavailable", "metadata": "other schema"})


def test_a_server_without_its_metadata_is_not(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> str:
        raise ConfigurationError("DATABASE_URI: connection to 10.0.0.7 refused")

    monkeypatch.setattr(schema, "current", down)
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "unavailable", "metadata": "down"})
    assert answer.headers["Retry-After"] == "5"
