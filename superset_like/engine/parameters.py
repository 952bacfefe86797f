"""Parameters of a saved query: what each takes, and the SQL with the values put in.

`{{ name }}` stands for a value, `{{ range.start }}` and `{{ range.end }}` for the ends of a range. A value is put in as
it is, which is why most types take only what can do no harm in SQL; a query that takes free text is not safe, see
`is_safe`.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from dateutil import parser as dates

from superset_like.engine import dynamic_dates
from superset_like.errors import ParameterInvalid, ParameterMissing

# Whatever the text, it is read once: what could be given back to be tried again would make hours of some texts.
PLACE = re.compile(r"\{\{\{([^{}]++)\}\}\}|\{\{&?([^{}]++)\}\}")
# What may stand in a place; anything else is Jinja's.
NAME = re.compile(r"[^\W\d][\w $:-]*(?:\.(?:start|end))?", re.UNICODE)
# dateutil takes quotes, dashes and most words for what stands between the parts of a date; the words here are those
# that say something of one, and none of them is SQL's.
DATE = re.compile(r"[\w :.,+/-]+", re.ASCII)
DATE_WORD = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|january|february|march|april"
    r"|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|am|pm|a|p|t|z|h|m|s|st|nd|rd|th|utc|gmt)",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d]+")
# Two marks of SQL, of which a value could bring one and the text the other.
JOINED = frozenset({"--", "/*", "*/"})
DATES = frozenset({"date", "datetime-local", "datetime-with-seconds"})
RANGES = frozenset({"date-range", "datetime-range", "datetime-range-with-seconds"})
ENDS = ("start", "end")
INVALID = "The following parameter values are incompatible with their definitions: "
MISSING = "Missing parameter value for: "
LONGEST_VALUE = 10_000

Choices = Callable[[int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as it was declared. options: the choices of an enum. query_id: whose rows are the choices.

    multiple: {prefix, suffix, separator} where a list of choices is taken.
    """

    name: str
    type: str
    default: Any = None
    options: tuple[str, ...] = ()
    query_id: int | None = None
    pattern: str = ""
    multiple: Mapping[str, str] | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """What stands for it in a text."""
        return tuple(f"{self.name}.{end}" for end in ENDS) if self.type in RANGES else (self.name,)


@dataclass(frozen=True, slots=True)
class Setting:
    """What values are checked with. choices: what a query's rows offer, by its id. now: in the users' zone.

    quotable: a text as it stands between the quotes of the SQL. What rows offer was written by whoever writes rows.
    """

    now: datetime
    choices: Choices = field(default=lambda _: ())
    quotable: Callable[[str], str] = field(default=lambda text: text)


def declared(options: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """The parameters in a query's options; what is no declaration is left out."""
    listed = options.get("parameters")
    found = (_parameter(each) for each in listed) if isinstance(listed, list) else ()
    return tuple(each for each in found if each is not None)


def is_template(sql: str) -> bool:
    """Whether the text has more than places for values: then it is Jinja's."""
    if "{%" in sql or "{#" in sql:
        return True
    return any(NAME.fullmatch(name) is None for name in places_in(sql))


def places_in(sql: str) -> list[str]:
    """The names in the text's places, each once, in order."""
    return list(dict.fromkeys(_named(match) for match in PLACE.finditer(sql)))


def is_safe(sql: str, parameters: Sequence[Parameter]) -> bool:
    """Whether who runs the query cannot put text of his own into it: each place has a parameter of a closed type."""
    closed = {place for each in parameters if each.type != "text" for place in each.places}
    return not any(each.type == "text" for each in parameters) and set(places_in(sql)) <= closed


def text_hash(sql: str) -> str:
    """MD5 of the text without comments in `/* */` and white space, by which Redash tells texts apart."""
    return hashlib.md5("".join(_without_comments(sql).split()).encode(), usedforsecurity=False).hexdigest()


def defaults(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """name -> value that each parameter has by itself, for those that have one."""
    return {each.name: each.default for each in parameters if each.default is not None}


def texts(parameters: Sequence[Parameter], values: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    """place -> what is put there. Raises ParameterInvalid with the names of all values that do not fit.

    Where nothing is declared, any name takes any plain value.
    """
    by_name = {each.name: each for each in parameters}
    made: dict[str, str] = {}
    wrong: list[str] = []
    for name, value in values.items():
        found = _texts(by_name.get(name), name, value, setting) if by_name else _undeclared(name, value)
        if found is None:
            wrong.append(name)
        else:
            made |= found
    if wrong:
        raise ParameterInvalid(INVALID + ", ".join(wrong), fields={name: ["Not a valid value."] for name in wrong})
    return made


def require_all(sql: str, given: Mapping[str, str]) -> None:
    """Nothing. Raises ParameterMissing with the places for which nothing is given."""
    missing = [name for name in places_in(sql) if name not in given]
    if missing:
        raise ParameterMissing(MISSING + ", ".join(missing))


def filled(sql: str, given: Mapping[str, str]) -> str:
    """The text with these in their places; a place for which nothing is given is empty.

    A value makes no comment of what stands beside it: `5 -{{ n }}` with -3 is `5 - -3`.
    """
    parts: list[str] = []
    last, at = "", 0
    for place in PLACE.finditer(sql):
        for part in (sql[at : place.start()], given.get(_named(place), "")):
            parts.append(f" {part}" if last + part[:1] in JOINED and parts else part)
            last = part[-1:] or last
        at = place.end()
    rest = sql[at:]
    return "".join([*parts, f" {rest}" if last + rest[:1] in JOINED else rest])


def is_filled(sql: str, text: str) -> bool:
    """Whether the text is the SQL with something in its places."""
    ends = [0]
    for place in PLACE.finditer(sql):
        ends += place.span()
    parts = [sql[start:end] for start, end in zip(ends[::2], [*ends[1::2], len(sql)], strict=True)]
    if len(parts) == 1:
        return sql == text
    first, *middle, last = parts
    at, stop = len(first), len(text) - len(last)
    if not (text.startswith(first) and text.endswith(last) and at <= stop):
        return False
    for part in middle:
        found = text.find(part, at, stop)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _without_comments(sql: str) -> str:
    """The text without what stands between `/*` and `*/`; no expression, which would look for each end anew."""
    parts: list[str] = []
    at = 0
    while (start := sql.find("/*", at)) >= 0 and (end := sql.find("*/", start + 2)) >= 0:
        parts.append(sql[at:start])
        at = end + 2
    return "".join([*parts, sql[at:]])


def _named(match: re.Match[str]) -> str:
    return (match[1] or match[2]).strip()


def _parameter(value: Any) -> Parameter | None:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    options = value.get("enumOptions")
    lines = options.split("\n") if isinstance(options, str) else options if isinstance(options, list) else []
    multiple = value.get("multiValuesOptions")
    query_id = value.get("queryId")
    return Parameter(
        name=value["name"],
        type=str(value.get("type") or "text"),
        default=value.get("value"),
        options=tuple(str(line) for line in lines if line != ""),
        query_id=query_id if isinstance(query_id, int) and not isinstance(query_id, bool) else None,
        pattern=value["regex"] if isinstance(value.get("regex"), str) else "",
        multiple=multiple if isinstance(multiple, dict) else None,
    )


def _undeclared(name: str, value: Any) -> dict[str, str] | None:
    if isinstance(value, dict):
        ends = {end: value.get(end) for end in ENDS if end in value}
        return {f"{name}.{end}": _plain(each) for end, each in ends.items()} if ends else None
    if isinstance(value, list):
        return {name: ",".join(map(_plain, value))}
    return {name: _plain(value)}


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _texts(parameter: Parameter | None, name: str, value: Any, setting: Setting) -> dict[str, str] | None:
    if parameter is None:
        return None
    if parameter.type in RANGES:
        return _range(parameter, value, setting)
    text = _CHECKS[parameter.type](parameter, value, setting) if parameter.type in _CHECKS else None
    return None if text is None else {name: text}


def _range(parameter: Parameter, value: Any, setting: Setting) -> dict[str, str] | None:
    if isinstance(value, str):
        found = dynamic_dates.range_of(value, setting.now)
        if found is None:
            return None
        return {
            f"{parameter.name}.{end}": dynamic_dates.written(each, parameter.type)
            for end, each in zip(ENDS, found, strict=True)
        }
    if not isinstance(value, dict) or not all(isinstance(value.get(end), str) for end in ENDS):
        return None
    ends = {f"{parameter.name}.{end}": value[end] for end in ENDS}
    return ends if all(map(_is_date, ends.values())) else None


def _date(parameter: Parameter, value: Any, setting: Setting) -> str | None:
    if not isinstance(value, str):
        return None
    found = dynamic_dates.moment_of(value, setting.now)
    if found is not None:
        return dynamic_dates.written(found, parameter.type)
    return value if _is_date(value) else None


def _is_date(text: str) -> bool:
    if len(text) > 64 or "--" in text or not DATE.fullmatch(text):
        return False
    if not all(DATE_WORD.fullmatch(word) for word in WORD.findall(text)):
        return False
    try:
        dates.parse(text)
    except (ValueError, OverflowError):
        return False
    return True


def _number(_: Parameter, value: Any, __: Setting) -> str | None:
    if not isinstance(value, int | float | str) or len(str(value)) > 400:
        return None
    # float() takes the digits of all scripts, and lines around them.
    text = str(value).strip()
    if not text.isascii():
        return None
    try:
        float(value)
    except (ValueError, OverflowError):
        return None
    return text


def _free(_: Parameter, value: Any, __: Setting) -> str | None:
    return value if isinstance(value, str) and len(value) <= LONGEST_VALUE else None


def _patterned(parameter: Parameter, value: Any, __: Setting) -> str | None:
    if not isinstance(value, str) or len(value) > LONGEST_VALUE or not parameter.pattern:
        return None
    try:
        # RE2: whatever the pattern, it takes no longer than the text is long. No line break hides before \z.
        found = pc.match_substring_regex(pa.array([value]), rf"\A(?:{parameter.pattern})\z")
    except pa.ArrowInvalid:
        return None
    return value if found[0].as_py() else None


def _chosen(parameter: Parameter, value: Any, setting: Setting) -> str | None:
    choices = parameter.options
    say: Callable[[str], str] = str
    if parameter.type == "query":
        choices = () if parameter.query_id is None else tuple(setting.choices(parameter.query_id))
        say = setting.quotable
    if not isinstance(value, list):
        if isinstance(value, dict) or str(value) not in choices:
            return None
        said = say(str(value))
        return _joined(parameter, [said]) if parameter.multiple else said
    if parameter.multiple is None or not all(str(each) in choices for each in value):
        return None
    return _joined(parameter, [say(str(each)) for each in value])


def _joined(parameter: Parameter, values: Sequence[Any]) -> str:
    how = parameter.multiple or {}
    prefix, suffix = str(how.get("prefix") or ""), str(how.get("suffix") or "")
    return str(how.get("separator") or ",").join(f"{prefix}{each}{suffix}" for each in values)


_CHECKS: Mapping[str, Callable[[Parameter, Any, Setting], str | None]] = {
    "text": _free,
    "text-pattern": _patterned,
    "number": _number,
    "enum": _chosen,
    "query": _chosen,
    **dict.fromkeys(DATES, _date),
}
