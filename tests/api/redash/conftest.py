"""Clients that speak with a person's key, as Redash's do."""

from collections.abc import Callable

import pytest
from flask import Flask

from superset_like.access import derived_keys
from superset_like.access.derived_keys import KeyKind
from superset_like.extensions import db
from superset_like.models import UserKey
from tests.conftest import ApiClient

RedashOf = Callable[[str | None], ApiClient]


@pytest.fixture
def key_of(app: Flask, people: dict[str, int]) -> Callable[[str], str]:
    """The key of somebody of the cast."""

    def made(name: str) -> str:
        with app.app_context():
            found = db.session.get(UserKey, people[name])
            if found is None:
                found = UserKey(user_id=people[name])
                db.session.add(found)
                db.session.commit()
            return derived_keys.key_of(KeyKind.USER, people[name], found.nonce)

    return made


@pytest.fixture
def redash_of(app: Flask, key_of: Callable[[str], str]) -> RedashOf:
    """A client with the key of somebody of the cast; with none when no name is given."""

    def made(name: str | None = None) -> ApiClient:
        client = ApiClient(app, app.response_class)
        client.headers = {} if name is None else {"Authorization": f"Key {key_of(name)}"}
        return client

    return made
