import json

import pytest

from tests.browser.accessibility import axe
from tests.browser.chromium import Browser
from tests.conftest import Embedded
from tests.people import password_of

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket]
ELSEWHERE = """performance.getEntriesByType("resource").map(each => each.name)
    .filter(name => !name.startsWith(location.origin) && !name.startsWith("data:"))"""


def sign_in(browser: Browser, server: str, name: str) -> None:
    """Somebody of the cast is signed in, by the form."""
    browser.go(f"{server}/login/")
    for field, value in (("username", name), ("password", password_of(name))):
        browser.run(f"document.getElementById({field!r}).value = {json.dumps(value)}")
    browser.follow("document.querySelector('form[name=login] button[type=submit]').click()")


def text(browser: Browser) -> str:
    """What a visitor reads."""
    read: str = browser.run("document.getElementById('main').innerText")
    return read


def test_an_administrator_finds_his_way(browser: Browser, live_server: str, embedded: Embedded) -> None:
    sign_in(browser, live_server, "admin")
    assert "Hello, Admin" in text(browser)
    assert "By region" in text(browser)
    assert browser.run(ELSEWHERE) == []
    for path, name in (("/admin/charts/list/", "By region"), ("/users/list/", "alice@example.com")):
        browser.go(live_server + path)
        assert name in text(browser)
        assert browser.run(ELSEWHERE) == []
    assert browser.complaints == []


def test_the_menu_opens_and_the_keyboard_reaches_it(browser: Browser, live_server: str) -> None:
    sign_in(browser, live_server, "admin")
    browser.key("Tab")
    assert browser.run("document.activeElement.className") == "skip-link"
    browser.run("document.querySelector('.navbar .dropdown-toggle').focus()")
    browser.key("Enter")
    browser.wait("document.querySelector('.navbar .open .dropdown-menu a').offsetHeight > 0")
    assert browser.complaints == []


def test_rows_are_searched_and_deleted(browser: Browser, live_server: str, embedded: Embedded) -> None:
    sign_in(browser, live_server, "admin")
    browser.go(f"{live_server}/admin/charts/list/")
    for column in ("slice_name", "table", "changed_on"):
        browser.run(f"document.querySelector('a.filter[name={column}]').click()")
    assert browser.run("document.querySelectorAll('.filters tr').length") == 3
    browser.run("document.querySelector('.action_check').click()")
    browser.run("document.querySelector('.remove_all_menu_item').click()")
    browser.wait("document.activeElement.dataset.dismiss === 'modal'")
    browser.follow("document.getElementById('modal-confirm-ok').click()")
    assert "Nothing is here yet" in text(browser)
    assert browser.complaints == []


def test_ones_key_is_covered_until_one_asks(browser: Browser, live_server: str) -> None:
    sign_in(browser, live_server, "alice")
    browser.run("document.querySelector('.navbar-right .dropdown-toggle').focus()")
    browser.key("Enter")
    browser.wait("document.querySelector('.navbar-right .open [href=\"/key/\"]')?.offsetHeight > 0")
    browser.follow("document.querySelector('[href=\"/key/\"]').click()")
    assert browser.run("document.getElementById('key').type") == "password"
    browser.click("#show-key")
    assert browser.run("document.getElementById('key').type") == "text"
    key = browser.run("document.getElementById('key').value")
    assert axe(browser) == []
    browser.click("#copy-key")
    browser.wait("document.querySelector('.toasts')?.innerText === 'The key is copied.'")
    browser.follow("document.querySelector('form[name=renew] button').click()")
    assert "The former one opens nothing any more" in text(browser)
    assert browser.run("document.getElementById('key').value") != key
    assert browser.complaints == []


def test_a_form_says_at_its_field_what_is_wrong(browser: Browser, live_server: str, sales: int) -> None:
    sign_in(browser, live_server, "admin")
    browser.go(f"{live_server}/admin/row-rules/add")
    browser.run("document.getElementById('name').value = 'tenants'")
    browser.run("document.getElementById('clause').value = 'tenant ='")
    browser.follow("document.querySelector('#model_form button[type=submit]').click()")
    assert "Choose the datasets" in browser.run("document.querySelector('td.has-error').innerText")
    browser.run(f"void $('#tables').val('{sales}').trigger('change')")
    browser.follow("document.querySelector('#model_form button[type=submit]').click()")
    assert browser.run("document.querySelector('td.has-error [aria-invalid]').id") == "clause"
    browser.run("""document.getElementById('clause').value = "tenant = 'a'" """)
    browser.follow("document.querySelector('#model_form button[type=submit]').click()")
    assert "Saved" in text(browser)
    assert browser.complaints == []


def test_the_api_is_shown_from_here(browser: Browser, live_server: str) -> None:
    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/swagger/v1")
    browser.wait("document.querySelectorAll('#swagger-ui .opblock').length > 100")
    assert browser.run(ELSEWHERE) == []
    assert browser.complaints == []


@pytest.mark.parametrize("dark", [False, True])
def test_pages_fit_a_phone(browser: Browser, live_server: str, embedded: Embedded, dark: bool) -> None:
    sign_in(browser, live_server, "admin")
    browser.resize(390, 844)
    browser.dark(dark)
    for path in (
        "/",
        "/admin/charts/list/",
        f"/admin/charts/edit/{embedded.chart}",
        "/key/",
        "/swagger/v1",
        "/nothing",
    ):
        browser.go(live_server + path)
        assert browser.run("document.documentElement.scrollWidth <= innerWidth"), path
