"""The four engines, each over a table `engine_values` of two rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from superset_like.engine import databases
from superset_like.engine.databases.base import Target
from tests.engines.places import TABLE, Place, duckdb_file, in_mariadb, in_postgres, sqlite_file
from tests.services_at_hand import uri_of

DROP = f"DROP TABLE IF EXISTS {TABLE}"
CREATE = f"CREATE TABLE {TABLE} (id BIGINT PRIMARY KEY, name VARCHAR(20), price DECIMAL(10,2), sold TIMESTAMP NULL)"
INSERT = f"INSERT INTO {TABLE} VALUES (9007199254740993, 'Köln 😀', 1.10, '2020-01-05 10:00:00'), (2, NULL, NULL, NULL)"


@pytest.fixture(
    params=[
        "duckdb",
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    kind: str = request.param
    if kind in ("duckdb", "sqlite"):
        target = (duckdb_file if kind == "duckdb" else sqlite_file)(tmp_path, CREATE, INSERT)
        yield Place(databases.find(kind), target)
        return
    uri = uri_of(kind)
    run = in_postgres if kind == "postgres" else in_mariadb
    run(uri, [DROP, CREATE, INSERT])
    yield Place(databases.of_uri(uri), Target(uri))
    run(uri, [DROP])
