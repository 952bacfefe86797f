"""Datasets in bundles, with their columns and metrics."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID, uuid4

from flask_appbuilder import Model
from marshmallow import RAISE, Schema, ValidationError, fields, pre_load
from marshmallow.validate import Length
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.utils import secure_filename

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import DatabaseUnreachable, Invalid, QueryError
from superset_like.extensions import db
from superset_like.models import Dataset, DatasetColumn, DatasetMetric
from superset_like.services import datasets, people
from superset_like.services.bundles.arrivals import Arrivals
from superset_like.services.bundles.kind import VERSION, Config, Kind, assign_values, json_or_none
from superset_like.services.bundles.selection import Selection

PLAIN = (
    "main_dttm_col",
    "currency_code_column",
    "description",
    "default_endpoint",
    "offset",
    "cache_timeout",
    "catalog",
    "schema",
    "sql",
    "filter_select_enabled",
    "fetch_values_predicate",
    "normalize_columns",
    "always_filter_main_dttm",
    "is_managed_externally",
    "external_url",
    "table_name",
)
JSON_TEXTS = frozenset({"params", "template_params", "extra", "folders"})
SOURCE = frozenset({"table_name", "catalog", "schema", "sql", "template_params", "database"})
METRIC_FIELDS = ("metric_name", "verbose_name", "metric_type", "expression", "description", "d3format")
COLUMN_FIELDS = (
    "column_name",
    "verbose_name",
    "is_dttm",
    "is_active",
    "type",
    "advanced_data_type",
    "groupby",
    "filterable",
    "expression",
    "description",
    "python_date_format",
    "datetime_format",
)
PART_JSON = frozenset({"extra", "currency"})
DEEPEST_FOLDER = 5


def _parsed(given: Any, *names: str) -> Any:
    """The mapping with what these fields hold as JSON text parsed: early versions wrote texts."""
    if not isinstance(given, dict):
        return given
    made = dict(given)
    for name in names:
        if isinstance(made.get(name), str):
            try:
                made[name] = json.loads(made[name]) if made[name].strip() else None
            except ValueError as error:
                raise ValidationError({name: ["JSON not valid"]}) from error
    return made


class Part(Schema):
    class Meta:
        unknown = RAISE

    verbose_name = fields.String(allow_none=True, validate=Length(max=1024))
    description = fields.String(allow_none=True)
    extra = fields.Dict(allow_none=True)

    @pre_load
    def _texts(self, given: Any, **_: Any) -> Any:
        return _parsed(given, "extra", "currency")


class ColumnConfig(Part):
    column_name = fields.String(required=True, validate=Length(1, 255))
    is_dttm = fields.Boolean(allow_none=True)
    is_active = fields.Boolean(allow_none=True)
    type = fields.String(allow_none=True)
    advanced_data_type = fields.String(allow_none=True, validate=Length(max=255))
    groupby = fields.Boolean(allow_none=True)
    filterable = fields.Boolean(allow_none=True)
    expression = fields.String(allow_none=True)
    python_date_format = fields.String(allow_none=True, validate=Length(max=255))
    datetime_format = fields.String(allow_none=True, validate=Length(max=100))


class MetricConfig(Part):
    metric_name = fields.String(required=True, validate=Length(1, 255))
    metric_type = fields.String(allow_none=True, validate=Length(max=32))
    expression = fields.String(required=True, validate=Length(1))
    d3format = fields.String(allow_none=True, validate=Length(max=128))
    currency = fields.Dict(allow_none=True)
    warning_text = fields.String(allow_none=True)


class FolderConfig(Schema):
    uuid = fields.UUID(required=True)
    type = fields.String()
    name = fields.String(allow_none=True, validate=Length(max=250))
    description = fields.String(allow_none=True, validate=Length(max=1000))
    children = fields.List(fields.Nested(lambda: FolderConfig()), allow_none=True)


def _require_shallow(value: list[dict[str, Any]]) -> None:
    level = value
    for _ in range(DEEPEST_FOLDER + 1):
        level = [child for folder in level for child in folder.get("children") or ()]
        if not level:
            return
    raise ValidationError("Folders are nested too deeply")


class DatasetConfig(Config):
    table_name = fields.String(required=True, validate=Length(1, 250))
    main_dttm_col = fields.String(allow_none=True, validate=Length(max=250))
    currency_code_column = fields.String(allow_none=True, validate=Length(max=250))
    description = fields.String(allow_none=True)
    default_endpoint = fields.String(allow_none=True)
    offset = fields.Integer(allow_none=True)
    cache_timeout = fields.Integer(allow_none=True)
    catalog = fields.String(allow_none=True, validate=Length(max=250))
    schema = fields.String(allow_none=True, validate=Length(max=250))
    sql = fields.String(allow_none=True)
    params = fields.Dict(allow_none=True)
    template_params = fields.Dict(allow_none=True)
    filter_select_enabled = fields.Boolean(allow_none=True)
    fetch_values_predicate = fields.String(allow_none=True, validate=Length(max=1000))
    extra = fields.Dict(allow_none=True)
    normalize_columns = fields.Boolean(allow_none=True)
    always_filter_main_dttm = fields.Boolean(allow_none=True)
    folders = fields.List(fields.Nested(FolderConfig), allow_none=True)
    metrics = fields.List(fields.Nested(MetricConfig))
    columns = fields.List(fields.Nested(ColumnConfig))
    database_uuid = fields.UUID(required=True)
    # Superset's own examples say by these where their data is; None stands in other files.
    data = fields.String(allow_none=True)
    data_file = fields.String(allow_none=True)
    source_db_engine = fields.String(allow_none=True)

    @pre_load
    def _texts(self, given: Any, **_: Any) -> Any:
        return _parsed(given, "extra", "params", "template_params", "folders")


class DatasetKind(Kind):
    """Datasets."""

    name = "dataset"
    type_name = "SqlaTable"
    noun = "Dataset"
    folder = "datasets"
    resource = "Dataset"
    rank = 2
    holds = frozenset({"database"})
    model = Dataset
    title_field = "table_name"
    schema: ClassVar[type[Config]] = DatasetConfig
    loading = (joinedload(Dataset.database), selectinload(Dataset.columns), selectinload(Dataset.metrics))

    def folder_of(self, item: Dataset) -> str:
        return f"{self.folder}/{secure_filename(item.database.database_name) or item.database_id}"

    def related(self, item: Dataset) -> Iterable[Model]:
        return (item.database,)

    def may_keep(self, actor: Actor, item: Dataset) -> bool:
        return rules.can(actor, "query", item)

    def config(self, item: Dataset, selection: Selection) -> dict[str, Any]:
        return {
            "table_name": item.table_name,
            "main_dttm_col": item.main_dttm_col,
            "currency_code_column": item.currency_code_column,
            "description": item.description,
            "default_endpoint": item.default_endpoint,
            "offset": item.offset,
            "cache_timeout": item.cache_timeout,
            "catalog": item.catalog,
            "schema": item.schema,
            "sql": item.sql,
            "params": json_or_none(item.params),
            "template_params": json_or_none(item.template_params),
            "filter_select_enabled": item.filter_select_enabled,
            "fetch_values_predicate": item.fetch_values_predicate,
            "extra": json_or_none(item.extra),
            "normalize_columns": item.normalize_columns,
            "always_filter_main_dttm": item.always_filter_main_dttm,
            "folders": _named_folders(item),
            "uuid": str(item.uuid),
            "metrics": [_metric(metric) for metric in item.metrics],
            "columns": [_column(column) for column in item.columns],
            "version": VERSION,
            "database_uuid": str(item.database.uuid),
        }

    def made(self, actor: Actor, config: Mapping[str, Any], arrivals: Arrivals) -> Dataset:
        if config.get("data") or config.get("data_file"):
            name = "data" if config.get("data") else "data_file"
            raise Invalid(fields={name: ["A bundle brings no rows: create the table first, and leave this out"]})
        # Its connection is given with the rest: a flush for another one would find it half made.
        return Dataset(uuid=config["uuid"], table_name=config["table_name"], owners=people.owners(actor, None))

    def assign(self, actor: Actor, item: Dataset, config: Mapping[str, Any], arrivals: Arrivals) -> list[str]:
        is_new = item.id is None
        differing = self._differing(item, config, arrivals)
        if not differing and not is_new:
            return []
        try:
            datasets.require_sound(actor, item, has_new_source=is_new or not SOURCE.isdisjoint(differing))
        except QueryError as error:
            raise Invalid(fields={"sql": [error.message]}) from error
        except DatabaseUnreachable as error:
            raise Invalid(fields={"schema": [f"{error.message}; say the schema in the bundle"]}) from error
        db.session.add(item)
        datasets.flush(item)
        return differing

    def _differing(self, item: Dataset, config: Mapping[str, Any], arrivals: Arrivals) -> list[str]:
        values = {name: config[name] for name in PLAIN if name in config}
        values = {name: datasets.DEFAULTS.get(name) if value is None else value for name, value in values.items()}
        # Empty and none are the same place.
        values.update({name: values[name] or None for name in ("catalog", "schema", "sql") if name in values})
        if item.id is not None and values.get("schema", "") is None:
            # It was said in full when the dataset was made.
            del values["schema"]
        values.update({name: _text(config[name]) for name in JSON_TEXTS - {"folders"} if name in config})
        differing = assign_values(item, values, JSON_TEXTS)
        database = arrivals.needed("database", config, "database_uuid")
        if item.database is not database:
            item.database = database
            differing.append("database")
        uuids = _uuids_in(config.get("folders") or ())
        if "columns" in config:
            given = [_column_values(each) for each in config["columns"]]
            differing += _assign_parts(item, "columns", "column_name", given, DatasetColumn, uuids)
        if "metrics" in config:
            given = [_metric_values(each) for each in config["metrics"]]
            differing += _assign_parts(item, "metrics", "metric_name", given, DatasetMetric, uuids)
        if "folders" in config:
            folders = config["folders"]
            settled = None if folders is None else [_settled(folder, item) for folder in folders]
            differing += assign_values(item, {"folders": _text(settled)}, JSON_TEXTS)
        return differing


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, default=str)


def _metric(metric: DatasetMetric) -> dict[str, Any]:
    return {
        **{name: getattr(metric, name) for name in METRIC_FIELDS},
        "currency": json_or_none(metric.currency),
        "extra": json_or_none(metric.extra),
        "warning_text": metric.warning_text,
    }


def _column(column: DatasetColumn) -> dict[str, Any]:
    return {**{name: getattr(column, name) for name in COLUMN_FIELDS}, "extra": json_or_none(column.extra)}


def _metric_values(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _text(value) if name in PART_JSON else value for name, value in given.items()}


def _column_values(given: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: _text(value) if name in PART_JSON else value for name, value in given.items()}
    return {name: datasets.COLUMN_DEFAULTS.get(name) if value is None else value for name, value in values.items()}


def _assign_parts(
    dataset: Dataset,
    field: str,
    key: str,
    given: Sequence[Mapping[str, Any]],
    kind: type[Any],
    uuids: Mapping[tuple[str, str], UUID],
) -> list[str]:
    """What differed, as `columns.amount.type`. The dataset has just the given parts, in their order."""
    names = [values[key] for values in given]
    if len(set(names)) != len(names):
        raise Invalid(fields={field: [f"One or more {field} are duplicated"]})
    present = {getattr(part, key): part for part in getattr(dataset, field)}
    differing = [f"{field}.{name}" for name in present if name not in names]
    parts = []
    for values in given:
        part = present.get(values[key])
        if part is None:
            part = kind(**values)
            _give_uuid(part, uuids.get((field.removesuffix("s"), values[key])))
            differing.append(f"{field}.{values[key]}")
        else:
            changed = assign_values(part, values, PART_JSON)
            differing += [f"{field}.{values[key]}.{name}" for name in changed]
        parts.append(part)
    _put_in_order(dataset, field, parts, kind)
    if [name for name in present if name in names] != [name for name in names if name in present]:
        differing.append(field)
    return differing


def _put_in_order(dataset: Dataset, field: str, parts: list[Any], kind: type[Any]) -> None:
    # They are read in the order of their ids. One that comes between others must therefore be made anew.
    stored = [part.id for part in parts if part.id is not None]
    new_from = next((at for at, part in enumerate(parts) if part.id is None), len(parts))
    if stored == sorted(stored) and all(part.id is None for part in parts[new_from:]):
        setattr(dataset, field, parts)
        return
    copies = [_copied(part, kind) for part in parts]
    setattr(dataset, field, [])
    db.session.flush()
    setattr(dataset, field, copies)


def _copied(part: Any, kind: type[Any]) -> Any:
    names = {column.key for column in kind.__mapper__.column_attrs} - {"id", "dataset_id"}
    return kind(**{name: getattr(part, name) for name in names if getattr(part, name) is not None})


def _give_uuid(part: Any, uuid: UUID | None) -> None:
    """The part has the uuid by which folders name it; one of its own where there is none or it is taken."""
    model = type(part)
    is_free = uuid is not None and db.session.execute(select(model.id).where(model.uuid == uuid)).first() is None
    part.uuid = uuid if is_free else uuid4()


def _uuids_in(folders: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], UUID]:
    """(column or metric, name) -> the uuid by which the folders name it."""
    found: dict[tuple[str, str], UUID] = {}
    for folder in folders:
        if folder.get("type") in {"column", "metric"} and folder.get("name"):
            found[folder["type"], folder["name"]] = folder["uuid"]
        found.update(_uuids_in(folder.get("children") or ()))
    return found


def _named_folders(item: Dataset) -> Any:
    """The folders, in which columns and metrics bear their names too: elsewhere they have other uuids."""
    names = {str(column.uuid): column.column_name for column in item.columns}
    names |= {str(metric.uuid): metric.metric_name for metric in item.metrics}

    def named(folder: dict[str, Any]) -> dict[str, Any]:
        made = {**folder, "name": names[folder["uuid"]]} if folder.get("uuid") in names else dict(folder)
        if isinstance(made.get("children"), list):
            made["children"] = [named(child) for child in made["children"]]
        return made

    folders = json_or_none(item.folders)
    return [named(folder) for folder in folders] if folders else folders


def _settled(folder: Mapping[str, Any], item: Dataset) -> dict[str, Any]:
    """The folder, in which columns and metrics have the uuids that they have here."""
    parts: dict[str, Sequence[Any]] = {"column": item.columns, "metric": item.metrics}
    here = {str(part): part.uuid for part in parts.get(folder.get("type", ""), ())}
    uuid = here.get(folder.get("name") or "") or folder["uuid"]
    made: dict[str, Any] = {**folder, "uuid": str(uuid)}
    if made.get("children"):
        made["children"] = [_settled(child, item) for child in made["children"]]
    return made
