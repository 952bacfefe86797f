"""Kept answers: an ETag for who has one, a word that they are out of date, answers made before they are asked for."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from superset_like.jobs.answers import warm_up
from tests.conftest import ClientOf, Embedded
from tests.row_rules import limit


def asked(client_of: ClientOf, name: str, sales: int) -> Any:
    body = {"datasource": {"id": sales, "type": "table"}, "queries": [{"metrics": ["total"]}]}
    return client_of(name).post("/api/v1/chart/data", json=body).get_json()["result"][0]


def change(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE sales SET amount = amount + 1")
        connection.commit()


def test_who_has_an_answer_is_told_that_it_still_holds(client_of: ClientOf, embedded: Embedded) -> None:
    bob, path = client_of("bob"), f"/api/v1/chart/{embedded.chart}/data/"
    first = bob.get(path)
    assert first.headers["Cache-Control"] == "private, no-cache"
    tag = {"If-None-Match": first.headers["ETag"]}
    again = bob.get(path, headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    other = bob.get(f"{path}?format=csv", headers=tag)
    assert other.status_code == 200
    assert bob.get(f"{path}?format=csv", headers={"If-None-Match": other.headers["ETag"]}).status_code == 304


def path_of(client_of: ClientOf, sales: int, **query: Any) -> str:
    """Where a new chart's data is. Its question is asked by no other test, since answers outlive a test."""
    context = {"datasource": {"id": sales, "type": "table"}, "queries": [query]}
    body = {"slice_name": "x", "viz_type": "table", "datasource_id": sales, "datasource_type": "table"}
    made = client_of("alice").post("/api/v1/chart/", json={**body, "query_context": json.dumps(context)})
    return f"/api/v1/chart/{made.get_json()['id']}/data/"


def test_an_answer_made_anew_in_the_same_second_is_told(client_of: ClientOf, sales: int, sales_file: Path) -> None:
    bob = client_of("bob")
    path = path_of(client_of, sales, metrics=[{"expressionType": "SQL", "sqlExpression": "SUM(amount)", "label": "a"}])
    # One of the three is made in the second of the one before.
    for _ in range(3):
        tag = {"If-None-Match": bob.get(path).headers["ETag"]}
        change(sales_file)
        assert bob.get(f"{path}?force=true", headers=tag).status_code == 200


def test_other_rows_of_an_annotation_are_told(client_of: ClientOf, sales: int, sales_file: Path) -> None:
    bob = client_of("bob")
    marks = path_of(client_of, sales, metrics=[{"expressionType": "SQL", "sqlExpression": "SUM(amount)", "label": "b"}])
    layer = {"name": "m", "annotationType": "EVENT", "sourceType": "table", "value": int(marks.split("/")[4])}
    path = path_of(client_of, sales, metrics=["count"], annotation_layers=[layer])
    tag = {"If-None-Match": bob.get(path).headers["ETag"]}
    assert bob.get(path, headers=tag).status_code == 304
    change(sales_file)
    bob.get(f"{marks}?force=true")
    told = bob.get(path, headers=tag)
    assert told.status_code == 200
    assert told.get_json()["result"][0]["annotation_data"]["m"]["records"] == [{"b": 2322}]


def test_who_may_not_see_it_is_not_told(client_of: ClientOf, embedded: Embedded) -> None:
    path = f"/api/v1/chart/{embedded.chart}/data/"
    tag = {"If-None-Match": client_of("bob").get(path).headers["ETag"]}
    assert client_of("charlie").get(path, headers=tag).status_code == 404
    assert client_of(None).get(path, headers=tag).status_code == 401


@pytest.mark.parametrize("by_name", [True, False])
def test_answers_are_made_anew_once_they_are_said_to_be_out_of_date(
    client_of: ClientOf, sales: int, sales_file: Path, by_name: bool
) -> None:
    assert asked(client_of, "bob", sales)["data"] == [{"total": 2310}]
    change(sales_file)
    assert asked(client_of, "bob", sales)["data"] == [{"total": 2310}]
    version = client_of("alice").get(f"/api/v1/dataset/{sales}").get_json()["result"]["changed_on"]
    named = {"datasource_type": "table", "database_name": "shop", "datasource_name": "sales"}
    body = {"datasources": [named]} if by_name else {"datasource_uids": [f"{sales}__table"]}
    said = client_of("bob").post("/api/v1/cachekey/invalidate", json=body)
    assert (said.status_code, said.get_json()) == (201, {})
    assert asked(client_of, "bob", sales)["data"] == [{"total": 2322}]
    assert client_of("alice").get(f"/api/v1/dataset/{sales}").get_json()["result"]["changed_on"] == version


def test_who_may_not_read_the_data_changes_nothing(client_of: ClientOf, sales: int, sales_file: Path) -> None:
    asked(client_of, "bob", sales)
    change(sales_file)
    body = {"datasource_uids": [f"{sales}__table", "999999__table"]}
    assert client_of("charlie").post("/api/v1/cachekey/invalidate", json=body).status_code == 201
    assert asked(client_of, "bob", sales)["data"] == [{"total": 2310}]
    assert client_of(None).post("/api/v1/cachekey/invalidate", json=body).status_code == 401


@pytest.mark.parametrize("body", [{"datasource_uids": ["x"]}, {"datasources": [{}]}, {"datasource_uids": "1__table"}])
def test_a_bad_word_is_refused(client_of: ClientOf, body: Any) -> None:
    assert client_of("bob").post("/api/v1/cachekey/invalidate", json=body).status_code == 400


def test_a_chart_is_warmed(client_of: ClientOf, embedded: Embedded) -> None:
    admin = client_of("admin")
    warmed = admin.put("/api/v1/chart/warm_up_cache", json={"chart_id": embedded.chart})
    expected = {"chart_id": embedded.chart, "viz_error": None, "viz_status": "success"}
    assert (warmed.status_code, warmed.get_json()) == (200, {"result": [expected]})
    found = admin.get(f"/api/v1/chart/{embedded.chart}/data/").get_json()["result"][0]
    assert found["is_cached"] is True
    assert admin.put("/api/v1/chart/warm_up_cache", json={"chart_id": 999}).status_code == 404
    filters = json.dumps([{"col": "region", "op": "==", "val": "north"}])
    body = {"chart_id": embedded.chart, "dashboard_id": embedded.dashboard, "extra_filters": filters}
    assert admin.put("/api/v1/chart/warm_up_cache", json=body).get_json() == {"result": [expected]}
    body["extra_filters"] = "["
    assert admin.put("/api/v1/chart/warm_up_cache", json=body).status_code == 400


def test_the_charts_of_a_dataset_are_warmed(client_of: ClientOf, embedded: Embedded) -> None:
    admin, place = client_of("admin"), {"db_name": "shop", "table_name": "sales"}
    warmed = admin.put("/api/v1/dataset/warm_up_cache", json=place).get_json()["result"]
    assert [each["chart_id"] for each in warmed] == [embedded.chart]
    assert admin.put("/api/v1/dataset/warm_up_cache", json={**place, "table_name": "no"}).status_code == 404


def test_a_chart_that_cannot_be_answered_says_why(client_of: ClientOf, sales: int) -> None:
    admin = client_of("admin")
    context = {"datasource": {"id": sales, "type": "table"}, "queries": [{"columns": ["nope"], "metrics": None}]}
    body = {"slice_name": "Bad", "viz_type": "table", "datasource_id": sales, "datasource_type": "table"}
    chart = admin.post("/api/v1/chart/", json={**body, "query_context": json.dumps(context)}).get_json()["id"]
    warmed = admin.put("/api/v1/chart/warm_up_cache", json={"chart_id": chart}).get_json()["result"][0]
    assert (warmed["viz_status"], "nope" in warmed["viz_error"]) == ("failed", True)


def test_warming_is_for_those_with_the_permission(client_of: ClientOf, embedded: Embedded) -> None:
    for name in ("alice", "bob", "charlie"):
        assert client_of(name).put("/api/v1/chart/warm_up_cache", json={"chart_id": embedded.chart}).status_code == 403


def test_a_job_warms_up_what_its_user_sees(
    app: Flask, client_of: ClientOf, people: dict[str, int], embedded: Embedded
) -> None:
    path = f"/api/v1/chart/{embedded.chart}/data/"
    limit(app, "Gamma", "region = 'north'", embedded.dataset)
    with app.app_context():
        warm_up(people["bob"], [str(embedded.dashboard)])
        # Nobody, and a dashboard that is none, end it without a trace but the log's.
        warm_up(10_000, [])
        warm_up(people["bob"], ["nowhere"])
    found = client_of("bob").get(path).get_json()["result"][0]
    assert (found["is_cached"], found["rowcount"]) == (True, 1)
    assert client_of("alice").get(path).get_json()["result"][0]["rowcount"] == 5
