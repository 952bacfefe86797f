"""The text of a saved query as a template that a dataset can have, with its parameters as variables.

In the text a parameter is `{{ name }}`, and nothing else is meant to be rendered. A text with blocks, comments or calls
of Jinja was written for Jinja, and stays as it is.
"""

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from superset_like.engine import template
from superset_like.services import dynamic_dates

PLACE = re.compile(r"\{\{\{?\s*(?:&\s*)?([^{}]+?)\s*\}?\}\}")
BLOCK = re.compile(r"\{%.*?%\}|(?<!\{)\{#.*?#\}", re.DOTALL)
CALL = re.compile(r"[(|\[\"']")
MARK = re.compile(r"\{\{|\{%|\{#")
ENDS = (".start", ".end")
# What holds a value that is another one each day, in the parameters of a template.
DYNAMIC = "dynamic"
NO_NAMES = frozenset({"and", "else", "elif", "if", "in", "is", "not", "or", "none", "true", "false", "recursive"})


@dataclass(frozen=True, slots=True)
class Template:
    """A Jinja template and the values of its variables, JSON-ready."""

    sql: str
    params: dict[str, Any]


def of(sql: str, parameters: Iterable[Mapping[str, Any]]) -> Template:
    """The template of a query with these parameters; who has no value by himself has none here either."""
    declared = {str(each.get("name")): each for each in parameters}
    names = _variables(sql, declared)
    is_jinja = BLOCK.search(sql) or any(CALL.search(each) for each in _named(sql) if _base(each) not in declared)
    params = {names.get(name, name): value for name, each in declared.items() if (value := _value(each)) is not None}
    return Template(_replaced(sql, names, is_text=not is_jinja), params)


def resolved(params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The values of a template's variables at this moment of its dataset's zone."""
    return {name: _resolved(value, now) for name, value in params.items()}


def _resolved(value: Any, now: datetime) -> Any:
    if not isinstance(value, dict) or DYNAMIC not in value:
        return value
    return dynamic_dates.resolved(str(value[DYNAMIC]), str(value["type"]), now)


def _variables(sql: str, declared: Iterable[str]) -> dict[str, str]:
    """Name in the text -> variable, for those that cannot be one by their own name too."""
    made: dict[str, str] = {}
    for name in dict.fromkeys([*declared, *map(_base, _named(sql))]):
        if not CALL.search(name) or name in declared:
            made[name] = name if _is_free(name) else f"p{len(made) + 1}_{re.sub(r'[^0-9A-Za-z_]', '_', name)}"
    return made


def _is_free(name: str) -> bool:
    return (
        name.isidentifier() and name.isascii() and not keyword.iskeyword(name) and name not in template.TAKEN | NO_NAMES
    )


def _named(sql: str) -> list[str]:
    return [found.group(1) for found in PLACE.finditer(sql)]


def _base(name: str) -> str:
    return next((name.removesuffix(end) for end in ENDS if name.endswith(end)), name)


def _replaced(sql: str, names: Mapping[str, str], *, is_text: bool) -> str:
    parts: list[str] = []
    end = 0
    for found in PLACE.finditer(sql):
        name = found.group(1)
        variable = names.get(_base(name))
        parts.append(_protected(sql[end : found.start()]) if is_text else sql[end : found.start()])
        parts.append(f"{{{{ {variable}{name.removeprefix(_base(name))} }}}}" if variable else found.group())
        end = found.end()
    parts.append(_protected(sql[end:]) if is_text else sql[end:])
    return "".join(parts)


def _protected(text: str) -> str:
    return MARK.sub(lambda found: f"{{% raw %}}{found.group()}{{% endraw %}}", text)


def _value(parameter: Mapping[str, Any]) -> Any:
    value, kind = parameter.get("value"), str(parameter.get("type") or "text")
    if dynamic_dates.is_dynamic(value, kind):
        return {DYNAMIC: value, "type": kind}
    if isinstance(value, list):
        return _joined(value, parameter.get("multiValuesOptions"))
    if isinstance(value, dict):
        return {end: value[end] for end in ("start", "end") if end in value} if "range" in kind else None
    return value


def _joined(values: list[Any], options: Any) -> str | None:
    if not isinstance(options, dict):
        return None
    prefix, suffix = options.get("prefix") or "", options.get("suffix") or ""
    return str(options.get("separator") or ",").join(f"{prefix}{each}{suffix}" for each in values)
