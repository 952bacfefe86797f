"""The order that charts ask for when nobody chose one."""

import pytest

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


def test_a_gantt_chart_goes_by_what_begins_first() -> None:
    form = {"viz_type": "gantt_chart", "start_time": "begins", "end_time": "ends", "y_axis": "task", "series": "team"}
    asked = chart_types.of("gantt_chart").questions({**form, "tooltip_columns": ["owner", "task"]})[0]
    assert asked["columns"] == ["begins", "ends", "task", "team", "owner"]
    assert asked["orderby"] == [["begins", True]]


def test_who_orders_a_gantt_chart_gets_that() -> None:
    form = {"viz_type": "gantt_chart", "start_time": "begins", "end_time": "ends", "order_by_cols": ['["task", false]']}
    assert chart_types.of("gantt_chart").questions(form)[0]["orderby"] == [["task", False]]


def test_a_calendar_asks_for_days_whatever_the_form_says() -> None:
    form = {"viz_type": "cal_heatmap", "granularity_sqla": "sold_on", "time_grain_sqla": "P1M", "metrics": ["count"]}
    asked = chart_types.of("cal_heatmap").questions(form)[0]
    assert (asked["columns"], asked["metrics"], asked["is_timeseries"]) == ([], ["count"], True)
    assert asked["extras"]["time_grain_sqla"] == "P1D"


def test_a_calendar_along_an_axis_cuts_it_to_days() -> None:
    asked = chart_types.of("cal_heatmap").questions({"x_axis": "sold_on", "time_grain_sqla": "P1M"})[0]
    assert [axis["timeGrain"] for axis in asked["columns"]] == ["P1D"]
    assert "is_timeseries" not in asked


def test_a_tree_asks_for_things_and_their_parents() -> None:
    form = {"viz_type": "tree_chart", "id": "id", "parent": "manager", "name": "name", "metric": "count"}
    asked = chart_types.of("tree_chart").questions(form)[0]
    assert (asked["columns"], asked["metrics"]) == (["id", "manager", "name"], ["count"])


def test_a_graph_asks_for_both_ends_and_their_categories() -> None:
    form = {"source": "caller", "target": "called", "source_category": "kind", "target_category": "kind", "metric": "n"}
    asked = chart_types.of("graph_chart").questions({**form, "viz_type": "graph_chart"})[0]
    assert (asked["columns"], asked["metrics"]) == (["caller", "called", "kind"], ["n"])


def test_a_sunburst_asks_for_both_metrics() -> None:
    form = {"viz_type": "sunburst_v2", "columns": ["region", "city"], "metric": "total", "secondary_metric": "count"}
    asked = chart_types.of("sunburst_v2").questions(form)[0]
    assert (asked["columns"], asked["metrics"]) == (["region", "city"], ["total", "count"])


@pytest.mark.parametrize(
    ("viz_type", "folder"),
    [
        ("pie", "pie"),
        ("rose", "pie"),
        ("funnel", "funnel"),
        ("gauge_chart", "gauge"),
        ("radar", "radar"),
        ("treemap", "treemap"),
        ("treemap_v2", "treemap"),
        ("sunburst", "sunburst"),
        ("sunburst_v2", "sunburst"),
        ("sankey", "sankey"),
        ("sankey_v2", "sankey"),
        ("chord", "chord"),
        ("graph_chart", "graph"),
        ("cal_heatmap", "cal_heatmap"),
        ("gantt_chart", "gantt"),
        ("tree_chart", "tree"),
    ],
)
def test_a_chart_type_lies_in_its_own_folder(viz_type: str, folder: str) -> None:
    assert type(chart_types.of(viz_type)).__module__ == f"superset_like.chart_types.{folder}.chart"


def test_a_comparison_of_the_form_is_asked() -> None:
    form = {**FORM, "viz_type": "echarts_timeseries_line", "time_compare": ["1 year ago"]}
    (asked,) = chart_types.of("echarts_timeseries_line").questions(form)
    assert asked["time_offsets"] == ["1 year ago"]
    assert "time_offsets" not in chart_types.of("echarts_timeseries_line").questions({**FORM, "time_compare": []})[0]


def test_a_number_alone_has_no_axis_to_go_along() -> None:
    form = {"viz_type": "big_number_total", "metric": "count", "x_axis": "sold_on", "time_grain_sqla": "P1M"}
    (asked,) = chart_types.of("big_number_total").questions(form)
    assert (asked["columns"], asked["orderby"]) == ([], [])
