"""What the words of a time range mean now."""

from dataclasses import dataclass
from datetime import UTC, datetime

from superset_like.engine import time_range, zones
from superset_like.extensions import settings


@dataclass(frozen=True, slots=True)
class Meaning:
    """A range as it is written, and its ends now; naive, in the installation's zone. An end that is open is None."""

    text: str
    shift: str | None
    since: datetime | None
    until: datetime | None


def meaning(text: str, shift: str | None = None) -> Meaning:
    """The range that the text means now. shift: another time to move it to. Raises BadRequest."""
    zone = settings().time_zone
    now = datetime.now(UTC).astimezone(zones.find(zone) if zone else UTC).replace(microsecond=0)
    since, until = time_range.parse(text, now)
    if shift and (since or until):
        since, until = time_range.shift(since, until, shift)
    return Meaning(text, shift, since, until)
