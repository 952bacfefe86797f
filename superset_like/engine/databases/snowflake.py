"""Snowflake, by its own connector: rows as Arrow, names in upper case unless they are quoted."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

import pyarrow as pa
from sqlalchemy.engine import URL

from superset_like.engine.databases import places
from superset_like.engine.databases.base import Syntax, Target
from superset_like.engine.databases.dbapi import (
    CONNECT_S,
    DESCRIBE_S,
    DbapiEngine,
    DbapiSession,
    batches_of,
    options_of,
)
from superset_like.engine.databases.grains import grains
from superset_like.engine.databases.times import ORACLE_PARTS, Times
from superset_like.engine.query import Kind
from superset_like.errors import WriteRefused

_ACCOUNT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


class SnowflakeSession(DbapiSession):
    """A connection whose statements are ended by its number, from a cursor of another thread."""

    def _read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        cursor = self._executed(sql)
        if cursor.description is None:
            raise WriteRefused()
        tables = iter(cursor.fetch_arrow_batches())
        first = next(tables, None)
        return batches_of(tables, cursor.fetch_arrow_all(force_return_table=True) if first is None else first)

    def _stop(self) -> None:
        with suppress(Exception), self.connection.cursor() as cursor:
            cursor.execute(f"SELECT SYSTEM$CANCEL_ALL_QUERIES({int(self.connection.session_id)})")

    def _is_timeout(self, error: Exception) -> bool:
        # 604: canceled by the statement's own limit, or by somebody else.
        return getattr(error, "errno", None) in (604, 630)


class Snowflake(DbapiEngine):
    """Snowflake; the URI's host is an account, its path a database and a schema."""

    name = "snowflake"
    title = "Snowflake"
    schemes = frozenset({"snowflake"})
    dialect = "snowflake"
    default_driver = "snowflake"
    extra = "snowflake"
    module = "snowflake.connector"
    uri_form = "snowflake://user:password@account/database/schema?warehouse=w&role=r"
    session_kind = SnowflakeSession
    supports_catalogs = True
    label_length = 255
    cancels = "yes: SYSTEM$CANCEL_ALL_QUERIES"
    reads_only = "no: give the connection a role that only reads"
    estimates = "EXPLAIN USING JSON"
    allowed_options = frozenset({"application", "role", "warehouse"})
    syntax = Syntax(text="VARCHAR", upper=True, as_text=False)
    times = Times(
        moment="TO_TIMESTAMP_NTZ('{iso}')",
        zoned="TO_TIMESTAMP_TZ('{iso} +00:00')",
        read="CAST({sql} AS TIMESTAMP_NTZ)",
        read_zoned="CAST(CONVERT_TIMEZONE('UTC', {sql}) AS TIMESTAMP_NTZ)",
        epoch_s="TO_TIMESTAMP_NTZ({sql}, 0)",
        epoch_ms="TO_TIMESTAMP_NTZ({sql}, 3)",
        written="TO_TIMESTAMP_NTZ({sql}, {pattern})",
        parts=ORACLE_PARTS | {"f": "FF6"},
        quote='"{letter}"',
    )
    moved = "DATEADD(SECOND, {seconds}, {col})"
    zone_shift = "CONVERT_TIMEZONE('{source}', '{target}', {col})"
    grains = grains(
        lambda unit: f"DATE_TRUNC('{unit}', {{col}})",
        lambda width: f"TIME_SLICE({{col}}, {width}, 'SECOND')",
        "DATEADD(DAY, {days}, {col})",
    )
    type_codes: ClassVar[dict[int, str]] = dict(
        enumerate(
            "NUMBER FLOAT VARCHAR DATE TIMESTAMP VARIANT TIMESTAMP_LTZ TIMESTAMP_TZ TIMESTAMP_NTZ OBJECT ARRAY BINARY "
            "TIME BOOLEAN".split()
        )
    )
    kinds_of_own: ClassVar[dict[str, Kind]] = {"BYTEINT": Kind.NUMERIC}
    functions = frozenset(
        """
        ADD_MONTHS APPROX_COUNT_DISTINCT APPROX_PERCENTILE APPROX_TOP_K ARRAYAGG ARRAYS_OVERLAP ARRAY_CAT ARRAY_COMPACT
        ARRAY_CONSTRUCT ARRAY_CONTAINS ARRAY_DISTINCT ARRAY_INTERSECTION ARRAY_SIZE ARRAY_SLICE ARRAY_TO_STRING
        BASE64_DECODE_STRING BASE64_ENCODE BITAND BITOR BITXOR BOOLAND BOOLAND_AGG BOOLOR BOOLOR_AGG CHARINDEX
        CONDITIONAL_TRUE_EVENT CONTAINS CONVERT_TIMEZONE COUNT_IF DATEADD DATEDIFF DATE_FROM_PARTS DATE_PART DATE_TRUNC
        DAYNAME DECODE DIV0 DIV0NULL EDITDISTANCE ENDSWITH EQUAL_NULL GET GET_PATH HAVERSINE HEX_DECODE_STRING
        HEX_ENCODE IFF ILIKE INSERT IS_ARRAY IS_BOOLEAN IS_DATE IS_INTEGER IS_NULL_VALUE IS_OBJECT
        JAROWINKLER_SIMILARITY LAST_DAY LIKE LISTAGG MAX_BY MIN_BY MONTHNAME MONTHS_BETWEEN NEXT_DAY NTH_VALUE NVL2
        OBJECT_AGG OBJECT_CONSTRUCT OBJECT_KEYS PARSE_JSON PREVIOUS_DAY RATIO_TO_REPORT REGEXP REGEXP_COUNT REGEXP_INSTR
        REGEXP_LIKE REGEXP_REPLACE REGEXP_SUBSTR REGR_SLOPE RLIKE SHA1 SHA2 SPLIT SPLIT_PART SQUARE STARTSWITH STRTOK
        STRTOK_TO_ARRAY TIMEADD TIMEDIFF TIMESTAMPADD TIMESTAMPDIFF TIMESTAMP_FROM_PARTS TIME_SLICE TO_ARRAY TO_BOOLEAN
        TO_DATE TO_DECIMAL TO_DOUBLE TO_NUMBER TO_TIME TO_TIMESTAMP TO_TIMESTAMP_LTZ TO_TIMESTAMP_NTZ TO_TIMESTAMP_TZ
        TO_VARCHAR TO_VARIANT TRY_PARSE_JSON TRY_TO_BOOLEAN TRY_TO_DATE TRY_TO_DECIMAL TRY_TO_NUMBER TRY_TO_TIMESTAMP
        UNICODE WEEKISO WIDTH_BUCKET YEAROFWEEK YEAROFWEEKISO ZEROIFNULL
        """.split()
    )
    place_in_message: ClassVar[re.Pattern[str]] = re.compile(r"line (?P<line>\d+) at position (?P<column>\d+)")

    def check_place(self, url: URL) -> None:
        """Raises Invalid unless the URI names an account, which is no host of somebody's choice, and a database."""
        if not _ACCOUNT.fullmatch(url.host or "") or url.port or not url.database or not url.username:
            raise places.invalid(f"The connection string must have the form {self.uri_form}")

    def connected(self, driver: Any, url: URL, target: Target, timeout_s: float | None) -> Any:
        """A connection in UTC whose weeks begin on Monday."""
        options = options_of(url, target)
        limit = {} if timeout_s is None else {"STATEMENT_TIMEOUT_IN_SECONDS": max(1, round(timeout_s))}
        return driver.connect(
            account=url.host,
            user=url.username,
            password=url.password,
            database=target.catalog or self.default_catalog(target),
            schema=self.default_schema(target),
            login_timeout=CONNECT_S,
            session_parameters={"TIMEZONE": "UTC", "WEEK_START": 1, "MULTI_STATEMENT_COUNT": 1} | limit,
            **{name: str(options[name]) for name in ("application", "role", "warehouse") if options.get(name)},
        )

    def catalogs(self, target: Target) -> Sequence[str]:
        """The databases that the login sees."""
        found = self.asked(target, "SELECT database_name FROM {information}.databases")
        return sorted(self.known_as(name) for (name,) in found)

    def default_catalog(self, target: Target) -> str | None:
        """The first part of the URI's path."""
        return (places.parsed(target.uri).database or "").split("/")[0] or None

    def default_schema(self, target: Target) -> str | None:
        """The schema asked for, the second part of the URI's path, or the one that each database has."""
        path = (places.parsed(target.uri).database or "").split("/")
        return target.schema or (path[1] if len(path) > 1 and path[1] else "public")

    def is_zoned(self, type_text: str | None) -> bool:
        """Whether a column's type holds moments with a zone, its own or the session's."""
        return (type_text or "").strip().upper().startswith(("TIMESTAMP_TZ", "TIMESTAMP_LTZ", "TIMESTAMPTZ"))

    def estimate(self, target: Target, sql: str) -> Sequence[Mapping[str, str]]:
        """Partitions and bytes that the plan assigns."""
        with self.opened(target, DESCRIBE_S) as session:
            told = json.loads(session.rows(f"EXPLAIN USING JSON {sql}")[0][0])["GlobalStats"]
        names = {"Partitions assigned": "partitionsAssigned", "Partitions total": "partitionsTotal"}
        names["Bytes assigned"] = "bytesAssigned"
        return [{shown: str(told.get(key, "unknown")) for shown, key in names.items()}]
