"""Bare table names said in full: what was judged is what the engine reads, whatever its search path finds first."""

from sqlglot import exp

from superset_like.engine.guard.syntax import Grammar
from superset_like.engine.guard.tables import folded, named, references
from superset_like.engine.query import TableName

DUCKDB_SCHEMA = "main"


def placed(tree: exp.Expr, schema: str | None, catalog: str | None, grammar: Grammar) -> exp.Expr:
    """A copy of the tree in which every table without a schema has this one, and this catalog.

    None leaves a part unsaid. Names that already say their schema stay as they are.
    """
    tree = tree.copy()
    if schema is None:
        return tree
    for table in list(references(tree, grammar)):
        if not table.args.get("db"):
            table.set("db", named(schema, grammar))
            if catalog is not None and grammar.catalogs:
                table.set("catalog", named(catalog, grammar))
    return tree


def meaning(table: TableName, schema: str | None, catalog: str | None, grammar: Grammar) -> TableName:
    """The table as `placed` says it."""
    if table.schema is not None or schema is None:
        return table
    return TableName(table.name, schema, catalog if grammar.catalogs else None)


def readings(table: TableName, grammar: Grammar) -> tuple[TableName, ...]:
    """What the engine may take a name for: DuckDB reads the first of two parts as a catalog as well."""
    if grammar.dialect != "duckdb" or table.catalog is not None or table.schema is None:
        return (table,)
    return (table, TableName(table.name, DUCKDB_SCHEMA, table.schema))


def may_be_same(one: TableName, other: TableName, grammar: Grammar) -> bool:
    """Whether the engine may take both names for one table; a part that a name does not say may be anything."""
    first, second = folded(one, grammar.dialect), folded(other, grammar.dialect)
    if first.name != second.name:
        return False
    return all(
        None in pair or pair[0] == pair[1] for pair in ((first.schema, second.schema), (first.catalog, second.catalog))
    )
