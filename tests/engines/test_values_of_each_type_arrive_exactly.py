"""Values that are easily spoilt on their way: digits, zones, infinities, mixtures."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isnan
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from superset_like.engine import databases
from superset_like.engine.databases.base import Target
from superset_like.errors import Invalid
from tests.engines.places import duckdb_file, sqlite_file
from tests.services_at_hand import uri_of


def table(target: Target, sql: str) -> pa.Table:
    with databases.of_uri(target.uri).open(target, 20) as session:
        return session.read(sql, 1000).read_all()


def first(target: Target, sql: str) -> list[Any]:
    return [column.to_pylist()[0] for column in table(target, sql).columns]


DUCKDB: list[tuple[str, object]] = [
    ("9223372036854775807", 9223372036854775807),
    ("18446744073709551615::UBIGINT", 18446744073709551615),
    ("170141183460469231731687303715884105727::HUGEINT", Decimal("170141183460469231731687303715884105727")),
    ("340282366920938463463374607431768211455::UHUGEINT", "340282366920938463463374607431768211455"),
    ("1.10::DECIMAL(10,2)", Decimal("1.10")),
    ("12345678901234567890.123456789::DECIMAL(38,9)", Decimal("12345678901234567890.123456789")),
    ("'inf'::DOUBLE", float("inf")),
    ("TIMESTAMPTZ '2020-01-01 10:00:00+01'", datetime(2020, 1, 1, 9, tzinfo=UTC)),
    ("TIMESTAMP '2020-01-01 10:00:00.123456'", datetime(2020, 1, 1, 10, 0, 0, 123456)),
    ("TIMESTAMP 'infinity'", None),
    ("DATE '-infinity'", None),
    ("DATE '2020-02-29'", date(2020, 2, 29)),
    ("TIME '10:00:00'", time(10)),
    ("true", True),
    ("'\\x01\\xFF'::BLOB", b"\x01\xff"),
    ("[1, 2, NULL]", [1, 2, None]),
    ("{'a': 1, 'b': 'x'}", {"a": 1, "b": "x"}),
    ("'{\"a\": 1}'::JSON", '{"a": 1}'),
    ("'00000000-0000-0000-0000-000000000001'::UUID", "00000000-0000-0000-0000-000000000001"),
    ("'x'::ENUM ('x', 'y')", "x"),
    ("'101'::BIT", "101"),
    ("'Ü😀'", "Ü😀"),
    ("NULL", None),
]


@pytest.mark.parametrize(("sql", "value"), DUCKDB, ids=[sql for sql, _ in DUCKDB])
def test_duckdb(sql: str, value: object, tmp_path: Path) -> None:
    assert first(duckdb_file(tmp_path), f"SELECT {sql} AS v, 1 AS v") == [value, 1]


def test_duckdb_gives_not_a_number(tmp_path: Path) -> None:
    assert isnan(first(duckdb_file(tmp_path), "SELECT 'nan'::DOUBLE")[0])


SQLITE: list[tuple[str, pa.DataType, list[object]]] = [
    ("(9223372036854775807), (NULL)", pa.int64(), [9223372036854775807, None]),
    ("(1), (2.5)", pa.float64(), [1.0, 2.5]),
    ("(9007199254740993), (2.5)", pa.string(), ["9007199254740993", "2.5"]),
    ("(1), ('x'), (x'01ff')", pa.string(), ["1", "x", "0x01ff"]),
    ("(x'01ff')", pa.binary(), [b"\x01\xff"]),
    ("(NULL), (NULL)", pa.string(), [None, None]),
    ("(9e999)", pa.float64(), [float("inf")]),
    ("('Ü😀')", pa.string(), ["Ü😀"]),
]


@pytest.mark.parametrize(("values", "type_", "expected"), SQLITE, ids=[values for values, _, _ in SQLITE])
def test_sqlite(values: str, type_: pa.DataType, expected: list[object], tmp_path: Path) -> None:
    found = table(sqlite_file(tmp_path, "CREATE TABLE t (a)"), f"SELECT column1 AS v FROM (VALUES {values})")
    assert found.schema.field(0).type == type_
    assert found.column(0).to_pylist() == expected


def test_sqlite_keeps_long_texts(tmp_path: Path) -> None:
    assert first(sqlite_file(tmp_path, "CREATE TABLE t (a)"), "SELECT printf('%5000000d', 7) AS v") == [
        "7".rjust(5_000_000)
    ]


POSTGRES: list[tuple[str, object]] = [
    ("9223372036854775807", 9223372036854775807),
    ("1.10::numeric(10,2)", Decimal("1.10")),
    ("1.23456789012345678901234567890123456789012", Decimal("1.23456789012345678901234567890123456789012")),
    ("'NaN'::numeric", "NaN"),
    ("repeat('9', 90)::numeric", "9" * 90),
    ("'NaN'::numeric(5,2)", None),
    ("'Infinity'::float8", float("inf")),
    ("0.1::float8", 0.1),
    ("timestamptz '2020-01-01 10:00:00.5+01'", datetime(2020, 1, 1, 9, 0, 0, 500000, tzinfo=UTC)),
    ("timestamp '0001-01-01'", datetime(1, 1, 1)),
    ("timestamp 'infinity'", None),
    ("timestamptz '-infinity'", None),
    ("date '0044-03-15 BC'", None),
    ("date '2020-02-29'", date(2020, 2, 29)),
    ("time '10:00:00.25'", time(10, 0, 0, 250000)),
    ("true", True),
    ("'\\x01ff'::bytea", b"\x01\xff"),
    ("'{1,2,NULL}'::int[]", [1, 2, None]),
    ("'{a,\"b c\"}'::text[]", ["a", "b c"]),
    ("'{\"a\": [1]}'::jsonb", '{"a": [1]}'),
    ("'00000000-0000-0000-0000-000000000001'::uuid", "00000000-0000-0000-0000-000000000001"),
    ("interval '1 day 2 hours'", "P1DT2H"),
    ("'10.0.0.1'::inet", "10.0.0.1"),
    ("int4range(1, 5)", "[1,5)"),
    ("'Ü😀'", "Ü😀"),
    ("NULL", None),
]


@pytest.mark.postgres
@pytest.mark.parametrize(("sql", "value"), POSTGRES, ids=[sql for sql, _ in POSTGRES])
def test_postgres(sql: str, value: object) -> None:
    assert first(Target(uri_of("postgres")), f"SELECT {sql} AS v, 1 AS v") == [value, 1]


MARIADB: list[tuple[str, object]] = [
    ("9223372036854775807", 9223372036854775807),
    ("CAST(18446744073709551615 AS UNSIGNED)", 18446744073709551615),
    ("CAST('1.10' AS DECIMAL(10,2))", Decimal("1.10")),
    ("CAST(-99999999.99 AS DECIMAL(10,2))", Decimal("-99999999.99")),
    ("CAST(REPEAT('9', 65) AS DECIMAL(65,0))", Decimal("9" * 65)),
    ("TIMESTAMP '2020-01-01 10:00:00.500000'", datetime(2020, 1, 1, 10, 0, 0, 500000)),
    ("CAST('0000-00-00' AS DATETIME)", None),
    ("DATE '2020-02-29'", date(2020, 2, 29)),
    ("TIME '-26:00:00'", "-26:00:00"),
    ("b'101' | 0", 5),
    ("x'01ff'", b"\x01\xff"),
    ("1e308", 1e308),
    ("'Ü😀'", "Ü😀"),
    ("NULL", None),
]


@pytest.mark.mariadb
@pytest.mark.parametrize(("sql", "value"), MARIADB, ids=[sql for sql, _ in MARIADB])
def test_mariadb(sql: str, value: object) -> None:
    assert first(Target(uri_of("mariadb")), f"SELECT {sql} AS v, 1 AS v") == [value, 1]


@pytest.mark.parametrize(
    "uri",
    [
        "postgresql+asyncpg://u:p@host/db",
        "postgresql://u:p@host/db?options=-c%20x",
        "postgresql://u:p@host/db?host=/tmp",
        "postgresql://u:p@host/db?service=x",
        "postgresql:///db",
        "mysql+mysqlconnector://u:p@host/db",
        "mysql://u:p@host/db?local_infile=1",
        "mysql://u:p@host/db?init_command=x",
        "mysql://u:p@host/db?read_default_file=/etc/my.cnf",
        "db2://u:p@host/db",
        "no uri",
    ],
)
def test_drivers_and_options_off_the_list_are_refused(uri: str) -> None:
    with pytest.raises(Invalid) as error:
        databases.of_uri(uri).check_uri(Target(uri))
    assert list(error.value.fields) == ["sqlalchemy_uri"]
    assert "host/" not in error.value.message


@pytest.mark.parametrize(
    "scheme",
    ["postgresql", "postgresql+psycopg", "postgresql+psycopg2", "mysql", "mysql+pymysql", "mysql+mysqldb", "mariadb"],
)
def test_usual_drivers_are_taken(scheme: str) -> None:
    uri = f"{scheme}://u:p@host/db"
    databases.of_uri(uri).check_uri(Target(uri))
