"""Rows as a JSON list of objects."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import repeat
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.engine.encode import cells

MS = pa.timestamp("ms")
US = pa.timestamp("us")
SECONDS = pa.timestamp("s")
# Of the years 1 to 9999.
FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799


class Times(StrEnum):
    """How moments and dates are written: milliseconds since 1970 as numbers, or ISO 8601 text."""

    EPOCH_MS = "epoch_ms"
    ISO = "iso"


def records(table: pa.Table, times: Times = Times.EPOCH_MS) -> bytes:
    """A JSON list with an object for each row. Names are unique: of columns of one name the last would win.

    Integers and decimals keep all their digits; NaN and infinities are null.
    """
    return objects(table.column_names, [values(column, times) for column in table.columns])


def objects(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> bytes:
    """A JSON list with an object for each row of these columns, whose values orjson can write."""
    if not columns:
        return b"[]"
    return orjson.dumps(list(map(dict, map(zip, repeat(names), zip(*columns, strict=True)))), default=str)


def values(column: pa.ChunkedArray, times: Times) -> Sequence[Any]:
    """The column's values as orjson writes them."""
    kind = column.type
    if types.is_dictionary(kind):
        return values(pc.cast(column, kind.value_type), times)
    if types.is_timestamp(kind):
        return _moments(column, times)
    if types.is_date(kind):
        return _epochs(pc.cast(column, MS)) if times is Times.EPOCH_MS else _days(column)
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
    micros = pc.cast(column, pa.timestamp("us", column.type.tz), safe=False)
    if column.type.tz is None:
        seconds = pc.cast(micros, SECONDS, safe=False)
        if pc.all(pc.equal(pc.cast(seconds, US), micros)).as_py() and _are_written_alike(seconds):
            return _texts(pc.utf8_replace_slice(pc.cast(seconds, pa.string()), 10, 11, "T"))
    return _texts(micros)


def _days(column: pa.ChunkedArray) -> Sequence[Any]:
    return _texts(pc.cast(column, pa.string()) if _are_written_alike(pc.cast(column, SECONDS)) else column)


def _are_written_alike(seconds: pa.ChunkedArray) -> bool:
    """Whether Arrow writes these moments as Python does, which takes ten times as long: those of years 1 to 9999."""
    ends = pc.min_max(pc.cast(seconds, pa.int64())).as_py()
    return ends["min"] is None or (FIRST_SECOND <= ends["min"] and ends["max"] <= LAST_SECOND)


def _texts(column: pa.ChunkedArray) -> Sequence[Any]:
    found: list[Any] = column.to_pylist()
    return found


def _epochs(column: pa.ChunkedArray) -> Sequence[Any]:
    """Milliseconds since 1970 UTC: whole numbers, or with a fraction when one of them has any."""
    micros = pc.cast(pc.cast(column, pa.timestamp("us", column.type.tz), safe=False), pa.int64())
    millis = pc.divide(micros, 1000)
    if pc.all(pc.equal(pc.multiply(millis, 1000), micros), skip_nulls=True).as_py() is False:
        millis = pc.divide(pc.cast(micros, pa.float64(), safe=False), 1000.0)
    found: list[Any] = millis.to_pylist()
    return found
