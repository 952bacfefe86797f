"""The items of a dashboard: the charts and texts of its layout, by a number and with what Redash's clients keep there.

An item's options say where it stands in a grid of six columns. They are kept with a mark of the place in the layout
that was made of them; once it stands elsewhere there, since somebody moved it by another API, the options say that.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.exc import IntegrityError

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import NotFound
from superset_like.extensions import db, look_afresh
from superset_like.models import Chart, Dashboard, DashboardItem, Dataset, Dialect, SavedQuery
from superset_like.models.mixins import now
from superset_like.services import dashboard_grid, dashboard_names, dialect_records, found, history, layouts
from superset_like.services.dashboard_grid import Card, Place

OBJECT_TYPE = "dashboard_item"
# What Redash's clients keep with dashboards as a whole: see dashboard_edits.
OF_DASHBOARDS = "dashboard"
DASHBOARDS: Any = Dashboard.__table__
ITEMS: Any = DashboardItem.__table__
UNTOUCHED = {"changed_on": DASHBOARDS.c.changed_on, "changed_by_fk": DASHBOARDS.c.changed_by_fk}
TEXT_HEIGHT = 25


@dataclass(frozen=True, slots=True)
class Item:
    """An item as it is shown. chart: None for a text. place: where it stands."""

    row: DashboardItem
    node: Mapping[str, Any]
    chart: Chart | None
    text: str
    options: dict[str, Any]
    place: Place


def of_dashboard(dashboard: Dashboard) -> list[Item]:
    """The items by their numbers; those of a dashboard that was made elsewhere are numbered, and that is committed."""
    layout = _layout(dashboard)
    shown = _shown(dashboard, layout)
    rows = _rows(dashboard)
    if shown.keys() - rows.keys():
        _number(dashboard, [key for key in shown if key not in rows])
        rows = _rows(dashboard)
    return _items(dashboard, layout, shown, rows)


def readable(actor: Actor, items: Sequence[Item]) -> set[int]:
    """Numbers of the items that show the caller no more than he may read: texts, and charts over data of his."""
    charts = {item.chart.id: item.chart for item in items if item.chart is not None}
    datasets = {chart.datasource_id for chart in charts.values() if chart.datasource_id is not None}
    known = {dataset.id: dataset.saved_query_id for dataset in found.known(actor, Dataset, sorted(datasets))}
    asked = sorted({pk for pk in known.values() if pk is not None})
    queries = {saved.id for saved in found.known(actor, SavedQuery, asked)} | {None}
    open_ = {pk for pk, saved_query_id in known.items() if saved_query_id in queries}
    return {item.row.id for item in items if item.chart is None or item.chart.datasource_id in open_}


def add(
    actor: Actor, dashboard_id: int, chart_id: int | None, text: str, options: Mapping[str, Any], width: int
) -> Item:
    """A new item. Raises NotFound for a dashboard or a chart that the caller does not see, Forbidden."""
    hold(select(Dashboard.id).where(Dashboard.id == dashboard_id))
    dashboard = dashboard_names.editable(actor, str(dashboard_id))
    chart = None if chart_id is None else _chart(actor, chart_id)
    before = _Before.of(dashboard)
    node = _text_node(text) if chart is None else layouts.of_chart(chart)
    place = dashboard_grid.place_of(options.get("position"))
    row = DashboardItem(dashboard_id=dashboard.id, node_id=node["id"], width=width, options_json=json.dumps(options))
    row.place_mark = ""
    with db.session.no_autoflush:
        if chart is not None and chart not in dashboard.charts:
            dashboard.charts = [*dashboard.charts, chart]
        db.session.add(row)
        layout = _with(before, node, place or _usual(node, width) if not before.may_arrange else place)
        _write(before, layout)
    if chart is not None and text:
        dialect_records.write(Dialect.REDASH, OBJECT_TYPE, row.id, {"text": text})
    db.session.commit()
    return _one(dashboard, row.id)


def change(actor: Actor, pk: int, text: str, options: Mapping[str, Any]) -> Item:
    """The item with this text and these options. Raises NotFound, Forbidden."""
    dashboard, item = _editable(actor, pk)
    before = _Before.of(dashboard)
    place = dashboard_grid.place_of(options.get("position"))
    if item.chart is None:
        node = {**item.node, "meta": {**(item.node.get("meta") or {}), "code": text}}
    else:
        node = dict(item.node)
        _keep_text(pk, text)
    item.row.options_json, item.row.place_mark = json.dumps(options), ""
    item.row.changed_on = now()
    _write(before, _with(before, node, place or item.place))
    db.session.commit()
    return _one(dashboard, pk)


def remove(actor: Actor, pk: int) -> None:
    """The item is gone; its chart stays, on other dashboards. Raises NotFound, Forbidden."""
    dashboard, item = _editable(actor, pk)
    before = _Before.of(dashboard)
    left = [each for each in before.items if each.row.id != pk]
    layout = layouts.dropped(before.layout, {item.row.node_id})
    if before.may_arrange:
        layout = dashboard_grid.arranged(layout, _cards(left))
    if item.chart is not None and all(each.chart is not item.chart for each in left):
        dashboard.charts = [chart for chart in dashboard.charts if chart is not item.chart]
    db.session.delete(item.row)
    dialect_records.forget(Dialect.REDASH, OBJECT_TYPE, [pk])
    _write(_Before(before.dashboard, before.former, before.shown_version, before.layout, left), layout)
    db.session.commit()


def copy_all(actor: Actor, source: Dashboard, target: Dashboard) -> None:
    """The items of one dashboard are on the other, new one too, but for charts that the caller may not read.

    Not committed.
    """
    items = of_dashboard(source)
    allowed = readable(actor, items)
    kept = [item for item in items if item.row.id in allowed]
    layout = layouts.dropped(_layout(source), {item.row.node_id for item in items if item.row.id not in allowed})
    target.position_json = json.dumps(layout)
    target.charts = list({item.chart.id: item.chart for item in kept if item.chart is not None}.values())
    db.session.flush()
    marks = {key: place.mark for key, place in dashboard_grid.places_of(layout).items()}
    for item in kept:
        known = (item.row.place_mark is not None) or None
        copied = {"width": item.row.width, "options_json": json.dumps(item.options if known else {})}
        row = DashboardItem(dashboard_id=target.id, node_id=item.row.node_id, **copied)
        row.place_mark = marks.get(item.row.node_id) if known else None
        db.session.add(row)
        db.session.flush()
        if item.chart is not None and item.text:
            dialect_records.write(Dialect.REDASH, OBJECT_TYPE, row.id, {"text": item.text})


def hold(asked: Select[Any]) -> None:
    """Nobody else writes items of these dashboards until the transaction ends; what is read now is what others left.

    To be asked before anything is written.
    """
    pks = sorted(set(db.session.execute(asked).scalars()))
    look_afresh()
    for pk in pks:
        # A write that changes nothing: SQLite has no other lock.
        db.session.connection().execute(update(DASHBOARDS).where(DASHBOARDS.c.id == pk).values(UNTOUCHED))


def take_off(charts: Sequence[Chart]) -> None:
    """The charts are on no dashboard any more; not committed."""
    ids = {chart.id for chart in charts}
    for dashboard in {each for chart in charts for each in chart.dashboards}:
        before = _Before.of(dashboard)
        gone = [item for item in before.items if item.chart is not None and item.chart.id in ids]
        left = [item for item in before.items if item not in gone]
        layout = layouts.without(before.layout, ids)
        if before.may_arrange:
            layout = dashboard_grid.arranged(layout, _cards(left))
        dashboard.charts = [chart for chart in dashboard.charts if chart.id not in ids]
        db.session.execute(delete(DashboardItem).where(DashboardItem.id.in_([item.row.id for item in gone])))
        dialect_records.forget(Dialect.REDASH, OBJECT_TYPE, [item.row.id for item in gone])
        _write(_Before(dashboard, before.former, before.shown_version, before.layout, left), layout)


def forget(dashboard_ids: Sequence[int]) -> None:
    """Nothing is kept of the dashboards and their items, whose numbers others may get; not committed."""
    here = select(DashboardItem.id).where(DashboardItem.dashboard_id.in_(dashboard_ids))
    dialect_records.forget(Dialect.REDASH, OBJECT_TYPE, list(db.session.execute(here).scalars()))
    dialect_records.forget(Dialect.REDASH, OF_DASHBOARDS, dashboard_ids)


def shown_version(dashboard: Dashboard) -> int:
    """Its version as Redash counts: edits of the dashboard, and no writes of single items."""
    return max(dashboard.version - dashboard.item_writes, 1)


def settle_version(dashboard: Dashboard, shown: int) -> None:
    """From now on that is the version that Redash's clients see; not committed."""
    db.session.flush()
    # Below the ORM, which would count this write too.
    own = update(DASHBOARDS).where(DASHBOARDS.c.id == dashboard.id)
    db.session.connection().execute(own.values(item_writes=dashboard.version - shown))
    db.session.refresh(dashboard, ["item_writes"])


@dataclass(frozen=True, slots=True)
class _Before:
    """A dashboard before a write of items."""

    dashboard: Dashboard
    former: history.Before
    shown_version: int
    layout: dict[str, Any]
    items: Sequence[Item]

    @classmethod
    def of(cls, dashboard: Dashboard) -> "_Before":
        items = of_dashboard(dashboard)
        return cls(dashboard, history.before(dashboard), shown_version(dashboard), _layout(dashboard), items)

    @property
    def may_arrange(self) -> bool:
        """Whether the layout is ours to make anew: that of a dashboard of Redash, with nothing but items in it."""
        return self.dashboard.is_shared and dashboard_grid.is_plain(self.layout)


def _layout(dashboard: Dashboard) -> dict[str, Any]:
    """The layout, with a place for each chart that has none in the stored one."""
    stored = json.loads(dashboard.position_json or "{}")
    layout = layouts.begun(stored if isinstance(stored, dict) else {})
    present = set(layouts.chart_ids(layout))
    for chart in sorted(dashboard.charts, key=lambda each: each.id):
        if chart.id not in present:
            # Keys that are the same at each reading, until somebody writes the layout.
            layout = layouts.added(layout, layouts.of_chart(chart, f"CHART-of-{chart.id}"), f"ROW-of-{chart.id}")
    return layout


def _shown(dashboard: Dashboard, layout: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Key -> node of all items, in the order in which they stand."""
    charts = {chart.id for chart in dashboard.charts}
    nodes = dashboard_grid.items_of(layout)
    return {node["id"]: node for node in nodes if node["type"] == "MARKDOWN" or layouts.chart_id(node) in charts}


def _rows(dashboard: Dashboard) -> dict[str, DashboardItem]:
    rows = db.session.execute(select(DashboardItem).where(DashboardItem.dashboard_id == dashboard.id)).scalars()
    return {row.node_id: row for row in rows}


def _number(dashboard: Dashboard, keys: Iterable[str]) -> None:
    try:
        with db.session.begin_nested():
            for key in keys:
                db.session.add(DashboardItem(dashboard_id=dashboard.id, node_id=key))
                db.session.flush()
    except IntegrityError:
        # Somebody else numbers them at this moment.
        return
    db.session.commit()


def _items(
    dashboard: Dashboard,
    layout: Mapping[str, Any],
    shown: Mapping[str, Mapping[str, Any]],
    rows: Mapping[str, DashboardItem],
) -> list[Item]:
    charts = {chart.id: chart for chart in dashboard.charts}
    places = dashboard_grid.places_of(layout)
    numbered = sorted((row for key, row in rows.items() if key in shown), key=lambda row: row.id)
    texts = dialect_records.read(Dialect.REDASH, OBJECT_TYPE, [row.id for row in numbered])
    made = []
    for row in numbered:
        node, place = shown[row.node_id], places[row.node_id]
        chart = charts.get(layouts.chart_id(node) or 0)
        text = (node.get("meta") or {}).get("code") if chart is None else texts.get(row.id, ({}, None))[0].get("text")
        made.append(Item(row, node, chart, str(text or ""), _options(row, place), place))
    return made


def _options(row: DashboardItem, place: Place) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(row.options_json or "{}")
    if row.place_mark == place.mark:
        return stored
    position = stored.get("position")
    return {**stored, "position": {**(position if isinstance(position, dict) else {}), **place.position}}


def _with(before: _Before, node: Mapping[str, Any], place: Place | None) -> dict[str, Any]:
    """The layout with the node at that place, in the stead of what had its key."""
    if before.may_arrange:
        rest = [item for item in before.items if item.row.node_id != node["id"]]
        return dashboard_grid.arranged(before.layout, [*_cards(rest), Card(node, place)])
    sized = node if place is None else dashboard_grid.resized(node, place)
    if node["id"] in before.layout:
        return {**before.layout, node["id"]: {**before.layout[node["id"]], "meta": sized["meta"]}}
    return layouts.added(before.layout, sized)


def _cards(items: Sequence[Item]) -> list[Card]:
    return [Card(item.node, dashboard_grid.place_of(item.options.get("position"))) for item in items]


def _write(before: _Before, layout: Mapping[str, Any]) -> None:
    """The dashboard has the layout, and its items are marked with where they stand now; not committed."""
    dashboard = before.dashboard
    dashboard.position_json = json.dumps(layout)
    dashboard.changed_on = now()
    history.keep(before.former)
    settle_version(dashboard, before.shown_version)
    places = dashboard_grid.places_of(layout)
    former = {item.row.node_id: item for item in before.items}
    for key, row in _rows(dashboard).items():
        if row.place_mark is None or key not in places:
            continue
        # Below the ORM: an item that only gave way was not changed.
        values: dict[str, Any] = {"place_mark": places[key].mark, "changed_on": row.changed_on}
        if row.place_mark and key in former:
            values["options_json"] = json.dumps(former[key].options)
        db.session.connection().execute(update(ITEMS).where(ITEMS.c.id == row.id).values(values))
        db.session.expire(row)


def _one(dashboard: Dashboard, pk: int) -> Item:
    return next(item for item in of_dashboard(dashboard) if item.row.id == pk)


def _editable(actor: Actor, pk: int) -> tuple[Dashboard, Item]:
    hold(select(DashboardItem.dashboard_id).where(DashboardItem.id == pk))
    row = db.session.get(DashboardItem, pk)
    if row is None:
        raise NotFound()
    dashboard = dashboard_names.editable(actor, str(row.dashboard_id))
    item = next((each for each in of_dashboard(dashboard) if each.row.id == pk), None)
    if item is None:
        raise NotFound()
    return dashboard, item


def _chart(actor: Actor, pk: int) -> Chart:
    """A chart of which the caller may read the data, and the query where it is of one. Raises NotFound."""
    chart = found.one(actor, Chart, pk)
    dataset = None if chart.datasource_id is None else db.session.get(Dataset, chart.datasource_id)
    if dataset is None or not rules.can(actor, "query", dataset):
        raise NotFound()
    if dataset.saved_query_id is not None:
        found.one(actor, SavedQuery, dataset.saved_query_id)
    return chart


def _text_node(text: str) -> dict[str, Any]:
    meta = {"code": text, "width": 4, "height": TEXT_HEIGHT}
    return {"type": "MARKDOWN", "id": layouts.new_key("MARKDOWN"), "children": [], "meta": meta}


def _usual(node: Mapping[str, Any], width: int) -> Place:
    high = 8 if node["type"] == "CHART" else 4
    return Place(0, 0, dashboard_grid.COLUMNS if width > 1 else dashboard_grid.COLUMNS // 2, high)


def _keep_text(pk: int, text: str) -> None:
    if text:
        dialect_records.write(Dialect.REDASH, OBJECT_TYPE, pk, {"text": text})
    else:
        dialect_records.forget(Dialect.REDASH, OBJECT_TYPE, [pk])
