"""API keys: made, and rotated with a time in which the old and the new one open."""

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import ApiKey
from sqlalchemy import select

from superset_like.access.actor import Actor
from superset_like.access.api_keys import scope_problem
from superset_like.errors import Forbidden, Invalid, NotFound, Unavailable
from superset_like.extensions import db
from superset_like.services import people, users


def create(username: str, name: str, scopes: str | None = None, expires_on: datetime | None = None) -> str:
    """A new key for the user, which nobody can read again. Raises NotFound, Invalid.

    scopes: see access/api_keys.py. expires_on: in the server's own time.
    """
    key: str = _made(people.named(username), name, scopes, expires_on)["key"]
    return key


def make(actor: Actor, name: str, scopes: str | None, expires_on: datetime | None) -> dict[str, Any]:
    """A new key of the caller's, with `key` itself this once. Raises Forbidden for keys with scopes, Invalid."""
    if actor.key_scopes is not None:
        raise Forbidden()
    return _made(users.own(actor), name, scopes, expires_on)


def rotate(actor: Actor, uuid: str, overlap_s: int, expires_on: datetime | None) -> dict[str, Any]:
    """A new key with the name and scopes of one of the caller's, which ends when the overlap is over.

    Raises Forbidden, NotFound, Invalid.
    """
    if actor.key_scopes is not None:
        raise Forbidden()
    owner = users.own(actor)
    old = db.session.execute(select(ApiKey).where(ApiKey.uuid == uuid, ApiKey.user_id == owner.id)).scalar()
    if old is None or not old.is_active:
        raise NotFound()
    made = _made(owner, old.name, old.scopes, expires_on)
    # FAB writes and compares expiry dates in the server's own time.
    end = datetime.now() + timedelta(seconds=overlap_s)
    old.expires_on = end if old.expires_on is None else min(old.expires_on, end)
    db.session.commit()
    return made


def _made(owner: Any, name: str, scopes: str | None, expires_on: datetime | None) -> dict[str, Any]:
    parts = [part.strip() for part in (scopes or "").split(",")]
    problems = [problem for part in parts if part and (problem := scope_problem(part))]
    # A text of commas alone would be no limit at all.
    if scopes and not any(parts):
        problems.append("It names no scope")
    if problems:
        raise Invalid(fields={"scopes": problems})
    made = current_app.appbuilder.sm.create_api_key(owner, name, scopes or None, _local(expires_on))  # type: ignore[attr-defined]
    if made is None:
        raise Unavailable("The key could not be stored")
    found: dict[str, Any] = made
    return found


def _local(moment: datetime | None) -> datetime | None:
    """The moment in the server's own time, without zone. Raises Invalid when it is over."""
    if moment is None:
        return None
    local = moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment
    if local <= datetime.now():
        raise Invalid(fields={"expires_on": ["It is over already"]})
    return local
