"""One of our charts as a visualization of Redash: its type and options."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from superset_like.chart_types.base import listed

FormData: TypeAlias = Mapping[str, Any]
Options: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Visualization:
    """A type of Redash and its options."""

    kind: str
    options: Options


def visualization_of(viz_type: str, form: FormData, *, of_rows: bool) -> Visualization:
    """The visualization that shows the same.

    of_rows: it is drawn over the rows of the chart's dataset, so that a metric is named by the column that it sums up;
    else over the answer to the chart's own question, by its label.
    """
    maker = MAKERS.get(viz_type)
    if maker is None:
        return Visualization("TABLE", {})
    return maker(Reading(viz_type, form, of_rows))


@dataclass(frozen=True, slots=True)
class Reading:
    """A chart's form, and how its metrics are named."""

    viz_type: str
    form: FormData
    of_rows: bool

    def column(self, field: str) -> str | None:
        """The name of the first column in the field."""
        return next(iter(self.columns(field)), None)

    def columns(self, *fields: str) -> list[str]:
        """The names of the columns in the fields."""
        given = [each for field in fields for each in listed(self.form.get(field))]
        return [name for each in given if (name := _column(each))]

    def metrics(self, *fields: str) -> list[str]:
        """The names of the metrics in the fields."""
        given = [each for field in fields for each in listed(self.form.get(field))]
        return [name for each in given if (name := self._metric(each))]

    def _metric(self, given: Any) -> str | None:
        if isinstance(given, str):
            return given
        if not isinstance(given, Mapping):
            return None
        summed = given.get("column")
        if self.of_rows and isinstance(summed, Mapping) and isinstance(summed.get("column_name"), str):
            return str(summed["column_name"])
        label = given.get("label") or given.get("sqlExpression")
        return str(label) if label else None


def _column(given: Any) -> str | None:
    if isinstance(given, str):
        return given
    if isinstance(given, Mapping):
        name = given.get("label") or given.get("sqlExpression")
        return str(name) if name else None
    return None


def _table(reading: Reading) -> Visualization:
    length = reading.form.get("page_length")
    return Visualization("TABLE", {"itemsPerPage": length} if isinstance(length, int) and length > 0 else {})


def _lines(reading: Reading) -> Visualization:
    x = reading.column("x_axis") or ("__timestamp" if reading.form.get("granularity_sqla") else None)
    kind = SERIES[reading.viz_type]
    if reading.viz_type == "echarts_timeseries" and reading.form.get("seriesType") in {"bar", "scatter"}:
        kind = {"bar": "column", "scatter": "scatter"}[reading.form["seriesType"]]
    mapping = _mapping(x=[x], y=reading.metrics("metrics", "metrics_b"), series=reading.columns("groupby"))
    options = _chart(kind, mapping)
    stack = reading.form.get("stack")
    if stack:
        options["series"] = {"stacking": "stack", "percentValues": stack == "Expand"}
    if reading.form.get("orientation") == "horizontal":
        options["swappedAxes"] = True
    if reading.viz_type == "mixed_timeseries":
        options["seriesOptions"] = _mixed(reading)
    return Visualization("CHART", {**options, **_axes(reading.form)})


def _mixed(reading: Reading) -> Options:
    made: Options = {}
    for fields, ending, usual in (("metrics", "", "bar"), ("metrics_b", "B", "line")):
        drawn = MIXED.get(str(reading.form.get(f"seriesType{ending}") or usual), "line")
        axis = 1 if reading.form.get(f"yAxisIndex{ending}") == 1 else 0
        made |= {name: {"type": drawn, "yAxis": axis} for name in reading.metrics(fields)}
    return made


def _axes(form: FormData) -> Options:
    made: Options = {}
    if form.get("x_axis_title"):
        made["xAxis"] = {"type": "-", "labels": {"enabled": True}, "title": {"text": form["x_axis_title"]}}
    left: Options = {"type": "logarithmic" if form.get("logAxis") else "linear"}
    if form.get("y_axis_title"):
        left["title"] = {"text": form["y_axis_title"]}
    return {**made, "yAxis": [left, {"type": "linear", "opposite": True}]}


def _pie(reading: Reading) -> Visualization:
    mapping = _mapping(x=reading.columns("groupby", "columns")[:1], y=reading.metrics("metric", "metrics")[:1])
    return Visualization("CHART", _chart("pie", mapping))


def _bubble(reading: Reading) -> Visualization:
    mapping = _mapping(x=reading.metrics("x"), y=reading.metrics("y"), series=reading.columns("series", "entity"))
    size = reading.metrics("size")[:1]
    return Visualization("CHART", _chart("bubble", {**mapping, **dict.fromkeys(size, "size")}))


def _heatmap(reading: Reading) -> Visualization:
    mapping = _mapping(x=reading.columns("x_axis", "all_columns_x"), y=reading.columns("groupby", "all_columns_y"))
    return Visualization("CHART", _chart("heatmap", {**mapping, **dict.fromkeys(reading.metrics("metric"), "zVal")}))


def _box(reading: Reading) -> Visualization:
    groups = reading.columns("groupby")
    return Visualization("CHART", _chart("box", _mapping(x=groups, y=reading.metrics("metrics"), series=groups[1:])))


def _counter(reading: Reading) -> Visualization:
    metric = next(iter(reading.metrics("metric")), "")
    label = reading.form.get("subheader") or reading.form.get("subtitle") or ""
    row = reading.form.get("row_number")
    options = {"counterLabel": label, "counterColName": metric, "rowNumber": row if isinstance(row, int) else 1}
    return Visualization("COUNTER", {**options, "targetRowNumber": 1, "stringDecimal": 0})


def _pivot(reading: Reading) -> Visualization:
    parts = {
        "rows": reading.columns("groupbyRows", "groupby"),
        "cols": reading.columns("groupbyColumns", "columns"),
        "vals": reading.metrics("metrics")[:1],
    }
    name = str(reading.form.get("aggregateFunction") or "Sum")
    return Visualization("PIVOT", {**parts, "aggregatorName": name, "rendererName": "Table"})


def _world(reading: Reading) -> Visualization:
    code = {"cca2": "iso_a2", "cca3": "iso_a3"}.get(str(reading.form.get("country_fieldtype") or "cca2"), "name")
    value = next(iter(reading.metrics("metric")), None)
    named = {"mapType": "countries", "keyColumn": reading.column("entity"), "targetField": code, "valueColumn": value}
    return Visualization("CHOROPLETH", named)


def _funnel(reading: Reading) -> Visualization:
    step, value = reading.column("groupby"), next(iter(reading.metrics("metric", "metrics")), None)
    return Visualization("FUNNEL", {"stepCol": {"colName": step}, "valueCol": {"colName": value}, "autoSort": True})


def _word_cloud(reading: Reading) -> Visualization:
    frequency = next(iter(reading.metrics("metric")), "")
    return Visualization("WORD_CLOUD", {"column": reading.column("series"), "frequenciesColumn": frequency})


def _plain(kind: str) -> Callable[[Reading], Visualization]:
    return lambda _: Visualization(kind, {})


def _mapping(
    x: Sequence[str | None] = (), y: Sequence[str | None] = (), series: Sequence[str | None] = ()
) -> dict[str, str]:
    """column -> its role; the first that a column was given counts."""
    made: dict[str, str] = {}
    for names, role in ((x[:1], "x"), (y, "y"), (series[:1], "series")):
        for name in names:
            if name:
                made.setdefault(name, role)
    return made


def _chart(kind: str, mapping: Mapping[str, str]) -> Options:
    return {
        "globalSeriesType": kind,
        "sortX": True,
        "legend": {"enabled": True},
        "series": {"stacking": None},
        "columnMapping": dict(mapping),
    }


SERIES: Mapping[str, str] = {
    **dict.fromkeys(("echarts_timeseries", "echarts_timeseries_line", "echarts_timeseries_smooth", "line"), "line"),
    **dict.fromkeys(("echarts_timeseries_step", "mixed_timeseries"), "line"),
    **dict.fromkeys(("echarts_timeseries_bar", "bar", "dist_bar"), "column"),
    **dict.fromkeys(("echarts_area", "area"), "area"),
    "echarts_timeseries_scatter": "scatter",
}
MIXED: Mapping[str, str] = {"bar": "column", "scatter": "scatter"}
MAKERS: Mapping[str, Callable[[Reading], Visualization]] = {
    **dict.fromkeys(SERIES, _lines),
    **dict.fromkeys(("table", "ag-grid-table", "table_view"), _table),
    **dict.fromkeys(("pie", "rose"), _pie),
    **dict.fromkeys(("bubble_v2", "bubble"), _bubble),
    **dict.fromkeys(("heatmap_v2", "heatmap"), _heatmap),
    **dict.fromkeys(("big_number", "big_number_total", "pop_kpi"), _counter),
    **dict.fromkeys(("pivot_table_v2", "pivot_table"), _pivot),
    **dict.fromkeys(("sankey_v2", "sankey"), _plain("SANKEY")),
    **dict.fromkeys(("sunburst_v2", "sunburst", "partition"), _plain("SUNBURST_SEQUENCE")),
    "box_plot": _box,
    "funnel": _funnel,
    "word_cloud": _word_cloud,
    "world_map": _world,
}
