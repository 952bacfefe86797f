from collections.abc import Callable

from flask import Flask

from superset_like.extensions import db
from tests.api.redash.conftest import RedashOf
from tests.people import password_of

OF_QUERIES = {"create_query", "edit_query", "view_query", "view_source", "execute_query", "schedule_query"}
Login = dict[str, str]


def form(name: str, **more: str) -> Login:
    return {"email": f"{name}@example.com", "password": password_of(name), **more}


def test_a_key_tells_who_it_speaks_for_and_what_he_may(redash_of: RedashOf, people: dict[str, int]) -> None:
    found = redash_of("alice").get("/api/session").get_json()
    assert list(found) == ["user", "messages", "org_slug", "client_config"]
    user = found["user"]
    assert (user["id"], user["name"], user["email"]) == (people["alice"], "Alice Doe", "alice@example.com")
    assert set(user["permissions"]) >= OF_QUERIES | {"list_alerts", "list_dashboards"}
    assert not {"admin", "super_admin"} & set(user["permissions"])
    assert found["client_config"]["version"] == "26.08.0"
    assert found["client_config"]["queryRefreshIntervals"][-4:] == [86400, 604800, 1209600, 2592000]
    assert len(found["client_config"]["queryRefreshIntervals"]) == 21


def test_permissions_are_those_of_the_roles(redash_of: RedashOf) -> None:
    admin = redash_of("admin").get("/api/session").get_json()["user"]["permissions"]
    assert admin[:2] == ["admin", "super_admin"]
    bob = redash_of("bob").get("/api/session").get_json()["user"]["permissions"]
    assert not OF_QUERIES & set(bob)
    assert "list_dashboards" in bob


def test_nobody_has_a_session_and_everybody_the_configuration(redash_of: RedashOf) -> None:
    nobody = redash_of(None)
    refused = nobody.get("/api/session")
    assert refused.status_code == 404
    assert refused.get_json() == {"message": "Couldn't find resource. Please login and try again."}
    shown = nobody.get("/api/config").get_json()
    assert (shown["org_slug"], shown["client_config"]["dateTimeFormat"]) == ("default", "DD/MM/YY HH:mm")
    assert "version" not in shown["client_config"]


def test_a_key_in_the_address_or_without_its_word_does(
    redash_of: RedashOf, key_of: Callable[[str], str], people: dict[str, int]
) -> None:
    nobody, key = redash_of(None), key_of("bob")
    for answer in (
        nobody.get(f"/api/session?api_key={key}"),
        nobody.get("/api/session", headers={"Authorization": key}),
        nobody.get("/default/api/session", headers={"Authorization": f"Key {key}"}),
    ):
        assert answer.get_json()["user"]["id"] == people["bob"]
    assert nobody.get(f"/other/api/session?api_key={key}").status_code == 404


def test_an_address_and_a_password_sign_in(app: Flask, people: dict[str, int]) -> None:
    client = app.test_client()
    answer = client.post("/login", data=form("alice"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    shown = client.get("/api/session")
    assert shown.get_json()["user"]["id"] == people["alice"]
    # Writes by cookie need the token, which is in a cookie that scripts of our site can read.
    body = {"trigger": "t", "description": "", "snippet": "select 1"}
    assert client.post("/api/query_snippets", json=body).status_code == 400
    cookie = client.get_cookie("csrf_token")
    assert cookie is not None
    written = client.post("/api/query_snippets", json=body, headers={"X-CSRF-TOKEN": cookie.value})
    assert written.status_code == 200, written.text
    # A second login in one session is a login.
    assert client.post("/default/login", data=form("bob")).status_code == 302
    assert client.get("/api/session").get_json()["user"]["id"] == people["bob"]


def test_a_wrong_password_shows_the_page_again(app: Flask, people: dict[str, int]) -> None:
    client = app.test_client()
    for wrong in (form("alice", password="wrong"), form("nobody"), form("alice", email=""), {"email": "alice"}):
        answer = client.post("/login", data=wrong)
        assert (answer.status_code, "Wrong email or password." in answer.text) == (200, True)
        assert client.get("/api/session").status_code == 404


def test_pages_of_other_sites_sign_nobody_in(app: Flask, people: dict[str, int]) -> None:
    client = app.test_client()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert client.post("/login", data=form("alice"), headers=headers).status_code == 400
        assert client.get("/api/session").status_code == 404
    assert client.post("/login", data=form("alice"), headers={"Origin": "http://localhost"}).status_code == 302


def test_after_the_login_one_is_led_on_here_only(app: Flask, people: dict[str, int]) -> None:
    for wanted, place in (("/dashboard/list/", "/dashboard/list/"), ("https://evil.example/", "/")):
        answer = app.test_client().post(f"/login?next={wanted}", data=form("alice"))
        assert (answer.status_code, answer.headers["Location"]) == (302, place)


def test_who_is_not_active_is_not_let_in(app: Flask, people: dict[str, int], redash_of: RedashOf) -> None:
    client = redash_of("charlie")
    with app.app_context():
        app.appbuilder.sm.get_user_by_id(people["charlie"]).active = False  # type: ignore[attr-defined]
        db.session.commit()
    assert app.test_client().post("/login", data=form("charlie")).status_code == 200
    assert client.get("/api/session").status_code == 404
