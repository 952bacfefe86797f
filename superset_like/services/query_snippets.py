"""What one can do with pieces of SQL that editors put in."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, Invalid
from superset_like.extensions import db
from superset_like.models import QuerySnippet
from superset_like.services import found

NAMES = ("trigger", "description", "snippet")


def seen(actor: Actor) -> Sequence[QuerySnippet]:
    """All that the caller may put in, by their words."""
    statement = select(QuerySnippet).order_by(QuerySnippet.trigger)
    condition = rules.visible(actor, QuerySnippet)
    return db.session.execute(statement if condition is None else statement.where(condition)).scalars().all()


def create(actor: Actor, values: Mapping[str, Any]) -> QuerySnippet:
    """A new piece of the caller. Raises Forbidden, Invalid (trigger)."""
    if actor.user_id is None or not actor.can("can_write", "SavedQuery"):
        raise Forbidden()
    snippet = QuerySnippet(**{name: values[name] for name in NAMES})
    db.session.add(snippet)
    return _committed(snippet)


def update(actor: Actor, pk: int, values: Mapping[str, Any]) -> QuerySnippet:
    """The piece with these values; what is not named stays. Raises NotFound, Forbidden, Invalid (trigger)."""
    snippet = found.editable(actor, QuerySnippet, [pk])[0]
    for name in NAMES:
        if name in values:
            setattr(snippet, name, values[name])
    return _committed(snippet)


def delete(actor: Actor, pk: int) -> None:
    """It is gone. Raises NotFound, Forbidden."""
    db.session.delete(found.editable(actor, QuerySnippet, [pk])[0])
    db.session.commit()


def _committed(snippet: QuerySnippet) -> QuerySnippet:
    try:
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise Invalid(fields={"trigger": ["Another snippet has this trigger."]}) from error
    return snippet
