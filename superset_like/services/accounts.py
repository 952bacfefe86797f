"""Accounts of people: made, changed, disabled, invited, and the key of each.

Who has no password yet was invited: a link that is good once, and for a week, lets him choose one. An account is named
by its e-mail address.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User, assoc_user_group
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy import delete as delete_rows
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash

from superset_like.access import derived_keys, rules
from superset_like.access.actor import Actor
from superset_like.access.actors import LARGEST_ID, password_mark
from superset_like.access.derived_keys import Key, KeyKind
from superset_like.errors import BadRequest, Forbidden, Invalid, NotFound
from superset_like.extensions import db, settings
from superset_like.models import UserKey
from superset_like.models.mixins import new_nonce
from superset_like.services import groups, users

LONGEST_NAME_PART = 64
# It is the user name too.
LONGEST_EMAIL = 128
EMAIL = re.compile(r"[^@\s,;<>\"']+@[^@\s,;<>\"']+")
LINK_SALT = "superset_like link to choose a password"
LINK_LASTS_S = 7 * 86400
TAKEN, BAD_EMAIL = "Email already taken.", "Bad email address."
NOT_ONESELF = "You cannot {} your own account. Please ask another admin to do this for you."
# In the list of people: name -> by what they are put in order.
ORDERS: Mapping[str, tuple[Any, ...]] = {
    "name": (func.lower(User.first_name), func.lower(User.last_name)),
    "created_at": (User.created_on,),
    "active_at": (User.last_login,),
    "groups": (
        select(func.min(assoc_user_group.c.group_id))
        .where(assoc_user_group.c.user_id == User.id)
        .correlate(User)
        .scalar_subquery(),
    ),
}
DEFAULT_ORDER = "-created_at"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which people a list shows. pending: None for both. order: a name of ORDERS, with a - for the other way round."""

    text: str = ""
    disabled: bool = False
    pending: bool | None = None
    order: str = DEFAULT_ORDER


def listed(actor: Actor, wish: Wish, page: int, size: int) -> tuple[int, list[int]]:
    """(how many, the ids on this page, from 1) of the accounts that the caller may look at."""
    conditions = [User.active.is_not(True) if wish.disabled else User.active.is_(True)]
    visible = rules.people(actor)
    if visible is not None:
        conditions.append(visible)
    if wish.pending is not None:
        conditions.append(_is_pending() if wish.pending else ~_is_pending())
    if wish.text:
        conditions.append(_named(wish.text))
    count = db.session.execute(select(func.count(User.id)).where(*conditions)).scalar_one()
    statement = select(User.id).where(*conditions).order_by(*_ordered(wish.order))
    return count, list(db.session.execute(statement.limit(size).offset((page - 1) * size)).scalars())


def one(actor: Actor, user_id: int) -> User:
    """The account. Raises NotFound when there is none that the caller may look at."""
    statement = select(User).where(User.id == user_id)
    condition = rules.people(actor)
    found: User | None = db.session.execute(statement if condition is None else statement.where(condition)).scalar()
    if found is None:
        raise NotFound()
    return found


def is_own_or_administered(actor: Actor, user_id: int) -> bool:
    """Whether the account is the caller's, or he changes all of them; with a key that has scopes neither."""
    return rules.administers(actor) or (actor.key_scopes is None and actor.user_id == user_id)


def create(actor: Actor, name: str, email: str) -> User:
    """A new account in the group `default`, without a password. Raises Forbidden, BadRequest."""
    rules.require_administrator(actor)
    address = _checked_address(email, None)
    first, last = _parts(name)
    user = User(first_name=first, last_name=last, username=address, email=address, password="", active=True)
    default = groups.named(groups.DEFAULT)
    user.groups = [] if default is None else [default]
    db.session.add(user)
    return _committed(user)


def update(actor: Actor, user_id: int, values: Mapping[str, Any]) -> User:
    """The account with these values: name, email, group_ids, password with old_password; what is not named stays.

    Names and passwords are one's own to change, the others an administrator's. Raises Forbidden, NotFound, BadRequest.
    """
    user = _own_or_administered(actor, user_id)
    if values.get("group_ids") is not None:
        _require(rules.administers(actor), "Must be admin to change groups membership.")
        if values["group_ids"]:
            groups.put_into(user, groups.of_ids(values["group_ids"]))
    if values.get("password") is not None:
        _require_password(user, values.get("old_password"))
        user.password = users.hashed(values["password"])
    if values.get("name") is not None:
        user.first_name, user.last_name = _parts(values["name"])
    if values.get("email") is not None and values["email"].strip().lower() != user.email.lower():
        # Row rules may ask for the address: who could choose his own could read what is another's.
        _require(rules.administers(actor), "")
        user.email = _checked_address(values["email"], user.id)
    groups.touch(user)
    return _committed(user)


def _committed(user: User) -> User:
    try:
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise BadRequest(TAKEN) from error
    return user


def disable(actor: Actor, user_id: int) -> User:
    """The account, which opens nothing any more. Raises Forbidden, also for one's own; NotFound."""
    return _activated(actor, user_id, False)


def enable(actor: Actor, user_id: int) -> User:
    """The account, which opens again what it opened. Raises Forbidden, NotFound."""
    return _activated(actor, user_id, True)


def delete(actor: Actor, user_id: int) -> None:
    """An account that nobody has used yet is gone. Raises Forbidden for others, NotFound, BadRequest."""
    user = _administered(actor, user_id)
    _require(user.id != actor.user_id, NOT_ONESELF.format("delete"))
    _require(is_pending(user), "You cannot delete activated users. Please disable the user instead.")
    try:
        # Below the ORM: its relations would first take the names off what he made.
        db.session.execute(delete_rows(User).where(User.id == user_id))
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise BadRequest("Something still belongs to this user. Please disable the user instead.") from error


def key_of(actor: Actor, user_id: int) -> Key | None:
    """The key of the account, which gets one when it had none; None where it is not the caller's to see."""
    if not is_own_or_administered(actor, user_id):
        return None
    kept = _kept_key(user_id)
    if kept is None:
        db.session.add(UserKey(user_id=user_id))
        try:
            db.session.commit()
        except IntegrityError:
            # Somebody else looked at the same time.
            db.session.rollback()
        kept = _kept_key(user_id)
    return None if kept is None else derived_keys.key_of(KeyKind.USER, user_id, *kept)


def renew_key(actor: Actor, user_id: int, expires_on: datetime | None = None) -> User:
    """The account, whose former key opens nothing any more. Raises Forbidden, NotFound.

    expires_on: when the new key ends (UTC); None for never.
    """
    user = _own_or_administered(actor, user_id)
    key = db.session.get(UserKey, user_id)
    if key is None:
        db.session.add(UserKey(user_id=user_id, expires_on=expires_on))
    else:
        key.nonce, key.expires_on = new_nonce(), expires_on
    groups.touch(user)
    db.session.commit()
    return user


def invited(actor: Actor, user_id: int) -> tuple[User, str]:
    """(the account, what its link to choose a password ends with). Raises Forbidden, NotFound."""
    user = _administered(actor, user_id)
    if not user.active:
        raise NotFound()
    return user, _links().dumps([user.id, password_mark(user.id, user.password)])


def of_link(token: str) -> User:
    """Whose link it is, as long as nobody has used it. Raises NotFound."""
    try:
        user_id, mark = _links().loads(token, max_age=LINK_LASTS_S)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound() from error
    user = db.session.get(User, user_id) if 0 < user_id <= LARGEST_ID else None
    if user is None or not user.active or mark != password_mark(user.id, user.password):
        raise NotFound()
    return user


def choose_password(token: str, password: str) -> User:
    """The account of the link, with this password. Raises NotFound."""
    user = of_link(token)
    user.password = users.hashed(password)
    groups.touch(user)
    db.session.commit()
    return user


def is_pending(user: User) -> bool:
    """Whether it has no password yet, so that nobody can have signed in."""
    return not user.password


def _activated(actor: Actor, user_id: int, active: bool) -> User:
    user = _administered(actor, user_id)
    if not active:
        _require(user.id != actor.user_id, NOT_ONESELF.format("disable"))
    if bool(user.active) != active:
        user.active = active
        groups.touch(user)
        db.session.flush()
        groups.require_administrator_left()
        db.session.commit()
    return user


def _administered(actor: Actor, user_id: int) -> User:
    rules.require_administrator(actor)
    return one(actor, user_id)


def _own_or_administered(actor: Actor, user_id: int) -> User:
    user = one(actor, user_id)
    _require(is_own_or_administered(actor, user_id), "")
    return user


def _require(holds: bool, text: str) -> None:
    if not holds:
        raise Forbidden(text)


def _require_password(user: User, former: str | None) -> None:
    _require(former is not None, "Must provide current password to update password.")
    _require(bool(user.password) and check_password_hash(user.password, former or ""), "Incorrect current password.")


def _checked_address(text: str, own_id: int | None) -> str:
    address = text.strip().lower()
    if len(address) > LONGEST_EMAIL or not EMAIL.fullmatch(address):
        raise BadRequest(BAD_EMAIL)
    # One may sign in with either: an address that is another's user name would be two people's.
    with db.session.no_autoflush:
        same = or_(func.lower(User.email) == address, func.lower(User.username) == address)
        taken = db.session.execute(select(User.id).where(same)).scalars().all()
    if any(pk != own_id for pk in taken):
        raise BadRequest(TAKEN)
    return address


def _parts(name: str) -> tuple[str, str]:
    """First and last name, which have a field each."""
    first, _, last = name.strip().partition(" ")
    if not first or len(first) > LONGEST_NAME_PART or len(last) > LONGEST_NAME_PART:
        raise Invalid(fields={"name": [f"Up to {LONGEST_NAME_PART} characters before the first space, and after it."]})
    return first, last


def _is_pending() -> ColumnElement[bool]:
    return or_(User.password.is_(None), User.password == "")


def _named(text: str) -> ColumnElement[bool]:
    name = User.first_name + " " + User.last_name
    return or_(name.icontains(text, autoescape=True), User.email.icontains(text, autoescape=True))


def _ordered(order: str) -> list[Any]:
    known = order if order.removeprefix("-") in ORDERS else DEFAULT_ORDER
    columns = ORDERS[known.removeprefix("-")]
    # What has no value stands last either way; not all databases say so by themselves.
    empty = case((columns[0].is_(None), 1), else_=0)
    if known.startswith("-"):
        return [empty, *(column.desc() for column in columns), User.id.desc()]
    return [empty, *columns, User.id]


def _kept_key(user_id: int) -> tuple[str, datetime | None] | None:
    """(nonce, end) of the key."""
    found = db.session.execute(select(UserKey.nonce, UserKey.expires_on).where(UserKey.user_id == user_id)).first()
    return None if found is None else (found.nonce, found.expires_on)


def _links() -> URLSafeTimedSerializer:
    # The newest key signs.
    return URLSafeTimedSerializer([*settings().previous_secret_keys, settings().secret_key], salt=LINK_SALT)
