"""Each type of chart in the gallery, and a dashboard for somebody who is signed in."""

import json

import pytest

from superset_like.views.gallery import examples
from tests.browser.accessibility import axe
from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import ELSEWHERE, sign_in
from tests.conftest import ClientOf, Embedded

# Pictures, and what is elements in place of one.
DRAWN = "document.querySelectorAll('.drawing svg, .drawing > .rows, .drawing > .chart-text').length"
pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket]


@pytest.mark.parametrize("width", [1280, 380])
def test_the_gallery_draws_each_type(browser: Browser, live_server: str, width: int) -> None:
    sign_in(browser, live_server, "admin")
    # High enough that all of them are near.
    browser.resize(width, 20_000)
    browser.go(f"{live_server}/gallery/")
    browser.wait("document.querySelectorAll('.drawing[aria-busy=true]').length === 0")
    drawn = browser.run(DRAWN)
    assert drawn == len(examples()) > 15
    assert browser.run("document.querySelectorAll('.drawing-failed').length") == 0
    assert browser.run("document.documentElement.scrollWidth <= window.innerWidth")
    browser.run("document.getElementById('gallery-theme').value = 'dark'")
    browser.run("document.getElementById('gallery-theme').dispatchEvent(new Event('change'))")
    browser.wait("document.getElementById('gallery-state').textContent === 'Drawn here in dark.'")
    assert browser.run(DRAWN) == drawn
    browser.run("document.getElementById('gallery-artist').value = 'server'")
    browser.run("document.getElementById('gallery-artist').dispatchEvent(new Event('change'))")
    browser.wait("document.getElementById('gallery-state').textContent === 'Drawn by the server in dark.'")
    assert browser.run("document.querySelectorAll('.drawing img').length") == drawn
    assert browser.run(ELSEWHERE) == []
    assert browser.complaints == []


def test_a_dashboard_shows_what_its_reader_may_see(browser: Browser, live_server: str, embedded: Embedded) -> None:
    sign_in(browser, live_server, "bob")
    browser.go(f"{live_server}/superset/dashboard/{embedded.dashboard}/")
    browser.wait("document.querySelectorAll('#dashboard td').length > 0")
    cells = browser.run("[...document.querySelectorAll('#dashboard td')].map((each) => each.textContent)")
    assert "330" in cells
    browser.run("document.querySelector('#dashboard th:nth-child(2) button').click()")
    browser.wait("document.querySelector('#dashboard th:nth-child(2)').ariaSort === 'descending'")
    numbers = browser.run(
        "[...document.querySelectorAll('#dashboard td.number')].map((each) => Number(each.textContent))"
    )
    assert numbers == sorted(numbers, reverse=True)
    assert browser.run(ELSEWHERE) == []
    assert browser.complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_are_for_everybody(
    browser: Browser, live_server: str, embedded: Embedded, client_of: ClientOf, dark: bool
) -> None:
    text = "# Read [this](https://example.com) first"
    layout = {
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["TABS"]},
        "TABS": {"type": "TABS", "id": "TABS", "children": ["T1", "T2"]},
        "T1": {"type": "TAB", "id": "T1", "children": ["ROW"], "meta": {"text": "First"}},
        "T2": {"type": "TAB", "id": "T2", "children": [], "meta": {"text": "Second"}},
        "ROW": {"type": "ROW", "id": "ROW", "children": ["MD", "CHART"]},
        "MD": {"type": "MARKDOWN", "id": "MD", "children": [], "meta": {"code": text, "width": 4}},
        "CHART": {"type": "CHART", "id": "CHART", "children": [], "meta": {"chartId": embedded.chart}},
    }
    client_of("alice").put(f"/api/v1/dashboard/{embedded.dashboard}", json={"position_json": json.dumps(layout)})
    sign_in(browser, live_server, "admin")
    browser.dark(dark)
    browser.resize(1280, 12_000)
    for path, drawn in (
        (f"/superset/dashboard/{embedded.dashboard}/", "document.querySelectorAll('#dashboard td').length > 0"),
        ("/gallery/", "document.querySelectorAll('.drawing[aria-busy=true]').length === 0"),
    ):
        browser.go(live_server + path)
        browser.wait(drawn)
        assert axe(browser) == []
