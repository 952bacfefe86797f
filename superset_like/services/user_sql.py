"""SQL of virtual datasets: rendered, guarded, and with the row rules of the tables inside it put in.

Whoever saves a dataset must be allowed to read every table in its SQL; who asks it later needs the dataset alone. A
template may name other tables for other callers: those the caller must be allowed to read himself.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from superset_like.access import actors, row_filters, rules
from superset_like.access.actor import Actor
from superset_like.engine import databases as engines
from superset_like.engine import guard, template, zones
from superset_like.engine.databases.base import Engine
from superset_like.engine.guard import Read
from superset_like.engine.query import TableName
from superset_like.engine.template import Context
from superset_like.errors import Invalid, NotAuthenticated, QueryError
from superset_like.extensions import db, settings
from superset_like.models import Database, Dataset, SavedQuery
from superset_like.services import databases, query_templates, remembered


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name without schema or catalog is looked up, and nowhere else."""

    schema: str | None = None
    catalog: str | None = None

    def of(self, read: Read, engine: Engine) -> Read:
        """The query with its bare names said in full."""
        return guard.placed(read, self.schema, self.catalog, engine)


@dataclass(frozen=True, slots=True)
class Source:
    """A virtual dataset's SQL with what is needed to render and guard it. params: its own template parameters.

    is_query: it is the text of a saved query, which nobody judged when it was saved; author_id: who wrote that.
    time_zone: that in which its parameters tell today; None for UTC.
    """

    dataset_id: int
    engine: str
    sql: str
    place: Place
    params: Mapping[str, Any] = field(default_factory=dict)
    is_query: bool = False
    author_id: int | None = None
    time_zone: str | None = None


def place_of(database: Database, schema: str | None, catalog: str | None) -> Place:
    """The place of bare names; without a schema, the one that the connection itself would look in first."""
    engine = databases.engine_of(database)
    return Place(schema or engine.default_schema(databases.target(database, catalog=catalog)), catalog or None)


def source_of(dataset: Dataset) -> Source:
    """The dataset's SQL, not rendered yet."""
    return Source(
        dataset.id,
        databases.engine_of(dataset.database).name,
        dataset.sql or "",
        place_of(dataset.database, dataset.schema, dataset.catalog),
        template_params(dataset.template_params),
        dataset.saved_query_id is not None,
        _author_of(dataset.saved_query_id),
        dataset.time_zone or settings().time_zone or None,
    )


def _author_of(saved_query_id: int | None) -> int | None:
    if saved_query_id is None:
        return None
    found: int | None = db.session.execute(select(SavedQuery.sql_by_fk).where(SavedQuery.id == saved_query_id)).scalar()
    return found


def rendered_source(actor: Actor, source: Source, context: Context) -> str:
    """The SELECT to run for a caller who may ask the dataset. Raises TemplateInvalid, QueryRefused, DataForbidden."""
    database = remembered.dataset(source.dataset_id).database
    engine = engines.find(source.engine)
    read = _read(source, context, engine)
    author = _author(source)
    if source.is_query:
        _require_author(actor, database, author, read)
    if template.has_template(source.sql):
        _require_own(actor, database, source, read, context, engine)
    return protected(actor, database, read, engine, author if actor.is_lent else None)


def require_source(actor: Actor, dataset: Dataset, context: Context) -> str:
    """The SELECT as the caller would run it. Raises DataForbidden when he may not read one of its tables."""
    source = source_of(dataset)
    engine = engines.find(source.engine)
    read = _read(source, context, engine)
    rules.require_tables(actor, dataset.database, sorted(read.tables, key=str))
    return protected(actor, dataset.database, read, engine)


def require_expressions(actor: Actor, dataset: Dataset) -> None:
    """Nothing, or Invalid with the columns, metrics and predicate whose SQL is not allowed."""
    engine = engines.of_uri(dataset.database.sqlalchemy_uri)
    calculated = [(column.column_name, column.expression) for column in dataset.columns if column.expression]
    metrics = [(metric.metric_name, metric.expression) for metric in dataset.metrics]
    fields = {
        "columns": _refusals(calculated, lambda sql: guard.expression(sql, engine)),
        "metrics": _refusals(metrics, lambda sql: guard.expression(sql, engine)),
    }
    if dataset.fetch_values_predicate:
        named = [("fetch_values_predicate", dataset.fetch_values_predicate)]
        fields["fetch_values_predicate"] = _refusals(named, lambda sql: guard.predicate(sql, engine))
    wrong = {name: texts for name, texts in fields.items() if texts}
    if wrong:
        raise Invalid(fields=wrong)


def protected(actor: Actor, database: Database, read: Read, engine: Engine, author: Actor | None = None) -> str:
    """The SELECT, whose names are said in full, under the caller's row rules; under those of its author too, if given.

    Who writes a text that others open to the world, or by a key, could read what he asks there: no row of theirs that
    is hidden from himself.
    """
    tables = sorted(read.tables, key=str)
    rules_here = row_filters.for_tables(actor, database, tables)
    if author is not None:
        for table, predicates in row_filters.for_tables(author, database, tables).items():
            known = rules_here.get(table, ())
            said = {each.sql for each in known}
            rules_here[table] = (*known, *(each for each in predicates if each.sql not in said))
    return guard.protected(read, rules_here, engine) if rules_here else read.sql


def template_params(text: str | None) -> dict[str, Any]:
    """The parameters in a JSON text. Raises Invalid when it is no object."""
    try:
        value = json.loads(text or "{}")
    except ValueError as error:
        raise Invalid(fields={"template_params": ["JSON not valid"]}) from error
    if not isinstance(value, dict):
        raise Invalid(fields={"template_params": ["Must be a JSON object"]})
    return value


def _read(source: Source, context: Context, engine: Engine) -> Read:
    sql = source.sql
    if template.has_template(sql):
        sql = template.render(sql, replace(context, params={**_params(source), **context.params}), engine)
    return source.place.of(guard.read(sql, engine), engine)


def _params(source: Source) -> Mapping[str, Any]:
    if not source.is_query:
        return source.params
    zone = zones.find(source.time_zone) if source.time_zone else UTC
    return query_templates.resolved(source.params, datetime.now(zone).replace(tzinfo=None))


def _author(source: Source) -> Actor | None:
    try:
        return None if source.author_id is None else actors.of_user(source.author_id)
    except NotAuthenticated:
        return None


def _require_author(actor: Actor, database: Database, author: Actor | None, read: Read) -> None:
    """Nothing, where the author of the text may read its tables, or the caller those that he may not.

    Where the caller's rights are lent to whoever comes, the author may be who comes: then his own count alone.
    """
    tables = sorted(read.tables, key=str)
    if author is not None and actor.is_lent:
        rules.require_tables(author, database, tables)
        return
    known = set() if author is None else set(rules.readable_tables(author, database, tables))
    rules.require_tables(actor.reader, database, [table for table in tables if table not in known])


def _require_own(
    actor: Actor, database: Database, source: Source, read: Read, context: Context, engine: Engine
) -> None:
    extra = read.tables - _tables_for_nobody(source, context, engine)
    if extra:
        rules.require_tables(actor.reader, database, sorted(extra, key=str))


def _tables_for_nobody(source: Source, context: Context, engine: Engine) -> frozenset[TableName]:
    try:
        return _read(source, Context(library=context.library), engine).tables
    except QueryError:
        return frozenset()


def _refusals(named: Iterable[tuple[str, str]], check: Callable[[str], object]) -> list[str]:
    texts = []
    for name, sql in named:
        try:
            check(sql)
        except QueryError as error:
            texts.append(f"{name}: {error.message}")
    return texts
