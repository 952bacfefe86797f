"""Cron expressions in a time zone: when a schedule is due, in UTC."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

FIELDS = 5


def problem(expression: str) -> str | None:
    """What is wrong with the expression; None when it is one that comes due some day."""
    if len(expression.split()) != FIELDS:
        return "Cron expression must have five fields: minute, hour, day of month, month, day of week"
    try:
        # A thirtieth of February is well written, and never comes.
        found = next(CronSim(expression, datetime(2000, 1, 1)), None)
    except (CronSimError, OverflowError):
        found = None
    return "Cron expression is not valid" if found is None else None


def is_zone(name: str) -> bool:
    """Whether it names a time zone."""
    return name in available_timezones()


def after(expression: str, zone: str, moment: datetime) -> datetime | None:
    """The first time after the moment (UTC, as the answer) at which it is due; None when there is none.

    An hour that the clocks leave out moves what is due in it to its end. Of an hour that they repeat, what is due at
    stated hours is due in the first; what is due each hour or more often goes on through both.
    """
    return next((found for found in _from(expression, zone, moment) if found > moment), None)


def latest(expression: str, zone: str, moment: datetime) -> datetime | None:
    """The last time up to the moment (UTC, as the answer) at which it was due; None when there was none."""
    backwards = _from(expression, zone, moment, reverse=True)
    found = next((each for each in backwards if each <= moment), None)
    if found is None:
        return None
    # Backwards the library leaves out the moment itself, and some of a repeated hour.
    for each in _from(expression, zone, found):
        if each > moment:
            break
        found = max(found, each)
    return found


def told(expression: str) -> str:
    """The expression in words; itself where there are none."""
    try:
        return CronSim(expression, datetime(2000, 1, 1)).explain()
    except CronSimError:
        return expression


def _from(expression: str, zone: str, moment: datetime, *, reverse: bool = False) -> Iterator[datetime]:
    local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    try:
        for found in CronSim(expression, local, reverse=reverse):
            yield found.astimezone(UTC).replace(tzinfo=None)
    except (CronSimError, OverflowError):
        return
