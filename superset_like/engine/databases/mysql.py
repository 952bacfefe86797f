"""MySQL and MariaDB, by pymysql: read-only sessions, rows as the server sends them."""

from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Any

import pyarrow as pa
from pyarrow import compute

from superset_like.engine import arrow
from superset_like.engine.databases import kinds, places, stored_time
from superset_like.engine.databases.base import ColumnInfo, Engine, Relation, Session, TableInfo, Target
from superset_like.engine.databases.loading import Already, Load, Spelling, Types, beside, rows_of
from superset_like.engine.databases.pool import Lease, Pool
from superset_like.engine.databases.running import RunningSession, first_line
from superset_like.engine.query import Column, Kind, TableName
from superset_like.errors import DatabaseUnreachable, NotFound, QueryFailed, WriteRefused

CONNECT_S = 10
STOP_S = 3
_OPTIONS = frozenset({"charset", "connect_timeout"})
_TIMED_OUT = frozenset({1969, 3024})
_SAME_NAME_TWICE = 1060
# It does not exist, or the login may not use it: one answer for both.
_NO_SCHEMA = frozenset({(1044,), (1049,)})
DESCRIBE_S = 30.0
_pool = Pool()
_SPELLING = Spelling(
    Types(
        floating="DOUBLE",
        moment="DATETIME(6)",
        instant="DATETIME(6)",
        time="TIME(6)",
        text="LONGTEXT",
        binary="LONGBLOB",
        most_scale=30,
    ),
    quote="`",
)


@cache
def _types() -> ModuleType:
    # Its driver is an extra of the installation, and not needed before somebody connects.
    try:
        from superset_like.engine import mysql_types
    except ImportError as error:
        raise DatabaseUnreachable("The driver of this database is not installed") from error
    return mysql_types


@cache
def _pymysql() -> Any:
    # As above.
    try:
        import pymysql
    except ImportError as error:
        raise DatabaseUnreachable("The driver of this database is not installed") from error
    return pymysql


class MySqlSession(RunningSession):
    """A connection in a transaction of its own, which ends with the session."""

    def __init__(self, lease: Lease, target: Target, timeout_s: float | None) -> None:
        super().__init__("mysql", timeout_s)
        self._lease = lease
        self._target = target
        self._connection = lease.connection
        self._cursor: Any = None
        try:
            self._execute(_limit(self._connection, timeout_s))
            if not target.writable:
                self._execute("START TRANSACTION READ ONLY")
        except _pymysql().Error as error:
            lease.give_back(keep=False)
            raise DatabaseUnreachable() from error

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of one of our own questions."""
        with self._watched(), self._connection.cursor() as cursor:
            cursor.execute(sql, tuple(parameters))
            return list(cursor.fetchall())

    def fields(self, sql: str) -> list[Any]:
        """The driver's facts about the columns that a query would answer."""
        with self._watched():
            try:
                self._cursor = self._connection.cursor()
                self._cursor.execute(f"SELECT * FROM (\n{sql}\n) AS described LIMIT 0")
            except _pymysql().Error as error:
                if error.args[0] != _SAME_NAME_TWICE:
                    raise
                # A sub-query cannot hold two columns of one name: asked as it is, and its rows left unread.
                self._cursor = self._connection.cursor(_pymysql().cursors.SSCursor)
                self._cursor.execute(sql)
            return list(self._cursor._result.fields)

    def close(self) -> None:
        """Gives the connection back, its transaction undone; closes it when rows or a stop may still be under way."""
        with self._lock:
            unread = self._leave_unread()
            self._run = None
            keep = not (self.was_stopped or self._target.writable or unread)
        if keep:
            try:
                self._connection.rollback()
            except Exception:
                keep = False
        self._lease.give_back(keep=keep)

    def _leave_unread(self) -> bool:
        """Whether rows are still under way; the driver will not fetch the rest to throw it away."""
        result = self._cursor and self._cursor._result
        if not (result and result.unbuffered_active):
            return False
        result.unbuffered_active = False
        self._cursor.connection = None
        return True

    def _execute(self, sql: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)

    def _read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        cursor = self._cursor = self._connection.cursor(_pymysql().cursors.SSCursor)
        cursor.execute(sql)
        if cursor.description is None:
            raise WriteRefused()
        fields = cursor._result.fields
        names = [field.name for field in fields]
        return arrow.reader(names, [_types().reading(field) for field in fields], cursor.fetchmany, batch_rows)

    def _write(self, sql: str) -> int:
        if not self._target.writable:
            raise WriteRefused()
        with self._connection.cursor() as cursor:
            count = cursor.execute(sql)
        self._connection.commit()
        return int(count)

    def _load(self, load: Load) -> int:
        if not self._target.writable:
            raise WriteRefused()
        # A statement about tables cannot be undone here: rows first go where nobody looks.
        made, name = beside(load.table), _SPELLING.place
        try:
            self._execute(f"{_SPELLING.create(made, load.schema)} CHARACTER SET utf8mb4 ENGINE = InnoDB")
            count = self._inserted(made, load)
            if load.already is Already.APPEND:
                columns = _SPELLING.columns(load.schema)
                self._execute(f"INSERT INTO {name(load.table)} ({columns}) SELECT {columns} FROM {name(made)}")
                self._connection.commit()
            elif load.already is Already.REPLACE and self._is_there(load.table):
                gone = beside(load.table)
                self._execute(f"RENAME TABLE {name(load.table)} TO {name(gone)}, {name(made)} TO {name(load.table)}")
                self._execute(f"DROP TABLE {name(gone)}")
            else:
                self._execute(f"RENAME TABLE {name(made)} TO {name(load.table)}")
            return count
        finally:
            with suppress(_pymysql().Error):
                self._connection.rollback()
                self._execute(f"DROP TABLE IF EXISTS {name(made)}")

    def _inserted(self, made: TableName, load: Load) -> int:
        marks, count = ", ".join(["%s"] * len(load.schema)), 0
        columns = _SPELLING.columns(load.schema).replace("%", "%%")
        self._execute("START TRANSACTION")
        with self._connection.cursor() as cursor:
            for batch in load.batches:
                for rows in rows_of(_as_stored(batch)):
                    cursor.executemany(f"INSERT INTO {_SPELLING.place(made)} ({columns}) VALUES ({marks})", rows)
                count += batch.num_rows
        self._connection.commit()
        return count

    def _is_there(self, table: TableName) -> bool:
        found = "SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND table_name = %s"
        with self._connection.cursor() as cursor:
            return bool(cursor.execute(found, (table.schema, table.name)))

    def _stop(self) -> None:
        number = int(self._connection.thread_id())
        with suppress(_pymysql().Error), closing(_connected(self._target, STOP_S)) as other, other.cursor() as cursor:
            cursor.execute(f"KILL QUERY {number}")

    def _message(self, error: Exception) -> str:
        text = error.args[1] if len(error.args) > 1 else ""
        return first_line(str(text)) or QueryFailed.default_message

    def _is_timeout(self, error: Exception) -> bool:
        return bool(error.args) and error.args[0] in _TIMED_OUT


def _as_stored(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The values as MySQL takes them: moments in UTC, and NULL where a number is none."""
    return pa.record_batch([_stored_column(column) for column in batch.columns], names=batch.schema.names)


def _stored_column(column: pa.Array) -> pa.Array:
    if pa.types.is_floating(column.type):
        return compute.if_else(compute.is_finite(column), column, None)
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us"))
    return column


def _limit(connection: Any, timeout_s: float | None) -> str:
    seconds = timeout_s or 0
    if "MariaDB" in connection.get_server_info():
        return f"SET SESSION max_statement_time = {seconds:.3f}"
    return f"SET SESSION max_execution_time = {round(seconds * 1000)}"


def _weeks(shift: int, after: int) -> str:
    """The day `after` days from the first day of the week; shift: how many days its week begins before Monday."""
    return f"DATE_ADD(DATE({{col}}), INTERVAL {after} - WEEKDAY(DATE_ADD({{col}}, INTERVAL {shift} DAY)) DAY)"


def _seconds(width: int) -> str:
    return (
        f"CAST(DATE_ADD(DATE({{col}}), INTERVAL TIME_TO_SEC(TIME({{col}})) DIV {width} * {width} SECOND) AS DATETIME)"
    )


class MySql(Engine):
    """MySQL and MariaDB."""

    name = "mysql"
    title = "MySQL"
    schemes = frozenset({"mysql", "mariadb"})
    dialect = "mysql"
    default_driver = "mysqldb"
    takes_files = True
    label_length = 64
    default_port = 3306
    extra = "mysql"
    uri_form = "mysql://user:password@host:3306/database"
    cancels = "yes: KILL QUERY"
    reads_only = "yes: a read-only transaction"
    allowed_options = _OPTIONS
    functions = frozenset(
        """
        ABS ACOS ADDDATE ADDTIME ANY_VALUE ASCII ASIN ATAN ATAN2 AVG BIN BIT_AND BIT_COUNT BIT_LENGTH BIT_OR BIT_XOR
        CEIL CEILING CHAR CHARACTER_LENGTH CHAR_LENGTH COALESCE CONCAT CONCAT_WS CONV CONVERT_TZ COS COT COUNT CRC32
        CUME_DIST CURDATE CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURTIME DATE DATEDIFF DATE_ADD DATE_FORMAT
        DATE_SUB DAY DAYNAME DAYOFMONTH DAYOFWEEK DAYOFYEAR DEGREES DENSE_RANK ELT EXP EXPORT_SET EXTRACT FIELD
        FIND_IN_SET FIRST_VALUE FLOOR FORMAT FROM_BASE64 FROM_DAYS FROM_UNIXTIME GET_FORMAT GREATEST GROUPING
        GROUP_CONCAT HEX HOUR IF IFNULL INET6_ATON INET6_NTOA INET_ATON INET_NTOA INSTR ISNULL IS_IPV4 IS_IPV6 IS_UUID
        JSON_ARRAY JSON_ARRAYAGG JSON_ARRAY_APPEND JSON_ARRAY_INSERT JSON_CONTAINS JSON_CONTAINS_PATH JSON_DEPTH
        JSON_DETAILED JSON_EXISTS JSON_EXTRACT JSON_INSERT JSON_KEYS JSON_LENGTH JSON_MERGE_PATCH JSON_MERGE_PRESERVE
        JSON_OBJECT JSON_OBJECTAGG JSON_OVERLAPS JSON_PRETTY JSON_QUERY JSON_QUOTE JSON_REMOVE JSON_REPLACE JSON_SEARCH
        JSON_SET JSON_TYPE JSON_UNQUOTE JSON_VALID JSON_VALUE LAG LAST_DAY LAST_VALUE LCASE LEAD LEAST LEFT LENGTH LN
        LOCALTIME LOCALTIMESTAMP LOCATE LOG LOG10 LOG2 LOWER LPAD LTRIM MAKEDATE MAKETIME MAKE_SET MAX MD5 MEDIAN
        MICROSECOND MID MIN MINUTE MOD MONTH MONTHNAME NOW NTH_VALUE NTILE NULLIF NVL NVL2 OCT OCTET_LENGTH ORD
        PERCENTILE_CONT PERCENTILE_DISC PERCENT_RANK PERIOD_ADD PERIOD_DIFF PI POSITION POW POWER QUARTER QUOTE RADIANS
        RAND RANK REGEXP_INSTR REGEXP_LIKE REGEXP_REPLACE REGEXP_SUBSTR REPLACE REVERSE RIGHT ROUND ROW_NUMBER RPAD
        RTRIM SECOND SEC_TO_TIME SHA SHA1 SHA2 SIGN SIN SOUNDEX SQRT STD STDDEV STDDEV_POP STDDEV_SAMP STRCMP
        STR_TO_DATE SUBDATE SUBSTR SUBSTRING SUBSTRING_INDEX SUBTIME SUM SYSDATE TAN TIME TIMEDIFF TIMESTAMP
        TIMESTAMPADD TIMESTAMPDIFF TIME_FORMAT TIME_TO_SEC TO_BASE64 TO_CHAR TO_DAYS TO_SECONDS TRIM TRUNCATE UCASE
        UNHEX UNIX_TIMESTAMP UPPER UTC_DATE UTC_TIME UTC_TIMESTAMP UUID VARIANCE VAR_POP VAR_SAMP WEEK WEEKDAY
        WEEKOFYEAR YEAR YEARWEEK
        """.split()
    )
    # CONVERT_TZ answers NULL on the many servers whose tables of zones were never filled.
    moved = "DATE_ADD({col}, INTERVAL {seconds} SECOND)"
    grains = {
        "PT1S": _seconds(1),
        "PT5S": _seconds(5),
        "PT30S": _seconds(30),
        "PT1M": _seconds(60),
        "PT5M": _seconds(300),
        "PT10M": _seconds(600),
        "PT15M": _seconds(900),
        "PT30M": _seconds(1800),
        "PT1H": _seconds(3600),
        "PT6H": _seconds(21_600),
        "P1D": "DATE({col})",
        "P1W": _weeks(0, 0),
        "P1M": "DATE_SUB(DATE({col}), INTERVAL DAYOFMONTH({col}) - 1 DAY)",
        "P3M": "DATE_ADD(MAKEDATE(YEAR({col}), 1), INTERVAL QUARTER({col}) - 1 QUARTER)",
        "P1Y": "MAKEDATE(YEAR({col}), 1)",
        "1969-12-28T00:00:00Z/P1W": _weeks(1, 0),
        "1969-12-29T00:00:00Z/P1W": _weeks(0, 0),
        "P1W/1970-01-03T00:00:00Z": _weeks(1, 6),
        "P1W/1970-01-04T00:00:00Z": _weeks(0, 6),
    }

    def check_uri(self, target: Target) -> None:
        """Raises Invalid for a driver, a place or an option that is not allowed."""
        url = places.parsed(target.uri)
        drivers = {f"{scheme}{driver}" for scheme in self.schemes for driver in ("", "+pymysql", "+mysqldb")}
        places.require_allowed(url, drivers, _OPTIONS)
        places.require_host(url)

    def open(self, target: Target, timeout_s: float | None = None) -> Session:
        """A session in a transaction of its own."""
        return self._open(target, timeout_s)

    def _open(self, target: Target, timeout_s: float | None = None) -> MySqlSession:
        self.check_uri(target)
        key = (target.uri, target.options, target.writable, target.schema)
        lease = _pool.lease(key, lambda: _connected(target, CONNECT_S), lambda connection: connection.ping(False))
        return MySqlSession(lease, target, timeout_s)

    def time_literal(self, moment: datetime, column: Column) -> str:
        """SQL for a moment, as the column stores it."""
        spelled = stored_time.stored(moment, column)
        if spelled is not None:
            return spelled.replace("\\", "\\\\")
        iso = stored_time.iso(moment)
        if kinds.is_date(column.type) and stored_time.is_midnight(moment):
            return f"DATE '{iso[:10]}'"
        if column.type and self.kind(column.type) is Kind.STRING and not column.expression:
            return f"'{iso[:10] if stored_time.is_midnight(moment) else iso}'"
        return f"TIMESTAMP '{iso}'"

    def as_timestamp(self, sql: str, column: Column) -> str:
        """SQL that reads the stored form as a DATETIME."""
        if column.time_format in ("epoch_s", "epoch_ms"):
            seconds = f"({sql})" if column.time_format == "epoch_s" else f"({sql}) / 1000"
            return f"DATE_ADD(TIMESTAMP '1970-01-01 00:00:00', INTERVAL {seconds} SECOND)"
        if column.time_format is not None:
            pattern = column.time_format.replace("%M", "%i").replace("%B", "%M").replace("%A", "%W")
            return f"STR_TO_DATE({sql}, {stored_time.text(pattern)})"
        return f"CAST({sql} AS DATETIME)"

    def is_zoned(self, type_text: str | None) -> bool:
        """Whether it is a TIMESTAMP: those are instants, shown in the session's zone, which is UTC."""
        return (type_text or "").strip().upper().startswith("TIMESTAMP")

    def kind(self, type_text: str) -> Kind:
        """The kind of values a type holds; TINYINT(1) is how a boolean is declared."""
        text = type_text.strip().upper()
        if text.startswith("TINYINT(1)"):
            return Kind.BOOLEAN
        return Kind.NUMERIC if text.startswith("BIT") else kinds.kind_of(text)

    def catalogs(self, target: Target) -> Sequence[str]:
        """None: a schema is all there is above a table."""
        return ()

    def default_schema(self, target: Target) -> str | None:
        """The database that the connection names."""
        return places.parsed(target.uri).database

    def schemas(self, target: Target) -> Sequence[str]:
        """The databases of the server, its own ones left out."""
        sql = (
            "SELECT schema_name FROM information_schema.schemata"
            " WHERE schema_name NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY 1"
        )
        with self._open(target) as session:
            return [name for (name,) in session.rows(sql)]

    def relations(self, target: Target, schema: str | None) -> Sequence[Relation]:
        """Tables and views of a schema, sorted by name."""
        sql = "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = %s"
        with self._open(target) as session:
            found = session.rows(sql, [schema or self.default_schema(target)])
        return [Relation(name, "view" if "VIEW" in kind else "table") for name, kind in sorted(found)]

    def describe(self, target: Target, table: TableName) -> TableInfo:
        """Facts about a table or view. Raises NotFound."""
        with self._open(target) as session:
            place = [table.schema or target.schema or self.default_schema(target), table.name]
            columns = session.rows(_COLUMNS, place)
            if not columns:
                raise NotFound(f"There is no table {table.name}")
            keys = session.rows(_KEYS, place)
            indexes = session.rows(_INDEXES, place)
            comment = session.rows(_COMMENT, place)
        return TableInfo(
            columns=tuple(self._column_info(*row) for row in columns),
            primary_key=tuple(row[2] for row in indexes if row[0] == "PRIMARY"),
            foreign_keys=_grouped(
                keys,
                lambda row: {"name": row[0], "columns": [], "referred_table": row[2], "referred_columns": []},
                lambda made, row: (made["columns"].append(row[1]), made["referred_columns"].append(row[3])),
            ),
            indexes=_grouped(
                [row for row in indexes if row[0] != "PRIMARY"],
                lambda row: {"name": row[0], "unique": not row[1], "columns": []},
                lambda made, row: made["columns"].append(row[2]),
            ),
            comment=(comment[0][0] or None) if comment else None,
        )

    def describe_sql(self, target: Target, sql: str) -> Sequence[ColumnInfo]:
        """The columns a SELECT would answer; no row is asked for."""
        with self._open(target, DESCRIBE_S) as session:
            return [self._column_info(field.name, _types().type_text(field)) for field in session.fields(sql)]

    def _column_info(
        self, name: str, type_: str, nullable: str = "YES", default: str | None = None, comment: str | None = None
    ) -> ColumnInfo:
        shown = type_ if "(" in type_ and type_.upper().startswith(("ENUM", "SET")) else type_.upper()
        kind = self.kind(shown)
        return ColumnInfo(name, shown, kind, kind is Kind.TEMPORAL, nullable == "YES", default, comment or None)


_COLUMNS = (
    "SELECT column_name, column_type, is_nullable, column_default, column_comment FROM information_schema.columns"
    " WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position"
)
_KEYS = (
    "SELECT constraint_name, column_name, referenced_table_name, referenced_column_name"
    " FROM information_schema.key_column_usage WHERE table_schema = %s AND table_name = %s"
    " AND referenced_table_name IS NOT NULL ORDER BY constraint_name, ordinal_position"
)
_INDEXES = (
    "SELECT index_name, non_unique, column_name FROM information_schema.statistics"
    " WHERE table_schema = %s AND table_name = %s ORDER BY index_name, seq_in_index"
)
_COMMENT = "SELECT table_comment FROM information_schema.tables WHERE table_schema = %s AND table_name = %s"


def _grouped(rows: Sequence[tuple[Any, ...]], make: Any, add: Any) -> tuple[dict[str, Any], ...]:
    """One dict per name, rows of the same name put together."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        add(found.setdefault(row[0], make(row)), row)
    return tuple(found.values())


def _connected(target: Target, timeout_s: int) -> Any:
    url = places.parsed(target.uri)
    options: dict[str, Any] = {**url.query, **dict(target.options)}
    pymysql = _pymysql()
    try:
        connection = pymysql.connect(
            host=url.host,
            port=url.port or 3306,
            user=url.username,
            password=url.password or "",
            database=target.schema or url.database,
            charset=str(options.get("charset", "utf8mb4")),
            connect_timeout=min(int(options.get("connect_timeout", timeout_s)), timeout_s),
            conv=_types().conversions(),
            local_infile=False,
            autocommit=True,
            init_command="SET SESSION time_zone = '+00:00'",
        )
        if not target.writable:
            # Holds for what follows as well, should a statement end the session's own transaction.
            connection.query("SET SESSION TRANSACTION READ ONLY")
        return connection
    except pymysql.Error as error:
        if target.schema not in (None, url.database) and error.args[:1] in _NO_SCHEMA:
            raise NotFound("There is no such schema") from error
        raise DatabaseUnreachable() from error
