"""Charts as Redash's visualizations."""

from collections.abc import Iterable
from typing import Any

from superset_like.api.redash.resource import moment
from superset_like.models import Chart
from superset_like.services import visualizations


def record(chart: Chart) -> dict[str, Any]:
    """The chart, without its query."""
    return records([chart])[chart.id]


def records(charts: Iterable[Chart]) -> dict[int, dict[str, Any]]:
    """Chart -> it, without its query; two statements for any number."""
    charts = list(charts)
    known = visualizations.shown(charts)
    return {
        chart.id: {
            "id": chart.id,
            "type": known[chart.id].kind,
            "name": chart.slice_name,
            "description": chart.description,
            "options": known[chart.id].options,
            "updated_at": moment(chart.changed_on),
            "created_at": moment(chart.created_on),
        }
        for chart in charts
    }
