"""What the editor does with a dashboard's layout: where things may go, what is refused, and what is kept of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from py_mini_racer import JSEvalException, MiniRacer

import superset_like
from superset_like.pictures.modules import translated

STATIC = Path(superset_like.__file__).parent / "static"
Layout = dict[str, Any]


@pytest.fixture(scope="module")
def v8() -> MiniRacer:
    made = MiniRacer()
    for name in ("layout", "steps", "scope"):
        path = STATIC / "dashboard_editor" / f"{name}.js"
        made.eval(f"const {name} = {translated(path.read_text(), path)}({{}});0")
    return made


def run(v8: MiniRacer, function: str, *given: Any) -> Any:
    texts = ", ".join(json.dumps(each) for each in given)
    told = v8.eval(f"JSON.stringify({function}({texts}) ?? null)")
    return json.loads(str(told))


def place(kind: str, name: str, *children: str, **meta: Any) -> Layout:
    return {name: {"type": kind, "id": name, "children": list(children), "meta": meta}}


def chart(name: str, width: int = 4) -> Layout:
    return place("CHART", name, chartId=int(name[1:]), width=width, height=50)


@pytest.fixture
def layout() -> Layout:
    """Two rows, of two charts and of a column with a row in it, and tabs."""
    return {
        **place("ROOT", "ROOT_ID", "GRID_ID"),
        **place("GRID", "GRID_ID", "R1", "R2", "TABS"),
        **place("ROW", "R1", "C1", "C2"),
        **chart("C1", 8),
        **chart("C2", 4),
        **place("ROW", "R2", "COL"),
        **place("COLUMN", "COL", "R3", width=6),
        **place("ROW", "R3", "C3"),
        **chart("C3", 5),
        **place("TABS", "TABS", "T1", "T2"),
        **place("TAB", "T1", text="One"),
        **place("TAB", "T2", "R4", text="Two"),
        **place("ROW", "R4", "C4"),
        **chart("C4"),
    }


def shape(layout: Layout, name: str = "GRID_ID") -> Any:
    """The ids of charts and what holds them, rows by their order as lists."""
    node = layout[name]
    return node["meta"]["chartId"] if node["type"] == "CHART" else [shape(layout, each) for each in node["children"]]


def test_a_chart_goes_to_another_row_as_wide_as_there_is_room(v8: MiniRacer, layout: Layout) -> None:
    made = run(v8, "layout.moved", layout, "C1", "R2", 0)
    assert shape(made) == [[2], [1, [[3]]], [[], [[4]]]]
    assert made["C1"]["meta"]["width"] == 6
    # The layout that was given is as it was.
    assert shape(layout) == [[1, 2], [[[3]]], [[], [[4]]]]


def test_a_chart_brings_a_row_where_rows_stand_and_an_empty_row_goes(v8: MiniRacer, layout: Layout) -> None:
    made = run(v8, "layout.moved", layout, "C3", "T1", 0)
    assert shape(made) == [[1, 2], [[]], [[[3]], [[4]]]]
    assert "R3" not in made


@pytest.mark.parametrize(
    ("name", "parent", "why"),
    [
        ("C3", "R1", "full"),
        ("R1", "COL", "needs 12 columns"),
        ("R1", "R2", "cannot hold a row"),
        ("T1", "GRID_ID", "cannot hold a tab"),
        ("TABS", "T1", "into itself"),
        ("COL", "R3", "into itself"),
        ("C1", "TABS", "cannot hold a chart"),
        ("C1", "NOWHERE", "not there"),
    ],
)
def test_what_does_not_fit_is_refused(v8: MiniRacer, layout: Layout, name: str, parent: str, why: str) -> None:
    with pytest.raises(JSEvalException, match=why):
        run(v8, "layout.moved", layout, name, parent, 0)


def test_tabs_and_columns_are_within_each_other_once(v8: MiniRacer, layout: Layout) -> None:
    v8.eval("const twice = (type, at) => (given) => layout.inserted(given, layout.fresh(type), at, 0);0")
    nested = run(v8, "twice('TABS', 'T1')", layout)
    inner = next(each for each in nested.values() if each["type"] == "TAB" and each["id"] not in {"T1", "T2"})
    with pytest.raises(JSEvalException, match="once, not more often"):
        run(v8, f"twice('TABS', {inner['id']!r})", nested)
    columns = run(v8, "twice('COLUMN', 'R3')", layout)
    assert shape(columns)[1] == [[[[], 3]]]
    assert columns[columns["R3"]["children"][0]]["meta"]["width"] == 1


def test_sizes_stay_within_what_is_free(v8: MiniRacer, layout: Layout) -> None:
    def sized(name: str, **wish: float) -> Any:
        return run(v8, "layout.resized", layout, name, wish)[name]["meta"]

    assert sized("C2", width=9)["width"] == 4
    assert sized("C1", width=0.2, height=1) == {"chartId": 1, "width": 1, "height": 5}
    # A column cannot be narrower than the rows in it, a row in it not wider than the column.
    assert sized("COL", width=2)["width"] == 5
    assert sized("C3", width=12)["width"] == 6


def test_what_is_removed_goes_with_all_in_it(v8: MiniRacer, layout: Layout) -> None:
    made = run(v8, "layout.removed", layout, "COL")
    assert shape(made) == [[1, 2], [[], [[4]]]]
    assert not {"R2", "R3", "C3"} & set(made)
    made = run(v8, "layout.removed", run(v8, "layout.removed", layout, "T1"), "T2")
    assert "TABS" not in made
    with pytest.raises(JSEvalException, match="cannot be removed"):
        run(v8, "layout.removed", layout, "GRID_ID")


def test_tabs_over_everything_come_and_go(v8: MiniRacer, layout: Layout) -> None:
    made = run(v8, "layout.underTabs", layout)
    top = made["ROOT_ID"]["children"][0]
    assert shape(made, top) == [shape(layout)]
    kept = run(v8, "layout.stored", made, "Title")
    assert kept["GRID_ID"]["children"] == []
    assert kept["C3"]["parents"] == ["ROOT_ID", top, made[top]["children"][0], "R2", "COL", "R3"]
    assert shape(run(v8, "layout.removed", made, top)) == shape(layout)


def test_what_is_stored_is_superset_s_form(v8: MiniRacer, layout: Layout) -> None:
    lost = {**layout, **place("CHART", "CX", chartId=9)}
    kept = run(v8, "layout.stored", lost, "Title")
    assert kept["DASHBOARD_VERSION_KEY"] == "v2"
    assert kept["HEADER_ID"] == {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": "Title"}}
    assert "CX" not in kept
    assert "parents" not in kept["ROOT_ID"]
    assert kept["C4"]["parents"] == ["ROOT_ID", "GRID_ID", "TABS", "T2", "R4"]
    # Opened and stored again it is the same.
    charts = [{"id": number, "slice_name": "x"} for number in (1, 2, 3, 4)]
    assert run(v8, "layout.stored", run(v8, "layout.opened", kept, charts), "Title") == kept


def test_a_broken_layout_is_opened_sound_and_no_chart_is_lost(v8: MiniRacer) -> None:
    broken = {
        **place("ROOT", "ROOT_ID", "GRID_ID", "GONE"),
        **place("GRID", "GRID_ID", "R1", "R1", "NOTHING"),
        **place("ROW", "R1", "C1", "GRID_ID"),
        **chart("C1"),
    }
    charts = [{"id": number, "slice_name": f"Chart {number}", "uuid": "u"} for number in (1, 2, 3, 4, 5)]
    made = run(v8, "layout.opened", broken, charts)
    assert shape(made) == [[1], [2, 3, 4], [5]]
    assert shape(run(v8, "layout.opened", {}, charts[:1])) == [[1]]


@pytest.mark.parametrize(
    ("name", "direction", "expected"),
    [
        ("C1", "right", [[2, 1], [[[3]]], [[], [[4]]]]),
        ("C1", "up", [[1], [2], [[[3]]], [[], [[4]]]]),
        ("C2", "down", [[1], [2], [[[3]]], [[], [[4]]]]),
        ("R1", "down", [[[[3]]], [1, 2], [[], [[4]]]]),
        ("R1", "right", None),
        ("R2", "right", [[1, 2], [[[[[3]]]], [[4]]]]),
        ("R4", "left", [[1, 2], [[[3]]], [[], []], [4]]),
        ("C3", "out", [[1, 2], [[3]], [[], [[4]]]]),
        ("T2", "left", [[1, 2], [[[3]]], [[[4]], []]]),
        ("T1", "left", None),
    ],
)
def test_a_key_moves_by_one_step(v8: MiniRacer, layout: Layout, name: str, direction: str, expected: Any) -> None:
    if expected is None:
        with pytest.raises(JSEvalException):
            run(v8, "steps.stepped", layout, name, direction)
    else:
        assert shape(run(v8, "steps.stepped", layout, name, direction)["layout"]) == expected


def test_it_can_go_only_where_it_may(v8: MiniRacer, layout: Layout) -> None:
    found = [each["id"] for each in run(v8, "((given) => steps.destinations(given, 'C3'))", layout)]
    assert found == ["GRID_ID", "R2", "COL", "R3", "T1", "T2", "R4"]


@pytest.mark.parametrize(
    ("chosen", "scope"),
    [
        ([1, 2, 3, 4], {"rootPath": ["ROOT_ID"], "excluded": []}),
        ([1, 3, 4], {"rootPath": ["ROOT_ID"], "excluded": [2]}),
        ([4], {"rootPath": ["T2"], "excluded": []}),
        ([1], {"rootPath": ["ROOT_ID"], "excluded": [2, 3, 4]}),
    ],
)
def test_a_scope_holds_just_the_chosen_charts(
    v8: MiniRacer, layout: Layout, chosen: list[int], scope: dict[str, Any]
) -> None:
    assert run(v8, "scope.scopeOf", layout, chosen) == scope
    assert run(v8, "scope.chartsIn", layout, scope) == chosen


@pytest.mark.parametrize(
    "scope",
    [
        {"rootPath": ["ROOT_ID"], "excluded": []},
        {"rootPath": ["T2"], "excluded": []},
        {"rootPath": [], "excluded": []},
        {"excluded": [2]},
        None,
    ],
)
def test_a_page_reads_a_scope_as_the_editor_does(v8: MiniRacer, layout: Layout, scope: dict[str, Any] | None) -> None:
    ids = [1, 2, 3, 4]
    page = (STATIC / "dashboard" / "filters.js").read_text().replace("export ", "")
    filters = f"(() => {{ {page} return new Filters({{}}, {{ places: {json.dumps(layout)}, charts: new Map() }}); }})()"
    reached = f"((scope, ids) => {{ const all = {filters}; return ids.filter((id) => all.reaches({{ scope }}, id)); }})"
    assert run(v8, reached, scope, ids) == run(v8, "scope.chartsIn", layout, scope)


def test_filters_are_kept_with_the_charts_of_this_layout(v8: MiniRacer, layout: Layout) -> None:
    scope = {"rootPath": ["T2"], "excluded": []}
    metadata = {
        "native_filter_configuration": [
            {"id": "F", "scope": scope, "chartsInScope": [77], "other": 1},
            {"id": "D", "type": "DIVIDER"},
        ],
        "global_chart_configuration": {"scope": {"rootPath": ["ROOT_ID"], "excluded": [2]}},
        "chart_configuration": {
            "1": {"id": 1, "crossFilters": {"scope": "global", "chartsInScope": []}},
            "77": {"id": 77, "crossFilters": {"scope": "global", "chartsInScope": []}},
        },
        "color_scheme": "x",
    }
    kept = run(v8, "scope.settled", metadata, layout)
    first, divider = kept["native_filter_configuration"]
    assert first == {"id": "F", "scope": scope, "chartsInScope": [4], "tabsInScope": ["T2"], "other": 1}
    assert divider["chartsInScope"] == []
    assert kept["global_chart_configuration"]["chartsInScope"] == [1, 3, 4]
    assert kept["chart_configuration"] == {"1": {"id": 1, "crossFilters": {"scope": "global", "chartsInScope": [3, 4]}}}
    assert kept["color_scheme"] == "x"
