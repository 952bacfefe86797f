"""The tables that a tree reads: names resolved against the WITH clauses around them, as strictly as any engine would.

A name counts as a WITH query only where every engine agrees; elsewhere it counts as a table, which can only ask for
more rights and filter more rows.
"""

import re
from collections.abc import Iterator

from sqlglot import exp

from superset_like.engine.guard.syntax import Grammar
from superset_like.engine.query import TableName
from superset_like.errors import QueryRefused

_SYSTEM_SCHEMAS = frozenset(
    """
    information_schema pg_catalog pg_toast pg_temp mysql performance_schema sys temp system sqlite_temp_master
    """.split()
)
_SYSTEM_NAMES: dict[str, re.Pattern[str]] = {
    "duckdb": re.compile(r"(duckdb|pragma|sqlite|pg)_.*"),
    "postgres": re.compile(r"pg_.*"),
    "sqlite": re.compile(
        r"(sqlite|pragma)_.*|dbstat|bytecode|tables_used|fsdir|completion|zipfile|csv|carray|stmt|wholenumber"
    ),
    "mysql": re.compile(r"(?!)"),
}
_FILE = re.compile(
    r"[/\\*]|:"
    r"|\.(csv|tsv|txt|parquet|json|jsonl|ndjson|xlsx?|db|duckdb|sqlite3?|gz|zst|bz2|arrow|feather|ipc|avro|orc|shp"
    r"|geojson|gpkg|fgb|delta|vortex|lance)$",
    re.IGNORECASE,
)
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def lower(name: str) -> str:
    """The name as engines fold it: ASCII letters alone."""
    return name.translate(_ASCII_LOWER)


def folded(table: TableName, dialect: str) -> TableName:
    """One spelling for all names that the dialect may take for the same table."""
    if dialect == "postgres":
        return table
    if dialect == "mysql":
        # With lower_case_table_names it folds more letters than ASCII's.
        return TableName(table.name.casefold(), *(part and part.casefold() for part in (table.schema, table.catalog)))
    return TableName(lower(table.name), table.schema and lower(table.schema), table.catalog and lower(table.catalog))


def references(tree: exp.Expr, grammar: Grammar) -> Iterator[exp.Table]:
    """Every place that reads a table by its name, WITH queries left out."""
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Func) or _is_nothing(table, grammar):
            continue
        if not isinstance(table.this, exp.Identifier):
            raise QueryRefused("The SQL reads from something that is not a table")
        if not _is_with_query(table, grammar):
            yield table


def name_of(table: exp.Table, grammar: Grammar) -> TableName:
    """The name as the engine resolves it. Raises QueryRefused for a file or a catalog the engine does not have."""
    parts = [_resolved(part, grammar) for part in (table.this, table.args.get("db"), table.args.get("catalog"))]
    name, schema, catalog = parts
    if name is None or (catalog is not None and not grammar.catalogs):
        raise QueryRefused("The SQL names a table in a way that is not allowed")
    if grammar.dialect == "duckdb" and _FILE.search(".".join(filter(None, (catalog, schema, name)))):
        raise QueryRefused("Files cannot be read as tables")
    return TableName(name, schema, catalog)


def is_system(table: TableName, dialect: str) -> bool:
    """Whether the table tells of the engine itself; of an unknown dialect, of any engine."""
    if {lower(part) for part in (table.schema, table.catalog) if part} & _SYSTEM_SCHEMAS:
        return True
    if lower(table.schema or "").startswith(("pg_temp", "pg_toast")):
        return True
    known = _SYSTEM_NAMES.get(dialect)
    patterns = [known] if known else _SYSTEM_NAMES.values()
    return any(pattern.fullmatch(lower(table.name)) for pattern in patterns)


def _resolved(part: exp.Expr | None, grammar: Grammar) -> str | None:
    if part is None or not part.name:
        return None
    if grammar.dialect == "postgres" and not part.args.get("quoted"):
        return lower(part.name)
    return part.name


def _is_nothing(table: exp.Table, grammar: Grammar) -> bool:
    return grammar.dialect == "mysql" and table.args.get("db") is None and lower(table.name) == "dual"


def _is_with_query(table: exp.Table, grammar: Grammar) -> bool:
    if table.args.get("db") is not None:
        return False
    name = _key(table.this, grammar)
    came_from: list[exp.Expr] = [table]
    while (node := came_from[-1].parent) is not None:
        with_ = node.args.get("with_")
        if isinstance(with_, exp.With) and any(
            _key(cte.args["alias"].this, grammar) == name for cte in _visible(with_, came_from)
        ):
            return True
        came_from.append(node)
    return False


def _visible(with_: exp.With, path: list[exp.Expr]) -> list[exp.Expr]:
    """The WITH queries that a name at the path's beginning may mean; the path climbs to the statement with the WITH."""
    if path[-1] is not with_:
        return list(with_.expressions)
    own = path[-2]
    before = with_.expressions[: own.index]
    return [*before, own] if with_.args.get("recursive") and _is_recursive_part(own, path) else before


def _is_recursive_part(own: exp.Expr, path: list[exp.Expr]) -> bool:
    """Whether the path comes from the second half of a UNION; in the first, engines see the table of that name."""
    body = own.this
    return isinstance(body, exp.Union) and any(step is body.expression for step in path)


def _key(name: exp.Expr, grammar: Grammar) -> str:
    if grammar.dialect == "postgres" and not name.args.get("quoted"):
        return lower(name.name)
    return lower(name.name) if grammar.dialect in ("duckdb", "sqlite") else name.name
