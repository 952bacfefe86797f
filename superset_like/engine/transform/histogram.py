"""histogram: how many values lie in each of equal bins."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.engine.transform.frame import Frame, Label
from superset_like.engine.transform.grouping import grouped
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.values import is_number
from superset_like.errors import QuestionInvalid

MAX_BINS = 1000


@dataclass(frozen=True, slots=True)
class Histogram(Operation):
    """A row for each group, a column `<from> - <to>` for each bin. A bin holds its lower edge, the last both.

    cumulative: with the bins before. normalize: as shares of all that is counted. NULL is not counted.
    """

    column: str
    groupby: Sequence[str] = ()
    bins: int = 5
    cumulative: bool = False
    normalize: bool = False

    def apply(self, frame: Frame) -> Frame:
        if not 1 <= self.bins <= MAX_BINS:
            message = f"`bins` must be an integer between 1 and {MAX_BINS}"
            raise QuestionInvalid(message, fields={"bins": [message]})
        frame.require([self.column])
        frame.require(name for name in self.groupby if name not in frame.index)
        frame = frame.taken(_rows_present(frame.column(self.column)))
        if not frame.rows:
            return frame
        values = _numeric(frame.column(self.column), self.column)
        edges = bin_edges(values, self.bins)
        keys = [frame.column(name) for name in self.groupby]
        groups = grouped(keys, frame.rows)
        counts = [self._counts(group, edges) for group in groups.values(values)]
        columns: dict[Label, Any] = {
            (name,): key.take(groups.firsts) for name, key in zip(self.groupby, keys, strict=True)
        }
        columns |= self._bins(edges, counts)
        return Frame(columns, len(counts), {})

    def _counts(self, values: Sequence[Any], edges: Sequence[float]) -> list[int]:
        ordered = sorted(values)
        places = [*(bisect_left(ordered, edge) for edge in edges[:-1]), bisect_right(ordered, edges[-1])]
        counts = [after - before for before, after in pairwise(places)]
        return list(accumulate(counts)) if self.cumulative else counts

    def _bins(self, edges: Sequence[float], counts: Sequence[Sequence[int]]) -> dict[Label, pa.Array]:
        names = [f"{low} - {high}" for low, high in pairwise(edges)]
        columns = [
            pa.array(column, pa.int64()) for column in (zip(*counts, strict=True) if counts else [()] * len(names))
        ]
        if self.normalize:
            whole = float(sum(sum(row) for row in counts))
            columns = [pc.divide(pc.cast(column, pa.float64()), whole) for column in columns]
        return {(name,): column for name, column in zip(names, columns, strict=True)}


def bin_edges(values: pa.Array, bins: int) -> list[float]:
    """The bounds of the bins, one more than there are; from the least value to the greatest, half a unit to each side
    when they are equal. Source: numpy.histogram_bin_edges.
    """
    found = pc.min_max(values)
    low, high = float(found["min"].as_py()), float(found["max"].as_py())
    if low == high:
        low, high = low - 0.5, high + 0.5
    step = (high - low) / bins
    return [*(number * step + low for number in range(bins)), high]


def _rows_present(column: pa.Array) -> pa.Array:
    return pc.indices_nonzero(pc.is_valid(column))


def _numeric(column: pa.Array, name: str) -> pa.Array:
    if types.is_boolean(column.type):
        return pc.cast(column, pa.int64())
    try:
        return column if is_number(column.type) else pc.cast(column, pa.float64())
    except pa.ArrowException as error:
        message = f"Column '{name}' contains non-numeric values"
        raise QuestionInvalid(message, fields={"column": [message]}) from error
