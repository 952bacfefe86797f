"""Dashboards with their widgets."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from superset_like.access.actor import Actor
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, ObjectType
from superset_like.services import dashboard_edits, dashboard_items, found, tags
from superset_like.services.redash_import.queries import PersonShape, owner
from superset_like.services.redash_import.work import Noun, Values, Work

RESTRICTED = "a widget shows what the key may not read, and was left out"
SHARED = "it has a public address there: share it anew"


class ShownShape(Schema):
    id = fields.Integer(required=True)


class WidgetShape(Schema):
    id = fields.Integer(required=True)
    width = fields.Integer(allow_none=True, load_default=1)
    options = fields.Dict(keys=fields.String(), load_default=dict)
    text = fields.String(allow_none=True, load_default="")
    visualization = fields.Nested(ShownShape, unknown=EXCLUDE, allow_none=True, load_default=None)
    restricted = fields.Boolean(load_default=False)


class DashboardShape(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    tags = fields.List(fields.String(), allow_none=True, load_default=None)
    is_draft = fields.Boolean(load_default=False)
    is_archived = fields.Boolean(load_default=False)
    layout = fields.Raw(load_default=list)
    options = fields.Dict(keys=fields.String(), allow_none=True, load_default=None)
    dashboard_filters_enabled = fields.Boolean(load_default=False)
    widgets = fields.List(fields.Nested(WidgetShape, unknown=EXCLUDE), allow_none=True, load_default=None)
    public_url = fields.String(allow_none=True, load_default=None)
    user = fields.Nested(PersonShape, unknown=EXCLUDE, allow_none=True, load_default=None)


class Dashboards(Noun):
    """A widget whose visualization was not brought is left out, and comes with the run that brings it."""

    kind = "dashboard"
    shape = DashboardShape

    def wanted(self, work: Work, sent: Values) -> Values:
        if sent["public_url"]:
            work.note(SHARED)
        widgets = sorted(sent["widgets"] or (), key=lambda each: int(each["id"]))
        items = [item for each in widgets if (item := _item(work, each)) is not None]
        return {
            "name": sent["name"][: dashboard_edits.LONGEST_TITLE],
            "tags": sorted({name.strip() for name in sent["tags"] or () if name.strip()}),
            "is_draft": sent["is_draft"],
            "is_archived": sent["is_archived"],
            "layout": sent["layout"],
            "options": sent["options"] or {},
            "dashboard_filters_enabled": sent["dashboard_filters_enabled"],
            "items": items,
            "owner": owner(work, sent["user"]),
        }

    def make(self, work: Work, values: Values) -> int:
        with work.in_name_of(values["owner"], work.actor_of(values["owner"], _may_write)) as actor:
            pk = dashboard_edits.create(actor, values["name"]).id
            _fill(work, actor, pk, values)
        return pk

    def change(self, work: Work, pk: int, values: Values) -> None:
        # Whoever may not change it any more there may have made it; the import may.
        with work.in_name_of(values["owner"], work.actor):
            dashboard = db.session.get_one(Dashboard, pk)
            for row_id in [item.row.id for item in dashboard_items.of_dashboard(dashboard)]:
                dashboard_items.remove(work.actor, row_id)
            _fill(work, work.actor, pk, values)

    def state(self, work: Work, pk: int) -> Values | None:
        dashboard = db.session.get(Dashboard, pk)
        if dashboard is None:
            return None
        items = [
            {
                "chart": None if item.chart is None else item.chart.id,
                "text": item.text,
                "options": item.options,
                "width": item.row.width,
            }
            for item in dashboard_items.of_dashboard(dashboard)
        ]
        return {
            "name": dashboard.dashboard_title,
            "tags": sorted(tags.names_of(ObjectType.DASHBOARD, [pk]).get(pk, [])),
            "is_draft": not dashboard.published,
            "is_archived": dashboard.is_archived,
            "items": items,
            **dashboard_edits.kept([pk])[pk],
        }


def _item(work: Work, widget: Values) -> dict[str, Any] | None:
    """The widget as it is to be here; None where it is left out."""
    if widget["restricted"]:
        work.note(RESTRICTED)
        return None
    chart, shown = None, widget["visualization"]
    if shown is not None:
        chart = work.own("visualization", shown["id"])
        if chart is None:
            work.note(f"widget {widget['id']} shows visualization {shown['id']}, which was not brought")
            return None
    return {
        "chart": chart,
        "text": widget["text"] or "",
        "options": widget["options"],
        "width": 1 if widget["width"] is None else widget["width"],
    }


def _may_write(actor: Actor) -> bool:
    return actor.can("can_write", "Dashboard")


def _fill(work: Work, actor: Actor, pk: int, values: Values) -> None:
    for item in values["items"]:
        chart = item["chart"]
        if chart is not None and db.session.get(Chart, chart) is None:
            work.note(f"chart {chart} was deleted here")
            continue
        # Who owns a dashboard may have lost the right to what others put there.
        sees = chart is None or found.known(actor, Chart, [chart])
        dashboard_items.add(actor if sees else work.actor, pk, chart, item["text"], item["options"], item["width"])
    names = ("name", "tags", "is_draft", "is_archived", "layout", "options", "dashboard_filters_enabled")
    dashboard_edits.update(actor, str(pk), {name: values[name] for name in names})
