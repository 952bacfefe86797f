"""Dates that mean something else each day, by the names that Redash has for them: `d_now`, `d_last_7_days`."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

DAY = timedelta(days=1)
# By the kind of parameter that a value is for, with or without `range`.
FORMATS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M", "seconds": "%Y-%m-%d %H:%M:%S"}
MOMENTS: Mapping[str, Callable[[datetime], datetime]] = {
    "d_now": lambda now: now,
    "d_today": lambda now: now,
    "d_yesterday": lambda now: now - DAY,
}
LAST: Mapping[str, timedelta] = {
    **{f"d_last_{days}_days": days * DAY for days in (7, 14, 30, 60, 90)},
    "d_last_hour": timedelta(hours=1),
    "d_last_8_hours": timedelta(hours=8),
    "d_last_24_hours": timedelta(hours=24),
}
# Units that have a begin, and how many days surely lead into the next one.
UNITS = {"day": 1, "week": 7, "month": 32, "year": 367}


def is_dynamic(value: object, kind: str) -> bool:
    """Whether the value of a date parameter of this kind is such a name."""
    if not isinstance(value, str) or not kind.startswith("date"):
        return False
    return _span(value, datetime(2000, 1, 1)) is not None if "range" in kind else value in MOMENTS


def resolved(name: str, kind: str, now: datetime) -> str | dict[str, str]:
    """What the name means now, as a parameter of this kind holds it."""
    form = FORMATS["seconds" if kind.endswith("seconds") else kind.removesuffix("-local").removesuffix("-range")]
    if "range" not in kind:
        return MOMENTS[name](now).strftime(form)
    span = _span(name, now)
    assert span is not None
    return {"start": span[0].strftime(form), "end": span[1].strftime(form)}


def _span(name: str, now: datetime) -> tuple[datetime, datetime] | None:
    if name in LAST:
        since = now - LAST[name]
        return (since if "hour" in name else _begin(since, "day"), now)
    if name in {"d_today", "d_yesterday"}:
        return _whole(MOMENTS[name](now), "day")
    which, _, unit = name.removeprefix("d_").partition("_")
    if unit not in UNITS or unit == "day" or which not in {"this", "last"} or not name.startswith("d_"):
        return None
    begin = _begin(now, unit)
    return _whole(begin if which == "this" else begin - DAY, unit)


def _whole(moment: datetime, unit: str) -> tuple[datetime, datetime]:
    begin = _begin(moment, unit)
    following = _begin(begin + UNITS[unit] * DAY, unit)
    return begin, following - timedelta(seconds=1)


def _begin(moment: datetime, unit: str) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        return day - day.weekday() * DAY
    if unit == "month":
        return day.replace(day=1)
    return day.replace(day=1, month=1) if unit == "year" else day
