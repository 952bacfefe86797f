from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from superset_like.extensions import db
from tests.api.redash.conftest import RedashOf

URL = "/api/destinations"
HOOK = {"name": "hook", "type": "webhook", "options": {"url": "https://example.com/in?key=1", "password": "p"}}


def test_they_are_kept_and_tell_no_secret(app: Flask, redash_of: RedashOf) -> None:
    admin = redash_of("admin")
    made = admin.post(URL, json=HOOK)
    assert made.status_code == 200, made.text
    record = made.get_json()
    shown = {"url": "--------", "password": "--------"}
    assert record == {"id": 1, "name": "hook", "type": "webhook", "icon": "fa-bolt", "options": shown}
    assert admin.get(f"{URL}/1").get_json() == record
    assert admin.get(URL).get_json() == [{key: record[key] for key in ("id", "name", "type", "icon")}]
    with app.app_context():
        stored = db.session.execute(text("SELECT options_json FROM destination")).scalar()
    assert "example.com" not in str(stored)
    assert admin.delete(f"{URL}/1").status_code == 204
    assert admin.get(f"{URL}/1").status_code == 404


def test_what_is_sent_back_as_shown_stays(app: Flask, redash_of: RedashOf) -> None:
    admin = redash_of("admin")
    record = admin.post(URL, json=HOOK).get_json()
    place = f"{URL}/{record['id']}"
    named = admin.post(place, json={**record, "name": "new", "options": {**record["options"], "username": "u"}})
    assert named.get_json()["name"] == "new"
    with app.app_context():
        options = db.session.execute(text("SELECT id FROM destination")).all()
        assert len(options) == 1
    # A secret does not go along to another place.
    moved = {**record, "options": {"url": "https://other.example.com/", "password": "--------"}}
    assert admin.post(place, json=moved).status_code == 400
    moved["options"] = {"url": "https://other.example.com/", "password": "new"}
    assert admin.post(place, json=moved).status_code == 200


def test_a_name_is_given_once(redash_of: RedashOf) -> None:
    admin = redash_of("admin")
    admin.post(URL, json=HOOK)
    other = admin.post(URL, json={**HOOK, "name": "other"}).get_json()["id"]
    for path in (URL, f"{URL}/{other}"):
        answer = admin.post(path, json=HOOK)
        assert (answer.status_code, answer.get_json()["message"]) == (
            400,
            "Alert Destination with the name hook already exists.",
        )


@pytest.mark.parametrize(
    "wrong",
    [
        *({"name": ""}, {"type": "pigeon"}, {"options": {}}, {"options": {"url": 5}}, {"options": "x"}),
        *({"options": {"url": "http://127.0.0.1/"}}, {"options": {"url": "https://169.254.169.254/"}}),
        *({"type": "email", "options": {"addresses": "nobody"}}, {"type": "email", "options": {"addresses": ","}}),
        {"type": "slack", "options": {"url": "ftp://example.com"}},
    ],
)
def test_what_cannot_be_reached_is_refused(redash_of: RedashOf, wrong: dict[str, Any]) -> None:
    admin = redash_of("admin")
    assert admin.post(URL, json={**HOOK, **wrong}).status_code == 400
    assert admin.get(URL).get_json() == []


def test_mail_goes_where_mail_may_go(app: Flask, redash_of: RedashOf, monkeypatch: pytest.MonkeyPatch) -> None:
    former = app.extensions["superset_like_settings"]
    monkeypatch.setitem(app.extensions, "superset_like_settings", replace(former, email_domains=("example.com",)))
    for address, status in (("a@example.com", 200), ("a@example.org", 400)):
        body = {"name": address, "type": "email", "options": {"addresses": address}}
        assert redash_of("admin").post(URL, json=body).status_code == status


def test_the_kinds_say_what_they_need(redash_of: RedashOf) -> None:
    kinds = {kind["type"]: kind for kind in redash_of("admin").get(f"{URL}/types").get_json()}
    assert set(kinds) == {"email", "slack", "webhook"}
    schema = kinds["webhook"]["configuration_schema"]
    assert (schema["required"], schema["secret"]) == (["url"], ["password", "url"])
    assert list(schema["properties"]) == ["url", "username", "password"]


def test_others_see_names_alone(redash_of: RedashOf) -> None:
    redash_of("admin").post(URL, json=HOOK)
    alice = redash_of("alice")
    assert [list(each) for each in alice.get(URL).get_json()] == [["id", "name", "type", "icon"]]
    for method, path in (
        *(("GET", f"{URL}/1"), ("POST", f"{URL}/1"), ("DELETE", f"{URL}/1"), ("POST", URL), ("GET", f"{URL}/types")),
    ):
        assert alice.open(path, method=method, json=HOOK).status_code == 403, path
        assert redash_of(None).open(path, method=method, json=HOOK).status_code == 404, path
    assert redash_of("charlie").get(URL).status_code == 403
