"""BoxPlot."""

from typing import Any

from superset_like.chart_types.base import ChartType, FormData, base_axis


class BoxPlot(ChartType):
    """How a metric spreads over `columns` within each group."""

    viz_types = frozenset({"box_plot"})
    column_fields = ("columns", "groupby")
    metric_fields = ("metrics",)

    def columns(self, form_data: FormData) -> list[Any]:
        grain = form_data.get("time_grain_sqla")
        lookup = form_data.get("temporal_columns_lookup") or {}
        return [
            base_axis(each, grain) if isinstance(each, str) and grain and lookup.get(each) else each
            for each in super().columns(form_data)
        ]
