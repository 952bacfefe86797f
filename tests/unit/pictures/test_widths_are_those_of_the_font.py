"""Widths of characters as the shipped fonts have them, and texts laid out by them."""

from pathlib import Path

import pytest

from superset_like.pictures import fonts, modules
from superset_like.pictures.studio import Studio

REGULAR = fonts.widths(modules.ECHARTS.with_name("Inter-Regular.ttf"))
BOLD = fonts.widths(modules.ECHARTS.with_name("Inter-SemiBold.ttf"))
MODULE = """export function option(formData, results, look) {
  const style = { text: formData.text, fontSize: 100, fontWeight: formData.weight, width: 142, overflow: "truncate" };
  return { graphic: [{ type: "text", style }] };
}
"""


def test_they_are_what_the_files_say() -> None:
    # As fontTools reads them, of 2048 units.
    expected = {"a": 1150, "W": 2018, "ä": 1150, "€": 1365, "Ж": 1966, "0": 1292}
    assert {letter: REGULAR[ord(letter)] * 2048 for letter in expected} == expected
    assert (BOLD[ord("a")] * 2048, BOLD[ord("W")] * 2048) == (1176, 2089)
    assert (len(REGULAR), len(BOLD)) == (2849, 2849)
    assert ord("国") not in REGULAR


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "font.ttf").write_bytes(b"OTTO" + bytes(100))
    with pytest.raises(ValueError, match="TrueType"):
        fonts.widths(tmp_path / "font.ttf")


def test_a_text_is_cut_where_the_font_ends_it(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "chart.js").write_text(MODULE)
    studio = Studio(30, 128, tmp_path)
    look = {"width": 300, "height": 200, "theme": "light", "locale": "en-US", "zone": "UTC"}

    def drawn(text: str, weight: int) -> bool:
        asked = {"module": "text", "formData": {"text": text, "weight": weight}, "results": []}
        return f">{text}</text>".encode() in studio.draw({**asked, "look": look, "form": "svg", "scale": 1})

    try:
        # 141 of 142, and 144; by ECharts' own rule each letter but ASCII's would be as wide as it is high.
        assert drawn("éèi", 400)
        assert not drawn("éèi", 600)
    finally:
        studio.close()
