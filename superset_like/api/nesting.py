"""Requests whose JSON is nested beyond any use are refused before somebody follows it."""

import re

from flask import Flask, request

from superset_like.errors import BadRequest
from superset_like.extensions import settings

TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def register_nesting(app: Flask) -> None:
    """Every API request is looked at."""
    app.before_request(_require_shallow)


def _require_shallow() -> None:
    if request.path.startswith("/api/") and request.content_length and request.mimetype not in FORMS:
        require_shallow(request.get_data())


def require_shallow(text: bytes) -> None:
    """Nothing, or BadRequest when the JSON is nested deeper than the setting MAX_NESTING allows."""
    most = settings().max_nesting
    # Nearly all bodies have fewer brackets than that in all.
    if text.count(b"{") + text.count(b"[") <= most:
        return
    depth = 0
    for found in TOKENS.finditer(text):
        mark = found[0]
        if mark in b"[{":
            depth += 1
            if depth > most:
                raise BadRequest("The request is nested too deeply", limit=most)
        elif mark in b"]}":
            depth -= 1
