"""What a reader does with a dashboard: filters, clicks, drills, takes away, links, and comes back."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser import shop as shops
from tests.browser.accessibility import axe
from tests.browser.chromium import Browser
from tests.browser.shop import Shop
from tests.browser.test_admin_pages_in_a_browser import ELSEWHERE, sign_in
from tests.conftest import ClientOf, Embedded

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]
ROWS = (
    "[...document.querySelectorAll('#dashboard tbody tr')].map((each) => each.innerText.replace(/\\s+/g, ' ').trim())"
)
VALUES = "[...document.querySelectorAll('.dash-filter[open] .dash-value')].map((each) => each.textContent)"
READY = "document.querySelectorAll('#dashboard td').length > 0 && document.querySelector('.drawing svg') !== null"


@pytest.fixture
def shop(client_of: ClientOf, embedded: Embedded) -> Shop:
    return shops.opened(client_of, embedded)


def show(browser: Browser, server: str, shop: Shop, query: str = "") -> None:
    browser.go(f"{server}/superset/dashboard/{shop.embedded.dashboard}/{query}")
    browser.wait(READY)


def choose(browser: Browser, name: str, value: str) -> None:
    """The value of the filter is chosen, and its box closed again."""
    box = f"[...document.querySelectorAll('.dash-filter')].find((each) => each.innerText.startsWith({name!r}))"
    browser.run(f"{box}.querySelector('summary').click()")
    options = "[...document.querySelectorAll('.dash-filter[open] .dash-value')]"
    option = f"{options}.find((each) => each.textContent === {value!r})"
    browser.wait(f"{option} !== undefined")
    browser.run(f"{option}.click()")
    browser.run("document.querySelector('.dash-filter[open]').open = false")


def slice_of_pie(browser: Browser) -> tuple[float, float]:
    """A point in the large slice of the pie, which is tenant b's."""
    box = browser.run(
        "(() => { const { x, y, width, height } = document.querySelector('.drawing svg').getBoundingClientRect();"
        " return [x + width / 2, y + height / 2 + 25]; })()"
    )
    return box[0], box[1]


def pick(browser: Browser, chart: str, action: str) -> None:
    """The action of the chart's menu."""
    card = f"[...document.querySelectorAll('.dash-chart')].find((each) => each.innerText.startsWith({chart!r}))"
    browser.run(f"{card}.querySelector('.dash-chart-head .action').click()")
    items = "[...document.querySelectorAll('.menu-list:not([hidden]) button')]"
    item = f"{items}.find((each) => each.textContent === {action!r})"
    browser.wait(f"{item} !== undefined")
    browser.run(f"{item}.click()")


def test_filters_depend_on_each_other_and_stay(browser: Browser, live_server: str, shop: Shop) -> None:
    sign_in(browser, live_server, "bob")
    # A hash that cannot be read leads nowhere.
    show(browser, live_server, shop, "#%")
    assert browser.run("document.querySelector('.dash-filter-divider').innerText").split("\n")[0] == "More"
    choose(browser, "Region", "west")
    browser.wait(f"{ROWS}.join() === 'west 500'")
    # What its parent leaves, and what is said of it at a chart.
    browser.run("document.querySelectorAll('.dash-filter summary')[1].click()")
    browser.wait(f"{VALUES}.join() === 'b'")
    browser.run("document.querySelector('.dash-filter[open]').open = false")
    assert browser.run("document.querySelector('.dash-applied summary').textContent") == "▽ 1"
    assert "Region: west" in browser.run("document.querySelector('.dash-applied-list').textContent")
    # The filter of the other tab is out of sight, until that tab is open; the chart there is filtered too.
    assert browser.run("document.querySelector('.dash-filters-hidden').hidden") is False
    browser.run("document.querySelectorAll('[role=tab]')[0].focus()")
    browser.key("ArrowRight")
    browser.wait("document.querySelectorAll('.dash-tab-body:not([hidden]) .drawing svg').length === 1")
    assert browser.run("document.querySelector('.dash-filters-hidden').hidden") is True
    # The page is loaded again, and is as it was.
    browser.wait("location.search.includes('native_filters_key')")
    address = browser.run("location.href")
    browser.go(f"{live_server}/")
    browser.go(address)
    browser.wait(READY)
    browser.wait(f"{ROWS}.join() === 'west 500'")
    browser.run("document.querySelector('.dash-clear').click()")
    browser.wait(f"{ROWS}.length === 5")
    assert browser.run(ELSEWHERE) == []
    assert browser.complaints == []


def test_ranges_and_times_are_set(browser: Browser, live_server: str, shop: Shop) -> None:
    sign_in(browser, live_server, "bob")
    show(browser, live_server, shop)
    browser.run(
        "(() => { const field = document.querySelector('fieldset.dash-filter input');"
        " field.focus(); field.value = '500'; field.dispatchEvent(new Event('change', { bubbles: true })); })()"
    )
    browser.wait(f"{ROWS}.length === 2")
    assert browser.run("document.activeElement === document.querySelector('fieldset.dash-filter input')")
    browser.run("document.querySelector('.dash-clear').click()")
    browser.wait(f"{ROWS}.length === 5")
    browser.run("document.querySelectorAll('[role=tab]')[1].click()")
    line = "document.querySelector('.dash-tab-body:not([hidden]) .drawing')"
    browser.wait(f"{line}?.querySelector('svg') !== null")
    points = f"(window.echarts.getInstanceByDom({line})?.getOption().series[0].data.length ?? 0)"
    before = browser.run(points)
    browser.run("document.querySelector('.dash-filter select').focus()")
    browser.wait("document.querySelectorAll('.dash-filter select option').length > 3")
    browser.run(
        "(() => { const field = document.querySelector('.dash-filter select');"
        " field.value = 'P1M'; field.dispatchEvent(new Event('change')); })()"
    )
    browser.wait(f"0 < {points} && {points} < {before}")
    assert browser.complaints == []


def test_a_click_filters_the_other_charts_and_leads_behind_them(browser: Browser, live_server: str, shop: Shop) -> None:
    sign_in(browser, live_server, "bob")
    show(browser, live_server, shop)
    browser.wait("document.querySelectorAll('.drawing[aria-busy=true]').length === 0")
    # Of two drawings at once, the later is there: a click on it is one click.
    browser.run(
        "import(document.querySelector('script[src*=\"dashboard/page.js\"]').src)"
        ".then(({ dashboard }) => { dashboard.repaint(); dashboard.repaint(); })"
    )
    browser.wait("document.querySelectorAll('.drawing[aria-busy=true]').length === 0")
    browser.click_at(*slice_of_pie(browser))
    browser.wait("document.querySelector('.dash-chip') !== null")
    assert browser.run("document.querySelector('.dash-chip').textContent") == "By tenant: b ✕"
    browser.wait(f"{ROWS}.includes('west 500') && {ROWS}.includes('north 300')")
    # The chip goes by keyboard; the same choice comes by the menu.
    browser.run("document.querySelector('.dash-chip').focus()")
    browser.key("Enter")
    browser.wait(f"{ROWS}.includes('north 330')")
    pick(browser, "By tenant", "Filter by …")
    browser.wait("document.querySelectorAll('dialog .dash-choices button').length === 2")
    browser.run("document.querySelector('dialog .dash-choices button').click()")
    browser.wait(f"{ROWS}.includes('north 30')")
    browser.click_at(*slice_of_pie(browser), button="right")
    browser.wait("document.querySelectorAll('.mark-menu button').length === 3")
    browser.run("document.querySelectorAll('.mark-menu button')[1].click()")
    browser.wait("document.querySelectorAll('dialog tbody tr').length === 6")
    assert "tenant" in browser.run("document.querySelector('dialog thead').innerText")
    browser.run("document.querySelector('dialog').close()")
    pick(browser, "By region", "Drill by …")
    browser.wait("[...document.querySelectorAll('dialog option')].some((each) => each.value === 'tenant')")
    browser.run(
        "(() => { const field = document.querySelector('dialog select');"
        " field.value = 'tenant'; field.dispatchEvent(new Event('change')); })()"
    )
    browser.wait("document.querySelectorAll('dialog tbody tr').length === 1")
    assert browser.run("document.querySelector('.drill-path').innerText").split("\n")[-1] == "by tenant"
    assert browser.complaints == []


def test_what_is_set_is_linked_and_taken_away(
    browser: Browser, live_server: str, shop: Shop, client_of: ClientOf, tmp_path: Path
) -> None:
    state = {
        "dataMask": {
            "R": {
                "id": "R",
                "extraFormData": {"filters": [{"col": "region", "op": "IN", "val": ["south"]}]},
                "filterState": {"value": ["south"], "label": "south"},
            }
        },
        "activeTabs": ["T1"],
    }
    made = client_of("bob").post(f"/api/v1/dashboard/{shop.embedded.dashboard}/permalink", json=state).get_json()
    sign_in(browser, live_server, "bob")
    show(browser, live_server, shop, f"?permalink_key={made['key']}")
    browser.wait(f"{ROWS}.join() === 'south 770'")
    browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path / "files"))
    pick(browser, "By region", "Download CSV")
    browser.wait("document.querySelector('.toast') !== null")
    found = wait_for_file(browser, tmp_path / "files", "csv")
    assert found.read_text().split() == ["region,Total", '"south",770']
    for form, head in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        pick(browser, "By tenant", f"Download {form}")
        assert wait_for_file(browser, tmp_path / "files", form.lower()).read_bytes().startswith(head)
    pick(browser, "By region", "View query")
    browser.wait("document.querySelector('dialog pre') !== null")
    assert "south" in browser.run("document.querySelector('dialog pre').textContent")
    browser.run("document.querySelector('dialog').close()")
    # Rison in the address does the same.
    mask = (
        "(R:(extraFormData:(filters:!((col:region,op:IN,val:!(west)))),filterState:(value:!(west)),id:R,ownState:()))"
    )
    show(browser, live_server, shop, f"?native_filters={mask}&standalone=2")
    browser.wait(f"{ROWS}.join() === 'west 500'")
    assert browser.run("document.querySelectorAll('.navbar, h1').length") == 0
    assert browser.complaints == []


def wait_for_file(browser: Browser, folder: Path, ending: str) -> Path:
    """The file of this ending, once it is whole."""
    found: list[Path] = []

    def whole() -> bool:
        found[:] = list(folder.glob(f"*.{ending}")) if folder.exists() else []
        return bool(found) and found[0].stat().st_size > 0

    browser.until(whole, f"a {ending} file")
    return found[0]


def test_css_of_a_dashboard_stays_in_it(browser: Browser, live_server: str, shop: Shop, client_of: ClientOf) -> None:
    css = """
      @import "https://elsewhere.example/a.css";
      .dash-chart h2 { color: rgb(1, 2, 3); position: fixed; background: url(https://elsewhere.example/x); }
      body, .navbar { display: none; opacity: 0 }
      td { background-image: url("https://elsewhere.example/y"); margin-left: -900px; letter-spacing: 3px;
        text-indent: -900px; text-shadow: 300px 0 red; box-shadow: 0 0 0 900px red; outline: 900px solid red }
      @font-face { font-family: x; src: url(https://elsewhere.example/z) }
    """
    client_of("alice").put(f"/api/v1/dashboard/{shop.embedded.dashboard}", json={"css": css})
    sign_in(browser, live_server, "bob")
    show(browser, live_server, shop)
    styled = "getComputedStyle(document.querySelector({!r}))"
    browser.wait(f"{styled.format('.dash-chart h2')}.color === 'rgb(1, 2, 3)'")
    assert browser.run(f"{styled.format('.dash-chart h2')}.position") == "static"
    assert browser.run(f"{styled.format('#dashboard td')}.letterSpacing") == "3px"
    assert browser.run(f"{styled.format('#dashboard td')}.marginLeft") == "0px"
    assert browser.run(f"{styled.format('#dashboard td')}.backgroundImage") == "none"
    covering = {"textIndent": "0px", "textShadow": "none", "boxShadow": "none", "outlineStyle": "none"}
    for name, usual in covering.items():
        assert browser.run(f"{styled.format('#dashboard td')}.{name}") == usual
    for outside in ("body", ".navbar"):
        assert browser.run(f"{styled.format(outside)}.display") != "none"
    assert browser.run(ELSEWHERE) == []
    assert browser.complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_is_for_everybody(browser: Browser, live_server: str, shop: Shop, dark: bool, tmp_path: Path) -> None:
    sign_in(browser, live_server, "bob")
    browser.dark(dark)
    show(browser, live_server, shop)
    choose(browser, "Region", "north")
    browser.wait("document.querySelector('.dash-applied:not([hidden])') !== null")
    browser.run("document.querySelector('.dash-filter summary').click()")
    browser.wait("document.querySelectorAll('.dash-value').length > 0")
    assert axe(browser) == []
    pick(browser, "By region", "Drill to detail …")
    browser.wait("document.querySelectorAll('dialog tbody tr').length > 0")
    assert axe(browser) == []
    browser.run("document.querySelector('dialog').close()")
    browser.resize(390, 844)
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    assert browser.complaints == []


def test_a_hundred_charts_load_as_they_come_near(
    browser: Browser, live_server: str, shop: Shop, client_of: ClientOf
) -> None:
    nodes: dict[str, Any] = {"ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": []}}
    for number in range(100):
        pk = f"C{number}"
        chart = shop.pie if number % 2 else shop.line
        nodes[pk] = {"type": "CHART", "id": pk, "children": [], "meta": {"chartId": chart, "width": 12, "height": 50}}
        nodes["ROOT_ID"]["children"].append(pk)
    body = {"position_json": json.dumps(nodes), "json_metadata": "{}"}
    client_of("alice").put(f"/api/v1/dashboard/{shop.embedded.dashboard}", json=body)
    sign_in(browser, live_server, "bob")
    browser.go(f"{live_server}/superset/dashboard/{shop.embedded.dashboard}/")
    drawn = "document.querySelectorAll('.drawing svg').length"
    browser.wait(f"{drawn} > 0 && document.querySelectorAll('.drawing[aria-busy=true]').length === 0")
    asked = "performance.getEntriesByType('resource').filter((each) => /chart.[0-9]+.data/.test(each.name)).length"
    assert browser.run(asked) < 10
    browser.run("[...document.querySelectorAll('.dash-chart')].at(-1).scrollIntoView()")
    browser.wait("[...document.querySelectorAll('.dash-chart')].at(-1).querySelector('svg') !== null")
    # Those far above have let their pictures go, and draw them again without asking.
    browser.wait("document.querySelector('.dash-chart').querySelector('svg') === null")
    before = browser.run(asked)
    browser.run("scrollTo(0, 0)")
    browser.wait("document.querySelector('.dash-chart').querySelector('svg') !== null")
    assert browser.run(asked) <= before + 10
    assert browser.complaints == []


def test_a_chart_that_is_still_asked_is_not_asked_again(browser: Browser, live_server: str) -> None:
    browser.go(f"{live_server}/login/")
    browser.run(
        "import('/static/dashboard/auto_refresh.js').then(({ refreshEvery }) => {"
        " window.asked = [];"
        " const figure = (id, isBusy) => ({ isAsked: true, isBusy, chart: { id }, load: () => asked.push(id) });"
        " const metadata = { timed_refresh_immune_slices: [3] };"
        " window.stop = refreshEvery({ metadata, figures: [figure(1, true), figure(2), figure(3)] }, 0.1); })"
    )
    browser.wait("window.asked?.length > 1")
    assert set(browser.run("stop(); asked")) == {2}
    # Who ends it ends also what was to be asked a moment later.
    browser.run(
        "import('/static/dashboard/auto_refresh.js').then(({ refreshEvery }) => {"
        " window.asked = [];"
        " const figure = (id) => ({ isAsked: true, chart: { id }, load: () => { asked.push(id); stop(); } });"
        " window.stop = refreshEvery({ metadata: {}, figures: [figure(1), figure(2)] }, 0.5); })"
    )
    browser.wait("window.asked.length > 0")
    browser.run("new Promise((done) => setTimeout(done, 150))")
    assert browser.run("asked") == [1]
