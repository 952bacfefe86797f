"""A dashboard's layout as pages of a picture: its places are made boxes, and these laid on sheets."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from superset_like.pictures import boxes, markdown
from superset_like.pictures.boxes import GAP, Box, ChartCard, Row, Rule, Sheet, Stack, TabBar, TextCard, Words

UNIT_PX = 8
MARGIN = 24.0
HIGHEST_CHART = 4000.0
LONGEST_TITLE = 500
# No page nests so deep; a layout that does is broken or hostile.
DEEPEST = 40
FOOT_SIZE = 11.0
UNPLACED = {"width": 4, "height": 50}
Places = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a chart's card says besides its drawing. cut: below it; said: in its place."""

    title: str
    cut: str | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """Pages of a document, in points."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be laid out. charts: id -> what its card says; one that is missing was deleted.

    tabs: ids of those that are open, the first ones where none is named; None: all, one after another. told: what is
    said below the title.
    """

    title: str
    places: Places
    charts: Mapping[int, Shown]
    width: int
    tabs: Collection[str] | None = ()
    told: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet, and its size in CSS pixels. paper: what it is printed on; None: a sheet of its own size."""

    width: int
    height: int
    items: Sequence[Mapping[str, Any]] = field(default_factory=list)
    paper: Paper | None = None


def tabs_in(places: Places) -> dict[str, str]:
    """Id of a tab -> its name."""
    return {
        name: _tab_title(place)
        for name, place in places.items()
        if isinstance(place, Mapping) and place.get("type") == "TAB"
    }


def around(places: Places, name: str) -> set[str]:
    """Ids of the places in which this one is, directly or not."""
    holders: dict[str, list[str]] = {}
    for holder, place in places.items():
        for child in _children(place):
            holders.setdefault(child, []).append(holder)
    found: set[str] = set()
    ahead = [name]
    while ahead:
        new = [holder for holder in holders.get(ahead.pop(), ()) if holder not in found]
        found.update(new)
        ahead += new
    return found


def picture(plan: Plan) -> Page:
    """The dashboard on one sheet."""
    stack = Stack([*_head(plan), Stack([box for box, _ in _units(plan)])], gap=0.0)
    room = plan.width - 2 * MARGIN
    height = stack.height(room)
    sheet = Sheet()
    stack.draw(sheet, MARGIN, MARGIN, room, height)
    return Page(plan.width, round(height + 2 * MARGIN), sheet.items)


def pages(plan: Plan, paper: Paper | None) -> list[Page]:
    """The dashboard on sheets of the paper, broken between rows, each of the outermost tabs on a new one; without
    paper, on one as long as it needs to be.
    """
    if paper is None:
        return [picture(plan)]
    size = round(plan.width * paper.height / paper.width)
    room, high = plan.width - 2 * MARGIN, size - 2 * MARGIN - 2 * FOOT_SIZE
    sheets, y = [Sheet()], MARGIN
    heads = [(Stack(_head(plan), gap=0.0), False)]
    for place, (box, is_first) in enumerate([*heads, *_kept_together(_units(plan))]):
        own = box.height(room)
        if y > MARGIN and ((is_first and place > 1) or y + min(own, high) > MARGIN + high):
            sheets.append(Sheet())
            y = MARGIN
        shrunk = min(1.0, high / own) if own else 1.0
        _drawn(sheets[-1], box, y, room, own, shrunk)
        y += own * shrunk + (GAP if place else 0.0)
    for number, sheet in enumerate(sheets, 1):
        foot = f"{plan.title} · {number} / {len(sheets)}" if plan.title else f"{number} / {len(sheets)}"
        Words(foot[-LONGEST_TITLE:], FOOT_SIZE, fill="quiet").draw(
            sheet, MARGIN, size - MARGIN - FOOT_SIZE, room * 2, 0
        )
    return [Page(plan.width, size, sheet.items, paper) for sheet in sheets]


def _kept_together(units: Sequence[tuple[Box, bool]]) -> Iterator[tuple[Box, bool]]:
    """The units, each heading in one with what it is above."""
    held: list[Box] = []
    begins = False
    for box, is_first in units:
        held.append(box)
        begins = begins or is_first
        if not isinstance(box, Words):
            yield Stack(held), begins
            held, begins = [], False
    if held:
        yield Stack(held), begins


def _drawn(sheet: Sheet, box: Box, y: float, room: float, own: float, shrunk: float) -> None:
    """What is higher than a page is made as small as it needs to be."""
    if shrunk == 1.0:
        box.draw(sheet, MARGIN, y, room, own)
        return
    inner = Sheet()
    box.draw(inner, 0, 0, room, own)
    left = MARGIN + room * (1 - shrunk) / 2
    sheet.items.append({"kind": "group", "x": left, "y": y, "scale": shrunk, "items": inner.items})


def _head(plan: Plan) -> list[Box]:
    made: list[Box] = []
    if plan.title:
        made.append(Words(plan.title[:LONGEST_TITLE], 24.0, bold=True, below=16.0))
    if plan.told:
        made.append(Words(plan.told, 14.0, fill="quiet", below=16.0))
    return made


def _units(plan: Plan) -> list[tuple[Box, bool]]:
    """(what no page breaks, whether it begins one)."""
    return list(Builder(plan).units())


class Builder:
    """Makes boxes of places, each once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._places = plan.places
        self._is_narrow = plan.width <= boxes.NARROW
        self._seen: set[str] = set()

    def units(self) -> Iterator[tuple[Box, bool]]:
        """As `_units`."""
        root = self._places.get("ROOT_ID")
        if root is None:
            cards = [(self._card({"chartId": pk, **UNPLACED}), UNPLACED["width"]) for pk in self._plan.charts]
            if cards:
                yield Row(cards, self._is_narrow), False
        else:
            yield from self._flat(root, 0)
        if not self._plan.charts:
            yield Words("This dashboard has no charts yet.", 15.0, fill="quiet"), False

    def _flat(self, place: Any, depth: int) -> Iterator[tuple[Box, bool]]:
        for _, child in self._below(place, depth):
            kind = child.get("type")
            if kind == "GRID":
                yield from self._flat(child, depth + 1)
            elif kind == "TABS" and self._plan.tabs is None:
                for _, tab in self._tabs(child, depth + 1):
                    yield Words(_tab_title(tab), 22.0, bold=True), True
                    yield from self._flat(tab, depth + 2)
            else:
                box = self._box(child, depth + 1)
                if box is not None:
                    yield box, False

    def _below(self, place: Any, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name in _children(place) if depth < DEEPEST else ():
            child = self._places.get(name)
            if isinstance(child, Mapping) and name not in self._seen:
                self._seen.add(name)
                yield name, child

    def _boxes(self, place: Any, depth: int) -> list[tuple[Box, Mapping[str, Any]]]:
        found = [(self._box(child, depth + 1), child) for _, child in self._below(place, depth)]
        return [(box, child) for box, child in found if box is not None]

    def _box(self, place: Mapping[str, Any], depth: int) -> Box | None:
        meta = _meta(place)
        match place.get("type"):
            case "GRID" | "COLUMN":
                return self._stack(place, depth)
            case "ROW":
                cells = [(box, _span(child)) for box, child in self._boxes(place, depth)]
                return Row(cells, self._is_narrow) if cells else None
            case "TABS":
                return self._tab_bar(place, depth)
            case "CHART":
                return self._card(meta)
            case "HEADER":
                size = 22.0 if meta.get("headerSize") == "LARGE_HEADER" else 18.0
                return Words(_text(meta.get("text"))[:LONGEST_TITLE], size, bold=True, above=8.0, below=8.0)
            case "MARKDOWN":
                return TextCard(markdown.blocks(_text(meta.get("code"))))
            case "DIVIDER":
                return Rule()
        return None

    def _stack(self, place: Mapping[str, Any], depth: int) -> Stack:
        return Stack([box for box, _ in self._boxes(place, depth)])

    def _tabs(self, place: Mapping[str, Any], depth: int) -> list[tuple[str, Mapping[str, Any]]]:
        return [(name, child) for name, child in self._below(place, depth) if child.get("type") == "TAB"]

    def _tab_bar(self, place: Mapping[str, Any], depth: int) -> Box | None:
        tabs = self._tabs(place, depth)
        if not tabs:
            return None
        if self._plan.tabs is None:
            parts: list[Box] = []
            for _, tab in tabs:
                parts += [Words(_tab_title(tab), 18.0, bold=True), self._stack(tab, depth + 1)]
            return Stack(parts)
        open_ = [number for number, (name, _) in enumerate(tabs) if name in self._plan.tabs]
        shown = open_[0] if open_ else 0
        return TabBar([_tab_title(tab) for _, tab in tabs], shown, self._stack(tabs[shown][1], depth + 1))

    def _card(self, meta: Mapping[str, Any]) -> ChartCard:
        pk = meta.get("chartId")
        shown = self._plan.charts.get(pk) if isinstance(pk, int) else None
        named = _text(meta.get("sliceNameOverride")) or (shown.title if shown else _text(meta.get("sliceName")))
        drawn = (_number(meta.get("height")) or 50.0) * UNIT_PX - boxes.OF_CARD
        high = min(max(drawn, boxes.LOWEST_DRAWING), HIGHEST_CHART)
        title = named[:LONGEST_TITLE] or "Chart"
        if shown is None or not isinstance(pk, int):
            return ChartCard(0, title, high, said="This chart is not there any more.")
        return ChartCard(pk, title, high, shown.cut, shown.said)


def _meta(place: Any) -> Mapping[str, Any]:
    found = place.get("meta") if isinstance(place, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _children(place: Any) -> list[str]:
    found = place.get("children") if isinstance(place, Mapping) else None
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _span(place: Mapping[str, Any]) -> int:
    # As pages have it: what no row gives columns to takes all of them.
    if place.get("type") not in {"COLUMN", "CHART", "MARKDOWN"}:
        return boxes.COLUMNS
    return int(min(max(_number(_meta(place).get("width")) or boxes.COLUMNS / 3, 1), boxes.COLUMNS))


def _tab_title(tab: Mapping[str, Any]) -> str:
    meta = _meta(tab)
    return (_text(meta.get("text")) or _text(meta.get("defaultText")) or "Tab")[:LONGEST_TITLE]
