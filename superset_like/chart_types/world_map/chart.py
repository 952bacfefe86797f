"""WorldMap."""

from superset_like.chart_types.base import ChartType


class WorldMap(ChartType):
    """Metrics by country."""

    viz_types = frozenset({"world_map"})
    column_fields = ("entity",)
    metric_fields = ("metric", "secondary_metric")
