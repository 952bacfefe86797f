"""Why somebody sees a thing and its rows is told by the code that decides it."""

from typing import Any

import pytest
from flask import Flask

from superset_like.access import rules
from superset_like.access.actors import of_user
from superset_like.cli import superset_like
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Database, Dataset
from tests.conftest import ApiClient, ClientOf, Embedded

PATH = "/api/v1/security/explain_access/"
MODELS = {"chart": Chart, "dashboard": Dashboard, "dataset": Dataset, "database": Database}


def told(client: ApiClient, kind: str, pk: int, **asked: Any) -> dict[str, Any]:
    answer = client.get(PATH, query_string={"object": kind, "id": pk, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()["result"]
    return found


def open_ways(found: dict[str, Any]) -> list[str]:
    return [way["way"] for way in found["ways"] if way["is_open"]]


def need(found: dict[str, Any], way: str, name: str) -> dict[str, Any]:
    needs = next(each["needs"] for each in found["ways"] if each["way"] == way)
    met: dict[str, Any] = next(each for each in needs if each["need"] == name)
    return met


@pytest.mark.parametrize("name", ["admin", "alice", "bob", "charlie"])
def test_the_reasons_are_the_decision(
    app: Flask, client_of: ClientOf, embedded: Embedded, data_database: int, people: dict[str, int], name: str
) -> None:
    things = {"chart": embedded.chart, "dashboard": embedded.dashboard, "dataset": embedded.dataset}
    for kind, pk in {**things, "database": data_database}.items():
        found = told(client_of("admin"), kind, pk, user=people[name])
        with app.app_context():
            thing: Any = db.session.get(MODELS[kind], pk)
            is_seen = rules.can(of_user(people[name]), "read", thing)
        assert bool(open_ways(found)) is found["may"]["read"] is is_seen, (kind, found)


def test_it_names_what_opens_and_what_closes(client_of: ClientOf, embedded: Embedded, people: dict[str, int]) -> None:
    admin = client_of("admin")
    found = told(admin, "dataset", embedded.dataset, user=people["bob"])
    assert (open_ways(found), found["may"]) == (["dataset"], {"read": True, "edit": False, "query": True})
    assert need(found, "dataset", "datasource_access")["roles"] == ["sales_reader"]
    assert found["permission"] == {"need": "can_read on Dataset", "is_met": True, "roles": ["Gamma"]}
    assert open_ways(told(admin, "dataset", embedded.dataset, user=people["charlie"])) == []
    client_of("alice").put(f"/api/v1/dashboard/{embedded.dashboard}", json={"published": False})
    found = told(admin, "dashboard", embedded.dashboard, user=people["bob"])
    assert open_ways(found) == []
    assert not need(found, "dataset", "published")["is_met"]
    assert need(found, "dataset", "a chart on it is over a readable dataset")["is_met"]
    assert "owner" in open_ways(told(admin, "dashboard", embedded.dashboard, user=people["alice"]))


def test_it_tells_which_row_rules_bind(client_of: ClientOf, embedded: Embedded, people: dict[str, int]) -> None:
    admin = client_of("admin")
    roles = {each["name"]: each["id"] for each in admin.get("/api/v1/security/roles/").get_json()["result"]}
    for name, kind, clause in (("A", "Regular", "tenant = '{{ current_username() }}'"), ("B", "Base", "1 = 1")):
        body = {"name": name, "filter_type": kind, "tables": [embedded.dataset], "roles": [roles["Gamma"]]}
        assert admin.post("/api/v1/rowlevelsecurity/", json={**body, "clause": clause}).status_code == 201
    of_bob = told(admin, "chart", embedded.chart, user=people["bob"])["row_rules"][0]["rules"]
    assert [(rule["name"], rule["binds"], rule["clause"]) for rule in of_bob] == [
        ("A", True, "tenant = 'bob'"),
        ("B", False, None),
    ]
    own = told(client_of("bob"), "chart", embedded.chart)["row_rules"][0]["rules"]
    may_read_rules = client_of("bob").get("/api/v1/rowlevelsecurity/").status_code == 200
    assert [rule["binds"] for rule in own] == [True, False]
    assert all(("clause" in rule) is may_read_rules for rule in own)


def test_others_are_asked_about_by_administrators_alone(
    client_of: ClientOf, embedded: Embedded, people: dict[str, int], guest_of: Any
) -> None:
    asked = {"object": "dataset", "id": embedded.dataset}
    for name in ("alice", "bob", "charlie"):
        assert client_of(name).get(PATH, query_string={**asked, "user": people["admin"]}).status_code == 403
    assert guest_of(embedded).get(PATH, query_string=asked).status_code == 403
    # Of what one does not see, one does not learn that it is there.
    hidden = client_of("charlie").get(PATH, query_string=asked)
    absent = client_of("charlie").get(PATH, query_string={**asked, "id": 999999})
    assert [hidden.status_code, absent.status_code] == [404, 404]
    assert hidden.get_json() == absent.get_json()
    assert told(client_of("bob"), "dataset", embedded.dataset, user=people["bob"])["may"]["query"]


def test_a_wrong_wish_says_what_is_wrong(client_of: ClientOf, embedded: Embedded) -> None:
    admin = client_of("admin")
    wrong: dict[str, dict[str, Any]] = {"object": {"object": "log", "id": 1}, "id": {"object": "chart"}}
    for field, asked in wrong.items():
        answer = admin.get(PATH, query_string=asked)
        assert (answer.status_code, list(answer.get_json()["message"])) == (400, [field])
    unknown = {"object": "dataset", "id": embedded.dataset, "user": 999999}
    assert admin.get(PATH, query_string=unknown).status_code == 404


def test_a_command_tells_the_same(app: Flask, client_of: ClientOf, embedded: Embedded) -> None:
    said = app.test_cli_runner().invoke(superset_like, ["explain-access", "bob", "dataset", str(embedded.dataset)])
    assert said.exit_code == 0, said.output
    assert "read: yes, edit: no, query: yes" in said.output
    assert "yes: datasource_access (by sales_reader)" in said.output
