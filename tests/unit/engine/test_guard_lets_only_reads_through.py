"""What counts as one harmless read, on each engine."""

import pytest

from superset_like.engine import guard
from superset_like.engine.databases.base import Engine
from superset_like.engine.query import TableName
from superset_like.errors import QueryError, QueryRefused, SyntaxInvalid, WriteRefused
from tests.unit.engine.engines_for_text import ALL, DUCKDB, MYSQL, POSTGRES, SQLITE


def test_a_select_is_a_read_of_its_tables() -> None:
    read = guard.read("SELECT a, count(*) FROM s.t JOIN u USING (x) GROUP BY a; -- done", POSTGRES)
    assert read.sql == "SELECT a, COUNT(*) FROM s.t JOIN u USING (x) GROUP BY a"
    assert read.tables == {TableName("t", "s"), TableName("u")}


READS = (
    "SELECT 1",
    "(SELECT 1)",
    "SELECT a FROM t UNION ALL SELECT b FROM u ORDER BY 1 LIMIT 3",
    "WITH x AS (SELECT a FROM t) SELECT * FROM x",
    "SELECT a, SUM(b) OVER (PARTITION BY c ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
    "SELECT CASE WHEN a > 1 THEN 'x' ELSE NULL END AS c, COALESCE(a, 0), CAST(a AS INT), a || 'x' FROM t",
    "SELECT UPPER(a), ROUND(b, 2), ABS(c), MIN(d), COUNT(DISTINCT e) FROM t GROUP BY 1, 2, 3 HAVING COUNT(*) > 1",
    "SELECT * FROM t WHERE a IN (1, 2) AND b LIKE 'x%' AND c BETWEEN 1 AND 2 AND d IS NOT NULL",
    "SELECT * FROM t LEFT JOIN u ON t.a = u.a CROSS JOIN v",
    "SELECT 'DELETE FROM t; DROP TABLE t' AS text",
)


@pytest.mark.parametrize("engine", ALL, ids=lambda engine: engine.name)
@pytest.mark.parametrize("sql", READS)
def test_ordinary_queries_are_reads(sql: str, engine: Engine) -> None:
    assert guard.read(sql, engine).sql


OWN_READS = (
    (POSTGRES, "SELECT DISTINCT ON (a) a, b->>'x', c::date, INTERVAL '1 day', now() FROM t"),
    (
        POSTGRES,
        "SELECT date_trunc('month', a), extract(epoch from a), a at time zone 'UTC' FROM t FETCH FIRST 5 ROWS ONLY",
    ),
    (POSTGRES, "SELECT * FROM generate_series(1, 3) AS g(n)"),
    (
        POSTGRES,
        "SELECT $$it's$$, a[1], array_agg(a order by b) filter (where c), mode() within group (order by a) FROM t",
    ),
    (DUCKDB, "FROM t SELECT a, b.c, {'k': 1}, [1, 2], list_transform(l, x -> x + 1)"),
    (DUCKDB, "SELECT * EXCLUDE (a) FROM range(5) AS r(a) USING SAMPLE 3"),
    (DUCKDB, "SELECT * FROM t QUALIFY row_number() OVER (PARTITION BY a) = 1"),
    (DUCKDB, "SELECT strftime(a, '%Y'), date_diff('day', a, b), regexp_matches(c, 'x') FROM t"),
    (
        MYSQL,
        "SELECT `a`, DATE_FORMAT(b, '%Y'), GROUP_CONCAT(c SEPARATOR ','), IFNULL(d, 0) FROM t GROUP BY a WITH ROLLUP",
    ),
    (MYSQL, "SELECT a FROM t USE INDEX (x) WHERE a REGEXP 'x' LIMIT 5, 10"),
    (MYSQL, "SELECT 1 FROM DUAL"),
    (SQLITE, "SELECT strftime('%Y', a), iif(b, 1, 2), c GLOB 'x*', julianday(d) FROM [t]"),
)


@pytest.mark.parametrize(("engine", "sql"), OWN_READS)
def test_an_engines_own_forms_are_reads(engine: Engine, sql: str) -> None:
    assert guard.read(sql, engine).sql


WRITES = (
    "DELETE FROM t",
    "INSERT INTO t VALUES (1)",
    "UPDATE t SET a = 1",
    "REPLACE INTO t VALUES (1)",
    "CREATE TABLE x AS SELECT 1",
    "CREATE VIEW x AS SELECT 1",
    "DROP TABLE t",
    "ALTER TABLE t ADD COLUMN a INT",
    "TRUNCATE TABLE t",
    "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
    "GRANT SELECT ON t TO u",
    "SET ROLE postgres",
    "BEGIN",
    "COMMIT",
    "SET TRANSACTION READ WRITE",
    "CALL p()",
    "PREPARE x AS SELECT 1",
    "EXECUTE x",
    "EXECUTE IMMEDIATE 'DELETE FROM t'",
    "DO $$ BEGIN DELETE FROM t; END $$",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE DELETE FROM t",
    "SHOW TABLES",
    "PRAGMA query_only = 0",
    "ATTACH '/tmp/x.db' AS x",
    "INSTALL httpfs",
    "LOAD httpfs",
    "COPY t TO '/tmp/x.csv'",
    "COPY t TO PROGRAM 'id'",
    "VACUUM INTO '/tmp/x'",
    "KILL 1",
    "RENAME TABLE t TO u",
    "REFRESH MATERIALIZED VIEW v",
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE t",
    "HANDLER t OPEN",
    "NOTIFY x",
    "VALUES (1)",
    "SELECT * INTO evil FROM t",
    "SELECT * FROM t INTO OUTFILE '/tmp/x'",
    "SELECT * FROM t FOR UPDATE",
    "SELECT * FROM t LOCK IN SHARE MODE",
    "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
    "WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x",
    "SELECT 1; DELETE FROM t",
    "SELECT 1; SELECT 2",
    "/*!50000 DELETE FROM t */",
    "/*M!100100 DELETE FROM t */ SELECT 1",
    "",
    ";",
    "-- only a comment",
)


@pytest.mark.parametrize("engine", ALL, ids=lambda engine: engine.name)
@pytest.mark.parametrize("sql", WRITES)
def test_anything_else_is_refused(sql: str, engine: Engine) -> None:
    with pytest.raises(QueryError):
        guard.read(sql, engine)


def test_a_write_is_refused_as_such() -> None:
    for sql in ("DELETE FROM t", "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", "SELECT * INTO u FROM t"):
        with pytest.raises(WriteRefused):
            guard.read(sql, POSTGRES)


REFUSED = (
    (POSTGRES, "SELECT pg_read_file('/etc/passwd')"),
    (POSTGRES, "SELECT pg_catalog.pg_read_file('/etc/passwd')"),
    (POSTGRES, "SELECT \"pg_read_file\"('/etc/passwd')"),
    (POSTGRES, "SELECT pg_sleep(600)"),
    (POSTGRES, "SELECT lo_import('/etc/passwd')"),
    (POSTGRES, "SELECT query_to_xml('select 1', true, true, '')"),
    (POSTGRES, "SELECT xpath('x', query_to_xml('select 1', true, true, ''))"),
    (POSTGRES, "SELECT nextval('s'), setval('s', 1)"),
    (POSTGRES, "SELECT set_config('x', 'y', false)"),
    (POSTGRES, "SELECT current_setting('x')"),
    (POSTGRES, "SELECT dblink('x', 'y')"),
    (POSTGRES, "SELECT pg_notify('x', 'y')"),
    (POSTGRES, "SELECT version()"),
    (POSTGRES, "SELECT current_user"),
    (POSTGRES, "SELECT my_own(1)"),
    (POSTGRES, "SELECT app.lower('x')"),
    (POSTGRES, "SELECT 'secrets'::regclass"),
    (POSTGRES, "SELECT 1 OPERATOR(pg_catalog.+) 2"),
    (POSTGRES, "SELECT U&'\\0061'"),
    (POSTGRES, "SELECT E'\\\\' , x FROM t -- '"),
    (POSTGRES, "SELECT * FROM pg_shadow"),
    (POSTGRES, "SELECT * FROM PG_SETTINGS"),
    (POSTGRES, "SELECT * FROM pg_catalog.pg_stat_activity"),
    (POSTGRES, "SELECT * FROM information_schema.tables"),
    (POSTGRES, "SELECT (SELECT MAX(passwd) FROM pg_shadow)"),
    (POSTGRES, "SELECT * FROM other.public.t"),
    (POSTGRES, "SELECT * FROM pg_ls_dir('/')"),
    (POSTGRES, "SELECT * FROM ROWS FROM (pg_ls_dir('/'))"),
    (POSTGRES, "SELECT * FROM t, LATERAL pg_read_file(t.a) AS f"),
    (POSTGRES, "SELECT generate_series(1, 1000000000)"),
    (POSTGRES, "SELECT REPEAT('x', 1000000000)"),
    (POSTGRES, "SELECT $1"),
    (DUCKDB, "SELECT * FROM read_csv('/etc/passwd')"),
    (DUCKDB, "SELECT * FROM read_text('/etc/passwd')"),
    (DUCKDB, "SELECT * FROM glob('/etc/*')"),
    (DUCKDB, "SELECT * FROM '/etc/passwd'"),
    (DUCKDB, "SELECT * FROM 'x.csv'"),
    (DUCKDB, 'SELECT * FROM "data.parquet"'),
    (DUCKDB, "SELECT * FROM foo.csv"),
    (DUCKDB, "SELECT * FROM 'https://example.test/x'"),
    (DUCKDB, "SELECT * FROM query('select 1')"),
    (DUCKDB, "SELECT * FROM query_table('t')"),
    (DUCKDB, "SELECT * FROM sqlite_scan('x', 'y')"),
    (DUCKDB, "SELECT * FROM duckdb_settings()"),
    (DUCKDB, "SELECT * FROM duckdb_tables"),
    (DUCKDB, "SELECT * FROM system.information_schema.tables"),
    (DUCKDB, "SELECT getvariable('x'), getenv('HOME')"),
    (DUCKDB, "SELECT x.getenv()"),
    (DUCKDB, "SUMMARIZE t"),
    (DUCKDB, "DESCRIBE t"),
    (DUCKDB, "SELECT * FROM (SUMMARIZE t)"),
    (DUCKDB, "SELECT * FROM (DESCRIBE t)"),
    (DUCKDB, "PIVOT t ON x"),
    (DUCKDB, "SELECT * FROM t AS __guarded"),
    (DUCKDB, 'SELECT "__GUARDED".a FROM t'),
    (SQLITE, "SELECT load_extension('x')"),
    (SQLITE, "SELECT * FROM sqlite_master"),
    (SQLITE, "SELECT * FROM pragma_table_info('t')"),
    (SQLITE, "SELECT * FROM pragma_database_list"),
    (SQLITE, "SELECT 1 WHERE 1 IN secrets"),
    (SQLITE, "SELECT writefile('/tmp/x', 'y'), readfile('/etc/passwd')"),
    (MYSQL, "SELECT /*+ SET_VAR(x=1) */ 1"),
    (MYSQL, "SELECT LOAD_FILE('/etc/passwd')"),
    (MYSQL, "SELECT SLEEP(100), BENCHMARK(1000000000, 1)"),
    (MYSQL, "SELECT GET_LOCK('x', 1)"),
    (MYSQL, "SELECT @@version"),
    (MYSQL, "SELECT @x := 1"),
    (MYSQL, "SELECT * FROM t PROCEDURE ANALYSE()"),
    (MYSQL, "SELECT * FROM mysql.user"),
    (MYSQL, "SELECT * FROM INFORMATION_SCHEMA.TABLES"),
    (MYSQL, "SELECT _binary'x'"),
    (MYSQL, "SELECT SQL_CALC_FOUND_ROWS * FROM t"),
    (MYSQL, "SELECT DATABASE(), USER(), VERSION(), CONNECTION_ID()"),
)


@pytest.mark.parametrize(("engine", "sql"), REFUSED)
def test_functions_tables_and_forms_off_the_lists_are_refused(engine: Engine, sql: str) -> None:
    with pytest.raises(QueryError):
        guard.read(sql, engine)


def test_the_refused_function_is_named() -> None:
    with pytest.raises(QueryRefused) as refused:
        guard.read("SELECT my_own(1)", POSTGRES)
    assert refused.value.message == "The function MY_OWN is not allowed"
    assert refused.value.details == {"function": "MY_OWN"}


def test_a_mistake_says_where() -> None:
    with pytest.raises(SyntaxInvalid) as invalid:
        guard.read("SELECT a\nFROM t WHERE (", POSTGRES)
    assert invalid.value.details["line"] == 2
    with pytest.raises(SyntaxInvalid):
        guard.read("SELECT 'open", POSTGRES)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 50_000 + "1" + ")" * 50_000,
        "FROM " * 30_000 + "t",
        "SELECT x::" + "struct<a " * 20_000,
        "SELECT " + "CASE WHEN 1 THEN " * 5_000,
        "SELECT a" + "[1]" * 20_000,
        "SELECT " + "NOT " * 20_000 + "1",
        "SELECT * FROM " + "(SELECT * FROM " * 20_000 + "t",
        "SELECT 1 FROM t" + " JOIN t" * 30,
        "SELECT '" + "x" * 600_000 + "'",
    ],
)
def test_what_would_break_the_parser_is_refused_before(sql: str) -> None:
    with pytest.raises(QueryError):
        guard.read(sql, DUCKDB)


def test_with_queries_are_not_tables_and_tables_behind_their_names_are() -> None:
    def tables(sql: str, engine: Engine = DUCKDB) -> set[str]:
        return {table.name for table in guard.read(sql, engine).tables}

    assert tables("WITH x AS (SELECT * FROM t) SELECT * FROM x, (SELECT * FROM X) AS y") == {"t"}
    assert tables("WITH t AS (SELECT * FROM t) SELECT * FROM t") == {"t"}
    assert tables("WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a, b") == {"b"}
    assert tables("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT * FROM r") == set()
    assert tables("WITH RECURSIVE r AS (SELECT * FROM r UNION ALL SELECT 1) SELECT * FROM r") == {"r"}
    assert tables("SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) AS y, x") == {"x"}
    assert tables('WITH "X" AS (SELECT 1) SELECT * FROM x', POSTGRES) == {"x"}
    assert tables("WITH x AS (SELECT 1) SELECT * FROM main.x") == {"x"}


def test_postgres_names_are_folded_as_postgres_folds_them() -> None:
    read = guard.read('SELECT * FROM App.Orders, "Orders"', POSTGRES)
    assert read.tables == {TableName("orders", "app"), TableName("Orders")}
    assert guard.folded(TableName("Orders", "Main"), DUCKDB) == TableName("orders", "main")
    assert guard.folded(TableName("Ärzte", "App"), MYSQL) == TableName("ärzte", "app")


def test_system_tables_are_known_on_each_engine() -> None:
    assert guard.is_system(TableName("tables", "information_schema"), MYSQL)
    assert guard.is_system(TableName("user", "mysql"), MYSQL)
    assert guard.is_system(TableName("pg_class"), POSTGRES)
    assert guard.is_system(TableName("sqlite_master"), SQLITE)
    assert guard.is_system(TableName("duckdb_settings"), DUCKDB)
    assert not guard.is_system(TableName("orders", "public"), POSTGRES)


def test_limits_are_put_lowered_or_kept() -> None:
    assert guard.limited("SELECT a FROM t ORDER BY a", 5, POSTGRES) == "SELECT a FROM t ORDER BY a LIMIT 5"
    assert guard.limited("SELECT a FROM t LIMIT 100 OFFSET 2", 5, POSTGRES) == "SELECT a FROM t LIMIT 5 OFFSET 2"
    assert guard.limited("SELECT a FROM t LIMIT 3", 5, POSTGRES) == "SELECT a FROM t LIMIT 3"
    assert guard.limited("SELECT a FROM t FETCH FIRST 3 ROWS ONLY", 5, POSTGRES) == "SELECT a FROM t LIMIT 3"
    assert guard.limited("SELECT a FROM t LIMIT ALL", 5, POSTGRES) == "SELECT a FROM t LIMIT 5"
    assert guard.limited("(SELECT a FROM t)", 5, SQLITE) == "SELECT a FROM t LIMIT 5"
    assert guard.limited("SELECT 1 UNION SELECT 2 -- x", 5, SQLITE) == "SELECT 1 UNION SELECT 2 LIMIT 5"
    assert guard.limited("SELECT a FROM t LIMIT 1 + 9", 5, POSTGRES) == (
        'SELECT * FROM (SELECT a FROM t LIMIT 1 + 9) AS "__limited" LIMIT 5'
    )
    assert guard.limited("SELECT a FROM t LIMIT 10%", 5, DUCKDB) == (
        'SELECT * FROM (SELECT a FROM t LIMIT 10 PERCENT) AS "__limited" LIMIT 5'
    )


def test_a_script_is_told_apart_statement_by_statement() -> None:
    parts = guard.statements(
        "SELECT a FROM t;; INSERT INTO u SELECT * FROM t; EXPLAIN SELECT 1; CREATE TABLE v (a INT); GRANT x TO y",
        POSTGRES,
    )
    assert [(part.kind, part.is_read) for part in parts] == [
        ("SELECT", True),
        ("INSERT", False),
        ("EXPLAIN", True),
        ("CREATE", False),
        ("GRANT", False),
    ]
    assert [part.sql for part in parts[:2]] == ["SELECT a FROM t", "INSERT INTO u SELECT * FROM t"]
    assert parts[1].tables == {TableName("u"), TableName("t")}
    assert guard.statements(" ; ", POSTGRES) == ()


def test_what_only_looks_like_a_read_is_none_in_a_script() -> None:
    for sql in (
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "SELECT * INTO u FROM t",
        "SELECT * FROM t FOR UPDATE",
        "EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN (ANALYZE) SELECT 1",
        "SHOW x",
        "DO $$ BEGIN END $$",
    ):
        assert [part.is_read for part in guard.statements(sql, POSTGRES)] == [False], sql
    with pytest.raises(QueryRefused):
        guard.statements("INSERT INTO t SELECT pg_read_file('/etc/passwd')", POSTGRES)


def test_a_script_is_laid_out() -> None:
    assert guard.formatted("select a,b from t where a=1 -- why\n; select 2", "postgres") == (
        "SELECT\n  a,\n  b\nFROM t\nWHERE\n  a = 1 /* why */;\n\nSELECT\n  2"
    )
    assert guard.formatted("select 1", "no-such-dialect") == "SELECT\n  1"
