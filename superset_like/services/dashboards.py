"""What one can do with dashboards."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from marshmallow import ValidationError
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm.attributes import flag_modified

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Invalid, NotFound
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Dataset, ObjectType, Report, Theme
from superset_like.models.mixins import now
from superset_like.services import dashboard_items, found, history, layouts, marks, people, report_uses

# What Superset's clients expect of a dashboard nobody configured.
FRESH_METADATA = {
    "native_filter_configuration": [],
    "color_scheme": "",
    "refresh_frequency": 0,
    "timed_refresh_immune_slices": [],
    "expanded_slices": {},
    "default_filters": "{}",
}


def named(text: str) -> ColumnElement[bool]:
    """The condition for a dashboard's id, uuid or slug."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return Dashboard.id == int(text)
    try:
        return Dashboard.uuid == UUID(text)
    except ValueError:
        return Dashboard.slug == text


def find(actor: Actor, text: str) -> Dashboard:
    """The dashboard of this id, uuid or slug, if the caller may see it. Raises NotFound."""
    statement = select(Dashboard).where(named(text))
    condition = rules.visible(actor, Dashboard)
    dashboard: Dashboard | None = db.session.execute(
        statement if condition is None else statement.where(condition)
    ).scalar()
    if dashboard is None:
        raise NotFound()
    return dashboard


def create(actor: Actor, values: dict[str, Any]) -> Dashboard:
    """A new dashboard. The charts of its layout are on it, and those of `charts` have a place in its layout."""
    rules.require_new(actor, Dashboard)
    values = dict(values)
    require_free_slug(values.get("slug"))
    dashboard = Dashboard(
        owners=people.owners(actor, values.pop("owners", None)),
        roles=people.roles(values.pop("roles", None) or []),
    )
    values.setdefault("json_metadata", json.dumps(FRESH_METADATA))
    with db.session.no_autoflush:
        _assign(actor, dashboard, values)
    db.session.add(dashboard)
    db.session.commit()
    return dashboard


def update(actor: Actor, pk: int, values: dict[str, Any]) -> Dashboard:
    """The dashboard with these values. json_metadata.positions becomes the layout, and its charts those on it.

    charts: ids of those, and no others, that are on it; who has no place in the layout gets one.
    """
    dashboard = found.editable(actor, Dashboard, [pk])[0]
    former = history.before(dashboard)
    values = dict(values)
    if values.get("slug") and values["slug"] != dashboard.slug:
        require_free_slug(values["slug"], dashboard.uuid)
    if values.get("owners") is not None:
        dashboard.owners = people.owners(actor, values["owners"])
    if values.get("roles") is not None:
        dashboard.roles = people.roles(values["roles"])
    if values.get("tags") is not None:
        marks.tag(ObjectType.DASHBOARD, dashboard.id, values["tags"])
    _assign(actor, dashboard, {key: value for key, value in values.items() if key not in {"owners", "roles", "tags"}})
    # Also where only relations changed, so that the version is another one.
    dashboard.changed_on = now()
    history.keep(former)
    db.session.commit()
    return dashboard


def configure(
    actor: Actor, pk: int, change: Callable[[dict[str, Any]], None], is_marked: bool = True
) -> dict[str, Any]:
    """The json_metadata of the dashboard after the change. Raises NotFound, Forbidden, and what `change` raises.

    is_marked: whether the change is one of the dashboard, with a time and an author, or none to speak of.
    """
    dashboard = found.editable(actor, Dashboard, [pk])[0]
    former = history.before(dashboard) if is_marked else None
    metadata: dict[str, Any] = json.loads(dashboard.json_metadata or "{}") or {}
    change(metadata)
    dashboard.json_metadata = json.dumps(metadata)
    if former is not None:
        history.keep(former)
    else:
        for name in ("changed_on", "changed_by_fk"):
            flag_modified(dashboard, name)
    db.session.commit()
    return metadata


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error. Their charts stay."""
    dashboards = found.editable(actor, Dashboard, pks)
    report_uses.require_unused(actor, Report.dashboard_id, pks)
    history.bury(actor, dashboards)
    dashboard_items.forget(pks)
    for dashboard in dashboards:
        db.session.delete(dashboard)
    marks.forget(ObjectType.DASHBOARD, pks)
    db.session.commit()
    return len(dashboards)


def copy(actor: Actor, dashboard: Dashboard, values: dict[str, Any]) -> Dashboard:
    """A new dashboard like the other; with duplicate_slices its charts are copies of their own."""
    rules.require_new(actor, Dashboard)
    if values.get("duplicate_slices"):
        rules.require_new(actor, Chart)
    metadata = json.loads(values["json_metadata"])
    charts = charts_of(actor, dashboard)
    positions = metadata.pop("positions", None) or json.loads(dashboard.position_json or "{}")
    made = Dashboard(
        dashboard_title=values.get("dashboard_title") or dashboard.dashboard_title,
        css=values.get("css", dashboard.css),
        theme_id=dashboard.theme_id,
        owners=people.owners(actor, None),
        json_metadata=json.dumps(metadata),
    )
    db.session.add(made)
    if values.get("duplicate_slices"):
        copies = {chart.id: _copied(actor, chart) for chart in charts}
        db.session.add_all(copies.values())
        db.session.flush()
        positions = layouts.repointed(positions, {old: new.id for old, new in copies.items()})
        charts = list(copies.values())
    made.position_json = json.dumps(positions)
    made.charts = charts
    db.session.commit()
    return made


def charts_of(actor: Actor, dashboard: Dashboard) -> list[Chart]:
    """The charts on it by their ids: all of them for who sees the dashboard, but for a key those that it reaches."""
    charts = sorted(dashboard.charts, key=lambda chart: chart.id)
    if actor.key_objects is None:
        return charts
    reached = {chart.id for chart in found.known(actor, Chart, [chart.id for chart in charts])}
    return [chart for chart in charts if chart.id in reached]


def datasets_of(actor: Actor, dashboard: Dashboard) -> list[Dataset]:
    """The datasets its charts ask, each once; of them, too, a key tells those that it reaches."""
    ids = {chart.datasource_id for chart in dashboard.charts if chart.datasource_id is not None}
    if actor.key_objects is not None:
        return sorted(found.known(actor, Dataset, ids), key=lambda dataset: dataset.id)
    return list(db.session.execute(select(Dataset).where(Dataset.id.in_(ids)).order_by(Dataset.id)).scalars())


def tabs_of(dashboard: Dashboard) -> dict[str, Any]:
    """{all_tabs: {id: title}, tab_tree: [{title, value, children}], native_filters: {tab or `all`: [filter]}}."""
    positions = json.loads(dashboard.position_json or "{}")
    metadata = json.loads(dashboard.json_metadata or "{}")
    titles = {
        key: (node.get("meta") or {}).get("text") or key
        for key, node in positions.items()
        if isinstance(node, dict) and node.get("type") == "TAB"
    }
    filters = metadata.get("native_filter_configuration") or []
    return {
        "all_tabs": titles,
        "tab_tree": _tab_tree(positions, "ROOT_ID", titles),
        "native_filters": {"all": filters} if filters else {},
    }


def _tab_tree(positions: Mapping[str, Any], start: str, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    tree: list[dict[str, Any]] = []
    node = positions.get(start)
    for child in node.get("children", ()) if isinstance(node, dict) else ():
        below = _tab_tree(positions, child, titles)
        if child in titles:
            tree.append({"title": titles[child], "value": child, "children": below})
        else:
            tree += below
    return tree


# Columns that may not be empty: a null in a body means the default.
DEFAULTS = {"published": False, "is_managed_externally": False}


def _assign(actor: Actor, dashboard: Dashboard, values: dict[str, Any]) -> None:
    if values.get("theme_id") is not None and db.session.get(Theme, values["theme_id"]) is None:
        raise Invalid(fields={"theme_id": ["Theme does not exist"]})
    wanted = values.pop("charts", None)
    others: Sequence[Chart] = dashboard.charts
    if values.get("json_metadata"):
        metadata = json.loads(values["json_metadata"])
        positions = metadata.pop("positions", None)
        values["json_metadata"] = json.dumps(metadata)
        if positions is not None:
            values["position_json"] = json.dumps(positions)
            others = ()
    if values.get("position_json"):
        ids = layouts.chart_ids(json.loads(values["position_json"]))
        dashboard.charts = list(dict.fromkeys([*others, *_charts(actor, ids, dashboard.charts)]))
    if wanted is not None:
        layout = json.loads(values.get("position_json") or dashboard.position_json or "{}")
        values["position_json"] = json.dumps(_placed(actor, dashboard, wanted, layout))
    if values.get("slug") == "":
        values["slug"] = None
    for name, value in values.items():
        setattr(dashboard, name, DEFAULTS.get(name) if value is None else value)


def _placed(actor: Actor, dashboard: Dashboard, wanted: Sequence[int], layout: Mapping[str, Any]) -> dict[str, Any]:
    """The layout in which these charts, and no others, have a place; they are on the dashboard. Raises Invalid."""
    charts = {chart.id: chart for chart in _charts(actor, wanted, dashboard.charts)}
    missing = [pk for pk in dict.fromkeys(wanted) if pk not in charts]
    if missing:
        raise Invalid(fields={"charts": [f"Chart {pk} does not exist" for pk in missing]})
    dashboard.charts = [charts[pk] for pk in dict.fromkeys(wanted)]
    others = set(layouts.chart_ids(layout)) - charts.keys()
    return layouts.placed(layouts.without(layout, others), dashboard.charts)


def _charts(actor: Actor, pks: Sequence[int], present: Sequence[Chart]) -> list[Chart]:
    # A layout may still name a chart that was deleted, or one the editor may not see: neither gets on by that.
    statement = select(Chart).where(Chart.id.in_(pks))
    condition = rules.visible(actor, Chart)
    if condition is not None:
        statement = statement.where(condition | Chart.id.in_([chart.id for chart in present]))
    return list(db.session.execute(statement.order_by(Chart.id)).scalars())


def slug_text(value: str | None) -> None:
    """Nothing, or ValidationError when a slug could be taken for an id or would not survive in a URL."""
    if value and (value.isdigit() or "/" in value):
        raise ValidationError("A slug may not be a number nor hold a slash")


def require_free_slug(slug: str | None, own: UUID | None = None) -> None:
    """Nothing, or Invalid when another dashboard than that of the uuid `own` has the slug."""
    if not slug:
        return
    taken = db.session.execute(select(Dashboard.uuid).where(Dashboard.slug == slug)).scalar()
    if taken is not None and taken != own:
        raise Invalid(fields={"slug": ["Must be unique"]})


def _copied(actor: Actor, chart: Chart) -> Chart:
    kept = ("slice_name", "viz_type", "description", "params", "query_context", "cache_timeout", "datasource_id")
    values = {name: getattr(chart, name) for name in kept}
    return Chart(uuid=uuid4(), datasource_type=chart.datasource_type, owners=people.owners(actor, None), **values)
