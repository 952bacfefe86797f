from collections.abc import Callable

from flask import Flask
from werkzeug.test import Client

from superset_like.errors import Unavailable
from superset_like.views import error_pages

BrowserOf = Callable[[str], Client]


def test_a_page_that_does_not_exist_says_so(browser_of: BrowserOf) -> None:
    answer = browser_of("alice").get("/nothing/here")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "Alice Doe" in answer.text


def test_nobody_signed_in_sees_the_same(app: Flask) -> None:
    answer = app.test_client().get("/nothing/here")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "To the start page" in answer.text


def test_when_the_server_fails_the_page_needs_nothing(app: Flask) -> None:
    with app.test_request_context("/admin/charts/list/"):
        answer = error_pages.render(Unavailable("The metadata database is not available", retry_after_s=5))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "<nav" not in answer.get_data(as_text=True)
    assert "<script" not in answer.get_data(as_text=True)
