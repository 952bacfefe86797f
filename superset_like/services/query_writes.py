"""Statements of the SQL editor that write: which forms are let through, on a connection that allows writing at all."""

from collections.abc import Iterator

from sqlglot import exp

from superset_like.engine import guard
from superset_like.engine.databases.base import Engine
from superset_like.engine.guard import Part, syntax
from superset_like.errors import QueryRefused

# What changes data or tables; all else that is no read (GRANT, SET, COPY, ATTACH, CALL, ...) is refused everywhere.
FORMS = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.TruncateTable)
# Of CREATE, DROP and ALTER; a function or an extension would reach beyond the data.
RELATIONS = frozenset({"TABLE", "VIEW"})


def require_plain(part: Part, engine: Engine) -> None:
    """Nothing, or QueryRefused for a statement whose form, tables or functions are not known to touch data alone."""
    tree = syntax.parsed(syntax.tokens_of(part.sql, engine.dialect), part.sql, engine.dialect)
    if not isinstance(tree, FORMS):
        raise QueryRefused(f"{part.kind} is not allowed here")
    if not part.tables:
        raise QueryRefused("The statement does not say which table it changes")
    if isinstance(tree, exp.Create | exp.Drop | exp.Alter):
        _require_relation(tree)
    if any(node is not tree and not isinstance(node.parent, exp.When) for node in tree.find_all(exp.DML)):
        raise QueryRefused("A statement that writes cannot hold another one")
    for query in _topmost(tree, exp.Query):
        guard.read(syntax.written(query, engine.dialect), engine)
    for function in _topmost(tree, exp.Func):
        guard.predicate(syntax.written(function, engine.dialect), engine, subqueries=True)


def _require_relation(tree: exp.Create | exp.Drop | exp.Alter) -> None:
    if str(tree.args.get("kind") or "").upper() not in RELATIONS:
        raise QueryRefused("Only tables and views can be created, changed and dropped")
    # Properties name engines, files and places; CASCADE takes along what the statement does not name.
    if tree.args.get("properties") or tree.args.get("clone") or tree.args.get("cascade"):
        raise QueryRefused("Only plain tables and views can be created, changed and dropped")


def _topmost(tree: exp.Expr, kind: type[exp.Expr]) -> Iterator[exp.Expr]:
    """Nodes of this kind below the root that stand neither in another one nor in a query."""
    stop = (kind, exp.Query)
    for node in tree.walk(prune=lambda node: node is not tree and isinstance(node, stop)):
        if node is not tree and isinstance(node, kind):
            yield node
