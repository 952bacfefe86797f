"""BoxPlot."""

from typing import Any

from superset_like.chart_types.base import ChartType, FormData, cut_to_grain


class BoxPlot(ChartType):
    """How a metric spreads over `columns` within each group."""

    viz_types = frozenset({"box_plot"})
    column_fields = ("columns", "groupby")
    metric_fields = ("metrics",)

    def columns(self, form_data: FormData) -> list[Any]:
        return cut_to_grain(form_data, super().columns(form_data))
