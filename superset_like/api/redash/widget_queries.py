"""The queries of charts on a dashboard, as Redash shows them below each visualization."""

from collections.abc import Sequence
from typing import Any

from superset_like.access.actor import Actor
from superset_like.api.redash.query_record import query_records
from superset_like.models import Chart
from superset_like.services import chart_queries, visualizations
from superset_like.services.chart_queries import Asked


def whole(actor: Actor, charts: Sequence[Chart]) -> dict[int, dict[str, Any]]:
    """Chart -> its query, for charts whose data the caller may read."""
    saved = visualizations.queries_of(charts)
    own = [chart for chart in charts if chart.id not in saved]
    chart_queries.texts_of(actor, [chart.id for chart in own])
    asked: dict[int, Asked] = {**saved, **{chart.id: chart_queries.of_chart(actor, chart) for chart in own}}
    records = query_records(actor, list({each.id: each for each in asked.values()}.values()))
    return {pk: records[each.id] for pk, each in asked.items()}


def public(charts: Sequence[Chart]) -> dict[int, dict[str, Any]]:
    """Chart -> its query without its text and its key."""
    saved = visualizations.queries_of(charts)
    return {
        chart.id: {
            "id": saved[chart.id].id if chart.id in saved else chart_queries.FIRST + chart.id,
            "name": saved[chart.id].label if chart.id in saved else chart.slice_name,
            "description": saved[chart.id].description if chart.id in saved else chart.description,
            "options": saved[chart.id].options if chart.id in saved else {},
        }
        for chart in charts
    }
