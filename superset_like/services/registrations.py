"""What one can do with requests for an account. None come in here: administrators make accounts."""

from collections.abc import Sequence

from flask_appbuilder.security.sqla.models import RegisterUser

from superset_like.access.actor import Actor
from superset_like.errors import Forbidden
from superset_like.extensions import db
from superset_like.services import found


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error. Raises NotFound, Forbidden."""
    if not actor.is_admin:
        raise Forbidden()
    asked = found.visible(actor, RegisterUser, pks)
    for each in asked:
        db.session.delete(each)
    db.session.commit()
    return len(asked)
