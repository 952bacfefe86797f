"""Parts."""

from superset_like.chart_types.base import ChartType


class Parts(ChartType):
    """A metric by groups, drawn as the parts of a whole."""

    viz_types = frozenset(
        {"pie", "funnel", "gauge_chart", "radar", "rose", "treemap_v2", "treemap", "sunburst_v2", "sunburst"}
    )
    column_fields = ("columns", "groupby")
    metric_fields = ("metrics", "metric", "secondary_metric")
