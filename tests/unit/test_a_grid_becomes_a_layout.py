"""Positions in Redash's grid of six columns as a layout of rows and columns, and back."""

from typing import Any

import pytest

from superset_like.services import dashboard_grid, layouts
from superset_like.services.dashboard_grid import Card, Place


def card(key: str, *place: int, kind: str = "CHART") -> Card:
    node = {"type": kind, "id": key, "children": [], "meta": {"width": 4, "height": 50}}
    return Card(node, Place(*place) if place else None)


def rows(layout: dict[str, Any], key: str = layouts.GRID) -> list[Any]:
    """The tree of what stands, rows and columns as lists."""
    found = []
    for child in layout[key]["children"]:
        node = layout[child]
        found.append(rows(layout, child) if node["type"] in {"ROW", "COLUMN"} else child)
    return found


def test_what_stands_side_by_side_is_a_row() -> None:
    layout = dashboard_grid.arranged({}, [card("b", 3, 0, 3, 8), card("c", 0, 8, 6, 4), card("a", 0, 0, 3, 8)])
    assert rows(layout) == [["a", "b"], ["c"]]
    assert [layout[key]["meta"]["width"] for key in "abc"] == [6, 6, 12]
    assert [layout[key]["meta"]["height"] for key in "abc"] == [50, 50, 25]
    assert layout["a"]["parents"] == ["ROOT_ID", "GRID_ID", "ROW-1"]


def test_what_stands_beside_a_taller_one_is_a_column() -> None:
    layout = dashboard_grid.arranged({}, [card("a", 0, 0, 4, 10), card("b", 4, 0, 2, 5), card("c", 4, 5, 2, 5)])
    assert rows(layout) == [["a", ["b", "c"]]]
    places = dashboard_grid.places_of(layout)
    assert (places["b"], places["c"]) == (Place(4, 0, 2, 5), Place(4, 5, 2, 5))


def test_what_has_no_place_stands_below() -> None:
    layout = dashboard_grid.arranged({}, [card("a"), card("b", 0, 3, 6, 2), card("c")])
    assert rows(layout) == [["b"], ["a"], ["c"]]


def test_places_survive_the_way_there_and_back() -> None:
    places = {"a": Place(0, 0, 2, 6), "b": Place(2, 0, 4, 6), "c": Place(0, 6, 3, 8), "d": Place(3, 6, 3, 8)}
    cards = [Card(card(key).node, place) for key, place in places.items()]
    layout = dashboard_grid.arranged({}, cards)
    assert dashboard_grid.places_of(layout) == places
    again = dashboard_grid.arranged(layout, [Card(layout[key], place) for key, place in places.items()])
    assert again == layout


def test_tabs_headers_and_odd_widths_have_places() -> None:
    layout: dict[str, Any] = {
        "ROOT_ID": {"type": "ROOT", "children": ["TABS"]},
        "TABS": {"type": "TABS", "children": ["ONE", "TWO"]},
        "ONE": {"type": "TAB", "children": ["HEAD", "ROW"]},
        "HEAD": {"type": "HEADER", "children": []},
        "ROW": {"type": "ROW", "children": ["a", "b", "c", "d"]},
        "TWO": {"type": "TAB", "children": ["ROW2", "ROW"]},
        "ROW2": {"type": "ROW", "children": ["e", "nowhere"]},
        **{key: {"type": "CHART", "children": [], "meta": {"width": 3, "height": 50}} for key in "abcd"},
        "e": {"type": "MARKDOWN", "children": [], "meta": {"width": "wide"}},
    }
    places = dashboard_grid.places_of(layout)
    assert [places[key].row for key in "abcde"] == [1, 1, 1, 1, 9]
    taken = [cell for key in "abcd" for cell in range(places[key].col, places[key].col + places[key].size_x)]
    assert taken == [0, 1, 2, 3, 4, 5]
    assert not dashboard_grid.is_plain(layout)


@pytest.mark.parametrize(
    ("position", "place"),
    [
        ({"col": 0, "row": 0, "sizeX": 3, "sizeY": 8}, Place(0, 0, 3, 8)),
        ({"col": 4, "row": 1, "sizeX": 9, "sizeY": -1}, Place(4, 1, 2, 1)),
        ({"col": 99, "row": -3}, Place(5, 0, 1, 1)),
        ({"col": "a", "row": 0}, None),
        ({"row": 10**30, "col": 0}, None),
        ({"col": True, "row": 0}, None),
        ([], None),
        (None, None),
    ],
)
def test_positions_are_read_with_care(position: Any, place: Place | None) -> None:
    assert dashboard_grid.place_of(position) == place
