"""Pie."""

from superset_like.chart_types.base import ChartType


class Pie(ChartType):
    """A metric by groups, drawn as the parts of a whole."""

    viz_types = frozenset({"pie", "rose"})
    column_fields = ("groupby", "columns")
    metric_fields = ("metric", "metrics")
