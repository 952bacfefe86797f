"""How the values of MySQL and MariaDB arrive: moments and words as text, numbers by the driver."""

from typing import Any

import pyarrow as pa
from pymysql import converters
from pymysql.constants import FIELD_TYPE, FLAG

from superset_like.engine import arrow

_BINARY = 63
_INTEGERS = {
    FIELD_TYPE.TINY: (pa.int8(), pa.uint8()),
    FIELD_TYPE.SHORT: (pa.int16(), pa.uint16()),
    FIELD_TYPE.INT24: (pa.int32(), pa.uint32()),
    FIELD_TYPE.LONG: (pa.int32(), pa.uint32()),
    FIELD_TYPE.LONGLONG: (pa.int64(), pa.uint64()),
    FIELD_TYPE.YEAR: (pa.int16(), pa.uint16()),
}
_TEXTS = frozenset(
    {
        FIELD_TYPE.VARCHAR,
        FIELD_TYPE.VAR_STRING,
        FIELD_TYPE.STRING,
        FIELD_TYPE.TINY_BLOB,
        FIELD_TYPE.MEDIUM_BLOB,
        FIELD_TYPE.LONG_BLOB,
        FIELD_TYPE.BLOB,
    }
)
_KEPT_AS_TEXT = (
    FIELD_TYPE.DATE,
    FIELD_TYPE.NEWDATE,
    FIELD_TYPE.DATETIME,
    FIELD_TYPE.TIMESTAMP,
    FIELD_TYPE.TIME,
)
# Characters of decimals that are no digits: a sign, unless unsigned, and a point, if there are decimals.
_MOST_DIGITS = 65


def conversions() -> dict[Any, Any]:
    """The driver's readers, in which moments stay text."""
    made: dict[Any, Any] = {**converters.encoders, **converters.decoders}
    for kept in _KEPT_AS_TEXT:
        made[kept] = converters.through
    made[FIELD_TYPE.BIT] = converters.through
    return made


def reading(field: Any) -> arrow.Reading:
    """How a column of the answer becomes Arrow; field: the driver's facts about it."""
    code = field.type_code
    if code in _INTEGERS:
        return arrow.plain(_INTEGERS[code][bool(field.flags & FLAG.UNSIGNED)])
    if code in (FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE):
        return arrow.plain(pa.float64())
    if code in (FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL):
        return arrow.decimals(_precision(field), field.scale)
    if code in (FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE):
        return arrow.dates()
    if code in (FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP):
        return arrow.moments()
    if code == FIELD_TYPE.BIT:
        return arrow.unsigned_bits()
    is_bytes = code == FIELD_TYPE.GEOMETRY or (code in _TEXTS and field.charsetnr == _BINARY)
    return arrow.plain(pa.binary() if is_bytes else pa.string())


def type_text(field: Any) -> str:
    """The column's type as users write it, from the driver's facts."""
    code, unsigned = field.type_code, " UNSIGNED" if field.flags & FLAG.UNSIGNED else ""
    if code in (FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL):
        return f"DECIMAL({_precision(field)},{field.scale}){unsigned}"
    if code in _TEXTS:
        return "BLOB" if field.charsetnr == _BINARY else "TEXT"
    return _NAMES.get(code, "TEXT") + (unsigned if code in _INTEGERS and code != FIELD_TYPE.YEAR else "")


_NAMES = {
    FIELD_TYPE.TINY: "TINYINT",
    FIELD_TYPE.SHORT: "SMALLINT",
    FIELD_TYPE.INT24: "MEDIUMINT",
    FIELD_TYPE.LONG: "INT",
    FIELD_TYPE.LONGLONG: "BIGINT",
    FIELD_TYPE.YEAR: "YEAR",
    FIELD_TYPE.FLOAT: "FLOAT",
    FIELD_TYPE.DOUBLE: "DOUBLE",
    FIELD_TYPE.DATE: "DATE",
    FIELD_TYPE.NEWDATE: "DATE",
    FIELD_TYPE.DATETIME: "DATETIME",
    FIELD_TYPE.TIMESTAMP: "TIMESTAMP",
    FIELD_TYPE.TIME: "TIME",
    FIELD_TYPE.BIT: "BIT",
    FIELD_TYPE.JSON: "JSON",
    FIELD_TYPE.GEOMETRY: "GEOMETRY",
}


def _precision(field: Any) -> int:
    signs = int(not field.flags & FLAG.UNSIGNED) + int(field.scale > 0)
    return int(min(max(field.length - signs, field.scale, 1), _MOST_DIGITS))
