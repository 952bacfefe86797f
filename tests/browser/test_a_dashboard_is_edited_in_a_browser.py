"""Somebody who may edit makes, arranges and saves a dashboard with mouse and keys; others cannot."""

import json
from typing import Any

import pytest

from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import sign_in
from tests.conftest import ClientOf, Embedded

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]
TOLD = "document.querySelector('.edit-told').textContent"


def stored(client_of: ClientOf, pk: int) -> dict[str, Any]:
    """The dashboard as alice reads it, with its layout and its metadata."""
    record: dict[str, Any] = client_of("alice").get(f"/api/v1/dashboard/{pk}").get_json()["result"]
    return {
        **record,
        "layout": json.loads(record["position_json"] or "{}"),
        "metadata": json.loads(record["json_metadata"]),
    }


def of_type(layout: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [place for place in layout.values() if isinstance(place, dict) and place["type"] == kind]


def second_chart(client_of: ClientOf, embedded: Embedded) -> int:
    alice = client_of("alice")
    question = {"columns": ["tenant"], "metrics": ["total"], "row_limit": 10}
    context = {"datasource": {"id": embedded.dataset, "type": "table"}, "queries": [question]}
    body = {"slice_name": "By tenant", "viz_type": "table", "datasource_id": embedded.dataset}
    posted = {**body, "datasource_type": "table", "query_context": json.dumps(context)}
    pk: int = alice.post("/api/v1/chart/", json=posted).get_json()["id"]
    return pk


def edit(browser: Browser, server: str, name: str, pk: int) -> None:
    sign_in(browser, server, name)
    browser.go(f"{server}/superset/dashboard/{pk}/?edit=true")
    browser.wait("document.querySelectorAll('.edit-charts li[data-chart]').length > 0")


def palette(name: str, part: str = "") -> str:
    """A selector of something in the palette."""
    return f".edit-palette li[data-test='{name}'] {part}".strip()


def name_palette(browser: Browser) -> None:
    """What the palette offers can be found by its name."""
    browser.run(
        "document.querySelectorAll('.edit-palette li').forEach((each) => {"
        "each.dataset.test = each.querySelector('.edit-item-name')?.textContent ?? ''; })"
    )


def test_a_dashboard_is_built_from_nothing(
    browser: Browser, live_server: str, client_of: ClientOf, embedded: Embedded
) -> None:
    other = second_chart(client_of, embedded)
    sign_in(browser, live_server, "alice")
    # All of it is seen at once: a mouse reaches only what is.
    browser.resize(1280, 1700)
    browser.go(f"{live_server}/dashboard/list/")
    browser.wait("document.querySelector('.list-card') !== null")
    browser.run("document.querySelector('.list-bar .action.main').click()")
    browser.wait("document.querySelectorAll('.edit-charts li[data-chart]').length === 2")
    name_palette(browser)
    pk = int(browser.run("document.getElementById('dashboard').dataset.id"))

    browser.run("document.querySelector('.edit-title').select()")
    browser.type("From nothing")
    browser.drag(palette("By region", ".edit-handle"), ".edit-stack")
    browser.wait("document.querySelectorAll('.is-chart').length === 1")
    browser.drag(palette("By tenant", ".edit-handle"), ".is-row .edit-row", across=0.9)
    browser.wait("document.querySelectorAll('.is-row > .edit-row > .is-chart').length === 2")
    assert browser.run("document.querySelectorAll('.is-row').length") == 1
    browser.wait("document.querySelectorAll('.is-chart td').length > 0")

    # A corner is drawn to the right: two columns more, and lower.
    grip = ".is-chart .edit-grip"
    width = browser.run("document.querySelector('.edit-row').getBoundingClientRect().width") / 12
    browser.drag(grip, grip, across=0.5 + 2 * width / 22, down=-4)
    browser.wait(f"{TOLD}.startsWith('6 columns wide')")

    # Tabs come behind the row; a text is dropped into the second.
    browser.drag(palette("Tabs", ".edit-handle"), ".edit-stack", down=0.98)
    browser.wait("document.querySelectorAll('[role=tab]').length === 1")
    browser.click("[aria-label='Add a tab']")
    browser.wait("document.querySelectorAll('[role=tab]').length === 2")
    browser.key("Enter")
    browser.type("Notes")
    browser.key("Enter")
    browser.wait("document.querySelector('[role=tab][aria-selected=true]').textContent === 'Notes'")
    browser.drag(palette("Text", ".edit-handle"), "[role=tabpanel]")
    browser.wait("document.querySelector('.is-tabs .is-markdown') !== null")
    browser.key("Enter")
    browser.wait("document.activeElement.classList.contains('edit-markdown')")
    browser.type("Read **this**")
    browser.wait("document.querySelector('.edit-text strong')?.textContent === 'this'")
    browser.key("Escape")
    browser.wait("document.activeElement.classList.contains('is-markdown')")

    browser.key("s", "Control")
    browser.wait("document.querySelector('.dashboard:not(.editing) .dash-tabs') !== null")
    found = stored(client_of, pk)
    layout = found["layout"]
    assert found["dashboard_title"] == "From nothing" == layout["HEADER_ID"]["meta"]["text"]
    assert layout["DASHBOARD_VERSION_KEY"] == "v2"
    charts = of_type(layout, "CHART")
    assert [(chart["meta"]["chartId"], chart["meta"]["width"]) for chart in charts] == [(embedded.chart, 6), (other, 4)]
    assert charts[0]["meta"]["height"] < charts[1]["meta"]["height"] == 50
    assert all(chart["meta"]["uuid"] and chart["meta"]["sliceName"] for chart in charts)
    text = of_type(layout, "MARKDOWN")[0]
    assert text["meta"]["code"] == "Read **this**"
    kinds = [layout[each]["type"] for each in text["parents"]]
    assert kinds == ["ROOT", "GRID", "TABS", "TAB", "ROW"]
    assert client_of("alice").get(f"/api/v1/dashboard/{pk}/charts").get_json()["result"][1]["id"] == other

    browser.go(f"{live_server}/superset/dashboard/{pk}/")
    browser.wait("document.querySelectorAll('.dash-chart td').length > 0")
    browser.run("document.querySelectorAll('[role=tab]')[1].click()")
    browser.wait("document.querySelector('.dash-text strong') !== null")
    assert browser.complaints == []
