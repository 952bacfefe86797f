"""How a chart looks is set on its page: single columns, colours by value, currencies, annotations."""

import json

import pytest

from tests.browser.accessibility import axe
from tests.browser.chromium import Browser
from tests.browser.test_a_chart_is_made_in_a_browser import (
    DRAWN,
    NARROW,
    chips,
    find_and_choose,
    made_by_alice,
    press,
    stored,
    update,
)
from tests.browser.test_admin_pages_in_a_browser import sign_in
from tests.conftest import ClientOf

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]


FILL = """((label, value) => {
  const rows = [...document.querySelectorAll("dialog label")];
  const field = rows.find((each) => each.firstChild.textContent === label).querySelector("input, select");
  field.value = value;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
})"""
COLOURED = """[...document.querySelectorAll(".answer .drawing td[data-column=total]")]
  .filter((each) => each.style.backgroundColor)
  .map((each) => Number.parseFloat(each.textContent.replace(",", "")))"""
KEPT = """fetch(`/api/v1/explore/form_data/${new URLSearchParams(location.search).get("form_data_key")}`)
  .then((answer) => answer.text())"""


def fill(browser: Browser, label: str, value: str) -> None:
    """In the open dialog, the field of this name holds the value."""
    browser.wait("document.querySelector('dialog') !== null")
    browser.run(f"{FILL}({json.dumps(label)}, {json.dumps(value)})")


def unfold(browser: Browser, title: str) -> None:
    """The section of the form is open."""
    browser.run(
        "[...document.querySelectorAll('.form-section')]"
        f".find((each) => each.querySelector('summary').textContent === {json.dumps(title)}).open = true"
    )


def heads(browser: Browser) -> list[str]:
    found: list[str] = browser.run(
        "[...document.querySelectorAll('.answer .drawing th button')].map((each) => each.firstChild.textContent)"
    )
    return found


def cells(browser: Browser, column: str) -> list[str]:
    found: list[str] = browser.run(
        f"[...document.querySelectorAll('.answer .drawing td[data-column={column}]')].map((each) => each.textContent)"
    )
    return found


def test_a_tables_columns_are_formatted_and_coloured(
    browser: Browser, live_server: str, client_of: ClientOf, sales: int
) -> None:
    pk = made_by_alice(client_of, sales, viz_type="table", metrics=["total"], metric=None)
    client_of("alice").put(f"/api/v1/chart/{pk}", json={"viz_type": "table"})
    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/explore/?slice_id={pk}")
    browser.wait("document.querySelector('.answer .drawing th') !== null")
    assert heads(browser) == ["region", "Total"]

    unfold(browser, "Columns")
    find_and_choose(browser, "#field-column_config", "Total")
    fill(browser, "Name", "Turnover")
    fill(browser, "Number format", ",.1f")
    fill(browser, "Currency", "EUR")
    fill(browser, "Currency sign", "suffix")
    assert axe(browser) == []
    press(browser, "Apply", "dialog")
    # What only changes the look is drawn at once.
    browser.wait("document.querySelector('.answer .drawing')?.textContent.includes('Turnover')")
    assert heads(browser) == ["region", "Turnover"]
    assert all(each.endswith(".0 €") for each in cells(browser, "total"))
    assert chips(browser, "column_config") == ["Total"]

    find_and_choose(browser, "#field-conditional_formatting", "Total")
    fill(browser, "Value", "500")
    fill(browser, "Colour", "own")
    fill(browser, "Which colour", "#ff0000")
    press(browser, "Apply", "dialog")
    assert chips(browser, "conditional_formatting") == ["Total > 500"]
    browser.wait(f"{COLOURED}.length > 0")
    coloured = browser.run(COLOURED)
    assert min(coloured) > 500
    assert len(coloured) < len(cells(browser, "total"))

    # A rule and a name are opened, changed and taken away by keyboard.
    browser.run("document.querySelector('[data-name=column_config] .chip-name').focus()")
    browser.key("Enter")
    fill(browser, "Name", "")
    press(browser, "Apply", "dialog")
    browser.wait("document.querySelector('.answer .drawing th:last-child')?.textContent === 'Total'")
    assert browser.run("document.activeElement.id") == "field-column_config"
    browser.run("document.querySelector('[data-name=conditional_formatting] [aria-label^=Remove]').focus()")
    browser.key("Enter")
    browser.wait(f"{COLOURED}.length === 0")
    assert axe(browser) == []
    browser.resize(390, 844)
    assert browser.run(NARROW)
    browser.run("document.querySelector('[data-name=column_config] .chip-name').click()")
    assert browser.run(NARROW)
    press(browser, "Cancel", "dialog")

    press(browser, "Save", ".explore-head")
    press(browser, "Save", "dialog")
    browser.wait("document.querySelector('.toast') !== null")
    (chart,) = stored(client_of("alice"), "By region")
    config = {"d3NumberFormat": ",.1f", "currencyFormat": {"symbol": "EUR", "symbolPosition": "suffix"}}
    assert json.loads(chart["params"])["column_config"] == {"total": config}
    assert "conditional_formatting" not in json.loads(chart["params"])
    assert browser.complaints == []


def test_lines_of_a_formula_and_of_another_chart_are_drawn(
    browser: Browser, live_server: str, client_of: ClientOf, sales: int
) -> None:
    alice = client_of("alice")
    other = made_by_alice(client_of, sales, viz_type="table", groupby=["sold_on"], metrics=["total"], metric=None)
    alice.put(f"/api/v1/chart/{other}", json={"viz_type": "table", "slice_name": "Days that matter"})
    line = {"x_axis": "sold_on", "time_grain_sqla": "P1D", "metrics": ["total"], "groupby": [], "metric": None}
    pk = made_by_alice(client_of, sales, viz_type="echarts_timeseries_line", **line)
    alice.put(f"/api/v1/chart/{pk}", json={"viz_type": "echarts_timeseries_line"})
    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/explore/?slice_id={pk}")
    browser.wait(DRAWN)
    unfold(browser, "Annotations")

    find_and_choose(browser, "#field-annotation_layers", "Formula")
    fill(browser, "Name", "Goal")
    fill(browser, "Formula of x", "alert(1)")
    press(browser, "Apply", "dialog")
    assert browser.run("document.querySelector('dialog input.code').validationMessage").startswith("This is no formula")
    fill(browser, "Formula of x", "300")
    press(browser, "Apply", "dialog")

    find_and_choose(browser, "#field-annotation_layers", "Events")
    fill(browser, "Name", "Day")
    press(browser, "Apply", "dialog")
    browser.wait("document.querySelector('dialog .said.failed')?.textContent === 'Choose a chart.'")
    find_and_choose(browser, "dialog .combobox input", "Days that")
    find_and_choose(browser, "dialog [aria-label='Time column']", "sold")
    assert axe(browser) == []
    press(browser, "Apply", "dialog")
    assert chips(browser, "annotation_layers") == ["Goal", "Day"]
    assert "due" in browser.run("document.querySelector('.update').className")
    update(browser)
    legend = "[...document.querySelectorAll('.answer .drawing svg text')].map((each) => each.textContent)"
    browser.wait(f"{legend}.includes('Goal') && {legend}.some((each) => each.startsWith('Day'))")

    form = json.loads(browser.run(KEPT))
    layer = json.loads(form["form_data"])["annotation_layers"][1]
    assert (layer["value"], layer["timeColumn"], layer["overrides"]) == (other, "sold_on", {"time_range": None})
    browser.dark(True)
    assert axe(browser) == []
    assert browser.complaints == []
