"""The `q` argument: rison, or JSON when it is no rison, checked against a schema compiled once."""

import urllib.parse
from functools import cache
from typing import Any

import orjson
import prison
from flask import request
from jsonschema import Draft7Validator

from superset_like.errors import BadRequest

IDS = {"type": "array", "items": {"type": "integer"}}
NAMES = {"type": "array", "items": {"type": "string"}}
LIST = {
    "type": "object",
    "properties": {
        "keys": NAMES,
        "columns": NAMES,
        "select_columns": NAMES,
        "order_column": {"type": "string"},
        "order_direction": {"type": "string", "enum": ["asc", "desc"]},
        "page": {"type": "integer"},
        "page_size": {"type": "integer"},
        "filters": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "col": {"type": "string"},
                    "opr": {"type": "string"},
                    "value": {"type": ["number", "string", "boolean", "array", "null"]},
                },
                "required": ["col", "opr", "value"],
            },
        },
    },
}
ITEM = {"type": "object", "properties": {"keys": NAMES, "columns": NAMES}}
INFO = {"type": "object", "properties": {"keys": NAMES}}
RELATED = {
    "type": "object",
    "properties": {
        "page_size": {"type": "integer"},
        "page": {"type": "integer"},
        "include_ids": IDS,
        "filter": {"type": "string"},
    },
}


def q_argument(name: str) -> Any:
    """The request's `q`, parsed and valid under the named schema of `SCHEMAS`; {} when it is absent.

    Raises BadRequest with the texts that preset-cli reads.
    """
    text = request.args.get("q")
    if not text and name in REQUIRED:
        value: Any = {}
    else:
        value = parsed(text) if text else {}
        if not text:
            return value
    error = next(iter(_validator(name).iter_errors(value)), None)
    if error is not None:
        raise BadRequest(f"Not a valid rison schema {error.message}")
    return value


def parsed(text: str) -> Any:
    """The value of a rison or JSON text."""
    try:
        return prison.loads(text)
    except Exception:
        return _parsed_json(text)


def _parsed_json(text: str) -> Any:
    # Careful clients quote twice, as FAB unquotes twice.
    for candidate in (text, urllib.parse.unquote_plus(text)):
        try:
            return orjson.loads(candidate)
        except orjson.JSONDecodeError:
            continue
    raise BadRequest("Not a valid rison/json argument")


SCHEMAS: dict[str, dict[str, Any]] = {"list": LIST, "item": ITEM, "info": INFO, "related": RELATED, "ids": IDS}
# These endpoints make no sense without a `q`.
REQUIRED = {"ids"}


def declare(name: str, schema: dict[str, Any], *, required: bool = False) -> str:
    """The name, now known as a schema of `q`; called at import by the resource that needs it."""
    SCHEMAS[name] = schema
    if required:
        REQUIRED.add(name)
    return name


@cache
def _validator(name: str) -> Draft7Validator:
    return Draft7Validator(SCHEMAS[name])
