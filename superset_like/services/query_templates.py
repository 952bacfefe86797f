"""The text of a saved query as a template that a dataset can have, with its parameters as variables.

Where the text has nothing but places for values, nothing else of it is rendered; any other text was written for Jinja
(see engine/parameters.py), and stays as it is.
"""

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from superset_like.engine import dynamic_dates, parameters, template
from superset_like.engine.parameters import DATES, ENDS, RANGES, Parameter

MARK = re.compile(r"\{\{|\{%|\{#")
# What holds a value that is another one each day, in the variables of a template.
DYNAMIC = "dynamic"
NO_NAMES = frozenset({"and", "else", "elif", "if", "in", "is", "not", "or", "none", "true", "false", "recursive"})


@dataclass(frozen=True, slots=True)
class Template:
    """A Jinja template and the values of its variables, JSON-ready."""

    sql: str
    variables: dict[str, Any]


def of(sql: str, options: Mapping[str, Any]) -> Template:
    """The template of a query with these options; a parameter without a value by itself has none here either."""
    declared = parameters.declared(options)
    values = {each.name: value for each in declared if (value := _value(each)) is not None}
    if parameters.is_template(sql):
        return Template(sql, values)
    names = _variables([*(each.name for each in declared), *map(_base, parameters.places_in(sql))])
    return Template(_replaced(sql, names), {names[name]: value for name, value in values.items()})


def resolved(variables: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The values of a template's variables at this moment of its dataset's zone."""
    return {name: _resolved(value, now) for name, value in variables.items()}


def _resolved(value: Any, now: datetime) -> Any:
    if not isinstance(value, dict) or DYNAMIC not in value:
        return value
    name, kind = str(value[DYNAMIC]), str(value.get("type"))
    if kind in RANGES:
        span = dynamic_dates.range_of(name, now)
        return (
            {} if span is None else dict(zip(ENDS, (dynamic_dates.written(each, kind) for each in span), strict=True))
        )
    moment = dynamic_dates.moment_of(name, now)
    return name if moment is None else dynamic_dates.written(moment, kind)


def _variables(names: Iterable[str]) -> dict[str, str]:
    """Name in the text -> variable: the same where it can be one."""
    return {
        name: name if _is_free(name) else f"p{number}_{re.sub(r'[^0-9A-Za-z_]', '_', name)}"
        for number, name in enumerate(dict.fromkeys(names), 1)
    }


def _is_free(name: str) -> bool:
    is_name = name.isidentifier() and name.isascii() and not keyword.iskeyword(name)
    return is_name and name not in template.TAKEN | NO_NAMES


def _base(place: str) -> str:
    return next((place.removesuffix(f".{end}") for end in ENDS if place.endswith(f".{end}")), place)


def _replaced(sql: str, names: Mapping[str, str]) -> str:
    parts: list[str] = []
    at = 0
    for place in parameters.PLACE.finditer(sql):
        name = (place[1] or place[2]).strip()
        parts += [
            _protected(sql[at : place.start()]),
            f"{{{{ {names[_base(name)]}{name.removeprefix(_base(name))} }}}}",
        ]
        at = place.end()
    return "".join([*parts, _protected(sql[at:])])


def _protected(text: str) -> str:
    return MARK.sub(lambda mark: f"{{% raw %}}{mark.group()}{{% endraw %}}", text)


def _value(parameter: Parameter) -> Any:
    value = parameter.default
    if isinstance(value, str) and (parameter.type in RANGES or (parameter.type in DATES and value.startswith("d_"))):
        return {DYNAMIC: value, "type": parameter.type}
    if isinstance(value, list):
        return _joined(value, parameter.multiple)
    if isinstance(value, dict):
        return {end: value[end] for end in ENDS if end in value} if parameter.type in RANGES else None
    return value


def _joined(values: list[Any], how: Mapping[str, str] | None) -> str | None:
    if how is None:
        return None
    prefix, suffix = how.get("prefix") or "", how.get("suffix") or ""
    return str(how.get("separator") or ",").join(f"{prefix}{each}{suffix}" for each in values)
