"""Bare table names made whole, for engines whose sessions cannot be told what they mean."""

from sqlglot import exp

from superset_like.engine.guard.syntax import Grammar, parsed, tokens_of, written
from superset_like.engine.guard.tables import references


def placed(sql: str, dialect: str, schema: str | None, catalog: str | None = None) -> str:
    """The statement with the schema, and the catalog, before each table's name that lacks it.

    Rights and row rules are asked for the table of that place, so the database must read no other.
    """
    if schema is None and catalog is None:
        return sql
    tree = parsed(tokens_of(sql, dialect), sql, dialect)
    for table in list(references(tree, Grammar(dialect))):
        if schema is not None and not table.args.get("db"):
            table.set("db", exp.Identifier(this=schema, quoted=True))
        if catalog is not None and table.args.get("db") and not table.args.get("catalog"):
            table.set("catalog", exp.Identifier(this=catalog, quoted=True))
    return written(tree, dialect)
