"""Values of each type of parameter, put in and run by real engines; and what tries to leave its place."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.services import databases
from tests.api.redash.conftest import Shop, bench, key_of, redash_of, shop
from tests.services_at_hand import uri_of

__all__ = ["bench", "key_of", "redash_of", "shop"]
SERVERS = [
    pytest.param("postgres", marks=pytest.mark.postgres),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]
CLOSED = {
    "number": {},
    "enum": {"enumOptions": "north\nsouth\nO''Hara"},
    "many": {
        "type": "enum",
        "enumOptions": "a\nb",
        "multiValuesOptions": {"prefix": "'", "suffix": "'", "separator": ","},
    },
    "text-pattern": {"regex": "[a-z]+"},
    "date": {},
    "datetime-local": {},
    "datetime-with-seconds": {},
    "date-range": {},
    "datetime-range": {},
    "datetime-range-with-seconds": {},
}
ATTACKS = (
    "1' or '1'='1",
    "1'; drop table secrets; --",
    "' union select 'x",
    "2025-01-01' or 1=1",
    "2025-01-01'--",
    "2025-01-01 --",
    "2025-01-01/*",
    "2025-01-01;",
    "2025-01-01\\",
    "2025-01-01' AND SLEEP(5) AND '",
    "north\\",
    "north'",
    "a\n' or 1=1",
    "a\u2019 or 1=1",
    "1 or 1=1",
    "1;",
    "1e",
    "0x31",
    "1/**/",
    "(select 1)",
    "abc\n",
    "abc'",
    "\uff07 or 1=1 --",
    "{{ other }}",
    "{% raw %}",
    "",
    None,
    True,
    ["north", "x' or 1=1"],
    ["a", "b'"],
    {"start": "2025-01-01", "end": "2025-01-01' or 1=1 --"},
    {"start": "2025-01-01\\", "end": " or 1=1 -- "},
    {"start": "2025-01-01"},
    {"end": ["2025-01-01"], "start": {}},
)


@pytest.fixture(params=SERVERS)
def source(request: pytest.FixtureRequest, app: Flask, shop: Shop, people: dict[str, int]) -> Iterator[int]:
    """The id of a data source."""
    with app.app_context(), acting(of_user(people["admin"])) as actor:
        values = {"database_name": request.param, "sqlalchemy_uri": uri_of(request.param)}
        yield databases.create(actor, values).id


def definition(kind: str) -> dict[str, Any]:
    return {"name": "p", "type": kind, **CLOSED[kind]}


def rows(shop: Shop, query: dict[str, Any], value: Any) -> list[dict[str, Any]]:
    job = shop.ran(query, parameters={"p": value})
    assert job["status"] == 3, job["error"]
    answer = shop.alice.get(f"/api/query_results/{job['result']}.json")
    found: list[dict[str, Any]] = answer.get_json()["query_result"]["data"]["rows"]
    return found


@pytest.mark.parametrize(
    ("kind", "sql", "value", "wanted"),
    [
        ("number", "select {{ p }} + 1 as v", 41, 42),
        ("number", "select {{p}} * 2 as v", "3.5", 7.0),
        ("number", "select {{ p }} as v", -9_223_372_036_854_775_807, -9_223_372_036_854_775_807),
        ("enum", "select '{{ p }}' as v", "south", "south"),
        ("enum", "select '{{ p }}' as v", "O''Hara", "O'Hara"),
        (
            "many",
            "select count(*) as v from (select 'a' as x union all select 'c') t where x in ({{ p }})",
            ["a", "b"],
            1,
        ),
        ("text-pattern", "select '{{ p }}' as v", "abc", "abc"),
        ("date", "select cast('{{ p }}' as date) as v", "2025-01-31", "2025-01-31"),
        ("datetime-local", "select cast('{{ p }}' as char(16)) as v", "2025-01-31 10:20", "2025-01-31 10:20"),
        (
            "datetime-with-seconds",
            "select cast('{{ p }}' as char(19)) as v",
            "2025-01-31 10:20:30",
            "2025-01-31 10:20:30",
        ),
        (
            "date-range",
            "select cast('{{ p.end }}' as date) as v, cast('{{ p.start }}' as date) as w",
            {"start": "2025-01-01", "end": "2025-01-31"},
            "2025-01-31",
        ),
        (
            "datetime-range-with-seconds",
            "select count(*) as v from (select 1 as x) t where '2025-01-15' between '{{ p.start }}' and '{{ p.end }}'",
            {"start": "2025-01-01 00:00:00", "end": "2025-01-31 23:59:59"},
            1,
        ),
    ],
)
def test_a_value_is_put_in_and_run(shop: Shop, source: int, kind: str, sql: str, value: Any, wanted: Any) -> None:
    query = shop.query(sql, definition(kind), data_source_id=source)
    assert query["is_safe"]
    assert rows(shop, query, value)[0]["v"] == wanted


@pytest.mark.parametrize("kind", CLOSED)
def test_nothing_leaves_its_place(shop: Shop, source: int, kind: str) -> None:
    """What is taken at all is one value in its quotes: the row says what it was, and there is no other."""
    place = (
        "{{ p.start }}' as v, '{{ p.end }}" if kind.endswith(("range", "seconds")) and "range" in kind else "{{ p }}"
    )
    sql = f"select '{place}' as w from (select 1 as x) t where 1 = 0"
    if kind == "many":
        sql = "select x from (select 'z' as x) t where x in ({{ p }})"
    if kind == "number":
        sql = "select {{ p }} as w from (select 1 as x) t where 1 = 0"
    query = shop.query(sql, definition(kind), data_source_id=source)
    for attack in ATTACKS:
        asked = shop.alice.post(f"/api/queries/{query['id']}/results", json={"max_age": 0, "parameters": {"p": attack}})
        if asked.status_code == 400:
            continue
        shop.bench.work()
        job = shop.alice.get(f"/api/jobs/{asked.get_json()['job']['id']}").get_json()["job"]
        assert job["status"] == 3, (attack, job["error"])
        answer = shop.alice.get(f"/api/query_results/{job['result']}.json").get_json()["query_result"]["data"]
        assert answer["rows"] == [], attack
    assert shop.bench.sent == []
