"""Tags: alice owns the chart, bob sees it, charlie sees nothing of it, a guest has nothing to do with tags."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import ApiClient, ClientOf, Counted, Embedded

TAGS = "/api/v1/tag/"


def objects(client: ApiClient, **asked: str) -> list[tuple[str, int]]:
    answer = client.get(f"{TAGS}get_objects/", query_string=asked)
    assert answer.status_code == 200, answer.text
    return [(each["type"], each["id"]) for each in answer.get_json()["result"]]


def tag_id(client: ApiClient, name: str) -> int:
    wish = {"filters": [{"col": "name", "opr": "eq", "value": name}]}
    found: int = client.get(TAGS, query_string={"q": json.dumps(wish)}).get_json()["ids"][0]
    return found


def test_a_tag_is_made_with_what_it_is_put_on(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    places = [["chart", embedded.chart], ["dashboard", embedded.dashboard]]
    answer = alice.post(TAGS, json={"name": "hot", "description": "sells", "objects_to_tag": places})
    assert answer.status_code == 201, answer.text
    assert objects(alice, tags="hot") == [("chart", embedded.chart), ("dashboard", embedded.dashboard)]
    assert objects(alice, tagIds=str(answer.get_json()["id"]), types="dashboard") == [("dashboard", embedded.dashboard)]
    assert objects(alice, tags="cold") == []
    record = alice.get(f"{TAGS}{answer.get_json()['id']}").get_json()["result"]
    assert (record["name"], record["description"], record["type"]) == ("hot", "sells", 1)
    shown = alice.get(f"/api/v1/chart/{embedded.chart}").get_json()["result"]["tags"]
    assert [tag["name"] for tag in shown] == ["hot"]
    assert alice.post(TAGS, json={"name": "hot"}).get_json()["id"] == answer.get_json()["id"]


def test_what_bears_it_is_found_by_those_who_may_see_it(client_of: ClientOf, embedded: Embedded) -> None:
    client_of("alice").post(TAGS, json={"name": "hot", "objects_to_tag": [["chart", embedded.chart]]})
    assert objects(client_of("bob"), tags="hot") == [("chart", embedded.chart)]
    assert objects(client_of("charlie"), tags="hot") == []


def test_nobody_tags_what_he_may_not_edit(client_of: ClientOf, embedded: Embedded) -> None:
    place = f"{TAGS}chart/{embedded.chart}/"
    body = {"properties": {"tags": ["mine"]}}
    assert client_of("bob").post(place, json=body).status_code == 403
    assert client_of("charlie").post(place, json=body).status_code == 404
    wish = {"name": "mine", "objects_to_tag": [["chart", embedded.chart]]}
    assert client_of("bob").post(TAGS, json=wish).status_code == 403
    assert client_of("charlie").post(TAGS, json=wish).status_code == 404
    alice = client_of("alice")
    assert alice.get(TAGS).get_json()["count"] == 0
    assert alice.post(place, json=body).status_code == 201
    assert alice.post(place, json={"tags": ["other"]}).status_code == 201
    assert client_of("bob").delete(f"{place}mine/").status_code == 403
    assert client_of("charlie").delete(f"{place}mine/").status_code == 404
    assert objects(alice, tags="mine,other") == [("chart", embedded.chart)]
    assert alice.delete(f"{place}mine/").status_code == 200
    assert alice.delete(f"{place}mine/").status_code == 404
    assert objects(alice, tags="mine") == []


def test_many_are_made_at_once_and_say_what_was_left_out(client_of: ClientOf, embedded: Embedded) -> None:
    places = [["chart", embedded.chart], ["dataset", embedded.dataset], ["chart", 999]]
    wishes = [{"name": "a", "objects_to_tag": places}, {"name": "b", "objects_to_tag": [["2", embedded.chart]]}]
    answer = client_of("alice").post(f"{TAGS}bulk_create", json={"tags": wishes})
    assert answer.get_json()["result"] == {"objects_tagged": places[:2], "objects_skipped": [["chart", 999]]}
    assert objects(client_of("alice"), tags="b") == [("chart", embedded.chart)]
    refused = client_of("bob").post(f"{TAGS}bulk_create", json={"tags": wishes}).get_json()["result"]
    assert (refused["objects_tagged"], len(refused["objects_skipped"])) == ([], 3)


def test_a_change_moves_it_but_off_nothing_that_one_may_not_edit(client_of: ClientOf, embedded: Embedded) -> None:
    admin, alice = client_of("admin"), client_of("alice")
    places = [["chart", embedded.chart], ["dashboard", embedded.dashboard]]
    pk = admin.post(TAGS, json={"name": "hot", "objects_to_tag": places}).get_json()["id"]
    assert client_of("bob").put(f"{TAGS}{pk}", json={"objects_to_tag": []}).status_code == 200
    assert len(objects(admin, tags="hot")) == 2
    assert alice.put(f"{TAGS}{pk}", json={"name": "warm", "objects_to_tag": places[:1]}).status_code == 200
    assert objects(admin, tags="warm") == [("chart", embedded.chart)]
    alice.post(TAGS, json={"name": "cold"})
    taken = alice.put(f"{TAGS}{pk}", json={"name": "cold"})
    assert (taken.status_code, taken.get_json()["message"]) == (422, {"name": ["Must be unique"]})


def test_they_are_deleted_by_id_or_by_name(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    ids = [
        alice.post(TAGS, json={"name": name, "objects_to_tag": [["chart", embedded.chart]]}).get_json()["id"]
        for name in ("a", "b", "c")
    ]
    assert alice.delete(TAGS, query_string={"q": "!(a,nothing)"}).status_code == 404
    gone = alice.delete(TAGS, query_string={"q": f"!(a,{ids[1]})"})
    assert gone.get_json() == {"message": "Deleted 2 tags"}
    assert alice.delete(f"{TAGS}{ids[2]}").status_code == 200
    assert alice.get(f"/api/v1/chart/{embedded.chart}").get_json()["result"]["tags"] == []


def test_they_are_starred(client_of: ClientOf, embedded: Embedded) -> None:
    alice, bob = client_of("alice"), client_of("bob")
    pk = alice.post(TAGS, json={"name": "hot"}).get_json()["id"]
    assert alice.post(f"{TAGS}{pk}/favorites/").status_code == 200
    asked = {"q": f"!({pk})"}
    assert alice.get(f"{TAGS}favorite_status/", query_string=asked).get_json()["result"] == [{"id": pk, "value": True}]
    assert bob.get(f"{TAGS}favorite_status/", query_string=asked).get_json()["result"] == [{"id": pk, "value": False}]
    assert alice.delete(f"{TAGS}{pk}/favorites/").status_code == 200


def test_a_guest_has_nothing_to_do_with_them(
    client_of: ClientOf, guest_of: Callable[..., ApiClient], embedded: Embedded
) -> None:
    client_of("alice").post(TAGS, json={"name": "hot", "objects_to_tag": [["chart", embedded.chart]]})
    guest = guest_of(embedded)
    for method, path in (("GET", TAGS), ("GET", f"{TAGS}get_objects/?tags=hot"), ("DELETE", f"{TAGS}1")):
        assert guest.open(path, method=method).status_code == 403
    assert guest.post(f"{TAGS}chart/{embedded.chart}/", json={"tags": ["x"]}).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "a,b"},
        {"name": "owner:1"},
        {"name": "x" * 251},
        {"name": "x", "objects_to_tag": [["user", 1]]},
        {"name": "x", "objects_to_tag": [["chart", "1"]]},
        {"name": "x", "objects_to_tag": [["chart"]]},
        {"name": "x", "objects_to_tag": "chart"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(client_of: ClientOf, app: Any, body: dict[str, Any]) -> None:
    alice = client_of("alice")
    assert alice.post(TAGS, json=body).status_code == 400
    assert alice.get(TAGS).get_json()["count"] == 0
    assert alice.get(f"{TAGS}get_objects/?types=user").status_code == 400
    assert alice.post(f"{TAGS}user/1/", json={"tags": ["x"]}).status_code == 404


def test_what_bears_a_tag_costs_the_same_however_much_it_is(
    client_of: ClientOf, embedded: Embedded, counted: Counted
) -> None:
    alice = client_of("alice")
    alice.post(TAGS, json={"name": "hot", "objects_to_tag": [["chart", embedded.chart]]})
    objects(alice, tags="hot")
    counted.statements.clear()
    objects(alice, tags="hot")
    few = len(counted)
    body = {"viz_type": "table", "datasource_id": embedded.dataset, "datasource_type": "table"}
    made = [alice.post("/api/v1/chart/", json={**body, "slice_name": str(n)}).get_json()["id"] for n in range(9)]
    for pk in made:
        alice.post(f"{TAGS}chart/{pk}/", json={"tags": ["hot", f"of {pk}"]})
    objects(alice, tags="hot")
    counted.statements.clear()
    assert len(objects(alice, tags="hot")) == 10
    assert len(counted) == few
    counted.statements.clear()
    assert alice.get(TAGS, query_string={"q": "(page_size:5)"}).get_json()["count"] == 10
    listed = len(counted)
    counted.statements.clear()
    alice.get(TAGS, query_string={"q": "(page_size:10)"})
    assert len(counted) == listed
