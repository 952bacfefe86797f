"""Bubble."""

from superset_like.chart_types.base import ChartType


class Bubble(ChartType):
    """Three metrics of an entity: two axes and a size."""

    viz_types = frozenset({"bubble_v2", "bubble"})
    column_fields = ("entity", "series")
    metric_fields = ("x", "y", "size")
