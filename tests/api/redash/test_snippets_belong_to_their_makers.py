import pytest
from flask import Flask

from superset_like.extensions import db
from superset_like.services import api_keys
from tests.api.redash.conftest import RedashOf

URL = "/api/query_snippets"
BODY = {"trigger": "sel", "description": "d", "snippet": "select * from ${1:t}"}


@pytest.fixture
def analysts(app: Flask, people: dict[str, int]) -> None:
    """bob may write queries too."""
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        bob = security.get_user_by_id(people["bob"])
        bob.roles = [*bob.roles, security.find_role("sql_lab")]
        db.session.commit()


def test_they_are_made_read_changed_and_deleted(redash_of: RedashOf, people: dict[str, int]) -> None:
    alice = redash_of("alice")
    made = alice.post(URL, json=BODY)
    assert made.status_code == 200
    record = made.get_json()
    assert list(record) == ["id", "trigger", "description", "snippet", "user", "updated_at", "created_at"]
    assert record["user"]["id"] == people["alice"]
    assert alice.get(URL).get_json() == [record]
    pk = record["id"]
    changed = alice.post(f"{URL}/{pk}", json={"snippet": "select 2", "id": 99}).get_json()
    assert (changed["id"], changed["trigger"], changed["snippet"]) == (pk, "sel", "select 2")
    assert alice.get(f"{URL}/{pk}").get_json() == changed
    assert alice.delete(f"{URL}/{pk}").get_json() is None
    assert alice.get(f"{URL}/{pk}").status_code == 404
    assert alice.delete(f"{URL}/{pk}").status_code == 404


@pytest.mark.usefixtures("analysts")
def test_others_read_them_and_change_nothing(redash_of: RedashOf) -> None:
    pk = redash_of("alice").post(URL, json=BODY).get_json()["id"]
    bob = redash_of("bob")
    assert bob.get(f"{URL}/{pk}").status_code == 200
    for answer in (bob.post(f"{URL}/{pk}", json={"snippet": "x"}), bob.delete(f"{URL}/{pk}")):
        assert answer.status_code == 403
    assert redash_of("admin").post(f"{URL}/{pk}", json={"snippet": "x"}).status_code == 200
    charlie = redash_of("charlie")
    for answer in (charlie.get(URL), charlie.get(f"{URL}/{pk}"), charlie.post(URL, json=BODY)):
        assert answer.status_code == 403


@pytest.mark.usefixtures("analysts")
def test_a_word_stands_for_one(redash_of: RedashOf) -> None:
    redash_of("alice").post(URL, json=BODY)
    answer = redash_of("bob").post(URL, json=BODY)
    assert (answer.status_code, list(answer.get_json()["fields"])) == (400, ["trigger"])
    other = redash_of("bob").post(URL, json={**BODY, "trigger": "other"}).get_json()["id"]
    assert redash_of("bob").post(f"{URL}/{other}", json={"trigger": "sel"}).status_code == 400
    assert len(redash_of("bob").get(URL).get_json()) == 2


@pytest.mark.parametrize("name", list(BODY))
def test_what_is_missing_is_said(redash_of: RedashOf, name: str) -> None:
    body = {key: value for key, value in BODY.items() if key != name}
    answer = redash_of("alice").post(URL, json=body)
    assert (answer.status_code, list(answer.get_json()["fields"])) == (400, [name])


def test_a_key_for_one_object_opens_none(app: Flask, redash_of: RedashOf) -> None:
    redash_of("alice").post(URL, json=BODY)
    with app.app_context():
        key = api_keys.create("alice", "one", "can_read:SavedQuery:1,can_write:SavedQuery:1")
    client = redash_of(None)
    assert client.get(URL, headers={"Authorization": f"Bearer {key}"}).get_json() == []
