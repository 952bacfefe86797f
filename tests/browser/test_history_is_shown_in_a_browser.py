"""Owners see the history of a chart and a dashboard on their pages, and bring a version back; no one else does."""

from pathlib import Path

import pytest

from tests.browser.accessibility import axe
from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import sign_in
from tests.conftest import ClientOf, Embedded

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]
ITEMS = "[...document.querySelectorAll('.menu-list:not([hidden]) button')].map((each) => each.textContent)"
VERSIONS = "[...document.querySelectorAll('.history-version')].map((each) => each.innerText)"


def menu(browser: Browser, name: str) -> list[str]:
    """The items of the menu of this name, which is open now."""
    opener = f"document.querySelector(\"[aria-label='{name}'][aria-haspopup]\")"
    browser.wait(f"{opener} !== null")
    browser.run(f"{opener}.click()")
    found: list[str] = browser.run(ITEMS)
    return found


def open_history(browser: Browser, menu_name: str) -> None:
    assert "History …" in menu(browser, menu_name)
    items = "[...document.querySelectorAll('.menu-list:not([hidden]) button')]"
    browser.run(f"{items}.find((each) => each.textContent === 'History …').click()")
    browser.wait("document.querySelectorAll('.history-version').length > 0")


def test_a_version_is_compared_and_restored(
    browser: Browser, live_server: str, client_of: ClientOf, embedded: Embedded, tmp_path: Path
) -> None:
    alice, admin = client_of("alice"), client_of("admin")
    dashboard = f"/api/v1/dashboard/{embedded.dashboard}"
    assert admin.put(dashboard, json={"dashboard_title": "Spoilt", "css": ".a { color: red }"}).status_code == 200
    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/superset/dashboard/{embedded.dashboard}/")
    browser.wait("document.querySelectorAll('#dashboard td').length > 0")
    open_history(browser, "Actions of the dashboard")
    now, former = browser.run(VERSIONS)
    assert "Admin Doe" in now
    assert "Changed: dashboard_title, css" in now
    assert "Alice Doe" in former
    browser.run("[...document.querySelectorAll('.history-tools button')][0].click()")
    browser.wait("document.querySelector('.history-table') !== null")
    cells = browser.run("[...document.querySelectorAll('.history-table td')].map((each) => each.textContent)")
    assert cells == ["Shop", "Spoilt", "—", ".a { color: red }"]
    assert axe(browser) == []
    for name, width, is_dark in (("light", 1280, False), ("dark", 1280, True), ("phone", 390, False)):
        browser.resize(width, 800)
        browser.dark(is_dark)
        browser.screenshot(tmp_path / f"{name}.png")
        assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    browser.run("document.querySelector('[aria-label^=\"Restore version\"]').click()")
    browser.wait("document.body.innerText.includes('Shop') && document.querySelector('dialog') === null")
    assert alice.get(dashboard).get_json()["result"]["dashboard_title"] == "Shop"

    browser.resize(1280, 800)
    chart = f"/api/v1/chart/{embedded.chart}"
    assert admin.put(chart, json={"slice_name": "Spoilt"}).status_code == 200
    browser.go(f"{live_server}/explore/?slice_id={embedded.chart}")
    open_history(browser, "What to do with the chart")
    assert "Changed: slice_name" in browser.run(VERSIONS)[0]
    browser.run("document.querySelector('[aria-label^=\"Restore version\"]').click()")
    browser.wait("document.querySelector('.explore-name')?.value === 'By region'")
    assert alice.get(chart).get_json()["result"]["slice_name"] == "By region"


def test_who_may_not_change_it_is_offered_none(
    browser: Browser, live_server: str, client_of: ClientOf, embedded: Embedded
) -> None:
    sign_in(browser, live_server, "bob")
    browser.go(f"{live_server}/superset/dashboard/{embedded.dashboard}/")
    assert "History …" not in menu(browser, "Actions of the dashboard")
    browser.go(f"{live_server}/explore/?slice_id={embedded.chart}")
    assert "History …" not in menu(browser, "What to do with the chart")
