"""Parquet, ORC and Arrow's own files, alone or several in a zip: their columns have types already."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from pyarrow import compute, orc, parquet

from superset_like.engine.uploads import archives, names
from superset_like.engine.uploads.wishes import BATCH_ROWS, MOST_COLUMNS, Wishes, cut_to, fault, too_large

# What Thrift may make of the footer of a Parquet file.
LARGEST_FOOTER = 32 * 1024 * 1024


class Columnar:
    """The rows of one file, or of all files of a zip, which must have the same columns."""

    texts: frozenset[int] = frozenset()

    def __init__(self, path: Path, folder: Path, wishes: Wishes) -> None:
        self._wishes = wishes
        self._paths = [path]
        with path.open("rb") as file:
            if file.read(4) == b"PK\x03\x04":
                self._paths = [made for _, made in archives.unpacked(path, folder, wishes.max_unpacked)]
        if not self._paths:
            raise fault("The zip holds no file")
        self._stored = self._schema_of_all()
        if len(self._stored) > MOST_COLUMNS:
            raise fault(f"The file has more than {MOST_COLUMNS} columns")
        self.names = names.of_columns(self._stored.names, wishes.longest_name)
        kept = [_kept(field.type) for field in self._stored]
        self.schema = pa.schema(list(zip(self.names, kept, strict=True)))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, in types that databases have."""
        return cut_to(self._all(), self._wishes.rows_to_read)

    def place(self, row: int) -> str:
        """`row 3`, counted from 1 over all files."""
        return f"row {row + 1}"

    def _schema_of_all(self) -> pa.Schema:
        schemas = [_facing(path, lambda path: _opened(path)[0]) for path in self._paths]
        for number, schema in enumerate(schemas[1:], 2):
            if not schema.equals(schemas[0]):
                raise fault(f"File {number} of the zip has other columns, or other types, than the first")
        return schemas[0]

    def _all(self) -> Iterator[pa.RecordBatch]:
        left = self._wishes.max_unpacked
        for path in self._paths:
            for batch in _guarded(path):
                left -= batch.nbytes
                if left < 0:
                    raise too_large("The file unpacks to more than is allowed", self._wishes.max_unpacked)
                columns = [self._converted(at, column) for at, column in enumerate(batch.columns)]
                yield pa.record_batch(columns, schema=self.schema)

    def _converted(self, at: int, column: pa.Array) -> pa.Array:
        assert self.schema is not None
        try:
            return _converted(column, self.schema.field(at).type)
        except pa.ArrowInvalid as error:
            raise fault(
                f"Column {self.names[at]} holds values that cannot be kept exactly", column=self.names[at]
            ) from error


def _opened(path: Path) -> tuple[pa.Schema, Callable[[], Iterator[pa.RecordBatch]]]:
    """(its schema, what reads it)"""
    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(b"PAR1"):
        found = parquet.ParquetFile(
            path, pre_buffer=False, buffer_size=1024 * 1024, thrift_string_size_limit=LARGEST_FOOTER
        )
        return found.schema_arrow, lambda: found.iter_batches(BATCH_ROWS, use_threads=False)
    if start.startswith(b"ORC"):
        stripes = orc.ORCFile(path)
        return stripes.schema, lambda: (
            part for at in range(stripes.nstripes) for part in _split(stripes.read_stripe(at))
        )
    if start == b"ARROW1":
        whole = pa.ipc.open_file(pa.OSFile(str(path)))
        return whole.schema, lambda: (
            part for at in range(whole.num_record_batches) for part in _split(whole.get_batch(at))
        )
    raise fault("The file is neither Parquet, ORC nor Arrow (Feather 2)")


def _guarded(path: Path) -> Iterator[pa.RecordBatch]:
    read = _facing(path, lambda path: _opened(path)[1])
    batches = iter(read())
    while (batch := _facing(path, lambda _: next(batches, None))) is not None:
        yield batch


def _facing(path: Path, act: Callable[[Path], Any]) -> Any:
    try:
        return act(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise fault("The file is damaged, or of another kind than it is said to be") from error


def _split(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for at in range(0, batch.num_rows, BATCH_ROWS):
        yield batch.slice(at, BATCH_ROWS)


def _kept(type_: pa.DataType) -> pa.DataType:
    """The type in which the values are written; text for what only some databases have."""
    if pa.types.is_dictionary(type_):
        return _kept(type_.value_type)
    if pa.types.is_boolean(type_):
        return type_
    if pa.types.is_integer(type_):
        return pa.decimal128(20, 0) if type_ == pa.uint64() else pa.int64()
    if pa.types.is_floating(type_):
        return pa.float64()
    if pa.types.is_decimal(type_) and type_.precision <= 38 and type_.scale >= 0:
        return pa.decimal128(type_.precision, type_.scale)
    if pa.types.is_date(type_):
        return pa.date32()
    if pa.types.is_time(type_):
        return pa.time64("us")
    if pa.types.is_timestamp(type_):
        return pa.timestamp("us", "UTC" if type_.tz else None)
    if pa.types.is_binary(type_) or pa.types.is_large_binary(type_) or pa.types.is_fixed_size_binary(type_):
        return pa.binary()
    return pa.string()


def _converted(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if column.type == wanted:
        return column
    if pa.types.is_nested(column.type):
        texts = [
            None if value is None else orjson.dumps(value, default=_plain).decode() for value in column.to_pylist()
        ]
        return pa.array(texts, wanted)
    return compute.cast(column, wanted)


def _plain(value: object) -> object:
    return orjson.Fragment(str(value)) if isinstance(value, Decimal) else str(value)
