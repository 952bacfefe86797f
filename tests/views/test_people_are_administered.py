import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_appbuilder.security.sqla.models import Group, Role, User
from werkzeug.test import Client

from superset_like.extensions import db
from tests.people import password_of
from tests.views.test_forms_write_through_the_services import deleted, sent

BrowserOf = Callable[[str], Client]
SELECT = re.compile(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', re.S)


def role_id(app: Flask, name: str) -> str:
    """The id of a role, as forms send it."""
    with app.app_context():
        return str(app.extensions["appbuilder"].sm.find_role(name).id)


def newcomer(app: Flask, admin: Client, **values: Any) -> int:
    """The id of a user whom an administrator made with the form."""
    given = {"first_name": "Eve", "last_name": "Doe", "username": "eve", "email": "eve@example.com", "active": "y"}
    secrets = {"password": "eve-password", "conf_password": "eve-password"}
    answer = sent(admin, "/users/add", **{**given, **secrets, "roles": role_id(app, "Gamma"), **values})
    assert answer.status_code == 302, answer.text
    with app.app_context():
        made: int = app.extensions["appbuilder"].sm.find_user("eve").id
        return made


def test_a_user_is_made_and_given_roles(app: Flask, browser_of: BrowserOf) -> None:
    admin = browser_of("admin")
    eve = newcomer(app, admin)
    roles = [role_id(app, "Gamma"), role_id(app, "sql_lab")]
    assert sent(admin, f"/users/edit/{eve}", roles=roles).status_code == 302
    with app.app_context():
        user = db.session.get(User, eve)
        assert user is not None
        assert sorted(role.name for role in user.roles) == ["Gamma", "sql_lab"]


def test_lists_are_spelled_for_people(browser_of: BrowserOf) -> None:
    admin = browser_of("admin")
    assert "<td>Alpha, sql_lab</td>" in admin.get("/users/list/").text
    assert "[Alpha" not in admin.get("/users/list/").text
    assert "in all</summary>" in admin.get("/roles/list/").text


def test_groups_and_roles_are_made_and_deleted_together(app: Flask, browser_of: BrowserOf) -> None:
    admin = browser_of("admin")
    assert sent(admin, "/roles/add", name="readers").status_code == 302
    readers = int(role_id(app, "readers"))
    assert sent(admin, "/groups/add", name="team", label="Team", roles=[str(readers)]).status_code == 302
    assert deleted(admin, "/groups", [1]).status_code == 302
    assert deleted(admin, "/roles", [readers]).status_code == 302
    with app.app_context():
        assert db.session.get(Group, 1) is None
        assert db.session.get(Role, readers) is None


def test_a_role_that_somebody_has_stays(app: Flask, browser_of: BrowserOf) -> None:
    admin, gamma = browser_of("admin"), int(role_id(app, "Gamma"))
    deleted(admin, "/roles", [gamma])
    assert "Gamma cannot be deleted" in admin.get("/roles/list/").text
    with app.app_context():
        assert db.session.get(Role, gamma) is not None


def test_users_are_deleted_but_not_by_themselves(app: Flask, browser_of: BrowserOf, people: dict[str, int]) -> None:
    admin = browser_of("admin")
    eve = newcomer(app, admin)
    deleted(admin, "/users", [eve, people["admin"]])
    assert "you cannot delete yourself" in admin.get("/users/list/").text
    with app.app_context():
        assert db.session.get(User, eve) is None
        assert db.session.get(User, people["admin"]) is not None


def test_who_changes_his_password_stays_signed_in_here_alone(app: Flask, browser_of: BrowserOf) -> None:
    here, elsewhere = browser_of("bob"), browser_of("bob")
    values = {"password": "new-password", "conf_password": "new-password"}
    assert sent(here, "/resetmypassword/form", **values).headers["Location"] == "/"
    assert "Hello, Bob" in here.get("/").text
    assert "Hello, Bob" not in elsewhere.get("/").text


def test_an_administrator_sets_a_password(app: Flask, browser_of: BrowserOf, people: dict[str, int]) -> None:
    admin, bob = browser_of("admin"), browser_of("bob")
    values = {"password": "new-password", "conf_password": "new-password"}
    assert sent(admin, f"/resetpassword/form?pk={people['bob']}", **values).status_code == 302
    assert "Hello, Admin" in admin.get("/").text
    assert "Hello, Bob" not in bob.get("/").text
    login = {"username": "bob", "password": password_of("bob"), "provider": "db"}
    assert app.test_client().post("/api/v1/security/login", json=login).status_code == 401


def test_nobody_else_sets_passwords_or_deletes_people(
    app: Flask, browser_of: BrowserOf, people: dict[str, int]
) -> None:
    alice = browser_of("alice")
    token = alice.get("/resetmypassword/form").text.split('name="csrf_token"', 1)[1].split('value="', 1)[1]
    form = {"csrf_token": token.split('"', 1)[0], "password": "stolen-password", "conf_password": "stolen-password"}
    assert alice.post(f"/resetpassword/form?pk={people['bob']}", data=form).status_code in {302, 403}
    rows = {**form, "action": "remove_all", "rowid": people["bob"]}
    assert alice.post("/users/action_post", data=rows).status_code in {302, 403}
    assert browser_of("bob").get("/").status_code == 200
    with app.app_context():
        assert db.session.get(User, people["bob"]) is not None


def cells(page: str) -> list[list[str]]:
    """The rows of the page's last table, each cell as HTML."""
    body = page.rsplit("<table", 1)[1].split("</thead>", 1)[1].split("</table>", 1)[0]
    return [re.findall(r"<td>(.*?)</td>", row, re.S) for row in body.split("<tr>")[1:]]


def test_pages_of_users_stand_as_clients_of_superset_read_them(browser_of: BrowserOf, people: dict[str, int]) -> None:
    admin = browser_of("admin")
    pages = [
        admin.get(f"/users/list/?psize_UserDBModelView=3&page_UserDBModelView={number}").text for number in range(3)
    ]
    assert [len(cells(page)) for page in pages] == [3, 1, 0]
    alice = next(row for row in cells(pages[0]) if row[3] == "alice")
    assert f'href="/users/show/{people["alice"]}"' in alice[0]
    assert alice[1:7] == ["Alice", "Doe", "alice", "alice@example.com", "yes", "Alpha, sql_lab"]


def test_pages_of_roles_stand_as_clients_of_superset_read_them(
    app: Flask, browser_of: BrowserOf, people: dict[str, int]
) -> None:
    admin = browser_of("admin")
    page = admin.get("/roles/list/?psize_RoleModelView=100&page_RoleModelView=0").text
    names = {re.search(r'id="(\d+)"', row[0])[1] for row in cells(page)}  # type: ignore[index]
    assert role_id(app, "Gamma") in names
    assert cells(admin.get("/roles/list/?psize_RoleModelView=100&page_RoleModelView=1").text) == []
    form = admin.get(f"/roles/edit/{role_id(app, 'sql_lab')}").text
    chosen = {name: re.findall(r'<option selected value="(\d+)"', options) for name, options in SELECT.findall(form)}
    assert chosen["user"] == [str(people["alice"])]
    assert len(chosen["permissions"]) > 10


def test_users_are_given_a_role_on_its_page(app: Flask, browser_of: BrowserOf, people: dict[str, int]) -> None:
    admin, bob = browser_of("admin"), browser_of("bob")
    page = f"/roles/edit/{role_id(app, 'sql_lab')}"
    assert bob.get("/sqllab/").status_code == 403
    assert sent(admin, page, user=[str(people["alice"]), str(people["bob"])]).status_code == 302
    assert bob.get("/sqllab/").status_code == 200
    assert sent(admin, page, user=[str(people["alice"])]).status_code == 302
    assert bob.get("/sqllab/").status_code == 403
    # What nobody touched is as it was.
    assert browser_of("alice").get("/sqllab/").status_code == 200
    assert bob.get(page).status_code in {302, 403}
