"""The page of uploads in a browser: a file is chosen, seen, sent, refused, and its rows are where one goes on."""

import json
from pathlib import Path

import pytest

from tests.api.superset.uploads import allow, workbook
from tests.browser.accessibility import axe
from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import ELSEWHERE, sign_in
from tests.conftest import ClientOf

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]

EVIL = "<img src=x onerror=hit()>"
BIG = 9007199254740993
LINES = f"id,code,price,day,{EVIL}\n" + "".join(f"{BIG + at},00{at},{at}.50,2024-01-31,{EVIL}\n" for at in range(1, 40))


def choose(browser: Browser, path: Path) -> None:
    """The file is in the form, as if somebody had chosen it."""
    document = browser.call("DOM.getDocument")["root"]["nodeId"]
    node = browser.call("DOM.querySelector", nodeId=document, selector="input[type=file]")["nodeId"]
    browser.call("DOM.setFileInputFiles", files=[str(path)], nodeId=node)


def text(browser: Browser, selector: str) -> str:
    found: str = browser.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")
    return found


def put(browser: Browser, name: str, value: str) -> None:
    """The field has the value, as if somebody had set it."""
    browser.run(
        f"(() => {{ const c = document.querySelector('[name={name}]'); c.value = {json.dumps(value)};"
        " c.dispatchEvent(new Event('change', { bubbles: true })); })()"
    )


def seen(browser: Browser, head: str) -> None:
    browser.wait(f"document.querySelector('.upload-rows th')?.innerText.startsWith({json.dumps(head)})")


def test_a_large_file_is_seen_by_its_beginning(
    browser: Browser, live_server: str, client_of: ClientOf, data_database: int, tmp_path: Path
) -> None:
    allow(client_of("admin"), data_database)
    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/database/upload/")
    browser.wait("document.querySelector('[type=file]') !== null")
    browser.run(
        "window.sizes = []; const { send } = XMLHttpRequest.prototype;"
        " XMLHttpRequest.prototype.send = function (form) {"
        " sizes.push(form.get('file').size); send.call(this, form); };0"
    )
    lines = "".join(f"{at},ਊ{at}\n" for at in range(60_000))
    # Where the beginning ends within a field over lines, all of it is sent.
    long = "short,lines\n" + '1,"' + "a\n" * 300_000 + '"\n'
    files = {
        "utf16le": ("\ufeffle,b\n" + lines).encode("utf-16-le"),
        "utf16be": ("\ufeffbe,b\n" + lines).encode("utf-16-be"),
        "utf8": ("eight,b\n" + lines).encode(),
        "quoted": long.encode(),
    }
    sizes = {}
    for name, content in files.items():
        path = tmp_path / f"{name}.csv"
        path.write_bytes(content)
        assert path.stat().st_size > 512 * 1024
        choose(browser, path)
        seen(browser, {"utf16le": "le", "utf16be": "be", "utf8": "eight", "quoted": "short"}[name])
        sizes[name] = browser.run("sizes.splice(0)")
    assert sizes.pop("quoted")[1] == len(long)
    assert all(len(each) == 1 and 500_000 < each[0] <= 512 * 1024 for each in sizes.values()), sizes
    assert browser.run(ELSEWHERE) == []


def test_a_file_becomes_a_chart(
    browser: Browser, live_server: str, client_of: ClientOf, data_database: int, tmp_path: Path
) -> None:
    admin = client_of("admin")
    sign_in(browser, live_server, "alice")
    browser.go(f"{live_server}/database/upload/")
    browser.wait("document.querySelector('#upload .said')?.innerText.startsWith('No database')")
    allow(admin, data_database)

    # The SQL editor leads here, and says where one comes from.
    browser.go(f"{live_server}/sqllab/")
    browser.wait("document.querySelectorAll('[role=treeitem][aria-level=\"2\"]').length >= 2")
    browser.run("document.querySelector('.lab-more .menu button').click()")
    browser.run(
        "[...document.querySelectorAll('[role=menuitem]')].find((each) => each.innerText.startsWith('Upload')).click()"
    )
    browser.wait("document.querySelector('[name=database]') !== null")
    assert browser.run("new URLSearchParams(location.search).get('database')") == str(data_database)
    browser.run("window.hit = () => (window.wasHit = true)")

    wrong = tmp_path / "Notes.pdf"
    wrong.write_text("x")
    choose(browser, wrong)
    browser.wait("document.querySelector('.upload-hint.failed')?.innerText.includes('cannot be read')")
    assert browser.run("document.activeElement.name") == "file"

    path = tmp_path / "Sales of Möhren 2024.csv"
    path.write_text(LINES)
    choose(browser, path)
    seen(browser, "id")
    assert browser.run("document.querySelector('[name=table_name]').value") == "sales_of_möhren_2024"
    assert text(browser, ".upload-rows caption") == "5 columns, first 20 rows"
    types = browser.run("[...document.querySelectorAll('.upload-type')].map((each) => each.innerText)")
    assert types == ["whole number", "text", "decimal number", "date", "text"]
    first = browser.run(
        "[...document.querySelectorAll('.upload-rows tbody tr:first-child td')].map((each) => each.innerText)"
    )
    assert first[:2] == [str(BIG + 1), "001"]
    assert axe(browser) == []

    # What one says of the file changes what is seen; a mistake says where it is, and is mended.
    put(browser, "delimiter", ";")
    seen(browser, "id,code")
    put(browser, "delimiter", "")
    put(browser, "header_row", "")
    seen(browser, "column_1")
    put(browser, "header_row", "0")
    seen(browser, "id")
    put(browser, "table_name", "sales")
    browser.run("document.querySelector('.upload-foot .main').click()")
    browser.wait("document.querySelector('.upload-news .failed') !== null")
    assert "already exists" in text(browser, ".upload-hint.failed")
    assert browser.run("document.activeElement.name") == "table_name"
    put(browser, "table_name", "carrots")
    browser.run("document.querySelector('.upload-foot .main').click()")
    browser.wait("document.querySelector('.upload-news a') !== null")
    assert text(browser, ".upload-news").startswith("39 rows are in carrots.")
    assert browser.run("window.wasHit ?? false") is False

    for width, dark in ((390, False), (1200, True)):
        browser.dark(dark)
        browser.resize(width, 900)
        assert browser.run("document.documentElement.scrollWidth <= innerWidth"), width
        assert axe(browser) == []
    browser.follow("document.querySelector('.upload-news a').click()")
    assert browser.run("location.pathname") == "/explore/"

    browser.go(f"{live_server}/database/upload/")
    browser.wait("document.querySelector('[type=file]') !== null")
    book = tmp_path / "book.xlsx"
    book.write_bytes(workbook([["a"], [1]], [["other"], ["x"]]))
    choose(browser, book)
    seen(browser, "a")
    put(browser, "sheet_name", "Sheet2")
    seen(browser, "other")
    browser.run("document.querySelector('.upload-foot .main').click()")
    browser.wait("document.querySelector('.upload-news a') !== null")
    assert text(browser, ".upload-news").startswith("1 row is in book.")
    found = admin.get(f"/api/v1/database/{data_database}/tables/?schema_name=main").get_json()["result"]
    assert {each["value"] for each in found} >= {"carrots", "book"}
    assert browser.run(ELSEWHERE) == []
