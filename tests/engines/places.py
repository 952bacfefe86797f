"""Databases for tests of the engines: each with one table of awkward values, made by the driver itself."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import psycopg
import pymysql
import pytest

from superset_like.engine import databases
from superset_like.engine.databases.base import Engine, Target
from tests.services_at_hand import uri_of

TABLE = f"engine_values_{os.getpid()}"
KINDS = [
    "duckdb",
    "sqlite",
    pytest.param("postgres", marks=pytest.mark.postgres),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]


@dataclass(frozen=True)
class Place:
    """An engine and where the table is."""

    engine: Engine
    target: Target


@contextmanager
def made(kind: str, folder: Path, table: str, statements: Sequence[str]) -> Iterator[Place]:
    """A place with the table that the statements make; afterwards a server has it no more."""
    if kind in ("duckdb", "sqlite"):
        yield Place(databases.find(kind), (duckdb_file if kind == "duckdb" else sqlite_file)(folder, *statements))
        return
    uri, run = uri_of(kind), in_postgres if kind == "postgres" else in_mariadb
    drop = f"DROP TABLE IF EXISTS {table}"
    run(uri, [drop, *statements])
    yield Place(databases.of_uri(uri), Target(uri))
    run(uri, [drop])


def duckdb_file(folder: Path, *statements: str, name: str = "values.duckdb") -> Target:
    """A DuckDB file made by these statements."""
    with duckdb.connect(str(folder / name)) as connection:
        for sql in statements:
            connection.execute(sql)
    return Target(f"duckdb:///{folder / name}", folders=(str(folder),))


def sqlite_file(folder: Path, *statements: str, name: str = "values.sqlite") -> Target:
    """A SQLite file made by these statements."""
    connection = sqlite3.connect(folder / name)
    for sql in statements:
        connection.execute(sql)
    connection.commit()
    connection.close()
    return Target(f"sqlite:///{folder / name}", folders=(str(folder),))


def postgres(uri: str) -> psycopg.Connection:
    """A connection of the driver's own."""
    return psycopg.connect(uri.replace("+psycopg", ""), autocommit=True)


def in_postgres(uri: str, statements: Sequence[str]) -> None:
    """Runs the statements."""
    with postgres(uri) as connection:
        for sql in statements:
            connection.execute(sql)  # type: ignore[call-overload]


def mariadb(uri: str) -> pymysql.Connection:
    """A connection of the driver's own."""
    place = urlsplit(uri)
    return pymysql.connect(
        host=place.hostname or "",
        port=place.port or 3306,
        user=place.username or "",
        password=place.password or "",
        database=place.path.lstrip("/"),
        autocommit=True,
        charset="utf8mb4",
    )


def in_mariadb(uri: str, statements: Sequence[str]) -> None:
    """Runs the statements."""
    with mariadb(uri) as connection, connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
