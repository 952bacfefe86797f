"""Amazon Redshift, by its own connector: PostgreSQL's words, without its newer functions and its catalogs."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from sqlalchemy.engine import URL

from superset_like.engine.databases import drivers, places
from superset_like.engine.databases.base import Syntax, Target
from superset_like.engine.databases.dbapi import CONNECT_S, DbapiEngine, DbapiSession, options_of
from superset_like.engine.databases.grains import grains
from superset_like.engine.databases.times import ORACLE_PARTS, Times

_DAY = "DATE_TRUNC('day', {col})"


class RedshiftSession(DbapiSession):
    """A connection in a read-only transaction of its own; another one ends what it does."""

    def _begin_work(self) -> None:
        cursor = self.connection.cursor()
        cursor.execute("SELECT pg_backend_pid()")
        self._number = int(cursor.fetchone()[0])
        limit = 0 if self._timeout_s is None else max(1, round(self._timeout_s * 1000))
        cursor.execute(f"SET statement_timeout TO {limit}")
        if not self._target.writable:
            cursor.execute("BEGIN READ ONLY")

    def _executed(self, sql: str) -> Any:
        self.cursor = self.connection.cursor()
        # The driver looks for parameters in any text; with this style a `%` is none.
        self.cursor.paramstyle = "qmark"
        self.cursor.execute(sql)
        return self.cursor

    def _is_undone(self) -> bool:
        with suppress(Exception):
            self.connection.rollback()
            return True
        return False

    def _stop(self) -> None:
        driver = drivers.loaded("redshift_connector", "redshift")
        url = places.parsed(self._target.uri)
        with suppress(Exception):
            other = self._engine.connected(driver, url, self._target, 0)
            other.cursor().execute(f"SELECT pg_cancel_backend({self._number})")
            other.close()

    def _is_timeout(self, error: Exception) -> bool:
        return "statement timeout" in str(error)


class Redshift(DbapiEngine):
    """Amazon Redshift."""

    name = "redshift"
    title = "Amazon Redshift"
    schemes = frozenset({"redshift"})
    dialect = "redshift"
    default_driver = "redshift_connector"
    drivers = frozenset({"psycopg2", "redshift_connector"})
    default_port = 5439
    extra = "redshift"
    module = "redshift_connector"
    uri_form = "redshift://user:password@host:5439/database"
    session_kind = RedshiftSession
    label_length = 127
    cancels = "yes: pg_cancel_backend"
    reads_only = "yes: BEGIN READ ONLY"
    allowed_options = frozenset({"application_name", "sslmode"})
    syntax = Syntax(null_safe=False)
    system_schemas = frozenset({"information_schema", "pg_catalog", "pg_internal", "pg_auto_copy", "pg_toast"})
    times = Times(
        zoned="TIMESTAMP WITH TIME ZONE '{iso}+00'",
        read_zoned="({sql} AT TIME ZONE 'UTC')",
        epoch_s="(TIMESTAMP 'epoch' + ({sql}) * INTERVAL '1 second')",
        epoch_ms="(TIMESTAMP 'epoch' + ({sql}) * INTERVAL '0.001 second')",
        written="CAST(TO_TIMESTAMP({sql}, {pattern}) AS TIMESTAMP)",
        parts=ORACLE_PARTS | {"f": "US"},
        quote='"{letter}"',
    )
    moved = "DATEADD(second, {seconds}, {col})"
    zone_shift = "CONVERT_TIMEZONE('{source}', '{target}', {col})"
    grains = grains(
        lambda unit: f"DATE_TRUNC('{unit}', {{col}})",
        lambda width: f"DATEADD(second, DATEDIFF(second, {_DAY}, {{col}}) / {width} * {width}, {_DAY})",
        "DATEADD(day, {days}, {col})",
    )
    type_codes: ClassVar[dict[int, str]] = {
        16: "BOOLEAN",
        20: "BIGINT",
        21: "SMALLINT",
        23: "INTEGER",
        25: "VARCHAR",
        700: "REAL",
        701: "DOUBLE PRECISION",
        1042: "CHAR",
        1043: "VARCHAR",
        1082: "DATE",
        1083: "TIME",
        1114: "TIMESTAMP",
        1184: "TIMESTAMP WITH TIME ZONE",
        1700: "NUMERIC",
        4000: "SUPER",
    }
    functions = frozenset(
        """
        ADD_MONTHS APPROXIMATE BIT_AND BIT_OR BOOL_AND BOOL_OR BTRIM BTTEXT_PATTERN_CMP CHARINDEX CONVERT_TIMEZONE CRC32
        DATEADD DATEDIFF DATE_CMP DATE_CMP_TIMESTAMP DATE_PART DATE_PART_YEAR DATE_TRUNC DECODE DEXP DLOG1 DLOG10
        FNV_HASH FUNC_SHA1 GETDATE INITCAP INTERVAL_CMP IS_VALID_JSON IS_VALID_JSON_ARRAY JSON_ARRAY_LENGTH
        JSON_EXTRACT_ARRAY_ELEMENT_TEXT JSON_EXTRACT_PATH_TEXT JSON_PARSE JSON_SERIALIZE LAST_DAY LEN LISTAGG MEDIAN
        MONTHS_BETWEEN NEXT_DAY NVL2 OCTETINDEX PERCENTILE_CONT PERCENTILE_DISC RATIO_TO_REPORT REGEXP_COUNT
        REGEXP_INSTR REGEXP_REPLACE REGEXP_SUBSTR SHA1 SHA2 SPLIT_PART STRTOL SYSDATE TEXTLEN TIMEZONE TO_CHAR TO_DATE
        TO_HEX TO_NUMBER TO_TIMESTAMP TRANSLATE TRUNC
        """.split()
    )
    place_in_message: ClassVar[re.Pattern[str]] = re.compile(r"'P': '(?P<position>\d+)'")
    schemas_sql = "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'USAGE')"
    relations_sql = "SELECT table_name, table_type FROM svv_tables WHERE table_schema = {schema}"
    columns_sql = (
        "SELECT column_name, data_type, is_nullable, column_default, remarks FROM svv_columns"
        " WHERE table_schema = {schema} AND table_name = {table} ORDER BY ordinal_position"
    )

    def connected(self, driver: Any, url: URL, target: Target, timeout_s: float | None) -> Any:
        """A connection that speaks TLS and says by itself where its transactions begin."""
        options = {name: str(value) for name, value in options_of(url, target).items()}
        made = driver.connect(
            **options,
            host=url.host,
            port=url.port or self.default_port,
            user=url.username,
            password=url.password,
            database=url.database,
            # The driver keeps it for all that it reads, so it must not be shorter than a statement may be.
            timeout=None if timeout_s is None else max(CONNECT_S, round(timeout_s) + CONNECT_S),
        )
        made.autocommit = True
        if target.schema:
            # No second schema: a name that this one lacks would mean a table that nobody was asked about.
            made.cursor().execute(f"SET search_path TO {self.quoted(target.schema)}")
        return made

    def message_of(self, error: Exception) -> str:
        """What the database said: the driver hands on its fields by letter."""
        told = error.args[0] if error.args else error
        return str(told.get("M", told)) if isinstance(told, dict) else str(told)

    def default_schema(self, target: Target) -> str | None:
        """The schema asked for, or the one that each database has."""
        return target.schema or "public"

    def catalogs(self, target: Target) -> Sequence[str]:
        """None: a connection reads the database that it names."""
        return ()
