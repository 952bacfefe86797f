"""Asking charts: who may, which rows, from the cache or from the engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import select

from superset_like.access import row_filters, rules
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

ENCODERS = {"json", "csv", "xlsx"}


@dataclass(frozen=True)
class Answer:
    """One question's answer. body: its rows, encoded; see Entry.meta for what is said about them.

    sql: None for those who may not see it. is_cached, made_at: whether and since when the rows were kept.
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
    """All that one context's questions share: who asks which dataset, and what he may see of it."""

    actor: Actor
    dataset: Dataset
    shape: Shape
    target: Target
    engine: Engine
    predicates: tuple[Predicate, ...]
    cache_ttl_s: int
    force: bool


def context_of_chart(actor: Actor, chart: Chart) -> Context:
    """The chart's own question, for somebody who may see the chart."""
    return questions.of_chart(chart)


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


def asking(actor: Actor, context: Context) -> Asking:
    """The context's dataset, opened for this caller. Raises NotFound, DataForbidden."""
    dataset = remembered.dataset(context.dataset)
    if actor.guest is not None:
        guest_questions.require(actor, context, dataset)
    else:
        rules.require(actor, "query", dataset)
    shape, target = shapes.shape_of(dataset, actor, template_context(actor, context))
    return Asking(
        actor=actor,
        dataset=dataset,
        shape=shape,
        target=target,
        engine=databases.find(shape.engine),
        predicates=row_filters.of(actor, dataset),
        cache_ttl_s=_ttl_s(context, dataset),
        force=context.force,
    )


def template_context(actor: Actor, context: Context) -> dict[str, object]:
    """What the SQL's templates may use of the request."""
    url_params: dict[str, Any] = {}
    for asked in context.queries:
        url_params |= dict(asked.get("url_params") or {})
    filters = [each for asked in context.queries for each in asked.get("filters") or ()]
    return {"url_params": url_params, "filters": filters}


def translated(here: Asking, asked: QueryObject) -> Asked:
    """The question in the engine's words, its templates rendered for the caller."""
    limits = RowLimits(settings().row_limit, settings().max_row_limit)
    return questions.translated(asked, here.shape, _now(), _render(here, asked), limits)


def answer(here: Asking, asked: Asked, form: str = "json") -> Answer:
    """The rows, encoded as json, csv or xlsx; from the cache when they are kept and not forced."""
    statement: Statement | None = None
    key = cache_key(asked.query, here.shape.version, here.dataset.id, here.predicates, form)

    def make() -> Entry:
        nonlocal statement
        statement = build.build(asked.query, here.shape, here.engine, here.predicates)
        limits = run.Limits(timeout_s=settings().query_timeout_s, max_rows=statement.limit)
        return encoded(run.answer(here.engine, here.target, statement, limits), statement, form)

    entry, is_hit = stores.answers().answer(key, make, ttl_s=here.cache_ttl_s, force=here.force)
    sql = None if here.actor.guest is not None else str(entry.meta["sql"])
    return Answer(entry.body, entry.meta, asked, key, here.cache_ttl_s, is_hit, sql)


def sql_of(here: Asking, asked: Asked) -> str:
    """The SQL that would be run."""
    return build.build(asked.query, here.shape, here.engine, here.predicates).sql


def samples(here: Asking, limit: int | None = None) -> Answer:
    """Rows of the dataset as they are, under the caller's row rules."""
    rows = min(limit or settings().samples_row_limit, settings().max_row_limit)
    statement = build.samples(here.shape, here.engine, rows, here.predicates)
    key = cache_key("samples", here.shape.version, here.dataset.id, here.predicates, rows)

    def make() -> Entry:
        limits = run.Limits(timeout_s=settings().query_timeout_s, max_rows=rows)
        return encoded(run.answer(here.engine, here.target, statement, limits), statement, "json")

    entry, is_hit = stores.answers().answer(key, make, ttl_s=here.cache_ttl_s, force=here.force)
    asked = Asked(questions.Query(), {output.label: [output.label] for output in statement.outputs})
    return Answer(entry.body, entry.meta, asked, key, here.cache_ttl_s, is_hit, str(entry.meta["sql"]))


def encoded(found: run.Answer, statement: Statement, form: str) -> Entry:
    """The answer as bytes, with what is said about it."""
    table = found.table
    meta = {
        "labels": table.column_names,
        "kinds": [int(kind) for kind in run.kinds_of(table.schema)],
        "rows": table.num_rows,
        "truncated": found.truncated,
        "limit": statement.limit,
        "sql": statement.sql,
        "made_at": datetime.now(UTC).replace(microsecond=0).isoformat(),
    }
    header = [output.verbose_name or output.label for output in statement.outputs]
    return Entry(_encoded(table, form, header), meta)


def _encoded(table: pa.Table, form: str, header: list[str]) -> bytes:
    if form == "json":
        return json.records(table)
    if form == "csv":
        return b"".join(csv.stream(table.to_batches(), header))
    # xlsxwriter costs every start its import, and few requests want a workbook.
    from superset_like.engine.encode import xlsx

    return xlsx.workbook(table.to_batches(), header)


def _ttl_s(context: Context, dataset: Dataset) -> int:
    named = (context.cache_ttl_s, dataset.cache_timeout, dataset.database.cache_timeout)
    return next((ttl for ttl in named if ttl is not None), settings().cache_ttl_s)


def _render(here: Asking, asked: QueryObject) -> questions.Render:
    def render(sql: str) -> str:
        if not template.has_template(sql):
            return sql
        actor = here.actor
        return template.render(
            sql,
            template.macros(
                user_id=actor.user_id,
                username=actor.username,
                email=actor.email,
                roles=sorted(actor.role_names),
                url_params=dict(asked.get("url_params") or {}),
                filters=list(asked.get("filters") or ()),
                from_dttm=None,
                to_dttm=None,
                engine=here.engine,
            ),
        )

    return render


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
