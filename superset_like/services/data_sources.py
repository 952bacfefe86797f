"""Connections as those see them who may use the whole of them, or look at their shared queries."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.access.remembered import Remembered
from superset_like.engine.query import TableName
from superset_like.errors import Forbidden, Invalid, NotFound
from superset_like.extensions import db
from superset_like.models import Database, Dialect
from superset_like.services import databases, dialect_records, groups

RECORD = "data_source"
SCHEMAS_KEPT = 100
SCHEMA_KEPT_S = 600.0
# Of a connection with more tables, the first are told.
MOST_TABLES = 2000


@dataclass(frozen=True, slots=True)
class Source:
    """A connection as the caller sees it. kept: what a dialect keeps of it, None if it was changed elsewhere since."""

    database: Database
    view_only: bool
    is_administered: bool
    kept: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class TableColumns:
    """A table with its columns, by name. The name has its schema where that is not the one of bare names."""

    name: str
    columns: Sequence[str]


def listed(actor: Actor) -> list[Source]:
    """Those that the caller sees, by name."""
    statement = select(Database)
    condition = rules.data_sources(actor)
    found = db.session.execute(statement if condition is None else statement.where(condition)).scalars().all()
    return _sources(actor, sorted(found, key=lambda database: database.database_name.lower()))


def one(actor: Actor, database_id: int) -> Source:
    """The connection. Raises NotFound; Forbidden when there is one that the caller does not see."""
    statement = select(Database).where(Database.id == database_id)
    condition = rules.data_sources(actor)
    found = db.session.execute(statement if condition is None else statement.where(condition)).scalar()
    if found is None:
        raise NotFound() if db.session.get(Database, database_id) is None else Forbidden()
    return _sources(actor, [found])[0]


def create(actor: Actor, values: Mapping[str, Any], kept: dict[str, Any]) -> Source:
    """A new connection, which members of the group `default` may use; it need not answer now.

    kept: what the dialect wants to read again. Raises Forbidden, Invalid.
    """
    rules.require_administrator(actor)
    _require_free(values["database_name"], None)
    database = databases.made(actor, values, is_tried=False)
    databases.flush(database)
    groups.grant_default(database)
    return _committed(actor, database, kept)


def update(actor: Actor, database_id: int, values: Mapping[str, Any], kept: dict[str, Any] | None) -> Source:
    """The connection with these values. kept: None leaves what is kept. Raises as `create`, and NotFound."""
    database = administered(actor, database_id)
    if "database_name" in values:
        _require_free(values["database_name"], database.id)
    databases.assign(database, values, is_tried=False)
    databases.flush(database)
    return _committed(actor, database, kept)


def delete(actor: Actor, database_id: int) -> None:
    """It is gone; saved queries over it stay. Raises Forbidden, NotFound, Invalid while datasets hang on it."""
    administered(actor, database_id)
    dialect_records.forget(Dialect.REDASH, RECORD, [database_id])
    databases.delete(actor, [database_id])


def administered(actor: Actor, database_id: int) -> Database:
    """The connection, for whoever may change it. Raises Forbidden, NotFound."""
    rules.require_administrator(actor)
    return one(actor, database_id).database


def of_group(actor: Actor, group_id: int) -> list[Source]:
    """The connections of the group, as its members see them. Raises NotFound, Forbidden."""
    return _of_group(actor, groups.sources(actor, group_id))


def grant(actor: Actor, group_id: int, database_id: int, *, view_only: bool) -> Source:
    """The connection, which members of the group may use, or only look at. Raises Forbidden, NotFound."""
    return _of_group(actor, [groups.grant(actor, group_id, database_id, view_only=view_only)])[0]


def schema(actor: Actor, database_id: int, *, refresh: bool) -> Sequence[TableColumns]:
    """The tables with their columns; as they were some minutes ago, unless refresh. Raises NotFound, Forbidden."""
    database = one(actor, database_id).database
    memory: Remembered[tuple[int, int], tuple[float, Sequence[TableColumns]]] = current_app.extensions.setdefault(
        "superset_like_schemas", Remembered(SCHEMAS_KEPT)
    )
    key = (database.id, database.version)
    known = memory.get(None, key)
    if known is None or refresh or time.monotonic() - known[0] > SCHEMA_KEPT_S:
        databases.require_running(database)
        known = (time.monotonic(), _read_schema(database))
        memory.put(None, key, known)
    return known[1]


def _read_schema(database: Database) -> Sequence[TableColumns]:
    engine, target = databases.engine_of(database), databases.target(database)
    # No transaction on the metadata stays open while the user's database answers.
    db.session.commit()
    usual = engine.default_schema(target)
    found: list[TableColumns] = []
    schemas: Sequence[str | None] = engine.schemas(target) or [usual]
    for schema_name in schemas:
        for relation in engine.relations(target, schema_name)[: MOST_TABLES - len(found)]:
            try:
                info = engine.describe(target, TableName(relation.name, schema_name))
            except NotFound:
                # It went while we looked.
                continue
            name = relation.name if schema_name in (None, usual) else f"{schema_name}.{relation.name}"
            found.append(TableColumns(name, sorted(column.name for column in info.columns)))
    return sorted(found, key=lambda table: table.name)


def _sources(actor: Actor, found: Sequence[Database]) -> list[Source]:
    kept = dialect_records.read(Dialect.REDASH, RECORD, [database.id for database in found])
    return [
        Source(
            database,
            not rules.reads_whole(actor, database),
            rules.administers(actor),
            _fresh(database, kept.get(database.id)),
        )
        for database in found
    ]


def _of_group(actor: Actor, held: Sequence[tuple[Database, bool]]) -> list[Source]:
    known = _sources(actor, [database for database, _ in held])
    return [replace(source, view_only=view_only) for source, (_, view_only) in zip(known, held, strict=True)]


def _fresh(database: Database, kept: tuple[dict[str, Any], str | None] | None) -> Mapping[str, Any] | None:
    return kept[0] if kept is not None and kept[1] == _mark(database) else None


def _committed(actor: Actor, database: Database, kept: dict[str, Any] | None) -> Source:
    if kept is not None:
        dialect_records.write(Dialect.REDASH, RECORD, database.id, kept, _mark(database))
    db.session.commit()
    return _sources(actor, [database])[0]


def _mark(database: Database) -> str:
    return sha256(database.sqlalchemy_uri.encode()).hexdigest()


def _require_free(name: str, own_id: int | None) -> None:
    taken = db.session.execute(select(Database.id).where(Database.database_name == name)).scalar()
    if taken is not None and taken != own_id:
        raise Invalid(f"Data source with the name {name} already exists.")
