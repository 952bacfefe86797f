"""resample: rows at even distances in time."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.engine.transform import aggregates, periods
from superset_like.engine.transform.aggregates import applied
from superset_like.engine.transform.frame import Frame
from superset_like.engine.transform.grouping import Groups
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.pivot import replaced
from superset_like.engine.transform.values import doubles, is_number, require_numbers
from superset_like.errors import QuestionInvalid

METHODS = ("asfreq", "bfill", "ffill", "linear", "median", "mean", "sum")
US = pa.timestamp("us")


@dataclass(frozen=True, slots=True)
class Resample(Operation):
    """A row for each period between the first moment of the index and the last.

    rule: how long a period is (`7D`, `1h`, `W-MON`, `1MS`, `QE`). method: asfreq, the value of that very moment; ffill
    and bfill, the last before or the next after; linear, on the line between them by row; mean, median, sum of those
    within. fill_value: with asfreq, in place of NULL.
    """

    rule: str
    method: str
    fill_value: float | None = None

    def apply(self, frame: Frame) -> Frame:
        name, moments, zone = _moments(frame)
        if self.method not in METHODS:
            message = f"Resample method should be in {', '.join(METHODS)}."
            raise QuestionInvalid(message, fields={"method": [message]})
        present = pc.indices_nonzero(pc.is_valid(moments))
        order = present.take(pc.sort_indices(moments.take(present)))
        if not len(order):
            return frame.from_row(frame.rows)
        frame, times = frame.taken(order), pc.cast(moments.take(order), pa.int64()).to_pylist()
        bins = periods.bins(self.rule, times[0], times[-1])
        columns = {label: self._column(column, times, bins, label[0]) for label, column in frame.columns.items()}
        index = _zoned(pa.array(bins.labels, pa.int64()), frame.index[name].type, zone)
        return replace(frame, columns=columns, rows=len(bins.labels), index={name: index})

    def _column(self, column: pa.Array, times: Sequence[int], bins: periods.Bins, name: str | None) -> pa.Array:
        if self.method in ("mean", "median", "sum"):
            operator = aggregates.OPERATORS[self.method]
            return applied(operator, column, _grouped(times, bins), name or "")
        if self.method == "linear":
            return _between(require_numbers(column, name or ""), times, bins.labels)
        if self.method == "ffill":
            found = _at(column, [bisect_right(times, label) - 1 for label in bins.labels])
            return pc.fill_null_forward(found)
        if self.method == "bfill":
            found = _at(column, [bisect_left(times, label) for label in bins.labels])
            return pc.fill_null_backward(found)
        exact = _at(column, _same(times, bins.labels))
        fits = self.fill_value is not None and is_number(column.type)
        return replaced(exact, self.fill_value) if fits else exact


def _moments(frame: Frame) -> tuple[str, pa.Array, str | None]:
    """The name of the index, its moments without a zone, and the zone. Raises QuestionInvalid."""
    names = list(frame.index)
    column = frame.index[names[0]] if len(names) == 1 else None
    if column is None or not (types.is_timestamp(column.type) or types.is_date(column.type)):
        raise QuestionInvalid("Resample operation requires DatetimeIndex")
    zone = column.type.tz if types.is_timestamp(column.type) else None
    return names[0], pc.cast(pc.local_timestamp(column) if zone else column, US, safe=False), zone


def _zoned(moments: pa.Array, kind: pa.DataType, zone: str | None) -> pa.Array:
    found = pc.cast(moments, US)
    if zone:
        return pc.cast(pc.assume_timezone(found, zone, ambiguous="earliest", nonexistent="latest"), kind, safe=False)
    # A date has no place for the hours that a finer rule makes.
    exact = types.is_timestamp(kind) and kind.unit != "s"
    return pc.cast(found, kind, safe=False) if exact else found


def _grouped(times: Sequence[int], bins: periods.Bins) -> Groups:
    find = bisect_right if bins.holds_end else bisect_left
    ends = [find(times, edge) for edge in bins.edges[1:]]
    return Groups(pa.array(range(len(times)), pa.int64()), ends)


def _at(column: pa.Array, places: Sequence[int | None]) -> pa.Array:
    size = len(column)
    inside = [place if place is not None and 0 <= place < size else None for place in places]
    return column.take(pa.array(inside, pa.int64()))


def _same(times: Sequence[int], labels: Sequence[int]) -> list[int | None]:
    rows = {moment: row for row, moment in enumerate(times)}
    if len(rows) < len(times):
        raise QuestionInvalid("The index holds a moment twice: aggregate, or use mean, median or sum")
    return [rows.get(label) for label in labels]


def _between(column: pa.Array, times: Sequence[int], labels: Sequence[int]) -> pa.Array:
    """The values at the labels, on lines through the values by row: each moment and each label is one step.

    After the last value it stays; before the first there is NULL.
    """
    _same(times, labels)
    known = dict(zip(times, doubles(column).to_pylist(), strict=True))
    steps = sorted({*times, *labels})
    line = _line([known.get(moment) for moment in steps])
    at = dict(zip(steps, line, strict=True))
    return pa.array([at[label] for label in labels], pa.float64())


def _line(values: Sequence[float | None]) -> list[float | None]:
    found, before = list(values), None
    for place, value in enumerate(values):
        if value is None:
            continue
        if before is not None:
            start, slope = values[before] or 0.0, (value - (values[before] or 0.0)) / (place - before)
            for gap in range(before + 1, place):
                found[gap] = start + slope * (gap - before)
        before = place
    if before is not None:
        found[before + 1 :] = [values[before]] * (len(values) - before - 1)
    return found
