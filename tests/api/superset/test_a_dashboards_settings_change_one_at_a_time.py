"""Colours, native filters and customizations of a dashboard, each by itself: alice owns it, bob only sees it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import ApiClient, ClientOf, Embedded


def place(embedded: Embedded, what: str = "") -> str:
    return f"/api/v1/dashboard/{embedded.dashboard}{what}"


def metadata(client: ApiClient, embedded: Embedded) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get(place(embedded)).get_json()["result"]["json_metadata"])
    return found


def test_colours_change_and_all_else_stays(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    before = metadata(alice, embedded)
    body = {"color_scheme": "supersetColors", "label_colors": {"north": "#ff0000"}}
    answer = alice.put(place(embedded, "/colors"), json=body)
    assert (answer.status_code, answer.get_json()) == (200, {"result": ["color_scheme", "label_colors"]})
    assert metadata(alice, embedded) == {**before, **body}


def test_colours_may_change_without_a_change_of_the_dashboard(client_of: ClientOf, embedded: Embedded) -> None:
    alice, admin = client_of("alice"), client_of("admin")

    def changed() -> tuple[str, int]:
        record = alice.get(place(embedded)).get_json()["result"]
        return record["changed_on"], record["changed_by"]["id"]

    before = changed()
    assert admin.put(place(embedded, "/colors?mark_updated=false"), json={"color_scheme": "a"}).status_code == 200
    assert changed() == before
    assert admin.put(place(embedded, "/colors"), json={"color_scheme": "b"}).status_code == 200
    assert changed()[1] != before[1]


@pytest.mark.parametrize(
    ("what", "key"),
    [("/filters", "native_filter_configuration"), ("/chart_customizations", "chart_customization_config")],
)
def test_what_is_listed_is_changed_deleted_and_ordered(
    client_of: ClientOf, embedded: Embedded, what: str, key: str
) -> None:
    alice = client_of("alice")
    new = [{"id": name, "name": name, "filterType": "filter_select"} for name in ("A", "B", "C")]
    alice.put(place(embedded), json={"json_metadata": json.dumps({"refresh_frequency": 7})})
    assert alice.put(place(embedded, what), json={"modified": new}).get_json()["result"] == new
    body = {"deleted": ["B"], "modified": [{**new[0], "name": "first"}], "reordered": ["C", "A", "nothing"]}
    listed = alice.put(place(embedded, what), json=body).get_json()["result"]
    assert [(each["id"], each["name"]) for each in listed] == [("C", "C"), ("A", "first")]
    assert metadata(alice, embedded) == {"refresh_frequency": 7, key: listed}


@pytest.mark.parametrize("what", ["/colors", "/filters", "/chart_customizations"])
def test_they_are_the_owners_to_change(
    client_of: ClientOf, embedded: Embedded, guest_of: Callable[..., ApiClient], what: str
) -> None:
    before = metadata(client_of("alice"), embedded)
    assert client_of("bob").put(place(embedded, what), json={}).status_code == 403
    assert client_of("charlie").put(place(embedded, what), json={}).status_code == 404
    assert guest_of(embedded).put(place(embedded, what), json={}).status_code == 403
    assert metadata(client_of("alice"), embedded) == before


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("/colors", {"label_colors": []}),
        ("/colors", {"color_scheme_domain": "x"}),
        ("/colors", {"css": "x"}),
        ("/filters", {"modified": [{"name": "x"}]}),
        ("/filters", {"modified": [{"id": 1}]}),
        ("/filters", {"deleted": "x"}),
        ("/chart_customizations", {"reordered": [[]]}),
    ],
    ids=str,
)
def test_what_makes_no_sense_changes_nothing(
    client_of: ClientOf, embedded: Embedded, what: str, body: dict[str, Any]
) -> None:
    alice = client_of("alice")
    before = metadata(alice, embedded)
    assert alice.put(place(embedded, what), json=body).status_code == 400
    assert metadata(alice, embedded) == before
