"""Saved queries in bundles."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from flask_appbuilder import Model
from marshmallow import fields
from marshmallow.validate import Length
from sqlalchemy.orm import joinedload
from werkzeug.utils import secure_filename

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Forbidden
from superset_like.extensions import db
from superset_like.models import SavedQuery
from superset_like.services import saved_queries
from superset_like.services.bundles.arrivals import Arrivals
from superset_like.services.bundles.kind import VERSION, Config, Kind, assign_values
from superset_like.services.bundles.selection import Selection

PLAIN = ("catalog", "schema", "label", "description", "sql")


class SavedQueryConfig(Config):
    catalog = fields.String(allow_none=True, validate=Length(max=256))
    schema = fields.String(allow_none=True, validate=Length(max=256))
    label = fields.String(allow_none=True, validate=Length(max=256))
    description = fields.String(allow_none=True)
    sql = fields.String(required=True, allow_none=True)
    database_uuid = fields.UUID(required=True)


class SavedQueryKind(Kind):
    """Saved queries; each is its maker's own."""

    name = "saved_query"
    type_name = "SavedQuery"
    noun = "Saved query"
    folder = "queries"
    resource = "SavedQuery"
    rank = 5
    holds = frozenset({"database"})
    is_numbered = False
    model = SavedQuery
    title_field = "label"
    schema: ClassVar[type[Config]] = SavedQueryConfig
    loading = (joinedload(SavedQuery.database),)

    def folder_of(self, item: SavedQuery) -> str:
        name = item.database.database_name if item.database else ""
        folders = [self.folder, secure_filename(name) or str(item.db_id)]
        schema = secure_filename(item.schema or "")
        return "/".join([*folders, schema] if schema else folders)

    def file_name(self, item: SavedQuery, number: int | None) -> str:
        return secure_filename(item.label) or str(item.uuid)

    def related(self, item: SavedQuery) -> Iterable[Model]:
        return (item.database,) if item.database else ()

    def config(self, item: SavedQuery, selection: Selection) -> dict[str, Any]:
        return {
            "catalog": item.catalog,
            "schema": item.schema,
            "label": item.label,
            "description": item.description,
            "sql": item.sql,
            "uuid": str(item.uuid),
            "version": VERSION,
            "database_uuid": str(item.database.uuid) if item.database else None,
        }

    def made(self, actor: Actor, config: Mapping[str, Any], arrivals: Arrivals) -> SavedQuery:
        if actor.user_id is None:
            raise Forbidden()
        return SavedQuery(uuid=config["uuid"], created_by_fk=actor.user_id, changed_by_fk=actor.user_id)

    def assign(self, actor: Actor, item: SavedQuery, config: Mapping[str, Any], arrivals: Arrivals) -> list[str]:
        database = arrivals.needed("database", config, "database_uuid")
        rules.require(actor, "use", database)
        values = {name: config[name] for name in PLAIN if name in config}
        values.update(
            {name: default for name, default in saved_queries.DEFAULTS.items() if name in values and not values[name]}
        )
        differing = assign_values(item, {**values, "db_id": database.id})
        if differing:
            db.session.add(item)
            db.session.flush()
        return ["database_uuid" if name == "db_id" else name for name in differing]
