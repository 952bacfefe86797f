"""How PostgreSQL's values arrive: most as the server writes them, to be read column by column; and how they leave."""

from typing import Any

import pyarrow as pa
from pyarrow import csv

from superset_like.engine import arrow

_TEXTUAL = """
    "char" bpchar cidr date daterange datemultirange inet int4multirange int4range int8multirange int8range interval
    json jsonb name nummultirange numrange text time timestamp timestamptz timetz tsmultirange tsrange tstzmultirange
    tstzrange uuid varchar
""".split()
_READINGS = {
    "bool": arrow.plain(pa.bool_()),
    "bytea": arrow.plain(pa.binary()),
    "date": arrow.dates(),
    "float4": arrow.plain(pa.float32()),
    "float8": arrow.plain(pa.float64()),
    "int2": arrow.plain(pa.int16()),
    "int4": arrow.plain(pa.int32()),
    "int8": arrow.plain(pa.int64()),
    "json": arrow.documents(),
    "jsonb": arrow.documents(),
    "oid": arrow.plain(pa.int64()),
    "time": arrow.times(),
    "timestamp": arrow.moments(),
    "timestamptz": arrow.moments("UTC"),
}
_LISTS = {"bool": pa.bool_(), "float4": pa.float32(), "float8": pa.float64(), "int2": pa.int16()} | {
    "int4": pa.int32(),
    "int8": pa.int64(),
}


def copied(batch: pa.RecordBatch) -> bytes:
    """The rows as COPY reads CSV: texts in quotes, NULL as nothing."""
    columns = [_hexadecimal(column) if pa.types.is_binary(column.type) else column for column in batch.columns]
    sink = pa.BufferOutputStream()
    csv.write_csv(pa.record_batch(columns, names=batch.schema.names), sink, csv.WriteOptions(include_header=False))
    made: bytes = sink.getvalue().to_pybytes()
    return made


def _hexadecimal(column: pa.Array) -> pa.Array:
    return pa.array([None if value is None else f"\\x{value.hex()}" for value in column.to_pylist()], pa.string())


def adapters(psycopg: Any) -> Any:
    """The driver's map of types, in which everything but numbers, booleans and bytes stays text."""
    made = psycopg.adapt.AdaptersMap(psycopg.adapters)
    for name in _TEXTUAL:
        made.register_loader(name, psycopg.types.string.TextLoader)
    return made


def reading(types: Any, oid: int, modifier: int) -> arrow.Reading:
    """How a column of that type becomes Arrow. modifier: the server's number for precision and scale."""
    info = types.get(oid)
    name = info.name if info is not None else "text"
    if info is not None and oid == info.array_oid:
        return _array(name)
    if name == "numeric":
        return arrow.decimals(*_digits(modifier))
    return _READINGS.get(name, arrow.plain(pa.string()))


def _digits(modifier: int) -> tuple[int | None, int | None]:
    if modifier < 4:
        return None, None
    packed = modifier - 4
    return packed >> 16, packed & 0x7FF


def _array(name: str) -> arrow.Reading:
    type_ = _LISTS.get(name, pa.string())
    return arrow.Reading(lambda values: pa.list_(type_), _make_lists)


def _make_lists(values: arrow.Values, type_: pa.DataType) -> pa.Array:
    if pa.types.is_string(type_.value_type):
        return pa.array([None if value is None else [_text(each) for each in value] for value in values], type_)
    return pa.array(values, type_)


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)
