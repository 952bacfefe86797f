"""Sheets as SVG: rectangles and texts in the colours of static/elements.css, and drawings of charts in their places."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from superset_like.pictures import fonts, svg

COLOURS: Mapping[str, Mapping[str, str]] = {
    "light": {
        "ground": "#f6f8f9",
        "surface": "#ffffff",
        "raised": "#eef2f4",
        "line": "#d5dde1",
        "text": "#1d2b32",
        "quiet": "#56666f",
        "accent": "#155e75",
        "link": "#0e6480",
        "danger": "#b42318",
    },
    "dark": {
        "ground": "#10181c",
        "surface": "#182227",
        "raised": "#213037",
        "line": "#35464e",
        "text": "#e3ebee",
        "quiet": "#a3b3bb",
        "accent": "#22819e",
        "link": "#6cc7e0",
        "danger": "#f2857b",
    },
}
SPACE = "http://www.w3.org/2000/svg"


def composed(page: Mapping[str, Any], theme: str, drawings: Sequence[str]) -> str:
    """One SVG of a page {width, height, items, shown}. shown: pixels that are to be seen of it, from above left.

    drawings: SVGs of charts as `svg.cleaned` made them; an item names one by its place.
    """
    width, height = page["width"], page["height"]
    sheet = Sheet(COLOURS[theme], drawings)
    body = "".join(sheet.written(page["items"]))
    ground = f'<rect width="{width}" height="{height}" fill="{COLOURS[theme]["ground"]}"></rect>'
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    spaces = f'xmlns="{SPACE}" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {size} {spaces}>{ground}{body}</svg>"


class Sheet:
    """Writes items."""

    def __init__(self, colours: Mapping[str, str], drawings: Sequence[str]) -> None:
        self._colours = colours
        self._drawings = drawings
        self._placed = 0

    def written(self, items: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """The items' elements, one after another."""
        for item in items:
            if item["kind"] == "group":
                moved = f"translate({item['x']:.2f} {item['y']:.2f}) scale({item['scale']:.4f})"
                yield f'<g transform="{moved}">{"".join(self.written(item["items"]))}</g>'
            elif item["kind"] == "rect":
                yield self._rect(item)
            elif item["kind"] == "line":
                yield self._line(item)
            else:
                yield self._chart(item)

    def _rect(self, item: Mapping[str, Any]) -> str:
        stroke = f' stroke="{self._colours[item["stroke"]]}"' if "stroke" in item else ""
        radius = f' rx="{item["radius"]}"' if "radius" in item else ""
        size = f'width="{item["width"]:.2f}" height="{item["height"]:.2f}"'
        place = f'x="{item["x"]:.2f}" y="{item["y"]:.2f}"'
        return f'<rect {place} {size} fill="{self._colours[item["fill"]]}"{stroke}{radius}></rect>'

    def _line(self, item: Mapping[str, Any]) -> str:
        place = f'x="{item["x"]:.2f}" y="{item["y"]:.2f}" font-family={quoteattr(fonts.FAMILY)} xml:space="preserve"'
        return f"<text {place}>{''.join(map(self._run, item['runs']))}</text>"

    def _run(self, run: Mapping[str, Any]) -> str:
        weight = ' font-weight="600"' if run["bold"] else ""
        style = ' font-style="italic"' if run["italic"] else ""
        under = ' text-decoration="underline"' if run["is_link"] else ""
        look = f'font-size="{run["size"]}" fill="{self._colours[run["fill"]]}"{weight}{style}{under}'
        return f"<tspan {look}>{escape(svg.holdable(run['text']))}</tspan>"

    def _chart(self, item: Mapping[str, Any]) -> str:
        self._placed += 1
        # What one drawing names must not be what another means.
        drawn = svg.cleaned(self._drawings[item["drawing"]], f"c{self._placed}-")
        return f'<g transform="translate({item["x"]:.2f} {item["y"]:.2f})">{drawn}</g>'
