"""PivotTable."""

from typing import Any

from superset_like.chart_types.base import ChartType, FormData, base_axis


class PivotTable(ChartType):
    """Metrics by rows and columns."""

    viz_types = frozenset({"pivot_table_v2", "pivot_table"})
    column_fields = ("groupbyColumns", "groupbyRows", "groupby", "columns")
    metric_fields = ("metrics",)
    time_axis = False

    def columns(self, form_data: FormData) -> list[Any]:
        grain = form_data.get("time_grain_sqla")
        lookup = form_data.get("temporal_columns_lookup") or {}
        return [
            base_axis(each, grain) if isinstance(each, str) and grain and lookup.get(each) else each
            for each in super().columns(form_data)
        ]
