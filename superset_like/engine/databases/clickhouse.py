"""ClickHouse over HTTP, by clickhouse-connect: Arrow where all columns have a place in it, else Python values."""

import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, ClassVar

import pyarrow as pa
from sqlalchemy.engine import URL

from superset_like.engine import arrow
from superset_like.engine.databases import driver_values, places
from superset_like.engine.databases.base import Syntax, Target
from superset_like.engine.databases.dbapi import CONNECT_S, DbapiEngine, DbapiSession, options_of
from superset_like.engine.databases.grains import grains
from superset_like.engine.databases.times import Times
from superset_like.engine.query import Kind
from superset_like.errors import WriteRefused

_WRAPPED = re.compile(r"(?:Nullable|LowCardinality)\((.*)\)", re.DOTALL)
_IN_ARROW = re.compile(r"U?Int(8|16|32|64)|Float(32|64)|Bool|String|Date|Date32|DateTime(64)?(\(.*\))?|Decimal\(.*\)")
# 2: nothing is written, and the settings of this request may still be said.
_READ_ONLY = {"readonly": 2, "cancel_http_readonly_queries_on_client_close": 1}


class ClickHouseSession(DbapiSession):
    """A client of HTTP requests; the statement at work has a name by which another request ends it."""

    def _begin_work(self) -> None:
        self._query_id = ""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of one of our own questions."""
        with self._watched():
            return [tuple(row) for row in self.connection.query(sql, settings=self._settings()).result_rows]

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """Name and type of each column that a query would answer; the server plans it and does not run it."""
        with self._watched():
            return self._described(sql)

    def _described(self, sql: str) -> list[tuple[str, str]]:
        found = self.connection.query(f"DESCRIBE TABLE (\n{sql}\n)", settings=self._settings()).result_rows
        return [(row[0], unwrapped(row[1])) for row in found]

    def _settings(self) -> dict[str, Any]:
        self._query_id = str(uuid.uuid4())
        # As in any other SQL, a row that a LEFT JOIN finds no partner for has NULL there.
        settings: dict[str, Any] = {"query_id": self._query_id, "join_use_nulls": 1}
        if self._timeout_s is not None:
            settings["max_execution_time"] = self._timeout_s
        return {**settings, **({} if self._target.writable else _READ_ONLY)}

    def _read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        described = self._described(sql)
        if all(_IN_ARROW.fullmatch(type_) for _, type_ in described):
            settings = self._settings() | {"output_format_arrow_string_as_string": 1}
            return _timed(self.connection.raw_stream(sql, settings=settings, fmt="ArrowStream"), described)
        rows = _rows_of(self.connection.query_row_block_stream(sql, settings=self._settings()))
        readings = [driver_values.reading() for _ in described]
        return arrow.reader([name for name, _ in described], readings, lambda n: list(islice(rows, n)), batch_rows)

    def _write(self, sql: str) -> int:
        if not self._target.writable:
            raise WriteRefused()
        summary = self.connection.command(sql, settings=self._settings())
        return int(getattr(summary, "written_rows", 0) or 0)

    def _stop(self) -> None:
        with suppress(Exception):
            self.connection.command(f"KILL QUERY WHERE query_id = '{self._query_id}' ASYNC")


class ClickHouse(DbapiEngine):
    """ClickHouse, from 24.3: the analyzer of older servers takes an output's name for a column."""

    name = "clickhousedb"
    title = "ClickHouse"
    schemes = frozenset({"clickhousedb", "clickhouse"})
    dialect = "clickhouse"
    default_driver = "connect"
    drivers = frozenset({"connect", "http", "native"})
    default_port = 8123
    extra = "clickhouse"
    module = "clickhouse_connect"
    uri_form = "clickhousedb://user:password@host:8443/database?secure=true"
    session_kind = ClickHouseSession
    cancels = "yes: KILL QUERY"
    reads_only = "yes: readonly = 2"
    allowed_options = frozenset({"secure", "verify", "compress"})
    syntax = Syntax(text="TEXT", escape=False)
    system_schemas = frozenset({"information_schema", "system"})
    times = Times(
        moment="toDateTime64('{iso}', 6, 'UTC')",
        zoned="toDateTime64('{iso}', 6, 'UTC')",
        read_zoned="toDateTime64({sql}, 6, 'UTC')",
        day="toDate('{day}')",
        read="toDateTime64({sql}, 6, 'UTC')",
        epoch_s="toDateTime64({sql}, 6, 'UTC')",
        epoch_ms="fromUnixTimestamp64Milli(toInt64({sql}), 'UTC')",
        written="toDateTime64(parseDateTime({sql}, {pattern}, 'UTC'), 6, 'UTC')",
        parts={"Y": "%Y", "m": "%m", "d": "%d", "H": "%H", "M": "%i", "S": "%S", "y": "%y", "b": "%b"},
    )
    # A moment here carries a zone that it is shown in, which cutting to a grain would have to take off again.
    moved = "addSeconds({col}, {seconds})"
    grains = grains(
        lambda unit: {
            "second": "toStartOfSecond({col})",
            "week": "toDateTime64(toMonday({col}), 6, 'UTC')",
        }.get(unit, f"toDateTime64(toStartOf{unit.capitalize()}({{col}}), 6, 'UTC')"),
        lambda width: f"toDateTime64(toStartOfInterval({{col}}, INTERVAL {width} SECOND), 6, 'UTC')",
        "addDays({col}, {days})",
    )
    kinds_of_own: ClassVar[dict[str, Kind]] = {
        word: Kind.NUMERIC for word in "UINT8 UINT16 UINT32 UINT64 UINT128 UINT256 INT256 FLOAT32 FLOAT64".split()
    }
    functions = frozenset(
        """
        ADDDAYS ADDHOURS ADDMINUTES ADDMONTHS ADDSECONDS ADDWEEKS ADDYEARS ANY ANYIF ANYLAST ARGMAX ARGMIN ARRAYAVG
        ARRAYCOUNT ARRAYDISTINCT ARRAYEXISTS ARRAYFILTER ARRAYJOIN ARRAYMAP ARRAYMAX ARRAYMIN ARRAYSORT
        ARRAYSTRINGCONCAT ARRAYSUM AVGIF AVGWEIGHTED BITAND BITOR BITXOR CEILING COUNTIF DATEDIFF DATENAME DOMAIN
        DOMAINWITHOUTWWW EMPTY ENDSWITH EXTRACTALL FORMATDATETIME FROMUNIXTIMESTAMP GROUPARRAY GROUPUNIQARRAY HAS HASALL
        HASANY IFNULL INDEXOF INTDIV INTDIVORZERO ISFINITE ISINFINITE ISNAN ISNOTNULL ISNULL JSONEXTRACT JSONEXTRACTBOOL
        JSONEXTRACTFLOAT JSONEXTRACTINT JSONEXTRACTSTRING JSONHAS JSONLENGTH LENGTHUTF8 LOWERUTF8 MATCH MAXIF MEDIAN
        MEDIANEXACT MINIF MODULO MULTIIF MULTISEARCHANY NOTEMPTY NULLIF PARSEDATETIME PARSEDATETIMEBESTEFFORT PATH
        POSITION POSITIONCASEINSENSITIVE PROTOCOL QUANTILE QUANTILEEXACT QUANTILES QUANTILETDIGEST RANGE REPLACEALL
        REPLACEONE REPLACEREGEXPALL REPLACEREGEXPONE REVERSEUTF8 SPLITBYCHAR SPLITBYSTRING STARTSWITH SUBSTRINGUTF8
        SUMIF SUMMAP TOBOOL TODATE TODATE32 TODATETIME TODATETIME64 TODAYOFMONTH TODAYOFWEEK TODAYOFYEAR TODECIMAL128
        TODECIMAL32 TODECIMAL64 TOFLOAT32 TOFLOAT64 TOHOUR TOINT16 TOINT32 TOINT64 TOINT8 TOISOWEEK TOISOYEAR TOMINUTE
        TOMONDAY TOMONTH TOQUARTER TOSECOND TOSTARTOFDAY TOSTARTOFFIFTEENMINUTES TOSTARTOFFIVEMINUTES TOSTARTOFHOUR
        TOSTARTOFINTERVAL TOSTARTOFMINUTE TOSTARTOFMONTH TOSTARTOFQUARTER TOSTARTOFSECOND TOSTARTOFTENMINUTES
        TOSTARTOFWEEK TOSTARTOFYEAR TOSTRING TOTIMEZONE TOUINT16 TOUINT32 TOUINT64 TOUINT8 TOUNIXTIMESTAMP TOWEEK TOYEAR
        TOYYYYMM TOYYYYMMDD TRIMBOTH TRIMLEFT TRIMRIGHT TUPLEELEMENT UNIQ UNIQCOMBINED UNIQEXACT UNIQHLL12 UNIQIF
        UPPERUTF8
        """.split()
    )
    table_functions = frozenset({"NUMBERS"})
    place_in_message: ClassVar[re.Pattern[str]] = re.compile(
        r"failed at position (?P<position>\d+)(?: .*?\(line (?P<line>\d+), col (?P<column>\d+)\))?"
    )
    relations_sql = (
        "SELECT name, multiIf(engine = 'MaterializedView', 'MATERIALIZED VIEW', engine LIKE '%View', 'VIEW', 'TABLE')"
        " FROM system.tables WHERE database = {schema} AND NOT is_temporary AND name NOT LIKE '.inner%'"
    )
    schemas_sql = "SELECT name FROM system.databases"
    columns_sql = (
        "SELECT name, type, startsWith(type, 'Nullable'), nullIf(default_expression, ''), nullIf(comment, '')"
        " FROM system.columns WHERE database = {schema} AND table = {table} ORDER BY position"
    )

    def connected(self, driver: Any, url: URL, target: Target, timeout_s: float | None) -> Any:
        """A client; without a session on the server, so that requests may overlap."""
        options = options_of(url, target)
        return driver.get_client(
            host=url.host,
            port=url.port or self.default_port,
            username=url.username,
            password=url.password or "",
            database=target.schema or url.database,
            secure=_is_true(options.get("secure", False)),
            verify=_is_true(options.get("verify", True)),
            compress=_is_true(options.get("compress", True)),
            connect_timeout=CONNECT_S,
            autogenerate_session_id=False,
        )

    def check_connection(self, connection: Any) -> None:
        """Raises when the server does not answer."""
        if not connection.ping():
            raise ConnectionError

    def default_schema(self, target: Target) -> str | None:
        """The database that the connection names."""
        return target.schema or places.parsed(target.uri).database

    def is_zoned(self, type_text: str | None) -> bool:
        """Whether it is a DateTime: those are instants, whatever zone they are shown in."""
        return "DATETIME" in (type_text or "").upper()

    def kind(self, type_text: str) -> Kind:
        """The kind of values a type holds, whatever it is wrapped in."""
        return super().kind(unwrapped(type_text))


def unwrapped(type_text: str) -> str:
    """The type inside Nullable and LowCardinality."""
    found = _WRAPPED.fullmatch(type_text.strip()) or _WRAPPED.fullmatch(_spelled(type_text.strip()))
    return unwrapped(found[1]) if found else type_text.strip()


def _spelled(text: str) -> str:
    # Types are kept in upper case with the columns of a dataset.
    return text.replace("NULLABLE(", "Nullable(").replace("LOWCARDINALITY(", "LowCardinality(")


def _is_true(value: object) -> bool:
    return str(value).lower() in ("true", "1", "yes")


def _rows_of(stream: Any) -> Iterator[Any]:
    with stream:
        for block in stream:
            yield from block


def _timed(stream: Any, described: Sequence[tuple[str, str]]) -> pa.RecordBatchReader:
    """The stream; ClickHouse writes days and moments of whole seconds as plain numbers."""
    reader = pa.ipc.open_stream(stream)

    def timed(batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = [_timed_column(column, type_) for column, (_, type_) in zip(batch.columns, described, strict=True)]
        return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)

    def batches() -> Iterator[pa.RecordBatch]:
        with stream:
            yield from map(timed, reader)

    empty = pa.RecordBatch.from_arrays([pa.array([], field.type) for field in reader.schema], schema=reader.schema)
    return pa.RecordBatchReader.from_batches(timed(empty).schema, batches())


def _timed_column(column: pa.Array, type_: str) -> pa.Array:
    if type_.startswith("DateTime") and pa.types.is_integer(column.type):
        return column.cast(pa.int64()).cast(pa.timestamp("s", "UTC"))
    if type_.startswith("Date") and pa.types.is_integer(column.type):
        return column.cast(pa.int32()).cast(pa.date32())
    return column
