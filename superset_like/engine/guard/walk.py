"""Which trees are let through: node by node, by allow-lists of forms and of functions."""

import re

from sqlglot import exp

from superset_like.engine.guard.functions import CLASSES, NAMES, NEVER, OTHER_NAMES
from superset_like.engine.guard.syntax import GUARDED, Grammar
from superset_like.errors import QueryRefused, SubqueryRefused, WriteRefused

VALUES = frozenset(
    {
        exp.BitString,
        exp.Boolean,
        exp.ByteString,
        exp.CharacterSet,
        exp.Column,
        exp.DataType,
        exp.DataTypeParam,
        exp.HexString,
        exp.Identifier,
        exp.Interval,
        exp.IntervalSpan,
        exp.JSONKeyValue,
        exp.JSONPath,
        exp.JSONPathFilter,
        exp.JSONPathKey,
        exp.JSONPathRecursive,
        exp.JSONPathRoot,
        exp.JSONPathSelector,
        exp.JSONPathSlice,
        exp.JSONPathSubscript,
        exp.JSONPathUnion,
        exp.JSONPathWildcard,
        exp.Kwarg,
        exp.Lambda,
        exp.Literal,
        exp.National,
        exp.Null,
        exp.PropertyEQ,
        exp.RawString,
        exp.Star,
        exp.Tuple,
        exp.Var,
    }
)

OPERATORS = frozenset(
    {
        exp.Add,
        exp.All,
        exp.Any,
        exp.AtTimeZone,
        exp.Between,
        exp.BitwiseAnd,
        exp.BitwiseLeftShift,
        exp.BitwiseNot,
        exp.BitwiseOr,
        exp.BitwiseRightShift,
        exp.BitwiseXor,
        exp.Bracket,
        exp.Comprehension,
        exp.DPipe,
        exp.Distinct,
        exp.Div,
        exp.Dot,
        exp.EQ,
        exp.Escape,
        exp.Filter,
        exp.FromTimeZone,
        exp.GT,
        exp.GTE,
        exp.Glob,
        exp.HavingMax,
        exp.ILike,
        exp.IgnoreNulls,
        exp.In,
        exp.IntDiv,
        exp.Is,
        exp.LT,
        exp.LTE,
        exp.Like,
        exp.Mod,
        exp.Mul,
        exp.NEQ,
        exp.Neg,
        exp.Not,
        exp.NullSafeEQ,
        exp.NullSafeNEQ,
        exp.Order,
        exp.Ordered,
        exp.Overlaps,
        exp.Paren,
        exp.RespectNulls,
        exp.SimilarTo,
        exp.Slice,
        exp.Sub,
        exp.Where,
        exp.Window,
        exp.WindowSpec,
        exp.WithinGroup,
    }
)

QUERIES = frozenset(
    {
        exp.Alias,
        exp.Aliases,
        exp.CTE,
        exp.Cube,
        exp.Except,
        exp.Fetch,
        exp.From,
        exp.Group,
        exp.GroupingSets,
        exp.Having,
        exp.IndexTableHint,
        exp.Intersect,
        exp.Join,
        exp.Lateral,
        exp.Limit,
        exp.LimitOptions,
        exp.Offset,
        exp.Pivot,
        exp.PivotAlias,
        exp.PositionalColumn,
        exp.Qualify,
        exp.Rollup,
        exp.Select,
        exp.Subquery,
        exp.Table,
        exp.TableAlias,
        exp.TableSample,
        exp.Union,
        exp.UnpivotColumns,
        exp.Values,
        exp.With,
    }
)

FORMS: frozenset[type[exp.Expr]] = VALUES | OPERATORS | QUERIES

_WRITES = (exp.DML, exp.DDL, exp.Into, exp.Lock, exp.Command, exp.Drop, exp.Alter, exp.TruncateTable, exp.Set)
_PACKAGE = re.compile(r"(apex|ctx|dbms|owa|sdo|utl|wpg|wwv)_\w+|htf|htp|sys", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"[\w$]+")
_NUMBER = re.compile(r"[\w.]+(?:[eE][+-]?\d+)?")
_TYPE = re.compile(r"(?!reg|pg_)\w+", re.IGNORECASE)
_LIST_FIELD_DIALECTS = frozenset({"duckdb"})
# A sequence counts on when one reads these of it.
_COUNTING = frozenset({"currval", "nextval"})
_SEQUENCE_DIALECTS = frozenset({"oracle", "snowflake"})
_NAMED_BY_TEXT = (exp.Anonymous, exp.AnonymousAggFunc, exp.ParameterizedAgg)


def check(tree: exp.Expr, grammar: Grammar) -> None:
    """Raises WriteRefused or QueryRefused unless every node of a statement may stand in a read."""
    for node in tree.walk():
        _check(node, grammar)
    if grammar.dialect == "oracle":
        _refuse_packages(tree)


def _refuse_packages(tree: exp.Expr) -> None:
    # Oracle calls a function without brackets: `utl_inaddr.get_host_name` looks like a column.
    sources = {table.alias_or_name.lower() for table in tree.find_all(exp.Table, exp.Subquery, exp.CTE)}
    for column in tree.find_all(exp.Column):
        if column.table and (column.table.lower() not in sources or _PACKAGE.fullmatch(column.table)):
            raise QueryRefused("A column's table must be one that the SQL reads from")


def check_expression(tree: exp.Expr, grammar: Grammar) -> None:
    """As `check`, for an expression. Raises SubqueryRefused when it reads from anywhere itself."""
    if any(isinstance(node, exp.Query | exp.Table | exp.Values | exp.From) for node in tree.walk()):
        raise SubqueryRefused()
    if isinstance(tree, exp.Star | exp.Tuple) or (isinstance(tree, exp.Column) and isinstance(tree.this, exp.Star)):
        raise QueryRefused("The SQL must be one single value")
    check(tree, grammar)


def require_never_absent(tree: exp.Expr) -> None:
    """Raises QueryRefused when a writing statement calls what nobody may call."""
    for node in tree.find_all(exp.Func):
        if any(map(NEVER.fullmatch, _names(node))):
            raise _function_refused(node)


def _check(node: exp.Expr, grammar: Grammar) -> None:
    if isinstance(node, exp.Func) and type(node) not in FORMS:
        _check_function(node, grammar)
    elif isinstance(node, _WRITES):
        raise WriteRefused()
    elif type(node) not in FORMS:
        raise QueryRefused("The SQL uses a form that is not allowed", form=type(node).__name__)
    elif not _text_is_plain(node, grammar):
        raise QueryRefused("The SQL uses a form that is not allowed", form=type(node).__name__)


def _check_function(node: exp.Func, grammar: Grammar) -> None:
    names = _names(node)
    if any(map(NEVER.fullmatch, names)) or not (
        _is_table_function(node) or _is_allowed(node, names, grammar.functions)
    ):
        raise _function_refused(node)
    if _is_table_function(node) and not names & grammar.table_functions:
        raise _function_refused(node)


def _is_allowed(node: exp.Func, names: frozenset[str], own: frozenset[str]) -> bool:
    if isinstance(node, _NAMED_BY_TEXT):
        return isinstance(node.this, str) and bool(_WORD.fullmatch(node.this)) and bool(names & (own | NAMES))
    return type(node) in CLASSES or bool(names & (own | NAMES))


def _is_table_function(node: exp.Func) -> bool:
    # UNNEST reads what it is given, wherever it stands.
    return isinstance(node.parent, exp.Table | exp.Lateral) and not isinstance(node, exp.Unnest | exp.Values)


def _names(node: exp.Func) -> frozenset[str]:
    if isinstance(node, _NAMED_BY_TEXT):
        return frozenset({node.name.upper()})
    return frozenset(type(node).sql_names()) | OTHER_NAMES.get(type(node), frozenset())


def _function_refused(node: exp.Func) -> QueryRefused:
    name = node.name if isinstance(node, _NAMED_BY_TEXT) else type(node).sql_names()[0]
    return QueryRefused(f"The function {name.upper()} is not allowed", function=name.upper())


def _lists_values(node: exp.In, grammar: Grammar) -> bool:
    """Whether IN looks into values. SQLite reads a table where a name follows IN, ClickHouse one in brackets too."""
    if grammar.dialect == "clickhouse" and len(node.expressions) == 1:
        return not isinstance(node.expressions[0].unnest(), exp.Column | exp.Identifier)
    return node.args.get("field") is None or grammar.dialect in _LIST_FIELD_DIALECTS


def _text_is_plain(node: exp.Expr, grammar: Grammar) -> bool:
    """Whether the texts that the generator writes as they are cannot be more than they seem."""
    match node:
        case exp.Identifier():
            plain = node.args.get("quoted") or _NAME.fullmatch(node.name)
            return bool(plain) and node.name.lower() != GUARDED
        case exp.Var() | exp.CharacterSet():
            return bool(_WORD.fullmatch(node.name))
        case exp.Literal():
            return bool(node.is_string or _NUMBER.fullmatch(node.name))
        case exp.HexString() | exp.BitString():
            return node.name.isalnum()
        case exp.ByteString():
            # What a backslash means in it, the engine and the reader might see differently.
            return "\\" not in node.name
        case exp.DataType():
            return node.args.get("kind") is None or bool(_TYPE.fullmatch(str(node.args["kind"])))
        case exp.Dot():
            # A function of a schema is not the one whose name was checked.
            return not isinstance(node.expression, exp.Func)
        case exp.In():
            return _lists_values(node, grammar)
        case exp.Column():
            is_sequence = grammar.dialect in _SEQUENCE_DIALECTS and bool(node.table)
            return not (is_sequence and node.name.lower() in _COUNTING)
        case exp.CTE():
            # ClickHouse gives a value a name, which is no table of that name.
            return not node.args.get("scalar")
        case exp.Query() if node.args.get("settings") or node.args.get("format"):
            return False
        case exp.Select():
            return not node.args.get("operation_modifiers") and not node.args.get("kind")
        case exp.Table():
            return not node.args.get("rows_from") and not isinstance(node.args.get("indexed"), exp.Expr)
        case _:
            return True
