"""Who asks, in Redash's ways: a key in the address or in a header, or a session.

A key in the address wins over the header's, a good key over the session, and a bad key leaves the session. The key of a
query is one only where the path names that query, and a dashboard's only at the paths that say so.
"""

from enum import Flag, auto

from flask import current_app, g, request
from flask_login import AnonymousUserMixin, current_user

from superset_like.access import actors, api_keys, csrf, derived_keys
from superset_like.access.actor import Actor, ActorKind
from superset_like.access.derived_keys import KeyKind, Named
from superset_like.errors import Forbidden, NotAuthenticated

ONLY_USERS = "Please use a user API key."


class Opens(Flag):
    """Whose keys open an endpoint."""

    USER = auto()
    QUERY = auto()
    DASHBOARD = auto()
    ALL = USER | QUERY | DASHBOARD


def identify(opens: Opens) -> Actor:
    """The caller, who is g.actor from now on. Raises NotAuthenticated; Forbidden for a key of another kind."""
    key = _key()
    found = key is not None and _by_key(key, opens)
    if not found and not _by_session():
        raise NotAuthenticated()
    actor: Actor = g.actor
    return actor


def _key() -> str | None:
    """The key that the request carries."""
    if request.args.get("api_key"):
        return request.args["api_key"]
    header = request.headers.get("Authorization", "")
    # Redash takes the first of these words out, and what is left is the key.
    return header.replace("Key ", "", 1).strip() or None


def _by_key(key: str, opens: Opens) -> bool:
    try:
        if key.startswith(api_keys.PREFIX):
            g.actor, g.user = current_app.appbuilder.sm.owner_of(key)  # type: ignore[attr-defined]
            return True
        if key.startswith("Bearer "):
            return _by_token()
        named = derived_keys.named(key)
        return named is not None and _by_derived(named, opens)
    except NotAuthenticated:
        return False


def _by_token() -> bool:
    """Whether the token that the security manager looked at is somebody's."""
    return g.get("refusal") is None and g.actor.kind is ActorKind.USER


def _by_derived(key: Named, opens: Opens) -> bool:
    if key.kind is KeyKind.USER:
        known = derived_keys.person_of(key)
        g.actor, g.user = known.actor, known.person
        return True
    if key.kind is KeyKind.QUERY:
        if (request.view_args or {}).get("query_id") != key.id:
            return False
        actor = derived_keys.reader_of_query(key)
        if Opens.QUERY not in opens:
            raise Forbidden(ONLY_USERS if request.path.endswith("/refresh") else "")
    else:
        if Opens.DASHBOARD not in opens:
            return False
        actor = derived_keys.reader_of_dashboard(key)
    # Nobody is signed in: what is written on the way has no author.
    g.actor, g.user = actor, AnonymousUserMixin()
    return True


def _by_session() -> bool:
    if not current_user.is_authenticated:
        return False
    g.actor, g.user = actors.of_user(current_user.id), current_user
    csrf.require_proof()
    return True
