"""A dashboard made by one POST is complete: its charts are on it, have a place in its layout, and answer."""

import json
from typing import Any

import pytest

from tests.conftest import ApiClient, ClientOf, Embedded


def new_chart(client: ApiClient, dataset: int, **more: Any) -> int:
    form = {"viz_type": "pie", "groupby": ["region"], "metric": "total", "row_limit": 100}
    body = {"slice_name": "Pie", "viz_type": "pie", "params": json.dumps(form), "datasource_id": dataset}
    answer = client.post("/api/v1/chart/", json={**body, "datasource_type": "table", **more})
    assert answer.status_code == 201, answer.text
    pk: int = answer.get_json()["id"]
    return pk


def page_of(client: ApiClient, pk: int) -> tuple[dict[str, Any], list[int]]:
    """(the layout, ids of the charts), as the dashboard's page asks for them."""
    asked = client.get(f"/api/v1/dashboard/{pk}/charts?with_dashboard=true").get_json()
    return json.loads(asked["dashboard"]["position_json"]), [chart["id"] for chart in asked["result"]]


def drawn(layout: dict[str, Any], key: str = "ROOT_ID", parents: tuple[str, ...] = ()) -> list[int]:
    """The charts of the layout in the order in which they are met; each node knows what it is in."""
    node = layout[key]
    assert node["id"] == key
    assert tuple(node.get("parents", ())) == parents
    if node["type"] == "CHART":
        return [node["meta"]["chartId"]]
    below = (*parents, key)
    return [pk for child in node["children"] for pk in drawn(layout, child, below)]


def test_charts_are_enough(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    charts = [new_chart(alice, sales) for _ in range(4)]
    body = {"dashboard_title": "By one POST", "published": True, "charts": charts}
    answer = alice.post("/api/v1/dashboard/", json=body)
    assert answer.status_code == 201, answer.text
    for name in ("alice", "bob"):
        layout, on_it = page_of(client_of(name), answer.get_json()["id"])
        assert on_it == charts
        assert drawn(layout) == charts
        rows = [node for node in layout.values() if isinstance(node, dict) and node["type"] == "ROW"]
        assert [len(row["children"]) for row in rows] == [3, 1]
        data = client_of(name).get(f"/api/v1/chart/{charts[0]}/data/").get_json()["result"][0]["data"]
        assert sum(row["total"] for row in data) == 2310
    assert client_of("charlie").get(f"/api/v1/dashboard/{answer.get_json()['id']}").status_code == 404


def test_a_layout_keeps_what_it_says_and_gets_the_rest(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    first, second = new_chart(alice, sales), new_chart(alice, sales)
    card = {"type": "CHART", "id": "C", "parents": ["ROOT_ID", "TABS", "T2", "R"]}
    nodes: list[dict[str, Any]] = [
        {"type": "ROOT", "id": "ROOT_ID", "children": ["TABS"]},
        {"type": "TABS", "id": "TABS", "children": ["T1", "T2"], "parents": ["ROOT_ID"]},
        {"type": "TAB", "id": "T1", "children": [], "parents": ["ROOT_ID", "TABS"]},
        {"type": "TAB", "id": "T2", "children": ["R"], "parents": ["ROOT_ID", "TABS"]},
        {"type": "ROW", "id": "R", "children": ["C"], "parents": ["ROOT_ID", "TABS", "T2"]},
        {**card, "meta": {"chartId": first, "width": 12}},
    ]
    given = {node["id"]: node for node in nodes}
    body = {"dashboard_title": "D", "position_json": json.dumps(given), "charts": [first, second]}
    pk = alice.post("/api/v1/dashboard/", json=body).get_json()["id"]
    layout, on_it = page_of(alice, pk)
    assert on_it == [first, second]
    assert drawn(layout) == [second, first]
    assert layout["C"] == given["C"]
    # What is not named any more is off the page, with the row it leaves empty.
    assert alice.put(f"/api/v1/dashboard/{pk}", json={"charts": [second]}).status_code == 200
    layout, on_it = page_of(alice, pk)
    assert (on_it, drawn(layout), "R" in layout) == ([second], [second], False)


def test_a_chart_that_names_a_dashboard_is_drawn_on_it(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    before, _ = page_of(alice, embedded.dashboard)
    added = new_chart(alice, embedded.dataset, dashboards=[embedded.dashboard])
    layout, on_it = page_of(alice, embedded.dashboard)
    assert on_it == [embedded.chart, added]
    assert added in [node["meta"]["chartId"] for node in layout.values() if node["type"] == "CHART"]
    assert alice.put(f"/api/v1/chart/{added}", json={"dashboards": []}).status_code == 200
    assert page_of(alice, embedded.dashboard) == (before, [embedded.chart])


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_charts_that_one_may_not_see_are_refused(client_of: ClientOf, embedded: Embedded, method: str) -> None:
    charlie = client_of("charlie")
    own = charlie.post("/api/v1/dashboard/", json={"dashboard_title": "Own"}).get_json()["id"]
    path = "/api/v1/dashboard/" if method == "POST" else f"/api/v1/dashboard/{own}"
    hidden = charlie.open(path, method=method, json={"dashboard_title": "New", "charts": [embedded.chart]})
    absent = charlie.open(path, method=method, json={"dashboard_title": "New", "charts": [999999]})
    assert [hidden.status_code, absent.status_code] == [422, 422]
    assert hidden.get_json()["message"] == {"charts": [f"Chart {embedded.chart} does not exist"]}
    titles = [each["dashboard_title"] for each in charlie.get("/api/v1/dashboard/").get_json()["result"]]
    assert titles == ["Own"]
