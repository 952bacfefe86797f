import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import Client

from tests.conftest import ClientOf

BrowserOf = Callable[[str], Client]


def test_a_page_lets_its_own_scripts_run_and_nobody_frame_it(browser_of: BrowserOf) -> None:
    for path in ("/", "/admin/charts/list/", "/users/list/", "/swagger/v1"):
        answer = browser_of("admin").get(path)
        policy = answer.headers["Content-Security-Policy"]
        nonce = re.search(r"script-src 'self' 'nonce-([\w-]+)'", policy)
        assert nonce, policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy.replace("style-src-attr 'unsafe-inline'", "")
        scripts = re.findall(r"<script[^>]*>", answer.get_data(as_text=True))
        assert scripts
        assert all(f'nonce="{nonce[1]}"' in script for script in scripts), path
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Permissions-Policy"].startswith("camera=()")
        assert answer.headers["Cache-Control"] == "no-store"


def test_each_page_has_a_nonce_of_its_own(app: Flask) -> None:
    client = app.test_client()
    first, second = (client.get("/login/").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


@pytest.mark.slow
def test_no_page_takes_anything_from_elsewhere(browser_of: BrowserOf) -> None:
    for path in ("/", "/login/", "/swagger/v1", "/admin/databases/add", "/roles/list/"):
        text = browser_of("admin").get(path, follow_redirects=True).get_data(as_text=True)
        assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', text) == []
        assert re.findall(r"\son\w+=\"", text) == []


def test_an_api_answer_runs_nothing_and_is_kept_nowhere(client_of: ClientOf) -> None:
    for name, path in (("alice", "/api/v1/chart/"), (None, "/api/v1/chart/"), ("alice", "/api/v1/nothing")):
        answer = client_of(name).get(path)
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_https_is_remembered(app: Flask) -> None:
    answer = app.test_client().get("/health", base_url="https://bi.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in app.test_client().get("/health").headers


@pytest.fixture
def shared(app: Flask) -> Iterator[Flask]:
    """The application with an origin that may call its API."""
    former = app.extensions["superset_like_settings"]
    app.extensions["superset_like_settings"] = replace(former, cors_origins=("https://portal.example",))
    yield app
    app.extensions["superset_like_settings"] = former


def test_a_listed_origin_may_call_the_api(shared: Flask, client_of: ClientOf) -> None:
    answer = client_of("alice", Origin="https://portal.example").get("/api/v1/chart/")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://portal.example"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


def test_a_listed_origin_may_ask_first(shared: Flask) -> None:
    asked = {"Origin": "https://portal.example", "Access-Control-Request-Method": "POST"}
    answer = shared.test_client().options("/api/v1/chart/data", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://portal.example"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://portal.example.evil.example", "http://portal.example"]
)
def test_no_other_origin_may(shared: Flask, client_of: ClientOf, origin: str) -> None:
    answer = client_of("alice", Origin=origin).get("/api/v1/chart/")
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Access-Control-Allow-Origin" not in client_of(None, Origin=origin).options("/api/v1/chart/").headers


def test_pages_are_shared_with_nobody(shared: Flask) -> None:
    answer = shared.test_client().get("/login/", headers={"Origin": "https://portal.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers
