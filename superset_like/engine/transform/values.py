"""Columns as Python values and back, every digit kept."""

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.errors import QuestionInvalid

Number = int | float | Decimal

EXACT_IN_DOUBLE = 2**53
MOST_DIGITS = 76


def is_number(kind: pa.DataType) -> bool:
    """Whether one can calculate with values of the type."""
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def require_numbers(column: pa.Array, name: str) -> pa.Array:
    """The column; booleans as 0 and 1. Raises QuestionInvalid for texts, times and others."""
    if types.is_boolean(column.type):
        return pc.cast(column, pa.int64())
    if not is_number(column.type):
        raise QuestionInvalid(f'Column "{name}" is not numeric', fields={"columns": [name]})
    return column


def require_comparable(column: pa.Array, name: str) -> pa.Array:
    """The column. Raises QuestionInvalid for lists, objects and others that have no order."""
    if types.is_nested(column.type) or types.is_interval(column.type):
        raise QuestionInvalid(f'Values of column "{name}" cannot be compared', fields={"columns": [name]})
    return column


def listed(column: pa.Array) -> list[Any]:
    """The values; dates and times as integers of their unit, so that they compare and come back exactly."""
    if types.is_date32(column.type) or types.is_time32(column.type):
        column = pc.cast(column, pa.int32())
    elif types.is_temporal(column.type) and not types.is_interval(column.type):
        column = pc.cast(column, pa.int64())
    found: list[Any] = column.to_pylist()
    return found


def restored(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """The column of this type that `listed` made the values of."""
    if types.is_date32(kind) or types.is_time32(kind):
        return pc.cast(pa.array(values, pa.int32()), kind)
    if types.is_temporal(kind) and not types.is_interval(kind):
        return pc.cast(pa.array(values, pa.int64()), kind)
    return pa.array(values, kind)


def numbers(values: Sequence[Number | None], scale: int = 0) -> pa.Array:
    """The numbers as one column: doubles, else integers of 64 bits, else decimals (of at least this scale).

    NaN becomes NULL.
    """
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {int}:
        try:
            return pa.array(values, pa.int64())
        except (OverflowError, pa.ArrowInvalid):
            return _decimals(values, scale)
    if kinds == {Decimal}:
        try:
            return pa.array(values, pa.decimal128(38, scale))
        except pa.ArrowInvalid:
            # More digits than this, before or behind the point.
            return _decimals(values, scale)
    if kinds <= {float}:
        return pa.array(values, pa.float64(), from_pandas=True)
    return _decimals(values, scale)


def _decimals(values: Sequence[Number | None], least: int) -> pa.Array:
    exact = [_decimal(value) for value in values]
    present = [value for value in exact if value is not None]
    whole = max((value.adjusted() + 1 for value in present if value), default=0)
    if whole > MOST_DIGITS:
        return doubles(pa.array([None if value is None else float(value) for value in exact], pa.float64()))
    scale = max([least, *(-_exponent(value) for value in present)])
    scale = min(scale, MOST_DIGITS - max(whole, 0))
    digits = max(whole, 0) + scale
    kind = pa.decimal128(38, scale) if digits <= 38 else pa.decimal256(MOST_DIGITS, scale)
    unit = Decimal(1).scaleb(-scale)
    return pa.array([None if value is None else value.quantize(unit, ROUND_HALF_EVEN) for value in exact], kind)


def _decimal(value: Number | None) -> Decimal | None:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def scale_of(kind: pa.DataType) -> int:
    """The digits after the point of a decimal type; 0 of others."""
    return int(kind.scale) if types.is_decimal(kind) else 0


def doubles(column: pa.Array) -> pa.Array:
    """The numbers as doubles, the nearest where none is equal; NaN as NULL."""
    made = pc.cast(column, pa.float64(), safe=False)
    return pc.if_else(pc.is_nan(made), None, made)


def _narrow(column: pa.Array) -> pa.Array:
    try:
        return pc.cast(column, pa.decimal128(38, column.type.scale))
    except pa.ArrowInvalid:
        return column


def narrowed(column: pa.Array) -> pa.Array:
    """Whole numbers of 128 bits as 64 bits when they fit."""
    if not (types.is_decimal(column.type) and column.type.scale == 0):
        return column
    try:
        return pc.cast(column, pa.int64())
    except pa.ArrowInvalid:
        return column


def shifted(column: pa.Array, by: int) -> pa.Array:
    """The column moved down by so many rows (up when negative), NULL where nothing came."""
    size = len(column)
    if abs(by) >= size:
        return pa.nulls(size, column.type)
    gap = pa.nulls(abs(by), column.type)
    parts = [gap, column.slice(0, size - by)] if by >= 0 else [column.slice(-by), gap]
    return pa.concat_arrays(parts)


def difference(left: pa.Array, right: pa.Array) -> pa.Array:
    """left - right, exact: integers and decimals stay what they are unless the result needs more digits."""
    if types.is_floating(left.type) or types.is_floating(right.type):
        return doubles(pc.subtract(doubles(left), doubles(right)))
    if types.is_integer(left.type) and left.type == right.type and types.is_signed_integer(left.type):
        try:
            return pc.subtract_checked(pc.cast(left, pa.int64()), pc.cast(right, pa.int64()))
        except pa.ArrowInvalid:
            pass
    if types.is_decimal128(left.type) and left.type == right.type:
        wide = pa.decimal256(MOST_DIGITS // 2 + 1, left.type.scale)
        return _narrow(pc.subtract(pc.cast(left, wide), pc.cast(right, wide)))
    pairs = zip(left.to_pylist(), right.to_pylist(), strict=True)
    scale = max(scale_of(left.type), scale_of(right.type))
    return numbers([None if a is None or b is None else a - b for a, b in pairs], scale)
