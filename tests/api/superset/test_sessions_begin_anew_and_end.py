"""A browser session is a new one at each login, ends with the logout for every copy, and writes with proof alone."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from werkzeug.test import Client

from tests.conftest import ClientOf
from tests.people import password_of

BrowserOf = Callable[[str], Client]
ME = "/api/v1/me/"


def signed_in(client: Client, name: str, query: str = "", **headers: str) -> tuple[str, str]:
    """(the form's token before the login, where the login led)"""
    page = client.get("/login/").get_data(as_text=True)
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    form = {"username": name, "password": password_of(name), "csrf_token": token}
    answer = client.post(f"/login/{query}", data=form, headers=headers)
    assert answer.status_code == 302
    return token, answer.headers["Location"]


def test_a_copy_of_the_cookie_ends_with_the_logout(app: Flask, browser_of: BrowserOf) -> None:
    browser, other, copy = browser_of("alice"), browser_of("alice"), app.test_client()
    cookie = browser.get_cookie("session")
    assert cookie is not None
    copy.set_cookie("session", cookie.value)
    assert copy.get(ME).status_code == 200
    assert browser.get("/logout/").status_code == 302
    assert [client.get(ME).status_code for client in (browser, copy, other)] == [401, 401, 200]


@pytest.mark.parametrize(
    "said",
    [{"Origin": "http://localhost"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}],
    ids=str,
)
def test_in_a_browser_a_token_from_before_the_login_proves_nothing(app: Flask, said: dict[str, str]) -> None:
    browser = app.test_client()
    before, _ = signed_in(browser, "alice", **said)
    assert browser.put(ME, json={"first_name": "Eve"}, headers={"X-CSRFToken": before}).status_code == 400
    after = browser.get("/api/v1/security/csrf_token/").get_json()["result"]
    assert browser.put(ME, json={"first_name": "Ali"}, headers={"X-CSRFToken": after}).status_code == 200


def test_a_program_writes_with_the_token_of_the_login_page(app: Flask) -> None:
    program, copy = app.test_client(), app.test_client()
    token, _ = signed_in(program, "alice")
    headers = {"X-CSRFToken": token}
    assert program.put(ME, json={"first_name": "Ali"}, headers=headers).status_code == 200
    assert program.put(ME, json={"first_name": "Eve"}).status_code == 400
    assert program.put(ME, json={"first_name": "Eve"}, headers={"X-CSRFToken": f"{token}x"}).status_code == 400
    # Another session's token is no proof in this one, and a token without a session is nobody's.
    other, _ = signed_in(app.test_client(), "bob")
    assert program.put(ME, json={"first_name": "Eve"}, headers={"X-CSRFToken": other}).status_code == 400
    assert copy.put(ME, json={"first_name": "Eve"}, headers=headers).status_code == 401
    assert program.get(ME).get_json()["result"]["first_name"] == "Ali"


def test_who_is_signed_in_by_cookie_and_token_needs_no_proof(
    app: Flask, browser_of: BrowserOf, client_of: ClientOf
) -> None:
    browser = browser_of("alice")
    bearer = {"Authorization": client_of("bob").headers["Authorization"]}
    assert browser.put(ME, json={"first_name": "Robert"}, headers=bearer).status_code == 200
    # The header decides who it was.
    assert browser.get(ME).get_json()["result"]["first_name"] == "Alice"
    assert client_of("bob").get(ME).get_json()["result"]["first_name"] == "Robert"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_bad_token_is_not_made_good_by_a_cookie(app: Flask, browser_of: BrowserOf, method: str) -> None:
    browser = browser_of("admin")
    proof = browser.get("/api/v1/security/csrf_token/").get_json()["result"]
    headers = {"Authorization": "Bearer nobody", "X-CSRFToken": proof}
    assert browser.open("/api/v1/dashboard/1", method=method, json={}, headers=headers).status_code in {401, 405, 422}


@pytest.mark.parametrize(
    "key", ["CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET", "\x02\x01thisismyscretkey\x01\x02\\e\\y\\y\\h"]
)
def test_a_session_signed_with_a_published_key_is_nobodys(app: Flask, people: dict[str, int], key: str) -> None:
    stranger = Flask("stranger")
    stranger.secret_key = key
    serializer = SecureCookieSessionInterface().get_signing_serializer(stranger)
    assert serializer is not None
    client = app.test_client()
    client.set_cookie("session", serializer.dumps({"_user_id": str(people["admin"]), "_fresh": True}))
    answer = client.get(ME)
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "/%5Cevil.example",
        "https:evil.example",
        "%09//evil.example",
        "javascript:alert(1)",
        "http://localhost@evil.example",
        "https://evil.example/x",
        "%5C%5Cevil.example",
    ],
)
def test_a_login_leads_to_no_other_host(app: Flask, place: str) -> None:
    _, location = signed_in(app.test_client(), "alice", f"?next={place}")
    assert re.fullmatch(r"(/(?![/\\])[\w%./-]*|[\w%.-]+)", location), location


def test_a_login_leads_to_the_page_that_was_asked_for(app: Flask) -> None:
    assert signed_in(app.test_client(), "alice", "?next=/superset/welcome/")[1] == "/superset/welcome/"


def test_a_header_of_a_proxy_names_nobody(app: Flask, client_of: ClientOf) -> None:
    headers = {"REMOTE_USER": "admin", "Remote-User": "admin", "X-Forwarded-User": "admin", "X-Remote-User": "admin"}
    client = client_of(None, **headers)
    assert client.get(ME, environ_overrides={"REMOTE_USER": "admin"}).status_code == 401
    for provider in ("remote_user", "oauth", "ldap", "saml"):
        body = {"username": "alice", "password": password_of("alice"), "provider": provider}
        assert client.post("/api/v1/security/login", json=body).status_code == 401


def test_no_write_is_taken_from_a_cookie_alone(app: Flask, browser_of: BrowserOf, client_of: ClientOf) -> None:
    browser, tried = browser_of("admin"), 0
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}):
            if not rule.rule.startswith("/api/") or rule.rule.endswith(("/security/login", "/security/refresh")):
                continue
            path = re.sub(r"<[^>]+>", "1", rule.rule)
            answer = browser.open(path, method=method, json={})
            assert answer.status_code == 400, (method, path, answer.text)
            assert "CSRF" in answer.text, (method, path, answer.text)
            tried += 1
    assert tried > 60
    assert client_of("alice").put(ME, json={"first_name": "Ali"}).status_code == 200
