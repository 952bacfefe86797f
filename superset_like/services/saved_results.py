"""Kept results of executions, read and written in the forms that clients ask for."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow as pa
from pyarrow import types

from superset_like.engine.encode import cells, plain_cells, plain_csv
from superset_like.engine.encode.plain_csv import Format
from superset_like.errors import NotFound, Unavailable
from superset_like.models import Query
from superset_like.services import stores

log = logging.getLogger(__name__)

JSON_FORM = "json"
# Rows of a result that is written as JSON in one piece and kept so.
MOST_KEPT_ROWS = 20_000
SHEET = "result"
NAME, VALUE = "name", "value"
MOST_CHOICES = 10_000


def is_kept(query: Query) -> bool:
    """Whether the rows are still there."""
    return query.results_key is not None and stores.results().has(query.results_key)


def data_json(query: Query) -> Iterator[bytes]:
    """`{"columns": [...], "rows": [...]}` in pieces. Raises NotFound when the rows are gone."""
    key = query.results_key or ""
    written = stores.results().written(key, JSON_FORM)
    if written is not None:
        return iter((written,))
    if (query.rows or 0) > MOST_KEPT_ROWS:
        return _json_pieces(*_pieces(query))
    schema, batches = _pieces(query)
    made = b"".join(_json_pieces(schema, batches))
    try:
        stores.results().put_written(key, JSON_FORM, made)
    except Unavailable:
        # The rows are there; that they are written once more next time is no reason to keep them back.
        log.warning("the written form of result %s is not kept", query.id)
    return iter((made,))


def csv(query: Query, form: Format) -> Iterator[bytes]:
    """The rows as CSV, in pieces. Raises NotFound."""
    schema, batches = _pieces(query)
    return plain_csv.stream(batches, schema.names, form)


def workbook(query: Query) -> bytes:
    """The rows as an .xlsx file. Raises NotFound."""
    # Few requests want a workbook, and its library costs every start 50 ms.
    from superset_like.engine.encode import xlsx

    schema, batches = _pieces(query)
    return xlsx.workbook(batches, schema.names, SHEET)


def choices(query: Query) -> list[dict[str, str]]:
    """{name, value} of each row: of columns called so, else of the first. Raises NotFound."""
    schema, batches = _pieces(query)
    lower = [name.lower() for name in schema.names]
    if not lower:
        return []
    value = lower.index(VALUE) if VALUE in lower else 0
    name = lower.index(NAME) if NAME in lower else value
    found: list[dict[str, str]] = []
    for batch in batches:
        pairs = zip(_texts(batch.column(name)), _texts(batch.column(value)), strict=True)
        found += [{"name": shown or "", "value": meant} for shown, meant in pairs if meant is not None]
        if len(found) >= MOST_CHOICES:
            break
    return found[:MOST_CHOICES]


def columns(schema: pa.Schema) -> list[dict[str, str | None]]:
    """The columns as Redash's clients read them."""
    return [{"name": each.name, "friendly_name": each.name, "type": _type_name(each.type)} for each in schema]


def _pieces(query: Query) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    found = stores.results().batches(query.results_key or "")
    if found is None:
        raise NotFound()
    return found


def _json_pieces(schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    yield b'{"columns":' + orjson.dumps(columns(schema)) + b',"rows":['
    is_first = True
    for batch in batches:
        if batch.num_rows:
            records = plain_cells.records(batch)
            yield records[1:-1] if is_first else b"," + records[1:-1]
            is_first = False
    yield b"]}"


def _texts(column: pa.Array) -> list[str | None]:
    return [None if value is None else _text(value) for value in cells.values(cells.texts(plain_cells.shown(column)))]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(cells.scalar(value))


def _type_name(kind: pa.DataType) -> str | None:
    if types.is_boolean(kind):
        return "boolean"
    if types.is_integer(kind):
        return "integer"
    if types.is_floating(kind) or types.is_decimal(kind):
        return "float"
    if types.is_date(kind):
        return "date"
    if types.is_timestamp(kind):
        return "datetime"
    return "string" if types.is_string(kind) or types.is_large_string(kind) else None


def moment_of_ms(epoch_ms: Any) -> datetime | None:
    """The stored time of so many milliseconds since 1970: UTC, without zone."""
    if epoch_ms is None:
        return None
    return datetime.fromtimestamp(float(epoch_ms) / 1000, UTC).replace(tzinfo=None)
