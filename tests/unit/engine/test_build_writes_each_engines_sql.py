"""The same questions in the words of each engine that no test runs; `cases/<engine>.sql` holds what is expected.

`WRITE_CASES=1` writes the files anew, to be read before they are committed.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from superset_like.engine import databases, guard
from superset_like.engine.build import build, distinct_values
from superset_like.engine.databases.base import Engine
from superset_like.engine.query import (
    Aggregate,
    Column,
    Dimension,
    Filter,
    FilterGroup,
    Kind,
    Measure,
    Metric,
    Operator,
    Order,
    Predicate,
    Query,
    SeriesLimit,
    Shape,
    TableName,
    TimeRange,
)

CASES = Path(__file__).parent / "cases"
UNPROVEN = [engine for engine in databases.all_engines().values() if not engine.is_proven]
CITY, YEAR = Dimension("city", column="city"), Dimension("year", column="year")
TOTAL = Measure("SUM(amount)", aggregate=Aggregate.SUM, column="amount")
RULE = (Predicate("city = 'Köln'", "rule 1"),)
MONTH = Dimension("sold", column="sold", grain="P1M")
TIMESTAMPS = {"bigquery": "DATETIME", "clickhousedb": "DATETIME('EUROPE/BERLIN')", "mssql": "DATETIME2"}
BERLIN = "Europe/Berlin"
FIRST, LAST = datetime(2020, 1, 1), datetime(2020, 2, 1, 10)


def shape(engine: Engine, **more: object) -> Shape:
    columns = (
        Column("city", "VARCHAR(20)", Kind.STRING),
        Column("year", "INTEGER", Kind.NUMERIC),
        Column("amount", "INTEGER", Kind.NUMERIC),
        Column("sold", TIMESTAMPS.get(engine.name, "TIMESTAMP"), Kind.TEMPORAL, is_temporal=True),
        Column("day", "DATE", Kind.TEMPORAL, is_temporal=True),
        Column("since", "BIGINT", Kind.NUMERIC, is_temporal=True, time_format="epoch_ms"),
        Column("open", "BOOLEAN", Kind.BOOLEAN),
        Column("big", "BOOLEAN", Kind.BOOLEAN, expression="amount > 9"),
    )
    given = {"table": TableName("sales", "shop"), "columns": columns, "metrics": (Metric("n", "COUNT(*)"),)} | more
    return Shape(engine=engine.name, **given)  # type: ignore[arg-type]


def filtered(*filters: Filter) -> Query:
    return Query((CITY,), where=FilterGroup(filters))


SERIES = SeriesLimit(3, ("city",), ascending=True)
QUESTIONS: Mapping[str, Query] = {
    "a limit": Query((CITY,), (TOTAL,), limit=10),
    "an offset in order": Query((CITY,), (TOTAL,), order=(Order(TOTAL, ascending=False),), limit=10, offset=20),
    "an offset alone": Query((CITY,), offset=20),
    "a month of a time range": Query((MONTH,), (TOTAL,), time=(TimeRange("sold", FIRST, LAST),), order=(Order(MONTH),)),
    "a month in a zone": Query((MONTH,), (TOTAL,), time=(TimeRange("sold", FIRST, LAST),), time_zone=BERLIN),
    "an hour in a zone of half hours": Query((replace(MONTH, grain="PT1H"),), (TOTAL,), time_zone="Asia/Kolkata"),
    "days and epochs": Query((CITY,), time=(TimeRange("day", FIRST), TimeRange("since", FIRST))),
    "texts alike": filtered(
        Filter(Operator.ILIKE, "city", value="kö%"),
        Filter(Operator.NOT_LIKE, "year", value="2%"),
        Filter(Operator.EQ, "city", value="it's \\"),
    ),
    "booleans": filtered(
        Filter(Operator.IS_TRUE, "open"),
        Filter(Operator.EQ, "open", value=False),
        Filter(Operator.IS_FALSE, "big"),
        Filter(Operator.EQ, "big", value=True),
    ),
    "NULL among values": filtered(Filter(Operator.IN, "city", value=("Bonn", None))),
    "the top series": Query((CITY, YEAR), (TOTAL,), series=SERIES),
    "the top series and others": Query((CITY, YEAR), (TOTAL,), series=SeriesLimit(3, ("year",), group_others=True)),
    "a number of rows": Query((CITY,), (TOTAL,), row_count=True),
}
VIRTUAL = "WITH x AS (SELECT city, year FROM shop.sales) SELECT city, year FROM x ORDER BY year"


def written(engine: Engine) -> dict[str, str]:
    """What each question becomes."""
    sales = shape(engine)
    made = {name: build(query, sales, engine, ()).sql for name, query in QUESTIONS.items()}
    made["a row rule"] = build(Query((CITY,), (TOTAL,), series=SERIES), sales, engine, RULE).sql
    made["values that hold a text"] = distinct_values(sales, engine, "city", 5, (), search="50%_[!\\").sql
    virtual = shape(engine, sql=guard.read(VIRTUAL, engine).sql)
    made["a virtual dataset"] = build(Query((CITY,), (Measure("n", metric="n"),)), virtual, engine, ()).sql
    cut = guard.limited("SELECT city FROM shop.sales UNION ALL SELECT city FROM shop.old", 5, engine)
    made["a query cut"] = cut
    made |= {f"grain {grain}": template for grain, template in engine.grains.items()}
    return made


def text_of(made: Mapping[str, str]) -> str:
    return "\n".join(f"-- {name}\n{sql}\n" for name, sql in made.items())


@pytest.mark.parametrize("engine", UNPROVEN, ids=lambda engine: engine.name)
def test_questions_are_written_as_expected(engine: Engine) -> None:
    file, found = CASES / f"{engine.name}.sql", text_of(written(engine))
    if os.environ.get("WRITE_CASES") == "1":
        file.write_text(found)
    assert found == file.read_text()


@pytest.mark.parametrize("engine", UNPROVEN, ids=lambda engine: engine.name)
def test_what_is_written_reads_as_one_query_of_the_engine(engine: Engine) -> None:
    for name, sql in written(engine).items():
        text = f"SELECT {sql.replace('{col}', 'sold')}" if name.startswith("grain") else sql
        tree = sqlglot.parse_one(text, read=engine.dialect)
        assert isinstance(tree, exp.Query), name
        assert not list(tree.find_all(exp.Command, exp.Placeholder)), name


@pytest.mark.parametrize("engine", UNPROVEN, ids=lambda engine: engine.name)
def test_no_row_is_read_around_a_rule(engine: Engine) -> None:
    tree = sqlglot.parse_one(written(engine)["a row rule"], read=engine.dialect)
    read = list(tree.find_all(exp.Table))
    assert len(read) == 2
    for table in read:
        within = table.find_ancestor(exp.Select)
        assert within is not None and "K" in str(within.args["where"])
