"""What a user can do with his own account."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from werkzeug.security import generate_password_hash

from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, NotAuthenticated
from superset_like.extensions import db

PLAIN = ("first_name", "last_name")


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
        config = current_app.config
        user.password = generate_password_hash(
            values["password"],
            method=config.get("FAB_PASSWORD_HASH_METHOD", "scrypt"),
            salt_length=config.get("FAB_PASSWORD_HASH_SALT_LENGTH", 16),
        )
    db.session.commit()
    return user
