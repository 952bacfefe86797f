"""Dashboards in bundles: their layout says which charts are on them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from flask_appbuilder import Model
from marshmallow import INCLUDE, Schema, ValidationError, fields
from marshmallow.validate import Length
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from superset_like.access.actor import Actor
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Dataset, ObjectType
from superset_like.services import dashboards, people
from superset_like.services.bundles import tags
from superset_like.services.bundles.arrivals import Arrivals
from superset_like.services.bundles.kind import VERSION, Config, Kind, assign_values, json_or_none
from superset_like.services.bundles.kinds.chart import ChartKind
from superset_like.services.bundles.kinds.dataset import DatasetKind
from superset_like.services.bundles.references import FILTERS, DashboardIds, chart_nodes, placed
from superset_like.services.bundles.selection import Selection

PLAIN = (
    "dashboard_title",
    "description",
    "css",
    "slug",
    "certified_by",
    "certification_details",
    "published",
    "is_managed_externally",
    "external_url",
)
JSON_TEXTS = frozenset({"position_json", "json_metadata"})
NOT_NULL = {"published": False, "is_managed_externally": False}
CHART_HEIGHT, CHART_WIDTH = 50, 4


class MetadataShape(Schema):
    """The parts of the metadata that name charts and datasets."""

    class Meta:
        unknown = INCLUDE

    native_filter_configuration = fields.List(fields.Dict(), allow_none=True)
    chart_customization_config = fields.List(fields.Dict(), allow_none=True)
    chart_configuration = fields.Dict(allow_none=True)
    global_chart_configuration = fields.Dict(allow_none=True)
    timed_refresh_immune_slices = fields.List(fields.Integer(), allow_none=True)
    expanded_slices = fields.Dict(allow_none=True)
    filter_scopes = fields.Dict(allow_none=True)
    default_filters = fields.String(allow_none=True)


def _metadata(value: dict[str, Any]) -> None:
    errors = MetadataShape().validate(value)
    if errors:
        raise ValidationError(errors)


class DashboardConfig(Config):
    dashboard_title = fields.String(required=True, allow_none=True, validate=Length(max=500))
    description = fields.String(allow_none=True)
    css = fields.String(allow_none=True)
    slug = fields.String(allow_none=True, validate=[Length(max=255), dashboards.slug_text])
    certified_by = fields.String(allow_none=True)
    certification_details = fields.String(allow_none=True)
    published = fields.Boolean(allow_none=True)
    position = fields.Dict(allow_none=True)
    metadata = fields.Dict(allow_none=True, validate=_metadata)
    theme_uuid = fields.UUID(allow_none=True)
    theme_id = fields.Integer(allow_none=True)
    tags = fields.List(fields.String(validate=Length(1, 250)), allow_none=True)


class DashboardKind(Kind):
    """Dashboards."""

    name = "dashboard"
    type_name = "Dashboard"
    noun = "Dashboard"
    folder = "dashboards"
    resource = "Dashboard"
    rank = 4
    holds = frozenset({"database", "dataset", "chart", "theme"})
    model = Dashboard
    title_field = "dashboard_title"
    schema: ClassVar[type[Config]] = DashboardConfig
    loading = (
        joinedload(Dashboard.theme),
        selectinload(Dashboard.tags),
        selectinload(Dashboard.charts).options(*ChartKind.loading),
    )

    def related(self, item: Dashboard) -> Iterable[Model]:
        yield from item.charts
        if item.theme is not None:
            yield item.theme
        asked = list(_filtered_datasets(json_or_none(item.json_metadata) or {}))
        if asked:
            statement = select(Dataset).where(Dataset.id.in_(asked)).options(*DatasetKind.loading)
            yield from db.session.execute(statement).scalars()

    def config(self, item: Dashboard, selection: Selection) -> dict[str, Any]:
        charts = {chart.id: chart for chart in item.charts if selection.holds(chart)}
        numbers = {pk: selection.number(chart) for pk, chart in charts.items()}
        config = {
            "dashboard_title": item.dashboard_title,
            "description": item.description,
            "css": item.css,
            "slug": item.slug,
            "certified_by": item.certified_by,
            "certification_details": item.certification_details,
            "published": item.published,
            "uuid": str(item.uuid),
            "position": _whole_layout(item, charts, numbers),
        }
        if item.json_metadata:
            ids = DashboardIds(numbers, lambda target: _target_elsewhere(target, selection))
            config["metadata"] = ids.metadata(json.loads(item.json_metadata))
        theme_uuid = None if item.theme is None else str(item.theme.uuid)
        return {**config, "theme_uuid": theme_uuid, "version": VERSION, **tags.config(item)}

    def made(self, actor: Actor, config: Mapping[str, Any], arrivals: Arrivals) -> Dashboard:
        owners = people.owners(actor, None)
        return Dashboard(uuid=config["uuid"], dashboard_title=config["dashboard_title"], owners=owners)

    def assign(self, actor: Actor, item: Dashboard, config: Mapping[str, Any], arrivals: Arrivals) -> list[str]:
        values = {name: config[name] for name in PLAIN if name in config}
        values.update({name: value for name, value in NOT_NULL.items() if values.get(name, value) is None})
        if values.get("slug") == "":
            values["slug"] = None
        dashboards.require_free_slug(values.get("slug"), item.uuid)
        layout = config.get("position") or {}
        charts = _charts_of(layout, arrivals)
        if "position" in config:
            there = placed(layout, lambda meta: _meta_here(meta, arrivals))
            values["position_json"] = json.dumps(there) if there else None
        if "metadata" in config:
            ids = DashboardIds(_ids_by_number(layout, arrivals), lambda target: _target_here(target, arrivals))
            given = config["metadata"]
            values["json_metadata"] = None if given is None else json.dumps(ids.metadata(given))
        if "theme_uuid" in config:
            # As in Superset, one that is neither in the bundle nor here is none.
            theme = arrivals.known("theme", config["theme_uuid"])
            values["theme_id"] = None if theme is None else theme.id
        values = {name: value for name, value in values.items() if not _is_as_exported(item, name, value)}
        differing = assign_values(item, values, JSON_TEXTS)
        if "position" in config and {chart.id for chart in item.charts} != set(charts):
            item.charts = list(charts.values())
            differing.append("charts")
        db.session.add(item)
        db.session.flush()
        differing += tags.assign(actor, ObjectType.DASHBOARD, item, config, arrivals)
        shown = {"position_json": "position", "json_metadata": "metadata", "theme_id": "theme_uuid"}
        return [shown.get(name, name) for name in differing]


def _filtered_datasets(metadata: Mapping[str, Any]) -> Iterable[int]:
    for name in sorted(FILTERS):
        for each in metadata.get(name) or ():
            targets = each.get("targets") if isinstance(each, dict) else None
            for target in targets if isinstance(targets, list) else ():
                if isinstance(target, dict) and isinstance(target.get("datasetId"), int):
                    yield target["datasetId"]


def _empty_layout(title: str) -> dict[str, Any]:
    return {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"children": ["GRID_ID"], "id": "ROOT_ID", "type": "ROOT"},
        "GRID_ID": {"children": [], "id": "GRID_ID", "parents": ["ROOT_ID"], "type": "GRID"},
        "HEADER_ID": {"id": "HEADER_ID", "meta": {"text": title}, "type": "HEADER"},
    }


def _whole_layout(item: Dashboard, charts: Mapping[int, Chart], numbers: Mapping[int, int]) -> dict[str, Any]:
    """The layout with a place for each of the charts and no other, each named by its number and uuid."""

    def named(meta: dict[str, Any]) -> dict[str, Any] | None:
        pk = meta.get("chartId")
        if not isinstance(pk, int) or pk not in charts:
            return None
        return {**meta, "chartId": numbers[pk], "uuid": str(charts[pk].uuid)}

    layout = json_or_none(item.position_json) or _empty_layout(item.dashboard_title or "")
    return _with_unplaced(placed(layout, named), charts, numbers)


def _is_as_exported(item: Dashboard, name: str, text: str | None) -> bool:
    """Whether the object would be exported with this JSON text: an export leaves out what means nothing elsewhere."""
    if name not in JSON_TEXTS or not text:
        return False
    charts = {chart.id: chart for chart in item.charts}
    ids = {pk: pk for pk in charts}
    if name == "position_json":
        return bool(json.loads(text) == _whole_layout(item, charts, ids))
    stored = json.loads(item.json_metadata or "{}")
    return bool(json.loads(text) == DashboardIds(ids, lambda target: target).metadata(stored))


def _with_unplaced(layout: dict[str, Any], charts: Mapping[int, Chart], numbers: Mapping[int, int]) -> dict[str, Any]:
    """The layout with a row for the charts that it does not place: from it alone an import knows them."""
    placed_here = {meta["uuid"] for meta in chart_nodes(layout).values()}
    left = [chart for chart in charts.values() if str(chart.uuid) not in placed_here]
    if not left:
        return layout
    names = {f"CHART-{chart.uuid}": chart for chart in sorted(left, key=lambda chart: str(chart.uuid))}
    made, parents = dict(layout), ["ROOT_ID", "GRID_ID"]
    grid = made.get("GRID_ID")
    if isinstance(grid, dict) and isinstance(grid.get("children"), list):
        row = f"ROW-N-{len(grid['children'])}"
        made["GRID_ID"] = {**grid, "children": [*grid["children"], row]}
        made[row] = {
            "children": list(names),
            "id": row,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
            "type": "ROW",
            "parents": parents,
        }
        parents = [*parents, row]
    for name, chart in names.items():
        meta = {
            "chartId": numbers[chart.id],
            "height": CHART_HEIGHT,
            "sliceName": chart.slice_name,
            "uuid": str(chart.uuid),
            "width": CHART_WIDTH,
        }
        made[name] = {"children": [], "id": name, "meta": meta, "type": "CHART", "parents": list(parents)}
    return made


def _target_elsewhere(target: dict[str, Any], selection: Selection) -> dict[str, Any]:
    if "datasetId" not in target:
        return target
    dataset = selection.found(Dataset, target["datasetId"])
    made = {name: value for name, value in target.items() if name not in {"datasetId", "datasetUuid"}}
    return made if dataset is None else {**made, "datasetUuid": str(dataset.uuid)}


def _target_here(target: dict[str, Any], arrivals: Arrivals) -> dict[str, Any]:
    made = {name: value for name, value in target.items() if name not in {"datasetId", "datasetUuid"}}
    dataset = arrivals.known("dataset", target.get("datasetUuid"))
    return made if dataset is None else {**made, "datasetId": dataset.id}


def _charts_of(layout: Mapping[str, Any], arrivals: Arrivals) -> dict[int, Chart]:
    """Id -> chart, for the places of charts in the layout that a chart can be found for."""
    found = (_chart(meta, arrivals) for meta in chart_nodes(layout).values())
    return {chart.id: chart for chart in found if chart is not None}


def _chart(meta: Mapping[str, Any], arrivals: Arrivals) -> Chart | None:
    found: Chart | None = arrivals.known("chart", meta.get("uuid"))
    if found is None and "uuid" not in meta:
        found = arrivals.numbered("chart", meta.get("chartId"))
    return found


def _meta_here(meta: dict[str, Any], arrivals: Arrivals) -> dict[str, Any] | None:
    chart = _chart(meta, arrivals)
    return None if chart is None else {**meta, "chartId": chart.id, "uuid": str(chart.uuid)}


def _ids_by_number(layout: Mapping[str, Any], arrivals: Arrivals) -> dict[int, int]:
    """Number in the bundle -> id here."""
    found = {}
    for meta in chart_nodes(layout).values():
        chart, number = _chart(meta, arrivals), meta.get("chartId")
        if chart is not None and isinstance(number, int):
            found[number] = chart.id
    return found
