"""Gauge."""

from superset_like.chart_types.base import ChartType


class Gauge(ChartType):
    """A metric between a least and a greatest value, one needle for each group."""

    viz_types = frozenset({"gauge_chart"})
    column_fields = ("groupby", "columns")
    metric_fields = ("metric", "metrics")
