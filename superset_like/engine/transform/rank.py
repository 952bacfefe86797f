"""rank: how many of the others a value is above, as a share."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from superset_like.engine.transform.frame import Frame
from superset_like.engine.transform.grouping import Groups, grouped
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.values import listed, require_comparable

NAME = "rank"


@dataclass(frozen=True, slots=True)
class Rank(Operation):
    """A column `rank`: the value's place among the values of its group, from 1, over their count.

    Equal values share the mean of their places. NULL has none and does not count; nor has a row of a NULL group.
    """

    metric: str
    group_by: str | None = None

    def apply(self, frame: Frame) -> Frame:
        frame.require([self.metric])
        keys = [frame.column(self.group_by)] if self.group_by else []
        groups = grouped(keys, frame.rows)
        ranks = _ranks(listed(require_comparable(frame.column(self.metric), self.metric)), groups)
        return frame.with_columns({(NAME, *[""] * (len(frame.levels) - 1)): pa.array(ranks, pa.float64())})


def _ranks(values: list[Any], groups: Groups) -> list[float | None]:
    found: list[float | None] = [None] * len(values)
    order, start = groups.order.to_pylist(), 0
    for end in groups.ends:
        rows = sorted((row for row in order[start:end] if values[row] is not None), key=values.__getitem__)
        _place(rows, values, found)
        start = end
    return found


def _place(rows: list[int], values: list[Any], found: list[float | None]) -> None:
    """The ranks of these rows, which are ascending, are in `found`."""
    begin, count = 0, len(rows)
    while begin < count:
        end = begin + 1
        while end < count and values[rows[end]] == values[rows[begin]]:
            end += 1
        share = (begin + 1 + end) / 2 / count
        for row in rows[begin:end]:
            found[row] = share
        begin = end
