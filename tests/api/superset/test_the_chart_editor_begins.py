"""GET /api/v1/explore/: from a chart, a dataset, a kept form or a link."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client

from tests.conftest import ApiClient, ClientOf, Embedded

EXPLORE = "/api/v1/explore/"
LINKS = "/api/v1/explore/permalink"


def begun(client: ApiClient, query: str) -> dict[str, Any]:
    answer = client.get(f"{EXPLORE}?{query}")
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.get_json()["result"]
    return result


def linked(client: ApiClient, form: dict[str, Any], **more: Any) -> str:
    answer = client.post(LINKS, json={"formData": form, **more})
    assert answer.status_code == 201, answer.text
    key: str = answer.get_json()["key"]
    assert answer.get_json()["url"] == f"http://localhost/superset/explore/p/{key}/"
    return key


def test_a_chart_comes_with_its_form_and_dataset(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    alice.put(f"/api/v1/chart/{embedded.chart}", json={"params": json.dumps({"groupby": ["region"]})})
    found = begun(alice, f"slice_id={embedded.chart}")
    assert found["form_data"] == {
        "adhoc_filters": [],
        "applied_time_extras": {},
        "datasource": f"{embedded.dataset}__table",
        "groupby": ["region"],
        "slice_id": embedded.chart,
        "url_params": {"slice_id": str(embedded.chart)},
        "viz_type": "table",
    }
    assert (found["slice"]["slice_id"], found["slice"]["slice_name"]) == (embedded.chart, "By region")
    assert found["metadata"]["dashboards"] == [{"id": embedded.dashboard, "dashboard_title": "Shop"}]
    assert found["metadata"]["owners"] == ["Alice Doe"]
    dataset = found["dataset"]
    assert [column["column_name"] for column in dataset["columns"]][:3] == ["id", "tenant", "region"]
    assert (dataset["id"], dataset["owners"][0]["first_name"], found["message"]) == (embedded.dataset, "Alice", None)


def test_a_dataset_alone_begins_an_empty_form(client_of: ClientOf, embedded: Embedded) -> None:
    found = begun(client_of("bob"), f"datasource_id={embedded.dataset}&datasource_type=table")
    assert (found["slice"], found["dataset"]["id"]) == (None, embedded.dataset)
    assert found["form_data"]["datasource"] == f"{embedded.dataset}__table"
    assert "metadata" not in found


def test_a_chart_whose_dataset_is_gone_still_opens(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    assert alice.delete(f"/api/v1/dataset/{embedded.dataset}").status_code == 200
    found = begun(alice, f"slice_id={embedded.chart}")
    assert (found["dataset"]["name"], found["slice"]["slice_id"]) == ("[Missing Dataset]", embedded.chart)


def test_a_kept_form_is_shown_as_it_was_left(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    alice.put(f"/api/v1/chart/{embedded.chart}", json={"params": json.dumps({"groupby": ["region"], "taken": "out"})})
    form = {"viz_type": "pie", "groupby": ["tenant"], "slice_id": 999, "datasource": "999__table"}
    body = {"datasource_id": embedded.dataset, "datasource_type": "table", "form_data": json.dumps(form)}
    key = alice.post(f"{EXPLORE}form_data", json={**body, "chart_id": embedded.chart}).get_json()["key"]
    found = begun(alice, f"form_data_key={key}")
    shown = {name: found["form_data"].get(name) for name in (*form, "taken")}
    known = {"slice_id": embedded.chart, "datasource": f"{embedded.dataset}__table", "taken": None}
    assert shown == {**form, **known}
    assert found["slice"]["form_data"]["taken"] == "out"
    new = alice.post(f"{EXPLORE}form_data", json=body).get_json()["key"]
    assert (begun(alice, f"form_data_key={new}")["slice"], "slice_id" in begun(alice, f"form_data_key={new}")) == (
        None,
        False,
    )
    assert begun(alice, f"form_data_key={new}&slice_id={embedded.chart}")["slice"]["slice_id"] == embedded.chart


def test_a_form_that_is_kept_no_longer_gives_way(client_of: ClientOf, embedded: Embedded) -> None:
    bob = client_of("bob")
    for query, name in (
        (f"slice_id={embedded.chart}", "chart"),
        (f"datasource_id={embedded.dataset}&datasource_type=table", "dataset"),
    ):
        assert begun(bob, f"form_data_key=gone&{query}")["message"].endswith(f"this is what the {name} says.")
    assert bob.get(f"{EXPLORE}?form_data_key=gone").status_code == 404


def test_a_link_leads_to_the_form(client_of: ClientOf, browser_of: Callable[[str], Client], embedded: Embedded) -> None:
    alice, bob = client_of("alice"), client_of("bob")
    form = {"datasource": f"{embedded.dataset}__table", "viz_type": "pie", "slice_id": embedded.chart, "x": 2**53 + 1}
    state = {"formData": form, "urlParams": [["a", "b"]], "chartState": {"sort": "x"}}
    key = linked(alice, form, urlParams=[["a", "b"]], chartState={"sort": "x"})
    assert linked(alice, dict(reversed(form.items())), urlParams=[["a", "b"]], chartState={"sort": "x"}) == key
    assert bob.get(f"{LINKS}/{key}").get_json() == {
        "chartId": embedded.chart,
        "datasource": f"{embedded.dataset}__table",
        "datasourceId": embedded.dataset,
        "datasourceType": "table",
        "state": state,
    }
    found = begun(bob, f"permalink_key={key}")
    assert {name: found["form_data"][name] for name in form} == form
    assert (found["form_data"]["url_params"], found["slice"]["slice_id"]) == ({"a": "b"}, embedded.chart)
    page = browser_of("bob").get(f"/superset/explore/p/{key}/")
    assert (page.status_code, page.location) == (302, f"/explore/?permalink_key={key}")
    assert browser_of("charlie").get(f"/superset/explore/p/{key}/").status_code == 404


def test_a_link_outlives_its_chart_but_never_takes_another_for_it(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    key = linked(alice, {"datasource": f"{embedded.dataset}__table", "slice_id": embedded.chart, "x": 1})
    assert alice.delete(f"/api/v1/chart/{embedded.chart}").status_code == 200
    body = {"slice_name": "Another", "viz_type": "pie", "datasource_id": embedded.dataset, "datasource_type": "table"}
    assert alice.post("/api/v1/chart/", json=body).get_json()["id"] == embedded.chart
    found = begun(alice, f"permalink_key={key}")
    assert (found["slice"], found["form_data"]["x"], "slice_id" in found["form_data"]) == (None, 1, False)


def test_whoever_may_not_read_the_dataset_gets_nothing(
    client_of: ClientOf, guest_of: Callable[..., ApiClient], embedded: Embedded, people: dict[str, int]
) -> None:
    alice, charlie = client_of("alice"), client_of("charlie")
    form = {"datasource": f"{embedded.dataset}__table"}
    key = linked(alice, form)
    queries = [
        f"permalink_key={key}",
        f"slice_id={embedded.chart}",
        f"datasource_id={embedded.dataset}&datasource_type=table",
    ]
    assert [charlie.get(f"{EXPLORE}?{query}").status_code for query in queries] == [404, 404, 404]
    assert charlie.get(f"{LINKS}/{key}").status_code == 404
    assert charlie.post(LINKS, json={"formData": form}).status_code == 404
    assert guest_of(embedded).get(f"{EXPLORE}?slice_id={embedded.chart}").status_code == 403
    alice.put(f"/api/v1/chart/{embedded.chart}", json={"owners": [people["alice"], people["charlie"]]})
    answer = charlie.get(f"{EXPLORE}?slice_id={embedded.chart}")
    assert (answer.status_code, "columns" in answer.text) == (403, False)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("slice_id=x", 400),
        ("slice_id=99999999", 404),
        ("slice_id=" + "9" * 40, 400),
        ("datasource_id=1&datasource_type=query", 404),
        ("permalink_key=nope", 404),
        ("permalink_key=%00", 404),
    ],
)
def test_what_cannot_be_opened_says_so(client_of: ClientOf, embedded: Embedded, query: str, status: int) -> None:
    assert client_of("admin").get(f"{EXPLORE}?{query}").status_code == status


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "formData"),
        ({"formData": {}}, "formData"),
        ({"formData": {"datasource": 1}}, "formData"),
        ({"formData": {"datasource": "1"}}, "formData"),
        ({"formData": {"datasource": "1__table", "slice_id": "x"}}, "formData"),
        ({"formData": {"datasource": "1__table"}, "nonsense": 1}, "nonsense"),
    ],
)
def test_what_is_no_form_is_refused(client_of: ClientOf, embedded: Embedded, body: dict[str, Any], field: str) -> None:
    answer = client_of("alice").post(LINKS, json=body)
    assert (answer.status_code, list(answer.get_json()["message"])) == (400, [field])
