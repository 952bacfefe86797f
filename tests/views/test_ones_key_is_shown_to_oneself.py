"""/key/: copied, renewed, and nobody else's."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from werkzeug.test import Client, TestResponse

from superset_like.extensions import db
from superset_like.models import UserKey
from superset_like.models.mixins import now
from tests.conftest import ApiClient, ClientOf

BrowserOf = Callable[[str], Client]
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
SHOWN = re.compile(r'id="key"[^>]*value="([a-z0-9]{40})"')


def shown(browser: Client) -> str:
    page = browser.get("/key/")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    found = SHOWN.search(page.text)
    assert found is not None
    return found[1]


def renewed(browser: Client, day: str) -> TestResponse:
    """The answer to the form with this last day."""
    token = TOKEN.search(browser.get("/key/").text)
    assert token is not None
    return browser.post("/key/", data={"csrf_token": token[1], "last_day": day})


def who(app: Flask, key: str) -> str | None:
    """The name of the person whom the key signs in; None where it opens nothing."""
    client = ApiClient(app, app.response_class)
    client.headers = {"Authorization": f"Key {key}"}
    answer = client.get("/api/session")
    return answer.get_json()["user"]["name"] if answer.status_code == 200 else None


def test_everybody_finds_his_own_key(app: Flask, browser_of: BrowserOf, people: dict[str, int]) -> None:
    alice, charlie = browser_of("alice"), browser_of("charlie")
    assert who(app, shown(alice)) == "Alice Doe"
    assert who(app, shown(charlie)) == "Charlie Doe"
    # It stays the same, and is that of the API.
    assert shown(alice) == alice.get(f"/api/users/{people['alice']}").get_json()["api_key"]
    assert 'href="/key/"' in alice.get("/").text


def test_another_key_voids_the_former(app: Flask, browser_of: BrowserOf, people: dict[str, int]) -> None:
    alice = browser_of("alice")
    former = shown(alice)
    day = datetime.now(UTC).date() + timedelta(days=3)
    assert renewed(alice, day.isoformat()).status_code == 302
    key = shown(alice)
    assert (who(app, former), who(app, key)) == (None, "Alice Doe")
    assert f"until {day + timedelta(days=1)} at 00:00 UTC" in alice.get("/key/").text
    ends = alice.get(f"/api/users/{people['alice']}").get_json()["api_key_expires_at"]
    assert ends == f"{day + timedelta(days=1)}T00:00:00Z"
    with app.app_context():
        kept = db.session.get(UserKey, people["alice"])
        assert kept is not None
        kept.expires_on = now() - timedelta(minutes=1)
        db.session.commit()
    assert "opens nothing any more" in alice.get("/key/").text
    assert renewed(alice, "").status_code == 302
    assert who(app, shown(alice)) == "Alice Doe"
    assert "until you make another one" in alice.get("/key/").text


def test_a_wrong_day_changes_nothing(browser_of: BrowserOf) -> None:
    alice = browser_of("alice")
    key = shown(alice)
    for day in ("2020-01-01", "soon"):
        refused = renewed(alice, day)
        assert (refused.status_code, 'role="alert"' in refused.text) == (200, True)
    # No other site can send the form.
    assert alice.post("/key/", data={"last_day": ""}).status_code == 400
    assert shown(alice) == key


def test_nobody_else_reads_or_renews_it(app: Flask, browser_of: BrowserOf, client_of: ClientOf) -> None:
    asked = app.test_client().get("/key/")
    assert (asked.status_code, "/login/" in asked.headers["Location"]) == (302, True)
    scoped = client_of("admin").post("/api/v1/security/api_keys/", json={"name": "k", "scopes": "can_read:Chart"})
    limited = ApiClient(app, app.response_class)
    limited.headers = {"Authorization": f"Bearer {scoped.get_json()['result']['key']}"}
    assert limited.get("/key/").status_code in {302, 403}
    assert "value=" not in limited.get("/key/").text
