"""A value of every kind, as each engine's CREATE TABLE and INSERT spell it; the same values everywhere."""

import os
from collections.abc import Mapping

KINDS_TABLE = f"engine_kinds_{os.getpid()}"

# kind -> the column's type and the value, both in the engine's SQL.
Spelled = Mapping[str, tuple[str, str]]

_COMMON: Spelled = {
    "NULL": ("INTEGER", "NULL"),
    "text": ("VARCHAR(40)", "'Ünï, \"q\" 😀'"),
    "empty text": ("VARCHAR(40)", "''"),
    "text like a formula": ("VARCHAR(40)", "'=1+1'"),
    "text like a number": ("VARCHAR(40)", "'-2.5'"),
    "integer": ("BIGINT", "-42"),
    "integer of 64 bits": ("BIGINT", "9223372036854775807"),
    "decimal": ("DECIMAL(10,2)", "12.50"),
    "decimal of many digits": ("DECIMAL(30,10)", "12345678901234567890.1234567890"),
    "tiny decimal": ("DECIMAL(20,10)", "0.0000000001"),
    "double": ("DOUBLE PRECISION", "0.1"),
    "large double": ("DOUBLE PRECISION", "1e300"),
    "whole double": ("DOUBLE PRECISION", "2"),
    "true": ("BOOLEAN", "TRUE"),
    "false": ("BOOLEAN", "FALSE"),
    "date": ("DATE", "'2013-01-31'"),
    "date before 1900": ("DATE", "'1899-12-31'"),
    "moment": ("TIMESTAMP", "'2013-01-31 14:30:00'"),
    "moment before 1970": ("TIMESTAMP", "'1969-12-31 23:59:58'"),
    "moment with milliseconds": ("TIMESTAMP", "'2013-01-31 14:30:00.250'"),
    "moment with microseconds": ("TIMESTAMP", "'2013-01-31 14:30:00.000001'"),
    "moment with zone": ("TIMESTAMPTZ", "'2013-01-31 14:30:00+02:00'"),
    "time of day": ("TIME", "'14:30:00'"),
    "UUID": ("UUID", "'00000000-0000-0000-0000-00000000000a'"),
    "JSON document": ("JSON", "'{\"a\": [1, null]}'"),
    "bytes": ("BLOB", "x'01ff'"),
}
_UNSIGNED, _LARGEST = "18446744073709551615", "340282366920938463463374607431768211455"
_LARGER = "170141183460469231731687303715884105727"
_NO_NUMBERS: Spelled = {
    "NaN": ("DOUBLE PRECISION", "'NaN'"),
    "infinity": ("DOUBLE PRECISION", "'Infinity'"),
    "negative infinity": ("DOUBLE PRECISION", "'-Infinity'"),
}

DUCKDB: Spelled = {
    **_COMMON,
    **_NO_NUMBERS,
    "unsigned integer of 64 bits": ("UBIGINT", _UNSIGNED),
    "integer of 128 bits": ("HUGEINT", _LARGER),
    "unsigned integer of 128 bits": ("UHUGEINT", _LARGEST),
    "bytes": ("BLOB", "'\\x01\\xFF'"),
    "interval": ("INTERVAL", "INTERVAL '1 day 2 hours 500 milliseconds'"),
    "interval of months": ("INTERVAL", "INTERVAL '14 months'"),
    "list": ("INTEGER[]", "[1, NULL]"),
    "struct": ("STRUCT(a DECIMAL(10,2), b VARCHAR)", "{'a': 1.50, 'b': 'x'}"),
    "map": ("MAP(VARCHAR, INTEGER)", "MAP {'k': 1}"),
    "empty map": ("MAP(VARCHAR, INTEGER)", "MAP {}"),
}
POSTGRES: Spelled = {
    **_COMMON,
    **_NO_NUMBERS,
    "integer of 128 bits": ("NUMERIC(39,0)", _LARGER),
    "bytes": ("BYTEA", "'\\x01ff'"),
    "interval": ("INTERVAL", "'1 day 2 hours 0.5 seconds'"),
    "interval of months": ("INTERVAL", "'14 months'"),
    "list": ("INTEGER[]", "'{1,NULL}'"),
}
MARIADB: Spelled = {
    **{kind: spelled for kind, spelled in _COMMON.items() if kind != "moment with zone"},
    "moment": ("DATETIME", "'2013-01-31 14:30:00'"),
    "moment before 1970": ("DATETIME", "'1969-12-31 23:59:58'"),
    "moment with milliseconds": ("DATETIME(3)", "'2013-01-31 14:30:00.250'"),
    "moment with microseconds": ("DATETIME(6)", "'2013-01-31 14:30:00.000001'"),
    "unsigned integer of 64 bits": ("BIGINT UNSIGNED", _UNSIGNED),
    "integer of 128 bits": ("DECIMAL(39,0)", _LARGER),
}
SQLITE: Spelled = {
    **_COMMON,
    "infinity": ("DOUBLE PRECISION", "9e999"),
    "negative infinity": ("DOUBLE PRECISION", "-9e999"),
}
SPELLED = {"duckdb": DUCKDB, "postgres": POSTGRES, "mariadb": MARIADB, "sqlite": SQLITE}


def statements(kind: str) -> tuple[str, str]:
    """What makes the table of one row, with a column for each kind of value, in order."""
    spelled = SPELLED[kind].values()
    columns = ", ".join(f"c{at} {type_} NULL" for at, (type_, _) in enumerate(spelled))
    options = " CHARACTER SET utf8mb4" if kind == "mariadb" else ""
    values = ", ".join(value for _, value in spelled)
    return f"CREATE TABLE {KINDS_TABLE} ({columns}){options}", f"INSERT INTO {KINDS_TABLE} VALUES ({values})"
