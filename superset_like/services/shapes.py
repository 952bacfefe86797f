"""Stored datasets as the engine knows them; kept in memory until something that people make changes."""

import hashlib
from dataclasses import dataclass, replace

from flask import current_app

from superset_like.access.actor import Actor
from superset_like.access.remembered import Remembered
from superset_like.engine import guard
from superset_like.engine.databases.base import Engine, Target
from superset_like.engine.query import Column, Kind, Metric, Shape, TableName
from superset_like.engine.template import Context
from superset_like.errors import DataForbidden
from superset_like.extensions import db, settings
from superset_like.models import Dataset, DatasetColumn, stamp
from superset_like.services import databases, user_sql

KEPT = 2000


@dataclass(frozen=True, slots=True)
class Stored:
    """What does not depend on who asks. sql: the template of a virtual dataset."""

    shape: Shape
    target: Target
    sql: user_sql.Source | None


def shape_of(dataset: Dataset, actor: Actor, template_context: Context) -> tuple[Shape, Target]:
    """The dataset as this caller may ask it, and where. The caller's right to it is checked before, by the service.

    A virtual dataset's SQL is rendered and guarded, with the row rules of the tables inside it put in. Row rules of the
    dataset itself are for `row_filters.of`. Raises TemplateInvalid, QueryRefused, DataForbidden.
    """
    stored = _stored(dataset)
    if stored.sql is None:
        return stored.shape, stored.target
    sql = user_sql.rendered_source(actor, stored.sql, template_context)
    return replace(stored.shape, sql=sql, version=_digest(stored.shape.version, sql)), stored.target


def time_zone(dataset: Dataset) -> str | None:
    """The zone in which the dataset's moments are written that tell none; None where nobody stated one: UTC."""
    return _stored(dataset).shape.time_zone


def _stored(dataset: Dataset) -> Stored:
    memory: Remembered[int, Stored] = current_app.extensions.setdefault("superset_like_shapes", Remembered(KEPT))
    stamp_now = stamp.current(db.session())[1]
    found = memory.get(stamp_now, dataset.id)
    if found is None:
        found = _read(dataset)
        memory.put(stamp_now, dataset.id, found)
    return found


def _read(dataset: Dataset) -> Stored:
    databases.require_running(dataset.database)
    engine = databases.engine_of(dataset.database)
    table = TableName(dataset.table_name, dataset.schema or None, dataset.catalog or None)
    if not dataset.sql and guard.is_system(table, engine):
        raise DataForbidden("The engine's own tables cannot be read", tables=[table.name])
    target = databases.target(dataset.database, schema=dataset.schema, catalog=dataset.catalog)
    shape = Shape(
        engine=engine.name,
        table=table,
        columns=tuple(_column(engine, column) for column in dataset.columns),
        metrics=tuple(
            Metric(metric.metric_name, metric.expression, metric.verbose_name or None) for metric in dataset.metrics
        ),
        main_time_column=dataset.main_dttm_col or None,
        always_filter_main_time=dataset.always_filter_main_dttm,
        values_predicate=dataset.fetch_values_predicate or None,
        hours_offset=dataset.offset,
        time_zone=dataset.time_zone or settings().time_zone or None,
    )
    place = f"{dataset.id} {dataset.database_id} {dataset.database.version} {dataset.answers_valid_from}"
    source = user_sql.source_of(dataset) if dataset.sql else None
    return Stored(replace(shape, version=_digest(place, repr(shape))), target, source)


def _column(engine: Engine, column: DatasetColumn) -> Column:
    kind = engine.kind(column.type or "")
    return Column(
        name=column.column_name,
        type=column.type,
        kind=Kind.TEMPORAL if column.is_dttm else kind,
        is_temporal=column.is_dttm,
        expression=column.expression or None,
        time_format=column.python_date_format or None if kind is not Kind.TEMPORAL else None,
        verbose_name=column.verbose_name or None,
    )


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]
