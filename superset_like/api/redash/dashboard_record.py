"""Dashboards and their widgets as Redash shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.api.redash import visualization_record, widget_queries
from superset_like.api.redash.expiry import key_fields
from superset_like.api.redash.people import author_records, maker
from superset_like.api.redash.resource import moment
from superset_like.extensions import settings
from superset_like.models import Dashboard, ObjectType
from superset_like.services import dashboard_edits, dashboard_items, dashboard_names, dashboard_shares, marks, tags
from superset_like.services.dashboard_items import Item
from superset_like.services.dashboard_lists import Found

OF_USER = ("id", "name", "email", "profile_image_url")


def dashboard_record(actor: Actor, dashboard: Dashboard, *, with_widgets: bool = True) -> dict[str, Any]:
    """The dashboard with its widgets, or null in their place."""
    is_favorite = bool(marks.stars(actor, ObjectType.DASHBOARD, [dashboard.id]))
    widgets = widget_records(actor, dashboard_items.of_dashboard(dashboard)) if with_widgets else None
    found = {**_records([dashboard])[dashboard.id], "widgets": widgets, "is_favorite": is_favorite}
    return {**found, **share_record(actor, dashboard)}


def share_record(actor: Actor, dashboard: Dashboard) -> dict[str, Any]:
    """Its public address and key, for who may edit it; nothing for others, and where it has none."""
    key = dashboard_shares.key_of(actor, dashboard)
    return {} if key is None else {"public_url": _public_url(key.text), **key_fields(key)}


def with_rights(actor: Actor, dashboard: Dashboard, record: dict[str, Any]) -> dict[str, Any]:
    """The record with whether the caller may edit the dashboard."""
    return {**record, "can_edit": rules.can(actor, "edit", dashboard)}


def dashboard_list(found: Found) -> list[dict[str, Any]]:
    """The dashboards of a page, without widgets."""
    records = _records(found.dashboards)
    return [_listed(records[each.id], found.starred.get(each.id)) for each in found.dashboards]


def public_record(sharer: Actor, dashboard: Dashboard) -> dict[str, Any]:
    """The dashboard for whoever has its key: without SQL, keys and people."""
    kept = dashboard_edits.kept([dashboard.id])[dashboard.id]
    items = dashboard_items.of_dashboard(dashboard)
    open_ = dashboard_items.readable(sharer, items)
    charts = [item.chart for item in items if item.chart is not None and item.row.id in open_]
    drawn, queries = visualization_record.records(charts), widget_queries.public(charts)
    widgets = []
    for item in items:
        shown = {name: value for name, value in _widget(item).items() if name != "dashboard_id"}
        if item.row.id not in open_:
            shown = _restricted(shown)
        elif item.chart is not None:
            visualization = {name: value for name, value in drawn[item.chart.id].items() if name != "id"}
            shown["visualization"] = {**visualization, "query": queries[item.chart.id]}
        widgets.append(shown)
    return {
        "name": dashboard.dashboard_title,
        **kept,
        "updated_at": moment(dashboard.changed_on),
        "created_at": moment(dashboard.created_on),
        "widgets": widgets,
    }


def widget_records(actor: Actor, items: Sequence[Item]) -> list[dict[str, Any]]:
    """The items as the caller may see them, by their numbers; statements do not grow with their number."""
    open_ = dashboard_items.readable(actor, items)
    charts = [item.chart for item in items if item.chart is not None and item.row.id in open_]
    drawn = visualization_record.records(charts)
    queries = widget_queries.whole(actor, charts)
    made = []
    for item in items:
        shown = _widget(item)
        if item.row.id not in open_:
            shown = _restricted(shown)
        elif item.chart is not None:
            shown["visualization"] = {**drawn[item.chart.id], "query": queries[item.chart.id]}
        made.append(shown)
    return made


def _public_url(key: str) -> str:
    """The address of the page that shows the dashboard of the key."""
    base = (settings().public_url or request.url_root).rstrip("/")
    return f"{base}/public/dashboards/{key}?org_slug=default"


def _records(dashboards: Sequence[Dashboard]) -> dict[int, dict[str, Any]]:
    ids = [each.id for each in dashboards]
    people = author_records(each.created_by_fk for each in dashboards)
    kept, borne = dashboard_edits.kept(ids), tags.names_of(ObjectType.DASHBOARD, ids)
    return {each.id: _record(each, people, kept[each.id], borne.get(each.id, [])) for each in dashboards}


def _record(
    dashboard: Dashboard, people: Mapping[int, dict[str, Any]], kept: Mapping[str, Any], names: Sequence[str]
) -> dict[str, Any]:
    name = dashboard.dashboard_title or ""
    person = maker(people, dashboard.created_by_fk)
    return {
        "id": dashboard.id,
        "slug": dashboard_names.slugify(name),
        "name": name,
        "user_id": person["id"],
        "user": {each: person[each] for each in OF_USER},
        "layout": kept["layout"],
        "dashboard_filters_enabled": kept["dashboard_filters_enabled"],
        "widgets": None,
        "options": kept["options"],
        "is_archived": dashboard.is_archived,
        "is_draft": not dashboard.published,
        "tags": list(names),
        "updated_at": moment(dashboard.changed_on),
        "created_at": moment(dashboard.created_on),
        "version": dashboard_items.shown_version(dashboard),
    }


def _listed(record: dict[str, Any], starred_on: Any) -> dict[str, Any]:
    if starred_on is None:
        return {**record, "is_favorite": False}
    return {**record, "is_favorite": True, "starred_at": moment(starred_on)}


def _widget(item: Item) -> dict[str, Any]:
    return {
        "id": item.row.id,
        "width": item.row.width,
        "options": item.options,
        "dashboard_id": item.row.dashboard_id,
        "text": item.text,
        "updated_at": moment(item.row.changed_on),
        "created_at": moment(item.row.created_on),
    }


def _restricted(widget: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: value for name, value in widget.items() if name != "text"}, "restricted": True}
