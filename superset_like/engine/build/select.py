"""The parts of a SELECT: outputs, conditions, groups, order, the top series."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from superset_like.engine.build import conditions, labels
from superset_like.engine.build.scope import Bound, Scope, all_of, any_of, identifier, operand, subquery
from superset_like.engine.query import Dimension, Filter, FilterGroup, Kind, Measure, Order, Output, Query, Shape
from superset_like.errors import QuestionInvalid

OTHERS = "Others"

_CONSTANTS = (exp.Literal, exp.Boolean, exp.Null, exp.Neg)

_SERIES = "__series"
_COUNTED = "__counted"

# These know no OFFSET without LIMIT; MySQL's manual names this number for "all".
_ALL_ROWS = {"mysql": 18446744073709551615, "bigquery": 9223372036854775807}


@dataclass(frozen=True, slots=True)
class Item:
    """An output: what people read, what the SQL calls it, what it is."""

    label: str
    alias: str
    bound: Bound


def holds_sql(query: Query, shape: Shape) -> bool:
    """Whether a condition of the question is SQL of people: its own, or that of a calculated column."""
    if query.where_sql or query.having_sql or (query.use_values_predicate and shape.values_predicate):
        return True
    stored = {column.name for column in shape.columns if column.expression is None}
    named = [item.column for item in _filters(query.where)] + [asked.column for asked in query.time]
    if shape.always_filter_main_time and query.time:
        named.append(shape.main_time_column)
    return any(name not in stored for name in named)


def _filters(group: FilterGroup) -> Iterator[Filter]:
    for member in group.members:
        if isinstance(member, Filter):
            yield member
        else:
            yield from _filters(member)


def where(scope: Scope, query: Query) -> list[exp.Expr]:
    """All that a row must meet, the predicates of the source apart."""
    found = conditions.of_times(scope, query.time) + conditions.of_group(scope, query.where)
    if query.where_sql and query.where_sql.strip():
        found.append(exp.Paren(this=scope.expression(query.where_sql)))
    if query.use_values_predicate and scope.shape.values_predicate:
        found.append(exp.Paren(this=scope.expression(scope.shape.values_predicate)))
    return found


def select(scope: Scope, query: Query, found: Sequence[exp.Expr]) -> tuple[exp.Expr, tuple[Output, ...]]:
    """The SELECT with these conditions, and its outputs; one row more than asked for, so that a cut is seen."""
    dimensions, measures = _items(scope, query)
    join = None
    if query.series is not None:
        join, dimensions = _top_series(scope, query, dimensions, found)
    items = [*dimensions, *measures]
    tree = exp.Select(expressions=[_aliased(item.bound.node.copy(), item.alias) for item in items])
    tree.set("from_", exp.From(this=scope.source()))
    if join is not None:
        tree.set("joins", [join])
    _restrict(tree, found)
    if query.measures is not None:
        _group(tree, scope, query, dimensions)
    _order(tree, scope, query, items)
    _cut(tree, scope, query)
    return tree, tuple(_output(item) for item in items)


def rows_counted(scope: Scope, query: Query, found: Sequence[exp.Expr]) -> exp.Expr:
    """A SELECT of the number of rows that the question has without its limit."""
    inner, _ = select(scope, replace(query, order=(), limit=None, offset=0), found)
    count = _aliased(exp.Count(this=exp.Star()), "rowcount")
    return exp.Select(expressions=[count], from_=exp.From(this=subquery(inner, _COUNTED)))


def _items(scope: Scope, query: Query) -> tuple[list[Item], list[Item]]:
    names = list(labels.labels(query))
    bounds = [scope.dimension(dimension) for dimension in query.dimensions]
    bounds += [scope.measure(measure) for measure in query.measures or ()]
    aliases = labels.aliases(names, scope.engine.label_length, scope.engine.syntax.plain_labels)
    items = [Item(*parts) for parts in zip(names, aliases, bounds, strict=True)]
    return items[: len(query.dimensions)], items[len(query.dimensions) :]


def _output(item: Item) -> Output:
    bound = item.bound
    return Output(item.label, bound.kind, bound.time_format, bound.verbose_name, bound.written, bound.hours)


def _aliased(node: exp.Expr, alias: str) -> exp.Expr:
    return exp.Alias(this=node, alias=identifier(alias))


def _restrict(tree: exp.Select, found: Sequence[exp.Expr]) -> None:
    if found:
        tree.set("where", exp.Where(this=all_of([condition.copy() for condition in found])))


def _group(tree: exp.Select, scope: Scope, query: Query, dimensions: Sequence[Item]) -> None:
    having: list[exp.Expr] = []
    if keys := _keys(scope, dimensions):
        tree.set("group", exp.Group(expressions=keys))
    elif not query.measures:
        tree.set("distinct", exp.Distinct())
    elif dimensions:
        # Constants alone: no rows are no group, where a sum without GROUP BY would be one of NULL.
        having.append(exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(0)))
    if query.having_sql and query.having_sql.strip():
        having.append(scope.expression(query.having_sql))
    if having:
        tree.set("having", exp.Having(this=having[0] if len(having) == 1 else all_of(list(map(exp.paren, having)))))


def _keys(scope: Scope, dimensions: Sequence[Item]) -> list[exp.Expr]:
    """What to group by. A constant is the same in every group, and engines read a number there as a position."""
    nodes = [(at, item.bound.node) for at, item in enumerate(dimensions, 1)]
    varying = [(at, node) for at, node in nodes if not isinstance(node.unnest(), _CONSTANTS)]
    if scope.engine.syntax.by_position:
        return [exp.Literal.number(at) for at, _ in varying]
    return [node.copy() for _, node in varying]


def _order(tree: exp.Select, scope: Scope, query: Query, items: Sequence[Item]) -> None:
    aliases = {item.label: item.alias for item in items}
    terms = [_term(scope, _ordered_by(scope, query, order, aliases), order.ascending) for order in query.order]
    if terms:
        tree.set("order", exp.Order(expressions=terms))


def _ordered_by(scope: Scope, query: Query, order: Order, aliases: dict[str, str]) -> exp.Expr:
    alias = aliases.get(order.by.label)
    if alias is not None:
        # Alone in an ORDER BY term, an output's name goes before a column's on every engine.
        return exp.Column(this=identifier(alias))
    if isinstance(order.by, Dimension):
        return scope.dimension(order.by).node
    if query.measures is None:
        raise QuestionInvalid(f"Rows cannot be ordered by the measure {order.by.label}")
    return scope.measure(order.by).node


def _term(scope: Scope, node: exp.Expr, ascending: bool) -> exp.Ordered:
    """An ORDER BY term, NULL where the engine puts it on its own."""
    nulls = Dialect.get_or_raise(scope.engine.dialect).NULL_ORDERING
    first = nulls == "nulls_are_small" if ascending else nulls == "nulls_are_large"
    return exp.Ordered(this=node, desc=not ascending, nulls_first=first)


def _cut(tree: exp.Select, scope: Scope, query: Query) -> None:
    limit = _ALL_ROWS.get(scope.engine.dialect) if query.offset else None
    if query.limit is not None:
        limit = query.limit + 1
    if limit is not None:
        tree.set("limit", exp.Limit(expression=exp.Literal.number(limit)))
    if query.offset:
        tree.set("offset", exp.Offset(expression=exp.Literal.number(query.offset)))


def _top_series(
    scope: Scope, query: Query, dimensions: list[Item], found: Sequence[exp.Expr]
) -> tuple[exp.Join, list[Item]]:
    """The join that keeps the top series, or marks them where the others are summed up; the dimensions to match."""
    assert query.series is not None
    by_label = {item.label: item for item in dimensions}
    unknown = [label for label in query.series.dimensions if label not in by_label]
    if unknown or not query.series.dimensions:
        raise QuestionInvalid(f"Series are limited by columns that the question does not have: {unknown}")
    chosen = [by_label[label] for label in query.series.dimensions]
    source = subquery(_ranked(scope, query, chosen, found), _SERIES)
    equal = [
        _same(scope, operand(item.bound.node.copy()), _series_column(f"{_SERIES}_{number}"))
        for number, item in enumerate(chosen)
    ]
    join = exp.Join(this=source, on=all_of(equal), kind=None if query.series.group_others else "INNER")
    if not query.series.group_others:
        return join, dimensions
    join.set("side", "LEFT")
    return join, [_or_others(scope, item) if item in chosen else item for item in dimensions]


def _same(scope: Scope, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Both are equal, or both NULL."""
    if scope.engine.syntax.null_safe:
        return exp.NullSafeEQ(this=left, expression=right)
    nulls = [exp.Is(this=side.copy(), expression=exp.Null()) for side in (left, right)]
    return any_of([exp.EQ(this=left, expression=right), all_of(nulls)])


def _ranked(scope: Scope, query: Query, chosen: Sequence[Item], found: Sequence[exp.Expr]) -> exp.Expr:
    assert query.series is not None
    outputs = [_aliased(item.bound.node.copy(), f"{_SERIES}_{number}") for number, item in enumerate(chosen)]
    keys = _keys(scope, chosen)
    # Without groups SQLite orders by an aggregate only where one is put out.
    mark = exp.Literal.number(1) if keys else exp.Count(this=exp.Star())
    tree = exp.Select(expressions=[*outputs, _aliased(mark, _SERIES)])
    tree.set("from_", exp.From(this=scope.source()))
    _restrict(tree, found)
    if keys:
        tree.set("group", exp.Group(expressions=keys))
    rank = scope.measure(_ranking(query)).node
    # A series whose measure is NULL is never a top one.
    term = exp.Ordered(this=rank, desc=not query.series.ascending, nulls_first=False)
    tree.set("order", exp.Order(expressions=[term]))
    tree.set("limit", exp.Limit(expression=exp.Literal.number(query.series.count)))
    return tree


def _ranking(query: Query) -> Measure:
    assert query.series is not None
    measure = query.series.measure or next(iter(query.measures or ()), None)
    if measure is None or query.measures is None:
        raise QuestionInvalid("Series are limited by a measure, and the question has none")
    return measure


def _or_others(scope: Scope, item: Item) -> Item:
    """The dimension as text, or the word for all series but the top ones."""
    bound = item.bound
    as_text = exp.cast(bound.node.copy(), scope.engine.syntax.text, copy=False)
    text = bound.node.copy() if bound.kind is Kind.STRING else as_text
    is_other = exp.Is(this=_series_column(_SERIES), expression=exp.Null())
    case = exp.Case(ifs=[exp.If(this=is_other, true=exp.Literal.string(OTHERS))], default=text)
    return replace(item, bound=Bound(case, Kind.STRING, verbose_name=bound.verbose_name))


def _series_column(name: str) -> exp.Column:
    return exp.Column(this=identifier(name), table=identifier(_SERIES))
