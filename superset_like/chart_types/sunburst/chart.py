"""Sunburst."""

from superset_like.chart_types.base import ChartType


class Sunburst(ChartType):
    """A metric by groups within groups, drawn as rings; a secondary metric colours them."""

    viz_types = frozenset({"sunburst_v2", "sunburst", "partition"})
    column_fields = ("columns", "groupby")
    metric_fields = ("metric", "metrics", "secondary_metric")
