"""What the page of a chart does beside drawing it: files, Cancel, datasets, ranges of time, owners, dashboards."""

import csv
import json
import threading
import zipfile
from pathlib import Path

import pytest

from tests.browser.chromium import Browser
from tests.browser.test_a_chart_is_dressed_in_a_browser import fill
from tests.browser.test_a_chart_is_made_in_a_browser import (
    DRAWN,
    chips,
    find_and_choose,
    layout_of,
    made_by_alice,
    press,
    stored,
    update,
)
from tests.browser.test_admin_pages_in_a_browser import sign_in
from tests.conftest import ApiClient, ClientOf

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]

# Longer than anybody waits.
ENDLESS = f"SELECT s0.amount AS n FROM {', '.join(f'sales s{at}' for at in range(14))}"
# Somebody else's write comes between this page's reading of a dashboard and its first write.
OVERTAKEN = """(() => {
  const asked = window.fetch;
  let overtaken = false;
  window.fetch = async (path, init) => {
    if (!overtaken && init?.method === "PUT" && String(path).startsWith("/api/v1/dashboard/")) {
      overtaken = true;
      const { "If-Match": _, ...headers } = init.headers;
      await asked(path, { ...init, headers, body: JSON.stringify({ dashboard_title: "Renamed meanwhile" }) });
    }
    return asked(path, init);
  };
})()"""


def menu(browser: Browser, item: str) -> None:
    """This was chosen in the chart's menu."""
    browser.run("document.querySelector('.explore-head [aria-haspopup=menu]').click()")
    press(browser, item, ".explore-head .menu-list")


def downloaded(browser: Browser, folder: Path, ending: str) -> Path:
    """The file of this kind that came."""
    browser.until(lambda: any(folder.glob(f"*.{ending}")), f"a file .{ending}")
    (found,) = folder.glob(f"*.{ending}")
    return found


def test_its_rows_and_its_picture_come_as_files(
    browser: Browser, live_server: str, client_of: ClientOf, sales: int, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    pk = made_by_alice(client_of, sales)
    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/explore/?slice_id={pk}")
    browser.wait(DRAWN)
    rows = client_of("alice").get(f"/api/v1/chart/{pk}/data/").get_json()["result"][0]["data"]

    menu(browser, "Download CSV")
    head, *lines = csv.reader(downloaded(browser, folder, "csv").read_text("utf-8-sig").splitlines())
    assert head == ["region", "Total"]
    assert [line[0] for line in lines] == [row["region"] or "" for row in rows]

    menu(browser, "Download Excel")
    with zipfile.ZipFile(downloaded(browser, folder, "xlsx")) as book:
        assert "xl/workbook.xml" in book.namelist()

    # The server's picture of what is saved; the page's own of what is not.
    menu(browser, "Picture as PNG")
    first = downloaded(browser, folder, "png")
    assert first.read_bytes().startswith(b"\x89PNG")
    first.unlink()
    find_and_choose(browser, "#field-groupby", "tenant")
    update(browser)
    assert browser.run("document.querySelector('.explore-told').textContent") == "changed, not saved"
    menu(browser, "Picture as PNG")
    assert downloaded(browser, folder, "png").read_bytes().startswith(b"\x89PNG")
    assert browser.complaints == []


def test_cancel_ends_the_question_in_the_database(
    browser: Browser, live_server: str, client_of: ClientOf, data_database: int, sales: int
) -> None:
    body = {"database": data_database, "table_name": "endless", "sql": ENDLESS}
    pk = client_of("admin").post("/api/v1/dataset/", json=body).get_json()["id"]
    sign_in(browser, live_server, "admin")
    browser.go(f"{live_server}/explore/?datasource_type=table&datasource_id={pk}&viz_type=big_number_total")

    def runs() -> bool:
        return any(each.name == "watch-question" for each in threading.enumerate())

    browser.until(runs, "the question to run")
    press(browser, "Cancel", ".answer-bar")
    browser.wait("document.querySelector('.answer .drawing').textContent === 'Stopped.'")
    browser.until(lambda: not runs(), "the question to end")
    assert browser.run("document.querySelector('.answer-bar button')") is None
    assert browser.complaints == []


def test_another_dataset_and_a_range_of_time_are_chosen(
    browser: Browser, live_server: str, client_of: ClientOf, data_database: int, sales: int
) -> None:
    sql = "SELECT region, sold_on, amount FROM sales"
    body = {"database": data_database, "table_name": "by_place", "sql": sql}
    other = client_of("admin").post("/api/v1/dataset/", json=body).get_json()["id"]
    pk = made_by_alice(client_of, sales, groupby=["tenant", "region"])
    sign_in(browser, live_server, "admin")
    browser.go(f"{live_server}/explore/?slice_id={pk}")
    browser.wait(DRAWN)

    find_and_choose(browser, "#field-adhoc_filters", "sold_on")
    preview = "document.querySelector('dialog .time-preview').textContent"
    browser.wait(f"{preview} === 'All of time.'")
    fill(browser, "Range", "written")
    fill(browser, "Text", "2026-01-01 : 2026-02-01")
    browser.wait(f"{preview} === 'From 2026-01-01 until 2026-02-01'")
    fill(browser, "Text", "2026-02-01 : 2026-01-01")
    browser.wait(f"{preview} === 'This is no range of time.'")
    fill(browser, "Range", "between")
    fill(browser, "From", "2026-01-06T00:00")
    browser.wait(f"{preview} === 'From 2026-01-06'")
    press(browser, "Apply", "dialog")
    assert chips(browser, "adhoc_filters")[-1] == "sold_on: 2026-01-06T00:00 : "
    browser.complaints.clear()
    update(browser)

    browser.run("document.querySelector('[aria-label=\"Change the dataset\"]').click()")
    browser.wait("document.querySelector('dialog .dataset-item') !== null")
    browser.type("by_place")
    browser.wait("document.querySelectorAll('dialog .dataset-item').length === 1")
    browser.run("document.querySelector('dialog .dataset-item').click()")
    browser.wait("document.querySelector('.dataset-head h2')?.textContent === 'by_place'")
    # What the other dataset lacks is marked and can be taken away.
    wrong = "[...document.querySelectorAll('.chip.wrong .chip-name')].map((each) => each.textContent)"
    assert browser.run(wrong) == ["tenant", "total"]
    assert "Update the chart" in browser.run("document.querySelector('.answer .drawing').textContent")
    for name in ("tenant", "total"):
        browser.run(f"document.querySelector('[aria-label=\"Remove {name}\"]').click()")
    find_and_choose(browser, "#field-metric", "COUNT(*)")
    update(browser)
    assert browser.run("document.querySelector('.dataset-head h2').textContent") == "by_place"

    press(browser, "Save", ".explore-head")
    press(browser, "Save", "dialog")
    browser.wait("document.querySelector('.toast') !== null")
    (chart,) = stored(client_of("admin"), "By region")
    assert chart["datasource_id"] == other
    assert browser.complaints == []


def test_owners_change_and_a_dashboard_that_others_change_meanwhile_keeps_both(
    browser: Browser, live_server: str, client_of: ClientOf, sales: int
) -> None:
    alice = client_of("alice")
    pk, before = made_by_alice(client_of, sales), made_by_alice(client_of, sales)
    board = {"dashboard_title": "Shop", "position_json": json.dumps(layout_of(before))}
    dashboard = alice.post("/api/v1/dashboard/", json=board).get_json()["id"]
    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/explore/?slice_id={pk}")
    browser.wait(DRAWN)
    browser.run(OVERTAKEN)
    press(browser, "Save", ".explore-head")
    find_and_choose(browser, "dialog [aria-label=Owners] input, dialog input[aria-label=Owners]", "Bob")
    owners = "[...document.querySelectorAll('dialog [aria-label=Owners] .chip-name')].map((each) => each.textContent)"
    browser.wait(f"{owners}.length === 2")
    find_and_choose(browser, "dialog input[aria-label='Add to a dashboard']", "Shop")
    press(browser, "Save", "dialog")
    browser.wait("document.querySelector('.toast')?.textContent.includes('Renamed meanwhile')")
    assert owners_of(alice, pk) == ["Alice", "Bob"]
    found = alice.get(f"/api/v1/dashboard/{dashboard}").get_json()["result"]
    nodes = json.loads(found["position_json"]).values()
    shown = [node["meta"]["chartId"] for node in nodes if isinstance(node, dict) and node["type"] == "CHART"]
    assert (found["dashboard_title"], shown) == ("Renamed meanwhile", [before, pk])
    assert ["412" in each for each in browser.complaints] == [True]

    press(browser, "Save", ".explore-head")
    browser.run("document.querySelector('dialog [aria-label^=\"Remove Bob\"]').click()")
    press(browser, "Save", "dialog")
    browser.until(lambda: owners_of(alice, pk) == ["Alice"], "Alice alone to own it")


def owners_of(client: ApiClient, pk: int) -> list[str]:
    owners = client.get(f"/api/v1/chart/{pk}").get_json()["result"]["owners"]
    return sorted(owner["first_name"] for owner in owners)
