"""Python values of a driver that tells no types, as Arrow: a column's type is settled by its first values."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa

from superset_like.engine import arrow

Values = Sequence[Any]


def reading() -> arrow.Reading:
    """Numbers, moments, days, times, booleans and bytes as such; all else, and what is mixed, as text."""
    return arrow.Reading(_settle, _make)


def _settle(values: Values) -> pa.DataType:
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {datetime}:
        has_zone = any(value is not None and value.tzinfo is not None for value in values)
        return pa.timestamp("us", "UTC" if has_zone else None)
    for kind, type_ in ((bool, pa.bool_()), (date, pa.date32()), (time, pa.time64("us"))):
        if kinds == {kind}:
            return type_
    if Decimal in kinds and kinds <= {Decimal, int}:
        return arrow.decimals().settle([Decimal(value) if type(value) is int else value for value in values])
    return arrow.anything().settle(values)


def _make(values: Values, type_: pa.DataType) -> pa.Array:
    if pa.types.is_decimal(type_):
        return arrow.decimals().make([Decimal(value) if type(value) is int else value for value in values], type_)
    if pa.types.is_string(type_):
        return pa.array([_text(value) for value in values], type_)
    if pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_binary(type_):
        return arrow.anything().make(values, type_)
    return pa.array(values, type_)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    return (
        orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode() if _is_nested(value) else str(value)
    )


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list | tuple)
