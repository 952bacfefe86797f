"""One statement for one question to one dataset."""

from collections.abc import Sequence

from superset_like.engine.build import conditions, labels
from superset_like.engine.build.scope import Scope
from superset_like.engine.build.select import holds_sql, rows_counted, select, where
from superset_like.engine.databases.base import Engine
from superset_like.engine.query import Dimension, Kind, Order, Output, Predicate, Query, Shape, Statement
from superset_like.errors import QuestionInvalid

__all__ = ["build", "distinct_values", "samples"]


def build(query: Query, shape: Shape, engine: Engine, predicates: Sequence[Predicate]) -> Statement:
    """The SQL that answers the question, with no row in it that a predicate withholds.

    Raises QuestionInvalid, QueryRefused, SubqueryRefused.
    """
    labels.require_unique(query)
    if not query.dimensions and not query.measures:
        raise QuestionInvalid("Empty query?")
    scope = Scope(shape, engine, predicates, is_fenced=holds_sql(query, shape), query=query)
    conditions_ = where(scope, query)
    if query.row_count:
        return Statement(scope.statement(rows_counted(scope, query, conditions_)), (Output("rowcount", Kind.NUMERIC),))
    tree, outputs = select(scope, query, conditions_)
    return Statement(scope.statement(tree), outputs, query.limit, query.time_zone)


def samples(shape: Shape, engine: Engine, rows: int, predicates: Sequence[Predicate]) -> Statement:
    """Some rows of the dataset, all its columns, calculated ones included."""
    columns = tuple(Dimension(column.name, column=column.name) for column in shape.columns)
    return build(Query(dimensions=columns, limit=rows), shape, engine, predicates)


def distinct_values(
    shape: Shape,
    engine: Engine,
    column: str,
    limit: int,
    predicates: Sequence[Predicate],
    search: str | None = None,
) -> Statement:
    """The different values of a column in order, NULL among them. search: text they hold, whatever its case."""
    scope = Scope(shape, engine, predicates)
    dimension = Dimension(column, column=column)
    query = Query((dimension,), (), order=(Order(dimension),), limit=limit, use_values_predicate=True)
    conditions_ = where(scope, query)
    if search:
        conditions_.append(conditions.contains(scope, scope.column(column), search))
    tree, outputs = select(scope, query, conditions_)
    return Statement(scope.statement(tree), outputs, limit)
