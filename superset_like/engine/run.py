"""A statement answered: rows fetched up to a limit, each column read as what it is."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from superset_like.engine.databases.base import Engine, Session, Target
from superset_like.engine.query import Kind, Output, Statement
from superset_like.errors import AnswerTooLarge, QueryFailed

BATCH_ROWS = 20_000
MIB = 1024 * 1024
OTHER_COLUMNS = "The database answered with other columns than were asked for"
MOMENT = pa.timestamp("us")
MICROSECONDS = {"epoch_s": 1_000_000, "epoch_ms": 1_000}


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer may cost; None means no limit. max_bytes: of its rows as Arrow."""

    timeout_s: float | None = None
    max_rows: int | None = None
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """truncated: the database had more rows than the limit let in."""

    table: pa.Table
    truncated: bool = False


def answer(
    engine: Engine,
    target: Target,
    statement: Statement,
    limits: Limits,
    over: Callable[[Session], AbstractContextManager[object]] = nullcontext,
) -> Answer:
    """The statement's rows; labels as names, which may repeat.

    over: entered with the session while it works, for who may want to cancel it.

    Raises QueryFailed, QueryTimedOut, QueryCanceled, DatabaseUnreachable, AnswerTooLarge.
    """
    asked = [limit for limit in (statement.limit, limits.max_rows) if limit is not None]
    with engine.open(target, limits.timeout_s) as session, over(session):
        found = fetched(session.read(statement.sql, BATCH_ROWS), min(asked, default=None), limits.max_bytes)
    if found.table.num_columns != len(statement.outputs):
        raise QueryFailed(OTHER_COLUMNS)
    columns = [
        _zoned(_read_as(column, output), output, statement.time_zone)
        for column, output in zip(found.table.columns, statement.outputs, strict=True)
    ]
    return Answer(pa.table(columns, names=[output.label for output in statement.outputs]), found.truncated)


class Stream:
    """The statement's rows as they come; labels as names. To be closed, unless all were read.

    rows, truncated: of what was read so far; truncated once the limit was met and there was more. on_close: called once
    it is closed, also when it cannot be opened. Raises as `answer` does, while it is made and while it is read.
    """

    def __init__(
        self,
        engine: Engine,
        target: Target,
        statement: Statement,
        limits: Limits,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        asked = [limit for limit in (statement.limit, limits.max_rows) if limit is not None]
        self._most = min(asked, default=None)
        self._outputs = statement.outputs
        self._zone = statement.time_zone
        self._on_close, self._is_closed = on_close, False
        try:
            self._session = engine.open(target, limits.timeout_s)
        except BaseException:
            on_close()
            raise
        self.rows = 0
        self.truncated = False
        try:
            self._reader = self._session.read(statement.sql, BATCH_ROWS)
            if len(self._reader.schema) != len(statement.outputs):
                raise QueryFailed(OTHER_COLUMNS)
            self._batches = self._read()
            # What fails at once fails before anything was sent.
            self._first = next(self._batches, None)
            empty = pa.RecordBatch.from_pylist([], schema=self._reader.schema)
            self.schema = (self._first or self._shaped(empty)).schema
        except BaseException:
            self._session.close()
            on_close()
            raise

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        if self._first is not None:
            yield self._first
            self._first = None
        # Values may be read in another way from batch to batch; what leaves is of one type.
        for batch in self._batches:
            yield batch if batch.schema == self.schema else batch.cast(self.schema)
        self.close()

    def close(self) -> None:
        """What still runs in the engine is ended; harmless when repeated."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._session.cancel()
            self._batches.close()
            self._session.close()
        finally:
            self._on_close()

    def _read(self) -> Generator[pa.RecordBatch, None, None]:
        for batch in self._reader:
            left = batch.num_rows if self._most is None else self._most - self.rows
            self.truncated = batch.num_rows > left
            self.rows += min(batch.num_rows, left)
            if left:
                yield self._shaped(batch.slice(0, left))
            if self.truncated:
                return

    def _shaped(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = [
            _zoned(_read_as(pa.chunked_array([column]), output), output, self._zone).combine_chunks()
            for column, output in zip(batch.columns, self._outputs, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, names=[output.label for output in self._outputs])


def fetched(reader: pa.RecordBatchReader, max_rows: int | None, max_bytes: int | None = None) -> Answer:
    """The rows as they come, at most max_rows; one more is looked for to tell whether they were cut.

    Raises AnswerTooLarge as soon as they are more bytes than that.
    """
    batches: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in reader:
        batches.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        if max_bytes is not None and size > max_bytes:
            raise AnswerTooLarge(limit_mib=max_bytes // MIB)
        if max_rows is not None and rows > max_rows:
            break
    table = pa.Table.from_batches(batches, schema=reader.schema)
    if max_rows is None or rows <= max_rows:
        return Answer(table)
    return Answer(table.slice(0, max_rows), truncated=True)


def kinds_of(schema: pa.Schema) -> list[Kind]:
    """The sort of values in each column."""
    return [_kind_of(field.type) for field in schema]


def zones_of(schema: pa.Schema) -> list[str | None]:
    """The zone whose clocks show the moments in each column; None for days, moments without one, and other values."""
    return [field.type.tz if pa.types.is_timestamp(field.type) else None for field in schema]


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


def _zoned(column: pa.ChunkedArray, output: Output, zone: str | None) -> pa.ChunkedArray:
    """Moments so many hours later, and in the zone where one is stated."""
    is_wall = zone is not None and output.kind is Kind.TEMPORAL and output.written is not None
    if is_wall and pa.types.is_date(column.type):
        # A moment cut to its day.
        column = pc.cast(column, MOMENT)
    if not pa.types.is_timestamp(column.type):
        return column
    if is_wall:
        # Some engines hand out a wall clock as one of UTC.
        column = pc.cast(column, pa.timestamp(column.type.unit))
    if output.hours:
        column = pc.add(column, pa.scalar(timedelta(hours=output.hours), pa.duration(column.type.unit)))
    if zone is None:
        return column
    if column.type.tz is None:
        # Of the hour that a zone has twice, the first; of the one that it skips, what the clocks jump to.
        column = pc.assume_timezone(column, output.written or zone, ambiguous="earliest", nonexistent="latest")
    return pc.cast(column, pa.timestamp(column.type.unit, zone))


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
