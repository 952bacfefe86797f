"""/api/data_sources"""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields
from marshmallow.validate import Length

from superset_like.access.actor import Actor
from superset_like.api.redash.resource import (
    ADMIN,
    LIST_DATA_SOURCES,
    RedashResource,
    answer,
    json_body,
    loaded,
    loose_body,
    route,
)
from superset_like.errors import ConnectionFailed
from superset_like.models import Database
from superset_like.services import data_source_types as types
from superset_like.services import data_sources, databases, groups
from superset_like.services.data_sources import Source

LONGEST_NAME = 250


class DataSourceEdit(Schema):
    name = fields.String(validate=Length(1, LONGEST_NAME))
    type = fields.String()
    options = fields.Dict(keys=fields.String())


class DataSourcePost(DataSourceEdit):
    name = fields.String(required=True, validate=Length(1, LONGEST_NAME))
    type = fields.String(required=True)
    options = fields.Dict(keys=fields.String(), required=True)


class PausePost(Schema):
    reason = fields.String(allow_none=True, load_default=None)


class RedashDataSourcesApi(RedashResource):
    """Connections, as data sources."""

    route_base = "/api"

    @route("GET", "/data_sources/types", "The kinds of data sources, with the options of each", needs=ADMIN)
    def types(self, actor: Actor) -> Response:
        found = [{"name": each.name, "type": each.type, "configuration_schema": each.schema} for each in types.TYPES]
        return answer(sorted(found, key=lambda each: str(each["name"]).lower()))

    @route("GET", "/data_sources", "The data sources that one may use or look at", needs=LIST_DATA_SOURCES)
    def listed(self, actor: Actor) -> Response:
        return answer([{**plain_record(each), "view_only": each.view_only} for each in data_sources.listed(actor)])

    @route("POST", "/data_sources", "A new data source", needs=ADMIN, body=DataSourcePost)
    def create(self, actor: Actor) -> Response:
        values = loaded(DataSourcePost, json_body())
        core, kept = _stored(values)
        return answer(whole_record(data_sources.create(actor, core, kept)))

    @route("GET", "/data_sources/<int:data_source_id>", "A data source", needs=LIST_DATA_SOURCES)
    def one(self, actor: Actor, data_source_id: int) -> Response:
        found = data_sources.one(actor, data_source_id)
        record = whole_record(found) if found.is_administered else plain_record(found)
        return answer({**record, "view_only": found.view_only})

    @route(
        "POST",
        "/data_sources/<int:data_source_id>",
        "A data source with other options",
        needs=ADMIN,
        body=DataSourceEdit,
    )
    def edit(self, actor: Actor, data_source_id: int) -> Response:
        values = loaded(DataSourceEdit, json_body())
        core, kept = _stored_again(data_sources.one(actor, data_source_id), values)
        return answer(whole_record(data_sources.update(actor, data_source_id, core, kept)))

    @route("DELETE", "/data_sources/<int:data_source_id>", "A data source goes", needs=ADMIN, status=204)
    def delete(self, actor: Actor, data_source_id: int) -> Response:
        data_sources.delete(actor, data_source_id)
        return Response(status=204)

    @route("POST", "/data_sources/<int:data_source_id>/test", "Whether it can be reached", needs=ADMIN)
    def test(self, actor: Actor, data_source_id: int) -> Response:
        data_sources.administered(actor, data_source_id)
        try:
            databases.test_stored(actor, data_source_id)
        except ConnectionFailed as error:
            return answer({"message": error.message, "ok": False})
        return answer({"message": "success", "ok": True})

    @route(
        "GET",
        "/data_sources/<int:data_source_id>/schema",
        "Its tables and columns",
        needs=LIST_DATA_SOURCES,
        arguments=("refresh",),
    )
    def schema(self, actor: Actor, data_source_id: int) -> Response:
        found = data_sources.schema(actor, data_source_id, refresh="refresh" in request.args)
        return answer({"schema": [{"name": each.name, "columns": each.columns} for each in found]})

    @route(
        "POST",
        "/data_sources/<int:data_source_id>/pause",
        "Nobody runs anything on it for now",
        needs=ADMIN,
        body=PausePost,
        arguments=("reason",),
    )
    def pause(self, actor: Actor, data_source_id: int) -> Response:
        body = loose_body() or {"reason": request.args.get("reason")}
        data_sources.administered(actor, data_source_id)
        paused = databases.pause(actor, data_source_id, loaded(PausePost, body)["reason"])
        return answer(plain_record(data_sources.one(actor, paused.id)))

    @route("DELETE", "/data_sources/<int:data_source_id>/pause", "It may be used again", needs=ADMIN)
    def resume(self, actor: Actor, data_source_id: int) -> Response:
        data_sources.administered(actor, data_source_id)
        resumed = databases.resume(actor, data_source_id)
        return answer(plain_record(data_sources.one(actor, resumed.id)))


def plain_record(source: Source) -> dict[str, Any]:
    """The data source as everybody sees it who sees it at all."""
    database: Database = source.database
    pause = database.pause
    return {
        "id": database.id,
        "name": database.database_name,
        "type": type_of(source).type,
        "syntax": "sql",
        "paused": 0 if pause is None else 1,
        "pause_reason": None if pause is None else pause.get("reason"),
        # All engines here speak SQL.
        "supports_auto_limit": True,
    }


def whole_record(source: Source) -> dict[str, Any]:
    """The data source as administrators see it."""
    return {
        **plain_record(source),
        "options": options_of(source),
        "queue_name": "queries",
        "scheduled_queue_name": "scheduled_queries",
        "groups": groups.on_databases([source.database.id])[source.database.id],
    }


def type_of(source: Source) -> types.SourceType:
    """Its kind; the one that it was made with, unless the connection is of another now."""
    kept = source.kept or {}
    return types.of_uri(source.database.sqlalchemy_uri, kept.get("type"))


def options_of(source: Source) -> dict[str, Any]:
    """Its options as they were posted, with masks for secrets; made of the URI where it was changed elsewhere."""
    if source.kept is not None:
        posted: dict[str, Any] = source.kept["options"]
        return posted
    return type_of(source).options(source.database.sqlalchemy_uri)


def _stored(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(values of the connection, what to keep beside it)."""
    kind = types.of_type(values["type"])
    options = kind.checked(values["options"])
    core = {"database_name": values["name"], "sqlalchemy_uri": kind.uri(options)}
    return core, {"type": kind.type, "options": kind.masked(options)}


def _stored_again(source: Source, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """As `_stored`, of an edit; None beside the connection where its options stay."""
    if "options" in values or "type" in values:
        present = {"name": source.database.database_name, "type": type_of(source).type, "options": options_of(source)}
        return _stored({**present, **values})
    return ({"database_name": values["name"]} if "name" in values else {}), None
