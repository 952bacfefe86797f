"""The raw drivers, which answer plain SQL; and what makes two answers the same."""

import math
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from superset_like.engine.databases.base import Engine, Target
from superset_like.engine.query import Column, Dimension, Kind, Metric, Query, Shape, TableName
from tests.engines.awkward import AWKWARD, TIMES, WORDS, Words, statements
from tests.engines.places import Place, made, mariadb, postgres
from tests.engines.plain_sql import CALCULATED, EPOCH, METRICS
from tests.services_at_hand import uri_of

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Judged:
    """An engine with the awkward table as a dataset. rows: what the driver itself answers to plain SQL."""

    engine: Engine
    target: Target
    shape: Shape
    words: Words
    rows: Callable[[str], Rows]


@contextmanager
def judged(kind: str, folder: Path) -> Iterator[Judged]:
    """The engine and its driver, each on the awkward table."""
    with made(kind, folder, AWKWARD, list(statements(WORDS[kind]))) as place, _driver(kind, folder) as connection:
        with closing(connection.cursor()) as cursor:

            def rows(sql: str) -> Rows:
                cursor.execute(sql)
                return list(cursor.fetchall())

            yield Judged(place.engine, place.target, _shape(place), WORDS[kind], rows)


def _driver(kind: str, folder: Path) -> AbstractContextManager[Any]:
    if kind == "duckdb":
        # The engine keeps the file open, with settings of its own.
        return duckdb.connect(shutil.copy(folder / "values.duckdb", folder / "judge.duckdb"), read_only=True)
    if kind == "sqlite":
        return closing(sqlite3.connect(folder / "values.sqlite"))
    return (postgres if kind == "postgres" else mariadb)(uri_of(kind))


def _shape(place: Place) -> Shape:
    table = TableName(AWKWARD)
    found = [column for column in place.engine.describe(place.target, table).columns if "_cut_" not in column.name]
    columns = [Column(each.name, each.type, each.kind, each.is_temporal) for each in found]
    columns = [
        replace(each, is_temporal=True, time_format="epoch_s") if each.name == "epoch" else each for each in columns
    ]
    kinds = {"k_twice": Kind.NUMERIC, "is_big": Kind.BOOLEAN}
    columns += [Column(name, kind=kinds[name], expression=sql) for name, sql in CALCULATED.items()]
    metrics = tuple(Metric(name, sql) for name, sql in METRICS.items())
    return Shape(place.engine.name, table, tuple(columns), metrics)


def read_as_asked(query: Query, rows: Sequence[Sequence[Any]]) -> Rows:
    """The driver's rows, booleans and moments read as such where the question's columns hold them."""
    readers = [_reader(query, at) for at in range(len(query.dimensions) + len(query.measures or ()))]
    if query.row_count:
        return [tuple(row) for row in rows]
    return [
        tuple(None if value is None else read(value) for read, value in zip(readers, row, strict=True)) for row in rows
    ]


def _reader(query: Query, at: int) -> Callable[[Any], Any]:
    item = [*query.dimensions, *(query.measures or ())][at]
    is_dimension = isinstance(item, Dimension)
    if is_dimension and query.series and query.series.group_others and item.label in query.series.dimensions:
        return str
    if is_dimension and item.grain:
        return _moment
    if not (is_dimension or item.aggregate in ("MIN", "MAX")):
        return lambda value: value
    if item.column == "epoch":
        return lambda value: EPOCH + timedelta(seconds=int(value))
    if item.column in TIMES:
        return _moment
    return bool if item.column in ("is_open", "is_big") else lambda value: value


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def in_any_order(rows: Rows) -> Rows:
    """The rows in one order, which does not tell near doubles apart."""
    return sorted(rows, key=lambda row: [_place(value) for value in row])


def _place(value: Any) -> tuple[str, str, str]:
    value = comparable(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return "number", f"{float(value):+.6e}", "" if isinstance(value, float) else str(Decimal(value).normalize())
    return type(value).__name__, str(value), ""


def comparable(value: Any) -> Any:
    """A day as its midnight: an engine may cut moments to days."""
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return datetime.combine(value, time()) if is_day else value


def same(ours: Rows, judges: Rows) -> bool:
    """Whether all values are equal; doubles within a billionth."""
    return len(ours) == len(judges) and all(
        len(left) == len(right) and all(map(_same, left, right)) for left, right in zip(ours, judges, strict=True)
    )


def _same(left: Any, right: Any) -> bool:
    left, right = comparable(left), comparable(right)
    if isinstance(left, float) or isinstance(right, float):
        numbers = isinstance(left, float | int | Decimal) and isinstance(right, float | int | Decimal)
        return numbers and math.isclose(left, right, rel_tol=1e-9)
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)
