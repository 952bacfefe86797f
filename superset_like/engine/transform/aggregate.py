"""aggregate: rows grouped again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from superset_like.engine.transform import aggregates
from superset_like.engine.transform.frame import Frame, Label
from superset_like.engine.transform.grouping import grouped
from superset_like.engine.transform.operation import Operation


@dataclass(frozen=True, slots=True)
class Aggregate(Operation):
    """A row for each group, in the order of the keys; rows of which a key is NULL are left out.

    aggregates: new name -> {operator, column, options}. No groupby: one row.
    """

    groupby: Sequence[str] = ()
    aggregates: Mapping[str, Any] = field(default_factory=dict)

    def apply(self, frame: Frame) -> Frame:
        frame.require(name for name in self.groupby if name not in frame.index)
        made = aggregates.read(frame, self.aggregates)
        keys = [frame.column(name) for name in self.groupby]
        groups = grouped(keys, frame.rows)
        firsts = groups.firsts
        columns: dict[Label, Any] = {(name,): key.take(firsts) for name, key in zip(self.groupby, keys, strict=True)}
        columns |= {(name,): one.over(frame.column(one.column), groups) for name, one in made.items()}
        return Frame(columns, len(groups.ends), {})
