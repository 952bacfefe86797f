"""Questions as SQL, run on DuckDB and SQLite; the text itself for a few, on all four dialects."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import duckdb
import pytest

from superset_like.engine.build import build, distinct_values, samples
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
    Output,
    Predicate,
    Query,
    Scalar,
    SeriesLimit,
    Shape,
    TableName,
    TimeRange,
)
from superset_like.errors import QueryError, QueryRefused, QuestionInvalid, SubqueryRefused
from tests.unit.engine.engines_for_text import ALL, DUCKDB, MYSQL, POSTGRES, SQLITE

Rows = list[tuple[Any, ...]]

SETUP = (
    "CREATE TABLE sales (id INTEGER, city VARCHAR(20), year INTEGER, amount INTEGER, sold TIMESTAMP, note VARCHAR(99))",
    """INSERT INTO sales VALUES
        (1, 'Bonn', 2019, 10, '2019-01-05 10:00:00', 'a%b'),
        (2, 'Bonn', 2020, 20, '2020-01-20 00:00:00', 'a_b'),
        (3, 'Köln', 2020, 5, '2020-02-01 00:00:00', 'it''s \\'),
        (4, 'Ulm', 2020, 1, '2020-02-29 23:59:59', 'axb'),
        (5, NULL, 2021, 40, '2021-01-01 00:00:00', NULL)""",
)
SHAPE = Shape(
    engine="any",
    table=TableName("sales"),
    columns=(
        Column("id", "INTEGER", Kind.NUMERIC),
        Column("city", "VARCHAR(20)", Kind.STRING, verbose_name="City"),
        Column("year", "INTEGER", Kind.NUMERIC),
        Column("amount", "INTEGER", Kind.NUMERIC),
        Column("sold", "TIMESTAMP", Kind.TEMPORAL, is_temporal=True),
        Column("note", "VARCHAR(99)", Kind.STRING),
        Column("big", "BOOLEAN", Kind.BOOLEAN, expression="amount > 9"),
    ),
    metrics=(Metric("total", "SUM(amount)", "Total"), Metric("count", "COUNT(*)")),
    main_time_column="sold",
    values_predicate="year >= 2020",
)
CITY, YEAR = Dimension("city", column="city"), Dimension("year", column="year")
TOTAL = Measure("total", metric="total")
COUNT = Measure("n", aggregate=Aggregate.COUNT, column="*")


def in_duckdb(sql: str) -> Rows:
    connection = duckdb.connect()
    for statement in SETUP:
        connection.execute(statement)
    return connection.execute(sql).fetchall()


def in_sqlite(sql: str) -> Rows:
    connection = sqlite3.connect(":memory:")
    for statement in SETUP:
        connection.execute(statement)
    rows = connection.execute(sql).fetchall()
    connection.close()
    return rows


Run = Callable[[Query], Rows]


@pytest.fixture(params=[(DUCKDB, in_duckdb), (SQLITE, in_sqlite)], ids=["duckdb", "sqlite"])
def ask(request: pytest.FixtureRequest) -> Run:
    engine, run = request.param
    return lambda query: run(build(query, SHAPE, engine, ()).sql)


def where(*filters: Filter | FilterGroup, any_of: bool = False) -> Query:
    return Query((Dimension("id", column="id"),), where=FilterGroup(filters, any_of), order=(by("id"),))


def by(name: str, ascending: bool = True) -> Order:
    return Order(Dimension(name, column=name), ascending)


def ids(rows: Rows) -> list[int]:
    return [row[0] for row in rows]


def test_a_total_per_city(ask: Run) -> None:
    query = Query((CITY,), (TOTAL, COUNT), order=(Order(TOTAL, ascending=False),))
    assert ask(query) == [(None, 40, 1), ("Bonn", 30, 2), ("Köln", 5, 1), ("Ulm", 1, 1)]


def test_the_statement_says_what_its_columns_are() -> None:
    statement = build(Query((CITY,), (TOTAL,), limit=10), SHAPE, POSTGRES, ())
    assert statement.sql == (
        'SELECT "sales"."city" AS "city", SUM("sales".amount) AS "total" FROM "sales" GROUP BY "sales"."city" LIMIT 11'
    )
    assert statement.outputs == (
        Output("city", Kind.STRING, None, "City"),
        Output("total", Kind.NUMERIC, None, "Total"),
    )
    assert statement.limit == 10


@pytest.mark.parametrize(
    ("engine", "sql"),
    [
        (
            DUCKDB,
            'SELECT DATE_TRUNC(\'month\', CAST("sales"."sold" AS TIMESTAMP)) AS "sold", COUNT(*) AS "n" FROM "sales" '
            'WHERE "sales"."sold" >= CAST(\'2020-01-01 00:00:00\' AS TIMESTAMP) AND "sales"."city" = \'it\'\'s \\\' '
            'GROUP BY DATE_TRUNC(\'month\', CAST("sales"."sold" AS TIMESTAMP)) ORDER BY "sold" ASC LIMIT 6 OFFSET 2',
        ),
        (
            SQLITE,
            'SELECT DATETIME("sales"."sold", \'start of month\') AS "sold", COUNT(*) AS "n" FROM "sales" '
            'WHERE "sales"."sold" >= \'2020-01-01 00:00:00\' AND "sales"."city" = \'it\'\'s \\\' '
            'GROUP BY DATETIME("sales"."sold", \'start of month\') ORDER BY "sold" ASC LIMIT 6 OFFSET 2',
        ),
        (
            POSTGRES,
            'SELECT DATE_TRUNC(\'month\', CAST("sales"."sold" AS TIMESTAMP)) AS "sold", COUNT(*) AS "n" FROM "sales" '
            'WHERE "sales"."sold" >= CAST(\'2020-01-01 00:00:00\' AS TIMESTAMP) AND "sales"."city" = \'it\'\'s \\\' '
            'GROUP BY DATE_TRUNC(\'month\', CAST("sales"."sold" AS TIMESTAMP)) ORDER BY "sold" ASC LIMIT 6 OFFSET 2',
        ),
        (
            MYSQL,
            "SELECT DATE_FORMAT(CAST(`sales`.`sold` AS DATETIME), '%Y-%m-01') AS `sold`, COUNT(*) AS `n` FROM `sales` "
            "WHERE `sales`.`sold` >= CAST('2020-01-01 00:00:00' AS DATETIME) AND `sales`.`city` = 'it''s \\\\' "
            "GROUP BY DATE_FORMAT(CAST(`sales`.`sold` AS DATETIME), '%Y-%m-01') ORDER BY `sold` ASC LIMIT 6 OFFSET 2",
        ),
    ],
)
def test_each_dialect_writes_it_in_its_own_way(engine: Engine, sql: str) -> None:
    month = Dimension("sold", column="sold", grain="P1M")
    query = Query(
        (month,),
        (COUNT,),
        where=FilterGroup((Filter(Operator.EQ, "city", value="it's \\"),)),
        time=(TimeRange("sold", since=datetime(2020, 1, 1)),),
        order=(Order(month),),
        limit=5,
        offset=2,
    )
    assert build(query, SHAPE, engine, ()).sql == sql


def test_raw_rows_are_not_grouped(ask: Run) -> None:
    query = Query((YEAR, Dimension("doubled", expression="amount * 2"), Dimension("big", column="big")))
    assert sorted(ask(query))[:2] == [(2019, 20, True), (2020, 2, False)]
    assert len(ask(query)) == 5


def test_no_measures_asks_for_the_different_dimensions(ask: Run) -> None:
    assert ask(Query((YEAR,), (), order=(Order(YEAR),))) == [(2019,), (2020,), (2021,)]


def test_no_dimensions_sum_up_all(ask: Run) -> None:
    assert ask(Query((), (TOTAL,))) == [(76,)]


def test_a_constant_is_a_dimension_too(ask: Run) -> None:
    assert ask(Query((Dimension("one", expression="1"),), (COUNT,))) == [(1, 5)]
    assert ask(Query((Dimension("x", expression="'x'"), YEAR), (COUNT,), order=(Order(YEAR),)))[0] == ("x", 2019, 1)
    assert ask(Query((Dimension("x", expression="('x')"),), ())) == [("x",)]


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (Measure("m", aggregate=Aggregate.SUM, column="amount"), 76),
        (Measure("m", aggregate=Aggregate.AVG, column="amount"), 15.2),
        (Measure("m", aggregate=Aggregate.MIN, column="amount"), 1),
        (Measure("m", aggregate=Aggregate.MAX, column="amount"), 40),
        (Measure("m", aggregate=Aggregate.COUNT, column="city"), 4),
        (Measure("m", aggregate=Aggregate.COUNT_DISTINCT, column="city"), 3),
        (Measure("m", expression="SUM(amount) / COUNT(*) + 0.0"), 15.2),
        (Measure("m", expression="SUM(CASE WHEN big THEN 1 ELSE 0 END)"), 3),
    ],
)
def test_measures_of_all_sorts(ask: Run, measure: Measure, value: object) -> None:
    assert ask(Query((), (measure,)))[0][0] in (value, int(value) if isinstance(value, float) else value)


Case = tuple[Operator, str, Scalar | tuple[Scalar, ...], list[int]]
CASES: list[Case] = [
    (Operator.EQ, "city", "Bonn", [1, 2]),
    (Operator.NE, "city", "Bonn", [3, 4]),
    (Operator.GT, "amount", 10, [2, 5]),
    (Operator.LE, "amount", "5", [3, 4]),
    (Operator.IN, "city", ("Ulm", "Köln"), [3, 4]),
    (Operator.IN, "city", ("Ulm", None), [4, 5]),
    (Operator.NOT_IN, "city", ("Ulm", "Köln"), [1, 2]),
    (Operator.NOT_IN, "city", ("Ulm", None), [1, 2, 3]),
    (Operator.IN, "id", (1, 5), [1, 5]),
    (Operator.LIKE, "city", "%n", [1, 2, 3]),
    (Operator.NOT_LIKE, "city", "B%", [3, 4]),
    (Operator.ILIKE, "city", "bONN", [1, 2]),
    (Operator.NOT_ILIKE, "city", "bONN", [3, 4]),
    (Operator.LIKE, "amount", "%0", [1, 2, 5]),
    (Operator.IS_NULL, "city", None, [5]),
    (Operator.IS_NOT_NULL, "city", None, [1, 2, 3, 4]),
    (Operator.IS_TRUE, "big", None, [1, 2, 5]),
    (Operator.IS_FALSE, "big", None, [3, 4]),
    (Operator.EQ, "note", "it's \\", [3]),
    (Operator.EQ, "note", "' OR 1=1 -- ", []),
    (Operator.EQ, "note", "\\' OR 1=1 -- ", []),
    (Operator.GE, "sold", "2020-02-29T23:59:59", [4, 5]),
]


@pytest.mark.parametrize(("operator", "column", "value", "found"), CASES)
def test_filters(
    ask: Run, operator: Operator, column: str, value: Scalar | tuple[Scalar, ...], found: list[int]
) -> None:
    assert ids(ask(where(Filter(operator, column, value=value)))) == found


def test_filters_combine(ask: Run) -> None:
    bonn, ulm = Filter(Operator.EQ, "city", value="Bonn"), Filter(Operator.EQ, "city", value="Ulm")
    late = Filter(Operator.GT, "year", value=2019)
    assert ids(ask(where(FilterGroup((bonn, ulm), any_of=True), late))) == [2, 4]
    assert ids(ask(where(FilterGroup((bonn, late)), ulm, any_of=True))) == [2, 4]
    assert ids(ask(where(FilterGroup()))) == [1, 2, 3, 4, 5]


def test_a_filter_may_compare_an_expression(ask: Run) -> None:
    assert ids(ask(where(Filter(Operator.EQ, expression="amount + year", value=2029)))) == [1]
    assert ids(ask(where(Filter(Operator.EQ, expression="1=0 OR city = 'Ulm'", value=True)))) == [4]


def test_time_ranges_begin_with_and_end_before(ask: Run) -> None:
    ranges = (TimeRange("sold", datetime(2020, 1, 20), datetime(2020, 2, 29, 23, 59, 59)),)
    assert ids(ask(replace(where(), time=ranges))) == [2, 3]


def test_sql_of_the_asker_is_one_condition(ask: Run) -> None:
    assert ids(ask(replace(where(Filter(Operator.GT, "id", value=1)), where_sql="city = 'Bonn' OR big"))) == [2, 5]
    query = Query((CITY,), (TOTAL,), having_sql="SUM(amount) > 29", order=(Order(TOTAL),))
    assert ask(query) == [("Bonn", 30), (None, 40)]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("1=1) -- ", QuestionInvalid),
        ("1=1 /*", QuestionInvalid),
        ("1=1; DELETE FROM sales", QueryRefused),
        ("1=1 UNION SELECT 1", QuestionInvalid),
        ("id IN (SELECT id FROM sales)", SubqueryRefused),
        ("EXISTS (SELECT 1)", SubqueryRefused),
        ("(SELECT 1) = 1", SubqueryRefused),
        ("pg_sleep(9) IS NULL", QueryRefused),
        ("id = 1 LIMIT 1", QuestionInvalid),
    ],
)
@pytest.mark.parametrize("engine", ALL, ids=lambda engine: engine.name)
def test_sql_of_the_asker_cannot_be_more(engine: Engine, sql: str, error: type[QueryError]) -> None:
    for query in (
        replace(where(), where_sql=sql),
        Query((CITY,), (TOTAL,), having_sql=sql),
        Query((Dimension("x", expression=sql),)),
        Query((), (Measure("x", expression=sql),)),
        replace(where(), order=(Order(Dimension("x", expression=sql)),)),
        where(Filter(Operator.EQ, expression=sql, value=1)),
    ):
        with pytest.raises(error):
            build(query, SHAPE, engine, ())


@pytest.mark.parametrize(
    "query",
    [
        Query(),
        Query((), ()),
        Query((Dimension("x", column="nope"),)),
        Query((), (Measure("x", metric="nope"),)),
        Query((), (Measure("x"),)),
        Query((CITY, CITY)),
        Query((Dimension("x", column="sold", grain="P9Z"),)),
        where(Filter(Operator.EQ, "total", value=1)),
        where(Filter(Operator.EQ, "amount", value="abc")),
        where(Filter(Operator.IN, "city", value=())),
        where(Filter(Operator.EQ, "city")),
        where(Filter(Operator.EQ, "city", value="\0")),
        Query((CITY,), order=(Order(TOTAL),)),
        Query((CITY,), (TOTAL,), series=SeriesLimit(1, ("year",))),
        Query((CITY,), (), series=SeriesLimit(1, ("city",))),
    ],
)
def test_questions_that_cannot_be_asked(query: Query) -> None:
    with pytest.raises(QuestionInvalid):
        build(query, SHAPE, DUCKDB, ())


def test_order_by_an_output_goes_by_what_is_shown(ask: Run) -> None:
    shown = Dimension("year", expression="0 - year")
    assert ask(Query((shown,), (), order=(Order(shown),))) == [(-2021,), (-2020,), (-2019,)]
    text = Dimension("amount", expression="CAST(amount AS VARCHAR)")
    assert ask(Query((text,), order=(Order(text),))) == [("1",), ("10",), ("20",), ("40",), ("5",)]
    measure = Measure("city", aggregate=Aggregate.SUM, column="amount")
    assert ask(Query((YEAR,), (measure,), order=(Order(measure),))) == [(2019, 10), (2020, 26), (2021, 40)]


def test_order_by_what_is_not_shown(ask: Run) -> None:
    assert ids(ask(replace(where(), order=(by("amount", ascending=False),)))) == [5, 2, 1, 3, 4]
    query = Query((YEAR,), (COUNT,), order=(Order(Measure("x", aggregate=Aggregate.MAX, column="amount")),))
    assert ids(ask(query)) == [2019, 2020, 2021]


def test_one_row_more_than_the_limit_is_asked_for(ask: Run) -> None:
    assert ids(ask(replace(where(), limit=2))) == [1, 2, 3]
    assert ids(ask(replace(where(), limit=2, offset=3))) == [4, 5]
    assert ids(ask(replace(where(), offset=3))) == [4, 5]


def test_mysql_skips_rows_only_under_a_limit() -> None:
    sql = build(replace(where(), offset=3), SHAPE, MYSQL, ()).sql
    assert sql.endswith("LIMIT 18446744073709551615 OFFSET 3")


def test_the_rows_of_a_question_are_counted_without_its_limit(ask: Run) -> None:
    assert ask(Query((CITY,), (TOTAL,), limit=1, row_count=True)) == [(4,)]
    statement = build(replace(where(), limit=1, row_count=True), SHAPE, POSTGRES, ())
    assert statement.sql == (
        'SELECT COUNT(*) AS "rowcount" FROM (SELECT "sales"."id" AS "id" FROM "sales") AS "__counted"'
    )
    assert (statement.outputs, statement.limit) == ((Output("rowcount", Kind.NUMERIC),), None)


def test_only_the_top_series_stay(ask: Run) -> None:
    query = Query((CITY, YEAR), (TOTAL,), series=SeriesLimit(2, ("city",)), order=(Order(YEAR), Order(TOTAL)))
    assert ask(query) == [("Bonn", 2019, 10), ("Bonn", 2020, 20), (None, 2021, 40)]
    least = replace(query, series=SeriesLimit(1, ("city",), COUNT, ascending=True), where=FilterGroup((bonn_or_ulm(),)))
    assert ask(least) == [("Ulm", 2020, 1)]


def bonn_or_ulm() -> Filter:
    return Filter(Operator.IN, "city", value=("Bonn", "Ulm"))


def test_the_other_series_are_summed_up(ask: Run) -> None:
    query = Query(
        (CITY,), (TOTAL,), series=SeriesLimit(1, ("city",), group_others=True), order=(Order(TOTAL, ascending=False),)
    )
    assert ask(query) == [(None, 40), ("Others", 36)]
    years = replace(query, dimensions=(YEAR,), series=SeriesLimit(1, ("year",), group_others=True))
    assert ask(years) == [("2021", 40), ("Others", 36)]


def test_the_series_are_joined_null_safely_on_each_dialect() -> None:
    query = Query((CITY,), (COUNT,), series=SeriesLimit(1, ("city",)))
    assert build(query, SHAPE, MYSQL, ()).sql == (
        "SELECT `sales`.`city` AS `city`, COUNT(*) AS `n` FROM `sales` "
        "INNER JOIN (SELECT `sales`.`city` AS `__series_0`, "
        "1 AS `__series` FROM `sales` GROUP BY `sales`.`city` ORDER BY COUNT(*) DESC LIMIT 1) AS `__series` "
        "ON `sales`.`city` <=> `__series`.`__series_0` GROUP BY `sales`.`city`"
    )
    assert "COUNT(*) DESC NULLS LAST LIMIT 1" in build(query, SHAPE, POSTGRES, ()).sql
    assert 'IS NOT DISTINCT FROM "__series"."__series_0"' in build(query, SHAPE, POSTGRES, ()).sql


@pytest.mark.parametrize(("engine", "run"), [(DUCKDB, in_duckdb), (SQLITE, in_sqlite)])
def test_withheld_rows_are_in_no_part_of_the_answer(engine: Engine, run: Callable[[str], Rows]) -> None:
    def ask(query: Query, *rules: str) -> Rows:
        return run(build(query, SHAPE, engine, [Predicate(rule) for rule in rules]).sql)

    assert ask(Query((), (TOTAL,)), "city = 'Bonn' OR city = 'Ulm'", "year = 2020") == [(21,)]
    top = Query((CITY,), (TOTAL,), series=SeriesLimit(1, ("city",)))
    assert ask(top, "city <> 'Bonn'") == [("Köln", 5)]
    assert ask(replace(top, series=SeriesLimit(1, ("city",), group_others=True)), "year = 2020 AND id > 2")[0][1] in (
        1,
        5,
    )
    assert ask(Query((CITY,), (), row_count=True), "city = 'Ulm'") == [(1,)]
    hidden = Query((Dimension("city", expression="'Ulm'"), Dimension("id", column="id")), where_sql="1 = 1 OR 1 = 1")
    assert ask(hidden, "city = 'Ulm'") == [("Ulm", 4)]
    assert run(distinct_values(SHAPE, engine, "city", 9, [Predicate("city = 'Ulm'")]).sql) == [("Ulm",)]
    assert len(run(samples(SHAPE, engine, 9, [Predicate("city = 'Ulm'")]).sql)) == 1


def test_a_rule_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(QueryError):
        build(where(), SHAPE, DUCKDB, [Predicate("city = ")])
    with pytest.raises(duckdb.Error):
        query = Query((Dimension("owner", expression="'me'"),))
        in_duckdb(build(query, SHAPE, DUCKDB, [Predicate("owner = 'me'")]).sql)


@pytest.mark.parametrize(("engine", "run"), [(DUCKDB, in_duckdb), (SQLITE, in_sqlite)])
def test_a_virtual_dataset_is_read_as_a_source(engine: Engine, run: Callable[[str], Rows]) -> None:
    shape = replace(SHAPE, sql="SELECT * FROM sales WHERE year = 2020 -- the end;\n;")
    statement = build(Query((CITY,), (TOTAL,), order=(Order(CITY),)), shape, engine, [Predicate("id <> 4")])
    assert run(statement.sql) == [("Bonn", 20), ("Köln", 5)]


@pytest.mark.parametrize(("engine", "run"), [(DUCKDB, in_duckdb), (SQLITE, in_sqlite)])
def test_samples_show_every_column(engine: Engine, run: Callable[[str], Rows]) -> None:
    statement = samples(SHAPE, engine, 2, ())
    assert [output.label for output in statement.outputs] == ["id", "city", "year", "amount", "sold", "note", "big"]
    assert statement.limit == 2
    assert len(run(statement.sql)) == 3


@pytest.mark.parametrize(("engine", "run"), [(DUCKDB, in_duckdb), (SQLITE, in_sqlite)])
def test_different_values_come_in_order(engine: Engine, run: Callable[[str], Rows]) -> None:
    def values(column: str, search: str | None = None, limit: int = 9) -> list[Any]:
        shape = replace(SHAPE, values_predicate=None)
        return ids(run(distinct_values(shape, engine, column, limit, (), search).sql))

    assert [value for value in values("city") if value] == ["Bonn", "Köln", "Ulm"]
    assert None in values("city")
    assert values("city", "ON") == ["Bonn"]
    assert values("note", "%") == ["a%b"]
    assert values("note", "_") == ["a_b"]
    assert values("note", "\\") == ["it's \\"]
    assert values("note", "it's") == ["it's \\"]
    assert values("note", "!") == []
    assert values("year", "202") == [2020, 2021]
    assert len(values("city", limit=1)) == 2
    assert ids(run(distinct_values(SHAPE, engine, "year", 9, ()).sql)) == [2020, 2021]


def test_labels_that_an_engine_cannot_take_get_another_name() -> None:
    long, same = Dimension("x" * 70, column="city"), Dimension("CITY", column="year")
    statement = build(Query((CITY, same, long), order=(Order(long),)), SHAPE, POSTGRES, ())
    assert [output.label for output in statement.outputs] == ["city", "CITY", "x" * 70]
    name = statement.sql.split('ORDER BY "')[1].removesuffix('" ASC')
    assert len(name) == 63 and name.startswith("xxx")


def test_a_name_with_quotes_stays_a_name() -> None:
    shape = replace(SHAPE, table=TableName('sa"les', "s`x"), columns=(Column('a"b', "INTEGER", Kind.NUMERIC),))
    query = Query((Dimension('l"1', column='a"b'),))
    assert build(query, shape, POSTGRES, ()).sql == 'SELECT "sa""les"."a""b" AS "l""1" FROM "s`x"."sa""les"'
    assert build(query, shape, MYSQL, ()).sql == 'SELECT `sa"les`.`a"b` AS `l"1` FROM `s``x`.`sa"les`'


def test_comments_of_the_asker_are_left_out() -> None:
    query = replace(where(), where_sql="id = 1 -- ) OR (1=1\n AND year = 2019 /* x */")
    assert "--" not in build(query, SHAPE, MYSQL, ()).sql
    assert in_duckdb(build(query, SHAPE, DUCKDB, ()).sql) == [(1,)]


def test_constants_alone_are_a_group_only_where_there_are_rows(ask: Run) -> None:
    words = Dimension("word", expression="'x'")
    nothing = FilterGroup((Filter(Operator.GT, "year", value=3000),))
    assert ask(Query((words,), (TOTAL,))) == [("x", 76)]
    assert ask(Query((words,), (TOTAL,), where=nothing)) == []
    assert ask(Query((words,), (TOTAL,), having_sql="SUM(amount) > 99 OR 1 = 2")) == []


@pytest.mark.parametrize("group_others", [False, True])
def test_series_may_be_constants(ask: Run, group_others: bool) -> None:
    words = Dimension("word", expression="'x'")
    top = SeriesLimit(1, ("word",), COUNT, group_others=group_others)
    assert ask(Query((words, YEAR), (TOTAL,), series=top, order=(by("year"),))) == [
        ("x", 2019, 10),
        ("x", 2020, 26),
        ("x", 2021, 40),
    ]
