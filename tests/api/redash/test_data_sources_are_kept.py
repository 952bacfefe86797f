"""Data sources: made, read, changed, tested, looked into, paused and deleted over Redash's API."""

import json
import sqlite3
from contextlib import closing

import pytest
from flask import Flask
from sqlalchemy import select, text

from superset_like.engine import databases as engines
from superset_like.errors import Invalid
from superset_like.extensions import db
from superset_like.models import Chart, Database, Dataset, SavedQuery
from superset_like.services.data_source_types import SCHEMES, TYPES, of_type, of_uri
from superset_like.services.databases import MASK
from tests.api.redash.conftest import RedashOf
from tests.conftest import ClientOf

PG = {"dbname": "dw", "host": "db.invalid", "port": 15432, "user": "ann", "password": "sekrit"}
FORBIDDEN = (
    "You don't have the permission to access the requested resource. It is either read-protected or not readable by "
    "the server."
)


@pytest.fixture
def pg(redash_of: RedashOf) -> int:
    """The id of a data source on a server that does not answer."""
    answer = redash_of("admin").post("/api/data_sources", json={"name": "PG", "type": "pg", "options": PG})
    assert answer.status_code == 200, answer.text
    return answer.get_json()["id"]


def test_kinds_are_those_that_have_an_engine(redash_of: RedashOf, app: Flask) -> None:
    found = redash_of("admin").get("/api/data_sources/types").get_json()
    kinds = {each["type"]: each for each in found}
    assert {"sqlite", "pg", "redshift", "mysql", "rds_mysql", "mssql", "clickhouse", "bigquery"} <= set(kinds)
    assert kinds["sqlite"]["configuration_schema"]["required"] == ["dbpath"]
    assert kinds["pg"]["configuration_schema"]["secret"] == ["password"]
    assert [each["name"].lower() for each in found] == sorted(each["name"].lower() for each in found)
    answering = {engines.of_uri(f"{scheme}://x").name for scheme in SCHEMES.values()}
    assert answering == set(engines.all_engines())
    for kind in TYPES:
        assert set(kind.required) <= set(kind.properties)
        assert set(kind.order) <= set(kind.properties)
    refused = redash_of("alice").get("/api/data_sources/types")
    assert (refused.status_code, refused.get_json()) == (403, {"message": FORBIDDEN})


def test_a_server_that_does_not_answer_may_be_kept(redash_of: RedashOf, pg: int, app: Flask) -> None:
    whole = redash_of("admin").get(f"/api/data_sources/{pg}").get_json()
    assert whole.pop("groups") == {"2": False}
    assert whole == {
        "id": pg,
        "name": "PG",
        "type": "pg",
        "syntax": "sql",
        "paused": 0,
        "pause_reason": None,
        "supports_auto_limit": True,
        "options": {**PG, "password": "--------"},
        "queue_name": "queries",
        "scheduled_queue_name": "scheduled_queries",
        "view_only": False,
    }
    assert list(whole["options"]) == list(PG)
    with app.app_context():
        stored = db.session.get(Database, pg)
        assert stored is not None
        assert stored.secret_uri == "postgresql://ann:sekrit@db.invalid:15432/dw"
        assert "sekrit" not in json.dumps([list(map(str, row)) for row in _everything()])


def _everything() -> list[object]:
    tables = ("database", "dialect_record", "log", "ab_view_menu")
    return [row for table in tables for row in db.session.execute(text(f'SELECT * FROM "{table}"')).all()]


def test_a_test_says_whether_it_answers(redash_of: RedashOf, pg: int, data_database: int) -> None:
    admin = redash_of("admin")
    assert admin.post(f"/api/data_sources/{data_database}/test").get_json() == {"message": "success", "ok": True}
    answer = admin.post(f"/api/data_sources/{pg}/test")
    assert answer.status_code == 200
    assert answer.get_json()["ok"] is False
    assert "db.invalid" not in answer.text
    assert redash_of("alice").post(f"/api/data_sources/{data_database}/test").status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"name": "X", "type": "pg", "options": {}},
        {"name": "X"},
        {"name": "X", "type": "zzz", "options": {}},
        {"name": "", "type": "pg", "options": PG},
        {"name": "X" * 251, "type": "pg", "options": PG},
        {"name": "X", "type": "pg", "options": "x"},
        {"name": "X", "type": "pg", "options": {**PG, "port": "many"}},
        {"name": "X", "type": "pg", "options": {**PG, "port": 1.5}},
        {"name": "X", "type": "pg", "options": {**PG, "port": True}},
        {"name": "X", "type": "pg", "options": {**PG, "host": ""}},
        # Nothing that would connect otherwise than was asked, and no secret without a safe place.
        {"name": "X", "type": "pg", "options": {**PG, "sslkeyFile": "LS0t"}},
        {"name": "X", "type": "pg", "options": {**PG, "ssh_tunnel": {"ssh_host": "h"}}},
        {"name": "X", "type": "pg", "options": {**PG, "dsn": "password=x"}},
        {"name": "X", "type": "pg", "options": {**PG, "dsn": "options=-cx"}},
        {"name": "X", "type": "pg", "options": {**PG, "note": "https://ann:word@host/"}},
        {"name": "X", "type": "pg", "options": {**PG, "extra": {"apiToken": "x"}}},
        {"name": "X", "type": "pg", "options": {**PG, "password": "--------"}},
        {"name": "X", "type": "mysql", "options": {"host": "h", "db": "d", "use_ssl": True}},
        {"name": "X", "type": "sqlite", "options": {"dbpath": "../metadata.sqlite"}},
        {"name": "X", "type": "sqlite", "options": {"dbpath": "/etc/passwd"}},
        {"name": "X", "type": "sqlite", "options": {"dbpath": "there_is_none.sqlite"}},
        {"name": "X", "type": "duckdb", "options": {"dbpath": ":memory:"}},
        {"name": "shop", "type": "sqlite", "options": {"dbpath": "sales.sqlite"}},
    ],
)
def test_what_is_not_right_is_refused(redash_of: RedashOf, data_database: int, body: dict[str, object]) -> None:
    admin = redash_of("admin")
    before = admin.get("/api/data_sources").get_json()
    answer = admin.post("/api/data_sources", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.get_json()["message"]
    assert admin.get("/api/data_sources").get_json() == before


def test_a_name_is_taken_once(redash_of: RedashOf, data_database: int) -> None:
    body = {"name": "shop", "type": "sqlite", "options": {"dbpath": "sales.sqlite"}}
    answer = redash_of("admin").post("/api/data_sources", json=body)
    assert answer.get_json()["message"] == "Data source with the name shop already exists."


def test_a_body_that_is_no_json_is_refused(redash_of: RedashOf) -> None:
    answer = redash_of("admin").post("/api/data_sources", data="{")
    assert answer.status_code == 400
    assert answer.get_json()["message"].startswith("The browser (or proxy) sent a request")


def test_a_relative_path_is_below_the_first_folder(redash_of: RedashOf, sales_file: object, app: Flask) -> None:
    options = {"zeta": [1, {"b": None}], "dbpath": "sales.sqlite", "alpha": "ü"}
    answer = redash_of("admin").post("/api/data_sources", json={"name": "DW", "type": "sqlite", "options": options})
    assert answer.status_code == 200, answer.text
    assert json.dumps(answer.get_json()["options"]) == json.dumps(options)
    pk = answer.get_json()["id"]
    # The options come back as they were posted until somebody changes the connection elsewhere.
    assert json.dumps(redash_of("admin").get(f"/api/data_sources/{pk}").get_json()["options"]) == json.dumps(options)
    schema = redash_of("admin").get(f"/api/data_sources/{pk}/schema").get_json()["schema"]
    assert schema == [
        {"name": "sales", "columns": ["amount", "id", "region", "sold_on", "tenant"]},
        {"name": "secrets", "columns": ["id", "word"]},
    ]


def test_a_schema_is_kept_until_it_is_asked_anew(redash_of: RedashOf, data_database: int, sales_file: str) -> None:
    admin = redash_of("admin")
    path = f"/api/data_sources/{data_database}/schema"
    assert len(admin.get(f"{path}?refresh").get_json()["schema"]) == 2
    with closing(sqlite3.connect(sales_file)) as connection:
        connection.execute("CREATE TABLE more (id INTEGER)")
        connection.commit()
    assert len(admin.get(path).get_json()["schema"]) == 2
    assert len(admin.get(f"{path}?refresh=true").get_json()["schema"]) == 3


def test_a_secret_is_kept_where_its_mask_is_posted(redash_of: RedashOf, pg: int, app: Flask) -> None:
    admin = redash_of("admin")
    options = {**PG, "password": "--------", "dbname": "other"}
    answer = admin.post(f"/api/data_sources/{pg}", json={"name": "PG 2", "type": "pg", "options": options})
    assert answer.status_code == 200, answer.text
    assert (answer.get_json()["name"], answer.get_json()["options"]) == ("PG 2", options)
    with app.app_context():
        assert db.session.get(Database, pg).secret_uri == "postgresql://ann:sekrit@db.invalid:15432/other"  # type: ignore[union-attr]
    elsewhere = {**options, "host": "thief.invalid"}
    answer = admin.post(f"/api/data_sources/{pg}", json={"type": "pg", "options": elsewhere})
    assert answer.status_code == 400
    with app.app_context():
        assert db.session.get(Database, pg).secret_uri == "postgresql://ann:sekrit@db.invalid:15432/other"  # type: ignore[union-attr]
    assert admin.post(f"/api/data_sources/{pg}", json={"name": "PG 3"}).get_json()["options"] == options
    assert admin.post(f"/api/data_sources/{pg}", json={"options": {**options, "password": "new"}}).status_code == 200
    with app.app_context():
        assert db.session.get(Database, pg).secret_uri == "postgresql://ann:new@db.invalid:15432/other"  # type: ignore[union-attr]


def test_options_follow_a_change_made_elsewhere(redash_of: RedashOf, client_of: ClientOf, sales_file: str) -> None:
    body = {"name": "DW", "type": "sqlite", "options": {"dbpath": "sales.sqlite", "note": "x"}}
    pk = redash_of("admin").post("/api/data_sources", json=body).get_json()["id"]
    renamed = client_of("admin").put(f"/api/v1/database/{pk}", json={"database_name": "DW 2"})
    assert renamed.status_code == 200, renamed.text
    assert redash_of("admin").get(f"/api/data_sources/{pk}").get_json()["options"] == body["options"]
    other = str(sales_file).replace("sales.sqlite", "other.sqlite")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER)")
    moved = client_of("admin").put(f"/api/v1/database/{pk}", json={"sqlalchemy_uri": f"sqlite:///{other}"})
    assert moved.status_code == 200, moved.text
    found = redash_of("admin").get(f"/api/data_sources/{pk}").get_json()
    assert (found["name"], found["type"], found["options"]) == ("DW 2", "sqlite", {"dbpath": other})


@pytest.mark.parametrize(
    ("kind", "options", "uri"),
    [
        ("pg", {**PG, "dsn": "application_name=redash", "sslmode": "require"}, None),
        ("redshift", {**PG, "sslmode": "prefer"}, "redshift://ann:sekrit@db.invalid:15432/dw?sslmode=prefer"),
        (
            "rds_mysql",
            {"host": "h", "user": "u", "passwd": "p@:/", "db": "d"},
            "mysql://u:p%40%3A%2F@h/d",
        ),
        (
            "mysql",
            {"host": "h", "user": "u", "passwd": "p", "db": "d", "charset": "utf8", "connect_timeout": "5"},
            None,
        ),
        ("mssql", {"server": "h", "port": 1433, "user": "u", "password": "p", "db": "d"}, "mssql://u:p@h:1433/d"),
        (
            "clickhouse",
            {"url": "https://h:8443", "user": "u", "password": "p", "dbname": "d", "verify": False},
            "clickhousedb://u:p@h:8443/d?secure=true&verify=false",
        ),
        ("bigquery", {"projectId": "p-1", "jsonKeyFile": "e30=", "location": "EU"}, None),
        ("snowflake", {"account": "a.eu", "user": "u", "password": "p", "database": "d", "warehouse": "w"}, None),
        (
            "trino",
            {"protocol": "https", "host": "h", "port": 8443, "username": "u", "password": "p", "catalog": "c"},
            "trino://u:p@h:8443/c?http_scheme=https",
        ),
        ("databricks", {"host": "h", "http_path": "sql/1.0/warehouses/x", "http_password": "t"}, None),
        (
            "oracle",
            {"host": "h", "port": 1521, "user": "u", "password": "p", "servicename": "s"},
            "oracle://u:p@h:1521/s",
        ),
        ("hive", {"host": "h", "port": 10000, "database": "d", "username": "u"}, "hive://u@h:10000/d"),
    ],
)
def test_a_uri_tells_the_options_that_made_it(kind: str, options: dict[str, object], uri: str | None) -> None:
    found = of_type(kind)
    numbers = {name: int(str(value)) if name == "connect_timeout" else value for name, value in options.items()}
    made = found.uri(found.checked(numbers))
    if uri is not None:
        assert made == uri
    assert of_uri(made, kind) is found
    masked = {name: "--------" if name == found.form.secret else value for name, value in options.items()}
    assert found.options(made) == masked
    # What a reader posts again is the same connection, with the core's mask for its secret.
    again = {name: numbers.get(name, value) if value != "--------" else value for name, value in masked.items()}
    secret = numbers.get(found.form.secret)
    if secret is not None:
        assert found.uri(found.checked(again)) == found.uri({**numbers, found.form.secret: MASK})


def test_another_kind_of_uri_has_its_first_kind() -> None:
    assert of_uri("mysql://h/d").type == "mysql"
    assert of_uri("mariadb://h/d", "pg").type == "mysql"
    assert of_uri("postgres+psycopg2://h/d").type == "pg"
    with pytest.raises(Invalid):
        of_type({"a": 1})


def test_users_see_what_is_granted(redash_of: RedashOf, data_database: int, pg: int, sales: int) -> None:
    assert [each["name"] for each in redash_of("admin").get("/api/data_sources").get_json()] == ["PG", "shop"]
    # Alice reads all data; bob reads one dataset, and so no connection as a whole.
    assert [each["view_only"] for each in redash_of("alice").get("/api/data_sources").get_json()] == [False, False]
    assert redash_of("bob").get("/api/data_sources").get_json() == []
    seen = redash_of("alice").get(f"/api/data_sources/{pg}").get_json()
    assert {"options", "groups", "queue_name"} & set(seen) == set()
    assert seen["view_only"] is False
    for path in (f"/api/data_sources/{pg}", f"/api/data_sources/{data_database}/schema"):
        refused = redash_of("bob").get(path)
        assert (refused.status_code, refused.get_json()) == (403, {"message": FORBIDDEN})
    assert redash_of(None).get("/api/data_sources").status_code == 404
    assert redash_of("admin").get("/api/data_sources/9999").status_code == 404
    assert redash_of("admin").get("/api/data_sources/99999999999").status_code == 404


@pytest.mark.parametrize("name", ["alice", "bob", "charlie"])
def test_only_administrators_write(redash_of: RedashOf, data_database: int, name: str) -> None:
    client = redash_of(name)
    body = {"name": "X", "type": "sqlite", "options": {"dbpath": "sales.sqlite"}}
    for answer in (
        client.post("/api/data_sources", json=body),
        client.post(f"/api/data_sources/{data_database}", json=body),
        client.delete(f"/api/data_sources/{data_database}"),
        client.post(f"/api/data_sources/{data_database}/pause", json={}),
        client.delete(f"/api/data_sources/{data_database}/pause"),
    ):
        assert answer.status_code == 403
    found = redash_of("admin").get("/api/data_sources").get_json()
    assert [(each["name"], each["paused"]) for each in found] == [("shop", 0)]


def test_a_paused_source_refuses_every_api(
    redash_of: RedashOf, client_of: ClientOf, data_database: int, sales: int, app: Flask
) -> None:
    admin, alice = redash_of("admin"), client_of("alice")
    run = {"database_id": data_database, "sql": "SELECT 1 AS one"}
    question = {
        "datasource": {"id": sales, "type": "table"},
        "queries": [{"columns": ["region"], "metrics": ["total"], "row_limit": 10}],
    }
    assert alice.post("/api/v1/sqllab/execute/", json=run).status_code == 200
    assert alice.post("/api/v1/chart/data", json=question).status_code == 200
    paused = admin.post(f"/api/data_sources/{data_database}/pause", json={"reason": "maintenance"})
    assert (paused.get_json()["paused"], paused.get_json()["pause_reason"]) == (1, "maintenance")
    assert "view_only" not in paused.get_json()
    text_ = "shop is paused (maintenance). Please try later."
    # Not even what is known already.
    for path, body in (("/api/v1/sqllab/execute/", run), ("/api/v1/chart/data", question)):
        answer = alice.post(path, json=body)
        assert answer.status_code == 400, answer.text
        assert text_ in answer.text
    query = {"name": "q", "query": "SELECT 1 AS one", "data_source_id": data_database}
    saved = admin.post("/api/queries", json=query).get_json()["id"]
    for path in (f"/api/queries/{saved}/results", f"/api/queries/{saved}/refresh", "/api/query_results"):
        answer = admin.post(path, json=query)
        assert (answer.status_code, answer.get_json()) == (400, {"job": {"status": 4, "error": text_}})
    # Who writes the connection's settings over the other API does not resume it.
    extra = json.dumps({"cost_estimate_enabled": True})
    assert client_of("admin").put(f"/api/v1/database/{data_database}", json={"extra": extra}).status_code == 200
    assert alice.post("/api/v1/sqllab/execute/", json=run).status_code == 400
    resumed = admin.delete(f"/api/data_sources/{data_database}/pause").get_json()
    assert (resumed["paused"], resumed["pause_reason"]) == (0, None)
    assert alice.post("/api/v1/sqllab/execute/", json=run).status_code == 200
    assert alice.post("/api/v1/chart/data", json=question).status_code == 200
    assert admin.post(f"/api/data_sources/{data_database}/pause").get_json()["pause_reason"] is None
    assert "shop is paused. Please try later." in alice.post("/api/v1/sqllab/execute/", json=run).text


def test_queries_outlive_their_source(redash_of: RedashOf, app: Flask, people: dict[str, int], sales_file: str) -> None:
    admin = redash_of("admin")
    body = {"name": "DW", "type": "sqlite", "options": {"dbpath": "sales.sqlite"}}
    pk = admin.post("/api/data_sources", json=body).get_json()["id"]
    with app.app_context():
        saved = SavedQuery(label="q", sql="SELECT 1 AS one", db_id=pk, created_by_fk=people["alice"])
        db.session.add(saved)
        db.session.flush()
        dataset = Dataset(table_name="q", sql=saved.sql, database_id=pk, saved_query_id=saved.id)
        db.session.add(dataset)
        db.session.flush()
        db.session.add(Chart(slice_name="c", viz_type="table", datasource_id=dataset.id, datasource_type="table"))
        db.session.commit()
    answer = admin.delete(f"/api/data_sources/{pk}")
    assert (answer.status_code, answer.data) == (204, b"")
    with app.app_context():
        assert [each.db_id for each in db.session.execute(select(SavedQuery)).scalars()] == [None]
        assert db.session.execute(select(Dataset)).scalars().all() == []
        assert [each.datasource_id for each in db.session.execute(select(Chart)).scalars()] == [None]
    assert admin.get("/api/data_sources").get_json() == []
    assert admin.delete(f"/api/data_sources/{pk}").status_code == 404


def test_a_source_with_datasets_stays(redash_of: RedashOf, data_database: int, sales: int) -> None:
    admin = redash_of("admin")
    answer = admin.delete(f"/api/data_sources/{data_database}")
    assert (answer.status_code, answer.get_json()["message"]) == (
        400,
        "Cannot delete a database that has datasets attached",
    )
    assert [each["id"] for each in admin.get("/api/data_sources").get_json()] == [data_database]
