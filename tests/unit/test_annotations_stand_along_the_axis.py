"""Annotation layers: formulas, events, spans and lines of other charts, beside the series; and formulas run no code."""

import json
from typing import Any

import pytest
from py_mini_racer import MiniRacer

from superset_like import chart_types
from superset_like.pictures import modules

FOLDER = modules.CHART_TYPES
LOOK = {"width": 800, "height": 500, "theme": "light", "locale": "en-US", "zone": "UTC"}
DAY = 86_400_000
FIRST = 1_704_067_200_000
MOMENTS = [FIRST + place * DAY for place in range(4)]


@pytest.fixture(scope="module")
def v8() -> MiniRacer:
    made = MiniRacer()
    made.eval(f"const base = {modules.script(FOLDER, 'base')}({{}});0")
    for name in ("timeseries", "mixed_timeseries", "big_number"):
        made.eval(f"const {name} = {modules.script(FOLDER, name)}(base);0")
    path = FOLDER / "annotations.js"
    made.eval(f"const formula = {modules.translated(path.read_text(), path)}(base);0")
    return made


def drawn(
    v8: MiniRacer, module: str, form: dict[str, Any], rows: list[dict[str, Any]], **beside: Any
) -> dict[str, Any]:
    result = {"data": rows, "colnames": list(rows[0]), "coltypes": [2, *[0] * (len(rows[0]) - 1)], **beside}
    given = f"{json.dumps(form)}, {json.dumps([result, result])}, {json.dumps(LOOK)}"
    made: dict[str, Any] = json.loads(str(v8.eval(f"JSON.stringify({module}.option({given}))")))
    return made


def layered(v8: MiniRacer, layer: dict[str, Any], records: Any = (), kind: str = "echarts_timeseries_line") -> Any:
    form = {"viz_type": kind, "x_axis": "day", "time_grain_sqla": "P1D", "metrics": ["n"]}
    form["annotation_layers"] = [{"name": "L", "show": True, **layer}]
    rows = [{"day": moment, "n": place} for place, moment in enumerate(MOMENTS)]
    made = drawn(v8, "timeseries", form, rows, annotation_data={"L": {"records": list(records)}})
    return [each for each in made["series"] if each.get("isAnnotation")]


def test_a_formula_is_a_line(v8: MiniRacer) -> None:
    (line,) = layered(v8, {"annotationType": "FORMULA", "value": "x / 1000", "color": "#123456", "style": "dashed"})
    assert line["data"][1] == [MOMENTS[1], MOMENTS[1] / 1000]
    assert (line["lineStyle"]["color"], line["lineStyle"]["type"]) == ("#123456", [5, 4])
    assert layered(v8, {"annotationType": "FORMULA", "value": "process.exit()"}) == []
    assert layered(v8, {"annotationType": "FORMULA", "value": "x", "show": False}) == []


@pytest.mark.parametrize("kind", ["echarts_timeseries_line", "echarts_timeseries_bar"])
def test_events_and_spans_are_marked(v8: MiniRacer, kind: str) -> None:
    record = {"at": MOMENTS[1], "until": MOMENTS[2], "what": "sale"}
    columns = {"timeColumn": "at", "intervalEndColumn": "until", "titleColumn": "what", "sourceType": "table"}
    ends = MOMENTS[1:3] if kind.endswith("line") else [1, 2]
    (event,) = layered(v8, {"annotationType": "EVENT", **columns}, [record, {"at": None}], kind)
    assert event["markLine"]["data"] == [{"name": "L: sale", "xAxis": ends[0]}]
    (span,) = layered(v8, {"annotationType": "INTERVAL", **columns}, [record], kind)
    assert span["markArea"]["data"] == [[{"name": "L: sale", "xAxis": ends[0]}, {"xAxis": ends[1]}]]


def test_another_charts_line_stands_beside(v8: MiniRacer) -> None:
    records = [{"__timestamp": moment, "m": 7} for moment in MOMENTS[:2]]
    (line,) = layered(v8, {"annotationType": "TIME_SERIES", "sourceType": "line"}, records)
    assert line["data"] == [[MOMENTS[0], 7], [MOMENTS[1], 7], [MOMENTS[2], None], [MOMENTS[3], None]]
    assert layered(v8, {"annotationType": "TIME_SERIES", "sourceType": "line"}) == []


def test_a_mixed_chart_has_them_too(v8: MiniRacer) -> None:
    form = {"viz_type": "mixed_timeseries", "x_axis": "day", "metrics": ["n"], "metrics_b": ["n"]}
    form["annotation_layers"] = [{"name": "L", "annotationType": "FORMULA", "value": "5"}]
    made = drawn(v8, "mixed_timeseries", form, [{"day": moment, "n": 1} for moment in MOMENTS])
    assert [each["name"] for each in made["series"]][-1] == "L"
    assert "L" in [each["name"] for each in made["legend"]["data"]]


@pytest.mark.parametrize(
    ("text", "at_two"),
    [
        ("2x + 1", 5),
        ("y = -x^2", -4),
        ("(x + 1) * 3 % 4", 1),
        ("sqrt(x * 8) + max(1, x, 3)", 7),
        ("1e2 * .5", 50),
        ("log(8, 2)", 3),
        ("2pi", 6.283185307179586),
    ],
)
def test_a_formula_is_arithmetic(v8: MiniRacer, text: str, at_two: float) -> None:
    assert v8.eval(f"formula.formulaOf({json.dumps(text)})(2)") == pytest.approx(at_two)


@pytest.mark.parametrize(
    "text", ["", "x +", "foo(x)", "x; y", "constructor", "(x", "x.y", "((" * 60, "alert(1)", "--" * 80]
)
def test_what_is_no_arithmetic_is_no_formula(v8: MiniRacer, text: str) -> None:
    assert v8.eval(f"String(formula.formulaOf({json.dumps(text)}))") == "null"


def test_a_big_number_compares_the_latest_with_what_it_was_then(v8: MiniRacer) -> None:
    rows = [
        {"day": MOMENTS[1], "n": 30, "n__1 week ago": 20},
        {"day": MOMENTS[0], "n": 10, "n__1 week ago": 40},
        {"day": MOMENTS[2], "n": None, "n__1 week ago": 99},
    ]
    form = {"viz_type": "big_number", "x_axis": "day", "metric": "n", "y_axis_format": "d"}
    assert "▲ +50.0% vs 1 week ago (20)" in json.dumps(drawn(v8, "big_number", form, rows), ensure_ascii=False)
    summed = drawn(v8, "big_number", {**form, "aggregation": "sum"}, rows)
    assert "▼ -74.8% vs 1 week ago (159)" in json.dumps(summed, ensure_ascii=False)


def test_a_comparison_of_periods_asks_for_both() -> None:
    form = {"viz_type": "pop_kpi", "metric": "n", "time_compare": "1 week ago"}
    (asked,) = chart_types.of("pop_kpi").questions(form)
    assert asked["time_offsets"] == ["1 week ago"]
    assert "time_offsets" not in chart_types.of("pop_kpi").questions({**form, "time_compare": "custom"})[0]


def test_a_span_that_begins_before_the_first_bar_shows_its_rest(v8: MiniRacer) -> None:
    columns = {"timeColumn": "at", "intervalEndColumn": "until", "titleColumn": "what", "sourceType": "table"}
    around = {"at": FIRST - 30 * DAY, "until": MOMENTS[1], "what": "winter"}
    beside = {"at": FIRST - 30 * DAY, "until": FIRST - 20 * DAY, "what": "autumn"}
    layer = {"annotationType": "INTERVAL", **columns}
    (span,) = layered(v8, layer, [around, beside], "echarts_timeseries_bar")
    ((start, end),) = span["markArea"]["data"]
    assert (start["name"], start["xAxis"], end["xAxis"]) == ("L: winter", 0, 1)


def test_layers_keep_to_the_clocks_of_their_chart(v8: MiniRacer) -> None:
    hour = DAY // 24
    layers = {
        "of a chart": {"records": [{"at": FIRST, "n": 1}], "colnames": ["at", "n"], "zones": ["Europe/Berlin", None]},
        "of days": {"records": [{"at": FIRST}], "colnames": ["at"], "zones": [None]},
        "of people": {"records": [{"start_dttm": FIRST, "end_dttm": FIRST + DAY, "short_descr": "x"}]},
    }
    result = {
        "data": [{"day": FIRST, "n": 1}],
        "colnames": ["day", "n"],
        "coltypes": [2, 0],
        "zones": ["Europe/Berlin", None],
        "annotation_data": layers,
    }
    told = json.loads(str(v8.eval(f"JSON.stringify(base.onTheirClocks([{json.dumps(result)}]))")))[0]
    assert told["data"] == [{"day": FIRST + hour, "n": 1}]
    moved = {name: layer["records"][0] for name, layer in told["annotation_data"].items()}
    assert moved["of a chart"] == {"at": FIRST + hour, "n": 1}
    assert moved["of days"] == {"at": FIRST}
    assert (moved["of people"]["start_dttm"], moved["of people"]["end_dttm"]) == (FIRST + hour, FIRST + DAY + hour)
