"""How a file is to be read, and how a fault in it is told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from superset_like.errors import Invalid, TooLarge

MOST_COLUMNS = 1000
BATCH_ROWS = 10_000
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the sender says of his file.

    header_row: the row with the names, counted after the skipped ones; None when there is none. column_types: column ->
    a type's name. writes_index: a column with the number of each row, or `index_column` in its place, comes first.
    longest_name: characters of the longest name that the database takes. max_unpacked: bytes that a compressed file
    may become.
    """

    delimiter: str | None = None
    encoding: str | None = None
    header_row: int | None = 0
    skip_rows: int = 0
    rows_to_read: int | None = None
    skip_initial_space: bool = False
    skip_blank_lines: bool = True
    null_values: tuple[str, ...] = ()
    decimal_character: str = "."
    day_first: bool = False
    column_dates: tuple[str, ...] = ()
    column_types: Mapping[str, str] = field(default_factory=dict)
    columns_read: tuple[str, ...] = ()
    index_column: str | None = None
    writes_index: bool = False
    index_label: str | None = None
    sheet_name: str | None = None
    longest_name: int = 128
    max_unpacked: int = 2048 * MIB


class Source(Protocol):
    """The rows of a file. Its batches hold texts where the file knows no types (schema is None), and may be read again.

    texts: positions of columns that the file itself says are texts.
    """

    names: tuple[str, ...]
    schema: pa.Schema | None
    texts: frozenset[int]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows. Raises Invalid with the place of a fault."""

    def place(self, row: int) -> str:
        """Where the row, counted from 0, stands in the file: `line 3`."""


def fault(message: str, **details: Any) -> Invalid:
    """An error about the file."""
    return Invalid(message, fields={"file": [message]}, **details)


def too_large(message: str, limit: int) -> TooLarge:
    """An error about the file's size."""
    return TooLarge(message, fields={"file": [message]}, limit=limit)


def cut_to(batches: Iterator[pa.RecordBatch], rows: int | None) -> Iterator[pa.RecordBatch]:
    """The first rows."""
    left = rows
    for batch in batches:
        if left is None:
            yield batch
            continue
        yield batch.slice(0, left)
        left -= min(left, batch.num_rows)
        if not left:
            return
