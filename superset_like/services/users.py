"""What a user can do with his own account."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select
from werkzeug.security import generate_password_hash

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, NotAuthenticated, NotFound, Unavailable
from superset_like.extensions import db
from superset_like.services import groups

PLAIN = ("first_name", "last_name")


def namable(actor: Actor, pk: int) -> User:
    """Somebody whom the caller may name. Raises NotFound."""
    statement = select(User).where(User.id == pk)
    condition = rules.namable(actor, User)
    found: User | None = db.session.execute(statement if condition is None else statement.where(condition)).scalar()
    if found is None:
        raise NotFound()
    return found


def own(actor: Actor) -> User:
    """The caller's account. Raises NotAuthenticated for whoever has none."""
    found = db.session.get(User, actor.user_id) if actor.user_id is not None else None
    if found is None:
        raise NotAuthenticated()
    return found


def update_own(actor: Actor, values: Mapping[str, Any]) -> User:
    """The caller's account with these values. A new password ends his sessions and tokens."""
    if actor.key_scopes is not None:
        raise Forbidden()
    user = own(actor)
    for name in PLAIN:
        if name in values:
            setattr(user, name, values[name])
    if "password" in values:
        user.password = hashed(values["password"])
    db.session.commit()
    return user


def hashed(password: str) -> str:
    """The password as it is stored."""
    config = current_app.config
    return generate_password_hash(
        password,
        method=config.get("FAB_PASSWORD_HASH_METHOD", "scrypt"),
        salt_length=config.get("FAB_PASSWORD_HASH_SALT_LENGTH", 16),
    )


def has_administrator() -> bool:
    """Whether somebody holds the role of administrators, himself or through a group."""
    return db.session.execute(select(User.id).where(groups.administrators()).limit(1)).first() is not None


def create_administrator(username: str, password: str, email: str, first_name: str, last_name: str) -> bool:
    """True: there is a new administrator. False: the name or the address is taken, and nothing changed."""
    taken = select(User.id).where(or_(User.username == username, User.email == email))
    if db.session.execute(taken).first() is not None:
        return False
    security = current_app.appbuilder.sm  # type: ignore[attr-defined]
    role = security.find_role(current_app.config["AUTH_ROLE_ADMIN"])
    # Not of `default`: row rules on what everybody is would hold for him too.
    group = groups.named(groups.ADMIN)
    known = [] if group is None else [group]
    if not security.add_user(username, first_name, last_name, email, role, password, groups=known):
        raise Unavailable("The user could not be stored")
    return True
