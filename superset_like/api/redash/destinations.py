"""/api/destinations: where alerts can be sent beside people"""

from typing import Any

from flask import Response
from marshmallow import Schema, fields
from marshmallow.validate import Length

from superset_like.access.actor import Actor
from superset_like.api.redash.resource import ADMIN, LIST_ALERTS, RedashResource, answer, json_body, loaded, route
from superset_like.models import Destination
from superset_like.services import destinations
from superset_like.services.destinations import KINDS, Kind


class DestinationFields(Schema):
    name = fields.String(required=True, validate=Length(1, 255))
    type = fields.String(required=True, validate=Length(1, 32))
    options = fields.Dict(required=True, keys=fields.String())


class RedashDestinationApi(RedashResource):
    """Mailing lists, programs and rooms of messengers."""

    route_base = "/api"

    @route("GET", "/destinations/types", "The kinds, and what their options are", needs=ADMIN)
    def types(self, actor: Actor) -> Response:
        return answer([_kind_record(kind) for kind in KINDS.values()])

    @route("GET", "/destinations", "All", needs=LIST_ALERTS)
    def list(self, actor: Actor) -> Response:
        return answer([destination_record(each) for each in destinations.seen(actor)])

    @route("POST", "/destinations", "Make one", needs=ADMIN, body=DestinationFields)
    def post(self, actor: Actor) -> Response:
        sent = loaded(DestinationFields, json_body())
        return answer(_with_options(destinations.create(actor, sent["name"], sent["type"], sent["options"])))

    @route("GET", "/destinations/<int:destination_id>", "One with its options", needs=ADMIN)
    def get(self, actor: Actor, destination_id: int) -> Response:
        return answer(_with_options(destinations.one(actor, destination_id)))

    @route("POST", "/destinations/<int:destination_id>", "Change one", needs=ADMIN, body=DestinationFields)
    def put(self, actor: Actor, destination_id: int) -> Response:
        sent = loaded(DestinationFields, json_body())
        changed = destinations.update(actor, destination_id, sent["name"], sent["type"], sent["options"])
        return answer(_with_options(changed))

    @route("DELETE", "/destinations/<int:destination_id>", "Delete one", needs=ADMIN, status=204)
    def delete(self, actor: Actor, destination_id: int) -> Response:
        destinations.delete(actor, destination_id)
        return Response(status=204, content_type="text/html; charset=utf-8")


def _kind_record(kind: Kind) -> dict[str, Any]:
    return {"name": kind.name, "type": kind.type, "icon": kind.icon, "configuration_schema": kind.schema()}


def destination_record(destination: Destination) -> dict[str, Any]:
    """The destination without its options."""
    kind = KINDS.get(destination.type)
    icon = kind.icon if kind else ""
    return {"id": destination.id, "name": destination.name, "type": destination.type, "icon": icon}


def _with_options(destination: Destination) -> dict[str, Any]:
    return {**destination_record(destination), "options": destinations.masked(destination)}
