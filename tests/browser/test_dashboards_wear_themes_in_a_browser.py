"""A dashboard's theme dresses its page and its frame in another site; what the site says goes before it."""

import json

import pytest

from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import sign_in
from tests.browser.test_dashboards_are_embedded_in_a_browser import Host, host, token_of
from tests.conftest import ClientOf, Embedded

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]
__all__ = ["host"]
FRAME = "/embedded/"
READY = "document.querySelectorAll('td').length > 0"
ACCENT = "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()"
MODE = "document.documentElement.dataset.theme"


def test_a_dashboard_wears_its_theme(
    browser: Browser, live_server: str, host: Host, client_of: ClientOf, embedded: Embedded
) -> None:
    alice = client_of("alice")
    config = {
        "algorithm": "dark",
        "token": {"colorPrimary": "#00897b", "colorBgBase": "#101820", "colorLink": "red; } body { display: none"},
    }
    theme = alice.post("/api/v1/theme/", json={"theme_name": "Night", "json_data": json.dumps(config)}).get_json()["id"]
    place = f"/api/v1/dashboard/{embedded.dashboard}"
    assert alice.put(place, json={"theme_id": theme}).status_code == 200
    sign_in(browser, live_server, "bob")
    browser.go(f"{live_server}/superset/dashboard/{embedded.dashboard}/")
    browser.wait(READY)
    assert browser.run(f"[{ACCENT}, {MODE}]") == ["#00897b", "dark"]
    assert browser.run("getComputedStyle(document.body).display") != "none"
    # Whoever chose a mode keeps it.
    browser.go(f"{live_server}/superset/dashboard/{embedded.dashboard}/?themeMode=light")
    browser.wait(READY)
    assert browser.run(f"[{ACCENT}, {MODE}]") == ["#00897b", "light"]
    browser.go(host(embedded, token_of(client_of, embedded)))
    browser.wait_in_frame(FRAME, f"{READY} && {ACCENT} === '#00897b'")
    browser.wait("window.made !== undefined")
    browser.run("made.setThemeConfig({token: {colorPrimary: '#c2185b'}})")
    browser.wait_in_frame(FRAME, f"{ACCENT} === '#c2185b'")
    assert browser.complaints == []
