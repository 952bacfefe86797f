"""What the resources that keep states of pages share."""

from typing import Any

import orjson
from marshmallow import ValidationError, fields
from marshmallow.validate import Length, Range

from superset_like.api.superset.bodies import json_object
from superset_like.api.superset.documented import Parameter

TAB = Parameter("tab_id", "integer", "The browser tab that keeps it")
KEY = {"type": "object", "properties": {"key": {"type": "string"}}}
REFUSALS = (400, 401, 403, 404, 413)


def any_json(value: str) -> None:
    """Nothing, or ValidationError when the text is no JSON that can be given back."""
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise ValidationError("JSON not valid") from error


def form_json(value: str) -> None:
    """As any_json, but only an object will do."""
    json_object(value)
    any_json(value)


def identity(**options: Any) -> fields.Integer:
    """The id of an object."""
    return fields.Integer(strict=True, validate=Range(1, 2**31 - 1), **options)


def url_params() -> fields.List[Any]:
    """[[name, value]] of the page's address, as a name may stand there twice."""
    return fields.List(fields.List(fields.String(), validate=Length(equal=2)), allow_none=True)
