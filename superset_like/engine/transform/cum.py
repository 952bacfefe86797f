"""cum: values accumulated down the rows."""

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import pyarrow as pa

from superset_like.engine.transform.frame import Frame
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.values import (
    MOST_DIGITS,
    listed,
    numbers,
    require_comparable,
    require_numbers,
    restored,
    scale_of,
)
from superset_like.errors import QuestionInvalid

STEPS: dict[str, Callable[[Any, Any], Any]] = {
    "sum": operator.add,
    "prod": operator.mul,
    "min": min,
    "max": max,
}


@dataclass(frozen=True, slots=True)
class Cum(Operation):
    """Each value with all before it: their sum, prod, min or max. NULL stays NULL and is passed over.

    columns: source -> target.
    """

    operator: str
    columns: Mapping[str, str] = field(default_factory=dict)

    def apply(self, frame: Frame) -> Frame:
        frame.require(self.columns)
        if self.operator not in STEPS:
            raise QuestionInvalid(f"Invalid cumulative operator: {self.operator}", fields={"operator": [self.operator]})
        made = {label: self._accumulated(frame.columns[label], label[0]) for label in frame.under(self.columns)}
        return frame.mapped(self.columns, made)

    def _accumulated(self, column: pa.Array, name: str | None) -> pa.Array:
        if self.operator in ("min", "max"):
            return restored(_running(listed(require_comparable(column, name or "")), STEPS[self.operator]), column.type)
        column = require_numbers(column, name or "")
        values = listed(column)
        if self.operator == "prod":
            values = _bounded(values)
        return numbers(_running(values, STEPS[self.operator]), scale_of(column.type))


def _running(values: list[Any], step: Callable[[Any, Any], Any]) -> list[Any]:
    found: Iterator[Any] = accumulate((value for value in values if value is not None), step)
    return [None if value is None else next(found) for value in values]


def _bounded(values: list[Any]) -> list[Any]:
    """The values as doubles when their product would have more digits than a decimal."""
    digits = sum(math.log10(abs(value)) for value in values if value)
    digits += sum(-value.as_tuple().exponent for value in values if hasattr(value, "as_tuple"))
    return [None if value is None else float(value) for value in values] if digits > MOST_DIGITS else values
