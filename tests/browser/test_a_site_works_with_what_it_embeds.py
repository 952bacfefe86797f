"""What a site and its visitors do with a dashboard in its frame: clicks, links, themes, rows, and tokens that end."""

import json
import time

import jwt
import pytest

from superset_like.config.settings import Settings
from tests.browser import shop as shops
from tests.browser.accessibility import AXE, FOUND
from tests.browser.chromium import Browser
from tests.browser.shop import Shop
from tests.browser.test_dashboards_are_embedded_in_a_browser import Host, host, text, token_of
from tests.conftest import ClientOf, Embedded

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]
__all__ = ["host"]
FRAME = "/embedded/"
ROWS = "[...document.querySelectorAll('tbody tr')].map((each) => each.innerText.replace(/\\s+/g, ' ').trim())"
READY = "document.querySelectorAll('td').length > 0 && document.querySelector('.drawing svg') !== null"


@pytest.fixture
def shop(client_of: ClientOf, embedded: Embedded) -> Shop:
    return shops.opened(client_of, embedded)


def opened(browser: Browser, address: str) -> None:
    browser.go(address)
    browser.wait_in_frame(FRAME, READY)
    browser.wait("window.made !== undefined")


def click_pie(browser: Browser) -> None:
    """A click on the large slice of the pie; the frame stands at the page's corner."""
    x, y = browser.run_in_frame(
        FRAME,
        "(() => { const { x, y, width, height } = document.querySelector('.drawing svg').getBoundingClientRect();"
        " return [x + width / 2, y + height / 2 + 25]; })()",
    )
    corner = browser.run("(({ x, y }) => [x, y])(document.querySelector('iframe').getBoundingClientRect())")
    browser.click_at(x + corner[0], y + corner[1])


def test_a_visitor_clicks_and_the_site_links(browser: Browser, host: Host, client_of: ClientOf, shop: Shop) -> None:
    token = token_of(client_of, shop.embedded)
    own = 'resolvePermalinkUrl: async ({key}) => "https://shop.example/at/" + key,'
    opened(browser, host(shop.embedded, token, emitDataMasks=True, more=own))
    browser.run("window.masks = []; made.observeDataMask((mask) => masks.push(mask))")
    click_pie(browser)
    browser.wait_in_frame(FRAME, f"{ROWS}.includes('west 500') && {ROWS}.includes('north 300')")
    mask = browser.run("masks.at(-1)")
    assert mask[str(shop.pie)]["extraFormData"] == {"filters": [{"col": "tenant", "op": "IN", "val": ["b"]}]}
    assert (mask["crossFiltersChanged"], mask["nativeFiltersChanged"]) == (True, False)
    assert browser.run("made.getDataMask()")[str(shop.pie)]["filterState"]["value"] == ["b"]
    browser.run_in_frame(FRAME, "document.querySelectorAll('[role=tab]')[1].click()")
    assert browser.run("made.getActiveTabs()") == ["T2"]
    link = browser.run("made.getDashboardPermalink('C3')")
    assert link.startswith("https://shop.example/at/")
    # Who follows it sees the same, at the same place.
    again = host(shop.embedded, token, urlParams={"permalink_key": link.rsplit("/", 1)[1]})
    browser.go(again)
    browser.wait_in_frame(FRAME, "document.querySelector('.dash-chip') !== null")
    browser.wait("window.made !== undefined")
    assert browser.run("made.getActiveTabs()") == ["T2"]
    browser.run_in_frame(FRAME, "document.querySelectorAll('[role=tab]')[0].click()")
    browser.wait_in_frame(FRAME, f"{ROWS}.includes('north 300')")
    browser.run_in_frame(FRAME, "document.querySelector('.dash-chip').click()")
    browser.wait_in_frame(FRAME, f"{ROWS}.includes('north 330')")
    assert browser.complaints == []


def test_a_link_without_the_sites_address_is_the_servers(
    browser: Browser, host: Host, client_of: ClientOf, shop: Shop, live_server: str
) -> None:
    opened(browser, host(shop.embedded, token_of(client_of, shop.embedded)))
    link = browser.run("made.getDashboardPermalink('')")
    assert "/superset/dashboard/p/" in link
    assert browser.run("made.getChartStates()")[str(shop.table)]["page"] == 0
    asked = browser.run("made.getChartDataPayloads()")
    assert list(asked) == [str(shop.table)]
    assert browser.run("made.getChartDataPayloads({chartId: 999})")["999"]["error"] is True
    # A visitor downloads no rows and drills nowhere; he takes pictures along.
    browser.run_in_frame(FRAME, "[...document.querySelectorAll('.dash-chart-head .action')][1].click()")
    browser.wait_in_frame(FRAME, "document.querySelectorAll('.menu-list:not([hidden]) button').length > 0")
    offered = browser.run_in_frame(
        FRAME, "[...document.querySelectorAll('.menu-list:not([hidden]) button')].map((each) => each.textContent)"
    )
    assert offered == ["Refresh", "Full screen", "Filter by …", "View as table", "Download PNG", "Download SVG"]
    assert browser.complaints == []


def test_a_site_chooses_what_is_seen_and_how(browser: Browser, host: Host, client_of: ClientOf, shop: Shop) -> None:
    token = token_of(client_of, shop.embedded)
    filters = {"visible": True, "expanded": False}
    address = host(
        shop.embedded,
        token,
        hideTitle=True,
        hideTab=True,
        hideChartControls=True,
        filters=filters,
        urlParams={"themeMode": "dark"},
    )
    opened(browser, address)
    for hidden in ("h1", "[role=tab]", ".dash-chart-head .action"):
        assert browser.run_in_frame(FRAME, f"document.querySelectorAll({hidden!r}).length") == 0
    assert browser.run_in_frame(FRAME, "document.querySelector('.dash-filters-content').hidden") is True
    assert browser.run_in_frame(FRAME, "document.documentElement.dataset.theme") == "dark"
    tokens = {
        "colorPrimary": "#c2185b",
        "colorBgBase": "#fffaf0",
        "colorTextBase": "#112233",
        "borderRadius": 2,
        "fontFamily": "Georgia, serif",
        "colorError": "url(https://elsewhere.example/x)",
        "colorLink": "red; } body { display: none",
    }
    browser.run(f"made.setThemeConfig({json.dumps({'token': tokens, 'algorithm': 'default'})})")
    style = "getComputedStyle(document.documentElement).getPropertyValue"
    browser.wait_in_frame(FRAME, f"{style}('--accent').trim() === '#c2185b'")
    assert browser.run_in_frame(FRAME, "document.documentElement.dataset.theme") == "light"
    assert browser.run_in_frame(FRAME, f"{style}('--danger').includes('url')") is False
    assert browser.run_in_frame(FRAME, "getComputedStyle(document.body).display") == "block"
    assert browser.run_in_frame(FRAME, "getComputedStyle(document.body).fontFamily").startswith("Georgia")
    browser.wait_in_frame(
        FRAME,
        "document.querySelector('.drawing svg').innerHTML.includes('rgb(194,24,91)') "
        "|| document.querySelector('.drawing svg').innerHTML.includes('#c2185b')",
    )
    assert browser.complaints == []


def test_one_chart_is_embedded_and_the_site_is_given_its_rows(
    browser: Browser, host: Host, client_of: ClientOf, shop: Shop
) -> None:
    token = token_of(client_of, shop.embedded, "tenant = 'a'")
    params = {"chart": str(shop.table), "emitData": "true"}
    # The SDK hands out no events of ours: the site listens on the channel itself.
    watch = """
      const send = MessagePort.prototype.start; window.told = [];
      MessagePort.prototype.start = function () {
        this.addEventListener("message", ({ data }) => data.method === "data" && told.push(data.args));
        return send.call(this);
      };
    """
    browser.call("Page.addScriptToEvaluateOnNewDocument", source=watch)
    browser.go(host(shop.embedded, token, urlParams=params))
    browser.wait_in_frame(FRAME, "document.querySelectorAll('td').length > 0")
    assert browser.run_in_frame(FRAME, "document.querySelectorAll('.dash-chart').length") == 1
    assert browser.run_in_frame(FRAME, "document.querySelectorAll('h1, .dash-filters, [role=tab]').length") == 0
    browser.wait("told.length > 0")
    data = browser.run("told[0]")
    assert data["chartId"] == shop.table
    assert data["columns"] == ["region", "total"]
    assert {"region": "north", "total": 30} in data["rows"]
    # A chart that is not on the dashboard is not there.
    browser.go(host(shop.embedded, token, urlParams={"chart": "999"}))
    browser.wait_in_frame(FRAME, "document.querySelector('[role=alert]') !== null")
    assert "cannot be shown" in text(browser)


def test_a_token_that_ends_leaves_what_is_shown_until_the_next(
    browser: Browser, host: Host, client_of: ClientOf, shop: Shop, settings: Settings
) -> None:
    good = token_of(client_of, shop.embedded)
    claims = jwt.decode(good, settings.guest_token_secret, algorithms=["HS256"], audience=settings.guest_token_audience)
    brief = jwt.encode({**claims, "exp": time.time() + 4}, settings.guest_token_secret, algorithm="HS256")
    opened(browser, host(shop.embedded, brief, good))
    browser.until(lambda: time.time() > claims["iat"] + 5, "the token to end")
    browser.run("window.before = tokens.length")
    click_pie(browser)
    # Now or soon the site sends the next one, and what was asked with the old one is answered.
    browser.wait_in_frame(FRAME, f"{ROWS}.includes('north 300')")
    browser.wait_in_frame(FRAME, "document.querySelector('.dash-notice') === null")
    assert [each for each in browser.complaints if "401" not in each] == []


def test_a_site_may_send_a_good_token_after_a_bad_one(
    browser: Browser, host: Host, client_of: ClientOf, shop: Shop, settings: Settings
) -> None:
    good = token_of(client_of, shop.embedded)
    over = jwt.decode(good, options={"verify_signature": False}) | {"exp": time.time() - 5}
    browser.go(host(shop.embedded, jwt.encode(over, settings.guest_token_secret, algorithm="HS256"), good))
    browser.wait_in_frame(FRAME, "document.querySelector('[role=alert]') !== null")
    assert "embedded authentication" in text(browser)
    assert browser.run_in_frame(FRAME, "document.querySelectorAll('td, input').length") == 0
    browser.wait_in_frame(FRAME, READY)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_it_is_for_everybody(browser: Browser, host: Host, client_of: ClientOf, shop: Shop, mode: str) -> None:
    opened(browser, host(shop.embedded, token_of(client_of, shop.embedded), urlParams={"themeMode": mode}))
    click_pie(browser)
    browser.wait_in_frame(FRAME, "document.querySelector('.dash-chip') !== null")
    browser.wait_in_frame(FRAME, "document.querySelector('[aria-busy=true]') === null")
    # What is asked anew can be read meanwhile.
    browser.run_in_frame(FRAME, "document.querySelectorAll('.dash-chart').forEach((each) => (each.ariaBusy = 'true'))")
    browser.run_in_frame(FRAME, AXE)
    assert browser.run_in_frame(FRAME, f"{AXE};{FOUND}") == []
