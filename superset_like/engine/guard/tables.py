"""The tables that a tree reads: names resolved against the WITH clauses around them, as strictly as any engine would.

A name counts as a WITH query only where every engine agrees; elsewhere it counts as a table, which can only ask for
more rights and filter more rows.
"""

import re
import unicodedata
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
    # A name with `*` reads many tables; what tells of a dataset is written as its table.
    "bigquery": re.compile(r".*\*.*|(.*\.)?information_schema(\..*)?|__tables(_summary)?__", re.DOTALL),
    # The rows behind a materialized view.
    "clickhouse": re.compile(r"\.inner.*"),
    # Files, and what Iceberg tells of a table's values.
    "databricks": re.compile(r".*[/:\\].*"),
    "spark": re.compile(r".*[/:\\].*"),
    "oracle": re.compile(r"(v|gv|v_|gv_|x)\$.*|(nls|session|role|dba|cdb|all|user)_.*"),
    "redshift": re.compile(r"(pg|svv|svl|svcs|stl|stv|sys)_.*"),
    "snowflake": re.compile(r"(?!)"),
    # What a connector tells of a table's files and values.
    "trino": re.compile(r".*\$.*"),
    "tsql": re.compile(
        r"sys(alt|cache|charset|col|com|con|cur|databases|dep|dev|file|for|ful|index|language|lock|log|mem|mes|obj|ole"
        r"|per|pro|ref|rem|segment|server|type|user)\w*|spt_.*"
    ),
}
_OWN_SYSTEM_SCHEMAS = {
    "databricks": frozenset("avro binaryfile csv delta hudi iceberg jdbc json orc parquet text xml".split()),
    "snowflake": frozenset({"snowflake"}),
    "tsql": frozenset({"master", "model", "msdb", "tempdb"}),
}
_OWN_SYSTEM_SCHEMAS["spark"] = _OWN_SYSTEM_SCHEMAS["databricks"]
# Oracle has these as names that anybody may use bare; in a schema they are tables of its owner.
_BARE_SYSTEM_NAMES = frozenset({"oracle"})
_ASCII_ALONE = frozenset({"duckdb", "mysql", "sqlite"})
_UPPER_DIALECTS = frozenset({"oracle", "snowflake"})
_LOWER_DIALECTS = frozenset({"postgres", "redshift"})
_CASELESS_DIALECTS = frozenset({"databricks", "spark", "trino"})
_DUAL_DIALECTS = frozenset({"mysql", "oracle"})
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
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
    fold = lower if dialect in _ASCII_ALONE else _loosely
    return TableName(fold(table.name), table.schema and fold(table.schema), table.catalog and fold(table.catalog))


def _loosely(name: str) -> str:
    """The name without case, accents, width and outer blanks: what a collation may overlook."""
    parts = unicodedata.normalize("NFKD", name)
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold().strip()


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


def named(name: str, grammar: Grammar) -> exp.Identifier:
    """A schema or catalog as it has to stand in quotes."""
    is_bare = grammar.dialect in _UPPER_DIALECTS and _PLAIN.fullmatch(name) and name == lower(name)
    return exp.Identifier(this=name.upper() if is_bare else name, quoted=True)


def is_system(table: TableName, dialect: str) -> bool:
    """Whether the table tells of the engine itself; of an unknown dialect, of any engine."""
    schemas = {lower(part).strip() for part in (table.schema, table.catalog) if part}
    if schemas & (_SYSTEM_SCHEMAS | _OWN_SYSTEM_SCHEMAS.get(dialect, frozenset())):
        return True
    if dialect in _BARE_SYSTEM_NAMES and table.schema:
        return False
    if lower(table.schema or "").startswith(("pg_temp", "pg_toast")):
        return True
    known = _SYSTEM_NAMES.get(dialect)
    patterns = [known] if known else _SYSTEM_NAMES.values()
    return any(pattern.fullmatch(lower(table.name)) for pattern in patterns)


def _resolved(part: exp.Expr | None, grammar: Grammar) -> str | None:
    if isinstance(part, str):
        raise QueryRefused("The SQL names a table in a way that is not allowed")
    if part is None or not part.name:
        return None
    is_quoted = bool(part.args.get("quoted"))
    if grammar.dialect in _CASELESS_DIALECTS or (grammar.dialect in _LOWER_DIALECTS and not is_quoted):
        return lower(part.name)
    return _upper_resolved(part.name, is_quoted) if grammar.dialect in _UPPER_DIALECTS else part.name


def _upper_resolved(name: str, is_quoted: bool) -> str:
    """The name as it is known here: in lower case when it needs no quotes. `"sales"` would be taken for SALES."""
    if is_quoted and _PLAIN.fullmatch(name) and name == lower(name) and name != name.upper():
        raise QueryRefused("A lower-case table name in quotes is not allowed on this database")
    return lower(name) if not is_quoted or (_PLAIN.fullmatch(name) and name == name.upper()) else name


def _is_nothing(table: exp.Table, grammar: Grammar) -> bool:
    return grammar.dialect in _DUAL_DIALECTS and table.args.get("db") is None and lower(table.name) == "dual"


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
    if not name.args.get("quoted") and grammar.dialect in _LOWER_DIALECTS:
        return lower(name.name)
    if not name.args.get("quoted") and grammar.dialect in _UPPER_DIALECTS:
        return name.name.upper()
    return lower(name.name) if grammar.dialect in ("duckdb", "sqlite") else name.name
