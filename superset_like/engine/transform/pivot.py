"""pivot: values of columns become columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.engine.encode import cells
from superset_like.engine.transform import aggregates
from superset_like.engine.transform.aggregates import Aggregate
from superset_like.engine.transform.frame import Frame, Label
from superset_like.engine.transform.grouping import Codes, Groups, coded, crossed, grouped, groups_of, sorted_values
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.values import is_number, numbers, scale_of
from superset_like.errors import QuestionInvalid

NULL_NAME = "<NULL>"
MARGIN_NAME = "All"
MAX_CELLS = 10_000_000


@dataclass(frozen=True, slots=True)
class Pivot(Operation):
    """A row for each combination of the index, a column (metric, value ...) for each combination of the columns.

    Rows and columns are in the order of their values. aggregates: name -> {operator, column, options}; the columns are
    called by the source. metric_fill_value: in place of NULL. column_fill_value: the name of a NULL among the columns'
    values; NULL leaves its rows out. drop_missing_columns: rows and columns without any value are left out.
    combine_value_with_metric: the metric is the last level. marginal_distributions: aggregates over whole rows and
    columns, in a column and a row called marginal_distribution_name.
    """

    index: Sequence[str]
    aggregates: Mapping[str, Any]
    columns: Sequence[str] = ()
    metric_fill_value: Any = None
    column_fill_value: str | None = NULL_NAME
    drop_missing_columns: bool = True
    combine_value_with_metric: bool = False
    marginal_distributions: bool = False
    marginal_distribution_name: str = MARGIN_NAME

    def apply(self, frame: Frame) -> Frame:
        self._check(frame)
        wanted = {one.column: one for one in aggregates.read(frame, self.aggregates).values()}
        source = self._named(frame)
        made = _Pivoted.of(source, self, [wanted[name] for name in sorted(wanted)])
        found = made.frame()
        if self.marginal_distributions:
            found = made.with_margins(found)
        if self.combine_value_with_metric and self.columns:
            found = _metric_last(found)
        return found

    def _check(self, frame: Frame) -> None:
        if not self.index:
            raise QuestionInvalid("Pivot operation requires at least one index", fields={"index": ["is empty"]})
        if not self.aggregates:
            message = "Pivot operation must include at least one aggregate"
            raise QuestionInvalid(message, fields={"aggregates": ["is empty"]})
        frame.require(name for name in [*self.index, *self.columns] if name not in frame.index)

    def _named(self, frame: Frame) -> Frame:
        """The frame with a name for NULL in the columns, where it is asked for and there is NULL."""
        if self.column_fill_value is None:
            return frame
        holed = [name for name in self.columns if frame.column(name).null_count]
        return frame.with_columns(
            {(name,): pc.fill_null(texts(frame.column(name)), self.column_fill_value) for name in holed}
        )


@dataclass(frozen=True, slots=True)
class _Pivoted:
    """A pivot under way: the numbers of rows and columns of the result for each row of the source, and its cells."""

    source: Frame
    asked: Pivot
    wanted: Sequence[Aggregate]
    down: Codes
    across: Codes
    cells: Groups
    values: Sequence[pa.Array]

    @staticmethod
    def of(source: Frame, asked: Pivot, wanted: Sequence[Aggregate]) -> "_Pivoted":
        keeps_null = not asked.drop_missing_columns
        down = coded([source.column(name) for name in asked.index], keeps_null=keeps_null)
        across = Codes(pa.array([0] * source.rows, pa.int64()), 1)
        if asked.columns:
            across = coded([source.column(name) for name in asked.columns])
        if down.count * across.count * len(wanted) > MAX_CELLS:
            raise QuestionInvalid(f"The pivot table would have more than {MAX_CELLS} cells")
        cells_ = groups_of(crossed(down, across))
        values = [one.over(source.column(one.column), cells_) for one in wanted]
        return _Pivoted(source, asked, wanted, down, across, cells_, values)

    def frame(self) -> Frame:
        firsts = self.cells.firsts
        down, across = self.down.codes.take(firsts), self.across.codes.take(firsts)
        if self.asked.drop_missing_columns:
            filled = self._filled()
            down, across = down.filter(filled), across.filter(filled)
            values = [column.filter(filled) for column in self.values]
            firsts = firsts.filter(filled)
        else:
            values = list(self.values)
        rows = sorted_values(down)
        places = pc.index_in(down, rows)
        columns: dict[Label, pa.Array] = {}
        names = self._names(across, firsts)
        by_column = groups_of(Codes(across, self.across.count))
        for aggregate, column in zip(self.wanted, values, strict=True):
            for cells_, rest in zip(_slices(by_column), names, strict=True):
                columns[(aggregate.column, *rest)] = _spread(column.take(cells_), places.take(cells_), len(rows))
        found = Frame(columns, len(rows), self._index(rows, down, firsts), (None, *self.asked.columns))
        return self._finished(found)

    def _filled(self) -> pa.Array:
        found = pc.is_valid(self.values[0])
        for column in self.values[1:]:
            found = pc.or_(found, pc.is_valid(column))
        return found

    def _names(self, across: pa.Array, firsts: pa.Array) -> list[Label]:
        if not self.asked.columns:
            return [()] if len(across) else []
        rows = firsts.take(pc.index_in(sorted_values(across), across))
        levels = [texts(self.source.column(name).take(rows)).to_pylist() for name in self.asked.columns]
        return list(zip(*levels, strict=True))

    def _index(self, rows: pa.Array, down: pa.Array, firsts: pa.Array) -> dict[str, pa.Array]:
        sources = firsts.take(pc.index_in(rows, down))
        return {name: self.source.column(name).take(sources) for name in self.asked.index}

    def _finished(self, frame: Frame) -> Frame:
        if self.asked.drop_missing_columns:
            kept = {label: c for label, c in frame.columns.items() if c.null_count < len(c)}
            frame = replace(frame, columns=kept)
        elif len(frame.index) > 1:
            frame = _all_combinations(frame)
        value = self.asked.metric_fill_value
        if value is None:
            return frame
        return replace(frame, columns={label: replaced(c, value) for label, c in frame.columns.items()})

    def with_margins(self, frame: Frame) -> Frame:
        """The frame with a column of each row's aggregates for each metric, and a last row of the columns'."""
        source = self._complete()
        if not source.rows:
            return frame
        metrics = [one.column for one in self.wanted]
        by_row = _aggregated(source, self.asked.index, self.wanted)
        by_column = _aggregated(source, self.asked.columns, self.wanted)
        whole = _aggregated(source, (), self.wanted)
        name, blanks = self.asked.marginal_distribution_name, ("",) * (len(self.asked.columns) - 1)
        rows = [tuple(row) for row in zip(*(texts(c).to_pylist() for c in frame.index.values()), strict=True)]
        columns: dict[Label, pa.Array] = {}
        for place, metric in enumerate(metrics):
            for label in frame.under([metric]):
                last = by_column.get(label[1:], whole[()] if not self.asked.columns else None)
                columns[label] = _extended(frame.columns[label], last[place] if last else None)
            if self.asked.columns:
                totals = pa.concat_arrays([by_row[row][place] for row in rows if row in by_row] or [whole[()][place]])
                there = pa.array([row in by_row for row in rows])
                column = _spread(totals, pc.indices_nonzero(there), len(rows)) if rows else totals.slice(0, 0)
                columns[(metric, name, *blanks)] = _extended(column, whole[()][place])
        index = {
            key: pa.concat_arrays([texts(column), pa.array([name if not at else ""], pa.string())])
            for at, (key, column) in enumerate(frame.index.items())
        }
        return replace(frame, columns=columns, rows=frame.rows + 1, index=index)

    def _complete(self) -> Frame:
        """The source without the rows that lack a value, when those without values are dropped."""
        if not self.asked.drop_missing_columns:
            return self.source
        used = [*self.asked.index, *self.asked.columns, *(one.column for one in self.wanted)]
        present = pc.is_valid(self.source.column(used[0]))
        for name in used[1:]:
            present = pc.and_(present, pc.is_valid(self.source.column(name)))
        return self.source.taken(pc.indices_nonzero(present))


def texts(column: pa.Array) -> pa.Array:
    """The values as the texts that name columns: `True`, `1.0`, `2013-01-01 00:00:00`."""
    if types.is_boolean(column.type):
        return pc.if_else(column, "True", "False")
    if types.is_floating(column.type):
        return pa.array([None if value is None else repr(value) for value in column.to_pylist()], pa.string())
    if types.is_timestamp(column.type):
        return pa.array([None if v is None else str(v) for v in _moments(column)], pa.string())
    if types.is_decimal(column.type):
        return cells.decimals_as_text(column)
    try:
        return pc.cast(column, pa.string())
    except pa.ArrowException as error:
        raise QuestionInvalid(f"Values of the type {column.type} cannot name columns") from error


def _moments(column: pa.Array) -> list[Any]:
    found: list[Any] = pc.cast(column, pa.timestamp("us", column.type.tz), safe=False).to_pylist()
    return found


def _slices(groups: Groups) -> list[pa.Array]:
    starts = [0, *groups.ends[:-1]] if groups.ends else []
    return [groups.order.slice(start, end - start) for start, end in zip(starts, groups.ends, strict=True)]


def _spread(values: pa.Array, places: pa.Array, size: int) -> pa.Array:
    """A column of this size with the values at their places, NULL elsewhere."""
    places = pc.cast(places, pa.int64())
    return values.take(pc.inverse_permutation(places, max_index=size - 1))


def replaced(column: pa.Array, value: Any) -> pa.Array:
    """The column with the value in place of NULL; as doubles, then as texts, when its type has no such value."""
    if not column.null_count:
        return column
    try:
        return pc.fill_null(column, pa.scalar(value, column.type))
    except (pa.ArrowException, TypeError, ValueError):
        pass
    try:
        return pc.fill_null(pc.cast(column, pa.float64(), safe=False), float(value))
    except (pa.ArrowException, TypeError, ValueError):
        return pc.fill_null(texts(column), str(value))


def _extended(column: pa.Array, last: pa.Array | None) -> pa.Array:
    more = pa.nulls(1, column.type) if last is None else last
    if more.type == column.type:
        return pa.concat_arrays([column, more])
    if not (is_number(column.type) and is_number(more.type)):
        return pa.concat_arrays([texts(column), texts(more)])
    scale = max(scale_of(column.type), scale_of(more.type))
    return numbers([*column.to_pylist(), *more.to_pylist()], scale)


def _aggregated(source: Frame, keys: Sequence[str], wanted: Sequence[Aggregate]) -> dict[Label, list[pa.Array]]:
    """Texts of the keys -> the aggregates, each a column of one value."""
    columns = [source.column(name) for name in keys]
    groups = grouped(columns, source.rows)
    names = list(zip(*(texts(column.take(groups.firsts)).to_pylist() for column in columns), strict=True)) or [()]
    values = [one.over(source.column(one.column), groups) for one in wanted]
    return {name: [column.slice(place, 1) for column in values] for place, name in enumerate(names)}


def _all_combinations(frame: Frame) -> Frame:
    """The frame with a row for every combination of the values that occur in each index column."""
    levels = [sorted_values(column) for column in frame.index.values()]
    sizes = [len(level) for level in levels]
    wanted = list(product(*(range(size) for size in sizes)))
    own = zip(*(pc.index_in(c, level).to_pylist() for c, level in zip(frame.index.values(), levels, strict=True)),
              strict=True)  # fmt: skip
    rows = {codes: row for row, codes in enumerate(own)}
    found = frame.taken(pa.array([rows.get(codes) for codes in wanted], pa.int64()))
    index = {
        name: level.take(pa.array([codes[place] for codes in wanted], pa.int64()))
        for place, (name, level) in enumerate(zip(frame.index, levels, strict=True))
    }
    return replace(found, index=index)


def _metric_last(frame: Frame) -> Frame:
    labels = sorted(frame.columns, key=lambda label: [level or "" for level in (*label[1:], label[0])])
    columns = {(*label[1:], label[0]): frame.columns[label] for label in labels}
    return replace(frame, columns=columns, levels=(*frame.levels[1:], frame.levels[0]))
