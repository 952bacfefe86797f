"""Funnel."""

from superset_like.chart_types.base import ChartType


class Funnel(ChartType):
    """A metric by the steps of a process, each at most as large as the one before."""

    viz_types = frozenset({"funnel"})
    column_fields = ("groupby", "columns")
    metric_fields = ("metric", "metrics")
