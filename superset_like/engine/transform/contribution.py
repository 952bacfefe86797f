"""contribution: each value as a share of its column or its row."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from superset_like.engine.transform.compare import JOINED_BY
from superset_like.engine.transform.frame import Frame, Label
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.values import doubles, is_number
from superset_like.errors import QuestionInvalid


@dataclass(frozen=True, slots=True)
class Contribution(Operation):
    """Shares as doubles, in place of the values, or beside them under rename_columns.

    columns: none means all numeric ones. time_shifts: columns ending in `__<shift>` are a row of their own.
    contribution_totals: column -> the total that takes the place of its sum. By column NULL counts as 0, by row it
    stays NULL. 0 of 0 is NULL, except under a given total of 0, where the share is 0.
    """

    orientation: Literal["row", "column"] = "column"
    columns: Sequence[str] = ()
    time_shifts: Sequence[str] = ()
    rename_columns: Sequence[str] = ()
    contribution_totals: Mapping[str, float | None] = field(default_factory=dict)

    def apply(self, frame: Frame) -> Frame:
        frame.require(self.columns)
        labels = self._labels(frame)
        targets = self._targets(labels)
        values = {label: doubles(frame.columns[label]) for label in labels}
        if self.orientation == "column":
            shares = {label: self._share_of_column(label, column) for label, column in values.items()}
        else:
            shares = {}
            for group in self._rows(labels):
                total = _row_total([values[label] for label in group])
                shares |= {label: doubles(pc.divide(values[label], total)) for label in group}
        return frame.with_columns({target: shares[label] for label, target in zip(labels, targets, strict=True)})

    def _labels(self, frame: Frame) -> list[Label]:
        numeric = [label for label, column in frame.columns.items() if is_number(column.type)]
        for name in self.columns:
            if not any(label[0] == name for label in numeric):
                message = f'Column "{name}" is not numeric or does not exists in the query results.'
                raise QuestionInvalid(message, fields={"columns": [name]})
        return [label for label in frame.under(self.columns) if label in numeric] if self.columns else numeric

    def _targets(self, labels: Sequence[Label]) -> Sequence[Label]:
        if not self.rename_columns:
            return labels
        if len(self.rename_columns) != len(labels):
            message = "`rename_columns` must have the same length as `columns` + `time_shift_columns`."
            raise QuestionInvalid(message, fields={"rename_columns": [message]})
        return [(name, *label[1:]) for name, label in zip(self.rename_columns, labels, strict=True)]

    def _share_of_column(self, label: Label, column: pa.Array) -> pa.Array:
        values = pc.fill_null(column, 0.0)
        if self.contribution_totals:
            total = self.contribution_totals.get(label[0] or "")
            return pc.divide(values, float(total)) if total else pa.array([0.0] * len(values))
        return doubles(pc.divide(values, _total(values)))

    def _rows(self, labels: Sequence[Label]) -> list[list[Label]]:
        groups: dict[str, list[Label]] = {}
        for label in labels:
            shift = next((one for one in self.time_shifts if (label[0] or "").endswith(f"{JOINED_BY}{one}")), "")
            groups.setdefault(shift, []).append(label)
        return list(groups.values())


def _total(values: pa.Array) -> float:
    try:
        return math.fsum(values.to_pylist())
    except (OverflowError, ValueError):
        return float(sum(values.to_pylist()))


def _row_total(columns: Sequence[pa.Array]) -> pa.Array:
    total = pc.fill_null(columns[0], 0.0)
    for column in columns[1:]:
        total = pc.add(total, pc.fill_null(column, 0.0))
    return total
