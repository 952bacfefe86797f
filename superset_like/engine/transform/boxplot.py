"""boxplot: how the values of each group are spread."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from superset_like.engine.transform import aggregates
from superset_like.engine.transform.aggregates import Gives, Operator, Values, applied
from superset_like.engine.transform.frame import Frame, Label
from superset_like.engine.transform.grouping import Groups, grouped
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.values import is_number, numbers, require_numbers, scale_of
from superset_like.errors import QuestionInvalid

Whisker = Callable[[Values], Any]

PERCENTILES = (
    "percentiles must be a list or tuple with two numeric values, of which the first is lower than the second value"
)


@dataclass(frozen=True, slots=True)
class Boxplot(Operation):
    """A row for each group; for each metric columns __mean, __median, __max, __min, __q1, __q3, __count, __outliers.

    __max and __min are the whiskers. tukey: the last values within 1.5 times the distance of the quartiles from them;
    min/max: the extremes; percentile: those two. __outliers: the values beyond, those above first.
    """

    groupby: Sequence[str]
    metrics: Sequence[str]
    whisker_type: str
    percentiles: Sequence[float] = ()

    def apply(self, frame: Frame) -> Frame:
        frame.require(name for name in self.groupby if name not in frame.index)
        frame.require(self.metrics)
        low, high = self._whiskers()
        keys = [frame.column(name) for name in self.groupby]
        groups = grouped(keys, frame.rows)
        sources = {name: _numeric(frame.column(name), name) for name in self.metrics}
        columns: dict[Label, Any] = {
            (name,): key.take(groups.firsts) for name, key in zip(self.groupby, keys, strict=True)
        }
        for statistic, operator in _statistics(low, high).items():
            for name, source in sources.items():
                columns[(f"{name}__{statistic}",)] = applied(operator, source, groups, name)
        for name, source in sources.items():
            columns[(f"{name}__outliers",)] = _outliers(source, groups, low, high)
        return Frame(columns, len(groups.ends), {})

    def _whiskers(self) -> tuple[Whisker, Whisker]:
        if self.whisker_type == "tukey":
            return _tukey_low, _tukey_high
        if self.whisker_type == "min/max":
            return partial(min, default=None), partial(max, default=None)
        if self.whisker_type != "percentile":
            message = "whisker_type must be one of: tukey, min/max, percentile"
            raise QuestionInvalid(message, fields={"whisker_type": [message]})
        if len(self.percentiles) != 2 or not 0 <= self.percentiles[0] < self.percentiles[1] <= 100:
            raise QuestionInvalid(PERCENTILES, fields={"percentiles": [PERCENTILES]})
        low, high = self.percentiles
        return partial(aggregates.percentile, q=low), partial(aggregates.percentile, q=high)


def _statistics(low: Whisker, high: Whisker) -> Mapping[str, Operator]:
    return {
        "mean": Operator(aggregates.mean),
        "median": Operator(aggregates.median),
        "max": Operator(high),
        "min": Operator(low),
        "q1": Operator(_quartile(25)),
        "q3": Operator(_quartile(75)),
        "count": Operator(len, Gives.COUNT),
    }


def _quartile(percent: float) -> Whisker:
    return partial(aggregates.percentile, q=percent, method="midpoint")


def _tukey_low(values: Values) -> Any:
    if not values:
        return None
    first, third = _quartile(25)(values), _quartile(75)(values)
    bound = float(first) - 1.5 * (float(third) - float(first))
    return min((value for value in values if value >= bound), default=None)


def _tukey_high(values: Values) -> Any:
    if not values:
        return None
    first, third = _quartile(25)(values), _quartile(75)(values)
    bound = float(third) + 1.5 * (float(third) - float(first))
    return max((value for value in values if value <= bound), default=None)


def _outliers(source: pa.Array, groups: Groups, low: Whisker, high: Whisker) -> pa.Array:
    found = []
    for values in groups.values(source):
        below, above = low(values), high(values)
        # Among infinities there may be no quartiles, and so no whiskers.
        over = [] if above is None else [one for one in values if one > above]
        found.append(over + ([] if below is None else [one for one in values if one < below]))
    ends = [0]
    for one in found:
        ends.append(ends[-1] + len(one))
    inner = numbers([value for one in found for value in one], scale_of(source.type))
    kept = pc.cast(inner, source.type) if not len(inner) else inner
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), kept)


def _numeric(column: pa.Array, name: str) -> pa.Array:
    """The column; texts as the numbers that they write, NULL where they write none."""
    if is_number(column.type) or not pa.types.is_string(column.type):
        return require_numbers(column, name)
    return pa.array([_number(text) for text in column.to_pylist()], pa.float64(), from_pandas=True)


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
