"""Themes: whoever makes one changes it; administrators choose what dashboards wear by default."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import ApiClient, ClientOf, Counted, Embedded

THEMES = "/api/v1/theme/"


def made(client: ApiClient, name: str = "Fair", **token: Any) -> int:
    config = {"token": token or {"colorPrimary": "#123456"}}
    answer = client.post(THEMES, json={"theme_name": name, "json_data": json.dumps(config)})
    assert answer.status_code == 201, answer.text
    pk: int = answer.get_json()["id"]
    return pk


def worn(client: ApiClient, embedded: Embedded) -> Any:
    path = f"/api/v1/dashboard/{embedded.dashboard}/charts?with_dashboard=true"
    return client.get(path).get_json()["dashboard"]["theme"]


def test_a_theme_is_made_read_changed_found_and_deleted(client_of: ClientOf) -> None:
    alice = client_of("alice")
    pk = made(alice)
    shown = alice.get(f"{THEMES}{pk}").get_json()["result"]
    assert (shown["theme_name"], shown["is_system"], shown["created_by"]["first_name"]) == ("Fair", False, "Alice")
    assert alice.put(f"{THEMES}{pk}", json={"theme_name": "Fairer"}).status_code == 200
    wish = {"filters": [{"col": "theme_name", "opr": "theme_all_text", "value": "fairer"}]}
    assert alice.get(THEMES, query_string={"q": json.dumps(wish)}).get_json()["ids"] == [pk]
    assert alice.delete(THEMES, query_string={"q": f"!({pk})"}).get_json() == {"message": "Deleted 1 theme"}
    assert alice.get(f"{THEMES}{pk}").status_code == 404


def test_the_servers_own_are_there_and_stay(client_of: ClientOf) -> None:
    admin = client_of("admin")
    wish = {"filters": [{"col": "is_system", "opr": "eq", "value": True}], "order_column": "theme_name"}
    found = admin.get(THEMES, query_string={"q": json.dumps(wish)}).get_json()
    assert [each["theme_name"] for each in found["result"]] == ["THEME_DARK", "THEME_DEFAULT"]
    assert admin.put(f"{THEMES}{found['ids'][0]}", json={"theme_name": "x"}).status_code == 403
    assert admin.delete(f"{THEMES}{found['ids'][0]}").status_code == 403


def test_nobody_changes_those_of_others(
    client_of: ClientOf, embedded: Embedded, guest_of: Callable[..., ApiClient]
) -> None:
    pk = made(client_of("alice"))
    for name in ("bob", "charlie"):
        client = client_of(name)
        assert client.get(f"{THEMES}{pk}").status_code == 200
        assert client.put(f"{THEMES}{pk}", json={"theme_name": "x"}).status_code == 403
        assert client.delete(f"{THEMES}{pk}").status_code == 403
    for name in ("alice", "bob"):
        assert client_of(name).put(f"{THEMES}{pk}/set_system_default").status_code == 403
        assert client_of(name).delete(f"{THEMES}unset_system_dark").status_code == 403
    guest = guest_of(embedded)
    assert [guest.get(THEMES).status_code, guest.put(f"{THEMES}{pk}", json={}).status_code] == [403, 403]
    assert client_of("admin").put(f"{THEMES}{pk}", json={"theme_name": "x"}).status_code == 200


@pytest.mark.parametrize(
    "json_data",
    [
        "{x",
        "[]",
        '{"token": []}',
        '{"algorithm": "odd"}',
        '{"algorithm": [{}]}',
        "",
        None,
        '{"token": {}}' + " " * 10**5,
    ],
    ids=lambda text: str(text)[:20],
)
def test_what_is_no_theme_is_refused(client_of: ClientOf, json_data: str | None) -> None:
    alice = client_of("alice")
    answer = alice.post(THEMES, json={"theme_name": "x", "json_data": json_data})
    assert (answer.status_code, set(answer.get_json()["message"])) == (400, {"json_data"})
    assert alice.get(THEMES).get_json()["count"] == 2


def test_a_dashboard_wears_its_own_or_the_systems(
    client_of: ClientOf, embedded: Embedded, guest_of: Callable[..., ApiClient]
) -> None:
    admin, alice, guest = client_of("admin"), client_of("alice"), guest_of(embedded)
    place = f"/api/v1/dashboard/{embedded.dashboard}"
    assert worn(alice, embedded) is None
    assert alice.get(place).get_json()["result"]["theme"] is None
    light, dark = made(admin, "Light", colorPrimary="#000001"), made(admin, "Dark", colorPrimary="#000002")
    assert admin.put(f"{THEMES}{light}/set_system_default").get_json()["id"] == light
    assert admin.put(f"{THEMES}{dark}/set_system_dark").status_code == 200
    system = {
        "theme_default": {"token": {"colorPrimary": "#000001"}},
        "theme_dark": {"token": {"colorPrimary": "#000002"}},
    }
    assert worn(guest, embedded) == system
    own = made(alice)
    assert alice.put(place, json={"theme_id": 999}).get_json()["message"] == {"theme_id": ["Theme does not exist"]}
    assert client_of("bob").put(place, json={"theme_id": own}).status_code == 403
    assert alice.put(place, json={"theme_id": own}).status_code == 200
    assert worn(guest, embedded) == {"token": {"colorPrimary": "#123456"}}
    shown = guest.get(place).get_json()["result"]["theme"]
    assert (shown["id"], shown["theme_name"]) == (own, "Fair")
    alice.put(f"{THEMES}{own}", json={"theme_name": "Fairest"})
    assert guest.get(place).get_json()["result"]["theme"]["theme_name"] == "Fairest"
    assert alice.put(place, json={"theme_id": None}).status_code == 200
    assert worn(alice, embedded) == system
    alice.put(place, json={"theme_id": own})
    assert alice.delete(f"{THEMES}{own}").status_code == 200
    assert worn(alice, embedded) == system


def test_one_theme_at_most_is_the_default(client_of: ClientOf) -> None:
    admin = client_of("admin")
    first, second = made(admin, "First"), made(admin, "Second")
    for pk in (first, second):
        assert admin.put(f"{THEMES}{pk}/set_system_default").status_code == 200
    shown = admin.get(THEMES, query_string={"q": "(columns:!(id,is_system_default))"}).get_json()["result"]
    assert [each["id"] for each in shown if each["is_system_default"]] == [second]
    refused = admin.delete(f"{THEMES}{second}")
    assert (refused.status_code, "Unset it first" in refused.text) == (422, True)
    assert admin.delete(f"{THEMES}unset_system_default").status_code == 200
    assert admin.delete(f"{THEMES}{second}").status_code == 200
    assert admin.put(f"{THEMES}999/set_system_dark").status_code == 404


def test_a_list_costs_the_same_however_long_it_is(client_of: ClientOf, counted: Counted) -> None:
    alice, costs = client_of("alice"), []
    for n in range(10):
        made(alice, str(n))
    for size in (1, 10):
        counted.statements.clear()
        assert len(alice.get(THEMES, query_string={"q": f"(page_size:{size})"}).get_json()["result"]) == size
        costs.append(len(counted))
    assert costs[0] == costs[1]
