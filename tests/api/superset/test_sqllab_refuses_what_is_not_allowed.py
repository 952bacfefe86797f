"""SQL that is wrong, would write, or would read what its author may not."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.conftest import ApiClient, ClientOf
from tests.row_rules import limit

URL = "/api/v1/sqllab/execute/"


def run(client: ApiClient, database: int, sql: str, **more: Any) -> Any:
    return client.post(URL, json={"database_id": database, "sql": sql, **more})


def error_type(answer: Any) -> str:
    found: str = answer.json["errors"][0]["error_type"]
    return found


def test_a_missing_column_is_the_databases_error(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    refused = run(alice, data_database, "select nope from sales", client_id="wrong1")
    assert refused.status_code == 422
    assert error_type(refused) == "GENERIC_DB_ENGINE_ERROR"
    assert "nope" in refused.json["errors"][0]["message"]
    assert refused.content_type == "application/json"
    history = alice.get("/api/v1/query/?q=(filters:!((col:status,opr:eq,value:failed)))").json
    assert history["result"][0]["client_id"] == "wrong1"
    assert "nope" in history["result"][0]["error_message"]


def test_a_mistake_in_syntax_is_told_with_its_place(client_of: ClientOf, data_database: int) -> None:
    refused = run(client_of("alice"), data_database, "selec 1")
    assert refused.status_code == 422
    assert error_type(refused) == "INVALID_SQL_ERROR"
    assert refused.json["errors"][0]["message"] == "Error parsing near '1' at line 1:7"


@pytest.mark.parametrize(
    "sql",
    [
        "delete from sales",
        "insert into sales (id) values (99)",
        "update sales set amount = 0",
        "drop table sales",
        "create table t as select * from sales",
        "select 1; delete from sales",
        "delete from sales; select 1",
        "with x as (select 1) insert into sales (id) select * from x",
    ],
)
def test_writing_is_refused_and_does_not_happen(
    client_of: ClientOf, data_database: int, sales_file: Path, sql: str
) -> None:
    refused = run(client_of("admin"), data_database, sql)
    assert refused.status_code == 422
    assert error_type(refused) == "DML_NOT_ALLOWED_ERROR"
    connection = sqlite3.connect(sales_file)
    assert connection.execute("select count(*), sum(amount) from sales").fetchone() == (12, 2310)
    assert [row[0] for row in connection.execute("select name from sqlite_master order by 1")] == ["sales", "secrets"]
    connection.close()


@pytest.mark.parametrize(
    "sql",
    [
        "attach '/tmp/evil.db' as evil",
        "pragma query_only = 0",
        "vacuum into '/tmp/evil.db'",
        "begin; select 1",
        "select load_extension('evil')",
        "select * from sqlite_master",
        "select writefile('/tmp/evil', 'x')",
        "",
        ";;",
        "-- nothing",
    ],
)
def test_what_is_no_read_of_data_is_refused(client_of: ClientOf, data_database: int, sql: str) -> None:
    assert 400 <= run(client_of("admin"), data_database, sql).status_code < 500


def test_unknown_databases_and_taken_names_are_refused(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    assert run(alice, 9999, "select 1").status_code == 404
    assert run(alice, data_database, "select 1 as one", client_id="taken").status_code == 200
    again = run(alice, data_database, "select 1 as one", client_id="taken")
    assert again.status_code == 422
    assert "INSERT" not in again.get_data(as_text=True)
    missing = alice.post(URL, json={"sql": "select 1"})
    assert (missing.status_code, missing.json["message"]) == (
        400,
        {"database_id": ["Missing data for required field."]},
    )
    assert run(alice, data_database, "select 1", zzz=1).status_code == 400
    assert run(alice, data_database, "select 1", queryLimit=-1).status_code == 422


@pytest.mark.parametrize("name", ["bob", "charlie"])
def test_who_has_no_editor_runs_nothing(client_of: ClientOf, data_database: int, sales: int, name: str) -> None:
    client = client_of(name)
    assert run(client, data_database, "select 1").status_code == 403
    assert client.get("/api/v1/sqllab/").status_code == 403
    assert client.post("/api/v1/query/", json={"database_id": data_database, "sql": "select 1"}).status_code == 403
    assert client_of(None).post(URL, json={"database_id": data_database, "sql": "select 1"}).status_code == 401


def test_an_editor_without_grants_reads_nothing(app: Flask, client_of: ClientOf, data_database: int) -> None:
    give_editor(app, "charlie")
    charlie = client_of("charlie")
    for sql in ("select * from sales", "select word from secrets", "select 1"):
        refused = run(charlie, data_database, sql)
        assert refused.status_code in {403, 404}
        assert "canary" not in refused.get_data(as_text=True)


def test_an_editor_with_one_dataset_reads_that_table_alone(
    app: Flask, client_of: ClientOf, data_database: int, sales: int
) -> None:
    give_editor(app, "bob")
    bob = client_of("bob")
    for sql in (
        "select word from secrets",
        "select * from sales union all select id, word, word, id, word from secrets",
        "select (select word from secrets) from sales",
        "with s as (select * from secrets) select * from s",
        "select word from {{ 'secrets' }}",
        'select word from "SECRETS"',
        "select 1; select word from secrets; select 2",
    ):
        refused = run(bob, data_database, sql)
        assert refused.status_code in {403, 404}, sql
        assert "canary" not in refused.get_data(as_text=True)


@pytest.mark.parametrize(
    "sql",
    [
        "select tenant from sales",
        'select tenant from "sales"',
        "select tenant from main.sales",
        "select tenant from SALES",
        "select tenant from sales union select tenant from sales",
        "select t.tenant from (select * from sales) t",
        "with s as (select * from sales) select tenant from s",
        "select a.tenant from sales a join sales b on a.id <> b.id",
        "select (select max(tenant) from sales) as tenant",
        "select tenant from {{ 'sal' }}es",
    ],
)
def test_row_rules_hold_for_each_mention_of_a_table(
    app: Flask, client_of: ClientOf, data_database: int, sales: int, sql: str
) -> None:
    limit(app, "Alpha", "tenant = 'a'", sales)
    answer = run(client_of("alice"), data_database, sql)
    assert answer.status_code == 200
    assert {row["tenant"] for row in answer.json["data"]} == {"a"}


def test_a_result_is_read_by_nobody_else(client_of: ClientOf, app: Flask, data_database: int, sales: int) -> None:
    give_editor(app, "bob")
    key = run(client_of("alice"), data_database, "select 1 as one", client_id="alices").json["query"]["resultsKey"]
    bob = client_of("bob")
    assert bob.get(f"/api/v1/sqllab/results/?q=(key:'{key}')").status_code == 404
    assert bob.get("/api/v1/sqllab/export/alices/").status_code in {403, 404}
    assert bob.post("/api/v1/query/stop", json={"client_id": "alices"}).status_code == 404


def give_editor(app: Flask, name: str) -> None:
    """The user has the role sql_lab as well."""
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        user = security.find_user(name)
        user.roles = [*user.roles, security.find_role("sql_lab")]
        security.session.commit()
