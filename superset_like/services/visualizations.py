"""Visualizations of saved queries: charts over the dataset of the query. Who may edit the query may change them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import CompoundSelect, select, union_all

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import BadRequest, NotFound, ProductError
from superset_like.extensions import db
from superset_like.models import Chart, Dataset, ObjectType, Report, SavedQuery
from superset_like.models.dashboard import dashboard_chart
from superset_like.models.mixins import now
from superset_like.services import (
    chart_dialect,
    dashboard_items,
    found,
    history,
    marks,
    query_datasets,
    redash_charts,
    report_uses,
)
from superset_like.services.redash_charts import Visualization

NO_DATA_SOURCE = "The query has no data source: what is drawn over it can be changed once it has one."
MADE_ELSEWHERE = "This chart asks a question of its own: what it shows is changed where it was made, or in a fork."


def of_query(actor: Actor, saved: SavedQuery) -> list[Chart]:
    """The charts over the saved query, by id. The caller's right to the query is checked before, by the service."""
    return of_queries([saved.id]).get(saved.id, [])


def of_queries(saved_query_ids: Sequence[int]) -> dict[int, list[Chart]]:
    """Saved query -> its charts, by id, for those that have any."""
    over = _of_queries(saved_query_ids).subquery()
    statement = select(over.c.saved_query_id, Chart).join(Chart, Chart.id == over.c.chart_id)
    made: dict[int, list[Chart]] = {}
    for saved_query_id, chart in db.session.execute(statement.order_by(Chart.id)):
        made.setdefault(saved_query_id, []).append(chart)
    return made


def attach(actor: Actor, saved: SavedQuery) -> None:
    """What was drawn over the saved query while it had another connection is drawn over it again; not committed."""
    if saved.db_id is None:
        return
    here = (Chart.saved_query_id == saved.id, Chart.datasource_id.is_(None))
    for chart in list(db.session.execute(select(Chart).where(*here)).scalars()):
        former = history.before(chart)
        chart.table, chart.saved_query_id = query_datasets.dataset_of(actor, saved), None
        chart_dialect.move(chart, chart.table)
        history.keep(former)


def create(
    actor: Actor, saved: SavedQuery, *, kind: str, name: str, description: str | None, options: Mapping[str, Any]
) -> Chart:
    """A new chart over the saved query, owned by its maker and by the caller. Raises Forbidden, Invalid."""
    rules.require(actor, "edit", saved)
    rules.require_new(actor, Chart)
    _find_columns(actor, saved, kind)
    chart = _made(actor, saved, Visualization(kind, dict(options)), name, description)
    db.session.commit()
    return chart


def update(actor: Actor, pk: int, values: Mapping[str, Any]) -> Chart:
    """The chart with these values (`kind`, `name`, `description`, `options`); what is not named stays.

    Raises NotFound, Forbidden, BadRequest for what a chart of no query shows.
    """
    chart = _editable(actor, pk)
    saved = query_of(chart)
    if saved is not None:
        _find_columns(actor, saved, str(values.get("kind", "")))
    former = history.before(chart)
    if "name" in values:
        chart.slice_name = values["name"]
    if "description" in values:
        chart.description = values["description"]
    if "kind" in values or "options" in values:
        _redraw(chart, values)
    chart.last_saved_at, chart.last_saved_by_fk = now(), actor.user_id
    history.keep(former)
    db.session.commit()
    return chart


def delete(actor: Actor, pk: int) -> None:
    """The chart is gone, from dashboards too. Raises NotFound, Forbidden, Invalid while a report needs it."""
    chart = _editable(actor, pk)
    report_uses.require_unused(actor, Report.chart_id, [chart.id])
    dashboard_items.take_off([chart])
    history.bury(actor, [chart])
    chart_dialect.forget([chart.id])
    marks.forget(ObjectType.CHART, [chart.id])
    db.session.delete(chart)
    db.session.commit()


def copy_all(actor: Actor, source: SavedQuery, target: SavedQuery) -> list[Chart]:
    """The charts of one saved query, made for the other too, in the order of their ids. Raises Forbidden."""
    rules.require(actor, "edit", target)
    rules.require_new(actor, Chart)
    charts = of_query(actor, source)
    known = shown(charts)
    made = [_made(actor, target, known[chart.id], chart.slice_name, chart.description) for chart in charts]
    db.session.commit()
    return made


def hold_dashboards(saved_query_id: int) -> None:
    """Nobody else writes items of the dashboards with charts of the saved query; see `dashboard_items.hold`."""
    charts = select(_of_queries([saved_query_id]).subquery().c.chart_id)
    dashboard_items.hold(select(dashboard_chart.c.dashboard_id).where(dashboard_chart.c.chart_id.in_(charts)))


def take_off_dashboards(saved: SavedQuery) -> None:
    """No dashboard has a chart of the saved query any more; not committed."""
    dashboard_items.take_off(of_queries([saved.id]).get(saved.id, []))


def shown(charts: Iterable[Chart]) -> dict[int, Visualization]:
    """Chart -> its type and options: those that it was given while they are its form's, else made of the form."""
    return chart_dialect.shown(charts)


def queries_of(charts: Sequence[Chart]) -> dict[int, SavedQuery]:
    """Chart -> the saved query over which it is drawn, for those that are over one."""
    ids = {chart.datasource_id for chart in charts if chart.datasource_id is not None}
    over = select(Dataset.id, SavedQuery).join(SavedQuery, Dataset.saved_query_id == SavedQuery.id)
    found_ = {pk: saved for pk, saved in db.session.execute(over.where(Dataset.id.in_(ids)))}
    made = {chart.id: found_[chart.datasource_id] for chart in charts if chart.datasource_id in found_}
    waiting = {chart.id: chart.waits_for for chart in charts if chart.waits_for is not None}
    if not waiting:
        return made
    queries = db.session.execute(select(SavedQuery).where(SavedQuery.id.in_(waiting.values()))).scalars()
    by_id = {saved.id: saved for saved in queries}
    return made | {pk: by_id[query_id] for pk, query_id in waiting.items()}


def query_of(chart: Chart) -> SavedQuery | None:
    """The saved query over which the chart is drawn; None for a chart of no query."""
    return queries_of([chart]).get(chart.id)


def _of_queries(saved_query_ids: Sequence[int]) -> CompoundSelect[Any]:
    """(saved_query_id, chart_id) of the charts over their datasets, and of those that wait for one."""
    over = select(Dataset.saved_query_id, Chart.id.label("chart_id")).join(Chart, Chart.datasource_id == Dataset.id)
    waiting = select(Chart.saved_query_id, Chart.id.label("chart_id")).where(Chart.datasource_id.is_(None))
    ids = saved_query_ids
    return union_all(over.where(Dataset.saved_query_id.in_(ids)), waiting.where(Chart.saved_query_id.in_(ids)))


def _editable(actor: Actor, pk: int) -> Chart:
    chart = db.session.get(Chart, pk)
    if chart is None:
        raise NotFound()
    saved = query_of(chart)
    if saved is None:
        return found.editable(actor, Chart, [pk])[0]
    rules.require(actor, "edit", found.one(actor, SavedQuery, saved.id))
    return chart


def _redraw(chart: Chart, values: Mapping[str, Any]) -> None:
    present = shown([chart])[chart.id]
    wanted = Visualization(values.get("kind", present.kind), values.get("options", present.options))
    saved = query_of(chart)
    if chart.table is not None and saved is not None:
        chart_dialect.draw(chart, wanted, chart.table)
    elif wanted != present:
        raise BadRequest(MADE_ELSEWHERE if saved is None else NO_DATA_SOURCE)


def _made(actor: Actor, saved: SavedQuery, wanted: Visualization, name: str, description: str | None) -> Chart:
    dataset = query_datasets.dataset_of(actor, saved)
    chart = Chart(slice_name=name, description=description, datasource_type="table", last_saved_by_fk=actor.user_id)
    chart.table, chart.owners = dataset, query_datasets.makers(actor, saved)
    db.session.add(chart)
    db.session.flush()
    chart_dialect.draw(chart, wanted, dataset)
    db.session.flush()
    return chart


def _find_columns(actor: Actor, saved: SavedQuery, kind: str) -> None:
    """The columns of the query are known, where the kind is drawn by them and its database tells them."""
    dataset = query_datasets.existing(saved.id)
    if dataset is not None and not dataset.columns and kind.upper() in redash_charts.BY_COLUMNS:
        with suppress(ProductError):
            query_datasets.with_columns(actor, dataset)
