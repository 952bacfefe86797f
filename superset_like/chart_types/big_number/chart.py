"""BigNumber."""

from typing import Any

from superset_like.chart_types.base import ChartType, FormData, Question, listed, number, shared


class BigNumber(ChartType):
    """One number, with its trend when there is a time axis.

    With `row_number`, it is what the column `metric` has in that row, counted from 1.
    """

    viz_types = frozenset({"big_number", "big_number_total", "pop_kpi"})
    column_fields = ()
    metric_fields = ("metric",)
    time_axis = True

    def axis(self, form_data: FormData) -> list[Any]:
        return [] if form_data.get("viz_type") == "big_number_total" else super().axis(form_data)

    def question(self, form_data: FormData) -> Question:
        row = number(form_data.get("row_number"))
        if row is not None and row > 0 and isinstance(form_data.get("metric"), str):
            one = {"columns": [form_data["metric"]], "metrics": None, "row_limit": 1, "row_offset": row - 1}
            return {**shared(form_data), **one}
        made = super().question(form_data)
        if form_data.get("viz_type") == "big_number" and made.get("granularity") and not made["columns"]:
            made["is_timeseries"] = True
        offsets = [each for each in listed(form_data.get("time_compare")) if each != "custom"]
        if form_data.get("viz_type") == "pop_kpi" and offsets:
            made["time_offsets"] = offsets
        return made
