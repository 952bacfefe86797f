"""Where a time grain's period begins, by Python's calendar: the judge of all engines."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

_SECONDS = {"PT1S": 1, "PT5S": 5, "PT30S": 30, "PT1M": 60, "PT5M": 300, "PT10M": 600, "PT15M": 900, "PT30M": 1800} | {
    "PT1H": 3600,
    "PT6H": 21_600,
}
# date.weekday() of the day on which a week begins, and how many days later the day is that names it.
_WEEKS = {
    "P1W": (0, 0),
    "1969-12-29T00:00:00Z/P1W": (0, 0),
    "1969-12-28T00:00:00Z/P1W": (6, 0),
    "P1W/1970-01-03T00:00:00Z": (6, 6),
    "P1W/1970-01-04T00:00:00Z": (0, 6),
}
_DAYS: dict[str, Callable[[date], date]] = {
    "P1D": lambda day: day,
    "P1M": lambda day: day.replace(day=1),
    "P3M": lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
    "P1Y": lambda day: day.replace(month=1, day=1),
}
GRAINS = tuple(sorted([*_SECONDS, *_WEEKS, *_DAYS]))


def period(moment: datetime, grain: str) -> datetime:
    """The moment that names the period in which the moment lies."""
    midnight = datetime.combine(moment.date(), time())
    if grain in _SECONDS:
        width = timedelta(seconds=_SECONDS[grain])
        return midnight + (moment - midnight) // width * width
    if grain in _DAYS:
        return datetime.combine(_DAYS[grain](moment.date()), time())
    first, named = _WEEKS[grain]
    return midnight - timedelta(days=(moment.weekday() - first) % 7) + timedelta(days=named)
