"""Alerts over Redash's API: who makes, sees, changes and hears them, and what the core's API shows of them."""

from typing import Any

import pytest
from flask import Flask

from superset_like.extensions import db
from superset_like.models import Report
from superset_like.services import api_keys
from tests.api.redash.conftest import RedashOf, Shop
from tests.conftest import ClientOf

URL = "/api/alerts"
OPTIONS = {"column": "a", "op": ">", "value": 0, "selector": "first"}
NOT_THE_OWNER = {"message": "You don't have permission to edit this resource."}
BAD_REQUEST = "The browser (or proxy) sent a request that this server could not understand."


@pytest.fixture
def query(shop: Shop) -> dict[str, Any]:
    """A shared query of alice."""
    return shop.query("SELECT 1 AS a")


def made(client: Any, query: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = client.post(URL, json={"name": "Too many", "query_id": query["id"], "options": OPTIONS, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_an_alert_is_as_redash_shows_it(shop: Shop, query: dict[str, Any], people: dict[str, int]) -> None:
    options = {"value": "0", "op": "greater than", "column": "a", "of_mine": {"b": 1, "a": 2}}
    alert = made(shop.alice, query, options=options, rearm=60)
    assert list(alert) == [
        *("id", "name", "options", "state", "last_triggered_at", "updated_at", "created_at", "rearm", "query", "user"),
    ]
    assert (alert["state"], alert["last_triggered_at"], alert["rearm"]) == ("unknown", None, 60)
    assert str(alert["options"]) == str(options)
    assert (alert["user"]["id"], alert["query"]["id"]) == (people["alice"], query["id"])
    assert alert["query"]["api_key"] == query["api_key"]
    assert {"visualizations", "is_favorite"}.isdisjoint(alert["query"])
    assert shop.alice.get(URL).get_json() == [alert]
    assert shop.alice.get(f"{URL}/{alert['id']}").get_json() == alert


def test_it_is_changed_muted_and_deleted(shop: Shop, query: dict[str, Any]) -> None:
    alert = made(shop.alice, query, rearm=60)
    place = f"{URL}/{alert['id']}"
    changed = shop.alice.post(place, json={**alert, "name": "n2", "rearm": None, "query_id": query["id"]}).get_json()
    assert (changed["name"], changed["rearm"], changed["options"]) == ("n2", None, OPTIONS)
    assert shop.alice.post(f"{place}/mute").get_json() is None
    assert shop.alice.get(place).get_json()["options"] == {**OPTIONS, "muted": True}
    assert shop.alice.delete(f"{place}/mute").get_json() is None
    assert shop.alice.get(place).get_json()["options"] == {**OPTIONS, "muted": False}
    assert (shop.alice.delete(place).get_json(), shop.alice.get(place).status_code) == (None, 404)


def test_two_may_have_one_name(shop: Shop, query: dict[str, Any]) -> None:
    assert made(shop.alice, query)["id"] != made(shop.alice, query)["id"]


@pytest.mark.parametrize("name", ["name", "query_id", "options"])
def test_what_is_missing_is_a_bad_request(shop: Shop, query: dict[str, Any], name: str) -> None:
    body = {"name": "x", "query_id": query["id"], "options": OPTIONS}
    answer = shop.alice.post(URL, json={key: value for key, value in body.items() if key != name})
    assert (answer.status_code, list(answer.get_json()["fields"])) == (400, [name])
    assert shop.alice.post(URL, data="{").get_json()["message"] == BAD_REQUEST
    assert shop.alice.get(URL).get_json() == []


@pytest.mark.parametrize(
    "wrong",
    [
        *({"column": ""}, {"column": 1}, {"op": "~"}, {"op": None}, {"value": None}, {"value": [1]}),
        *({"selector": "last"}, {"muted": "yes"}, {"custom_subject": 1}, {"custom_body": "x" * 20_001}),
        {"mine": "x" * 300_000},
    ],
)
def test_options_that_cannot_be_judged_are_refused(shop: Shop, query: dict[str, Any], wrong: dict[str, Any]) -> None:
    body = {"name": "x", "query_id": query["id"], "options": {**OPTIONS, **wrong}}
    answer = shop.alice.post(URL, json=body)
    assert (answer.status_code, list(answer.get_json()["fields"])) == (400, ["options"])
    alert = made(shop.alice, query)
    assert shop.alice.post(f"{URL}/{alert['id']}", json={"name": "new", "options": body["options"]}).status_code == 400
    assert shop.alice.get(f"{URL}/{alert['id']}").get_json() == alert


@pytest.mark.parametrize("rearm", [-1, 1.5, "soon", True, 2**31])
def test_a_rearm_is_a_number_of_seconds(shop: Shop, query: dict[str, Any], rearm: Any) -> None:
    body = {"name": "x", "query_id": query["id"], "options": OPTIONS, "rearm": rearm}
    assert shop.alice.post(URL, json=body).status_code == 400


def test_who_sees_the_query_sees_its_alerts_and_changes_his_own(shop: Shop, query: dict[str, Any]) -> None:
    alert = made(shop.alice, query)
    place = f"{URL}/{alert['id']}"
    seen = shop.vera.get(place).get_json()
    assert (seen["name"], seen["query"]["api_key"]) == ("Too many", None)
    assert [each["id"] for each in shop.vera.get(URL).get_json()] == [alert["id"]]
    for answer in (
        shop.vera.post(place, json={"name": "hax"}),
        shop.vera.delete(place),
        shop.vera.post(f"{place}/mute"),
        shop.vera.delete(f"{place}/mute"),
        shop.vera.post(f"{place}/eval"),
    ):
        assert (answer.status_code, answer.get_json()) == (403, NOT_THE_OWNER)
    # Who may only look makes alerts of his own; administrators change everybody's.
    own = made(shop.vera, query)
    assert shop.vera.post(f"{URL}/{own['id']}", json={"name": "mine"}).status_code == 200
    assert shop.alice.post(f"{URL}/{own['id']}", json={"name": "hers"}).status_code == 403
    assert shop.admin.post(f"{URL}/{own['id']}", json={"name": "ours"}).get_json()["user"] == own["user"]


def test_others_find_nothing(shop: Shop, query: dict[str, Any], redash_of: RedashOf) -> None:
    alert = made(shop.alice, query)
    place = f"{URL}/{alert['id']}"
    body = {"name": "x", "query_id": query["id"], "options": OPTIONS}
    assert shop.carl.get(URL).get_json() == []
    for method, path in (
        *(("GET", place), ("POST", place), ("DELETE", place), ("POST", f"{place}/mute"), ("POST", f"{place}/eval")),
        *(("GET", f"{place}/subscriptions"), ("POST", f"{place}/subscriptions"), ("POST", URL)),
        ("DELETE", f"{place}/subscriptions/1"),
    ):
        assert shop.carl.open(path, method=method, json=body).status_code == 404, path
        # A person without queries, the key of the query, nobody.
        assert redash_of("charlie").open(path, method=method, json=body).status_code == 403, path
        assert redash_of(None).open(f"{path}?api_key={query['api_key']}", method=method, json=body).status_code == 404
    assert shop.alice.post(URL, json={**body, "query_id": 999}).status_code == 404


def test_a_key_with_scopes_writes_none(app: Flask, shop: Shop, query: dict[str, Any], redash_of: RedashOf) -> None:
    alert = made(shop.alice, query)
    with app.app_context():
        key = api_keys.create("alice", "one", f"can_read:SavedQuery:{query['id']}")
    client, headers = redash_of(None), {"Authorization": f"Bearer {key}"}
    assert client.get(URL, headers=headers).get_json()[0]["id"] == alert["id"]
    body = {"name": "x", "query_id": query["id"], "options": OPTIONS}
    for path in (URL, f"{URL}/{alert['id']}", f"{URL}/{alert['id']}/mute", f"{URL}/{alert['id']}/subscriptions"):
        assert client.post(path, json=body, headers=headers).status_code == 403, path


def test_people_subscribe_and_leave(shop: Shop, query: dict[str, Any], people: dict[str, int]) -> None:
    place = f"{URL}/{made(shop.alice, query)['id']}"
    # No body, an empty one: the caller.
    first = shop.alice.post(f"{place}/subscriptions").get_json()
    assert (list(first), first["user"]["id"]) == (["id", "user", "alert_id"], people["alice"])
    assert shop.alice.post(f"{place}/subscriptions", json={}).get_json() == first
    second = shop.vera.post(f"{place}/subscriptions", json={}).get_json()
    assert shop.vera.get(f"{place}/subscriptions").get_json() == [first, second]
    refused = shop.vera.delete(f"{place}/subscriptions/{first['id']}")
    assert (refused.status_code, refused.get_json()) == (403, NOT_THE_OWNER)
    assert shop.vera.delete(f"{place}/subscriptions/{second['id']}").get_json() is None
    assert shop.vera.delete(f"{place}/subscriptions/{second['id']}").status_code == 404
    assert shop.alice.get(f"{place}/subscriptions").get_json() == [first]
    other = f"{URL}/{made(shop.alice, query)['id']}"
    assert shop.alice.delete(f"{other}/subscriptions/{first['id']}").status_code == 404


def test_destinations_subscribe_by_people(shop: Shop, query: dict[str, Any]) -> None:
    place = f"{URL}/{made(shop.alice, query)['id']}/subscriptions"
    body = {"name": "team", "type": "email", "options": {"addresses": "team@example.com"}}
    destination = shop.admin.post("/api/destinations", json=body).get_json()
    found = shop.alice.post(place, json={"destination_id": destination["id"]}).get_json()
    assert found["destination"] == {"id": destination["id"], "name": "team", "type": "email", "icon": "fa-envelope"}
    # One message is enough.
    assert shop.admin.post(place, json={"destination_id": destination["id"]}).get_json()["id"] == found["id"]
    assert shop.alice.post(place, json={"destination_id": 999}).status_code == 404
    assert shop.alice.post(place, json={"destination_id": "x"}).status_code == 400
    assert shop.admin.delete(f"/api/destinations/{destination['id']}").status_code == 204
    assert shop.alice.get(place).get_json() == []


def test_an_archived_query_has_none(shop: Shop, query: dict[str, Any], app: Flask) -> None:
    alert = made(shop.alice, query)
    shop.alice.post(f"{URL}/{alert['id']}/subscriptions")
    assert shop.alice.delete(f"/api/queries/{query['id']}").status_code == 200
    assert shop.alice.get(URL).get_json() == []
    with app.app_context():
        assert db.session.query(Report).count() == 0


def test_the_core_shows_it_as_an_alert(
    shop: Shop, query: dict[str, Any], client_of: ClientOf, people: dict[str, int]
) -> None:
    alert = made(shop.alice, query)
    shop.vera.post(f"{URL}/{alert['id']}/subscriptions")
    alice, place = client_of("alice"), f"/api/v1/report/{alert['id']}"
    listed = alice.get("/api/v1/report/").get_json()["result"]
    assert [(each["id"], each["type"], each["active"]) for each in listed] == [(alert["id"], "Alert", True)]
    assert listed[0]["crontab_humanized"] == "When its query ran"
    assert [owner["id"] for owner in listed[0]["owners"]] == [people["alice"]]
    shown = alice.get(place).get_json()["result"]
    assert shown["next_run_on"] is None
    assert shown["recipients"][0]["type"] == "Email"
    assert client_of("bob").get(place).status_code in {403, 404}


def test_an_edit_through_the_core_leaves_it_what_it_is(
    app: Flask, shop: Shop, query: dict[str, Any], client_of: ClientOf
) -> None:
    alert = made(shop.alice, query, options={**OPTIONS, "custom_subject": "s"})
    subscribed = shop.vera.post(f"{URL}/{alert['id']}/subscriptions").get_json()
    alice, place = client_of("alice"), f"/api/v1/report/{alert['id']}"
    shown = alice.get(place).get_json()["result"]
    names = ("name", "active", "crontab", "timezone", "recipients", "report_format", "type", "validator_type", "sql")
    body = {name: shown[name] for name in names}
    body |= {"validator_config_json": {"op": "<", "threshold": 7}, "owners": [owner["id"] for owner in shown["owners"]]}
    answer = alice.put(place, json=body)
    assert answer.status_code == 200, answer.text
    found = shop.alice.get(f"{URL}/{alert['id']}").get_json()
    assert found["options"] == {**OPTIONS, "custom_subject": "s", "op": "<", "value": 7}
    assert shop.alice.get(f"{URL}/{alert['id']}/subscriptions").get_json() == [subscribed]
    with app.app_context():
        stored = db.session.get(Report, alert["id"])
        assert stored is not None
        assert (stored.next_run_on, stored.trigger, stored.saved_query_id) == (None, "result", query["id"])
    for wrong in ({"type": "Report"}, {"sql": "SELECT 1"}, {"database": shop.source}, {"validator_type": "not null"}):
        assert alice.put(place, json=wrong).status_code in {400, 422}, wrong
    assert alice.put(place, json={"active": False}).status_code == 200
    assert alice.put(place, json={"active": True, "crontab": "* * * * *"}).status_code == 200
    with app.app_context():
        stored = db.session.get(Report, alert["id"])
        assert stored is not None
        assert stored.next_run_on is None
    assert alice.delete(place).status_code == 200
    assert shop.alice.get(f"{URL}/{alert['id']}").status_code == 404


def test_a_list_costs_the_same_however_long(shop: Shop, query: dict[str, Any], counted: Any) -> None:
    made(shop.admin, query)
    shop.admin.get(URL)
    counted.statements.clear()
    shop.admin.get(URL)
    few = len(counted)
    for _ in range(3):
        made(shop.admin, shop.query("SELECT 2 AS a"))
    shop.admin.get(URL)
    counted.statements.clear()
    assert len(shop.admin.get(URL).get_json()) == 4
    assert len(counted) == few
