from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from superset_like.extensions import db
from superset_like.models import Database
from tests.views.test_forms_write_through_the_services import sent

BrowserOf = Callable[[str], Client]
URI = "postgresql://reader:canary-password@127.0.0.1:1/none"


@pytest.fixture
def warehouse(app: Flask) -> int:
    """The id of a connection with a password and secret settings."""
    with app.app_context():
        masked = URI.replace("canary-password", "XXXXXXXXXX")
        database = Database(database_name="warehouse", sqlalchemy_uri=masked, secret_uri=URI)
        database.encrypted_extra = '{"token": "canary-token"}'
        db.session.add(database)
        db.session.commit()
        return database.id


def test_a_connection_is_shown_without_its_password(browser_of: BrowserOf, warehouse: int) -> None:
    admin = browser_of("admin")
    for path in ("list/", f"show/{warehouse}", f"edit/{warehouse}"):
        text = admin.get(f"/admin/databases/{path}").get_data(as_text=True)
        assert "warehouse" in text
        assert "reader:XXXXXXXXXX@" in text
        assert "canary" not in text


def test_a_masked_password_stays_as_it_is(app: Flask, browser_of: BrowserOf, warehouse: int) -> None:
    path = f"/admin/databases/edit/{warehouse}"
    assert sent(browser_of("admin"), path, database_name="renamed").status_code == 302
    with app.app_context():
        database = db.session.get(Database, warehouse)
        assert database is not None
        assert (database.database_name, database.secret_uri) == ("renamed", URI)
        assert database.encrypted_extra == '{"token": "canary-token"}'


def test_a_typed_password_does_not_come_back_when_the_form_does(browser_of: BrowserOf, app: Flask) -> None:
    values: dict[str, Any] = {
        "database_name": "new",
        "sqlalchemy_uri": URI,
        "masked_encrypted_extra": '{"k": "canary"}',
    }
    for more in ({}, {"extra": "no json"}):
        answer = sent(browser_of("admin"), "/admin/databases/add", **values, **more)
        assert answer.status_code == 200
        assert "Please enter the password again" in answer.text
        assert "canary" not in answer.text


def test_the_masked_password_of_another_place_is_not_used(app: Flask, browser_of: BrowserOf, warehouse: int) -> None:
    path, elsewhere = f"/admin/databases/edit/{warehouse}", "postgresql://reader:XXXXXXXXXX@127.0.0.2:1/none"
    answer = sent(browser_of("admin"), path, sqlalchemy_uri=elsewhere)
    assert answer.status_code == 200
    assert "Enter the password" in answer.text
    with app.app_context():
        database = db.session.get(Database, warehouse)
        assert database is not None
        assert database.secret_uri == URI


def test_an_api_key_is_shown_once(app: Flask, browser_of: BrowserOf) -> None:
    admin = browser_of("admin")
    made = sent(admin, "/admin/api-keys/add", name="nightly").get_data(as_text=True)
    key = made.split("<pre", 1)[1].split(">", 1)[1].split("<", 1)[0]
    assert key.startswith("sst_")
    answer = app.test_client().get("/api/v1/me/", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code in {200, 404}
    for path in ("list/", "show/1"):
        text = admin.get(f"/admin/api-keys/{path}").get_data(as_text=True)
        assert "nightly" in text
        assert key not in text
        assert "pbkdf2" not in text


def test_a_revoked_key_opens_nothing(app: Flask, browser_of: BrowserOf) -> None:
    admin = browser_of("admin")
    made = sent(admin, "/admin/api-keys/add", name="nightly").get_data(as_text=True)
    headers = {"Authorization": "Bearer " + made.split("<pre", 1)[1].split(">", 1)[1].split("<", 1)[0]}
    assert app.test_client().get("/api/v1/chart/", headers=headers).status_code == 200
    page = admin.get("/admin/api-keys/list/").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    admin.post("/admin/api-keys/action_post", data={"action": "revoke", "rowid": 1, "csrf_token": token})
    assert app.test_client().get("/api/v1/chart/", headers=headers).status_code == 401
    assert f"{datetime.now():%Y-%m-%d}" in admin.get("/admin/api-keys/show/1").get_data(as_text=True)


def test_users_are_shown_without_their_hashes(browser_of: BrowserOf) -> None:
    admin = browser_of("admin")
    for path in ("list/", "show/1", "edit/1"):
        text = admin.get(f"/users/{path}").get_data(as_text=True)
        assert "scrypt:" not in text
        assert "pbkdf2:" not in text
