"""Timeseries."""

from superset_like.chart_types.base import ChartType, FormData, Question, listed


class Timeseries(ChartType):
    """Metrics along an axis, one series for each combination of the groups."""

    viz_types = frozenset(
        {
            "echarts_timeseries",
            "echarts_timeseries_line",
            "echarts_timeseries_smooth",
            "echarts_timeseries_step",
            "echarts_timeseries_bar",
            "echarts_timeseries_scatter",
            "echarts_area",
            "line",
            "bar",
            "area",
            "dist_bar",
        }
    )
    column_fields = ("groupby", "columns")
    metric_fields = ("metrics",)
    time_axis = True

    def question(self, form_data: FormData) -> Question:
        made = super().question(form_data)
        # Charts of before the generic axis keep their time in granularity_sqla.
        if made.get("granularity") and not form_data.get("x_axis") and form_data.get("viz_type") != "dist_bar":
            made["is_timeseries"] = True
        if form_data.get("time_compare"):
            made["time_offsets"] = listed(form_data["time_compare"])
        return made
