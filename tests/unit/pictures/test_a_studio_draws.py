"""Drawings of other processes: what comes back, what one may use, and that the next one is drawn after a failure."""

import struct
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from superset_like.errors import DrawingFailed, DrawingTimedOut, DrawingTooLarge, NotInstalled, ServerBusy
from superset_like.pictures import modules
from superset_like.pictures import studio as studios
from superset_like.pictures.studio import Studio

pytestmark = pytest.mark.slow

BASE = """export function title(text) {
  return { title: { text } };
}
"""
# It does what its form data says.
OBEDIENT = """import { title } from "../base.js";

export function option(formData, results, look) {
  if (formData.does === "loop") for (;;) {}
  if (formData.does === "grow") for (const kept = []; ; ) kept.push(new Array(100000).fill(1.5));
  if (formData.does === "hoard") for (const kept = []; ; ) kept.push(new Uint8Array(1 << 26).fill(1));
  if (formData.does === "throw") throw new Error("the row is secret");
  if (formData.does === "paint") return { ...title("x"), backgroundColor: formData.color };
  if (formData.does === "show") return title(JSON.stringify(formData.shown === undefined ? look : formData.shown));
  return title(results[0].data[0].name);
}
"""
# Of all that ECharts draws with.
RICH = """export function option(formData, results, look) {
  const stops = [{ offset: 0, color: "#f00" }, { offset: 1, color: "rgba(0,0,255,0.5)" }];
  const linear = { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: stops };
  const radial = { type: "radial", x: 0.5, y: 0.5, r: 0.5, colorStops: stops };
  return {
    aria: { enabled: true, decal: { show: true } },
    xAxis: { type: "category", data: ["a", "b"], axisLabel: { rotate: 30, formatter: "{big|{value}}", rich: { big: {
      fontSize: 20, backgroundColor: "#eee", borderColor: "#333", borderWidth: 1, borderRadius: 3, padding: 2 } } } },
    yAxis: { splitLine: { lineStyle: { type: "dashed" } } },
    series: [
      { type: "bar", data: [1, 2], itemStyle: { color: linear, shadowBlur: 5, shadowColor: "#000", borderRadius: 4 } },
      { type: "line", clip: true, data: [2, 1], smooth: true, areaStyle: { color: radial }, symbol: "diamond" },
      { type: "pie", center: ["80%", "30%"], radius: "20%", data: [{ name: "x", value: 1 }, { name: "y", value: 2 }] },
    ],
  };
}
"""
LOOK = {"width": 300, "height": 200, "theme": "light", "locale": "en-US", "zone": "UTC"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("modules")
    (made / "base.js").write_text(BASE)
    for name, source in {
        "obedient": OBEDIENT,
        "rich": RICH,
        "broken": "export function option( {\n",
        "refused": "export default 1;\n",
    }.items():
        (made / name).mkdir()
        (made / name / "chart.js").write_text(source)
    return made


@pytest.fixture(scope="module")
def studio(folder: Path) -> Iterator[Studio]:
    made = Studio(30, 128, folder)
    yield made
    made.close()


def asked(name: str = "plain", form: str = "svg", module: str = "obedient", **form_data: Any) -> dict[str, Any]:
    results = [{"data": [{"name": name}], "colnames": ["name"], "coltypes": [1]}]
    return {"module": module, "formData": form_data, "results": results, "look": LOOK, "form": form, "scale": 3}


def test_an_svg_has_the_asked_size_and_the_text(studio: Studio) -> None:
    made = studio.draw(asked("Sales ä€😀")).decode()
    assert made.startswith('<svg width="300" height="200"')
    assert ">Sales ä€😀</text>" in made
    assert "Inter" in made


def test_a_png_has_the_asked_pixels(studio: Studio) -> None:
    made = studio.draw(asked(form="png"))
    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", made[16:24]) == (900, 600)
    # The text is drawn, with our font: another text makes another picture.
    assert made != studio.draw(asked("other", form="png"))
    assert made == studio.draw(asked(form="png"))


def test_all_that_drawings_are_made_of_is_kept(studio: Studio) -> None:
    made = studio.draw(asked(module="rich")).decode()
    for part in ("linearGradient", "radialGradient", "feDropShadow", "pattern", "clipPath", "stroke-dasharray"):
        assert part in made, part
    assert studio.draw(asked(module="rich", form="png"))[:4] == b"\x89PNG"


def test_markup_in_a_text_is_a_text(studio: Studio) -> None:
    made = studio.draw(asked("</text><script>alert(1)</script>")).decode()
    assert "<script" not in made
    assert "&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in made


def test_markup_in_a_colour_is_no_picture(studio: Studio) -> None:
    for color in ('red"/><script>alert(1)</script><path d="', 'red" onload="alert(1)'):
        with pytest.raises(DrawingFailed):
            studio.draw(asked(does="paint", color=color))
    assert b"red" in studio.draw(asked(does="paint", color="red"))


def test_a_key_of_the_form_is_nothing_but_a_key(studio: Studio) -> None:
    shown = {"__proto__": {"polluted": True}, "a": "\u2028`${1}"}
    assert '"__proto__":{"polluted":true}' in studio.draw(asked(does="show", shown=shown)).decode()
    assert "polluted" not in studio.draw(asked(does="show")).decode()


def test_what_is_thrown_stays_inside_and_the_process_draws_on(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    for wrong in (asked(does="throw"), asked(module="broken"), asked(module="refused"), asked(module="absent")):
        with pytest.raises(DrawingFailed) as caught:
            studio.draw(wrong)
        assert "secret" not in str(caught.value.message)
    assert "refused" in caplog.text
    assert b"plain" in studio.draw(asked())


def test_too_slow_a_drawing_is_stopped_and_the_next_is_drawn(folder: Path) -> None:
    studio = Studio(2, 128, folder)
    try:
        with pytest.raises(DrawingTimedOut) as caught:
            studio.draw(asked(does="loop"))
        assert caught.value.details == {"limit_s": 2}
        assert b"plain" in studio.draw(asked())
    finally:
        studio.close()


def test_too_large_a_drawing_is_stopped_and_the_next_is_drawn(studio: Studio) -> None:
    with pytest.raises(DrawingTooLarge) as caught:
        studio.draw(asked(does="grow"))
    assert caught.value.details == {"limit_mib": 128}
    assert b"plain" in studio.draw(asked())


def test_memory_beside_the_heap_is_limited_too(studio: Studio) -> None:
    with pytest.raises(DrawingFailed):
        studio.draw(asked(does="hoard"))
    assert b"plain" in studio.draw(asked())


def test_a_process_that_died_is_replaced(studio: Studio) -> None:
    studio.draw(asked())
    (child,) = studio._idle
    child._process.kill()
    child._process.wait()
    assert b"plain" in studio.draw(asked())
    (other,) = studio._idle
    assert other is not child


def test_one_that_hangs_is_killed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studios, "GRACE_S", -29.0)
    hanging = Studio(30, 128, folder)
    with pytest.raises(DrawingTimedOut):
        hanging.draw(asked(does="loop"))
    assert hanging._idle == []


def test_no_more_draw_at_a_time_than_there_are_places(studio: Studio) -> None:
    with studio.turn() as first, studio.turn() as second, studio.turn() as third:
        assert first is not None
        assert second is not None
        assert third is None
        with pytest.raises(ServerBusy):
            studio.draw(asked())
    assert b"plain" in studio.draw(asked())


def test_no_secret_is_in_the_process(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, str]] = []
    start = subprocess.Popen

    def noted(*arguments: Any, **options: Any) -> Any:
        given.append(options["env"])
        return start(*arguments, **options)

    monkeypatch.setenv("SUPERSET_LIKE_SECRET_KEY", "canary")
    monkeypatch.setattr(studios.subprocess, "Popen", noted)
    studio.close()
    assert b"plain" in studio.draw(asked())
    assert [name for env in given for name in env if name.startswith("SUPERSET_LIKE_")] == []
    assert len(given) == 1


def test_without_the_packages_it_says_which(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studios, "find_spec", lambda name: None if name == "typst" else find_spec(name))
    with pytest.raises(NotInstalled, match=r"typst.*superset-like\[pictures\]"):
        Studio(1, 128, folder).draw(asked())


def test_a_sum_is_not_compared_but_the_latest_is() -> None:
    rows = [{"week": week * 604_800_000, "n": number} for week, number in enumerate((700, 200, 250))]
    result = {"data": rows, "colnames": ["week", "n"], "coltypes": [2, 0]}
    form = {"viz_type": "big_number", "x_axis": "week", "metric": "n", "aggregation": "sum", "compare_lag": 1}
    studio = Studio(30, 128, modules.CHART_TYPES)
    try:
        made = studio.draw({**asked(module="big_number", **form), "results": [result]}).decode()
    finally:
        studio.close()
    assert "+25.0%" in made
    assert "1.15k" in made
