"""A table between two operations: columns under labels of one or more levels, and the columns that are its index."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.errors import QuestionInvalid

# A level renamed to nothing is None; flatten leaves it out.
Label = tuple[str | None, ...]

SEPARATOR = ", "
LEVELS = b"levels"
MISSING = "Referenced columns not available in DataFrame."


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns by label, index columns by name, all of so many rows.

    levels: the names of the labels' levels; None for the level of the metrics.
    """

    columns: Mapping[Label, pa.Array]
    rows: int
    index: Mapping[str, pa.Array]
    levels: tuple[str | None, ...] = (None,)

    @staticmethod
    def of(table: pa.Table) -> "Frame":
        """The table without an index; each label has one level."""
        columns: dict[Label, pa.Array] = {
            (name,): _whole(column) for name, column in zip(table.column_names, table.columns, strict=True)
        }
        return Frame(columns, table.num_rows, {})

    def require(self, names: Iterable[str]) -> None:
        """Each name is the first level of a label, or QuestionInvalid is raised."""
        known = {label[0] for label in self.columns}
        missing = [name for name in names if name not in known]
        if missing:
            raise QuestionInvalid(MISSING, fields={"columns": missing})

    def column(self, name: str) -> pa.Array:
        """The one column of this name, or else the index column. Raises QuestionInvalid."""
        if (name,) in self.columns:
            return self.columns[(name,)]
        if name in self.index:
            return self.index[name]
        self.require([name])
        raise QuestionInvalid(f"Several columns stand under {name}: flatten first")

    def under(self, names: Iterable[str]) -> list[Label]:
        """The labels whose first level is one of the names: in the order of the names, then of the columns."""
        return [label for name in names for label in self.columns if label[0] == name]

    def with_columns(self, made: Mapping[Label, pa.Array]) -> "Frame":
        """The frame with these columns: in place of those that have the label, else at the end."""
        return replace(self, columns={**self.columns, **made})

    def mapped(self, columns: Mapping[str, str], made: Mapping[Label, pa.Array]) -> "Frame":
        """The frame with what was made of its columns, each renamed as `columns` says (source -> target)."""
        renamed = {tuple(columns.get(level or "", level) for level in label): column for label, column in made.items()}
        return self.with_columns(renamed)

    def taken(self, rows: pa.Array) -> "Frame":
        """The frame of these rows (positions from 0), in this order."""
        index = {name: column.take(rows) for name, column in self.index.items()}
        return replace(
            self, columns={label: c.take(rows) for label, c in self.columns.items()}, rows=len(rows), index=index
        )

    def from_row(self, start: int) -> "Frame":
        """The frame without the rows before this one."""
        index = {name: column.slice(start) for name, column in self.index.items()}
        columns = {label: column.slice(start) for label, column in self.columns.items()}
        return replace(self, columns=columns, rows=max(0, self.rows - start), index=index)

    def flat(self) -> "Frame":
        """The frame whose labels are one text each, its levels joined by a comma; a comma inside a level is escaped."""
        if len(self.levels) == 1:
            return self
        return replace(self, columns={(joined(label),): c for label, c in self.columns.items()}, levels=(None,))

    def without_index(self) -> "Frame":
        """The frame whose index columns stand in front as ordinary ones."""
        blanks: Label = ("",) * (len(self.levels) - 1)
        fronts = {(name, *blanks): column for name, column in self.index.items()}
        return replace(self, columns={**fronts, **self.columns}, index={})

    def table(self) -> pa.Table:
        """The frame as a table: the index in front, labels as names; label_map() reads the levels from it."""
        frame = self.flat().without_index()
        names = [label[0] if label[0] is not None else "None" for label in frame.columns]
        return pa.Table.from_arrays(
            list(frame.columns.values()),
            schema=pa.schema([_field(name, c.type) for name, c in zip(names, frame.columns.values(), strict=True)]),
        )


def joined(label: Label) -> str:
    """The label as one text."""
    return SEPARATOR.join(escaped(level) for level in label if level is not None and level != "")


def escaped(text: str, separator: str = SEPARATOR) -> str:
    """The text, a backslash before each separator."""
    mark = separator.strip()
    return text.replace(mark, f"\\{mark}")


def unescaped(text: str, separator: str = SEPARATOR) -> str:
    """The text without the backslashes that `escaped` put."""
    mark = separator.strip()
    return text.replace(f"\\{mark}", mark)


def label_map(table: pa.Table) -> dict[str, list[str]]:
    """Column name -> the texts of its levels. table: what `transformed` gave; other tables have one level."""
    found = {}
    for field in table.schema:
        text = (field.metadata or {}).get(LEVELS)
        found[field.name] = text.decode().split("\x00") if text else [field.name]
    return found


def _field(name: str, kind: pa.DataType) -> pa.Field:
    levels = [unescaped(level) for level in re.split(r"(?<!\\), ", name)]
    return pa.field(unescaped(name), kind, metadata={LEVELS: "\x00".join(levels)} if len(levels) > 1 else None)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if types.is_null(column.type):
        column = pc.cast(column, pa.string())
    if types.is_floating(column.type):
        column = _without_nan(column)
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type)


def _without_nan(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """NaN is what pandas has for NULL, so none of the operations tells them apart."""
    column = pc.cast(column, pa.float64())
    nan = pc.is_nan(column)
    return pc.if_else(nan, None, column) if pc.any(nan).as_py() else column
