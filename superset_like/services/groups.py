"""Groups of people, and the connections that each may use or look at.

A group holds the standing roles that say what its members may do, and a role of its own, named after it, with its
permissions on connections. Two groups are always there: `admin`, whose members administer, and `default`, to which new
people and new connections belong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
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
from sqlalchemy import ColumnElement, or_, select, union
from sqlalchemy.orm import selectinload

from superset_like.access import grants, rules
from superset_like.access.actor import Actor
from superset_like.access.actors import OBJECT_ID
from superset_like.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound
from superset_like.extensions import db
from superset_like.models import Database, Dialect
from superset_like.models.mixins import now
from superset_like.services import dialect_records

ADMIN, DEFAULT = "admin", "default"
BUILTIN = frozenset({ADMIN, DEFAULT})
MEMBERS_ROLES = ("Gamma", "sql_lab")
ROLE_PREFIX = "group: "
LONGEST_ROLE = 64
FULL, VIEW = "database_access", "saved_query_access"
RECORD = "group"
# (group, permission, resource) of all that groups have through their roles.
HELD = (
    select(assoc_group_role.c.group_id, Permission.name, ViewMenu.name)
    .join(assoc_permissionview_role, assoc_permissionview_role.c.role_id == assoc_group_role.c.role_id)
    .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
    .join(Permission, Permission.id == PermissionView.permission_id)
    .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
)


@dataclass(frozen=True, slots=True)
class Rights:
    """What the members of a group may do, as (permission, resource). is_admin: everything."""

    pairs: frozenset[tuple[str, str]]
    is_admin: bool


def ensure_builtin() -> None:
    """The groups that are always there exist; one that somebody made under such a name stays as it is. Commits."""
    present = set(db.session.execute(select(Group.name).where(Group.name.in_(BUILTIN))).scalars())
    for name, roles in ((ADMIN, (current_app.config["AUTH_ROLE_ADMIN"],)), (DEFAULT, MEMBERS_ROLES)):
        if name not in present:
            _made(name, roles)
    db.session.commit()


def listed(actor: Actor) -> list[Group]:
    """The groups of the caller by number; all of them for administrators."""
    statement = select(Group).order_by(Group.id)
    if not rules.administers(actor):
        statement = statement.where(Group.id.in_(_own(actor)))
    return list(db.session.execute(statement).scalars())


def one(actor: Actor, group_id: int) -> Group:
    """The group, for its members and administrators. Raises NotFound, Forbidden."""
    found = _found(group_id)
    if not rules.administers(actor) and group_id not in _own(actor):
        raise Forbidden()
    return found


def create(actor: Actor, name: str) -> Group:
    """A new group, whose members may do what those of `default` may. Raises Forbidden, Conflict."""
    rules.require_administrator(actor)
    _require_free(name)
    made = _made(name, MEMBERS_ROLES)
    db.session.commit()
    return made


def rename(actor: Actor, group_id: int, name: str) -> Group:
    """The group under another name. Raises Forbidden, NotFound, BadRequest for one that is always there."""
    rules.require_administrator(actor)
    group = _found(group_id)
    if is_builtin(group):
        raise BadRequest("Can't modify built-in groups.")
    if name != group.name:
        _require_free(name)
        made_on = created_on([group]).get(group.id)
        role = _own_role(group)
        group.name = name
        if role is not None:
            role.name = _role_name(group)
        if made_on is not None:
            _note(group, made_on)
        db.session.commit()
    return group


def delete(actor: Actor, group_id: int) -> None:
    """The group is gone, and what its members had through it. Raises Forbidden, NotFound, BadRequest."""
    rules.require_administrator(actor)
    group = _found(group_id)
    if is_builtin(group):
        raise BadRequest("Can't delete built-in groups.")
    role = _own_role(group)
    if role is not None:
        # Dashboards and row rules may name the role: without it they would be open to more people than before.
        role.permissions = []
    dialect_records.forget(Dialect.REDASH, RECORD, [group_id])
    db.session.delete(group)
    db.session.commit()


def is_builtin(group: Group) -> bool:
    """Whether it is one of those that are always there."""
    return group.name in BUILTIN


def members(actor: Actor, group_id: int) -> list[int]:
    """The ids of its members. Raises NotFound; Forbidden for a key with scopes too, which tells of nobody else."""
    one(actor, group_id)
    if actor.key_scopes is not None:
        raise Forbidden()
    return sorted(db.session.execute(select(User.id).where(User.id.in_(_members_of([group_id])))).scalars())


def add_member(actor: Actor, group_id: int, user_id: int) -> User:
    """The new member. Raises Forbidden, NotFound, Invalid (user_id)."""
    rules.require_administrator(actor)
    group, user = _found(group_id), db.session.get(User, user_id)
    if user is None:
        raise Invalid(fields={"user_id": ["There is no such user."]})
    if group not in user.groups:
        user.groups.append(group)
        touch(user)
        db.session.commit()
    return user


def remove_member(actor: Actor, group_id: int, user_id: int) -> None:
    """He is no member any more. Raises Forbidden, NotFound, Conflict for the last administrator."""
    rules.require_administrator(actor)
    group, user = _found(group_id), db.session.get(User, user_id)
    if user is None:
        raise NotFound()
    put_into(user, [each for each in groups_of(user) if each != group])
    db.session.commit()


def put_into(user: User, wanted: Sequence[Group]) -> None:
    """The user is in these groups and no others; not committed. Raises Conflict for the last administrator.

    Who is not in `admin` any more does not hold the role of administrators himself either.
    """
    user.groups = list(wanted)
    if ADMIN not in {group.name for group in wanted}:
        user.roles = [role for role in user.roles if role.name != current_app.config["AUTH_ROLE_ADMIN"]]
    touch(user)
    db.session.flush()
    require_administrator_left()


def groups_of(user: User) -> list[Group]:
    """His groups by number; an administrator is in `admin` however he came to be one."""
    pks = of_people([user.id]).get(user.id, [])
    return list(db.session.execute(select(Group).where(Group.id.in_(pks)).order_by(Group.id)).scalars())


def named(name: str) -> Group | None:
    """The group of this name."""
    found: Group | None = db.session.execute(select(Group).where(Group.name == name)).scalar()
    return found


def of_ids(pks: Sequence[int]) -> list[Group]:
    """The groups of these ids, in this order. Raises BadRequest for one that does not exist."""
    by_id = {group.id: group for group in db.session.execute(select(Group).where(Group.id.in_(pks))).scalars()}
    for pk in pks:
        if pk not in by_id:
            raise BadRequest(f"Group id {pk} is invalid.")
    return [by_id[pk] for pk in dict.fromkeys(pks)]


def of_people(user_ids: Sequence[int]) -> dict[int, list[int]]:
    """user id -> the ids of his groups, sorted; who holds the role of administrators himself is in `admin`."""
    as_member = select(assoc_user_group.c.user_id, assoc_user_group.c.group_id)
    admin = select(Group.id).where(Group.name == ADMIN).scalar_subquery()
    as_administrator = (
        select(assoc_user_role.c.user_id, admin.label("group_id"))
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(Role.name == current_app.config["AUTH_ROLE_ADMIN"], admin.is_not(None))
    )
    whole = union(as_member, as_administrator).subquery()
    found: dict[int, list[int]] = {}
    for user_id, group_id in db.session.execute(select(whole).where(whole.c.user_id.in_(user_ids))):
        found.setdefault(user_id, []).append(group_id)
    return {user_id: sorted(pks) for user_id, pks in found.items()}


def names() -> dict[int, str]:
    """id -> name of each group."""
    return {pk: name for pk, name in db.session.execute(select(Group.id, Group.name))}


def rights_of(pks: Sequence[int]) -> dict[int, Rights]:
    """id -> what the members of the group may do."""
    admin = current_app.config["AUTH_ROLE_ADMIN"]
    of_group = assoc_group_role.c.group_id.in_(pks)
    roles = select(assoc_group_role.c.group_id, Role.name).join(Role, Role.id == assoc_group_role.c.role_id)
    administering = {pk for pk, name in db.session.execute(roles.where(of_group)) if name == admin}
    statement = HELD.where(of_group, assoc_group_role.c.group_id.not_in(administering))
    pairs: dict[int, set[tuple[str, str]]] = {}
    for pk, permission, resource in db.session.execute(statement):
        pairs.setdefault(pk, set()).add((permission, resource))
    return {pk: Rights(frozenset(pairs.get(pk, ())), pk in administering) for pk in pks}


def created_on(groups: Sequence[Group]) -> dict[int, datetime]:
    """id -> when the group was made, where that is known: not for those that were made elsewhere."""
    kept = dialect_records.read(Dialect.REDASH, RECORD, [group.id for group in groups])
    return {
        group.id: datetime.fromisoformat(kept[group.id][0]["created_on"])
        for group in groups
        if group.id in kept and kept[group.id][1] == _mark(group)
    }


def on_databases(database_ids: Sequence[int]) -> dict[int, dict[int, bool]]:
    """database id -> group id -> whether its members only look at it."""
    statement = HELD.where(Permission.name.in_((FULL, VIEW))).order_by(assoc_group_role.c.group_id)
    found: dict[int, dict[int, bool]] = {pk: {} for pk in database_ids}
    for group_id, permission, resource in db.session.execute(statement):
        held = found.get(_database_of(resource) or 0)
        if held is not None:
            held[group_id] = held.get(group_id, True) and permission == VIEW
    return found


def sources(actor: Actor, group_id: int) -> list[tuple[Database, bool]]:
    """(connection, whether its members only look at it) of the group, by number. Raises NotFound, Forbidden."""
    one(actor, group_id)
    databases = list(db.session.execute(select(Database).order_by(Database.id)).scalars())
    held = on_databases([database.id for database in databases])
    return [(each, held[each.id][group_id]) for each in databases if group_id in held[each.id]]


def grant(actor: Actor, group_id: int, database_id: int, *, view_only: bool) -> tuple[Database, bool]:
    """The connection, which the group's members may use, or only look at; and which of the two, as all its roles say.

    Raises Forbidden, NotFound.
    """
    rules.require_administrator(actor)
    group, database = _found(group_id), db.session.get(Database, database_id)
    if database is None:
        raise NotFound()
    _grant(group, database, view_only=view_only)
    db.session.commit()
    return database, on_databases([database.id])[database.id][group_id]


def revoke(actor: Actor, group_id: int, database_id: int) -> None:
    """The group's own role has nothing on the connection any more. Raises Forbidden, NotFound."""
    rules.require_administrator(actor)
    group, database = _found(group_id), db.session.get(Database, database_id)
    if database is None:
        raise NotFound()
    role = _own_role(group)
    if role is not None:
        role.permissions = _without(role, database)
    db.session.commit()


def grant_default(database: Database) -> None:
    """Whoever is in `default` may use the connection; not committed."""
    group = named(DEFAULT)
    if group is not None:
        _grant(group, database, view_only=False)


def administrators() -> ColumnElement[bool]:
    """The condition on users who hold the role of administrators, themselves or through a group."""
    admin = Role.name == current_app.config["AUTH_ROLE_ADMIN"]
    return or_(User.roles.any(admin), User.groups.any(Group.roles.any(admin)))


def require_administrator_left() -> None:
    """Nothing. Raises Conflict when nobody active would be left who administers."""
    active = select(User.id).where(User.active.is_(True), administrators()).limit(1)
    if db.session.execute(active).first() is None:
        raise Conflict("There would be no administrator left.")


def touch(user: User) -> None:
    """The account counts as changed now, in the server's own time, as FAB keeps it."""
    user.changed_on = datetime.now()


def _made(name: str, roles: Sequence[str]) -> Group:
    found = db.session.execute(select(Role).where(Role.name.in_(roles))).scalars()
    group = Group(name=name, roles=list(found))
    db.session.add(group)
    db.session.flush()
    if name != ADMIN:
        # Administrators need none before somebody gives their group a connection.
        _data_role(group)
    _note(group, now())
    return group


def _grant(group: Group, database: Database, *, view_only: bool) -> None:
    role = _data_role(group)
    role.permissions = [*_without(role, database), grants.on_database(database, view_only=view_only)]


def _without(role: Role, database: Database) -> list[PermissionView]:
    return [
        each
        for each in role.permissions
        if each.permission.name not in (FULL, VIEW) or _database_of(each.view_menu.name) != database.id
    ]


def _database_of(resource: str) -> int | None:
    match = OBJECT_ID.search(resource)
    return int(match.group(1)) if match else None


def _data_role(group: Group) -> Role:
    """The group's own role, made when there is none."""
    found = _own_role(group)
    if found is None:
        # One that others made under this name is theirs: its permissions are not for the group.
        found = Role(name=_role_name(group), permissions=[grants.to_list_people()])
        group.roles.append(found)
        db.session.flush()
    return found


def _own_role(group: Group) -> Role | None:
    own = (role for role in group.roles if role.name.startswith(ROLE_PREFIX) and len(role.groups) == 1)
    return next(own, None)


def _role_name(group: Group) -> str:
    whole = f"{ROLE_PREFIX}{group.name}"
    with db.session.no_autoflush:
        taken = db.session.execute(select(Role.id).where(Role.name == whole)).scalar()
    if len(whole) <= LONGEST_ROLE and taken is None:
        return whole
    ending = f" (id:{group.id})"
    return whole[: LONGEST_ROLE - len(ending)] + ending


def _members_of(group_ids: Sequence[int]) -> Any:
    as_member = select(assoc_user_group.c.user_id).where(assoc_user_group.c.group_id.in_(group_ids))
    admin = select(Group.id).where(Group.name == ADMIN).scalar_subquery()
    administering = (
        select(assoc_user_role.c.user_id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(Role.name == current_app.config["AUTH_ROLE_ADMIN"], admin.in_(group_ids))
    )
    return union(as_member, administering)


def _note(group: Group, moment: datetime) -> None:
    content = {"created_on": moment.isoformat()}
    dialect_records.write(Dialect.REDASH, RECORD, group.id, content, _mark(group))


def _mark(group: Group) -> str:
    return sha256(group.name.encode()).hexdigest()


def _own(actor: Actor) -> list[int]:
    return [] if actor.user_id is None else of_people([actor.user_id]).get(actor.user_id, [])


def _found(group_id: int) -> Group:
    found: Group | None = db.session.get(Group, group_id, options=[selectinload(Group.roles)])
    if found is None:
        raise NotFound()
    return found


def _require_free(name: str) -> None:
    if named(name) is not None:
        raise Conflict(f"Group with the name {name} already exists.")
