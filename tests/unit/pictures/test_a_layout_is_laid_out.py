"""A dashboard's layout as pages of a picture: where charts, texts and tabs are, and what no layout can break."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from superset_like.pictures import layout, lines, markdown
from superset_like.pictures.layout import Page, Paper, Plan, Shown
from superset_like.pictures.lines import Run

A4 = Paper(595.28, 841.89)
CHARTS = {pk: Shown(f"Chart {pk}") for pk in range(1, 6)}


def place(kind: str, *children: str, **meta: Any) -> dict[str, Any]:
    return {"type": kind, "children": list(children), "meta": meta}


def chart(pk: int, width: int = 4, height: int = 50) -> dict[str, Any]:
    return place("CHART", chartId=pk, width=width, height=height)


def plan(places: Mapping[str, Any], **more: Any) -> Plan:
    facts: dict[str, Any] = {"title": "", "charts": CHARTS, "width": 1248, **more}
    return Plan(places=places, **facts)


def rows(*rows_: list[dict[str, Any]]) -> dict[str, Any]:
    """Places of a grid with these rows."""
    found = {f"{at}-{number}": each for at, row in enumerate(rows_) for number, each in enumerate(row)}
    made = {f"R{at}": place("ROW", *(f"{at}-{number}" for number in range(len(row)))) for at, row in enumerate(rows_)}
    return {"ROOT_ID": place("ROOT", "GRID"), "GRID": place("GRID", *made), **made, **found}


def charts_of(page: Page) -> list[tuple[int, int, int, int]]:
    """(chart, x, y, width) of each."""
    items = (item for item in page.items if item["kind"] == "chart")
    return [(item["chart"], round(item["x"]), round(item["y"]), item["width"]) for item in items]


def texts(items: Any) -> Iterator[str]:
    for item in items:
        if item["kind"] == "line":
            yield "".join(run["text"] for run in item["runs"])
        elif item["kind"] == "group":
            yield from texts(item["items"])


def test_twelve_columns_are_shared_as_the_layout_says() -> None:
    (first, second), (third,) = ([chart(1, 4), chart(2, 8)], [chart(3, 12)])
    found = charts_of(layout.picture(plan(rows([first, second], [third]))))
    # 1200 pixels between the margins, 16 between columns, 17 of a card's frame on each side.
    assert [(pk, x, width) for pk, x, _, width in found] == [
        (1, 24 + 17, 389 - 34),
        (2, 24 + 389 + 16 + 17, 795 - 34),
        (3, 24 + 17, 1200 - 34),
    ]
    assert found[0][2] == found[1][2] < found[2][2]


def test_what_does_not_fit_beside_begins_a_line_below() -> None:
    (_, _, first, _), (_, x, second, _) = charts_of(layout.picture(plan(rows([chart(1, 8), chart(2, 8)]))))
    assert x == 41
    assert second > first + 300


def test_a_narrow_page_has_one_column() -> None:
    found = charts_of(layout.picture(plan(rows([chart(1, 3), chart(2, 9)]), width=600)))
    assert [(x, width) for _, x, _, width in found] == [(41, 518), (41, 518)]


def test_cards_of_a_row_are_equally_high() -> None:
    places = rows([chart(1, 6, 30), chart(2, 6, 60)])
    items = layout.picture(plan(places)).items
    heights = [item["height"] for item in items if item["kind"] == "rect" and item["fill"] == "surface"]
    assert heights[0] == heights[1]
    drawn = [item["height"] for item in items if item["kind"] == "chart"]
    assert drawn[0] == drawn[1] == 60 * 8 - 52


def test_without_a_layout_all_charts_are_there() -> None:
    assert [pk for pk, *_ in charts_of(layout.picture(plan({})))] == [1, 2, 3, 4, 5]
    assert "This dashboard has no charts yet." in list(texts(layout.picture(plan({}, charts={})).items))


def tabbed() -> dict[str, Any]:
    return {
        "ROOT_ID": place("ROOT", "TABS"),
        "TABS": place("TABS", "T1", "T2"),
        "T1": place("TAB", "R1", text="First"),
        "T2": place("TAB", "INNER", text="Second"),
        "R1": place("ROW", "C1"),
        "INNER": place("TABS", "T3", "T4"),
        "T3": place("TAB", "C2", text="Third"),
        "T4": place("TAB", "C3", text="Fourth"),
        "C1": chart(1),
        "C2": chart(2),
        "C3": chart(3),
    }


@pytest.mark.parametrize(("opened", "seen"), [((), [1]), (("T2",), [2]), (("T2", "T4"), [3]), (("T4",), [1])])
def test_one_tab_of_each_bar_is_open(opened: tuple[str, ...], seen: list[int]) -> None:
    page = layout.picture(plan(tabbed(), tabs=opened))
    assert [pk for pk, *_ in charts_of(page)] == seen
    assert {"First", "Second"} <= set(texts(page.items))


def test_who_opens_a_tab_opens_those_around_it() -> None:
    assert {"T2", "TABS", "INNER", "ROOT_ID"} == layout.around(tabbed(), "T4")


def test_a_document_has_all_tabs_each_on_pages_of_its_own() -> None:
    pages = layout.pages(plan(tabbed(), tabs=None, title="Sales"), A4)
    assert [[pk for pk, *_ in charts_of(page)] for page in pages] == [[1], [2], [3]]
    assert "First" in list(texts(pages[0].items))
    assert "Sales · 3 / 3" in list(texts(pages[2].items))


def test_pages_break_between_rows_and_a_heading_stays_with_what_is_below() -> None:
    places = rows([chart(1, 12, 130)], [place("HEADER", text="Head")], [chart(2, 12, 130)], [chart(3, 12, 130)])
    places["GRID"]["children"][1] = "1-0"
    pages = layout.pages(plan(places), A4)
    assert [[pk for pk, *_ in charts_of(page)] for page in pages] == [[1], [2], [3]]
    assert "Head" in list(texts(pages[1].items))
    assert all(page.height == round(1248 * 841.89 / 595.28) for page in pages)


def test_what_is_higher_than_a_page_is_made_smaller() -> None:
    (page,) = layout.pages(plan(rows([chart(1, 12, 400)])), A4)
    (group,) = [item for item in page.items if item["kind"] == "group"]
    assert 0.4 < group["scale"] < 0.6
    (drawn,) = [item for item in group["items"] if item["kind"] == "chart"]
    assert group["y"] + group["scale"] * (drawn["y"] + drawn["height"]) < page.height


def test_a_card_says_what_is_cut_and_what_failed() -> None:
    charts = {1: Shown("One", cut="Cut at 5 rows."), 2: Shown("Two", said="It failed.")}
    page = layout.picture(plan(rows([chart(1), chart(2), chart(9)]), charts=charts))
    assert [pk for pk, *_ in charts_of(page)] == [1]
    said = set(texts(page.items))
    assert {"One", "Cut at 5 rows.", "Two", "It failed.", "This chart is not there any more."} <= said


@pytest.mark.parametrize(
    "places",
    [
        {"ROOT_ID": place("ROOT", "ROOT_ID")},
        {"ROOT_ID": place("ROOT", "A", "A"), "A": place("ROW", "B"), "B": place("COLUMN", "A", "ROOT_ID")},
        {"ROOT_ID": place("ROOT", "P0"), **{f"P{at}": place("COLUMN", f"P{at + 1}") for at in range(5000)}},
        {"ROOT_ID": None},
        {"ROOT_ID": {"type": "ROOT", "children": "ABC"}},
        {"ROOT_ID": place("ROOT", "A"), "A": {"type": "CHART", "meta": {"chartId": [], "width": "x", "height": {}}}},
        {"ROOT_ID": place("ROOT", "A"), "A": {"type": "CHART", "meta": {"chartId": 1, "width": -5, "height": -1e308}}},
        {
            "ROOT_ID": place("ROOT", "A"),
            "A": {"type": "CHART", "meta": {"chartId": 1, "width": 1e308, "height": 1e308}},
        },
        {"ROOT_ID": place("ROOT", "A"), "A": {"type": "MARKDOWN", "meta": {"code": 5}}},
        {"ROOT_ID": place("ROOT", "A"), "A": {"type": "TABS", "children": [], "meta": None}},
    ],
)
def test_a_broken_layout_is_a_picture_nevertheless(places: dict[str, Any]) -> None:
    page = layout.picture(plan(places))
    assert 0 < page.height < 5000
    assert layout.pages(plan(places, tabs=None), A4)


def test_lines_are_as_wide_as_there_is_room() -> None:
    runs = [Run("one two ", 20), Run("three", 20, bold=True), Run(" four" + "x" * 60, 20)]
    found = lines.broken(tuple(runs), 200)
    assert all(sum(run.width for run in line) <= 200 for line in found)
    assert "".join(run.text for line in found for run in line).replace(" ", "") == f"onetwothreefour{'x' * 60}"
    assert [run.bold for run in found[0]] == [False, True]


def kinds(text: str) -> list[tuple[str, str]]:
    found = markdown.blocks(text)
    return [(each.kind, "|".join("".join(run.text for run in cell) for cell in each.cells)) for each in found]


def test_markdown_is_read_as_blocks() -> None:
    text = "# Head\n\nA **bold** [link](x)\n\n- one\n- two\n\n> said\n\n```\n a\n```\n\n---\n\n|a|b|\n|-|-|\n|1|2|"
    assert kinds(text) == [
        ("text", "Head"),
        ("text", "A bold link"),
        ("text", "one"),
        ("text", "two"),
        ("text", "said"),
        ("code", "\N{NO-BREAK SPACE}a"),
        ("rule", ""),
        ("row", "a|b"),
        ("row", "1|2"),
    ]
    found = markdown.blocks(text)
    assert [run.bold for run in found[1].cells[0]] == [False, True, False, False]
    assert [(each.mark, each.indent > 0, each.quotes) for each in found[2:5]] == [
        ("•", True, 0),
        ("•", True, 0),
        ("", False, 1),
    ]


def test_html_in_markdown_leaves_its_text_alone() -> None:
    text = "<b>bold</b> and <script>alert(1)</script><i onclick=x>it</i>\n\n<div><style>a{}</style>shown</div>"
    assert kinds(text) == [("text", "bold and it"), ("text", "shown")]


def test_a_text_is_read_to_a_length_that_somebody_reads() -> None:
    (found,) = markdown.blocks("x" * 1_000_000)
    assert sum(len(run.text) for run in found.cells[0]) < 21_000
