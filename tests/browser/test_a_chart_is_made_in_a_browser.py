"""From a dataset to a saved chart, on the pages of charts."""

import json
from typing import Any

import pytest

from tests.browser.accessibility import axe
from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import ELSEWHERE, sign_in, text
from tests.conftest import ApiClient, ClientOf

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket]
DRAWN = (
    "document.querySelector('.answer-facts') !== null && document.querySelector('.answer [aria-busy=true]') === null"
)
NARROW = "document.documentElement.scrollWidth <= window.innerWidth"


def press(browser: Browser, name: str, within: str = "body") -> None:
    """The button of this name was pressed."""
    all_of = f"[...document.querySelectorAll({json.dumps(within + ' button')})]"
    find = f"{all_of}.find((each) => each.textContent === {json.dumps(name)})"
    browser.wait(f"{find} !== undefined")
    browser.run(f"{find}.click()")


def find_and_choose(browser: Browser, field: str, words: str) -> None:
    """In a field with a list, the words were typed and the first of what was found was chosen, by keyboard."""
    browser.wait(f"document.querySelector({json.dumps(field)}) !== null")
    browser.run(f"document.querySelector({json.dumps(field)}).focus()")
    browser.type(words)
    browser.wait("document.querySelector('.combobox-item[aria-selected=true]') !== null")
    browser.key("Enter")


def update(browser: Browser) -> None:
    """The chart was asked anew by keyboard and drawn, and its form is kept under a new address."""
    address = browser.run("location.href")
    browser.run("document.querySelector('.answer-facts')?.remove()")
    browser.key("Enter", "Control")
    browser.wait(DRAWN)
    browser.wait(f"location.href !== {json.dumps(address)}")


def chips(browser: Browser, field: str) -> list[str]:
    """What is chosen in the field."""
    found: list[str] = browser.run(
        f"[...document.querySelectorAll('[data-name={field}] .chip-name')].map((each) => each.textContent)"
    )
    return found


def stored(client: ApiClient, name: str) -> list[dict[str, Any]]:
    """The charts of this name, as the API has them."""
    q = json.dumps({"filters": [{"col": "slice_name", "opr": "eq", "value": name}]})
    found: list[dict[str, Any]] = client.get("/api/v1/chart/", query_string={"q": q}).get_json()["result"]
    return found


def made_by_alice(client_of: ClientOf, sales: int, **params: Any) -> int:
    form_data = {"viz_type": "pie", "groupby": ["region"], "metric": "total", "row_limit": 100, **params}
    body = {"slice_name": "By region", "viz_type": "pie", "datasource_id": sales, "datasource_type": "table"}
    pk: int = client_of("alice").post("/api/v1/chart/", json={**body, "params": json.dumps(form_data)}).get_json()["id"]
    return pk


@pytest.mark.slow
def test_a_dataset_becomes_a_chart(browser: Browser, live_server: str, client_of: ClientOf, sales: int) -> None:
    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/chart/add")
    press(browser, "salesshop · main", "#add")
    browser.wait("document.querySelectorAll('.type-card svg').length > 3")
    assert axe(browser) == []
    browser.run("document.querySelector('[data-type=table]').click()")
    browser.follow("document.querySelector('.add-foot button').click()")
    browser.wait(DRAWN)
    assert chips(browser, "metrics") == ["COUNT(*)"]

    find_and_choose(browser, "#field-groupby", "region")
    find_and_choose(browser, "#field-metrics", "Total")
    update(browser)
    assert chips(browser, "metrics") == ["COUNT(*)", "Total"]
    assert "form_data_key" in browser.run("location.search")

    # Another type keeps what both share.
    browser.run("document.querySelector('.type-button').click()")
    browser.run("document.querySelector('dialog [data-type=pie]').click()")
    assert (chips(browser, "groupby"), chips(browser, "metric")) == (["region"], ["COUNT(*)"])
    update(browser)
    browser.wait("document.querySelector('.answer .drawing svg') !== null")
    assert axe(browser) == []

    # Back to the table, forward to the pie.
    browser.run("history.back()")
    browser.wait("document.querySelector('.type-button').textContent === 'Table'")
    browser.wait(DRAWN)
    browser.run("history.forward()")
    browser.wait("document.querySelector('.type-button').textContent === 'Pie chart'")

    # A filter with values that the data suggests.
    find_and_choose(browser, "#field-adhoc_filters", "region")
    browser.wait("document.querySelector('dialog .combobox input') !== null")
    browser.run("document.querySelector('dialog .combobox input').click()")
    browser.wait("document.querySelectorAll('dialog .combobox-item').length > 1")
    value = browser.run("document.querySelector('dialog .combobox-item:last-child').textContent")
    browser.run("document.querySelector('dialog .combobox-item:last-child').click()")
    press(browser, "Apply", "dialog")
    update(browser)
    assert browser.run("document.querySelector('.answer-facts').textContent").startswith("1 row ")
    assert f"region IN {value}" in chips(browser, "adhoc_filters")

    # Who leaves is warned; who comes back finds it as it was.
    address = browser.run("location.href")
    browser.go(f"{live_server}/chart/list/")
    assert browser.asked == ["beforeunload"]
    browser.go(address)
    browser.wait(DRAWN)
    assert f"region IN {value}" in chips(browser, "adhoc_filters")
    assert browser.run("document.querySelector('.explore-told').textContent") == "not saved"

    press(browser, "Save", ".explore-head")
    browser.wait("document.activeElement.closest('dialog') !== null")
    browser.type("Made here")
    browser.run("document.querySelectorAll('dialog .combobox input')[1].focus()")
    browser.type("New board")
    browser.wait("document.querySelector('dialog .combobox-item[aria-selected=true]') !== null")
    browser.key("Enter")
    assert axe(browser) == []
    press(browser, "Save", "dialog")
    browser.wait("document.querySelector('.toast')?.textContent.includes('New board')")
    (chart,) = stored(client_of("alice"), "Made here")
    assert browser.run("location.search") == f"?slice_id={chart['id']}"
    assert [owner["first_name"] for owner in chart["owners"]] == ["Alice"]
    assert [each["dashboard_title"] for each in chart["dashboards"]] == ["New board"]
    rows = client_of("alice").get(f"/api/v1/chart/{chart['id']}/data/").get_json()["result"][0]["data"]
    assert [row["region"] for row in rows] == [value]
    assert browser.run(ELSEWHERE) == []
    assert browser.complaints == []


@pytest.mark.slow
def test_what_is_wrong_is_said_where_it_is(browser: Browser, live_server: str, client_of: ClientOf, sales: int) -> None:
    pk = made_by_alice(client_of, sales)
    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/explore/?slice_id={pk}")
    browser.wait(DRAWN)

    # What is needed and missing is asked for, before the server is.
    browser.run("document.querySelector('[data-name=metric] [aria-label^=Remove]').click()")
    browser.key("Enter", "Control")
    browser.wait("document.querySelector('[data-name=metric] .field-wrong').textContent === 'Metric is needed.'")
    assert browser.run("document.activeElement.id") == "field-metric"

    find_and_choose(browser, "#field-metric", "Custom SQL")
    browser.wait("document.querySelector('dialog textarea') !== null")
    browser.run("document.querySelector('dialog textarea').focus()")
    browser.type("SUM(no_such_column)")
    press(browser, "Apply", "dialog")
    browser.key("Enter", "Control")
    browser.wait("document.querySelector('[data-name=metric] .field-wrong').textContent.includes('no_such_column')")
    assert axe(browser) == []
    assert ["400" in each for each in browser.complaints] == [True]
    browser.complaints.clear()

    browser.run("document.querySelector('[data-name=metric] .chip-name').click()")
    browser.run("document.querySelector('dialog textarea').value = 'SUM(amount) * 2'")
    press(browser, "Apply", "dialog")
    browser.run(
        "(() => { const field = document.querySelector('#field-row_limit'); field.value = 2;"
        " field.dispatchEvent(new Event('change')); })()"
    )
    update(browser)
    assert "Cut at 2 rows" in browser.run("document.querySelector('.answer-notes').textContent")
    assert browser.run("document.querySelector('[data-name=metric] .field-wrong').textContent") == ""
    press(browser, "Query", ".answer-tabs")
    browser.wait("document.querySelector('.query')?.textContent.includes('AS \"SUM(amount) * 2\"')")
    press(browser, "Samples", ".answer-tabs")
    browser.wait("document.querySelectorAll('.tab-body tbody tr').length === 12")

    # Over the chart that is there, as its owner may.
    assert browser.run("document.querySelector('.explore-told').textContent") == "changed, not saved"
    press(browser, "Save", ".explore-head")
    press(browser, "Save", "dialog")
    browser.wait("document.querySelector('.toast') !== null")
    (chart,) = stored(client_of("bob"), "By region")
    assert json.loads(chart["params"])["row_limit"] == 2
    assert browser.run("document.querySelector('.explore-told').textContent") == ""

    browser.resize(390, 844)
    assert browser.run(NARROW)
    browser.dark(True)
    assert axe(browser) == []
    assert browser.complaints == []


@pytest.mark.slow
def test_a_chart_of_others_is_saved_as_ones_own(
    browser: Browser, live_server: str, client_of: ClientOf, sales: int
) -> None:
    pk = made_by_alice(client_of, sales)
    client_of("alice").post(
        "/api/v1/dashboard/",
        json={"dashboard_title": "Shop", "published": True, "position_json": json.dumps(layout_of(pk))},
    )
    sign_in(browser, live_server, "bob")
    browser.go(f"{live_server}/explore/?slice_id={pk}")
    browser.wait(DRAWN)
    press(browser, "Save", ".explore-head")
    browser.wait("document.querySelector('dialog input[value=over]').disabled")
    browser.run("document.querySelector('dialog input[type=text]').value = 'Mine'")
    press(browser, "Save", "dialog")
    browser.wait("document.querySelector('.toast') !== null")
    (own,) = stored(client_of("bob"), "Mine")
    assert own["id"] != pk
    assert [owner["first_name"] for owner in own["owners"]] == ["Bob"]
    assert len(stored(client_of("alice"), "By region")) == 1
    assert browser.complaints == []


@pytest.mark.slow
def test_back_and_forward_show_the_chart_of_the_address(browser: Browser, live_server: str, sales: int) -> None:
    def is_shown(name: str, star: bool) -> None:
        """The chart of this name is there, as it is stored, and the star is its own."""
        browser.wait(f"document.querySelector('.explore-name').value === {json.dumps(name)}")
        browser.wait(f"document.querySelector('.star').ariaPressed === '{str(star).lower()}'")
        browser.wait(DRAWN)
        assert browser.run("document.querySelector('.explore-told').textContent") == ""
        assert chips(browser, "metrics") == ["COUNT(*)"]

    def save(name: str) -> None:
        address = browser.run("location.href")
        press(browser, "Save", ".explore-head")
        browser.run("document.querySelector('dialog input[value=new]').click()")
        browser.run(f"document.querySelector('dialog input[type=text]').value = {json.dumps(name)}")
        press(browser, "Save", "dialog")
        browser.wait(f"document.querySelector('dialog') === null && location.href !== {json.dumps(address)}")

    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/explore/?datasource_type=table&datasource_id={sales}")
    browser.wait(DRAWN)
    save("First")
    first = browser.run("location.search")
    is_shown("First", star=False)
    browser.run("document.querySelector('.star').click()")
    is_shown("First", star=True)
    find_and_choose(browser, "#field-groupby", "region")
    update(browser)
    browser.run("history.back()")
    browser.wait(f"location.search === {json.dumps(first)}")
    browser.wait("document.querySelector('.explore-told').textContent === ''")
    is_shown("First", star=True)
    assert chips(browser, "groupby") == []

    save("Second")
    is_shown("Second", star=False)
    browser.run("history.back()")
    is_shown("First", star=True)
    # What is saved now is saved over the chart that is shown.
    press(browser, "Save", ".explore-head")
    assert browser.run("document.querySelector('.editor-choice').textContent") == "Over “First”"
    press(browser, "Cancel", "dialog")
    browser.run("history.forward()")
    is_shown("Second", star=False)
    assert browser.complaints == []


@pytest.mark.slow
def test_a_chart_joins_those_that_a_dashboard_shows(
    browser: Browser, live_server: str, client_of: ClientOf, sales: int
) -> None:
    alice = client_of("alice")
    there, added = (made_by_alice(client_of, sales) for _ in range(2))
    board = alice.post("/api/v1/dashboard/", json={"dashboard_title": "Without a layout"}).get_json()["id"]
    assert alice.put(f"/api/v1/chart/{there}", json={"dashboards": [board]}).status_code == 200
    sign_in(browser, live_server, "alice")
    place = f"({{ place }}) => place({{ id: {added}, slice_name: 'By region' }}, {{ value: {board} }})"
    for _ in range(2):
        assert browser.run(f"import('/static/explore/placing.js').then({place})") == "Without a layout"
    kept = json.loads(alice.get(f"/api/v1/dashboard/{board}").get_json()["result"]["position_json"])
    placed = [each["meta"]["chartId"] for each in kept.values() if isinstance(each, dict) and each["type"] == "CHART"]
    assert placed == [there, added]
    assert browser.complaints == []


@pytest.mark.slow
def test_the_list_finds_renames_and_deletes(
    browser: Browser, live_server: str, client_of: ClientOf, sales: int
) -> None:
    made_by_alice(client_of, sales)
    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/chart/list/?search=region&type=pie")
    browser.wait("document.querySelectorAll('.list-table tbody tr').length === 1")
    assert "Pie chart" in text(browser)
    assert axe(browser) == []
    browser.run("document.querySelector('.list-star').click()")
    browser.wait("document.querySelector('.list-star').ariaPressed === 'true'")
    for name in ("Rename …", "Delete …"):
        browser.run("document.querySelector('.list-table [aria-haspopup=menu]').click()")
        press(browser, name, ".menu-list")
        if name.startswith("Rename"):
            browser.run("document.querySelector('dialog input').value = 'Regions'")
            press(browser, "Rename", "dialog")
            browser.wait("document.querySelector('.list-name').textContent.startsWith('Regions')")
        else:
            press(browser, "Delete", "dialog")
            browser.wait("document.querySelector('.list-place').textContent.includes('No chart is like that')")
    assert stored(client_of("alice"), "Regions") == []
    browser.resize(390, 844)
    assert browser.run(NARROW)
    assert browser.complaints == []


def layout_of(pk: int) -> dict[str, Any]:
    return {
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": ["ROW"]},
        "ROW": {"type": "ROW", "id": "ROW", "children": ["CHART"]},
        "CHART": {"type": "CHART", "id": "CHART", "children": [], "meta": {"chartId": pk}},
    }
