"""SQL of virtual datasets: rendered, guarded, and with the row rules of the tables inside it put in.

Whoever saves a dataset must be allowed to read every table in its SQL; who asks it later needs the dataset alone. A
template may name other tables for other callers: those the caller must be allowed to read himself.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from superset_like.access import row_filters, rules, template_context
from superset_like.access.actor import Actor
from superset_like.engine import databases as engines
from superset_like.engine import guard, template
from superset_like.engine.databases.base import Engine
from superset_like.engine.guard import Read
from superset_like.engine.query import Predicate, TableName
from superset_like.engine.template import Context
from superset_like.errors import DataForbidden, Invalid, QueryError
from superset_like.models import Database, Dataset
from superset_like.services import remembered


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name without schema or catalog is looked up."""

    dialect: str
    schema: str | None = None
    catalog: str | None = None

    def of(self, table: TableName) -> TableName:
        """The table with its schema and catalog said."""
        return replace(table, schema=table.schema or self.schema, catalog=table.catalog or self.catalog)

    def meanings(self, table: TableName) -> tuple[TableName, ...]:
        """Every name under which a dataset may be stored over this table; a rule of any of them counts."""
        whole = self.of(table)
        without_catalog = replace(whole, catalog=None)
        names = [whole, without_catalog]
        # DuckDB takes the first of two parts for a catalog as well: then the schema is the usual one.
        is_doubtful = self.dialect == "duckdb" and table.catalog is None
        if is_doubtful:
            names.append(replace(without_catalog, schema=self.schema))
        if is_doubtful or whole.schema == self.schema:
            names.append(replace(without_catalog, schema=None))
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Source:
    """A virtual dataset's SQL with what is needed to render and guard it. params: its own template parameters."""

    dataset_id: int
    engine: str
    sql: str
    place: Place
    params: Mapping[str, Any] = field(default_factory=dict)


def source_of(dataset: Dataset) -> Source:
    """The dataset's SQL, not rendered yet."""
    engine = engines.of_uri(dataset.database.sqlalchemy_uri)
    return Source(
        dataset.id,
        engine.name,
        dataset.sql or "",
        Place(engine.dialect, dataset.schema, dataset.catalog),
        template_params(dataset.template_params),
    )


def rendered_source(actor: Actor, source: Source, context: Context) -> str:
    """The SELECT to run for a caller who may ask the dataset. Raises TemplateInvalid, QueryRefused, DataForbidden."""
    database = remembered.dataset(source.dataset_id).database
    engine = engines.find(source.engine)
    read = _read(source, context, engine)
    if template.has_template(source.sql):
        _require_own(actor, database, source, read, engine)
    return protected(actor, database, read, source.place, engine)


def require_source(actor: Actor, dataset: Dataset) -> str:
    """The SELECT as the caller would run it. Raises DataForbidden when he may not read one of its tables."""
    source = source_of(dataset)
    engine = engines.find(source.engine)
    read = _read(source, template_context.of(actor), engine)
    require_tables(actor, dataset.database, read.tables, source.place, engine)
    return protected(actor, dataset.database, read, source.place, engine)


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


def require_tables(actor: Actor, database: Database, tables: Iterable[TableName], place: Place, engine: Engine) -> None:
    """Nothing, or DataForbidden when one of the tables is the engine's own or the caller may not read it."""
    placed = sorted({place.of(table) for table in tables}, key=str)
    _refuse_system(placed, engine)
    rules.require_tables(actor, database, placed)


def row_rules(
    actor: Actor, database: Database, tables: Iterable[TableName], place: Place
) -> dict[TableName, tuple[Predicate, ...]]:
    """The caller's row rules for those of the tables that have any, under the names given here."""
    meanings = {table: place.meanings(table) for table in tables}
    asked = {meaning for found in meanings.values() for meaning in found}
    rules_of = row_filters.for_tables(actor, database, sorted(asked, key=str))
    found = {
        table: tuple(dict.fromkeys(rule for name in names for rule in rules_of.get(name, ())))
        for table, names in meanings.items()
    }
    return {table: predicates for table, predicates in found.items() if predicates}


def protected(actor: Actor, database: Database, read: Read, place: Place, engine: Engine) -> str:
    """The SELECT under the caller's row rules. Raises DataForbidden when it reads the engine's own tables."""
    _refuse_system([place.of(table) for table in read.tables], engine)
    rules_here = row_rules(actor, database, read.tables, place)
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
    if not template.has_template(source.sql):
        return guard.read(source.sql, engine)
    with_params = replace(context, params={**source.params, **context.params})
    return guard.read(template.render(source.sql, with_params, engine), engine)


def _require_own(actor: Actor, database: Database, source: Source, read: Read, engine: Engine) -> None:
    extra = read.tables - _tables_for_nobody(source, engine)
    if extra:
        require_tables(actor, database, extra, source.place, engine)


def _tables_for_nobody(source: Source, engine: Engine) -> frozenset[TableName]:
    try:
        return _read(source, Context(), engine).tables
    except QueryError:
        return frozenset()


def _refuse_system(tables: Iterable[TableName], engine: Engine) -> None:
    refused = sorted(table.name for table in tables if guard.is_system(table, engine))
    if refused:
        raise DataForbidden("The engine's own tables cannot be read", tables=refused)


def _refusals(named: Iterable[tuple[str, str]], check: Callable[[str], object]) -> list[str]:
    texts = []
    for name, sql in named:
        try:
            check(sql)
        except QueryError as error:
            texts.append(f"{name}: {error.message}")
    return texts
