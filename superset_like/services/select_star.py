"""A SELECT over a table, spelled for one engine."""

import re
from collections.abc import Sequence

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from superset_like.engine.query import TableName

PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
# Reserved somewhere, and not among what the parser calls a keyword.
RESERVED = frozenset(
    "CHECK COLUMN CURRENT_USER DEFAULT FOREIGN GRANT GROUP LIMIT OFFSET ORDER PRIMARY REFERENCES SESSION_USER TABLE TO "
    "USER WINDOW".split()
)


def select_star(dialect: str, table: TableName, columns: Sequence[str], rows: int) -> str:
    """SELECT of these columns (all when there are none) of the first rows; names are quoted where they need it."""
    wanted: list[exp.Expression] = [exp.column(name_of(dialect, each)) for each in columns] or [exp.Star()]
    statement = exp.select(*wanted).from_(table_of(dialect, table)).limit(rows)
    return statement.sql(dialect=dialect, pretty=True)


def table_of(dialect: str, table: TableName) -> exp.Table:
    """The table as the dialect's syntax tree."""
    return exp.Table(
        this=name_of(dialect, table.name),
        db=name_of(dialect, table.schema) if table.schema else None,
        catalog=name_of(dialect, table.catalog) if table.catalog else None,
    )


def name_of(dialect: str, name: str) -> exp.Identifier:
    """The name, quoted unless every engine takes it bare."""
    keywords = Dialect.get_or_raise(dialect).tokenizer_class.KEYWORDS
    is_plain = PLAIN_NAME.fullmatch(name) and name.upper() not in keywords and name.upper() not in RESERVED
    return exp.Identifier(this=name, quoted=not is_plain)
