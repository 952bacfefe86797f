"""The kind of values behind a type's name, as far as engines agree."""

import re

from superset_like.engine.query import Kind

_NUMERIC = frozenset(
    """
    BIGINT BIGSERIAL DEC DECIMAL DOUBLE FIXED FLOAT FLOAT4 FLOAT8 HUGEINT INT INT1 INT128 INT16 INT2 INT32 INT4 INT64
    INT8 INTEGER MEDIUMINT NUMBER NUMERIC REAL SERIAL SMALLINT SMALLSERIAL TINYINT UBIGINT UHUGEINT UINTEGER USMALLINT
    UTINYINT YEAR BIGNUM
    """.split()
)
_TEMPORAL = ("DATE", "TIMESTAMP", "SMALLDATETIME")
_BOOLEAN = frozenset({"BOOL", "BOOLEAN", "LOGICAL"})
_WORD = re.compile(r"[A-Z_][A-Z0-9_]*")


def kind_of(type_text: str) -> Kind:
    """The kind; STRING for lists, structures and whatever is not known."""
    text = type_text.strip().upper()
    word = _WORD.match(text)
    if word is None or text.endswith("]"):
        return Kind.STRING
    if word[0] in _NUMERIC:
        return Kind.NUMERIC
    if word[0] in _BOOLEAN:
        return Kind.BOOLEAN
    return Kind.TEMPORAL if word[0].startswith(_TEMPORAL) and not word[0].endswith("RANGE") else Kind.STRING


def is_date(type_text: str | None) -> bool:
    """Whether the type holds days without a time."""
    return (type_text or "").strip().upper() in {"DATE", "DATE32"}


def is_zoned(type_text: str | None) -> bool:
    """Whether the type holds moments with a zone."""
    text = (type_text or "").strip().upper()
    return text.startswith("TIMESTAMPTZ") or (text.startswith("TIMESTAMP") and "WITH TIME ZONE" in text)
