"""A file as typed columns: what is in it, and its rows, batch by batch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute

from superset_like.engine.uploads import types, workbook
from superset_like.engine.uploads.columnar import Columnar
from superset_like.engine.uploads.delimited import Delimited
from superset_like.engine.uploads.types import Finder
from superset_like.engine.uploads.wishes import Source, Wishes, fault
from superset_like.engine.uploads.workbook import Sheet
from superset_like.errors import Invalid

KINDS = ("csv", "excel", "columnar")
PREVIEW_ROWS = 20
# Types of a preview are those of so many rows.
LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is written. at: its place in the source; None for the number of the row."""

    name: str
    type: pa.DataType
    at: int | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """The rows of a file, in columns of these types."""

    columns: tuple[Column, ...]
    source: Source
    wishes: Wishes

    @property
    def schema(self) -> pa.Schema:
        """The columns, as Arrow has them."""
        return pa.schema([(column.name, column.type) for column in self.columns])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows. Raises Invalid, which names line and column, for a value that is not of its column's type."""
        at = 0
        for batch in self.source.batches():
            if batch.num_rows:
                yield pa.record_batch([self._values(batch, column, at) for column in self.columns], schema=self.schema)
            at += batch.num_rows

    def _values(self, batch: pa.RecordBatch, column: Column, before: int) -> pa.Array:
        if column.at is None:
            return pa.array(range(before, before + batch.num_rows), pa.int64())
        values = batch.column(column.at)
        if pa.types.is_string(values.type):
            self._require_no_nul(values, column, before)
        if self.source.schema is not None:
            return self._converted(values, column)
        try:
            return types.cast(values, column.type, self.wishes)
        except pa.ArrowInvalid as error:
            at = types.first_fault(values, column.type, self.wishes)
            place = self.source.place(before + at)
            value = str(values[at].as_py())
            shown = value if len(value) <= 40 else f"{value[:40]}…"
            message = f"{place.capitalize()}, column {column.name}: “{shown}” is not {types.said(column.type)}"
            raise fault(message, place=place, column=column.name) from error

    def _converted(self, values: pa.Array, column: Column) -> pa.Array:
        if values.type == column.type:
            return values
        try:
            return compute.cast(values, column.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            message = f"Column {column.name}: a value is not {types.said(column.type)}"
            raise fault(message, column=column.name) from error

    def _require_no_nul(self, values: pa.StringArray, column: Column, before: int) -> None:
        has_nul = compute.match_substring(values, "\x00")
        if compute.any(has_nul).as_py():
            place = self.source.place(before + compute.index(has_nul, True).as_py())
            raise fault(f"{place.capitalize()}, column {column.name}: a NUL character", place=place, column=column.name)


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a file, or of a sheet. sheet: None where files have none."""

    sheet: str | None
    schema: pa.Schema
    rows: pa.Table


def prepared(
    path: Path, file_name: str, kind: str, folder: Path, wishes: Wishes, given: Mapping[str, pa.DataType] | None = None
) -> Prepared:
    """The file, read once to find the types of its columns. folder: for what is unpacked.

    given: types of a table that is there already, by casefolded column; they hold where the sender states none.
    """
    return _prepared(opened(path, file_name, kind, folder, wishes), wishes, given or {})


def _prepared(source: Source, wishes: Wishes, given: Mapping[str, pa.DataType]) -> Prepared:
    wanted = _wanted(source.names, wishes)
    found = _types(source, wishes, given, [at for at in wanted if at is not None])
    columns = tuple(_column(source, at, found, wishes) for at in wanted)
    if len({column.name.casefold() for column in columns}) < len(columns):
        raise _bad("index_label", "There is a column of this name already.")
    return Prepared(columns, source, wishes)


def opened(path: Path, file_name: str, kind: str, folder: Path, wishes: Wishes) -> Source:
    """The file as a source of rows. Raises Invalid when it is not of this kind."""
    if kind == "csv":
        return Delimited(path, file_name, wishes)
    if kind == "columnar":
        return Columnar(path, folder, wishes)
    with workbook.opened(path, wishes) as book:
        return Sheet(book, folder, wishes)


def previews(path: Path, file_name: str, kind: str, folder: Path, wishes: Wishes) -> Sequence[Preview]:
    """The beginning of the file: of each of its sheets where it has some."""
    wishes = replace(wishes, rows_to_read=LOOKED_AT)
    if kind != "excel":
        return [_preview(None, prepared(path, file_name, kind, folder, wishes))]
    with workbook.opened(path, wishes) as book:
        made = []
        for name in book.sheetnames:
            try:
                made.append(_sheet_preview(book, name, folder, wishes))
            except Invalid:
                # An empty sheet is no fault of the others.
                if len(book.sheetnames) == 1:
                    raise
                made.append(Preview(name, pa.schema([]), pa.table({})))
        return made


def _sheet_preview(book: Any, name: str, folder: Path, wishes: Wishes) -> Preview:
    wishes = replace(wishes, sheet_name=name)
    return _preview(name, _prepared(Sheet(book, folder, wishes), wishes, {}))


def _preview(sheet: str | None, found: Prepared) -> Preview:
    rows = pa.Table.from_batches(found.batches(), found.schema).slice(0, PREVIEW_ROWS)
    return Preview(sheet, found.schema, rows)


def _wanted(names: Sequence[str], wishes: Wishes) -> list[int | None]:
    for field, asked in (("columns_read", wishes.columns_read), ("column_dates", wishes.column_dates)):
        _require_known(field, asked, names)
    _require_known("column_data_types", tuple(wishes.column_types), names)
    chosen: list[int | None] = [at for at, name in enumerate(names) if name in (wishes.columns_read or names)]
    index = None
    if wishes.index_column:
        _require_known("index_column", (wishes.index_column,), names)
        index = names.index(wishes.index_column)
        # It labels rows, and is written where the labels are.
        chosen = [at for at in chosen if at != index]
    made = [index, *chosen] if wishes.writes_index else chosen
    if not made:
        raise _bad("columns_read", "No column is left.")
    return made


def _require_known(field: str, asked: Sequence[str], names: Sequence[str]) -> None:
    unknown = [name for name in asked if name not in names]
    if unknown:
        raise _bad(field, f"The file has no column {unknown[0][:100]}")


def _column(source: Source, at: int | None, found: Mapping[int, pa.DataType], wishes: Wishes) -> Column:
    if at is None:
        return Column(wishes.index_label or "index", pa.int64(), None)
    is_label = wishes.writes_index and source.names[at] == wishes.index_column
    return Column((wishes.index_label if is_label else None) or source.names[at], found[at], at)


def _types(
    source: Source, wishes: Wishes, given: Mapping[str, pa.DataType], wanted: Sequence[int]
) -> dict[int, pa.DataType]:
    fixed: dict[int, pa.DataType] = {}
    finders: dict[int, Finder] = {}
    for at in wanted:
        name = source.names[at]
        type_name = wishes.column_types.get(name)
        named = types.stated(type_name, name) if type_name else None
        type_ = named or (None if type_name else given.get(name.casefold()))
        if type_ is not None:
            fixed[at] = type_
        elif source.schema is not None:
            fixed[at] = source.schema.field(at).type
        elif at in source.texts and name not in wishes.column_dates and not type_name:
            fixed[at] = pa.string()
        else:
            finders[at] = Finder(wishes, is_date=name in wishes.column_dates, is_decimal=type_name is not None)
    for batch in source.batches() if finders else ():
        for at, finder in finders.items():
            finder.look(batch.column(at))
    return fixed | {at: _found(finder, source.names[at], wishes) for at, finder in finders.items()}


def _found(finder: Finder, name: str, wishes: Wishes) -> pa.DataType:
    found = finder.type()
    if name in wishes.column_dates and pa.types.is_string(found):
        # Stated and not so: reading it as moments tells where.
        return types.MOMENT
    if name in wishes.column_types and pa.types.is_string(found):
        return types.DECIMAL
    return found


def _bad(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
