"""Histogram."""

from typing import Any

from superset_like.chart_types.base import ChartType, FormData


class Histogram(ChartType):
    """How often a number's values occur; the page or a later step makes the bins of the raw rows."""

    viz_types = frozenset({"histogram_v2", "histogram"})
    column_fields = ("groupby", "column", "all_columns_x")

    def metrics(self, form_data: FormData) -> list[Any] | None:
        return None
