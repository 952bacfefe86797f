"""Graph."""

from superset_like.chart_types.base import ChartType


class Graph(ChartType):
    """Things and what connects them, as heavy as the metric."""

    viz_types = frozenset({"graph_chart"})
    column_fields = ("source", "target", "source_category", "target_category")
    metric_fields = ("metric",)
