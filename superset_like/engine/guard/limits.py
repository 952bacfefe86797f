"""A statement cut to a number of rows."""

from sqlglot import exp

from superset_like.engine.guard.syntax import written
from superset_like.errors import QueryRefused

_CUT = "__limited"


def with_limit(tree: exp.Expr, rows: int, dialect: str) -> str:
    """The query with at most so many rows; a smaller limit of its own stays."""
    query = _opened(tree.copy())
    if not isinstance(query, exp.Query):
        raise QueryRefused("Only a query can be cut to a number of rows")
    own = query.args.get("limit")
    if own is not None and not _is_none(own):
        count = _count(own)
        if count is None:
            return written(_around(query, rows), dialect)
        rows = min(rows, count)
    query.set("limit", exp.Limit(expression=exp.Literal.number(rows)))
    return written(query, dialect)


def _opened(tree: exp.Expr) -> exp.Expr:
    while isinstance(tree, exp.Subquery) and not any(value for key, value in tree.args.items() if key != "this"):
        tree = tree.this
        tree.parent = None
    return tree


def _is_none(limit: exp.Expr) -> bool:
    value = limit.args.get("expression")
    return isinstance(value, exp.Null) or (isinstance(value, exp.Var) and value.name.upper() == "ALL")


def _count(limit: exp.Expr) -> int | None:
    """The number of rows, None when it is not a plain number."""
    options = limit.args.get("limit_options")
    if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
        return None
    value = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.args.get("expression")
    if value is None:
        return 1 if isinstance(limit, exp.Fetch) else None
    is_whole = isinstance(value, exp.Literal) and not value.is_string and value.name.isdecimal()
    return int(value.name) if is_whole else None


def _around(query: exp.Expr, rows: int) -> exp.Expr:
    source = exp.Subquery(this=query, alias=exp.TableAlias(this=exp.Identifier(this=_CUT, quoted=True)))
    return exp.Select(
        expressions=[exp.Star()],
        from_=exp.From(this=source),
        limit=exp.Limit(expression=exp.Literal.number(rows)),
    )
