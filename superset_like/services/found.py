"""Objects by id, as the caller may see them; used by every service that changes them."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from flask_appbuilder import Model
from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import NotFound
from superset_like.extensions import db

Item = TypeVar("Item", bound=Model)


def visible(actor: Actor, model: type[Item], pks: Sequence[int]) -> list[Item]:
    """All of them, in the given order. Raises NotFound when one does not exist for this caller."""
    by_id = {item.id: item for item in known(actor, model, pks)}
    if set(by_id) != set(pks):
        raise NotFound()
    return [by_id[pk] for pk in pks]


def known(actor: Actor, model: type[Item], pks: Collection[int]) -> Sequence[Item]:
    """Those of them that exist for this caller, in no order."""
    statement = select(model).where(model.id.in_(pks))
    condition = rules.visible(actor, model)
    return db.session.execute(statement if condition is None else statement.where(condition)).scalars().all()


def one(actor: Actor, model: type[Item], pk: int) -> Item:
    """The object. Raises NotFound."""
    return visible(actor, model, [pk])[0]


def editable(actor: Actor, model: type[Item], pks: Sequence[int]) -> list[Item]:
    """All of them. Raises NotFound, or Forbidden when the caller may not change one of them."""
    items = visible(actor, model, pks)
    for item in items:
        rules.require(actor, "edit", item)
    return items
