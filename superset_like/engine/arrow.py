"""Rows of drivers that give Python values, as Arrow batches: column by column, each value exact or an error."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from superset_like.errors import QueryFailed

Values = Sequence[Any]
Rows = Sequence[Sequence[Any]]

# So many rows are looked at before a column, whose type the driver does not tell, gets one.
LOOKAHEAD_ROWS = 50_000

# What Arrow reads and Python's datetime can hold: no year 0, none after 9999, no infinity.
_DATE = r"^(?:[1-9]\d{3}|0[1-9]\d{2}|00[1-9]\d|000[1-9])-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_PLAIN_DATE = f"{_DATE}$"
_MOMENT = _DATE + r"[ T][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?$"
_TIME = r"^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$"
_EXACT_IN_DOUBLE = 2**53
# The metadata of a field whose texts are JSON documents.
DOCUMENTS = {b"holds": b"json"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the values of one column become Arrow.

    settle: the type, from the first values. make: an array of that type; raises ArrowInvalid, TypeError or
    OverflowError for a value that has no place in it. is_json: the texts are JSON documents, and the
    field says so by DOCUMENTS.
    """

    settle: Callable[[Values], pa.DataType]
    make: Callable[[Values, pa.DataType], pa.Array]
    is_json: bool = False


def reader(
    names: Sequence[str], readings: Sequence[Reading], fetch: Callable[[int], Rows], batch_rows: int
) -> pa.RecordBatchReader:
    """The rows that fetch gives, until it gives none. fetch: the next rows, at most so many."""
    first: list[Sequence[Any]] = []
    while len(first) < LOOKAHEAD_ROWS and (rows := fetch(batch_rows)):
        first.extend(rows)
    columns = _columns(first, len(names))
    types = [reading.settle(values) for reading, values in zip(readings, columns, strict=True)]
    marks = [DOCUMENTS if reading.is_json else None for reading in readings]
    schema = pa.schema([pa.field(*each[:2], metadata=each[2]) for each in zip(names, types, marks, strict=True)])

    def batches() -> Iterator[pa.RecordBatch]:
        whole = _batch(schema, readings, columns)
        first.clear()
        columns.clear()
        for start in range(0, whole.num_rows, batch_rows):
            yield whole.slice(start, batch_rows)
        while rows := fetch(batch_rows):
            yield _batch(schema, readings, _columns(rows, len(names)))

    return pa.RecordBatchReader.from_batches(schema, batches())


def _columns(rows: Rows, count: int) -> list[Values]:
    return list(zip(*rows, strict=True)) if rows else [()] * count


def _batch(schema: pa.Schema, readings: Sequence[Reading], columns: Sequence[Values]) -> pa.RecordBatch:
    arrays = [_array(field, reading, values) for field, reading, values in zip(schema, readings, columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(field: pa.Field, reading: Reading, values: Values) -> pa.Array:
    try:
        return reading.make(values, field.type)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        message = f"The column {field.name} holds values that do not fit one type ({field.type}); cast it in the query"
        raise QueryFailed(message) from error


def plain(type_: pa.DataType) -> Reading:
    """Values that Arrow takes as they are."""
    return Reading(lambda values: type_, lambda values, known: pa.array(values, known))


def documents() -> Reading:
    """JSON documents, as they are written."""
    return Reading(lambda values: pa.string(), lambda values, known: pa.array(values, known), is_json=True)


def dates() -> Reading:
    """Texts `2024-01-31`; what is no date of the years 1 to 9999 (infinity, a zero date) becomes NULL."""
    return Reading(lambda values: pa.date32(), _make_dates)


def moments(zone: str | None = None) -> Reading:
    """Texts `2024-01-31 10:00:00.5`; what is no moment of the years 1 to 9999 becomes NULL."""
    type_ = pa.timestamp("us", zone)
    return Reading(lambda values: type_, _make_moments)


def times() -> Reading:
    """Texts `10:00:00.5` of one day; others (`24:00:00`) become NULL."""
    return Reading(lambda values: pa.time64("us"), _make_times)


def _make_dates(values: Values, type_: pa.DataType) -> pa.Array:
    return pc.cast(_matching(pa.array(values, pa.string()), _PLAIN_DATE), type_)


def _make_moments(values: Values, type_: pa.DataType) -> pa.Array:
    return pc.cast(_matching(pa.array(values, pa.string()), _MOMENT), type_)


def _make_times(values: Values, type_: pa.DataType) -> pa.Array:
    texts = _matching(pa.array(values, pa.string()), _TIME)
    moments = pc.cast(pc.binary_join_element_wise("1970-01-01", texts, " "), pa.timestamp("us"))
    return pc.cast(moments, type_)


def _matching(texts: pa.Array, pattern: str) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(texts, pattern), texts, None)


def decimals(precision: int | None = None, scale: int | None = None) -> Reading:
    """Decimals, all digits kept; text when the scale is open and a value is none (NaN) or too long."""
    if precision is not None and scale is not None and 0 <= scale <= precision <= 76:
        return Reading(lambda values: _decimal_type(precision, scale), _make_decimals)
    return Reading(_settle_decimals, _make_decimals)


def _decimal_type(precision: int, scale: int) -> pa.DataType:
    return pa.decimal128(precision, scale) if precision <= 38 else pa.decimal256(precision, scale)


def _settle_decimals(values: Values) -> pa.DataType:
    scale = whole = 0
    for value in values:
        if value is None:
            continue
        if not value.is_finite():
            return pa.string()
        scale = max(scale, -value.as_tuple().exponent)
        whole = max(whole, value.adjusted() + 1)
    if whole + scale <= 38:
        return pa.decimal128(38, scale)
    return pa.decimal256(76, scale) if whole + scale <= 76 else pa.string()


def _make_decimals(values: Values, type_: pa.DataType) -> pa.Array:
    if pa.types.is_string(type_):
        return pa.array([None if value is None else _decimal_text(value) for value in values], type_)
    try:
        return pa.array(values, type_)
    except pa.ArrowInvalid:
        if any(value is not None and not value.is_finite() for value in values):
            # NaN stands beside digits that a declared precision promises.
            return pa.array([value if value is not None and value.is_finite() else None for value in values], type_)
        raise


def _decimal_text(value: Decimal) -> str:
    return format(value, "f") if value.is_finite() else str(value)


def unsigned_bits() -> Reading:
    """Bytes, most significant first, as numbers of 64 bits."""
    return Reading(lambda values: pa.uint64(), _make_bits)


def _make_bits(values: Values, type_: pa.DataType) -> pa.Array:
    return pa.array([None if value is None else int.from_bytes(value, "big") for value in values], type_)


def anything() -> Reading:
    """Values of which the driver tells no type: one type for all of them, text when they are mixed."""
    return Reading(_settle_anything, _make_anything)


def _settle_anything(values: Values) -> pa.DataType:
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int}:
        return pa.int64()
    if kinds == {float} or (kinds == {int, float} and _are_exact_doubles(values)):
        return pa.float64()
    if kinds == {bytes}:
        return pa.binary()
    return pa.string()


def _are_exact_doubles(values: Values) -> bool:
    return all(abs(value) <= _EXACT_IN_DOUBLE for value in values if type(value) is int)


def _make_anything(values: Values, type_: pa.DataType) -> pa.Array:
    if not pa.types.is_string(type_):
        if pa.types.is_floating(type_) and not _are_exact_doubles(values):
            raise OverflowError("an integer has more digits than a double")
        return pa.array(values, type_)
    if set(map(type, values)) <= {str, type(None)}:
        return pa.array(values, type_)
    return pa.array([_text(value) for value in values], type_)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
