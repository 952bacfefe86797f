"""Rows as a JSON list of objects."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.engine.encode import cells

MS = pa.timestamp("ms")
US = pa.timestamp("us")


class Times(StrEnum):
    """How moments and dates are written: milliseconds since 1970 as numbers, or ISO 8601 text."""

    EPOCH_MS = "epoch_ms"
    ISO = "iso"


def records(table: pa.Table, times: Times = Times.EPOCH_MS) -> bytes:
    """A JSON list with an object for each row. Names are unique: of columns of one name the last would win.

    Integers and decimals keep all their digits; NaN and infinities are null.
    """
    names = table.column_names
    columns = [values(column, times) for column in table.columns]
    if not columns:
        return b"[]"
    return orjson.dumps([dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)], default=str)


def values(column: pa.ChunkedArray, times: Times) -> Sequence[Any]:
    """The column's values as orjson writes them."""
    kind = column.type
    if types.is_dictionary(kind):
        return values(pc.cast(column, kind.value_type), times)
    if types.is_timestamp(kind):
        return _moments(column, times)
    if types.is_date(kind):
        return _epochs(pc.cast(column, MS)) if times is Times.EPOCH_MS else column.to_pylist()
    if types.is_decimal(kind):
        return [None if text is None else orjson.Fragment(text) for text in cells.decimals_as_text(column).to_pylist()]
    if _is_plain(kind):
        found: list[Any] = column.to_pylist()
        return found
    return [cells.jsonable(value) for value in cells.values(column)]


def _is_plain(kind: pa.DataType) -> bool:
    return bool(
        types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_boolean(kind)
        or types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_time(kind)
        or types.is_null(kind)
    )


def _moments(column: pa.ChunkedArray, times: Times) -> Sequence[Any]:
    if times is Times.EPOCH_MS:
        return _epochs(column)
    # Python's datetime ends at microseconds.
    found: list[Any] = pc.cast(column, pa.timestamp("us", column.type.tz), safe=False).to_pylist()
    return found


def _epochs(column: pa.ChunkedArray) -> Sequence[Any]:
    """Milliseconds since 1970 UTC: whole numbers, or with a fraction when one of them has any."""
    micros = pc.cast(pc.cast(column, pa.timestamp("us", column.type.tz), safe=False), pa.int64())
    millis = pc.divide(micros, 1000)
    if pc.all(pc.equal(pc.multiply(millis, 1000), micros), skip_nulls=True).as_py() is False:
        millis = pc.divide(pc.cast(micros, pa.float64(), safe=False), 1000.0)
    found: list[Any] = millis.to_pylist()
    return found
