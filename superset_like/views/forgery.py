"""Pages take writes only from themselves."""

from flask import current_app, request, session
from flask_appbuilder import AppBuilder

from superset_like.extensions import csrf
from superset_like.views.login import is_by_address

API = "/api/"
HARMLESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def register(builder: AppBuilder) -> None:
    """A write that a session's cookie authorizes needs the token of a page; APIs see to theirs."""
    current_app.before_request(require_token)


def require_token() -> None:
    """Nothing. Raises 400 when another site may have made the browser send this."""
    if request.method in HARMLESS or request.path.startswith(API) or "_user_id" not in session:
        return
    if is_by_address():
        # It comes with a password, and with no page.
        return
    csrf.protect()
