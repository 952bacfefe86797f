"""What SQL of people may say: one read, or one expression, of forms and functions that are known to be harmless.

Everything here answers with trees or with text written anew from a tree, never with the text that came in: what was
checked is what the engine gets. The database session is read-only besides; this is the inner wall.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlglot import Dialect, exp
from sqlglot.tokenizer_core import Token

from superset_like.engine.databases.base import Engine
from superset_like.engine.guard import limits, placing, protect, script, tables, walk
from superset_like.engine.guard.script import Part
from superset_like.engine.guard.syntax import (
    Grammar,
    grammar_of,
    parsed,
    parsed_expression,
    statements_of,
    text_of,
    tokens_of,
    written,
)
from superset_like.engine.query import Predicate, TableName
from superset_like.errors import QueryRefused, SyntaxInvalid, WriteRefused

__all__ = [
    "Part",
    "Read",
    "columns_used",
    "expression",
    "fenced",
    "folded",
    "formatted",
    "is_system",
    "limited",
    "may_be_same",
    "placed",
    "predicate",
    "protected",
    "read",
    "statements",
    "tree",
    "write_placed",
]

_KEPT = 1024


@dataclass(frozen=True, slots=True)
class Read:
    """A query that was checked. tree: shared, to be copied before it is changed. tables: real ones, anywhere in it."""

    sql: str
    tree: exp.Query
    tables: frozenset[TableName]


def expression(sql: str, engine: Engine) -> exp.Expression:
    """One value per row or group, as a tree that is shared: copy it before changing it.

    Raises SyntaxInvalid, SubqueryRefused, QueryRefused.
    """
    return _expression(sql, grammar_of(engine))


def predicate(sql: str, engine: Engine, *, subqueries: bool = False) -> exp.Expression:
    """A condition on rows, as `expression`. subqueries: whether it may look into other tables."""
    return _predicate(sql, grammar_of(engine), subqueries)


def columns_used(sql: str, engine: Engine) -> frozenset[str]:
    """The names of the columns in an expression."""
    return frozenset(column.name for column in expression(sql, engine).find_all(exp.Column))


def columns_of_condition(sql: str, engine: Engine) -> frozenset[str]:
    """The names of the columns of the row itself in a condition, which may look into other tables."""
    own = predicate(sql, engine, subqueries=True).walk(prune=lambda node: isinstance(node, exp.Query))
    return frozenset(node.name for node in own if isinstance(node, exp.Column))


def read(sql: str, engine: Engine) -> Read:
    """The one query that the text is. Raises SyntaxInvalid, WriteRefused, QueryRefused."""
    return _read(sql, grammar_of(engine))


def statements(sql: str, engine: Engine) -> tuple[Part, ...]:
    """The statements of a script, in order. Raises SyntaxInvalid, QueryRefused."""
    return _statements(sql, grammar_of(engine))


def protected(read: Read, rules: Mapping[TableName, Sequence[Predicate]], engine: Engine) -> str:
    """The query's SQL, with no row that a rule of its table withholds. Raises what `predicate` raises."""
    by_name: dict[TableName, list[exp.Expr]] = {}
    for table, predicates in rules.items():
        trees = [predicate(one.sql, engine, subqueries=True) for one in predicates]
        by_name.setdefault(folded(table, engine), []).extend(trees)
    return protect.with_rules(read.tree, by_name, grammar_of(engine))


def placed(read: Read, schema: str | None, catalog: str | None, engine: Engine) -> Read:
    """The query with every bare table name said with this schema and catalog; its tables are said as well.

    So the engine reads what was judged, whatever else its search path would find. Raises QueryRefused.
    """
    return _placed(read.sql, schema, catalog, grammar_of(engine))


def write_placed(part: Part, schema: str | None, catalog: str | None, engine: Engine) -> Part:
    """As `placed`, for one statement of a script that writes."""
    grammar = grammar_of(engine)
    tree = placing.placed(_tree(part.sql, engine.dialect), schema, catalog, grammar)
    found = frozenset(tables.name_of(table, grammar) for table in tables.references(tree, grammar))
    return part if found == part.tables else replace(part, sql=written(tree, engine.dialect), tables=found)


def may_be_same(one: TableName, other: TableName, engine: Engine) -> bool:
    """Whether the engine may take both names for one table; a part that a name does not say may be anything."""
    grammar = grammar_of(engine)
    return any(
        placing.may_be_same(first, second, grammar)
        for first in placing.readings(one, grammar)
        for second in placing.readings(other, grammar)
    )


def fenced(select: exp.Select, engine: Engine) -> exp.Select:
    """The SELECT, whose conditions are now judged before any from around it."""
    return protect.fenced(select, engine.dialect)


def limited(sql: str, rows: int, engine: Engine) -> str:
    """The query cut to at most so many rows; a smaller limit of its own stays."""
    return _limited(sql, rows, engine.dialect)


def tree(sql: str, engine: Engine) -> exp.Expr:
    """The tree of SQL that was checked before, the caller's own. Raises SyntaxInvalid."""
    return _tree(sql, engine.dialect)


def formatted(sql: str, dialect: str) -> str:
    """The script laid out to be read, comments kept. Raises SyntaxInvalid."""
    name = dialect if Dialect.get(dialect) else ""
    parts = statements_of(tokens_of(sql, name))
    laid_out = [_laid_out(tokens, sql, name) for tokens in parts]
    return ";\n\n".join(laid_out)


def is_system(table: TableName, engine: Engine) -> bool:
    """Whether the table tells of the engine itself: its catalog, settings, users."""
    return tables.is_system(table, engine.dialect)


def folded(table: TableName, engine: Engine) -> TableName:
    """One spelling for all names that the engine may take for the same table."""
    return tables.folded(table, engine.dialect)


@lru_cache(_KEPT)
def _expression(sql: str, grammar: Grammar) -> exp.Expression:
    tree = parsed_expression(_single(sql, grammar.dialect), sql, grammar.dialect)
    walk.check_expression(tree, grammar)
    return _again(tree, grammar)


@lru_cache(_KEPT)
def _predicate(sql: str, grammar: Grammar, subqueries: bool) -> exp.Expression:
    if not subqueries:
        tree = _expression(sql, grammar)
    else:
        parsed_tree = parsed_expression(_single(sql, grammar.dialect), sql, grammar.dialect)
        _checked_tables(parsed_tree, grammar)
        tree = _again(parsed_tree, grammar)
    own = tree.walk(prune=lambda node: isinstance(node, exp.Query))
    if any(isinstance(node, exp.AggFunc | exp.Window) for node in own):
        raise QueryRefused("A condition on rows cannot sum up")
    if isinstance(tree, exp.Star | exp.Tuple):
        raise QueryRefused("A condition must be true or false")
    return tree


def _again(tree: exp.Expr, grammar: Grammar) -> exp.Expression:
    """The tree, once its own text is known to read as allowed too."""
    sql = written(tree, grammar.dialect)
    second = parsed_expression(tokens_of(sql, grammar.dialect), sql, grammar.dialect)
    walk.check(second, grammar)
    if second.find(exp.Query) is not None and tree.find(exp.Query) is None:
        raise QueryRefused("The SQL uses a form that cannot be checked")
    if not isinstance(tree, exp.Expression):
        raise QueryRefused("The SQL uses a form that is not allowed")
    return tree


@lru_cache(_KEPT)
def _placed(sql: str, schema: str | None, catalog: str | None, grammar: Grammar) -> Read:
    read = _read(sql, grammar)
    tree = placing.placed(read.tree, schema, catalog, grammar)
    found = frozenset(placing.meaning(table, schema, catalog, grammar) for table in read.tables)
    text = written(tree, grammar.dialect)
    if _checked_tables(parsed(tokens_of(text, grammar.dialect), text, grammar.dialect), grammar) != found:
        raise QueryRefused("The SQL uses a form that cannot be checked")
    if not isinstance(tree, exp.Query):
        raise WriteRefused()
    return Read(text, tree, found)


@lru_cache(_KEPT)
def _read(sql: str, grammar: Grammar) -> Read:
    tree = parsed(_single(sql, grammar.dialect), sql, grammar.dialect)
    if not isinstance(tree, exp.Query) or not isinstance(tree.unnest(), exp.Select | exp.SetOperation):
        raise WriteRefused()
    found = _checked_tables(tree, grammar)
    text = written(tree, grammar.dialect)
    second = parsed(tokens_of(text, grammar.dialect), text, grammar.dialect)
    if _checked_tables(second, grammar) != found:
        raise QueryRefused("The SQL uses a form that cannot be checked")
    return Read(text, tree, found)


@lru_cache(_KEPT)
def _statements(sql: str, grammar: Grammar) -> tuple[Part, ...]:
    def checked(text: str) -> tuple[str, frozenset[TableName]]:
        found = _read(text, grammar)
        return found.sql, found.tables

    parts = statements_of(tokens_of(sql, grammar.dialect))
    return tuple(script.part_of(tokens, sql, grammar, checked) for tokens in parts)


@lru_cache(_KEPT)
def _limited(sql: str, rows: int, dialect: str) -> str:
    return limits.with_limit(_tree(sql, dialect), rows, dialect)


def _checked_tables(tree: exp.Expr, grammar: Grammar) -> frozenset[TableName]:
    walk.check(tree, grammar)
    found = frozenset(tables.name_of(table, grammar) for table in tables.references(tree, grammar))
    if any(tables.is_system(table, grammar.dialect) for table in found):
        raise QueryRefused("Tables of the database system cannot be read")
    return found


def _single(sql: str, dialect: str) -> list[Token]:
    found = statements_of(tokens_of(sql, dialect))
    if not found:
        raise SyntaxInvalid("The SQL is empty", line=1, column=1, near="")
    if len(found) > 1:
        raise QueryRefused("Exactly one statement is allowed here")
    return found[0]


def _tree(sql: str, dialect: str) -> exp.Expr:
    return parsed(_single(sql, dialect), sql, dialect)


def _laid_out(tokens: Sequence[Token], sql: str, dialect: str) -> str:
    tree = parsed(tokens, sql, dialect)
    if isinstance(tree, exp.Command):
        return text_of(tokens, sql)
    return written(tree, dialect, pretty=True, comments=True)
