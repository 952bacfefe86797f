"""Guest tokens: signed leave for somebody without an account to see embedded dashboards, under row rules of his own.

A guest has a fixed list of permissions, whatever roles may do. Of the guest role he has the row rules alone.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt
from flask import current_app
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from marshmallow.validate import Equal, Length
from sqlalchemy import bindparam, or_, select

from superset_like.access import actors, derived_keys
from superset_like.access.actor import Actor, ActorKind, Guest, GuestRule
from superset_like.access.derived_keys import KeyKind, Named
from superset_like.access.remembered import Remembered
from superset_like.errors import NotAuthenticated
from superset_like.extensions import db, settings
from superset_like.models import EmbeddedDashboard, stamp

HEADER = "X-GuestToken"
ALGORITHM = "HS256"
TYPE = "guest"
REQUIRED = ["user", "resources", "rls_rules", "iat", "exp", "aud", "type"]
PERMISSIONS = frozenset(
    {
        ("can_read", "Chart"),
        ("can_read", "CurrentUserRestApi"),
        ("can_read", "Dashboard"),
        ("can_read", "DashboardPermalinkRestApi"),
        ("can_read", "EmbeddedDashboard"),
        ("can_write", "DashboardPermalinkRestApi"),
        # Of the columns that filters of his dashboards offer.
        ("can_get_column_values", "Datasource"),
    }
)


# A share tells no time of its own: who reads it is the same caller at each request.
SHARED_AT = datetime(1970, 1, 1)
Key = int | UUID
# Leaves that a process remembers.
KEPT = 5000
LEAVES = select(EmbeddedDashboard.uuid, EmbeddedDashboard.dashboard_id, EmbeddedDashboard.tokens_valid_from).where(
    or_(
        EmbeddedDashboard.uuid.in_(bindparam("uuids", expanding=True)),
        EmbeddedDashboard.dashboard_id.in_(bindparam("ids", expanding=True)),
    )
)


@dataclass(frozen=True, slots=True)
class Leave:
    """That a dashboard may be embedded; tokens issued before tokens_valid_from are void."""

    dashboard_id: int
    tokens_valid_from: datetime | None


class ClaimedUser(Schema):
    username = fields.String(load_default="")
    first_name = fields.String(load_default="")
    last_name = fields.String(load_default="")


class ClaimedResource(Schema):
    type = fields.String(required=True, validate=Equal("dashboard"))
    id = fields.String(required=True)


class ClaimedRule(Schema):
    clause = fields.String(required=True, validate=Length(min=1))
    dataset = fields.Integer(allow_none=True, load_default=None)


class Claims(Schema):
    """What a token says; what is not named here is not looked at."""

    user = fields.Nested(ClaimedUser, required=True, unknown=EXCLUDE)
    resources = fields.List(fields.Nested(ClaimedResource, unknown=EXCLUDE), required=True, validate=Length(min=1))
    rls_rules = fields.List(fields.Nested(ClaimedRule, unknown=EXCLUDE), required=True)
    iat = fields.Float(required=True)


# It copies each of its fields, at each guest's request if it were made there.
CLAIMS = Claims(unknown=EXCLUDE)


def issued(user: Mapping[str, str], dashboards: Sequence[str], rules: Sequence[GuestRule]) -> str:
    """A token for these embedded dashboards (uuids of their leaves, or dashboard ids), valid from now on."""
    now = time.time()
    claims = {
        "user": dict(user),
        "resources": [{"type": "dashboard", "id": name} for name in dashboards],
        "rls_rules": [_claimed(rule) for rule in rules],
        "iat": now,
        "exp": now + settings().guest_token_lifetime_s,
        "aud": settings().guest_token_audience,
        "type": TYPE,
    }
    return jwt.encode(claims, settings().guest_token_secret, algorithm=ALGORITHM)


def actor_of(token: str) -> Actor:
    """The guest who holds the token. Raises NotAuthenticated when it is not, or no longer, valid.

    The key of a dashboard that was shared is one too: its reader is shown what who shared it is shown.
    """
    key = derived_keys.named(token)
    if key is not None and key.kind is KeyKind.DASHBOARD:
        return _reader(key)
    claims = _claims(token)
    issued_at = datetime.fromtimestamp(claims["iat"], UTC).replace(tzinfo=None)
    names = [resource["id"] for resource in claims["resources"]]
    found = embedded(names)
    if len(found) != len(set(names)) or any(_is_void(each, issued_at) for each in found.values()):
        raise NotAuthenticated()
    rules = tuple(GuestRule(rule["clause"], rule["dataset"]) for rule in claims["rls_rules"])
    return visitor(claims["user"], found.values(), rules, issued_at)


def visitor(user: Mapping[str, str], leaves: Iterable[Leave], rules: Sequence[GuestRule], issued_at: datetime) -> Actor:
    """Who would hold a token for these."""
    rights = actors.rights_of_role(settings().guest_role)
    return Actor(
        ActorKind.GUEST,
        username=user.get("username", ""),
        first_name=user.get("first_name", ""),
        last_name=user.get("last_name", ""),
        role_ids=rights.role_ids,
        role_names=rights.role_names,
        permissions=PERMISSIONS,
        guest=Guest(frozenset(leave.dashboard_id for leave in leaves), tuple(rules), issued_at),
        stamp=stamp.current(db.session())[0],
    )


def _reader(key: Named) -> Actor:
    """Who reads a shared dashboard. He has no rights of his own, but for the fixed ones of guests."""
    guest = Guest(frozenset({key.id}), (), SHARED_AT, derived_keys.sharer_of(key))
    # Readers of one dashboard count as one caller.
    name = f"reader of dashboard {key.id}"
    return Actor(
        ActorKind.GUEST, username=name, permissions=PERMISSIONS, guest=guest, stamp=stamp.current(db.session())[0]
    )


def embedded(names: Sequence[str]) -> dict[str, Leave]:
    """name -> leave, for those of the names (uuids of leaves, or dashboard ids) that have one."""
    keys = {name: key for name in names if (key := _key(name)) is not None}
    leaves = _leaves(set(keys.values()))
    return {name: leaves[key] for name, key in keys.items() if key in leaves}


def _leaves(keys: set[Key]) -> dict[Key, Leave]:
    stamp_now = stamp.current(db.session())[1]
    memory: Remembered[Key, Leave] = current_app.extensions.setdefault("superset_like_leaves", Remembered(KEPT))
    found = {key: leave for key in keys if (leave := memory.get(stamp_now, key)) is not None}
    missing = keys - found.keys()
    if missing:
        wanted = {
            "uuids": [key for key in missing if isinstance(key, UUID)],
            "ids": [key for key in missing if isinstance(key, int)],
        }
        for uuid, dashboard_id, valid_from in db.session.execute(LEAVES, wanted):
            leave = Leave(dashboard_id, valid_from)
            for key in missing & {uuid, dashboard_id}:
                found[key] = leave
                memory.put(stamp_now, key, leave)
    return found


def _key(name: str) -> Key | None:
    if name.isdecimal() and len(name) < 10:
        return int(name) if str(int(name)) == name else None
    return _uuid(name)


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _claimed(rule: GuestRule) -> dict[str, Any]:
    return {"clause": rule.clause} if rule.dataset_id is None else {"clause": rule.clause, "dataset": rule.dataset_id}


def _claims(token: str) -> dict[str, Any]:
    try:
        decoded = jwt.decode(
            token,
            settings().guest_token_secret,
            algorithms=[ALGORITHM],
            audience=settings().guest_token_audience,
            options={"require": REQUIRED},
        )
        if decoded["type"] != TYPE:
            raise NotAuthenticated()
        claims: dict[str, Any] = CLAIMS.load(decoded)
    except (jwt.PyJWTError, ValidationError) as error:
        raise NotAuthenticated("Missing Authorization Header") from error
    return claims


def _is_void(leave: Leave, issued_at: datetime) -> bool:
    return leave.tokens_valid_from is not None and issued_at < leave.tokens_valid_from
