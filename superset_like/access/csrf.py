"""Writes that come with a session cookie must show that one of our own pages sent them.

A request with a token or key in a header needs no such proof: no other site's page can set that header.
"""

from flask import request
from flask_wtf.csrf import generate_csrf

from superset_like.extensions import csrf

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def require_proof() -> None:
    """Nothing. Raises a 400 when the session's token is neither in the header X-CSRFToken nor in the form."""
    if request.method not in SAFE:
        csrf.protect()


def token() -> str:
    """The token of this session, which gets one when it has none."""
    made: str = generate_csrf()
    return made
