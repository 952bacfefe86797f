"""Tree."""

from superset_like.chart_types.base import ChartType


class Tree(ChartType):
    """Things that each have a parent, or none at the root."""

    viz_types = frozenset({"tree_chart"})
    column_fields = ("id", "parent", "name")
    metric_fields = ("metric",)
