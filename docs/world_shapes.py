"""Makes superset_like/chart_types/world_map/shapes.js of the two files of world-atlas; see static/vendor/README.md.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m docs.world_shapes package/countries-110m.json package/countries-50m.json

Countries come from the coarse file, those that are too small for it from the finer one. Coordinates are kept to a
twentieth of a degree, which is half a pixel of the largest map.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "superset_like" / "chart_types" / "world_map" / "shapes.js"
COUNTRIES = TARGET.with_name("countries.js")
STEPS_PER_DEGREE = 20
HALF = 180
# Nobody's country, and most of it is projection.
LEFT_OUT = {"AQ"}
# The atlas has no number for these.
UNNUMBERED = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}
HEAD = """// Country -> its polygons, of Natural Earth (public domain) by world-atlas 2.0.2: each an outer
// ring and its holes, a ring a first point and the steps to the next ones, in parts of a degree of longitude and
// latitude.
// Made by docs/world_shapes.py.
export const STEPS_PER_DEGREE = {steps};

export const SHAPES = {shapes};
"""

Ring = list[tuple[float, float]]


def main(coarse: str, fine: str) -> None:
    codes = numbers()
    shapes: dict[str, list[list[list[int]]]] = {}
    for path in (coarse, fine):
        found = polygons(json.loads(Path(path).read_text()), codes)
        for code, parts in found.items():
            kept = [rings for part in parts if (rings := [made for ring in part if (made := stepped(ring))])]
            if kept and code not in LEFT_OUT:
                shapes.setdefault(code, kept)
    told = ",\n".join(f"  {code}: {json.dumps(parts, separators=(',', ':'))}" for code, parts in sorted(shapes.items()))
    TARGET.write_text(HEAD.format(steps=STEPS_PER_DEGREE, shapes=f"{{\n{told},\n}}"))


def numbers() -> dict[str, str]:
    """ISO number -> two letters, as countries.js has them."""
    return {
        number: code
        for code, number in re.findall(r'^  \["(\w\w)", "\w{3}", "\w*", "(\d{3})"', COUNTRIES.read_text(), re.M)
    }


def polygons(topology: dict[str, Any], codes: dict[str, str]) -> dict[str, list[list[Ring]]]:
    """Two letters -> the polygons of the country, each an outer ring and its holes."""
    arcs = [decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    made: dict[str, list[list[Ring]]] = {}
    for country in topology["objects"]["countries"]["geometries"]:
        code = codes.get(country.get("id", "")) or UNNUMBERED.get(country["properties"]["name"])
        if code is None or "arcs" not in country:
            continue
        parts = [country["arcs"]] if country["type"] == "Polygon" else country["arcs"]
        made.setdefault(code, []).extend(cut for part in parts for cut in within([joined(ring, arcs) for ring in part]))
    return made


def decoded(arc: list[list[int]], transform: dict[str, Any]) -> Ring:
    x = y = 0
    made = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        made.append(
            (
                x * transform["scale"][0] + transform["translate"][0],
                y * transform["scale"][1] + transform["translate"][1],
            )
        )
    return made


def joined(ring: list[int], arcs: list[Ring]) -> Ring:
    made: Ring = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        made.extend(arc[1:] if made else arc)
    return made


def within(rings: list[Ring]) -> list[list[Ring]]:
    """The polygon, cut where it crosses the edge of the map, which the atlas does not do."""
    whole = [unwrapped(ring) for ring in rings]
    if max(abs(x) for x, _ in whole[0]) <= HALF:
        return [whole]
    return [
        cut
        for turn in (-1, 0, 1)
        if (cut := [kept for ring in whole if (kept := clipped([(x + turn * 2 * HALF, y) for x, y in ring]))])
    ]


def unwrapped(ring: Ring) -> Ring:
    """The ring without jumps from one edge of the map to the other."""
    made = ring[:1]
    for x, y in ring[1:]:
        made.append((x + 2 * HALF * round((made[-1][0] - x) / (2 * HALF)), y))
    return made


def clipped(ring: Ring) -> Ring:
    """What of the ring lies between the edges of the map."""
    for side in (-1, 1):
        made: Ring = []
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], *ring[:1]], strict=True):
            inside = (x1 * side <= HALF, x2 * side <= HALF)
            if inside[0]:
                made.append((x1, y1))
            if inside[0] != inside[1]:
                made.append((side * HALF, y1 + (y2 - y1) * (side * HALF - x1) / (x2 - x1)))
        ring = made
    return ring


def stepped(ring: Ring) -> list[int]:
    """The ring as first point and steps; empty for one that is less than a triangle."""
    made: list[int] = []
    before = (0, 0)
    for longitude, latitude in ring:
        at = (round(longitude * STEPS_PER_DEGREE), round(latitude * STEPS_PER_DEGREE))
        if made and at == before:
            continue
        made += [at[0] - before[0], at[1] - before[1]]
        before = at
    return made if len(made) >= 8 else []


if __name__ == "__main__":
    main(*sys.argv[1:])
