"""Browser sessions: a cookie that carries its own truth, and the few of which that is no longer true.

The cookie is signed and holds all of a session, so a copy would outlive the logout; ended ones are written down.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from flask import current_app, g, request, session
from sqlalchemy import delete, select

from superset_like.access.remembered import Remembered
from superset_like.extensions import db, settings
from superset_like.models import EndedSession, stamp
from superset_like.models.mixins import now

NUMBER = "number"
PASSWORD = "pwd"
CSRF = "csrf_token"


def begin(password_mark: str) -> None:
    """The session is a new one: nothing that somebody put into a browser's cookie before the login is known in it.

    A program goes on writing with the token of the login page, as it does with Superset; nobody plants cookies in one.
    """
    session[PASSWORD] = password_mark
    session[NUMBER] = secrets.token_urlsafe(16)
    if _is_from_browser():
        session.pop(CSRF, None)
        g.pop(CSRF, None)


def _is_from_browser() -> bool:
    # Browsers say of every form they post where it stood, and no page can keep them from it.
    return any(name in request.headers for name in ("Origin", "Sec-Fetch-Site"))


def end() -> None:
    """The session is over, for every copy of its cookie too; what no cookie can hold any more is forgotten. Commits."""
    number = session.get(NUMBER)
    session.clear()
    if not isinstance(number, str):
        return
    db.session.execute(delete(EndedSession).where(EndedSession.expires_on < now()))
    expires_on = now() + timedelta(seconds=settings().session_lifetime_s)
    db.session.merge(EndedSession(digest=_digest(number), expires_on=expires_on))
    db.session.commit()


def is_valid(password_mark: str) -> bool:
    """Whether the session was begun here under this password, and was not ended."""
    number = session.get(NUMBER)
    if session.get(PASSWORD) != password_mark or not isinstance(number, str):
        return False
    return _digest(number) not in _ended()


def _ended() -> frozenset[str]:
    stamp_now = stamp.current(db.session())[0]
    memory: Remembered[Any, frozenset[str]] = current_app.extensions.setdefault(
        "superset_like_ended_sessions", Remembered(1)
    )
    found = memory.get(stamp_now, None)
    if found is None:
        found = frozenset(db.session.execute(select(EndedSession.digest)).scalars())
        memory.put(stamp_now, None, found)
    return found


def _digest(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()
