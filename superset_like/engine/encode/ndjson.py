"""Rows as lines of JSON, each an object by itself."""

from collections.abc import Iterable, Iterator

import orjson
import pyarrow as pa

from superset_like.engine.encode import json


def stream(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """The lines of each batch as it comes; values are written as in chart data's JSON."""
    for batch in batches:
        if batch.num_rows:
            yield b"".join(_lines(pa.Table.from_batches([batch])))


def _lines(table: pa.Table) -> Iterator[bytes]:
    names = table.column_names
    columns = [json.values(column, json.Times.EPOCH_MS) for column in table.columns]
    for row in zip(*columns, strict=True):
        yield orjson.dumps(dict(zip(names, row, strict=True)), default=str, option=orjson.OPT_APPEND_NEWLINE)
