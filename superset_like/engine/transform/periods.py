"""Rules of resampling (`1D`, `7D`, `W-MON`, `1MS`, `QE`) and the edges of their bins."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from superset_like.errors import QuestionInvalid

DAY_US = 86_400_000_000
MAX_BINS = 1_000_000

_RULE = re.compile(r"\s*(\d*)\s*([A-Za-z]+)(?:-([A-Za-z]{3}))?\s*")
_FIXED_US = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": DAY_US,
}
# What pandas called them before 3, as saved charts still do.
_FORMER = {"T": "min", "L": "ms", "U": "us", "M": "ME", "Q": "QE", "A": "YE", "Y": "YE", "AS": "YS"}
_MONTHS = {"M": 1, "Q": 3, "Y": 12}
_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAY_NAMES = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_EPOCH = date(1970, 1, 1)

Places = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Bins:
    """edges: ascending, in microseconds since 1970; a bin lies between two that follow each other.

    labels: what each bin is called. holds_end: whether a bin holds its end (else its begin).
    """

    edges: list[int]
    labels: list[int]
    holds_end: bool


def bins(rule: str, first: int, last: int) -> Bins:
    """The bins from the first moment to the last, in microseconds since 1970. Raises QuestionInvalid.

    Source: pandas' Resampler; bins of fixed length begin at the midnight of the first day.
    """
    count, unit, anchor = _read(rule)
    if unit.lower() in _FIXED_US and not anchor and unit not in ("MS",):
        return _fixed(count * _FIXED_US[unit.lower()], first, last)
    if unit == "W":
        return _weeks(count, _DAY_NAMES.index(anchor or "SUN"), first, last)
    months, place = _MONTHS[unit[0]], _MONTH_NAMES.index(anchor or ("JAN" if unit[1] == "S" else "DEC"))
    return _months(count, months, place, unit[1] == "S", first, last)


def _read(rule: str) -> tuple[int, str, str | None]:
    found = _RULE.fullmatch(rule)
    count, unit, anchor = found.groups() if found else ("", "", None)
    unit = _FORMER.get(unit, unit)
    unit = unit if unit in ("MS", "ME") else _FORMER.get(unit.upper(), unit)
    anchor = anchor.upper() if anchor else None
    names = {"W": _DAY_NAMES, "Q": _MONTH_NAMES, "Y": _MONTH_NAMES}.get(unit[:1], ())
    is_known = unit in ("W", "MS", "ME", "QS", "QE", "YS", "YE") or unit.lower() in _FIXED_US
    if not is_known or int(count or 1) < 1 or (anchor is not None and anchor not in names):
        message = f"Invalid frequency: {rule}"
        raise QuestionInvalid(message, fields={"rule": [message]})
    return int(count or 1), unit, anchor


def _fixed(length: int, first: int, last: int) -> Bins:
    origin = first - first % DAY_US
    begin = first - (first - origin) % length
    _bounded((last - begin) // length + 1)
    labels = list(range(begin, last + 1, length))
    return Bins([*labels, labels[-1] + length], labels, holds_end=False)


def _weeks(count: int, weekday: int, first: int, last: int) -> Bins:
    """Weeks are called by their last day, which they hold whole."""
    day = first // DAY_US
    _bounded((last - first) // DAY_US // 7 + 2)
    end = day + (weekday - (day + 3)) % 7
    return _ending(end - 7 * count, lambda place: end + 7 * count * (place - 1), last)


def _months(count: int, months: int, place: int, is_start: bool, first: int, last: int) -> Bins:
    moment = _EPOCH + timedelta(days=first // DAY_US)
    number = moment.year * 12 + moment.month - 1
    if is_start:
        own = number - (number - place) % months
        starts = _until(lambda step: _month_start(own + step * months * count), last)
        return Bins(starts, starts[:-1], holds_end=False)
    own = number + (place - number) % months
    return _ending(
        _month_start(own + 1 - months * count) // DAY_US - 1,
        lambda step: _month_start(own + 1 + (step - 1) * months * count) // DAY_US - 1,
        last,
    )


def _ending(before: int, end_of: Places, last: int) -> Bins:
    """Bins of whole days that are called by the last: day numbers since 1970."""
    edges, labels, step = [(before + 1) * DAY_US - 1], [], 1
    while True:
        end = end_of(step)
        edges.append((end + 1) * DAY_US - 1)
        labels.append(end * DAY_US)
        if edges[-1] >= last:
            return Bins(edges, labels, holds_end=True)
        step += 1


def _until(start_of: Places, last: int) -> list[int]:
    found, step = [start_of(0)], 0
    while found[-1] <= last:
        step += 1
        found.append(start_of(step))
    return found


def _month_start(number: int) -> int:
    """The moment at which the month begins. number: months since the year 0."""
    if not 12 <= number < 12 * 10_000:
        raise QuestionInvalid("The periods go beyond the years 1 to 9999")
    return (date(number // 12, number % 12 + 1, 1) - _EPOCH).days * DAY_US


def _bounded(count: int) -> None:
    if count > MAX_BINS:
        raise QuestionInvalid(f"The rule would make more than {MAX_BINS} rows", fields={"rule": ["is too fine"]})
