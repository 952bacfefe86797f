"""What one can do with tags."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, Invalid
from superset_like.extensions import db
from superset_like.models import ObjectType, Tag
from superset_like.services import found, marks


def create(actor: Actor, values: Mapping[str, Any]) -> Tag:
    """A new tag of people. Raises Forbidden, Invalid (name)."""
    if not actor.can("can_write", "Tag"):
        raise Forbidden()
    return _stored(Tag(), values)


def update(actor: Actor, pk: int, values: Mapping[str, Any]) -> Tag:
    """The tag with these values; what is not named stays. Raises NotFound, Forbidden, Invalid (name)."""
    return _stored(found.editable(actor, Tag, [pk])[0], values)


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone, from all they were on too: all, or none and an error."""
    items = found.editable(actor, Tag, pks)
    marks.forget(ObjectType.TAG, pks)
    for item in items:
        db.session.delete(item)
    db.session.commit()
    return len(items)


def _stored(tag: Tag, values: Mapping[str, Any]) -> Tag:
    for name in ("name", "description"):
        if name in values:
            setattr(tag, name, values[name])
    with db.session.no_autoflush:
        taken = db.session.execute(select(Tag.id).where(Tag.name == tag.name)).scalar()
    if taken is not None and taken != tag.id:
        raise Invalid(fields={"name": ["Must be unique"]})
    db.session.add(tag)
    db.session.commit()
    return tag
