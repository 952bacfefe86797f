"""Rows as plain dicts, with only the columns asked for, in a number of statements that does not depend on the rows.

A column is an attribute (`slice_name`), a derived value (`changed_on_delta_humanized`) or a field of a relation
(`owners.first_name`). One statement reads the objects and their to-one relations, one more each to-many relation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, TypeAlias

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, RelationshipProperty, Session, aliased, class_mapper

from superset_like.models.mixins import Derived

Record: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class ToOne:
    """A relation read by an outer join. start: where its fields begin in the row."""

    name: str
    alias: Any
    fields: tuple[str, ...]
    start: int


@dataclass(frozen=True)
class ToMany:
    """A relation read by a statement of its own, for the owners of its parameter `owners`: ids."""

    name: str
    statement: Select[Any]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Projection:
    """How to read `columns` of `model`. Made once for each distinct wish; see `of`."""

    model: type[Model]
    columns: tuple[str, ...]
    plain: tuple[str, ...]
    to_one: tuple[ToOne, ...]
    to_many: tuple[ToMany, ...]
    makers: tuple[tuple[str, Callable[[Any], Any]], ...]
    everything: Select[Any]

    def over(self, objects: Select[Any]) -> Select[Any]:
        """What `read` takes: the rows of these objects. objects: a statement over the model with conditions alone."""
        # Joins are put together once for each projection: that costs as much as running the statement.
        condition = objects.whereclause
        return self.everything if condition is None else self.everything.where(condition)

    def read(self, session: Session, statement: Select[Any]) -> list[SimpleNamespace]:
        """The objects of the statement, which is `over(...)`, ordered and cut as may be; `records` shows them."""
        # Below the ORM: these are rows, not objects, and the session would cost as much again.
        rows = session.connection().execute(statement).all()
        objects = [self._object(row) for row in rows]
        if objects:
            self._read_to_many(session, objects)
        return objects

    def records(self, objects: Sequence[SimpleNamespace]) -> list[Record]:
        """A dict for each of the objects, with what its derived values are now."""
        return [{name: make(item) for name, make in self.makers} for item in objects]

    def size(self, objects: Sequence[SimpleNamespace]) -> int:
        """About how many bytes of memory the objects take: their texts, and some for each value."""
        texts = sum(len(value) for item in objects for value in vars(item).values() if isinstance(value, str))
        return texts + 100 * len(objects) * (len(self.plain) + 1)

    def _object(self, row: Any) -> SimpleNamespace:
        item = SimpleNamespace(**dict(zip(self.plain, row, strict=False)))
        for relation in self.to_one:
            values = row[relation.start : relation.start + len(relation.fields)]
            # The first field is the identity: without one there is no such object.
            found = None if values[0] is None else SimpleNamespace(**dict(zip(relation.fields, values, strict=True)))
            setattr(item, relation.name, found)
        return item

    def _read_to_many(self, session: Session, objects: list[SimpleNamespace]) -> None:
        ids = [item.id for item in objects]
        for relation in self.to_many:
            members: dict[int, list[Record]] = {}
            for owner, *values in session.connection().execute(relation.statement, {"owners": ids}):
                members.setdefault(owner, []).append(dict(zip(relation.fields, values, strict=True)))
            for item in objects:
                setattr(item, relation.name, members.get(item.id, []))


@cache
def of(model: type[Model], columns: tuple[str, ...]) -> Projection:
    """The projection of these columns; KeyError-free: an unknown column raises AttributeError."""
    plain: dict[str, None] = {"id": None}
    relations: dict[str, dict[str, None]] = {}
    outputs: dict[str, list[str] | None] = {}
    for column in columns:
        relation, _, field = column.partition(".")
        if field:
            relations.setdefault(relation, {})[field] = None
            shown = outputs.setdefault(relation, [])
            if shown is not None:
                shown.append(field)
            continue
        outputs[column] = None
        _need(model, column, plain, relations)
    return _assembled(model, columns, plain, relations, outputs)


def _need(model: type[Model], column: str, plain: dict[str, None], relations: dict[str, dict[str, None]]) -> None:
    attribute = _attribute(model, column)
    if not isinstance(attribute, Derived):
        plain[column] = None
        return
    for need in attribute.needs:
        relation, _, field = need.partition(".")
        if field:
            relations.setdefault(relation, {})[field] = None
        else:
            _need(model, need, plain, relations)


def _attribute(model: type[Model], name: str) -> Any:
    for base in model.__mro__:
        if isinstance(base.__dict__.get(name), Derived):
            return base.__dict__[name]
    return getattr(model, name)


def _assembled(
    model: type[Model],
    columns: tuple[str, ...],
    plain: dict[str, None],
    relations: dict[str, dict[str, None]],
    outputs: dict[str, list[str] | None],
) -> Projection:
    to_one: list[ToOne] = []
    to_many: list[ToMany] = []
    start = len(plain)
    for name, wanted in relations.items():
        relationship: RelationshipProperty[Any] = class_mapper(model).relationships[name]
        if relationship.uselist:
            to_many.append(_to_many(model, name, relationship, tuple(wanted)))
            continue
        fields = ("id", *(field for field in wanted if field != "id"))
        to_one.append(ToOne(name, aliased(relationship.mapper.class_), fields, start))
        start += len(fields)
    makers = tuple(_maker(model, name, fields) for name, fields in outputs.items())
    everything = _everything(model, tuple(plain), to_one)
    return Projection(model, columns, tuple(plain), tuple(to_one), tuple(to_many), makers, everything)


def _everything(model: type[Model], plain: tuple[str, ...], to_one: Sequence[ToOne]) -> Select[Any]:
    wanted = [getattr(model, name) for name in plain]
    wanted += [getattr(relation.alias, field) for relation in to_one for field in relation.fields]
    statement = select(*wanted).select_from(model)
    for relation in to_one:
        statement = statement.outerjoin(relation.alias, getattr(model, relation.name).of_type(relation.alias))
    return statement


def _to_many(model: type[Model], name: str, relationship: RelationshipProperty[Any], fields: tuple[str, ...]) -> ToMany:
    owner = aliased(model)
    target = aliased(relationship.mapper.class_)
    attribute: InstrumentedAttribute[Any] = getattr(owner, name)
    statement = select(owner.id, *(getattr(target, field) for field in fields)).join(attribute.of_type(target))
    of_owners = owner.id.in_(bindparam("owners", expanding=True))
    return ToMany(name, statement.where(of_owners).order_by(target.id), fields)


def _maker(model: type[Model], name: str, fields: list[str] | None) -> tuple[str, Callable[[Any], Any]]:
    if fields is not None:
        return name, _relation_maker(name, tuple(fields), class_mapper(model).relationships[name].uselist or False)
    attribute = _attribute(model, name)
    if isinstance(attribute, Derived):
        return name, attribute.function
    return name, lambda item: getattr(item, name)


def _relation_maker(name: str, fields: tuple[str, ...], is_many: bool) -> Callable[[Any], Any]:
    def many(item: Any) -> list[Record]:
        return [{field: member[field] for field in fields} for member in getattr(item, name)]

    def one(item: Any) -> Record | None:
        found = getattr(item, name)
        return None if found is None else {field: getattr(found, field) for field in fields}

    return many if is_many else one


def order_key(model: type[Model], column: str) -> tuple[Sequence[Any], ColumnElement[Any]]:
    """(relations to join, what to order by) for a list's order_column; a derived value orders by its first need."""
    relation, _, field = column.partition(".")
    if field:
        target = aliased(class_mapper(model).relationships[relation].mapper.class_)
        return [getattr(model, relation).of_type(target)], getattr(target, field)
    attribute = _attribute(model, column)
    if isinstance(attribute, Derived):
        return order_key(model, attribute.needs[0])
    return [], attribute
