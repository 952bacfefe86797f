"""Databricks SQL, by its own connector: catalogs of Unity, rows as Arrow."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

import pyarrow as pa
from sqlalchemy.engine import URL

from superset_like.engine.databases import places
from superset_like.engine.databases.base import Target
from superset_like.engine.databases.dbapi import DbapiEngine, DbapiSession, batches_of, options_of
from superset_like.engine.databases.grains import grains
from superset_like.engine.databases.times import Times
from superset_like.engine.query import Kind
from superset_like.errors import WriteRefused

_PATH = re.compile(r"/?sql/[\w/.-]+")

SPARK_TIMES = Times(
    zoned="TIMESTAMP '{iso} UTC'",
    read_zoned="CAST({sql} AS TIMESTAMP)",
    epoch_s="TIMESTAMP_SECONDS({sql})",
    epoch_ms="TIMESTAMP_MILLIS({sql})",
    written="TO_TIMESTAMP({sql}, {pattern})",
    parts={"Y": "yyyy", "m": "MM", "d": "dd", "H": "HH", "M": "mm", "S": "ss", "y": "yy", "b": "MMM", "f": "SSSSSS"},
    quote="'{letter}'",
)
SPARK_GRAINS = grains(
    lambda unit: f"DATE_TRUNC('{unit}', {{col}})",
    lambda width: f"TIMESTAMP_SECONDS(FLOOR(UNIX_TIMESTAMP({{col}}) / {width}) * {width})",
    "({col} + INTERVAL {days} DAY)",
)
SPARK_KINDS = {word: Kind.NUMERIC for word in ("BYTE", "SHORT", "LONG")}
SPARK_FUNCTIONS = frozenset(
    """
    ADD_MONTHS AGGREGATE ANY APPROX_COUNT_DISTINCT APPROX_PERCENTILE ARRAYS_OVERLAP ARRAYS_ZIP ARRAY_AGG ARRAY_CONTAINS
    ARRAY_DISTINCT ARRAY_EXCEPT ARRAY_INTERSECT ARRAY_JOIN ARRAY_MAX ARRAY_MIN ARRAY_POSITION ARRAY_REMOVE ARRAY_SIZE
    ARRAY_SORT ARRAY_UNION BASE64 BIT_AND BIT_COUNT BIT_OR BOOL_AND BOOL_OR BROUND CEILING CHARINDEX COLLECT_LIST
    COLLECT_SET CONCAT_WS CONTAINS CONV COUNT_IF CRC32 DATEADD DATEDIFF DATE_ADD DATE_FORMAT DATE_FROM_UNIX_DATE
    DATE_PART DATE_SUB DATE_TRUNC DAYOFMONTH DAYOFWEEK DAYOFYEAR DECODE DIV ELEMENT_AT ENDSWITH EXISTS EXPLODE FILTER
    FIND_IN_SET FLATTEN FORALL FORMAT_NUMBER FORMAT_STRING FROM_JSON FROM_UNIXTIME FROM_UTC_TIMESTAMP GET_JSON_OBJECT
    HEX INITCAP INSTR JSON_ARRAY_LENGTH JSON_OBJECT_KEYS KURTOSIS LAST_DAY LEVENSHTEIN LOCATE MAKE_DATE MAKE_TIMESTAMP
    MAP_KEYS MAP_VALUES MAX_BY MIN_BY MONTHS_BETWEEN NANVL NEXT_DAY NVL2 PERCENTILE PERCENTILE_APPROX PMOD POSITION
    REGEXP_COUNT REGEXP_EXTRACT REGEXP_EXTRACT_ALL REGEXP_LIKE REGEXP_REPLACE REGEXP_SUBSTR RINT RLIKE SCHEMA_OF_JSON
    SEQUENCE SHA1 SHA2 SIZE SKEWNESS SORT_ARRAY SOUNDEX SPLIT SPLIT_PART STARTSWITH SUBSTRING_INDEX TIMESTAMPADD
    TIMESTAMPDIFF TIMESTAMP_MICROS TIMESTAMP_MILLIS TIMESTAMP_SECONDS TO_DATE TO_JSON TO_NUMBER TO_TIMESTAMP
    TO_UNIX_TIMESTAMP TO_UTC_TIMESTAMP TRANSFORM TRANSLATE TRUNC TRY_ADD TRY_CAST TRY_DIVIDE TYPEOF UNBASE64 UNHEX
    UNIX_DATE UNIX_MILLIS UNIX_SECONDS UNIX_TIMESTAMP WEEKDAY WEEKOFYEAR WIDTH_BUCKET ZIP_WITH
    """.split()
)


class DatabricksSession(DbapiSession):
    """A connection whose cursor gives Arrow and may be canceled from another thread."""

    def _read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        cursor = self._executed(sql)
        if cursor.description is None:
            raise WriteRefused()
        return batches_of(iter(lambda: _next_of(cursor, batch_rows), None), cursor.fetchmany_arrow(batch_rows))


class Databricks(DbapiEngine):
    """A Databricks SQL warehouse or cluster; the login is a token."""

    name = "databricks"
    title = "Databricks"
    schemes = frozenset({"databricks"})
    dialect = "databricks"
    default_driver = "connector"
    drivers = frozenset({"connector"})
    default_port = 443
    extra = "databricks"
    module = "databricks.sql"
    uri_form = "databricks://token:dapi...@host?http_path=/sql/1.0/warehouses/x&catalog=c&schema=s"
    session_kind = DatabricksSession
    supports_catalogs = True
    label_length = 255
    reads_only = "no: grant the token's user SELECT alone"
    url_options = frozenset({"catalog", "http_path", "schema"})
    allowed_options = frozenset({"http_path"})
    times = SPARK_TIMES
    moved = "({col} + INTERVAL '{seconds}' SECOND)"
    zone_shift = "FROM_UTC_TIMESTAMP(TO_UTC_TIMESTAMP({col}, '{source}'), '{target}')"
    grains = SPARK_GRAINS
    kinds_of_own = SPARK_KINDS
    functions = SPARK_FUNCTIONS
    place_in_message: ClassVar[re.Pattern[str]] = re.compile(r"line (?P<line>\d+),? pos(?:ition)? (?P<column>\d+)")
    columns_sql = (
        "SELECT column_name, full_data_type, is_nullable, column_default, comment FROM {information}.columns"
        " WHERE table_schema = {schema} AND table_name = {table} ORDER BY ordinal_position"
    )

    def check_place(self, url: URL) -> None:
        """Raises Invalid unless the URI names a host and holds a token."""
        path = url.query.get("http_path", "/sql/")
        is_path = isinstance(path, str) and (path == "/sql/" or _PATH.fullmatch(path))
        if not url.host or not url.password or url.username != "token" or not is_path:
            raise places.invalid(f"The connection string must have the form {self.uri_form}")

    def connected(self, driver: Any, url: URL, target: Target, timeout_s: float | None) -> Any:
        """A connection in UTC."""
        limit = {} if timeout_s is None else {"STATEMENT_TIMEOUT": str(max(1, round(timeout_s)))}
        return driver.connect(
            server_hostname=url.host,
            http_path=str(options_of(url, target).get("http_path", "")),
            access_token=url.password,
            catalog=target.catalog or self.default_catalog(target),
            schema=self.default_schema(target),
            session_configuration={"TIMEZONE": "UTC"} | limit,
            _user_agent_entry="superset_like",
        )

    def catalogs(self, target: Target) -> Sequence[str]:
        """The catalogs that the token sees, the server's own left out."""
        return sorted(name for (name, *_) in self.asked(target, "SHOW CATALOGS") if name != "system")

    def default_catalog(self, target: Target) -> str | None:
        """The catalog of the URI; None is the server's choice."""
        found = places.parsed(target.uri).query.get("catalog")
        return str(found) if found else None

    def default_schema(self, target: Target) -> str | None:
        """The schema asked for, or the URI's."""
        return target.schema or str(places.parsed(target.uri).query.get("schema") or "default")

    def is_zoned(self, type_text: str | None) -> bool:
        """TIMESTAMP is a moment of the world's time, TIMESTAMP_NTZ is not."""
        return (type_text or "").strip().upper() in ("TIMESTAMP", "TIMESTAMP_LTZ")


def _next_of(cursor: Any, batch_rows: int) -> pa.Table | None:
    table = cursor.fetchmany_arrow(batch_rows)
    return table if table.num_rows else None
