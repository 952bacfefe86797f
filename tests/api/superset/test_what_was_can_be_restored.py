"""Each write keeps what it replaces; owners look at it and bring it back, and what was deleted too."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from superset_like.extensions import db
from superset_like.models import DeletedObject, FormerState
from superset_like.models.mixins import now
from tests.conftest import ApiClient, ClientOf, Counted, Embedded


def paths(embedded: Embedded) -> dict[str, str]:
    return {
        "slice_name": f"/api/v1/chart/{embedded.chart}",
        "dashboard_title": f"/api/v1/dashboard/{embedded.dashboard}",
        "description": f"/api/v1/dataset/{embedded.dataset}",
    }


def saved_query(client: ApiClient, database: int) -> str:
    body = {"label": "Mine", "sql": "SELECT 1", "db_id": database}
    return f"/api/v1/saved_query/{client.post('/api/v1/saved_query/', json=body).get_json()['id']}"


def versions(client: ApiClient, path: str, **asked: int) -> list[dict[str, Any]]:
    answer = client.get(f"{path}/history/", query_string=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["result"]
    return found


def put(client: ApiClient, path: str, **values: Any) -> None:
    answer = client.put(path, json=values)
    assert answer.status_code == 200, answer.text


def version_of(client: ApiClient, path: str) -> int:
    return int(client.get(path).headers["ETag"].strip('"'))


@pytest.mark.parametrize("name", ["slice_name", "dashboard_title", "description", "label"])
def test_a_former_version_comes_back_as_a_new_one(
    client_of: ClientOf, embedded: Embedded, data_database: int, name: str
) -> None:
    alice, admin = client_of("alice"), client_of("admin")
    path = saved_query(alice, data_database) if name == "label" else paths(embedded)[name]
    other = alice if name == "label" else admin
    put(alice, path, **{name: "First"})
    first = versions(alice, path)[0]["version"]
    put(other, path, **{name: "Second"})
    told = versions(alice, path)
    assert [each["changed"] for each in told[:2]] == [[name], [name]]
    assert [each["is_current"] for each in told[:2]] == [True, False]
    assert told[1]["version"] == first
    who = "Alice" if name == "label" else "Admin"
    assert [each["changed_by"]["first_name"] for each in told[:2]] == [who, "Alice"]
    seen = alice.get(f"{path}/history/{first}").get_json()["result"]
    assert seen["state"][name] == "First"
    assert seen["differs"] == [{"field": name, "then": "First", "now": "Second"}]

    answer = alice.post(f"{path}/history/{first}/restore")
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["result"]["left_out"] == []
    assert alice.get(path).get_json()["result"][name] == "First"
    again = versions(alice, path)
    assert (again[0]["restored_version"], again[0]["changed"]) == (first, [name])
    assert again[0]["version"] == answer.get_json()["result"]["version"] > told[0]["version"]
    assert alice.get(f"{path}/history/{told[0]['version']}").get_json()["result"]["state"][name] == "Second"
    assert alice.post(f"{path}/history/99999/restore").status_code == 404


def test_a_write_that_changes_nothing_keeps_nothing(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    for name, path in paths(embedded).items():
        put(alice, path, **{name: "Same"})
        before = versions(alice, path)
        put(alice, path, **{name: "Same"})
        after = versions(alice, path)
        assert len(after) == len(before)
        assert after[0]["version"] > before[0]["version"]


def test_keys_within_a_form_are_told_one_by_one(client_of: ClientOf, embedded: Embedded) -> None:
    alice, path = client_of("alice"), paths(embedded)["slice_name"]
    put(alice, path, params=json.dumps({"metric": "total", "row_limit": 5}))
    put(alice, path, params=json.dumps({"metric": "total", "row_limit": 7, "x": [1]}), viz_type="pie")
    told = versions(alice, path)
    assert told[0]["changed"] == ["viz_type", "params.row_limit", "params.x"]
    differs = alice.get(f"{path}/history/{told[1]['version']}").get_json()["result"]["differs"]
    assert {"field": "params.row_limit", "then": 5, "now": 7} in differs


def test_a_datasets_columns_and_metrics_come_back(client_of: ClientOf, embedded: Embedded) -> None:
    alice, path = client_of("alice"), paths(embedded)["description"]
    record = alice.get(path).get_json()["result"]
    before = version_of(alice, path)
    total = next(each for each in record["metrics"] if each["metric_name"] == "total")
    put(alice, path, metrics=[{"id": total["id"], "metric_name": "sum", "expression": "SUM(amount)"}])
    column = next(each["id"] for each in record["columns"] if each["column_name"] == "region")
    assert alice.delete(f"{path}/column/{column}").status_code == 200
    assert [each["changed"] for each in versions(alice, path)[:2]] == [
        ["columns.region"],
        ["metrics.count", "metrics.sum", "metrics.total"],
    ]
    answer = alice.post(f"{path}/history/{before}/restore")
    assert answer.status_code == 200, answer.text
    again = alice.get(path).get_json()["result"]
    assert {each["metric_name"] for each in again["metrics"]} == {"count", "total"}
    assert next(each["id"] for each in again["metrics"] if each["metric_name"] == "total") == total["id"]
    assert {each["column_name"] for each in again["columns"]} == {each["column_name"] for each in record["columns"]}


def test_a_dashboard_comes_back_with_its_charts(client_of: ClientOf, embedded: Embedded) -> None:
    alice, path = client_of("alice"), paths(embedded)["dashboard_title"]
    layout, before = alice.get(path).get_json()["result"]["position_json"], version_of(alice, path)
    put(alice, path, charts=[])
    assert versions(alice, path)[0]["changed"] == ["position_json", "charts"]
    assert alice.get(f"{path}/charts").get_json()["result"] == []
    assert alice.post(f"{path}/history/{before}/restore").get_json()["result"]["left_out"] == []
    assert [each["id"] for each in alice.get(f"{path}/charts").get_json()["result"]] == [embedded.chart]
    assert json.loads(alice.get(path).get_json()["result"]["position_json"]) == json.loads(layout)


def test_history_is_for_those_who_may_change_it(client_of: ClientOf, embedded: Embedded, guest_of: Any) -> None:
    alice = client_of("alice")
    for name, path in paths(embedded).items():
        before = version_of(alice, path)
        put(alice, path, **{name: "Changed"})
        for person, status in (("bob", 403), ("charlie", 403 if name == "description" else 404)):
            client = client_of(person)
            for method, below in (("GET", ""), ("GET", str(before)), ("POST", f"{before}/restore")):
                answer = client.open(f"{path}/history/{below}", method=method)
                assert answer.status_code == status, (person, path, below, answer.text)
        for method, below in (("GET", ""), ("POST", f"{before}/restore")):
            assert guest_of(embedded).open(f"{path}/history/{below}", method=method).status_code == 403
        assert alice.get(path).get_json()["result"][name] == "Changed"


def test_a_version_refers_to_nothing_that_is_closed(
    client_of: ClientOf, embedded: Embedded, data_database: int, people: dict[str, int]
) -> None:
    """Bob comes to own a chart that was once over a dataset which he may not read."""
    alice, path = client_of("alice"), paths(embedded)["slice_name"]
    other = alice.post("/api/v1/dataset/", json={"database": data_database, "table_name": "secrets"}).get_json()["id"]
    put(alice, path, datasource_id=other, datasource_type="table")
    before = version_of(alice, path)
    put(alice, path, datasource_id=embedded.dataset, datasource_type="table", owners=[people["bob"], people["alice"]])
    answer = client_of("bob").post(f"{path}/history/{before}/restore")
    assert answer.status_code == 403, answer.text
    assert alice.post(f"{path}/history/{before}/restore").status_code == 200
    alice.delete(f"/api/v1/dataset/{other}")
    put(alice, path, datasource_id=embedded.dataset, datasource_type="table")
    answer = alice.post(f"{path}/history/{before}/restore")
    assert (answer.status_code, list(answer.get_json()["message"])) == (422, ["dataset"])


def test_a_stale_restore_is_refused(client_of: ClientOf, embedded: Embedded) -> None:
    alice, path = client_of("alice"), paths(embedded)["slice_name"]
    before = version_of(alice, path)
    put(alice, path, slice_name="Newer")
    seen = {"If-Match": f'"{before}"'}
    assert alice.post(f"{path}/history/{before}/restore", headers=seen).status_code == 412


def test_pages_and_limits(
    app: Flask, client_of: ClientOf, embedded: Embedded, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, path = client_of("alice"), paths(embedded)["slice_name"]
    few = replace(app.extensions["superset_like_settings"], history_versions=5)
    monkeypatch.setitem(app.extensions, "superset_like_settings", few)
    for number in range(9):
        put(alice, path, slice_name=f"Name {number}")
    told = alice.get(f"{path}/history/").get_json()
    assert (told["count"], len(told["result"])) == (6, 6)
    assert [each["changed"] for each in told["result"]] == [["slice_name"]] * 5 + [None]
    pages = [versions(alice, path, page=page, page_size=2) for page in range(3)]
    assert [entry for page in pages for entry in page] == told["result"]

    def cost(size: int) -> int:
        versions(alice, path, page_size=size)
        counted.statements.clear()
        versions(alice, path, page_size=size)
        return len(counted)

    assert cost(2) == cost(6)
    off = replace(few, history_versions=0)
    monkeypatch.setitem(app.extensions, "superset_like_settings", off)
    put(alice, path, slice_name="Not kept")
    assert "Name 8" not in [each.get("state") for each in versions(alice, path)]
    assert alice.get(f"{path}/history/").get_json()["count"] == 6


@pytest.mark.parametrize("name", ["slice_name", "dashboard_title", "description", "label"])
def test_what_was_deleted_comes_back_with_its_past(
    client_of: ClientOf, embedded: Embedded, data_database: int, name: str
) -> None:
    alice = client_of("alice")
    path = saved_query(alice, data_database) if name == "label" else paths(embedded)[name]
    resource = path.rsplit("/", 1)[0]
    before = version_of(alice, path)
    put(alice, path, **{name: "Changed"})
    whole = alice.get(path).get_json()["result"]
    assert alice.delete(path).status_code == 200
    assert alice.get(path).status_code == 404
    listed = alice.get(f"{resource}/deleted/").get_json()
    assert listed["count"] == 1
    grave = listed["result"][0]
    assert (grave["object_id"], grave["deleted_by"]["first_name"]) == (int(path.rsplit("/", 1)[1]), "Alice")
    # Who may write things of this kind is shown his own; who may not is refused.
    is_writer = name in {"slice_name", "dashboard_title"}
    for person in ("bob", "charlie"):
        answer = client_of(person).get(f"{resource}/deleted/")
        assert (answer.status_code, answer.get_json().get("count")) == ((200, 0) if is_writer else (403, None))
        refused = client_of(person).post(f"{resource}/deleted/{grave['id']}/restore")
        assert refused.status_code == (404 if is_writer else 403)
    restored = alice.post(f"{resource}/deleted/{grave['id']}/restore")
    assert restored.status_code == 201, restored.text
    assert restored.get_json()["result"]["left_out"] == []
    again = alice.get(path).get_json()["result"]
    moving = ("changed_on", "changed", "version", "thumbnail_url", "created_on_", "columns", "metrics", "charts")
    steady = [key for key in whole if not key.startswith(moving) and key != "custom_tags"]
    assert {key: again[key] for key in steady} == {key: whole[key] for key in steady}
    assert grave["uuid"] == restored.get_json()["result"]["uuid"]
    assert before in [each["version"] for each in versions(alice, path)[1:]]
    put(alice, path, **{name: "And on"})
    assert alice.post(f"{path}/history/{before}/restore").status_code == 200
    assert alice.get(f"{resource}/deleted/").get_json()["count"] == 0
    assert alice.post(f"{resource}/deleted/{grave['id']}/restore").status_code == 404


def test_what_hung_on_it_hangs_on_it_again(client_of: ClientOf, embedded: Embedded) -> None:
    alice, admin = client_of("alice"), client_of("admin")
    rule = {"name": "R", "filter_type": "Base", "tables": [embedded.dataset], "roles": [], "clause": "tenant = 'a'"}
    assert admin.post("/api/v1/rowlevelsecurity/", json=rule).status_code == 201
    data = f"/api/v1/chart/{embedded.chart}/data/"
    bound = alice.get(data).get_json()["result"][0]["data"]
    chart, dashboard, dataset = (paths(embedded)[name] for name in ("slice_name", "dashboard_title", "description"))
    assert alice.delete(chart).status_code == 200
    assert alice.get(f"{dashboard}/charts").get_json()["result"] == []
    assert alice.delete(dataset).status_code == 200

    def restored(resource: str) -> Any:
        grave = alice.get(f"/api/v1/{resource}/deleted/").get_json()["result"][0]["id"]
        return alice.post(f"/api/v1/{resource}/deleted/{grave}/restore")

    too_early = restored("chart")
    assert (too_early.status_code, list(too_early.get_json()["message"])) == (422, ["dataset"])
    assert restored("dataset").status_code == 201
    assert restored("chart").status_code == 201
    assert [each["id"] for each in alice.get(f"{dashboard}/charts").get_json()["result"]] == [embedded.chart]
    # The rule binds as before: restoring opens no rows.
    assert alice.get(data).get_json()["result"][0]["data"] == bound
    # A grant is given anew by who may give it.
    assert client_of("bob").get(data).status_code in {403, 404}


def test_a_number_that_was_given_anew_brings_no_past_with_it(client_of: ClientOf, embedded: Embedded) -> None:
    alice, path = client_of("alice"), paths(embedded)["slice_name"]
    put(alice, path, slice_name="Secret plan")
    uuid = alice.get(path).get_json()["result"]["uuid"]
    assert alice.delete(path).status_code == 200
    asked = {"datasource_id": embedded.dataset, "datasource_type": "table"}
    made = client_of("bob").post("/api/v1/chart/", json={"slice_name": "Bob's", **asked, "uuid": uuid})
    assert made.get_json()["id"] == embedded.chart
    assert [each["changed"] for each in versions(client_of("bob"), path)] == [None]
    grave = alice.get("/api/v1/chart/deleted/").get_json()["result"][0]["id"]
    assert alice.post(f"/api/v1/chart/deleted/{grave}/restore").status_code == 409
    assert client_of("bob").put(path, json={"uuid": "11111111-1111-1111-1111-111111111111"}).status_code == 200
    back = alice.post(f"/api/v1/chart/deleted/{grave}/restore")
    assert back.status_code == 201
    assert back.get_json()["id"] != embedded.chart


def test_it_is_gone_when_its_time_is_over(app: Flask, client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    chart, dashboard = paths(embedded)["slice_name"], paths(embedded)["dashboard_title"]
    put(alice, chart, slice_name="Changed")
    assert alice.delete(chart).status_code == 200
    with app.app_context():
        db.session.query(DeletedObject).update({"deleted_on": now() - timedelta(days=31)})
        db.session.commit()
    grave = "/api/v1/chart/deleted/1/restore"
    assert alice.get("/api/v1/chart/deleted/").get_json()["count"] == 0
    assert alice.post(grave).status_code == 404
    # The next deletion sweeps.
    assert alice.delete(dashboard).status_code == 200
    with app.app_context():
        assert [each.object_type for each in db.session.query(DeletedObject)] == ["dashboard"]
        assert {each.object_type for each in db.session.query(FormerState)} == {"dataset"}


def test_a_dashboard_wears_again_what_it_wore(client_of: ClientOf, embedded: Embedded) -> None:
    alice, path = client_of("alice"), f"/api/v1/dashboard/{embedded.dashboard}"
    themes = [
        alice.post("/api/v1/theme/", json={"theme_name": name, "json_data": "{}"}).get_json()["id"] for name in "ab"
    ]
    put(alice, path, theme_id=themes[0])
    worn = version_of(alice, path)
    put(alice, path, theme_id=themes[1])
    assert versions(alice, path)[0]["changed"] == ["theme"]
    assert alice.post(f"{path}/history/{worn}/restore").status_code == 200
    assert alice.get(path).get_json()["result"]["theme"]["id"] == themes[0]
    put(alice, path, theme_id=themes[1])
    alice.delete(f"/api/v1/theme/{themes[0]}")
    answer = alice.post(f"{path}/history/{worn}/restore")
    assert answer.status_code == 200
    assert answer.get_json()["result"]["left_out"] == ["theme"]
    assert alice.get(path).get_json()["result"]["theme"] is None
    alice.delete(path)
    (grave,) = alice.get("/api/v1/dashboard/deleted/").get_json()["result"]
    assert alice.post(f"/api/v1/dashboard/deleted/{grave['id']}/restore").status_code == 201


def test_nobody_gets_the_past_of_anothers_query(client_of: ClientOf, data_database: int) -> None:
    alice, admin = client_of("alice"), client_of("admin")
    place = admin.get(f"/api/v1/database/{data_database}/connection").get_json()["result"]["sqlalchemy_uri"]
    made = {"database_name": "brief", "sqlalchemy_uri": place}
    brief = admin.post("/api/v1/database/", json=made).get_json()["id"]
    path = saved_query(admin, brief)
    for number in range(5):
        put(admin, path, sql=f"SELECT {number}")
    assert admin.delete(f"/api/v1/database/{brief}").status_code == 200
    # It outlives its connection, and so does its past.
    assert admin.get(path).get_json()["result"]["database"] is None
    assert len(versions(admin, path)) == 6
    assert admin.delete(path).status_code == 200
    again = saved_query(alice, data_database)
    assert len(versions(alice, again)) == 1
