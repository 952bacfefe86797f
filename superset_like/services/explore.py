"""What the chart editor begins with: a chart, a form somebody kept, or a dataset alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask_appbuilder import Model
from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import BadRequest, NotFound
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Dataset, StateKind
from superset_like.services import found, kept_states


@dataclass(frozen=True, slots=True)
class Asked:
    """What the editor is opened for. A key counts before a chart, a chart before a dataset."""

    permalink_key: str | None = None
    form_data_key: str | None = None
    chart_id: int | None = None
    dataset_id: int | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """form: the chart's own unless one was kept. dataset: None where the chart's is gone. message: what went amiss."""

    form: dict[str, Any]
    chart: Chart | None = None
    dataset: Dataset | None = None
    message: str | None = None


def about(actor: Actor, dataset_id: int, chart_id: int | None) -> tuple[Model, ...]:
    """What a form of the editor is about. Raises NotFound."""
    dataset = found.one(actor, Dataset, dataset_id)
    return (dataset,) if chart_id is None else (dataset, found.one(actor, Chart, chart_id))


def beginning(actor: Actor, asked: Asked) -> Beginning:
    """What the editor shows first. Raises NotFound; DataForbidden for a chart whose dataset the caller may not read."""
    if asked.permalink_key:
        kept = kept_states.find(actor, StateKind.EXPLORE_PERMALINK, asked.permalink_key)
        state = orjson.loads(kept.value)
        form = {**state["formData"], "url_params": dict(state.get("urlParams") or ())}
        return _of_kept(form, kept.chart, kept.dataset)
    if not asked.form_data_key:
        return _of_stored(actor, asked)
    try:
        kept = kept_states.find(actor, StateKind.FORM_DATA, asked.form_data_key)
    except NotFound:
        begun = _of_stored(actor, asked)
        back_to = "dataset" if begun.chart is None else "chart"
        message = f"The form is kept no longer; this is what the {back_to} says."
        return Beginning(begun.form, begun.chart, begun.dataset, message)
    # A form of a new chart may have been saved meanwhile; its page then says as which.
    chart = found.one(actor, Chart, asked.chart_id) if kept.chart is None and asked.chart_id else kept.chart
    return _of_kept(orjson.loads(kept.value), chart, kept.dataset)


def dashboards_of(actor: Actor, chart: Chart) -> list[Dashboard]:
    """The dashboards with the chart on them that the caller may see."""
    statement = select(Dashboard).where(Dashboard.charts.any(Chart.id == chart.id)).order_by(Dashboard.id)
    condition = rules.visible(actor, Dashboard)
    return list(db.session.execute(statement if condition is None else statement.where(condition)).scalars())


def _of_stored(actor: Actor, asked: Asked) -> Beginning:
    if asked.chart_id is not None:
        chart = found.one(actor, Chart, asked.chart_id)
        if chart.table is not None:
            rules.require(actor, "query", chart.table)
        return Beginning(chart.form_data, chart, chart.table)
    if asked.dataset_id is not None:
        dataset = found.one(actor, Dataset, asked.dataset_id)
        return Beginning(_identified({}, None, dataset), None, dataset)
    if asked.form_data_key:
        raise NotFound()
    raise BadRequest("Say what to open: slice_id, datasource_id, form_data_key or permalink_key")


def _of_kept(form: Mapping[str, Any], chart: Chart | None, dataset: Dataset | None) -> Beginning:
    return Beginning(_identified(form, chart, dataset), chart, dataset)


def _identified(form: Mapping[str, Any], chart: Chart | None, dataset: Dataset | None) -> dict[str, Any]:
    # The form may name a chart that is gone, and another could have its number by now.
    made = {name: value for name, value in form.items() if name != "slice_id"}
    if chart is not None:
        made["slice_id"] = chart.id
    if dataset is not None:
        made["datasource"] = f"{dataset.id}__table"
    made.setdefault("viz_type", "table" if chart is None else chart.viz_type)
    return made
