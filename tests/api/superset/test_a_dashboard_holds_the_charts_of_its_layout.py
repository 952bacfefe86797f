"""Whichever way a layout comes, the charts that it names are on the dashboard, and others are not."""

import json
from typing import Any

import pytest

from tests.conftest import ApiClient, ClientOf


def layout(*charts: int) -> dict[str, Any]:
    places = {
        f"CHART-{pk}": {"type": "CHART", "id": f"CHART-{pk}", "children": [], "meta": {"chartId": pk}} for pk in charts
    }
    row = {"type": "ROW", "id": "ROW", "children": list(places)}
    return {"ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["ROW"]}, "ROW": row, **places}


def new_chart(client: ApiClient, dataset: int) -> int:
    asked = {"datasource_id": dataset, "datasource_type": "table"}
    body = {"slice_name": "C", "viz_type": "table", "params": "{}", **asked}
    answer = client.post("/api/v1/chart/", json=body)
    assert answer.status_code == 201, answer.text
    pk: int = answer.get_json()["id"]
    return pk


def charts_of(client: ApiClient, dashboard: int) -> list[int]:
    found = client.get(f"/api/v1/dashboard/{dashboard}/charts").get_json()["result"]
    return sorted(chart["id"] for chart in found)


@pytest.mark.parametrize("field", ["position_json", "json_metadata"])
def test_a_new_dashboard_has_the_charts_of_its_layout(client_of: ClientOf, sales: int, field: str) -> None:
    alice = client_of("alice")
    charts = [new_chart(alice, sales) for _ in range(2)]
    places = layout(*charts)
    given = places if field == "position_json" else {"positions": places, "refresh_frequency": 30}
    answer = alice.post("/api/v1/dashboard/", json={"dashboard_title": "D", field: json.dumps(given)})
    assert answer.status_code == 201, answer.text
    pk = answer.get_json()["id"]
    assert charts_of(alice, pk) == charts
    kept = alice.get(f"/api/v1/dashboard/{pk}").get_json()["result"]
    assert json.loads(kept["position_json"]) == places
    assert "positions" not in json.loads(kept["json_metadata"])


def test_what_a_saved_layout_no_longer_names_is_off_the_dashboard(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    first, second = (new_chart(alice, sales) for _ in range(2))
    pk = alice.post(
        "/api/v1/dashboard/", json={"dashboard_title": "D", "position_json": json.dumps(layout(first, second))}
    ).get_json()["id"]
    # The layout alone adds; as Superset's editor saves it, with the metadata, it says all that is there.
    alice.put(f"/api/v1/dashboard/{pk}", json={"position_json": json.dumps(layout(second))})
    assert charts_of(alice, pk) == [first, second]
    alice.put(f"/api/v1/dashboard/{pk}", json={"json_metadata": json.dumps({"positions": layout(second)})})
    assert charts_of(alice, pk) == [second]


def test_nobody_puts_a_chart_on_it_that_he_may_not_see(client_of: ClientOf, sales: int) -> None:
    hers = new_chart(client_of("alice"), sales)
    body = {"dashboard_title": "D", "json_metadata": json.dumps({"positions": layout(hers)})}
    # A Gamma sees no chart over a dataset that nobody granted to him, but may make dashboards.
    answer = client_of("charlie").post("/api/v1/dashboard/", json=body)
    assert answer.status_code == 201, answer.text
    assert charts_of(client_of("admin"), answer.get_json()["id"]) == []


def test_clients_are_not_told_to_write_charts_as_they_are_read(client_of: ClientOf) -> None:
    told = client_of("alice").get("/api/v1/dashboard/_info?q=(keys:!(edit_columns))").get_json()["edit_columns"]
    assert "charts" not in {column["name"] for column in told}


def test_nobody_takes_his_chart_off_a_dashboard_that_is_not_his(client_of: ClientOf, sales: int) -> None:
    alice, admin = client_of("alice"), client_of("admin")
    chart = new_chart(alice, sales)
    boards = []
    for is_shown in (True, False):
        body = {"dashboard_title": "Admin's", "published": is_shown, "position_json": json.dumps(layout(chart))}
        boards.append(admin.post("/api/v1/dashboard/", json=body).get_json()["id"])
    path = f"/api/v1/chart/{chart}"
    assert alice.put(path, json={"dashboards": []}).status_code == 403
    # The one that she does not see stays, whatever list she sends back.
    assert alice.put(path, json={"dashboards": [boards[0]], "slice_name": "Renamed"}).status_code == 200
    assert [charts_of(admin, pk) for pk in boards] == [[chart], [chart]]
    assert admin.put(path, json={"dashboards": []}).status_code == 200
    assert [charts_of(admin, pk) for pk in boards] == [[], []]
