"""Row rules under every form of a query: what a tenant may not see does not come out, run on real engines."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pytest

from superset_like.engine import guard
from superset_like.engine.databases.base import Engine
from superset_like.engine.query import Predicate, TableName
from superset_like.errors import QueryError
from tests.unit.engine.engines_for_text import DUCKDB, MYSQL, POSTGRES, SQLITE

Rows = list[tuple[Any, ...]]
CANARY = "canary-of-b"
SETUP = (
    "CREATE TABLE orders (id INTEGER, tenant VARCHAR(9), note VARCHAR(99), amount INTEGER)",
    "INSERT INTO orders VALUES (1, 'a', 'note-of-a', 10), (2, 'b', 'canary-of-b', 77001), (3, 'a', 'other-of-a', 30)",
    "CREATE TABLE people (tenant VARCHAR(9), person VARCHAR(99))",
    "INSERT INTO people VALUES ('a', 'ann'), ('b', 'bob')",
)
RULE = Predicate("tenant = 'a'")

BOTH = (
    "SELECT * FROM orders",
    "SELECT * FROM orders AS o",
    "SELECT o.* FROM orders o",
    'SELECT * FROM "orders"',
    "SELECT * FROM OrDeRs",
    'SELECT * FROM "ORDERS" AS x',
    "SELECT * FROM main.orders",
    "SELECT main.orders.note FROM main.orders",
    "SELECT orders.note FROM orders",
    "SELECT note FROM orders WHERE 1 = 1 OR 2 = 2",
    "SELECT note FROM orders WHERE tenant = 'b'",
    "SELECT person FROM people UNION ALL SELECT note FROM orders",
    "SELECT person FROM people UNION SELECT note FROM orders UNION SELECT note FROM orders o WHERE o.tenant = 'b'",
    "SELECT note FROM orders EXCEPT SELECT note FROM orders WHERE tenant = 'a'",
    "SELECT note FROM orders INTERSECT SELECT note FROM main.orders",
    "WITH x AS (SELECT * FROM orders) SELECT * FROM x",
    "WITH orders AS (SELECT * FROM main.orders) SELECT * FROM orders",
    "WITH x AS (WITH y AS (SELECT * FROM orders) SELECT * FROM y) SELECT * FROM x",
    "WITH x AS (SELECT 'x' AS tenant), y AS (SELECT * FROM orders, x) SELECT * FROM y",
    "SELECT * FROM (SELECT * FROM (SELECT * FROM orders) AS a) AS b",
    "SELECT person, (SELECT MAX(note) FROM orders o WHERE o.tenant = p.tenant) AS n FROM people p",
    "SELECT person, (SELECT MAX(note) FROM orders WHERE orders.tenant = people.tenant) AS n FROM people",
    "SELECT person FROM people WHERE EXISTS (SELECT 1 FROM orders o WHERE o.amount = 77001)",
    "SELECT p.person, o.note FROM people p JOIN orders o ON o.tenant = p.tenant",
    "SELECT p.person, o.note FROM people p LEFT JOIN orders o ON 1 = 1",
    "SELECT a.note, b.note FROM orders a, orders b",
    "SELECT a.note FROM (people p JOIN orders a ON a.tenant = p.tenant)",
    "SELECT MAX(note) FROM orders GROUP BY tenant HAVING MAX(amount) > 1",
    "SELECT MAX(note) OVER (ORDER BY id DESC) AS m FROM orders",
    "SELECT 'a' AS tenant, note FROM orders WHERE tenant <> 'a'",
    "SELECT note AS tenant FROM orders ORDER BY tenant",
    "SELECT CASE WHEN (SELECT COUNT(*) FROM orders WHERE note LIKE 'canary%') > 0 THEN 'canary-of-b' END AS hit",
    "SELECT note FROM orders -- ) AS x WHERE (1=1\n",
    "SELECT note /* ' */ FROM orders /* \" */ WHERE 1=1 -- '",
    "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 3) SELECT n, note FROM x, orders",
    "SELECT * FROM people JOIN orders USING (tenant)",
    "SELECT note FROM people NATURAL JOIN orders",
    "SELECT id FROM orders ORDER BY (SELECT MAX(o.note) FROM orders o), id LIMIT 5",
    "WITH ORDERS AS (SELECT * FROM orders) SELECT * FROM orders",
)
DUCK = (
    "FROM orders",
    "FROM orders SELECT note",
    "TABLE orders",
    "SELECT * FROM (PIVOT orders ON tenant USING MAX(note))",
    "SELECT * FROM orders PIVOT (MAX(note) FOR tenant IN ('a', 'b'))",
    "SELECT * FROM (UNPIVOT (SELECT note, tenant FROM orders) ON note, tenant)",
    "SELECT orders FROM orders",
    "SELECT * FROM people, LATERAL (SELECT * FROM orders WHERE orders.tenant = people.tenant) AS l",
    "SELECT * FROM people POSITIONAL JOIN orders",
    "SELECT * FROM orders TABLESAMPLE 100%",
    "SELECT COLUMNS('no.*') FROM orders",
    "SELECT * EXCLUDE (id) FROM orders",
    "SELECT [o.note FOR x IN [1]] FROM orders o",
    "SELECT ARRAY(SELECT note FROM orders) AS notes",
    "SELECT note FROM orders QUALIFY ROW_NUMBER() OVER (ORDER BY id DESC) < 9",
    "WITH RECURSIVE orders AS (SELECT * FROM orders UNION ALL SELECT * FROM orders WHERE id > 99) SELECT * FROM orders",
    "WITH RECURSIVE orders AS (SELECT * FROM orders) SELECT * FROM orders",
    "SELECT LIST(note) FROM orders",
    "SELECT person FROM people WHERE person IN (FROM orders SELECT note) OR EXISTS (FROM orders WHERE id = 2)",
    "SELECT * FROM orders AS o(i, t, n, m)",
)
ONLY_SQLITE = (
    "SELECT `note` FROM `orders`",
    "SELECT [note] FROM [orders]",
    "SELECT note FROM 'orders'",
    "SELECT note FROM orders NOT INDEXED",
    "WITH o AS (SELECT * FROM z), z AS (SELECT * FROM orders) SELECT * FROM o",
    "SELECT rowid, note FROM orders",
    "SELECT person FROM people WHERE 77001 IN orders",
)


def in_duckdb(sql: str | None = None) -> Rows:
    connection = duckdb.connect()
    for statement in SETUP:
        connection.execute(statement)
    return connection.execute(sql or "SELECT note FROM orders").fetchall()


def in_sqlite(sql: str | None = None) -> Rows:
    connection = sqlite3.connect(":memory:")
    for statement in SETUP:
        connection.execute(statement)
    rows = connection.execute(sql or "SELECT note FROM orders").fetchall()
    connection.close()
    return rows


def under_rule(sql: str, engine: Engine, rules: Sequence[Predicate] = (RULE,)) -> str:
    read = guard.read(sql, engine)
    return guard.protected(read, {table: rules for table in read.tables if table.name.lower() == "orders"}, engine)


def test_a_plain_read_keeps_the_rows_of_the_rule() -> None:
    sql = under_rule("SELECT note FROM orders ORDER BY 1", DUCKDB)
    assert sql == (
        'SELECT note FROM (SELECT * FROM orders AS "__guarded" WHERE ("__guarded".tenant = \'a\') OFFSET 0)'
        " AS orders ORDER BY 1"
    )
    assert in_duckdb(sql) == [("note-of-a",), ("other-of-a",)]


@pytest.mark.parametrize("sql", [*BOTH, *DUCK])
def test_no_row_of_another_tenant_comes_out_of_duckdb(sql: str) -> None:
    assert_withheld(sql, DUCKDB, in_duckdb, duckdb.Error)


@pytest.mark.parametrize("sql", [*BOTH, *ONLY_SQLITE])
def test_no_row_of_another_tenant_comes_out_of_sqlite(sql: str) -> None:
    assert_withheld(sql, SQLITE, in_sqlite, sqlite3.Error)


def assert_withheld(sql: str, engine: Engine, run: Callable[[str], Rows], error: type[Exception]) -> None:
    try:
        text = under_rule(sql, engine)
    except QueryError:
        return
    try:
        rows = run(text)
    except error:
        return
    assert CANARY not in repr(rows), text
    assert "77001" not in repr(rows), text


@pytest.mark.parametrize("sql", [*BOTH, *DUCK])
def test_and_each_of_them_still_answers(sql: str) -> None:
    in_duckdb(under_rule(sql, DUCKDB))


def test_without_rules_nothing_changes() -> None:
    read = guard.read("SELECT note FROM orders", DUCKDB)
    assert guard.protected(read, {}, DUCKDB) == read.sql


def test_all_rules_of_a_table_must_hold() -> None:
    sql = under_rule("SELECT note FROM orders", SQLITE, [RULE, Predicate("id = 1 OR id = 2")])
    assert in_sqlite(sql) == [("note-of-a",)]


def test_a_rule_may_look_into_another_table() -> None:
    rule = Predicate("tenant IN (SELECT p.tenant FROM people AS p WHERE p.person = 'ann' AND p.tenant = orders.tenant)")
    assert in_sqlite(under_rule("SELECT o.id FROM orders o", SQLITE, [rule])) == [(1,), (3,)]


def test_a_rule_may_name_its_table_and_no_other() -> None:
    assert in_sqlite(under_rule("SELECT id FROM orders o", SQLITE, [Predicate("orders.tenant = 'a'")])) == [(1,), (3,)]
    with pytest.raises(QueryError):
        under_rule("SELECT id FROM orders o", SQLITE, [Predicate("people.tenant = 'a'")])


@pytest.mark.parametrize("rule", ["tenant = ", "1=1) OR (1=1", "x; y", "COUNT(*) > 0", "", "*"])
def test_a_rule_that_cannot_be_read_is_an_error(rule: str) -> None:
    with pytest.raises(QueryError):
        under_rule("SELECT id FROM orders", SQLITE, [Predicate(rule)])


def test_a_rule_over_a_missing_column_is_an_error_of_the_engine() -> None:
    with pytest.raises(sqlite3.Error):
        in_sqlite(under_rule("SELECT 'a' AS \"owner\", note FROM orders", SQLITE, [Predicate("\"owner\" = 'a'")]))
    with pytest.raises(duckdb.Error):
        in_duckdb(under_rule("SELECT 'a' AS owner, note FROM orders", DUCKDB, [Predicate("owner = 'a'")]))


def test_the_other_engines_are_written_in_their_own_way() -> None:
    assert under_rule("SELECT o.x FROM app.orders AS o", POSTGRES) == (
        'SELECT o.x FROM (SELECT * FROM app.orders AS "__guarded" WHERE ("__guarded".tenant = \'a\') OFFSET 0) AS o'
    )
    assert under_rule("SELECT `x` FROM `orders`", MYSQL) == (
        "SELECT `x` FROM (SELECT * FROM `orders` AS `__guarded` WHERE (`__guarded`.tenant = 'a')"
        " LIMIT 18446744073709551615) AS `orders`"
    )


def test_rules_hold_for_every_spelling_the_engine_takes_for_the_table() -> None:
    read = guard.read("SELECT * FROM orders UNION ALL SELECT * FROM ORDERS", DUCKDB)
    assert read.tables == {TableName("orders"), TableName("ORDERS")}
    assert in_duckdb(guard.protected(read, {TableName("orders"): [RULE]}, DUCKDB))[-1][1] == "a"
