"""Rows as CSV in Redash's manner: CRLF, quotes only where a cell needs them, an empty cell for NULL, times in a format.

Cells are what they are: nothing is put before a text that a spreadsheet would take for a formula, since scripts read
these files.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.engine.encode import cells, plain_cells

LINE_END = "\r\n"
# The letters of moment.js in which formats are written, and strftime's.
LETTERS = {
    **{"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "HH": "%H", "mm": "%M", "SSS": "%f", "ss": "%S"},
    **{"MMM": "%b", "MMMM": "%B", "hh": "%I", "A": "%p"},
}
LETTER = re.compile("|".join(sorted(LETTERS, key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written. date, moment: moment.js formats; None: ISO 8601, with all that a moment has."""

    separator: str = ","
    date: str | None = None
    moment: str | None = None


def stream(batches: Iterable[pa.RecordBatch], header: Sequence[str], form: Format) -> Iterator[bytes]:
    """The header line, then each batch as it comes."""
    names = [_quoted_text(name, form.separator) for name in header]
    line = form.separator.join(names) if names != [""] else '""'
    yield (line + LINE_END).encode(errors="replace")
    for batch in batches:
        if batch.num_rows:
            yield _lines(batch, form)


def _lines(batch: pa.RecordBatch, form: Format) -> bytes:
    columns = [_cells(column, form) for column in batch.columns]
    if len(columns) == 1:
        # A NULL alone in its row would be an empty line, which readers skip.
        columns = [pc.if_else(pc.equal(columns[0], ""), '""', columns[0])]
    lines = pc.binary_join_element_wise(*columns, form.separator)
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines), LINE_END)
    made: bytes = joined[0].as_py().encode(errors="replace")
    return made + LINE_END.encode()


def _cells(column: pa.Array, form: Format) -> pa.Array:
    kind = column.type
    if types.is_dictionary(kind):
        return _cells(pc.cast(column, kind.value_type), form)
    if types.is_null(kind):
        return pa.array([""] * len(column), pa.string())
    if types.is_boolean(kind):
        return pc.fill_null(pc.if_else(column, "true", "false"), "")
    if types.is_integer(kind):
        return pc.fill_null(pc.cast(column, pa.string()), "")
    if types.is_floating(kind):
        return pc.fill_null(_floats(column), "")
    return _quoted(pc.fill_null(_texts(column, form), ""), form.separator)


def _texts(column: pa.Array, form: Format) -> pa.Array:
    if types.is_date(column.type) and form.date is not None:
        return _written(pc.cast(column, pa.timestamp("s")), form.date)
    if types.is_timestamp(column.type) and form.moment is not None:
        return _written(column, form.moment)
    return _combined(pc.cast(cells.texts(plain_cells.shown(column)), pa.string()))


def _floats(column: pa.Array) -> pa.Array:
    """As Python writes them; what is no number is empty, as it is null in JSON."""
    finite = pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    made = pc.cast(finite, pa.string())
    is_whole = pc.match_substring_regex(made, r"^-?\d+$")
    return pc.if_else(is_whole, pc.binary_join_element_wise(made, ".0", ""), made)


def _combined(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _written(column: pa.Array, pattern: str) -> pa.Array:
    """By strftime, which knows no fractions of a second apart from the seconds: those are Python's to write."""
    letters = LETTER.sub(lambda match: LETTERS[match[0]], pattern.replace("%", "%%"))
    if "%f" not in letters:
        # A cast would round what is before 1970 up.
        whole = pc.floor_temporal(column, unit="second")
        return pc.strftime(pc.cast(whole, pa.timestamp("s", column.type.tz)), letters)
    return pa.array(_each(plain_cells.micros(column), lambda value: _of_python(value, letters)), pa.string())


def _of_python(moment: datetime, letters: str) -> str:
    """By strftime, whose years before 1000 have no zeros in front."""
    return moment.strftime(letters.replace("%Y", f"{moment.year:04d}"))


def _each(column: pa.Array, write: Callable[[Any], str]) -> list[str | None]:
    return [None if value is None else write(value) for value in column.to_pylist()]


def _quoted(column: pa.Array, separator: str) -> pa.Array:
    risky = pc.match_substring_regex(column, f'[{separator}"\r\n]')
    if not pc.any(risky).as_py():
        return column
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(column, '"', '""'), '"', "")
    return pc.if_else(risky, quoted, column)


def _quoted_text(text: str, separator: str) -> str:
    if not set(text) & {separator, '"', "\r", "\n"}:
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
