"""A script as its statements: what sort each is, which tables it touches, whether it only reads."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.tokenizer_core import Token

from superset_like.engine.guard.syntax import Grammar, parsed, text_of
from superset_like.engine.guard.tables import name_of, references
from superset_like.engine.guard.walk import require_never_absent
from superset_like.engine.query import TableName
from superset_like.errors import QueryError, QueryRefused


@dataclass(frozen=True, slots=True)
class Part:
    """One statement of a script. tables: empty for a statement that is not understood; such a one is never a read."""

    sql: str
    is_read: bool
    kind: str
    tables: frozenset[TableName]


Reads = Callable[[str], tuple[str, frozenset[TableName]]]

_EXPLAINS = re.compile(r"(EXPLAIN(?:\s+QUERY\s+PLAN)?|DESCRIBE|DESC)\s+(.*)", re.IGNORECASE | re.DOTALL)


def part_of(tokens: Sequence[Token], sql: str, grammar: Grammar, read: Reads) -> Part:
    """The statement of these tokens. read: the checked text and tables of a query, or an error."""
    text = text_of(tokens, sql)
    if explains := _EXPLAINS.fullmatch(text):
        return _explanation(text, explains[1].upper(), explains[2], read)
    tree = parsed(tokens, sql, grammar.dialect)
    if isinstance(tree, exp.Query):
        return _query(text, tree, grammar, read)
    require_never_absent(tree)
    return Part(text, False, _kind(tree, tokens), _tables(tree, grammar))


def _query(text: str, tree: exp.Expr, grammar: Grammar, read: Reads) -> Part:
    writes = tree.find(exp.DML, exp.Into, exp.Lock)
    if writes is None:
        checked, tables = read(text)
        return Part(checked, True, "SELECT", tables)
    require_never_absent(tree)
    kind = writes.key.upper() if isinstance(writes, exp.DML) else "SELECT"
    return Part(text, False, kind, _tables(tree, grammar))


def _explanation(text: str, prefix: str, explained: str, read: Reads) -> Part:
    words = prefix.split()
    try:
        checked, tables = read(explained)
    except QueryError:
        return Part(text, False, words[0], frozenset())
    return Part(f"{' '.join(words)} {checked}", True, words[0], tables)


def _kind(tree: exp.Expr, tokens: Sequence[Token]) -> str:
    return tokens[0].text.upper() if isinstance(tree, exp.Command | exp.Alias | exp.Column) else tree.key.upper()


def _tables(tree: exp.Expr, grammar: Grammar) -> frozenset[TableName]:
    try:
        return frozenset(name_of(table, grammar) for table in references(tree, grammar))
    except QueryRefused:
        return frozenset()
