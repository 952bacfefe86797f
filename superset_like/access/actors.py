"""Actors of stored users and roles, read once and remembered until somebody's rights change."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import (
    Group,
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)
from sqlalchemy import ColumnElement, or_, select

from superset_like.access.actor import Actor, ActorKind
from superset_like.access.remembered import Remembered
from superset_like.errors import NotAuthenticated
from superset_like.extensions import db, settings
from superset_like.models import stamp

KEPT = 5000
LARGEST_ID = 2**31 - 1
OBJECT_ID = re.compile(r"\(id:(\d+)\)$")


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, as Flask-Login, FAB's pages and the audit columns want to see him."""

    id: int
    username: str
    first_name: str
    last_name: str
    email: str
    is_active: bool = True
    is_authenticated: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return str(self.id)

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class Known:
    """A user as remembered. password_mark: changes with his password, and tells nothing of it."""

    actor: Actor
    person: Person
    password_mark: str


@dataclass(frozen=True, slots=True)
class Rights:
    """What roles give together."""

    role_ids: frozenset[int] = frozenset()
    role_names: frozenset[str] = frozenset()
    permissions: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Memory:
    """What a process remembers of users and roles."""

    users: Remembered[int, Known] = field(default_factory=lambda: Remembered(KEPT))
    roles: Remembered[str, Rights] = field(default_factory=lambda: Remembered(KEPT))


def of_user(user_id: int) -> Actor:
    """The actor of an active user. Raises NotAuthenticated."""
    return known(user_id).actor


def known(user_id: int) -> Known:
    """An active user with his rights. Raises NotAuthenticated."""
    stamp_now = stamp.current(db.session())[0]
    return _memory().users.value(stamp_now, user_id, lambda: _read_user(user_id, stamp_now))


def anonymous() -> Actor:
    """Somebody who did not say who he is: he has what the public role has."""
    return _with_rights(Actor(ActorKind.ANONYMOUS, stamp=stamp.current(db.session())[0]), public_rights())


def installer() -> Actor:
    """Who sets the installation up: its first active administrator, or nobody in person while there is none."""
    role = current_app.config["AUTH_ROLE_ADMIN"]
    holding = or_(User.roles.any(Role.name == role), User.groups.any(Group.roles.any(Role.name == role)))
    administrators = select(User.id).where(User.active, holding).order_by(User.id)
    user_id = db.session.execute(administrators.limit(1)).scalar()
    if user_id is not None:
        return of_user(user_id)
    nobody = Actor(ActorKind.USER, is_admin=True, stamp=stamp.current(db.session())[0])
    return _with_rights(nobody, rights_of_role(role))


def public_rights() -> Rights:
    """What everybody may."""
    return rights_of_role(public_role())


def public_role() -> str:
    """The role that everybody has."""
    name: str = current_app.config["AUTH_ROLE_PUBLIC"]
    return name


def with_role(actor: Actor, name: str) -> Actor:
    """The actor, had he this role alone."""
    rights = rights_of_role(name)
    return replace(_with_rights(actor, rights), is_admin=current_app.config["AUTH_ROLE_ADMIN"] in rights.role_names)


def rights_of_role(name: str) -> Rights:
    """What the role of this name gives; nothing when there is none."""
    stamp_now = stamp.current(db.session())[0]
    return _memory().roles.value(stamp_now, name, lambda: _read_rights(Role.name == name))


def password_mark(user_id: int, password_hash: str | None) -> str:
    """A text that changes with the password. Tokens and sessions carry it, so that a new password ends them."""
    secret = settings().secret_key.encode()
    return hmac.new(secret, f"{user_id}:{password_hash or ''}".encode(), hashlib.sha256).hexdigest()[:16]


def _memory() -> Memory:
    memory: Memory = current_app.extensions.setdefault("superset_like_actors", Memory())
    return memory


def _read_user(user_id: int, stamp_now: int) -> Known:
    if not 0 < user_id <= LARGEST_ID:
        raise NotAuthenticated()
    columns = (User.username, User.first_name, User.last_name, User.email, User.password, User.active)
    row = db.session.execute(select(*columns).where(User.id == user_id)).one_or_none()
    if row is None or not row.active:
        raise NotAuthenticated()
    rights = _read_rights(Role.id.in_(_roles_of(user_id)))
    actor = Actor(
        ActorKind.USER,
        user_id=user_id,
        username=row.username,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        is_admin=current_app.config["AUTH_ROLE_ADMIN"] in rights.role_names,
        stamp=stamp_now,
    )
    with_public = replace(rights, permissions=rights.permissions | public_rights().permissions)
    person = Person(user_id, row.username, row.first_name, row.last_name, row.email)
    return Known(_with_rights(actor, with_public), person, password_mark(user_id, row.password))


def _roles_of(user_id: int) -> Any:
    direct = select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id == user_id)
    through_groups = (
        select(assoc_group_role.c.role_id)
        .join(assoc_user_group, assoc_user_group.c.group_id == assoc_group_role.c.group_id)
        .where(assoc_user_group.c.user_id == user_id)
    )
    return direct.union(through_groups)


def _read_rights(condition: ColumnElement[bool]) -> Rights:
    roles = db.session.execute(select(Role.id, Role.name).where(condition)).all()
    if not roles:
        return Rights()
    pairs = (
        select(Permission.name, ViewMenu.name)
        .select_from(PermissionView)
        .join(Permission, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
        .where(or_(*(assoc_permissionview_role.c.role_id == pk for pk, _ in roles)))
    )
    found = db.session.execute(pairs).all()
    return Rights(
        role_ids=frozenset(pk for pk, _ in roles),
        role_names=frozenset(name for _, name in roles),
        permissions=frozenset((permission, resource) for permission, resource in found),
    )


def _with_rights(actor: Actor, rights: Rights) -> Actor:
    granted: dict[str, set[str]] = {}
    for permission, resource in rights.permissions:
        granted.setdefault(permission, set()).add(resource)
    return replace(
        actor,
        role_ids=rights.role_ids,
        role_names=rights.role_names,
        permissions=rights.permissions,
        datasets=_ids(granted.get("datasource_access", ())),
        databases=_ids(granted.get("database_access", ())),
        viewed_databases=_ids(granted.get("saved_query_access", ())),
        schemas=frozenset(granted.get("schema_access", ())),
        catalogs=frozenset(granted.get("catalog_access", ())),
    )


def _ids(resources: Iterable[str]) -> frozenset[int]:
    matches = (OBJECT_ID.search(resource) for resource in resources)
    return frozenset(int(match.group(1)) for match in matches if match)
