"""What one can do with tags, and with what they are put on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from flask_appbuilder import Model
from sqlalchemy import Select, func, select
from sqlalchemy import delete as sql_delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, Invalid, NotFound
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Dataset, ObjectType, SavedQuery, Tag, TaggedObject
from superset_like.services import found, marks

Place: TypeAlias = tuple[ObjectType, int]
MODELS: Mapping[ObjectType, Any] = {
    ObjectType.CHART: Chart,
    ObjectType.DASHBOARD: Dashboard,
    ObjectType.DATASET: Dataset,
    ObjectType.SAVED_QUERY: SavedQuery,
}


@dataclass(frozen=True)
class Tagged:
    """An object with all its tags."""

    kind: ObjectType
    item: Any
    tags: Sequence[Tag]


def create(actor: Actor, values: Mapping[str, Any]) -> Tag:
    """A new tag of people. Raises Forbidden, Invalid (name)."""
    _require_writer(actor)
    tag = _assigned(Tag(), values)
    db.session.commit()
    return tag


def update(actor: Actor, pk: int, values: Mapping[str, Any], places: Sequence[Place] | None = None) -> Tag:
    """The tag with these values; what is not named stays. Raises NotFound, Forbidden, Invalid (name).

    places: all objects it shall be on; it stays on those that the caller may not edit. None leaves it where it is.
    """
    tag = _assigned(found.editable(actor, Tag, [pk])[0], values)
    if places is not None:
        _move(actor, tag, places)
    db.session.commit()
    return tag


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone, from all they were on too: all, or none and an error."""
    items = found.editable(actor, Tag, pks)
    marks.forget(ObjectType.TAG, pks)
    for item in items:
        db.session.delete(item)
    db.session.commit()
    return len(items)


def ids_of(names: Sequence[str]) -> list[int]:
    """The ids of the tags of these names, in no order. Raises NotFound when one does not exist."""
    known = {name: pk for name, pk in db.session.execute(select(Tag.name, Tag.id).where(Tag.name.in_(names)))}
    if set(known) != set(names):
        raise NotFound()
    return list(known.values())


def ids_of_new(names: Sequence[str]) -> list[int]:
    """The ids of the tags of these names, new where there were none; not committed."""
    made = {name: _named(name).id for name in sorted(set(names))}
    return [made[name] for name in dict.fromkeys(names)]


def names_of(kind: ObjectType, pks: Sequence[int]) -> dict[int, list[str]]:
    """id -> the names of its tags, for those of the objects that bear any."""
    return {pk: [tag.name for tag in borne] for pk, borne in _tags_of(kind, pks).items()}


def bearing(kind: ObjectType, name: str) -> Select[Any]:
    """The ids of the objects that bear the tag of this name."""
    return (
        select(TaggedObject.object_id)
        .join(Tag, Tag.id == TaggedObject.tag_id)
        .where(TaggedObject.object_type == kind.value, Tag.name == name)
    )


def counts(seen: Mapping[ObjectType, Select[Any]]) -> list[tuple[str, int]]:
    """(tag, how many of these objects bear it), the most borne first. seen: the ids of the objects of each kind."""
    counted: Counter[str] = Counter()
    for kind, ids in seen.items():
        statement = (
            select(Tag.name, func.count(TaggedObject.id))
            .join(TaggedObject, TaggedObject.tag_id == Tag.id)
            .where(TaggedObject.object_type == kind.value, TaggedObject.object_id.in_(ids))
            .group_by(Tag.name)
        )
        counted.update({name: count for name, count in db.session.connection().execute(statement)})
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def make(actor: Actor, values: Mapping[str, Any], places: Sequence[Place] = ()) -> Tag:
    """The tag of this name, new where there was none, on these objects too. Raises Forbidden, NotFound."""
    _require_writer(actor)
    tag = _named(values["name"])
    if values.get("description") is not None:
        tag.description = values["description"]
    _require_editable(actor, places)
    _add({tag}, places)
    db.session.commit()
    return tag


def make_many(
    actor: Actor, wishes: Sequence[tuple[Mapping[str, Any], Sequence[Place]]]
) -> tuple[list[Place], list[Place]]:
    """(objects that bear their tags now, objects that the caller may not edit). wishes: tags and where to put them."""
    _require_writer(actor)
    editable = _editable(actor, [place for _, places in wishes for place in places])
    for values, places in wishes:
        tag = _named(values["name"])
        if values.get("description") is not None:
            tag.description = values["description"]
        _add({tag}, [place for place in places if place in editable])
    db.session.commit()
    asked = dict.fromkeys(place for _, places in wishes for place in places)
    return [each for each in asked if each in editable], [each for each in asked if each not in editable]


def put(actor: Actor, place: Place, names: Sequence[str]) -> None:
    """The object bears these tags too, new where there were none. Raises NotFound, Forbidden."""
    _require_writer(actor)
    _require_editable(actor, [place])
    _add({_named(name) for name in sorted(set(names))}, [place])
    db.session.commit()


def take(actor: Actor, place: Place, name: str) -> None:
    """The object does not bear the tag any more. Raises NotFound, also where it did not bear it; Forbidden."""
    _require_writer(actor)
    _require_editable(actor, [place])
    kind, pk = place
    borne = (TaggedObject.object_type == kind.value, TaggedObject.object_id == pk)
    tag_id = db.session.execute(
        select(Tag.id).join(TaggedObject, TaggedObject.tag_id == Tag.id).where(*borne, Tag.name == name)
    ).scalar()
    if tag_id is None:
        raise NotFound()
    db.session.execute(sql_delete(TaggedObject).where(*borne, TaggedObject.tag_id == tag_id))
    db.session.commit()


def tagged(actor: Actor, tag_ids: Sequence[int], names: Sequence[str], kinds: Sequence[ObjectType]) -> list[Tagged]:
    """The objects of these kinds that bear one of the tags and that the caller may see."""
    wanted = db.session.execute(select(Tag.id).where(Tag.id.in_(tag_ids) | Tag.name.in_(names))).scalars().all()
    return [each for kind in kinds for each in _tagged(actor, kind, wanted)] if wanted else []


def _tagged(actor: Actor, kind: ObjectType, tag_ids: Sequence[int]) -> list[Tagged]:
    model = MODELS[kind]
    bearing = select(TaggedObject.object_id).where(
        TaggedObject.object_type == kind.value, TaggedObject.tag_id.in_(tag_ids)
    )
    statement = select(model).where(model.id.in_(bearing)).order_by(model.id).options(joinedload(model.created_by))
    if hasattr(model, "owners"):
        statement = statement.options(selectinload(model.owners))
    condition = rules.visible(actor, model)
    items = db.session.execute(statement if condition is None else statement.where(condition)).scalars().all()
    tags = _tags_of(kind, [item.id for item in items])
    return [Tagged(kind, item, tags[item.id]) for item in items]


def _tags_of(kind: ObjectType, pks: Sequence[int]) -> Mapping[int, list[Tag]]:
    rows = db.session.execute(
        select(TaggedObject.object_id, Tag)
        .join(Tag, Tag.id == TaggedObject.tag_id)
        .where(TaggedObject.object_type == kind.value, TaggedObject.object_id.in_(pks))
        .order_by(Tag.name)
    )
    made: dict[int, list[Tag]] = defaultdict(list)
    for pk, tag in rows:
        made[pk].append(tag)
    return made


def _require_writer(actor: Actor) -> None:
    if not actor.can("can_write", "Tag"):
        raise Forbidden()


def _require_editable(actor: Actor, places: Sequence[Place]) -> None:
    for model, pks in _by_model(places):
        found.editable(actor, model, pks)


def _editable(actor: Actor, places: Sequence[Place]) -> set[Place]:
    kinds = {model: kind for kind, model in MODELS.items()}
    return {
        (kinds[model], item.id)
        for model, pks in _by_model(places)
        for item in found.known(actor, model, pks)
        if rules.can(actor, "edit", item)
    }


def _by_model(places: Sequence[Place]) -> Iterable[tuple[type[Model], list[int]]]:
    for kind in dict.fromkeys(kind for kind, _ in places):
        yield MODELS[kind], list(dict.fromkeys(pk for each, pk in places if each is kind))


def _named(name: str) -> Tag:
    tag: Tag | None = db.session.execute(select(Tag).where(Tag.name == name)).scalar()
    return tag or _new(name)


def _new(name: str) -> Tag:
    """The new tag, or that which somebody else made at the same moment.

    Whoever makes several does so in the order of their names, so that no two wait for each other.
    """
    db.session.flush()
    try:
        with db.session.begin_nested():
            tag = Tag(name=name)
            db.session.add(tag)
        return tag
    except IntegrityError:
        return db.session.execute(select(Tag).where(Tag.name == name)).scalar_one()


def _add(tags: Iterable[Tag], places: Sequence[Place]) -> None:
    for tag in tags:
        borne = set(_places(tag))
        for kind, pk in dict.fromkeys(places):
            if (kind, pk) not in borne:
                db.session.add(TaggedObject(tag_id=tag.id, object_type=kind.value, object_id=pk))


def _move(actor: Actor, tag: Tag, places: Sequence[Place]) -> None:
    borne = _places(tag)
    _require_editable(actor, [place for place in places if place not in borne])
    left = _editable(actor, [place for place in borne if place not in places])
    for kind, pk in left:
        here = (TaggedObject.object_type == kind.value, TaggedObject.object_id == pk)
        db.session.execute(sql_delete(TaggedObject).where(TaggedObject.tag_id == tag.id, *here))
    _add({tag}, places)


def _places(tag: Tag) -> list[Place]:
    rows = select(TaggedObject.object_type, TaggedObject.object_id).where(TaggedObject.tag_id == tag.id)
    return [(ObjectType(kind), pk) for kind, pk in db.session.execute(rows)]


def _assigned(tag: Tag, values: Mapping[str, Any]) -> Tag:
    for name in ("name", "description"):
        if name in values:
            setattr(tag, name, values[name])
    with db.session.no_autoflush:
        taken = db.session.execute(select(Tag.id).where(Tag.name == tag.name)).scalar()
    if taken is not None and taken != tag.id:
        raise Invalid(fields={"name": ["Must be unique"]})
    db.session.add(tag)
    db.session.flush()
    return tag
