"""Moments and ranges that are named by how far they are from now, such as `d_last_7_days`.

Names are those of Redash. Days are those of the zone of `now`; weeks begin on Monday.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

Range = tuple[datetime, datetime]
FORMATS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M", "seconds": "%Y-%m-%d %H:%M:%S"}
LAST_DAYS = (7, 14, 30, 60, 90)


def moment_of(name: str, now: datetime) -> datetime | None:
    """The moment of this name; None when it names none."""
    if name == "d_now" or name == "d_today":
        return now
    return now - timedelta(days=1) if name == "d_yesterday" else None


def range_of(name: str, now: datetime) -> Range | None:
    """(start, end) of the range of this name; None when it names none. The end is the last minute in it."""
    make = RANGES.get(name)
    return None if make is None else make(now)


def written(moment: datetime, kind: str) -> str:
    """The moment as a parameter of this type has it."""
    if kind.startswith("date") and not kind.startswith("datetime"):
        return moment.strftime(FORMATS["date"])
    return moment.strftime(FORMATS["seconds" if kind.endswith("with-seconds") else "datetime"])


def _start_of_day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _end_of_day(moment: datetime) -> datetime:
    return moment.replace(hour=23, minute=59, second=59, microsecond=0)


def _days(first: int, last: int = 0) -> Callable[[datetime], Range]:
    """From so many days ago to so many days ago."""
    return lambda now: (_start_of_day(now - timedelta(days=first)), _end_of_day(now - timedelta(days=last)))


def _hours(count: int) -> Callable[[datetime], Range]:
    return lambda now: (now - timedelta(hours=count), now)


def _week(ago: int) -> Callable[[datetime], Range]:
    def made(now: datetime) -> Range:
        monday = _start_of_day(now - timedelta(days=now.weekday(), weeks=ago))
        return monday, _end_of_day(monday + timedelta(days=6))

    return made


def _month(ago: int) -> Callable[[datetime], Range]:
    def made(now: datetime) -> Range:
        first = _start_of_day(now.replace(day=1)) - relativedelta(months=ago)
        return first, _end_of_day(first + relativedelta(months=1) - timedelta(days=1))

    return made


def _year(ago: int) -> Callable[[datetime], Range]:
    def made(now: datetime) -> Range:
        first = _start_of_day(now.replace(month=1, day=1)) - relativedelta(years=ago)
        return first, _end_of_day(first + relativedelta(years=1) - timedelta(days=1))

    return made


RANGES: Mapping[str, Callable[[datetime], Range]] = {
    "d_today": _days(0),
    "d_yesterday": _days(1, 1),
    "d_this_week": _week(0),
    "d_this_month": _month(0),
    "d_this_year": _year(0),
    "d_last_week": _week(1),
    "d_last_month": _month(1),
    "d_last_year": _year(1),
    "d_last_hour": _hours(1),
    "d_last_8_hours": _hours(8),
    "d_last_24_hours": _hours(24),
    **{f"d_last_{days}_days": _days(days) for days in LAST_DAYS},
    "d_last_12_months": lambda now: (_start_of_day(now - relativedelta(months=12)), _end_of_day(now)),
    "d_last_2_years": lambda now: (_start_of_day(now - relativedelta(years=2)), _end_of_day(now)),
    "d_last_3_years": lambda now: (_start_of_day(now - relativedelta(years=3)), _end_of_day(now)),
    "d_last_10_years": lambda now: (_start_of_day(now - relativedelta(years=10)), _end_of_day(now)),
}
