"""Tables and pivot tables: the cells that both a page and a picture are made of."""

import json
from typing import Any

import pytest
from py_mini_racer import MiniRacer

from superset_like import chart_types
from superset_like.pictures import modules

FOLDER = modules.CHART_TYPES
LOOK = {"width": 800, "height": 500, "theme": "light", "locale": "en-US", "zone": "UTC"}
NUMBER, TEXT, TIME = range(3)


@pytest.fixture(scope="module")
def v8() -> MiniRacer:
    made = MiniRacer()
    made.eval(f"const base = {modules.script(FOLDER, 'base')}({{}});0")
    for name, file in (
        ("cells", "table/cells.js"),
        ("pivot", "pivot_table/pivot.js"),
        ("folded", "pivot_table/chart.js"),
    ):
        path = FOLDER / file
        made.eval(f"const {name} = {modules.translated(path.read_text(), path)}(base);0")
    return made


def result(*rows: dict[str, Any], **kinds: int) -> dict[str, Any]:
    def kind(name: str, value: Any) -> int:
        return kinds.get(name, NUMBER if isinstance(value, int | float) else TEXT)

    return {"data": rows, "colnames": list(rows[0]), "coltypes": [kind(*each) for each in rows[0].items()]}


def table(v8: MiniRacer, form: dict[str, Any], *results: dict[str, Any]) -> list[dict[str, Any]]:
    """For each row: title -> its cell; the totals last, if there are any."""
    given = f"{json.dumps(form)}, {json.dumps(results)}, {json.dumps(LOOK)}"
    code = f"""(() => {{
      const made = cells.tableOf({given});
      const named = (of) => Object.fromEntries(made.columns.map(of));
      const rows = {json.dumps(results[0]["data"])};
      const told = rows.map((row) => named((each) => [each.title, made.cellOf(each, row)]));
      if (made.totals) told.push(named((each, at) => [each.title, made.totals[at]]));
      return JSON.stringify(told);
    }})()"""
    made: list[dict[str, Any]] = json.loads(str(v8.eval(code)))
    return made


def texts(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{title: cell["text"] for title, cell in row.items()} for row in rows]


def test_columns_are_as_the_form_configures_them(v8: MiniRacer) -> None:
    config = {
        "n": {"d3NumberFormat": ",.1f", "customColumnName": "Number", "horizontalAlign": "left"},
        "money": {"d3NumberFormat": ",.2f", "currencyFormat": {"symbol": "EUR", "symbolPosition": "suffix"}},
        "day": {"d3TimeFormat": "%d.%m.%Y"},
        "secret": {"visible": False},
    }
    form = {"groupby": ["day"], "metrics": ["n", "money", "secret"], "column_config": config}
    rows = table(v8, form, result({"day": 1_704_067_200_000, "n": 1234, "money": -5, "secret": 1}, day=TIME))
    assert texts(rows) == [{"day": "01.01.2024", "Number": "1,234.0", "money": "-5.00 €"}]
    assert rows[0]["Number"]["align"] == "left"


def test_columns_are_called_as_their_dataset_says(v8: MiniRacer) -> None:
    given = result({"shop": "x", "n": 1, "m": 2}) | {"verbose_map": {"n": "Number", "m": "Much", "shop": "Shop"}}
    form = {"groupby": ["shop"], "metrics": ["n", "m"], "percent_metrics": ["m"]}
    own = {"column_config": {"n": {"customColumnName": "Mine"}}}
    [row] = texts(table(v8, form | own, given))
    assert row == {"Shop": "x", "Mine": "1", "Much": "2", "% Much": "100.00%"}
    pivot = {"groupbyRows": ["shop"], "groupbyColumns": [], "metrics": ["n", "m"], "rowSubTotals": True}
    code = f"""(() => {{
      const made = pivot.pivotOf({json.dumps(pivot)}, {json.dumps(given)}, {json.dumps(LOOK)});
      const titles = made.columns.map((node) => node.titles);
      return JSON.stringify([made.rowFields.map(made.titleOf), titles, made.columns.map((node) => node.texts)]);
    }})()"""
    assert json.loads(str(v8.eval(code))) == [["Shop"], [["Number"], ["Much"]], [["n"], ["m"]]]


def test_numbers_keep_all_their_digits(v8: MiniRacer) -> None:
    # Beyond 2**53 a number comes as text; a raw one may be an id, which has no separators.
    row = {"id": "9007199254740993", "n": 0.125}
    given = result(row, id=NUMBER)
    assert texts(table(v8, {"metrics": ["id", "n"]}, given)) == [{"id": "9,007,199,254,740,993", "n": "0.125"}]
    raw = {"query_mode": "raw", "all_columns": ["id", "n"]}
    assert texts(table(v8, raw, given)) == [{"id": "9007199254740993", "n": "0.125"}]


def test_shares_are_of_their_column_or_as_answered(v8: MiniRacer) -> None:
    form = {"groupby": ["shop"], "metrics": [], "percent_metrics": ["n"], "show_totals": True}
    rows = table(v8, form, result({"shop": "a", "n": 1}, {"shop": "b", "n": 3}))
    assert [row["% n"]["text"] for row in rows] == ["25.00%", "75.00%", "100.00%"]
    answered = table(v8, {**form, "show_totals": False}, result({"shop": "a", "n": 1, "%n": 0.5}))
    assert texts(answered) == [{"shop": "a", "% n": "50.00%"}]


def test_totals_are_those_of_their_own_question(v8: MiniRacer) -> None:
    form = {"viz_type": "table", "groupby": ["shop"], "metrics": ["AVG(n)"], "show_totals": True, "row_limit": 10}
    first, second = chart_types.of("table").questions(form)
    assert (first["columns"], first["row_limit"]) == (["shop"], 10)
    assert (second["columns"], second["orderby"], second["row_limit"]) == ([], [], 0)
    assert second["metrics"] == first["metrics"]
    rows = [result({"shop": "a", "AVG(n)": 1}, {"shop": "b", "AVG(n)": 3}), result({"AVG(n)": 2.5})]
    assert texts(table(v8, form, *rows))[-1] == {"shop": "Summary", "AVG(n)": "2.5"}
    # A chart that never asked it, or counts its rows between, has what its rows sum up to.
    assert texts(table(v8, form, rows[0], result({"rowcount": 2})))[-1]["AVG(n)"] == "4"
    assert len(chart_types.of("table").questions({**form, "query_mode": "raw", "all_columns": ["shop"]})) == 1


@pytest.mark.parametrize(
    ("rule", "coloured"),
    [
        ({"operator": ">", "targetValue": 2}, [False, False, True, True]),
        ({"operator": "≥", "targetValue": 2}, [False, True, True, True]),
        ({"operator": "<", "targetValue": 2}, [True, False, False, False]),
        ({"operator": "=", "targetValue": 3}, [False, False, True, False]),
        ({"operator": "≠", "targetValue": 3}, [True, True, False, True]),
        ({"operator": "< x <", "targetValueLeft": 1, "targetValueRight": 4}, [False, True, True, False]),
        ({"operator": "≤ x <", "targetValueLeft": 1, "targetValueRight": 4}, [True, True, True, False]),
        ({"operator": "None"}, [True, True, True, True]),
        ({"operator": "is null"}, [False, False, False, False]),
        ({"operator": ">", "targetValue": None}, [False, False, False, False]),
    ],
)
def test_conditions_colour_cells(v8: MiniRacer, rule: dict[str, Any], coloured: list[bool]) -> None:
    form = {"metrics": ["n"], "conditional_formatting": [{"column": "n", "colorScheme": "#ACE1C4", **rule}]}
    rows = table(v8, form, result(*({"n": value} for value in (1, 2, 3, 4))))
    assert ["background" in row["n"] for row in rows] == coloured


def test_shades_grow_with_the_value_and_words_and_whole_rows_are_coloured(v8: MiniRacer) -> None:
    rows = result({"shop": "ab", "n": 1}, {"shop": "b", "n": 9})
    form = {"groupby": ["shop"], "metrics": ["n"]}
    rule = {"column": "n", "operator": "None", "colorScheme": "#000000"}
    faint, strong = (row["n"]["background"] for row in table(v8, {**form, "conditional_formatting": [rule]}, rows))
    assert (faint, strong) == ("#ffffff", "#000000")
    flat = {**rule, "useGradient": False}
    assert {row["n"]["background"] for row in table(v8, {**form, "conditional_formatting": [flat]}, rows)} == {
        "#000000"
    }
    words = {"column": "shop", "operator": "begins with", "targetValue": "a", "colorScheme": "#ff0000"}
    whole = {**words, "toAllRow": True, "toTextColor": True}
    first, second = table(v8, {**form, "conditional_formatting": [words, whole]}, rows)
    assert first["n"]["color"] and "background" in first["shop"]
    assert "color" not in second["n"] and "background" not in second["shop"]


def test_bars_begin_at_zero_where_signs_are_told_apart(v8: MiniRacer) -> None:
    form = {"metrics": ["n"], "align_pn": True, "color_pn": True}
    minus, plus = (row["n"] for row in table(v8, form, result({"n": -10}, {"n": 30})))
    assert (minus["bar"]["from"], minus["bar"]["to"]) == (0, 0.25)
    assert (plus["bar"]["from"], plus["bar"]["to"]) == (0.25, 1)
    assert minus["bar"]["color"] != plus["bar"]["color"] and minus["color"]
    assert "bar" not in table(v8, {"metrics": ["n"], "show_cell_bars": False}, result({"n": 1}))[0]["n"]


def test_html_in_a_cell_is_for_the_page_alone(v8: MiniRacer) -> None:
    rows = result({"link": '<a href="https://example.com">Here</a>'})
    (row,) = table(v8, {"groupby": ["link"]}, rows)
    assert (row["link"]["text"], row["link"]["html"][:2]) == ("Here", "<a")
    (plain,) = table(v8, {"groupby": ["link"], "allow_render_html": False}, rows)
    assert "html" not in plain["link"] and plain["link"]["text"].startswith("<a")


SALES = [
    {"region": "east", "shop": "a", "year": "1", "n": 1, "m": 10},
    {"region": "east", "shop": "b", "year": "1", "n": 2, "m": 20},
    {"region": "west", "shop": "c", "year": "1", "n": 3, "m": 30},
    {"region": "west", "shop": "c", "year": "2", "n": 8, "m": 80},
]


def pivot(v8: MiniRacer, **form: Any) -> list[list[str]]:
    """The rows of the pivot table: the row's names, then its cells; below all columns' names."""
    asked = {
        "groupbyRows": ["region", "shop"],
        "groupbyColumns": ["year"],
        "metrics": ["n"],
        "valueFormat": ".3~f",
        **form,
    }
    given = f"{json.dumps(asked)}, {json.dumps(result(*SALES))}, {json.dumps(LOOK)}"
    code = (
        f"(() => {{ const made = pivot.pivotOf({given});"
        " const across = [...made.columns, ...(made.columnTotal ? [made.columnTotal] : [])];"
        " const lines = [...made.rows, ...(made.rowTotal ? [made.rowTotal] : [])];"
        " const name = (node) => node.texts.join('/') + (node.isSum ? '+' : '');"
        " return JSON.stringify([['', ...across.map(name)],"
        " ...lines.map((row) => [name(row), ...across.map((column) => made.cell(row, column).text)])]); })()"
    )
    made: list[list[str]] = json.loads(str(v8.eval(code)))
    return made


def test_a_pivot_table_sums_up(v8: MiniRacer) -> None:
    assert pivot(v8, rowTotals=True, colTotals=True, rowSubTotals=True) == [
        ["", "1", "2", "+"],
        ["east/a", "1", "", "1"],
        ["east/b", "2", "", "2"],
        ["east+", "3", "", "3"],
        ["west/c", "3", "8", "11"],
        ["west+", "3", "8", "11"],
        ["+", "6", "8", "14"],
    ]
    assert [row[0] for row in pivot(v8, rowSubTotals=True, rowSubtotalPosition=True)][1:3] == ["east+", "east/a"]


def test_metrics_stand_where_the_form_puts_them(v8: MiniRacer) -> None:
    both = {"metrics": ["n", "m"], "groupbyRows": ["region"]}
    assert pivot(v8, **both)[0] == ["", "n/1", "n/2", "m/1", "m/2"]
    assert pivot(v8, **both, combineMetric=True)[0] == ["", "1/n", "1/m", "2/n", "2/m"]
    assert [row[0] for row in pivot(v8, **both, metricsLayout="ROWS")][1:] == ["n/east", "n/west", "m/east", "m/west"]
    assert pivot(v8, groupbyRows=["region"], transposePivot=True)[0] == ["", "east", "west"]


@pytest.mark.parametrize(
    ("way", "first"),
    [("key_a_to_z", "east/a"), ("key_z_to_a", "west/c"), ("value_a_to_z", "east/a"), ("value_z_to_a", "west/c")],
)
def test_rows_are_ordered_within_their_groups(v8: MiniRacer, way: str, first: str) -> None:
    names = [row[0] for row in pivot(v8, rowOrder=way)][1:]
    assert names[0] == first
    assert {names.index("east/a"), names.index("east/b")} in ({0, 1}, {1, 2})


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("Sum", "14"),
        ("Count", "4"),
        ("Average", "3.5"),
        ("Median", "2.5"),
        ("Minimum", "1"),
        ("Maximum", "8"),
        ("First", "1"),
        ("Last", "8"),
        ("Count Unique Values", "4"),
        ("List Unique Values", "1, 2, 3, 8"),
        ("Sample Variance", "9.667"),
        ("Sample Standard Deviation", "3.109"),
        ("Sum as Fraction of Total", "100.0%"),
    ],
)
def test_numbers_that_meet_become_one(v8: MiniRacer, name: str, whole: str) -> None:
    assert pivot(v8, aggregateFunction=name, rowTotals=True, colTotals=True)[-1][-1] == whole


def test_shares_of_rows_and_columns_are_of_their_row_and_column(v8: MiniRacer) -> None:
    east = pivot(v8, groupbyRows=["region"], aggregateFunction="Sum as Fraction of Columns")[1]
    assert east == ["east", "50.0%", ""]
    west = pivot(v8, groupbyRows=["region"], aggregateFunction="Count as Fraction of Rows")[2]
    assert west == ["west", "50.0%", "50.0%"]


def test_a_cell_of_a_pivot_table_stands_for_its_row_and_column(v8: MiniRacer) -> None:
    form = {"groupbyRows": ["region", "shop"], "groupbyColumns": ["year"], "metrics": ["n"], "rowSubTotals": True}
    code = (
        f"(() => {{ const [form, rows] = [{json.dumps(form)}, [{json.dumps(result(*SALES))}]];"
        f" const made = pivot.pivotOf(form, rows[0], {json.dumps(LOOK)});"
        " const picks = (row, column) => folded.picks(form, rows, { row, column });"
        " return JSON.stringify([picks(made.rows[1], made.columns[0]), picks(made.rows[2], null)]"
        ".map((found) => found.map((each) => each.val))); })()"
    )
    assert json.loads(str(v8.eval(code))) == [["east", "b", "1"], ["east"]]
