"""Who may see and do what with stored things, for all floors; nothing is allowed that is not named here."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import ApiKey, RegisterUser, Role, User
from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.engine import make_url

from superset_like.access.actor import Actor
from superset_like.access.grants import LIST_PEOPLE, catalog_resource, schema_resource
from superset_like.access.ways import Condition, Need, Way, any_of
from superset_like.engine import databases as engines
from superset_like.engine import guard
from superset_like.engine.query import TableName
from superset_like.errors import DataForbidden, Forbidden, OwnerForbidden
from superset_like.extensions import db
from superset_like.models import (
    Annotation,
    AnnotationLayer,
    Chart,
    CssTemplate,
    Dashboard,
    Database,
    Dataset,
    DeletedObject,
    Destination,
    EmbeddedDashboard,
    KeptState,
    Log,
    Query,
    QuerySnippet,
    Report,
    ReportLog,
    RowRule,
    SavedQuery,
    Tag,
    Theme,
)
from superset_like.models.chart import chart_owner
from superset_like.models.dashboard import dashboard_chart, dashboard_owner, dashboard_role
from superset_like.models.dataset import dataset_owner
from superset_like.models.report import report_owner
from superset_like.models.saved_query import saved_query_editor

ROW_RULES = "Row Level Security"
# What keys can be limited to, by the resource that permissions name.
RESOURCES: dict[type[Model], str] = {
    Chart: "Chart",
    Dashboard: "Dashboard",
    Database: "Database",
    Dataset: "Dataset",
    SavedQuery: "SavedQuery",
}
# In these all tables of one connection have one schema, unless something was attached, which is refused.
SINGLE_SCHEMAS = {"sqlite": "main", "duckdb": "main"}


def visible(actor: Actor, model: type[Model]) -> Condition:
    """The condition on the model's rows that this caller may see; None when he may see all."""
    judge = VISIBLE.get(model)
    if judge is None:
        return false()
    # A key that is limited to objects is limited for administrators too.
    return None if actor.is_admin and actor.key_objects is None else judge(actor)


def ways(actor: Actor, model: type[Model]) -> list[Way]:
    """The ways on which the caller may see rows of the model; who has none of them sees none. See `visible`."""
    found = WAYS[model](actor)
    reached = _reached(actor, model, None)
    if reached is None:
        return found
    return [Way(way.name, (Need("named by the key", reached), *way.needs)) for way in found]


def can(actor: Actor, verb: str, thing: Model) -> bool:
    """Whether the caller may read, edit, query (a dataset: its data) or use (a database: run SQL on it) the thing.

    Verbs beside these: own (archive it, renew its key; who was merely let edit a saved query or a dashboard may not),
    grant (say who else edits or reads it), look (a database: run the shared queries that leave nothing open).
    """
    if verb == "read":
        return _matches(type(thing), thing.id, visible(actor, type(thing)))
    if verb == "edit":
        return _may_edit(actor, thing) and _key_writes(actor, thing)
    if verb == "own":
        return can(actor, "edit", thing) and (actor.is_admin or _is_made_by(actor, thing))
    if verb == "grant":
        # A key with scopes speaks for nobody in this.
        return actor.key_scopes is None and can(actor, "own", thing)
    if verb == "look" and isinstance(thing, Database):
        # A key that is limited to objects looks at those that it names.
        return actor.key_objects is not None or thing.id in actor.viewed_databases
    if verb == "query" and isinstance(thing, Dataset):
        return _may_query(actor, thing)
    if verb == "use" and isinstance(thing, Database):
        return actor.can("can_execute_sql_query", "SQLLab") and can(actor, "read", thing)
    return False


def require(actor: Actor, verb: str, thing: Model) -> None:
    """Nothing. Raises Forbidden, or DataForbidden where data is asked for."""
    if can(actor, verb, thing):
        return
    if verb == "query" and isinstance(thing, Dataset):
        raise DataForbidden(
            f"This endpoint requires the datasource {thing.id}, database or `all_datasource_access` permission",
            datasource=str(thing.id),
        )
    raise OwnerForbidden() if verb in {"own", "grant"} else Forbidden()


def require_new(actor: Actor, model: type[Model]) -> None:
    """Nothing. Raises Forbidden for a key that is limited to objects that are there already."""
    if not may_be_new(actor, model):
        raise Forbidden()


def may_be_new(actor: Actor, model: type[Model]) -> bool:
    """Whether what the caller writes may be an object that is not there yet: not for a key that is limited to some."""
    if actor.key_objects is None or model not in RESOURCES:
        return True
    return actor.key_objects.ids(RESOURCES[model], "can_write") is None


def data_sources(actor: Actor) -> Condition:
    """The condition on connections that the caller reads as a whole, or whose shared queries he may look at."""
    if actor.guest is not None or actor.user_id is None:
        return false()
    if actor.is_admin or actor.reads_all_data:
        return _reached(actor, Database, None)
    return _reached(actor, Database, Database.id.in_(actor.databases | actor.viewed_databases))


def reads_whole(actor: Actor, database: Database) -> bool:
    """Whether the caller reads everything on the connection; who only looks at its shared queries does not."""
    return _reads_database(actor, database)


def administers(actor: Actor) -> bool:
    """Whether the caller makes and changes accounts, groups and data sources; a key with scopes never does."""
    return actor.is_admin and actor.key_scopes is None


def require_administrator(actor: Actor) -> None:
    """Nothing. Raises Forbidden for who does not administer."""
    if not administers(actor):
        raise Forbidden()


def people(actor: Actor) -> Condition:
    """The condition on users whose accounts the caller may look at."""
    if actor.key_scopes is None and (actor.is_admin or actor.can("can_get", "User") or actor.can(*LIST_PEOPLE)):
        return None
    return _own(User.id, actor)


def require_tables(actor: Actor, database: Database, tables: Sequence[TableName]) -> None:
    """Nothing. Raises DataForbidden with the tables that the caller may not read."""
    readable = set(readable_tables(actor, database, tables))
    refused = sorted(table.name for table in tables if table not in readable)
    if refused:
        raise DataForbidden(f"You may not read: {', '.join(refused)}", tables=refused)


def may_upload(actor: Actor, database: Database, schema: str | None, catalog: str | None) -> bool:
    """Whether the caller may make tables of files in a schema: one in which he reads everything."""
    if actor.guest is not None or not actor.can("can_upload", "Database"):
        return False
    return _reads_database(actor, database) or _reads_place(actor, database, schema, catalog)


def readable_tables(actor: Actor, database: Database, tables: Sequence[TableName]) -> list[TableName]:
    """Those of the tables that the caller may read: by the database, the schema, or a dataset over that very table.

    Nobody reads the tables in which an engine keeps what it knows of itself, its settings and its users.
    """
    engine = engines.of_uri(database.sqlalchemy_uri)
    tables = [table for table in tables if not guard.is_system(table, engine)]
    if _reads_database(actor, database):
        return tables
    by_place = {table for table in tables if _reads_place(actor, database, table.schema, table.catalog)}
    left = [table for table in tables if table not in by_place]
    by_dataset = _tables_of_datasets(actor, database) if left else frozenset()
    return [table for table in tables if table in by_place or _spelled(database, table) in by_dataset]


def readable_schemas(actor: Actor, database: Database, names: Sequence[str], catalog: str | None) -> list[str]:
    """Those of the schemas in which the caller may read something."""
    if _reads_database(actor, database):
        return list(names)
    with_dataset = {table.schema for table in _tables_of_datasets(actor, database) if table.catalog in (None, catalog)}
    return [name for name in names if name in with_dataset or _reads_place(actor, database, name, catalog)]


def readable_catalogs(actor: Actor, database: Database, names: Sequence[str]) -> list[str]:
    """Those of the catalogs in which the caller may read something."""
    if _reads_database(actor, database):
        return list(names)
    with_dataset = {table.catalog for table in _tables_of_datasets(actor, database)}
    prefixes = {name: f"{catalog_resource(database.database_name, name)}." for name in names}
    return [
        name
        for name in names
        if name in with_dataset
        or catalog_resource(database.database_name, name) in actor.catalogs
        or any(schema.startswith(prefixes[name]) for schema in actor.schemas)
    ]


def namable(actor: Actor, model: type[Model]) -> Condition:
    """The condition on the model's rows that the caller may choose by name in a form."""
    if actor.key_objects is not None and model in (User, Role):
        return _own(User.id, actor) if model is User else Role.id.in_(actor.role_ids)
    if actor.is_admin and actor.key_objects is None:
        return None
    if model is User:
        return _namable_people(actor)
    if model is Role:
        return None if actor.can("can_get", "Role") else Role.id.in_(actor.role_ids)
    return visible(actor, model)


def text_columns(model: type[Model]) -> Sequence[Any]:
    """The columns that name one of the model's rows, the most telling first."""
    if model is User:
        return (User.first_name, User.last_name)
    return tuple(getattr(model, name) for name in NAMES if hasattr(model, name))[:1] or (model.id,)


def named(actor: Actor, item: Model) -> dict[str, Any]:
    """{value, text, extra} as forms list it; a person's address only for those who administer people."""
    if not isinstance(item, User):
        return {"value": item.id, "text": str(item), "extra": {}}
    extra: dict[str, Any] = {"active": bool(item.active)}
    if actor.is_admin or actor.can("can_get", "User"):
        extra["email"] = item.email
    return {"value": item.id, "text": f"{item.first_name} {item.last_name}", "extra": extra}


NAMES = (
    "name",
    "slice_name",
    "dashboard_title",
    "table_name",
    "database_name",
    "label",
    "template_name",
    "theme_name",
    "username",
)


def _reached(actor: Actor, model: type[Model], condition: Condition) -> Condition:
    """The condition, for a caller whose key may be limited to some of the rows."""
    ids = None if actor.key_objects is None else actor.key_objects.ids(RESOURCES[model])
    if ids is None:
        return condition
    named: ColumnElement[bool] = model.id.in_(ids)
    return named if condition is None else and_(named, condition)


def _key_writes(actor: Actor, thing: Model) -> bool:
    if actor.key_objects is None or type(thing) not in RESOURCES:
        return True
    ids = actor.key_objects.ids(RESOURCES[type(thing)], "can_write")
    return ids is None or thing.id in ids


def _matches(model: type[Model], pk: int, condition: Condition) -> bool:
    if condition is None:
        return True
    return db.session.execute(select(model.id).where(model.id == pk, condition)).first() is not None


def _datasets(actor: Actor) -> Condition:
    return _reached(actor, Dataset, any_of(_dataset_ways(actor)))


def _dataset_ways(actor: Actor) -> list[Way]:
    if actor.guest is not None:
        on_his_dashboards = select(Chart.datasource_id).where(_charts_of_guest(actor))
        shown = Dataset.id.in_(on_his_dashboards.where(Chart.datasource_id.is_not(None)))
        return [Way("guest", (Need("on a dashboard of the token", shown), *_of_sharer(actor, _datasets)))]
    ways = _of_administrators(actor)
    if actor.reads_all_data:
        ways.append(Way("all data", (Need("all_datasource_access or all_database_access", None, of_roles=True),)))
    own = Dataset.id.in_(select(dataset_owner.c.dataset_id).where(dataset_owner.c.user_id == actor.user_id))
    if actor.viewed_databases:
        asked = Dataset.saved_query_id.in_(select(SavedQuery.id).where(_shared_to_viewers(actor)))
        ways.append(Way("saved query", (Need("saved_query_access", asked, of_roles=True),)))
    ways += [
        Way("dataset", (Need("datasource_access", Dataset.id.in_(actor.datasets), of_roles=True),)),
        Way("database", (Need("database_access", Dataset.database_id.in_(actor.databases), of_roles=True),)),
        Way("owner", (Need("owner", own),)),
    ]
    if actor.schemas or actor.catalogs:
        granted = Dataset.database.has(_place_granted(actor))
        ways.append(Way("schema", (Need("schema_access or catalog_access", granted, of_roles=True),)))
    return ways


def _of_sharer(actor: Actor, condition: Callable[[Actor], Condition]) -> tuple[Need, ...]:
    """What must hold for who shared what a guest reads."""
    sharer = actor.guest.sharer if actor.guest is not None else None
    if sharer is None or sharer.is_admin:
        return ()
    return (Need("seen by who shared it", condition(sharer)),)


def _of_administrators(actor: Actor) -> list[Way]:
    return [Way("administrator", (Need("role of administrators", None, of_roles=True),))] if actor.is_admin else []


def _place_granted(actor: Actor) -> ColumnElement[bool]:
    database = "[" + Database.database_name + "].["
    with_catalog = Dataset.catalog.is_not(None) & (Dataset.catalog != "")
    place = database + Dataset.catalog + "].[" + Dataset.schema + "]"
    return or_(
        and_(~with_catalog, (database + Dataset.schema + "]").in_(actor.schemas)),
        and_(with_catalog, place.in_(actor.schemas)),
        and_(with_catalog, (database + Dataset.catalog + "]").in_(actor.catalogs)),
    )


def _charts(actor: Actor) -> Condition:
    return _reached(actor, Chart, any_of(_chart_ways(actor)))


def _chart_ways(actor: Actor) -> list[Way]:
    if actor.guest is not None:
        on_dashboard = Need("on a dashboard of the token", _charts_of_guest(actor))
        return [Way("guest", (on_dashboard, *_of_sharer(actor, _charts)))]
    own = Chart.id.in_(select(chart_owner.c.chart_id).where(chart_owner.c.user_id == actor.user_id))
    readable = any_of(_dataset_ways(actor))
    over = None if readable is None else Chart.datasource_id.in_(select(Dataset.id).where(readable))
    return [
        *_of_administrators(actor),
        Way("owner", (Need("owner", own),)),
        Way("dataset", (Need("its dataset is readable", over, of_roles=True),)),
    ]


def _charts_of_guest(actor: Actor) -> ColumnElement[bool]:
    granted = actor.guest.dashboard_ids if actor.guest else frozenset()
    return Chart.id.in_(select(dashboard_chart.c.chart_id).where(dashboard_chart.c.dashboard_id.in_(granted)))


def _dashboards(actor: Actor) -> Condition:
    return _reached(actor, Dashboard, any_of(_dashboard_ways(actor)))


def _dashboard_ways(actor: Actor) -> list[Way]:
    if actor.guest is not None:
        named = Dashboard.id.in_(actor.guest.dashboard_ids)
        return [Way("guest", (Need("named by the token", named), *_of_sharer(actor, _dashboards)))]
    own = Dashboard.id.in_(select(dashboard_owner.c.dashboard_id).where(dashboard_owner.c.user_id == actor.user_id))
    limited_to_roles = Dashboard.id.in_(select(dashboard_role.c.dashboard_id))
    by_role = Dashboard.id.in_(
        select(dashboard_role.c.dashboard_id).where(dashboard_role.c.role_id.in_(actor.role_ids))
    )
    published = Need("published", Dashboard.published.is_(True))
    readable = _with_readable_chart(actor)
    empty = ~Dashboard.id.in_(select(dashboard_chart.c.dashboard_id))
    of_all = Need("shared", Dashboard.is_shared.is_(True))
    not_limited = Need("limited to no roles", ~limited_to_roles)
    shown = Need("a chart on it is over a readable dataset, or none is on it", _either(readable, empty), of_roles=True)
    return [
        *_of_administrators(actor),
        Way("owner", (Need("owner", own),)),
        Way("dashboard role", (published, Need("one of its roles", by_role, of_roles=True))),
        Way(
            "dataset",
            (
                published,
                not_limited,
                Need("a chart on it is over a readable dataset", readable, of_roles=True),
            ),
        ),
        *([Way("shared", (of_all, not_limited, shown))] if actor.user_id is not None else []),
    ]


def _either(condition: Condition, other: ColumnElement[bool]) -> Condition:
    return None if condition is None else or_(condition, other)


def _with_readable_chart(actor: Actor) -> Condition:
    readable = any_of(_dataset_ways(actor))
    if readable is None:
        return None
    return Dashboard.id.in_(
        select(dashboard_chart.c.dashboard_id)
        .join(Chart, Chart.id == dashboard_chart.c.chart_id)
        .join(Dataset, Dataset.id == Chart.datasource_id)
        .where(readable)
    )


def _embedded(actor: Actor) -> Condition:
    condition = _dashboards(actor)
    return None if condition is None else EmbeddedDashboard.dashboard_id.in_(select(Dashboard.id).where(condition))


def _kept_states(actor: Actor) -> Condition:
    # A state tells of what it is about: all of that must be open to whoever reads it, and there must be something.
    about: tuple[tuple[Any, type[Model]], ...] = (
        (KeptState.dashboard_id, Dashboard),
        (KeptState.dataset_id, Dataset),
        (KeptState.database_id, Database),
        (KeptState.chart_id, Chart),
    )
    ways = [or_(*(column.is_not(None) for column, _ in about))]
    for column, model in about:
        condition = visible(actor, model)
        if condition is not None:
            ways.append(or_(column.is_(None), column.in_(select(model.id).where(condition))))
    return and_(*ways)


def _databases(actor: Actor) -> Condition:
    return _reached(actor, Database, any_of(_database_ways(actor)))


def _database_ways(actor: Actor) -> list[Way]:
    if actor.guest is not None:
        return [Way("guest", (Need("never", false()),))]
    ways = _of_administrators(actor)
    if actor.can("all_database_access", "all_database_access"):
        ways.append(Way("all data", (Need("all_database_access", None, of_roles=True),)))
    ways.append(Way("database", (Need("database_access", Database.id.in_(actor.databases), of_roles=True),)))
    if actor.reads_all_data:
        with_dataset = Need("it has datasets", Database.datasets.any())
        return [*ways, Way("all data", (Need("all_datasource_access", None, of_roles=True), with_dataset))]
    granted = Database.id.in_(select(Dataset.database_id).where(Dataset.id.in_(actor.datasets)))
    ways.append(Way("dataset", (Need("datasource_access to one of its datasets", granted, of_roles=True),)))
    names = {_database_of(place) for place in actor.schemas | actor.catalogs}
    if names:
        named = Database.database_name.in_(names)
        ways.append(Way("schema", (Need("schema_access or catalog_access in it", named, of_roles=True),)))
    return ways


def _database_of(place: str) -> str:
    return place.split("].[", 1)[0].removeprefix("[")


def _queries(actor: Actor) -> Condition:
    return None if actor.can("all_query_access", "all_query_access") else _own(Query.user_id, actor)


def _saved_queries(actor: Actor) -> Condition:
    if actor.is_admin:
        return _reached(actor, SavedQuery, None)
    if actor.user_id is None:
        return false()
    edited = select(saved_query_editor.c.saved_query_id).where(saved_query_editor.c.user_id == actor.user_id)
    seen = or_(_own(SavedQuery.created_by_fk, actor), SavedQuery.id.in_(edited), _shared_queries(actor))
    return _reached(actor, SavedQuery, seen)


def _shared_queries(actor: Actor) -> ColumnElement[bool]:
    """Those of connections that he reads as a whole, or whose shared queries he may look at."""
    if actor.reads_all_data:
        return SavedQuery.is_shared.is_(True)
    return and_(SavedQuery.is_shared.is_(True), SavedQuery.db_id.in_(actor.databases | actor.viewed_databases))


def _shared_to_viewers(actor: Actor) -> ColumnElement[bool]:
    return and_(SavedQuery.is_shared.is_(True), SavedQuery.db_id.in_(actor.viewed_databases))


def _logs(actor: Actor) -> Condition:
    return None if actor.can("can_read", "Log") else _own(Log.user_id, actor)


def _deleted_objects(actor: Actor) -> Condition:
    return false() if actor.key_objects is not None else DeletedObject.owners.any(User.id == actor.user_id)


def _own(column: Any, actor: Actor) -> ColumnElement[bool]:
    if actor.user_id is None:
        return false()
    condition: ColumnElement[bool] = column == actor.user_id
    return condition


def _reports(actor: Actor) -> ColumnElement[bool]:
    return Report.id.in_(select(report_owner.c.report_id).where(_own(report_owner.c.user_id, actor)))


def _row_rules(actor: Actor) -> Condition:
    return None if actor.can("can_read", ROW_RULES) else false()


def _open_to_members(actor: Actor) -> Condition:
    return false() if actor.guest is not None else None


def _named_to_people(actor: Actor) -> Condition:
    return None if actor.user_id is not None and actor.key_objects is None else false()


def _annotations(actor: Actor) -> Condition:
    return None if actor.guest is None and actor.can("can_read", "Annotation") else false()


VISIBLE: dict[type[Model], Callable[[Actor], Condition]] = {
    Annotation: _annotations,
    AnnotationLayer: _annotations,
    Chart: _charts,
    CssTemplate: _open_to_members,
    Dashboard: _dashboards,
    Database: _databases,
    Dataset: _datasets,
    DeletedObject: _deleted_objects,
    Destination: _named_to_people,
    EmbeddedDashboard: _embedded,
    KeptState: _kept_states,
    Log: _logs,
    Query: _queries,
    QuerySnippet: _named_to_people,
    Report: _reports,
    ReportLog: lambda actor: ReportLog.report_id.in_(select(Report.id).where(_reports(actor))),
    RowRule: _row_rules,
    SavedQuery: _saved_queries,
    Tag: _open_to_members,
    Theme: _open_to_members,
    # Whoever asked for an account; nobody but administrators sees them.
    RegisterUser: lambda actor: false(),
    User: lambda actor: _own(User.id, actor),
    ApiKey: lambda actor: _own(ApiKey.user_id, actor),
}


WAYS: dict[type[Model], Callable[[Actor], list[Way]]] = {
    Chart: _chart_ways,
    Dashboard: _dashboard_ways,
    Database: _database_ways,
    Dataset: _dataset_ways,
}


def _namable_people(actor: Actor) -> Condition:
    if actor.user_id is None:
        return false()
    if actor.reads_all_data or actor.can("can_get", "User"):
        return None
    owners = [
        select(table.c.user_id).where(table.c[f"{name}_id"].in_(select(model.id).where(condition)))
        for table, name, model, condition in (
            (chart_owner, "chart", Chart, _charts(actor)),
            (dashboard_owner, "dashboard", Dashboard, _dashboards(actor)),
            (dataset_owner, "dataset", Dataset, _datasets(actor)),
        )
        if condition is not None
    ]
    return or_(User.id == actor.user_id, *(User.id.in_(people) for people in owners))


def _may_edit(actor: Actor, thing: Model) -> bool:
    if actor.guest is not None:
        return False
    if actor.is_admin:
        return True
    if actor.user_id is None:
        return False
    if isinstance(thing, Chart | Dashboard | Dataset | Report):
        return any(owner.id == actor.user_id for owner in thing.owners)
    if isinstance(thing, SavedQuery):
        return thing.created_by_fk == actor.user_id or any(editor.id == actor.user_id for editor in thing.editors)
    if isinstance(thing, Theme | QuerySnippet):
        return thing.created_by_fk == actor.user_id
    if isinstance(thing, KeptState):
        return thing.owner_id == actor.user_id
    if isinstance(thing, Query):
        return thing.user_id == actor.user_id
    resource = WRITERS.get(type(thing))
    return resource is not None and actor.can("can_write", resource)


def _is_made_by(actor: Actor, thing: Model) -> bool:
    """Whether the caller made it, while it is his; a thing that is nobody's any more is everybody's who may edit it."""
    maker = thing.created_by_fk if isinstance(thing, SavedQuery | Dashboard) else None
    if isinstance(thing, Dashboard) and maker not in {owner.id for owner in thing.owners}:
        maker = None
    return maker is None or maker == actor.user_id


WRITERS: dict[type[Model], str] = {
    Annotation: "Annotation",
    AnnotationLayer: "Annotation",
    CssTemplate: "CssTemplate",
    Database: "Database",
    RowRule: ROW_RULES,
    Tag: "Tag",
}


def _may_query(actor: Actor, dataset: Dataset) -> bool:
    # The common cases first: they cost no statement, and the dataset may come from a closed session.
    if actor.guest is None and actor.key_objects is None:
        known = actor.is_admin or actor.reads_all_data
        if known or dataset.id in actor.datasets or dataset.database_id in actor.databases:
            return True
    return _matches(Dataset, dataset.id, _datasets(actor))


def _reads_database(actor: Actor, database: Database) -> bool:
    if actor.guest is not None or not _key_reaches(actor, database):
        return False
    return actor.is_admin or actor.reads_all_data or database.id in actor.databases


def _key_reaches(actor: Actor, database: Database) -> bool:
    ids = None if actor.key_objects is None else actor.key_objects.ids(RESOURCES[Database])
    return ids is None or database.id in ids


def _reads_place(actor: Actor, database: Database, schema: str | None, catalog: str | None) -> bool:
    if actor.guest is not None or not _key_reaches(actor, database):
        return False
    name = database.database_name
    if catalog and catalog_resource(name, catalog) in actor.catalogs:
        return True
    return schema is not None and schema_resource(name, schema, catalog) in actor.schemas


def _tables_of_datasets(actor: Actor, database: Database) -> frozenset[TableName]:
    if actor.guest is not None:
        return frozenset()
    statement = select(Dataset.table_name, Dataset.schema, Dataset.catalog).where(
        Dataset.database_id == database.id, or_(Dataset.sql.is_(None), Dataset.sql == "")
    )
    condition = _datasets(actor)
    rows = db.session.execute(statement if condition is None else statement.where(condition))
    return frozenset(
        _spelled(database, TableName(name, schema or None, catalog or None)) for name, schema, catalog in rows
    )


def _spelled(database: Database, table: TableName) -> TableName:
    """One spelling for names that surely mean the same table; others stay apart."""
    engine = engines.of_uri(database.sqlalchemy_uri)
    schema = table.schema or SINGLE_SCHEMAS.get(engine.dialect)
    if schema is None and engine.dialect == "mysql":
        schema = make_url(database.sqlalchemy_uri).database
    whole = TableName(table.name, schema, table.catalog)
    return guard.folded(whole, engine) if engine.dialect in SINGLE_SCHEMAS else whole
