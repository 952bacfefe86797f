"""Options of an operation, read against the fields of its description."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from superset_like.errors import QuestionInvalid

Described = TypeVar("Described")


class _Wrong(Exception):
    """The value is none of the kind; the text says what it must be."""


def read(kind: type[Described], name: str, given: Mapping[str, Any]) -> Described:
    """The description filled with the options. kind: a dataclass. name: how the message calls it.

    NULL for an option that cannot be NULL is as if it were absent. Raises QuestionInvalid, which names the option.
    """
    hints = _hints(kind)  # type: ignore[arg-type]
    for key in given:
        if key not in hints:
            raise _invalid(name, key, f"is no option; there are: {', '.join(hints)}")
    found = {}
    for field in fields(kind):  # type: ignore[arg-type]
        value = given.get(field.name)
        if value is None and (field.name not in given or not _admits_none(hints[field.name])):
            if _is_required(field):
                raise _invalid(name, field.name, "is required")
            continue
        try:
            found[field.name] = _read(value, hints[field.name])
        except _Wrong as error:
            raise _invalid(name, field.name, f"must be {error}") from error
    return kind(**found)


@lru_cache(64)
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _invalid(operation: str, option: str, text: str) -> QuestionInvalid:
    return QuestionInvalid(f"{operation}: `{option}` {text}", fields={option: [text]})


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _admits_none(hint: Any) -> bool:
    return hint is Any or type(None) in get_args(hint)


def _read(value: Any, hint: Any) -> Any:
    origin = get_origin(hint)
    if hint is Any or (value is None and _admits_none(hint)):
        return value
    if origin in (Union, types.UnionType):
        return _read_one_of(value, [choice for choice in get_args(hint) if choice is not type(None)])
    if origin is Literal:
        if value not in get_args(hint):
            raise _Wrong(f"one of: {', '.join(map(str, get_args(hint)))}")
        return value
    if origin is Sequence:
        if not isinstance(value, list | tuple):
            raise _Wrong("a list")
        return tuple(_read(item, get_args(hint)[0]) for item in value)
    if origin is Mapping:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise _Wrong("an object")
        return {key: _read(item, get_args(hint)[1]) for key, item in value.items()}
    return _read_plain(value, hint)


def _read_one_of(value: Any, choices: Sequence[Any]) -> Any:
    texts = []
    for choice in choices:
        try:
            return _read(value, choice)
        except _Wrong as error:
            texts.append(str(error))
    raise _Wrong(" or ".join(texts))


def _read_plain(value: Any, hint: Any) -> Any:
    if hint is bool and isinstance(value, bool):
        return value
    if hint is str and isinstance(value, str):
        return value
    if hint is int and isinstance(value, int | float) and not isinstance(value, bool) and value == int_or_none(value):
        return int(value)
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise _Wrong({bool: "true or false", str: "a text", int: "a whole number", float: "a number"}[hint])


def int_or_none(value: float) -> int | None:
    """The number without its fraction; None of an infinity or NaN."""
    try:
        return int(value)
    except (OverflowError, ValueError):
        return None
