from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from tests.conftest import ClientOf
from tests.unit.access import stored

PATH = "/api/v1/rowlevelsecurity/"
Body = Callable[..., dict[str, Any]]


@pytest.fixture
def body(app: Flask) -> Iterator[Body]:
    """A rule's body for a stored dataset and the role Gamma."""
    with app.app_context():
        dataset, role = stored.dataset(stored.database()).id, stored.role("Gamma").id

    def made(**changes: Any) -> dict[str, Any]:
        values = {"name": "r", "filter_type": "Regular", "tables": [dataset], "roles": [role], "clause": "a = 1"}
        return {**values, "group_key": "", **changes}

    yield made


def test_a_rule_is_made_read_changed_and_deleted(client_of: ClientOf, body: Body) -> None:
    admin, sent = client_of("admin"), body()
    made = admin.post(PATH, json=sent)
    assert made.status_code == 201
    pk = made.get_json()["id"]
    found = admin.get(f"{PATH}{pk}").get_json()["result"]
    assert (found["name"], found["clause"], found["filter_type"]) == ("r", "a = 1", "Regular")
    assert [table["id"] for table in found["tables"]] == sent["tables"]
    assert found["roles"] == [{"id": sent["roles"][0], "name": "Gamma"}]
    assert admin.put(f"{PATH}{pk}", json={"clause": "a = 2"}).status_code == 200
    listed = admin.get(PATH).get_json()
    assert (listed["count"], listed["result"][0]["clause"]) == (1, "a = 2")
    assert listed["result"][0]["tables"] == found["tables"]
    assert found["tables"][0].keys() == {"id", "schema", "table_name"}
    assert admin.delete(f"{PATH}?q=!({pk})").get_json() == {"message": "Deleted 1 rule"}
    assert admin.get(f"{PATH}{pk}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"filter_type": "Odd"}, 400, "filter_type"),
        ({"tables": []}, 400, "tables"),
        ({"tables": [999999]}, 422, "tables"),
        ({"roles": [999999]}, 422, "roles"),
        ({"clause": ""}, 400, "clause"),
        ({"clause": "a ="}, 422, "clause"),
        ({"clause": "1 = 1; DROP TABLE x"}, 422, "clause"),
        ({"clause": "a = 1) OR (1 = 1"}, 422, "clause"),
        ({"id": 7}, 400, "id"),
    ],
)
def test_a_wrong_rule_is_refused(
    client_of: ClientOf, body: Body, changes: dict[str, Any], status: int, field: str
) -> None:
    answer = client_of("admin").post(PATH, json=body(**changes))
    assert (answer.status_code, list(answer.get_json()["message"])) == (status, [field])


def test_a_name_is_taken_once(client_of: ClientOf, body: Body) -> None:
    admin = client_of("admin")
    assert admin.post(PATH, json=body()).status_code == 201
    answer = admin.post(PATH, json=body())
    assert (answer.status_code, answer.get_json()["message"]) == (422, {"name": ["Must be unique"]})


def test_a_rule_may_hold_a_template(client_of: ClientOf, body: Body) -> None:
    answer = client_of("admin").post(PATH, json=body(clause="owner = '{{ current_username() }}'"))
    assert answer.status_code == 201


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_nobody_else_sees_or_makes_rules(client_of: ClientOf, body: Body, name: str) -> None:
    client = client_of(name)
    assert client.get(PATH).status_code == 403
    assert client.post(PATH, json=body()).status_code == 403
    assert client.get(f"{PATH}related/roles").status_code == 403
