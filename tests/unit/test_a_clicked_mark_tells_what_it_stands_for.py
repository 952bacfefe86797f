"""A mark of a chart names the dimension values behind it, as a filter or a drill wants them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from py_mini_racer import MiniRacer

from superset_like.pictures import modules

FOLDER = modules.CHART_TYPES
LOOK = {"width": 800, "height": 500, "theme": "light", "locale": "en-US", "zone": "UTC"}
# What a mark tells of itself: in its data, or in the info of a shape drawn by hand.
MARKED = """
function marked(value, found = []) {
  if (Array.isArray(value)) for (const each of value) marked(each, found);
  else if (value && typeof value === "object") {
    if (value.info && value.info.mark) found.push({ info: value.info });
    else if (value.mark) found.push({ data: value });
    for (const key of ["series", "data", "children", "links", "graphic"]) marked(value[key], found);
  }
  return found;
}
"""
# The names and texts of a drawing.
TEXTS = """
function textsOf(value, found = []) {
  if (Array.isArray(value)) for (const each of value) textsOf(each, found);
  else if (value && typeof value === "object") {
    for (const key of ["name", "text"]) if (typeof value[key] === "string") found.push(...value[key].split(/, | /));
    for (const each of Object.values(value)) textsOf(each, found);
  }
  return found;
}
"""
BY_MARK = (
    "pie funnel gauge radar treemap sunburst heatmap box_plot bubble word_cloud gantt tree sankey chord graph world_map"
).split()


class Modules:
    """The chart types' modules in V8."""

    def __init__(self) -> None:
        self._v8 = MiniRacer()
        self._v8.eval(f"const base = {modules.script(FOLDER, 'base')}({{}}); const modules = {{}}; {MARKED} {TEXTS};0")
        self._loaded: set[str] = set()

    def run(self, name: str, code: str, **given: Any) -> Any:
        if name not in self._loaded:
            self._v8.eval(f"modules[{json.dumps(name)}] = {modules.script(FOLDER, name)}(base);0")
            self._loaded.add(name)
        told = f"const given = JSON.parse({json.dumps(json.dumps(given))}); const type = modules[{json.dumps(name)}];"
        return json.loads(str(self._v8.eval(f"(() => {{ {told} return JSON.stringify({code}); }})()")))

    def picks(self, name: str, form_data: dict[str, Any], rows: list[dict[str, Any]], **params: Any) -> Any:
        found = "type.picks(given.form_data, given.results, given.params)"
        results = [result(rows) for _ in range(2)]
        return self.run(name, found, form_data=form_data, results=results, params=params)


def result(rows: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = [
        0 if isinstance(value, int | float) and value < 10**9 else 2 if isinstance(value, int) else 1
        for value in rows[0].values()
    ]
    return {"data": rows, "colnames": list(rows[0]), "coltypes": kinds}


@pytest.fixture(scope="module")
def drawn() -> Iterator[Modules]:
    yield Modules()


def example(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((Path(FOLDER) / name / "example.json").read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("name", BY_MARK)
def test_each_mark_of_an_example_stands_for_values_of_one_row(drawn: Modules, name: str) -> None:
    given = {**example(name), "look": LOOK}
    code = (
        "marked(type.option(given.form_data, given.results, given.look))"
        ".map((params) => type.picks(given.form_data, given.results, params))"
    )
    told = drawn.run(name, code, **given)
    rows = given["results"][0]["data"]
    assert len(told) >= min(len(rows), 3)
    for picked in told:
        assert picked
        assert any(all(row[each["col"]] == each["val"] for each in picked) for row in rows)
        assert all(isinstance(each["formattedVal"], str) for each in picked)


def test_what_is_drawn_is_called_as_the_dataset_says_and_picked_by_its_name(drawn: Modules) -> None:
    form = {"viz_type": "echarts_timeseries_bar", "x_axis": "shop", "metrics": ["n", "m"]}
    rows = [{"shop": "x", "n": 1, "m": 2, "n__1 year ago": 3}, {"shop": "y", "n": 2, "m": 3, "n__1 year ago": 4}]
    results = [{**result(rows), "verbose_map": {"n": "Number", "shop": "Shop"}}]
    names = "type.option(given.form_data, given.results, given.look).series.map((each) => each.name)"
    given = {"form_data": form, "results": results, "look": LOOK}
    assert drawn.run("timeseries", names, **given) == ["Number", "Number, 1 year ago", "m"]
    click = {"dataIndex": 1, "seriesName": "Number"}
    found = drawn.run("timeseries", "type.picks(given.form_data, given.results, given.click)", click=click, **given)
    assert found == [{"col": "shop", "val": "y", "formattedVal": "y"}]


@pytest.mark.parametrize("name", [path.parent.name for path in sorted(FOLDER.glob("*/chart.js"))])
def test_no_drawing_shows_a_technical_name_where_there_are_words(drawn: Modules, name: str) -> None:
    given = {**example(name), "look": LOOK}
    technical = {each for found in given["results"] for each in found.get("colnames", [])}
    for found in given["results"]:
        found["verbose_map"] = {each: f"W{at}" for at, each in enumerate(found.get("colnames", []))}
    told = drawn.run(name, "textsOf(type.option(given.form_data, given.results, given.look))", **given)
    values = {str(value) for found in given["results"] for row in found["data"] for value in row.values()}
    assert not technical & set(told) - values


def test_a_group_without_a_name_is_null_and_reads_as_such(drawn: Modules) -> None:
    form = {"viz_type": "pie", "groupby": ["region"], "metric": "count"}
    told = drawn.picks("pie", form, [{"region": None, "count": 3}], data={"mark": {"row": 0}})
    assert told == [{"col": "region", "val": None, "formattedVal": "N/A"}]


def test_what_no_row_made_stands_for_nothing(drawn: Modules) -> None:
    form = {"viz_type": "pie", "groupby": ["region"], "metric": "count"}
    rows = [{"region": "east", "count": 3}]
    assert drawn.picks("pie", form, rows, data={"name": "Other", "value": 3}) == []
    assert drawn.picks("pie", form, rows, componentType="title") == []


def test_a_column_of_ones_own_is_named_as_the_form_does(drawn: Modules) -> None:
    column = {"label": "half", "sqlExpression": "n / 2", "expressionType": "SQL"}
    form = {"viz_type": "pie", "groupby": [column], "metric": "count"}
    told = drawn.picks("pie", form, [{"half": 7, "count": 3}], data={"mark": {"row": 0}})
    assert told == [{"col": column, "val": 7, "formattedVal": "7"}]


JANUARY, FEBRUARY = 1_704_067_200_000, 1_706_745_600_000
SOLD = [
    {"sold_on": JANUARY, "region": "east", "SUM(n)": 1},
    {"sold_on": JANUARY, "region": None, "SUM(n)": 2},
    {"sold_on": FEBRUARY, "region": "east", "SUM(n)": 3},
]


@pytest.mark.parametrize("kind", ["echarts_timeseries_line", "echarts_timeseries_bar", "echarts_area"])
def test_a_point_in_time_stands_for_its_series_groups(drawn: Modules, kind: str) -> None:
    form = {"viz_type": kind, "x_axis": "sold_on", "groupby": ["region"], "metrics": ["SUM(n)"]}
    told = drawn.picks("timeseries", form, SOLD, seriesName="N/A", dataIndex=0)
    assert told == [{"col": "region", "val": None, "formattedVal": "N/A"}]
    assert drawn.picks("timeseries", {**form, "groupby": []}, SOLD, seriesName="SUM(n)", dataIndex=0) == []


def test_a_bar_of_a_name_stands_for_the_name_and_its_series(drawn: Modules) -> None:
    rows = [{"shop": "a", "region": "east", "n": 1}, {"shop": "b", "region": "west", "n": 2}]
    form = {"viz_type": "echarts_timeseries_bar", "x_axis": "shop", "groupby": ["region"], "metrics": ["n"]}
    told = drawn.picks("timeseries", form, rows, seriesName="west", dataIndex=1)
    assert [(each["col"], each["val"]) for each in told] == [("shop", "b"), ("region", "west")]
    # Sorted by the sum, downwards: the place is the one on the axis that is shown.
    sorted_form = {**form, "groupby": [], "x_axis_sort": "n", "x_axis_sort_asc": False}
    told = drawn.picks("timeseries", sorted_form, rows, seriesName="n", dataIndex=0)
    assert [(each["col"], each["val"]) for each in told] == [("shop", "b")]


def test_each_question_of_a_mixed_chart_has_its_groups(drawn: Modules) -> None:
    form = {"viz_type": "mixed_timeseries", "x_axis": "sold_on", "metrics": ["SUM(n)"], "metrics_b": ["SUM(n)"]}
    form |= {"groupby": ["region"], "groupby_b": ["region"]}
    assert drawn.picks("mixed_timeseries", form, SOLD, seriesName="east", dataIndex=0)[0]["val"] == "east"
    second = drawn.picks("mixed_timeseries", form, SOLD, seriesName="east (2)", dataIndex=0)
    assert [(each["col"], each["val"]) for each in second] == [("region", "east")]


def test_a_step_of_a_waterfall_stands_for_its_place_and_group_and_a_total_for_nothing(drawn: Modules) -> None:
    rows = [{"shop": "a", "region": "east", "n": 1}, {"shop": "a", "region": "west", "n": -2}]
    form = {"viz_type": "waterfall", "x_axis": "shop", "groupby": ["region"], "metric": "n"}
    code = (
        "type.option(given.f, given.r, given.look).series"
        ".map((each) => each.data.map((data) => type.picks(given.f, given.r, { data })))"
    )
    more, less, total, connector = drawn.run("waterfall", code, f=form, r=[result(rows)], look=LOOK)
    assert [[(each["col"], each["val"]) for each in step] for step in (*more, *less)] == [
        [("shop", "a"), ("region", "east")],
        [("shop", "a"), ("region", "west")],
    ]
    assert not any([*total, *connector])


def test_a_bar_of_a_histogram_stands_for_its_group(drawn: Modules) -> None:
    rows = [{"price": 5, "region": "east"}, {"price": 8, "region": "west"}]
    form = {"viz_type": "histogram_v2", "column": "price", "groupby": ["region"]}
    assert drawn.picks("histogram", form, rows, seriesName="west", dataIndex=3)[0]["val"] == "west"
    assert drawn.picks("histogram", {**form, "groupby": []}, rows, seriesName="price", dataIndex=3) == []
