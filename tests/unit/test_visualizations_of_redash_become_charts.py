"""A visualization of Redash is drawn by one of our charts; ours are told as visualizations of Redash."""

from typing import Any

import pytest

from superset_like import chart_types
from superset_like.services.redash_charts import form_of, visualization_of
from superset_like.services.redash_charts.forms import number_format


def mapping(**roles: str) -> dict[str, Any]:
    return {"columnMapping": roles}


def labels(form: dict[str, Any], field: str = "metrics") -> list[str]:
    return [metric["label"] for metric in form[field]]


@pytest.mark.parametrize(
    ("kind", "viz_type"),
    [
        ("column", "echarts_timeseries_bar"),
        ("line", "echarts_timeseries_line"),
        ("area", "echarts_area"),
        ("scatter", "echarts_timeseries_scatter"),
        ("pie", "pie"),
        ("bubble", "bubble_v2"),
        ("box", "box_plot"),
        ("heatmap", "heatmap_v2"),
        ("custom", "echarts_timeseries_bar"),
    ],
)
def test_a_kind_of_series_is_a_type_and_comes_back(kind: str, viz_type: str) -> None:
    options = {"globalSeriesType": kind, **mapping(a="x", b="y", c="size")}
    form = form_of("CHART", options)
    assert form.viz_type == viz_type
    back = visualization_of(form.viz_type, form.fields, of_rows=True)
    assert (back.kind, back.options["globalSeriesType"]) == ("CHART", "column" if kind == "custom" else kind)
    assert back.options["columnMapping"]["b"] in {"y", "zVal"}


def test_columns_are_what_they_are_mapped_to() -> None:
    fields = form_of("CHART", {"globalSeriesType": "line", **mapping(day="x", b="y", a="y", who="series")}).fields
    assert (fields["x_axis"], labels(fields), fields["groupby"]) == ("day", ["b", "a"], ["who"])
    assert [metric["aggregate"] for metric in fields["metrics"]] == ["SUM", "SUM"]
    # A series bears the name that it was given, unless the x axis has it.
    named = {"b": {"name": "Bees"}, "a": {"name": "day"}}
    fields = form_of("CHART", {"seriesOptions": named, **mapping(day="x", b="y", a="y")}).fields
    assert labels(fields) == ["Bees", "day (sum)"]


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ({"series": {"stacking": "stack"}}, {"stack": "Stack"}),
        ({"series": {"stacking": None}}, {"stack": None}),
        ({"series": {"stacking": "stack", "percentValues": True}}, {"stack": "Expand"}),
        ({"swappedAxes": True}, {"orientation": "horizontal"}),
        ({"legend": {"enabled": False}}, {"show_legend": False}),
        ({"showDataLabels": True}, {"show_value": True}),
        ({"xAxis": {"title": {"text": "when"}}}, {"x_axis_title": "when"}),
        ({"yAxis": [{"type": "logarithmic", "rangeMin": 1}]}, {"logAxis": True, "y_axis_bounds": [1.0, None]}),
        ({"numberFormat": "0,0.00"}, {"y_axis_format": ",.2f"}),
    ],
)
def test_looks_are_kept(options: dict[str, Any], fields: dict[str, Any]) -> None:
    found = form_of("CHART", {"globalSeriesType": "column", **mapping(a="x", b="y"), **options}).fields
    assert {name: found.get(name) for name in fields} == fields


def test_series_of_two_types_or_axes_are_a_mixed_chart() -> None:
    looks = {"b": {"type": "line", "yAxis": 1}}
    form = form_of("CHART", {"globalSeriesType": "column", "seriesOptions": looks, **mapping(x="x", a="y", b="y")})
    known = ("seriesType", "seriesTypeB", "yAxisIndex", "yAxisIndexB")
    assert form.viz_type == "mixed_timeseries"
    assert [form.fields[name] for name in known] == ["bar", "line", 0, 1]
    assert (labels(form.fields), labels(form.fields, "metrics_b")) == (["a"], ["b"])
    back = visualization_of(form.viz_type, form.fields, of_rows=True).options["seriesOptions"]
    assert back == {"a": {"type": "column", "yAxis": 0}, "b": {"type": "line", "yAxis": 1}}


@pytest.mark.parametrize(
    ("kind", "options", "viz_type"),
    [
        ("PIVOT", {"rows": ["a"], "cols": ["b"], "vals": ["c"], "aggregatorName": "Average"}, "pivot_table_v2"),
        ("COUNTER", {"counterColName": "a", "rowNumber": 2}, "big_number_total"),
        ("COUNTER", {"countRow": True}, "big_number_total"),
        ("CHOROPLETH", {"keyColumn": "a", "valueColumn": "b", "mapType": "countries"}, "world_map"),
        ("MAP", {"latColName": "a", "lonColName": "b"}, "echarts_timeseries_scatter"),
        ("FUNNEL", {"stepCol": {"colName": "a"}, "valueCol": {"colName": "b"}}, "funnel"),
        ("WORD_CLOUD", {"column": "a"}, "word_cloud"),
        ("COHORT", {}, "heatmap_v2"),
        ("SANKEY", {}, "sankey_v2"),
        ("SUNBURST_SEQUENCE", {}, "sunburst_v2"),
        ("BOXPLOT", {"yAxisLabel": "values"}, "box_plot"),
        ("table", {}, "table"),
    ],
)
def test_each_type_asks_a_question(kind: str, options: dict[str, Any], viz_type: str) -> None:
    form = form_of(kind, options, {"stage1": "TEXT", "stage2": "VARCHAR(3)", "value": "INTEGER"})
    assert form.viz_type == viz_type
    (question, *_) = chart_types.of(viz_type).questions({**form.fields, "viz_type": viz_type})
    assert question["columns"] or question["metrics"]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("CHART", {}),
        ("CHART", {"columnMapping": "x"}),
        ("CHART", {"globalSeriesType": 5, "columnMapping": {"a": "y"}}),
        ("CHART", {"globalSeriesType": "heatmap", "columnMapping": {"a": "x"}}),
        ("PIVOT", {"rows": "a"}),
        ("COUNTER", {"counterColName": None}),
        ("CHOROPLETH", {"keyColumn": "a", "valueColumn": "b", "mapType": "usa"}),
        ("MAP", {"latColName": 5}),
        ("FUNNEL", {"stepCol": "a"}),
        ("SANKEY", {}),
        ("SUNBURST_SEQUENCE", {}),
        ("WORD_CLOUD", {}),
        ("BOXPLOT", {}),
        ("DETAILS", {}),
        ("HOLOGRAM", {"a": 1}),
        ("TABLE", {"columns": 7, "itemsPerPage": "many"}),
    ],
)
def test_what_cannot_be_drawn_is_a_table_of_all_rows(kind: str, options: dict[str, Any]) -> None:
    form = form_of(kind, options)
    assert (form.viz_type, form.fields["all_columns"], form.fields["query_mode"]) == ("table", ["*"], "raw")


def test_a_box_plot_has_a_box_for_each_column_of_numbers() -> None:
    fields = form_of("BOXPLOT", {}, {"a": "BIGINT", "b": "TEXT", "c": None, "d": "double precision"}).fields
    assert [metric["column"]["column_name"] for metric in fields["metrics"]] == ["a", "d"]


def test_a_table_hides_names_and_moves_columns() -> None:
    columns = [{"name": "a", "visible": False}, {"name": "b", "title": "Bee", "alignContent": "right"}]
    fields = form_of("TABLE", {"itemsPerPage": 10, "columns": columns}).fields
    assert (fields["all_columns"], fields["page_length"]) == (["*"], 10)
    assert fields["column_config"] == {
        "a": {"visible": False},
        "b": {"customColumnName": "Bee", "horizontalAlign": "right"},
    }
    moved = [{"name": "a", "order": 2}, {"name": "b", "order": 1}, {"name": "c", "order": 3, "visible": False}]
    assert form_of("TABLE", {"columns": moved}).fields["all_columns"] == ["b", "a"]


def test_a_counter_shows_its_row() -> None:
    form = form_of("COUNTER", {"counterColName": "a", "rowNumber": 3, "counterLabel": "x", "stringDecimal": 2})
    (question,) = chart_types.of(form.viz_type).questions({**form.fields, "viz_type": form.viz_type})
    asked = (question["columns"], question["metrics"], question["row_limit"], question["row_offset"])
    assert asked == (["a"], None, 1, 2)
    assert (form.fields["subheader"], form.fields["y_axis_format"]) == ("x", ",.2f")
    back = visualization_of(form.viz_type, form.fields, of_rows=True).options
    assert (back["counterColName"], back["rowNumber"], back["counterLabel"]) == ("a", 3, "x")


def test_metrics_are_named_by_what_a_result_has() -> None:
    metric = {"expressionType": "SIMPLE", "column": {"column_name": "amount"}, "aggregate": "SUM", "label": "Sum"}
    form = {"groupby": ["region"], "metric": metric}
    over_rows = visualization_of("pie", form, of_rows=True).options["columnMapping"]
    over_answers = visualization_of("pie", form, of_rows=False).options["columnMapping"]
    assert (over_rows, over_answers) == ({"region": "x", "amount": "y"}, {"region": "x", "Sum": "y"})
    assert visualization_of("para", {}, of_rows=True).kind == "TABLE"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("0,0", ",.0f"),
        ("0.0", ".1f"),
        ("0,0[.]00000", ",.5~f"),
        ("0%", ".0%"),
        ("0[.]00%", ".2~%"),
        ("0,0 a", None),
        ("$0", None),
        ("", None),
        (None, None),
    ],
)
def test_formats_of_numbers_are_translated_where_they_can_be(text: Any, form: str | None) -> None:
    assert number_format(text) == form
