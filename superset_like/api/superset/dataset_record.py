"""A dataset with its columns and metrics, as dashboards and explore give it to the page."""

import json
from typing import Any

from superset_like.access.actor import Actor
from superset_like.engine import databases
from superset_like.engine.query import Kind
from superset_like.models import Dataset, DatasetColumn, DatasetMetric


def dashboard_dataset(dataset: Dataset, actor: Actor) -> dict[str, Any]:
    """The dataset as a dashboard's page needs it; a guest sees no SQL of it, nor its template."""
    engine = databases.of_uri(dataset.database.sqlalchemy_uri)
    columns = [column_record(column, engine.kind(column.type or "")) for column in dataset.columns]
    metrics = [metric_record(metric) for metric in dataset.metrics]
    if actor.guest:
        for record in (*columns, *metrics):
            record["expression"] = ""
    names = [column.column_name for column in dataset.columns]
    times = [column.column_name for column in dataset.columns if column.is_dttm]
    return {
        "id": dataset.id,
        "uid": dataset.uid,
        "uuid": dataset.uuid,
        "type": "table",
        "name": dataset.name,
        "datasource_name": dataset.table_name,
        "table_name": dataset.table_name,
        "catalog": dataset.catalog,
        "schema": dataset.schema,
        "sql": None if actor.guest else dataset.sql,
        "select_star": None,
        "description": dataset.description,
        "database": database_record(dataset),
        "columns": columns,
        "metrics": metrics,
        "column_names": names,
        "column_types": sorted({int(column["type_generic"]) for column in columns}),
        "column_formats": {metric.metric_name: metric.d3format for metric in dataset.metrics if metric.d3format},
        "currency_formats": {},
        "verbose_map": verbose_map(dataset),
        "main_dttm_col": dataset.main_dttm_col,
        "granularity_sqla": [[name, name] for name in times],
        "time_grain_sqla": [[grain, grain] for grain in engine.grains],
        "order_by_choices": order_by_choices(names),
        "cache_timeout": dataset.cache_timeout,
        "offset": dataset.offset,
        "default_endpoint": dataset.default_endpoint,
        "edit_url": dataset.url,
        "fetch_values_predicate": None if actor.guest else dataset.fetch_values_predicate,
        "filter_select": dataset.filter_select_enabled,
        "filter_select_enabled": dataset.filter_select_enabled,
        "health_check_message": None,
        "is_sqllab_view": dataset.is_sqllab_view,
        "normalize_columns": dataset.normalize_columns,
        "always_filter_main_dttm": dataset.always_filter_main_dttm,
        "currency_code_column": dataset.currency_code_column,
        "params": dataset.params,
        "perm": None if actor.guest else dataset.perm,
        "template_params": None if actor.guest else dataset.template_params,
        "owners": [],
        "extra": dataset.extra,
        "parent": None,
    }


def database_record(dataset: Dataset) -> dict[str, Any]:
    database = dataset.database
    return {
        "id": database.id,
        "name": database.database_name,
        "backend": database.backend,
        "allow_multi_catalog": False,
        "allows_cost_estimate": database.allows_cost_estimate,
        "allows_subquery": True,
        "allows_virtual_table_explore": True,
        "disable_data_preview": False,
        "disable_drill_to_detail": False,
        "explore_database_id": database.id,
    }


def column_record(column: DatasetColumn, kind: Kind) -> dict[str, Any]:
    extra = json.loads(column.extra or "{}")
    certification = extra.get("certification") or {}
    return {
        "id": column.id,
        "uuid": column.uuid,
        "column_name": column.column_name,
        "verbose_name": column.verbose_name,
        "description": column.description,
        "expression": column.expression or "",
        "filterable": column.filterable,
        "groupby": column.groupby,
        "is_dttm": column.is_dttm,
        "type": column.type,
        "type_generic": int(Kind.TEMPORAL if column.is_dttm else kind),
        "advanced_data_type": column.advanced_data_type,
        "python_date_format": column.python_date_format,
        "is_certified": bool(certification),
        "certified_by": certification.get("certified_by"),
        "certification_details": certification.get("details"),
        "warning_markdown": extra.get("warning_markdown"),
    }


def metric_record(metric: DatasetMetric) -> dict[str, Any]:
    extra = json.loads(metric.extra or "{}")
    certification = extra.get("certification") or {}
    return {
        "id": metric.id,
        "uuid": metric.uuid,
        "metric_name": metric.metric_name,
        "verbose_name": metric.verbose_name,
        "description": metric.description,
        "expression": metric.expression,
        "d3format": metric.d3format,
        "currency": json.loads(metric.currency) if metric.currency else None,
        "warning_text": metric.warning_text,
        "warning_markdown": extra.get("warning_markdown"),
        "is_certified": bool(certification),
        "certified_by": certification.get("certified_by"),
        "certification_details": certification.get("details"),
    }


def verbose_map(dataset: Dataset) -> dict[str, str]:
    """What people read for each metric and column."""
    shown = {"__timestamp": "Time"}
    shown |= {metric.metric_name: metric.verbose_name or metric.metric_name for metric in dataset.metrics}
    shown |= {column.column_name: column.verbose_name or column.column_name for column in dataset.columns}
    return shown


def order_by_choices(names: list[str]) -> list[list[str]]:
    """[JSON of (column, ascending), text] for each column and direction."""
    choices = []
    for name in sorted(names):
        choices.append([json.dumps([name, True]), f"{name} [asc]"])
        choices.append([json.dumps([name, False]), f"{name} [desc]"])
    return choices
