"""Plain query parameters, read strictly."""

from flask import request

from superset_like.errors import BadRequest

FLAGS = {"true": True, "1": True, "false": False, "0": False, "": False}


def flag(name: str) -> bool:
    """Whether the parameter says true; absent means no. Raises BadRequest."""
    text = request.args.get(name, "").lower()
    if text not in FLAGS:
        raise BadRequest(f"{name} must be true or false", fields={name: ["Not a valid boolean."]})
    return FLAGS[text]


def count(name: str) -> int | None:
    """The parameter as a number from one on; None when absent. Raises BadRequest."""
    text = request.args.get(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**9:
        raise BadRequest(f"{name} must be a number above 0", fields={name: ["Not a valid number."]})
    return int(text)


def whole(name: str) -> int | None:
    """The parameter as a number from nought on; None when absent. Raises BadRequest."""
    text = request.args.get(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadRequest(f"{name} must be a whole number", fields={name: ["Not a valid number."]})
    return int(text)
