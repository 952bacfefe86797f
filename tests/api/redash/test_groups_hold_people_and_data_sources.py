"""Groups: who is in them, what their members may do, and which data sources they use or look at."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Group, Role
from flask_jwt_extended import create_access_token
from sqlalchemy import select

from superset_like.access.actors import of_user
from superset_like.extensions import db
from superset_like.models import SavedQuery
from superset_like.services import groups, setup
from tests.api.redash.conftest import RedashOf
from tests.conftest import ApiClient, ClientOf

MEMBERS = [
    *("create_dashboard", "create_query", "edit_dashboard", "edit_query", "view_query", "view_source"),
    *("execute_query", "list_users", "schedule_query", "list_dashboards", "list_alerts", "list_data_sources"),
]
RUN = "/api/v1/sqllab/execute/"


@pytest.fixture
def builtin(redash_of: RedashOf) -> dict[str, int]:
    """name -> id of the groups that are always there."""
    return {
        each["name"]: each["id"]
        for each in redash_of("admin").get("/api/groups").get_json()
        if each["type"] == "builtin"
    }


@pytest.fixture
def group(redash_of: RedashOf) -> int:
    """The id of a group of nobody."""
    answer = redash_of("admin").post("/api/groups", json={"name": "viewers"})
    assert answer.status_code == 200, answer.text
    return answer.get_json()["id"]


@pytest.fixture
def member(redash_of: RedashOf, app: Flask, group: int) -> Callable[[], tuple[ApiClient, ApiClient]]:
    """(a client with a key, one with a token) of a new person who is in that group alone."""

    def made() -> tuple[ApiClient, ApiClient]:
        admin = redash_of("admin")
        user = admin.post("/api/users", json={"name": "Vi Ewer", "email": "vi@example.com"}).get_json()["id"]
        assert admin.post(f"/api/users/{user}", json={"group_ids": [group]}).get_json()["groups"] == [group]
        by_key, by_token = ApiClient(app, app.response_class), ApiClient(app, app.response_class)
        key = admin.get(f"/api/users/{user}").get_json()["api_key"]
        by_key.headers = {"Authorization": f"Key {key}"}
        with app.app_context():
            by_token.headers = {"Authorization": f"Bearer {create_access_token(identity=str(user), fresh=True)}"}
        return by_key, by_token

    return made


def test_two_groups_are_always_there(redash_of: RedashOf, app: Flask) -> None:
    found = redash_of("admin").get("/api/groups").get_json()
    assert [(each["name"], each["type"], each["permissions"]) for each in found] == [
        ("admin", "builtin", ["admin", "super_admin"]),
        ("default", "builtin", MEMBERS),
    ]
    assert all(each["created_at"].endswith("Z") for each in found)
    setup.prepare(app)
    setup.prepare(app)
    assert redash_of("admin").get("/api/groups").get_json() == found


def test_what_others_made_under_such_a_name_is_theirs(app: Flask) -> None:
    with app.app_context():
        for found in db.session.execute(select(Group)).scalars():
            db.session.delete(found)
        db.session.flush()
        db.session.add(Group(name="admin"))
        db.session.commit()
        groups.ensure_builtin()
        names = {
            each.name: sorted(role.name for role in each.roles) for each in db.session.execute(select(Group)).scalars()
        }
    assert names["admin"] == []
    assert {"Gamma", "sql_lab"} < set(names["default"])


def test_a_new_group_is_renamed_and_goes(redash_of: RedashOf, group: int, builtin: dict[str, int]) -> None:
    admin = redash_of("admin")
    found = admin.get(f"/api/groups/{group}").get_json()
    created = found.pop("created_at")
    assert found == {"id": group, "name": "viewers", "permissions": MEMBERS, "type": "regular"}
    taken = admin.post("/api/groups", json={"name": "viewers"})
    assert (taken.status_code, taken.get_json()["message"]) == (409, "Group with the name viewers already exists.")
    renamed = admin.post(f"/api/groups/{group}", json={"name": "readers"}).get_json()
    assert (renamed["name"], renamed["created_at"]) == ("readers", created)
    for name, pk in builtin.items():
        answer = admin.post(f"/api/groups/{pk}", json={"name": "x"})
        assert (answer.status_code, answer.get_json()) == (400, {"message": "Can't modify built-in groups."}), name
        answer = admin.delete(f"/api/groups/{pk}")
        assert (answer.status_code, answer.get_json()) == (400, {"message": "Can't delete built-in groups."}), name
    gone = admin.delete(f"/api/groups/{group}")
    assert (gone.status_code, gone.get_json()) == (200, None)
    assert admin.get(f"/api/groups/{group}").status_code == 404
    for body in ({}, {"name": ""}, {"name": "x" * 101}, {"name": 1}):
        assert admin.post("/api/groups", json=body).status_code == 400


def test_a_role_of_others_does_not_become_a_group_s(redash_of: RedashOf, app: Flask) -> None:
    with app.app_context():
        alpha = db.session.execute(select(Role).where(Role.name == "Alpha")).scalar_one()
        db.session.add(Role(name="group: x", permissions=list(alpha.permissions)))
        db.session.commit()
    for name in ("x", "y" * 100):
        pk = redash_of("admin").post("/api/groups", json={"name": name}).get_json()["id"]
        with app.app_context():
            found = db.session.get(Group, pk)
            assert found is not None
            roles = {role.name: len(role.permissions) for role in found.roles}
        own = next(role for role in roles if role.startswith("group: "))
        assert own.endswith(f" (id:{pk})")
        assert len(own) <= 64
        assert roles[own] == 1


def test_only_administrators_write(redash_of: RedashOf, group: int, data_database: int, people: dict[str, int]) -> None:
    before = redash_of("admin").get("/api/groups").get_json()
    for name in ("alice", "bob", None):
        client = redash_of(name)
        status = 404 if name is None else 403
        for answer in (
            client.post("/api/groups", json={"name": "mine"}),
            client.post(f"/api/groups/{group}", json={"name": "mine"}),
            client.delete(f"/api/groups/{group}"),
            client.post(f"/api/groups/{group}/members", json={"user_id": people["bob"]}),
            client.delete(f"/api/groups/{group}/members/{people['bob']}"),
            client.post(f"/api/groups/{group}/data_sources", json={"data_source_id": data_database}),
            client.post(f"/api/groups/{group}/data_sources/{data_database}", json={"view_only": False}),
            client.delete(f"/api/groups/{group}/data_sources/{data_database}"),
            client.get(f"/api/groups/{group}"),
            client.get(f"/api/groups/{group}/members"),
            client.get(f"/api/groups/{group}/data_sources"),
        ):
            assert answer.status_code == status, (name, answer.request.path)
    assert redash_of("admin").get("/api/groups").get_json() == before
    assert redash_of("bob").get("/api/groups").get_json() == []


def test_a_group_gives_and_takes_at_the_next_request(
    redash_of: RedashOf, client_of: ClientOf, group: int, data_database: int, people: dict[str, int]
) -> None:
    admin, bob, editor = redash_of("admin"), redash_of("bob"), client_of("bob")
    run = {"database_id": data_database, "sql": "SELECT word FROM secrets"}
    assert editor.post(RUN, json=run).status_code == 403
    source = admin.post(f"/api/groups/{group}/data_sources", json={"data_source_id": data_database}).get_json()
    assert (source["id"], source["view_only"]) == (data_database, False)
    assert [each["view_only"] for each in admin.get(f"/api/groups/{group}/data_sources").get_json()] == [False]
    assert bob.get("/api/data_sources").get_json() == []
    added = admin.post(f"/api/groups/{group}/members", json={"user_id": people["bob"]}).get_json()
    assert (added["id"], added["groups"]) == (people["bob"], [group])
    assert [each["name"] for each in bob.get("/api/groups").get_json()] == ["viewers"]
    assert [each["id"] for each in bob.get(f"/api/groups/{group}/members").get_json()] == [people["bob"]]
    assert [each["view_only"] for each in bob.get("/api/data_sources").get_json()] == [False]
    assert editor.post(RUN, json=run).status_code == 200
    assert admin.delete(f"/api/groups/{group}/data_sources/{data_database}").get_json() is None
    assert bob.get("/api/data_sources").get_json() == []
    assert editor.post(RUN, json=run).status_code != 200
    admin.post(f"/api/groups/{group}/data_sources", json={"data_source_id": data_database})
    assert editor.post(RUN, json=run).status_code == 200
    assert admin.delete(f"/api/groups/{group}/members/{people['bob']}").get_json() is None
    assert editor.post(RUN, json=run).status_code == 403
    admin.post(f"/api/groups/{group}/members", json={"user_id": people["bob"]})
    assert editor.post(RUN, json=run).status_code == 200
    admin.delete(f"/api/groups/{group}")
    assert editor.post(RUN, json=run).status_code == 403
    assert bob.get("/api/data_sources").get_json() == []


def test_who_only_looks_cannot_use_the_sql_editor(
    redash_of: RedashOf,
    member: Callable[[], tuple[ApiClient, ApiClient]],
    group: int,
    builtin: dict[str, int],
    data_database: int,
    sales: int,
) -> None:
    admin = redash_of("admin")
    admin.post(f"/api/groups/{group}/data_sources", json={"data_source_id": data_database})
    changed = admin.post(f"/api/groups/{group}/data_sources/{data_database}", json={"view_only": True})
    assert changed.get_json()["view_only"] is True
    by_key, by_token = member()
    assert [each["view_only"] for each in by_key.get("/api/data_sources").get_json()] == [True]
    assert by_key.get(f"/api/data_sources/{data_database}").get_json()["view_only"] is True
    assert by_key.get(f"/api/data_sources/{data_database}/schema").status_code == 200
    run = {"database_id": data_database, "sql": "SELECT 1 AS one"}
    for client in (by_key, by_token):
        refused = client.post(RUN, json=run)
        assert refused.status_code in {401, 403, 404}, refused.text
    assert by_token.post(RUN, json=run).status_code in {403, 404}
    assert by_token.get(f"/api/v1/dataset/{sales}").status_code == 404
    assert by_token.get("/api/v1/database/").get_json()["count"] == 0
    # One group gives more than the other: the more counts.
    both = admin.get(f"/api/data_sources/{data_database}").get_json()["groups"]
    assert both == {str(group): True}
    admin.post(f"/api/groups/{builtin['default']}/data_sources", json={"data_source_id": data_database})
    user = by_key.get("/api/users").get_json()["results"][0]["id"]
    admin.post(f"/api/groups/{builtin['default']}/members", json={"user_id": user})
    assert [each["view_only"] for each in by_key.get("/api/data_sources").get_json()] == [False]
    assert by_token.post(RUN, json=run).status_code == 200
    both = admin.get(f"/api/data_sources/{data_database}").get_json()["groups"]
    assert both == {str(builtin["default"]): False, str(group): True}
    # And the permission goes with the connection's name.
    body = {"database_name": "renamed"}
    assert redash_of("admin").post(f"/api/data_sources/{data_database}", json={"name": "renamed"}).status_code == 200
    assert [each["name"] for each in by_key.get("/api/data_sources").get_json()] == [body["database_name"]]


def test_shared_queries_are_what_those_see_who_only_look(
    app: Flask,
    redash_of: RedashOf,
    member: Callable[[], tuple[ApiClient, ApiClient]],
    group: int,
    data_database: int,
    people: dict[str, int],
) -> None:
    redash_of("admin").post(f"/api/groups/{group}/data_sources/{data_database}", json={"view_only": True})
    _, by_token = member()
    with app.app_context():
        for label, is_shared in (("ours", True), ("hers", False)):
            values = {"label": label, "sql": "SELECT 1", "db_id": data_database, "created_by_fk": people["alice"]}
            db.session.add(SavedQuery(**values, is_shared=is_shared))
        db.session.commit()
    found = by_token.get("/api/v1/saved_query/").get_json()["result"]
    assert [each["label"] for each in found] == ["ours"]


def test_an_administrator_is_in_admin_however_he_came_to_be_one(
    redash_of: RedashOf, builtin: dict[str, int], people: dict[str, int], app: Flask
) -> None:
    admin, pk = redash_of("admin"), builtin["admin"]
    assert [each["id"] for each in admin.get(f"/api/groups/{pk}/members").get_json()] == [people["admin"]]
    last = admin.delete(f"/api/groups/{pk}/members/{people['admin']}")
    assert last.status_code == 409
    assert admin.get("/api/groups").status_code == 200
    admin.post(f"/api/groups/{pk}/members", json={"user_id": people["charlie"]})
    assert len(redash_of("charlie").get("/api/groups").get_json()) == 2
    # He held the role himself: it goes with the membership, or nothing would have changed.
    assert redash_of("charlie").delete(f"/api/groups/{pk}/members/{people['admin']}").status_code == 200
    assert admin.post("/api/groups", json={"name": "x"}).status_code == 403
    with app.app_context():
        assert not of_user(people["admin"]).is_admin
        assert of_user(people["charlie"]).is_admin


def test_bad_ids_are_refused(redash_of: RedashOf, group: int, data_database: int) -> None:
    admin = redash_of("admin")
    for answer, status in (
        (admin.post(f"/api/groups/{group}/members", json={"user_id": 9999}), 400),
        (admin.post(f"/api/groups/{group}/members", json={}), 400),
        (admin.post(f"/api/groups/{group}/members", json={"user_id": 2**40}), 400),
        (admin.delete(f"/api/groups/{group}/members/9999"), 404),
        (admin.post(f"/api/groups/{group}/data_sources", json={"data_source_id": 9999}), 404),
        (admin.post(f"/api/groups/{group}/data_sources", json={"data_source_id": "x"}), 400),
        (admin.post(f"/api/groups/{group}/data_sources/{data_database}", json={}), 400),
        (admin.post("/api/groups/9999/members", json={"user_id": 1}), 404),
        (admin.get("/api/groups/9999/members"), 404),
        (admin.get("/api/groups/abc"), 404),
    ):
        assert answer.status_code == status, (answer.request.path, answer.text)
        assert json.loads(answer.text)["message"]
