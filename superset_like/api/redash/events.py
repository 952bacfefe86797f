"""/api/events: who did what"""

import json
import re
from typing import Any

import orjson
from flask import Response, g, request
from marshmallow import Schema, fields
from marshmallow.validate import Length

from superset_like.access.actor import Actor
from superset_like.api.redash.resource import (
    ADMIN,
    OF_PAGES,
    RedashResource,
    loaded,
    moment,
    nothing,
    page_wish,
    paginated,
    route,
)
from superset_like.errors import BadRequest
from superset_like.models import Log
from superset_like.models.mixins import full_name
from superset_like.services import journal

MOST = 100
WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
NUMBER = re.compile(r"/(\d+)(?:/|$)")


class Event(Schema):
    """What a client tells of its user."""

    action = fields.String(required=True, validate=Length(1, 100))
    object_type = fields.String(required=True, validate=Length(1, 100))
    object_id = fields.Raw(allow_none=True)


class RedashEventsApi(RedashResource):
    """The log."""

    route_base = "/api"

    @route("GET", "/events", "Who did what, the latest first", needs=ADMIN, arguments=OF_PAGES)
    def list(self, actor: Actor) -> Response:
        page, size = page_wish()
        count, lines = journal.page(actor, (page - 1) * size, size)
        return paginated(count, page, size, [_event(line) for line in lines])

    @route("POST", "/events", "Tell what a user did")
    def tell(self, actor: Actor) -> Response:
        journal.note_told(actor, _told())
        # Those are in the log by themselves.
        g.changes_nothing = True
        return nothing()


def _told() -> list[dict[str, Any]]:
    try:
        found = orjson.loads(request.get_data(cache=True))
    except orjson.JSONDecodeError as error:
        raise BadRequest() from error
    if not isinstance(found, list) or len(found) > MOST or not all(isinstance(each, dict) for each in found):
        raise BadRequest()
    return [_with_short_id(loaded(Event, each)) for each in found]


def _with_short_id(event: dict[str, Any]) -> dict[str, Any]:
    number = event.get("object_id")
    return {**event, "object_id": None if number is None else str(number)[:MOST]}


def _event(line: Log) -> dict[str, Any]:
    object_type, _, action = line.action.removeprefix(journal.TOLD).partition(".")
    object_type, details = _snake(object_type), json.loads(line.json or "{}")
    object_id = _object(line, details)
    return {
        "org_id": 1,
        "user_id": line.user_id,
        "action": action,
        "object_type": object_type,
        "object_id": object_id,
        "created_at": moment(line.dttm.replace(microsecond=0)),
        "user_name": full_name(line.user) or None,
        "browser": "Unknown",
        "location": "Unknown",
        "details": {"object_id": object_id, "object_type": object_type, **details},
    }


def _snake(name: str) -> str:
    return WORDS.sub("_", name.removeprefix("Redash")).lower()


def _object(line: Log, details: dict[str, Any]) -> Any:
    if "object_id" in details:
        return details["object_id"]
    found = line.slice_id or line.dashboard_id
    if found is not None:
        return found
    numbers = NUMBER.findall(str(details.get("path", "")))
    return int(numbers[-1]) if numbers else None
