"""The SQL editor in a browser: written with help, run, stopped, looked through, kept and found again."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from superset_like.jobs import queries as jobs
from superset_like.services import queries
from tests.browser import chromium
from tests.browser.accessibility import axe
from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import ELSEWHERE, sign_in
from tests.conftest import ClientOf

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]

ENDLESS = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT count(*) AS n FROM r"
# 21 columns, of which the last is beyond what a double holds.
WIDE = f"""WITH RECURSIVE r(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM r WHERE x < 100000)
SELECT {", ".join(f"x * {each} AS c{each}" for each in range(1, 21))}, 9007199254740993 + x AS big FROM r"""
EVIL = '"<img src=x onerror=hit()>"'
REFUSED = "status of 422"


@pytest.fixture
def at_work(browser: Browser, live_server: str, data_database: int) -> Browser:
    """The browser of alice, with the editor open and its tables loaded."""
    sign_in(browser, live_server, "alice")
    opened(browser, live_server)
    return browser


def opened(browser: Browser, server: str, path: str = "/sqllab/") -> None:
    browser.go(server + path)
    browser.wait("document.querySelectorAll('[role=treeitem][aria-level=\"2\"]').length >= 2")


def write(browser: Browser, sql: str) -> None:
    """The tab holds this text alone, and no list of completions covers it."""
    browser.run("document.querySelector('.cm-content').focus()")
    browser.key("a", "Control")
    browser.type(sql)
    browser.key("Escape")


def run(browser: Browser, sql: str) -> None:
    """The SQL was run with the keyboard, and its rows are there."""
    write(browser, sql)
    browser.key("Enter", "Control")
    browser.wait("document.querySelector('.lab-results :is([role=gridcell], .failure)') !== null")
    assert text(browser, ".failure") == ""


def text(browser: Browser, selector: str) -> str:
    read: str = browser.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")
    return read


def press(browser: Browser, name: str) -> None:
    """The button with this text was pressed."""
    browser.run(
        "[...document.querySelectorAll('button')].find((each) => each.checkVisibility() && "
        f"each.textContent === {json.dumps(name)}).click()"
    )


def accept(browser: Browser, word: str) -> None:
    """The completion that is offered first was taken; it is this word."""
    browser.wait(f"document.querySelector('.cm-tooltip-autocomplete [aria-selected]')?.innerText.startsWith('{word}')")
    # A list that has just opened takes no key: one might have meant the line.
    browser.run("new Promise((resolve) => setTimeout(resolve, 150))")
    browser.key("Enter")


def faultless(browser: Browser) -> None:
    """Nothing keeps anybody from using the page as it is now."""
    assert axe(browser) == []


def test_sql_is_written_with_help_and_run(at_work: Browser, sales_file: Path) -> None:
    browser = at_work
    with closing(sqlite3.connect(sales_file)) as connection:
        connection.execute(f"CREATE TABLE {EVIL} (id INTEGER PRIMARY KEY, {EVIL} TEXT)")
        connection.execute(f"INSERT INTO {EVIL} VALUES (1, '<script>hit()</script>')")
        connection.execute(f'CREATE INDEX "by <b>word</b>" ON {EVIL} ({EVIL})')
        connection.commit()
    browser.run("window.hit = () => (window.wasHit = true)")
    press(browser, "↻")
    browser.wait("document.querySelectorAll('[aria-level=\"2\"]').length === 3")

    # Completion knows tables, and columns of the tables that the text names.
    write(browser, "SELECT  FROM sal")
    browser.key("Escape")
    browser.type("e")
    accept(browser, "sales")
    browser.key("Home")
    for _ in range(len("SELECT ")):
        browser.key("ArrowRight")
    browser.type("am")
    accept(browser, "amount")
    assert text(browser, ".cm-content") == "SELECT amount FROM sales"

    # The tree is walked with keys; names that need it are quoted.
    write(browser, "SELECT ")
    browser.run("document.querySelector('[aria-level=\"1\"]').focus()")
    browser.key("ArrowDown")
    browser.key("ArrowRight")
    browser.wait("document.querySelectorAll('[aria-level=\"3\"]').length === 2")
    browser.key("ArrowRight")
    browser.key("ArrowDown")
    browser.key("Enter")
    assert text(browser, ".cm-content") == f"SELECT {EVIL}"
    faultless(browser)

    # A table is looked at: rows, columns, keys and indexes.
    browser.run("document.querySelector('[aria-level=\"2\"]').focus()")
    browser.key(" ")
    browser.wait("document.querySelector('dialog [role=gridcell]') !== null")
    told = text(browser, "dialog")
    for each in ("primary key", "by <b>word</b>", "<script>hit()</script>"):
        assert each in told
    faultless(browser)
    browser.key("Escape")

    # Values are exact, NULL is told from texts, markup stays text.
    run(
        browser,
        f"SELECT 9223372036854775807 AS big, NULL AS missing, 'NULL' AS word, {EVIL}, 1.50 AS price FROM {EVIL}",
    )
    cells = browser.run("[...document.querySelectorAll('.lab-results [role=gridcell]')].map((each) => each.innerText)")
    assert cells[:4] == ["9223372036854775807", "NULL", "NULL", "<script>hit()</script>"]
    assert browser.run("document.querySelectorAll('.lab-results [role=gridcell].null').length") == 1
    faultless(browser)
    assert browser.run("window.wasHit") is None
    assert browser.run(ELSEWHERE) == []
    assert browser.complaints == []

    # A mistake is marked where it is, counted from where the selection begins.
    write(browser, "SELECT 1;\nSELECT 2\nFROM sales selec x")
    browser.key("ArrowUp", "Shift")
    browser.key("Home", "Shift")
    browser.wait("document.querySelector('.lab-bar .main').textContent === 'Run selection'")
    browser.key("Enter", "Control")
    browser.wait("document.querySelector('.failure.failed') !== null")
    assert text(browser, ".cm-lintRange-error") == "x"
    assert "Error parsing near 'x' at line 2" in text(browser, ".failure-text")
    faultless(browser)
    write(browser, "SELECT id,\n  amont FROM sales")
    browser.key("Enter", "Control")
    browser.wait("document.querySelector('.failure-text')?.innerText.includes('no such column')")
    assert text(browser, ".cm-lintRange-error") == "amont"
    press(browser, "Go to line 2, column 3")
    assert text(browser, ".cm-activeLine") == "  amont FROM sales"
    assert [REFUSED in each for each in browser.complaints] == [True, True]


@pytest.mark.parametrize("by_a_worker", [False, True], ids=["here", "by a worker"])
def test_a_running_statement_is_stopped(
    browser: Browser,
    live_server: str,
    client_of: ClientOf,
    data_database: int,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    by_a_worker: bool,
) -> None:
    workers: list[threading.Thread] = []

    def send(query_id: int) -> None:
        """A worker's task, without a queue between."""

        def work() -> None:
            with app.app_context():
                jobs.run(query_id)

        workers.append(threading.Thread(target=work))
        workers[-1].start()

    monkeypatch.setattr(queries, "send", send)
    body = {"allow_run_async": by_a_worker}
    assert client_of("admin").put(f"/api/v1/database/{data_database}", json=body).status_code == 200
    sign_in(browser, live_server, "alice")
    opened(browser, live_server)
    write(browser, ENDLESS)
    press(browser, "Run")
    browser.wait("document.querySelector('.lab-running') !== null")
    assert browser.run("document.querySelector('.lab-bar .main').disabled")
    faultless(browser)
    wait_for(client_of, "running")
    if by_a_worker:
        # Who loads the page again finds what runs there.
        browser.run("window.left = true")
        opened(browser, live_server)
        browser.wait("!window.left && document.querySelector('.lab-running') !== null")
    press(browser, "Stop")
    browser.wait("document.querySelector('.failure.stopped') !== null")
    wait_for(client_of, "stopped")
    for worker in workers:
        worker.join(10)
        assert not worker.is_alive()
    run(browser, "SELECT 41 + 1 AS answer")
    assert text(browser, ".lab-results [role=gridcell]") == "42"
    assert [each for each in browser.complaints if REFUSED not in each] == []


def wait_for(client_of: ClientOf, state: str) -> None:
    until = time.monotonic() + 10
    found: list[dict[str, Any]] = []
    while time.monotonic() < until:
        found = client_of("alice").get("/api/v1/query/").get_json()["result"]
        if found and found[0]["status"] == state:
            return
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_hundred_thousand_rows_are_looked_through(at_work: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = at_work
    # Two million values take their time where much else is going on.
    monkeypatch.setattr(chromium, "PATIENCE_S", 90.0)
    browser.run("document.getElementById('lab-limit').value = '100000'")
    browser.run("document.getElementById('lab-limit').dispatchEvent(new Event('change'))")
    run(browser, WIDE)
    assert "cut at 100,000: there are more" in text(browser, ".result-told")
    grid = "document.querySelector('.lab-results .grid')"
    assert browser.run(f"[{grid}.ariaRowCount, {grid}.ariaColCount]") == ["100001", "22"]

    # The last row and the last column come with the keys; what is out of sight is not in the page.
    browser.run(f"{grid}.focus()")
    browser.key("End", "Control")
    browser.wait("document.querySelector('.grid [aria-rowindex=\"100001\"]') !== null")
    active = f"document.getElementById({grid}.getAttribute('aria-activedescendant'))"
    assert browser.run(f"{active}.innerText") == str(9007199254740993 + 99_999)
    assert browser.run("document.querySelectorAll('.grid-row').length") < 60
    assert browser.run("document.querySelectorAll('.grid-cell').length") < 1000
    box = browser.run(
        f"(({{left, right, top, bottom}}) => [left, right, top, bottom])({active}.getBoundingClientRect())"
    )
    edge = browser.run(
        f"(({{left, right, top, bottom}}) => [left, right, top, bottom])({grid}.getBoundingClientRect())"
    )
    assert edge[0] <= box[0] <= box[1] <= edge[1] + 1
    assert edge[2] <= box[2] <= box[3] <= edge[3] + 1
    faultless(browser)

    # Sorted by exact values, downwards: a double would hold many of them equal.
    for _ in range(2):
        browser.click(".grid-head .grid-cell[data-column='20'] .grid-name")
    browser.wait("document.querySelector('.grid-head [data-column=\"20\"]').ariaSort === 'descending'")
    browser.key("Home", "Control")
    browser.key("End")
    first = browser.run(
        "[0, 1, 2].map((row) => document.querySelector(`[data-row='${row}'][data-column='20']`).innerText)"
    )
    assert first == [str(9007199254740993 + row) for row in (99_999, 99_998, 99_997)]

    # A rectangle is copied as lines between tabs.
    browser.key("Home")
    browser.key("ArrowDown", "Shift")
    browser.key("ArrowRight", "Shift")
    copied = f"""(() => {{
        const clipboardData = new DataTransfer();
        {grid}.dispatchEvent(new ClipboardEvent("copy", {{ clipboardData, bubbles: true, cancelable: true }}));
        return clipboardData.getData("text/plain");
    }})()"""
    assert browser.run(copied) == "99999\t199998\n99998\t199996"

    # A column is made wider, rows are filtered.
    width = browser.run("document.querySelector('.grid-head [data-column=\"0\"]').offsetWidth")
    browser.key("ArrowLeft")
    browser.key("ArrowRight", "Alt")
    assert browser.run("document.querySelector('.grid-head [data-column=\"0\"]').offsetWidth") == width + 24
    browser.run("document.querySelector('.result-find').focus()")
    browser.type(str(9007199254740993 + 77_777))
    browser.wait(f"{grid}.ariaRowCount === '2'")
    browser.wait("document.querySelector('.grid-body .grid-row').innerText.startsWith('77,778')")
    assert browser.complaints == []


@pytest.fixture
def downloads(at_work: Browser, tmp_path: Path) -> Iterator[Path]:
    """The folder into which the browser puts what is downloaded."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    at_work.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    yield folder


def test_work_is_kept_and_found_again(at_work: Browser, live_server: str, downloads: Path, client_of: ClientOf) -> None:
    browser = at_work
    run(browser, "SELECT id, region FROM sales ORDER BY id LIMIT 3")
    press(browser, "Download ▾")
    press(browser, "CSV")
    until = time.monotonic() + 10
    while not (found := "".join(each.read_text("utf-8-sig") for each in downloads.glob("*.csv"))):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert found == 'id,region\n1,"north"\n2,"north"\n3,"south"\n'

    press(browser, "Save")
    browser.wait("document.querySelector('dialog input') !== null")
    browser.run("document.querySelector('dialog input').value = ''")
    browser.type("First <i>three</i>")
    faultless(browser)
    browser.key("Enter")
    browser.wait("document.querySelector('dialog') === null")
    assert text(browser, ".tab-name") == "First <i>three</i>"
    kept = client_of("alice").get("/api/v1/saved_query/").get_json()["result"][0]
    assert (kept["label"], kept["schema"]) == ("First <i>three</i>", "main")

    # Saved again, it is the same one with another text.
    write(browser, "SELECT 4 AS four")
    browser.key("s", "Control")
    browser.wait("[...document.querySelectorAll('.toast')].some((each) => each.innerText.includes('is saved'))")
    assert client_of("alice").get("/api/v1/saved_query/").get_json()["result"][0]["sql"] == "SELECT 4 AS four"

    # A second tab is renamed; both are there after the page was left.
    press(browser, "+")
    write(browser, "SELECT 'second'")
    browser.run("document.querySelector('.tab[aria-selected=true]').focus()")
    browser.key("F2")
    browser.type("Mine")
    browser.key("Enter")
    browser.wait("document.querySelector('.tab[aria-selected=true]').innerText.includes('Mine')")
    browser.run("document.querySelector('.tab').click()")
    # Another window's tab is not lost to what this one writes.
    browser.run("""for (const key of Object.keys(localStorage).filter((each) => each.startsWith("sqllab."))) {
        const kept = JSON.parse(localStorage[key]);
        kept.tabs.push({ id: "elsewhere", name: "Elsewhere", sql: "SELECT 3" });
        localStorage[key] = JSON.stringify(kept);
    }""")
    opened(browser, live_server)
    names = "[...document.querySelectorAll('.tab-name')].map((each) => each.innerText)"
    assert browser.run(names) == ["First <i>three</i>", "Mine", "Elsewhere"]
    assert text(browser, ".cm-content") == "SELECT 4 AS four"
    browser.wait("document.querySelectorAll('.lab-results [role=gridcell]').length === 6")

    # From the history a query opens with its rows.
    browser.run("document.getElementById('side-history').click()")
    browser.wait("document.querySelector('.list-open') !== null")
    assert "3 rows" in text(browser, ".list-facts")
    faultless(browser)
    browser.run("document.querySelector('.list-open').click()")
    browser.wait("document.querySelectorAll('.tab').length === 4")
    browser.wait("document.querySelectorAll('.lab-results [role=gridcell]').length === 6")
    assert text(browser, ".cm-content") == "SELECT id, region FROM sales ORDER BY id LIMIT 3"

    # What is shared opens for others as it was written.
    press(browser, "Share")
    told = "[...document.querySelectorAll('.toast')].map((each) => each.innerText).join()"
    browser.wait(f"/in the clipboard|sqllab.p/.test({told})")
    state = {"dbId": kept["database"]["id"], "name": "Shared", "schema": "main", "sql": "SELECT 'shared'"}
    shared = client_of("admin").post("/api/v1/sqllab/permalink", json=state).get_json()["url"]
    browser.call("Page.navigate", url=f"{live_server}/sqllab/p/{shared.split('/')[-2]}/")
    browser.wait("document.querySelector('.cm-content')?.innerText === \"SELECT 'shared'\"")
    assert text(browser, ".tab[aria-selected=true] .tab-name") == "Shared"

    # An address opens a saved query, in the tab that has it, or SQL; nothing runs by itself.
    before = client_of("alice").get("/api/v1/query/").get_json()["count"]
    browser.go("about:blank")
    for asked, sql in ((f"savedQueryId={kept['id']}", "SELECT 4 AS four"), ("dbid=99&sql=SELECT%205", "SELECT 5")):
        browser.call("Page.navigate", url=f"{live_server}/sqllab/?{asked}")
        browser.wait(f"document.querySelector('.cm-content')?.innerText === {json.dumps(sql)}")
        browser.wait("location.search === ''")
    assert client_of("alice").get("/api/v1/query/").get_json()["count"] == before

    browser.wait("document.querySelector('.toast')?.innerText.includes('not open to you')")

    # Tabs are closed with a key; one is always there.
    for left in (5, 4, 3, 2, 1, 1):
        browser.run("document.querySelector('.tab[aria-selected=true]').focus()")
        browser.key("Delete")
        assert browser.run("document.querySelectorAll('.tab').length") == left
    assert text(browser, ".tab-name") == "Query 1"
    assert browser.complaints == []


def test_windows_share_their_tabs(at_work: Browser, live_server: str) -> None:
    browser = at_work
    kept = """(() => {
        const key = Object.keys(localStorage).find((each) => each.startsWith("sqllab."));
        return JSON.parse(localStorage[key] ?? '{"tabs":[]}');
    })()"""

    def elsewhere(change: str, *, told: bool = True) -> None:
        """Another window wrote its tabs, which it changed like this."""
        browser.run(f"""(() => {{
            const key = Object.keys(localStorage).find((each) => each.startsWith("sqllab."));
            const kept = JSON.parse(localStorage[key]);
            {change}
            localStorage[key] = JSON.stringify(kept);
            if ({json.dumps(told)}) window.dispatchEvent(new StorageEvent("storage", {{ key }}));
        }})()""")

    names = "[...document.querySelectorAll('.tab-name')].map((each) => each.innerText)"
    texts = f"{kept}.tabs.map(({{ sql }}) => sql).join()"
    write(browser, "SELECT 1")
    # What the button runs is what is marked in the tab that is shown.
    browser.key("a", "Control")
    browser.wait("document.querySelector('.lab-bar .main').textContent === 'Run selection'")
    for number in (2, 3):
        press(browser, "+")
        assert text(browser, ".lab-bar .main") == "Run"
        write(browser, f"SELECT {number}")
    browser.wait(f"{texts} === 'SELECT 1,SELECT 2,SELECT 3'")

    # A tab that was changed elsewhere is so here; one that was closed goes, unless it is shown.
    elsewhere("kept.tabs.splice(1, 2); Object.assign(kept.tabs[0], { sql: 'SELECT 11', edited: Date.now() + 1 });")
    browser.wait(f"{names}.join() === 'Query 1,Query 3'")
    browser.run("document.querySelector('.tab').click()")
    browser.wait("document.querySelector('.cm-content').innerText === 'SELECT 11'")
    assert text(browser, ".lab-bar .main") == "Run"
    elsewhere("Object.assign(kept.tabs[0], { sql: 'SELECT 111', edited: Date.now() + 1000 });")
    browser.wait("document.querySelector('.cm-content').innerText === 'SELECT 111'")

    # What a window that leaves has of old takes nothing from what is newer, and brings nothing back.
    browser.run("new Promise((resolve) => setTimeout(resolve, 500))")
    elsewhere(
        "Object.assign(kept.tabs[0], { sql: 'SELECT 4', edited: Date.now() + 2000 }); kept.tabs.length = 1;", told=False
    )
    opened(browser, live_server)
    assert browser.run(names) == ["Query 1"]
    assert text(browser, ".cm-content") == "SELECT 4"
    assert browser.complaints == []


def test_without_a_clipboard_texts_are_copied_the_old_way(at_work: Browser) -> None:
    browser = at_work
    browser.run("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    run(browser, "SELECT id FROM sales ORDER BY id LIMIT 2")
    toasts = "[...document.querySelectorAll('.toast')].map((each) => each.innerText).join()"
    for works, told in (("true", "2 rows copied."), ("false", "The browser does not let this page copy.")):
        browser.run(f"document.execCommand = () => (window.tried = document.activeElement.value, {works})")
        press(browser, "Copy")
        browser.wait(f"{toasts}.includes({json.dumps(told)})")
        assert browser.run("window.tried.trim()") == "id\n1\n2"
    # Beside an open dialog nothing can be selected.
    browser.run("""(async () => {
        const { copy, dialog } = await import("/static/elements.js");
        document.execCommand = () => Boolean(document.activeElement.closest("dialog"));
        const box = dialog("A text", "of it");
        window.done = await copy("of it");
        box.close();
    })()""")
    browser.wait("window.done === true")
    assert browser.complaints == []


def test_what_cannot_give_rows_says_so(at_work: Browser, live_server: str, client_of: ClientOf) -> None:
    browser, admin = at_work, client_of("admin")
    write(browser, "SELECT 1 AS one WHERE 1 = 0")
    browser.key("Enter", "Control")
    browser.wait("document.querySelector('.result-empty') !== null")
    assert "No rows" in text(browser, ".result-empty")
    faultless(browser)
    assert admin.put("/api/v1/database/1", json={"allow_dml": True}).status_code == 200
    write(browser, "CREATE TABLE made (id INTEGER)")
    browser.key("Enter", "Control")
    browser.wait("document.querySelector('.result-told')?.innerText.includes('gives no rows')")
    assert admin.put("/api/v1/database/1", json={"expose_in_sqllab": False}).status_code == 200
    browser.go(f"{live_server}/sqllab/history/")
    browser.wait("document.getElementById('sqllab').innerText.includes('There is no database here')")
    faultless(browser)
    assert browser.complaints == []


def test_numbers_names_and_mistakes_are_read_exactly(browser: Browser, live_server: str) -> None:
    browser.go(f"{live_server}/login/")

    def js(module: str, expression: str) -> Any:
        return browser.run(f"import('/static/sqllab/{module}.js').then((it) => {expression})")

    for written in (
        '{"a":9007199254740993,"b":[1.50,-0.0,1e400,12345678901234567890.123456789]}',
        '{ "__proto__" : 9223372036854775807 , "x" : [ ] , "y" : { } , "z" : "\\u00e9 \\"7\\" \\n" }',
        '[true,false,null,"","1234567890123456 :1.0,",-9223372036854775808]',
        "[1,2.5,-3,0.1,1000000000000000]",
    ):
        # Exact numbers leave as texts; without their quotes it is again what was written.
        again = js("exact", f"JSON.stringify(it.parsed({json.dumps(written)}))")
        assert json.loads(again, parse_int=str, parse_float=str) == json.loads(written, parse_int=str, parse_float=str)
    for broken in ("", '{"a":90071992547409931', "[9007199254740993,]", '["9007199254740993', "[9007199254740993] 1"):
        assert (
            js("exact", f"{{ try {{ it.parsed({json.dumps(broken)}) }} catch (e) {{ return e.name; }} }}")
            == "SyntaxError"
        )

    for name, backend, quoted in (
        ("plain_1", "postgresql", "plain_1"),
        ("Order", "postgresql", '"Order"'),
        ("order", "sqlite", '"order"'),
        ('a"b', "duckdb", '"a""b"'),
        ("a`b", "mysql", "`a``b`"),
        ("a]b", "mssql", "[a]]b]"),
    ):
        assert js("names", f"it.written({json.dumps(name)}, '{backend}')") == quoted

    sql = "SELECT a.amont\nFROM sales a JOIN sales b ON true"
    for message, extra, place in (
        ("no such column: a.amont", {}, [1, 10, "amont"]),
        ("column a.amont does not exist", {}, [1, 10, "amont"]),
        ('Referenced column "amont" not found in FROM clause!', {}, [1, 10, "amont"]),
        ("Unknown column 'a.amont' in 'field list'", {}, [1, 10, "amont"]),
        # Which of two is meant, nobody knows.
        ("no such table: sales", {}, None),
        ("no such column: gone", {}, None),
        ("out of memory", {}, None),
        ("Error parsing", {"line": "2", "column": "6", "near": "sales"}, [2, 6, "sales"]),
    ):
        arguments = f"{json.dumps(message)}, {json.dumps(extra)}, {json.dumps(sql)}"
        told = js("mistakes", f"{{ const at = it.placed({arguments}); return at && [at.line, at.column, at.near]; }}")
        assert told == place, message

    lines = js("cells", r"it.tsv([['a', 'b\tc'], ['say \"x\"', 'two\nlines']])")
    assert lines == 'a\t"b\tc"\n"say ""x"""\t"two\nlines"'
    assert browser.complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_editor_fits_a_phone(at_work: Browser, live_server: str, dark: bool) -> None:
    browser = at_work
    browser.dark(dark)
    browser.resize(390, 844)
    run(browser, "SELECT * FROM sales")
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    assert browser.run("document.documentElement.scrollHeight <= innerHeight")
    faultless(browser)
    browser.run("document.querySelector('.lab-toggle').click()")
    browser.wait("document.querySelector('.lab-side').checkVisibility()")
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    faultless(browser)
    browser.run("document.querySelector('.side-close').click()")
    assert browser.complaints == []

    # Without a network, and without a session, the page says so.
    browser.call("Network.enable")
    network = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.call("Network.emulateNetworkConditions", offline=True, **network)
    browser.wait("document.querySelector('.lab-news').innerText.includes('offline')")
    browser.call("Network.emulateNetworkConditions", offline=False, **network)
    browser.wait("document.querySelector('.lab-news').innerText === ''")
    browser.call("Network.clearBrowserCookies")
    press(browser, "Run")
    browser.wait("document.querySelector('.failure a') !== null")
    assert "Your session has ended" in text(browser, ".failure-text")
    assert "/login/?next=" in browser.run("document.querySelector('.failure a').href")
    assert text(browser, ".cm-content") == "SELECT * FROM sales"


def test_templates_are_filled_and_a_query_becomes_a_dataset(at_work: Browser, client_of: ClientOf) -> None:
    browser = at_work
    write(browser, "select region,sum(amount) as total from sales where region='{{ region }}' group by 1")
    press(browser, "More ▾")
    press(browser, "Parameters …")
    browser.wait("document.querySelector('dialog textarea') !== null")
    browser.run("document.querySelector('dialog textarea').select()")
    browser.type("[1]")
    press(browser, "Keep")
    browser.wait("document.querySelector('.field-note').innerText.includes('must be an object')")
    browser.run("document.querySelector('dialog textarea').select()")
    browser.type('{"region": "south"}')
    press(browser, "Keep")
    browser.wait("document.querySelector('dialog') === null")
    browser.run("document.querySelector('.cm-content').focus()")
    browser.key("Enter", "Control")
    browser.wait("document.querySelectorAll('.lab-results [role=gridcell]').length === 2")
    assert text(browser, ".grid-body .grid-row [data-column='0']") == "south"

    write(browser, "select region,sum(amount) as total from sales group by 1")
    press(browser, "More ▾")
    press(browser, "Format the SQL")
    browser.wait("document.querySelectorAll('.cm-line').length > 3")
    assert text(browser, ".cm-line") == "SELECT"

    press(browser, "Create chart")
    browser.wait("document.querySelector('dialog input') !== null")
    browser.run("document.querySelector('dialog input').select()")
    browser.type("Sales of the south")
    browser.run("window.left = true")
    press(browser, "Continue")
    browser.wait("!window.left && location.pathname === '/explore/'")
    asked = browser.run("Object.fromEntries(new URLSearchParams(location.search))")
    assert asked["datasource_type"] == "table"
    made = client_of("alice").get(f"/api/v1/dataset/{asked['datasource_id']}").get_json()["result"]
    assert made["table_name"] == "Sales of the south"
    # It is the SQL that gave the rows, with what filled its template.
    assert "{{ region }}" in made["sql"]
    assert json.loads(made["template_params"]) == {"region": "south"}
