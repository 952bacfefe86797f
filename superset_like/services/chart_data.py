"""Asking charts: who may, which rows, from the cache or from the engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import select

from superset_like.access import row_filters, rules, template_context
from superset_like.access.actor import Actor
from superset_like.engine import build, databases, run, template
from superset_like.engine.cache import Entry
from superset_like.engine.cache import key as cache_key
from superset_like.engine.databases.base import Engine, Target
from superset_like.engine.encode import csv, json
from superset_like.engine.query import Predicate, Shape, Statement
from superset_like.errors import NotFound
from superset_like.extensions import db, settings
from superset_like.models import Chart, Dataset
from superset_like.services import guest_questions, questions, remembered, shapes, stores
from superset_like.services.questions import Asked, Context, QueryObject, RowLimits


@dataclass(frozen=True)
class Answer:
    """One question's answer. body: its rows, encoded; see `encoded` for what meta says about them.

    sql: None for those who may not see it. is_cached: whether the rows were kept from an earlier question.
    """

    body: bytes
    meta: Mapping[str, Any]
    asked: Asked
    cache_key: str
    cache_ttl_s: int
    is_cached: bool
    sql: str | None


@dataclass(frozen=True)
class Asking:
    """What all questions of one context share: who asks which dataset, and which of its rows he may see."""

    actor: Actor
    dataset: Dataset
    predicates: tuple[Predicate, ...]
    cache_ttl_s: int
    force: bool


@dataclass(frozen=True)
class Plan:
    """One question, ready to be run."""

    asked: Asked
    shape: Shape
    target: Target
    engine: Engine


def chart(actor: Actor, pk: int, dashboard_id: int | str | None = None) -> Chart:
    """The chart the caller may see; a guest sees the charts of his dashboards. Raises NotFound."""
    if actor.guest is not None:
        return guest_questions.chart(actor, pk, dashboard_id)
    condition = rules.visible(actor, Chart)
    statement = select(Chart).where(Chart.id == pk)
    found: Chart | None = db.session.execute(statement if condition is None else statement.where(condition)).scalar()
    if found is None:
        raise NotFound()
    return found


def of_chart(actor: Actor, found: Chart, force: bool = False) -> tuple[Asking, Context]:
    """The chart's own question, opened for somebody who sees the chart. Raises DataForbidden, QuestionInvalid."""
    context = questions.of_chart(found)
    dataset = remembered.dataset(context.dataset)
    if actor.guest is None:
        rules.require(actor, "query", dataset)
    return _asking(actor, dataset, found.cache_timeout, force), context


def asking(actor: Actor, context: Context) -> Asking:
    """The context's dataset, opened for this caller. Raises NotFound, DataForbidden."""
    dataset = remembered.dataset(context.dataset)
    if actor.guest is not None:
        guest_questions.require(actor, context, dataset)
    else:
        rules.require(actor, "query", dataset)
    return _asking(actor, dataset, None, context.force, context.cache_ttl_s)


def of_dataset(actor: Actor, pk: int, force: bool = False) -> Asking:
    """The dataset, opened for somebody who looks at its rows. Raises NotFound, DataForbidden."""
    dataset = remembered.dataset(pk)
    rules.require(actor, "query", dataset)
    return _asking(actor, dataset, None, force)


def plan(here: Asking, asked: QueryObject) -> Plan:
    """The question in the engine's words, its templates rendered for the caller. Raises QuestionInvalid."""
    now = datetime.now(UTC).replace(tzinfo=None)
    context = _template_context(here.actor, asked, now)
    shape, target = shapes.shape_of(here.dataset, here.actor, context)
    engine = databases.find(shape.engine)

    def render(sql: str) -> str:
        return template.render(sql, context, engine) if template.has_template(sql) else sql

    limits = RowLimits(settings().row_limit, settings().max_row_limit)
    return Plan(questions.translated(asked, shape, now, render, limits), shape, target, engine)


def answer(here: Asking, planned: Plan, form: str = "json") -> Answer:
    """The rows, encoded as json, csv or xlsx; from the cache when they are kept and not forced."""
    query = planned.asked.query
    key = cache_key(query, planned.shape.version, here.dataset.id, here.predicates, form)

    def statement() -> Statement:
        return build.build(query, planned.shape, planned.engine, here.predicates)

    return _answered(here, planned, statement, key, form)


def samples(here: Asking, limit: int | None = None, asked: QueryObject | None = None, form: str = "json") -> Answer:
    """Rows of the dataset as they are, under the caller's row rules. limit: rows, None for the setting's."""
    rows = min(limit or settings().samples_row_limit, settings().max_row_limit)
    planned = plan(here, {**(asked or {}), "columns": [], "metrics": None, "row_limit": rows})
    key = cache_key("samples", planned.shape.version, here.dataset.id, here.predicates, rows, form)

    def statement() -> Statement:
        return build.samples(planned.shape, planned.engine, rows, here.predicates)

    return _answered(here, planned, statement, key, form)


def drill(here: Asking, asked: QueryObject, form: str = "json") -> Answer:
    """The dataset's rows behind a number: all columns, the question's filters, ordered by the first column."""
    columns = [column.column_name for column in here.dataset.columns]
    whole = {**asked, "columns": columns, "metrics": None, "groupby": None, "is_timeseries": False}
    if not asked.get("orderby") and columns:
        whole["orderby"] = [[columns[0], True]]
    return answer(here, plan(here, whole), form)


def sql_of(here: Asking, planned: Plan) -> str:
    """The SQL that would be run."""
    return build.build(planned.asked.query, planned.shape, planned.engine, here.predicates).sql


def encoded(found: run.Answer, statement: Statement, form: str) -> Entry:
    """The answer as bytes, with what is said about it: labels, kinds, rows, truncated, limit, sql, made_at."""
    table = found.table
    meta = {
        "labels": table.column_names,
        "kinds": [int(kind) for kind in run.kinds_of(table.schema)],
        "rows": table.num_rows,
        "truncated": found.truncated,
        "limit": statement.limit,
        "sql": statement.sql,
        "made_at": datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat(),
    }
    header = [output.verbose_name or output.label for output in statement.outputs]
    return Entry(_encoded(table, form, header), meta)


def _encoded(table: pa.Table, form: str, header: Sequence[str]) -> bytes:
    if form == "json":
        return json.records(table)
    if form == "csv":
        return b"".join(csv.stream(table.to_batches(), header))
    # Few requests want a workbook, and its library costs every start 50 ms.
    from superset_like.engine.encode import xlsx

    return xlsx.workbook(table.to_batches(), header)


def _answered(here: Asking, planned: Plan, statement: Any, key: str, form: str) -> Answer:
    def make() -> Entry:
        made: Statement = statement()
        limits = run.Limits(timeout_s=settings().query_timeout_s, max_rows=made.limit)
        # No transaction on the metadata stays open while the user's database works.
        db.session.commit()
        return encoded(run.answer(planned.engine, planned.target, made, limits), made, form)

    entry, is_hit = stores.answers().answer(key, make, ttl_s=here.cache_ttl_s, force=here.force)
    sql = None if here.actor.guest is not None else str(entry.meta["sql"])
    return Answer(entry.body, entry.meta, planned.asked, key, here.cache_ttl_s, is_hit, sql)


def _asking(actor: Actor, dataset: Dataset, of_chart_s: int | None, force: bool, wish_s: int | None = None) -> Asking:
    named = (of_chart_s, dataset.cache_timeout, dataset.database.cache_timeout, settings().cache_ttl_s)
    usual_s = next(each for each in named if each is not None)
    return Asking(actor, dataset, row_filters.of(actor, dataset), _shortened(usual_s, wish_s), force)


def _shortened(usual_s: int, wish_s: int | None) -> int:
    """Seconds to keep an answer, 0 for ever, below 0 not at all. Others get it too: an asker may only shorten it."""
    if wish_s is None or wish_s == 0 or usual_s < 0:
        return usual_s
    return wish_s if wish_s < 0 or usual_s == 0 else min(wish_s, usual_s)


def _template_context(actor: Actor, asked: QueryObject, now: datetime) -> template.Context:
    since, until = questions.bounds(asked, now)
    return template_context.of(
        actor,
        url_params=asked.get("url_params") or {},
        filters=tuple(asked.get("filters") or ()),
        from_dttm=since,
        to_dttm=until,
    )
