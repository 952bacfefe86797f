"""Filters and time ranges as conditions over a scope."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from math import isfinite

from sqlglot import exp

from superset_like.engine import literals, zones
from superset_like.engine.build import clock
from superset_like.engine.build.clock import MOMENT
from superset_like.engine.build.scope import Bound, Scope, all_of, any_of, operand, raw
from superset_like.engine.query import Column, Filter, FilterGroup, Kind, Operator, Scalar, TimeRange
from superset_like.errors import QuestionInvalid

NEEDS_VALUE = "Must specify a value for filters with comparison operators"
NEEDS_LIST = "Filter value list cannot be empty"

_COMPARISONS: dict[Operator, type[exp.Binary]] = {
    Operator.EQ: exp.EQ,
    Operator.NE: exp.NEQ,
    Operator.GT: exp.GT,
    Operator.LT: exp.LT,
    Operator.GE: exp.GTE,
    Operator.LE: exp.LTE,
}
_PATTERNS: dict[Operator, type[exp.Binary]] = {
    Operator.LIKE: exp.Like,
    Operator.NOT_LIKE: exp.Like,
    Operator.ILIKE: exp.ILike,
    Operator.NOT_ILIKE: exp.ILike,
}
_NEGATED = {Operator.NOT_LIKE, Operator.NOT_ILIKE}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TRUTHS = {"true": True, "t": True, "yes": True, "1": True, "false": False, "f": False, "no": False, "0": False}
_TEXT_TYPES = ("CHAR", "TEXT", "STRING", "CLOB")

Locate = Callable[[Filter], Bound]
Make = Callable[[Scalar], exp.Expr]


def of_group(scope: Scope, group: FilterGroup, locate: Locate | None = None) -> list[exp.Expr]:
    """Conditions that must all hold, none when the group is empty. locate: what a filter compares."""
    locate = locate or (lambda item: scope.value(item.column, item.expression))
    conditions = []
    for member in group.members:
        if isinstance(member, Filter):
            conditions.append(_of_filter(scope, member, locate(member)))
        elif inner := of_group(scope, member, locate):
            conditions.append(inner[0] if len(inner) == 1 else exp.Paren(this=all_of(inner)))
    return [any_of(conditions)] if group.any_of and conditions else conditions


def of_times(scope: Scope, ranges: Sequence[TimeRange]) -> list[exp.Expr]:
    """Conditions of the time ranges, and of the dataset's main time column where it wants to be filtered too."""
    conditions: list[exp.Expr] = []
    for asked in _with_main_time(scope, ranges):
        bound = scope.column(asked.column)
        column = bound.column or MOMENT
        for compare, moment in ((exp.GTE, asked.since), (exp.LT, asked.until)):
            if moment is not None:
                literal = _moment(scope, column, moment)
                conditions.append(compare(this=operand(bound.node.copy()), expression=literal))
    return conditions


def contains(scope: Scope, bound: Bound, text: str) -> exp.Expr:
    """The value holds the text, whatever its case; `%` and `_` of the text mean themselves."""
    syntax = scope.engine.syntax
    mark = "!" if syntax.escape else "\\"
    escaped = "".join(mark + letter if letter in mark + syntax.wildcards else letter for letter in text)
    like = _alike(scope, exp.ILike, _as_text(scope, bound), f"%{escaped}%")
    return exp.Escape(this=like, expression=_literal(mark)) if syntax.escape else like


def _with_main_time(scope: Scope, ranges: Sequence[TimeRange]) -> list[TimeRange]:
    main = scope.shape.main_time_column
    found = list(ranges)
    if scope.shape.always_filter_main_time and main in scope.columns and main not in {r.column for r in ranges}:
        found += [TimeRange(main, asked.since, asked.until) for asked in ranges]
    return found


def _of_filter(scope: Scope, item: Filter, bound: Bound) -> exp.Expr:
    operator = item.operator
    node = operand(bound.node)
    if operator is Operator.IS_NULL:
        return exp.Is(this=node, expression=exp.Null())
    if operator is Operator.IS_NOT_NULL:
        return exp.Not(this=exp.Is(this=node, expression=exp.Null()))
    if operator in (Operator.IS_TRUE, Operator.IS_FALSE):
        return _truth(scope, node, bound, operator is Operator.IS_TRUE)
    if operator in _PATTERNS:
        like = _alike(scope, _PATTERNS[operator], _as_text(scope, bound), _text(_scalar(item)))
        return exp.Not(this=like) if operator in _NEGATED else like
    if item.grain:
        node, make = _at_grain(scope, bound, item.grain)
    else:
        make = _maker(scope, bound)
    if operator in (Operator.IN, Operator.NOT_IN):
        return _membership(item, node, make)
    if _is_condition(scope, node) and operator in (Operator.EQ, Operator.NE):
        return _truth(scope, node, bound, _boolean(_scalar(item)) is (operator is Operator.EQ))
    return _COMPARISONS[operator](this=node, expression=make(_scalar(item)))


def _alike(scope: Scope, like: type[exp.Binary], text: exp.Expr, pattern: str) -> exp.Expr:
    if like is exp.ILike and not scope.engine.syntax.ilike:
        return exp.Like(this=exp.Lower(this=text), expression=exp.Lower(this=_literal(pattern)))
    return like(this=text, expression=_literal(pattern))


def _membership(item: Filter, node: exp.Expr, make: Make) -> exp.Expr:
    values = item.value if isinstance(item.value, tuple) else (item.value,)
    if not values:
        raise QuestionInvalid(NEEDS_LIST)
    literals_ = [make(value) for value in values if value is not None]
    found = [exp.In(this=node, expressions=literals_)] if literals_ else []
    if item.operator is Operator.IN:
        null = exp.Is(this=node.copy(), expression=exp.Null())
        return any_of([null, *found] if None in values else found)
    absent = [exp.Not(this=condition) for condition in found]
    if None in values:
        absent.append(exp.Not(this=exp.Is(this=node.copy(), expression=exp.Null())))
    return all_of(absent)


def _is_condition(scope: Scope, node: exp.Expr) -> bool:
    """Whether it is true or false on an engine where that is no value."""
    conditions = exp.Predicate | exp.And | exp.Or | exp.Not
    return not scope.engine.syntax.booleans and isinstance(node.unnest(), conditions)


def _truth(scope: Scope, node: exp.Expr, bound: Bound, wanted: bool) -> exp.Expr:
    if _is_condition(scope, node):
        return node if wanted else exp.Not(this=node)
    if not scope.engine.syntax.booleans and bound.kind is Kind.BOOLEAN:
        return exp.EQ(this=node, expression=exp.Literal.number(int(wanted)))
    if bound.kind is Kind.NUMERIC:
        # PostgreSQL knows IS TRUE of booleans alone.
        return (exp.NEQ if wanted else exp.EQ)(this=node, expression=exp.Literal.number(0))
    return exp.Is(this=node, expression=exp.Boolean(this=wanted))


def _at_grain(scope: Scope, bound: Bound, grain: str) -> tuple[exp.Expr, Make]:
    """Both sides cut to the grain, so that an engine which writes moments as text compares like with like."""
    column = bound.column or MOMENT

    def make(value: Scalar) -> exp.Expr:
        literal = _moment(scope, column, _as_moment(scope, value))
        return exp.Paren(this=scope.at_grain(literal, column, grain))

    return exp.Paren(this=scope.at_grain(operand(bound.node), column, grain)), make


def _maker(scope: Scope, bound: Bound) -> Make:
    """How a value is written to be compared with these."""
    column = bound.column
    if bound.kind is Kind.TEMPORAL and not _is_time_of_day(column):
        return lambda value: _moment(scope, column or MOMENT, _as_moment(scope, value))
    if bound.kind is Kind.NUMERIC:
        return lambda value: _literal(_number(value))
    if bound.kind is Kind.BOOLEAN and not scope.engine.syntax.booleans:
        return lambda value: _literal(int(_boolean(value)))
    if bound.kind is Kind.BOOLEAN:
        return lambda value: _literal(_boolean(value))
    if column is not None and column.type and _is_text(column):
        return lambda value: _literal(_text(value))
    return lambda value: _moment(scope, MOMENT, _wall(scope, value)) if isinstance(value, datetime) else _literal(value)


def _literal(value: Scalar) -> exp.Expr:
    return literals.literal(value)


def _scalar(item: Filter) -> Scalar:
    if item.value is None or isinstance(item.value, tuple):
        raise QuestionInvalid(NEEDS_VALUE)
    return item.value


def _moment(scope: Scope, column: Column, moment: datetime) -> exp.Expr:
    """The asked moment as the column stores it; the dataset's offset is what people see beyond that."""
    return raw(scope.clock.stored(moment, column))


def _as_moment(scope: Scope, value: Scalar) -> datetime:
    """A moment given as such, as a date, as ISO text or as milliseconds since 1970: the question's wall clock."""
    try:
        if isinstance(value, datetime):
            return _wall(scope, value)
        if isinstance(value, date):
            return datetime.combine(value, time())
        if isinstance(value, str):
            return _wall(scope, _written_moment(value.strip()))
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return _wall(scope, _EPOCH + timedelta(milliseconds=float(value)))
    except (ValueError, OverflowError) as error:
        raise QuestionInvalid(f"Not a date or time: {value}") from error
    raise QuestionInvalid(NEEDS_VALUE)


def _written_moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _EPOCH + timedelta(milliseconds=float(text))


def _wall(scope: Scope, moment: datetime) -> datetime:
    return zones.wall(moment, scope.clock.zone or clock.UTC) if moment.tzinfo else moment


def _number(value: Scalar) -> int | float | Decimal:
    """The value as a number, with all its digits; text is read as one."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        try:
            value = Decimal(value.strip())
        except InvalidOperation as error:
            raise QuestionInvalid(NEEDS_VALUE) from error
        if value.is_finite() and value == value.to_integral_value() and "E" not in str(value):
            return int(value)
    if isinstance(value, int | float | Decimal) and isfinite(value):
        return value
    raise QuestionInvalid(NEEDS_VALUE)


def _boolean(value: Scalar) -> bool:
    if isinstance(value, bool):
        return value
    known = _TRUTHS.get(str(value).strip().lower())
    if known is None:
        raise QuestionInvalid(NEEDS_VALUE)
    return known


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _as_text(scope: Scope, bound: Bound) -> exp.Expr:
    """The values as something LIKE can read."""
    column = bound.column
    if column is None or (bound.column and _is_text(column)):
        return operand(bound.node)
    return exp.cast(bound.node, scope.engine.syntax.text, copy=False)


def _is_text(column: Column) -> bool:
    if column.type is None:
        return column.kind is Kind.STRING
    return any(name in column.type.upper() for name in _TEXT_TYPES)


def _is_time_of_day(column: Column | None) -> bool:
    kind = (column.type or "").upper() if column else ""
    return kind.startswith("TIME") and not kind.startswith("TIMESTAMP")
