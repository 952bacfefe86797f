"""API keys: whom a key speaks for, and how far its scopes let it go.

A scope is a resource (`Chart`), a permission (`can_read`), both (`can_read:Chart`), or both with the id of one object
(`can_read:Dashboard:1`); a key with scopes has those of its owner's permissions that one of them names, and no other.
With the first scope for one object, all charts, dashboards, datasets, connections and saved queries that no scope names
are closed. Which data it reads is its owner's in any case, or less.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from flask import current_app
from flask_appbuilder.security.sqla.models import ApiKey
from sqlalchemy import Table, select, update

from superset_like.access import actors
from superset_like.access.actor import Actor, KeyObjects
from superset_like.access.actors import Person
from superset_like.access.grants import DATA_PERMISSIONS
from superset_like.access.remembered import Remembered
from superset_like.errors import NotAuthenticated
from superset_like.extensions import db
from superset_like.models import stamp

KEPT = 5000
PREFIX = "sst_"
KEYS = cast(Table, ApiKey.__table__)
# That a key is used is written down once in this time, by each process.
BETWEEN_NOTES = timedelta(minutes=1)
ONE_OBJECT = re.compile(
    r"(?P<permission>can_read|can_write):(?P<resource>Chart|Dashboard|Database|Dataset|SavedQuery):(?P<id>[1-9]\d{0,8})"
)
PLAIN = re.compile(r"[A-Za-z_]\w*(?:[ \w]*)(?::\w[ \w]*)?")
ALL_DATA = frozenset({"all_database_access", "all_datasource_access"})


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was found valid. expires_on: in the server's own time, as FAB keeps it."""

    id: int
    user_id: int
    scopes: frozenset[str] | None
    expires_on: datetime | None
    used_on: datetime


def actor_of(key: str, validate: Callable[[str], Any], lookup_hash: Callable[[str], str]) -> tuple[Actor, Person]:
    """The key's owner, as far as its scopes go. validate, lookup_hash: FAB's own. Raises NotAuthenticated."""
    # The memory holds no keys that could be used.
    digest = hashlib.sha256(key.encode()).hexdigest()
    stamp_now = stamp.current(db.session())[0]
    memory: Remembered[str, Key] = current_app.extensions.setdefault("superset_like_api_keys", Remembered(KEPT))
    found = memory.get(stamp_now, digest)
    if found is None:
        found = _read(key, validate, lookup_hash)
        memory.put(stamp_now, digest, found)
    elif datetime.now() - found.used_on > BETWEEN_NOTES:
        found = replace(found, used_on=datetime.now())
        memory.put(stamp_now, digest, found)
        # Below the ORM: nobody's rights change, so no process need forget them.
        use = update(KEYS).where(KEYS.c.id == found.id).values(last_used_on=found.used_on)
        db.session.connection().execute(use)
        db.session.commit()
    # FAB writes and compares expiry dates in the server's own time.
    if found.expires_on is not None and found.expires_on < datetime.now():
        raise NotAuthenticated()
    known = actors.known(found.user_id)
    return limited(known.actor, found.scopes), known.person


def limited(actor: Actor, scopes: frozenset[str] | None) -> Actor:
    """The actor with no permission beyond the scopes; None limits nothing."""
    if scopes is None:
        return actor
    named = {scope: match for scope in scopes if (match := ONE_OBJECT.fullmatch(scope))}
    plain = (scopes - named.keys()) | {f"{match['permission']}:{match['resource']}" for match in named.values()}
    kept = frozenset(pair for pair in actor.permissions if _is_about_data(pair[0]) or _names(plain, *pair))
    limited_to = None
    if named:
        objects = frozenset((match["permission"], match["resource"], int(match["id"])) for match in named.values())
        whole = frozenset(pair for pair in kept if _names(scopes - named.keys(), *pair))
        limited_to = KeyObjects(objects, whole)
    return replace(actor, permissions=kept, key_scopes=scopes, key_objects=limited_to)


def scope_problem(scope: str) -> str | None:
    """What is wrong with a scope that somebody asks for; None when nothing is."""
    if ONE_OBJECT.fullmatch(scope) or PLAIN.fullmatch(scope):
        return None
    return f"{scope} is no scope, such as can_read, Chart, can_read:Chart or can_read:Dashboard:1"


def _read(key: str, validate: Callable[[str], Any], lookup_hash: Callable[[str], str]) -> Key:
    if validate(key) is None:
        raise NotAuthenticated()
    columns = (ApiKey.id, ApiKey.user_id, ApiKey.scopes, ApiKey.expires_on)
    row = db.session.execute(select(*columns).where(ApiKey.lookup_hash == lookup_hash(key))).one()
    scopes = frozenset(part.strip() for part in (row.scopes or "").split(",") if part.strip())
    return Key(row.id, row.user_id, scopes or None, row.expires_on, datetime.now())


def _is_about_data(permission: str) -> bool:
    return permission in DATA_PERMISSIONS or permission in ALL_DATA


def _names(scopes: frozenset[str], permission: str, resource: str) -> bool:
    return bool(scopes & {permission, resource, f"{permission}:{resource}"})
