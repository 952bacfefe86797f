"""Radar."""

from superset_like.chart_types.base import ChartType


class Radar(ChartType):
    """Metrics as the spokes of a wheel, one outline for each group."""

    viz_types = frozenset({"radar"})
    column_fields = ("groupby", "columns")
    metric_fields = ("metrics", "metric")
