"""Microsoft SQL Server, by pymssql: TOP and FETCH, no boolean values, texts marked as Unicode."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from sqlalchemy.engine import URL

from superset_like.engine.databases import drivers, places
from superset_like.engine.databases.base import Syntax, Target
from superset_like.engine.databases.dbapi import CONNECT_S, DESCRIBE_S, DbapiEngine, DbapiSession, options_of
from superset_like.engine.databases.grains import grains
from superset_like.engine.databases.times import Times
from superset_like.engine.query import Kind

_DAY = "CAST(CAST({col} AS DATE) AS DATETIME2)"
# A Monday, the first day of a year and of a quarter, before which SQL Server has no DATETIME.
_BEGIN = "CAST('1753-01-01' AS DATETIME2)"
_TIMED_OUT = 20003


def _unit(unit: str) -> str:
    if unit == "second":
        return f"DATEADD(second, DATEDIFF(second, {_DAY}, {{col}}), {_DAY})"
    if unit in ("minute", "hour"):
        return _seconds(60 if unit == "minute" else 3600)
    if unit == "day":
        return _DAY
    if unit == "week":
        # DATEDIFF(week, ...) counts Sundays, whatever the session calls the first day.
        return f"DATEADD(day, DATEDIFF(day, {_BEGIN}, {{col}}) / 7 * 7, {_BEGIN})"
    return f"DATEADD({unit}, DATEDIFF({unit}, {_BEGIN}, {{col}}), {_BEGIN})"


def _seconds(width: int) -> str:
    return f"DATEADD(second, DATEDIFF(second, {_DAY}, {{col}}) / {width} * {width}, {_DAY})"


class MsSqlSession(DbapiSession):
    """A connection of its own number; another one ends it, since the driver's may be used by one thread only."""

    def _begin_work(self) -> None:
        cursor = self.connection.cursor()
        cursor.execute("SELECT @@SPID")
        self._number = int(cursor.fetchone()[0])

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """Name and type of each column; the server plans the query and does not run it."""
        asked = "SELECT name, system_type_name FROM sys.dm_exec_describe_first_result_set({sql}, NULL, 0)"
        found = self.rows(asked.replace("{sql}", self._engine.text(sql)))
        return [(name or "", type_) for name, type_ in found]

    def _stop(self) -> None:
        driver = drivers.loaded("pymssql", "mssql")
        with suppress(Exception):
            other = self._engine.connected(driver, places.parsed(self._target.uri), self._target, CONNECT_S)
            other.cursor().execute(f"KILL {self._number}")
            other.close()

    def _is_timeout(self, error: Exception) -> bool:
        return str(_TIMED_OUT) in str(error)


class MsSql(DbapiEngine):
    """Microsoft SQL Server and Azure SQL, from 2016."""

    name = "mssql"
    title = "Microsoft SQL Server"
    schemes = frozenset({"mssql"})
    dialect = "tsql"
    default_driver = "pymssql"
    drivers = frozenset({"pymssql"})
    default_port = 1433
    extra = "mssql"
    module = "pymssql"
    uri_form = "mssql+pymssql://user:password@host:1433/database"
    session_kind = MsSqlSession
    label_length = 128
    cancels = "by KILL, where the login may; else at its time limit"
    reads_only = "no: give the login db_datareader alone"
    allowed_options = frozenset({"appname", "encryption", "tds_version"})
    syntax = Syntax(
        booleans=False,
        ilike=False,
        null_safe=False,
        wildcards="%_[",
        text="NVARCHAR(MAX)",
        marked_unicode=True,
        nested_with=False,
    )
    system_schemas = frozenset(
        """
        db_accessadmin db_backupoperator db_datareader db_datawriter db_ddladmin db_denydatareader db_denydatawriter
        db_owner db_securityadmin guest information_schema sys
        """.split()
    )
    times = Times(
        moment="CAST('{iso}' AS DATETIME2)",
        zoned="CAST('{iso} +00:00' AS DATETIMEOFFSET)",
        day="CAST('{day}' AS DATE)",
        read="CAST({sql} AS DATETIME2)",
        read_zoned="CAST(SWITCHOFFSET({sql}, '+00:00') AS DATETIME2)",
        epoch_s="DATEADD(second, {sql}, CAST('1970-01-01' AS DATETIME2))",
        epoch_ms="DATEADD(second, ({sql}) / 1000, CAST('1970-01-01' AS DATETIME2))",
    )
    # Its zones have names of Windows.
    moved = "DATEADD(second, {seconds}, {col})"
    grains = grains(_unit, _seconds, "DATEADD(day, {days}, {col})")
    type_codes: ClassVar[dict[int, str]] = {1: "NVARCHAR", 2: "VARBINARY", 3: "FLOAT", 4: "DATETIME2", 5: "DECIMAL"}
    kinds_of_own: ClassVar[dict[str, Kind]] = {
        "BIT": Kind.BOOLEAN,
        "MONEY": Kind.NUMERIC,
        "SMALLMONEY": Kind.NUMERIC,
        "ROWVERSION": Kind.STRING,
        "TIMESTAMP": Kind.STRING,
    }
    functions = frozenset(
        """
        APPROX_COUNT_DISTINCT ATN2 CHARINDEX CHECKSUM_AGG CHOOSE CONCAT_WS COT COUNT_BIG DATALENGTH DATEADD DATEDIFF
        DATEDIFF_BIG DATEFROMPARTS DATENAME DATEPART DATETIME2FROMPARTS DATETIMEFROMPARTS DATETRUNC DATE_BUCKET
        DIFFERENCE EOMONTH FORMAT GETDATE GETUTCDATE IIF ISDATE ISJSON ISNULL ISNUMERIC JSON_QUERY JSON_VALUE LEN NCHAR
        PARSENAME PATINDEX QUOTENAME SQUARE STDEV STDEVP STR STRING_AGG STRING_ESCAPE STUFF SWITCHOFFSET SYSDATETIME
        SYSDATETIMEOFFSET SYSUTCDATETIME TIMEFROMPARTS TODATETIMEOFFSET TRY_CAST TRY_CONVERT TRY_PARSE UNICODE VAR VARP
        """.split()
    )
    table_functions = frozenset({"STRING_SPLIT"})
    schemas_sql = "SELECT name FROM sys.schemas"
    relations_sql = "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = {schema}"
    columns_sql = (
        "SELECT column_name, data_type, is_nullable, column_default, NULL FROM information_schema.columns"
        " WHERE table_schema = {schema} AND table_name = {table} ORDER BY ordinal_position"
    )

    def check_place(self, url: URL) -> None:
        """Raises Invalid unless the URI names a host, which is no named instance, and a database."""
        places.require_host(url)
        if "\\" in (url.host or ""):
            raise places.invalid("A named instance must be reached by its port")

    def connected(self, driver: Any, url: URL, target: Target, timeout_s: float | None) -> Any:
        """A connection that ends its statements in time by itself."""
        return driver.connect(
            **options_of(url, target),
            server=url.host,
            port=str(url.port or self.default_port),
            user=url.username,
            password=url.password,
            database=url.database,
            timeout=0 if timeout_s is None else max(1, round(timeout_s)),
            login_timeout=CONNECT_S,
            charset="UTF-8",
            autocommit=True,
            read_only=not target.writable,
        )

    def message_of(self, error: Exception) -> str:
        """What the server said, without the driver's own lines."""
        told = error.args[1] if len(error.args) > 1 else error
        text = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        return re.split(r"DB-Lib error|Net-Lib error", text)[0]

    def default_schema(self, target: Target) -> str | None:
        """The schema asked for, or the login's own."""
        if target.schema:
            return target.schema
        with self.opened(target, DESCRIBE_S) as session:
            return str(session.rows("SELECT SCHEMA_NAME()")[0][0])

    def is_zoned(self, type_text: str | None) -> bool:
        """Whether a column's type holds moments with a zone."""
        return (type_text or "").strip().upper().startswith("DATETIMEOFFSET")

    def catalogs(self, target: Target) -> Sequence[str]:
        """None: a connection reads the database that it names."""
        return ()
