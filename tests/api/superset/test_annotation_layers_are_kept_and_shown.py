"""Layers of annotations: those who make datasets keep them, charts show them to whoever sees the chart."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import ApiClient, ClientOf, Counted, Embedded

LAYERS = "/api/v1/annotation_layer/"
LAUNCH = {
    "short_descr": "Launch",
    "long_descr": "of the shop",
    "start_dttm": "2026-01-05T10:00:00",
    "end_dttm": "2026-01-06T10:00:00+02:00",
    "json_metadata": '{"by": "alice"}',
}


@pytest.fixture
def layer(client_of: ClientOf) -> int:
    """A layer of alice with one annotation."""
    alice = client_of("alice")
    made: int = alice.post(LAYERS, json={"name": "Shop", "descr": "what happened"}).get_json()["id"]
    assert alice.post(f"{LAYERS}{made}/annotation/", json=LAUNCH).status_code == 201
    return made


def native(layer: int) -> dict[str, Any]:
    return {"name": "marks", "annotationType": "EVENT", "sourceType": "NATIVE", "value": layer}


def asked(client: ApiClient, dataset: int, layer: int, **form: Any) -> Any:
    query = {"columns": ["region"], "metrics": ["total"], "annotation_layers": [native(layer)]}
    query |= {"orderby": [["region", True]], "row_limit": 1000}
    body = {"datasource": {"id": dataset, "type": "table"}, "queries": [query], "form_data": form}
    return client.post("/api/v1/chart/data", json=body)


def test_layers_and_annotations_are_read_changed_and_deleted(client_of: ClientOf, layer: int) -> None:
    alice = client_of("alice")
    assert alice.get(f"{LAYERS}{layer}").get_json()["result"] == {"id": layer, "name": "Shop", "descr": "what happened"}
    [known] = alice.get(f"{LAYERS}{layer}/annotation/").get_json()["result"]
    place = f"{LAYERS}{layer}/annotation/{known['id']}"
    shown = alice.get(place).get_json()["result"]
    assert (shown["start_dttm"], shown["end_dttm"]) == ("2026-01-05T10:00:00", "2026-01-06T08:00:00")
    assert shown["layer"] == {"id": layer, "name": "Shop"}
    assert alice.put(place, json={"long_descr": "of the second shop"}).status_code == 200
    assert alice.get(place).get_json()["result"]["long_descr"] == "of the second shop"
    assert alice.put(f"{LAYERS}{layer}", json={"name": "Shops"}).status_code == 200
    refused = alice.delete(f"{LAYERS}{layer}")
    assert (refused.status_code, "associated annotations" in refused.text) == (422, True)
    gone = alice.delete(f"{LAYERS}{layer}/annotation/", query_string={"q": f"!({known['id']})"})
    assert gone.get_json() == {"message": "Deleted 1 annotation"}
    assert alice.delete(f"{LAYERS}{layer}").status_code == 200
    assert alice.get(f"{LAYERS}{layer}").status_code == 404


def test_an_annotation_is_found_in_its_own_layer_only(client_of: ClientOf, layer: int) -> None:
    alice = client_of("alice")
    other = alice.post(LAYERS, json={"name": "Other"}).get_json()["id"]
    [pk] = alice.get(f"{LAYERS}{layer}/annotation/").get_json()["ids"]
    place = f"{LAYERS}{other}/annotation/{pk}"
    assert alice.get(f"{LAYERS}{other}/annotation/").get_json()["count"] == 0
    assert [alice.get(place).status_code, alice.put(place, json={}).status_code] == [404, 404]
    assert alice.delete(place).status_code == 404
    assert alice.get(f"{LAYERS}999/annotation/").status_code == 404
    assert alice.get(f"{LAYERS}{layer}/annotation/").get_json()["count"] == 1


def test_names_are_unique_and_spans_do_not_end_before_they_begin(client_of: ClientOf, layer: int) -> None:
    alice = client_of("alice")
    assert alice.post(LAYERS, json={"name": "Shop"}).get_json()["message"] == {"name": ["Name must be unique"]}
    twin = alice.post(f"{LAYERS}{layer}/annotation/", json=LAUNCH)
    assert (twin.status_code, set(twin.get_json()["message"])) == (422, {"short_descr"})
    past = {**LAUNCH, "short_descr": "Past", "end_dttm": "2025-01-01T00:00:00"}
    refused = alice.post(f"{LAYERS}{layer}/annotation/", json=past)
    assert (refused.status_code, set(refused.get_json()["message"])) == (422, {"end_dttm"})
    for wrong in ({"short_descr": "x"}, {**LAUNCH, "start_dttm": "soon"}, {**LAUNCH, "json_metadata": "{"}):
        assert alice.post(f"{LAYERS}{layer}/annotation/", json=wrong).status_code == 400
    assert alice.get(f"{LAYERS}{layer}/annotation/").get_json()["count"] == 1


def test_they_are_closed_to_others(
    client_of: ClientOf, layer: int, embedded: Embedded, guest_of: Callable[..., ApiClient]
) -> None:
    for client in (client_of("bob"), client_of("charlie"), guest_of(embedded)):
        for path in (LAYERS, f"{LAYERS}{layer}", f"{LAYERS}{layer}/annotation/", f"{LAYERS}{layer}/annotation/1"):
            assert client.get(path).status_code == 403
        assert client.post(LAYERS, json={"name": "x"}).status_code == 403
        assert client.delete(f"{LAYERS}{layer}/annotation/1").status_code == 403


def test_a_chart_shows_its_layer_to_whoever_sees_the_chart(client_of: ClientOf, layer: int, embedded: Embedded) -> None:
    record = {
        "start_dttm": 1767607200000,
        "end_dttm": 1767686400000,
        "short_descr": "Launch",
        "long_descr": "of the shop",
        "json_metadata": '{"by": "alice"}',
    }
    alice, bob = client_of("alice"), client_of("bob")
    shown = asked(alice, embedded.dataset, layer).get_json()["result"][0]["annotation_data"]
    assert shown == {"marks": {"records": [record]}}
    assert asked(alice, embedded.dataset, 999).status_code == 404
    # Bob may not read layers, and this chart does not show it.
    assert asked(bob, embedded.dataset, layer).status_code == 404
    assert asked(bob, embedded.dataset, layer, slice_id=embedded.chart).status_code == 404
    _show(alice, embedded, layer)
    assert asked(bob, embedded.dataset, layer).status_code == 404
    found = asked(bob, embedded.dataset, layer, slice_id=embedded.chart)
    assert found.get_json()["result"][0]["annotation_data"] == {"marks": {"records": [record]}}
    found = bob.get(f"/api/v1/chart/{embedded.chart}/data/")
    assert found.get_json()["result"][0]["annotation_data"] == {"marks": {"records": [record]}}
    assert asked(client_of("charlie"), embedded.dataset, layer, slice_id=embedded.chart).status_code == 403


def test_a_guest_sees_the_layers_of_his_charts_alone(
    client_of: ClientOf, layer: int, embedded: Embedded, guest_of: Callable[..., ApiClient]
) -> None:
    guest, form = guest_of(embedded), {"slice_id": embedded.chart, "dashboardId": embedded.dashboard}
    assert asked(guest, embedded.dataset, layer, **form).status_code == 403
    _show(client_of("alice"), embedded, layer)
    shown = asked(guest, embedded.dataset, layer, **form).get_json()["result"][0]["annotation_data"]
    assert [each["short_descr"] for each in shown["marks"]["records"]] == ["Launch"]
    assert asked(guest, embedded.dataset, layer + 1, **form).status_code == 403


def test_a_changed_annotation_is_a_changed_answer(client_of: ClientOf, layer: int, embedded: Embedded) -> None:
    alice = client_of("alice")
    before = asked(alice, embedded.dataset, layer).headers["ETag"]
    [pk] = alice.get(f"{LAYERS}{layer}/annotation/").get_json()["ids"]
    alice.put(f"{LAYERS}{layer}/annotation/{pk}", json={"short_descr": "Second launch"})
    after = asked(alice, embedded.dataset, layer)
    assert after.headers["ETag"] != before
    assert "Second launch" in after.text


@pytest.mark.slow
def test_a_picture_shows_the_layer(client_of: ClientOf, layer: int, embedded: Embedded) -> None:
    alice = client_of("alice")
    form = {
        "viz_type": "echarts_timeseries_line",
        "x_axis": "sold_on",
        "time_grain_sqla": "P1D",
        "metrics": ["total"],
        "annotation_layers": [{**native(layer), "showLabel": True, "show": True}],
    }
    body = {"slice_name": "By day", "datasource_id": embedded.dataset, "datasource_type": "table"}
    body |= {"viz_type": form["viz_type"], "params": json.dumps(form)}
    pk = alice.post("/api/v1/chart/", json=body).get_json()["id"]
    # Bob may not read layers, but he sees the chart.
    picture = client_of("bob").get(f"/api/v1/chart/{pk}/image.svg")
    assert (picture.status_code, "marks: Launch" in picture.text) == (200, True)


def test_a_list_costs_the_same_however_long_it_is(client_of: ClientOf, layer: int, counted: Counted) -> None:
    alice = client_of("alice")
    for n in range(20):
        alice.post(f"{LAYERS}{layer}/annotation/", json={**LAUNCH, "short_descr": str(n)})
    costs = []
    for size in (1, 20):
        counted.statements.clear()
        answer = alice.get(f"{LAYERS}{layer}/annotation/", query_string={"q": f"(page_size:{size})"}).get_json()
        assert (len(answer["result"]), answer["count"]) == (size, 21)
        costs.append(len(counted))
    assert costs[0] == costs[1]


def _show(alice: ApiClient, embedded: Embedded, layer: int) -> None:
    question = {"columns": ["region"], "metrics": ["total"], "orderby": [["region", True]], "row_limit": 1000}
    question["annotation_layers"] = [native(layer)]
    context = {"datasource": {"id": embedded.dataset, "type": "table"}, "queries": [question]}
    changed = alice.put(f"/api/v1/chart/{embedded.chart}", json={"query_context": json.dumps(context)})
    assert changed.status_code == 200, changed.text
