"""Asking charts: who may, which rows, from the cache or from the engine."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import orjson
import pyarrow as pa
from flask import current_app
from sqlalchemy import select

from superset_like.access import row_filters, rules, template_context
from superset_like.access.actor import Actor
from superset_like.access.remembered import Remembered
from superset_like.engine import build, comparison, databases, run, template, transform
from superset_like.engine.cache import Entry
from superset_like.engine.cache import key as cache_key
from superset_like.engine.databases.base import Engine, Target
from superset_like.engine.encode import arrow_ipc, csv, json, ndjson
from superset_like.engine.leases import Lease
from superset_like.engine.query import Predicate, Shape, Statement
from superset_like.errors import (
    AnswerTooLarge,
    Forbidden,
    NotFound,
    ProductError,
    QueryError,
    QueryTimedOut,
    SubqueryRefused,
)
from superset_like.extensions import db, settings
from superset_like.models import Chart, Dataset, stamp
from superset_like.services import annotations as annotation_rows
from superset_like.services import (
    guest_questions,
    library,
    query_datasets,
    questions,
    remembered,
    shapes,
    slots,
    stops,
    stores,
)
from superset_like.services.extra_form_data import NOTHING, Extra, asked_with
from superset_like.services.questions import Annotation, Asked, Context, QueryObject, RowLimits

# Query contexts that a process remembers to have opened.
KEPT = 500
LARGEST_KEPT = 32_768
MOST_PLANS = questions.MOST_QUERIES
# Between the statements of one answer, as Superset shows them.
SEPARATOR = ";\n\n"
# Downloads up to this size are answers like any other: kept, and said how many rows they have.
MOST_HELD_ROWS = 100_000
STREAMS: Mapping[str, Callable[[pa.Schema, Iterable[pa.RecordBatch], Sequence[str]], Iterator[bytes]]] = {
    "arrow": lambda schema, batches, header: arrow_ipc.stream(schema, batches),
    "csv": lambda schema, batches, header: csv.stream(batches, header),
    "ndjson": lambda schema, batches, header: ndjson.stream(batches),
}


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
class Planned:
    """The plan of a question as it was in a second."""

    asked: QueryObject
    most: int | None
    moment: datetime
    plan: "Plan"


@dataclass(frozen=True)
class Asking:
    """What all questions of one context share: who asks which dataset, and which of its rows he may see.

    chart_id: the chart that the questions say they are of. client_id: the name by which he may stop them.
    """

    actor: Actor
    dataset: Dataset
    predicates: tuple[Predicate, ...]
    cache_ttl_s: int
    force: bool
    chart_id: int | None = None
    plans: dict[int, Planned] = field(default_factory=dict, compare=False)
    client_id: str | None = None


@dataclass(frozen=True)
class Opened:
    """A context and what it asks, ready to be answered again while nothing changes."""

    here: Asking
    context: Context


@dataclass(frozen=True)
class Plan:
    """One question, ready to be run. keys: form -> the name of its answer in the cache, for those named so far."""

    asked: Asked
    shape: Shape
    target: Target
    engine: Engine
    keys: dict[str, str] = field(default_factory=dict, compare=False)


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


def of_chart(
    actor: Actor,
    found: Chart,
    force: bool = False,
    extra: Extra = NOTHING,
    dashboard_id: int | str | None = None,
    context: Context | None = None,
    result_type: str = "full",
    zone: str | None = None,
) -> tuple[Asking, Context]:
    """The chart's own question, opened for somebody who sees the chart. Raises DataForbidden, QuestionInvalid.

    extra: what the filters of a dashboard want of it; a guest's have to be those of his dashboard. context: another
    question that was made of this chart, for somebody who has an account. zone: that of the question in place of its
    own; a guest's is the chart's.
    """
    if context is not None and actor.guest is not None:
        raise Forbidden()
    guest_questions.require_result_type(actor, result_type)
    context = context or questions.of_chart(found)
    dataset = remembered.dataset(context.dataset)
    zoned = context if zone is None else _in_zone(context, zone, found, dashboard_id)
    if actor.needs_rights:
        rules.require(actor, "query", dataset)
    if actor.guest is not None and extra:
        guest_questions.require_extra(actor, found, dashboard_id, extra, dataset)
    if actor.guest is not None and zone is not None:
        guest_questions.require(actor, zoned, dataset)
    context = zoned
    if extra:
        queries = tuple(asked_with(asked, extra, dataset) for asked in context.queries)
        context = replace(context, queries=queries, slice_id=found.id, dashboard_id=dashboard_id)
    return replace(_asking(actor, dataset, found.cache_timeout, force), chart_id=found.id), context


def _in_zone(context: Context, zone: str, found: Chart, dashboard_id: int | str | None) -> Context:
    queries = tuple({**asked, "time_zone": zone} for asked in context.queries)
    return replace(context, queries=queries, slice_id=found.id, dashboard_id=dashboard_id)


def asking(actor: Actor, context: Context) -> Asking:
    """The context's dataset, opened for this caller. Raises NotFound, DataForbidden."""
    dataset = remembered.dataset(context.dataset)
    if actor.guest is not None:
        guest_questions.require(actor, context, dataset)
    if actor.needs_rights:
        rules.require(actor, "query", dataset)
    here = _asking(actor, dataset, None, context.force, context.cache_ttl_s)
    return replace(here, chart_id=context.slice_id)


def opened(actor: Actor, raw: bytes) -> Opened:
    """The query context of a JSON text, opened for this caller. Raises BadRequest, NotFound, DataForbidden."""
    memory: Remembered[Any, Opened] = current_app.extensions.setdefault("superset_like_opened", Remembered(KEPT))
    stamps = stamp.current(db.session())
    found = memory.get(stamps, (raw, actor))
    if found is None:
        context = questions.parsed(raw)
        found = Opened(asking(actor, context), context)
        if len(raw) <= LARGEST_KEPT:
            memory.put(stamps, (raw, actor), found)
    return found


def of_dataset(actor: Actor, pk: int, force: bool = False) -> Asking:
    """The dataset, opened for somebody who looks at its rows. Raises NotFound, DataForbidden."""
    dataset = remembered.dataset(pk)
    rules.require(actor, "query", dataset)
    return _asking(actor, dataset, None, force)


def plan(here: Asking, asked: QueryObject, most: int | None = None) -> Plan:
    """The question in the engine's words, its templates rendered for the caller. Raises QuestionInvalid.

    most: rows that it may ask for; None for the setting's.
    """
    # Time ranges are read to the second, so for that long a plan stays right.
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    known = here.plans.get(id(asked))
    if known is not None and known.asked is asked and (known.most, known.moment) == (most, now):
        return known.plan
    made = _planned(here, asked, most, now)
    # Samples and drills make a question of their own each time, on a dataset that may be remembered for long.
    if len(here.plans) >= MOST_PLANS:
        here.plans.clear()
    here.plans[id(asked)] = Planned(asked, most, now, made)
    return made


def _planned(here: Asking, asked: QueryObject, most: int | None, now: datetime) -> Plan:
    written = shapes.time_zone(here.dataset)
    clock = questions.clock(asked, written, now)
    context = _template_context(here.actor, asked, clock, written)
    stored = library.offered(context, here.actor, here.dataset, is_stored=True)
    # What a guest asks was saved with the chart, by somebody who sees what it names.
    own = library.offered(context, here.actor.reader, here.dataset, is_stored=not here.actor.needs_rights)
    shape, target = shapes.shape_of(here.dataset, here.actor, stored)
    engine = databases.find(shape.engine)

    def render(sql: str) -> str:
        return template.render(sql, own, engine) if template.has_template(sql) else sql

    limits = RowLimits(settings().row_limit, most or settings().max_row_limit)
    return Plan(questions.translated(asked, shape, clock, render, limits, context.notes), shape, target, engine)


def answer(here: Asking, planned: Plan, form: str = "json") -> Answer:
    """The rows, encoded as one of RESULT_FORMATS; from the cache when they are kept and not forced."""
    return _answered(here, planned, lambda: _statements(here, planned), _key(here, planned, form), form)


def _key(here: Asking, planned: Plan, form: str) -> str:
    key = planned.keys.get(form)
    if key is None:
        asked = planned.asked
        wish = (asked.query, asked.comparisons, asked.steps, asked.shift, asked.total)
        key = planned.keys[form] = cache_key(wish, planned.shape.version, here.dataset.id, here.predicates, form)
    return key


@dataclass(frozen=True)
class Streamed:
    """An answer too large to be held, which leaves while the engine makes it. limit: rows that may come.

    total: rows without limit and offset, where that was asked. truncated: whether rows are missing; None where that
    is not known yet. chunks raises when the engine fails in the middle. close: to be called in any case.
    """

    chunks: Iterator[bytes]
    limit: int | None
    close: Callable[[], None]
    total: int | None = None
    truncated: bool | None = None


def download(here: Asking, asked: QueryObject, form: str) -> Answer | Streamed:
    """The rows as a file. What ends soon is an answer like any other; the rest is streamed where the form allows."""
    if form not in STREAMS:
        return answer(here, plan(here, asked), form)
    planned = plan(here, asked, settings().stream_row_limit)
    if planned.asked.comparisons or planned.asked.steps or planned.asked.shift:
        return answer(here, plan(here, asked), form)
    key = _key(here, planned, form)
    kept = None if here.force or here.cache_ttl_s < 0 else stores.answers().get(key)
    if kept is not None:
        return _told(here, planned, kept, key, True)
    statements = _statements(here, planned)
    db.session.commit()
    own: list[Streamed] = []

    def make() -> Entry:
        found = _begun(here, planned, statements, form)
        if isinstance(found, Entry):
            return found
        own.append(found)
        raise NotHeld

    try:
        entry, _ = stores.answers().answer(key, make, ttl_s=here.cache_ttl_s, force=True)
    except NotHeld:
        # Who waited for somebody else's answer has none of his own yet.
        found = own[0] if own else _begun(here, planned, statements, form)
        if isinstance(found, Streamed):
            return found
        entry = found
    return _told(here, planned, entry, key, False)


class NotHeld(Exception):
    """An answer is not to be held."""


def _begun(here: Asking, planned: Plan, statements: Sequence[Statement], form: str) -> Entry | Streamed:
    limits = run.Limits(timeout_s=settings().async_timeout_s, max_rows=statements[0].limit)
    slot = slots.take(here.actor, here.dataset.database_id)
    stream = run.Stream(planned.engine, planned.target, statements[0], limits, slot.release)
    try:
        return _read(here, planned, stream, statements, form)
    except BaseException:
        stream.close()
        raise


def _read(
    here: Asking, planned: Plan, stream: run.Stream, statements: Sequence[Statement], form: str
) -> Entry | Streamed:
    chunks = STREAMS[form](stream.schema, stream, _header(statements[0], stream.schema.names, {}))
    # Encoded as they come, so that no rows are held.
    held: list[bytes] = []
    for chunk in chunks:
        held.append(chunk)
        if stream.rows > MOST_HELD_ROWS:
            return _streamed(here, planned, Streamed(chain(held, chunks), statements[0].limit, stream.close))
    total = _total(here, planned, stream.rows, stream.truncated)
    stream.close()
    facts = _facts(stream.schema, stream.rows, stream.rows, stream.truncated, statements)
    return Entry(b"".join(held), {**facts, "total": total})


def _streamed(here: Asking, planned: Plan, made: Streamed) -> Streamed:
    """The stream, which says how much it will hold when that was asked for."""
    total = _total(here, planned, 0, truncated=True)
    if total is None:
        return made
    return replace(
        made, total=total, truncated=made.limit is not None and total - planned.asked.query.offset > made.limit
    )


def _total(here: Asking, planned: Plan, rows: int, truncated: bool, watch: stops.Watch | None = None) -> int | None:
    """The rows without limit and offset where that was asked; counted by the engine when these rows do not tell."""
    query = planned.asked.query
    if not planned.asked.total:
        return None
    if not truncated and (rows or not query.offset):
        return query.offset + rows
    counting = build.build(replace(query, row_count=True), planned.shape, planned.engine, here.predicates)
    found = _run(planned, counting, watch).table
    return int(found.column(0)[0].as_py())


def annotations(here: Asking, planned: Plan) -> dict[str, Answer]:
    """Name of a layer -> the rows of the chart it comes from, which the caller must see. Raises NotFound."""
    return {each.name: _annotated(here, planned, each) for each in planned.asked.annotations}


# They tell nothing of the SQL, also to a guest.
PLAIN_ERRORS = (SubqueryRefused, QueryTimedOut, AnswerTooLarge)


def hides(actor: Actor, error: ProductError) -> bool:
    """Whether the caller may not read what went wrong with a question: a guest learns nothing of SQL and tables."""
    return actor.guest is not None and isinstance(error, QueryError) and not isinstance(error, PLAIN_ERRORS)


def layer_record(found: Answer) -> dict[str, Any]:
    """The rows of a layer as JSON. Those of a chart say the zones of their moments; others have none."""
    record: dict[str, Any] = {"records": orjson.Fragment(found.body)}
    if found.meta.get("zones"):
        record |= {"colnames": found.meta["labels"], "zones": found.meta["zones"]}
    return record


def _annotated(here: Asking, planned: Plan, annotation: Annotation) -> Answer:
    if annotation.is_layer:
        return _of_layer(here, planned, annotation.pk)
    found = chart(here.actor, annotation.pk)
    opened_, context = of_chart(here.actor, found, here.force)
    there = replace(opened_, client_id=here.client_id)
    return answer(there, plan(there, questions.annotating(context.queries[0], annotation)))


def _of_layer(here: Asking, planned: Plan, pk: int) -> Answer:
    # Who may see a chart sees what it shows. What a guest asks was compared with the saved chart before.
    is_shown = not here.actor.needs_rights or here.actor.reader.can("can_read", "Annotation")
    if not is_shown and here.chart_id is not None:
        is_shown = pk in questions.layers_of(chart(here.actor, here.chart_id))
    if not is_shown:
        raise NotFound("Annotation layer not found.")
    body = annotation_rows.rows(pk)
    meta = {"made_at": hashlib.sha256(body).hexdigest(), "truncated": False, "limit": None}
    return Answer(body, meta, planned.asked, f"annotation_layer:{pk}", here.cache_ttl_s, False, None)


def samples(here: Asking, limit: int | None = None, asked: QueryObject | None = None, form: str = "json") -> Answer:
    """Rows of the dataset as they are, under the caller's row rules. limit: rows, None for the setting's."""
    rows = min(limit or settings().samples_row_limit, settings().max_row_limit)
    planned = plan(here, {**(asked or {}), "columns": [], "metrics": None, "row_limit": rows})
    # Filters are not for samples, so none of them is said to be applied.
    planned = replace(planned, asked=replace(planned.asked, applied=[], since=None, until=None, total=False))
    key = cache_key("samples", planned.shape.version, here.dataset.id, here.predicates, rows, form)

    def statements() -> list[Statement]:
        return [build.samples(planned.shape, planned.engine, rows, here.predicates)]

    return _answered(here, planned, statements, key, form)


# What a question says of groups means nothing for the rows behind them.
OF_GROUPS = (
    "annotation_layers",
    "groupby",
    "metrics",
    "post_processing",
    "series_columns",
    "series_limit",
    "time_offsets",
)


def drill(here: Asking, asked: QueryObject, form: str = "json") -> Answer:
    """The dataset's rows behind a number: all columns, the question's filters, ordered by the first column.

    An order by columns is kept, one by measures is not.
    """
    columns = [column.column_name for column in here.dataset.columns]
    whole = {**asked, **dict.fromkeys(OF_GROUPS), "columns": columns, "is_timeseries": False}
    whole["extras"] = {**(asked.get("extras") or {}), "having": None}
    order = [each for each in asked.get("orderby") or () if each and each[0] in columns]
    whole["orderby"] = order or [[name, True] for name in columns[:1]]
    return answer(here, plan(here, whole), form)


def sql_of(here: Asking, planned: Plan) -> str:
    """The SQL that would be run; of several statements, with `;` and an empty line between them."""
    return SEPARATOR.join(statement.sql for statement in _statements(here, planned))


def statement_of(here: Asking, planned: Plan, *, with_rules: bool = True) -> Statement:
    """That of the question alone, without what it is compared with. with_rules: under the caller's row rules."""
    return build.build(planned.asked.query, planned.shape, planned.engine, here.predicates if with_rules else ())


def _statements(here: Asking, planned: Plan) -> list[Statement]:
    """That of the question, then those of what it is compared with."""
    queries = [planned.asked.query, *(each.query for each in planned.asked.comparisons)]
    return [build.build(query, planned.shape, planned.engine, here.predicates) for query in queries]


@dataclass(frozen=True)
class Rows:
    """What the engine answered, compared and processed. counted: rows before the processing.

    truncated: rows are missing, or some of those that these are compared with.
    """

    table: pa.Table
    header: Sequence[str]
    levels: Mapping[str, Sequence[str]]
    counted: int
    truncated: bool


def _rows(planned: Plan, statements: Sequence[Statement], watch: stops.Watch | None) -> Rows:
    asked = planned.asked
    first, *others = [_run(planned, each, watch) for each in statements]
    table, levels = first.table, {}
    if asked.meeting is not None:
        met = zip(asked.comparisons, (other.table for other in others), strict=True)
        table = comparison.joined(table, list(met), asked.meeting)
    if asked.shift is not None:
        table = comparison.shifted(table, asked.shift)
    if asked.steps is not None:
        table = transform.transformed(table, orjson.loads(asked.steps))
        levels = transform.label_map(table)
    is_cut = first.truncated or any(other.truncated for other in others)
    return Rows(table, _header(statements[0], table.column_names, levels), levels, first.table.num_rows, is_cut)


def _run(planned: Plan, statement: Statement, watch: stops.Watch | None) -> run.Answer:
    over = nullcontext if watch is None else watch.over
    return run.answer(planned.engine, planned.target, statement, slots.limits(statement.limit), over)


def _header(statement: Statement, names: Sequence[str], levels: Mapping[str, Sequence[str]]) -> list[str]:
    shown = _verbose(statement, names, levels)
    return [shown.get(name, name) for name in names]


def _verbose(statement: Statement, names: Sequence[str], levels: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Label -> the dataset's own words for it, where it has any.

    What was compared or pivoted is named by what it was made of. Words that would make two columns one are left out.
    """
    own = {each.label: each.verbose_name for each in statement.outputs if each.verbose_name}
    made = {name: _made_of(name, levels.get(name, [name]), own) for name in names if name not in own}
    found = own | {name: text for name, text in made.items() if text != name}
    times = Counter(found.get(name, name) for name in {*own, *names})
    return {name: text for name, text in found.items() if text != name and times[text] == 1}


def _made_of(name: str, levels: Sequence[str], own: Mapping[str, str]) -> str:
    measure, compared, offset = levels[0].partition(comparison.SEPARATOR)
    shown = own.get(levels[0]) or (f"{own[measure]}{compared}{offset}" if measure in own else None)
    return name if shown is None else ", ".join([shown, *levels[1:]])


def _entry(found: Rows, statements: Sequence[Statement], form: str, total: int | None) -> Entry:
    """The answer as bytes, with what is said about it."""
    meta = _facts(found.table.schema, found.table.num_rows, found.counted, found.truncated, statements)
    verbose = _verbose(statements[0], found.table.column_names, found.levels)
    more = {"levels": found.levels, "verbose": verbose, "total": total}
    return Entry(_encoded(found.table, form, found.header), {**meta, **more})


def _facts(
    schema: pa.Schema, rows: int, counted: int, truncated: bool, statements: Sequence[Statement]
) -> dict[str, Any]:
    """labels, levels, kinds, zones, rows, sql_rows (before the processing), truncated, limit, sql, made_at(_ns)."""
    is_zoned = statements[0].time_zone is not None
    return {
        "labels": schema.names,
        "levels": {},
        "kinds": [int(kind) for kind in run.kinds_of(schema)],
        # Where nobody stated a zone, moments are shown as they are written.
        "zones": run.zones_of(schema) if is_zoned else [None] * len(schema),
        "rows": rows,
        "sql_rows": counted,
        "truncated": truncated,
        "limit": statements[0].limit,
        "sql": SEPARATOR.join(statement.sql for statement in statements),
        "made_at": datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat(),
        # What is made anew within a second is another answer.
        "made_at_ns": time.time_ns(),
    }


def _encoded(table: pa.Table, form: str, header: Sequence[str]) -> bytes:
    if form == "json":
        return json.records(table)
    if form in STREAMS:
        return b"".join(STREAMS[form](table.schema, table.to_batches(), header))
    # Few requests want a workbook, and its library costs every start 50 ms.
    from superset_like.engine.encode import xlsx

    return xlsx.workbook(table.to_batches(), header)


def _answered(
    here: Asking, planned: Plan, make_statements: Callable[[], list[Statement]], key: str, form: str
) -> Answer:
    def make() -> Entry:
        statements = make_statements()
        # No transaction on the metadata stays open while the user's database works.
        db.session.commit()
        with stops.watched(here.actor, here.client_id) as watch, _slot(here, watch):
            rows = _rows(planned, statements, watch)
            total = _total(here, planned, rows.counted, rows.truncated, watch)
        return _entry(rows, statements, form, total)

    entry, is_hit = stores.answers().answer(key, make, here.cache_ttl_s, here.force, before_waiting=db.session.commit)
    return _told(here, planned, entry, key, is_hit)


def _slot(here: Asking, watch: stops.Watch | None) -> Lease:
    if watch is None:
        return slots.take(here.actor, here.dataset.database_id)
    return slots.take(here.actor, here.dataset.database_id, while_waiting=watch.require_going)


def _told(here: Asking, planned: Plan, entry: Entry, key: str, is_hit: bool) -> Answer:
    sql = None if here.actor.guest is not None else str(entry.meta["sql"])
    return Answer(entry.body, entry.meta, planned.asked, key, here.cache_ttl_s, is_hit, sql)


def of_declaration(actor: Actor, dataset: Dataset) -> Asking:
    """The dataset, opened for a filter of a dashboard that offers its values: whether it may was settled there."""
    return _asking(actor, dataset, None, False)


def _asking(actor: Actor, dataset: Dataset, of_chart_s: int | None, force: bool, wish_s: int | None = None) -> Asking:
    dataset = query_datasets.with_columns(actor, dataset)
    named = (of_chart_s, dataset.cache_timeout, dataset.database.cache_timeout, settings().cache_ttl_s)
    usual_s = next(each for each in named if each is not None)
    return Asking(actor, dataset, row_filters.of(actor, dataset), _shortened(usual_s, wish_s), force)


def _shortened(usual_s: int, wish_s: int | None) -> int:
    """Seconds to keep an answer, 0 for ever, below 0 not at all. Others get it too: an asker may only shorten it."""
    if wish_s is None or wish_s == 0 or usual_s < 0:
        return usual_s
    return wish_s if wish_s < 0 or usual_s == 0 else min(wish_s, usual_s)


def _template_context(actor: Actor, asked: QueryObject, now: datetime, written: str | None) -> template.Context:
    zone = str(now.tzinfo) if now.tzinfo else None
    # Templates compare them with columns.
    since, until = (questions.in_zone(moment, zone, written) for moment in questions.bounds(asked, now))
    return template_context.of(
        actor,
        url_params=asked.get("url_params") or {},
        filters=tuple(asked.get("filters") or ()),
        columns=(*(asked.get("columns") or ()), *(asked.get("groupby") or ())),
        metrics=tuple(asked.get("metrics") or ()),
        from_dttm=since,
        to_dttm=until,
    )
