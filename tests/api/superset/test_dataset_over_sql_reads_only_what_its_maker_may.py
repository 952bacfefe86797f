"""Virtual datasets: whose rights count when, and which SQL they take."""

from typing import Any

import pytest
from flask import Flask

from superset_like.extensions import db
from superset_like.models import Dataset
from tests.conftest import ClientOf
from tests.row_rules import limit

BY_REGION = "SELECT region, COUNT(*) AS sold, SUM(amount) AS amount FROM sales GROUP BY region"


def body(database: int, sql: str, name: str = "by_region") -> dict[str, Any]:
    return {"database": database, "table_name": name, "sql": sql}


def test_a_dataset_over_sql_has_the_columns_of_its_select(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    made = alice.post("/api/v1/dataset/", json=body(data_database, BY_REGION))
    assert made.status_code == 201
    read = alice.get(f"/api/v1/dataset/{made.json['id']}").json["result"]
    assert (read["kind"], read["select_star"]) == ("virtual", None)
    assert [column["column_name"] for column in read["columns"]] == ["region", "sold", "amount"]
    rows = alice.get(f"/api/v1/dataset/{made.json['id']}/samples").json["result"]["data"]
    assert {row["region"]: row["sold"] for row in rows} == {"north": 4, "south": 4, "east": 1, "west": 1, None: 2}


def test_whoever_may_ask_the_dataset_need_not_read_its_tables(
    app: Flask, client_of: ClientOf, data_database: int
) -> None:
    alice, bob = client_of("alice"), client_of("bob")
    pk = alice.post("/api/v1/dataset/", json=body(data_database, "SELECT word FROM secrets", "words")).json["id"]
    assert bob.get(f"/api/v1/dataset/{pk}").status_code == 404
    assert bob.get(f"/api/v1/dataset/{pk}/samples").status_code == 403
    grant(app, "bob", pk)
    assert bob.get(f"/api/v1/dataset/{pk}/samples").json["result"]["data"] == [{"word": "canary"}]


def test_a_template_leads_nobody_to_a_table_he_may_not_read(
    app: Flask, client_of: ClientOf, data_database: int
) -> None:
    sql = "SELECT id FROM {{ 'secrets' if current_username() == 'bob' else 'sales' }}"
    pk = client_of("alice").post("/api/v1/dataset/", json=body(data_database, sql)).json["id"]
    grant(app, "bob", pk)
    grant(app, "charlie", pk)
    refused = client_of("bob").get(f"/api/v1/dataset/{pk}/samples")
    assert refused.status_code == 403
    assert client_of("charlie").get(f"/api/v1/dataset/{pk}/samples").json["result"]["rowcount"] == 12


def test_row_rules_of_the_tables_inside_hold(app: Flask, client_of: ClientOf, data_database: int, sales: int) -> None:
    sql = "SELECT tenant, COUNT(*) AS n FROM sales GROUP BY tenant"
    pk = client_of("alice").post("/api/v1/dataset/", json=body(data_database, sql)).json["id"]
    limit(app, "Alpha", "tenant = 'a'", sales)
    rows = client_of("alice").get(f"/api/v1/dataset/{pk}/samples").json["result"]["data"]
    assert rows == [{"tenant": "a", "n": 6}]
    assert client_of("admin").get(f"/api/v1/dataset/{pk}/samples").json["result"]["rowcount"] == 2


def grant(app: Flask, name: str, dataset: int) -> None:
    """The user may ask the dataset."""
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        found = db.session.get(Dataset, dataset)
        assert found is not None
        role = security.add_role(f"asks {dataset} {name}")
        permission = security.find_permission_view_menu("datasource_access", found.perm)
        security.add_permission_role(role, permission)
        user = security.find_user(name)
        user.roles = [*user.roles, role]
        db.session.commit()


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM sales",
        "SELECT 1; SELECT 2",
        "SELECT name FROM sqlite_master",
        "INSERT INTO sales (id) VALUES (1)",
        "ATTACH '/tmp/x.db' AS x",
        "PRAGMA table_info(sales)",
        "SELECT load_extension('x')",
        "SELECT * FROM main.sqlite_schema",
    ],
)
def test_other_sql_than_one_read_is_refused(client_of: ClientOf, data_database: int, sql: str) -> None:
    admin = client_of("admin")
    refused = admin.post("/api/v1/dataset/", json=body(data_database, sql))
    assert 400 <= refused.status_code < 500
    assert admin.get("/api/v1/dataset/").json["count"] == 0


def test_sql_cannot_be_put_in_later_either(client_of: ClientOf, data_database: int, sales: int) -> None:
    alice = client_of("alice")
    pk = alice.post("/api/v1/dataset/", json=body(data_database, BY_REGION)).json["id"]
    assert 400 <= alice.put(f"/api/v1/dataset/{pk}", json={"sql": "DELETE FROM sales"}).status_code < 500
    assert alice.get(f"/api/v1/dataset/{pk}").json["result"]["sql"] == BY_REGION
    changed = alice.put(f"/api/v1/dataset/{pk}", json={"sql": "SELECT tenant FROM sales"})
    assert changed.status_code == 200


def test_a_template_is_rendered_for_its_asker(client_of: ClientOf, data_database: int) -> None:
    alice = client_of("alice")
    sql = "SELECT '{{ current_username() }}' AS who, {{ least }} AS least"
    sent = body(data_database, sql) | {"template_params": '{"least": 5}'}
    pk = alice.post("/api/v1/dataset/", json=sent).json["id"]
    assert alice.get(f"/api/v1/dataset/{pk}/samples").json["result"]["data"] == [{"who": "alice", "least": 5}]
    admins = client_of("admin").get(f"/api/v1/dataset/{pk}/samples").json["result"]["data"]
    assert admins == [{"who": "admin", "least": 5}]
    shown = alice.get(f"/api/v1/dataset/{pk}?include_rendered_sql=true").json["result"]["rendered_sql"]
    assert "'alice'" in shown


def test_a_virtual_dataset_is_copied_and_a_table_is_not(client_of: ClientOf, data_database: int, sales: int) -> None:
    alice = client_of("alice")
    pk = alice.post("/api/v1/dataset/", json=body(data_database, BY_REGION)).json["id"]
    copied = alice.post("/api/v1/dataset/duplicate", json={"base_model_id": pk, "table_name": "again"})
    assert copied.status_code == 201
    assert copied.json["result"] == {"base_model_id": pk, "table_name": "again"}
    copy = alice.get(f"/api/v1/dataset/{copied.json['id']}").json["result"]
    assert (copy["sql"], [column["column_name"] for column in copy["columns"]]) == (
        BY_REGION,
        ["region", "sold", "amount"],
    )
    refused = alice.post("/api/v1/dataset/duplicate", json={"base_model_id": sales, "table_name": "again2"})
    assert refused.status_code == 422
