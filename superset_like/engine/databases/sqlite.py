"""SQLite files below the folders that the administrator names."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pyarrow as pa
from pyarrow import compute

from superset_like.engine import arrow
from superset_like.engine.databases import kinds, places, stored_time
from superset_like.engine.databases.base import ColumnInfo, Engine, Relation, Session, TableInfo, Target
from superset_like.engine.databases.loading import Already, Load, Spelling, Types, rows_of
from superset_like.engine.databases.running import RunningSession, first_line
from superset_like.engine.databases.sqlite_access import authorizer
from superset_like.engine.query import Column, Kind, TableName
from superset_like.errors import DatabaseUnreachable, NotFound, QueryFailed, WriteRefused

# Between two looks at the clock; some hundred thousand steps take a few milliseconds.
STEPS_BETWEEN_LOOKS = 100_000
BUSY_S = 5.0
LONGEST_VALUE = 64 * 1024 * 1024
# Seconds from the first day of SQLite's calendar to 1970; whole days.
YEAR_0 = 62_167_219_200
# Its columns have no types, but what these names hint at says how values are read: docs/values.md.
_SPELLING = Spelling(Types(instant="TIMESTAMP"))


class SqliteSession(RunningSession):
    """A connection of its own: SQLite opens a file in no time."""

    def __init__(self, path: str, writable: bool, timeout_s: float | None) -> None:
        super().__init__("sqlite", timeout_s)
        self._writable = writable
        mode = "rwc" if writable else "ro"
        self._connection = sqlite3.connect(
            f"file:{quote(path)}?mode={mode}",
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=0,
        )
        if not writable:
            self._connection.execute("PRAGMA query_only = 1")
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        self._connection.set_authorizer(authorizer(writable=writable))
        self._connection.set_progress_handler(self._has_to_end, STEPS_BETWEEN_LOOKS)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of one of our own questions."""
        with self._watched():
            return self._connection.execute(sql, tuple(parameters)).fetchall()

    def facts(self, pragma: str, name: str) -> list[tuple[Any, ...]]:
        """What a pragma tells of a table or an index."""
        quoted = name.replace('"', '""')
        return self.rows(f'PRAGMA {pragma}("{quoted}")')

    def first_rows(self, sql: str, count: int) -> pa.Table:
        """The first rows of a query, which is not run to its end."""
        with self._watched():
            cursor = self._connection.execute(sql)
            rows = iter([cursor.fetchmany(count)])
            return self._streamed(cursor, lambda _: next(rows, ()), count).read_all()

    def close(self) -> None:
        """Closes the file."""
        self._end_all()
        self._connection.close()

    def _has_to_end(self) -> int:
        run = self._run
        return int(run is not None and run.is_stopped)

    def _read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        cursor = self._connection.execute(sql)
        return self._streamed(cursor, cursor.fetchmany, batch_rows)

    def _streamed(
        self, cursor: sqlite3.Cursor, fetch: Callable[[int], arrow.Rows], batch_rows: int
    ) -> pa.RecordBatchReader:
        if cursor.description is None:
            raise WriteRefused()
        names = [column[0] for column in cursor.description]
        return arrow.reader(names, [arrow.anything()] * len(names), fetch, batch_rows)

    def _write(self, sql: str) -> int:
        if not self._writable:
            raise WriteRefused()
        return max(self._connection.execute(sql).rowcount, 0)

    def _load(self, load: Load) -> int:
        if not self._writable:
            raise WriteRefused()
        run, table, count = self._connection.execute, _SPELLING.place(load.table), 0
        marks = ", ".join("?" * len(load.schema))
        run("BEGIN IMMEDIATE")
        try:
            if load.already is Already.REPLACE:
                run(f"DROP TABLE IF EXISTS {table}")
            if load.already is not Already.APPEND:
                run(_SPELLING.create(load.table, load.schema))
            insert = f"INSERT INTO {table} ({_SPELLING.columns(load.schema)}) VALUES ({marks})"
            for batch in load.batches:
                for rows in rows_of(_as_stored(batch)):
                    self._connection.executemany(insert, rows)
                count += batch.num_rows
            run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                run("ROLLBACK")
            raise
        return count

    def _stop(self) -> None:
        self._connection.interrupt()

    def _message(self, error: Exception) -> str:
        return first_line(str(error)) or QueryFailed.default_message


def _seconds(width: int) -> str:
    """Whole widths since 1970; counted from the year 0 on, for `/` cuts towards zero and not to the past."""
    return f"(CAST(STRFTIME('%s', {{col}}) AS INTEGER) + {YEAR_0}) / {width} * {width} - {YEAR_0}"


class Sqlite(Engine):
    """SQLite, embedded: values have types, columns only hints."""

    name = "sqlite"
    title = "SQLite"
    schemes = frozenset({"sqlite"})
    dialect = "sqlite"
    default_driver = "pysqlite"
    is_file = True
    takes_files = True
    uri_form = "sqlite:////folder/file.sqlite"
    cancels = "yes: an interrupt"
    reads_only = "yes: the file is opened to be read"
    functions = frozenset(
        """
        ABS CEIL CEILING CHAR COALESCE CONCAT CONCAT_WS DATE DATETIME FLOOR FORMAT GROUP_CONCAT HEX IFNULL IIF INSTR
        JSON JSON_ARRAY JSON_ARRAY_LENGTH JSON_ERROR_POSITION JSON_EXTRACT JSON_GROUP_ARRAY JSON_GROUP_OBJECT
        JSON_INSERT JSON_OBJECT JSON_PATCH JSON_PRETTY JSON_QUOTE JSON_REMOVE JSON_REPLACE JSON_SET JSON_TYPE
        JSON_VALID JULIANDAY LENGTH LIKELIHOOD LIKELY LOWER LTRIM MAX MIN MOD NULLIF OCTET_LENGTH POW POWER PRINTF
        QUOTE RANDOM ROUND RTRIM SIGN SOUNDEX SQRT STRFTIME STRING_AGG SUBSTR SUBSTRING TIME TIMEDIFF TOTAL TRIM TRUNC
        TYPEOF UNHEX UNICODE UNISTR UNIXEPOCH UNLIKELY UPPER LOG LOG10 LOG2 LN EXP PI RADIANS DEGREES ACOS ACOSH ASIN
        ASINH ATAN ATAN2 ATANH COS COSH SIN SINH TAN TANH MEDIAN PERCENTILE GLOB LIKE ROW_NUMBER RANK DENSE_RANK
        PERCENT_RANK CUME_DIST NTILE LAG LEAD FIRST_VALUE LAST_VALUE NTH_VALUE
        """.split()
    )
    table_functions = frozenset({"JSON_EACH", "JSON_TREE"})
    moved = "DATETIME({col}, '{seconds} seconds')"
    grains = {
        "PT1S": "STRFTIME('%Y-%m-%d %H:%M:%S', {col})",
        "PT1M": "STRFTIME('%Y-%m-%d %H:%M:00', {col})",
        "PT1H": "STRFTIME('%Y-%m-%d %H:00:00', {col})",
        "P1D": "DATETIME({col}, 'start of day')",
        "P1W": "DATETIME({col}, 'start of day', '-6 days', 'weekday 1')",
        "P1M": "DATETIME({col}, 'start of month')",
        "P3M": "DATETIME({col}, 'start of month', '-' || ((STRFTIME('%m', {col}) - 1) % 3) || ' months')",
        "P1Y": "DATETIME({col}, 'start of year')",
        "1969-12-28T00:00:00Z/P1W": "DATETIME({col}, 'start of day', '-6 days', 'weekday 0')",
        "1969-12-29T00:00:00Z/P1W": "DATETIME({col}, 'start of day', '-6 days', 'weekday 1')",
        "P1W/1970-01-03T00:00:00Z": "DATETIME({col}, 'start of day', 'weekday 6')",
        "P1W/1970-01-04T00:00:00Z": "DATETIME({col}, 'start of day', 'weekday 0')",
    } | {
        grain: f"DATETIME({_seconds(width)}, 'unixepoch')"
        for grain, width in {
            "PT5S": 5,
            "PT30S": 30,
            "PT5M": 300,
            "PT10M": 600,
            "PT15M": 900,
            "PT30M": 1800,
            "PT6H": 21_600,
        }.items()
    }

    def check_uri(self, target: Target) -> None:
        """Raises Invalid unless the URI names a file in reach and nothing more."""
        places.require_allowed(places.parsed(target.uri), {"sqlite", "sqlite+pysqlite"}, ())
        places.file_of(target)

    def open(self, target: Target, timeout_s: float | None = None) -> Session:
        """A session on the file."""
        return self._open(target, timeout_s)

    def _open(self, target: Target, timeout_s: float | None = None) -> SqliteSession:
        self.check_uri(target)
        try:
            return SqliteSession(places.file_of(target), target.writable, timeout_s)
        except sqlite3.Error as error:
            raise DatabaseUnreachable() from error

    def time_literal(self, moment: datetime, column: Column) -> str:
        """A text, or a number, as the column stores it."""
        spelled = stored_time.stored(moment, column)
        if spelled is not None:
            return spelled
        iso = stored_time.iso(moment)
        declared = (column.type or "").upper()
        # A day's text is a beginning of every longer spelling of its midnight.
        is_day = stored_time.is_midnight(moment) and not declared.startswith(("DATETIME", "TIMESTAMP"))
        return f"'{iso[:10] if is_day else iso}'"

    def as_timestamp(self, sql: str, column: Column) -> str:
        """SQL that SQLite's date functions take as a moment; a format they do not know is read by its parts."""
        if column.time_format == "epoch_s":
            return f"DATETIME({sql}, 'unixepoch')"
        if column.time_format == "epoch_ms":
            return f"STRFTIME('%Y-%m-%d %H:%M:%f', ({sql}) / 1000.0, 'unixepoch')"
        if column.time_format is not None:
            return _spelled_in_order(sql, column.time_format)
        # SQLite rounds to milliseconds: the last microsecond of a year would begin the next one.
        return f"CASE WHEN {sql} GLOB '*.??????' THEN SUBSTR({sql}, 1, 23) ELSE {sql} END"

    def kind(self, type_text: str) -> Kind:
        """The kind of values a declared type hints at."""
        kind = kinds.kind_of(type_text)
        if kind is not Kind.STRING:
            return kind
        words = type_text.upper()
        return Kind.NUMERIC if any(part in words for part in ("INT", "REAL", "FLOA", "DOUB")) else Kind.STRING

    def catalogs(self, target: Target) -> Sequence[str]:
        """None: a file is all there is."""
        return ()

    def default_schema(self, target: Target) -> str | None:
        """`main`."""
        return "main"

    def schemas(self, target: Target) -> Sequence[str]:
        """`main` alone: nothing can be attached."""
        return ("main",)

    def relations(self, target: Target, schema: str | None) -> Sequence[Relation]:
        """Tables and views, sorted by name."""
        if schema not in (None, "main"):
            return ()
        sql = "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%'"
        with self._open(target) as session:
            return [Relation(name, kind) for name, kind in session.rows(f"{sql} ESCAPE '\\' ORDER BY name")]

    def describe(self, target: Target, table: TableName) -> TableInfo:
        """Facts about a table or view. Raises NotFound."""
        with self._open(target) as session:
            columns = [row for row in session.facts("table_xinfo", table.name) if row[6] != 1]
            if not columns or table.schema not in (None, "main"):
                raise NotFound(f"There is no table {table.name}")
            keys = session.facts("foreign_key_list", table.name)
            indexes = [row[1:3] for row in session.facts("index_list", table.name) if row[3] != "pk"]
            parts = {index: [row[2] for row in session.facts("index_info", index)] for index, _ in indexes}
        return TableInfo(
            columns=tuple(self._column_info(row[1], row[2], not row[3], row[4]) for row in columns),
            primary_key=tuple(row[1] for row in sorted(columns, key=lambda row: row[5]) if row[5]),
            foreign_keys=_foreign_keys(keys),
            indexes=tuple(
                {"name": index, "unique": bool(unique), "columns": parts[index]} for index, unique in indexes
            ),
        )

    def describe_sql(self, target: Target, sql: str) -> Sequence[ColumnInfo]:
        """The columns a SELECT would answer; types from the first rows, as SQLite knows none before."""
        with self._open(target) as session:
            schema = session.first_rows(sql, ROWS_LOOKED_AT).schema
        return [self._column_info(field.name, _type_of(field.type)) for field in schema]

    def _column_info(self, name: str, type_: str, nullable: bool = True, default: str | None = None) -> ColumnInfo:
        kind = self.kind(type_)
        return ColumnInfo(name, type_.upper(), kind, kind is Kind.TEMPORAL, nullable, default)


ROWS_LOOKED_AT = 100
_PARTS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}


def _spelled_in_order(sql: str, time_format: str) -> str:
    """The text as `2024-01-31 10:00:00`, put together from the places that the format gives to its parts."""
    places_of: dict[str, int] = {}
    at, rest = 1, time_format
    while rest:
        mark = rest[:2]
        if mark in _PARTS:
            places_of[mark] = at
        at, rest = (at + _PARTS[mark], rest[2:]) if mark in _PARTS else (at + 1, rest[1:])
    if not {"%Y", "%m", "%d"} <= places_of.keys() or "%" in _without_parts(time_format):
        return sql

    def part(mark: str) -> str:
        return f"SUBSTR({sql}, {places_of[mark]}, {_PARTS[mark]})" if mark in places_of else "'00'"

    day = " || '-' || ".join(map(part, ("%Y", "%m", "%d")))
    clock = " || ':' || ".join(map(part, ("%H", "%M", "%S")))
    return f"({day} || ' ' || {clock})"


def _without_parts(time_format: str) -> str:
    for mark in _PARTS:
        time_format = time_format.replace(mark, "")
    return time_format


def _as_stored(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The values as SQLite keeps them: moments and times are texts, decimals are what it makes of their digits."""
    columns = [_stored_column(column) for column in batch.columns]
    return pa.record_batch(columns, names=batch.schema.names)


def _stored_column(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        texts = compute.cast(column.cast(pa.timestamp("us")), pa.string())
        return compute.replace_substring_regex(texts, r"\.0+$", "")
    if pa.types.is_date(column.type) or pa.types.is_time(column.type) or pa.types.is_decimal(column.type):
        return compute.cast(column, pa.string())
    return column


def _type_of(type_: pa.DataType) -> str:
    if pa.types.is_integer(type_):
        return "INTEGER"
    if pa.types.is_floating(type_):
        return "REAL"
    return "BLOB" if pa.types.is_binary(type_) else "TEXT"


def _foreign_keys(rows: Sequence[tuple[Any, ...]]) -> tuple[dict[str, Any], ...]:
    found: dict[int, dict[str, Any]] = {}
    for number, _, table, own, other, *_ in sorted(rows, key=lambda row: row[:2]):
        key = found.setdefault(number, {"name": None, "columns": [], "referred_table": table, "referred_columns": []})
        key["columns"].append(own)
        if other is not None:
            key["referred_columns"].append(other)
    return tuple(found.values())
