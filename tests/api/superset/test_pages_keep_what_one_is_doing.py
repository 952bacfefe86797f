"""Filters of dashboards and forms of the chart editor, kept for a time under keys."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from superset_like.extensions import db
from superset_like.models import KeptState, Log
from superset_like.models.mixins import now
from tests.conftest import ApiClient, ClientOf, Embedded

FORMS = "/api/v1/explore/form_data"


def form(embedded: Embedded, value: Any, **more: Any) -> dict[str, Any]:
    return {"datasource_id": embedded.dataset, "datasource_type": "table", "form_data": json.dumps(value), **more}


def filters(embedded: Embedded) -> str:
    return f"/api/v1/dashboard/{embedded.dashboard}/filter_state"


@pytest.fixture(params=["filters", "form"])
def place(request: pytest.FixtureRequest, embedded: Embedded) -> tuple[str, str, dict[str, Any]]:
    """Where states of a kind are kept, the name of what is kept, and what else a body says."""
    if request.param == "filters":
        return filters(embedded), "value", {}
    return FORMS, "form_data", {"datasource_id": embedded.dataset, "datasource_type": "table"}


Place = tuple[str, str, dict[str, Any]]


def test_what_is_kept_comes_back_changes_and_goes(client_of: ClientOf, place: Place) -> None:
    url, name, more = place
    alice = client_of("alice")
    text = '{"F": {"filterState": {"value": ["ä", 9007199254740993, null]}}}'
    answer = alice.post(url, json={name: text, **more})
    assert answer.status_code == 201
    key = answer.get_json()["key"]
    assert alice.post(url, json={name: text, **more}).get_json()["key"] != key
    assert alice.get(f"{url}/{key}").get_json() == {name: text}
    assert alice.put(f"{url}/{key}", json={name: '{"x": 2}', **more}).get_json() == {"key": key}
    assert alice.get(f"{url}/{key}").get_json() == {name: '{"x": 2}'}
    assert alice.delete(f"{url}/{key}").status_code == 200
    for method in ("get", "put", "delete"):
        answer = getattr(alice, method)(f"{url}/{key}", json={name: text, **more})
        assert answer.status_code == 404


def test_two_tabs_do_not_write_over_each_other(client_of: ClientOf, place: Place) -> None:
    url, name, more = place
    alice = client_of("alice")
    key = alice.post(f"{url}?tab_id=1", json={name: '{"x": 1}', **more}).get_json()["key"]
    assert alice.put(f"{url}/{key}?tab_id=1", json={name: '{"x": 2}', **more}).get_json()["key"] == key
    other = alice.put(f"{url}/{key}?tab_id=2", json={name: '{"x": 3}', **more}).get_json()["key"]
    assert [alice.get(f"{url}/{each}").get_json()[name] for each in (key, other)] == ['{"x": 2}', '{"x": 3}']
    for tab in ("x", "-1", "9" * 30):
        assert alice.post(f"{url}?tab_id={tab}", json={name: "{}", **more}).status_code == 400


def test_others_read_it_when_they_may_see_what_it_is_about(client_of: ClientOf, place: Place) -> None:
    url, name, more = place
    key = client_of("alice").post(url, json={name: '{"x": 1}', **more}).get_json()["key"]
    bob, charlie, nobody = client_of("bob"), client_of("charlie"), client_of(None)
    assert bob.get(f"{url}/{key}").get_json() == {name: '{"x": 1}'}
    for client, status in ((bob, 403), (charlie, 404), (nobody, 401)):
        assert client.put(f"{url}/{key}", json={name: '{"x": 2}', **more}).status_code == status
        assert client.delete(f"{url}/{key}").status_code == status
    assert [client.get(f"{url}/{key}").status_code for client in (charlie, nobody)] == [404, 401]
    assert charlie.post(url, json={name: "{}", **more}).status_code == 404
    assert bob.get(f"{url}/{key}").get_json() == {name: '{"x": 1}'}


def test_it_ends_and_is_thrown_away(client_of: ClientOf, app: Flask, embedded: Embedded, place: Place) -> None:
    url, name, more = place
    alice = client_of("alice")
    key = alice.post(url, json={name: "{}", **more}).get_json()["key"]
    link = alice.post(f"/api/v1/dashboard/{embedded.dashboard}/permalink", json={}).get_json()["key"]
    with app.app_context():
        db.session.execute(
            update(KeptState).where(KeptState.key == key).values(expires_on=now() - timedelta(seconds=1))
        )
        db.session.commit()
    assert alice.get(f"{url}/{key}").status_code == 404
    new = alice.post(url, json={name: "{}", **more}).get_json()["key"]
    with app.app_context():
        assert {state.key for state in db.session.query(KeptState)} == {link, new}


def test_a_change_starts_its_time_anew(client_of: ClientOf, app: Flask, place: Place) -> None:
    url, name, more = place
    alice = client_of("alice")
    key = alice.post(url, json={name: "{}", **more}).get_json()["key"]
    with app.app_context():
        db.session.execute(update(KeptState).values(expires_on=now() + timedelta(seconds=60)))
        db.session.commit()
    assert alice.put(f"{url}/{key}", json={name: "{}", **more}).status_code == 200
    with app.app_context():
        assert db.session.query(KeptState).one().expires_on > now() + timedelta(days=1)


@pytest.mark.parametrize("text", ["", "{", "NaN", '"\\ud800"', 1, None])
def test_what_is_no_json_is_refused(client_of: ClientOf, app: Flask, place: Place, text: Any) -> None:
    url, name, more = place
    answer = client_of("alice").post(url, json={name: text, **more})
    assert (answer.status_code, list(answer.get_json()["message"])) == (400, [name])
    too_much = client_of("alice").post(url, json={name: json.dumps({"x": "y" * 300_000}), **more})
    assert too_much.status_code == 413
    with app.app_context():
        assert db.session.query(KeptState).count() == 0


def test_a_form_says_what_it_is_about(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    for change, status in (
        ({"datasource_id": 999}, 404),
        ({"datasource_id": 2**40}, 400),
        ({"datasource_id": "x"}, 400),
        ({"datasource_type": "query"}, 404),
        ({"datasource_type": "nonsense"}, 400),
        ({"chart_id": 999}, 404),
        ({"form_data": "[]"}, 400),
        ({"form_data": '{"a": ' * 300 + "1" + "}" * 300}, 400),
        ({"nonsense": 1}, 400),
    ):
        answer = alice.post(FORMS, json={**form(embedded, {}), **change})
        assert answer.status_code == status, (change, answer.text)
    for chart in (embedded.chart, 0, None):
        assert alice.post(FORMS, json=form(embedded, {}, chart_id=chart)).status_code == 201


def test_a_changed_form_is_about_what_the_change_says(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    key = alice.post(FORMS, json=form(embedded, {}, chart_id=embedded.chart)).get_json()["key"]
    assert alice.get(f"/api/v1/explore/?form_data_key={key}").get_json()["result"]["slice"] is not None
    assert alice.put(f"{FORMS}/{key}", json=form(embedded, {})).get_json() == {"key": key}
    assert alice.get(f"/api/v1/explore/?form_data_key={key}").get_json()["result"]["slice"] is None


def test_filters_belong_to_one_dashboard(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    key = alice.post(filters(embedded), json={"value": "{}"}).get_json()["key"]
    other = alice.post("/api/v1/dashboard/", json={"dashboard_title": "Other"}).get_json()["id"]
    assert alice.get(f"/api/v1/dashboard/{other}/filter_state/{key}").status_code == 404
    assert alice.get(f"{FORMS}/{key}").status_code == 404
    assert alice.get(f"/api/v1/dashboard/permalink/{key}").status_code == 404


def test_no_line_of_the_log_tells_each_step(client_of: ClientOf, app: Flask, place: Place) -> None:
    url, name, more = place
    alice = client_of("alice")
    with app.app_context():
        before = db.session.query(Log).count()
    key = alice.post(url, json={name: "{}", **more}).get_json()["key"]
    alice.put(f"{url}/{key}", json={name: "{}", **more})
    with app.app_context():
        assert db.session.query(Log).count() == before


def test_a_guest_keeps_nothing(guest_of: Any, embedded: Embedded) -> None:
    guest: ApiClient = guest_of(embedded)
    assert guest.post(filters(embedded), json={"value": "{}"}).status_code == 403
    assert guest.post(FORMS, json=form(embedded, {})).status_code == 403
