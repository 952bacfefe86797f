"""What the server draws without a browser is what a browser draws: the same texts, shapes and colours, for each type.

Both make SVG by the same modules and the same ECharts, but a page measures texts with the browser's own means, and the
server by the tables of the font. Pixels would compare the anti-aliasing of two rasterisers, and files the order of
attributes; so drawings are compared by what is in them: each text, the shapes by their colours, and where they are.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import Any
from xml.etree import ElementTree

import pytest

from superset_like.chart_types.forms import FOLDER
from superset_like.pictures import modules
from superset_like.pictures.studio import Studio
from superset_like.views.gallery import examples
from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import sign_in

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]

WIDTH, HEIGHT = 640, 420
IS_PAGE = "export const page = "
LOCALE, ZONE = "de", "America/New_York"
READY = r"""(async (faces) => {
  const script = document.createElement("script");
  script.src = "/static/vendor/echarts-6.1.0.min.js";
  document.head.append(script);
  await new Promise((done) => script.addEventListener("load", done));
  for (const [file, weight] of faces) {
    const face = await new FontFace("Inter", `url(/static/vendor/${file})`, { weight }).load();
    document.fonts.add(face);
  }
  // ECharts takes a line to be as high as this letter is wide, for which test machines may have no font.
  const pen = document.createElement("canvas").getContext("2d");
  echarts.setPlatformAPI({
    measureText(text, font) {
      pen.font = font;
      return text === "国" ? { width: Number(/([\d.]+)px/.exec(font)[1]) } : pen.measureText(text);
    },
  });
})"""
# The page's own drawing; nothing for a type that is elements there.
DRAW = r"""(async ({ name, example, width, height }) => {
  const { draw } = await import("/static/drawing.js");
  const place = document.createElement("div");
  place.style.cssText = `width:${width}px;height:${height}px;position:absolute;left:0;top:0`;
  document.body.append(place);
  await draw(place, `${name}/chart.js`, example.form_data, example.results, "light");
  const chart = echarts.getInstanceByDom(place);
  if (!chart) return place.remove();
  chart.getZr().flush();
  const text = new XMLSerializer().serializeToString(place.querySelector("svg"));
  place.remove();
  return text;
})"""
FACES = [["Inter-Regular.ttf", "400"], ["Inter-SemiBold.ttf", "600"]]
# The server's drawings name some of their paths by simpler elements.
SHAPES = {"path": "path", "polyline": "path", "polygon": "path", "line": "path", "circle": "circle", "rect": "rect"}
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
# Of 420 pixels: how far off a text may be, on the whole and at the worst.
NEAR, FAR = 1.5, 4.0
# Months of UTC by New York's clocks have long labels at odd hours; which of those that nearly touch are hidden is a
# matter of kerning.
HIDDEN = 4


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    made = Studio(30, 256, modules.CHART_TYPES)
    yield made
    made.close()


def elements(svg: str) -> list[tuple[ElementTree.Element, tuple[float, float]]]:
    """The elements, but for definitions, and how far each is moved."""
    found: list[tuple[ElementTree.Element, tuple[float, float]]] = []

    def read(element: ElementTree.Element, x: float, y: float) -> None:
        name = element.tag.rpartition("}")[2]
        if name in {"defs", "style"}:
            return
        moved = [float(each) for each in NUMBER.findall(element.get("transform") or "")]
        if (element.get("transform") or "").startswith(("translate", "matrix")):
            x, y = x + moved[-2], y + moved[-1]
        found.append((element, (x + float(element.get("x") or 0), y + float(element.get("y") or 0))))
        for child in element:
            read(child, x, y)

    read(ElementTree.fromstring(svg), 0, 0)
    return found


def texts(svg: str) -> list[tuple[str, tuple[float, float]]]:
    """(text, where it is), in the order of their words."""
    found = [("".join(each.itertext()), at) for each, at in elements(svg) if each.tag.endswith("}text")]
    return sorted((text, at) for text, at in found if text.strip())


def shapes(svg: str) -> Counter[tuple[str | None, ...]]:
    """What is drawn besides texts: how many of a kind in these colours."""
    found = ((each, each.tag.rpartition("}")[2]) for each, _ in elements(svg))
    return Counter(
        (SHAPES.get(kind, kind), _colour(each.get("fill")), _colour(each.get("stroke")))
        for each, kind in found
        if kind not in {"svg", "g", "text", "tspan"}
    )


def _colour(value: str | None) -> str | None:
    # Gradients and patterns have names that each drawing gives anew.
    return "url" if value and value.startswith("url") else value


def without_cuts(found: list[tuple[str, tuple[float, float]]]) -> list[str]:
    """The texts; of one that is cut, what is there in any case: kerning decides on the last letters."""
    return sorted(text.rstrip("….").rstrip()[:-2] if text.endswith(("…", "...")) else text for text, _ in found)


def zoned(example: dict[str, Any]) -> dict[str, Any]:
    """The example, its moments said to be of a zone."""
    results = [
        {**each, "zones": [ZONE if kind == 2 else None for kind in each["coltypes"]]} for each in example["results"]
    ]
    return {**example, "results": results}


def named(example: dict[str, Any]) -> dict[str, Any]:
    """The example, its columns called by words of their dataset."""
    results = [
        {**each, "verbose_map": {name: f"The {name}" for name in each["colnames"]}} for each in example["results"]
    ]
    return {**example, "results": results}


def server_draws(studio: Studio, name: str, example: dict[str, Any]) -> str:
    look = {"width": WIDTH, "height": HEIGHT, "theme": "light", "locale": LOCALE}
    asked = {"module": name, "formData": example["form_data"], "results": example["results"], "look": look}
    return studio.draw({**asked, "isInCard": True, "form": "svg", "scale": 1}).decode()


def test_browser_and_server_draw_the_same(browser: Browser, live_server: str, studio: Studio) -> None:
    browser.call("Emulation.setUserAgentOverride", userAgent="", acceptLanguage=LOCALE)
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    sign_in(browser, live_server, "admin")
    assert browser.run("navigator.language") == LOCALE
    browser.run(f"{READY}({json.dumps(FACES)})")
    differ: dict[str, Any] = {}
    of_elements = set()
    for each in examples():
        for example, hidden in ((named(each.drawn), 0), (zoned(each.drawn), HIDDEN)):
            facts = {"name": each.folder, "example": example, "width": WIDTH, "height": HEIGHT}
            there = browser.run(f"{DRAW}({json.dumps(facts)})")
            if there is None:
                of_elements.add(each.folder)
                continue
            problem = difference(there, server_draws(studio, each.folder, example), hidden)
            if problem:
                differ[f"{each.folder}, {hidden}"] = problem
    assert differ == {}
    # What these say in a page and in a picture is compared by cells and words.
    assert of_elements == {path.parent.name for path in FOLDER.glob("*/chart.js") if IS_PAGE in path.read_text()}
    assert browser.complaints == []


def difference(there: str, here: str, hidden: int) -> str:
    """What differs in two drawings, in words; nothing when they agree. hidden: texts that only one of them may show."""
    first, second = texts(there), texts(here)
    said = Counter(without_cuts(first)), Counter(without_cuts(second))
    shown = shapes(there), shapes(here)
    for name, (page, server), most in (("texts", said, hidden), ("shapes", shown, 0)):
        if (page - server).total() + (server - page).total() > most:
            return f"{name}: {page - server} only in the page, {server - page} only on the server"
    if said[0] != said[1]:
        return ""
    away = [max(abs(x - u), abs(y - v)) for (_, (x, y)), (_, (u, v)) in zip(first, second, strict=True)]
    if away and (median(away) > NEAR or max(away) > FAR):
        return f"places: texts are {median(away):.1f} pixels away, {max(away):.1f} at the most"
    return ""
