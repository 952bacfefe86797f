"""The page of the SQL editor: who gets it, under which addresses, and what it may load."""

import re
from collections.abc import Callable

from flask import Flask
from werkzeug.test import Client

BrowserOf = Callable[[str], Client]
PATHS = ("/sqllab/", "/sqllab/history/", "/savedqueryview/list/")


def test_who_runs_sql_gets_the_page(browser_of: BrowserOf) -> None:
    for name in ("alice", "admin"):
        for path, panel in zip(PATHS, ("tables", "history", "saved"), strict=True):
            page = browser_of(name).get(path)
            assert page.status_code == 200
            assert f'data-panel="{panel}"' in page.text
            assert 'data-may-save="true"' in page.text
            assert 'data-default-rows="1000"' in page.text


def test_nobody_else_does(browser_of: BrowserOf, app: Flask) -> None:
    for path in PATHS:
        for name in ("bob", "charlie"):
            assert browser_of(name).get(path).status_code == 403, (name, path)
        asked = app.test_client().get(path)
        assert asked.status_code == 302
        assert "/login/" in asked.headers["Location"]


def test_it_is_in_the_menu_of_those_who_may_open_it(browser_of: BrowserOf) -> None:
    alice, bob = browser_of("alice").get("/").text, browser_of("bob").get("/").text
    for path in PATHS:
        assert f'href="{path}"' in alice
        assert f'href="{path}"' not in bob


def test_old_addresses_lead_to_it(browser_of: BrowserOf) -> None:
    alice = browser_of("alice")
    for path, target in (
        ("/superset/sqllab/?dbid=1&sql=select%201%26", "/sqllab/?dbid=1&sql=select%201%26"),
        ("/superset/sqllab/", "/sqllab/"),
        ("/superset/sqllab/history/", "/sqllab/history/"),
    ):
        answer = alice.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, target)


def test_its_style_elements_bear_the_nonce_and_those_of_other_pages_are_refused(browser_of: BrowserOf) -> None:
    policy = browser_of("alice").get("/sqllab/").headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'self' ('nonce-[\w-]+');", policy)
    assert nonce
    assert f"style-src 'self' {nonce[1]};" in policy
    assert "unsafe-inline" not in policy.replace("style-src-attr 'unsafe-inline'", "")
    other = browser_of("alice").get("/")
    assert "style-src 'self';" in other.headers["Content-Security-Policy"]
    assert "sqllab" not in "".join(re.findall(r"<(?:script|link)[^>]*>", other.text))
