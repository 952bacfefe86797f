"""compare: columns beside others, as difference, percentage or ratio."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from superset_like.engine.transform.frame import Frame, Label
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.values import difference, doubles, require_numbers
from superset_like.errors import QuestionInvalid

JOINED_BY = "__"
TYPES = ("difference", "percentage", "ratio")


@dataclass(frozen=True, slots=True)
class Compare(Operation):
    """A column `<type>__<source>__<compared>` for each pair. difference: exact; percentage: (source - compared) as a
    share of compared, and ratio: source / compared, both rounded to `precision` places.
    """

    source_columns: Sequence[str]
    compare_columns: Sequence[str]
    compare_type: str
    drop_original_columns: bool = False
    precision: int = 4

    def apply(self, frame: Frame) -> Frame:
        frame.require([*self.source_columns, *self.compare_columns])
        self._check()
        for source, compared in zip(self.source_columns, self.compare_columns, strict=True):
            frame = frame.with_columns(self._compared(frame, source, compared))
        if self.drop_original_columns:
            gone = {*self.source_columns, *self.compare_columns}
            frame = replace(frame, columns={label: c for label, c in frame.columns.items() if label[0] not in gone})
        return frame

    def _check(self) -> None:
        if len(self.source_columns) != len(self.compare_columns):
            message = "`compare_columns` must have the same length as `source_columns`."
            raise QuestionInvalid(message, fields={"compare_columns": [message]})
        if self.compare_type not in TYPES:
            message = "`compare_type` must be `difference`, `percentage` or `ratio`"
            raise QuestionInvalid(message, fields={"compare_type": [message]})

    def _compared(self, frame: Frame, source: str, compared: str) -> dict[Label, pa.Array]:
        name = JOINED_BY.join([self.compare_type, source, compared])
        rests = [label[1:] for label in frame.under([source])]
        rests += [label[1:] for label in frame.under([compared]) if label[1:] not in rests]
        missing = pa.nulls(frame.rows, pa.float64())
        return {
            (name, *rest): self._of(
                require_numbers(frame.columns.get((source, *rest), missing), source),
                require_numbers(frame.columns.get((compared, *rest), missing), compared),
            )
            for rest in rests
        }

    def _of(self, left: pa.Array, right: pa.Array) -> pa.Array:
        if self.compare_type == "difference":
            return difference(left, right)
        above = left if self.compare_type == "ratio" else difference(left, right)
        share = doubles(pc.divide(doubles(above), doubles(right)))
        return pc.round(share, self.precision, round_mode="half_to_even")
