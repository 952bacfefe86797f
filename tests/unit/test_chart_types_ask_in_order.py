"""The order that charts ask for when nobody chose one."""

from superset_like import chart_types

FORM = {"x_axis": "sold_on", "time_grain_sqla": "P1M", "metrics": ["total", "count"], "groupby": ["region"]}


def test_a_time_series_goes_along_its_axis() -> None:
    asked = chart_types.of("echarts_timeseries_line").questions({**FORM, "viz_type": "echarts_timeseries_line"})[0]
    assert asked["orderby"] == [["sold_on", True]]


def test_who_sorts_by_a_metric_gets_that() -> None:
    form = {**FORM, "viz_type": "echarts_timeseries_bar", "timeseries_limit_metric": "count", "order_desc": True}
    asked = chart_types.of("echarts_timeseries_bar").questions(form)[0]
    assert asked["orderby"] == [["count", False]]


def test_both_questions_of_a_mixed_chart_go_along_the_axis() -> None:
    form = {**FORM, "viz_type": "mixed_timeseries", "metrics_b": ["count"], "groupby_b": []}
    assert [asked["orderby"] for asked in chart_types.of("mixed_timeseries").questions(form)] == [
        [["sold_on", True]]
    ] * 2
