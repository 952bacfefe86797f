"""A key and a public address read with the rights of somebody: nobody gains those by writing the SQL that they ask."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from superset_like.access import actors, derived_keys, grants
from superset_like.access.derived_keys import KeyKind
from superset_like.extensions import db
from superset_like.models import Database, Dataset, Query, SavedQuery, UserKey
from superset_like.services import query_schedule, saved_runs, stores
from tests.api.redash.conftest import Shop
from tests.api.redash.test_each_endpoint_is_closed_to_who_has_no_business_there import scoped, with_key
from tests.conftest import ApiClient, ClientOf, Embedded
from tests.row_rules import limit

ALL, OWN = 2310, 210
TOTAL, WORD = "select sum(amount) as s from sales", "select word as s from secrets"
Person = Callable[..., ApiClient]


@pytest.fixture
def person(app: Flask, shop: Shop) -> Person:
    """A client of somebody new with these roles, who may use the shop: as a whole, or a dataset of it alone."""

    def made(name: str, *roles: str, dataset: int | None = None) -> ApiClient:
        with app.app_context():
            security = app.appbuilder.sm  # type: ignore[attr-defined]
            role = security.add_role(f"data of {name}")
            if dataset is None:
                security.add_permission_role(role, grants.on_database(db.session.get(Database, shop.source)))
            else:
                perm = db.session.get(Dataset, dataset).perm
                security.add_permission_role(role, security.find_permission_view_menu("datasource_access", perm))
            found = [security.find_role(each) or security.add_role(each) for each in ("Gamma", "sql_lab", *roles)]
            user = security.add_user(name, name, "Doe", f"{name}@example.com", [*found, role], f"{name}-password")
            db.session.add(UserKey(user_id=user.id))
            db.session.commit()
            key = derived_keys.key_of(KeyKind.USER, user.id, db.session.get(UserKey, user.id).nonce).text
        return with_key(app, key)

    return made


def id_of(client: ApiClient) -> int:
    found: int = client.get("/api/session").get_json()["user"]["id"]
    return found


def asked(client: ApiClient, query: dict[str, Any]) -> Any:
    """The value that the query has for the caller, run anew; the error where it has none."""
    answer = client.post(f"/api/queries/{query['id']}/results", json={"max_age": 0, "wait": 1})
    found = answer.get_json()
    return found["query_result"]["data"]["rows"][0]["s"] if "query_result" in found else found["job"]["error"]


def lent(shop: Shop, mallory: ApiClient, query: dict[str, Any]) -> None:
    grant = {"access_type": "modify", "user_id": id_of(mallory)}
    assert shop.alice.post(f"/api/queries/{query['id']}/acl", json=grant).status_code == 200


def on_a_shared_dashboard(shop: Shop, query: dict[str, Any]) -> tuple[int, int, str]:
    """(dashboard, chart, its key)"""
    chart = {"query_id": query["id"], "type": "TABLE", "name": "t", "options": {}}
    drawn = shop.alice.post("/api/visualizations", json=chart).get_json()["id"]
    board = shop.alice.post("/api/dashboards", json={"name": "board"}).get_json()["id"]
    widget = {"dashboard_id": board, "visualization_id": drawn, "text": "", "options": {}, "width": 1}
    assert shop.alice.post("/api/widgets", json=widget).status_code == 200
    return board, drawn, shop.alice.post(f"/api/dashboards/{board}/share").get_json()["api_key"]


def test_who_writes_the_text_reads_by_its_key_no_row_that_is_hidden_from_him(
    app: Flask, shop: Shop, sales: int, person: Person
) -> None:
    shop.bench.is_quick = True
    mallory = person("mallory", "limited")
    limit(app, "limited", "tenant = 'a'", sales)
    query = shop.query("select 1 as s")
    lent(shop, mallory, query)
    assert mallory.post(f"/api/queries/{query['id']}", json={"query": TOTAL}).status_code == 200
    key = mallory.get(f"/api/queries/{query['id']}").get_json()["api_key"]
    assert asked(mallory, query) == OWN
    assert asked(shop.alice, query) == ALL
    reader = with_key(app, key)
    assert asked(reader, query) == OWN
    kept = reader.get(f"/api/queries/{query['id']}/results").get_json()["query_result"]
    assert kept["data"]["rows"] == [{"s": OWN}]
    assert shop.alice.post(f"/api/queries/{query['id']}", json={"query": f"{TOTAL} "}).status_code == 200
    assert asked(reader, query) == ALL


def test_nor_on_a_dashboard_that_another_shared(
    app: Flask, shop: Shop, sales: int, person: Person, client_of: ClientOf
) -> None:
    shop.bench.is_quick = True
    mallory = person("mallory", "limited")
    limit(app, "limited", "tenant = 'a'", sales)
    query = shop.query(TOTAL)
    board, chart, key = on_a_shared_dashboard(shop, query)
    page = client_of(None, **{"X-GuestToken": key})
    place = f"/api/v1/chart/{chart}/data/?dashboard_id={board}"
    assert asked(with_key(app, key), query) == ALL
    assert page.get(place).get_json()["result"][0]["data"] == [{"s": ALL}]
    lent(shop, mallory, query)
    assert mallory.post(f"/api/queries/{query['id']}", json={"query": f"{TOTAL} "}).status_code == 200
    assert asked(with_key(app, key), query) == OWN
    assert page.get(place).get_json()["result"][0]["data"] == [{"s": OWN}]


def test_nor_a_table_that_is_closed_to_him(
    app: Flask, shop: Shop, sales: int, person: Person, client_of: ClientOf
) -> None:
    shop.bench.is_quick = True
    mallory = person("mallory", dataset=sales)
    query = shop.query("select 1 as s")
    board, chart, key = on_a_shared_dashboard(shop, query)
    lent(shop, mallory, query)
    assert mallory.post(f"/api/queries/{query['id']}", json={"query": WORD}).status_code == 200
    of_query = mallory.get(f"/api/queries/{query['id']}").get_json()["api_key"]
    refused = {of_query: "You may not read: secrets", key: "The query could not be run."}
    for each, text in refused.items():
        assert asked(with_key(app, each), query) == text
    page = client_of(None, **{"X-GuestToken": key}).get(f"/api/v1/chart/{chart}/data/?dashboard_id={board}")
    assert page.status_code == 403 and "canary" not in page.text
    assert asked(shop.alice, query) == "canary"
    for each, text in refused.items():
        assert asked(with_key(app, each), query) == text


@pytest.mark.parametrize(
    ("sql", "refusal"), [(WORD, "You may not read: secrets"), ("delete from sales", "mutates data")]
)
def test_nor_by_the_clock_and_the_alerts_of_its_maker(
    app: Flask, shop: Shop, sales: int, person: Person, people: dict[str, int], sql: str, refusal: str
) -> None:
    shop.bench.is_quick = True
    mallory, query = person("mallory", dataset=sales), shop.query("select 1 as s")
    lent(shop, mallory, query)
    assert mallory.post(f"/api/queries/{query['id']}", json={"query": sql}).status_code == 200
    with app.app_context():
        db.session.get(Database, shop.source).allow_dml = True
        saved = db.session.get(SavedQuery, query["id"])
        saved.schedule_json, saved.next_run_on = '{"interval": 60}', datetime(2020, 1, 1)
        db.session.commit()
        assert query_schedule.tick() == 1
        found = db.session.query(Query).filter_by(saved_query_id=query["id"]).one()
        assert found.status == "failed" and refusal in found.error_message
        # What is her own, and what was written by somebody who is gone, is run as before.
        alice = actors.of_user(people["alice"])
        saved.sql, saved.sql_by_fk = TOTAL, None
        db.session.commit()
        assert saved_runs.ask(alice, saved, max_age=0, unattended=True).error_message is None


def test_leave_to_change_a_query_is_not_given_on(shop: Shop, person: Person, people: dict[str, int]) -> None:
    mallory, query = person("mallory"), shop.query("select 1 as s")
    lent(shop, mallory, query)
    place, grant = f"/api/queries/{query['id']}", {"access_type": "modify", "user_id": people["bob"]}
    assert mallory.post(place, json={"name": "better"}).status_code == 200
    refused = [
        mallory.post(f"{place}/acl", json=grant),
        mallory.delete(f"{place}/acl", json=grant),
        mallory.post(f"{place}/regenerate_api_key"),
        mallory.delete(place),
    ]
    words = {"message": "You don't have permission to edit this resource."}
    assert [(answer.status_code, answer.get_json()) for answer in refused] == [(403, words)] * 4
    whole = shop.alice.get(place).get_json()
    assert (whole["is_archived"], whole["api_key"], whole["name"]) == (False, query["api_key"], "better")
    for client in (shop.alice, shop.admin):
        assert client.post(f"{place}/acl", json=grant).status_code == 200
    assert shop.alice.delete(place).status_code == 200


def test_what_a_database_says_of_the_text_is_not_for_readers_of_a_dashboard(app: Flask, shop: Shop) -> None:
    shop.bench.is_quick = True
    query = shop.query("select no_such_column_1 as s from sales")
    _, _, key = on_a_shared_dashboard(shop, query)
    assert "no_such_column_1" in asked(shop.alice, query)
    assert asked(with_key(app, key), query) == "The query could not be run."


def test_what_stands_in_rows_is_no_sql_where_it_is_chosen(app: Flask, shop: Shop) -> None:
    shop.bench.is_quick = True
    hostile = "x' union select word from secrets --"
    rows = shop.query("select 'x'' union select word from secrets --' as name union all select 'O''Neill'")
    assert shop.alice.post(f"/api/queries/{rows['id']}/results", json={"wait": 1}).status_code == 200
    which = {"name": "p", "type": "query", "queryId": rows["id"]}
    query = shop.query("select '{{ p }}' as s", which)
    several = shop.query(
        "select group_concat(x) as s from (select 'O''Neill' as x) where x in ({{ p }})",
        {**which, "multiValuesOptions": {"prefix": "'", "suffix": "'", "separator": ","}},
    )
    wish = {"max_age": 0, "wait": 1}
    for reader in (shop.alice, shop.vera):
        for value in (hostile, "O'Neill"):
            answer = reader.post(f"/api/queries/{query['id']}/results", json={**wish, "parameters": {"p": value}})
            assert answer.get_json()["query_result"]["data"]["rows"] == [{"s": value}]
        answer = reader.post(f"/api/queries/{several['id']}/results", json={**wish, "parameters": {"p": ["O'Neill"]}})
        assert answer.get_json()["query_result"]["data"]["rows"] == [{"s": "O'Neill"}]


def test_who_may_look_at_a_query_finds_no_draft_of_it(app: Flask, shop: Shop) -> None:
    query = shop.query("select 1 as s")
    draft = {"query": WORD, "data_source_id": shop.source, "query_id": query["id"], "max_age": 0}
    job = shop.alice.post("/api/query_results", json=draft).get_json()["job"]
    shop.bench.work()
    result = shop.alice.get(f"/api/jobs/{job['id']}").get_json()["job"]["query_result_id"]
    places = (f"/api/query_results/{result}", f"/api/queries/{query['id']}/results/{result}.csv")
    for place in places:
        assert "canary" in shop.alice.get(place).text
        for reader in (shop.vera, with_key(app, query["api_key"])):
            answer = reader.get(place)
            assert answer.status_code in {403, 404} and "canary" not in answer.text


def test_what_a_query_asked_before_is_not_for_who_may_look_at_what_it_asks_now(app: Flask, shop: Shop) -> None:
    query = shop.query(WORD)
    result = shop.ran(query)["query_result_id"]
    place = f"/api/queries/{query['id']}/results/{result}.csv"
    for reader in (shop.vera, with_key(app, query["api_key"])):
        assert "canary" in reader.get(place).text
    assert shop.alice.post(f"/api/queries/{query['id']}", json={"query": "select 1 as s"}).status_code == 200
    for reader in (shop.vera, with_key(app, query["api_key"])):
        assert reader.get(place).status_code == 403
    assert "canary" in shop.alice.get(place).text


def test_a_key_with_scopes_is_not_told_what_its_owner_was(
    app: Flask, shop: Shop, embedded: Embedded, people: dict[str, int]
) -> None:
    place = f"/api/queries/{1_000_000_000 + embedded.chart}"
    assert "sales" in shop.alice.get(place).get_json()["query"]
    assert scoped(app, people["alice"], "can_read").get(place).get_json()["query"] == ""
    assert "sales" in shop.alice.get(place).get_json()["query"]


def test_of_many_who_wait_some_are_answered_at_once(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    query = shop.query("select 1 as s")
    with app.app_context():
        crowd = stores.crowd()
    monkeypatch.setattr(crowd, "_most", 0)
    monkeypatch.setattr(crowd, "_patience_s", 0.0)
    answer = shop.alice.post(f"/api/queries/{query['id']}/results", json={"max_age": 0, "wait": 60})
    assert answer.get_json()["job"]["status"] == 1
