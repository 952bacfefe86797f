"""What many values become: the operators of aggregate, pivot, boxplot and resample."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.engine.transform import options
from superset_like.engine.transform.frame import Frame
from superset_like.engine.transform.grouping import Groups
from superset_like.engine.transform.values import (
    EXACT_IN_DOUBLE,
    MOST_DIGITS,
    Number,
    numbers,
    require_comparable,
    require_numbers,
    restored,
    scale_of,
)
from superset_like.errors import QuestionInvalid

Values = Sequence[Any]
Act = Callable[..., Any]

# Digits that the mean of decimals may have beyond theirs.
MORE_DIGITS = 16
_BOUND = 10**MOST_DIGITS


class Gives(Enum):
    """What type comes out: the column's own, a count, or a number (and only numbers go in)."""

    SAME = "same"
    COUNT = "count"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Operator:
    """How the values present in a group become one; None when they become none.

    alone: the same for a column of groups of one row each, in one go; None where that cannot be.
    """

    act: Act
    gives: Gives = Gives.NUMBER
    alone: Callable[[pa.Array], pa.Array | None] = lambda column: None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One column to make: the operator with its options bound, over a source column."""

    column: str
    operator: Operator

    def over(self, source: pa.Array, groups: Groups) -> pa.Array:
        """A value for each group. Raises QuestionInvalid when the operator needs numbers and there are none."""
        return applied(self.operator, source, groups, self.column)


@dataclass(frozen=True, slots=True)
class Asked:
    """An aggregate as clients ask for it."""

    operator: str
    column: str | None = None
    options: Mapping[str, Any] | None = None
    name: str | None = None


def applied(operator: Operator, source: pa.Array, groups: Groups, name: str) -> pa.Array:
    """A value for each group. name: how an error calls the column."""
    source = require_numbers(source, name) if operator.gives is Gives.NUMBER else require_comparable(source, name)
    # As charts ask: a pivot of rows that were grouped the same way in the database.
    if groups.are_single and (column := operator.alone(source.take(groups.order))) is not None:
        return column
    found = [operator.act(values) for values in groups.values(source)]
    if operator.gives is Gives.COUNT:
        return pa.array(found, pa.int64())
    return restored(found, source.type) if operator.gives is Gives.SAME else numbers(found, scale_of(source.type))


def read(frame: Frame, asked: Mapping[str, Any]) -> dict[str, Aggregate]:
    """The aggregates by the names they get. asked: name -> {operator, column, options}; column: the name if absent.

    Raises QuestionInvalid.
    """
    return {name: _one(frame, name, one) for name, one in asked.items()}


def _one(frame: Frame, name: str, given: Any) -> Aggregate:
    if not isinstance(given, Mapping) or not given.get("operator"):
        raise QuestionInvalid(f"Operator undefined for aggregator: {name}", fields={"aggregates": [name]})
    asked = options.read(Asked, name, given)
    column = asked.column or name
    if (column,) not in frame.columns and column not in frame.index:
        message = f"Column referenced by aggregate is undefined: {column}"
        raise QuestionInvalid(message, fields={"aggregates": [column]})
    return Aggregate(column, operator(asked.operator, asked.options or {}))


def operator(name: str, given: Mapping[str, Any]) -> Operator:
    """The operator of this name, its options bound. Raises QuestionInvalid."""
    found = OPERATORS.get(name)
    if found is None:
        raise QuestionInvalid(f"Invalid numpy function: {name}", fields={"operator": [name]})
    wrong = [key for key in given if key not in OPTIONS.get(name, {})]
    if wrong or (name in NEEDS_Q and "q" not in given):
        raise QuestionInvalid(f"Invalid options for {name}: {dict(given)}", fields={"options": wrong or ["q"]})
    for key, value in given.items():
        if not OPTIONS[name][key](value):
            raise QuestionInvalid(f"Invalid options for {name}: {dict(given)}", fields={"options": [key]})
    return Operator(partial(found.act, **given), found.gives) if given else found


def total(values: Values) -> Number:
    """The exact sum; of doubles the one nearest to it. 0 of nothing."""
    if not values or not isinstance(values[0], float):
        return sum(values)
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):
        # Infinities of both signs, or a sum beyond them.
        return sum(values)


def mean(values: Values) -> Number | None:
    """The mean. Of integers a double, or an integer where a double would lose digits; of decimals a decimal."""
    if not values:
        return None
    whole, count = total(values), len(values)
    if isinstance(whole, Decimal):
        return _shortened(whole / count, values)
    if isinstance(whole, int) and whole % count == 0 and abs(whole // count) > EXACT_IN_DOUBLE:
        return whole // count
    return whole / count


def _shortened(value: Decimal, values: Values) -> Decimal:
    last = min(one.as_tuple().exponent for one in values) - MORE_DIGITS
    found: Decimal = round(value, -last).normalize()
    return found


def median(values: Values) -> Number | None:
    """The middle value; of an even count the mean of the two."""
    if not values:
        return None
    ordered, middle = sorted(values), len(values) // 2
    return mean(ordered[middle : middle + 1] if len(ordered) % 2 else ordered[middle - 1 : middle + 1])


def percentile(values: Values, q: float, method: str = "linear") -> Number | None:
    """The value below which q percent lie. method: between two values linear, lower, higher, midpoint or nearest.

    Source: numpy.percentile.
    """
    return between(sorted(values), q / 100, method) if values else None


def between(ordered: Values, share: float, method: str = "linear") -> Number:
    """The value at this share (0 to 1) of the way through the values, which are ascending and some."""
    place = share * (len(ordered) - 1)
    low = min(max(math.floor(place), 0), len(ordered) - 1)
    high = min(low + 1, len(ordered) - 1)
    part = place - low
    found: Number
    if method == "midpoint":
        part = 0.5 if part else 0.0
    elif method != "linear":
        step = {"lower": 0, "higher": math.ceil(part), "nearest": round(place) - low}[method]
        found = (ordered[low], ordered[high])[min(step, 1)]
        return float(found)
    if part == 0 or ordered[low] == ordered[high]:
        return mean([ordered[low]]) or 0.0
    below, above = float(ordered[low]), float(ordered[high])
    return below + (above - below) * part if part < 0.5 else above - (above - below) * (1 - part)


def variance(values: Values, ddof: int = 1) -> float | None:
    """The mean square distance from the mean. ddof: taken from the count that is divided by."""
    if len(values) <= ddof:
        return None
    # Differences are exact for integers and decimals, whatever their size.
    near = [float(value - values[0]) for value in values]
    middle = math.fsum(near) / len(near)
    return math.fsum((value - middle) ** 2 for value in near) / (len(near) - ddof)


def deviation(values: Values, ddof: int = 1) -> float | None:
    """The root of the variance."""
    found = variance(values, ddof)
    return None if found is None else math.sqrt(found)


def product(values: Values) -> Number:
    """The exact product; a double when it needs more digits than a decimal has. 1 of nothing."""
    found: Any = 1
    for value in values:
        found *= value
        if not isinstance(found, float) and abs(found) >= _BOUND:
            return math.prod(map(float, values))
    result: Number = found
    return result


def _itself(column: pa.Array) -> pa.Array | None:
    return column


def _itself_as_mean(column: pa.Array) -> pa.Array | None:
    if not types.is_integer(column.type):
        return column
    bounds = pc.min_max(column).as_py()
    is_exact = all(abs(bound or 0) <= EXACT_IN_DOUBLE for bound in bounds.values())
    return pc.cast(column, pa.float64()) if is_exact else None


def _itself_as_sum(column: pa.Array) -> pa.Array | None:
    return pc.fill_null(column, pa.scalar(0, pa.int64()).cast(column.type)) if column.null_count else column


def _first(values: Values) -> Any:
    return values[0] if values else None


def _last(values: Values) -> Any:
    return values[-1] if values else None


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


METHODS = ("linear", "lower", "higher", "midpoint", "nearest")
NEEDS_Q = ("percentile", "nanpercentile")

OPERATORS = {
    "average": Operator(mean, alone=_itself_as_mean),
    "count": Operator(len, Gives.COUNT),
    "first": Operator(_first, Gives.SAME, _itself),
    "last": Operator(_last, Gives.SAME, _itself),
    "max": Operator(partial(max, default=None), Gives.SAME, _itself),
    "mean": Operator(mean, alone=_itself_as_mean),
    "median": Operator(median, alone=_itself_as_mean),
    "min": Operator(partial(min, default=None), Gives.SAME, _itself),
    "nanmax": Operator(partial(max, default=None), Gives.SAME, _itself),
    "nanmean": Operator(mean, alone=_itself_as_mean),
    "nanmedian": Operator(median, alone=_itself_as_mean),
    "nanmin": Operator(partial(min, default=None), Gives.SAME, _itself),
    "nanpercentile": Operator(percentile),
    "nansum": Operator(total, alone=_itself_as_sum),
    "nunique": Operator(lambda values: len(set(values)), Gives.COUNT),
    "percentile": Operator(percentile),
    "prod": Operator(product),
    "product": Operator(product),
    "std": Operator(deviation),
    "sum": Operator(total, alone=_itself_as_sum),
    "var": Operator(variance),
}

# Option -> whether a value can be one.
OPTIONS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "nanpercentile": {"q": _is_share, "method": METHODS.__contains__},
    "percentile": {"q": _is_share, "method": METHODS.__contains__},
    "std": {"ddof": _is_count},
    "var": {"ddof": _is_count},
}
