"""CountryMap."""

from superset_like.chart_types.base import ChartType


class CountryMap(ChartType):
    """A metric by the regions of one country. Their shapes are too large to ship: it is drawn as a table."""

    viz_types = frozenset({"country_map"})
    column_fields = ("entity",)
    metric_fields = ("metric",)
