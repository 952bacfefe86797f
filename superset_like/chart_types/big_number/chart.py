"""BigNumber."""

from typing import Any

from superset_like.chart_types.base import ChartType, FormData, Question, listed


class BigNumber(ChartType):
    """One number, with its trend when there is a time axis."""

    viz_types = frozenset({"big_number", "big_number_total", "pop_kpi"})
    column_fields = ()
    metric_fields = ("metric",)
    time_axis = True

    def columns(self, form_data: FormData) -> list[Any]:
        return [] if form_data.get("viz_type") == "big_number_total" else super().columns(form_data)

    def question(self, form_data: FormData) -> Question:
        made = super().question(form_data)
        if form_data.get("viz_type") == "big_number" and made.get("granularity") and not made["columns"]:
            made["is_timeseries"] = True
        offsets = [each for each in listed(form_data.get("time_compare")) if each != "custom"]
        if form_data.get("viz_type") == "pop_kpi" and offsets:
            made["time_offsets"] = offsets
        return made
