"""Para."""

from superset_like.chart_types.base import ChartType


class Para(ChartType):
    """Metrics side by side, a line across them for each member of a series."""

    viz_types = frozenset({"para"})
    column_fields = ("series",)
    metric_fields = ("metrics", "secondary_metric")
