"""Writes that come with a session cookie must show that one of our own pages sent them.

A request with a token or key in a header needs no such proof: no other site's page can set that header.
"""

from flask import request
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from superset_like.extensions import csrf, settings

COOKIE = "csrf_token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def require_proof() -> None:
    """Nothing. Raises a 400 when the session's token is neither in the header X-CSRFToken nor in the form."""
    if request.method not in SAFE:
        csrf.protect()


def token() -> str:
    """The token of this session, which gets one when it has none."""
    made: str = generate_csrf()
    return made


def hand_token(response: Response) -> None:
    """The token is in a cookie that our own site's scripts can read, and send back in the header X-CSRF-TOKEN."""
    response.set_cookie(COOKIE, token(), secure=settings().cookie_secure, samesite="Lax")
