"""Treemap."""

from superset_like.chart_types.base import ChartType


class Treemap(ChartType):
    """A metric by groups within groups, drawn as areas."""

    viz_types = frozenset({"treemap_v2", "treemap"})
    column_fields = ("groupby", "columns")
    metric_fields = ("metric", "metrics")
