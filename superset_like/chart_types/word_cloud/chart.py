"""WordCloud."""

from superset_like.chart_types.base import ChartType


class WordCloud(ChartType):
    """Words, as large as their metric."""

    viz_types = frozenset({"word_cloud"})
    column_fields = ("series",)
    metric_fields = ("metric",)
