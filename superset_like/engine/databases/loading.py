"""How rows get into a table: what is asked for, and the SQL and the values that engines share for it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import uuid4

import pyarrow as pa

from superset_like.engine.query import TableName

# What an INSERT of a driver takes at a time.
INSERT_ROWS = 1000


class Already(StrEnum):
    """What becomes of a table that is there already: it is an error, or goes once all rows are there, or gets them."""

    FAIL = "fail"
    REPLACE = "replace"
    APPEND = "append"


@dataclass(frozen=True, slots=True)
class Load:
    """Rows for a table: all of them, or none."""

    table: TableName
    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]
    already: Already


@dataclass(frozen=True, slots=True)
class Types:
    """An engine's names of a file's types. most_scale: digits behind the point; decimals with more are texts."""

    whole: str = "BIGINT"
    decimal: str = "DECIMAL({precision},{scale})"
    floating: str = "DOUBLE PRECISION"
    truth: str = "BOOLEAN"
    day: str = "DATE"
    moment: str = "TIMESTAMP"
    instant: str = "TIMESTAMP WITH TIME ZONE"
    time: str = "TIME"
    text: str = "TEXT"
    binary: str = "BLOB"
    most_scale: int = 38

    def of(self, type_: pa.DataType) -> str:
        """The type in which a column is made."""
        if pa.types.is_decimal(type_):
            if type_.scale > self.most_scale:
                return self.text
            return self.decimal.format(precision=type_.precision, scale=type_.scale)
        if pa.types.is_timestamp(type_):
            return self.instant if type_.tz else self.moment
        names = (
            (pa.types.is_boolean, self.truth),
            (pa.types.is_integer, self.whole),
            (pa.types.is_floating, self.floating),
            (pa.types.is_date, self.day),
            (pa.types.is_time, self.time),
            (pa.types.is_binary, self.binary),
        )
        return next((name for is_so, name in names if is_so(type_)), self.text)


@dataclass(frozen=True, slots=True)
class Spelling:
    """Statements about tables in an engine's own quotes and types."""

    types: Types
    quote: str = '"'

    def name(self, name: str) -> str:
        """One name in quotes."""
        return self.quote + name.replace(self.quote, self.quote * 2) + self.quote

    def place(self, table: TableName) -> str:
        """The table under its schema."""
        return ".".join(self.name(part) for part in (table.schema, table.name) if part)

    def columns(self, schema: pa.Schema) -> str:
        """The columns, as INSERT lists them."""
        return ", ".join(map(self.name, schema.names))

    def create(self, table: TableName, schema: pa.Schema) -> str:
        """CREATE TABLE with a column for each of the schema's."""
        columns = ", ".join(f"{self.name(field.name)} {self.types.of(field.type)}" for field in schema)
        return f"CREATE TABLE {self.place(table)} ({columns})"


def beside(table: TableName) -> TableName:
    """A table of a name that nobody has, in the same schema."""
    return TableName(f"upload_{uuid4().hex}", table.schema, table.catalog)


def rows_of(batch: pa.RecordBatch) -> Iterator[tuple[tuple[Any, ...], ...]]:
    """The rows, as drivers take them, some at a time."""
    for at in range(0, batch.num_rows, INSERT_ROWS):
        part = batch.slice(at, INSERT_ROWS)
        yield tuple(zip(*(column.to_pylist() for column in part.columns), strict=True))
