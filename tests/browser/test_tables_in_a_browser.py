"""Tables, pivot tables and texts as elements: sorted by keys, searched, paged, folded, and cleaned."""

import json
from typing import Any

import pytest

from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import ELSEWHERE, sign_in

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket]

BOX = "document.getElementById('box')"
ROWS = [
    {"shop": f"shop {place}", "n": place - 30, "id": str(9007199254740993 + place) if place % 2 else place}
    for place in range(120)
] + [{"shop": None, "n": None, "id": None}]


def draw(browser: Browser, module: str, form: dict[str, Any], rows: list[dict[str, Any]], kinds: list[int]) -> None:
    """The chart is in a box of its own, and what readers activate in `picked`."""
    result = {"data": rows, "colnames": list(rows[0]) if rows else [], "coltypes": kinds}
    browser.run(f"""(async () => {{
      window.picked = [];
      const {{ draw }} = await import("/static/drawing.js");
      document.body.innerHTML = '<div id="box"></div>';
      const hooks = {{ picked: (row, column) => window.picked.push([row, column]) }};
      await draw({BOX}, "{module}/chart.js", {json.dumps(form)}, [{json.dumps(result)}], "light", hooks);
      window.drawn = (window.drawn ?? 0) + 1;
    }})().catch((error) => (window.failed = String(error))); 0""")
    browser.wait(f"{BOX}?.children.length && {BOX}.getAttribute('aria-busy') === 'false'")


def column(browser: Browser, place: int) -> list[str]:
    cells: list[str] = browser.run(
        f"[...{BOX}.querySelectorAll('tbody tr')].map((row) => row.cells[{place}].textContent)"
    )
    return cells


def test_a_table_is_read_searched_and_turned_by_keys(browser: Browser, live_server: str) -> None:
    sign_in(browser, live_server, "admin")
    browser.go(f"{live_server}/gallery/")
    form = {"viz_type": "table", "groupby": ["shop"], "metrics": ["n", "id"], "page_length": 50, "include_search": True}
    form["conditional_formatting"] = [{"column": "n", "operator": ">", "targetValue": 80, "colorScheme": "#ff0000"}]
    draw(browser, "table", form, ROWS, [1, 0, 0])
    assert len(column(browser, 0)) == 50
    browser.run(f"{BOX}.querySelectorAll('th button')[2].focus()")
    browser.key("Enter")
    assert browser.run(f"{BOX}.querySelectorAll('th')[2].ariaSort") == "descending"
    assert browser.run("document.activeElement.textContent") == "id ↓"
    # 2**53 + 1 + 119: its digits are all there, and it is sorted as a number.
    assert column(browser, 2)[0] == "9,007,199,254,741,112"
    assert "Sorted by id, descending." in browser.run(f"{BOX}.textContent")
    browser.run(f"[...{BOX}.querySelectorAll('nav button')].at(-1).click()")
    browser.run(f"[...{BOX}.querySelectorAll('nav button')].at(-1).click()")
    # What has no value comes last, whichever way the others go.
    assert column(browser, 0)[-1] == "N/A"
    assert browser.run(f"[...{BOX}.querySelectorAll('nav button')].map((each) => each.disabled)") == [False, True]
    search = f"{BOX}.querySelector('input[type=search]')"
    browser.run(f"{search}.value = 'SHOP 11'; {search}.dispatchEvent(new Event('input')); 0")
    assert len(column(browser, 0)) == 11
    assert browser.run(f"{BOX}.querySelector('td[data-column=n]').style.backgroundColor") != ""
    browser.run(f"{BOX}.querySelector('td .cell-button').focus()")
    browser.key("Enter")
    assert browser.run("window.picked.map(([row, column]) => [row.shop, column])") == [["shop 119", "shop"]]
    browser.run(f"{search}.value = 'nowhere'; {search}.dispatchEvent(new Event('input')); 0")
    assert "No row matches." in browser.run(f"{BOX}.textContent")
    assert browser.complaints == []


def test_a_pivot_table_has_headings_and_folds(browser: Browser, live_server: str) -> None:
    sign_in(browser, live_server, "admin")
    browser.go(f"{live_server}/gallery/")
    rows = [
        {"region": region, "shop": shop, "year": year, "n": 1}
        for region, shop in (("east", "a"), ("east", "b"), ("west", "c"))
        for year in ("2023", "2024")
    ]
    form = {
        "viz_type": "pivot_table_v2",
        "groupbyRows": ["region", "shop"],
        "groupbyColumns": ["year"],
        "metrics": ["n"],
    }
    form |= {"rowTotals": True, "colTotals": True, "rowSubTotals": True, "valueFormat": "d"}
    draw(browser, "pivot_table", form, rows, [1, 1, 1, 0])
    lines = f"[...{BOX}.querySelectorAll('tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    assert browser.run(lines) == [
        ["region", "shop", "2023", "2024", "Total"],
        ["▾east", "a", "1", "1", "2"],
        ["b", "1", "1", "2"],
        ["Subtotal", "2", "2", "4"],
        ["▾west", "c", "1", "1", "2"],
        ["Subtotal", "1", "1", "2"],
        ["Total", "3", "3", "6"],
    ]
    assert browser.run(f"{BOX}.querySelector('tbody th').rowSpan") == 3
    browser.run(f"{BOX}.querySelector('.fold').focus()")
    browser.key("Enter")
    assert browser.run(lines)[1:4] == [
        ["▸east", "2", "2", "4"],
        ["▾west", "c", "1", "1", "2"],
        ["Subtotal", "1", "1", "2"],
    ]
    assert browser.run("document.activeElement.getAttribute('aria-label')") == "Unfold east"
    browser.run(f"{BOX}.querySelector('td .cell-button').click()")
    assert browser.run("window.picked.map(([row, column]) => [row.texts, column.texts])") == [[["east"], ["2023"]]]
    assert browser.complaints == []


def test_a_text_runs_nothing_and_keeps_to_its_box(browser: Browser, live_server: str) -> None:
    sign_in(browser, live_server, "admin")
    browser.go(f"{live_server}/gallery/")
    row = {"name": "<img src=x onerror=window.ran=1>"}
    template = (
        "<h2 onclick='window.ran=1'>{{data.0.name}}</h2>{{{data.0.name}}}<script>window.ran = 1</script>"
        "<a href='javascript:window.ran=1'>a</a><p style='position: fixed; inset: 0'>over all</p>"
    )
    style = "@import url(https://example.com/x.css); :host { position: fixed; inset: 0; } h2 { color: rgb(1, 2, 3); }"
    form = {"viz_type": "handlebars", "query_mode": "raw", "handlebarsTemplate": template, "styleTemplate": style}
    draw(browser, "handlebars", form, [row], [1])
    shadow = f"{BOX}.querySelector('.chart-text > div').shadowRoot"
    assert browser.run(f"{shadow}.querySelector('h2').textContent") == row["name"]
    assert browser.run(f"getComputedStyle({shadow}.querySelector('h2')).color") == "rgb(1, 2, 3)"
    assert browser.run(f"{shadow}.innerHTML.match(/onerror=|onclick=|javascript:|<script/)[0]") == "onerror="
    assert browser.run(f"{shadow}.querySelectorAll('[onerror], [onclick], script').length") == 0
    browser.run(f"{BOX}.style.cssText = 'width: 300px; height: 200px; margin: 200px; overflow: hidden'; 0")
    box = browser.run(f"JSON.stringify({BOX}.getBoundingClientRect())")
    there = browser.run(f"JSON.stringify({shadow}.querySelector('p').getBoundingClientRect())")
    assert json.loads(there)["left"] >= json.loads(box)["left"]
    assert json.loads(there)["right"] <= json.loads(box)["right"] + 1
    assert browser.run("window.ran ?? 'nothing ran'") == "nothing ran"
    draw(browser, "markup", {"viz_type": "markup", "code": "# Hello\n\n<b onclick=x>you</b>"}, [], [])
    assert browser.run(f"{shadow}.querySelector('h1').textContent") == "Hello"
    draw(browser, "handlebars", {**form, "handlebarsTemplate": "{{#if}}"}, [row], [1])
    assert "The template cannot be read" in browser.run(f"{BOX}.querySelector('[role=alert]').textContent")
    assert browser.run(ELSEWHERE) == []
