"""An API key opens what its scopes name, until it ends; a change of rights, password or session counts at once."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import ApiKey
from sqlalchemy import select, update
from werkzeug.test import Client

from superset_like.access import api_keys
from superset_like.extensions import db
from tests.conftest import ApiClient, ClientOf, Embedded
from tests.people import password_of

KEYS = "/api/v1/security/api_keys/"


def key_of(client_of: ClientOf, name: str, scopes: str | None = None, **more: Any) -> dict[str, Any]:
    answer = client_of(name).post(KEYS, json={"name": "mine", "scopes": scopes, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.get_json()["result"]
    return made


def holder(client_of: ClientOf, made: dict[str, Any]) -> ApiClient:
    return client_of(None, Authorization=f"Bearer {made['key']}")


@pytest.mark.parametrize("name", ["admin"])
def test_a_key_for_one_dashboard_does_nothing_else(
    app: Flask, client_of: ClientOf, embedded: Embedded, name: str
) -> None:
    other = (
        client_of("alice").post("/api/v1/dashboard/", json={"dashboard_title": "Other", "published": True}).get_json()
    )
    key = holder(client_of, key_of(client_of, name, f"can_read:Dashboard:{embedded.dashboard}"))
    assert key.get(f"/api/v1/dashboard/{embedded.dashboard}").status_code == 200
    listed = key.get("/api/v1/dashboard/").get_json()
    assert (listed["ids"], listed["count"]) == ([embedded.dashboard], 1)
    assert key.get(f"/api/v1/dashboard/{other['id']}").status_code == 404
    named = key.get("/api/v1/dashboard/related/owners").get_json()["result"]
    assert [each["text"] for each in named] == ["Admin Doe"]
    numbers = {"pk": embedded.dashboard, "id_or_slug": embedded.dashboard}
    opened = set()
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/v1/") or rule.rule.startswith("/api/v1/security/log"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(numbers.get(found[1], 1)), rule.rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}):
            if key.open(path, method=method, json={}).status_code < 400:
                opened.add((method, rule.rule.rstrip("/")))
    # A picture is asked for by a POST.
    assert sorted(path.rsplit("/", 1)[1] for method, path in opened if method != "GET") == [
        "cache_dashboard_screenshot"
    ]
    assert {path for _, path in opened if not path.startswith("/api/v1/dashboard")} == set()
    assert client_of("alice").get(f"/api/v1/dashboard/{embedded.dashboard}").status_code == 200


def test_writing_is_a_scope_of_its_own(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    second = alice.post("/api/v1/dashboard/", json={"dashboard_title": "Second"}).get_json()["id"]
    scopes = f"can_read:Dashboard:{embedded.dashboard},can_write:Dashboard:{second}"
    key = holder(client_of, key_of(client_of, "admin", scopes))
    title = {"dashboard_title": "By key"}
    assert key.put(f"/api/v1/dashboard/{second}", json=title).status_code == 200
    assert key.put(f"/api/v1/dashboard/{embedded.dashboard}", json=title).status_code == 403
    assert key.delete(f"/api/v1/dashboard/{embedded.dashboard}").status_code == 403
    assert key.post("/api/v1/dashboard/", json=title).status_code == 403
    assert key.post(f"/api/v1/dashboard/{second}/copy/", json={"json_metadata": "{}"}).status_code == 403
    assert key.get("/api/v1/dashboard/deleted/").get_json()["count"] == 0


def test_data_take_the_dataset_too(client_of: ClientOf, embedded: Embedded) -> None:
    path = f"/api/v1/chart/{embedded.chart}/data/"
    chart, both = f"can_read:Chart:{embedded.chart}", f"can_read:Dataset:{embedded.dataset}"
    alone = holder(client_of, key_of(client_of, "admin", chart))
    assert alone.get(f"/api/v1/chart/{embedded.chart}").status_code == 200
    assert alone.get(path).status_code == 403
    assert holder(client_of, key_of(client_of, "admin", f"{chart},{both}")).get(path).status_code == 200


@pytest.mark.parametrize("scopes", ["can_read:Dashboard:0", "can_export:Dashboard:1", "can_read:Log:1", ",", "a:b:c:d"])
def test_a_scope_that_says_nothing_is_refused(client_of: ClientOf, scopes: str) -> None:
    answer = client_of("admin").post(KEYS, json={"name": "x", "scopes": scopes})
    assert (answer.status_code, list(answer.get_json()["message"])) == (422, ["scopes"])


def test_a_key_ends(app: Flask, client_of: ClientOf) -> None:
    past = client_of("admin").post(KEYS, json={"name": "x", "expires_on": "2020-01-01T00:00:00Z"})
    assert (past.status_code, list(past.get_json()["message"])) == (422, ["expires_on"])
    made = key_of(client_of, "admin", expires_on=(datetime.now() + timedelta(days=1)).astimezone().isoformat())
    key = holder(client_of, made)
    assert key.get("/api/v1/chart/").status_code == 200
    with app.app_context():
        db.session.execute(update(ApiKey).values(expires_on=datetime.now() - timedelta(seconds=1)))
        db.session.commit()
    assert key.get("/api/v1/chart/").status_code == 401


def test_rotation_leaves_time_to_change_over(app: Flask, client_of: ClientOf) -> None:
    made = key_of(client_of, "admin", "can_read:Chart")
    for name in ("alice", "bob"):
        assert client_of(name).post(f"{KEYS}{made['uuid']}/rotate", json={}).status_code in {403, 404}
    assert holder(client_of, made).post(f"{KEYS}{made['uuid']}/rotate", json={}).status_code == 403
    rotated = client_of("admin").post(f"{KEYS}{made['uuid']}/rotate", json={"overlap_s": 600})
    assert rotated.status_code == 201, rotated.text
    fresh = rotated.get_json()["result"]
    assert (fresh["name"], fresh["scopes"], fresh["key"] != made["key"]) == ("mine", "can_read:Chart", True)
    assert [holder(client_of, each).get("/api/v1/chart/").status_code for each in (made, fresh)] == [200, 200]
    last = client_of("admin").post(f"{KEYS}{fresh['uuid']}/rotate", json={"overlap_s": 0}).get_json()["result"]
    assert [holder(client_of, each).get("/api/v1/chart/").status_code for each in (fresh, last)] == [401, 200]
    with app.app_context():
        stored = db.session.execute(select(ApiKey)).scalars().all()
        assert all(each["key"] not in str(vars(row)) for row in stored for each in (made, fresh, last))


def test_its_last_use_is_known(app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    key = holder(client_of, key_of(client_of, "admin"))
    monkeypatch.setattr(api_keys, "BETWEEN_NOTES", timedelta(0))
    assert key.get("/api/v1/chart/").status_code == 200

    def last_used() -> Any:
        return client_of("admin").get(KEYS).get_json()["result"][0]["last_used_on"]

    first = last_used()
    assert first is not None
    assert key.get("/api/v1/chart/").status_code == 200
    assert last_used() > first


def test_rights_that_are_taken_end_every_way_in(
    app: Flask, client_of: ClientOf, browser_of: Callable[[str], Client], people: dict[str, int], embedded: Embedded
) -> None:
    key, token, browser = holder(client_of, key_of(client_of, "admin")), client_of("admin"), browser_of("admin")
    ways: list[Any] = [key, token, browser]
    assert [way.get("/api/v1/security/roles/").status_code for way in ways] == [200, 200, 200]
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        security.find_user("admin").roles = [security.find_role("Gamma")]
        db.session.commit()
    assert [way.get("/api/v1/security/roles/").status_code for way in ways] == [403, 403, 403]
    with app.app_context():
        app.appbuilder.sm.find_user("admin").active = False  # type: ignore[attr-defined]
        db.session.commit()
    assert [way.get("/api/v1/me/").status_code for way in ways] == [401, 401, 401]


def test_a_new_password_ends_sessions_and_tokens(
    client_of: ClientOf, browser_of: Callable[[str], Client], app: Flask
) -> None:
    token, browser = client_of("alice"), browser_of("alice")
    body = {"username": "alice", "password": password_of("alice"), "refresh": True}
    refresh = app.test_client().post("/api/v1/security/login", json=body).get_json()["refresh_token"]
    assert client_of("alice").put("/api/v1/me/", json={"password": "another-password"}).status_code == 200
    assert [token.get("/api/v1/me/").status_code, browser.get("/api/v1/me/").status_code] == [401, 401]
    again = app.test_client().post("/api/v1/security/refresh", headers={"Authorization": f"Bearer {refresh}"})
    assert again.status_code == 401


def test_a_key_for_a_dashboard_reads_no_charts_and_datasets_by_it(client_of: ClientOf, embedded: Embedded) -> None:
    path, scope = f"/api/v1/dashboard/{embedded.dashboard}", f"can_read:Dashboard:{embedded.dashboard}"
    alone = holder(client_of, key_of(client_of, "admin", scope))
    assert alone.get(f"{path}/charts").get_json()["result"] == []
    assert alone.get(f"{path}/datasets").get_json()["result"] == []
    more = f"{scope}, can_read:Chart:{embedded.chart}, can_read:Dataset:{embedded.dataset}"
    with_them = holder(client_of, key_of(client_of, "admin", more))
    assert [chart["id"] for chart in with_them.get(f"{path}/charts").get_json()["result"]] == [embedded.chart]
    assert [each["id"] for each in with_them.get(f"{path}/datasets").get_json()["result"]] == [embedded.dataset]


def test_reading_all_dashboards_is_writing_none(client_of: ClientOf, embedded: Embedded) -> None:
    scopes = f"can_write:Chart:{embedded.chart}, can_read:Chart:{embedded.chart}, can_read:Dashboard"
    key = holder(client_of, key_of(client_of, "admin", scopes))
    assert key.put(f"/api/v1/chart/{embedded.chart}", json={"dashboards": []}).status_code == 403
    shown = client_of("alice").get(f"/api/v1/dashboard/{embedded.dashboard}/charts").get_json()["result"]
    assert [chart["id"] for chart in shown] == [embedded.chart]
    assert key.put(f"/api/v1/chart/{embedded.chart}", json={"slice_name": "Renamed"}).status_code == 200
