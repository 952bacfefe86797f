from typing import Any

import pytest

from tests.conftest import ClientOf

USERS, ROLES = "/api/v1/security/users/", "/api/v1/security/roles/"


def new_user(roles: list[int]) -> dict[str, Any]:
    return {
        "username": "dora",
        "first_name": "Dora",
        "last_name": "Doe",
        "email": "dora@example.com",
        "password": "dora-password",
        "active": True,
        "roles": roles,
    }


def gamma(client_of: ClientOf) -> int:
    answer = client_of("admin").get(f"{ROLES}?q=(filters:!((col:name,opr:eq,value:Gamma)))")
    pk: int = answer.get_json()["ids"][0]
    return pk


def test_a_user_is_made_read_changed_and_deleted(client_of: ClientOf) -> None:
    admin, role = client_of("admin"), gamma(client_of)
    made = admin.post(USERS, json=new_user([role]))
    assert made.status_code == 201
    path = f"{USERS}{made.get_json()['id']}"
    found = admin.get(path).get_json()["result"]
    assert (found["username"], found["active"], found["roles"]) == ("dora", True, [{"id": role, "name": "Gamma"}])
    assert not [name for name in found if "password" in name]
    assert admin.put(path, json={"last_name": "Changed"}).status_code == 200
    assert admin.get(path).get_json()["result"]["last_name"] == "Changed"
    assert admin.delete(path).status_code == 200
    assert admin.get(path).status_code == 404


def test_a_second_user_of_a_name_is_refused_without_the_databases_words(client_of: ClientOf) -> None:
    answer = client_of("admin").post(USERS, json={**new_user([gamma(client_of)]), "username": "bob"})
    assert answer.status_code == 422
    assert answer.get_json()["message"] == "A value is taken, or something depends on it"


def test_a_missing_user_is_not_found(client_of: ClientOf) -> None:
    admin = client_of("admin")
    for method in ("GET", "PUT", "DELETE"):
        answer = admin.open(f"{USERS}999999", method=method, json={"last_name": "x"})
        assert (answer.status_code, answer.get_json()["message"]) == (404, "Not found"), method


@pytest.mark.parametrize("name", ["alice", "bob"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "users/"),
        ("POST", "users/"),
        ("PUT", "users/2"),
        ("DELETE", "users/1"),
        ("GET", "roles/"),
        ("GET", "roles/search/"),
        ("POST", "roles/"),
        ("POST", "roles/4/permissions"),
        ("PUT", "roles/1/users"),
        ("PUT", "roles/1/groups"),
        ("POST", "groups/"),
        ("GET", "permissions/"),
        ("POST", "permissions-resources/"),
        ("POST", "guest_token/"),
        ("POST", "api_keys/"),
    ],
)
def test_nobody_else_gets_near_them(client_of: ClientOf, name: str, method: str, path: str) -> None:
    answer = client_of(name).open(f"/api/v1/security/{path}", method=method, json={})
    assert (answer.status_code, answer.get_json()["message"]) == (403, "Forbidden")


def test_roles_are_found_with_who_belongs_to_them(client_of: ClientOf, people: dict[str, int]) -> None:
    answer = client_of("admin").get(f"{ROLES}search/?q=(filters:!((col:name,opr:eq,value:Gamma)))").get_json()
    assert answer["count"] == 1
    assert answer["result"][0]["user_ids"] == sorted([people["bob"], people["charlie"]])


def test_me_is_changed_by_oneself_in_name_alone(client_of: ClientOf) -> None:
    bob = client_of("bob")
    assert bob.put("/api/v1/me/", json={"first_name": "Robert"}).get_json()["result"]["first_name"] == "Robert"
    for field in ({"roles": [1]}, {"username": "admin"}, {"active": True}, {"email": "x@example.com"}):
        answer = bob.put("/api/v1/me/", json=field)
        assert (answer.status_code, answer.get_json()["message"]) == (400, {next(iter(field)): ["Unknown field."]})


def test_me_with_roles(client_of: ClientOf, people: dict[str, int]) -> None:
    found = client_of("bob").get("/api/v1/me/roles/").get_json()["result"]
    assert (found["userId"], found["username"], list(found["roles"])) == (people["bob"], "bob", ["Gamma"])
    assert ["can_read", "Chart"] in found["roles"]["Gamma"]
    assert found["permissions"] == {}


@pytest.mark.parametrize("body", [7, "x", []])
def test_a_body_that_is_no_object_is_refused(client_of: ClientOf, body: Any) -> None:
    for path in (f"{USERS}1", f"{ROLES}1", "/api/v1/security/permissions-resources/1", "/api/v1/security/groups/1"):
        assert client_of("admin").put(path, json=body).status_code == 400
    assert client_of("admin").post(USERS, json=body).status_code == 400


def test_what_only_looks_like_a_number_is_no_argument(client_of: ClientOf) -> None:
    for resource in ("users", "roles", "groups", "permissions"):
        answer = client_of("admin").get(f"/api/v1/security/{resource}/", query_string={"q": "-6.25e+16"})
        assert answer.status_code == 400, resource
        assert answer.get_json()["message"] == "Not a valid rison/json argument"
