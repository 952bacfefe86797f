"""Layouts of dashboards (position_json, version v2): charts get a place in them, or lose it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from superset_like.models import Chart

ROOT, GRID = "ROOT_ID", "GRID_ID"
COLUMNS = 12
WIDTH, HEIGHT = 4, 50
CLEAR = {"background": "BACKGROUND_TRANSPARENT"}

Layout = Mapping[str, Any]


def chart_ids(layout: Layout) -> list[int]:
    """Ids of the charts in a layout, in its order."""
    return list(dict.fromkeys(_chart_ids(layout)))


def placed(layout: Layout, charts: Iterable[Chart]) -> dict[str, Any]:
    """The layout with each of the charts: who has no place gets one below, three in a row."""
    present = set(chart_ids(layout))
    missing = [chart for chart in charts if chart.id not in present]
    made = begun(layout)
    end = _end(made)
    in_row = COLUMNS // WIDTH
    for start in range(0, len(missing), in_row):
        _add_row(made, end, missing[start : start + in_row])
    return made


def without(layout: Layout, ids: Collection[int]) -> dict[str, Any]:
    """The layout without the places of these charts, and without the rows that they leave empty."""
    return dropped(layout, {key for key, node in layout.items() if chart_id(node) in ids})


def dropped(layout: Layout, keys: Collection[str]) -> dict[str, Any]:
    """The layout without these nodes, and without the rows and columns that they leave empty."""
    gone: set[str] = set()
    more = set(keys)
    while more - gone:
        gone |= more
        boxes = ((key, node) for key, node in layout.items() if _is(node, "ROW") or _is(node, "COLUMN"))
        more = {key for key, node in boxes if node.get("children") and set(node["children"]) <= gone}
    return {
        key: {**node, "children": [child for child in node["children"] if child not in gone]}
        if isinstance(node, dict) and node.get("children")
        else node
        for key, node in layout.items()
        if key not in gone
    }


def added(layout: Layout, node: Mapping[str, Any], row: str | None = None) -> dict[str, Any]:
    """The layout with a row of its own for the node, below all others. row: its key, a new one where none is given."""
    made = begun(layout)
    end = _end(made)
    parents = [*(made[end].get("parents") or ()), end]
    key = row or new_key("ROW")
    made[key] = {"type": "ROW", "id": key, "children": [node["id"]], "parents": parents, "meta": CLEAR}
    made[node["id"]] = {**node, "parents": [*parents, key]}
    made[end] = {**made[end], "children": [*(made[end].get("children") or ()), key]}
    return made


def of_chart(chart: Chart, key: str | None = None) -> dict[str, Any]:
    """A node for the chart, which stands nowhere yet. key: of the node, a new one where none is given."""
    meta = {
        "chartId": chart.id,
        "sliceName": chart.slice_name,
        "uuid": str(chart.uuid),
        "width": WIDTH,
        "height": HEIGHT,
    }
    return {"type": "CHART", "id": key or new_key("CHART"), "children": [], "meta": meta}


def repointed(layout: Layout, new_ids: Mapping[int, int]) -> dict[str, Any]:
    """The layout with other charts in the places of these."""
    made: dict[str, Any] = {}
    for key, node in layout.items():
        pk: Any = (node.get("meta") or {}).get("chartId") if isinstance(node, dict) else None
        new_id = new_ids.get(pk)
        made[key] = node if new_id is None else {**node, "meta": {**node["meta"], "chartId": new_id}}
    return made


def _chart_ids(layout: Layout) -> Iterator[int]:
    for node in layout.values():
        pk = chart_id(node)
        if pk is not None:
            yield pk


def chart_id(node: Any) -> int | None:
    """The id of the chart whose place the node is; None for another node."""
    pk = (node.get("meta") or {}).get("chartId") if _is(node, "CHART") else None
    return pk if isinstance(pk, int) else None


def _is(node: Any, kind: str) -> bool:
    return isinstance(node, dict) and node.get("type") == kind


def begun(layout: Layout) -> dict[str, Any]:
    """The layout, or an empty one where it is none."""
    if _is(layout.get(ROOT), "ROOT"):
        return dict(layout)
    return {
        "DASHBOARD_VERSION_KEY": "v2",
        ROOT: {"type": "ROOT", "id": ROOT, "children": [GRID]},
        GRID: {"type": "GRID", "id": GRID, "children": [], "parents": [ROOT]},
    }


def _end(layout: dict[str, Any]) -> str:
    """Where rows may stand: the grid, or the first tab where all is in tabs."""
    top = next((str(key) for key in layout[ROOT].get("children") or () if key in layout), None)
    if top is None:
        layout[ROOT] = {**layout[ROOT], "children": [GRID]}
        layout.setdefault(GRID, {"type": "GRID", "id": GRID, "children": [], "parents": [ROOT]})
        return GRID
    if _is(layout[top], "TABS"):
        tabs = layout[top].get("children") or ()
        return next((str(key) for key in tabs if _is(layout.get(key), "TAB")), top)
    return top


def _add_row(layout: dict[str, Any], end: str, charts: Sequence[Chart]) -> None:
    parents = [*(layout[end].get("parents") or ()), end]
    row = new_key("ROW")
    cards = [{**of_chart(chart), "parents": [*parents, row]} for chart in charts]
    layout[row] = {"type": "ROW", "id": row, "children": [card["id"] for card in cards], "parents": parents}
    layout[row]["meta"] = CLEAR
    layout.update({card["id"]: card for card in cards})
    layout[end] = {**layout[end], "children": [*(layout[end].get("children") or ()), row]}


def new_key(kind: str) -> str:
    """A key for a node of this type that no other has."""
    return f"{kind}-{uuid4().hex[:10]}"
