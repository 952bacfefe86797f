"""Engines that no test runs: ordinary reads pass, writes and the ways around a rule that each has do not."""

import pytest
import sqlglot
from sqlglot import exp

from superset_like.engine import databases, guard
from superset_like.engine.databases.base import Engine
from superset_like.engine.query import Predicate, TableName
from superset_like.errors import QueryError, QueryRefused, WriteRefused

UNPROVEN = [engine for engine in databases.all_engines().values() if not engine.is_proven]
RULES = {TableName("orders", "shop"): [Predicate("tenant = 'a'")]}
each = pytest.mark.parametrize("engine", UNPROVEN, ids=lambda engine: engine.name)


@each
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM shop.orders",
        "SELECT o.note FROM shop.orders o WHERE o.tenant = 'b' OR 1 = 1",
        "WITH x AS (SELECT * FROM shop.orders) SELECT * FROM x",
        "SELECT note FROM shop.people UNION ALL SELECT note FROM shop.orders",
        "SELECT note FROM shop.people WHERE note IN (SELECT note FROM SHOP.Orders)",
        "SELECT p.note FROM shop.people p LEFT JOIN shop.orders o ON o.id = p.id",
        "WITH orders AS (SELECT * FROM shop.orders) SELECT * FROM orders",
        "SELECT note, (SELECT MAX(o.note) FROM shop.orders o) AS m FROM shop.people",
    ],
)
def test_a_rule_stands_under_every_read_of_its_table(engine: Engine, sql: str) -> None:
    protected = guard.protected(guard.read(sql, engine), RULES, engine)
    tree = sqlglot.parse_one(protected, read=engine.dialect)
    orders = [table for table in tree.find_all(exp.Table) if table.name.lower() == "orders" and table.db]
    assert len(orders) == 1
    within = orders[0].find_ancestor(exp.Select)
    assert within is not None and "tenant" in str(within.args["where"])


@each
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM t",
        "INSERT INTO t VALUES (1)",
        "UPDATE t SET a = 1",
        "CREATE TABLE x AS SELECT 1 AS a",
        "DROP TABLE t",
        "ALTER TABLE t ADD b INT",
        "TRUNCATE TABLE t",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
        "GRANT SELECT ON t TO u",
        "CALL p()",
        "SET x = 1",
        "BEGIN",
        "SELECT 1; SELECT 2",
        "SELECT * FROM information_schema.tables",
    ],
)
def test_nothing_but_a_read_of_data_passes(engine: Engine, sql: str) -> None:
    with pytest.raises(QueryError):
        guard.read(sql, engine)


@each
def test_a_write_is_said_to_be_one(engine: Engine) -> None:
    with pytest.raises(WriteRefused):
        guard.read("DELETE FROM t", engine)


AROUND = {
    "trino": [
        'SELECT * FROM "orders$files"',
        'SELECT * FROM "orders$partitions"',
        "SELECT * FROM TABLE(system.query(query => 'x'))",
        "SELECT * FROM orders FOR VERSION AS OF 1",
        "SELECT * FROM system.runtime.queries",
    ],
    "clickhousedb": [
        "SELECT a FROM t SETTINGS readonly = 0",
        "SELECT 1 UNION ALL SELECT 2 SETTINGS readonly = 0",
        "SELECT a FROM t FORMAT JSON",
        "SELECT a FROM t WHERE a IN orders",
        "SELECT a FROM t WHERE a IN (orders)",
        "SELECT a FROM t WHERE a IN (shop.orders)",
        "WITH (SELECT max(a) FROM t) AS orders SELECT * FROM orders",
        "WITH 1 AS orders SELECT * FROM orders",
        "SELECT * FROM url('http://x')",
        "SELECT * FROM merge('shop', 'orders')",
        "SELECT * FROM shop.`.inner.orders`",
        "SELECT joinGet('orders', 'note', 1)",
        "SELECT dictGet('orders', 'note', 1)",
        "SELECT file('x')",
        "SELECT * FROM {t:Identifier}",
        "SELECT * FROM system.tables",
    ],
    "bigquery": [
        "SELECT * FROM `p.shop.order*`",
        "SELECT * FROM shop.INFORMATION_SCHEMA.TABLES",
        "SELECT * FROM `region-us`.INFORMATION_SCHEMA.JOBS",
        "SELECT * FROM shop.__TABLES__",
        "SELECT * FROM EXTERNAL_QUERY('c', 'q')",
        "SELECT * FROM orders FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()",
        "SELECT shop.f(1)",
    ],
    "snowflake": [
        "SELECT $1 FROM @stage",
        "SELECT * FROM TABLE(RESULT_SCAN('x'))",
        "SELECT * FROM IDENTIFIER('orders')",
        "SELECT * FROM TABLE('orders')",
        "SELECT * FROM orders AT(OFFSET => -60)",
        "SELECT SYSTEM$WAIT(1)",
        "SELECT s.NEXTVAL",
        'SELECT * FROM "orders"',
        "SELECT * FROM snowflake.account_usage.query_history",
    ],
    "redshift": ["SELECT * FROM svv_tables", "SELECT * FROM stl_query", "SELECT * FROM pg_user"],
    "databricks": [
        "SELECT * FROM parquet.`/x`",
        "SELECT * FROM delta.`s3://x`",
        "SELECT * FROM `/x`",
        "SELECT * FROM csv.x",
        "SELECT * FROM read_files('x')",
        "SELECT * FROM orders VERSION AS OF 1",
        "SELECT java_method('a', 'b')",
        "SELECT TRANSFORM(a) USING 'cat' FROM t",
        "SELECT * FROM IDENTIFIER('orders')",
    ],
    "hive": ["SELECT * FROM parquet.`/x`", "SELECT reflect('a', 'b')", "SELECT * FROM orders VERSION AS OF 1"],
    "mssql": [
        "SELECT * FROM master..sysdatabases",
        "SELECT * FROM shop..orders",
        "SELECT * FROM srv.db.dbo.orders",
        "SELECT * FROM sys.tables",
        "SELECT * FROM dbo.sysobjects",
        "SELECT * FROM OPENROWSET('a', 'b', 'c')",
        "SELECT * FROM OPENQUERY(srv, 'x')",
        "SELECT a FROM t WITH (NOLOCK)",
        "SELECT * INTO evil FROM t",
        "SELECT NEXT VALUE FOR s",
        "SELECT @@VERSION",
        "EXEC p",
    ],
    "oracle": [
        "SELECT * FROM orders@remote",
        "SELECT * FROM all_tables",
        "SELECT * FROM v$session",
        "SELECT * FROM sys.user$",
        "SELECT * FROM TABLE(f())",
        "SELECT utl_inaddr.get_host_name FROM dual",
        "SELECT utl_http.request('x') FROM dual",
        "SELECT dbms_utility.port_string FROM t dbms_utility",
        "SELECT s.NEXTVAL FROM dual",
        'SELECT * FROM "orders"',
        'WITH "Orders" AS (SELECT 1 AS a FROM dual) SELECT * FROM Orders, sys.x',
    ],
}


@pytest.mark.parametrize(("name", "sql"), [(name, sql) for name, texts in AROUND.items() for sql in texts])
def test_ways_around_are_refused(name: str, sql: str) -> None:
    with pytest.raises(QueryError):
        guard.read(sql, databases.find(name))


OWN = {
    "trino": "SELECT approx_distinct(a), date_trunc('month', b) FROM c.s.t CROSS JOIN UNNEST(d) AS u(e)",
    "clickhousedb": "SELECT toStartOfHour(a), uniqExact(b), quantile(0.5)(c), sumIf(d, e > 1) FROM t WHERE f IN (1)",
    "bigquery": "SELECT SAFE_DIVIDE(a, b), APPROX_COUNT_DISTINCT(c) FROM `p.shop.t`, UNNEST(d) AS e",
    "snowflake": "SELECT a:b.c::string, IFF(d, 1, 2) FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY a) = 1",
    "redshift": "SELECT TOP 5 DATEADD(day, 1, a), LISTAGG(b, ',') FROM t GROUP BY 1",
    "databricks": "SELECT transform(a, x -> x + 1), date_format(b, 'yyyy') FROM c.s.t",
    "hive": "SELECT collect_set(a), nvl(b, 0) FROM t GROUP BY c",
    "mssql": "SELECT TOP 5 N'ü', DATEADD(day, 1, a), ISNULL(b, 0) FROM dbo.t CROSS JOIN u",
    "oracle": "SELECT NVL(a, 0), TO_CHAR(b, 'YYYY'), TRUNC(b, 'MM'), t.c FROM shop.t t WHERE ROWNUM < 3",
}


@pytest.mark.parametrize(("name", "sql"), OWN.items())
def test_an_engines_own_words_are_reads(name: str, sql: str) -> None:
    assert guard.read(sql, databases.find(name)).sql


def test_bare_names_mean_what_the_engine_takes_them_for() -> None:
    def tables(name: str, sql: str) -> list[TableName]:
        return sorted(guard.read(sql, databases.find(name)).tables, key=str)

    assert tables("snowflake", 'SELECT * FROM Sales, "OLD", "Mixed"') == [
        TableName("Mixed"),
        TableName("old"),
        TableName("sales"),
    ]
    assert tables("redshift", 'SELECT * FROM Sales, "Mixed"') == [TableName("Mixed"), TableName("sales")]
    assert tables("trino", 'SELECT * FROM "Sales"') == [TableName("sales")]
    assert tables("bigquery", "SELECT * FROM `p.d.Sales`") == [TableName("Sales", "d", "p")]


def test_a_quoted_with_query_is_not_the_bare_table() -> None:
    read = guard.read('WITH "Orders" AS (SELECT 1 AS a) SELECT * FROM Orders', databases.find("snowflake"))
    assert read.tables == {TableName("orders")}


@pytest.mark.parametrize("name", ["ORDERS", "Orders ", "órders", "ｏrders"])  # noqa: RUF001
def test_a_rule_of_sql_server_holds_for_what_a_collation_takes_for_its_table(name: str) -> None:
    engine = databases.find("mssql")
    found = guard.protected(guard.read(f"SELECT * FROM [shop].[{name}]", engine), RULES, engine)
    assert "tenant" in found


def test_a_rule_may_not_name_a_package_of_oracle() -> None:
    with pytest.raises(QueryRefused):
        guard.predicate("utl_inaddr.get_host_name = 'x'", databases.find("oracle"))


def test_a_bare_name_is_placed_as_the_engine_spells_it() -> None:
    engine = databases.find("snowflake")
    placed = guard.placed(guard.read("SELECT * FROM Orders", engine), "shop", "db", engine)
    assert placed.sql == 'SELECT * FROM "DB"."SHOP".Orders'
    assert placed.tables == {TableName("orders", "shop", "db")}
