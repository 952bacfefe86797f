"""What one can do with datasets, but for asking them."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from superset_like.access import grants, rules, template_context
from superset_like.access.actor import Actor
from superset_like.engine import guard, zones
from superset_like.engine.databases.base import ColumnInfo
from superset_like.engine.query import TableName
from superset_like.engine.template import Context
from superset_like.errors import Forbidden, Invalid, NotFound, QueryError, QuestionInvalid
from superset_like.extensions import db
from superset_like.models import Database, Dataset, DatasetColumn, DatasetMetric, ObjectType
from superset_like.models.mixins import now
from superset_like.services import databases, found, history, library, marks, people, user_sql
from superset_like.services.databases import RelatedObjects
from superset_like.services.history import Before

Part = TypeVar("Part", DatasetColumn, DatasetMetric)

# Columns that may not be empty: a null in a body means the default.
DEFAULTS: Mapping[str, Any] = {
    "filter_select_enabled": True,
    "is_sqllab_view": False,
    "offset": 0,
    "normalize_columns": False,
    "always_filter_main_dttm": False,
    "is_managed_externally": False,
}
COLUMN_DEFAULTS: Mapping[str, Any] = {"is_active": True, "is_dttm": False, "groupby": True, "filterable": True}
# These decide where a dataset's rows come from.
SOURCE_FIELDS = ("database_id", "catalog", "schema", "table_name", "sql", "template_params")


def create(actor: Actor, values: Mapping[str, Any]) -> Dataset:
    """A new dataset over a table or over SQL, with the columns its database tells and a metric `count`.

    values: `database` (id), `table_name`, and what else a dataset has. Raises Invalid, DataForbidden.
    """
    rules.require_new(actor, Dataset)
    if not actor.can("can_write", "Dataset"):
        raise Forbidden()
    values = dict(values)
    database = _database(actor, values.pop("database"))
    owners = people.owners(actor, values.pop("owners", None))
    dataset = Dataset(database=database, owners=owners, **_stored(values))
    _place(dataset)
    with db.session.no_autoflush:
        _require_unique(dataset)
        infos = columns_of(actor, dataset)
        _require_zone(dataset)
    dataset.columns = [_column(info) for info in infos]
    dataset.metrics = [_count_metric()]
    dataset.main_dttm_col = _main_time(dataset)
    db.session.add(dataset)
    return _committed(dataset)


def update(actor: Actor, pk: int, values: Mapping[str, Any], *, override_columns: bool = False) -> Dataset:
    """The dataset with these values. `columns` and `metrics` are the whole lists: who has no id (or uuid) is new.

    override_columns: the given columns replace the stored ones, matched by name. Raises Invalid, DataForbidden.
    """
    dataset = found.editable(actor, Dataset, [pk])[0]
    former = history.before(dataset)
    values = dict(values)
    columns, metrics = values.pop("columns", None), values.pop("metrics", None)
    if "owners" in values:
        dataset.owners = people.owners(actor, values.pop("owners"))
    if "folders" in values:
        dataset.folders = json.dumps(values.pop("folders"), default=str)
    with db.session.no_autoflush:
        _change_source(actor, dataset, values)
        for name, value in _stored(values).items():
            setattr(dataset, name, value)
        if columns is not None:
            _set_columns(dataset, columns, override_columns)
        if metrics is not None:
            _set_metrics(dataset, metrics)
        user_sql.require_expressions(actor, dataset)
        _require_zone(dataset)
    return _committed(dataset, former)


def require_sound(actor: Actor, dataset: Dataset, *, has_new_source: bool) -> None:
    """Nothing, where the dataset is one that `create` or `update` would let the caller keep. Raises Invalid, Forbidden.

    Its columns are not looked up. has_new_source: its rows come from elsewhere than before; then its schema is said in
    full too.
    """
    if has_new_source:
        _place(dataset)
        _require_unique(dataset)
        if dataset.sql:
            user_sql.require_source(actor, dataset, _context(actor, dataset, is_stored=False))
        else:
            table = TableName(dataset.table_name, dataset.schema, dataset.catalog)
            rules.require_tables(actor, dataset.database, [table])
    user_sql.require_expressions(actor, dataset)
    _require_zone(dataset)


def flush(dataset: Dataset) -> None:
    """The dataset has an id and its permissions; not committed."""
    # Columns and metrics are rows of their own: the dataset's version must rise with them.
    dataset.changed_on = now()
    db.session.flush()
    grants.ensure_for_dataset(dataset)


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error. Their charts stay, without data."""
    items = found.editable(actor, Dataset, pks)
    history.bury(actor, items)
    for dataset in items:
        discard(dataset)
    db.session.commit()
    return len(items)


def discard(dataset: Dataset) -> None:
    """It is gone, with its permissions, stars and tags; not committed."""
    grants.forget_dataset(dataset)
    db.session.delete(dataset)
    marks.forget(ObjectType.DATASET, [dataset.id])


def require_source(actor: Actor, dataset: Dataset) -> None:
    """Nothing, where the caller might make this dataset, which is not stored yet. Raises Invalid, DataForbidden."""
    if not rules.can(actor, "read", dataset.database):
        raise Invalid(fields={"database": ["Database does not exist"]})
    _require_unique(dataset)
    if dataset.sql:
        user_sql.require_source(actor, dataset, _context(actor, dataset, is_stored=False))
    else:
        table = TableName(dataset.table_name, dataset.schema, dataset.catalog)
        rules.require_tables(actor, dataset.database, [table])
    user_sql.require_expressions(actor, dataset)


def refresh(actor: Actor, pk: int) -> Dataset:
    """The dataset with the columns its table or SQL has now; calculated columns and what people wrote stay."""
    dataset = found.editable(actor, Dataset, [pk])[0]
    former = history.before(dataset)
    infos = {info.name: info for info in columns_of(actor, dataset)}
    present = {column.column_name: column for column in dataset.columns}
    for name, column in present.items():
        if name in infos:
            _retype(column, infos[name])
        elif not column.expression:
            dataset.columns.remove(column)
    dataset.columns += [_column(info) for name, info in infos.items() if name not in present]
    if dataset.main_dttm_col not in {column.column_name for column in dataset.columns if column.is_dttm}:
        dataset.main_dttm_col = _main_time(dataset)
    return _committed(dataset, former)


def duplicate(actor: Actor, pk: int, table_name: str) -> Dataset:
    """A copy of a virtual dataset under another name, owned by the caller. Raises Invalid."""
    rules.require_new(actor, Dataset)
    base = found.one(actor, Dataset, pk)
    rules.require(actor, "query", base)
    if not base.sql:
        raise Invalid("Only a virtual dataset can be duplicated", fields={"base_model_id": ["It is not virtual"]})
    user_sql.require_source(actor, base, _context(actor, base, is_stored=False))
    copied = {column.key for column in Dataset.__mapper__.column_attrs} - NOT_COPIED
    copy = Dataset(**{name: getattr(base, name) for name in copied})
    copy.database, copy.table_name, copy.owners = base.database, table_name, people.owners(actor, None)
    with db.session.no_autoflush:
        _require_unique(copy)
        copy.columns = [_copied(column, DatasetColumn) for column in base.columns]
        copy.metrics = [_copied(metric, DatasetMetric) for metric in base.metrics]
    db.session.add(copy)
    return _committed(copy)


def get_or_create(actor: Actor, values: Mapping[str, Any]) -> Dataset:
    """The dataset of this table, made when there is none. values: as `create`, with `database_id`."""
    values = dict(values)
    database = _database(actor, values.pop("database_id"))
    schema = _schema_meant(database, values.get("schema"))
    existing = _at_place(database, values["table_name"], schema, values.get("catalog") or None)
    if existing is not None:
        rules.require(actor, "query", existing)
        return existing
    return create(actor, {**values, "database": database.id})


def delete_column(actor: Actor, pk: int, column_id: int) -> None:
    """The dataset has the column no more. Raises NotFound."""
    dataset = found.editable(actor, Dataset, [pk])[0]
    former = history.before(dataset)
    dataset.columns.remove(_part(dataset.columns, column_id))
    _committed(dataset, former)


def delete_metric(actor: Actor, pk: int, metric_id: int) -> None:
    """The dataset has the metric no more. Raises NotFound."""
    dataset = found.editable(actor, Dataset, [pk])[0]
    former = history.before(dataset)
    dataset.metrics.remove(_part(dataset.metrics, metric_id))
    _committed(dataset, former)


def one(actor: Actor, identity: str) -> Dataset:
    """The dataset of this id or uuid, when the caller may see it. Raises NotFound."""
    condition = rules.visible(actor, Dataset)
    statement = select(Dataset).where(_identified(identity))
    seen = statement if condition is None else statement.where(condition)
    dataset: Dataset | None = db.session.execute(seen).scalar()
    if dataset is None:
        raise NotFound()
    return dataset


def _identified(identity: str) -> ColumnElement[bool]:
    try:
        return Dataset.uuid == UUID(identity)
    except ValueError:
        if not identity.isascii() or not identity.isdigit() or len(identity) > 9:
            raise NotFound() from None
        return Dataset.id == int(identity)


def related_objects(actor: Actor, identity: str) -> RelatedObjects:
    """The charts and dashboards over the dataset that the caller may see."""
    return databases.objects_over(actor, [one(actor, identity).id])


def rendered_sql(actor: Actor, dataset: Dataset) -> str | None:
    """A virtual dataset's SELECT as this caller would run it; None for a table. Raises DataForbidden."""
    if not dataset.sql:
        return None
    rules.require(actor, "query", dataset)
    return user_sql.rendered_source(actor, user_sql.source_of(dataset), _context(actor, dataset, is_stored=True))


def _context(actor: Actor, dataset: Dataset, *, is_stored: bool) -> Context:
    return library.offered(template_context.of(actor), actor, dataset, is_stored=is_stored)


def source_columns(actor: Actor, dataset: Dataset) -> Sequence[ColumnInfo]:
    """The columns of a stored dataset's SQL, for a caller who may ask it. Raises DataForbidden, QueryError."""
    context = _context(actor, dataset, is_stored=True)
    sql = user_sql.rendered_source(actor, user_sql.source_of(dataset), context)
    target = databases.target(dataset.database, schema=dataset.schema, catalog=dataset.catalog)
    return databases.engine_of(dataset.database).describe_sql(target, sql)


def columns_now(actor: Actor, pk: int) -> Sequence[ColumnInfo]:
    """The columns that the table or SQL of a dataset has in its database now. Raises NotFound, DataForbidden."""
    return columns_of(actor, found.one(actor, Dataset, pk))


def expression_problem(actor: Actor, pk: int, expression: str, kind: str) -> str | None:
    """What is wrong with SQL of a column, metric, where or having over the dataset; None when it is fine."""
    dataset = found.one(actor, Dataset, pk)
    rules.require(actor, "query", dataset)
    engine = databases.engine_of(dataset.database)
    check = guard.predicate if kind in {"where", "having"} else guard.expression
    try:
        check(expression, engine)
        unknown = guard.columns_used(expression, engine) - {column.column_name for column in dataset.columns}
    except QueryError as error:
        return error.message
    return f"The dataset has no column {', '.join(sorted(unknown))}" if unknown else None


def columns_of(actor: Actor, dataset: Dataset) -> Sequence[ColumnInfo]:
    """The columns that the dataset's table or SQL has in its database now. Raises Invalid, DataForbidden."""
    engine = databases.engine_of(dataset.database)
    target = databases.target(dataset.database, schema=dataset.schema, catalog=dataset.catalog)
    if dataset.sql:
        context = _context(actor, dataset, is_stored=False)
        return engine.describe_sql(target, user_sql.require_source(actor, dataset, context))
    table = TableName(dataset.table_name, dataset.schema, dataset.catalog)
    rules.require_tables(actor, dataset.database, [table])
    try:
        return engine.describe(target, table).columns
    except NotFound as error:
        text = (
            f"Table [{dataset.name}] could not be found, please double check your database connection, schema, "
            "and table name"
        )
        raise Invalid(fields={"table": [text]}) from error


NOT_COPIED = {
    *("id", "uuid", "version", "created_on", "changed_on", "created_by_fk", "changed_by_fk", "table_name"),
    "saved_query_id",
}


def _copied(part: Part, kind: type[Part]) -> Part:
    names = {column.key for column in kind.__mapper__.column_attrs} - NOT_COPIED - {"dataset_id"}
    return kind(**{name: getattr(part, name) for name in names})


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: DEFAULTS.get(name) if value is None else value for name, value in values.items()}


def _require_zone(dataset: Dataset) -> None:
    if dataset.time_zone is None:
        return
    try:
        zones.find(dataset.time_zone)
    except QuestionInvalid as error:
        raise Invalid(fields={"extra": [error.message]}) from error


def _database(actor: Actor, pk: int) -> Database:
    database = db.session.get(Database, pk)
    if database is None or not rules.can(actor, "read", database):
        raise Invalid(fields={"database": ["Database does not exist"]})
    return database


def _place(dataset: Dataset) -> None:
    dataset.schema = _schema_meant(dataset.database, dataset.schema)
    dataset.catalog = dataset.catalog or None


def _schema_meant(database: Database, schema: str | None) -> str | None:
    # Without its schema a dataset would mean another table once the connection's default changes.
    return schema or databases.engine_of(database).default_schema(databases.target(database))


def _at_place(
    database: Database, table_name: str, schema: str | None, catalog: str | None, but: int | None = None
) -> Dataset | None:
    statement = select(Dataset).where(
        Dataset.database_id == database.id,
        Dataset.table_name == table_name,
        Dataset.schema.is_(None) if schema is None else Dataset.schema == schema,
        Dataset.catalog.is_(None) if catalog is None else Dataset.catalog == catalog,
    )
    if but is not None:
        statement = statement.where(Dataset.id != but)
    return db.session.execute(statement.order_by(Dataset.id).limit(1)).scalar_one_or_none()


def _require_unique(dataset: Dataset) -> None:
    at = (dataset.database, dataset.table_name, dataset.schema, dataset.catalog)
    if _at_place(*at, but=dataset.id) is not None:
        raise Invalid(fields={"table": [f"Dataset {dataset.name} already exists"]})


def _change_source(actor: Actor, dataset: Dataset, values: dict[str, Any]) -> None:
    changed = {name: values.pop(name) for name in SOURCE_FIELDS if name in values}
    if all(getattr(dataset, name) == value for name, value in changed.items()):
        return
    if changed.get("database_id") not in {None, dataset.database_id}:
        dataset.database = _database(actor, changed["database_id"])
    changed.pop("database_id", None)
    for name, value in changed.items():
        if name != "table_name" or value:
            setattr(dataset, name, value or None)
    _place(dataset)
    _require_unique(dataset)
    # Whoever changes the source must be allowed to read the new one.
    columns_of(actor, dataset)


def _column(info: ColumnInfo) -> DatasetColumn:
    return DatasetColumn(
        column_name=info.name, type=info.type, is_dttm=info.is_temporal, description=info.comment, is_active=True
    )


def _retype(column: DatasetColumn, info: ColumnInfo) -> None:
    if column.type != info.type:
        column.type, column.is_dttm = info.type, info.is_temporal


def _count_metric() -> DatasetMetric:
    return DatasetMetric(metric_name="count", verbose_name="COUNT(*)", metric_type="count", expression="COUNT(*)")


def _main_time(dataset: Dataset) -> str | None:
    return next((column.column_name for column in dataset.columns if column.is_dttm), None)


def _part(parts: Sequence[Part], pk: int) -> Part:
    for part in parts:
        if part.id == pk:
            return part
    raise NotFound()


def _set_columns(dataset: Dataset, given: Sequence[Mapping[str, Any]], by_name: bool) -> None:
    given = [_defaulted(values, COLUMN_DEFAULTS) for values in given]
    dataset.columns = _merged(dataset.columns, given, "column_name", "columns", DatasetColumn, by_name)


def _set_metrics(dataset: Dataset, given: Sequence[Mapping[str, Any]]) -> None:
    given = [
        {**values, "currency": _json_or_none(values["currency"])} if "currency" in values else values
        for values in given
    ]
    dataset.metrics = _merged(dataset.metrics, given, "metric_name", "metrics", DatasetMetric, False)


def _defaulted(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {name: defaults.get(name) if value is None else value for name, value in values.items()}


def _json_or_none(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _merged(
    present: Sequence[Part],
    given: Sequence[Mapping[str, Any]],
    name: str,
    field: str,
    kind: Callable[..., Part],
    by_name: bool,
) -> list[Part]:
    names = [values[name] for values in given]
    if len(set(names)) != len(names):
        raise Invalid(fields={field: [f"One or more {field} are duplicated"]})
    kept: list[Part] = []
    for values in given:
        part = _named_part(present, values, name if by_name else None, field)
        if part is None and any(getattr(other, name) == values[name] for other in present):
            raise Invalid(fields={field: [f"One or more {field} already exist"]})
        part = part or kind()
        for key, value in values.items():
            if key != "id":
                setattr(part, key, value)
        kept.append(part)
    return kept


def _named_part(present: Sequence[Part], values: Mapping[str, Any], name: str | None, field: str) -> Part | None:
    if name is not None:
        return next((part for part in present if getattr(part, name) == values[name]), None)
    if values.get("id") is not None:
        part = next((part for part in present if part.id == values["id"]), None)
        if part is None:
            raise Invalid(fields={field: [f"One or more {field} do not exist"]})
        return part
    return next((part for part in present if values.get("uuid") and part.uuid == values["uuid"]), None)


def _committed(dataset: Dataset, former: Before | None = None) -> Dataset:
    try:
        flush(dataset)
        if former is not None:
            history.keep(former)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise Invalid("It collides with something that exists") from error
    return dataset
