"""Drawings as files: SVG as PNG and PDF by Typst, with the fonts that are shipped and no others."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal

import typst

from superset_like.pictures import fonts

# Typst's own measure. A CSS pixel is a 96th of an inch, a point a 72nd.
POINTS_PER_INCH = 72
POINTS = 0.75
# Viewers and printers take no larger pages (PDF 1.7, annex C).
LARGEST_POINTS = 14_400.0


class Unfinished(ValueError):
    """A drawing cannot be made such a file."""


def png(drawn: str, size: Mapping[str, Any], scale: float) -> bytes:
    """The drawing in pixels. size: its width and height in CSS pixels. Raises Unfinished."""
    return _compiled([drawn], [(size["width"], size["height"])], "png", POINTS_PER_INCH * scale, "")


def pdf(drawn: Sequence[str], sizes: Sequence[Mapping[str, Any]], title: str) -> bytes:
    """A document with a page for each drawing, of lines and letters. Raises Unfinished.

    sizes: width and height in CSS pixels, and the paper's in points, if there is one.
    """
    return _compiled(drawn, [_points(size) for size in sizes], "pdf", None, title)


def _points(size: Mapping[str, Any]) -> tuple[float, float]:
    if size.get("paper"):
        return size["paper"]["width"], size["paper"]["height"]
    shrunk = min(POINTS, LARGEST_POINTS / max(size["width"], size["height"]))
    return size["width"] * shrunk, size["height"] * shrunk


def _compiled(
    drawn: Sequence[str],
    sizes: Sequence[tuple[float, float]],
    form: Literal["png", "pdf"],
    ppi: float | None,
    title: str,
) -> bytes:
    # What is not ours comes as a file or a value, never as Typst's source.
    source = ["#set document(title: sys.inputs.title)", '#set text(font: "Inter")', "#set page(margin: 0pt)"]
    files: dict[str, bytes] = {}
    for place, (each, (width, height)) in enumerate(zip(drawn, sizes, strict=True)):
        files[f"{place}.svg"] = each.encode()
        box = f"width: {width:.3f}pt, height: {height:.3f}pt"
        source.append(f'#page({box}, image("/{place}.svg", {box}, alt: sys.inputs.title))')
    files["main.typ"] = "\n".join(source).encode()
    try:
        # Its types know no files in memory, its documentation does.
        found = typst.compile(  # type: ignore[call-overload]
            files, format=form, ppi=ppi, font_paths=_fonts(), sys_inputs={"title": title}
        )
    except typst.TypstError as error:
        raise Unfinished(str(error)) from error
    if not isinstance(found, bytes):
        raise Unfinished("Typst made no single file")
    return found


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.FOLDER)])
