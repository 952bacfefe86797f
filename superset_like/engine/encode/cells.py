"""Values that an encoding has no form for, as text; the same text in every encoding. See docs/values.md."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types


def is_nested(kind: pa.DataType) -> bool:
    """Whether values of the type hold values: lists, structs, maps."""
    return bool(types.is_nested(kind))


def decimal_text(value: Decimal) -> str:
    """All digits, never an exponent."""
    return format(value, "f")


def decimals_as_text(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """A decimal column as text with all its digits."""
    made = pc.cast(column, pa.string())
    # Arrow writes very small decimals with an exponent.
    if pc.any(pc.match_substring(made, "E")).as_py():
        return pa.chunked_array([pa.array(_each(column, decimal_text), pa.string())])
    return made


def binary_text(value: bytes) -> str:
    """Bytes as hexadecimal after `0x`."""
    return f"0x{value.hex()}"


def duration_text(value: timedelta) -> str:
    """An ISO 8601 duration, `P1DT2H0.5S`; a negative one has its sign in front."""
    sign, value = ("-", -value) if value < timedelta() else ("", value)
    return sign + _iso_duration(0, value.days, value.seconds * 1_000_000 + value.microseconds)


def interval_text(value: Any) -> str:
    """Months, days and nanoseconds as an ISO 8601 duration, as PostgreSQL writes it; a part keeps its own sign."""
    microseconds = abs(value.nanoseconds) // 1000
    return _iso_duration(value.months, value.days, microseconds if value.nanoseconds >= 0 else -microseconds)


def _iso_duration(months: int, days: int, microseconds: int) -> str:
    sign = -1 if months < 0 else 1
    date_part = _parts((sign * (abs(months) // 12), "Y"), (sign * (abs(months) % 12), "M"), (days, "D"))
    sign = -1 if microseconds < 0 else 1
    minutes, rest = divmod(abs(microseconds), 60_000_000)
    seconds = f"{rest // 1_000_000}.{rest % 1_000_000:06d}".rstrip("0").rstrip(".") if rest else ""
    time_part = _parts((sign * (minutes // 60), "H"), (sign * (minutes % 60), "M"))
    time_part += f"{'-' if sign < 0 else ''}{seconds}S" if seconds else ""
    if not (date_part or time_part):
        return "PT0S"
    return f"P{date_part}T{time_part}" if time_part else f"P{date_part}"


def _parts(*parts: tuple[int, str]) -> str:
    return "".join(f"{count}{unit}" for count, unit in parts if count)


def values(column: pa.ChunkedArray | pa.Array) -> list[Any]:
    """The column's values as Python's; maps are dicts wherever Python lets them be, else pairs."""
    try:
        found: list[Any] = column.to_pylist(maps_as_pydicts="strict")
    except (KeyError, TypeError):
        found = column.to_pylist()
    return found


def jsonable(value: Any) -> Any:
    """The value as orjson can write it, whatever it holds."""
    if isinstance(value, dict):
        return {str(key): jsonable(each) for key, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "nanoseconds"):
        return interval_text(value)
    if isinstance(value, list):
        # A map whose keys are no keys of a dict.
        if value and all(isinstance(each, tuple) and len(each) == 2 for each in value):
            return {str(key): jsonable(each) for key, each in value}
        return [jsonable(each) for each in value]
    return scalar(value)


def scalar(value: Any) -> Any:
    """One value that holds no others, as orjson can write it."""
    if isinstance(value, Decimal):
        return orjson.Fragment(decimal_text(value)) if value.is_finite() else None
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return orjson.Fragment(str(value))
    if isinstance(value, bytes):
        return binary_text(value)
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, datetime | date | time | str | int | float) or value is None:
        return value
    return str(value)


def nested_text(value: Any) -> str:
    """A list, struct or map as JSON text."""
    return orjson.dumps(jsonable(value)).decode()


def texts(column: pa.ChunkedArray | pa.Array) -> pa.Array | pa.ChunkedArray:
    """The column as it is, or as text when it is of a type that tables of text have no form for."""
    kind = column.type
    if types.is_dictionary(kind):
        return texts(pc.cast(column, kind.value_type))
    if types.is_decimal(kind):
        return decimals_as_text(column)
    maker = _maker(kind)
    return column if maker is None else pa.array(_each(column, maker), pa.string())


def _maker(kind: pa.DataType) -> Callable[[Any], str] | None:
    if is_nested(kind):
        return nested_text
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return binary_text
    if types.is_duration(kind):
        return duration_text
    return interval_text if types.is_interval(kind) else None


def _each(column: pa.ChunkedArray | pa.Array, make: Callable[[Any], str]) -> list[str | None]:
    return [None if value is None else make(value) for value in values(column)]
