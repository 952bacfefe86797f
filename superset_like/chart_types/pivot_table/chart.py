"""PivotTable."""

from typing import Any

from superset_like.chart_types.base import ChartType, FormData, cut_to_grain


class PivotTable(ChartType):
    """Metrics by rows and columns."""

    viz_types = frozenset({"pivot_table_v2", "pivot_table"})
    column_fields = ("groupbyColumns", "groupbyRows", "groupby", "columns")
    metric_fields = ("metrics",)

    def columns(self, form_data: FormData) -> list[Any]:
        return cut_to_grain(form_data, super().columns(form_data))
