"""What engines share that are reached through a Python driver and described by information_schema."""

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar

import pyarrow as pa
from sqlalchemy.engine import URL
from sqlglot import exp

from superset_like.engine import arrow, literals
from superset_like.engine.databases import driver_values, drivers, kinds, places, stored_time
from superset_like.engine.databases.base import ColumnInfo, Engine, Relation, Session, TableInfo, Target
from superset_like.engine.databases.pool import Lease, Pool
from superset_like.engine.databases.running import RunningSession, first_line
from superset_like.engine.databases.times import Times, filled
from superset_like.engine.query import Column, Kind, TableName
from superset_like.errors import DatabaseUnreachable, NotFound, ProductError, QueryFailed, WriteRefused

CONNECT_S = 10
DESCRIBE_S = 30.0
NEVER = re.compile(r"(?!)")
_pool = Pool()


class DbapiSession(RunningSession):
    """A connection and the cursor at work; an engine's own session says how it is stopped and how it reads Arrow."""

    def __init__(self, engine: "DbapiEngine", lease: Lease, target: Target, timeout_s: float | None) -> None:
        super().__init__(engine.name, timeout_s)
        self._engine = engine
        self._lease = lease
        self._target = target
        self.connection = lease.connection
        self.cursor: Any = None
        try:
            self._begin_work()
        except Exception as error:
            lease.give_back(keep=False)
            raise DatabaseUnreachable() from error

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of one of our own questions."""
        with self._watched():
            return [tuple(row) for row in self._executed(sql).fetchall()]

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """Name and type's text of each column that a query would answer; no row is asked for."""
        with self._watched():
            cursor = self._executed(f"SELECT * FROM (\n{sql}\n) described WHERE 1 = 0")
            return [(item[0], self._engine.type_text(item[1])) for item in cursor.description]

    def close(self) -> None:
        """Gives the connection back, what was begun undone; closes it when a stop may still reach it."""
        with self._lock:
            self._run = None
            keep = not (self.was_stopped or self._target.writable)
        if self.cursor is not None:
            with suppress(Exception):
                self.cursor.close()
        self._lease.give_back(keep=keep and self._is_undone())

    def _begin_work(self) -> None:
        """Whatever has to be said before the first statement, in the driver's own errors."""

    def _is_undone(self) -> bool:
        """Whether the connection is as good as new."""
        return True

    def _executed(self, sql: str) -> Any:
        self.cursor = self.connection.cursor()
        self.cursor.execute(sql)
        return self.cursor

    def _read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        cursor = self._executed(sql)
        if cursor.description is None:
            raise WriteRefused()
        names = [item[0] for item in cursor.description]
        return arrow.reader(names, [driver_values.reading() for _ in names], cursor.fetchmany, batch_rows)

    def _write(self, sql: str) -> int:
        if not self._target.writable:
            raise WriteRefused()
        count = getattr(self._executed(sql), "rowcount", 0)
        with suppress(AttributeError):
            self.connection.commit()
        return max(int(count or 0), 0)

    def _stop(self) -> None:
        """Ends what the cursor does; most drivers allow it from another thread."""
        if self.cursor is not None:
            with suppress(Exception):
                self.cursor.cancel()

    def _message(self, error: Exception) -> str:
        return first_line(self._engine.message_of(error)) or QueryFailed.default_message

    def _place_of(self, error: Exception) -> dict[str, int]:
        found = self._engine.place_in_message.search(str(error))
        return {name: int(text) for name, text in found.groupdict().items() if text} if found else {}


class DbapiEngine(Engine):
    """An engine of which a file states only its differences.

    module: the driver's. drivers: allowed after the `+` of a URI. url_options: allowed in its query part, besides what
    `allowed_options` lists. kinds_of_own: first word of a type -> its kind, where `kinds` does not know it.
    place_in_message: groups `position` or `line` and `column`, all from 1. type_codes: the driver's number of a type ->
    its name. columns_sql: name, type, nullable, default, comment, over {information}, {schema} and {table}.
    """

    is_proven = False
    module: ClassVar[str]
    drivers: ClassVar[frozenset[str]] = frozenset()
    url_options: ClassVar[frozenset[str]] = frozenset()
    times: ClassVar[Times] = Times()
    kinds_of_own: ClassVar[Mapping[str, Kind]] = {}
    days: ClassVar[frozenset[str]] = frozenset({"DATE", "DATE32"})
    session_kind: ClassVar[type[DbapiSession]] = DbapiSession
    system_schemas: ClassVar[frozenset[str]] = frozenset({"information_schema"})
    place_in_message: ClassVar[re.Pattern[str]] = NEVER
    type_codes: ClassVar[Mapping[Any, str]] = {}
    probe: ClassVar[str] = "SELECT 1"
    schemas_sql: ClassVar[str] = "SELECT schema_name FROM {information}.schemata"
    relations_sql: ClassVar[str] = (
        "SELECT table_name, table_type FROM {information}.tables WHERE table_schema = {schema}"
    )
    columns_sql: ClassVar[str] = (
        "SELECT column_name, data_type, is_nullable, column_default, NULL FROM {information}.columns"
        " WHERE table_schema = {schema} AND table_name = {table} ORDER BY ordinal_position"
    )

    @abstractmethod
    def connected(self, driver: Any, url: URL, target: Target, timeout_s: float | None) -> Any:
        """A new connection of the driver, its session set up, in the driver's own errors."""

    def check_uri(self, target: Target) -> None:
        """Raises Invalid for a driver, a place or an option that is not allowed."""
        url = places.parsed(target.uri)
        names = {
            f"{scheme}{driver}" for scheme in self.schemes for driver in ("", *(f"+{one}" for one in self.drivers))
        }
        places.require_allowed(url, names, self.allowed_options | self.url_options)
        self.check_place(url)

    def check_place(self, url: URL) -> None:
        """Raises Invalid unless the URI says which server and database."""
        places.require_host(url)

    def open(self, target: Target, timeout_s: float | None = None) -> Session:
        """A session over a connection of its own."""
        return self.opened(target, timeout_s)

    def opened(self, target: Target, timeout_s: float | None = None) -> DbapiSession:
        """As `open`, with our own questions allowed. A connection is kept for one limit, which most drivers fix."""
        self.check_uri(target)
        key = (target.uri, target.options, target.writable, target.catalog, target.schema, timeout_s)
        lease = _pool.lease(key, lambda: self._connected(target, timeout_s), self.check_connection)
        return self.session_kind(self, lease, target, timeout_s)

    def _connected(self, target: Target, timeout_s: float | None) -> Any:
        driver = drivers.loaded(self.module, self.extra)
        try:
            return self.connected(driver, places.parsed(target.uri), target, timeout_s)
        except ProductError:
            raise
        except Exception as error:
            # Drivers raise what they like: of sockets, TLS and HTTP as well as their own.
            raise DatabaseUnreachable() from error

    def check_connection(self, connection: Any) -> None:
        """Raises anything when a connection that lay idle is of no use."""
        cursor = connection.cursor()
        cursor.execute(self.probe)
        cursor.fetchall()

    def message_of(self, error: Exception) -> str:
        """What the database said."""
        return str(getattr(error, "message", "") or error)

    def type_text(self, code: Any) -> str:
        """The name of a type that the driver tells of an answer's column."""
        return str(self.type_codes.get(code, code if isinstance(code, str) else "")).upper()

    def time_literal(self, moment: datetime, column: Column) -> str:
        """SQL for a moment, as the column stores it."""
        if column.time_format in ("epoch_s", "epoch_ms"):
            return stored_time.stored(moment, column) or ""
        if column.time_format is not None:
            return self.text(stored_time.naive(moment).strftime(column.time_format))
        iso, is_midnight = stored_time.iso(moment), stored_time.is_midnight(moment)
        if (column.type or "").strip().upper() in self.days and is_midnight:
            return self.times.filled(self.times.day, moment)
        if self.is_zoned(column.type):
            return self.times.filled(self.times.zoned, moment)
        if column.name and column.type and self.kind(column.type) is Kind.STRING and not column.expression:
            return self.text(iso[:10] if is_midnight else iso)
        return self.times.filled(self.times.moment, moment)

    def as_timestamp(self, sql: str, column: Column) -> str:
        """SQL that reads the stored form as a timestamp without zone, in UTC."""
        times = self.times
        if column.time_format in ("epoch_s", "epoch_ms"):
            template = times.epoch_s if column.time_format == "epoch_s" else times.epoch_ms
            return template.replace("{sql}", sql)
        if column.time_format is not None:
            return times.of_text(sql, column.time_format, self.text(times.pattern(column.time_format)))
        return (times.read_zoned if self.is_zoned(column.type) else times.read).replace("{sql}", sql)

    def kind(self, type_text: str) -> Kind:
        """The kind of values a type holds."""
        word = re.match(r"\w*", type_text.strip().upper())
        own = self.kinds_of_own.get(word[0]) if word else None
        return kinds.kind_of(type_text) if own is None else own

    def catalogs(self, target: Target) -> Sequence[str]:
        """None: a schema is all there is above a table."""
        return ()

    def default_schema(self, target: Target) -> str | None:
        """The schema that the connection names."""
        return target.schema

    def schemas(self, target: Target) -> Sequence[str]:
        """Schemas of the target's catalog, the engine's own ones left out."""
        found = self.asked(target, self.schemas_sql)
        names = (self.known_as(name) for (name, *_) in found)
        return sorted(name for name in names if name.lower() not in self.system_schemas)

    def relations(self, target: Target, schema: str | None) -> Sequence[Relation]:
        """Tables and views of a schema, sorted by name."""
        found = self.asked(target, self.relations_sql, schema=schema or self.default_schema(target))
        return [
            Relation(*row) for row in sorted((self.known_as(name), _relation_kind(kind)) for name, kind, *_ in found)
        ]

    def describe(self, target: Target, table: TableName) -> TableInfo:
        """A table's columns; keys and indexes are not asked for. Raises NotFound."""
        schema = table.schema or self.default_schema(target)
        found = self.asked(target, self.columns_sql, schema=schema, table=table.name, catalog=table.catalog)
        if not found:
            raise NotFound(f"There is no table {table.name}")
        return TableInfo(tuple(self.column_info(*row) for row in found))

    def describe_sql(self, target: Target, sql: str) -> Sequence[ColumnInfo]:
        """The columns a SELECT would answer; no row is asked for."""
        with self.opened(target, DESCRIBE_S) as session:
            return [self.column_info(name, type_) for name, type_ in session.columns(sql)]

    def column_info(
        self, name: str, type_: str, nullable: Any = True, default: Any = None, comment: str | None = None
    ) -> ColumnInfo:
        """A column as the database tells of it."""
        kind = self.kind(type_)
        is_nullable = str(nullable).upper() not in ("NO", "FALSE", "N", "0")
        shown = None if default is None else str(default)
        return ColumnInfo(self.known_as(name), type_.upper(), kind, kind is Kind.TEMPORAL, is_nullable, shown, comment)

    def known_as(self, name: str) -> str:
        """A name of the database as people write it: in lower case where that is what bare names mean."""
        return name.lower() if self.syntax.upper and self.spelled(name.lower()) == name else name

    def asked(self, target: Target, template: str, **names: str | None) -> list[tuple[Any, ...]]:
        """The rows of one of our own questions; {schema} and {table} are filled in as SQL texts."""
        catalog = names.pop("catalog", None) or target.catalog or self.default_catalog(target)
        said = {name: "NULL" if value is None else self.text(self.spelled(value)) for name, value in names.items()}
        sql = filled(template, said | {"information": self.information(target, catalog)})
        with self.opened(target, DESCRIBE_S) as session:
            return session.rows(sql)

    def default_catalog(self, target: Target) -> str | None:
        """The catalog that the connection names; None where the engine has none."""
        return None

    def information(self, target: Target, catalog: str | None) -> str:
        """Where the engine tells of its tables."""
        return "information_schema" if catalog is None else f"{self.quoted(catalog)}.information_schema"

    def text(self, value: str) -> str:
        """The text as a SQL value."""
        return literals.literal(value).sql(self.dialect)

    def quoted(self, name: str) -> str:
        """The name in the engine's quotes."""
        return exp.Identifier(this=self.spelled(name), quoted=True).sql(self.dialect)


def batches_of(tables: Iterator[pa.Table], first: pa.Table) -> pa.RecordBatchReader:
    """The rows of tables that a driver made, with the first one's types; whole numbers of each as wide as any."""
    fields = [
        field.with_type(pa.int64()) if pa.types.is_signed_integer(field.type) else field for field in first.schema
    ]
    schema = pa.schema(fields)

    def batches() -> Iterator[pa.RecordBatch]:
        yield from first.cast(schema).to_batches()
        for table in tables:
            yield from table.cast(schema).to_batches()

    return pa.RecordBatchReader.from_batches(schema, batches())


def options_of(url: URL, target: Target) -> dict[str, Any]:
    """Options of the URI and of the connection, by name."""
    return {**url.query, **dict(target.options)}


def _relation_kind(text: str) -> str:
    upper = str(text).upper()
    if "MATERIALIZED" in upper:
        return "materialized_view"
    return "view" if "VIEW" in upper else "table"
