"""Stars and tags on objects of any kind; they go when their object goes."""

from collections.abc import Sequence

from flask_appbuilder import Model
from sqlalchemy import delete, select

from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, Invalid, NotFound
from superset_like.extensions import db
from superset_like.models import Favorite, ObjectType, Tag, TaggedObject
from superset_like.services import found


def favored(actor: Actor, model: type[Model], kind: ObjectType, pks: Sequence[int]) -> dict[int, bool]:
    """Whether the caller put a star on each. Raises NotFound when none of them exists for him."""
    known = db.session.execute(select(model.id).where(model.id.in_(pks))).scalars().all()
    if not known:
        raise NotFound()
    starred = stars(actor, kind, pks)
    return {pk: pk in starred for pk in pks}


def stars(actor: Actor, kind: ObjectType, pks: Sequence[int]) -> set[int]:
    """Those of the objects on which the caller put a star."""
    statement = select(Favorite.object_id).where(
        Favorite.user_id == actor.user_id, Favorite.object_type == kind.value, Favorite.object_id.in_(pks)
    )
    return set(db.session.execute(statement).scalars())


def favor(actor: Actor, model: type[Model], kind: ObjectType, pk: int) -> None:
    """The caller's star is on it. Raises Forbidden for a caller without an account, and for keys with scopes."""
    put_star(actor, kind, found.one(actor, model, pk).id)


def put_star(actor: Actor, kind: ObjectType, pk: int) -> None:
    """As `favor`, for an object that the caller was found to see."""
    if actor.user_id is None or actor.key_scopes is not None:
        raise Forbidden()
    if pk not in stars(actor, kind, [pk]):
        db.session.add(Favorite(user_id=actor.user_id, object_type=kind.value, object_id=pk))
        db.session.commit()


def unfavor(actor: Actor, model: type[Model], kind: ObjectType, pk: int) -> None:
    """The caller's star is off it. Raises Forbidden for a caller without an account, and for keys with scopes."""
    take_star(actor, kind, found.one(actor, model, pk).id)


def take_star(actor: Actor, kind: ObjectType, pk: int) -> None:
    """As `unfavor`, for an object that the caller was found to see."""
    if actor.user_id is None or actor.key_scopes is not None:
        raise Forbidden()
    db.session.execute(
        delete(Favorite).where(
            Favorite.user_id == actor.user_id, Favorite.object_type == kind.value, Favorite.object_id == pk
        )
    )
    db.session.commit()


def tag(kind: ObjectType, pk: int, tag_ids: Sequence[int]) -> None:
    """The object has just these tags of people; not committed. Raises Invalid (tags)."""
    known = set(db.session.execute(select(Tag.id).where(Tag.id.in_(tag_ids))).scalars())
    if known != set(tag_ids):
        raise Invalid(fields={"tags": ["Some tags do not exist"]})
    here = (TaggedObject.object_type == kind.value, TaggedObject.object_id == pk)
    db.session.execute(delete(TaggedObject).where(*here, TaggedObject.tag_id.not_in(tag_ids)))
    present = set(db.session.execute(select(TaggedObject.tag_id).where(*here)).scalars())
    for tag_id in sorted(known - present):
        db.session.add(TaggedObject(tag_id=tag_id, object_type=kind.value, object_id=pk))


def forget(kind: ObjectType, pks: Sequence[int]) -> None:
    """Stars and tags of deleted objects are gone; not committed."""
    for marks in (Favorite, TaggedObject):
        db.session.execute(delete(marks).where(marks.object_type == kind.value, marks.object_id.in_(pks)))
