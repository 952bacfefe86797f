"""Sankey."""

from superset_like.chart_types.base import ChartType


class Sankey(ChartType):
    """A metric that flows from a source to a target."""

    viz_types = frozenset({"sankey_v2", "sankey"})
    column_fields = ("source", "target", "groupby", "columns")
    metric_fields = ("metric",)
