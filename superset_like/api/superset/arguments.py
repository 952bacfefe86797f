"""Plain query parameters, read strictly."""

import re
from collections.abc import Mapping
from typing import TypeVar

from flask import request

from superset_like.engine import zones
from superset_like.errors import BadRequest, QuestionInvalid

FLAGS = {"true": True, "1": True, "false": False, "0": False, "": False}
# BCP 47, without its extensions, which change what numbers and calendars are.
LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?")
Value = TypeVar("Value")


def flag(name: str, usual: bool = False) -> bool:
    """Whether the parameter says true; what is usual when it is absent. Raises BadRequest."""
    text = request.args.get(name, str(usual)).lower()
    if text not in FLAGS:
        raise BadRequest(f"{name} must be true or false", fields={name: ["Must be true or false."]})
    return FLAGS[text]


def count(name: str) -> int | None:
    """The parameter as a number from one on; None when absent. Raises BadRequest."""
    found = whole(name)
    if found == 0:
        raise BadRequest(f"{name} must be a number above 0", fields={name: ["Not a valid number."]})
    return found


def whole(name: str) -> int | None:
    """The parameter as a number from nought on; None when absent. Raises BadRequest."""
    text = request.args.get(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadRequest(f"{name} must be a whole number", fields={name: ["Not a valid number."]})
    return int(text)


def number(name: str, allowed: range, default: int) -> int:
    """The parameter as a whole number of the range. Raises BadRequest."""
    given = request.args.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) <= 5 and int(given) in allowed):
        raise refused(name, f"Must be a whole number from {allowed[0]} to {allowed[-1]}.")
    return int(given)


def chosen(name: str, choices: Mapping[str, Value], default: str) -> Value:
    """What stands for the parameter. Raises BadRequest."""
    given = request.args.get(name, default)
    if given not in choices:
        raise refused(name, f"Must be one of: {', '.join(choices)}.")
    return choices[given]


def locale(name: str, default: str) -> str:
    """The parameter as the name of a language and a country, such as de or en-GB. Raises BadRequest."""
    given = request.args.get(name, default)
    if not LOCALE.fullmatch(given):
        raise refused(name, "Must be a locale, such as de or en-GB.")
    return given


def zone(name: str) -> str | None:
    """The parameter as the name of a time zone; None when absent. Raises BadRequest."""
    given = request.args.get(name)
    if given is None:
        return None
    try:
        zones.find(given)
    except QuestionInvalid as error:
        raise refused(name, "Must be a time zone, such as Europe/Berlin.") from error
    return given


def refused(name: str, text: str) -> BadRequest:
    """The error of a parameter that says so."""
    return BadRequest(f"{name}: {text}", fields={name: [text]})
