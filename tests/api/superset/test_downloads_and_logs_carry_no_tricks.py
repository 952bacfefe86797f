"""Files that spreadsheets open, names in headers and lines of the log hold no more than they seem to."""

import io
import json
import logging
import re
import sqlite3
import zipfile
from pathlib import Path

import pytest

from superset_like.logs import JsonFormatter, LineFormatter
from tests.conftest import ClientOf

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tx", "\rx"]


@pytest.fixture
def formulas(client_of: ClientOf, data_database: int, sales_file: Path) -> int:
    """The id of a dataset whose cells and a column's name are formulas."""
    with sqlite3.connect(sales_file) as connection:
        connection.execute('CREATE TABLE formulas ("=cmd()" TEXT, amount INTEGER)')
        connection.executemany("INSERT INTO formulas VALUES (?, -5)", [(text,) for text in FORMULAS])
    connection.close()
    body = {"database": data_database, "table_name": "formulas"}
    pk: int = client_of("admin").post("/api/v1/dataset/", json=body).get_json()["id"]
    return pk


def test_cells_and_headers_of_csv_are_texts(client_of: ClientOf, formulas: int, data_database: int) -> None:
    admin = client_of("admin")
    query = {"columns": ["=cmd()", "amount"], "metrics": None, "row_limit": 10}
    body = {"datasource": {"id": formulas, "type": "table"}, "queries": [query], "result_format": "csv"}
    texts = [admin.post("/api/v1/chart/data", json=body).get_data(as_text=True)]
    sql = {"database_id": data_database, "sql": "SELECT * FROM formulas", "client_id": "f"}
    assert admin.post("/api/v1/sqllab/execute/", json=sql).status_code == 200
    texts.append(admin.get("/api/v1/sqllab/export/f/").get_data(as_text=True).removeprefix("\ufeff"))
    for text in texts:
        assert text.startswith("'=cmd(),amount\n")
        for formula in FORMULAS:
            assert f'"\'{formula}",-5' in text, (formula, text)


def test_a_workbook_holds_no_formula(client_of: ClientOf, formulas: int, data_database: int) -> None:
    query = {"columns": ["=cmd()", "amount"], "metrics": None, "row_limit": 10}
    body = {"datasource": {"id": formulas, "type": "table"}, "queries": [query], "result_format": "xlsx"}
    admin = client_of("admin")
    files = [admin.post("/api/v1/chart/data", json=body).data]
    sql = {"database_id": data_database, "sql": "SELECT * FROM formulas", "client_id": "f"}
    assert admin.post("/api/v1/sqllab/execute/", json=sql).status_code == 200
    files.append(admin.get("/api/v1/sqllab/export/f/?format=xlsx").data)
    for data in files:
        sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<hyperlink" not in sheet
        assert "-5" in sheet


@pytest.mark.parametrize("name", ['a"; b="c', "a\r\nX-Evil: 1", "../../etc/passwd", "\u202egnp.exe", "", "é 漢"])
def test_names_in_headers_are_plain(client_of: ClientOf, data_database: int, sales: int, name: str) -> None:
    admin = client_of("admin")
    body = {"slice_name": name or "x", "viz_type": "table", "datasource_id": sales, "datasource_type": "table"}
    question = {"columns": ["region"], "metrics": ["total"], "row_limit": 10}
    context = json.dumps({"datasource": {"id": sales, "type": "table"}, "queries": [question]})
    chart = admin.post("/api/v1/chart/", json={**body, "query_context": context}).get_json()["id"]
    sql = {"database_id": data_database, "sql": "SELECT 1 AS one", "client_id": "n", "tab": name or None}
    assert admin.post("/api/v1/sqllab/execute/", json=sql).status_code == 200
    for path in (f"/api/v1/chart/{chart}/data/?format=csv", "/api/v1/sqllab/export/n/"):
        answer = admin.get(path)
        assert answer.status_code == 200
        assert re.fullmatch(r"attachment; filename=\w[\w.]*\.csv", answer.headers["Content-Disposition"], re.ASCII)
        assert "X-Evil" not in answer.headers


@pytest.mark.parametrize("formatter", [LineFormatter(), JsonFormatter()], ids=["line", "json"])
def test_an_event_is_one_line_whatever_is_in_it(formatter: logging.Formatter) -> None:
    text = "user a\r\n2026-01-01 INFO root: forged \x1b[31m \u2028 ?api_key=sst_secret&token=t1"
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (text,), None)
    line = formatter.format(record)
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    assert "sst_secret" not in line
    assert "user a" in line


def test_a_traceback_is_cleaned_like_a_message() -> None:
    try:
        raise ValueError("bad \x1b[31m ?token=t1")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), (type(error), error, error.__traceback__))
    for formatter in (LineFormatter(), JsonFormatter()):
        line = formatter.format(record)
        assert "\x1b" not in line
        assert "t1" not in line
        assert "ValueError" in line
