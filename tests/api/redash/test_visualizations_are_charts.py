"""A visualization of a query is a chart over the dataset of the query, with what only Redash knows beside it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.extensions import db
from superset_like.models import Chart, Dataset, SavedQuery
from superset_like.services import query_datasets, visualizations
from tests.api.redash.conftest import RedashOf
from tests.conftest import ClientOf

SQL = "SELECT region, tenant, amount, sold_on FROM sales"
COLUMN = {"globalSeriesType": "column", "columnMapping": {"region": "x", "amount": "y"}, "zz": {"b": 1, "a": [None]}}
MakeQuery = Callable[..., int]


@pytest.fixture
def make_query(app: Flask, people: dict[str, int], data_database: int) -> MakeQuery:
    """Makes a shared saved query of somebody; its id."""

    def made(sql: str = SQL, owner: str = "admin", **values: Any) -> int:
        with app.test_request_context(), acting(of_user(people[owner])):
            values = {"label": "Sales", "is_shared": True, **values}
            saved = SavedQuery(db_id=data_database, sql=sql, created_by_fk=people[owner], **values)
            saved.sql_by_fk = people[owner]
            db.session.add(saved)
            db.session.commit()
            return saved.id

    return made


def made(client: Any, query_id: int, kind: str = "CHART", options: Any = None, name: str = "Chart") -> dict[str, Any]:
    body = {"query_id": query_id, "type": kind, "name": name, "description": "", "options": options or {}}
    answer = client.post("/api/visualizations", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def rows(client: Any, chart: int) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/chart/{chart}/data/")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["result"][0]["data"]
    return found


def test_it_comes_back_as_it_was_sent(redash_of: RedashOf, make_query: MakeQuery) -> None:
    found = made(redash_of("admin"), make_query(), options=COLUMN)
    assert list(found) == ["id", "type", "name", "description", "options", "updated_at", "created_at"]
    assert (found["type"], found["name"], found["description"]) == ("CHART", "Chart", "")
    assert json.dumps(found["options"]) == json.dumps(COLUMN)


def test_it_is_drawn_by_superset_s_api(redash_of: RedashOf, client_of: ClientOf, make_query: MakeQuery) -> None:
    found = made(redash_of("admin"), make_query(), options=COLUMN)
    chart = client_of("admin").get(f"/api/v1/chart/{found['id']}").get_json()["result"]
    assert chart["viz_type"] == "echarts_timeseries_bar"
    sums = {row["region"]: row["amount"] for row in rows(client_of("admin"), found["id"])}
    assert sums["north"] == 330 and sums["south"] == 770


def test_a_table_shows_the_columns_that_the_rows_have(
    redash_of: RedashOf, client_of: ClientOf, make_query: MakeQuery
) -> None:
    found = made(redash_of("admin"), make_query(), kind="TABLE")
    assert list(rows(client_of("admin"), found["id"])[0]) == ["region", "tenant", "amount", "sold_on"]


def test_a_change_by_superset_s_api_shows_in_redash(
    redash_of: RedashOf, client_of: ClientOf, make_query: MakeQuery
) -> None:
    admin, query = redash_of("admin"), make_query()
    found = made(admin, query, options=COLUMN)
    params = {"viz_type": "pie", "groupby": ["tenant"], "metric": {"label": "t", "column": {"column_name": "amount"}}}
    body = {"viz_type": "pie", "params": json.dumps(params)}
    assert client_of("admin").put(f"/api/v1/chart/{found['id']}", json=body).status_code == 200
    renamed = admin.post(f"/api/visualizations/{found['id']}", json={"name": "Pie", "query_id": 99}).get_json()
    assert (renamed["type"], renamed["name"]) == ("CHART", "Pie")
    assert renamed["options"]["globalSeriesType"] == "pie"
    assert renamed["options"]["columnMapping"] == {"tenant": "x", "amount": "y"}


def test_options_and_type_change_alone(redash_of: RedashOf, make_query: MakeQuery) -> None:
    admin = redash_of("admin")
    pk = made(admin, make_query(), options=COLUMN)["id"]
    assert admin.post(f"/api/visualizations/{pk}", json={"type": "TABLE"}).get_json()["options"] == COLUMN
    changed = admin.post(f"/api/visualizations/{pk}", json={"options": {"itemsPerPage": 3}}).get_json()
    assert (changed["type"], changed["options"]) == ("TABLE", {"itemsPerPage": 3})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "CHART", "name": "x", "options": {}},
        {"query_id": 1, "type": 5, "name": "x", "options": {}},
        {"query_id": 1, "type": "CHART", "name": "x" * 251, "options": {}},
        {"query_id": 1, "type": "CHART", "name": "x", "options": []},
    ],
)
def test_bad_input_is_a_400(redash_of: RedashOf, make_query: MakeQuery, body: dict[str, Any]) -> None:
    make_query()
    assert redash_of("admin").post("/api/visualizations", json=body).status_code == 400


def test_who_may_not_edit_the_query_changes_nothing(redash_of: RedashOf, make_query: MakeQuery) -> None:
    query = make_query()
    found = made(redash_of("admin"), query)
    body = {"query_id": query, "type": "CHART", "name": "x", "options": {}}
    # alice reads all data, and so sees the query.
    assert redash_of("alice").post("/api/visualizations", json=body).status_code == 403
    assert redash_of("alice").post(f"/api/visualizations/{found['id']}", json={"name": "x"}).status_code == 403
    assert redash_of("alice").delete(f"/api/visualizations/{found['id']}").status_code == 403
    assert redash_of("charlie").post("/api/visualizations", json=body).status_code in {403, 404}
    assert redash_of(None).post("/api/visualizations", json=body).status_code == 404
    assert redash_of("admin").post("/api/visualizations", json={**body, "query_id": 9999}).status_code == 404
    assert redash_of("admin").post("/api/visualizations/9999", json={"name": "x"}).status_code == 404


def test_it_can_be_deleted(app: Flask, redash_of: RedashOf, make_query: MakeQuery) -> None:
    pk = made(redash_of("admin"), make_query())["id"]
    answer = redash_of("admin").delete(f"/api/visualizations/{pk}")
    assert (answer.status_code, answer.get_json()) == (200, None)
    with app.app_context():
        assert db.session.get(Chart, pk) is None
    assert redash_of("admin").delete(f"/api/visualizations/{pk}").status_code == 404


def test_there_is_no_reading_of_one(redash_of: RedashOf, make_query: MakeQuery) -> None:
    pk = made(redash_of("admin"), make_query())["id"]
    assert redash_of("admin").get(f"/api/visualizations/{pk}").status_code == 405


def test_copies_have_the_same_options(
    app: Flask, people: dict[str, int], redash_of: RedashOf, make_query: MakeQuery
) -> None:
    source, target = make_query(), make_query()
    made(redash_of("admin"), source, kind="TABLE", name="Table")
    made(redash_of("admin"), source, options=COLUMN)
    with app.test_request_context(), acting(of_user(people["admin"])) as actor:
        saved = [db.session.get(SavedQuery, pk) for pk in (source, target)]
        copies = visualizations.copy_all(actor, saved[0], saved[1])  # type: ignore[arg-type]
        shown = visualizations.shown(copies)
        assert [(copy.slice_name, shown[copy.id].options) for copy in copies] == [("Table", {}), ("Chart", COLUMN)]
        assert len(visualizations.of_query(actor, saved[1])) == 2  # type: ignore[arg-type]


def test_nobody_reads_by_a_text_what_its_author_may_not(
    app: Flask, people: dict[str, int], client_of: ClientOf, redash_of: RedashOf, make_query: MakeQuery, sales: int
) -> None:
    """bob may read one dataset of the connection, and writes a query of a table that he may not read."""
    query = make_query("SELECT word FROM secrets", owner="bob")
    with app.test_request_context(), acting(of_user(people["bob"])) as actor:
        saved = db.session.get(SavedQuery, query)
        assert saved is not None
        dataset = query_datasets.dataset_of(actor, saved)
        db.session.commit()
        pk = dataset.id
    context = {"datasource": {"id": pk, "type": "table"}, "queries": [{"columns": ["word"], "metrics": None}]}
    answer = client_of("bob").post("/api/v1/chart/data", json=context)
    assert answer.status_code == 403 and "canary" not in answer.text
    # Who may read the table himself asks it as anybody's.
    assert "canary" in client_of("admin").post("/api/v1/chart/data", json=context).text
    # Nor does the dataset survive the query, which would make it one that somebody was allowed to save.
    with app.test_request_context(), acting(of_user(people["bob"])) as actor:
        saved = db.session.get(SavedQuery, query)
        assert saved is not None
        query_datasets.release(actor, saved)
        db.session.commit()
        assert db.session.get(Dataset, pk) is None


def test_the_dataset_follows_the_query(app: Flask, people: dict[str, int], make_query: MakeQuery) -> None:
    query = make_query()
    with app.test_request_context(), acting(of_user(people["admin"])) as actor:
        saved = db.session.get(SavedQuery, query)
        assert saved is not None
        dataset = query_datasets.dataset_of(actor, saved)
        assert (dataset.table_name, dataset.sql) == (f"Sales (query {query})", SQL)
        assert query_datasets.dataset_of(actor, saved) is dataset
        parameter = {"name": "Least amount", "type": "number", "value": 100}
        saved.options_json = json.dumps({"parameters": [parameter]})
        saved.sql = f"{SQL} WHERE amount > {{{{ Least amount }}}}"
        query_datasets.follow(saved)
        db.session.commit()
        assert dataset.sql == f"{SQL} WHERE amount > {{{{ p1_Least_amount }}}}"
        assert json.loads(dataset.template_params or "") == {"p1_Least_amount": 100}
        version = dataset.version
        query_datasets.follow(saved)
        learnt = [{"column_name": "region", "type": "STRING", "is_dttm": False}]
        query_datasets.learn_columns(query, learnt)
        assert [column.column_name for column in dataset.columns] == ["region"]
        after = dataset.version
        query_datasets.learn_columns(query, learnt)
        db.session.commit()
        assert after > version and dataset.version == after


def test_a_data_source_goes_with_the_datasets_of_its_queries(
    app: Flask, redash_of: RedashOf, data_database: int
) -> None:
    admin = redash_of("admin")
    body = {"query": SQL, "data_source_id": data_database, "name": "x"}
    query = admin.post("/api/queries", json=body).get_json()["id"]
    assert admin.delete(f"/api/data_sources/{data_database}").status_code == 204
    found = admin.get(f"/api/queries/{query}").get_json()
    assert found["data_source_id"] is None
    assert [each["type"] for each in found["visualizations"]] == ["TABLE"]


def test_a_chart_that_found_another_dataset_waits_no_more(
    app: Flask, redash_of: RedashOf, client_of: ClientOf, data_database: int, sales_file: Path
) -> None:
    admin, superset = redash_of("admin"), client_of("admin")
    query = admin.post("/api/queries", json={"query": SQL, "data_source_id": data_database, "name": "x"}).get_json()[
        "id"
    ]
    moved = made(admin, query, options=COLUMN)["id"]
    assert admin.delete(f"/api/data_sources/{data_database}").status_code == 204
    source = {"name": "again", "type": "sqlite", "options": {"dbpath": str(sales_file)}}
    pk = admin.post("/api/data_sources", json=source).get_json()["id"]
    dataset = superset.post("/api/v1/dataset/", json={"database": pk, "table_name": "sales"}).get_json()["id"]
    change = {"datasource_id": dataset, "datasource_type": "table"}
    assert superset.put(f"/api/v1/chart/{moved}", json=change).status_code == 200
    assert [each["type"] for each in admin.get(f"/api/queries/{query}").get_json()["visualizations"]] == ["TABLE"]
    assert admin.post(f"/api/queries/{query}", json={"data_source_id": pk}).status_code == 200
    assert [each["type"] for each in admin.get(f"/api/queries/{query}").get_json()["visualizations"]] == ["TABLE"]
    with app.app_context():
        chart = db.session.get(Chart, moved)
        assert chart is not None and chart.datasource_id == dataset


def test_what_was_drawn_waits_for_another_data_source(
    redash_of: RedashOf, client_of: ClientOf, data_database: int, sales_file: Path
) -> None:
    admin, superset = redash_of("admin"), client_of("admin")
    body = {"query": SQL, "data_source_id": data_database, "name": "x"}
    query = admin.post("/api/queries", json=body).get_json()["id"]
    drawn, formed = made(admin, query, options=COLUMN), made(admin, query, options=COLUMN, name="Formed")
    params = json.loads(superset.get(f"/api/v1/chart/{formed['id']}").get_json()["result"]["params"])
    params["x_axis"] = "tenant"
    assert superset.put(f"/api/v1/chart/{formed['id']}", json={"params": json.dumps(params)}).status_code == 200
    board = admin.post("/api/dashboards", json={"name": "Board"}).get_json()["id"]
    widget = {"dashboard_id": board, "visualization_id": drawn["id"], "text": "", "options": {}, "width": 1}
    assert admin.post("/api/widgets", json=widget).status_code == 200
    before = admin.get(f"/api/queries/{query}").get_json()["visualizations"]
    assert len(before) == 3
    assert admin.delete(f"/api/data_sources/{data_database}").status_code == 204

    waiting = admin.get(f"/api/queries/{query}").get_json()["visualizations"]
    assert waiting == before
    renamed = admin.post(f"/api/visualizations/{drawn['id']}", json={"name": "Renamed"})
    assert (renamed.status_code, renamed.get_json()["name"]) == (200, "Renamed")
    refused = admin.post(f"/api/visualizations/{drawn['id']}", json={"type": "COUNTER", "options": {}})
    assert (refused.status_code, "has no data source" in refused.get_json()["message"]) == (400, True)
    assert admin.get(f"/api/queries/{query}/results.json").status_code == 404
    gone = admin.post(f"/api/queries/{query}/results", json={"max_age": 0})
    assert (gone.status_code, gone.get_json()) == (
        401,
        {"job": {"status": 4, "error": "Target data source not available."}},
    )

    source = {"name": "again", "type": "sqlite", "options": {"dbpath": str(sales_file)}}
    made_again = admin.post("/api/data_sources", json=source)
    assert made_again.status_code == 200, made_again.text
    assert admin.post(f"/api/queries/{query}", json={"data_source_id": made_again.get_json()["id"]}).status_code == 200
    after = admin.get(f"/api/queries/{query}").get_json()["visualizations"]
    assert [(each["id"], each["options"]) for each in after] == [(each["id"], each["options"]) for each in before]
    assert len(rows(superset, drawn["id"])) == len(rows(client_of("alice"), drawn["id"])) > 1
    assert {row["tenant"] for row in rows(superset, formed["id"])} == {"a", "b"}
    widgets = admin.get(f"/api/dashboards/{board}").get_json()["widgets"]
    assert [each["visualization"]["id"] for each in widgets] == [drawn["id"]]
