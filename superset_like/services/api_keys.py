"""API keys."""

from datetime import datetime

from flask import current_app

from superset_like.errors import Unavailable
from superset_like.services import people


def create(username: str, name: str, scopes: str | None = None, expires_on: datetime | None = None) -> str:
    """A new key for the user, which nobody can read again. Raises NotFound.

    scopes: see access/api_keys.py. expires_on: in the server's own time.
    """
    user = people.named(username)
    made = current_app.appbuilder.sm.create_api_key(user, name, scopes, expires_on)  # type: ignore[attr-defined]
    if made is None:
        raise Unavailable("The key could not be stored")
    key: str = made["key"]
    return key
