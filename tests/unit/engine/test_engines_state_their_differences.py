"""What each engine that no test runs says of places, moments, types, values and errors; no driver is needed."""

import base64
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from superset_like.engine import databases
from superset_like.engine.databases import driver_values
from superset_like.engine.databases.base import Engine, Target
from superset_like.engine.databases.dbapi import DbapiEngine, DbapiSession, batches_of
from superset_like.engine.databases.pool import Pool
from superset_like.engine.query import Column, Kind
from superset_like.errors import DatabaseUnreachable, Invalid, QueryFailed, QueryRefused, QuestionInvalid, WriteRefused

UNPROVEN = [engine for engine in databases.all_engines().values() if not engine.is_proven]
KEY = {"type": "service_account", "token_uri": "https://oauth2.googleapis.com/token", "project_id": "p"}


def in_base64(key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


URIS = {
    "bigquery": f"bigquery://:{in_base64(KEY)}@project/dataset",
    "clickhousedb": "clickhousedb://u:p@host/db?secure=true",
    "databricks": "databricks://token:dapi1@host?http_path=/sql/1.0/warehouses/x&catalog=c&schema=s",
    "hive": "hive://u:p@host/default",
    "mssql": "mssql+pymssql://u:p@host/db",
    "oracle": "oracle+oracledb://u:p@host/service",
    "redshift": "redshift://u:p@host/db",
    "snowflake": "snowflake://u:p@account/db/schema?warehouse=w",
    "trino": "trino://u:p@host/catalog/schema",
}


@pytest.mark.parametrize(("name", "uri"), URIS.items())
def test_a_uri_finds_its_engine_which_takes_it(name: str, uri: str) -> None:
    assert databases.of_uri(uri).name == name
    databases.find(name).check_uri(Target(uri))


@pytest.mark.parametrize("engine", UNPROVEN, ids=lambda engine: engine.name)
def test_each_engine_is_tried_here(engine: Engine) -> None:
    assert engine.name in URIS
    assert engine.name in engine.schemes
    assert engine.uri_form and engine.extra


REFUSED = [
    f"bigquery://:{in_base64(KEY | {'type': 'external_account'})}@project",
    f"bigquery://:{in_base64(KEY | {'token_uri': 'http://10.0.0.1/'})}@project",
    "bigquery://project/dataset",
    "clickhousedb://u:p@host/db?ca_cert=/etc/passwd",
    "databricks://token:t@host?http_path=/../x",
    "databricks://host",
    "hive://u:p@host/db?auth_krb5=1",
    "mssql+pyodbc://u:p@host/db",
    "mssql://u:p@host\\instance/db",
    "oracle+cx_oracle://u:p@host/s",
    "oracle://u:p@(DESCRIPTION=x)/s",
    "redshift://u:p@host/db?iam=true",
    "snowflake://u:p@account/db?host=evil",
    "snowflake://u:p@account:443/db",
    "trino://u:p@host/c?verify=false",
    "trino://u:p@host",
]


@pytest.mark.parametrize("uri", REFUSED)
def test_places_and_options_beyond_the_allowed_are_refused(uri: str) -> None:
    with pytest.raises(Invalid) as error:
        databases.of_uri(uri).check_uri(Target(uri))
    assert "sqlalchemy_uri" in error.value.fields


@pytest.mark.parametrize(("name", "uri"), URIS.items())
def test_a_missing_driver_is_named(name: str, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(module: str) -> None:
        raise ImportError(module)

    monkeypatch.setattr("superset_like.engine.databases.drivers.import_module", absent)
    engine = databases.find(name)
    with pytest.raises(DatabaseUnreachable) as error:
        engine.open(Target(uri))
    assert f"pip install 'superset-like[{engine.extra}]'" in error.value.message


SOLD = datetime(2020, 1, 5, 10, 17, 42)
DAY = datetime(2020, 1, 5)


@pytest.mark.parametrize(
    ("name", "type_", "moment", "sql"),
    [
        ("bigquery", "TIMESTAMP", SOLD, "TIMESTAMP '2020-01-05 10:17:42+00:00'"),
        ("bigquery", "DATETIME", SOLD, "DATETIME '2020-01-05 10:17:42'"),
        ("bigquery", "STRING", DAY, "'2020-01-05'"),
        ("clickhousedb", "Nullable(DateTime)", SOLD, "toDateTime64('2020-01-05 10:17:42', 6, 'UTC')"),
        ("clickhousedb", "Date", DAY, "toDate('2020-01-05')"),
        ("databricks", "TIMESTAMP", SOLD, "TIMESTAMP '2020-01-05 10:17:42 UTC'"),
        ("databricks", "TIMESTAMP_NTZ", SOLD, "TIMESTAMP '2020-01-05 10:17:42'"),
        ("mssql", "DATETIMEOFFSET", SOLD, "CAST('2020-01-05 10:17:42 +00:00' AS DATETIMEOFFSET)"),
        ("mssql", "DATE", DAY, "CAST('2020-01-05' AS DATE)"),
        ("oracle", "DATE", SOLD, "TIMESTAMP '2020-01-05 10:17:42'"),
        ("redshift", "TIMESTAMPTZ", SOLD, "TIMESTAMP WITH TIME ZONE '2020-01-05 10:17:42+00'"),
        ("snowflake", "TIMESTAMP_LTZ", SOLD, "TO_TIMESTAMP_TZ('2020-01-05 10:17:42 +00:00')"),
        ("trino", "TIMESTAMP(3) WITH TIME ZONE", SOLD, "TIMESTAMP '2020-01-05 10:17:42 UTC'"),
    ],
)
def test_a_moment_is_written_as_its_column_stores_it(name: str, type_: str, moment: datetime, sql: str) -> None:
    assert databases.find(name).time_literal(moment, Column("sold", type_, Kind.TEMPORAL)) == sql


@pytest.mark.parametrize("engine", UNPROVEN, ids=lambda engine: engine.name)
def test_moments_in_numbers_and_texts_are_written_and_read(engine: Engine) -> None:
    seconds, millis = (Column("t", "BIGINT", time_format=form) for form in ("epoch_s", "epoch_ms"))
    assert engine.time_literal(SOLD, seconds) == "1578219462"
    assert engine.time_literal(SOLD, millis) == "1578219462000"
    assert "{" not in engine.as_timestamp("t", seconds) + engine.as_timestamp("t", millis)
    day = Column("t", "VARCHAR(9)", time_format="%Y'%m")
    assert engine.time_literal(SOLD, day) in ("'2020''01'", "'2020\\'01'")


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("bigquery", "PARSE_DATETIME('%Y-%m-%dT%H:%M:%S', t)"),
        ("clickhousedb", "toDateTime64(parseDateTime(t, '%Y-%m-%dT%H:%i:%S', 'UTC'), 6, 'UTC')"),
        ("databricks", "TO_TIMESTAMP(t, 'yyyy-MM-dd\\'T\\'HH:mm:ss')"),
        ("oracle", "TO_TIMESTAMP(t, 'YYYY-MM-DD\"T\"HH24:MI:SS')"),
        ("redshift", "CAST(TO_TIMESTAMP(t, 'YYYY-MM-DD\"T\"HH24:MI:SS') AS TIMESTAMP)"),
        ("snowflake", "TO_TIMESTAMP_NTZ(t, 'YYYY-MM-DD\"T\"HH24:MI:SS')"),
        ("trino", "DATE_PARSE(t, '%Y-%m-%dT%H:%i:%s')"),
    ],
)
def test_a_pattern_is_put_in_the_engines_words(name: str, sql: str) -> None:
    assert databases.find(name).as_timestamp("t", Column("t", "VARCHAR", time_format="%Y-%m-%dT%H:%M:%S")) == sql


@pytest.mark.parametrize(("name", "form"), [("trino", "%j"), ("mssql", "%d.%m.%Y")])
def test_a_pattern_without_words_is_refused(name: str, form: str) -> None:
    with pytest.raises(QuestionInvalid):
        databases.find(name).as_timestamp("t", Column("t", "VARCHAR", time_format=form))


@pytest.mark.parametrize(
    ("name", "type_", "kind"),
    [
        ("bigquery", "BIGNUMERIC", Kind.NUMERIC),
        ("clickhousedb", "LowCardinality(Nullable(UInt8))", Kind.NUMERIC),
        ("clickhousedb", "NULLABLE(DATETIME64(3))", Kind.TEMPORAL),
        ("clickhousedb", "Array(UInt8)", Kind.STRING),
        ("databricks", "LONG", Kind.NUMERIC),
        ("mssql", "BIT", Kind.BOOLEAN),
        ("mssql", "TIMESTAMP", Kind.STRING),
        ("mssql", "MONEY", Kind.NUMERIC),
        ("oracle", "NUMBER(10,2)", Kind.NUMERIC),
        ("snowflake", "TIMESTAMP_NTZ(9)", Kind.TEMPORAL),
        ("trino", "ROW(A BIGINT)", Kind.STRING),
    ],
)
def test_a_type_holds_its_kind_of_values(name: str, type_: str, kind: Kind) -> None:
    assert databases.find(name).kind(type_) is kind


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        ([1, None, 2], pa.int64()),
        ([1, 2.5], pa.float64()),
        ([True, None], pa.bool_()),
        ([Decimal("1.10"), 2], pa.decimal128(38, 2)),
        ([SOLD, None], pa.timestamp("us")),
        ([date(2020, 1, 5)], pa.date32()),
        ([b"\x00"], pa.binary()),
        ([None], pa.string()),
    ],
)
def test_python_values_become_columns_of_their_type(values: list[Any], type_: pa.DataType) -> None:
    reading = driver_values.reading()
    assert reading.settle(values) == type_
    assert reading.make(values, type_).null_count == values.count(None)


def test_mixed_and_nested_values_become_text() -> None:
    reading = driver_values.reading()
    values = [{"a": [1, Decimal("2.5")]}, True, "x", None]
    assert reading.make(values, reading.settle(values)).to_pylist() == ['{"a":[1,"2.5"]}', "true", "x", None]


def test_batches_of_a_driver_get_one_width_of_whole_numbers() -> None:
    first, second = (pa.table({"n": pa.array([value], type_)}) for value, type_ in ((1, pa.int8()), (300, pa.int16())))
    assert batches_of(iter([second]), first).read_all().column("n").to_pylist() == [1, 300]


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("trino", "line 1:8: Column 'x' cannot be resolved", {"line": 1, "column": 8}),
        ("clickhousedb", "Syntax error: failed at position 8 ('FRM') (line 1, col 8): FRM t.", None),
        ("bigquery", "Unrecognized name: x at [2:5]", {"line": 2, "column": 5}),
        ("snowflake", "SQL compilation error: error line 3 at position 7", {"line": 3, "column": 7}),
        ("databricks", "[PARSE_SYNTAX_ERROR] Syntax error (line 1, pos 7)", {"line": 1, "column": 7}),
        ("redshift", "{'S': 'ERROR', 'M': 'no such column', 'P': '8'}", {"position": 8}),
    ],
)
def test_an_error_says_where(name: str, text: str, place: dict[str, int] | None) -> None:
    place = place or {"position": 8, "line": 1, "column": 8}
    with opened(databases.find(name), Cursor(error=text)) as session, pytest.raises(QueryFailed) as error:
        session.read("SELECT x", 10)
    assert {key: error.value.details[key] for key in place} == place


class Cursor:
    """A driver's cursor over rows at hand."""

    description = (("n", "bigint"), ("t", "varchar"))

    def __init__(self, rows: list[tuple[Any, ...]] | None = None, error: str = "") -> None:
        self.rows, self.error, self.asked = rows or [], error, list[str]()

    def cursor(self) -> "Cursor":
        return self

    def execute(self, sql: str) -> None:
        self.asked.append(sql)
        if self.error:
            raise RuntimeError(self.error)

    def fetchmany(self, count: int) -> list[tuple[Any, ...]]:
        rows, self.rows = self.rows[:count], self.rows[count:]
        return rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.fetchmany(len(self.rows))

    def query(self, sql: str, settings: object = None) -> None:
        self.execute(sql)

    def close(self) -> None: ...


def opened(engine: Engine, cursor: Cursor) -> DbapiSession:
    """A session over the cursor, whatever the engine says at its beginning."""
    assert isinstance(engine, DbapiEngine)

    own = {"_begin_work": lambda self: None, "_is_undone": lambda self: True, "_query_id": ""}
    if engine.name == "bigquery":
        own["_tried"] = lambda self, sql: cursor.execute(sql)
    kind = type("QuietSession", (engine.session_kind,), own)
    lease = Pool().lease("here", lambda: cursor, lambda connection: None)
    made: DbapiSession = kind(engine, lease, Target(URIS[engine.name]), None)
    return made


def test_rows_of_a_driver_arrive_in_batches() -> None:
    cursor = Cursor([(number, str(number)) for number in range(5)])
    with opened(databases.find("trino"), cursor) as session:
        table = session.read("SELECT n, t FROM x", 2).read_all()
    assert table.column("n").to_pylist() == [0, 1, 2, 3, 4]
    assert cursor.asked == ["SELECT n, t FROM x"]


def test_a_reading_session_refuses_to_write() -> None:
    cursor = Cursor()
    with opened(databases.find("trino"), cursor) as session, pytest.raises(WriteRefused):
        session.write("DELETE FROM t")
    assert cursor.asked == []


def test_names_in_our_own_questions_cannot_leave_their_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, cursor = databases.find("trino"), Cursor([("n", "bigint", "YES", None, None)])
    monkeypatch.setattr(engine, "opened", lambda target, timeout_s=None: opened(engine, cursor))
    evil = databases.base.TableName("{schema}' OR 1=1 --", "{table}", 'c"x')
    engine.describe(Target(URIS["trino"]), evil)
    assert cursor.asked == [
        'SELECT column_name, data_type, is_nullable, column_default, NULL FROM "c""x".information_schema.columns'
        " WHERE table_schema = '{table}' AND table_name = '{schema}'' OR 1=1 --' ORDER BY ordinal_position"
    ]


def test_upper_case_names_are_known_in_lower_case() -> None:
    engine = databases.find("snowflake")
    assert isinstance(engine, DbapiEngine)
    assert [engine.known_as(name) for name in ("SALES", "Sales", "sales", "A B")] == ["sales", "Sales", "sales", "A B"]
    assert [engine.spelled(name) for name in ("sales", "Sales", "a b")] == ["SALES", "Sales", "a b"]


def test_costs_are_told_by_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = databases.find("trino")
    plan = json.dumps({"estimate": {"outputRowCount": 5.0, "outputSizeInBytes": "NaN", "cpuCost": 9.0}})
    cursor = Cursor([(plan,)])
    monkeypatch.setattr(engine, "opened", lambda target, timeout_s=None: opened(engine, cursor))
    told = engine.estimate(Target(URIS["trino"]), "SELECT 1")
    assert told == [{"Output count": "5.0", "Output size": "NaN", "CPU cost": "9.0"}]
    assert cursor.asked == ["EXPLAIN (TYPE IO, FORMAT JSON) SELECT 1"]


def test_an_engine_that_tells_no_costs_says_so() -> None:
    with pytest.raises(QueryRefused):
        databases.find("mssql").estimate(Target(URIS["mssql"]), "SELECT 1")
