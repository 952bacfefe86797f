"""Connections that allow writing, and tables made of a SELECT."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.conftest import ApiClient, ClientOf
from tests.row_rules import limit


def allow(client: ApiClient, database: int, **flags: bool) -> None:
    assert client.put(f"/api/v1/database/{database}", json=flags).status_code == 200


def run(client: ApiClient, database: int, sql: str, **more: Any) -> Any:
    return client.post("/api/v1/sqllab/execute/", json={"database_id": database, "sql": sql, **more})


def asked(path: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute(sql).fetchall()
    connection.close()
    return found


def test_a_write_happens_where_it_is_allowed(client_of: ClientOf, data_database: int, sales_file: Path) -> None:
    admin = client_of("admin")
    allow(admin, data_database, allow_dml=True)
    done = run(admin, data_database, "update sales set amount = 1 where id <= 3")
    assert done.status_code == 200
    assert (done.json["data"], done.json["query"]["state"], done.json["query"]["rows"]) == ([], "success", 3)
    assert asked(sales_file, "select sum(amount) from sales where id <= 3") == [(3,)]


def test_what_comes_before_the_last_select_is_done(client_of: ClientOf, data_database: int, sales_file: Path) -> None:
    admin = client_of("admin")
    allow(admin, data_database, allow_dml=True)
    sql = "insert into secrets values (2, 'second'); select count(*) as n from secrets"
    assert run(admin, data_database, sql).json["data"] == [{"n": 2}]


@pytest.mark.parametrize("sql", ["attach '/tmp/evil.db' as evil", "pragma user_version = 3", "vacuum", "begin"])
def test_only_data_is_written(client_of: ClientOf, data_database: int, sql: str) -> None:
    admin = client_of("admin")
    allow(admin, data_database, allow_dml=True)
    assert run(admin, data_database, sql).status_code == 422


def test_tables_under_row_rules_are_not_written(
    app: Flask, client_of: ClientOf, data_database: int, sales: int, sales_file: Path
) -> None:
    allow(client_of("admin"), data_database, allow_dml=True)
    limit(app, "Alpha", "tenant = 'a'", sales)
    alice = client_of("alice")
    for sql in (
        "delete from sales",
        "create table copied as select * from sales",
        "insert into secrets select id, tenant from sales",
        "update secrets set word = (select max(tenant) from sales)",
    ):
        assert run(alice, data_database, sql).status_code == 422, sql
    assert asked(sales_file, "select count(*) from sales") == [(12,)]
    assert asked(sales_file, "select * from secrets") == [(1, "canary")]


def test_a_table_is_made_of_a_select(client_of: ClientOf, data_database: int, sales_file: Path) -> None:
    admin = client_of("admin")
    wish = {"select_as_cta": True, "ctas_method": "TABLE", "tmp_table_name": "few"}
    refused = run(admin, data_database, "select id from sales", **wish)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["error_type"] == "DML_NOT_ALLOWED_ERROR"
    allow(admin, data_database, allow_ctas=True)
    done = run(admin, data_database, "select id from sales where id < 4", **wish)
    assert done.status_code == 200
    assert (done.json["query"]["ctas"], done.json["query"]["tempTable"]) == (True, "few")
    assert asked(sales_file, "select id from few order by id") == [(1,), (2,), (3,)]
    view = {**wish, "ctas_method": "VIEW", "tmp_table_name": "seen"}
    assert run(admin, data_database, "select id from sales", **view).status_code == 422
    allow(admin, data_database, allow_cvas=True)
    assert run(admin, data_database, "select id from sales", **view).status_code == 200
    assert asked(sales_file, "select count(*) from seen") == [(12,)]


def test_the_name_of_a_made_table_is_only_a_name(client_of: ClientOf, data_database: int, sales_file: Path) -> None:
    admin = client_of("admin")
    allow(admin, data_database, allow_ctas=True)
    wish = {"select_as_cta": True, "tmp_table_name": 'a"; drop table sales; --'}
    run(admin, data_database, "select 1 as one", **wish)
    assert asked(sales_file, "select count(*) from sales") == [(12,)]
    assert run(admin, data_database, "select 1 as one", select_as_cta=True, tmp_table_name="").status_code == 422
    assert run(admin, data_database, "delete from sales", select_as_cta=True, tmp_table_name="t").status_code == 422


def test_a_made_table_holds_what_its_maker_sees(
    app: Flask, client_of: ClientOf, data_database: int, sales: int, sales_file: Path
) -> None:
    allow(client_of("admin"), data_database, allow_ctas=True)
    limit(app, "Alpha", "tenant = 'a'", sales)
    wish = {"select_as_cta": True, "tmp_table_name": "mine"}
    assert run(client_of("alice"), data_database, "select * from sales", **wish).status_code == 200
    assert asked(sales_file, "select distinct tenant from mine") == [("a",)]
