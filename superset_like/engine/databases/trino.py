"""Trino, by its own driver: catalogs of many stores behind one SQL."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy.engine import URL

from superset_like.engine.databases import drivers, places
from superset_like.engine.databases.base import Syntax, Target
from superset_like.engine.databases.dbapi import DESCRIBE_S, DbapiEngine, options_of
from superset_like.engine.databases.grains import grains
from superset_like.engine.databases.times import Times

# One answer of the coordinator, which waits about a second before it says "not yet".
REQUEST_S = 30.0
_DAY = "DATE_TRUNC('day', {col})"


class Trino(DbapiEngine):
    """Trino; the URI's path is a catalog, or a catalog and a schema."""

    name = "trino"
    title = "Trino"
    schemes = frozenset({"trino"})
    dialect = "trino"
    default_driver = "rest"
    drivers = frozenset({"rest"})
    default_port = 8080
    extra = "trino"
    module = "trino.dbapi"
    uri_form = "trino://user:password@host:8443/catalog/schema"
    supports_catalogs = True
    reads_only = "no: grant the login SELECT alone"
    estimates = "EXPLAIN (TYPE IO)"
    allowed_options = frozenset({"http_scheme", "source", "client_tags"})
    syntax = Syntax(text="VARCHAR", as_text=False)
    times = Times(
        zoned="TIMESTAMP '{iso} UTC'",
        epoch_s="CAST(FROM_UNIXTIME({sql}) AT TIME ZONE 'UTC' AS TIMESTAMP(6))",
        epoch_ms="CAST(FROM_UNIXTIME(({sql}) / 1000e0) AT TIME ZONE 'UTC' AS TIMESTAMP(6))",
        read="CAST({sql} AS TIMESTAMP(6))",
        read_zoned="CAST({sql} AT TIME ZONE 'UTC' AS TIMESTAMP(6))",
        written="DATE_PARSE({sql}, {pattern})",
        parts={"Y": "%Y", "m": "%m", "d": "%d", "H": "%H", "M": "%i", "S": "%s", "f": "%f", "y": "%y", "b": "%b"},
    )
    moved = "DATE_ADD('second', {seconds}, {col})"
    zone_shift = "CAST(AT_TIMEZONE(WITH_TIMEZONE({col}, '{source}'), '{target}') AS TIMESTAMP(6))"
    grains = grains(
        lambda unit: f"DATE_TRUNC('{unit}', {{col}})",
        lambda width: f"DATE_ADD('second', DATE_DIFF('second', {_DAY}, {{col}}) / {width} * {width}, {_DAY})",
        "DATE_ADD('day', {days}, {col})",
    )
    functions = frozenset(
        """
        ALL_MATCH APPROX_DISTINCT APPROX_MOST_FREQUENT APPROX_PERCENTILE ARBITRARY ARRAYS_OVERLAP ARRAY_DISTINCT
        ARRAY_JOIN ARRAY_SORT AT_TIMEZONE BITWISE_AND BITWISE_NOT BITWISE_OR BITWISE_XOR BIT_COUNT BOOL_AND BOOL_OR
        CHECKSUM CODEPOINT CONTAINS COUNT_IF DATE_ADD DATE_DIFF DATE_FORMAT DATE_PARSE DAY_OF_MONTH DAY_OF_WEEK
        DAY_OF_YEAR ELEMENT_AT FORMAT_DATETIME FROM_BASE64 FROM_HEX FROM_ISO8601_DATE FROM_ISO8601_TIMESTAMP
        FROM_UNIXTIME GEOMETRIC_MEAN HAMMING_DISTANCE HISTOGRAM IS_FINITE IS_INFINITE IS_NAN JSON_ARRAY_CONTAINS
        JSON_ARRAY_GET JSON_ARRAY_LENGTH JSON_EXTRACT JSON_EXTRACT_SCALAR JSON_FORMAT JSON_PARSE JSON_SIZE
        LAST_DAY_OF_MONTH LEVENSHTEIN_DISTANCE LISTAGG MAP_AGG MAP_KEYS MAP_VALUES MAX_BY MIN_BY NORMALIZE
        NUMERIC_HISTOGRAM PARSE_DATETIME REGEXP_COUNT REGEXP_EXTRACT REGEXP_EXTRACT_ALL REGEXP_LIKE REGEXP_POSITION
        REGEXP_REPLACE REGEXP_SPLIT SPLIT SPLIT_PART STARTS_WITH STRPOS TIMEZONE_HOUR TO_BASE64 TO_HEX TO_ISO8601
        TO_UNIXTIME TRANSLATE TRUNCATE TRY TYPEOF URL_EXTRACT_HOST URL_EXTRACT_PATH URL_EXTRACT_PROTOCOL
        URL_EXTRACT_QUERY WEEK_OF_YEAR WIDTH_BUCKET WITH_TIMEZONE YEAR_OF_WEEK
        """.split()
    )
    place_in_message: ClassVar[re.Pattern[str]] = re.compile(r"line (?P<line>\d+):(?P<column>\d+):")

    def connected(self, driver: Any, url: URL, target: Target, timeout_s: float | None) -> Any:
        """A connection; with a password it speaks TLS, which the driver demands."""
        options = options_of(url, target)
        auth = drivers.loaded("trino.auth", self.extra).BasicAuthentication(url.username, url.password)
        limits = {} if timeout_s is None else {"query_max_run_time": f"{timeout_s:.3f}s"}
        return driver.connect(
            host=url.host,
            port=url.port or self.default_port,
            user=url.username,
            auth=auth if url.password else None,
            http_scheme="https" if url.password else options.get("http_scheme", "http"),
            catalog=target.catalog or self.default_catalog(target),
            schema=self.default_schema(target),
            source=options.get("source", "superset_like"),
            client_tags=str(options["client_tags"]).split(",") if options.get("client_tags") else None,
            session_properties=limits,
            timezone="UTC",
            request_timeout=REQUEST_S,
        )

    def catalogs(self, target: Target) -> Sequence[str]:
        """The catalogs that the login sees, the server's own left out."""
        return sorted(name for (name,) in self.asked(target, "SHOW CATALOGS") if name != "system")

    def default_catalog(self, target: Target) -> str | None:
        """The first part of the URI's path."""
        return (places.parsed(target.uri).database or "").split("/")[0] or None

    def default_schema(self, target: Target) -> str | None:
        """The schema asked for, or the second part of the URI's path."""
        path = (places.parsed(target.uri).database or "").split("/")
        return target.schema or (path[1] if len(path) > 1 and path[1] else None)

    def estimate(self, target: Target, sql: str) -> Sequence[Mapping[str, str]]:
        """Rows, bytes and CPU of the plan; `unknown` where a table has no statistics."""
        with self.opened(target, DESCRIBE_S) as session:
            plan = json.loads(session.rows(f"EXPLAIN (TYPE IO, FORMAT JSON) {sql}")[0][0])
        told = plan.get("estimate") or {}
        names = {"Output count": "outputRowCount", "Output size": "outputSizeInBytes", "CPU cost": "cpuCost"}
        return [{shown: str(told.get(key, "unknown")) for shown, key in names.items()}]
