"""A visualization of Redash as the type and form of one of our charts.

Redash draws the rows of a result as they are, ours ask the dataset a question: rows that stand at the same place are
summed up. Whatever cannot be drawn otherwise is drawn as a table of all rows; docs/redash.md says what differs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Options: TypeAlias = Mapping[str, Any]
# The columns that a query's result is known to have, in order: name -> type in the engine's words, None where unknown.
Columns: TypeAlias = Mapping[str, str | None]
Fields: TypeAlias = dict[str, Any]
ALL_COLUMNS = "*"
MOST_ROWS = 10_000
ROWS_A_PAGE = 25
# A type of series -> ours where all are of that type, and in a mixed chart.
LINES: Mapping[str, tuple[str, str]] = {
    "line": ("echarts_timeseries_line", "line"),
    "column": ("echarts_timeseries_bar", "bar"),
    "area": ("echarts_area", "line"),
    "scatter": ("echarts_timeseries_scatter", "scatter"),
}
AGGREGATES: Mapping[str, str] = {
    "Average": "AVG",
    "Count Unique Values": "COUNT_DISTINCT",
    "Maximum": "MAX",
    "Minimum": "MIN",
}
COUNTRY_CODES: Mapping[str, str] = {"iso_a3": "cca3", "iso_a2": "cca2", "name": "name", "name_long": "name"}
# How the types of columns of numbers begin, in engines and in results.
NUMBERS = ("INT", "BIGINT", "SMALLINT", "TINYINT", "HUGEINT", "FLOAT", "DOUBLE", "REAL", "DECIMAL", "NUMERIC")
COUNT = {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": "count"}


@dataclass(frozen=True, slots=True)
class Form:
    """A type of chart and what its form holds, without the dataset."""

    viz_type: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Mapped:
    """The columns of a CHART by what they are mapped to. x, series: the first of theirs."""

    x: str | None
    y: list[str]
    series: str | None
    size: str | None
    value: str | None


def form_of(kind: str, options: Options, columns: Columns | None = None) -> Form:
    """The chart that draws the visualization of a query whose result has these columns."""
    made = MAKERS.get(kind.upper(), _table)(options, columns or {})
    return made or _table({}, columns or {})


def _table(options: Options, _: Columns) -> Form:
    described = [each for each in _objects(options.get("columns")) if isinstance(each.get("name"), str)]
    order = sorted(described, key=lambda each: _number(each.get("order"), 0))
    shown = [each["name"] for each in order if each.get("visible", True)]
    # Named one by one only where somebody moved them: columns that come later are shown otherwise.
    is_moved = order != described
    fields: Fields = {
        "query_mode": "raw",
        "all_columns": shown if is_moved and shown else [ALL_COLUMNS],
        "row_limit": MOST_ROWS,
        "page_length": int(_number(options.get("itemsPerPage"), ROWS_A_PAGE)),
        "include_search": any(each.get("allowSearch") for each in described),
        "show_cell_bars": False,
        "table_timestamp_format": "smart_date",
    }
    looks = {each["name"]: look for each in described if (look := _look_of(each))}
    return Form("table", {**fields, **({"column_config": looks} if looks else {})})


def _look_of(column: Options) -> Fields:
    look: Fields = {}
    if not column.get("visible", True):
        look["visible"] = False
    if column.get("title") not in (None, "", column["name"]):
        look["customColumnName"] = str(column["title"])
    if column.get("alignContent") in {"left", "center", "right"}:
        look["horizontalAlign"] = column["alignContent"]
    if column.get("displayAs") == "number" and (form := number_format(column.get("numberFormat"))):
        look["d3NumberFormat"] = form
    return look


def _chart(options: Options, columns: Columns) -> Form | None:
    kind = str(options.get("globalSeriesType") or "column")
    mapped = _mapped(options.get("columnMapping"))
    if kind == "heatmap":
        return _heatmap(options, mapped)
    if mapped.x is None or not mapped.y:
        return None
    special = {"pie": _pie, "bubble": _bubble, "box": _box}.get(kind)
    if special is not None:
        return special(options, mapped)
    return _lines(kind if kind in LINES else "column", options, mapped)


def _mapped(mapping: Any) -> Mapped:
    pairs = list(mapping.items()) if isinstance(mapping, Mapping) else []

    def of(role: str) -> list[str]:
        return [str(name) for name, meant in pairs if meant == role]

    series = next(iter([*of("series"), *of("multiFilter")]), None)
    return Mapped(
        next(iter(of("x")), None), of("y"), series, next(iter(of("size")), None), next(iter(of("zVal")), None)
    )


def _lines(kind: str, options: Options, mapped: Mapped) -> Form:
    looks = {name: _series_of(options, name) for name in mapped.y}
    second = [] if mapped.series else [name for name in mapped.y if _stands_apart(kind, looks[name])]
    first = [name for name in mapped.y if name not in second]
    fields = {**_axes(options), "x_axis": mapped.x, "row_limit": MOST_ROWS, **_legend(options)}
    fields["show_value"] = bool(options.get("showDataLabels"))
    if first and second:
        return _mixed(kind, fields, {name: _measure(name, looks[name]) for name in mapped.y}, first, looks[second[0]])
    fields["metrics"] = [_measure(name, looks[name], taken=mapped.x) for name in mapped.y]
    fields["groupby"] = [mapped.series] if mapped.series else []
    fields |= _stacking(kind, options)
    if options.get("swappedAxes"):
        fields["orientation"] = "horizontal"
    one = {looks[name].get("type") for name in mapped.y}
    drawn = one.pop() if len(one) == 1 else kind
    viz_type = LINES.get(str(drawn), LINES[kind])[0]
    if viz_type != "echarts_timeseries_bar":
        # Each series of Redash has points of its own.
        fields["connectNulls"] = True
    return Form(viz_type, fields)


def _stands_apart(kind: str, look: Options) -> bool:
    return look.get("type") in LINES.keys() - {kind} or _number(look.get("yAxis"), 0) == 1


def _mixed(kind: str, fields: Fields, measures: Mapping[str, Fields], first: Sequence[str], look: Options) -> Form:
    own = {
        "metrics": [measures[name] for name in measures if name in first],
        "groupby": [],
        "seriesType": LINES[kind][1],
        "area": kind == "area",
        "yAxisIndex": 0,
    }
    other = str(look.get("type") if look.get("type") in LINES else kind)
    rest = {
        "metrics_b": [measures[name] for name in measures if name not in first],
        "groupby_b": [],
        "row_limit_b": MOST_ROWS,
        "seriesTypeB": LINES[other][1],
        "areaB": other == "area",
        "yAxisIndexB": int(_number(look.get("yAxis"), 0)),
    }
    return Form("mixed_timeseries", {**fields, **own, **rest})


def _series_of(options: Options, name: str) -> Options:
    described = options.get("seriesOptions")
    found = described.get(name) if isinstance(described, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _stacking(kind: str, options: Options) -> Fields:
    series = options.get("series")
    wish: Options = series if isinstance(series, Mapping) else {}
    if wish.get("percentValues"):
        return {"stack": "Expand"}
    return (
        {"stack": "Stack"} if wish.get("stacking") in {"stack", "normal"} and kind in {"column", "area", "line"} else {}
    )


def _axes(options: Options) -> Fields:
    across, up = _object(options.get("xAxis")), _objects(options.get("yAxis"))
    left = up[0] if up else {}
    fields: Fields = {}
    for field, title in (("x_axis_title", _title(across)), ("y_axis_title", _title(left))):
        if title:
            fields |= {field: title, f"{field}_margin": 30}
    if left.get("type") == "logarithmic":
        fields["logAxis"] = True
    bounds = [_bound(left.get("rangeMin")), _bound(left.get("rangeMax"))]
    if bounds != [None, None]:
        fields |= {"y_axis_bounds": bounds, "truncateYAxis": True}
    form = number_format(options.get("numberFormat"))
    return {**fields, "y_axis_format": form} if form else fields


def _legend(options: Options) -> Fields:
    return {"show_legend": bool(_object(options.get("legend")).get("enabled", True)), "rich_tooltip": True}


def _pie(options: Options, mapped: Mapped) -> Form:
    look = _series_of(options, mapped.y[0])
    fields = {"groupby": [mapped.x], "metric": _measure(mapped.y[0], look, taken=mapped.x), "row_limit": MOST_ROWS}
    return Form("pie", {**fields, **_legend(options), "label_type": "key_percent", "show_labels": True})


def _bubble(options: Options, mapped: Mapped) -> Form:
    assert mapped.x is not None
    fields: Fields = {
        "entity": mapped.x,
        "series": mapped.series,
        "x": _simple("MAX", mapped.x, f"{mapped.x} (x)"),
        "y": _measure(mapped.y[0], _series_of(options, mapped.y[0]), taken=mapped.x),
        "size": _simple("SUM", mapped.size or mapped.y[0], f"{mapped.size or mapped.y[0]} (size)"),
        "row_limit": MOST_ROWS,
        "x_axis_label": mapped.x,
        "y_axis_label": mapped.y[0],
    }
    return Form("bubble_v2", {**fields, **_axes(options), **_legend(options)})


def _box(options: Options, mapped: Mapped) -> Form:
    fields = {
        "groupby": [mapped.x, *([mapped.series] if mapped.series else [])],
        # Each row counts: those of the distribution differ in some column.
        "columns": [ALL_COLUMNS],
        "metrics": [_simple("AVG", name, f"{name} (values)") for name in mapped.y],
        "whiskerOptions": "Tukey",
        "row_limit": MOST_ROWS,
    }
    return Form("box_plot", {**_axes(options), **fields})


def _boxes(options: Options, columns: Columns) -> Form | None:
    """A box for each column of numbers."""
    numbers = [name for name, type_ in columns.items() if (type_ or "").upper().startswith(NUMBERS)]
    if not numbers:
        return None
    fields = {
        "groupby": [],
        "columns": [ALL_COLUMNS],
        "metrics": [_simple("AVG", name, f"{name} (values)") for name in numbers],
        "whiskerOptions": "Tukey",
        "row_limit": MOST_ROWS,
    }
    titles = {"x_axis_title": options.get("xAxisLabel"), "y_axis_title": options.get("yAxisLabel")}
    shown = {name: text for name, text in titles.items() if isinstance(text, str) and text}
    return Form("box_plot", {**fields, **shown})


def _heatmap(options: Options, mapped: Mapped) -> Form | None:
    if mapped.x is None or not mapped.y:
        return None
    value = COUNT if mapped.value is None else _simple("SUM", mapped.value, f"{mapped.value} (sum)")
    fields = {"x_axis": mapped.x, "groupby": mapped.y[0], "metric": value, "row_limit": MOST_ROWS}
    return Form("heatmap_v2", {**fields, "show_values": bool(options.get("showDataLabels")), "show_legend": True})


def _counter(options: Options, _: Columns) -> Form | None:
    column = options.get("counterColName")
    fields: Fields = {"subheader": str(options.get("counterLabel") or "")}
    places = options.get("stringDecimal")
    if isinstance(places, int) and not isinstance(places, bool) and 0 <= places < 20:
        fields["y_axis_format"] = f",.{places}f"
    if options.get("countRow"):
        return Form("big_number_total", {**fields, "metric": COUNT})
    if not isinstance(column, str) or not column:
        return None
    row = int(_number(options.get("rowNumber"), 1))
    if row > 0:
        return Form("big_number_total", {**fields, "metric": column, "row_number": row})
    return Form("big_number_total", {**fields, "metric": _simple("MAX", column, f"{column} (max)")})


def _pivot(options: Options, _: Columns) -> Form | None:
    rows, across, values = (_texts(options.get(name)) for name in ("rows", "cols", "vals"))
    if not rows and not across:
        return None
    name = str(options.get("aggregatorName") or "Count")
    function = AGGREGATES.get(name, "SUM")
    counts = name.startswith("Count") and name != "Count Unique Values"
    label = f"{name} of {values[0]}" if values else name
    metric = COUNT if counts or not values else _simple(function, values[0], label)
    fields = {"groupbyRows": rows, "groupbyColumns": across, "metrics": [metric], "row_limit": MOST_ROWS}
    # The totals that Redash always shows.
    totals = {"rowTotals": True, "colTotals": True, "aggregateFunction": "Sum" if counts else _total(name)}
    return Form("pivot_table_v2", {**fields, **totals})


def _total(name: str) -> str:
    return name if name in {"Average", "Minimum", "Maximum"} else "Sum"


def _map(options: Options, _: Columns) -> Form | None:
    latitude, longitude = options.get("latColName"), options.get("lonColName")
    if not isinstance(latitude, str) or not isinstance(longitude, str):
        return None
    classify = options.get("classify")
    fields = {
        "x_axis": longitude,
        "metrics": [_simple("AVG", latitude, f"{latitude} (latitude)")],
        "groupby": [classify] if isinstance(classify, str) and classify not in {"", "none"} else [],
        "row_limit": MOST_ROWS,
        "truncateYAxis": True,
    }
    return Form("echarts_timeseries_scatter", fields)


def _choropleth(options: Options, _: Columns) -> Form | None:
    column = options.get("keyColumn") or options.get("countryCodeColumn")
    value = options.get("valueColumn")
    kind = str(options.get("mapType") or "countries")
    if not isinstance(column, str) or not isinstance(value, str) or kind != "countries":
        return None
    code = str(options.get("targetField") or options.get("countryCodeType") or "iso_a3")
    fields = {"entity": column, "country_fieldtype": COUNTRY_CODES.get(code, "cca3"), "show_bubbles": False}
    return Form("world_map", {**fields, "metric": _simple("SUM", value, f"{value} (sum)"), "row_limit": MOST_ROWS})


def _funnel(options: Options, _: Columns) -> Form | None:
    step, value = (_object(options.get(name)).get("colName") for name in ("stepCol", "valueCol"))
    if not isinstance(step, str) or not isinstance(value, str):
        return None
    fields = {"groupby": [step], "metric": _measure(value, {}, taken=step), "sort_by_metric": True}
    return Form("funnel", {**fields, "row_limit": MOST_ROWS, "label_type": "key_value_percent", "show_labels": True})


def _sankey(_: Options, columns: Columns) -> Form | None:
    stages = _stages(columns)
    if len(stages) < 2 or "value" not in columns:
        return None
    fields = {"source": stages[0], "target": stages[1], "metric": _measure("value", {})}
    return Form("sankey_v2", {**fields, "row_limit": MOST_ROWS})


def _sunburst(_: Options, columns: Columns) -> Form | None:
    stages = _stages(columns)
    if not stages or "value" not in columns:
        return None
    return Form("sunburst_v2", {"columns": stages, "metric": _measure("value", {}), "row_limit": MOST_ROWS})


def _stages(columns: Columns) -> list[str]:
    return [name for name in columns if name.startswith("stage") and name.removeprefix("stage").isdigit()]


def _word_cloud(options: Options, _: Columns) -> Form | None:
    column, frequency = options.get("column"), options.get("frequenciesColumn")
    if not isinstance(column, str) or not column:
        return None
    metric = _measure(frequency, {}, taken=column) if isinstance(frequency, str) and frequency else COUNT
    return Form("word_cloud", {"series": column, "metric": metric, "row_limit": 100})


def _cohort(options: Options, _: Columns) -> Form | None:
    names = [options.get(name) or usual for name, usual in COHORT_COLUMNS]
    date, stage, value = (str(name) for name in names)
    fields = {"x_axis": stage, "groupby": date, "metric": _simple("SUM", value, f"{value} (sum)"), "show_values": True}
    return Form("heatmap_v2", {**fields, "row_limit": MOST_ROWS, "sort_y_axis": "alpha_desc"})


COHORT_COLUMNS = (("dateColumn", "date"), ("stageColumn", "day_number"), ("valueColumn", "value"))
# Types whose columns are found by their names in the result.
BY_COLUMNS = frozenset({"BOXPLOT", "SANKEY", "SUNBURST_SEQUENCE"})
MAKERS: Mapping[str, Callable[[Options, Columns], Form | None]] = {
    "BOXPLOT": _boxes,
    "CHART": _chart,
    "CHOROPLETH": _choropleth,
    "COHORT": _cohort,
    "COUNTER": _counter,
    "FUNNEL": _funnel,
    "MAP": _map,
    "PIVOT": _pivot,
    "SANKEY": _sankey,
    "SUNBURST_SEQUENCE": _sunburst,
    "TABLE": _table,
    "WORD_CLOUD": _word_cloud,
}


def number_format(text: Any) -> str | None:
    """A format of d3 for one of numeral.js such as `0,0.00`; None for what it does not tell."""
    if not isinstance(text, str) or not text.strip():
        return None
    plain = text.strip()
    percent = plain.endswith("%")
    whole, _, fraction = plain.removesuffix("%").strip().partition(".")
    if whole.replace("[", "") not in {"0", "0,0"} or set(fraction) - set("0[]"):
        return None
    if "[" in plain:
        return ".2~%" if percent else ",.5~f"
    return f"{',' if ',' in whole else ''}.{len(fraction)}{'%' if percent else 'f'}"


def _measure(name: str, look: Options, taken: str | None = None) -> Fields:
    """The sum of a column, under the name of its series. taken: a name that a column of the question has already."""
    label = str(look.get("name") or name)
    return _simple("SUM", name, f"{label} (sum)" if label == taken else label)


def _simple(aggregate: str, column: str, label: str) -> Fields:
    named = {"column": {"column_name": column}, "aggregate": aggregate}
    return {"expressionType": "SIMPLE", **named, "label": label, "hasCustomLabel": True}


def _title(axis: Options) -> str:
    return str(_object(axis.get("title")).get("text") or "")


def _object(value: Any) -> Options:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> list[Options]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _number(value: Any, usual: float) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else usual


def _bound(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
