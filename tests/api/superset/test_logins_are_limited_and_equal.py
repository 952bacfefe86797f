"""Who guesses passwords is stopped, and learns from no answer whether a user exists."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask_appbuilder.security import manager as fab

from superset_like.app import create_app
from superset_like.config.settings import Settings
from superset_like.extensions import db
from tests.conftest import ClientOf
from tests.people import password_of

LOGIN = "/api/v1/security/login"


@pytest.fixture
def limited(app: Flask, settings: Settings) -> Iterator[Flask]:
    """An application over the same metadata that takes five attempts a minute."""
    made = create_app(replace(settings, login_rate_limit="5 per minute"))
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.slow
def test_after_some_wrong_passwords_the_right_one_has_to_wait(limited: Flask) -> None:
    client = limited.test_client()
    body = {"username": "alice", "password": "wrong"}
    # Nobody in front is trusted to say where somebody comes from.
    answers = [
        client.post(LOGIN, json=body, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(8)
    ]
    assert answers == [401] * 5 + [429] * 3
    answer = client.post(LOGIN, json={"username": "ALICE", "password": password_of("alice")})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert client.post(LOGIN, json={"username": "bob", "password": password_of("bob")}).status_code == 200


def test_so_in_the_login_form(limited: Flask) -> None:
    client, statuses = limited.test_client(), []
    for _ in range(8):
        page = client.get("/login/").get_data(as_text=True)
        token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
        form = {"username": "alice", "password": "wrong", "csrf_token": token}
        statuses.append(client.post("/login/", data=form).status_code)
    assert statuses == [302] * 5 + [429] * 3


@pytest.mark.slow
def test_every_wrong_login_answers_the_same_and_hashes_once(
    app: Flask, people: dict[str, int], client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    check = fab.check_password_hash
    monkeypatch.setattr(fab, "check_password_hash", lambda *given: hashed.append(given[0]) or check(*given))
    with app.app_context():
        app.appbuilder.sm.get_user_by_id(people["charlie"]).active = False  # type: ignore[attr-defined]
        db.session.commit()
    client, answers = client_of(None), set()
    for name, password in (("alice", "wrong"), ("nobody", "wrong"), ("charlie", password_of("charlie"))):
        answer = client.post(LOGIN, json={"username": name, "password": password})
        answers.add((answer.status_code, answer.text))
    assert len(answers) == 1
    assert len(hashed) == 3
    # The costs of a hash stand in its beginning.
    assert len({text.split("$", 1)[0] for text in hashed}) == 1
    assert client.post(LOGIN, json={"username": "alice", "password": password_of("alice")}).status_code == 200
