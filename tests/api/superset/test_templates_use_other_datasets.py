"""dataset() and metric() in templates: rows under the caller's rules, and nothing of what he may not read."""

from typing import Any

import pytest
from flask import Flask

from superset_like.extensions import db
from superset_like.models import Dataset
from tests.conftest import ApiClient, ClientOf
from tests.row_rules import limit

DATA = "/api/v1/chart/data"


def run_sql(client: ApiClient, database: int, sql: str) -> Any:
    return client.post("/api/v1/sqllab/execute/", json={"database_id": database, "sql": sql})


def virtual(client: ApiClient, database: int, name: str, sql: str) -> Any:
    return client.post("/api/v1/dataset/", json={"database": database, "table_name": name, "sql": sql})


def ask(client: ApiClient, dataset: int, **query: Any) -> Any:
    return client.post(DATA, json={"datasource": {"id": dataset, "type": "table"}, "queries": [query]})


def grant(app: Flask, dataset: int) -> None:
    """bob may read it."""
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        found = db.session.get(Dataset, dataset)
        assert found is not None
        security.add_permission_role(
            security.find_role("sales_reader"), security.add_permission_view_menu("datasource_access", found.perm)
        )
        db.session.commit()


def rows(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    body = answer.get_json()
    found: list[dict[str, Any]] = body["data"] if "data" in body else body["result"][0]["data"]
    return found


def test_the_sql_editor_reads_a_dataset(client_of: ClientOf, sales: int, data_database: int) -> None:
    sql = f"SELECT COUNT(*) AS n, SUM(amount) AS s FROM {{{{ dataset({sales}) }}}}"
    assert rows(run_sql(client_of("admin"), data_database, sql)) == [{"n": 12, "s": 2310}]


def test_columns_are_chosen_and_metrics_summed_up(client_of: ClientOf, sales: int, data_database: int) -> None:
    call = f"dataset({sales}, include_metrics=True, columns=['tenant'])"
    sql = f"SELECT * FROM {{{{ {call} }}}} ORDER BY tenant"
    found = rows(run_sql(client_of("admin"), data_database, sql))
    assert found == [{"tenant": "a", "count": 6, "total": 210}, {"tenant": "b", "count": 6, "total": 2100}]
    missing = run_sql(client_of("admin"), data_database, f"SELECT * FROM {{{{ dataset({sales}, columns=['x']) }}}}")
    assert missing.status_code == 422
    assert "Columns missing in dataset: ['x']" in missing.get_json()["message"]


def test_row_rules_hold_inside(app: Flask, client_of: ClientOf, sales: int, data_database: int) -> None:
    made = virtual(client_of("admin"), data_database, "over", f"SELECT tenant, amount FROM {{{{ dataset({sales}) }}}}")
    assert made.status_code == 201, made.text
    over = made.get_json()["id"]
    limit(app, "Gamma", "tenant = 'a'", sales)
    question = {"columns": ["tenant"], "metrics": ["count"], "orderby": [["tenant", True]]}
    admin = rows(ask(client_of("admin"), over, **question))
    assert [row["tenant"] for row in admin] == ["a", "b"]
    grant(app, over)
    assert rows(ask(client_of("bob"), over, **question)) == [{"tenant": "a", "count": 6}]


def test_the_rules_of_a_virtual_dataset_hold_inside(
    app: Flask, client_of: ClientOf, sales: int, data_database: int
) -> None:
    admin = client_of("admin")
    inner = virtual(admin, data_database, "inner", "SELECT id, tenant, region FROM sales").get_json()["id"]
    outer = virtual(admin, data_database, "outer", f"SELECT * FROM {{{{ dataset({inner}) }}}}").get_json()["id"]
    limit(app, "Gamma", "region = 'south'", inner)
    grant(app, outer)
    question = {"columns": ["region"], "metrics": ["count"]}
    assert rows(ask(client_of("bob"), outer, **question)) == [{"region": "south", "count": 4}]


def test_who_may_not_read_a_dataset_does_not_by_its_macro(
    app: Flask, client_of: ClientOf, sales: int, data_database: int
) -> None:
    hidden = virtual(client_of("admin"), data_database, "hidden", "SELECT word FROM secrets").get_json()["id"]
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        bob = security.find_user("bob")
        bob.roles = [*bob.roles, security.find_role("sql_lab")]
        db.session.commit()
    assert rows(run_sql(client_of("bob"), data_database, f"SELECT COUNT(*) AS n FROM {{{{ dataset({sales}) }}}}")) == [
        {"n": 12}
    ]
    for pk in (hidden, 99):
        answer = run_sql(client_of("bob"), data_database, f"SELECT * FROM {{{{ dataset({pk}) }}}}")
        assert answer.status_code == 422
        assert f"There is no dataset {pk}, or you may not read it" in answer.get_json()["message"]
    answer = run_sql(client_of("charlie"), data_database, f"SELECT * FROM {{{{ dataset({sales}) }}}}")
    assert answer.status_code in {403, 404}


def test_a_metric_of_another_dataset_is_for_its_readers(client_of: ClientOf, sales: int, data_database: int) -> None:
    admin = client_of("admin")
    hidden = virtual(admin, data_database, "hidden", "SELECT word FROM secrets").get_json()["id"]
    wish = {"expressionType": "SQL", "label": "x", "sqlExpression": f"{{{{ metric('count', {hidden}) }}}}"}
    assert rows(ask(admin, sales, metrics=[wish])) == [{"x": 12}]
    refused = ask(client_of("bob"), sales, metrics=[wish])
    assert refused.status_code == 400
    assert f"There is no dataset {hidden}, or you may not read it" in refused.get_json()["message"]


def test_a_metric_of_the_dataset_itself_needs_no_number(client_of: ClientOf, sales: int, data_database: int) -> None:
    wish = {"expressionType": "SQL", "label": "x", "sqlExpression": "{{ metric('total') }} / COUNT(*)"}
    assert rows(ask(client_of("bob"), sales, metrics=[wish])) == [{"x": 192}]
    unknown = {**wish, "sqlExpression": "{{ metric('nope') }}"}
    assert f"The dataset {sales} has no metric nope" in ask(client_of("bob"), sales, metrics=[unknown]).text
    answer = run_sql(client_of("admin"), data_database, "SELECT {{ metric('total') }} AS x FROM sales")
    assert "Please specify the Dataset ID" in answer.get_json()["message"]
    sql = f"SELECT {{{{ metric('total', {sales}) }}}} AS x FROM sales"
    assert rows(run_sql(client_of("admin"), data_database, sql)) == [{"x": 2310}]


def test_a_caller_cannot_choose_the_dataset_of_a_stored_template(
    app: Flask, client_of: ClientOf, sales: int, data_database: int
) -> None:
    admin = client_of("admin")
    hidden = virtual(admin, data_database, "hidden", "SELECT word FROM secrets").get_json()["id"]
    sql = f"SELECT * FROM {{{{ dataset(url_param('n', {sales})) }}}}"
    chooses = virtual(admin, data_database, "chooses", sql).get_json()["id"]
    grant(app, chooses)
    bob = client_of("bob")
    assert rows(ask(bob, chooses, metrics=["count"])) == [{"count": 12}]
    answer = ask(bob, chooses, metrics=["count"], url_params={"n": str(hidden)})
    assert answer.status_code in {400, 403}
    assert "canary" not in answer.text


@pytest.mark.parametrize("template", ["{{ dataset(%d) }}", "{{ dataset('%d') }}"])
def test_a_dataset_cannot_be_made_of_itself(client_of: ClientOf, data_database: int, sales: int, template: str) -> None:
    admin = client_of("admin")
    first = virtual(admin, data_database, "first", "SELECT id FROM sales").get_json()["id"]
    second = virtual(admin, data_database, "second", f"SELECT id FROM {{{{ dataset({first}) }}}}").get_json()["id"]
    for pk, other in ((first, first), (first, second)):
        answer = admin.put(f"/api/v1/dataset/{pk}", json={"sql": f"SELECT id FROM {template % other}"})
        assert answer.status_code in {400, 422}, answer.text
        assert "made of itself" in answer.text


def test_row_rules_have_no_library(app: Flask, client_of: ClientOf, sales: int) -> None:
    limit(app, "Gamma", f"id IN (SELECT id FROM {{{{ dataset({sales}) }}}})", sales)
    answer = ask(client_of("bob"), sales, metrics=["count"])
    assert answer.status_code == 422
    assert "data" not in answer.get_json()
