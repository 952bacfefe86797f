"""The list of dashboards: found, starred, copied, published and deleted by who may."""

import json

import pytest

from tests.browser.accessibility import axe
from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import ELSEWHERE, sign_in
from tests.conftest import ClientOf, Embedded

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]
TITLES = "[...document.querySelectorAll('.list-card-name')].map((each) => each.textContent)"
COUNT = "document.querySelector('.list-count').textContent"


def pick(browser: Browser, item: str, of: str) -> None:
    """An item of a dashboard's menu was chosen, by keys."""
    opener = json.dumps(f"[aria-label='What to do with {of}']")
    browser.run(f"document.querySelector({opener}).focus()")
    browser.key("Enter")
    for _ in range(10):
        if browser.run("document.activeElement.textContent") == item:
            break
        browser.key("ArrowDown")
    assert browser.run("document.activeElement.textContent") == item
    browser.key("Enter")


def test_dashboards_are_found_starred_copied_and_deleted(
    browser: Browser, live_server: str, client_of: ClientOf, embedded: Embedded
) -> None:
    alice = client_of("alice")
    for number in range(26):
        body = {"dashboard_title": f"Draft {number:02}"}
        assert alice.post("/api/v1/dashboard/", json=body).status_code == 201
    sign_in(browser, live_server, "alice")
    browser.run("document.querySelector('a.tile').click()")
    browser.wait("document.querySelectorAll('.list-card').length === 24")
    assert browser.run(COUNT) == "27 dashboards"
    browser.run("[...document.querySelectorAll('.list-pages button')].at(-1).click()")
    browser.wait("document.querySelectorAll('.list-card').length === 3")
    assert "page=2" in browser.run("location.search")
    assert browser.run(TITLES)[-1] == "Shop"

    # What is typed is no step to go back over.
    steps = browser.run("history.length")
    browser.run("document.querySelector('.list-search').focus()")
    browser.type("sho")
    browser.wait(f"{COUNT} === '1 dashboard'")
    assert (browser.run("location.search"), browser.run("history.length")) == ("?search=sho", steps)
    assert browser.run(TITLES) == ["Shop"]
    browser.run("document.querySelector('.list-star').focus()")
    browser.key("Enter")
    browser.wait("document.querySelector('.list-star').ariaPressed === 'true'")
    pick(browser, "Copy …", "Shop")
    browser.wait("document.querySelector('dialog input') !== null")
    browser.key("Enter")
    browser.wait(f"{COUNT} === '2 dashboards'")
    assert sorted(browser.run(TITLES)) == ["Shop", "Shop (copy)"]
    pick(browser, "Publish", "Shop (copy)")
    browser.wait("document.querySelectorAll('.list-badge').length === 0")
    pick(browser, "Delete …", "Shop (copy)")
    browser.wait("document.querySelector('dialog .danger') !== null")
    browser.run("document.querySelector('dialog .danger').click()")
    browser.wait(f"{COUNT} === '1 dashboard'")

    # What was chosen is in the address, and a star can be asked for.
    browser.go(f"{live_server}/dashboard/list/?favorite=yes&view=table")
    browser.wait("document.querySelectorAll('.list-table tbody tr').length === 1")
    browser.go(f"{live_server}/dashboard/list/?state=no&view=table&search=draft")
    browser.wait(f"{COUNT} === '26 dashboards'")
    browser.run("document.querySelector('[data-sorts=dashboard_title]').focus()")
    browser.key("Enter")
    browser.wait("document.querySelector('.list-name a').textContent === 'Draft 00'")
    browser.wait("document.activeElement.dataset.sorts === 'dashboard_title'")
    browser.key("Enter")
    browser.wait("document.querySelector('.list-name a').textContent === 'Draft 25'")
    browser.run("history.back()")
    browser.wait("document.querySelector('.list-name a').textContent === 'Draft 00'")
    browser.go(f"{live_server}/dashboard/list/?search=nothing")
    browser.wait("document.querySelector('.list-place').textContent.includes('No dashboard is like that')")
    # A page that is not there is the last one, and no step of its own to go back over.
    before = browser.run("history.length")
    browser.go(f"{live_server}/dashboard/list/?page=9")
    browser.wait("location.search === '?page=2' && document.querySelectorAll('.list-card').length === 3")
    assert browser.run("history.length") == before + 1
    assert browser.run(ELSEWHERE) == []
    assert browser.complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_lists_and_the_editor_are_for_everybody(
    browser: Browser, live_server: str, embedded: Embedded, dark: bool
) -> None:
    sign_in(browser, live_server, "admin")
    browser.dark(dark)
    there = "document.querySelectorAll('.list-card, .list-table tr').length > 0"
    for path, condition in (
        ("/dashboard/list/", there),
        ("/dashboard/list/?view=table", there),
        (
            f"/superset/dashboard/{embedded.dashboard}/?edit=true",
            "document.querySelectorAll('.is-chart td').length > 0",
        ),
    ):
        browser.go(live_server + path)
        browser.wait(condition)
        assert axe(browser) == [], path
    for name in ("Properties", "Filters", "Keys"):
        browser.run(f"[...document.querySelectorAll('button')].find((each) => each.textContent === '{name}').click()")
        browser.wait("document.querySelector('dialog[open]') !== null")
        browser.wait("!document.querySelector('dialog').textContent.includes('Loading …')")
        assert axe(browser) == [], name
        browser.key("Escape")
        browser.wait("document.querySelector('dialog') === null")
    browser.resize(390, 844)
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    assert browser.complaints == []
