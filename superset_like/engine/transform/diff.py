"""diff: what changed from row to row, or from column to column."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from superset_like.engine.transform.frame import Frame
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.values import difference, require_numbers, shifted


@dataclass(frozen=True, slots=True)
class Diff(Operation):
    """Each value less the one `periods` before it; NULL where there is none.

    columns: source -> target. axis: 0 or index along the rows, 1 or columns along the columns asked for.
    """

    columns: Mapping[str, str]
    periods: int = 1
    axis: Literal[0, 1, "index", "rows", "columns"] = 0

    def apply(self, frame: Frame) -> Frame:
        frame.require(self.columns)
        labels = frame.under(self.columns)
        sources = [require_numbers(frame.columns[label], label[0] or "") for label in labels]
        if self.axis in (1, "columns"):
            made = [self._beside(sources, place) for place in range(len(sources))]
        else:
            made = [difference(column, shifted(column, self.periods)) for column in sources]
        return frame.mapped(self.columns, dict(zip(labels, made, strict=True)))

    def _beside(self, sources: list[pa.Array], place: int) -> pa.Array:
        before = place - self.periods
        if not 0 <= before < len(sources):
            return pa.nulls(len(sources[place]), sources[place].type)
        return difference(sources[place], sources[before])
