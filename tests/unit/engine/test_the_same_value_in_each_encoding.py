import csv
import io
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import orjson
import pyarrow as pa
import pytest

from superset_like.engine.encode import arrow_ipc, xlsx
from superset_like.engine.encode import csv as as_csv
from superset_like.engine.encode import json as as_json
from superset_like.engine.encode.json import Times


def lines(table: pa.Table) -> list[list[str]]:
    made = b"".join(as_csv.stream(table.to_batches(), table.column_names)).decode()
    return list(csv.reader(io.StringIO(made, newline="")))


def test_rows_become_objects() -> None:
    table = pa.table({"city": ["Oslo", None], "count": [1, 2]})
    assert orjson.loads(as_json.records(table)) == [{"city": "Oslo", "count": 1}, {"city": None, "count": 2}]
    assert lines(table) == [["city", "count"], ["Oslo", "1"], ["", "2"]]


def test_a_table_without_rows_is_an_empty_list_and_a_header() -> None:
    table = pa.table({"a": pa.array([], pa.int64())})
    assert as_json.records(table) == b"[]"
    assert lines(table) == [["a"]]


def test_numbers_keep_all_their_digits() -> None:
    table = pa.table(
        {
            "big": pa.array([2**63 - 1, -(2**63)], pa.int64()),
            "unsigned": pa.array([2**64 - 1, 0], pa.uint64()),
            "money": pa.array([Decimal("12345678901234567890.12"), Decimal("-0.10")], pa.decimal128(38, 2)),
            "tiny": pa.array([Decimal("0.0000000001"), None], pa.decimal128(20, 10)),
        }
    )
    assert as_json.records(table) == (
        b'[{"big":9223372036854775807,"unsigned":18446744073709551615,"money":12345678901234567890.12,'
        b'"tiny":0.0000000001},{"big":-9223372036854775808,"unsigned":0,"money":-0.10,"tiny":null}]'
    )
    assert lines(table)[1:] == [
        ["9223372036854775807", "18446744073709551615", "12345678901234567890.12", "0.0000000001"],
        ["-9223372036854775808", "0", "-0.10", ""],
    ]


def test_what_json_has_no_number_for_is_null() -> None:
    table = pa.table({"x": [1.5, float("nan"), float("inf"), None]})
    assert as_json.records(table) == b'[{"x":1.5},{"x":null},{"x":null},{"x":null}]'
    assert lines(table)[1:] == [["1.5"], ["nan"], ["inf"], [""]]


def test_moments_are_milliseconds_or_iso_text() -> None:
    moment = datetime(2013, 1, 1, 14, 30, 5, 250_000)
    table = pa.table(
        {
            "at": pa.array([moment, None]),
            "whole": pa.array([datetime(2013, 1, 1), None]),
            "zoned": pa.array([moment, None], pa.timestamp("us", "UTC")),
            "fine": pa.array([datetime(2013, 1, 1, 0, 0, 0, 1), None]),
            "day": [date(2013, 1, 1), None],
            "clock": [time(14, 30), None],
        }
    )
    first, second = orjson.loads(as_json.records(table))
    assert first == {
        "at": 1357050605250,
        "whole": 1356998400000,
        "zoned": 1357050605250,
        "fine": 1356998400000.001,
        "day": 1356998400000,
        "clock": "14:30:00",
    }
    assert set(second.values()) == {None}
    iso = orjson.loads(as_json.records(table, Times.ISO))[0]
    assert iso["at"] == "2013-01-01T14:30:05.250000"
    assert iso["zoned"] == "2013-01-01T14:30:05.250000+00:00"
    assert iso["day"] == "2013-01-01"
    assert lines(table)[1] == [
        "2013-01-01 14:30:05.250000",
        "2013-01-01 00:00:00",
        "2013-01-01 14:30:05.250000Z",
        "2013-01-01 00:00:00.000001",
        "2013-01-01",
        "14:30:00.000000",
    ]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Oslo"])
def test_iso_moments_are_as_python_writes_them(unit: str, zone: str | None) -> None:
    seconds = [-9_000_000_000, 0, 1_356_998_400, 9_000_000_000]
    if unit != "ns":
        seconds += [-62_135_500_000, 253_402_200_000]
    ticks = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    for more in (0, 1 if unit in {"ms", "us"} else 0):
        stored = pa.array([*(each * ticks + more for each in seconds), None], pa.int64())
        column = pa.chunked_array([stored.cast(pa.timestamp(unit, zone))])
        as_datetimes = column.cast(pa.timestamp("us", zone)).to_pylist()
        assert orjson.dumps(as_json.values(column, Times.ISO)) == orjson.dumps(as_datetimes)


def test_iso_days_are_as_python_writes_them() -> None:
    days = [date.min, date(999, 12, 31), date(2013, 1, 1), None, date.max]
    for kind in (pa.date32(), pa.date64()):
        column = pa.chunked_array([pa.array(days, kind)])
        assert orjson.dumps(as_json.values(column, Times.ISO)) == orjson.dumps(days)


def test_nested_and_binary_values_read_the_same() -> None:
    table = pa.table(
        {
            "list": pa.array([[1, None]]),
            "struct": pa.array([{"a": Decimal("1.50"), "b": "x"}]),
            "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
            "blob": pa.array([b"\x00\xff"]),
            "span": pa.array([timedelta(days=1, seconds=7200, milliseconds=500)]),
        }
    )
    assert as_json.records(table) == (
        b'[{"list":[1,null],"struct":{"a":1.50,"b":"x"},"map":{"k":1},"blob":"0x00ff","span":"P1DT2H0.5S"}]'
    )
    assert lines(table)[1] == ["[1,null]", '{"a":1.50,"b":"x"}', '{"k":1}', "0x00ff", "P1DT2H0.5S"]


def test_durations_are_written_as_postgresql_writes_them() -> None:
    spans = [
        (14, 0, 0),
        (-14, 0, 0),
        (0, 1, -7_200_000_000_000),
        (0, 0, -500_000_000),
        (0, 0, 0),
        (1, -2, 3_661_000_001_000),
    ]
    texts = ["P1Y2M", "P-1Y-2M", "P1DT-2H", "PT-0.5S", "PT0S", "P1M-2DT1H1M1.000001S"]
    table = pa.table({"span": pa.array(spans, pa.month_day_nano_interval())})
    assert [row["span"] for row in orjson.loads(as_json.records(table))] == texts
    assert [row[0] for row in lines(table)[1:]] == texts
    lengths = [timedelta(0), timedelta(hours=-25), timedelta(minutes=1), timedelta(days=400)]
    table = pa.table({"length": pa.array(lengths)})
    assert [row[0] for row in lines(table)[1:]] == ["PT0S", "'-P1DT1H", "PT1M", "P400D"]


def test_a_map_is_an_object_even_without_entries() -> None:
    kind = pa.map_(pa.string(), pa.list_(pa.map_(pa.int32(), pa.string())))
    table = pa.table({"map": pa.array([[], [("k", [[], [(1, "x")]])], None], kind)})
    assert as_json.records(table) == b'[{"map":{}},{"map":{"k":[{},{"1":"x"}]}},{"map":null}]'
    assert [row[0] for row in lines(table)[1:]] == ["{}", '{"k":[{},{"1":"x"}]}', ""]


def test_a_map_keeps_keys_that_repeat_or_are_lists() -> None:
    repeating = pa.array([[("k", 1), ("k", 2)]], pa.map_(pa.string(), pa.int32()))
    lists = pa.array([[([1], 2)]], pa.map_(pa.list_(pa.int32()), pa.int32()))
    assert as_json.records(pa.table({"a": repeating, "b": lists})) == b'[{"a":{"k":2},"b":{"[1]":2}}]'


def test_cells_that_a_spreadsheet_would_run_are_disarmed() -> None:
    table = pa.table({"=x": ["=1+1", "+cmd", "-2.5", "@a", "\tb", "plain", '=HYPERLINK("a")']})
    assert [row[0] for row in lines(table)] == [
        "'=x",
        "'=1+1",
        "'+cmd",
        "-2.5",
        "'@a",
        "'\tb",
        "plain",
        '\'=HYPERLINK("a")',
    ]


def test_commas_quotes_and_line_ends_survive() -> None:
    texts = ["a,b", 'say "hi"', "two\nlines", "", "ünï 🙂"]
    table = pa.table({"t": texts, "n": range(5)})
    assert [row[0] for row in lines(table)[1:]] == texts


def test_a_workbook_holds_the_values_and_no_formula() -> None:
    table = pa.table({"n": [1, 2**60], "t": ["=1+1", "x"], "d": [date(2013, 1, 1), None], "yes": [True, None]})
    book = zipfile.ZipFile(io.BytesIO(xlsx.workbook(table.to_batches(), table.column_names)))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<v>1</v>" in sheet
    assert "=1+1" in sheet
    assert str(2**60) in sheet


def test_arrow_bytes_come_back_equal() -> None:
    table = pa.table({"a": [1, None], "b": [Decimal("1.10"), None], "c": [[1], None]})
    assert arrow_ipc.loaded(arrow_ipc.dumped(table)).equals(table)


def test_moments_of_a_zone_leave_in_it() -> None:
    moments = pa.array([datetime(2013, 1, 31, 14, 30), datetime(2013, 7, 31, 14, 30), None], pa.timestamp("us", "UTC"))
    table = pa.table({"at": moments.cast(pa.timestamp("us", "America/New_York")), "n": [1, 2, 3]})
    assert lines(table) == [
        ["at", "n"],
        ["2013-01-31 09:30:00-05:00", "1"],
        ["2013-07-31 10:30:00-04:00", "2"],
        ["", "3"],
    ]
    assert [row["at"] for row in orjson.loads(as_json.records(table))] == [1359642600000, 1375281000000, None]
    with zipfile.ZipFile(io.BytesIO(xlsx.workbook(table.to_batches(), table.column_names))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    # Days since 1900, as Excel counts them: half past nine on 31 January, half past ten on 31 July.
    assert "<v>41305.39583" in sheet
    assert "<v>41486.4375</v>" in sheet
