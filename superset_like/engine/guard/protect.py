"""Row rules put under every place where a statement reads a protected table."""

from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from superset_like.engine.guard.syntax import GUARDED, Grammar, parsed, tokens_of, written
from superset_like.engine.guard.tables import folded, lower, name_of, references
from superset_like.engine.query import TableName
from superset_like.errors import QueryRefused

Rules = Mapping[TableName, Sequence[exp.Expr]]

# What may stand beside a table's name and moves to the sub-query that takes its place.
_MOVED = ("joins", "laterals", "pivots", "sample")
_DROPPED = ("hints", "indexed")
# These know no OFFSET alone; SQLite's and MySQL's manuals name their number for "all rows".
_NO_LIMITS = {"mysql": "18446744073709551615", "sqlite": "-1"}
_NO_LIMITS |= dict.fromkeys(("bigquery", "tsql"), "9223372036854775807")
# For SQL Server an offset needs an order; its fence is a TOP.
_NO_OFFSETS = frozenset({"mysql", "tsql"})
_NAME_PARTS = ("this", "db", "catalog", "alias")


def with_rules(tree: exp.Expr, rules: Rules, grammar: Grammar) -> str:
    """The statement with each protected table as `(SELECT * FROM t AS __guarded WHERE rule) AS t`, fenced.

    rules: conditions by folded name. Raises QueryRefused when one place cannot be rewritten or the outcome, read again,
    does not show what it should.
    """
    tree = tree.copy()
    found = [(table, name_of(table, grammar)) for table in references(tree, grammar)]
    wanted = [(table, rules[folded(name, grammar.dialect)]) for table, name in found if _is_ruled(name, rules, grammar)]
    _shorten_columns(tree, [table for table, _ in wanted], grammar)
    for table, conditions in wanted:
        table.replace(_filtered(table, conditions, grammar.dialect))
    sql = written(tree, grammar.dialect)
    _require_guarded(sql, rules, grammar, len(wanted))
    return sql


def _is_ruled(name: TableName, rules: Rules, grammar: Grammar) -> bool:
    return bool(rules.get(folded(name, grammar.dialect)))


def fenced(select: exp.Select, dialect: str) -> exp.Select:
    """The SELECT with a limit that cuts nothing, so that its conditions are judged before any from around it.

    Without it an engine may try a cheap `CAST(note AS INT)` before a costly rule, and its error tells of a hidden row.
    """
    limit = _NO_LIMITS.get(dialect)
    if limit is not None:
        select.set("limit", exp.Limit(expression=exp.Literal.number(limit)))
    if dialect not in _NO_OFFSETS:
        select.set("offset", exp.Offset(expression=exp.Literal.number(0)))
    return select


def _filtered(table: exp.Table, conditions: Sequence[exp.Expr], dialect: str) -> exp.Subquery:
    given = {key: value for key, value in table.args.items() if value}
    if not given.keys() <= {*_NAME_PARTS, *_MOVED, *_DROPPED}:
        raise QueryRefused("A protected table is read in a form that is not allowed")
    inner = exp.Table(
        this=table.this.copy(),
        db=_copied(table.args.get("db")),
        catalog=_copied(table.args.get("catalog")),
        alias=exp.TableAlias(this=exp.Identifier(this=GUARDED, quoted=True)),
    )
    where = exp.and_(*(_qualified(condition, table.name) for condition in conditions), copy=False, wrap=True)
    select = exp.Select(expressions=[exp.Star()], from_=exp.From(this=inner), where=exp.Where(this=where))
    alias = table.args.get("alias") or exp.TableAlias(this=table.this.copy())
    if alias.this is None:
        alias.set("this", table.this.copy())
    moved = {key: given[key] for key in _MOVED if key in given}
    return exp.Subquery(this=fenced(select, dialect), alias=alias, **moved)


def _copied(node: exp.Expr | None) -> exp.Expr | None:
    return node.copy() if node is not None else None


def _qualified(condition: exp.Expr, table_name: str) -> exp.Expr:
    """The rule in brackets, its columns bound to the table beneath it, so that no name around it is meant."""
    holder = exp.Paren(this=condition.copy())
    inner_names = {lower(table.alias_or_name) for table in holder.find_all(exp.Table)}
    own = {id(column) for column in _outside_queries(holder)}
    for column in holder.find_all(exp.Column):
        is_own = id(column) in own
        if _names_the_table(column, table_name, inner_names) or (is_own and not column.table):
            column.set("table", exp.Identifier(this=GUARDED, quoted=True))
            column.set("db", None)
            column.set("catalog", None)
        elif is_own:
            raise QueryRefused("A row rule names a table that it does not belong to")
    return holder


def _names_the_table(column: exp.Column, table_name: str, inner_names: set[str]) -> bool:
    return lower(column.table) == lower(table_name) and lower(table_name) not in inner_names


def _outside_queries(tree: exp.Expr) -> Iterator[exp.Column]:
    for node in tree.walk(prune=lambda node: isinstance(node, exp.Query)):
        if isinstance(node, exp.Column):
            yield node


def _shorten_columns(tree: exp.Expr, tables: Sequence[exp.Table], grammar: Grammar) -> None:
    """`schema.t.column` as `t.column`: the sub-query that takes the table's place has no schema."""
    names = {(lower(table.name), lower(table.db)) for table in tables if not table.alias}
    for column in tree.find_all(exp.Column):
        if column.args.get("db") and (lower(column.table), lower(column.db)) in names:
            column.set("db", None)
            column.set("catalog", None)


def _require_guarded(sql: str, rules: Rules, grammar: Grammar, expected: int) -> None:
    tree = parsed(tokens_of(sql, grammar.dialect), sql, grammar.dialect)
    guarded = 0
    for table in references(tree, grammar):
        if not _is_ruled(name_of(table, grammar), rules, grammar) or _is_within_rule(table):
            continue
        if not _is_guard(table):
            raise QueryRefused("A protected table is read in a form that is not allowed")
        guarded += 1
    if guarded != expected:
        raise QueryRefused("A protected table is read in a form that is not allowed")


def _is_guard(table: exp.Table) -> bool:
    select = table.parent_select
    if (
        table.alias != GUARDED
        or select is None
        or table.find_ancestor(exp.From, exp.Select) is not select.args["from_"]
    ):
        return False
    given = {key for key, value in select.args.items() if value}
    return given - {"limit", "offset"} == {"expressions", "from_", "where"} and select.expressions == [exp.Star()]


def _is_within_rule(table: exp.Table) -> bool:
    """Whether the table is read by a rule's own sub-query."""
    node = table.find_ancestor(exp.Where)
    while node is not None:
        select = node.parent
        source = select.args.get("from_") if isinstance(select, exp.Select) else None
        if source is not None and isinstance(source.this, exp.Table) and _is_guard(source.this):
            return True
        node = node.find_ancestor(exp.Where)
    return False
