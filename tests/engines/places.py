"""Databases for tests of the engines: each with one table of awkward values, made by the driver itself."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import psycopg
import pymysql

from superset_like.engine.databases.base import Engine, Target

TABLE = f"engine_values_{os.getpid()}"


@dataclass(frozen=True)
class Place:
    """An engine and where the table is."""

    engine: Engine
    target: Target


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


def in_postgres(uri: str, statements: Sequence[str]) -> None:
    """Runs the statements."""
    with psycopg.connect(uri.replace("+psycopg", ""), autocommit=True) as connection:
        for sql in statements:
            connection.execute(sql)  # type: ignore[call-overload]


def in_mariadb(uri: str, statements: Sequence[str]) -> None:
    """Runs the statements."""
    place = urlsplit(uri)
    with pymysql.connect(
        host=place.hostname or "",
        port=place.port or 3306,
        user=place.username or "",
        password=place.password or "",
        database=place.path.lstrip("/"),
        autocommit=True,
        charset="utf8mb4",
    ) as connection, connection.cursor() as cursor:  # fmt: skip
        for sql in statements:
            cursor.execute(sql)
