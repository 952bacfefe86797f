"""Where the items of a dashboard stand, as a grid of six columns has it, and a layout for items that stand in one.

Layouts are trees of rows and columns, twelve wide; a grid knows nothing of trees. What stands side by side in the grid
is a row, what stands beneath one another within it a column; gaps are closed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from superset_like.services import layouts

COLUMNS = 6
# Of the layout for one of the grid.
WIDE = layouts.COLUMNS // COLUMNS
HIGH = 6.25
LEAST_HIGH = 10
LARGEST = 100_000
ITEMS = frozenset({"CHART", "MARKDOWN"})
PLAIN = frozenset({"ROOT", "GRID", "ROW", "COLUMN"}) | ITEMS
HEADER_ID = "HEADER_ID"

Layout = Mapping[str, Any]
Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle of the grid."""

    col: int
    row: int
    size_x: int
    size_y: int

    @property
    def mark(self) -> str:
        """A text that tells it from others."""
        return f"{self.col} {self.row} {self.size_x} {self.size_y}"

    @property
    def position(self) -> dict[str, int]:
        """It, as Redash writes it."""
        return {"col": self.col, "row": self.row, "sizeX": self.size_x, "sizeY": self.size_y}


@dataclass(frozen=True, slots=True)
class Card:
    """A node that is to stand somewhere. place: None for below all others."""

    node: Node
    place: Place | None


def place_of(position: Any) -> Place | None:
    """The rectangle of a position as a client wrote it, within the grid; None for what is none."""
    if not isinstance(position, Mapping):
        return None
    col, row, size_x, size_y = (_whole(position.get(name)) for name in ("col", "row", "sizeX", "sizeY"))
    if col is None or row is None:
        return None
    col = min(max(col, 0), COLUMNS - 1)
    width = min(max(size_x or COLUMNS // 2, 1), COLUMNS - col)
    return Place(col, min(max(row, 0), LARGEST), width, min(max(size_y or 1, 1), 1000))


def items_of(layout: Layout) -> list[Node]:
    """The charts and texts of a layout, in the order in which they stand."""
    return [node for node, _ in _standing(layout)]


def places_of(layout: Layout) -> dict[str, Place]:
    """Node -> where it stands, for the charts and texts of a layout."""
    return {str(node["id"]): place for node, place in _standing(layout)}


def is_plain(layout: Layout) -> bool:
    """Whether it holds nothing but rows and columns of charts and texts, so that it may be made anew."""
    nodes = [node for key, node in layout.items() if isinstance(node, dict) and key != HEADER_ID]
    return all(node.get("type") in PLAIN for node in nodes)


def arranged(layout: Layout, cards: Sequence[Card]) -> dict[str, Any]:
    """A layout of these items alone, each about where it should stand."""
    kept = layouts.begun({})
    if HEADER_ID in layout:
        kept[HEADER_ID] = layout[HEADER_ID]
    placed = [(card.node, card.place) for card in cards if card.place is not None]
    end = max((place.row + place.size_y for _, place in placed), default=0)
    for card in cards:
        if card.place is None:
            placed.append((card.node, Place(0, end, COLUMNS // 2, _high(card.node))))
            end += placed[-1][1].size_y
    for number, band in enumerate(_bands(sorted(placed, key=_from_the_top))):
        _add_row(kept, f"ROW-{number + 1}", band)
    return kept


def resized(node: Node, place: Place) -> dict[str, Any]:
    """The node as wide and high as the place; what stands so already keeps its own measures."""
    meta = dict(node.get("meta") or {})
    if _cells(0, _measure(meta, "width", 4)) != (0, place.size_x):
        meta["width"] = place.size_x * WIDE
    if _rows(_measure(meta, "height", 50)) != place.size_y:
        meta["height"] = max(round(place.size_y * HIGH), LEAST_HIGH)
    return {**node, "meta": meta}


def _from_the_top(placed: tuple[Node, Place]) -> tuple[int, int]:
    return placed[1].row, placed[1].col


def _bands(placed: Sequence[tuple[Node, Place]]) -> Iterator[list[tuple[Node, Place]]]:
    """What stands beside one another, from top to bottom."""
    band: list[tuple[Node, Place]] = []
    end = 0
    for each in placed:
        if band and each[1].row >= end:
            yield band
            band = []
        band.append(each)
        end = max(end, each[1].row + each[1].size_y)
    if band:
        yield band


def _stacks(band: Sequence[tuple[Node, Place]]) -> Iterator[list[tuple[Node, Place]]]:
    """What stands beneath one another within a band, from left to right."""
    stack: list[tuple[Node, Place]] = []
    end = 0
    for each in sorted(band, key=lambda one: (one[1].col, one[1].row)):
        if stack and each[1].col >= end:
            yield stack
            stack = []
        stack.append(each)
        end = max(end, each[1].col + each[1].size_x)
    if stack:
        yield stack


def _add_row(layout: dict[str, Any], key: str, band: Sequence[tuple[Node, Place]]) -> None:
    parents = [layouts.ROOT, layouts.GRID]
    children: list[str] = []
    for number, stack in enumerate(_stacks(band)):
        if len(stack) == 1:
            children.append(_add_item(layout, *stack[0], [*parents, key]))
            continue
        column = f"COLUMN-{key.removeprefix('ROW-')}-{number + 1}"
        left = min(place.col for _, place in stack)
        width = max(place.col + place.size_x for _, place in stack) - left
        below = sorted(stack, key=_from_the_top)
        held = [_add_item(layout, node, place, [*parents, key, column]) for node, place in below]
        meta = {**layouts.CLEAR, "width": width * WIDE}
        layout[column] = {"type": "COLUMN", "id": column, "children": held, "parents": [*parents, key], "meta": meta}
        children.append(column)
    layout[key] = {"type": "ROW", "id": key, "children": children, "parents": parents, "meta": layouts.CLEAR}
    grid = layout[layouts.GRID]
    layout[layouts.GRID] = {**grid, "children": [*grid["children"], key]}


def _add_item(layout: dict[str, Any], node: Node, place: Place, parents: list[str]) -> str:
    key = str(node["id"])
    layout[key] = {**resized(node, place), "children": [], "parents": parents}
    return key


def _standing(layout: Layout) -> list[tuple[Node, Place]]:
    found: list[tuple[Node, Place]] = []
    _stand(layout, layouts.ROOT, 0.0, 0, found, set())
    return found


def _stand(
    layout: Layout, key: str, col: float, row: int, found: list[tuple[Node, Place]], seen: set[str]
) -> tuple[float, int]:
    """(width in columns of the layout, height in rows of the grid) of what stands below the node."""
    node = layout.get(key)
    if not isinstance(node, dict) or key in seen:
        return 0.0, 0
    seen.add(key)
    meta, kind = node.get("meta") or {}, node.get("type")
    if kind in ITEMS:
        width, height = _measure(meta, "width", 4), _rows(_measure(meta, "height", 50))
        left, right = _cells(col, width)
        found.append(({**node, "id": key}, Place(left, row, max(right - left, 1), height)))
        return width, height
    children = [str(each) for each in node.get("children") or ()]
    if kind == "ROW":
        return _side_by_side(layout, children, col, row, found, seen)
    widest, height = 0.0, 1 if kind in {"HEADER", "DIVIDER"} and key != HEADER_ID else 0
    for child in children:
        wide, high = _stand(layout, child, col, row + height, found, seen)
        widest, height = max(widest, wide), height + high
    return (_measure(meta, "width", 4) if kind == "COLUMN" else widest), height


def _side_by_side(
    layout: Layout, children: Sequence[str], col: float, row: int, found: list[tuple[Node, Place]], seen: set[str]
) -> tuple[float, int]:
    width, height = 0.0, 0
    for child in children:
        wide, high = _stand(layout, child, col + width, row, found, seen)
        width, height = width + wide, max(height, high)
    return width, height


def _cells(col: float, width: float) -> tuple[int, int]:
    """(first column, first column after it) in the grid."""
    left = min(int(col / WIDE + 0.5), COLUMNS - 1)
    return left, min(max(int((col + width) / WIDE + 0.5), left + 1), COLUMNS)


def _rows(height: float) -> int:
    return max(round(height / HIGH), 1)


def _high(node: Node) -> int:
    return _rows(_measure(node.get("meta") or {}, "height", 50))


def _measure(meta: Mapping[str, Any], name: str, usual: float) -> float:
    value = meta.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else usual


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
        return None
    return int(value)
