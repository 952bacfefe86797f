"""A rule on a dataset holds on its table for every schema a query is told, every spelling and every other dataset."""

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.config.settings import Settings
from superset_like.services import databases, datasets
from tests.conftest import ApiClient, ClientOf
from tests.row_rules import limit
from tests.services.real_databases import new_file, prepare
from tests.services_at_hand import uri_of

pytestmark = pytest.mark.slow

# Several processes may run these tests at once.
NAME = f"ruled_sales_{os.getpid()}"
MAKE = [
    f"DROP TABLE IF EXISTS {NAME}",
    f"CREATE TABLE {NAME} (id INTEGER, tenant VARCHAR(9))",
    f"INSERT INTO {NAME} VALUES (1, 'a'), (2, 'b')",
]
EXECUTE = "/api/v1/sqllab/execute/"


@dataclass(frozen=True)
class Shop:
    """A connection to an engine, and a dataset over its table of which Alpha sees tenant a alone."""

    kind: str
    uri: str
    database: int
    dataset: int


@pytest.fixture(
    params=[
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
        "duckdb",
        "sqlite",
    ]
)
def shop(request: pytest.FixtureRequest, app: Flask, people: dict[str, int], settings: Settings) -> Iterator[Shop]:
    kind: str = request.param
    uri = new_file(settings.home) if kind in {"duckdb", "sqlite"} else uri_of(kind)
    uri = uri.replace("duckdb:", "sqlite:") if kind == "sqlite" else uri
    run_there(kind, uri, MAKE)
    with app.app_context(), acting(of_user(people["admin"])) as actor:
        database = databases.create(actor, {"database_name": "shop", "sqlalchemy_uri": uri}).id
        dataset = datasets.create(actor, {"database": database, "table_name": NAME}).id
    limit(app, "Alpha", "tenant = 'a'", dataset)
    yield Shop(kind, uri, database, dataset)
    if kind in {"postgres", "mariadb"}:
        run_there(kind, uri, MAKE[:1])


def run_there(kind: str, uri: str, statements: list[str]) -> None:
    if kind != "sqlite":
        prepare(kind, uri, statements)
        return
    with sqlite3.connect(uri.removeprefix("sqlite:///")) as connection:
        for sql in statements:
            connection.execute(sql)
    connection.close()


def tenants_in_editor(client: ApiClient, shop: Shop, sql: str, **place: str) -> set[str]:
    """The tenants that come out; none when the query is refused."""
    answer = client.post(EXECUTE, json={"database_id": shop.database, "sql": sql, **place})
    if answer.status_code != 200:
        assert 400 <= answer.status_code < 500, answer.text
        return set()
    return {row["tenant"] for row in answer.get_json()["data"]}


def tenants_of(client: ApiClient, dataset: int) -> set[str]:
    query = {"columns": ["tenant"], "metrics": None, "row_limit": 10}
    body = {"datasource": {"id": dataset, "type": "table"}, "queries": [query]}
    answer = client.post("/api/v1/chart/data", json=body)
    if answer.status_code != 200:
        assert 400 <= answer.status_code < 500, answer.text
        return set()
    return {row["tenant"] for row in answer.get_json()["result"][0]["data"]}


def made(client: ApiClient, shop: Shop, **values: Any) -> int | None:
    answer = client.post("/api/v1/dataset/", json={"database": shop.database, **values})
    assert answer.status_code in {201, 400, 403, 404, 422}, answer.text
    return answer.get_json()["id"] if answer.status_code == 201 else None


def test_the_rule_holds_on_its_dataset_and_in_the_editor(client_of: ClientOf, shop: Shop) -> None:
    alice = client_of("alice")
    assert tenants_of(alice, shop.dataset) == {"a"}
    assert tenants_in_editor(alice, shop, f"SELECT tenant FROM {NAME}") == {"a"}
    assert tenants_of(client_of("admin"), shop.dataset) == {"a", "b"}


PLACES = [
    {"schema": name} for name in ("none_such", "public", "PUBLIC", "main", "MAIN", "test", "Test", "editor", "temp")
] + [{"catalog": name} for name in ("none_such", "test", "editor")]


def test_a_schema_or_catalog_of_the_askers_choice_leads_nowhere_else(client_of: ClientOf, shop: Shop) -> None:
    alice = client_of("alice")
    names = (NAME, f"main.{NAME}", f"public.{NAME}", f"test.{NAME}", f"editor.{NAME}", f"editor.main.{NAME}")
    for number, place in enumerate(PLACES):
        for name in names if "schema" in place else names[:1]:
            assert tenants_in_editor(alice, shop, f"SELECT tenant FROM {name}", **place) <= {"a"}, (place, name)
        virtual = made(alice, shop, table_name=f"v{number}", sql=f"SELECT tenant FROM {NAME}", **place)
        assert virtual is None or tenants_of(alice, virtual) <= {"a"}, place


def test_a_second_dataset_over_the_table_opens_nothing(client_of: ClientOf, shop: Shop) -> None:
    alice = client_of("alice")
    for table in (NAME, NAME.upper(), NAME.title()):
        for place in ({}, *PLACES):
            second = made(alice, shop, table_name=table, **place)
            assert second is None or tenants_of(alice, second) <= {"a"}, (table, place)


@pytest.mark.postgres
@pytest.mark.parametrize("shop", ["postgres"], indirect=True)
def test_a_search_path_of_the_login_does_not_hide_the_table(client_of: ClientOf, app: Flask, shop: Shop) -> None:
    role, schema = f"r_{uuid4().hex[:8]}", f"s_{uuid4().hex[:8]}"
    grants = [f"GRANT USAGE ON SCHEMA public TO {role}", f"GRANT SELECT ON {NAME} TO {role}"]
    paths = [f"CREATE SCHEMA {schema} AUTHORIZATION {role}", f"ALTER ROLE {role} SET search_path = {schema}, public"]
    run_there("postgres", shop.uri, [f"CREATE ROLE {role} LOGIN", *grants, *paths])
    try:
        uri = shop.uri.replace("postgres@", f"{role}@")
        changed = client_of("admin").put(f"/api/v1/database/{shop.database}", json={"sqlalchemy_uri": uri})
        assert changed.status_code == 200, changed.text
        alice = client_of("alice")
        assert tenants_in_editor(alice, shop, f"SELECT tenant FROM {NAME}") == set()
        assert tenants_in_editor(alice, shop, f"SELECT tenant FROM public.{NAME}") == {"a"}
    finally:
        run_there("postgres", shop.uri, [f"DROP OWNED BY {role}", f"DROP ROLE {role}"])


ODD = """
SELECT t FROM T t|SELECT CAST(t AS CHAR) FROM T t|SELECT t.* FROM T t|SELECT row_to_json(t) FROM T t|SELECT (t).tenant FROM T t
SELECT to_json(T) FROM T|SELECT tenant(t) FROM T t|TABLE T|(TABLE T)|SELECT * FROM (TABLE T) x|WITH x AS (TABLE T) SELECT * FROM x
SELECT (SELECT MAX(tenant) FROM T) AS tenant|SELECT * FROM T UNION SELECT * FROM T|SELECT * FROM T EXCEPT SELECT * FROM T WHERE id = 1
VALUES ((SELECT MAX(tenant) FROM T))|SELECT * FROM (VALUES ((SELECT MAX(tenant) FROM T))) v|WITH T AS (SELECT * FROM T) SELECT * FROM T
WITH RECURSIVE T AS (SELECT * FROM T UNION SELECT * FROM T) SELECT * FROM T|SELECT * FROM ONLY T|SELECT * FROM ONLY (T)|SELECT * FROM T *
SELECT * FROM T AS a JOIN T AS b ON TRUE|SELECT * FROM T a, LATERAL (SELECT * FROM T WHERE id <> a.id) b|FROM T|FROM T SELECT tenant
SELECT * FROM T PIVOT (MAX(tenant) FOR id IN (1, 2))|PIVOT T ON id USING MAX(tenant)|SELECT COLUMNS(*) FROM T|SUMMARIZE T|DESCRIBE T
SELECT * FROM T FOR UPDATE|SELECT * INTO other FROM T|COPY T TO '/tmp/none_such_place'|COPY (SELECT * FROM T) TO STDOUT|SHOW TABLES
EXPLAIN ANALYZE SELECT * FROM T|EXPLAIN (ANALYZE, VERBOSE) DELETE FROM T|EXPLAIN\nANALYZE SELECT * FROM T|HANDLER T OPEN
SELECT /*! tenant FROM T */ 1|SELECT /*!50000 * FROM T */|SELECT * FROM /*!T*/ T|SELECT * FROM T -- ) x|SELECT * FROM T # x
SELECT * FROM T PARTITION (p0)|SELECT * FROM T TABLESAMPLE SYSTEM (100)|SELECT * FROM T WHERE id IN (SELECT id FROM T)
SELECT 1 WHERE 'b' IN (SELECT tenant FROM T)|SELECT 'b' AS tenant WHERE 'b' IN T|SELECT CASE WHEN EXISTS(SELECT 1 FROM T WHERE id = 2) THEN 'b' END AS tenant
SELECT * FROM U&"ruled\005fsales" |SELECT * FROM query('SELECT * FROM T')|SELECT * FROM query_table('T')|SELECT query_to_xml('SELECT * FROM T', true, true, '')
SELECT $$x$$, tenant FROM T|SELECT $a$ -- $a$, tenant FROM T|SELECT E'\\'', tenant FROM T -- '|SELECT '\\'' , tenant FROM T -- '
DO $$ BEGIN PERFORM * FROM T; END $$|SELECT xmlforest(tenant) FROM T|SELECT ARRAY(SELECT tenant FROM T)|SELECT ARRAY_AGG(t) FROM T t
SELECT {{ "te" ~ "nant" }} FROM {{ "T"[:3] }}{{ "T"[3:] }}|{% if true %}SELECT tenant FROM T{% endif %}|{% for x in [1] %}SELECT * FROM T{% endfor %}
""".strip()  # noqa: E501 - one attack is easier to read on one line


def test_no_odd_form_of_a_query_shows_a_hidden_row(client_of: ClientOf, shop: Shop) -> None:
    alice, answered = client_of("alice"), 0
    for line in ODD.splitlines():
        for form in line.split("|"):
            sql = re.sub(r"\bT\b", NAME, form).replace("\\n", "\n")
            answer = alice.post(EXECUTE, json={"database_id": shop.database, "sql": sql})
            assert answer.status_code < 500, (sql, answer.text)
            if answer.status_code == 200:
                answered += 1
                shown = json.dumps(answer.get_json()["data"])
                assert not re.search(r"""\bb\b""", shown), (sql, shown)
    assert answered > 10
    assert tenants_of(client_of("admin"), shop.dataset) == {"a", "b"}


SYSTEM = {
    "postgres": [("pg_shadow", "pg_catalog"), ("pg_authid", None), ("tables", "information_schema")],
    "mariadb": [("user", "mysql"), ("TABLES", "information_schema"), ("TABLES", "INFORMATION_SCHEMA")],
    "duckdb": [("duckdb_settings", None), ("tables", "information_schema"), ("pg_class", "pg_catalog")],
    "sqlite": [("sqlite_master", None), ("SQLITE_SCHEMA", "main"), ("pragma_database_list", None)],
}


def test_the_engines_own_tables_are_no_datasets_and_are_not_described(client_of: ClientOf, shop: Shop) -> None:
    admin = client_of("admin")
    described = f"/api/v1/database/{shop.database}/table_metadata/"
    assert admin.get(described, query_string={"name": NAME}).status_code == 200
    for table, schema in SYSTEM[shop.kind]:
        place = {"schema": schema} if schema else {}
        answer = admin.post("/api/v1/dataset/", json={"database": shop.database, "table_name": table, **place})
        assert answer.status_code == 403, (table, answer.text)
        assert admin.get(described, query_string={"name": table, **place}).status_code == 403, table
        sql = f"SELECT * FROM {schema + '.' if schema else ''}{table}"
        refused = admin.post(EXECUTE, json={"database_id": shop.database, "sql": sql})
        assert refused.status_code in {403, 422}, (sql, refused.text)


def test_a_write_goes_where_it_was_judged(client_of: ClientOf, shop: Shop) -> None:
    admin, alice = client_of("admin"), client_of("alice")
    assert admin.put(f"/api/v1/database/{shop.database}", json={"allow_dml": True}).status_code == 200
    for place in ({}, {"schema": "none_such"}):
        for sql in (f"UPDATE {NAME} SET tenant = 'x'", f"DELETE FROM {NAME}", f"INSERT INTO {NAME} VALUES (3, 'c')"):
            answer = alice.post(EXECUTE, json={"database_id": shop.database, "sql": sql, **place})
            assert 400 <= answer.status_code < 500, (sql, place, answer.text)
    assert tenants_of(admin, shop.dataset) == {"a", "b"}
    sql = f"INSERT INTO {NAME} VALUES (3, 'c')"
    assert admin.post(EXECUTE, json={"database_id": shop.database, "sql": sql}).status_code == 200
