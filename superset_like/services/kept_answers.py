"""Kept answers: declared out of date, and made before somebody asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from kombu.exceptions import KombuError
from sqlalchemy import ColumnElement, Select, and_, false, or_, select, update

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import BadRequest, NotFound, ProductError, Unavailable
from superset_like.extensions import db, tell
from superset_like.models import Chart, Dashboard, Database, Dataset
from superset_like.models.mixins import now
from superset_like.services import chart_data, dashboards, found
from superset_like.services.questions import QueryObject


@dataclass(frozen=True, slots=True)
class Place:
    """A dataset by the names that people give; None matches any."""

    table: str
    database: str
    schema: str | None = None
    catalog: str | None = None


@dataclass(frozen=True, slots=True)
class Warmed:
    """A chart whose answer was asked for. error: why it is not kept; None when it is."""

    chart_id: int
    error: str | None = None


def invalidate(actor: Actor, ids: Sequence[int] = (), places: Sequence[Place] = ()) -> int:
    """Of how many datasets the kept answers are out of date now: those of these that the caller may read."""
    named = [Dataset.id.in_(ids), *(_at(place) for place in places)]
    statement = select(Dataset.id).join(Database, Dataset.database_id == Database.id).where(or_(false(), *named))
    condition = rules.visible(actor, Dataset)
    readable = db.session.execute(statement if condition is None else statement.where(condition)).scalars().all()
    if readable:
        # It is no change of the dataset: neither its version nor its author moves.
        values = {"answers_valid_from": now(), "changed_on": Dataset.changed_on}
        db.session.execute(update(Dataset).where(Dataset.id.in_(readable)).values(**values))
    db.session.commit()
    return len(readable)


def warm_chart(
    actor: Actor, chart_id: int, dashboard_id: int | None = None, filters: Sequence[Mapping[str, Any]] = ()
) -> Warmed:
    """The chart, whose answer is kept now, as the caller sees it. filters: asked besides its own. Raises NotFound."""
    chart = chart_data.chart(actor, chart_id)
    if dashboard_id is not None:
        found.one(actor, Dashboard, dashboard_id)
    return _warmed(actor, chart, filters)


def warm_dataset(
    actor: Actor, place: Place, dashboard_id: int | None = None, filters: Sequence[Mapping[str, Any]] = ()
) -> list[Warmed]:
    """The charts over the dataset (those on the dashboard, when one is named). Raises NotFound."""
    dataset = db.session.execute(
        select(Dataset.id).join(Database, Dataset.database_id == Database.id).where(_at(place)).order_by(Dataset.id)
    ).scalar()
    if dataset is None:
        raise NotFound()
    statement = select(Chart).where(Chart.datasource_id == dataset)
    if dashboard_id is not None:
        statement = statement.where(Chart.dashboards.any(Dashboard.id == dashboard_id))
    condition = rules.visible(actor, Chart)
    charts = db.session.execute(statement if condition is None else statement.where(condition)).scalars().all()
    if not charts and not rules.can(actor, "read", found.one(actor, Dataset, dataset)):
        raise NotFound()
    return [_warmed(actor, chart, filters) for chart in charts]


def warm_dashboards(actor: Actor, names: Sequence[str] = ()) -> Iterator[Warmed]:
    """Each chart, once, of the dashboards (ids, uuids or slugs; all the published ones that the caller sees when none
    is named), as its answer is kept for the caller. Raises NotFound.
    """
    dashboards = [_dashboard(actor, name) for name in names] if names else _published(actor)
    charts = dict.fromkeys(chart.id for dashboard in dashboards for chart in dashboard.charts)
    for pk in charts:
        yield warm_chart(actor, pk)


def send_warm_up(actor: Actor, names: Sequence[str] = ()) -> None:
    """A worker does what `warm_dashboards` does, as this user. Raises NotFound, Unavailable."""
    for name in names:
        _dashboard(actor, name)
    try:
        tell("answers.warm_up", actor.user_id, list(names))
    except (KombuError, OSError) as error:
        raise Unavailable("The queue of background work is not available", retry_after_s=5) from error


def _dashboard(actor: Actor, name: str) -> Dashboard:
    found_here = list(_seen(actor, select(Dashboard).where(dashboards.named(name))))
    if not found_here:
        raise NotFound(f"There is no dashboard {name}")
    return found_here[0]


def _published(actor: Actor) -> Sequence[Dashboard]:
    return _seen(actor, select(Dashboard).where(Dashboard.published.is_(True)).order_by(Dashboard.id))


def _seen(actor: Actor, statement: Select[Any]) -> Sequence[Dashboard]:
    condition = rules.visible(actor, Dashboard)
    return db.session.execute(statement if condition is None else statement.where(condition)).scalars().all()


def filters_of(text: str | None, name: str = "extra_filters") -> list[Mapping[str, Any]]:
    """The filters of a JSON text. name: what an error calls it. Raises BadRequest."""
    try:
        value = orjson.loads(text) if text else []
    except orjson.JSONDecodeError as error:
        raise BadRequest(fields={name: ["Not valid JSON."]}) from error
    if not isinstance(value, list) or not all(
        isinstance(each, dict) and {"col", "op"} <= each.keys() for each in value
    ):
        raise BadRequest(fields={name: ["Must be a list of filters {col, op, val}."]})
    return value


def _warmed(actor: Actor, chart: Chart, filters: Sequence[Mapping[str, Any]]) -> Warmed:
    pk = chart.id
    try:
        here, context = chart_data.of_chart(actor, chart, force=True)
        for asked in context.queries:
            chart_data.answer(here, chart_data.plan(here, _filtered(asked, filters)))
    except ProductError as error:
        return Warmed(pk, error.message)
    return Warmed(pk)


def _filtered(asked: QueryObject, filters: Iterable[Mapping[str, Any]]) -> QueryObject:
    return {**asked, "filters": [*(asked.get("filters") or ()), *filters]}


def _at(place: Place) -> ColumnElement[bool]:
    parts = [Dataset.table_name == place.table, Database.database_name == place.database]
    if place.schema is not None:
        parts.append(Dataset.schema == place.schema)
    if place.catalog is not None:
        parts.append(Dataset.catalog == place.catalog)
    return and_(*parts)
