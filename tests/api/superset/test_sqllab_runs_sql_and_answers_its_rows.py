"""POST /api/v1/sqllab/execute/ and what can be done with its result."""

import io
import zipfile
from typing import Any

import pytest

from superset_like.config.settings import Settings
from tests.conftest import ApiClient, ClientOf, Counted

URL = "/api/v1/sqllab/execute/"


def run(client: ApiClient, database: int, sql: str, **more: Any) -> Any:
    return client.post(URL, json={"database_id": database, "sql": sql, "schema": "main", "tab": "Q", **more})


def test_rows_columns_and_the_query_come_back(client_of: ClientOf, data_database: int, people: dict[str, int]) -> None:
    sql = "select id, region, amount from sales order by id"
    done = run(client_of("alice"), data_database, sql, client_id="abc123", queryLimit=100, sql_editor_id="1")
    assert done.status_code == 200
    answer = done.json
    assert (answer["status"], len(answer["data"])) == ("success", 12)
    assert answer["data"][0] == {"id": 1, "region": "north", "amount": 10}
    assert answer["data"][5] == {"id": 6, "region": None, "amount": 60}
    assert [column["column_name"] for column in answer["columns"]] == ["id", "region", "amount"]
    assert answer["columns"][1] == {
        "column_name": "region",
        "name": "region",
        "type": "STRING",
        "type_generic": 1,
        "is_dttm": False,
    }
    assert answer["selected_columns"] == answer["columns"]
    assert answer["expanded_columns"] == []
    query = answer["query"]
    assert (query["id"], query["queryId"], query["serverId"]) == ("abc123", answer["query_id"], answer["query_id"])
    assert (query["state"], query["rows"], query["limit"], query["limitingFactor"]) == (
        "success",
        12,
        100,
        "NOT_LIMITED",
    )
    assert (query["sql"], query["dbId"], query["db"], query["tab"]) == (sql, data_database, "shop", "Q")
    assert (query["userId"], query["user"], query["progress"]) == (people["alice"], "Alice Doe", 100)
    assert "LIMIT 101" in query["executedSql"]
    assert query["startDttm"] <= query["endDttm"]


def test_moments_are_iso_text(client_of: ClientOf, data_database: int) -> None:
    done = run(client_of("alice"), data_database, "select sold_on from sales where id = 1")
    assert done.json["data"] in ([{"sold_on": "2026-01-05T10:00:00"}], [{"sold_on": "2026-01-05 10:00:00"}])


@pytest.mark.parametrize(
    ("sql", "limit", "rows", "factor"),
    [
        ("select * from sales", 3, 3, "DROPDOWN"),
        ("select * from sales limit 2", 50, 2, "QUERY"),
        ("select * from sales limit 5", 5, 5, "QUERY_AND_DROPDOWN"),
        ("select * from sales where id <= 5", 50, 5, "NOT_LIMITED"),
        ("select * from sales limit 100", 50, 12, "NOT_LIMITED"),
    ],
)
def test_the_limit_is_kept_and_said(
    client_of: ClientOf, data_database: int, sql: str, limit: int, rows: int, factor: str
) -> None:
    answer = run(client_of("alice"), data_database, sql, queryLimit=limit).json
    assert (len(answer["data"]), answer["query"]["rows"], answer["query"]["limitingFactor"]) == (rows, rows, factor)
    assert answer.get("displayLimitReached", False) is (factor == "DROPDOWN")


def test_without_a_limit_the_setting_holds(client_of: ClientOf, data_database: int, settings: Settings) -> None:
    answer = run(client_of("alice"), data_database, "select 1 as one").json
    assert answer["query"]["limit"] == settings.sql_row_limit
    assert len(answer["query"]["id"]) == 10


def test_columns_of_one_name_are_told_apart(client_of: ClientOf, data_database: int) -> None:
    answer = run(client_of("alice"), data_database, "select 1 as a, 2 as a, 3 as a").json
    assert answer["data"] == [{"a": 1, "a__1": 2, "a__2": 3}]


def test_of_several_statements_the_last_one_answers(client_of: ClientOf, data_database: int) -> None:
    answer = run(client_of("alice"), data_database, "select 1 a; select 2 b;").json
    assert answer["data"] == [{"b": 2}]


def test_a_template_is_filled_in(client_of: ClientOf, data_database: int) -> None:
    sql = "select {{ x }} as a, '{{ current_username() }}' as who"
    answer = run(client_of("alice"), data_database, sql, templateParams='{"x": 7}')
    assert answer.status_code == 200
    assert answer.json["data"] == [{"a": 7, "who": "alice"}]
    assert run(client_of("alice"), data_database, sql, templateParams="[").status_code == 400


def test_the_result_is_read_again_by_its_key(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    first = run(alice, data_database, "select id from sales order by id").json
    key = first["query"]["resultsKey"]
    again = alice.get(f"/api/v1/sqllab/results/?q=(key:'{key}')")
    assert again.status_code == 200
    assert again.json["data"] == first["data"]
    two = alice.get(f"/api/v1/sqllab/results/?q=(key:'{key}',rows:2)").json
    assert two["data"] == [{"id": 1}, {"id": 2}]
    assert two["displayLimitReached"] is True
    assert alice.get("/api/v1/sqllab/results/?q=(key:nokey)").status_code == 404
    missing = alice.get("/api/v1/sqllab/results/")
    assert missing.status_code == 400
    assert missing.json["message"] == "Not a valid rison schema 'key' is a required property"


def test_the_result_is_exported_as_csv(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    sql = "select id, region, sold_on from sales where id in (1, 6) order by id"
    run(alice, data_database, sql, client_id="export1")
    found = alice.get("/api/v1/sqllab/export/export1/")
    assert found.status_code == 200
    assert found.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert found.headers["Content-Disposition"].startswith("attachment; filename=sqllab_q_")
    text = found.get_data().decode("utf-8-sig")
    assert text.splitlines()[0] == "id,region,sold_on"
    assert text.replace('"', "").splitlines()[1:] == ["1,north,2026-01-05 10:00:00", "6,,2026-03-31 23:59:59"]
    assert found.get_data().startswith("\ufeff".encode())
    streamed = alice.post("/api/v1/sqllab/export_streaming/", data={"client_id": "export1"})
    assert streamed.get_data() == found.get_data()
    assert alice.get("/api/v1/sqllab/export/nothing/").status_code == 404
    refused = alice.get("/api/v1/sqllab/export/export1/?format=pdf")
    assert (refused.status_code, list(refused.json["message"])) == (400, ["format"])


def test_the_result_is_exported_as_a_workbook(client_of: ClientOf, data_database: int) -> None:
    run(client_of("alice"), data_database, "select 9007199254740993 as big", client_id="book", tab="My tab")
    found = client_of("alice").get("/api/v1/sqllab/export/book/?format=xlsx")
    assert "attachment; filename=sqllab_my_tab_" in found.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(found.data)) as book:
        # A spreadsheet would round the number, so it is a text.
        assert "9007199254740993" in book.read("xl/worksheets/sheet1.xml").decode()
    for name in ("bob", "charlie"):
        assert client_of(name).get("/api/v1/sqllab/export/book/?format=xlsx").status_code in {403, 404}


def test_sql_is_set_in_lines(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    body = {"sql": "select a,b from t where x=1", "engine": "duckdb"}
    found = alice.post("/api/v1/sqllab/format_sql/", json=body)
    assert found.json == {"result": "SELECT\n  a,\n  b\nFROM t\nWHERE\n  x = 1"}
    of_database = alice.post("/api/v1/sqllab/format_sql/", json={"sql": "select 1", "database_id": data_database})
    assert of_database.json == {"result": "SELECT\n  1"}


def test_costs_are_refused_and_not_invented(client_of: ClientOf, data_database: int) -> None:
    body = {"database_id": data_database, "sql": "select 1"}
    refused = client_of("alice").post("/api/v1/sqllab/estimate/", json=body)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["message"] == "Database does not support cost estimation"


def test_the_editors_page_learns_the_connections(client_of: ClientOf, data_database: int) -> None:
    found = client_of("alice").get("/api/v1/sqllab/").json["result"]
    assert found["databases"][str(data_database)]["database_name"] == "shop"
    assert (found["tab_state_ids"], found["active_tab"]) == ([], None)


def test_old_clients_may_ask_for_json(client_of: ClientOf, data_database: int) -> None:
    assert run(client_of("alice"), data_database, "select 1 as one", json=True).status_code == 200


def test_a_run_costs_few_statements_on_the_metadata(client_of: ClientOf, data_database: int, counted: Counted) -> None:
    alice = client_of("alice")
    assert run(alice, data_database, "select id from sales").status_code == 200
    counted.statements.clear()
    assert run(alice, data_database, "select id from sales").status_code == 200
    written = [statement.split()[0] for statement in counted.statements]
    # The stamps, the query, how it ended, the query as it is now, the log.
    assert written == ["SELECT", "INSERT", "UPDATE", "SELECT", "INSERT"], counted.statements


def test_a_connection_that_changed_is_asked_as_it_is_now(client_of: ClientOf, data_database: int) -> None:
    admin = client_of("admin")
    statement = "create table made_here (a integer)"
    assert run(admin, data_database, "select 1 as one").status_code == 200
    assert run(admin, data_database, statement).status_code == 422
    assert admin.put(f"/api/v1/database/{data_database}", json={"allow_dml": True}).status_code == 200
    assert run(admin, data_database, statement).status_code == 200
    assert admin.put(f"/api/v1/database/{data_database}", json={"allow_dml": False}).status_code == 200
    assert run(admin, data_database, "drop table made_here").status_code == 422
