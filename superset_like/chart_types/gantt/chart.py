"""Gantt."""

import json
from collections.abc import Sequence
from typing import Any

from superset_like.chart_types.base import ChartType, FormData, listed


class Gantt(ChartType):
    """What begins and ends when, a bar for each row."""

    viz_types = frozenset({"gantt_chart"})
    column_fields = ("start_time", "end_time", "y_axis", "series", "tooltip_columns")
    metric_fields = ("tooltip_metrics",)

    def order(self, form_data: FormData, metrics: Sequence[Any]) -> list[Any]:
        """By what the form says, else as they begin."""
        chosen = [json.loads(each) for each in listed(form_data.get("order_by_cols"))]
        return chosen or [[each, True] for each in listed(form_data.get("start_time"))]
