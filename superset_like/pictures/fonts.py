"""The fonts that drawings are made with, and the widths of their characters, as their files have them: without a page,
ECharts knows those of ASCII alone.
"""

import struct
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "static" / "vendor"
FILES = {"regular": FOLDER / "Inter-Regular.ttf", "bold": FOLDER / "Inter-SemiBold.ttf"}
NAME = "Inter"
# Unquoted: it stands in an attribute.
FAMILY = f"{NAME}, Helvetica, Arial, sans-serif"
# As wide as a character that the fonts lack, which are mostly those of wide scripts.
WIDE = 1.0
# A table of all of Unicode's characters: its platform and encoding, and the form in which our fonts have it.
UNICODE = (3, 10)
GROUPS = 12


@cache
def widths(path: Path) -> dict[int, float]:
    """Character -> its width in parts of the font's size. Raises ValueError for a file of another kind."""
    data = path.read_bytes()
    tables = _tables(data)
    (units,) = struct.unpack_from(">H", data, tables["head"] + 18)
    (measured,) = struct.unpack_from(">H", data, tables["hhea"] + 34)
    glyphs = [struct.unpack_from(">H", data, tables["hmtx"] + 4 * place)[0] for place in range(measured)]
    found = _glyphs(data, tables["cmap"])
    # Glyphs beyond those that are measured are as wide as the last of these.
    return {code: glyphs[min(glyph, measured - 1)] / units for code, glyph in found.items()}


def width(text: str, size: float, bold: bool = False) -> float:
    """How wide the text is in pixels, in letters of this size."""
    known = widths(FILES["bold" if bold else "regular"])
    return size * sum(known.get(ord(letter), WIDE) for letter in text)


def _tables(data: bytes) -> dict[str, int]:
    kind, count = struct.unpack_from(">IH", data)
    if kind != 0x00010000:
        raise ValueError("not a TrueType font")
    rows = (struct.unpack_from(">4sIII", data, 12 + 16 * place) for place in range(count))
    return {tag.decode(): offset for tag, _, offset, _ in rows}


def _glyphs(data: bytes, start: int) -> dict[int, int]:
    (count,) = struct.unpack_from(">H", data, start + 2)
    rows = [struct.unpack_from(">HHI", data, start + 4 + 8 * place) for place in range(count)]
    places = [start + offset for platform, encoding, offset in rows if (platform, encoding) == UNICODE]
    if not places or struct.unpack_from(">H", data, places[0])[0] != GROUPS:
        raise ValueError("no table of Unicode's characters")
    (count,) = struct.unpack_from(">I", data, places[0] + 12)
    groups = (struct.unpack_from(">III", data, places[0] + 16 + 12 * place) for place in range(count))
    return {code: glyph + code - first for first, last, glyph in groups for code in range(first, last + 1)}
