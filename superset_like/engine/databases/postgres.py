"""PostgreSQL, by psycopg 3: read-only transactions, rows in chunks."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache, lru_cache
from itertools import islice
from typing import Any

import pyarrow as pa

from superset_like.engine import arrow
from superset_like.engine.databases import kinds, places, postgres_types, stored_time
from superset_like.engine.databases.base import ColumnInfo, Engine, Relation, Session, TableInfo, Target
from superset_like.engine.databases.loading import Already, Load, Spelling, Types, beside
from superset_like.engine.databases.pool import Lease, Pool
from superset_like.engine.databases.postgres_functions import FUNCTIONS
from superset_like.engine.databases.running import RunningSession, first_line
from superset_like.engine.query import Column, Kind, TableName
from superset_like.errors import DatabaseUnreachable, NotFound, QueryFailed, WriteRefused

CONNECT_S = 10
STOP_S = 3.0
_SETTINGS = (
    "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601';"
    " SET extra_float_digits = 1; SET bytea_output = 'hex'; SET standard_conforming_strings = on"
)
# What a process ran that died ends by itself; older servers look for their client at the end alone.
_CHECK_CLIENT, _CHECKS_CLIENTS = "SET client_connection_check_interval = 2000", 140_000
_OPTIONS = frozenset({"application_name", "connect_timeout", "sslmode", "target_session_attrs"})
_pool = Pool()
_SPELLING = Spelling(Types(decimal="NUMERIC({precision},{scale})", binary="BYTEA"))


@cache
def _psycopg() -> Any:
    # An extra of the installation, and not needed before somebody connects.
    try:
        import psycopg
    except ImportError as error:
        raise DatabaseUnreachable("The driver of this database is not installed") from error
    return psycopg


@cache
def _adapters() -> Any:
    return postgres_types.adapters(_psycopg())


class PostgresSession(RunningSession):
    """A connection in a transaction of its own, which ends with the session."""

    def __init__(self, lease: Lease, target: Target, timeout_s: float | None) -> None:
        super().__init__("postgresql", timeout_s)
        self._lease = lease
        self._connection = lease.connection
        self._writable = target.writable
        try:
            self._connection.execute(_beginning(target, timeout_s))
        except _psycopg().Error as error:
            lease.give_back(keep=False)
            raise DatabaseUnreachable() from error

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of one of our own questions."""
        with self._watched():
            found: list[tuple[Any, ...]] = self._connection.execute(sql, parameters).fetchall()
            return found

    def described(self, sql: str) -> list[tuple[str, int, int]]:
        """Name, type's number and modifier of each column that a query would answer; it is not run."""
        with self._watched():
            return self._described(sql)

    def close(self) -> None:
        """Gives the connection back, its transaction undone; closes it when a stop may still reach it."""
        with self._lock:
            self._run = None
            keep = not (self.was_stopped or self._writable)
        self._lease.give_back(keep=keep and self._undone())

    def _undone(self) -> bool:
        """Whether the transaction could be undone; not while rows are still under way."""
        statuses = _psycopg().pq.TransactionStatus
        if self._connection.info.transaction_status == statuses.ACTIVE:
            return False
        with suppress(_psycopg().Error):
            self._connection.rollback()
        return bool(self._connection.info.transaction_status == statuses.IDLE)

    def _read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        cursor = self._connection.cursor()
        chunk = batch_rows if _psycopg().capabilities.has_stream_chunked() else 1
        stream = cursor.stream(sql, size=chunk)
        first = next(stream, None)
        if first is None:
            columns = self._described(sql)
        else:
            columns = _columns_of(cursor.pgresult)
        rows: Iterator[Any] = stream if first is None else _chained(first, stream)
        readings = [postgres_types.reading(_adapters().types, oid, modifier) for _, oid, modifier in columns]
        names = [name for name, _, _ in columns]
        return arrow.reader(names, readings, lambda count: list(islice(rows, count)), batch_rows)

    def _described(self, sql: str) -> list[tuple[str, int, int]]:
        connection = self._connection.pgconn
        for result in (connection.prepare(b"", sql.encode()), connection.describe_prepared(b"")):
            if result.status != _psycopg().pq.ExecStatus.COMMAND_OK:
                raise _psycopg().errors.error_from_result(result)
        return _columns_of(result)

    def _write(self, sql: str) -> int:
        if not self._writable:
            raise WriteRefused()
        # Prepared or not, the extended protocol takes one statement only.
        count = self._connection.execute(sql, prepare=True).rowcount
        self._connection.commit()
        return max(int(count), 0)

    def _load(self, load: Load) -> int:
        if not self._writable:
            raise WriteRefused()
        run, name = self._connection.execute, _SPELLING.place
        # Whoever reads the table that is to go may do so until the new one is whole.
        made = beside(load.table) if load.already is Already.REPLACE else load.table
        if load.already is not Already.APPEND:
            run(_SPELLING.create(made, load.schema))
        count = 0
        copying = f"COPY {name(made)} ({_SPELLING.columns(load.schema)}) FROM STDIN (FORMAT csv)"
        with self._connection.cursor() as cursor, cursor.copy(copying) as copy:
            for batch in load.batches:
                copy.write(postgres_types.copied(batch))
                count += batch.num_rows
        if made != load.table:
            run(f"DROP TABLE IF EXISTS {name(load.table)}")
            run(f"ALTER TABLE {name(made)} RENAME TO {_SPELLING.name(load.table.name)}")
        self._connection.commit()
        return count

    def _stop(self) -> None:
        with suppress(_psycopg().Error):
            self._connection.cancel_safe(timeout=STOP_S)

    def _message(self, error: Exception) -> str:
        diagnosis = getattr(error, "diag", None)
        line = diagnosis.message_primary if diagnosis is not None else None
        return first_line(line or "") or QueryFailed.default_message

    def _is_timeout(self, error: Exception) -> bool:
        return isinstance(error, _psycopg().errors.QueryCanceled) and "timeout" in str(error)


class Postgres(Engine):
    """PostgreSQL."""

    name = "postgresql"
    title = "PostgreSQL"
    schemes = frozenset({"postgresql", "postgres"})
    dialect = "postgres"
    default_driver = "psycopg2"
    takes_files = True
    supports_catalogs = True
    label_length = 63
    default_port = 5432
    extra = "postgres"
    uri_form = "postgresql://user:password@host:5432/database"
    cancels = "yes: a cancel request"
    reads_only = "yes: a read-only transaction"
    estimates = "EXPLAIN: the planner's costs"
    allowed_options = _OPTIONS
    functions = FUNCTIONS
    table_functions = frozenset({"GENERATE_SERIES", "UNNEST", "JSONB_ARRAY_ELEMENTS", "JSON_ARRAY_ELEMENTS"})
    moved = "(({col}) + INTERVAL '{seconds} seconds')"
    zone_shift = "(({col}) AT TIME ZONE '{source}' AT TIME ZONE '{target}')"
    grains = {
        "PT1S": "DATE_TRUNC('second', {col})",
        "PT5S": "DATE_BIN('5 seconds', {col}, TIMESTAMP '2000-01-01')",
        "PT30S": "DATE_BIN('30 seconds', {col}, TIMESTAMP '2000-01-01')",
        "PT1M": "DATE_TRUNC('minute', {col})",
        "PT5M": "DATE_BIN('5 minutes', {col}, TIMESTAMP '2000-01-01')",
        "PT10M": "DATE_BIN('10 minutes', {col}, TIMESTAMP '2000-01-01')",
        "PT15M": "DATE_BIN('15 minutes', {col}, TIMESTAMP '2000-01-01')",
        "PT30M": "DATE_BIN('30 minutes', {col}, TIMESTAMP '2000-01-01')",
        "PT1H": "DATE_TRUNC('hour', {col})",
        "PT6H": "DATE_BIN('6 hours', {col}, TIMESTAMP '2000-01-01')",
        "P1D": "DATE_TRUNC('day', {col})",
        "P1W": "DATE_TRUNC('week', {col})",
        "P1M": "DATE_TRUNC('month', {col})",
        "P3M": "DATE_TRUNC('quarter', {col})",
        "P1Y": "DATE_TRUNC('year', {col})",
        "1969-12-28T00:00:00Z/P1W": "DATE_TRUNC('week', {col} + INTERVAL '1 day') - INTERVAL '1 day'",
        "1969-12-29T00:00:00Z/P1W": "DATE_TRUNC('week', {col})",
        "P1W/1970-01-03T00:00:00Z": "DATE_TRUNC('week', {col} + INTERVAL '1 day') + INTERVAL '5 days'",
        "P1W/1970-01-04T00:00:00Z": "DATE_TRUNC('week', {col}) + INTERVAL '6 days'",
    }

    def check_uri(self, target: Target) -> None:
        """Raises Invalid for a driver, a place or an option that is not allowed."""
        url = places.parsed(target.uri)
        drivers = {"postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"}
        places.require_allowed(url, drivers, _OPTIONS)
        places.require_host(url)

    def open(self, target: Target, timeout_s: float | None = None) -> Session:
        """A session in a transaction of its own."""
        return self._open(target, timeout_s)

    def _open(self, target: Target, timeout_s: float | None = None) -> PostgresSession:
        self.check_uri(target)
        database = places.parsed(target.uri).database
        if target.catalog not in (None, database):
            raise NotFound("There is no such catalog")
        lease = _pool.lease((target.uri, target.options, target.writable), lambda: _connected(target), _check)
        return PostgresSession(lease, target, timeout_s)

    def time_literal(self, moment: datetime, column: Column) -> str:
        """SQL for a moment, as the column stores it."""
        spelled = stored_time.stored(moment, column)
        if spelled is not None:
            return spelled
        iso = stored_time.iso(moment)
        if kinds.is_date(column.type) and stored_time.is_midnight(moment):
            return f"DATE '{iso[:10]}'"
        if kinds.is_zoned(column.type):
            return f"TIMESTAMP WITH TIME ZONE '{iso}+00'"
        if column.type and kinds.kind_of(column.type) is Kind.STRING and not column.expression:
            return f"'{iso[:10] if stored_time.is_midnight(moment) else iso}'"
        return f"TIMESTAMP '{iso}'"

    def as_timestamp(self, sql: str, column: Column) -> str:
        """SQL that reads the stored form as a timestamp without zone, in UTC."""
        if column.time_format == "epoch_s":
            return f"(TO_TIMESTAMP({sql}) AT TIME ZONE 'UTC')"
        if column.time_format == "epoch_ms":
            return f"(TO_TIMESTAMP(({sql}) / 1000.0) AT TIME ZONE 'UTC')"
        if column.time_format is not None:
            return f"CAST(TO_TIMESTAMP({sql}, {_to_timestamp_format(column.time_format)}) AS TIMESTAMP)"
        return f"CAST({sql} AS TIMESTAMP)"

    def kind(self, type_text: str) -> Kind:
        """The kind of values a type holds."""
        return kinds.kind_of(type_text)

    def catalogs(self, target: Target) -> Sequence[str]:
        """The database that the connection names; PostgreSQL reads no other."""
        return (places.parsed(target.uri).database or "",)

    def default_schema(self, target: Target) -> str | None:
        """The first schema of the search path that exists."""
        with self._open(target) as session:
            found = session.rows("SELECT current_schema()")[0][0]
            return None if found is None else str(found)

    def schemas(self, target: Target) -> Sequence[str]:
        """The schemas that are not the engine's own and that the login may use."""
        sql = (
            "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
            " AND has_schema_privilege(oid, 'USAGE') ORDER BY 1"
        )
        with self._open(target) as session:
            return [name for (name,) in session.rows(sql)]

    def relations(self, target: Target, schema: str | None) -> Sequence[Relation]:
        """Tables and views of a schema, sorted by name."""
        sql = (
            "SELECT relname::text, relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = coalesce(%s, current_schema()) AND relkind IN ('r', 'p', 'f', 'v', 'm')"
            " AND NOT relispartition ORDER BY 1"
        )
        kind_of = {"v": "view", "m": "materialized_view"}
        with self._open(target) as session:
            found = session.rows(sql, [schema])
        return [Relation(name, kind_of.get(kind, "table")) for name, kind in sorted(found)]

    def describe(self, target: Target, table: TableName) -> TableInfo:
        """Facts about a table or view. Raises NotFound."""
        with self._open(target) as session:
            found = session.rows(_TABLE, [table.schema or target.schema, table.name])
            if not found:
                raise NotFound(f"There is no table {table.name}")
            oid, comment = found[0]
            columns = session.rows(_COLUMNS, [oid])
            constraints = session.rows(_CONSTRAINTS, [oid])
            indexes = session.rows(_INDEXES, [oid])
        return TableInfo(
            columns=tuple(_column_info(*row) for row in columns),
            primary_key=next((tuple(row[2]) for row in constraints if row[1] == "p"), ()),
            foreign_keys=tuple(
                {"name": row[0], "columns": row[2], "referred_table": row[3], "referred_columns": row[4]}
                for row in constraints
                if row[1] == "f"
            ),
            indexes=tuple({"name": name, "unique": unique, "columns": parts} for name, unique, parts in indexes),
            comment=comment,
        )

    def describe_sql(self, target: Target, sql: str) -> Sequence[ColumnInfo]:
        """The columns a SELECT would answer; the server plans it and does not run it."""
        with self._open(target) as session:
            found = session.described(sql)
            if not found:
                raise WriteRefused()
            query = "SELECT " + ", ".join("format_type(%s::oid, %s::int4)" for _ in found)
            names = session.rows(query, [number for _, oid, modifier in found for number in (oid, modifier)])[0]
        return [_column_info(name, type_) for (name, _, _), type_ in zip(found, names, strict=True)]

    def estimate(self, target: Target, sql: str) -> Sequence[Mapping[str, str]]:
        """The planner's costs, in its own unit: of the first row and of all."""
        with self._open(target) as session:
            plan = session.rows(f"EXPLAIN {sql}")[0][0]
        found = _COSTS.search(plan)
        return [{"Start-up cost": found[1], "Total cost": found[2]}] if found else []


_COSTS = re.compile(r"cost=([\d.]+)\.\.([\d.]+)")
_TABLE = (
    "SELECT c.oid::int8, obj_description(c.oid, 'pg_class') FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
    " WHERE nspname = coalesce(%s, current_schema()) AND relname = %s AND relkind IN ('r', 'p', 'f', 'v', 'm')"
)
_COLUMNS = (
    "SELECT attname::text, format_type(atttypid, atttypmod), NOT attnotnull, pg_get_expr(adbin, adrelid),"
    " col_description(attrelid, attnum) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
    " WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
_CONSTRAINTS = (
    "SELECT conname::text, contype::text, ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k(n, i)"
    " JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY i),"
    " (SELECT relname::text FROM pg_class r WHERE r.oid = confrelid),"
    " ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k(n, i)"
    " JOIN pg_attribute ON attrelid = confrelid AND attnum = n ORDER BY i)"
    " FROM pg_constraint WHERE conrelid = %s ORDER BY conname"
)
_INDEXES = (
    "SELECT relname::text, indisunique, ARRAY(SELECT attname::text FROM unnest(indkey::int2[]) WITH ORDINALITY k(n, i)"
    " JOIN pg_attribute ON attrelid = indrelid AND attnum = n ORDER BY i)"
    " FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = %s AND NOT indisprimary ORDER BY relname"
)
_FORMAT_PARTS = {"Y": "YYYY", "m": "MM", "d": "DD", "H": "HH24", "M": "MI", "S": "SS", "f": "US", "y": "YY", "b": "Mon"}


def _to_timestamp_format(time_format: str) -> str:
    made, rest = "", time_format
    while rest:
        if rest[0] == "%" and rest[1:2] in _FORMAT_PARTS:
            made, rest = made + _FORMAT_PARTS[rest[1]], rest[2:]
        else:
            made, rest = made + (f'"{rest[0]}"' if rest[0].isalpha() else rest[0]), rest[1:]
    return stored_time.text(made)


def _column_info(
    name: str, type_: str, nullable: bool = True, default: str | None = None, comment: str | None = None
) -> ColumnInfo:
    shown = type_.upper().replace("CHARACTER VARYING", "VARCHAR").replace(" WITHOUT TIME ZONE", "")
    kind = kinds.kind_of(shown)
    return ColumnInfo(name, shown, kind, kind is Kind.TEMPORAL, nullable, default, comment)


def _columns_of(result: Any) -> list[tuple[str, int, int]]:
    return [(result.fname(at).decode(), result.ftype(at), result.fmod(at)) for at in range(result.nfields)]


def _chained(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _connected(target: Target) -> Any:
    url = places.parsed(target.uri)
    options = {name: str(value) for name, value in {**url.query, **dict(target.options)}.items()}
    psycopg = _psycopg()
    try:
        connection = psycopg.connect(
            **({"connect_timeout": CONNECT_S, "client_encoding": "UTF8"} | options),
            host=url.host,
            port=url.port or 5432,
            user=url.username,
            password=url.password,
            dbname=url.database,
            autocommit=True,
            prepare_threshold=None,
            context=_adapters_context(),
        )
        connection.execute(_SETTINGS)
        if connection.info.server_version >= _CHECKS_CLIENTS:
            # A server on a system that cannot tell refuses it.
            with suppress(psycopg.Error):
                connection.execute(_CHECK_CLIENT)
        if not target.writable:
            # Holds for what follows as well, should a statement end the session's own transaction.
            connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    except psycopg.Error as error:
        raise DatabaseUnreachable() from error
    return connection


@cache
def _adapters_context() -> Any:
    class Context:
        adapters = _adapters()
        connection = None

    return Context()


def _check(connection: Any) -> None:
    connection.execute("SELECT 1")


@lru_cache(256)
def _schema_setting(schema: str | None) -> str:
    return "" if schema is None else 'SET LOCAL search_path = "' + schema.replace('"', '""') + '", public; '


def _beginning(target: Target, timeout_s: float | None) -> str:
    """One message: the transaction, its limits, and a first query after which it cannot be made to write."""
    mode = "READ WRITE" if target.writable else "READ ONLY"
    limit = f"SET LOCAL statement_timeout = {max(1, round(timeout_s * 1000))}; " if timeout_s is not None else ""
    return f"BEGIN TRANSACTION {mode}; {limit}{_schema_setting(target.schema)}SELECT 1"
