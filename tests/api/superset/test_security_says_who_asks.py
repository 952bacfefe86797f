from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask import Flask
from flask_jwt_extended import create_access_token
from werkzeug.test import Client

from superset_like.extensions import db
from superset_like.services import api_keys
from tests.conftest import SECRETS, ClientOf, Counted
from tests.people import password_of

LOGIN = "/api/v1/security/login"


def credentials(name: str = "bob", **changes: Any) -> dict[str, Any]:
    return {"username": name, "password": password_of(name), "provider": "db", "refresh": True, **changes}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_login_gives_tokens_that_say_who_asks(client_of: ClientOf, people: dict[str, int]) -> None:
    nobody = client_of(None)
    tokens = nobody.post(LOGIN, json=credentials()).get_json()
    assert set(tokens) == {"access_token", "refresh_token"}
    me = nobody.get("/api/v1/me/", headers=bearer(tokens["access_token"])).get_json()["result"]
    assert me == {
        "id": people["bob"],
        "username": "bob",
        "first_name": "Bob",
        "last_name": "Doe",
        "email": "bob@example.com",
        "is_active": True,
        "is_anonymous": False,
        "login_count": 1,
    }


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"password": "wrong"}, 401, "Not authorized"),
        ({"username": "nobody"}, 401, "Not authorized"),
        ({"provider": "ldap"}, 401, "Not authorized"),
        ({"provider": "remote_user"}, 401, "Not authorized"),
        ({"password": ""}, 400, {"password": ["Length must be between 1 and 512."]}),
        ({"nonsense": 1}, 400, {"nonsense": ["Unknown field."]}),
    ],
)
def test_a_wrong_login_is_refused(client_of: ClientOf, changes: dict[str, Any], status: int, message: Any) -> None:
    answer = client_of(None).post(LOGIN, json=credentials(**changes))
    assert (answer.status_code, answer.get_json()["message"]) == (status, message)


def test_a_login_needs_a_password_and_takes_old_forms(client_of: ClientOf) -> None:
    nobody = client_of(None)
    answer = nobody.post(LOGIN, json={"username": "bob"})
    assert answer.status_code == 400
    assert answer.get_json()["message"] == {"password": ["Missing data for required field."]}
    body = {"username": "bob", "password": password_of("bob"), "refresh": "true"}
    assert "refresh_token" in nobody.post(LOGIN, json=body, headers=bearer("junk")).get_json()


def test_a_refresh_token_gives_access_and_nothing_else(client_of: ClientOf) -> None:
    nobody = client_of(None)
    tokens = nobody.post(LOGIN, json=credentials()).get_json()
    renewed = nobody.post("/api/v1/security/refresh", headers=bearer(tokens["refresh_token"])).get_json()
    assert nobody.get("/api/v1/me/", headers=bearer(renewed["access_token"])).status_code == 200
    answer = nobody.get("/api/v1/me/", headers=bearer(tokens["refresh_token"]))
    assert (answer.status_code, answer.get_json()["msg"]) == (422, "Only non-refresh tokens are allowed")
    answer = nobody.post("/api/v1/security/refresh", headers=bearer(tokens["access_token"]))
    assert (answer.status_code, answer.get_json()["msg"]) == (422, "Only refresh tokens are allowed")


def test_without_a_token_nobody_is_let_in(client_of: ClientOf) -> None:
    answer = client_of(None).get("/api/v1/me/")
    assert (answer.status_code, answer.get_json()["msg"]) == (401, "Missing Authorization Header")
    assert client_of(None, Authorization="Basic YWRtaW46YWRtaW4=").get("/api/v1/me/").status_code == 401


def test_an_expired_token_says_so(app: Flask, client_of: ClientOf, people: dict[str, int]) -> None:
    with app.app_context():
        token = create_access_token(identity=str(people["bob"]), expires_delta=timedelta(seconds=-1))
    answer = client_of(None).get("/api/v1/me/", headers=bearer(token))
    assert (answer.status_code, answer.get_json()["msg"]) == (401, "Token has expired")


def forged(claims: dict[str, Any]) -> list[str]:
    return [
        "abc",
        jwt.encode(claims, "another-secret-of-sufficient-length", algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode({**claims, "sub": "1"}, "x" * 40, algorithm="HS256"),
    ]


def test_a_forged_token_is_refused(app: Flask, client_of: ClientOf, people: dict[str, int]) -> None:
    with app.app_context():
        token = create_access_token(identity=str(people["admin"]))
    claims = jwt.decode(token, options={"verify_signature": False})
    for made in forged(claims):
        answer = client_of(None).get("/api/v1/me/", headers=bearer(made))
        assert (answer.status_code, "msg" in answer.get_json()) == (422, True), made


def test_a_token_without_the_password_mark_is_refused(client_of: ClientOf, people: dict[str, int], app: Flask) -> None:
    with app.app_context():
        token = create_access_token(identity=str(people["admin"]))
    claims = jwt.decode(token, options={"verify_signature": False})
    del claims["pwd"]
    made = jwt.encode(claims, SECRETS["secret_key"], algorithm="HS256")
    assert client_of(None).get("/api/v1/me/", headers=bearer(made)).status_code == 401


@pytest.mark.parametrize("change", [{"active": False}, {"password": "another one"}])
def test_tokens_end_with_the_account_or_its_password(
    client_of: ClientOf, people: dict[str, int], change: dict[str, Any]
) -> None:
    nobody = client_of(None)
    tokens = nobody.post(LOGIN, json=credentials()).get_json()
    assert client_of("admin").put(f"/api/v1/security/users/{people['bob']}", json=change).status_code == 200
    assert nobody.get("/api/v1/me/", headers=bearer(tokens["access_token"])).status_code == 401
    answer = nobody.post("/api/v1/security/refresh", headers=bearer(tokens["refresh_token"]))
    assert answer.status_code == 401


def test_a_session_writes_with_proof_alone(browser_of: Callable[[str], Client]) -> None:
    alice = browser_of("alice")
    body = {"dashboard_title": "Mine"}
    answer = alice.post("/api/v1/dashboard/", json=body)
    assert answer.status_code == 400
    assert answer.get_json()["message"] == "400 Bad Request: The CSRF token is missing."
    token = alice.get("/api/v1/security/csrf_token/").get_json()["result"]
    assert alice.post("/api/v1/dashboard/", json=body, headers={"X-CSRFToken": token}).status_code == 201
    assert alice.post("/api/v1/dashboard/", json=body, headers={"X-CSRFToken": f"{token}x"}).status_code == 400


def test_a_session_ends_with_the_password(
    browser_of: Callable[[str], Client], client_of: ClientOf, people: dict[str, int]
) -> None:
    alice = browser_of("alice")
    assert alice.get("/api/v1/me/").status_code == 200
    client_of("admin").put(f"/api/v1/security/users/{people['alice']}", json={"password": "another one"})
    assert alice.get("/api/v1/me/").status_code == 401


def test_a_token_needs_no_proof(client_of: ClientOf) -> None:
    assert client_of("alice").post("/api/v1/dashboard/", json={"dashboard_title": "Mine"}).status_code == 201


def test_a_known_caller_costs_one_statement(client_of: ClientOf, counted: Counted) -> None:
    bob = client_of("bob")
    assert bob.get("/api/v1/menu/").status_code == 200
    counted.statements.clear()
    assert bob.get("/api/v1/menu/").status_code == 200
    assert len(counted) == 1


def test_a_key_speaks_for_its_owner(app: Flask, client_of: ClientOf, counted: Counted) -> None:
    with app.app_context():
        key = api_keys.create("bob", "nightly")
    holder = client_of(None, **bearer(key))
    assert holder.get("/api/v1/me/").get_json()["result"]["username"] == "bob"
    counted.statements.clear()
    assert holder.get("/api/v1/menu/").status_code == 200
    assert len(counted) == 1
    assert client_of(None, **bearer(f"{key}x")).get("/api/v1/me/").status_code == 401
    assert client_of("admin").get("/api/v1/security/api_keys/").get_json()["result"] == []


def test_a_key_with_scopes_may_no_more_than_they_say(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        key = api_keys.create("admin", "charts only", scopes="can_read:Chart, ApiKey")
    holder = client_of(None, **bearer(key))
    assert holder.get("/api/v1/chart/").status_code == 200
    assert holder.get("/api/v1/dashboard/").status_code == 403
    assert holder.post("/api/v1/chart/", json={}).status_code == 403
    assert holder.post("/api/v1/security/api_keys/", json={"name": "more"}).status_code == 403


def test_a_revoked_key_opens_nothing(app: Flask, client_of: ClientOf, people: dict[str, int]) -> None:
    with app.app_context():
        key = api_keys.create("bob", "nightly")
    holder = client_of(None, **bearer(key))
    assert holder.get("/api/v1/me/").status_code == 200
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        security.revoke_api_key(security.find_api_keys_for_user(people["bob"])[0].uuid)
        db.session.commit()
    assert holder.get("/api/v1/me/").status_code == 401
