"""Pages of dashboards: who gets them, who may frame them, and what they bring along."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client

from tests.conftest import ClientOf, Embedded

BrowserOf = Callable[[str], Client]


def allow(client_of: ClientOf, embedded: Embedded, *domains: str) -> None:
    body = {"allowed_domains": list(domains)}
    assert client_of("admin").post(f"/api/v1/dashboard/{embedded.dashboard}/embedded", json=body).status_code == 200


def test_a_frame_is_for_the_sites_on_the_list(client_of: ClientOf, embedded: Embedded) -> None:
    path, nobody = f"/embedded/{embedded.uuid}?uiConfig=3", client_of(None)
    anywhere = nobody.get(path)
    assert anywhere.status_code == 200
    assert "frame-ancestors *" in anywhere.headers["Content-Security-Policy"]
    allow(client_of, embedded, "https://app.example.com", "https://b.example.com:8443")
    for referrer, status in (
        ("https://app.example.com/page?x=1", 200),
        ("https://b.example.com:8443/", 200),
        ("https://b.example.com/", 403),
        ("http://app.example.com/", 403),
        ("https://app.example.com.evil.com/", 403),
        ("https://app.example.com@evil.com/", 403),
        ("", 403),
    ):
        answer = nobody.get(path, headers={"Referer": referrer} if referrer else {})
        assert answer.status_code == status, referrer
        assert "X-Frame-Options" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
    listed = nobody.get(path, headers={"Referer": "https://app.example.com/"})
    policy = listed.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://app.example.com https://b.example.com:8443")
    assert "script-src 'self';" in policy


def test_the_frames_page_holds_no_data(client_of: ClientOf, embedded: Embedded) -> None:
    page = client_of(None).get(f"/embedded/{embedded.uuid}").text
    bootstrap = json.loads(page.split('data-bootstrap="')[1].split('"')[0].replace("&#34;", '"'))
    assert bootstrap["embedded"] == {"dashboard_id": str(embedded.dashboard)}
    assert bootstrap["config"] == {"GUEST_TOKEN_HEADER_NAME": "X-GuestToken"}
    assert "Shop" not in page
    assert "By region" not in page


@pytest.mark.parametrize("uuid", ["00000000-0000-4000-8000-000000000000", "1", "x"])
def test_nothing_is_embedded_under_another_name(client_of: ClientOf, uuid: str) -> None:
    answer = client_of(None).get(f"/embedded/{uuid}")
    assert answer.status_code == 404
    assert "There is no dashboard here" in answer.text


def test_who_may_see_a_dashboard_gets_its_page(browser_of: BrowserOf, client_of: ClientOf, embedded: Embedded) -> None:
    path = f"/superset/dashboard/{embedded.dashboard}/"
    for name in ("admin", "alice", "bob"):
        page = browser_of(name).get(path)
        assert page.status_code == 200, name
        told = json.loads(page.text.split('data-bootstrap="')[1].split('"')[0].replace("&#34;", '"'))
        assert told["id"] == embedded.dashboard
        assert told["may_edit"] is (name in {"admin", "alice"})
    assert browser_of("charlie").get(path).status_code == 404
    nobody = client_of(None).get(path)
    assert nobody.status_code == 302
    assert "/login/" in nobody.headers["Location"]
    assert browser_of("admin").get("/superset/dashboard/nothing/").status_code == 404


def test_the_list_is_for_who_may_read_and_makes_nothing_for_other_sites(
    browser_of: BrowserOf, client_of: ClientOf
) -> None:
    alice, charlie = browser_of("alice"), browser_of("charlie")
    for client in (alice, charlie):
        page = client.get("/dashboard/list/").text
        assert "data-may-write" in page
        assert "data-edits-all" not in page
        assert "data-new" not in page
    assert "data-new" in alice.get("/dashboard/new/", headers={"Sec-Fetch-Site": "same-origin"}).text
    assert "data-new" not in alice.get("/dashboard/new/", headers={"Sec-Fetch-Site": "cross-site"}).text
    assert "data-edits-all" in browser_of("admin").get("/dashboard/list/").text
    for path in ("/dashboard/list/", "/dashboard/new/"):
        assert client_of(None).get(path).status_code == 302


def test_a_page_that_stands_alone_has_no_menu(browser_of: BrowserOf, embedded: Embedded) -> None:
    path = f"/superset/dashboard/{embedded.dashboard}/"
    assert "navbar" in browser_of("admin").get(path).text
    assert "navbar" not in browser_of("admin").get(f"{path}?standalone=1").text


def test_modules_are_handed_out_and_nothing_beside_them(client_of: ClientOf) -> None:
    nobody = client_of(None)
    names: dict[str, Any] = nobody.get("/chart_types/modules.json").get_json()
    for name in {*names.values(), "base.js"} if names else set():
        answer = nobody.get(f"/chart_types/{name}")
        assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert nobody.get(f"/chart_types/{name}", headers=tag).status_code == 304
    for name in ("base.py", "table/chart.py", "../app.py", "%2e%2e/app.py", "table/example.json", "table/"):
        assert nobody.get(f"/chart_types/{name}").status_code == 404


def test_scripts_leave_compressed(client_of: ClientOf) -> None:
    nobody, path = client_of(None), "/static/vendor/echarts-6.1.0.min.js"
    with nobody.get(path) as plain:
        assert "Content-Encoding" not in plain.headers
        text = plain.data
    with nobody.get(path, headers={"Accept-Encoding": "gzip, br"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert gzip.decompress(packed.data) == text
        assert len(packed.data) < 400_000
        tag = packed.headers["ETag"]
    with nobody.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": tag}) as again:
        assert again.status_code == 304
