import re
from collections.abc import Callable

from flask import Flask
from werkzeug.test import Client

from tests.conftest import Counted, Embedded

BrowserOf = Callable[[str], Client]


def numbers(page: str) -> list[int]:
    """Dashboards, charts, datasets, databases."""
    return [int(number) for number in re.findall(r'tile-number">(\d+)<', page)]


def test_who_owns_things_finds_them(browser_of: BrowserOf, embedded: Embedded) -> None:
    page = browser_of("alice").get("/").get_data(as_text=True)
    assert "Hello, Alice" in page
    assert ">By region</a>" in page
    assert ">Shop</a>" in page
    assert numbers(page)[:2] == [1, 1]
    assert f'href="/explore/?slice_id={embedded.chart}"' in page


def test_who_may_see_nothing_is_told_so(browser_of: BrowserOf, embedded: Embedded) -> None:
    page = browser_of("charlie").get("/").get_data(as_text=True)
    assert numbers(page) == [0, 0, 0, 0]
    assert "By region" not in page
    assert "No chart yet." in page


def test_an_administrator_is_led_to_his_pages(browser_of: BrowserOf, embedded: Embedded) -> None:
    page = browser_of("admin").get("/superset/welcome/").get_data(as_text=True)
    assert numbers(page) == [1, 1, 1, 1]
    assert f'href="/explore/?slice_id={embedded.chart}"' in page


def test_a_visitor_is_asked_to_log_in(app: Flask, embedded: Embedded) -> None:
    page = app.test_client().get("/").get_data(as_text=True)
    assert 'href="/login/"' in page
    assert "By region" not in page


def test_it_asks_the_metadata_little(browser_of: BrowserOf, embedded: Embedded, counted: Counted) -> None:
    client = browser_of("bob")
    client.get("/")
    counted.statements.clear()
    assert client.get("/").status_code == 200
    assert len(counted) <= 6, counted.statements


def test_names_are_text_and_no_markup(browser_of: BrowserOf, embedded: Embedded) -> None:
    admin = browser_of("admin")
    name = "<img src=x onerror=alert(1)>"
    token = admin.get("/api/v1/security/csrf_token/").get_json()["result"]
    body, headers = {"slice_name": name}, {"X-CSRFToken": token}
    assert admin.put(f"/api/v1/chart/{embedded.chart}", json=body, headers=headers).status_code == 200
    for path in (
        "/",
        "/admin/charts/list/",
        f"/admin/charts/show/{embedded.chart}",
        f"/admin/charts/edit/{embedded.chart}",
    ):
        page = admin.get(path).get_data(as_text=True)
        assert "&lt;img src=x" in page
        assert "<img src=x" not in page


def test_what_a_stranger_sees_first_hides_nothing_from_others(app: Flask, browser_of: BrowserOf) -> None:
    # Templates are compiled by the first who comes, and what they ask must not be answered then.
    app.jinja_env.cache.clear()  # type: ignore[union-attr]
    app.test_client().get("/")
    assert 'href="/swagger/v1"' in browser_of("admin").get("/").text
