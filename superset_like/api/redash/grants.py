"""What is given to single people: the right to change one thing. Who may see it, groups decide."""

from typing import Any

from marshmallow import Schema, fields

from superset_like.api.redash.numbers import Number
from superset_like.api.redash.resource import json_body, loaded
from superset_like.errors import BadRequest

ACCESS_TYPES = frozenset({"view", "modify", "delete"})
ONLY_MODIFY = "Only modify is given to single people; who may view the data sees what shows it."


class Grant(Schema):
    access_type = fields.String(required=True)
    user_id = Number(required=True)


def granted_wish() -> dict[str, Any]:
    """{access_type, user_id} of the request. Raises BadRequest, Invalid."""
    wish = loaded(Grant, json_body())
    require_access_type(wish["access_type"])
    if wish["access_type"] != "modify":
        raise BadRequest(ONLY_MODIFY)
    return wish


def require_access_type(access_type: str) -> None:
    """Nothing. Raises BadRequest for one that does not exist."""
    if access_type not in ACCESS_TYPES:
        raise BadRequest("Unknown access type.")
