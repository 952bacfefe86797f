"""A dataset as its own item shows it, to people who may see its SQL."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from superset_like.api.superset.dataset_record import order_by_choices, verbose_map
from superset_like.engine import databases
from superset_like.engine.databases.base import Engine
from superset_like.engine.query import Kind, TableName
from superset_like.models import Dataset, DatasetColumn, DatasetMetric
from superset_like.services.databases import SELECT_STAR_ROWS
from superset_like.services.select_star import select_star

PLAIN = (
    "always_filter_main_dttm",
    "cache_timeout",
    "catalog",
    "changed_on",
    "changed_on_humanized",
    "created_on",
    "created_on_humanized",
    "currency_code_column",
    "datasource_name",
    "datasource_type",
    "default_endpoint",
    "description",
    "extra",
    "fetch_values_predicate",
    "filter_select_enabled",
    "id",
    "is_managed_externally",
    "is_sqllab_view",
    "kind",
    "main_dttm_col",
    "name",
    "normalize_columns",
    "offset",
    "schema",
    "sql",
    "table_name",
    "template_params",
    "uid",
    "url",
    "uuid",
)
COLUMN = (
    "advanced_data_type",
    "changed_on",
    "column_name",
    "created_on",
    "description",
    "expression",
    "extra",
    "filterable",
    "groupby",
    "id",
    "is_active",
    "is_dttm",
    "python_date_format",
    "type",
    "uuid",
    "verbose_name",
)
METRIC = (
    "changed_on",
    "created_on",
    "d3format",
    "description",
    "expression",
    "extra",
    "id",
    "metric_name",
    "metric_type",
    "uuid",
    "verbose_name",
    "warning_text",
)
GRAINS = {
    "PT1S": "Second",
    "PT5S": "5 second",
    "PT30S": "30 second",
    "PT1M": "Minute",
    "PT5M": "5 minute",
    "PT10M": "10 minute",
    "PT15M": "15 minute",
    "PT30M": "30 minute",
    "PT0.5H": "Half hour",
    "PT1H": "Hour",
    "PT6H": "6 hour",
    "P1D": "Day",
    "P1W": "Week",
    "P1M": "Month",
    "P0.25Y": "Quarter",
    "P3M": "Quarter",
    "P1Y": "Year",
    "1969-12-28T00:00:00Z/P1W": "Week starting Sunday",
    "1969-12-29T00:00:00Z/P1W": "Week starting Monday",
    "P1W/1970-01-03T00:00:00Z": "Week ending Saturday",
    "P1W/1970-01-04T00:00:00Z": "Week ending Sunday",
}


def dataset_item(dataset: Dataset) -> dict[str, Any]:
    """Everything an editor of the dataset needs."""
    engine = databases.of_uri(dataset.database.sqlalchemy_uri)
    names = [column.column_name for column in dataset.columns]
    record = {name: getattr(dataset, name) for name in PLAIN}
    return record | {
        "changed_by": _person(dataset.changed_by),
        "created_by": _person(dataset.created_by),
        "columns": [column_item(column, engine) for column in dataset.columns],
        "column_formats": {metric.metric_name: metric.d3format for metric in dataset.metrics if metric.d3format},
        "database": {
            "allow_multi_catalog": dataset.database.allow_multi_catalog,
            "backend": dataset.database.backend,
            "database_name": dataset.database.database_name,
            "id": dataset.database.id,
            "uuid": dataset.database.uuid,
        },
        "folders": json.loads(dataset.folders) if dataset.folders else None,
        "granularity_sqla": [[column.column_name] * 2 for column in dataset.columns if column.is_dttm],
        "metrics": [metric_item(metric) for metric in dataset.metrics],
        "order_by_choices": order_by_choices(names),
        "owners": [{"id": owner.id, **(_person(owner) or {})} for owner in dataset.owners],
        "select_star": None if dataset.sql else _select_star(dataset, engine),
        "time_grain_sqla": [[grain, GRAINS.get(grain, grain)] for grain in engine.grains],
        "verbose_map": verbose_map(dataset),
    }


def column_item(column: DatasetColumn, engine: Engine) -> dict[str, Any]:
    """A column, with the sort of its values."""
    kind = Kind.TEMPORAL if column.is_dttm else engine.kind(column.type or "")
    return {name: getattr(column, name) for name in COLUMN} | {"type_generic": int(kind)}


def metric_item(metric: DatasetMetric) -> dict[str, Any]:
    """A metric; its currency as an object."""
    currency = json.loads(metric.currency) if metric.currency else None
    return {name: getattr(metric, name) for name in METRIC} | {"currency": currency}


def drill_item(dataset: Dataset) -> dict[str, Any]:
    """What somebody who drills into a chart reads of its dataset."""
    columns = [
        {"column_name": column.column_name, "verbose_name": column.verbose_name}
        for column in dataset.columns
        if column.groupby
    ]
    return {
        "id": dataset.id,
        "table_name": dataset.table_name,
        "columns": columns,
        "changed_by": _person(dataset.changed_by),
        "changed_on_humanized": dataset.changed_on_humanized,
        "created_by": _person(dataset.created_by),
        "created_on_humanized": dataset.created_on_humanized,
        "owners": [_person(owner) for owner in dataset.owners],
    }


def narrowed(record: Mapping[str, Any], columns: Iterable[str]) -> dict[str, Any]:
    """Only these columns of the record; `owners.id` names a field of a nested object."""
    made: dict[str, Any] = {}
    nested: dict[str, list[str]] = {}
    for column in columns:
        name, _, field = column.partition(".")
        if name not in record:
            continue
        if field:
            nested.setdefault(name, []).append(field)
        else:
            made[name] = record[name]
    for name, fields in nested.items():
        made.setdefault(name, _picked(record[name], fields))
    return made


def _picked(value: Any, fields: list[str]) -> Any:
    if isinstance(value, list):
        return [_picked(each, fields) for each in value]
    return {field: value[field] for field in fields if field in value} if isinstance(value, dict) else value


def _person(user: Any) -> dict[str, str] | None:
    return {"first_name": user.first_name, "last_name": user.last_name} if user else None


def _select_star(dataset: Dataset, engine: Engine) -> str:
    table = TableName(dataset.table_name, dataset.schema, dataset.catalog)
    return select_star(engine.dialect, table, (), SELECT_STAR_ROWS)
