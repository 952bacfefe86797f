"""Uploads: who may, where, of what, read how; and what is refused before it harms."""

import io
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import openpyxl
import pyarrow as pa
import pytest
from flask import Flask
from pyarrow import parquet

from superset_like.access import grants
from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.config.settings import Settings
from superset_like.engine.uploads import reading
from superset_like.extensions import db
from superset_like.models import Database
from superset_like.services import databases, slots
from tests.api.superset.uploads import allow, form, looked_into, upload, workbook
from tests.conftest import ApiClient, ClientOf, Embedded
from tests.row_rules import limit

SIMPLE = "id,name\n1,a\n"


def asked(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def tables(path: Path) -> set[str]:
    return {name for (name,) in asked(path, "select name from sqlite_master where type = 'table'")}


@pytest.fixture
def shop(client_of: ClientOf, data_database: int) -> int:
    """The connection, which takes files."""
    allow(client_of("admin"), data_database)
    return data_database


def test_a_file_becomes_a_table_and_a_dataset(client_of: ClientOf, shop: int, sales_file: Path) -> None:
    alice = client_of("alice")
    answer = upload(alice, shop, "id,name\n1,a\n2,\n")
    assert (answer.status_code, answer.json["message"]) == (201, "OK")
    result = answer.json["result"]
    assert (result["table_name"], result["schema"], result["row_count"]) == ("uploaded", "main", 2)
    assert result["columns"] == [{"name": "id", "type": "BIGINT"}, {"name": "name", "type": "TEXT"}]
    assert asked(sales_file, "select * from uploaded") == [(1, "a"), (2, None)]
    dataset = alice.get(f"/api/v1/dataset/{result['dataset_id']}").json["result"]
    assert [owner["first_name"] for owner in dataset["owners"]] == ["Alice"]
    question = {"datasource": {"id": result["dataset_id"], "type": "table"}, "queries": [{"metrics": ["count"]}]}
    data = alice.post("/api/v1/chart/data", json=question).json["result"][0]["data"]
    # What was kept of the former rows is out of date.
    assert upload(alice, shop, SIMPLE, already_exists="append").status_code == 201
    again = alice.post("/api/v1/chart/data", json=question).json["result"][0]["data"]
    assert (data, again) == ([{"count": 2}], [{"count": 3}])


def test_a_paused_database_takes_no_files(
    app: Flask, client_of: ClientOf, shop: int, people: dict[str, int], sales_file: Path
) -> None:
    with app.app_context(), acting(of_user(people["admin"])) as actor:
        databases.pause(actor, shop, "maintenance")
    refused = upload(client_of("alice"), shop, SIMPLE)
    assert (refused.status_code, "shop is paused (maintenance)." in refused.text) == (400, True)
    assert "uploaded" not in tables(sales_file)


def test_what_was_kept_is_out_of_date_whoever_wrote(app: Flask, client_of: ClientOf, shop: int) -> None:
    alice, charlie = client_of("alice"), client_of("charlie")
    dataset = upload(alice, shop, SIMPLE).json["result"]["dataset_id"]
    with app.app_context():
        # Who may write the table, and may neither see nor make datasets.
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        database = db.session.get(Database, shop)
        assert database is not None
        grants.ensure_for_database(database)
        role = security.add_role("uploader")
        for name, view in (("can_upload", "Database"), ("database_access", database.perm)):
            security.add_permission_role(role, security.find_permission_view_menu(name, view))
        security.find_user("charlie").roles = [role]
        db.session.commit()
    question = {"datasource": {"id": dataset, "type": "table"}, "queries": [{"metrics": ["count"]}]}

    def counted() -> Any:
        return alice.post("/api/v1/chart/data", json=question).json["result"][0]["data"]

    assert counted() == [{"count": 1}]
    done = upload(charlie, shop, SIMPLE, table_name="Uploaded", already_exists="append")
    assert (done.status_code, done.json["result"]["dataset_id"]) == (201, None)
    assert counted() == [{"count": 2}]
    # A new dataset may have the id of one that is gone, and answers nothing of what that one did.
    assert alice.delete(f"/api/v1/dataset/{dataset}").status_code == 200
    again = upload(alice, shop, "id,name\n1,a\n2,b\n3,c\n", already_exists="replace")
    assert again.json["result"]["dataset_id"] == dataset
    assert counted() == [{"count": 3}]


def test_a_load_takes_its_turn_and_holds_no_metadata(
    app: Flask,
    client_of: ClientOf,
    people: dict[str, int],
    shop: int,
    sales_file: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    narrow = replace(settings, queries_per_database=1, queue_wait_s=0.05)
    monkeypatch.setitem(app.extensions, "superset_like_settings", narrow)
    with app.app_context(), acting(of_user(people["bob"])) as bob:
        held = slots.take(bob, shop)
    try:
        assert upload(client_of("alice"), shop, SIMPLE).status_code == 503
    finally:
        held.release()
    assert "uploaded" not in tables(sales_file)
    open_ones = []
    prepared = reading.prepared

    def looked(*arguments: Any) -> Any:
        open_ones.append(db.session().in_transaction())
        return prepared(*arguments)

    monkeypatch.setattr(reading, "prepared", looked)
    assert upload(client_of("alice"), shop, SIMPLE).status_code == 201
    assert open_ones == [False]


def test_a_table_has_its_types_whatever_the_case_of_its_columns(
    client_of: ClientOf, shop: int, sales_file: Path
) -> None:
    with closing(sqlite3.connect(sales_file)) as connection:
        connection.execute("create table uploaded (Code text)")
    assert upload(client_of("alice"), shop, "CODE\n1.50\n", already_exists="append").status_code == 201
    assert asked(sales_file, "select * from uploaded") == [("1.50",)]


@pytest.mark.parametrize("spaces", [False, True])
def test_a_name_of_a_column_may_go_over_lines(client_of: ClientOf, shop: int, sales_file: Path, spaces: bool) -> None:
    alice = client_of("alice")
    text = 'report\n"of\nMay"\n"a\nb",c\n1,2\n3,4\n'
    answer = upload(alice, shop, text, skip_rows=2, skip_initial_space=spaces)
    assert answer.status_code == 201, answer.text
    assert asked(sales_file, "select * from uploaded") == [(1, 2), (3, 4)]
    wrong = upload(alice, shop, text + "x,5\n", skip_rows=2, column_data_types={"c": "int"}, already_exists="append")
    assert "Line 8" in wrong.json["message"]["file"][0]


def test_only_who_may_uploads_and_only_where_it_is_allowed(
    app: Flask, client_of: ClientOf, data_database: int, sales_file: Path, sales: int
) -> None:
    alice, admin = client_of("alice"), client_of("admin")
    assert upload(alice, data_database, SIMPLE).status_code == 403
    allow(admin, data_database)
    for name, status in ((None, 401), ("bob", 403), ("charlie", 403)):
        assert upload(client_of(name), data_database, SIMPLE).status_code == status
        assert looked_into(client_of(name), SIMPLE).status_code == status
    assert upload(alice, 99_999, SIMPLE).status_code == 404
    # The right to upload opens no database, and reading a dataset is not reading a schema.
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        role = security.add_role("uploader")
        security.add_permission_role(role, security.find_permission_view_menu("can_upload", "Database"))
        for name in ("bob", "charlie"):
            person = security.find_user(name)
            person.roles = [*person.roles, role]
        db.session.commit()
    assert upload(client_of("charlie"), data_database, SIMPLE).status_code == 404
    assert upload(client_of("bob"), data_database, SIMPLE).status_code == 403
    assert (
        upload(client_of("bob"), data_database, SIMPLE, table_name="sales", already_exists="replace").status_code == 403
    )
    # With all of the database he may, and without the right to make datasets there is none.
    with app.app_context():
        database = db.session.get(Database, data_database)
        assert database is not None
        grants.ensure_for_database(database)
        access = security.find_permission_view_menu("database_access", database.perm)
        security.add_permission_role(security.find_role("uploader"), access)
    done = upload(client_of("charlie"), data_database, SIMPLE)
    assert (done.status_code, done.json["result"]["dataset_id"]) == (201, None)
    allow(admin, data_database, schemas_allowed_for_file_upload=["elsewhere"])
    assert upload(alice, data_database, SIMPLE, table_name="second").status_code == 403
    assert upload(alice, data_database, SIMPLE, table_name="second", schema="elsewhere").status_code == 422
    allow(admin, data_database, schemas_allowed_for_file_upload=["main"])
    assert upload(alice, data_database, SIMPLE, table_name="second").status_code == 201
    assert tables(sales_file) == {"sales", "secrets", "uploaded", "second"}


def test_a_guest_uploads_nothing(embedded: Embedded, guest_of: Callable[..., ApiClient], shop: int) -> None:
    guest = guest_of(embedded)
    assert upload(guest, shop, SIMPLE).status_code == 403
    assert looked_into(guest, SIMPLE).status_code == 403


def test_a_page_of_ours_uploads_and_one_of_another_site_does_not(
    app: Flask, browser_of: Callable[[str], Any], shop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A file may be larger than other requests, also where the proof of its page is looked for.
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 10_000)
    file = "id\n" + "1\n" * 10_000
    alice = browser_of("alice")
    url = f"/api/v1/database/{shop}/upload/"
    assert alice.post(url, data=form(file, "file.csv", {"table_name": "uploaded"})).status_code == 400
    token = alice.get("/api/v1/security/csrf_token/").get_json()["result"]
    sent = form(file, "file.csv", {"table_name": "uploaded"})
    assert alice.post(url, data=sent, headers={"X-CSRFToken": token}).status_code == 201
    larger = {"filters": [], "name": "x" * 20_000}
    assert alice.post("/api/v1/dataset/", json=larger, headers={"X-CSRFToken": token}).status_code == 413


def test_rows_that_a_rule_hides_are_not_lost(
    app: Flask, client_of: ClientOf, shop: int, sales: int, sales_file: Path
) -> None:
    limit(app, "Alpha", "tenant = 'a'", sales)
    for already in ("fail", "append", "replace"):
        answer = upload(client_of("alice"), shop, "id\n1\n", table_name="sales", already_exists=already)
        assert answer.status_code == (422 if already == "fail" else 403), already
    assert asked(sales_file, "select count(*) from sales") == [(12,)]


def test_a_view_and_the_engines_own_tables_are_left_alone(client_of: ClientOf, shop: int, sales_file: Path) -> None:
    with closing(sqlite3.connect(sales_file)) as connection:
        connection.execute("create view seen as select id from sales")
    alice = client_of("alice")
    for name in ("seen", "sqlite_master", "sqlite_sequence", "SQLITE_SCHEMA"):
        for already in ("fail", "append", "replace"):
            answer = upload(alice, shop, "id\n1\n", table_name=name, already_exists=already)
            assert answer.status_code == 422, (name, already)
    assert asked(sales_file, "select count(*) from seen") == [(12,)]


def test_a_file_database_out_of_reach_is_not_written(
    app: Flask, client_of: ClientOf, shop: int, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrowed = replace(settings, local_database_folders=(tmp_path,))
    monkeypatch.setitem(app.extensions, "superset_like_settings", narrowed)
    assert upload(client_of("alice"), shop, SIMPLE).status_code == 422


def test_a_form_is_read_as_superset_sends_it(client_of: ClientOf, shop: int, sales_file: Path) -> None:
    alice = client_of("alice")
    text = 'report of May\nid;day;amount;note;blank\n1;31.01.2024; 1,5;N/A;\n\n2;1.2.2024;-2,25;"a;b";\n3;;;;\n'
    fields = {
        "delimiter": ";",
        "skip_rows": 1,
        "header_row": 0,
        "decimal_character": ",",
        "day_first": "true",
        "column_dates": "day",
        "null_values": "N/A,-",
        "skip_initial_space": "true",
        "skip_blank_lines": "true",
        "columns_read": "id,day,amount,note",
        "rows_to_read": 2,
        "column_data_types": '{"id": "str"}',
        "dataframe_index": "true",
        "index_label": "row",
        "schema": "",
        "sheet_name": "",
    }
    answer = upload(alice, shop, text, **fields)
    assert answer.status_code == 201, answer.text
    assert asked(sales_file, "select * from uploaded") == [
        (0, "1", "2024-01-31", 1.5, None),
        (1, "2", "2024-02-01", -2.25, "a;b"),
    ]
    labelled = upload(alice, shop, "k,v\nx,1\n", table_name="other", dataframe_index=True, index_column="k")
    assert [each["name"] for each in labelled.json["result"]["columns"]] == ["k", "v"]
    unlabelled = upload(alice, shop, "k,v\nx,1\n", table_name="third", index_column="k")
    assert [each["name"] for each in unlabelled.json["result"]["columns"]] == ["v"]
    headless = upload(alice, shop, "x,1\n", table_name="fourth", header_row="")
    assert [each["name"] for each in headless.json["result"]["columns"]] == ["column_1", "column_2"]


@pytest.mark.parametrize(
    ("status", "fields", "at_fault"),
    [
        (400, {"type": "pdf"}, "type"),
        (400, {"already_exists": "merge"}, "already_exists"),
        (400, {"table_name": ""}, "table_name"),
        (422, {"table_name": " \n"}, "table_name"),
        (422, {"table_name": "x" * 200}, "table_name"),
        (422, {"table_name": "a\x00b"}, "table_name"),
        (422, {"delimiter": '"'}, "delimiter"),
        (422, {"encoding": "rot13"}, "encoding"),
        (400, {"header_row": -1}, "header_row"),
        (400, {"rows_to_read": 0}, "rows_to_read"),
        (422, {"columns_read": "nope"}, "columns_read"),
        (422, {"column_dates": "nope"}, "column_dates"),
        (422, {"column_data_types": '{"id": "complex"}'}, "column_data_types"),
        (400, {"column_data_types": "[1]"}, "column_data_types"),
        (422, {"index_column": "nope"}, "index_column"),
        (422, {"dataframe_index": True, "index_label": "NAME"}, "index_label"),
        (400, {"decimal_character": "x"}, "decimal_character"),
    ],
)
def test_a_wrong_field_is_named(
    client_of: ClientOf, shop: int, sales_file: Path, status: int, fields: dict[str, Any], at_fault: str
) -> None:
    answer = upload(client_of("alice"), shop, SIMPLE, **fields)
    assert answer.status_code == status
    assert at_fault in answer.json["message"]
    assert "uploaded" not in tables(sales_file)


@pytest.mark.parametrize(
    ("file", "fields", "said"),
    [
        ("", {}, "The file is empty"),
        ('a,b\n1,2\n"x\ny",3\n4,5,6\n', {}, "Line 5 has 3 fields in place of 2"),
        ("d\n2024-02-30\n", {"column_dates": "d"}, "Line 2, column d: “2024-02-30” is not a date and time"),
        ('n\n1\n"2\n"\nx\n', {"column_data_types": '{"n": "int64"}'}, "Line 5, column n: “x” is not a whole number"),
        ("a\nx\x00y\n", {}, "Line 2, column a: a NUL character"),
        (b"a\n\xe9\n", {}, "Line 2 is no utf-8 text"),
        (",".join(map(str, range(1500))) + "\n", {}, "more than 1000 columns"),
        ("a\n" + "x" * 9_000_000 + "\n", {}, "larger than 1 MiB"),
        ("x" * 2_000_000, {}, "longer than 1048576 characters"),
        ('a\n"never closed\n' + "1\n" * 3_000_000, {}, "a quote is never closed"),
        ('a\n1\n"never\nclosed\n', {}, "ends within a quote that is never closed"),
    ],
)
def test_a_fault_of_the_file_is_told_with_its_place(
    client_of: ClientOf, shop: int, sales_file: Path, file: str | bytes, fields: dict[str, Any], said: str
) -> None:
    answer = upload(client_of("alice"), shop, file, **fields)
    assert answer.status_code == 422
    assert said in answer.json["message"]["file"][0]
    assert "uploaded" not in tables(sales_file)


def test_a_workbook_is_read_sheet_by_sheet(client_of: ClientOf, shop: int, sales_file: Path) -> None:
    alice = client_of("alice")
    day, moment = datetime(2024, 1, 31), datetime(2024, 1, 31, 14, 30)
    first = [["id", "price", "day", "at", "code", "ok", "mixed"], [1, 1.5, day, moment, "007", True, 1]]
    first += [[], [3, 2, day, day, "12", False, "x"]]
    book = workbook(first, [["other"], ["=1+1"]], [])
    items = looked_into(alice, book, "book.xlsx").json["result"]["items"]
    assert [(each["sheet_name"], each["column_names"]) for each in items] == [
        ("Sheet1", first[0]),
        ("Sheet2", ["other"]),
        ("Sheet3", []),
    ]
    # It is opened once for all of them.
    opened = Mock(wraps=openpyxl.load_workbook)
    with patch.object(openpyxl, "load_workbook", opened):
        looked_into(alice, book, "book.xlsx")
    assert opened.call_count == 1
    assert upload(alice, shop, book, "book.xlsx").status_code == 201
    assert asked(sales_file, "select * from uploaded") == [
        (1, 1.5, "2024-01-31", "2024-01-31 14:30:00", "007", 1, "1"),
        (None,) * 7,
        (3, 2, "2024-01-31", "2024-01-31 00:00:00", "12", 0, "x"),
    ]
    assert upload(alice, shop, book, "book.xlsx", table_name="second", sheet_name="Sheet2").status_code == 201
    assert upload(alice, shop, book, "book.xlsx", table_name="third", sheet_name="Nope").status_code == 422
    assert upload(alice, shop, book, "book.xlsx", table_name="third", sheet_name="Sheet3").status_code == 422
    for damaged in (book[:500], b"PK\x03\x04 no", b"\xd0\xcf\x11\xe0 an old one", zipped({"a": b"x"})):
        assert upload(alice, shop, damaged, "book.xlsx", table_name="third").status_code == 422


def zipped(entries: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_a_zip_of_columnar_files_is_one_table(client_of: ClientOf, shop: int, sales_file: Path, tmp_path: Path) -> None:
    alice, made = client_of("alice"), io.BytesIO()
    parquet.write_table(pa.table({"n": [1, 2]}), made)
    other = io.BytesIO()
    parquet.write_table(pa.table({"m": [1]}), other)
    outside = "../../../../tmp/climbed.parquet"
    sent = zipped({"a.parquet": made.getvalue(), outside: made.getvalue(), "__MACOSX/._a": b"x"})
    assert upload(alice, shop, sent, "parts.zip").json["result"]["row_count"] == 4
    assert not Path("/tmp/climbed.parquet").exists()
    for refused in ({"a": made.getvalue(), "b": other.getvalue()}, {"a": b"no parquet"}, {}):
        assert upload(alice, shop, zipped(refused), "parts.zip", table_name="second").status_code == 422
    damaged = made.getvalue()[:-20] + b"\xff" * 16 + b"PAR1"
    for bad in (damaged, b"PAR1", b"ORC", b"ARROW1\x00\x00", b""):
        assert upload(alice, shop, bad, "file.parquet", table_name="second").status_code == 422
    assert "second" not in tables(sales_file)


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    app: Flask, client_of: ClientOf, shop: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = client_of("alice")
    bomb = zipped({"xl/worksheets/sheet1.xml": b"0" * 50_000_000})
    many = zipped({f"{each}": b"" for each in range(2001)})
    for file, name in ((bomb, "book.xlsx"), (bomb, "parts.zip"), (many, "book.xlsx"), (many, "parts.zip")):
        assert upload(alice, shop, file, name).status_code == 413, name
        assert looked_into(alice, file, name).status_code == 413
    small = replace(settings, max_upload_unpacked_mib=1, max_upload_mib=1)
    monkeypatch.setitem(app.extensions, "superset_like_settings", small)
    made = io.BytesIO()
    parquet.write_table(pa.table({"n": pa.array([0] * 1_000_000, pa.int64())}), made)
    assert len(made.getvalue()) < 100_000
    assert upload(alice, shop, made.getvalue(), "file.parquet").status_code == 413
    assert upload(alice, shop, b"a\n" + b"1\n" * 600_000).status_code == 413
    assert upload(alice, shop, b"a\n" + b"1\n" * 6_000_000).status_code == 413


def test_a_zip_may_have_a_directory_of_the_larger_kind(
    client_of: ClientOf, shop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = workbook([["a"], [1]])
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        entries = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    # As programs write one that do not know how large it will be.
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    large, many = zipped(entries), zipped({**entries, **{f"{each}": b"" for each in range(2001)}})
    monkeypatch.undo()
    assert b"PK\x06\x06" in large
    assert upload(client_of("alice"), shop, large, "book.xlsx").status_code == 201
    assert looked_into(client_of("alice"), many, "book.xlsx").status_code == 413
    moved = bytearray(large)
    moved[moved.rindex(b"PK\x06\x07") + 8] ^= 1
    assert looked_into(client_of("alice"), bytes(moved), "book.xlsx").status_code == 422


def test_two_cells_far_apart_are_no_sheet_of_all_between(client_of: ClientOf, shop: int) -> None:
    made = workbook([["a"], [1]])
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        entries = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="A1048576"><v>2</v></c></row></sheetData>'
    low = zipped({**entries, sheet: entries[sheet].replace(b"</sheetData>", far)})
    assert upload(client_of("alice"), shop, low, "book.xlsx").status_code == 422
    wide = zipped({**entries, sheet: entries[sheet].replace(b"</sheetData>", far.replace(b"A1048576", b"XFD1048576"))})
    assert upload(client_of("alice"), shop, wide, "book.xlsx", table_name="second").status_code == 422


def test_a_workbook_that_grows_while_it_is_read_is_refused(client_of: ClientOf, shop: int) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook([["a"], ["x"]]))) as archive:
        entries = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    kinds = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "{"ha" * 1000}">{kinds}]>'.encode()
    for part in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
        _, _, rest = entries[part].partition(b"?>")
        grown = laughs + rest.replace(b">x<", b">&e9;<").replace(b"<v>0<", b"<v>&e9;<")
        answer = upload(client_of("alice"), shop, zipped({**entries, part: grown}), "book.xlsx")
        assert answer.status_code == 422, part


def test_the_page_opens_for_those_who_may_upload(app: Flask, browser_of: Callable[[str], Any]) -> None:
    assert browser_of("alice").get("/database/upload/").status_code == 200
    assert browser_of("bob").get("/database/upload/").status_code == 403
    assert "/login/" in app.test_client().get("/database/upload/").headers["Location"]


def test_the_beginning_of_a_file_is_shown(client_of: ClientOf) -> None:
    text = "id,id,day,code\n" + "9007199254740993,1.50,2024-01-31,007\n" * 30
    answer = looked_into(client_of("alice"), text, "file.csv")
    [item] = answer.json["result"]["items"]
    assert item["sheet_name"] is None
    assert item["column_names"] == ["id", "id_2", "day", "code"]
    types = ["int64", "decimal128(3, 2)", "date32[day]", "string"]
    assert item["columns"] == [{"name": n, "type": t} for n, t in zip(item["column_names"], types, strict=True)]
    assert len(item["rows"]) == 20
    assert item["rows"][0] == {"id": 9007199254740993, "id_2": 1.5, "day": "2024-01-31", "code": "007"}
    assert looked_into(client_of("alice"), "").status_code == 422
    nothing = client_of("alice").post("/api/v1/database/upload_metadata/", data={"type": "csv"})
    assert (nothing.status_code, list(nothing.json["message"])) == (400, ["file"])


def test_a_database_says_that_it_takes_files(client_of: ClientOf, shop: int) -> None:
    admin = client_of("admin")
    assert admin.get(f"/api/v1/database/{shop}").json["result"]["engine_information"]["supports_file_upload"] is True
    engines = {each["engine"]: each for each in admin.get("/api/v1/database/available/").json["databases"]}
    assert engines["duckdb"]["engine_information"]["supports_file_upload"] is True
    assert engines["trino"]["engine_information"]["supports_file_upload"] is False
    allow(admin, shop, schemas_allowed_for_file_upload=["main"])
    named = client_of("alice").get(f"/api/v1/database/{shop}/schemas_access_for_file_upload/").json
    assert named == {"schemas": ["main"]}
