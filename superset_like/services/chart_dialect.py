"""What Redash knows of a chart: the type and options that it was given.

They are kept with a mark of the form that was made of them. Once the chart's form is another one, since somebody
changed it elsewhere, type and options are made of the form.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from superset_like.extensions import db
from superset_like.models import Chart, Dataset, Dialect
from superset_like.services import dialect_records, redash_charts
from superset_like.services.redash_charts import Visualization

OBJECT_TYPE = "chart"


def shown(charts: Iterable[Chart]) -> dict[int, Visualization]:
    """Chart -> its type and options; two statements for any number."""
    charts = list(charts)
    kept = dialect_records.read(Dialect.REDASH, OBJECT_TYPE, [chart.id for chart in charts])
    of_rows = _over_queries(charts)
    return {
        chart.id: _kept(chart, kept.get(chart.id))
        or redash_charts.visualization_of(chart.viz_type, _form(chart), of_rows=chart.id in of_rows)
        for chart in charts
    }


def draw(chart: Chart, wanted: Visualization, dataset: Dataset) -> None:
    """The chart has the form that draws the visualization over the rows of the dataset, and keeps it; not committed."""
    form = redash_charts.form_of(
        wanted.kind, wanted.options, {column.column_name: column.type for column in dataset.columns}
    )
    named = {"viz_type": form.viz_type, "datasource": f"{dataset.id}__table"}
    chart.viz_type, chart.params, chart.query_context = form.viz_type, json.dumps({**form.fields, **named}), None
    content = {"type": wanted.kind, "options": wanted.options}
    dialect_records.write(Dialect.REDASH, OBJECT_TYPE, chart.id, content, _mark(chart))


def move(chart: Chart, dataset: Dataset) -> None:
    """The chart asks this dataset: as it was given, while that is its form, else by its form; not committed."""
    found = _kept(chart, dialect_records.read(Dialect.REDASH, OBJECT_TYPE, [chart.id]).get(chart.id))
    if found is not None:
        draw(chart, found, dataset)
        return
    chart.params = json.dumps({**json.loads(chart.params or "{}"), "datasource": f"{dataset.id}__table"})
    # What a client saved names the former dataset.
    chart.query_context = None


def redraw(dataset: Dataset) -> None:
    """The charts over the dataset that find their columns by name have the form for those of now; not committed."""
    charts = list(db.session.execute(select(Chart).where(Chart.datasource_id == dataset.id)).scalars())
    kept = dialect_records.read(Dialect.REDASH, OBJECT_TYPE, [chart.id for chart in charts])
    for chart in charts:
        found = _kept(chart, kept.get(chart.id))
        if found is not None and found.kind.upper() in redash_charts.BY_COLUMNS:
            draw(chart, found, dataset)


def forget(pks: Sequence[int]) -> None:
    """Nothing is kept of the charts; not committed."""
    dialect_records.forget(Dialect.REDASH, OBJECT_TYPE, pks)


def _kept(chart: Chart, kept: tuple[dict[str, Any], str | None] | None) -> Visualization | None:
    return None if kept is None or kept[1] != _mark(chart) else Visualization(kept[0]["type"], kept[0]["options"])


def _over_queries(charts: Sequence[Chart]) -> set[int]:
    """The ids of those whose rows are a saved query's, or were."""
    ids = {chart.datasource_id for chart in charts if chart.datasource_id is not None}
    over = select(Dataset.id).where(Dataset.id.in_(ids), Dataset.saved_query_id.is_not(None))
    found = set(db.session.execute(over).scalars())
    return {chart.id for chart in charts if chart.datasource_id in found or chart.waits_for is not None}


def _mark(chart: Chart) -> str:
    return hashlib.sha256(f"{chart.viz_type}\0{chart.params}\0{chart.query_context or ''}".encode()).hexdigest()


def _form(chart: Chart) -> dict[str, Any]:
    held = json.loads(chart.params or "{}")
    return held if isinstance(held, dict) else {}
