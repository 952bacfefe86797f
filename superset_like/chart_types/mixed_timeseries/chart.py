"""MixedTimeseries."""

from superset_like.chart_types.base import ChartType, FormData, Question


class MixedTimeseries(ChartType):
    """Two questions along one axis; the second one's fields end in `_b`."""

    viz_types = frozenset({"mixed_timeseries"})
    column_fields = ("groupby",)
    metric_fields = ("metrics",)
    time_axis = True

    def questions(self, form_data: FormData) -> list[Question]:
        plain = {name: value for name, value in form_data.items() if not name.endswith("_b")}
        second = {name.removesuffix("_b"): value for name, value in form_data.items() if name.endswith("_b")}
        own = {"metrics", "groupby", "adhoc_filters", "limit", "timeseries_limit_metric", "order_desc", "row_limit"}
        rest = {name: value for name, value in plain.items() if name not in own}
        return [self.question(plain), self.question({**rest, **second})]
