"""The official SDK shows a dashboard in a page of another origin."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from werkzeug.serving import make_server

from tests.browser.chromium import Browser
from tests.conftest import ClientOf, Embedded

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket]
SDK = (Path(__file__).parent / "embedded-sdk-0.4.0.js").read_text()
PAGE = """<!doctype html><title>Host</title><style>#here, iframe {{ width: 1000px; height: 800px; border: 0 }}</style>
<div id="here"></div><script src="/sdk.js"></script><script>
window.tokens = {tokens};
supersetEmbeddedSdk.embedDashboard({{
  id: "{uuid}", supersetDomain: "{server}", mountPoint: document.getElementById("here"),
  fetchGuestToken: async () => tokens.length > 1 ? tokens.shift() : tokens[0], dashboardUiConfig: {config}, {more}
}}).then((made) => {{ window.made = made }}, (error) => {{ window.failed = String(error) }});
</script>"""
Host = Callable[..., str]


@pytest.fixture
def host(live_server: str) -> Iterator[Host]:
    """The address of a site's page that embeds a dashboard."""
    site, pages = Flask("host"), {}

    @site.get("/sdk.js")
    def sdk() -> Response:
        return Response(SDK, mimetype="text/javascript")

    @site.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)

    @site.get("/<name>")
    def page(name: str) -> str:
        return str(pages[name])

    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"

    def made(embedded: Embedded, *tokens: str, more: str = "", **config: Any) -> str:
        name = f"page{len(pages)}"
        told = {"tokens": json.dumps(tokens), "config": json.dumps(config), "more": more}
        pages[name] = PAGE.format(uuid=embedded.uuid, server=live_server, **told)
        return f"{address}/{name}"

    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def token_of(client_of: ClientOf, embedded: Embedded, *clauses: str) -> str:
    body = {
        "user": {"username": "visitor"},
        "resources": [{"type": "dashboard", "id": embedded.uuid}],
        "rls": [{"clause": clause} for clause in clauses],
    }
    token: str = client_of("admin").post("/api/v1/security/guest_token/", json=body).get_json()["token"]
    return token


def text(browser: Browser) -> str:
    read: str = browser.run_in_frame("/embedded/", "document.body.innerText")
    return read


@pytest.mark.parametrize(("tenant", "own", "other"), [("a", "30", "300"), ("b", "300", "30")])
def test_a_visitor_sees_his_tenants_rows(
    browser: Browser, host: Host, client_of: ClientOf, embedded: Embedded, tenant: str, own: str, other: str
) -> None:
    browser.go(host(embedded, token_of(client_of, embedded, f"tenant = '{tenant}'")))
    browser.wait_in_frame("/embedded/", "document.querySelectorAll('td').length > 0")
    cells = browser.run_in_frame("/embedded/", "[...document.querySelectorAll('td')].map((each) => each.textContent)")
    assert own in cells
    assert other not in cells
    assert "Shop" in text(browser)
    assert "By region" in text(browser)
    assert browser.complaints == []


def test_the_site_asks_and_tells_the_page(
    browser: Browser, host: Host, client_of: ClientOf, embedded: Embedded
) -> None:
    browser.go(host(embedded, token_of(client_of, embedded), hideTitle=True))
    browser.wait_in_frame("/embedded/", "document.querySelectorAll('td').length > 0")
    browser.wait("window.made !== undefined")
    assert "Shop" not in text(browser)
    size = browser.run("made.getScrollSize()")
    assert size["width"] == 1000
    assert size["height"] > 100
    assert browser.run("made.getActiveTabs()") == []
    assert list(browser.run("made.getDataMask()")) == ["F"]
    # Whoever does not hold the frame is not heard: not even told that he is late.
    greeting = "{ type: '__embedded_comms__', handshake: 'port transfer' }"
    browser.run_in_frame("/embedded/", f"window.postMessage({greeting}, '*', [new MessageChannel().port1])")
    browser.run_in_frame("/embedded/", "new Promise((done) => setTimeout(done))")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = browser.run_in_frame("/embedded/", ground)
    browser.run("made.setThemeMode('dark')")
    browser.wait_in_frame("/embedded/", f"{ground} !== {json.dumps(light)}")
    browser.run("made.unmount()")
    assert browser.run("document.querySelectorAll('iframe').length") == 0
    assert browser.complaints == []


def test_a_visitor_filters_and_the_site_is_told(
    browser: Browser, host: Host, client_of: ClientOf, embedded: Embedded
) -> None:
    browser.go(host(embedded, token_of(client_of, embedded, "tenant = 'a'"), emitDataMasks=True))
    browser.wait_in_frame("/embedded/", "document.querySelectorAll('td').length > 0")
    browser.wait("window.made !== undefined")
    browser.run("window.masks = []; made.observeDataMask((mask) => masks.push(mask))")
    browser.run_in_frame("/embedded/", "document.querySelector('.dash-filter summary').click()")
    browser.wait_in_frame("/embedded/", "document.querySelectorAll('.dash-value').length > 0")
    offered = browser.run_in_frame(
        "/embedded/", "[...document.querySelectorAll('.dash-value')].map((each) => each.textContent)"
    )
    assert sorted(offered) == ["<NULL>", "east", "north", "south"]
    browser.run_in_frame(
        "/embedded/",
        "[...document.querySelectorAll('.dash-value')].find((each) => each.textContent === 'south').click()",
    )
    browser.wait_in_frame("/embedded/", "document.querySelectorAll('tbody tr').length === 1")
    assert browser.run_in_frame("/embedded/", "document.querySelector('tbody tr').innerText").split() == ["south", "70"]
    browser.wait("masks.length > 0")
    mask = browser.run("masks.at(-1)")
    assert mask["F"]["extraFormData"] == {"filters": [{"col": "region", "op": "IN", "val": ["south"]}]}
    assert mask["nativeFiltersChanged"] is True
    assert browser.run("made.getDataMask()")["F"]["filterState"]["value"] == ["south"]
    browser.run_in_frame("/embedded/", "document.querySelector('.dash-clear').click()")
    browser.wait_in_frame("/embedded/", "document.querySelectorAll('tbody tr').length === 4")
    assert browser.complaints == []


def test_a_bad_token_shows_no_data_and_no_login(
    browser: Browser, host: Host, client_of: ClientOf, embedded: Embedded
) -> None:
    good = token_of(client_of, embedded)
    browser.go(host(embedded, good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB")))
    browser.wait_in_frame("/embedded/", "document.querySelector('[role=alert]') !== null")
    assert "embedded authentication" in text(browser)
    assert browser.run_in_frame("/embedded/", "document.querySelectorAll('input, td').length") == 0


def test_a_token_of_another_dashboard_opens_nothing(
    browser: Browser, host: Host, client_of: ClientOf, embedded: Embedded
) -> None:
    alice = client_of("alice")
    other = alice.post("/api/v1/dashboard/", json={"dashboard_title": "Other", "published": True}).get_json()["id"]
    leave = client_of("admin").post(f"/api/v1/dashboard/{other}/embedded", json={"allowed_domains": []}).get_json()
    body = {"user": {}, "resources": [{"type": "dashboard", "id": leave["result"]["uuid"]}], "rls": []}
    token = client_of("admin").post("/api/v1/security/guest_token/", json=body).get_json()["token"]
    browser.go(host(embedded, token))
    browser.wait_in_frame("/embedded/", "document.querySelector('[role=alert]') !== null")
    assert "cannot be shown" in text(browser)
    assert browser.run_in_frame("/embedded/", "document.querySelectorAll('td').length") == 0


def test_a_site_that_is_not_on_the_list_is_told_so(
    browser: Browser, host: Host, client_of: ClientOf, embedded: Embedded
) -> None:
    domains = {"allowed_domains": ["https://app.example.com"]}
    client_of("admin").post(f"/api/v1/dashboard/{embedded.dashboard}/embedded", json=domains)
    browser.go(host(embedded, token_of(client_of, embedded)))
    browser.wait_in_frame("/embedded/", "document.querySelector('[role=alert]') !== null")
    assert "This site may not show this dashboard" in text(browser)


def test_opened_by_itself_it_says_what_it_is_for(browser: Browser, live_server: str, embedded: Embedded) -> None:
    browser.go(f"{live_server}/embedded/{embedded.uuid}")
    browser.wait("document.querySelector('[role=alert]') !== null")
    assert "intended to be embedded in an iframe" in browser.run("document.body.innerText")
    assert browser.complaints == []


def test_texts_of_a_dashboard_run_nothing(
    browser: Browser, host: Host, client_of: ClientOf, embedded: Embedded
) -> None:
    evil = (
        "# Hi\n<img src=x onerror='window.evil=1'><script>window.evil=1</script>[x](javascript:window.evil=1) **bold**"
        "<b class='dash-notice' id='app'>over the page</b>"
    )
    layout = {
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": ["ROW"]},
        "ROW": {"type": "ROW", "id": "ROW", "children": ["MD", "TABS"]},
        "MD": {"type": "MARKDOWN", "id": "MD", "children": [], "meta": {"code": evil, "width": 4}},
        "TABS": {"type": "TABS", "id": "TABS", "children": ["T1", "T2"]},
        "T1": {"type": "TAB", "id": "T1", "children": [], "meta": {"text": "<img src=x onerror='window.evil=1'>"}},
        "T2": {"type": "TAB", "id": "T2", "children": ["CHART"], "meta": {"text": "Second"}},
        "CHART": {"type": "CHART", "id": "CHART", "children": [], "meta": {"chartId": embedded.chart}},
    }
    client_of("alice").put(f"/api/v1/dashboard/{embedded.dashboard}", json={"position_json": json.dumps(layout)})
    browser.go(host(embedded, token_of(client_of, embedded)))
    browser.wait_in_frame("/embedded/", "document.querySelector('.dash-text strong') !== null")
    browser.wait("window.made !== undefined")
    assert browser.run("made.getActiveTabs()") == ["T1"]
    browser.run_in_frame("/embedded/", "document.querySelectorAll('[role=tab]')[1].click()")
    browser.wait_in_frame("/embedded/", "document.querySelectorAll('td').length > 0")
    assert browser.run("made.getActiveTabs()") == ["T2"]
    for found in ("script:not([src]), [onerror]", ".dash-text [class], .dash-text [id]"):
        assert browser.run_in_frame("/embedded/", f"document.querySelectorAll({found!r}).length") == 0
    assert (
        browser.run_in_frame("/embedded/", "document.querySelector('.dash-text a')?.getAttribute('href') ?? null")
        is None
    )
