"""What a process remembers of a list or an item never shows what was before."""

import pytest
from flask import Flask

from superset_like.extensions import db
from tests.conftest import ClientOf, Counted

Q = "q=(filters:!((col:slice_name,opr:ct,value:Sales)),order_column:slice_name,order_direction:asc)"


def made(client_of: ClientOf, sales: int, name: str) -> int:
    body = {"slice_name": name, "viz_type": "table", "datasource_id": sales, "datasource_type": "table"}
    pk: int = client_of("alice").post("/api/v1/chart/", json=body).get_json()["id"]
    return pk


def names(client_of: ClientOf, who: str) -> list[str]:
    return [each["slice_name"] for each in client_of(who).get(f"/api/v1/chart/?{Q}").get_json()["result"]]


def test_a_new_a_changed_and_a_deleted_object_count_at_once(client_of: ClientOf, sales: int) -> None:
    first = made(client_of, sales, "Sales b")
    assert names(client_of, "bob") == ["Sales b"]
    made(client_of, sales, "Sales a")
    assert names(client_of, "bob") == ["Sales a", "Sales b"]
    alice = client_of("alice")
    assert alice.put(f"/api/v1/chart/{first}", json={"slice_name": "Sales 0"}).status_code == 200
    assert names(client_of, "bob") == ["Sales 0", "Sales a"]
    assert alice.get(f"/api/v1/chart/{first}").get_json()["result"]["slice_name"] == "Sales 0"
    assert alice.delete(f"/api/v1/chart/{first}").status_code == 200
    assert names(client_of, "bob") == ["Sales a"]
    assert alice.get(f"/api/v1/chart/{first}").status_code == 404


def test_each_caller_has_his_own_list(client_of: ClientOf, sales: int) -> None:
    made(client_of, sales, "Sales a")
    assert (names(client_of, "bob"), names(client_of, "charlie"), names(client_of, "alice")) == (
        ["Sales a"],
        [],
        ["Sales a"],
    )


def test_a_right_that_is_taken_away_counts_at_once(app: Flask, client_of: ClientOf, sales: int) -> None:
    made(client_of, sales, "Sales a")
    assert names(client_of, "bob") == ["Sales a"]
    with app.app_context():
        app.appbuilder.sm.find_role("sales_reader").permissions = []  # type: ignore[attr-defined]
        db.session.commit()
    assert names(client_of, "bob") == []


def test_a_list_by_a_relation_follows_the_related(client_of: ClientOf, sales: int, people: dict[str, int]) -> None:
    made(client_of, sales, "Sales a")
    path = f"/api/v1/chart/?q=(filters:!((col:owners,opr:rel_m_m,value:{people['alice']})))"
    admin = client_of("admin")
    assert admin.get(path).get_json()["count"] == 1
    made(client_of, sales, "Sales b")
    assert admin.get(path).get_json()["count"] == 2


@pytest.mark.parametrize(("path", "statements"), [("/api/v1/chart/", 6), ("/api/v1/chart/1", 5)])
def test_the_number_of_statements_does_not_grow(
    client_of: ClientOf, sales: int, counted: Counted, path: str, statements: int
) -> None:
    for number in range(5):
        made(client_of, sales, f"Sales {number}")
    bob = client_of("bob")
    bob.get(path)
    counted.statements.clear()
    assert bob.get(path).status_code == 200
    assert len(counted) <= statements
