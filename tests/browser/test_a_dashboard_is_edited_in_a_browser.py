"""Somebody who may edit makes, arranges and saves a dashboard with mouse and keys; others cannot."""

import json
from typing import Any

import pytest

from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import sign_in
from tests.conftest import ClientOf, Embedded

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]
# Whether the browser is to ask before it leaves the page.
LEFT = "!window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
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


def press(browser: Browser, place: str, text: str) -> None:
    """The button with this text was pressed."""
    buttons = f"[...document.querySelectorAll({json.dumps(place + ' button')})]"
    browser.run(f"{buttons}.find((each) => each.textContent === {json.dumps(text)}).click()")


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
    pk = int(browser.run("JSON.parse(document.getElementById('dashboard').dataset.bootstrap).id"))

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
    browser.drag(palette("Text", ".edit-handle"), "[role=tabpanel]", touch=True)
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


def test_elements_are_moved_by_keys_and_each_step_is_taken_back(
    browser: Browser, live_server: str, client_of: ClientOf, embedded: Embedded
) -> None:
    second_chart(client_of, embedded)
    edit(browser, live_server, "alice", embedded.dashboard)
    name_palette(browser)
    names = "[...row.children].map((each) => each.querySelector('.edit-name').textContent)"
    rows = f"[...document.querySelectorAll('.edit-row')].map((row) => {names})"
    assert browser.run(LEFT) is False
    browser.run(f'document.querySelector("{palette("By tenant", "button")}").click()')
    browser.wait("document.activeElement.classList.contains('is-chart')")
    assert browser.run(LEFT) is True
    assert browser.run(rows) == [["Chart By region"], ["Chart By tenant"]]
    for key, told, arrangement in (
        ("ArrowUp", "Now the last in Row 1.", [["Chart By region", "Chart By tenant"]]),
        ("ArrowLeft", "Now 1 of 2 in Row.", [["Chart By tenant", "Chart By region"]]),
        ("ArrowUp", "Now in a row of its own, above.", [["Chart By tenant"], ["Chart By region"]]),
        ("ArrowUp", "It is at the top here.", [["Chart By tenant"], ["Chart By region"]]),
        ("ArrowDown", "Now the last in Row 2.", [["Chart By region", "Chart By tenant"]]),
    ):
        browser.key(key, "Alt")
        assert browser.run(TOLD) == told
        assert browser.run(rows) == arrangement
        assert "By tenant" in browser.run("document.activeElement.getAttribute('aria-label')")
    browser.key("ArrowRight", "Shift")
    assert browser.run(TOLD) == "5 columns wide."
    for _ in range(4):
        browser.key("ArrowRight", "Shift")
    assert browser.run(TOLD) == "It cannot go further."
    # A row in which all columns are taken takes no more.
    browser.run(f'document.querySelector("{palette("By tenant", "button")}").click()')
    browser.wait("document.querySelectorAll('.is-chart').length === 3")
    browser.key("ArrowUp", "Alt")
    assert browser.run(rows)[0] == ["Chart By tenant"]
    browser.key("Delete")
    assert "removed" in browser.run(TOLD)
    for _ in range(9):
        browser.key("z", "Control")
    assert browser.run(rows) == [["Chart By region"]]
    disabled = "[...document.querySelectorAll('.edit-bar button:disabled')].map((each) => each.textContent)"
    assert browser.run(disabled) == ["Undo", "Save"]
    browser.key("y", "Control")
    assert browser.run(rows) == [["Chart By region"], ["Chart By tenant"]]
    assert browser.complaints == []


def test_who_saves_later_is_told_and_chooses(
    browser: Browser, live_server: str, client_of: ClientOf, embedded: Embedded
) -> None:
    edit(browser, live_server, "alice", embedded.dashboard)
    theirs = {"css": "h1 { color: red }", "json_metadata": json.dumps({"color_scheme": "d3Category10"})}
    client_of("admin").put(f"/api/v1/dashboard/{embedded.dashboard}", json=theirs)
    browser.run("document.querySelector('.edit-title').select()")
    browser.type("Mine")
    browser.key("s", "Control")
    browser.wait("document.querySelector('dialog[open]') !== null")
    assert "Admin Doe saved this dashboard" in browser.run("document.querySelector('dialog').innerText")
    browser.key("Escape")
    assert stored(client_of, embedded.dashboard)["dashboard_title"] == "Shop"
    browser.key("s", "Control")
    browser.wait("document.querySelector('dialog[open] .action.main') !== null")
    browser.run("document.querySelector('dialog[open] .action.main').click()")
    browser.wait("document.querySelector('.dashboard:not(.editing)') !== null")
    found = stored(client_of, embedded.dashboard)
    # What was not changed here stays theirs.
    assert (found["dashboard_title"], found["css"]) == ("Mine", "h1 { color: red }")
    assert found["metadata"]["color_scheme"] == "d3Category10"
    # The browser itself tells of a refusal.
    assert ["412" in each for each in browser.complaints] == [True, True]


def test_who_may_see_it_only_cannot_edit(
    browser: Browser, live_server: str, client_of: ClientOf, embedded: Embedded
) -> None:
    sign_in(browser, live_server, "bob")
    browser.go(f"{live_server}/superset/dashboard/{embedded.dashboard}/?edit=true")
    browser.wait("document.querySelectorAll('.dash-chart td').length > 0")
    assert browser.run("document.querySelector('.dash-edit, .editing')") is None
    browser.go(f"{live_server}/dashboard/list/")
    browser.wait("document.querySelector('.list-card .menu button') !== null")
    browser.run("document.querySelector('.list-card .menu button').click()")
    items = "[...document.querySelectorAll('[role=menuitem]')].map((each) => each.textContent)"
    assert browser.run(items) == ["Open", "Copy …"]
    put = client_of("bob").put(f"/api/v1/dashboard/{embedded.dashboard}", json={"position_json": "{}"})
    assert put.status_code == 403
    assert browser.complaints == []


def test_a_filter_is_configured_and_then_filters(
    browser: Browser, live_server: str, client_of: ClientOf, embedded: Embedded
) -> None:
    alice = client_of("alice")
    kept = {"id": "F", "filterType": "filter_select", "name": "Region", "new_in_some_version": {"x": 1}}
    kept["targets"] = [{"datasetId": embedded.dataset, "column": {"name": "region"}}]
    metadata = {"native_filter_configuration": [kept], "unknown": [1, 2]}
    alice.put(f"/api/v1/dashboard/{embedded.dashboard}", json={"json_metadata": json.dumps(metadata)})
    edit(browser, live_server, "alice", embedded.dashboard)
    press(browser, ".edit-bar", "Filters")
    browser.wait("document.querySelector('dialog [data-first]') !== null")
    browser.run("document.querySelector('.edit-filter-adding button').click()")
    browser.wait("document.activeElement.dataset.first === ''")
    browser.type("Tenant")
    choose(browser, "dataset", str(embedded.dataset))
    choose(browser, "column", "tenant")
    browser.wait("document.querySelector('.edit-default') !== null")
    press(browser, ".edit-rest", "Choose values")
    browser.wait("document.querySelectorAll('.edit-values input').length === 2")
    browser.run("document.querySelector('.edit-values input').click()")
    assert browser.run("document.querySelector('.edit-default').textContent") == "a"
    browser.run(
        "[...document.querySelectorAll('.edit-group .edit-check')]"
        ".find((each) => each.innerText.includes('Region')).querySelector('input').click()"
    )
    # A click on all charts takes them out, another one brings them back.
    browser.run("document.querySelector('.edit-scope input').click()")
    browser.run("document.querySelector('.edit-scope .edit-scope input').click()")
    browser.run("document.querySelector('dialog .action.main').click()")
    browser.wait("document.querySelector('dialog') === null")
    browser.key("s", "Control")
    browser.wait("document.querySelector('.dashboard:not(.editing) .dash-chart td') !== null")

    found = stored(client_of, embedded.dashboard)["metadata"]
    assert found["unknown"] == [1, 2]
    first, second = found["native_filter_configuration"]
    assert {**kept, **first} == first
    assert second["targets"] == [{"datasetId": embedded.dataset, "column": {"name": "tenant"}}]
    assert second["cascadeParentIds"] == ["F"]
    assert second["scope"] == {"rootPath": ["ROOT_ID"], "excluded": []}
    assert second["chartsInScope"] == [embedded.chart]
    assert second["defaultDataMask"]["extraFormData"] == {"filters": [{"col": "tenant", "op": "IN", "val": ["a"]}]}
    # Only the rows of tenant a: 30 in the north, not 330.
    cells = browser.run("[...document.querySelectorAll('.dash-chart td')].map((each) => each.textContent)")
    assert "30" in cells
    assert "330" not in cells
    assert browser.complaints == []


def choose(browser: Browser, field: str, value: str) -> None:
    """An option of a field of the filter's form is chosen."""
    found = f"document.querySelector('[data-field={field}] select')"
    browser.wait(f"{found} !== null")
    browser.run(f"{found}.value = {json.dumps(value)}; {found}.dispatchEvent(new Event('change'))")


def test_properties_are_changed_together_with_the_layout(
    browser: Browser, live_server: str, client_of: ClientOf, embedded: Embedded
) -> None:
    body = {"theme_name": "Sea", "json_data": '{"token": {"colorPrimary": "#00897b"}}'}
    theme = client_of("bob").post("/api/v1/theme/", json=body).get_json()["id"]
    edit(browser, live_server, "alice", embedded.dashboard)
    press(browser, ".edit-bar", "Properties")
    browser.wait("document.querySelector('dialog .edit-form') !== null")
    fields = "[...document.querySelectorAll('dialog .edit-field')].find((each) => each.textContent.startsWith({name}))"

    def fill(name: str, value: str) -> None:
        field = fields.format(name=json.dumps(name))
        browser.run(f"{field}.querySelector('input, select, textarea').value = {json.dumps(value)}")

    fill("Slug", "12")
    browser.run("document.querySelector('dialog .action.main').click()")
    assert "may not be a number" in browser.run("document.querySelector('dialog [role=alert]').textContent")
    fill("Slug", "the-shop")
    fill("Refresh", "60")
    browser.wait(f"[...document.querySelectorAll('dialog option')].some((each) => each.value === '{theme}')")
    fill("Theme", str(theme))
    fill("All that", '{"a": }')
    browser.run("document.querySelector('dialog .action.main').click()")
    assert "JSON metadata" in browser.run("document.querySelector('dialog [role=alert]').textContent")
    fill("All that", '{"mine": true}')
    browser.run("document.querySelector('dialog .action.main').click()")
    browser.wait("document.querySelector('dialog') === null")
    browser.key("s", "Control")
    browser.wait("document.querySelector('.dashboard:not(.editing)') !== null")
    found = stored(client_of, embedded.dashboard)
    assert found["slug"] == "the-shop"
    assert found["metadata"] == {"mine": True, "refresh_frequency": 60}
    assert found["theme"]["id"] == theme
    accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()"
    assert browser.run(accent) == "#00897b"
    assert browser.complaints == []
