"""A query with all that is said of it, as remembered while nobody makes, changes or runs anything."""

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import current_app
from flask_appbuilder import Model
from sqlalchemy.orm.attributes import set_committed_value

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.access.derived_keys import Key
from superset_like.access.remembered import Remembered
from superset_like.extensions import db
from superset_like.models import Chart, stamp
from superset_like.services import chart_queries, marks, saved_queries, tags, visualizations
from superset_like.services.chart_queries import Asked, ChartQuery
from superset_like.services.redash_charts import Visualization

KEPT = 1000
Item = TypeVar("Item", bound=Model)


@dataclass(frozen=True, slots=True)
class Facts:
    """A query as one caller sees it. asked, charts: apart from any session, to read. key: for who may edit it."""

    asked: Asked
    charts: tuple[tuple[Chart, Visualization], ...]
    tags: tuple[str, ...]
    is_starred: bool
    can_edit: bool
    key: Key | None


def of(actor: Actor, query_id: int) -> Facts:
    """The query. Raises NotFound."""
    memory: Remembered[Any, Facts] = current_app.extensions.setdefault("superset_like_query_facts", Remembered(KEPT))
    stamps, key = stamp.whole(db.session()), (actor.user_id, actor.key_scopes, query_id)
    return memory.value(stamps, key, lambda: _read(actor, query_id))


def _read(actor: Actor, query_id: int) -> Facts:
    asked = chart_queries.one(actor, query_id)
    _, kind, pk = chart_queries.place_of(query_id)
    is_chart = isinstance(asked, ChartQuery)
    charts = [asked.chart] if isinstance(asked, ChartQuery) else visualizations.of_query(actor, asked)
    shown = visualizations.shown(charts)
    return Facts(
        _apart(asked),
        tuple((_copy(chart), shown[chart.id]) for chart in charts),
        tuple(tags.names_of(kind, [pk]).get(pk, ())),
        bool(marks.stars(actor, kind, [pk])),
        rules.can(actor, "edit", charts[0] if is_chart else asked),
        None if isinstance(asked, ChartQuery) else saved_queries.key_of(actor, asked),
    )


def _apart(asked: Asked) -> Asked:
    return replace(asked, chart=_copy(asked.chart)) if isinstance(asked, ChartQuery) else _copy(asked)


def _copy(item: Item) -> Item:
    """The object's own columns in an object that no session knows."""
    copy: Item = type(item)()
    for column in type(item).__mapper__.column_attrs:
        if column.key in item.__dict__:
            set_committed_value(copy, column.key, item.__dict__[column.key])
    return copy
