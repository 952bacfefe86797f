"""Charts as Redash's visualizations."""

from collections.abc import Iterable
from typing import Any

from superset_like.api.redash.resource import moment
from superset_like.models import Chart
from superset_like.services import visualizations
from superset_like.services.redash_charts import Visualization


def record(chart: Chart) -> dict[str, Any]:
    """The chart, without its query."""
    return records([chart])[chart.id]


def records(charts: Iterable[Chart]) -> dict[int, dict[str, Any]]:
    """Chart -> it, without its query; two statements for any number."""
    charts = list(charts)
    known = visualizations.shown(charts)
    return {chart.id: drawn(chart, known[chart.id]) for chart in charts}


def drawn(chart: Chart, shown: Visualization) -> dict[str, Any]:
    """The chart, without its query, for what is known of how it is drawn."""
    return {
        "id": chart.id,
        "type": shown.kind,
        "name": chart.slice_name,
        "description": chart.description,
        "options": shown.options,
        "updated_at": moment(chart.changed_on),
        "created_at": moment(chart.created_on),
    }
