"""Data sources, without their secrets: a connection that needs one is paused until somebody enters it here."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from sqlalchemy import select

from superset_like.errors import CannotBring, Invalid
from superset_like.extensions import db
from superset_like.models import Database
from superset_like.services import data_source_types as types
from superset_like.services import data_sources, databases, groups
from superset_like.services.redash_import.work import Noun, Values, Work, free_name

LONGEST_NAME = 250
# Where a kind of data source demands its secret.
NOT_YET = "to-be-entered"
ENTER = "its secret is not given away: enter it here, then resume the connection"


class DataSourceShape(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    type = fields.String(required=True)
    options = fields.Dict(keys=fields.String(), load_default=dict)
    paused = fields.Boolean(load_default=False)
    pause_reason = fields.String(allow_none=True, load_default=None)


class DataSources(Noun):
    """connections: the number of a data source there -> the name of the connection here that it is."""

    kind = "data source"
    shape = DataSourceShape

    def __init__(self, connections: Mapping[int, str]) -> None:
        self._connections = connections

    def wanted(self, work: Work, sent: Values) -> Values:
        named = self._connections.get(sent["id"])
        if named is not None or work.was_here(self.kind, sent["id"]):
            return {"connection": named}
        kind = _kind(sent["type"])
        options = {name: value for name, value in sent["options"].items() if value != types.MASK}
        secrets = sorted(sent["options"].keys() - options.keys())
        if secrets:
            work.note(ENTER)
        paused = sent["pause_reason"] or "" if sent["paused"] else None
        known = {"name": sent["name"], "type": kind.type, "options": options}
        return {**known, "secrets": secrets, "paused": paused}

    def here(self, work: Work, values: Values) -> int | None:
        return databases.named(work.actor, values["connection"]).id if "connection" in values else None

    def make(self, work: Work, values: Values) -> int:
        core, kept = _stored(values)
        core["database_name"] = free_name(work, values["name"], _is_taken, LONGEST_NAME)
        pk = data_sources.create(work.actor, core, kept).database.id
        default = groups.named(groups.DEFAULT)
        if default is not None:
            # Who may use it there is said by its groups, which are brought later.
            groups.revoke(work.actor, default.id, pk)
        _pause(work, pk, values)
        return pk

    def change(self, work: Work, pk: int, values: Values) -> None:
        core, kept = _stored(values)
        present = data_sources.one(work.actor, pk).database.database_name
        if values["name"] != present:
            core["database_name"] = free_name(work, values["name"], _is_taken, LONGEST_NAME)
        data_sources.update(work.actor, pk, core, kept)
        _pause(work, pk, values)

    def state(self, work: Work, pk: int) -> Values | None:
        if db.session.get(Database, pk) is None:
            return None
        source = data_sources.one(work.actor, pk)
        uri, kept = source.database.sqlalchemy_uri, source.kept or {}
        options = kept["options"] if kept else types.of_uri(uri).options(uri)
        shown = {name: value for name, value in options.items() if value != types.MASK}
        # To enter the secret and to resume the connection is no change of it.
        return {"name": source.database.database_name, "options": shown}


def _kind(name: str) -> types.SourceType:
    try:
        return types.of_type(name)
    except Invalid as error:
        raise CannotBring(f"there is no engine here for data sources of the type {name}") from error


def _stored(values: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """(values of the connection, what is kept beside it)."""
    kind = types.of_type(values["type"])
    needed = {name: NOT_YET for name in values["secrets"] if name in kind.required}
    options = kind.checked({**values["options"], **needed})
    return {"sqlalchemy_uri": kind.uri(options)}, {"type": kind.type, "options": kind.masked(options)}


def _pause(work: Work, pk: int, values: Values) -> None:
    if values["secrets"]:
        databases.pause(work.actor, pk, f"Brought from {work.source.host}: enter its secret, then resume it")
    elif values["paused"] is not None:
        databases.pause(work.actor, pk, values["paused"] or None)


def _is_taken(name: str) -> bool:
    return db.session.execute(select(Database.id).where(Database.database_name == name)).first() is not None
