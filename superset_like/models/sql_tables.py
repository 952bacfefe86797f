"""The tables that a stored SQL text names."""

from functools import lru_cache

from superset_like.engine import databases, guard
from superset_like.errors import ProductError

Named = tuple[str | None, str | None, str]


def tables_of(sql: str, uri: str) -> list[dict[str, str | None]]:
    """The tables by name, each {catalog, schema, table}; none when the text cannot be read as it stands.

    uri: of the connection, which tells the dialect.
    """
    return [
        {"catalog": catalog, "schema": schema, "table": name}
        for catalog, schema, name in _tables(sql, _engine_name(uri))
    ]


def _engine_name(uri: str) -> str:
    return databases.of_uri(uri).name


@lru_cache(maxsize=1024)
def _tables(sql: str, engine: str) -> tuple[Named, ...]:
    try:
        parts = guard.statements(sql, databases.find(engine))
    except ProductError:
        return ()
    found = {(table.catalog, table.schema, table.name) for part in parts for table in part.tables}
    return tuple(sorted(found, key=lambda each: each[2]))
