"""Why somebody sees a thing and its rows, or does not: the ways and rules that decide it, each asked by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import select, true

from superset_like.access import actors, row_filters, rules
from superset_like.access.actor import Actor
from superset_like.access.row_filters import Considered
from superset_like.access.ways import Need, Way
from superset_like.errors import BadRequest, Forbidden, NotAuthenticated, NotFound
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Database, Dataset
from superset_like.services import dashboards

MODELS: Mapping[str, type[Model]] = {
    "chart": Chart,
    "dashboard": Dashboard,
    "database": Database,
    "dataset": Dataset,
}
VERBS = {Chart: ("read", "edit"), Dashboard: ("read", "edit"), Database: ("read", "edit", "use")}
OF_DATASETS = ("read", "edit", "query")


@dataclass(frozen=True, slots=True)
class Met:
    """A need, whether it is met, and the roles that meet it by themselves."""

    need: str
    is_met: bool
    roles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Tried:
    """A way, and whether it leads there."""

    way: str
    is_open: bool
    needs: Sequence[Met]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why somebody may do what with a thing. asks: the permission that the API asks for before, and who gives it.

    rules: those of the datasets it is over, as they are for him.
    """

    user: Actor
    thing: Any
    may: Mapping[str, bool]
    asks: Met
    ways: Sequence[Tried]
    rules: Mapping[Dataset, Sequence[Considered]]


def explain(asker: Actor, user_id: int | None, kind: str, pk: int) -> Reasons:
    """Why the user (the asker, for None) sees the thing, or does not.

    Administrators ask about everybody; others about themselves and what they see, so that nobody learns here that there
    is something else. Raises BadRequest, Forbidden, NotFound.
    """
    is_free = asker.is_admin and asker.key_scopes is None
    if user_id not in (None, asker.user_id) and not is_free:
        raise Forbidden()
    try:
        user = asker if user_id in (None, asker.user_id) else actors.of_user(user_id or 0)
    except NotAuthenticated as error:
        raise NotFound("There is no such active user") from error
    if kind not in MODELS:
        raise BadRequest(fields={"object": [f"Must be one of: {', '.join(MODELS)}."]})
    thing: Any = db.session.get(MODELS[kind], pk)
    if thing is None or not (is_free or rules.can(user, "read", thing)):
        raise NotFound()
    return of(user, thing)


def of(user: Actor, thing: Any) -> Reasons:
    """Why this actor may do what with the thing."""
    model = type(thing)
    return Reasons(
        user,
        thing,
        {verb: rules.can(user, verb, thing) for verb in VERBS.get(model, OF_DATASETS)},
        _permission(user, rules.RESOURCES[model]),
        tried(user, model, thing.id),
        {dataset: row_filters.considered(user, dataset) for dataset in _datasets(user, thing)},
    )


def tried(user: Actor, model: type[Model], pk: int) -> list[Tried]:
    """Each way to the row, and which of its needs are met."""
    ways = rules.ways(user, model)
    met = _met(model, pk, ways)
    alone = {role: _met(model, pk, rules.ways(actor, model)) for role, actor in _by_role(user).items()}
    made = []
    for way in ways:
        needs = [
            Met(need.name, met[way.name, need.name], _roles(alone, way, need) if need.of_roles else ())
            for need in way.needs
        ]
        made.append(Tried(way.name, all(need.is_met for need in needs), needs))
    return made


def _met(model: type[Model], pk: int, ways: Iterable[Way]) -> dict[tuple[str, str], bool]:
    needs = [(way.name, need) for way in ways for need in way.needs]
    asked = [true() if need.condition is None else need.condition for _, need in needs]
    row = db.session.execute(select(model.id, *asked).where(model.id == pk)).one()
    return {(way, need.name): bool(value) for (way, need), value in zip(needs, row[1:], strict=True)}


def _roles(alone: Mapping[str, Mapping[tuple[str, str], bool]], way: Way, need: Need) -> list[str]:
    return sorted(role for role, met in alone.items() if met.get((way.name, need.name)))


def _by_role(user: Actor) -> dict[str, Actor]:
    """The user as he would be with one of his roles alone."""
    if user.guest is not None:
        return {}
    return {name: actors.with_role(user, name) for name in sorted(user.role_names | {actors.public_role()})}


def _permission(user: Actor, resource: str) -> Met:
    roles = [name for name, actor in _by_role(user).items() if actor.can("can_read", resource)]
    return Met(f"can_read on {resource}", user.can("can_read", resource), roles)


def _datasets(user: Actor, thing: Any) -> list[Dataset]:
    if isinstance(thing, Dataset):
        return [thing]
    if isinstance(thing, Chart):
        return [] if thing.table is None else [thing.table]
    if isinstance(thing, Dashboard):
        return dashboards.datasets_of(user, thing)
    return []
