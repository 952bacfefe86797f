"""Chord."""

from superset_like.chart_types.base import ChartType


class Chord(ChartType):
    """A metric that flows between the members of one circle."""

    viz_types = frozenset({"chord"})
    column_fields = ("source", "target", "groupby", "columns")
    metric_fields = ("metric",)
