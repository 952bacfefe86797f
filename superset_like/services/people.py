"""People and roles that somebody names."""

from collections.abc import Sequence

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from superset_like.access.actor import Actor
from superset_like.errors import Invalid, NotFound
from superset_like.extensions import db


def owners(actor: Actor, ids: Sequence[int] | None) -> list[User]:
    """The users of these ids; who names nobody owns it himself. Nobody but an administrator gives his own share away.

    Raises Invalid (owners).
    """
    wanted = set(ids or ())
    if actor.user_id is not None and (ids is None or not actor.is_admin):
        wanted.add(actor.user_id)
    found = list(db.session.execute(select(User).where(User.id.in_(wanted)).order_by(User.id)).scalars())
    if len(found) != len(wanted):
        raise Invalid(fields={"owners": ["Owners are invalid"]})
    return found


def named(username: str) -> User:
    """The user of this name. Raises NotFound."""
    found: User | None = db.session.execute(select(User).where(User.username == username)).scalar()
    if found is None:
        raise NotFound(f"There is no user {username}")
    return found


def roles(ids: Sequence[int]) -> list[Role]:
    """The roles of these ids. Raises Invalid (roles)."""
    found = list(db.session.execute(select(Role).where(Role.id.in_(set(ids))).order_by(Role.id)).scalars())
    if len(found) != len(set(ids)):
        raise Invalid(fields={"roles": ["Some roles do not exist"]})
    return found
