"""Charts whose question is their own, as queries: how a chart that was made elsewhere is found, run and read as one.

They are numbered from FIRST on by their charts, where no saved query ever is. Their SQL is that of the chart's
question; it is changed where the chart was made, or in a copy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.access.remembered import Remembered
from superset_like.engine.run import MIB
from superset_like.errors import BadRequest, NotFound, ProductError
from superset_like.extensions import db, settings
from superset_like.models import Chart, Dataset, ObjectType, SavedQuery, Tag, stamp
from superset_like.services import chart_data, found, remembered
from superset_like.services.query_plan import Plan

FIRST = 1_000_000_000
KEPT = 2000
MADE_ELSEWHERE = "This query is a chart's own question: it is changed where the chart was made, or in a fork."


@dataclass(frozen=True)
class ChartQuery:
    """A chart, with the names that a saved query has for the same things. sql: empty for who may not see it."""

    chart: Chart
    db_id: int
    sql: str

    @property
    def id(self) -> int:
        return FIRST + self.chart.id

    @property
    def label(self) -> str:
        return self.chart.slice_name

    @property
    def description(self) -> str | None:
        return self.chart.description

    @property
    def options(self) -> dict[str, Any]:
        return {}

    @property
    def created_on(self) -> datetime:
        return self.chart.created_on

    @property
    def changed_on(self) -> datetime:
        return self.chart.changed_on

    @property
    def created_by_fk(self) -> int | None:
        return self.chart.created_by_fk

    @property
    def changed_by_fk(self) -> int | None:
        return self.chart.changed_by_fk

    @property
    def tags(self) -> list[Tag]:
        return self.chart.tags

    @property
    def editors(self) -> list[User]:
        return self.chart.owners

    schedule_json = None
    latest_query_id = None
    is_archived = False
    is_draft = False


Asked = SavedQuery | ChartQuery


def one(actor: Actor, query_id: int) -> Asked:
    """The saved query, or the chart, of this number. Raises NotFound."""
    return _chart_query(actor, query_id - FIRST) if query_id > FIRST else found.one(actor, SavedQuery, query_id)


def saved(actor: Actor, query_id: int) -> SavedQuery:
    """The saved query of this number. Raises NotFound; BadRequest for a chart, whose question is changed elsewhere."""
    asked = one(actor, query_id)
    if isinstance(asked, ChartQuery):
        raise BadRequest(MADE_ELSEWHERE)
    return asked


def place_of(query_id: int) -> tuple[type[Model], ObjectType, int]:
    """What bears the stars and tags of the query of this number."""
    if query_id > FIRST:
        return Chart, ObjectType.CHART, query_id - FIRST
    return SavedQuery, ObjectType.SAVED_QUERY, query_id


def of_chart(actor: Actor, chart: Chart) -> ChartQuery:
    """The chart as a query, for somebody who sees it. Raises NotFound where it has no data any more."""
    if chart.datasource_id is None:
        raise NotFound()
    database_id = remembered.dataset(chart.datasource_id).database_id
    return ChartQuery(chart, database_id, texts_of(actor, [chart.id])[chart.id])


def texts_of(actor: Actor, chart_ids: Sequence[int]) -> dict[int, str]:
    """Chart -> the SQL of its question, without row rules; empty for who may not run SQL on its connection.

    The caller's right to the charts is checked before, by the service.
    """
    memory: Remembered[Any, str] = current_app.extensions.setdefault("superset_like_chart_texts", Remembered(KEPT))
    stamps = stamp.current(db.session())
    made: dict[int, str] = {}
    for chart_id in chart_ids:
        text = memory.get(stamps, (actor.user_id, actor.key_scopes, chart_id))
        if text is not None:
            made[chart_id] = text
    missing = [chart_id for chart_id in chart_ids if chart_id not in made]
    if missing:
        for chart in db.session.execute(select(Chart).where(Chart.id.in_(missing))).scalars():
            made[chart.id] = _text(actor, chart)
            memory.put(stamps, (actor.user_id, actor.key_scopes, chart.id), made[chart.id])
    return made


def plan(actor: Actor, chart: Chart) -> Plan:
    """What an execution of the chart's question runs, under the caller's row rules.

    Raises DataForbidden, QueryError, QuestionInvalid.
    """
    here, context = chart_data.of_chart(actor, chart)
    planned = chart_data.plan(here, context.queries[0], settings().max_row_limit)
    statement = chart_data.statement_of(here, planned)
    return Plan(
        database_id=here.dataset.database_id,
        engine=planned.engine,
        target=planned.target,
        writable=planned.target,
        timeout_s=settings().async_timeout_s,
        writes=(),
        read=statement.sql,
        limit=statement.limit or settings().max_row_limit,
        max_bytes=settings().max_answer_mib * MIB,
        background_wait_s=settings().async_timeout_s,
    )


def _chart_query(actor: Actor, chart_id: int) -> ChartQuery:
    chart = found.one(actor, Chart, chart_id)
    if _is_of_saved(chart):
        raise NotFound()
    return of_chart(actor, chart)


def _is_of_saved(chart: Chart) -> bool:
    over = select(Dataset.saved_query_id).where(Dataset.id == chart.datasource_id)
    return db.session.execute(over).scalar() is not None


def _text(actor: Actor, chart: Chart) -> str:
    try:
        here, context = chart_data.of_chart(actor, chart)
        if not rules.can(actor, "use", here.dataset.database):
            return ""
        planned = chart_data.plan(here, context.queries[0], settings().max_row_limit)
        return chart_data.statement_of(here, planned, with_rules=False).sql
    except ProductError:
        # Its question cannot be asked any more: there is nothing to show.
        return ""
