"""A value of every kind, from each engine, in each encoding: to the letter what docs/values.md shows."""

import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pyarrow as pa
import pytest

from superset_like.engine.build import samples
from superset_like.engine.encode import arrow_ipc, csv, json, ndjson, xlsx
from superset_like.engine.encode.cells import decimal_text
from superset_like.engine.query import Column, Output, Shape, Statement, TableName
from superset_like.engine.run import Limits, answer
from tests.engines.every_kind import KINDS_TABLE, SPELLED, statements
from tests.engines.places import KINDS, Place, made

DOCUMENT = Path(__file__).parents[2] / "docs" / "values.md"
SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# By a cell's type and the format of its number.
WHAT = {
    (None, None): "number",
    ("b", None): "boolean",
    ("inlineStr", None): "text",
    (None, "yyyy-mm-dd"): "date",
    (None, "yyyy-mm-dd hh:mm:ss"): "date and time",
}
UUID = "00000000-0000-0000-0000-00000000000a"
LARGER, LARGEST = "170141183460469231731687303715884105727", "340282366920938463463374607431768211455"


class Leaves(NamedTuple):
    """How a value leaves. json: in chart data and NDJSON. editor: JSON of the SQL editor. arrow: type, then value."""

    json: str
    editor: str
    csv: str
    xlsx: str
    arrow: str


def text(value: str, escaped: str = "") -> Leaves:
    return Leaves(f'"{value}"', f'"{value}"', f'"{escaped or value}"', f"text {value}", f"string {value}")


def number(value: str, arrow: str, **more: str) -> Leaves:
    return Leaves(value, value, value, f"number {value}", f"{arrow} {value}")._replace(**more)


def decimal(value: str, digits: str, **more: str) -> Leaves:
    return number(value, f"decimal128({digits})", csv=f'"{value}"')._replace(**more)


EVERYWHERE = {
    "NULL": Leaves("null", "null", "", "", "null"),
    "text": Leaves(
        '"Ünï, \\"q\\" 😀"', '"Ünï, \\"q\\" 😀"', '"Ünï, ""q"" 😀"', 'text Ünï, "q" 😀', 'string Ünï, "q" 😀'
    ),
    "empty text": text(""),
    "text like a formula": text("=1+1", "'=1+1"),
    "text like a number": text("-2.5"),
    "integer": number("-42", "int64"),
    "integer of 64 bits": number("9223372036854775807", "int64", xlsx="text 9223372036854775807"),
    "unsigned integer of 64 bits": number("18446744073709551615", "uint64", xlsx="text 18446744073709551615"),
    "integer of 128 bits": Leaves(LARGER, LARGER, f'"{LARGER}"', f"text {LARGER}", f"decimal256(39, 0) {LARGER}"),
    "unsigned integer of 128 bits": text(LARGEST),
    "decimal": decimal("12.50", "10, 2"),
    "decimal of many digits": decimal(
        "12345678901234567890.1234567890", "30, 10", xlsx="text 12345678901234567890.1234567890"
    ),
    "tiny decimal": decimal("0.0000000001", "20, 10", xlsx="number 1E-10"),
    "double": number("0.1", "double"),
    "large double": number("1e+300", "double", xlsx="number 1E+300"),
    "whole double": number("2.0", "double", csv="2", xlsx="number 2"),
    "NaN": Leaves("null", "null", "nan", "text nan", "double nan"),
    "infinity": Leaves("null", "null", "inf", "text inf", "double inf"),
    "negative infinity": Leaves("null", "null", "-inf", "text -inf", "double -inf"),
    "true": Leaves("true", "true", '"True"', "boolean 1", "bool True"),
    "false": Leaves("false", "false", '"False"', "boolean 0", "bool False"),
    "date": Leaves("1359590400000", '"2013-01-31"', "2013-01-31", "date 41305", "date32[day] 2013-01-31"),
    "date before 1900": Leaves(
        "-2209075200000", '"1899-12-31"', "1899-12-31", "text 1899-12-31", "date32[day] 1899-12-31"
    ),
    "moment": Leaves(
        "1359642600000",
        '"2013-01-31T14:30:00"',
        "2013-01-31 14:30:00",
        "date and time 41305.60416666666",
        "timestamp[us] 2013-01-31 14:30:00",
    ),
    "moment before 1970": Leaves(
        "-2000",
        '"1969-12-31T23:59:58"',
        "1969-12-31 23:59:58",
        "date and time 25568.99997685185",
        "timestamp[us] 1969-12-31 23:59:58",
    ),
    "moment with milliseconds": Leaves(
        "1359642600250",
        '"2013-01-31T14:30:00.250000"',
        "2013-01-31 14:30:00.250000",
        "date and time 41305.60416956018",
        "timestamp[us] 2013-01-31 14:30:00.250000",
    ),
    "moment with microseconds": Leaves(
        "1359642600000.001",
        '"2013-01-31T14:30:00.000001"',
        "2013-01-31 14:30:00.000001",
        "date and time 41305.60416666668",
        "timestamp[us] 2013-01-31 14:30:00.000001",
    ),
    "moment with zone": Leaves(
        "1359635400000",
        '"2013-01-31T12:30:00+00:00"',
        "2013-01-31 12:30:00Z",
        "date and time 41305.52083333334",
        "timestamp[us, tz=UTC] 2013-01-31 12:30:00+00:00",
    ),
    "time of day": Leaves('"14:30:00"', '"14:30:00"', "14:30:00.000000", "text 14:30:00", "time64[us] 14:30:00"),
    "interval": text("P1DT2H0.5S"),
    "interval of months": text("P1Y2M"),
    "bytes": text("0x01ff")._replace(arrow="binary b'\\x01\\xff'"),
    "list": Leaves("[1,null]", "[1,null]", '"[1,null]"', "text [1,null]", "list<int32> [1, None]"),
    "struct": Leaves(
        '{"a":1.50,"b":"x"}',
        '{"a":1.50,"b":"x"}',
        '"{""a"":1.50,""b"":""x""}"',
        'text {"a":1.50,"b":"x"}',
        "struct<a: decimal128(10, 2), b: string> {'a': Decimal('1.50'), 'b': 'x'}",
    ),
    "map": Leaves('{"k":1}', '{"k":1}', '"{""k"":1}"', 'text {"k":1}', "map<string, int32> [('k', 1)]"),
    "empty map": Leaves("{}", "{}", '"{}"', "text {}", "map<string, int32> []"),
    "UUID": text(UUID),
    "JSON document": Leaves(
        '"{\\"a\\": [1, null]}"',
        '"{\\"a\\": [1, null]}"',
        '"{""a"": [1, null]}"',
        'text {"a": [1, null]}',
        'string {"a": [1, null]}',
    ),
}
DUCKDB = {
    "integer of 128 bits": {"arrow": f"decimal128(38, 0) {LARGER}"},
    "interval": {"arrow": "month_day_nano_interval MonthDayNano(months=0, days=1, nanoseconds=7200500000000)"},
    "interval of months": {"arrow": "month_day_nano_interval MonthDayNano(months=14, days=0, nanoseconds=0)"},
}
# What the engine itself has no type for, or another one.
SQLITE = {
    "decimal": number("12.5", "double")._asdict(),
    "decimal of many digits": number("1.2345678901234567e+19", "double", xlsx="number 1.234567890123457E+19")._asdict(),
    "tiny decimal": number("1e-10", "double", xlsx="number 1E-10")._asdict(),
    "date": {
        "editor": '"2013-01-31T00:00:00"',
        "csv": "2013-01-31 00:00:00",
        "xlsx": "date and time 41305",
        "arrow": "timestamp[us] 2013-01-31 00:00:00",
    },
    "date before 1900": {
        "editor": '"1899-12-31T00:00:00"',
        "csv": "1899-12-31 00:00:00",
        "xlsx": "text 1899-12-31T00:00:00",
        "arrow": "timestamp[us] 1899-12-31 00:00:00",
    },
    "moment with zone": {
        "editor": '"2013-01-31T12:30:00"',
        "csv": "2013-01-31 12:30:00",
        "arrow": "timestamp[us] 2013-01-31 12:30:00",
    },
    "time of day": text("14:30:00")._asdict(),
}
MARIADB = {"time of day": text("14:30:00")._asdict()}
DIFFERENT = {"duckdb": DUCKDB, "postgres": {}, "sqlite": SQLITE, "mariadb": MARIADB}


@pytest.mark.parametrize("engine", KINDS)
def test_to_the_letter(engine: str, tmp_path: Path) -> None:
    with made(engine, tmp_path, KINDS_TABLE, statements(engine)) as place:
        answered = dict(zip(SPELLED[engine], one_row(place).columns, strict=True))
    wrong = {}
    for kind, column in answered.items():
        expected = EVERYWHERE[kind]._replace(**DIFFERENT[engine].get(kind, {}))
        if (found := leaves(column)) != expected:
            wrong[kind] = (found, expected)
    assert not wrong


@pytest.mark.parametrize("engine", KINDS)
def test_of_columns_with_one_name_json_has_the_last(engine: str, tmp_path: Path) -> None:
    statement = Statement("SELECT 1 AS v, 2 AS v", (Output("v"), Output("v")))
    with made(engine, tmp_path, KINDS_TABLE, statements(engine)) as place:
        table = answer(place.engine, place.target, statement, Limits(20)).table
    assert json.records(table) == b'[{"v":2}]'
    assert b"".join(ndjson.stream(table.to_batches())) == b'{"v":2}\n'
    assert b"".join(csv.stream(table.to_batches(), table.column_names)) == b"v,v\n1,2\n"
    assert cells(table) == {"A1": "text v", "B1": "text v", "A2": "number 1", "B2": "number 2"}
    assert arrow_ipc.loaded(b"".join(arrow_ipc.stream(table.schema, table.to_batches()))).equals(table)


def test_every_kind_comes_from_an_engine() -> None:
    assert set(EVERYWHERE) == {kind for spelled in SPELLED.values() for kind in spelled}


def test_the_document_shows_this() -> None:
    shown = DOCUMENT.read_text()
    for kind, expected in EVERYWHERE.items():
        assert f"| {kind} | {' | '.join(map(quoted, expected))} |" in shown, table_of_all()
    for engine, kinds in DIFFERENT.items():
        for kind, more in kinds.items():
            for way, written in more.items():
                if written != getattr(EVERYWHERE[kind], way):
                    assert f"| {engine} | {kind} | {way} | {quoted(written)} |" in shown, table_of_all()


def table_of_all() -> str:
    """The lines that the document must have."""
    lines = [f"| {kind} | {' | '.join(map(quoted, expected))} |" for kind, expected in EVERYWHERE.items()]
    for engine, kinds in DIFFERENT.items():
        for kind, more in kinds.items():
            lines += [
                f"| {engine} | {kind} | {way} | {quoted(written)} |"
                for way, written in more.items()
                if written != getattr(EVERYWHERE[kind], way)
            ]
    return "\n".join(lines)


def quoted(written: str) -> str:
    return f"`{written}`" if written else "nothing"


def one_row(place: Place) -> pa.Table:
    """The table of all kinds as a dataset answers it."""
    table = TableName(KINDS_TABLE)
    described = place.engine.describe(place.target, table).columns
    columns = tuple(Column(each.name, each.type, each.kind, each.is_temporal) for each in described)
    shape = Shape(place.engine.name, table, columns)
    return answer(place.engine, place.target, samples(shape, place.engine, 1, ()), Limits(20)).table


def leaves(column: pa.ChunkedArray) -> Leaves:
    """The one value of the column as each encoding has it, beside a number, for a row of NULL alone is another."""
    table = pa.table({"v": column, "n": [1]})
    in_json = json.records(table).decode()
    assert b"".join(ndjson.stream(table.to_batches())).decode() == in_json[1:-1] + "\n"
    in_csv = b"".join(csv.stream(table.to_batches(), ["v", "n"])).decode()
    return Leaves(
        json=member(in_json),
        editor=member(json.records(table, json.Times.ISO).decode()),
        csv=in_csv.removeprefix("v,n\n").removesuffix(",1\n"),
        xlsx=cells(table).get("A2", ""),
        arrow=in_arrow(table),
    )


def member(record: str) -> str:
    return record.removeprefix('[{"v":').removesuffix(',"n":1}]')


def in_arrow(table: pa.Table) -> str:
    read = arrow_ipc.loaded(b"".join(arrow_ipc.stream(table.schema, table.to_batches()))).column("v")
    value = read[0].as_py()
    if value is None:
        return "null"
    # The names within a list or a map are the engine's own.
    kind = f"list<{read.type.value_type}>" if pa.types.is_list(read.type) else str(read.type)
    return f"{kind} {decimal_text(value) if isinstance(value, Decimal) else value}"


def cells(table: pa.Table) -> dict[str, str]:
    """The cells of the workbook: what each is, and the text that the file has for it."""
    book = zipfile.ZipFile(io.BytesIO(xlsx.workbook(table.to_batches(), table.column_names)))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    styles = ElementTree.fromstring(book.read("xl/styles.xml"))
    formats = {each.get("numFmtId"): each.get("formatCode") for each in styles.iter(f"{SPACE}numFmt")}
    of_style = [formats.get(each.get("numFmtId")) for each in styles.find(f"{SPACE}cellXfs") or ()]
    assert sheet.find(f".//{SPACE}f") is None
    return {
        cell.get("r", ""): f"{WHAT[cell.get('t'), of_style[int(cell.get('s', 0))]]} {''.join(cell.itertext())}"
        for cell in sheet.iter(f"{SPACE}c")
    }
