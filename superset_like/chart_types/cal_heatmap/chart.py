"""CalHeatmap."""

from superset_like.chart_types.base import ChartType, FormData, Question

DAY = "P1D"


class CalHeatmap(ChartType):
    """A metric by day, on the leaves of a calendar."""

    viz_types = frozenset({"cal_heatmap"})
    column_fields = ()
    metric_fields = ("metrics", "metric")
    time_axis = True

    def question(self, form_data: FormData) -> Question:
        made = super().question({**form_data, "time_grain_sqla": DAY})
        if made.get("granularity") and not made["columns"]:
            made["is_timeseries"] = True
        return made
