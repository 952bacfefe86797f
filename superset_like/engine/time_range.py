"""Superset's texts for a stretch of time (`Last week`, `2013-01-01 : now`, `DATEADD(DATETIME("now"), -7, day) : `).

Weeks start on Monday. `since` is inclusive and `until` exclusive; None is open.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import TypeAlias

from dateutil import parser as free_form  # type: ignore[import-untyped, unused-ignore]

from superset_like.errors import BadRequest

Range: TypeAlias = tuple[datetime | None, datetime | None]

SEPARATOR = " : "
LONGEST_TEXT = 1000

_FINE_UNITS = {"second", "minute", "hour"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SPANS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_UNIT = r"(second|minute|hour|day|week|month|quarter|year)s?"
_BROAD_UNIT = r"(day|week|month|quarter|year)s?"
_SCOPE = r"(this|last|next|prior|the)"
_AMOUNT = rf"(\d{{1,10}}|an?|one)\s*{_UNIT}"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text.replace(" ", r"\s+"), re.IGNORECASE)


_CALENDAR = _pattern(rf"(previous calendar|current) {_BROAD_UNIT}")
_FIRST_PART = _pattern(rf"(?:first|1st) (week|month|quarter) of (?:{_SCOPE} )?{_BROAD_UNIT}")
_EDGE = _pattern(rf"(start|beginning|end) of {_SCOPE} (?:(\d{{1,10}}) )?{_BROAD_UNIT}")
_FIRST = _pattern(rf"(?:first|1st) (?:day )?of (?:{_SCOPE} )?{_BROAD_UNIT}")
_STEP = _pattern(rf"(this|last|next|prior) (?:(\d{{1,10}})\s*)?{_UNIT}")
_CALL = _pattern(r"(?:datetime|dateadd|datetrunc|lastday|holiday|datediff)\s*\(.*")
_AMOUNTS = _pattern(rf"{_AMOUNT}(?:(?:,| and |\s)\s*{_AMOUNT})*")
_ONE_AMOUNT = _pattern(_AMOUNT)
_AGO = _pattern(r"(.*) (?:ago|earlier|before now|before)")
_LATER = _pattern(r"in (.*)|(.*) (?:later|from now)")
_TOKEN = re.compile(r"""\s*([A-Za-z]+|[+-]?\d{1,10}|'[^']*'|"[^"]*"|[(),])""")


@dataclass(frozen=True, slots=True)
class Offset:
    """A step in time: calendar months and a fixed span; negative is back."""

    months: int = 0
    span: timedelta = timedelta(0)

    def __neg__(self) -> "Offset":
        return Offset(-self.months, -self.span)

    def add_to(self, moment: datetime) -> datetime:
        """The moment one step on; the day is cut to the month's last where the month is shorter."""
        month = moment.year * 12 + moment.month - 1 + self.months
        year, month = month // 12, month % 12 + 1
        return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1])) + self.span


def parse(text: str | None, now: datetime, *, relative_start: str = "today", relative_end: str = "today") -> Range:
    """(since, until) that the text means at `now`: naive, in the zone of `now` (UTC when it has none).

    relative_start, relative_end: `today` or `now`, what `Last ...` and `Next ...` count from. Without a separator and
    no known phrase the answer is (None, today), as Superset's. Raises BadRequest.
    """
    text = (text or "").strip()
    if not text or text.lower() == "no filter":
        return None, None
    clock = _Clock.at(now, relative_start, relative_end)
    with _refusing(text):
        return _in_order(_range(text, clock))


def shift(since: datetime | None, until: datetime | None, text: str) -> Range:
    """The range to compare with: `1 year ago`, `28 days`, `2 weeks later`, `inherit` (as long, just before).

    An ISO date is the start of a range as long; `A : B`, both ISO, is the other range itself. Raises BadRequest.
    """
    text = text.strip()
    with _refusing(text):
        if SEPARATOR in text:
            first, last = text.split(SEPARATOR, 1)
            return _in_order((_iso(first.strip(), UTC), _iso(last.strip(), UTC)))
        if re.match(r"\d{4}-\d\d-\d\d", text):
            start = _iso(text, UTC)
            return start, start + _length(since, until)
        step = Offset(span=-_length(since, until)) if text.lower() == "inherit" else offset(text)
        return since and step.add_to(since), until and step.add_to(until)


def way_back(since: datetime, until: datetime, text: str) -> Offset:
    """The step from a moment of the range that `shift` gives to its counterpart in this one. Raises BadRequest."""
    text = text.strip()
    if text.lower() == "inherit" or SEPARATOR in text or re.match(r"\d{4}-\d\d-\d\d", text):
        start, _ = shift(since, until, text)
        return Offset(span=since - (start or since))
    return -offset(text)


def offset(text: str) -> Offset:
    """The step that a comparison names; `1 year` means `1 year ago`. Raises BadRequest."""
    words = text.strip().removeprefix("-")
    with _refusing(text):
        if later := _LATER.fullmatch(words):
            return _amounts(later[1] or later[2])
        ago = _AGO.fullmatch(words)
        return -_amounts(ago[1] if ago else words)


@dataclass(frozen=True, slots=True)
class _Clock:
    """What `now` is; start, end: what `Last ...` and `Next ...` count from."""

    now: datetime
    zone: tzinfo
    start: datetime
    end: datetime

    @classmethod
    def at(cls, now: datetime, relative_start: str, relative_end: str) -> "_Clock":
        wall = now.replace(tzinfo=None, microsecond=0)
        bases = {"now": wall, "today": _midnight(wall)}
        for name, value in (("relative_start", relative_start), ("relative_end", relative_end)):
            if value not in bases:
                raise BadRequest(f"{name} must be today or now", fields={name: ["Must be one of: today, now."]})
        return cls(wall, now.tzinfo or UTC, bases[relative_start], bases[relative_end])

    @property
    def today(self) -> datetime:
        return _midnight(self.now)

    def base(self, unit: str) -> datetime:
        return self.now if unit in _FINE_UNITS else self.start


@contextmanager
def _refusing(text: str) -> Iterator[None]:
    """Inside, what Python cannot make a date of is the asker's error."""
    if len(text) > LONGEST_TEXT:
        raise BadRequest("The time range is too long")
    try:
        yield
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"Cannot parse time string [{text}]") from error


def _in_order(found: Range) -> Range:
    since, until = found
    if since and until and since > until:
        raise BadRequest("From date cannot be larger than to date")
    return found


def _range(text: str, clock: _Clock) -> Range:
    # An open side loses its blank to whoever strips the text; with one put back, `2013-01-01 :` still reads.
    padded = f" {text} "
    if SEPARATOR in padded:
        first, last = (side.strip() for side in padded.split(SEPARATOR, 1))
        return _side(first, clock, bare=-1), _side(last, clock, bare=1)
    if whole := _CALENDAR.fullmatch(text):
        start = _start_of(clock.today, whole[2].lower())
        back = whole[1].lower() != "current"
        return _add(start, -back, whole[2]), _add(start, 1 - back, whole[2])
    if part := _FIRST_PART.fullmatch(text):
        start = _first_of(part[2], part[3], clock)
        return start, _add(start, 1, part[1])
    if text.lower().startswith("last"):
        return _side(text, clock), _other_side(text, clock, clock.end)
    if text.lower().startswith("next"):
        return _other_side(text, clock, clock.start), _side(text, clock)
    return None, clock.end


def _other_side(text: str, clock: _Clock, coarse: datetime) -> datetime:
    """Where `Last 2 hours` ends: now; today would lie before its start for most of the day."""
    step = _STEP.fullmatch(text)
    return clock.now if step and step[3].lower() in _FINE_UNITS else coarse


def _side(text: str, clock: _Clock, bare: int = 0) -> datetime | None:
    """The moment of one side. bare: where a plain `2 weeks` lies, -1 before now and 1 after; 0 refuses it."""
    if not text:
        return None
    if edge := _EDGE.fullmatch(text):
        unit = edge[4].lower()
        moment = _scoped(edge[2], edge[3], unit, clock)
        return _last_day_of(moment, unit) if edge[1].lower() == "end" else _start_of(moment, unit)
    if first := _FIRST.fullmatch(text):
        return _first_of(first[1], first[2], clock)
    if step := _STEP.fullmatch(text):
        return _scoped(step[1], step[2], step[3].lower(), clock)
    if _CALL.fullmatch(text):
        return _Expression(text, clock).moment()
    return _human(text, clock, bare)


def _first_of(scope: str | None, unit: str, clock: _Clock) -> datetime:
    return _start_of(_scoped(scope or "this", None, unit.lower(), clock), unit.lower())


def _scoped(scope: str, count: str | None, unit: str, clock: _Clock) -> datetime:
    direction = {"this": 0, "the": 0, "last": -1, "prior": -1, "next": 1}[scope.lower()]
    return _add(clock.base(unit), direction * int(count or 1), unit)


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time())


def _add(moment: datetime, count: int, unit: str) -> datetime:
    return _step(count, unit).add_to(moment)


def _step(count: int, unit: str) -> Offset:
    unit = unit.lower()
    return Offset(months=count * _MONTHS[unit]) if unit in _MONTHS else Offset(span=count * _SPANS[unit])


def _start_of(moment: datetime, unit: str) -> datetime:
    if unit == "second":
        return moment.replace(microsecond=0)
    if unit == "minute":
        return moment.replace(second=0, microsecond=0)
    if unit == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = _midnight(moment)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit in _MONTHS:
        return day.replace(month=(day.month - 1) // _MONTHS[unit] * _MONTHS[unit] + 1, day=1)
    return day


def _last_day_of(moment: datetime, unit: str) -> datetime:
    """Midnight at which the last day of the unit begins."""
    return _add(_start_of(moment, unit), 1, unit) - timedelta(days=1)


def _length(since: datetime | None, until: datetime | None) -> timedelta:
    if since is None or until is None:
        raise BadRequest("A range that is open on one side has no length to compare with")
    return until - since


def _amounts(text: str) -> Offset:
    """The sum of `1 year 2 months`; ValueError when it is none."""
    if not _AMOUNTS.fullmatch(text.strip()):
        raise ValueError(text)
    steps = [_step(int(count) if count.isdigit() else 1, unit) for count, unit in _ONE_AMOUNT.findall(text)]
    return Offset(sum(step.months for step in steps), sum((step.span for step in steps), timedelta(0)))


def _human(text: str, clock: _Clock, bare: int) -> datetime:
    words = text.lower()
    days = {"today": 0, "midnight": 0, "yesterday": -1, "tomorrow": 1}
    if words == "now":
        return clock.now
    if words in days:
        return clock.today + timedelta(days=days[words])
    if ago := _AGO.fullmatch(words):
        return _from_now(-_amounts(ago[1]), clock)
    if later := _LATER.fullmatch(words):
        return _from_now(_amounts(later[1] or later[2]), clock)
    if not _AMOUNTS.fullmatch(words):
        return _date(text, clock)
    if not bare:
        raise BadRequest(f"Time string is ambiguous. Please specify [{text} ago] or [{text} later].")
    return _from_now(_amounts(words) if bare > 0 else -_amounts(words), clock)


def _from_now(step: Offset, clock: _Clock) -> datetime:
    """One step from now; from midnight when the step is whole days."""
    is_fine = step.span % timedelta(days=1) != timedelta(0)
    return step.add_to(clock.now if is_fine else clock.today)


def _date(text: str, clock: _Clock) -> datetime:
    """A written date: ISO 8601, or as people write it; what is left out is the first of this year."""
    try:
        return _iso(text, clock.zone)
    except ValueError:
        moment = free_form.parse(text, default=datetime(clock.now.year, 1, 1), tzinfos=_known_zone)
        return _in_zone(moment, clock.zone)


def _iso(text: str, zone: tzinfo) -> datetime:
    return _in_zone(datetime.fromisoformat(text), zone)


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def _known_zone(name: str | None, offset_s: int | None) -> tzinfo | None:
    """The zone of a written offset, None where none is written; a bare `EST` means several and is refused."""
    if name is None and offset_s is None:
        return None
    if offset_s is None:
        raise ValueError(name)
    return timezone(timedelta(seconds=offset_s))


class _Expression:
    """DATETIME, DATEADD, DATETRUNC, LASTDAY, HOLIDAY and DATEDIFF, nested; ValueError where the text is none."""

    def __init__(self, text: str, clock: _Clock) -> None:
        self.clock = clock
        self.tokens: list[str] = []
        at = 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if not token:
                raise ValueError(text)
            self.tokens.append(token[1])
            at = token.end()
        self.tokens.reverse()

    def moment(self) -> datetime:
        """The moment that the whole text means."""
        moment = self._moment()
        if self.tokens:
            raise ValueError("more text after the expression")
        return moment

    def _moment(self) -> datetime:
        name = self._open()
        if name == "datetime":
            moment = _human(self._text(), self.clock, bare=0)
        elif name == "dateadd":
            moment = self._moment()
            self._take(",")
            count = self._number()
            self._take(",")
            moment = _add(moment, count, self._unit(_SPANS.keys() | _MONTHS.keys()))
        elif name == "datetrunc":
            moment = self._moment()
            self._take(",")
            moment = _start_of(moment, self._unit(_SPANS.keys() | _MONTHS.keys()))
        elif name == "lastday":
            moment = self._moment()
            self._take(",")
            moment = _last_day_of(moment, self._unit({"day", "week", *_MONTHS}))
        elif name == "holiday":
            moment = self._holiday()
        else:
            raise ValueError(name)
        self._close()
        return moment

    def _holiday(self) -> datetime:
        name, year, country = self._text(), self.clock.today.year, "US"
        if self._more():
            if self.tokens[-1][0] not in "'\"":
                year = self._moment().year
            if self.tokens[-1][0] in "'\"" or self._more():
                country = self._text()
        return _holiday(name, year, country)

    def _number(self) -> int:
        if self.tokens and self.tokens[-1].lower() == "datediff":
            return self._difference()
        return int(self._next())

    def _difference(self) -> int:
        self._open()
        first = self._moment()
        self._take(",")
        last = self._moment()
        unit = self._unit({"day", "year"}) if self._more() else "day"
        self._close()
        return last.year - first.year if unit == "year" else (last - first).days

    def _open(self) -> str:
        name = self._next().lower()
        self._take("(")
        return name

    def _close(self) -> None:
        """Past the closing bracket; a comma before it is no mistake."""
        self._more()
        self._take(")")

    def _more(self) -> bool:
        """Whether a further argument follows; its comma is taken."""
        if self.tokens and self.tokens[-1] == ",":
            self.tokens.pop()
            return bool(self.tokens) and self.tokens[-1] != ")"
        return False

    def _unit(self, allowed: Set[str]) -> str:
        unit = self._next().lower()
        if unit not in allowed:
            raise ValueError(unit)
        return unit

    def _text(self) -> str:
        token = self._next()
        if token[0] not in "'\"":
            raise ValueError(token)
        return token[1:-1].strip()

    def _take(self, sign: str) -> None:
        if self._next() != sign:
            raise ValueError(f"{sign} expected")

    def _next(self) -> str:
        if not self.tokens:
            raise ValueError("the expression ends too early")
        return self.tokens.pop()


def _holiday(name: str, year: int, country: str) -> datetime:
    try:
        # An optional package of many megabytes, asked for by few.
        import holidays  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise BadRequest("HOLIDAY needs the Python package `holidays`, which is not installed here") from error
    try:
        known = holidays.country_holidays(country, years=[year], observed=False)
    except NotImplementedError as error:
        raise BadRequest(f"No holidays are known of the country [{country}]") from error
    found = sorted(known.get_named(name, lookup="istartswith"))
    if not found:
        raise BadRequest(f"Unable to find such a holiday: [{name}]")
    return datetime.combine(found[0], time())
