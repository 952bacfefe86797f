"""Rows as CSV in Redash's manner, and values as its clients read them."""

import csv
import io
import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from superset_like.engine.encode import plain_cells, plain_csv
from superset_like.engine.encode.plain_csv import Format

REDASH = Format(date="DD/MM/YY", moment="DD/MM/YY HH:mm")
NASTY = [
    "",
    '"',
    '""',
    ",",
    "\t",
    ";",
    "\r",
    "\n",
    "\r\n",
    " x ",
    "'",
    "=1+1",
    "ünï 😀",
    "\u2028",
    "\\",
    'a,b\n"c"',
    "NULL",
]


def written(columns: Sequence[pa.Array], form: Format | None = None, names: Sequence[str] = ()) -> str:
    header = names or [f"c{at}" for at in range(len(columns))]
    batch = pa.record_batch(list(columns), names=list(header))
    return b"".join(plain_csv.stream([batch], header, form or Format())).decode()


def cells(values: pa.Array, form: Format | None = None) -> list[str]:
    """The cells of a column beside another one."""
    lines = written([values, pa.array(["|"] * len(values))], form).removesuffix("\r\n").split("\r\n")
    return [line.removesuffix(",|") for line in lines[1:]]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_readers_read_what_was_there(separator: str) -> None:
    chance = random.Random(7)
    rows = [[chance.choice(NASTY) + chance.choice(NASTY) for _ in range(3)] for _ in range(500)]
    columns = [pa.array(list(column)) for column in zip(*rows, strict=True)]
    columns[1] = columns[1].dictionary_encode()
    columns[2] = columns[2].cast(pa.large_string())
    names = ["a", f'b{separator}"', "c\r\n"]
    text = written(columns, Format(separator), names)
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=separator)) == [names, *rows]


def test_it_is_what_pythons_own_writer_writes() -> None:
    rows = [[each, other] for each in NASTY for other in ("x", "", '"')]
    sink = io.StringIO(newline="")
    csv.writer(sink).writerows([["c0", "c1"], *rows])
    assert written([pa.array(list(column)) for column in zip(*rows, strict=True)]) == sink.getvalue()


@pytest.mark.parametrize(
    "values",
    [pa.array([None, "", "x"]), pa.array([None, "", "x"]).dictionary_encode(), pa.array([None, None, "x"])],
)
def test_no_row_of_one_column_is_an_empty_line(values: pa.Array) -> None:
    assert written([values]) == 'c0\r\n""\r\n""\r\nx\r\n'


def test_no_header_of_one_column_is_an_empty_line() -> None:
    assert written([pa.array([1])], names=[""]) == '""\r\n1\r\n'


@pytest.mark.parametrize(
    ("columns", "wanted"), [([], "\r\n"), ([pa.nulls(2)], 'c0\r\n""\r\n""\r\n'), ([pa.array([], pa.int8())], "c0\r\n")]
)
def test_without_rows_or_columns_there_is_a_header(columns: list[pa.Array], wanted: str) -> None:
    assert written(columns) == wanted


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (pa.array([2**63 - 1, -(2**63), None]), ["9223372036854775807", "-9223372036854775808", ""]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([Decimal("1.10"), None, Decimal("-0.01")]), ["1.10", "", "-0.01"]),
        (pa.array([Decimal("12345678901234567890.1234567890")]), ["12345678901234567890.1234567890"]),
        (pa.array([Decimal("0.0000000001")]), ["0.0000000001"]),
        (
            pa.array([1.0, 0.1, 1e300, -0.0, float("nan"), float("inf"), float("-inf"), None]),
            ["1.0", "0.1", "1e+300", "-0.0", "", "", "", ""],
        ),
        (pa.array([0.1, 16777216], pa.float32()), ["0.1", "16777216.0"]),
        (pa.array([True, False, None]), ["true", "false", ""]),
        (pa.array([time(1, 2, 3), time(1, 2, 3, 4000), time(1, 2, 3, 4), None]),
         ["01:02:03", "01:02:03.004", "01:02:03.000004", ""]),
        (pa.array([b"\x01\xff", b"", None]), ["01ff", "", ""]),
        (pa.array([timedelta(1, 2), None]), ["P1DT2S", ""]),
        (pa.array([[1, None], [], None]), ['"[1,null]"', "[]", ""]),
        (pa.array([{"a": "x"}, None]), ['"{""a"":""x""}"', ""]),
    ],
)  # fmt: skip
def test_each_kind_has_its_text(values: pa.Array, wanted: list[str]) -> None:
    assert cells(values) == wanted


MOMENTS = [
    datetime(2025, 1, 2, 3, 4, 5),
    datetime(2025, 1, 2, 3, 4, 5, 60_000),
    datetime(2025, 1, 2, 3, 4, 5, 6),
    datetime(1969, 12, 31, 23, 59, 58, 500_000),
    datetime(905, 1, 2, 3, 4, 5),
    datetime(9999, 12, 31, 23, 59, 59, 999_999),
    None,
]


def test_moments_are_iso_where_no_format_is_asked_for() -> None:
    wanted = ["2025-01-02T03:04:05", "2025-01-02T03:04:05.060", "2025-01-02T03:04:05.000006"]
    wanted += ["1969-12-31T23:59:58.500", "0905-01-02T03:04:05", "9999-12-31T23:59:59.999999", ""]
    assert cells(pa.array(MOMENTS, pa.timestamp("us"))) == wanted
    assert cells(pa.array(MOMENTS, pa.timestamp("us")).dictionary_encode()) == wanted
    zoned = [f"{each}Z" if each else "" for each in wanted]
    for zone in ("UTC", "Etc/UTC", "+00:00"):
        assert cells(pa.array(MOMENTS, pa.timestamp("us", zone))) == zoned
    summer = pa.array([datetime(2025, 7, 1, 10, 0, 0, 5)], pa.timestamp("us", "Europe/Berlin"))
    assert cells(summer) == ["2025-07-01T12:00:00.000005+02:00"]


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("DD/MM/YY HH:mm", ["02/01/25 03:04", "31/12/69 23:59", "02/01/05 03:04", ""]),
        ("YYYY-MM-DD HH:mm:ss", ["2025-01-02 03:04:05", "1969-12-31 23:59:58", "0905-01-02 03:04:05", ""]),
        (
            "YYYY-MM-DD HH:mm:ss.SSS",
            ["2025-01-02 03:04:05.060000", "1969-12-31 23:59:58.500000", "0905-01-02 03:04:05.000000", ""],
        ),
        ("D, 100% of MMM", ["D, 100% of Jan", "D, 100% of Dec", "D, 100% of Jan", ""]),
        ("hh:mm A", ["03:04 AM", "11:59 PM", "03:04 AM", ""]),
    ],
)
def test_moments_are_in_the_format_asked_for(pattern: str, wanted: list[str]) -> None:
    values = [MOMENTS[1], MOMENTS[3], MOMENTS[4], None]
    quoted = [f'"{each}"' if "," in each else each for each in wanted]
    form = Format(date="DD/MM/YY", moment=pattern)
    for kind in (pa.timestamp("us"), pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.timestamp("ms")):
        held = [each for each in values if kind.unit != "ns" or each is None or each.year > 1900]
        lines = [each for each, value in zip(quoted, values, strict=True) if value in held]
        assert cells(pa.array(held, kind), form) == lines


def test_what_is_before_1970_is_not_rounded_up() -> None:
    just_before = pa.array([-1], pa.timestamp("ns"))
    assert cells(just_before) == ["1969-12-31T23:59:59.999999"]
    assert cells(just_before, Format(date="YYYY", moment="YYYY HH:mm:ss")) == ["1969 23:59:59"]
    assert cells(just_before, Format(date="YYYY", moment="YYYY ss.SSS")) == ["1969 59.999999"]


def test_days_are_in_the_format_asked_for() -> None:
    days = [date(2025, 1, 2), date(1899, 12, 31), date(905, 1, 2), None]
    for kind in (pa.date32(), pa.date64()):
        assert cells(pa.array(days, kind)) == ["2025-01-02", "1899-12-31", "0905-01-02", ""]
        assert cells(pa.array(days, kind), REDASH) == ["02/01/25", "31/12/99", "02/01/05", ""]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (pa.array([0.1], pa.float32()), "0.1"),
        (pa.array([float("nan")]), "null"),
        (pa.array([b"\x01"]), '"01"'),
        (pa.array([time(1, 2, 3)]), '"01:02:03"'),
        (pa.array([datetime(2025, 1, 1)], pa.timestamp("us", "UTC")), '"2025-01-01T00:00:00Z"'),
        (pa.array([Decimal("0.10")]), "0.10"),
        (pa.array(["a"]).dictionary_encode(), '"a"'),
    ],
)
def test_in_json_each_kind_has_its_form(values: Any, wanted: str) -> None:
    assert plain_cells.records(pa.record_batch([values], names=["a"])) == f'[{{"a":{wanted}}}]'.encode()
