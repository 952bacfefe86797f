"""Time zones by their IANA names: wall clocks moved from one zone to another.

A wall clock is a `datetime` without zone. One that a zone skips or has twice in the night of a change is read as
Python reads it: with the offset before the change.
"""

from bisect import bisect_right
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from superset_like.errors import QuestionInvalid

# Offsets before and after are those of the edge: tables of zones say nothing certain beyond.
FIRST = datetime(1970, 1, 1)
LAST = datetime(2038, 1, 1)
STEP = timedelta(days=7)
LONGEST_NAME = 64


def find(name: str) -> ZoneInfo:
    """The zone. Raises QuestionInvalid when there is none of that name."""
    try:
        if len(name) > LONGEST_NAME or not name.isascii() or name != name.strip():
            raise ValueError(name)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise QuestionInvalid(f"Unknown time zone: {name[:LONGEST_NAME]}") from error


def wall(moment: datetime, name: str) -> datetime:
    """What the clocks of the zone show at the moment, which has a zone."""
    return moment.astimezone(find(name)).replace(tzinfo=None)


def moved(moment: datetime, source: str, target: str) -> datetime:
    """The wall clock of one zone as that of another."""
    return moment if source == target else wall(moment.replace(tzinfo=find(source)), target)


def residue(source: str, target: str) -> timedelta:
    """By how much less than an hour the second zone's clocks are ahead: nothing for most, 30 minutes for India's."""
    return (moved(FIRST, source, target) - FIRST) % timedelta(hours=1)


def steps(
    source: str, target: str, since: datetime | None = None, until: datetime | None = None
) -> list[tuple[datetime | None, timedelta]]:
    """[(from that wall clock of the source on, so much to add for the target's)], the first from None on, in order.

    since, until: wall clocks of the source between which the answer matters.
    """
    changes, ahead = _steps(source, target)
    first = 0 if since is None else bisect_right(changes, since)
    last = len(changes) if until is None else bisect_right(changes, until)
    starts = [None, *changes[first:last]]
    return list(zip(starts, ahead[first : last + 1], strict=True))


@cache
def _steps(source: str, target: str) -> tuple[list[datetime], list[timedelta]]:
    """The wall clocks at which what is to be added changes, to the second; and what it is, before and after each."""
    changes: list[datetime] = []
    at, ahead = FIRST, [_ahead(FIRST, source, target)]
    while at < LAST:
        next_ = at + STEP
        if _ahead(next_, source, target) != ahead[-1]:
            changes.append(_change(at, next_, source, target))
            ahead.append(_ahead(changes[-1], source, target))
            next_ = changes[-1]
        at = next_
    return changes, ahead


def _change(low: datetime, high: datetime, source: str, target: str) -> datetime:
    """The first second after low at which another difference holds; there is one until high."""
    before = _ahead(low, source, target)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if _ahead(middle, source, target) == before:
            low = middle
        else:
            high = middle
    return high


def _ahead(moment: datetime, source: str, target: str) -> timedelta:
    return moved(moment, source, target) - moment
