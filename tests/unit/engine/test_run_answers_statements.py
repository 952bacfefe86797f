"""A statement's columns come back under their labels and as what they are."""

import sqlite3
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from superset_like.engine import databases
from superset_like.engine.databases.base import Target
from superset_like.engine.query import Kind, Output, Statement
from superset_like.engine.run import Answer, Limits, answer, fetched, kinds_of
from superset_like.errors import QueryFailed

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT i FROM n"


@pytest.fixture
def target(tmp_path: Path) -> Target:
    sqlite3.connect(tmp_path / "a.sqlite").close()
    (tmp_path / "a.sqlite").touch()
    return Target(f"sqlite:///{tmp_path}/a.sqlite", folders=(str(tmp_path),))


def ask(target: Target, sql: str, *outputs: Output, limit: int | None = None, max_rows: int | None = None) -> Answer:
    return answer(databases.find("sqlite"), target, Statement(sql, outputs, limit), Limits(10, max_rows))


def one(target: Target, sql: str, kind: Kind | None = None, time_format: str | None = None) -> list[object]:
    found: list[object] = ask(target, sql, Output("v", kind, time_format)).table.column(0).to_pylist()
    return found


def test_columns_are_named_by_their_labels(target: Target) -> None:
    found = ask(target, "SELECT 1, 'x'", Output("SUM(a)"), Output("SUM(a)"))
    assert found.table.column_names == ["SUM(a)", "SUM(a)"]
    assert [column.to_pylist() for column in found.table.columns] == [[1], ["x"]]
    assert not found.truncated


@pytest.mark.parametrize(
    ("limit", "max_rows", "rows", "truncated"),
    [
        (3, None, 3, True),
        (None, 3, 3, True),
        (3, 2, 2, True),
        (4, None, 4, False),
        (None, None, 4, False),
        (0, 9, 0, True),
    ],
)
def test_rows_beyond_the_limit_are_cut(
    target: Target, limit: int | None, max_rows: int | None, rows: int, truncated: bool
) -> None:
    found = ask(target, NUMBERS.format(4), Output("i"), limit=limit, max_rows=max_rows)
    assert found.table.column(0).to_pylist() == [1, 2, 3, 4][:rows]
    assert found.truncated is truncated


def test_many_rows_all_come(target: Target) -> None:
    assert ask(target, NUMBERS.format(70_000), Output("i")).table.num_rows == 70_000


@pytest.mark.parametrize(
    ("sql", "time_format"),
    [
        ("1578219462", "epoch_s"),
        ("1578219462.0", "epoch_s"),
        ("1578219462000", "epoch_ms"),
        ("'05.01.2020 10:17:42'", "%d.%m.%Y %H:%M:%S"),
        ("20200105101742", "%Y%m%d%H%M%S"),
        ("'2020-01-05 10:17:42'", None),
        ("'2020-01-05T10:17:42'", None),
        ("'2020-01-05T11:17:42+01:00'", None),
        ("'2020-01-05 10:17:42.000000'", None),
    ],
)
def test_moments_are_read_whatever_their_form(target: Target, sql: str, time_format: str | None) -> None:
    found = one(target, f"SELECT {sql} UNION ALL SELECT NULL", Kind.TEMPORAL, time_format)
    assert found == [datetime(2020, 1, 5, 10, 17, 42), None]


def test_dates_without_a_time_are_moments_too(target: Target) -> None:
    assert one(target, "SELECT '2020-01-05'", Kind.TEMPORAL) == [datetime(2020, 1, 5)]


def test_what_is_no_moment_stays_as_it_is(target: Target) -> None:
    assert one(target, "SELECT 'soon' UNION ALL SELECT '2020-01-05'", Kind.TEMPORAL) == ["soon", "2020-01-05"]
    assert one(target, "SELECT '10:00:00'", Kind.TEMPORAL, "%Y-%m-%d") == ["10:00:00"]
    assert one(target, "SELECT 9223372036854775807", Kind.TEMPORAL, "epoch_s") == [9223372036854775807]


def test_numbers_in_a_column_of_booleans_are_booleans(target: Target) -> None:
    found = one(target, "SELECT 1 UNION ALL SELECT 0 UNION ALL SELECT NULL", Kind.BOOLEAN)
    assert found == [True, False, None]


def test_a_column_of_nulls_has_the_kind_that_is_known(target: Target) -> None:
    found = ask(target, "SELECT NULL, NULL", Output("n", Kind.NUMERIC), Output("t", Kind.TEMPORAL))
    assert kinds_of(found.table.schema) == [Kind.NUMERIC, Kind.TEMPORAL]


def test_an_answer_of_other_columns_is_an_error(target: Target) -> None:
    with pytest.raises(QueryFailed):
        ask(target, "SELECT 1, 2", Output("only one"))


def test_rows_as_they_come_are_cut_as_well() -> None:
    table = pa.table({"a": [1, 2, 3]})
    assert fetched(table.to_reader(1), 2) == Answer(table.slice(0, 2), True)
    assert fetched(table.to_reader(1), 3) == Answer(table, False)
    assert fetched(table.to_reader(1), None) == Answer(table, False)


def test_types_have_kinds() -> None:
    types = [
        pa.int8(),
        pa.decimal128(5, 2),
        pa.float32(),
        pa.string(),
        pa.bool_(),
        pa.date32(),
        pa.timestamp("us", "UTC"),
    ]
    schema = pa.schema([pa.field("x", type_) for type_ in [*types, pa.time64("us"), pa.list_(pa.int8()), pa.null()]])
    assert kinds_of(schema) == [0, 0, 0, 1, 3, 2, 2, 1, 1, 1]
