"""Oracle Database, by its own thin driver: read-only transactions, names in upper case unless they are quoted."""

import re
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy.engine import URL

from superset_like.engine.databases import drivers, places
from superset_like.engine.databases.base import Syntax, Target
from superset_like.engine.databases.dbapi import CONNECT_S, DESCRIBE_S, DbapiEngine, DbapiSession
from superset_like.engine.databases.grains import grains
from superset_like.engine.databases.times import ORACLE_PARTS, Times
from superset_like.engine.query import Kind

# What TRUNC takes, besides the second, for which there is no word.
_UNITS = {"minute": "MI", "hour": "HH24", "day": "DD", "week": "IW", "month": "MM", "quarter": "Q", "year": "YYYY"}
_TIMED_OUT = "DPY-4024"


def _seconds(width: int) -> str:
    passed = f"FLOOR(TO_NUMBER(TO_CHAR({{col}}, 'SSSSS')) / {width}) * {width}"
    return f"(CAST(TRUNC({{col}}) AS TIMESTAMP) + NUMTODSINTERVAL({passed}, 'SECOND'))"


def _unit(unit: str) -> str:
    return _seconds(1) if unit == "second" else f"CAST(TRUNC({{col}}, '{_UNITS[unit]}') AS TIMESTAMP)"


class OracleSession(DbapiSession):
    """A connection in a read-only transaction of its own; the driver ends a call from another thread."""

    def _begin_work(self) -> None:
        self.connection.call_timeout = 0 if self._timeout_s is None else max(1, round(self._timeout_s * 1000))
        if not self._target.writable:
            self.connection.cursor().execute("SET TRANSACTION READ ONLY")

    def _is_undone(self) -> bool:
        with suppress(Exception):
            self.connection.rollback()
            return True
        return False

    def _stop(self) -> None:
        with suppress(Exception):
            self.connection.cancel()

    def _is_timeout(self, error: Exception) -> bool:
        return _TIMED_OUT in str(error)

    def _place_of(self, error: Exception) -> dict[str, int]:
        offset = getattr(error.args[0] if error.args else None, "offset", 0)
        return {"position": int(offset) + 1} if offset else {}


class Oracle(DbapiEngine):
    """Oracle Database, from 12.2; the URI's path is a service name."""

    name = "oracle"
    title = "Oracle Database"
    schemes = frozenset({"oracle"})
    dialect = "oracle"
    default_driver = "oracledb"
    drivers = frozenset({"oracledb"})
    default_port = 1521
    extra = "oracle"
    module = "oracledb"
    uri_form = "oracle+oracledb://user:password@host:1521/service_name"
    session_kind = OracleSession
    label_length = 128
    reads_only = "yes, but for DDL: SET TRANSACTION READ ONLY"
    allowed_options = frozenset({"protocol"})
    url_options = frozenset({"service_name"})
    syntax = Syntax(booleans=False, null_safe=False, text="VARCHAR(4000)", upper=True)
    probe = "SELECT 1 FROM dual"
    times = Times(
        moment="TIMESTAMP '{iso}'",
        zoned="TIMESTAMP '{iso} +00:00'",
        # A DATE of Oracle holds the time of day too.
        day="DATE '{day}'",
        read="CAST({sql} AS TIMESTAMP)",
        read_zoned="CAST(SYS_EXTRACT_UTC({sql}) AS TIMESTAMP)",
        epoch_s="(TIMESTAMP '1970-01-01 00:00:00' + NUMTODSINTERVAL({sql}, 'SECOND'))",
        epoch_ms="(TIMESTAMP '1970-01-01 00:00:00' + NUMTODSINTERVAL(({sql}) / 1000, 'SECOND'))",
        written="TO_TIMESTAMP({sql}, {pattern})",
        parts=ORACLE_PARTS | {"f": "FF6"},
        quote='"{letter}"',
    )
    moved = "({col} + NUMTODSINTERVAL({seconds}, 'SECOND'))"
    zone_shift = "CAST(FROM_TZ({col}, '{source}') AT TIME ZONE '{target}' AS TIMESTAMP)"
    grains = grains(_unit, _seconds, "({col} + INTERVAL '{days}' DAY)")
    kinds_of_own: ClassVar[dict[str, Kind]] = {"BINARY_DOUBLE": Kind.NUMERIC, "BINARY_FLOAT": Kind.NUMERIC}
    functions = frozenset(
        """
        ADD_MONTHS APPROX_COUNT_DISTINCT BITAND CHARTOROWID COMPOSE CONVERT COSH DECODE DECOMPOSE EMPTY_CLOB EXTRACT
        FROM_TZ INITCAP INSTR INSTRB JSON_ARRAY JSON_EXISTS JSON_OBJECT JSON_QUERY JSON_VALUE LAST_DAY LENGTHB LISTAGG
        LNNVL MEDIAN MONTHS_BETWEEN NANVL NCHR NEW_TIME NEXT_DAY NLS_INITCAP NLS_LOWER NLS_UPPER NUMTODSINTERVAL
        NUMTOYMINTERVAL NVL NVL2 ORA_HASH RATIO_TO_REPORT RAWTOHEX REGEXP_COUNT REGEXP_INSTR REGEXP_LIKE REGEXP_REPLACE
        REGEXP_SUBSTR REMAINDER SOUNDEX STANDARD_HASH STATS_MODE SUBSTRB SYS_EXTRACT_UTC TO_BINARY_DOUBLE TO_CHAR
        TO_DATE TO_DSINTERVAL TO_NUMBER TO_TIMESTAMP TO_TIMESTAMP_TZ TO_YMINTERVAL TRANSLATE TRUNC TZ_OFFSET VSIZE
        WIDTH_BUCKET
        """.split()
    )
    schemas_sql = "SELECT username FROM all_users WHERE oracle_maintained = 'N'"
    relations_sql = (
        "SELECT object_name, object_type FROM all_objects WHERE owner = {schema}"
        " AND object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW') AND secondary = 'N'"
    )
    columns_sql = (
        "SELECT c.column_name, c.data_type, c.nullable, NULL, r.comments FROM all_tab_columns c"
        " LEFT JOIN all_col_comments r ON r.owner = c.owner AND r.table_name = c.table_name"
        " AND r.column_name = c.column_name WHERE c.owner = {schema} AND c.table_name = {table} ORDER BY c.column_id"
    )

    def check_place(self, url: URL) -> None:
        """Raises Invalid unless the URI names a host and a service, and neither a file nor a description."""
        if (
            not url.host
            or not re.fullmatch(r"[\w.-]+", url.host)
            or not (url.database or url.query.get("service_name"))
        ):
            raise places.invalid(f"The connection string must have the form {self.uri_form}")

    def connected(self, driver: Any, url: URL, target: Target, timeout_s: float | None) -> Any:
        """A connection in UTC that gives all digits of a number."""
        made = driver.connect(
            user=url.username,
            password=url.password,
            host=url.host,
            port=url.port or self.default_port,
            service_name=url.query.get("service_name") or url.database,
            protocol="tcps" if dict(target.options).get("protocol") == "tcps" else "tcp",
            tcp_connect_timeout=CONNECT_S,
        )
        made.outputtypehandler = _exact
        with made.cursor() as cursor:
            cursor.execute("ALTER SESSION SET TIME_ZONE = 'UTC'")
            if target.schema:
                cursor.execute(f"ALTER SESSION SET CURRENT_SCHEMA = {self.quoted(target.schema)}")
        return made

    def type_text(self, code: Any) -> str:
        """The name of a type, which the driver writes as `DB_TYPE_NUMBER`."""
        return str(getattr(code, "name", code)).removeprefix("DB_TYPE_")

    def default_schema(self, target: Target) -> str | None:
        """The schema asked for, or the login's own."""
        if target.schema:
            return target.schema
        with self.opened(target, DESCRIBE_S) as session:
            found = session.rows("SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM dual")
        return self.known_as(str(found[0][0]))

    def catalogs(self, target: Target) -> Sequence[str]:
        """None: a connection reads the service that it names."""
        return ()


def _exact(cursor: Any, metadata: Any) -> Any:
    """Numbers with all their digits, long texts as such rather than as handles."""
    driver = drivers.loaded("oracledb", "oracle")
    if metadata.type_code is driver.DB_TYPE_NUMBER:
        return cursor.var(Decimal, arraysize=cursor.arraysize)
    longs = {driver.DB_TYPE_CLOB: driver.DB_TYPE_LONG, driver.DB_TYPE_NCLOB: driver.DB_TYPE_LONG}
    longs[driver.DB_TYPE_BLOB] = driver.DB_TYPE_LONG_RAW
    longer = longs.get(metadata.type_code)
    return None if longer is None else cursor.var(longer, arraysize=cursor.arraysize)
