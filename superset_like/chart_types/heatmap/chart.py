"""Heatmap."""

from superset_like.chart_types.base import ChartType


class Heatmap(ChartType):
    """A metric by two axes."""

    viz_types = frozenset({"heatmap_v2", "heatmap"})
    column_fields = ("all_columns_x", "groupby", "all_columns_y")
    metric_fields = ("metric",)
    time_axis = True
