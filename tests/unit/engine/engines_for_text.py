"""Engines that write SQL and connect to nothing: what `build` and `guard` need of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, NoReturn

from superset_like.engine.databases.base import ColumnInfo, Engine, Relation, Session, TableInfo, Target
from superset_like.engine.query import Column, Kind, TableName


class TextEngine(Engine):
    """An engine that only writes."""

    title = "Text"
    schemes = frozenset({"text"})
    timestamp: ClassVar[str] = "CAST({sql} AS TIMESTAMP)"

    def check_uri(self, target: Target) -> None: ...

    def open(self, target: Target, timeout_s: float | None = None) -> Session:
        return self._nowhere()

    def time_literal(self, moment: datetime, column: Column) -> str:
        return self.timestamp.format(sql=f"'{moment:%Y-%m-%d %H:%M:%S}'")

    def as_timestamp(self, sql: str, column: Column) -> str:
        return self.timestamp.format(sql=sql)

    def kind(self, type_text: str) -> Kind:
        return Kind.STRING

    def catalogs(self, target: Target) -> Sequence[str]:
        return ()

    def default_schema(self, target: Target) -> str | None:
        return None

    def schemas(self, target: Target) -> Sequence[str]:
        return ()

    def relations(self, target: Target, schema: str | None) -> Sequence[Relation]:
        return ()

    def describe(self, target: Target, table: TableName) -> TableInfo:
        return self._nowhere()

    def describe_sql(self, target: Target, sql: str) -> Sequence[ColumnInfo]:
        return self._nowhere()

    def _nowhere(self) -> NoReturn:
        raise AssertionError("a text engine connects to nothing")


class DuckText(TextEngine):
    name = "duckdb"
    dialect = "duckdb"
    supports_catalogs = True
    table_functions = frozenset({"RANGE", "GENERATE_SERIES"})
    grains: ClassVar[Mapping[str, str]] = {"P1M": "DATE_TRUNC('month', {col})"}


class SqliteText(TextEngine):
    name = "sqlite"
    dialect = "sqlite"
    timestamp = "{sql}"
    grains: ClassVar[Mapping[str, str]] = {"P1M": "DATETIME({col}, 'start of month')"}


class PostgresText(TextEngine):
    name = "postgresql"
    dialect = "postgres"
    label_length = 63
    table_functions = frozenset({"GENERATE_SERIES"})
    grains: ClassVar[Mapping[str, str]] = {"P1M": "DATE_TRUNC('month', {col})"}


class MysqlText(TextEngine):
    name = "mysql"
    dialect = "mysql"
    label_length = 64
    timestamp = "CAST({sql} AS DATETIME)"
    grains: ClassVar[Mapping[str, str]] = {"P1M": "DATE_FORMAT({col}, '%Y-%m-01')"}


DUCKDB, SQLITE, POSTGRES, MYSQL = DuckText(), SqliteText(), PostgresText(), MysqlText()
ALL = (DUCKDB, SQLITE, POSTGRES, MYSQL)
