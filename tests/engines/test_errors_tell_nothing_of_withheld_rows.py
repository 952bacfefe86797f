"""Conditions that fail on a row are judged after the row rules: no message, nor its absence, tells of others' rows.

Engines judge cheap conditions first, whatever stands in a sub-query, unless the sub-query is closed to them.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from superset_like.engine import build, databases, guard
from superset_like.engine.databases.base import Engine, Target
from superset_like.engine.query import (
    Column,
    Dimension,
    Filter,
    FilterGroup,
    Kind,
    Operator,
    Predicate,
    Query,
    Shape,
    TableName,
)
from superset_like.errors import QueryFailed
from tests.engines.places import duckdb_file, in_mariadb, in_postgres, sqlite_file
from tests.services_at_hand import uri_of

# Several processes may run these tests at once.
NOTES, TENANTS = f"withheld_notes_{os.getpid()}", f"withheld_tenants_{os.getpid()}"
DROP = [f"DROP TABLE IF EXISTS {NOTES}", f"DROP TABLE IF EXISTS {TENANTS}"]
MAKE = [
    f"CREATE TABLE {NOTES} (id INTEGER, tenant VARCHAR(9), note VARCHAR(40))",
    f"INSERT INTO {NOTES} VALUES (1, 'a', '1'), (2, 'b', 'canary-of-b'), (3, 'b', 'other-of-b')",
    f"CREATE TABLE {TENANTS} (tenant VARCHAR(9))",
    f"INSERT INTO {TENANTS} VALUES ('a')",
]
RULES = (
    "tenant = 'a'",
    "LOWER(tenant) = 'a'",
    "tenant IN (SELECT t.tenant FROM tenants AS t)",
    "EXISTS(SELECT 1 FROM tenants AS t WHERE t.tenant = notes.tenant)",
)
# Each fails on the rows of tenant b, and on no other.
FAILING = {
    "postgresql": ("CAST(note AS INT) > 0", "1 / (CASE WHEN note LIKE 'canary%' THEN 0 ELSE 1 END) > 0"),
    "duckdb": ("CAST(note AS INT) > 0", "CASE WHEN note LIKE 'can%' THEN CAST(note AS INT) ELSE 1 END > 0"),
    "sqlite": ("CASE WHEN note LIKE 'canary%' THEN ABS(-9223372036854775807 - id / 2) ELSE 1 END > 0",),
    "mysql": ("CASE WHEN note LIKE 'canary%' THEN EXP(id * 5000) ELSE 1 END > 0",),
}


@pytest.fixture(
    params=[
        "duckdb",
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Target]]:
    kind: str = request.param
    if kind in ("duckdb", "sqlite"):
        yield databases.find(kind), (duckdb_file if kind == "duckdb" else sqlite_file)(tmp_path, *MAKE)
        return
    uri, run = uri_of(kind), in_postgres if kind == "postgres" else in_mariadb
    run(uri, [*DROP, *MAKE])
    yield databases.of_uri(uri), Target(uri)
    run(uri, DROP)


def predicate(rule: str) -> Predicate:
    return Predicate(rule.replace("tenants AS", f"{TENANTS} AS").replace("notes.", f"{NOTES}."))


def build_filter(column: str) -> FilterGroup:
    return FilterGroup((Filter(Operator.EQ, column=column, value=True if column == "fails" else 1),))


def rows_of(place: tuple[Engine, Target], sql: str) -> Sequence[object]:
    engine, target = place
    with engine.open(target, 20) as session:
        rows: list[object] = session.read(sql, 100).read_all().to_pylist()
        return rows


def test_the_condition_fails_on_the_rows_of_others(place: tuple[Engine, Target]) -> None:
    for condition in FAILING[place[0].name]:
        with pytest.raises(QueryFailed):
            rows_of(place, f"SELECT id FROM {NOTES} WHERE {condition}")


@pytest.mark.parametrize("rule", RULES)
def test_in_a_query_of_people_it_meets_ones_own_rows_alone(place: tuple[Engine, Target], rule: str) -> None:
    engine = place[0]
    for condition in FAILING[engine.name]:
        for wanted in (condition, f"id > 0 AND {condition}"):
            read = guard.read(f"SELECT id FROM {NOTES} WHERE {wanted}", engine)
            sql = guard.protected(read, {TableName(NOTES): [predicate(rule)]}, engine)
            assert rows_of(place, sql) == [{"id": 1}], sql


@pytest.mark.parametrize("rule", RULES)
def test_so_in_a_question_to_a_dataset(place: tuple[Engine, Target], rule: str) -> None:
    engine = place[0]
    for condition in FAILING[engine.name]:
        columns = (
            Column("id", "INTEGER", Kind.NUMERIC),
            Column("tenant", "VARCHAR(9)"),
            Column("note", "VARCHAR(40)"),
            Column("fails", kind=Kind.BOOLEAN, expression=condition),
        )
        shape = Shape(engine.name, TableName(NOTES), columns)
        dimensions = (Dimension("id", column="id"),)
        by_sql = Query(dimensions, where_sql=condition)
        by_calculated_column = Query(dimensions, where=build_filter("fails"))
        for query in (by_sql, by_calculated_column):
            sql = build.build(query, shape, engine, [predicate(rule)]).sql
            assert rows_of(place, sql) == [{"id": 1}], sql


def test_a_question_without_sql_of_people_is_left_to_the_engine(place: tuple[Engine, Target]) -> None:
    columns = (Column("id", "INTEGER", Kind.NUMERIC), Column("tenant", "VARCHAR(9)"))
    shape = Shape(place[0].name, TableName(NOTES), columns)
    query = Query((Dimension("id", column="id"),), where=build_filter("id"))
    sql = build.build(query, shape, place[0], [predicate(RULES[0])]).sql
    assert "OFFSET" not in sql
    assert "LIMIT" not in sql
    assert rows_of(place, sql) == [{"id": 1}]
