"""What a dashboard is made of, as boxes that know how high they are at a width, and draw themselves on a sheet.

The measures are those of static/dashboard.css.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from superset_like.pictures import lines, markdown
from superset_like.pictures.lines import Line, Run

GAP = 16.0
COLUMNS = 12
# Where a page is not wider, rows are stacks.
NARROW = 760
LEADING = 1.5
BORDER, PAD_Y, PAD_X = 1.0, 14.0, 16.0
RADIUS = 8.0
TITLE_SIZE, TITLE_GAP = 15.0, 8.0
# Of the height that a layout gives a chart, so much is its card's.
OF_CARD = 52.0
LOWEST_DRAWING = 100.0
SMALL = 13.0
CODE_PAD = 10.0
QUOTE = 14.0
# Where letters stand in a line, in parts of their size, as browsers place Inter's.
BASELINE = 0.35


@dataclass(slots=True)
class Sheet:
    """What is drawn, as JSON: rectangles, lines of text and charts. Colours are names of roles."""

    items: list[dict[str, Any]] = field(default_factory=list)

    def rect(self, x: float, y: float, width: float, height: float, **look: Any) -> None:
        """A rectangle. look: fill, stroke, radius."""
        self.items.append({"kind": "rect", "x": x, "y": y, "width": width, "height": height, **look})

    def line(self, line: Line, x: float, y: float, height: float, fill: str = "text") -> None:
        """A line of text; y is its upper edge. Its runs follow each other, wherever a viewer's letters end."""
        end, runs = x, []
        for run in line:
            if run.is_code:
                self.rect(end - 2, y + 2, run.width + 4, height - 4, fill="raised", radius=4)
            end += run.width
            look = {"size": run.size, "bold": run.bold, "italic": run.italic, "is_link": run.is_link}
            runs.append({"text": run.text, "fill": "link" if run.is_link else fill, **look})
        largest = max((run.size for run in line), default=0.0)
        if runs:
            self.items.append({"kind": "line", "x": x, "y": y + height / 2 + BASELINE * largest, "runs": runs})

    def chart(self, chart: int, x: float, y: float, width: float, height: float) -> None:
        """The place of a chart's drawing."""
        size = {"width": round(width), "height": round(height)}
        self.items.append({"kind": "chart", "chart": chart, "x": x, "y": y, **size})


class Box(Protocol):
    """A part of a dashboard."""

    def height(self, width: float) -> float:
        """How high it is when it is so wide."""

    def draw(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        """It is on the sheet. height: at least its own."""


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of one text. above, below: pixels that stay free."""

    text: str
    size: float
    bold: bool = False
    fill: str = "text"
    above: float = 0.0
    below: float = 0.0

    def height(self, width: float) -> float:
        return self.above + len(self._lines(width)) * LEADING * self.size + self.below

    def draw(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        y += self.above
        for line in self._lines(width):
            sheet.line(line, x, y, LEADING * self.size, self.fill)
            y += LEADING * self.size

    def _lines(self, width: float) -> Sequence[Line]:
        return lines.broken((Run(self.text, self.size, self.bold),), width)


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""

    def height(self, width: float) -> float:
        return 1.0

    def draw(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        sheet.rect(x, y, width, 1, fill="line")


@dataclass(frozen=True, slots=True)
class Stack:
    """Boxes below each other."""

    boxes: Sequence[Box]
    gap: float = GAP

    def height(self, width: float) -> float:
        gaps = self.gap * max(0, len(self.boxes) - 1)
        return gaps + sum(box.height(width) for box in self.boxes)

    def draw(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        for box in self.boxes:
            own = box.height(width)
            box.draw(sheet, x, y, width, own)
            y += own + self.gap


@dataclass(frozen=True, slots=True)
class Row:
    """Boxes beside each other, each so many of twelve columns wide; what does not fit begins a line below."""

    cells: Sequence[tuple[Box, int]]
    is_narrow: bool = False

    def height(self, width: float) -> float:
        found = [max(box.height(self._width(span, width)) for box, span in line) for line in self._lines()]
        return sum(found) + GAP * max(0, len(found) - 1)

    def draw(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        for line in self._lines():
            highest = max(box.height(self._width(span, width)) for box, span in line)
            left = x
            for box, span in line:
                wide = self._width(span, width)
                box.draw(sheet, left, y, wide, highest)
                left += wide + GAP
            y += highest + GAP

    def _width(self, span: int, width: float) -> float:
        if self.is_narrow:
            return width
        return (width - GAP * (COLUMNS - 1)) / COLUMNS * span + GAP * (span - 1)

    def _lines(self) -> list[list[tuple[Box, int]]]:
        made: list[list[tuple[Box, int]]] = []
        free = 0
        for cell in self.cells:
            if self.is_narrow or cell[1] > free or not made:
                made.append([])
                free = COLUMNS
            made[-1].append(cell)
            free -= cell[1]
        return made


@dataclass(frozen=True, slots=True)
class ChartCard:
    """A chart below its title. drawn: pixels of its drawing. cut, said: what is told below it, and in its place."""

    chart: int
    title: str
    drawn: float
    cut: str | None = None
    said: str | None = None

    def height(self, width: float) -> float:
        return self._around(width) + self.drawn

    def draw(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        _card(sheet, x, y, width, height)
        left, room = x + BORDER + PAD_X, width - 2 * (BORDER + PAD_X)
        title = self._title()
        above = BORDER + PAD_Y + title.height(room)
        title.draw(sheet, left, y + BORDER + PAD_Y, room, 0)
        drawn = height - self._around(width)
        if self.said is None:
            sheet.chart(self.chart, left, y + above, room, drawn)
        else:
            _centred(sheet, self.said, left, y + above, room, drawn)
        if self.cut:
            size = SMALL * LEADING
            words = lines.cut(self.cut, room, SMALL)
            sheet.line((Run(words, SMALL),), left, y + height - BORDER - PAD_Y - size, size, "quiet")

    def _title(self) -> Words:
        return Words(self.title, TITLE_SIZE, bold=True, below=TITLE_GAP)

    def _around(self, width: float) -> float:
        cut = TITLE_GAP + SMALL * LEADING if self.cut else 0.0
        return 2 * (BORDER + PAD_Y) + self._title().height(width - 2 * (BORDER + PAD_X)) + cut


@dataclass(frozen=True, slots=True)
class TextCard:
    """Markdown."""

    blocks: Sequence[markdown.Block]

    def height(self, width: float) -> float:
        room = width - 2 * (BORDER + PAD_X)
        return 2 * (BORDER + PAD_Y) + sum(each.gap + _block_height(each, room) for each in self.blocks)

    def draw(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        _card(sheet, x, y, width, height)
        left, room = x + BORDER + PAD_X, width - 2 * (BORDER + PAD_X)
        y += BORDER + PAD_Y
        for block in self.blocks:
            y += block.gap
            own = _block_height(block, room)
            _draw_block(sheet, block, left, y, room, own)
            y += own


@dataclass(frozen=True, slots=True)
class TabBar:
    """The names of tabs beside each other, that which is shown marked, above what it holds."""

    titles: Sequence[str]
    shown: int
    body: Box
    size: float = 15.0

    def height(self, width: float) -> float:
        return self._bar(width) + GAP + self.body.height(width)

    def draw(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        bar = self._bar(width)
        sheet.rect(x, y + bar - 1, width, 1, fill="line")
        for place, (left, top, room) in enumerate(self._places(width)):
            is_shown = place == self.shown
            title = lines.cut(self.titles[place], room, self.size, is_shown)
            line = (Run(title, self.size, bold=is_shown),)
            sheet.line(line, x + left + 14, y + top + 8, LEADING * self.size)
            if is_shown:
                sheet.rect(x + left, y + top + self._line() - 3, room + 28, 3, fill="accent")
        self.body.draw(sheet, x, y + bar + GAP, width, height - bar - GAP)

    def _line(self) -> float:
        return LEADING * self.size + 19

    def _bar(self, width: float) -> float:
        places = self._places(width)
        return (places[-1][1] if places else 0.0) + self._line() + 1

    def _places(self, width: float) -> list[tuple[float, float, float]]:
        """(left, top, pixels of the name) of each."""
        made: list[tuple[float, float, float]] = []
        left = top = 0.0
        for place, title in enumerate(self.titles):
            room = min(Run(title, self.size, bold=place == self.shown).width, width - 28)
            if left and left + room + 28 > width:
                left, top = 0.0, top + self._line()
            made.append((left, top, room))
            left += room + 32
        return made


def _card(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    half = BORDER / 2
    look = {"fill": "surface", "stroke": "line", "radius": RADIUS}
    sheet.rect(x + half, y + half, width - BORDER, height - BORDER, **look)


def _centred(sheet: Sheet, text: str, x: float, y: float, width: float, height: float) -> None:
    size = TITLE_SIZE * LEADING
    found = lines.broken((Run(text, TITLE_SIZE),), width)[: max(1, int(height // size))]
    top = y + max(0.0, (height - len(found) * size) / 2)
    for place, line in enumerate(found):
        left = x + (width - sum(run.width for run in line)) / 2
        sheet.line(line, left, top + place * size, size, "danger")


def said(text: str, place: Mapping[str, float]) -> Sequence[Mapping[str, Any]]:
    """The items that say the text in the middle of the place (x, y, width, height)."""
    sheet = Sheet()
    _centred(sheet, text, place["x"], place["y"], place["width"], place["height"])
    return sheet.items


def _leading(line: Line) -> float:
    return LEADING * max((run.size for run in line), default=markdown.SIZE)


def _room(block: markdown.Block, width: float) -> float:
    pads = 2 * CODE_PAD if block.kind == "code" else 0.0
    return max(width - block.indent - QUOTE * block.quotes - pads, 40.0)


def _cells(block: markdown.Block, width: float) -> list[Sequence[Line]]:
    room = _room(block, width) / max(1, len(block.cells))
    pads = 2 * CODE_PAD if block.kind == "row" else 0.0
    return [lines.broken(cell, max(room - pads, 20.0)) for cell in block.cells]


def _block_height(block: markdown.Block, width: float) -> float:
    if block.kind == "rule":
        return 1.0
    pads = {"code": 2 * CODE_PAD, "row": CODE_PAD}.get(block.kind, 0.0)
    return pads + max((sum(map(_leading, cell)) for cell in _cells(block, width)), default=0.0)


def _draw_block(sheet: Sheet, block: markdown.Block, x: float, y: float, width: float, height: float) -> None:
    for quote in range(block.quotes):
        sheet.rect(x + quote * QUOTE, y, 3, height, fill="line")
    left, room = x + block.indent + QUOTE * block.quotes, _room(block, width)
    if block.kind == "rule":
        sheet.rect(left, y, room, 1, fill="line")
        return
    if block.kind == "code":
        sheet.rect(left, y, room + 2 * CODE_PAD, height, fill="raised", radius=4)
    if block.kind == "row":
        sheet.rect(left, y + height - 1, room, 1, fill="line")
    if block.mark:
        mark = Run(block.mark, markdown.SIZE)
        sheet.line((mark,), left - 8 - mark.width, y, LEADING * mark.size)
    pad_x = 0.0 if block.kind == "text" else CODE_PAD
    pad_y = {"code": CODE_PAD, "row": CODE_PAD / 2}.get(block.kind, 0.0)
    fill = "quiet" if block.quotes else "text"
    share = room / max(1, len(block.cells))
    for place, cell in enumerate(_cells(block, width)):
        top = y + pad_y
        for line in cell:
            plain = tuple(Run(run.text, run.size) for run in line) if block.kind == "code" else line
            sheet.line(plain, left + pad_x + place * share, top, _leading(line), fill)
            top += _leading(line)
