"""Grains of engines that no test runs: their SQL, carried over to DuckDB, says what DuckDB's own grains say."""

from datetime import date, datetime

import duckdb
import pytest
import sqlglot

from superset_like.engine import databases
from superset_like.engine.query import Column, Kind

NAMES = ("bigquery", "clickhousedb", "mssql", "redshift", "snowflake", "trino")
SOLD = Column("sold", "TIMESTAMP_NTZ", Kind.TEMPORAL, is_temporal=True)
MOMENTS = [
    datetime(2020, 1, 5, 10, 17, 42),
    datetime(2019, 12, 30),
    datetime(2024, 2, 29, 23, 59, 59),
    datetime(2021, 5, 15, 3, 4, 5),
]
# What the engines know and DuckDB does not, and that `/` between whole numbers gives a whole one.
MACROS = """
    SET integer_division = true;
    CREATE MACRO toDateTime64(moment, digits, zone) AS CAST(moment AS TIMESTAMP);
    CREATE MACRO addDays(moment, days) AS CAST(moment AS TIMESTAMP) + to_days(CAST(days AS INTEGER));
    CREATE MACRO toStartOfInterval(moment, width) AS time_bucket(width, CAST(moment AS TIMESTAMP));
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_period_begins_at_the_same_moment_everywhere(name: str) -> None:
    engine, known = databases.find(name), databases.find("duckdb")
    moments = ", ".join(f"(TIMESTAMP '{moment}')" for moment in MOMENTS)
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        for grain, template in engine.grains.items():
            sql = template.replace("{col}", engine.as_timestamp("sold", SOLD))
            text = sqlglot.transpile(f"SELECT {sql} AS period FROM sales", read=engine.dialect, write="duckdb")[0]
            asked = f"WITH sales(sold) AS (VALUES {moments}) "
            expected = asked + f"SELECT {known.grains[grain].replace('{col}', 'sold')} FROM sales"
            found = [moment_of(row[0]) for row in connection.execute(asked + text).fetchall()]
            assert found == [moment_of(row[0]) for row in connection.execute(expected).fetchall()], grain


def moment_of(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    assert isinstance(value, date)
    return datetime.combine(value, datetime.min.time())


@pytest.mark.parametrize("engine", databases.all_engines().values(), ids=lambda engine: engine.name)
def test_each_engine_has_all_grains(engine: databases.Engine) -> None:
    assert set(engine.grains) == set(databases.find("postgresql").grains)
