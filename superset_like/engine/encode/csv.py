"""Rows as CSV: UTF-8, comma, LF; texts stand in quotes, so that an empty text differs from NULL."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv
from pyarrow import types

from superset_like.engine.encode import cells

# Spreadsheets run a cell that begins like this; a plain number is none.
FORMULA = r"^[=+\-@\t\r]"
NUMBER = r"^[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?$"


def stream(batches: Iterable[pa.RecordBatch], header: Sequence[str]) -> Iterator[bytes]:
    """The header line, then each batch as it comes. Cells that a spreadsheet would run begin with an apostrophe."""
    yield header_line(header)
    options = arrow_csv.WriteOptions(include_header=False, batch_size=16_384)
    for batch in batches:
        if batch.num_rows == 0:
            continue
        buffer = io.BytesIO()
        arrow_csv.write_csv(_table(batch), buffer, options)
        yield buffer.getvalue()


def header_line(header: Sequence[str]) -> bytes:
    """The names as one line."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow([escaped(name) for name in header])
    return buffer.getvalue().encode(errors="replace")


def escaped(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run."""
    return f"'{text}" if text[:1] in set("=+-@\t\r") else text


def _table(batch: pa.RecordBatch) -> pa.Table:
    columns = [_cells(column) for column in batch.columns]
    if len(columns) == 1 and columns[0].null_count:
        # A NULL alone in its row would be an empty line, which readers skip.
        columns = [pc.fill_null(pc.cast(columns[0], pa.string()), "")]
    return pa.Table.from_arrays(columns, names=[str(number) for number in range(len(columns))])


def _cells(column: pa.Array) -> pa.Array | pa.ChunkedArray:
    kind = column.type
    if types.is_timestamp(kind):
        return _moments(column)
    if types.is_boolean(kind):
        # As Superset's files have it; a cast would write them in lower case.
        return pc.if_else(column, "True", "False")
    if types.is_null(kind):
        return pc.cast(column, pa.string())
    made = cells.texts(column)
    is_text = types.is_string(made.type) or types.is_large_string(made.type)
    return _without_formulas(made) if is_text and not types.is_decimal(kind) else made


def _without_formulas(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    risky = pc.match_substring_regex(column, FORMULA)
    if not pc.any(risky).as_py():
        return column
    risky = pc.and_(risky, pc.invert(pc.match_substring_regex(column, NUMBER)))
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


def _moments(column: pa.Array) -> pa.Array:
    """Without the fraction of a second when no value has one; a zone is kept as its offset, UTC as `Z`."""
    seconds = pc.cast(column, pa.timestamp("s", column.type.tz), safe=False)
    is_exact = pc.all(pc.equal(pc.cast(seconds, column.type), column), skip_nulls=True).as_py()
    made = column if is_exact is False else seconds
    if column.type.tz in (None, "UTC"):
        return made
    # Arrow writes +0530, which not all readers of ISO 8601 take.
    return pc.replace_substring_regex(pc.strftime(made, "%Y-%m-%d %H:%M:%S%z"), r"(\d\d)$", r":\1")
