"""Fields that several bodies of Superset's dialect share."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length

# Far beyond what any client writes, and far from where encoders give up.
MOST_NESTED = 100
DATASOURCE_TYPES = ("table", "dataset", "query", "saved_query", "view")


def json_text(value: str | None) -> None:
    """Nothing, or ValidationError in the contract's words when the text is no JSON object or list."""
    if not value:
        return
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise ValidationError("JSON not valid") from error
    if not isinstance(found, dict | list) or _is_too_deep(found):
        raise ValidationError("JSON not valid")


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MOST_NESTED):
        level = [inner for each in level if isinstance(each, dict | list) for inner in _members(each)]
        if not level:
            return False
    return True


def _members(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def json_object(value: str | None) -> None:
    """As json_text, but only an object will do."""
    json_text(value)
    if value and not isinstance(json.loads(value), dict):
        raise ValidationError("JSON not valid")


def text(
    most: int | None = None,
    least: int = 0,
    *,
    required: bool = False,
    nullable: bool = True,
    check: Callable[[Any], None] | None = None,
) -> fields.String:
    """A string field of a length."""
    validators: list[Any] = [Length(least, most)] if most is not None or least else []
    if check:
        validators.append(check)
    return fields.String(required=required, allow_none=nullable and not required, validate=validators)


class IdList(fields.List[Any]):
    """Ids; objects with an `id` will do, since superset-api-client sends them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(fields.Integer(strict=True), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, list):
            value = [item.get("id") if isinstance(item, dict) else item for item in value]
        return super()._deserialize(value, attr, data, **kwargs)


class Certification(Schema):
    """What certified and externally managed objects take."""

    certified_by = text()
    certification_details = text()
    is_managed_externally = fields.Boolean(allow_none=True)
    external_url = text(2000)
    uuid = fields.UUID(allow_none=True)
