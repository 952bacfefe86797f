"""A statement answered: rows fetched up to a limit, each column read as what it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from superset_like.engine.databases.base import Engine, Target
from superset_like.engine.query import Kind, Output, Statement
from superset_like.errors import QueryFailed

BATCH_ROWS = 20_000
MOMENT = pa.timestamp("us")
MICROSECONDS = {"epoch_s": 1_000_000, "epoch_ms": 1_000}


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer may cost; None means no limit."""

    timeout_s: float | None = None
    max_rows: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """truncated: the database had more rows than the limit let in."""

    table: pa.Table
    truncated: bool = False


def answer(engine: Engine, target: Target, statement: Statement, limits: Limits) -> Answer:
    """The statement's rows; labels as names, which may repeat.

    Raises QueryFailed, QueryTimedOut, QueryCanceled, DatabaseUnreachable.
    """
    asked = [limit for limit in (statement.limit, limits.max_rows) if limit is not None]
    with engine.open(target, limits.timeout_s) as session:
        found = fetched(session.read(statement.sql, BATCH_ROWS), min(asked, default=None))
    if found.table.num_columns != len(statement.outputs):
        raise QueryFailed("The database answered with other columns than were asked for")
    columns = [_read_as(column, out) for column, out in zip(found.table.columns, statement.outputs, strict=True)]
    return Answer(pa.table(columns, names=[output.label for output in statement.outputs]), found.truncated)


def fetched(reader: pa.RecordBatchReader, max_rows: int | None) -> Answer:
    """The rows as they come, at most max_rows; one more is looked for to tell whether they were cut."""
    batches: list[pa.RecordBatch] = []
    rows = 0
    for batch in reader:
        batches.append(batch)
        rows += batch.num_rows
        if max_rows is not None and rows > max_rows:
            break
    table = pa.Table.from_batches(batches, schema=reader.schema)
    if max_rows is None or rows <= max_rows:
        return Answer(table)
    return Answer(table.slice(0, max_rows), truncated=True)


def kinds_of(schema: pa.Schema) -> list[Kind]:
    """The sort of values in each column."""
    return [_kind_of(field.type) for field in schema]


def _kind_of(type_: pa.DataType) -> Kind:
    types = pa.types
    if types.is_boolean(type_):
        return Kind.BOOLEAN
    if types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_):
        return Kind.NUMERIC
    if types.is_timestamp(type_) or types.is_date(type_):
        return Kind.TEMPORAL
    return Kind.STRING


def _read_as(column: pa.ChunkedArray, output: Output) -> pa.ChunkedArray:
    if output.time_format is not None:
        return _moments_by_format(column, output.time_format)
    if output.kind is Kind.TEMPORAL and _is_text(column):
        return _iso_moments(column)
    if output.kind is Kind.BOOLEAN and pa.types.is_integer(column.type):
        return pc.cast(column, pa.bool_())
    if output.kind is Kind.NUMERIC and _is_text(column) and column.null_count == len(column):
        return pc.cast(column, pa.float64())
    return column


def _moments_by_format(column: pa.ChunkedArray, time_format: str) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return column
    factor = MICROSECONDS.get(time_format)
    if factor is not None:
        return _from_epoch(column, factor)
    texts = column if _is_text(column) else pc.cast(column, pa.string())
    return _by_uniques(texts, lambda text: _naive(datetime.strptime(text, time_format)))


def _from_epoch(column: pa.ChunkedArray, factor: int) -> pa.ChunkedArray:
    try:
        if pa.types.is_integer(column.type):
            return pc.cast(pc.multiply_checked(pc.cast(column, pa.int64()), factor), MOMENT)
        numbers = pc.round(pc.multiply(pc.cast(column, pa.float64()), float(factor)))
        return pc.cast(pc.cast(numbers, pa.int64()), MOMENT)
    except pa.ArrowInvalid:
        # Words among the numbers, or a moment that no calendar holds: shown as stored.
        return column


def _by_uniques(column: pa.ChunkedArray, parse: Callable[[str], datetime]) -> pa.ChunkedArray:
    """The texts as moments, each distinct one parsed once; the column as it is when one of them is none."""
    coded = pa.chunked_array(column.chunks, column.type).combine_chunks().dictionary_encode()
    try:
        moments = pa.array([parse(text) for text in coded.dictionary.to_pylist()], MOMENT)
    except (ValueError, OverflowError):
        return column
    return pa.chunked_array([moments.take(coded.indices)])


def _iso_moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return pc.cast(column, MOMENT)
    except pa.ArrowInvalid:
        return _by_uniques(column, lambda text: _naive(datetime.fromisoformat(text)))


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _is_text(column: Any) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))
