"""Values as Redash's clients read them, where these are others than ours."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.engine import arrow
from superset_like.engine.encode import json
from superset_like.engine.encode.json import Times

UTC = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu", "+00:00"})


def records(batch: pa.RecordBatch) -> bytes:
    """A JSON list with an object for each row: JSON documents stand in it as they are."""
    return json.objects(batch.schema.names, [_values(*each) for each in zip(batch.schema, batch.columns, strict=True)])


def _values(field: pa.Field, column: pa.Array) -> Sequence[Any]:
    if arrow.DOCUMENTS.items() <= (field.metadata or {}).items():
        return [None if text is None else orjson.Fragment(text) for text in column.to_pylist()]
    return json.values(pa.chunked_array([shown(column)]), Times.ISO)


def shown(column: pa.Array) -> pa.Array:
    """The column as it is, or in another form.

    Moments and times of day are texts in ISO 8601, bytes are hexadecimal digits; numbers of 32 bits are those that they
    are written as.
    """
    kind = column.type
    if types.is_dictionary(kind):
        return shown(pc.cast(column, kind.value_type))
    if types.is_float32(kind):
        return pc.cast(pc.cast(column, pa.string()), pa.float64())
    if types.is_timestamp(kind):
        return _moments(micros(column))
    if types.is_time(kind):
        return _shortest(pc.cast(column, pa.time64("us")), pa.time32)
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return pa.array([None if each is None else each.hex() for each in column.to_pylist()], pa.string())
    return column


def micros(column: pa.Array) -> pa.Array:
    """The moments as Python's datetime has them, which ends at microseconds."""
    kind = column.type
    if kind.unit == "ns":
        # A cast would round what is before 1970 up.
        column = pc.floor_temporal(column, unit="microsecond")
    return pc.cast(column, pa.timestamp("us", kind.tz))


def _moments(column: pa.Array) -> pa.Array:
    """In ISO 8601: UTC is `Z`, another zone its distance from UTC, and what has none has nothing in its place."""
    zone = column.type.tz
    if zone is not None and zone not in UTC:
        return pa.array([None if each is None else each.isoformat() for each in column.to_pylist()], pa.string())
    made = _shortest(column.cast(pa.int64()).cast(pa.timestamp("us")), pa.timestamp)
    dated = pc.utf8_replace_slice(made, 10, 11, "T")
    return dated if zone is None else pc.binary_join_element_wise(dated, "Z", "")


def _shortest(column: pa.Array, kind: Callable[[str], pa.DataType]) -> pa.Array:
    """As text: milliseconds where there are some, microseconds where these do not do.

    kind: the type of a coarser unit.
    """
    made = pc.cast(column, pa.string())
    for unit in ("ms", "s"):
        coarse = pc.cast(column, kind(unit), safe=False)
        is_exact = pc.equal(pc.cast(coarse, column.type), column)
        made = pc.if_else(is_exact, pc.cast(coarse, pa.string()), made)
    return made
