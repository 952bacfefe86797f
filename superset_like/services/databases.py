"""Connections to users' databases: made, changed, tested and looked into."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy import update as update_rows
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError

from superset_like.access import grants, rules
from superset_like.access.actor import Actor
from superset_like.engine import databases as engines
from superset_like.engine.databases.base import Engine, Relation, TableInfo, Target
from superset_like.engine.query import TableName
from superset_like.errors import (
    ConnectionFailed,
    DatabasePaused,
    DatabaseUnreachable,
    Forbidden,
    Invalid,
    NotFound,
    QueryError,
)
from superset_like.extensions import db, settings
from superset_like.models import Chart, Dashboard, Database, Dataset, ObjectType, Report
from superset_like.models.database import PAUSED
from superset_like.services import found, history, marks, networks, remembered, report_uses
from superset_like.services.select_star import select_star as select_star_of

MASK = "XXXXXXXXXX"
SELECT_STAR_ROWS = 100
CONNECT_TIMEOUT_S = 10.0
BAD_URI = (
    "Invalid connection string, a valid string usually follows: "
    "backend+driver://user:password@database-host/database-name"
)
NAME_TAKEN = "A database with the same name already exists."
# What a caller may set as it is; the URI and the secrets are treated one by one.
PLAIN_FIELDS = (
    "database_name",
    "cache_timeout",
    "expose_in_sqllab",
    "allow_run_async",
    "allow_file_upload",
    "allow_ctas",
    "allow_cvas",
    "allow_dml",
    "configuration_method",
    "force_ctas_schema",
    "is_managed_externally",
    "external_url",
    "uuid",
)
NULLABLE_FIELDS = frozenset({"cache_timeout", "force_ctas_schema", "external_url"})


@dataclass(frozen=True, slots=True)
class RelatedObjects:
    """The charts and dashboards that would be left without data, as far as the caller may see them."""

    charts: Sequence[Chart]
    dashboards: Sequence[Dashboard]


@dataclass(frozen=True, slots=True)
class TableMetadata:
    """What the database says of a table, and a SELECT over its columns."""

    table: TableName
    info: TableInfo
    select_star: str


def usable(actor: Actor, database_id: int) -> Database:
    """The connection, on which the caller may run SQL: to read, not to change. Raises NotFound, Forbidden."""
    database = remembered.database(database_id)
    if rules.can(actor, "use", database):
        return database
    raise Forbidden() if rules.can(actor, "read", database) else NotFound()


def runnable(actor: Actor, database_id: int) -> Database:
    """As `usable`, on which something may be run now. Raises DatabasePaused."""
    database = usable(actor, database_id)
    require_running(database)
    return database


def require_running(database: Database) -> None:
    """Nothing. Raises DatabasePaused while somebody has stopped all queries on the connection."""
    pause = database.pause
    if pause is not None:
        reason = f" ({pause['reason']})" if pause.get("reason") else ""
        raise DatabasePaused(f"{database.database_name} is paused{reason}. Please try later.")


def pause(actor: Actor, database_id: int, reason: str | None) -> Database:
    """The connection, on which nobody runs anything until it is resumed."""
    return _paused(actor, database_id, {"reason": reason})


def resume(actor: Actor, database_id: int) -> Database:
    """The connection, on which queries run again."""
    return _paused(actor, database_id, None)


def named(actor: Actor, name: str) -> Database:
    """The connection of this name. Raises NotFound."""
    statement = _visible(actor, select(Database).where(Database.database_name == name), Database)
    database: Database | None = db.session.execute(statement).scalar_one_or_none()
    if database is None:
        raise NotFound(f"There is no database {name}")
    return database


def create(actor: Actor, values: Mapping[str, Any]) -> Database:
    """A new connection, tried before it is kept. Raises Invalid with the fields at fault."""
    return _committed(made(actor, values, is_tried=True))


def update(actor: Actor, database_id: int, values: Mapping[str, Any]) -> Database:
    """The connection with these values; it is tried again when they change where or how it connects."""
    database = found.editable(actor, Database, [database_id])[0]
    assign(database, values, is_tried=True)
    return _committed(database)


def made(actor: Actor, values: Mapping[str, Any], *, is_tried: bool) -> Database:
    """A new connection to a place that is allowed; not committed. is_tried: it works now. Raises Invalid, Forbidden."""
    rules.require_new(actor, Database)
    _require_writer(actor)
    _require_free_name(values["database_name"], None)
    database = Database(**_plain_values(values))
    _apply_connection(database, values, is_tried)
    db.session.add(database)
    return database


def assign(database: Database, values: Mapping[str, Any], *, is_tried: bool) -> None:
    """The connection has these values; not committed. is_tried: as in `made`. Raises Invalid."""
    if values.get("database_name"):
        _require_free_name(values["database_name"], database.id)
    for name, value in _plain_values(values).items():
        setattr(database, name, value)
    _apply_connection(database, values, is_tried)


def delete(actor: Actor, database_ids: Sequence[int]) -> int:
    """How many connections are gone: all, or none. Saved queries stay, without a connection.

    Raises Invalid when datasets hang on one; those made for charts of saved queries go, their charts wait for the query
    to have another connection.
    """
    databases = found.editable(actor, Database, database_ids)
    of_queries = _datasets_of_queries(database_ids)
    report_uses.require_unused(actor, Report.database_id, database_ids)
    history.bury(actor, of_queries)
    marks.forget(ObjectType.DATASET, [dataset.id for dataset in of_queries])
    _set_aside([dataset.id for dataset in of_queries])
    for dataset in of_queries:
        grants.forget_dataset(dataset)
        db.session.delete(dataset)
    for database in databases:
        grants.forget_database(database)
        db.session.delete(database)
    db.session.commit()
    return len(databases)


def test_connection(actor: Actor, values: Mapping[str, Any]) -> None:
    """Nothing when the connection works; a masked password means that of the stored connection of this name.

    Raises Invalid, or ConnectionFailed.
    """
    _require_writer(actor)
    name = values.get("database_name")
    stored = db.session.execute(select(Database).where(Database.database_name == name)).scalar_one_or_none()
    if stored is not None:
        rules.require(actor, "edit", stored)
    uri = _whole_uri(values["sqlalchemy_uri"], stored)
    _refuse_unsupported(values)
    target = _checked_target(uri, values.get("extra") or "{}")
    try:
        _try(target)
    except (DatabaseUnreachable, QueryError) as error:
        # Neither the engine's text nor its kind: both would tell what is at a place.
        raise ConnectionFailed(engine_name=engines.of_uri(target.uri).title) from error


def test_stored(actor: Actor, database_id: int) -> None:
    """Nothing when the connection works as it is stored. Raises ConnectionFailed, Invalid."""
    database = found.editable(actor, Database, [database_id])[0]
    here = target(database)
    # No transaction on the metadata stays open while the user's database answers.
    db.session.commit()
    try:
        _try(here)
    except (DatabaseUnreachable, QueryError) as error:
        raise ConnectionFailed(engine_name=engines.of_uri(here.uri).title) from error


def sync_permissions(actor: Actor, database_id: int) -> None:
    """The permissions of the connection and of its datasets exist and bear its present name."""
    database = found.editable(actor, Database, [database_id])[0]
    grants.ensure_for_database(database)
    for dataset in database.datasets:
        grants.ensure_for_dataset(dataset)
    db.session.commit()


def engine_of(database: Database) -> Engine:
    """The engine that the connection speaks to."""
    return engines.of_uri(database.sqlalchemy_uri)


def target(
    database: Database, *, writable: bool = False, schema: str | None = None, catalog: str | None = None
) -> Target:
    """Where the engine connects for this connection. Raises Invalid when the place is not allowed any more."""
    return _target(database.secret_uri, database.extra, writable=writable, schema=schema, catalog=catalog)


def catalogs(actor: Actor, database_id: int) -> Sequence[str]:
    """The catalogs of the connection that the caller may look into."""
    database = found.one(actor, Database, database_id)
    engine = engine_of(database)
    if not engine.supports_catalogs:
        return []
    return rules.readable_catalogs(actor, database, engine.catalogs(target(database)))


def schemas(actor: Actor, database_id: int, catalog: str | None = None) -> Sequence[str]:
    """The schemas of the connection that the caller may look into."""
    database = found.one(actor, Database, database_id)
    names = engine_of(database).schemas(target(database, catalog=catalog))
    return rules.readable_schemas(actor, database, names, catalog)


def relations(actor: Actor, database_id: int, schema: str | None, catalog: str | None = None) -> Sequence[Relation]:
    """The tables and views of a schema that the caller may read, by name."""
    database = found.one(actor, Database, database_id)
    all_of_them = engine_of(database).relations(target(database, schema=schema, catalog=catalog), schema)
    tables = [TableName(each.name, schema, catalog) for each in all_of_them]
    readable = {table.name for table in rules.readable_tables(actor, database, tables)}
    return [each for each in all_of_them if each.name in readable]


def table_metadata(actor: Actor, database_id: int, table: TableName) -> TableMetadata:
    """What the database says of a table. Raises NotFound, DataForbidden."""
    database = found.one(actor, Database, database_id)
    rules.require_tables(actor, database, [table])
    engine = engine_of(database)
    info = engine.describe(target(database, schema=table.schema, catalog=table.catalog), table)
    names = [column.name for column in info.columns]
    return TableMetadata(table, info, select_star_of(engine.dialect, table, names, SELECT_STAR_ROWS))


def select_star(actor: Actor, database_id: int, table: TableName) -> str:
    """A SELECT of the first rows of a table. Raises NotFound, DataForbidden."""
    database = found.one(actor, Database, database_id)
    rules.require_tables(actor, database, [table])
    engine = engine_of(database)
    engine.describe(target(database, schema=table.schema, catalog=table.catalog), table)
    return select_star_of(engine.dialect, table, (), SELECT_STAR_ROWS)


def related_objects(actor: Actor, database_id: int) -> RelatedObjects:
    """The charts and dashboards over the connection that the caller may see."""
    database = found.one(actor, Database, database_id)
    return objects_over(actor, select(Dataset.id).where(Dataset.database_id == database.id))


def objects_over(actor: Actor, dataset_ids: Any) -> RelatedObjects:
    """The charts over these datasets, and the dashboards they are on, as far as the caller may see them."""
    charts = select(Chart).where(Chart.datasource_id.in_(dataset_ids))
    dashboards = select(Dashboard).where(Dashboard.charts.any(Chart.datasource_id.in_(dataset_ids)))
    return RelatedObjects(
        list(db.session.execute(_visible(actor, charts, Chart).order_by(Chart.id)).scalars()),
        list(db.session.execute(_visible(actor, dashboards, Dashboard).order_by(Dashboard.id)).scalars()),
    )


def function_names(actor: Actor, database_id: int) -> Sequence[str]:
    """The functions beyond the portable ones that SQL may call on this connection, sorted."""
    engine = engine_of(found.one(actor, Database, database_id))
    return sorted(engine.functions | engine.table_functions)


def in_editor(actor: Actor) -> Sequence[Database]:
    """The connections that the SQL editor offers the caller, by name."""
    statement = _visible(actor, select(Database).where(Database.expose_in_sqllab), Database)
    found_here = db.session.execute(statement.order_by(Database.database_name)).scalars()
    return [database for database in found_here if rules.can(actor, "use", database)]


def available() -> Sequence[Engine]:
    """The kinds of databases one may connect to, by title."""
    return sorted(engines.all_engines().values(), key=lambda engine: engine.title)


def upload_schemas(actor: Actor, database_id: int) -> Sequence[str]:
    """The schemas of the connection that take uploaded files, as far as the caller may look into them."""
    database = found.one(actor, Database, database_id)
    named = json_object(database.extra, "extra").get("schemas_allowed_for_file_upload")
    if not database.allow_file_upload or not isinstance(named, list):
        return []
    return rules.readable_schemas(actor, database, [str(name) for name in named], None)


def validate_parameters(actor: Actor, engine_name: str, parameters: Mapping[str, Any]) -> None:
    """Nothing when the parts make a URI of this engine that may be connected to. Raises Invalid, Forbidden."""
    _require_writer(actor)
    engine = engines.all_engines().get(engine_name)
    if engine is None:
        raise Invalid(fields={"engine": [f"Unknown engine {engine_name}"]})
    needed = ("database",) if engine.is_file else ("database", "host", "port", "username")
    missing = sorted(name for name in needed if not parameters.get(name))
    if missing:
        raise Invalid(f"One or more parameters are missing: {', '.join(missing)}", missing=missing)
    _checked_target(_uri_of(engine, parameters), "{}")


def _uri_of(engine: Engine, parameters: Mapping[str, Any]) -> URL:
    try:
        return URL.create(
            engine.name,
            username=parameters.get("username") or None,
            password=parameters.get("password") or None,
            host=parameters.get("host") or None,
            port=int(parameters["port"]) if parameters.get("port") else None,
            database=str(parameters["database"]),
            query={str(name): str(value) for name, value in (parameters.get("query") or {}).items()},
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise Invalid(BAD_URI, fields={"parameters": ["Not a valid set of parameters."]}) from error


def masked_extra(database: Database) -> str:
    """The secret settings of the connection as JSON text, every value masked."""
    return json.dumps(_masked(json.loads(database.encrypted_extra or "{}")))


def masked_uri(uri: URL) -> str:
    """The URI with its password masked."""
    shown = uri.set(password=MASK) if uri.password else uri
    return shown.render_as_string(hide_password=False)


def parsed_uri(text: str) -> URL:
    """The URI's parts. Raises Invalid when it is none."""
    try:
        return make_url(text.strip())
    except (ArgumentError, ValueError) as error:
        # The library's text repeats the URI, password and all.
        raise Invalid(BAD_URI, fields={"sqlalchemy_uri": [BAD_URI]}) from error


def _paused(actor: Actor, database_id: int, pause: dict[str, Any] | None) -> Database:
    database = found.editable(actor, Database, [database_id])[0]
    extra = json_object(database.extra or "{}", "extra")
    others = {name: value for name, value in extra.items() if name != PAUSED}
    database.extra = json.dumps(others if pause is None else {**others, PAUSED: pause})
    db.session.commit()
    return database


def _set_aside(dataset_ids: Sequence[int]) -> None:
    """The charts of the datasets know of which saved query they are; no change that somebody made."""
    untouched = {"changed_on": Chart.changed_on, "changed_by_fk": Chart.changed_by_fk}
    of_chart = select(Dataset.saved_query_id).where(Dataset.id == Chart.datasource_id).scalar_subquery()
    here = update_rows(Chart).where(Chart.datasource_id.in_(dataset_ids))
    db.session.execute(here.values(saved_query_id=of_chart, **untouched))


def _datasets_of_queries(database_ids: Sequence[int]) -> list[Dataset]:
    """The datasets on the connections, all of which were made for saved queries. Raises Invalid for others."""
    datasets = list(db.session.execute(select(Dataset).where(Dataset.database_id.in_(database_ids))).scalars())
    if any(dataset.saved_query_id is None for dataset in datasets):
        raise Invalid("Cannot delete a database that has datasets attached")
    return datasets


def _visible(actor: Actor, statement: Any, model: Any) -> Any:
    condition = rules.visible(actor, model)
    return statement if condition is None else statement.where(condition)


def _require_writer(actor: Actor) -> None:
    if not actor.can("can_write", "Database"):
        raise Forbidden()


def _require_free_name(name: str, own_id: int | None) -> None:
    taken = db.session.execute(select(Database.id).where(Database.database_name == name)).scalar_one_or_none()
    if taken is not None and taken != own_id:
        raise _name_taken()


def _name_taken() -> Invalid:
    return Invalid(NAME_TAKEN, fields={"database_name": [NAME_TAKEN]})


def _plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: values[name] for name in PLAIN_FIELDS if name in values}
    return {name: value for name, value in given.items() if value is not None or name in NULLABLE_FIELDS}


def flush(database: Database) -> None:
    """The connection has an id and its permissions; not committed."""
    db.session.flush()
    grants.ensure_for_database(database)


def _committed(database: Database) -> Database:
    try:
        flush(database)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise _name_taken() from error
    return database


def _apply_connection(database: Database, values: Mapping[str, Any], is_tried: bool) -> None:
    _refuse_unsupported(values)
    is_new = database.id is None
    if is_new and not values.get("sqlalchemy_uri"):
        text = "Missing data for required field."
        raise Invalid(text, fields={"sqlalchemy_uri": [text]})
    extra = _extra(values, database)
    secret_extra = _secret_extra(values, database)
    uri = _whole_uri(values["sqlalchemy_uri"], None if is_new else database) if values.get("sqlalchemy_uri") else None
    whole = uri or parsed_uri(database.secret_uri)
    rendered = whole.render_as_string(hide_password=False)
    target = _checked_target(whole, extra)
    if is_tried and (is_new or rendered != database.secret_uri or extra != database.extra):
        try:
            _try(target)
        except (DatabaseUnreachable, QueryError) as error:
            raise Invalid(ConnectionFailed.default_message) from error
    database.sqlalchemy_uri = masked_uri(whole)
    database.secret_uri = rendered
    database.extra = extra
    database.encrypted_extra = secret_extra


def _extra(values: Mapping[str, Any], database: Database) -> str:
    given = values.get("extra", database.extra) or "{}"
    pause = None if database.id is None else database.pause
    if pause is None or given == database.extra or PAUSED in json_object(given, "extra"):
        return str(given)
    # Whoever writes settings that he read before need not know that somebody paused it meanwhile.
    return json.dumps({**json_object(given, "extra"), PAUSED: pause})


def _refuse_unsupported(values: Mapping[str, Any]) -> None:
    # Accepting one of these and not doing it would connect with less safety than was asked for.
    for name in ("server_cert", "ssh_tunnel", "impersonate_user"):
        if values.get(name):
            text = f"{name} is not supported"
            raise Invalid(text, fields={name: [text]})


def _whole_uri(text: str, stored: Database | None) -> URL:
    uri = parsed_uri(text)
    if uri.password != MASK:
        return uri
    former = parsed_uri(stored.secret_uri) if stored is not None else None
    # A stored password goes nowhere but where it belongs.
    if former is None or _place(former) != _place(uri):
        message = "Enter the password: the connection differs from the stored one"
        raise Invalid(message, fields={"sqlalchemy_uri": [message]})
    return uri.set(password=former.password)


def _place(uri: URL) -> tuple[Any, ...]:
    return (uri.get_backend_name(), uri.username, uri.host, uri.port, dict(uri.query))


def _checked_target(uri: URL, extra: str) -> Target:
    made = _target(uri.render_as_string(hide_password=False), extra)
    engines.of_uri(made.uri).check_uri(made)
    return made


def _target(
    uri: str, extra: str, *, writable: bool = False, schema: str | None = None, catalog: str | None = None
) -> Target:
    networks.require_allowed(parsed_uri(uri), settings())
    return Target(
        uri,
        writable=writable,
        catalog=catalog,
        schema=schema,
        folders=tuple(str(folder) for folder in settings().local_database_folders),
        options=_options(engines.of_uri(uri), extra),
    )


def _options(engine: Engine, extra: str) -> tuple[tuple[str, str | int | bool], ...]:
    given = json_object(extra, "extra").get("engine_params") or {}
    arguments = given.get("connect_args") or {} if isinstance(given, dict) else None
    if not isinstance(arguments, dict):
        raise _bad_extra("engine_params and its connect_args must be objects")
    for name, value in arguments.items():
        if name not in engine.allowed_options or not isinstance(value, str | int | bool):
            raise _bad_extra(f"The connection option {name} is not allowed")
    return tuple(sorted(arguments.items()))


def json_object(text: str, field: str) -> dict[str, Any]:
    """The object in a JSON text. Raises Invalid that names the field."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Invalid("JSON not valid", fields={field: ["JSON not valid"]}) from error
    if not isinstance(value, dict):
        raise Invalid("Must be a JSON object", fields={field: ["Must be a JSON object"]})
    return value


def _bad_extra(message: str) -> Invalid:
    return Invalid(message, fields={"extra": [message]})


def _try(target: Target) -> None:
    with engines.of_uri(target.uri).open(target, CONNECT_TIMEOUT_S) as session:
        for _ in session.read("SELECT 1", 1):
            pass


def _secret_extra(values: Mapping[str, Any], database: Database) -> str | None:
    given = values.get("masked_encrypted_extra", values.get("encrypted_extra"))
    if given is None:
        return database.encrypted_extra
    if not given:
        return None
    field = "masked_encrypted_extra"
    stored = json.loads(database.encrypted_extra or "{}")
    return json.dumps(_unmasked(json_object(given, field), stored))


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return MASK


def _unmasked(value: Any, stored: Any) -> Any:
    if isinstance(value, dict):
        known = stored if isinstance(stored, dict) else {}
        return {name: _unmasked(each, known.get(name)) for name, each in value.items()}
    return stored if value == MASK else value
