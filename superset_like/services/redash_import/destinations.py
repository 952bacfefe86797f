"""Destinations of alerts, without their secrets."""

from marshmallow import Schema, fields
from sqlalchemy import select

from superset_like.errors import CannotBring
from superset_like.extensions import db
from superset_like.models import Destination
from superset_like.services import destinations
from superset_like.services.destinations import HIDDEN, KINDS
from superset_like.services.redash_import.work import Noun, Values, Work, free_name

LONGEST_NAME = 255
# No name ends so, so nothing is sent there.
NOWHERE = "https://to-be-entered.invalid/"
ENTER = "its secrets are not given away: enter them here"


class DestinationShape(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    type = fields.String(required=True)
    options = fields.Dict(keys=fields.String(), load_default=dict)


class Destinations(Noun):
    """Mailing lists, rooms of messengers, programs."""

    kind = "destination"
    shape = DestinationShape

    def wanted(self, work: Work, sent: Values) -> Values:
        if sent["type"] not in KINDS:
            raise CannotBring(f"alerts cannot be sent to destinations of the type {sent['type']} here")
        hidden = sorted(name for name, value in sent["options"].items() if value == HIDDEN)
        if hidden:
            work.note(ENTER)
        options = {name: value for name, value in sent["options"].items() if name not in hidden and value is not None}
        return {"name": sent["name"], "type": sent["type"], "options": options, "hidden": hidden}

    def make(self, work: Work, values: Values) -> int:
        unknown = {name: NOWHERE for name in values["hidden"] if name == "url"}
        name = free_name(work, values["name"], _is_taken, LONGEST_NAME)
        return destinations.create(work.actor, name, values["type"], {**values["options"], **unknown}).id

    def change(self, work: Work, pk: int, values: Values) -> None:
        present = destinations.one(work.actor, pk)
        name = values["name"]
        if name != present.name:
            name = free_name(work, name, _is_taken, LONGEST_NAME)
        kept = {key: HIDDEN for key in values["hidden"] if present.type == values["type"] and key in present.options}
        lost = {key: NOWHERE for key in values["hidden"] if key == "url"}
        destinations.update(work.actor, pk, name, values["type"], {**values["options"], **lost, **kept})

    def state(self, work: Work, pk: int) -> Values | None:
        found = db.session.get(Destination, pk)
        if found is None:
            return None
        secret = KINDS[found.type].secret if found.type in KINDS else tuple(found.options)
        shown = {name: value for name, value in found.options.items() if name not in secret}
        return {"name": found.name, "type": found.type, "options": shown}


def _is_taken(name: str) -> bool:
    return db.session.execute(select(Destination.id).where(Destination.name == name)).first() is not None
