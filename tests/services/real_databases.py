"""Tables made on real engines, past the application."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import duckdb
import psycopg
import pymysql


def new_file(home: Path) -> str:
    # The application keeps a file it once opened.
    folder = home / "data" / uuid4().hex
    folder.mkdir()
    return f"duckdb:///{folder}/editor.duckdb"


def prepare(kind: str, uri: str, statements: list[str]) -> list[tuple[Any, ...]]:
    """The rows of the last statement."""
    place = urlsplit(uri)
    rows: list[tuple[Any, ...]] = []
    if kind == "duckdb":
        with duckdb.connect(uri.removeprefix("duckdb:///")) as connection:
            for sql in statements:
                connection.execute(sql)
        return rows
    host, user, name = place.hostname or "", place.username or "", place.path.lstrip("/")
    if kind == "postgres":
        with psycopg.connect(
            host=host, port=place.port, user=user, password=place.password, dbname=name, autocommit=True
        ) as connection:
            for sql in statements:
                cursor = connection.execute(sql)  # type: ignore[call-overload]
                rows = cursor.fetchall() if cursor.description else []
        return rows
    with pymysql.connect(
        host=host, port=place.port or 3306, user=user, password=place.password or "", database=name, autocommit=True
    ) as connection, connection.cursor() as cursor:  # fmt: skip
        for sql in statements:
            cursor.execute(sql)
            rows = list(cursor.fetchall())
    return rows
