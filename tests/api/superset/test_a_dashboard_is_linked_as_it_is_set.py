"""Permalinks of dashboards: who makes and reads them, what they keep, where they lead."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from superset_like.extensions import db
from superset_like.models import KeptState
from superset_like.services import kept_states
from tests.conftest import ApiClient, ClientOf, Counted, Embedded

GuestOf = Callable[..., ApiClient]
BrowserOf = Callable[[str], Client]
STATE = {
    "dataMask": {"F": {"id": "F", "filterState": {"value": ["north"]}, "extraFormData": {"row": 2**63 - 1, "x": None}}},
    "activeTabs": ["TAB-1"],
    "anchor": "CHART",
    "urlParams": [["tenant", "ä b"], ["tenant", "c"]],
    "chartStates": {"7": {"columns": ["region"]}},
}


def permalink(dashboard: int | str) -> str:
    return f"/api/v1/dashboard/{dashboard}/permalink"


def linked(client: ApiClient, dashboard: int | str, state: dict[str, Any]) -> str:
    answer = client.post(permalink(dashboard), json=state)
    assert answer.status_code == 201, answer.text
    key: str = answer.get_json()["key"]
    assert answer.get_json() == {"key": key, "url": f"http://localhost/superset/dashboard/p/{key}/"}
    return key


def read(client: ApiClient, key: str) -> Any:
    return client.get(f"/api/v1/dashboard/permalink/{key}")


@pytest.mark.parametrize("state", [{}, {"dataMask": {}, "activeTabs": [], "urlParams": []}, {"anchor": None}, STATE])
def test_what_was_posted_comes_back(client_of: ClientOf, embedded: Embedded, state: dict[str, Any]) -> None:
    alice = client_of("alice")
    uuid = alice.get(f"/api/v1/dashboard/{embedded.dashboard}").get_json()["result"]["uuid"]
    answer = read(alice, linked(alice, embedded.dashboard, state))
    assert (answer.status_code, answer.get_json()) == (200, {"dashboardId": uuid, "state": state})


def test_the_same_state_of_the_same_person_has_the_same_key(
    client_of: ClientOf, guest_of: GuestOf, embedded: Embedded
) -> None:
    alice, guest = client_of("alice"), guest_of(embedded)
    key = linked(alice, embedded.dashboard, STATE)
    assert linked(alice, embedded.dashboard, dict(reversed(STATE.items()))) == key
    assert alice.put(f"/api/v1/dashboard/{embedded.dashboard}", json={"slug": "shop"}).status_code == 200
    assert linked(alice, "shop", STATE) == key
    others = [linked(alice, "shop", {**STATE, "anchor": "ROW"}), linked(client_of("bob"), "shop", STATE)]
    others.append(linked(guest, embedded.dashboard, STATE))
    assert len({key, *others}) == 4
    assert linked(guest, embedded.dashboard, STATE) == others[-1]


def test_two_who_make_the_same_link_at_once_get_one(
    client_of: ClientOf, app: Flask, embedded: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = client_of("alice")
    key = linked(alice, embedded.dashboard, STATE)
    really, asked = kept_states.is_kept, iter([False])
    # The other one's link appears right after this one looked for it.
    monkeypatch.setattr(kept_states, "is_kept", lambda key: next(asked, None) is None and really(key))
    assert linked(alice, embedded.dashboard, STATE) == key
    assert kept(app) == 1


def test_reading_one_takes_few_statements(client_of: ClientOf, embedded: Embedded, counted: Counted) -> None:
    bob = client_of("bob")
    key = linked(bob, embedded.dashboard, STATE)
    assert read(bob, key).status_code == 200
    counted.statements.clear()
    assert read(bob, key).status_code == 200
    # The stamps, the state under the rules of access, its dashboard.
    assert len(counted) == 3, counted.statements


def test_a_guest_needs_his_token_alone(guest_of: GuestOf, client_of: ClientOf, embedded: Embedded) -> None:
    guest = guest_of(embedded, "tenant = 'a'")
    key = linked(guest, embedded.dashboard, STATE)
    assert read(guest, key).get_json()["state"] == STATE
    assert read(client_of("bob"), key).get_json()["state"] == STATE
    other = client_of("alice").post("/api/v1/dashboard/", json={"dashboard_title": "Other", "published": True})
    theirs = linked(client_of("alice"), other.get_json()["id"], STATE)
    assert read(guest, theirs).status_code == 404
    assert guest.post(permalink(other.get_json()["id"]), json=STATE).status_code == 404


def test_whoever_may_not_see_the_dashboard_makes_and_reads_none(client_of: ClientOf, embedded: Embedded) -> None:
    key = linked(client_of("alice"), embedded.dashboard, STATE)
    for name, status in (("charlie", 404), (None, 401)):
        stranger = client_of(name)
        assert read(stranger, key).status_code == status
        assert stranger.post(permalink(embedded.dashboard), json=STATE).status_code == status
    for unknown in ("nope", "0" * 32, key + "0", "%00", "'"):
        assert read(client_of("admin"), unknown).status_code == 404
    assert client_of("admin").post(permalink("nope"), json=STATE).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"nonsense": 1}, "nonsense"),
        ({"dataMask": []}, "dataMask"),
        ({"activeTabs": [1]}, "activeTabs"),
        ({"anchor": 1}, "anchor"),
        ({"urlParams": [["only a name"]]}, "urlParams"),
        ({"urlParams": [["a", {}]]}, "urlParams"),
        ({"chartStates": "x"}, "chartStates"),
    ],
)
def test_what_is_no_state_is_refused(
    client_of: ClientOf, app: Flask, embedded: Embedded, body: dict[str, Any], field: str
) -> None:
    answer = client_of("alice").post(permalink(embedded.dashboard), json=body)
    assert (answer.status_code, list(answer.get_json()["message"])) == (400, [field])
    assert kept(app) == 0


def test_a_state_beyond_the_limit_is_refused(client_of: ClientOf, app: Flask, embedded: Embedded) -> None:
    alice = client_of("alice")
    answer = alice.post(permalink(embedded.dashboard), json={"dataMask": {"F": "ä" * 128 * 1024}})
    assert (answer.status_code, kept(app)) == (413, 0)
    linked(alice, embedded.dashboard, {"dataMask": {"F": "ä" * 127 * 1024}})


def test_it_goes_with_its_dashboard(client_of: ClientOf, app: Flask, embedded: Embedded) -> None:
    alice = client_of("alice")
    key = linked(alice, embedded.dashboard, STATE)
    assert alice.delete(f"/api/v1/dashboard/{embedded.dashboard}").status_code == 200
    again = alice.post("/api/v1/dashboard/", json={"dashboard_title": "Takes its number"}).get_json()["id"]
    assert (again, read(alice, key).status_code, kept(app)) == (embedded.dashboard, 404, 0)


def test_its_page_leads_to_the_dashboard(
    client_of: ClientOf, browser_of: BrowserOf, app: Flask, embedded: Embedded
) -> None:
    key = linked(client_of("alice"), embedded.dashboard, STATE)
    page = f"/superset/dashboard/p/{key}/"
    target = f"/superset/dashboard/{embedded.dashboard}/?permalink_key={key}"
    answer = browser_of("bob").get(page)
    assert (answer.status_code, answer.location) == (302, f"{target}&tenant=%C3%A4+b&tenant=c#CHART")
    bare = linked(client_of("alice"), embedded.dashboard, {})
    assert browser_of("bob").get(f"/superset/dashboard/p/{bare}/").location == target.replace(key, bare)
    assert browser_of("charlie").get(page).status_code == 404
    assert app.test_client().get(page).location.startswith("/login/?next=")


def test_nobody_is_led_elsewhere(client_of: ClientOf, browser_of: BrowserOf, embedded: Embedded) -> None:
    state = {"anchor": "\r\nX: y//evil.example", "urlParams": [["permalink_key", "x"], ["a\r\n&b", "#c"]]}
    key = linked(client_of("alice"), embedded.dashboard, state)
    answer = browser_of("bob").get(f"/superset/dashboard/p/{key}/")
    assert answer.location == (
        f"/superset/dashboard/{embedded.dashboard}/?permalink_key={key}&a%0D%0A%26b=%23c#%0D%0AX%3A%20y//evil.example"
    )


def kept(app: Flask) -> int:
    with app.app_context():
        return db.session.query(KeptState).count()
