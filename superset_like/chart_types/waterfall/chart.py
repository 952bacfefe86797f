"""Waterfall."""

from superset_like.chart_types.base import ChartType


class Waterfall(ChartType):
    """What a metric gained and lost along an axis."""

    viz_types = frozenset({"waterfall"})
    column_fields = ("groupby",)
    metric_fields = ("metric",)
    time_axis = True
