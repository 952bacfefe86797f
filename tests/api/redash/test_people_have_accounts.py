"""Accounts: listed, made, changed, disabled, invited, deleted, and their keys, over Redash's API."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from superset_like.app import create_app
from superset_like.config.settings import Settings
from superset_like.extensions import db
from superset_like.models import SavedQuery, UserKey
from superset_like.services import api_keys, users
from tests.api.redash.conftest import RedashOf
from tests.conftest import ApiClient, ClientOf, Counted
from tests.people import password_of

FORBIDDEN = (
    "You don't have the permission to access the requested resource. It is either read-protected or not readable by "
    "the server."
)
VIEWER = {"name": "Viewer", "email": "viewer@example.com"}
FIELDS = {
    *("id", "name", "email", "profile_image_url", "groups", "updated_at", "created_at", "disabled_at", "is_disabled"),
    *("active_at", "is_invitation_pending", "is_email_verified", "auth_type"),
}


@pytest.fixture
def viewer(redash_of: RedashOf) -> dict[str, Any]:
    """A new account, as it was answered."""
    answer = redash_of("admin").post("/api/users", json=VIEWER)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.fixture
def by_key(app: Flask) -> Callable[[str], ApiClient]:
    """A client with this key."""

    def made(key: str) -> ApiClient:
        client = ApiClient(app, app.response_class)
        client.headers = {"Authorization": f"Key {key}"}
        return client

    return made


def test_a_new_account_is_in_default_and_waits_for_its_owner(redash_of: RedashOf, viewer: dict[str, Any]) -> None:
    link, pk = viewer.pop("invite_link"), viewer["id"]
    assert urlsplit(link).path.startswith("/invite/")
    assert set(viewer) == FIELDS
    assert (viewer["groups"], viewer["active_at"], viewer["disabled_at"]) == ([2], None, None)
    assert (viewer["is_invitation_pending"], viewer["auth_type"], viewer["is_disabled"]) == (True, "external", False)
    whole = redash_of("admin").get(f"/api/users/{pk}").get_json()
    assert len(whole.pop("api_key")) == 40
    assert whole == viewer
    with redash_of(None).get(viewer["profile_image_url"]) as picture:
        assert (picture.mimetype, picture.data[:5]) == ("image/svg+xml", b"<svg ")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"name": "V", "email": "VIEWER@example.com"}, "Email already taken."),
        ({"name": "V", "email": "zz"}, "Bad email address."),
        ({"name": "V", "email": "a@b@c"}, "Bad email address."),
        ({"name": "V", "email": "a b@example.com"}, "Bad email address."),
        ({"name": "V", "email": f"{'a' * 120}@example.com"}, "Bad email address."),
        ({"name": "V"}, None),
        ({"email": "v@example.com"}, None),
        ({"name": "V" * 65, "email": "v@example.com"}, None),
        ({"name": 1, "email": "v@example.com"}, None),
        ([], None),
    ],
)
def test_what_is_not_right_is_refused(
    redash_of: RedashOf, viewer: dict[str, Any], body: object, text: str | None
) -> None:
    admin = redash_of("admin")
    before = admin.get("/api/users").get_json()["count"]
    answer = admin.post("/api/users", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.get_json()["message"] == text if text else answer.get_json()["message"]
    assert admin.get("/api/users").get_json()["count"] == before


def test_an_address_that_is_a_user_name_is_taken(redash_of: RedashOf, viewer: dict[str, Any]) -> None:
    admin = redash_of("admin")
    moved = admin.post(f"/api/users/{viewer['id']}", json={"email": "New@example.com"}).get_json()
    assert moved["email"] == "new@example.com"
    again = admin.post("/api/users", json={"name": "Thief", "email": VIEWER["email"]})
    assert (again.status_code, again.get_json()["message"]) == (400, "Email already taken.")
    assert admin.post(f"/api/users/{viewer['id']}", json={"email": "bob@example.com"}).status_code == 400


def test_a_list_says_what_was_asked(redash_of: RedashOf, viewer: dict[str, Any], counted: Counted) -> None:
    admin = redash_of("admin")
    page = admin.get("/api/users?page=1&page_size=25&disabled=False").get_json()
    assert (page["count"], page["page"], page["page_size"]) == (5, 1, 25)
    first = page["results"][0]
    assert (first["name"], first["groups"]) == ("Viewer", [{"id": 2, "name": "default"}])
    assert next(each for each in page["results"] if each["name"] == "Admin Doe")["groups"] == [
        {"id": 1, "name": "admin"}
    ]

    def names(query: str) -> list[str]:
        return [each["name"].split()[0] for each in admin.get(f"/api/users?{query}").get_json()["results"]]

    assert names("order=name") == ["Admin", "Alice", "Bob", "Charlie", "Viewer"]
    assert names("order=-name&page_size=2&page=2") == ["Bob", "Alice"]
    assert names("order=bogus") == names("order=-created_at") == list(reversed(names("order=created_at")))
    assert sorted(names("order=groups")) == sorted(names("order=-active_at"))
    assert names("q=VIEW") == ["Viewer"]
    assert names("q=alice@") == ["Alice"]
    assert names("q=%25") == []
    assert names("pending=true") == ["Viewer"]
    assert len(names("pending=False")) == 4
    assert names("disabled=True") == []
    admin.post(f"/api/users/{viewer['id']}/disable")
    assert names("disabled=TRUE") == ["Viewer"]
    assert len(names("disabled=false")) == 4
    assert admin.get("/api/users?disabled=perhaps").status_code == 400
    assert admin.get("/api/users?page=9").status_code == 400
    assert admin.get("/api/users?q=nobody&page=2").status_code == 404
    admin.get("/api/users")
    counted.statements.clear()
    admin.get("/api/users")
    assert len(counted) <= 7, counted.statements


def test_members_of_a_group_see_accounts_and_others_their_own(
    redash_of: RedashOf, viewer: dict[str, Any], by_key: Callable[[str], ApiClient], people: dict[str, int]
) -> None:
    key = redash_of("admin").get(f"/api/users/{viewer['id']}").get_json()["api_key"]
    member = by_key(key)
    assert member.get("/api/users").get_json()["count"] == 5
    other = member.get(f"/api/users/{people['alice']}").get_json()
    assert other["name"] == "Alice Doe"
    assert "api_key" not in other
    assert member.get(f"/api/users/{viewer['id']}").get_json()["api_key"] == key
    bob = redash_of("bob")
    assert [each["id"] for each in bob.get("/api/users").get_json()["results"]] == [people["bob"]]
    assert bob.get(f"/api/users/{people['alice']}").status_code == 404
    assert redash_of("admin").get("/api/users/999").status_code == 404
    assert redash_of(None).get("/api/users").status_code == 404


def test_a_key_is_made_when_it_is_first_shown(redash_of: RedashOf, viewer: dict[str, Any], app: Flask) -> None:
    def stored() -> int:
        with app.app_context():
            which = select(func.count(UserKey.user_id)).where(UserKey.user_id == viewer["id"])
            return db.session.execute(which).scalar_one()

    admin = redash_of("admin")
    admin.get("/api/users")
    assert stored() == 0
    key = admin.get(f"/api/users/{viewer['id']}").get_json()["api_key"]
    assert stored() == 1
    assert admin.get(f"/api/users/{viewer['id']}").get_json()["api_key"] == key


def test_another_key_voids_the_former(
    redash_of: RedashOf, viewer: dict[str, Any], by_key: Callable[[str], ApiClient], people: dict[str, int]
) -> None:
    admin, path = redash_of("admin"), f"/api/users/{viewer['id']}"
    old = admin.get(path).get_json()["api_key"]
    assert by_key(old).get(path).status_code == 200
    new = admin.post(f"{path}/regenerate_api_key").get_json()["api_key"]
    assert new != old
    assert by_key(old).get(path).status_code == 404
    assert by_key(new).get(path).status_code == 200
    own = by_key(new).post(f"{path}/regenerate_api_key").get_json()["api_key"]
    assert by_key(new).get(path).status_code == 404
    refused = by_key(own).post(f"/api/users/{people['admin']}/regenerate_api_key")
    assert (refused.status_code, refused.get_json()) == (403, {"message": FORBIDDEN})


def test_a_disabled_account_opens_nothing(
    redash_of: RedashOf, viewer: dict[str, Any], by_key: Callable[[str], ApiClient], people: dict[str, int]
) -> None:
    admin, path = redash_of("admin"), f"/api/users/{viewer['id']}"
    key = admin.get(path).get_json()["api_key"]
    disabled = admin.post(f"{path}/disable").get_json()
    assert (disabled["is_disabled"], disabled["disabled_at"]) == (True, disabled["updated_at"])
    assert by_key(key).get(path).status_code == 404
    assert admin.post(f"{path}/reset_password").status_code == 404
    enabled = admin.delete(f"{path}/disable").get_json()
    assert (enabled["is_disabled"], enabled["disabled_at"]) == (False, None)
    assert by_key(key).get(path).status_code == 200
    oneself = admin.post(f"/api/users/{people['admin']}/disable")
    assert (oneself.status_code, oneself.get_json()["message"]) == (
        403,
        "You cannot disable your own account. Please ask another admin to do this for you.",
    )


def test_names_and_groups_are_changed(redash_of: RedashOf, viewer: dict[str, Any]) -> None:
    admin, path = redash_of("admin"), f"/api/users/{viewer['id']}"
    edited = admin.post(path, json={**viewer, "name": "Viewer 2"}).get_json()
    assert (edited["name"], edited["groups"]) == ("Viewer 2", [2])
    group = admin.post("/api/groups", json={"name": "g"}).get_json()["id"]
    assert admin.post(path, json={"group_ids": [group, 2, group]}).get_json()["groups"] == [2, group]
    # No groups at all means: as it was.
    assert admin.post(path, json={"group_ids": []}).get_json()["groups"] == [2, group]
    bad = admin.post(path, json={"name": "Other", "group_ids": [group, 999]})
    assert (bad.status_code, bad.get_json()["message"]) == (400, "Group id 999 is invalid.")
    assert admin.get(path).get_json()["name"] == "Viewer 2"


def test_a_password_needs_the_present_one(redash_of: RedashOf, client_of: ClientOf, people: dict[str, int]) -> None:
    alice, path = redash_of("alice"), f"/api/users/{people['alice']}"
    token = client_of("alice")
    for body, text in (
        ({"password": "new-password"}, "Must provide current password to update password."),
        ({"password": "new-password", "old_password": "wrong"}, "Incorrect current password."),
    ):
        refused = alice.post(path, json=body)
        assert (refused.status_code, refused.get_json()["message"]) == (403, text)
        # Administrators know no password either; they send a link.
        assert redash_of("admin").post(path, json=body).status_code == 403
    body = {"password": "new-password", "old_password": password_of("alice")}
    assert alice.post(path, json=body).status_code == 200
    login = {"username": "alice", "password": "new-password", "provider": "db"}
    assert client_of(None).post("/api/v1/security/login", json=login).status_code == 200
    # Tokens of the former password end; the key stays, as in Redash.
    assert token.get("/api/v1/me/").status_code == 401
    assert alice.get(path).status_code == 200


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_nobody_gains_rights_by_an_account(redash_of: RedashOf, people: dict[str, int], name: str, app: Flask) -> None:
    client, own = redash_of(name), people[name]
    for answer, text in (
        (client.post("/api/users", json=VIEWER), FORBIDDEN),
        (client.post(f"/api/users/{own}", json={"group_ids": [1]}), "Must be admin to change groups membership."),
        # Row rules may ask for it.
        (client.post(f"/api/users/{own}", json={"email": "boss@example.com"}), FORBIDDEN),
        (client.delete(f"/api/users/{own}"), FORBIDDEN),
        (client.post(f"/api/users/{people['charlie']}/disable"), FORBIDDEN),
        (client.delete(f"/api/users/{people['charlie']}/disable"), FORBIDDEN),
        (client.post(f"/api/users/{own}/invite"), FORBIDDEN),
        (client.post(f"/api/users/{own}/reset_password"), FORBIDDEN),
    ):
        assert (answer.status_code, answer.get_json()) == (403, {"message": text})
    for answer in (
        client.post(f"/api/users/{people['admin']}", json={"name": "Mine"}),
        client.post(f"/api/users/{people['admin']}/regenerate_api_key"),
    ):
        assert answer.status_code in {403, 404}
    edited = client.post(f"/api/users/{own}", json={"name": "Another Name", "email": f"{name.upper()}@example.com"})
    assert (edited.status_code, edited.get_json()["name"]) == (200, "Another Name")
    with app.app_context():
        assert db.session.get(User, people["admin"]).first_name == "Admin"  # type: ignore[union-attr]
        assert db.session.get(User, own).groups == []  # type: ignore[union-attr,attr-defined]


def test_a_key_with_scopes_administers_nothing(
    app: Flask, by_key: Callable[[str], ApiClient], people: dict[str, int], data_database: int
) -> None:
    with app.app_context():
        key = api_keys.create("admin", "narrow", "can_read")
        whole = api_keys.create("admin", "whole")
    narrow, own = by_key(key), people["admin"]
    body = {"name": "X", "type": "sqlite", "options": {"dbpath": "sales.sqlite"}}
    for answer in (
        narrow.post("/api/users", json=VIEWER),
        narrow.post(f"/api/users/{own}", json={"group_ids": [2]}),
        narrow.post(f"/api/users/{own}", json={"name": "X"}),
        narrow.post(f"/api/users/{own}/regenerate_api_key"),
        narrow.post(f"/api/users/{people['bob']}/disable"),
        narrow.post(f"/api/users/{people['bob']}/reset_password"),
        narrow.post("/api/groups", json={"name": "x"}),
        narrow.post("/api/groups/1/members", json={"user_id": people["bob"]}),
        narrow.post("/api/groups/2/data_sources", json={"data_source_id": data_database}),
        narrow.post("/api/data_sources", json=body),
        narrow.get("/api/data_sources/types"),
        narrow.post(f"/api/data_sources/{data_database}/pause"),
        narrow.delete(f"/api/data_sources/{data_database}"),
    ):
        assert answer.status_code in {403, 404}, answer.request.path
    # Least of all does it show the key that has no scopes.
    seen = narrow.get(f"/api/users/{own}")
    assert seen.status_code == 200
    assert "api_key" not in seen.get_json()
    assert "options" not in narrow.get(f"/api/data_sources/{data_database}").get_json()
    assert "api_key" in by_key(whole).get(f"/api/users/{own}").get_json()


def test_only_accounts_that_nobody_used_go(
    redash_of: RedashOf, viewer: dict[str, Any], people: dict[str, int], app: Flask
) -> None:
    admin = redash_of("admin")
    active = admin.delete(f"/api/users/{people['bob']}")
    assert (active.status_code, active.get_json()["message"]) == (
        403,
        "You cannot delete activated users. Please disable the user instead.",
    )
    admin.get(f"/api/users/{viewer['id']}")
    with app.app_context():
        db.session.add(SavedQuery(label="his", sql="SELECT 1", created_by_fk=viewer["id"]))
        db.session.commit()
    gone = admin.delete(f"/api/users/{viewer['id']}")
    assert (gone.status_code, gone.get_json()["email"]) == (200, VIEWER["email"])
    assert admin.get(f"/api/users/{viewer['id']}").status_code == 404
    with app.app_context():
        assert db.session.get(UserKey, viewer["id"]) is None
        assert [each.created_by_fk for each in db.session.execute(select(SavedQuery)).scalars()] == [None]
    assert admin.post("/api/users", json=VIEWER).status_code == 200


def _filled_in(client: ApiClient, path: str, password: str, again: str) -> Any:
    page = client.get(path)
    assert page.status_code == 200, page.text
    token = page.text.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    return client.post(path, data={"password": password, "again": again, "csrf_token": token})


def test_a_link_lets_its_owner_choose_a_password_once(
    redash_of: RedashOf, client_of: ClientOf, viewer: dict[str, Any]
) -> None:
    admin, guest = redash_of("admin"), client_of(None)
    login = {"username": VIEWER["email"], "password": "chosen", "provider": "db"}
    for empty in ("", "chosen"):
        tried = guest.post("/api/v1/security/login", json={**login, "password": empty})
        assert tried.status_code in {400, 401}
    path = urlsplit(viewer["invite_link"]).path
    assert _filled_in(guest, path, "chosen", "other").status_code == 200
    assert guest.post(path, data={"password": "chosen", "again": "chosen"}).status_code == 200
    assert guest.post("/api/v1/security/login", json=login).status_code == 401
    assert _filled_in(guest, path, "chosen", "chosen").status_code == 302
    assert guest.post("/api/v1/security/login", json=login).status_code == 200
    assert guest.get(path).status_code == 404
    assert guest.get(f"{path}x").status_code == 404
    known = admin.get(f"/api/users/{viewer['id']}").get_json()
    assert (known["is_invitation_pending"], known["auth_type"]) == (False, "password")
    reset = admin.post(f"/api/users/{viewer['id']}/reset_password").get_json()
    assert set(reset) == {"reset_link"}
    path = urlsplit(reset["reset_link"]).path
    assert path.startswith("/reset/")
    assert _filled_in(guest, path, "better", "better").status_code == 302
    assert guest.post("/api/v1/security/login", json=login).status_code == 401
    invited = admin.post(f"/api/users/{viewer['id']}/invite").get_json()
    admin.post(f"/api/users/{viewer['id']}/disable")
    assert guest.get(urlsplit(invited["invite_link"]).path).status_code == 404


def test_a_new_administrator_is_in_the_group_of_administrators_alone(app: Flask, redash_of: RedashOf) -> None:
    with app.app_context():
        assert users.create_administrator("root", "root-password", "root@example.com", "Ro", "Ot")
    found = redash_of("admin").get("/api/users?q=root").get_json()["results"]
    assert [each["groups"] for each in found] == [[{"id": 1, "name": "admin"}]]


def test_administrators_through_a_group_are_administrators(
    app: Flask, redash_of: RedashOf, people: dict[str, int]
) -> None:
    admin = redash_of("admin")
    assert admin.post(f"/api/users/{people['charlie']}", json={"group_ids": [1]}).get_json()["groups"] == [1]
    assert redash_of("charlie").post("/api/users", json=VIEWER).status_code == 200
    assert redash_of("charlie").post(f"/api/users/{people['admin']}/disable").status_code == 200
    with app.app_context():
        assert users.has_administrator()


@pytest.fixture
def limited(app: Flask, settings: Settings) -> Iterator[Flask]:
    """The application, in which accounts are counted."""
    counting = replace(settings, login_rate_limit="50 per minute", account_rate_limit="2 per hour")
    made = create_app(replace(counting, account_edit_rate_limit="3 per hour"))
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def test_accounts_are_made_so_often_and_no_more(
    limited: Flask, key_of: Callable[[str], str], people: dict[str, int]
) -> None:
    client = ApiClient(limited, limited.response_class)
    client.headers = {"Authorization": f"Key {key_of('admin')}"}
    made = [client.post("/api/users", json={"name": "V", "email": f"v{number}@example.com"}) for number in range(3)]
    assert [answer.status_code for answer in made] == [200, 200, 429]
    assert made[-1].get_json() == {"message": "2 per 1 hour"}
    edited = [client.post(f"/api/users/{people['bob']}", json={"name": "Bob"}) for _ in range(4)]
    assert [answer.status_code for answer in edited] == [200, 200, 200, 429]
    assert all(client.get("/api/users").status_code == 200 for _ in range(5))
