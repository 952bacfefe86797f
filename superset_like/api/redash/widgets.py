"""/api/widgets: what stands on dashboards."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields
from marshmallow.validate import Range

from superset_like.access.actor import Actor
from superset_like.api.redash.dashboard_record import widget_records
from superset_like.api.redash.numbers import Number
from superset_like.api.redash.resource import (
    EDIT_DASHBOARD,
    LARGEST_ID,
    RedashResource,
    answer,
    json_body,
    loaded,
    nothing,
    route,
)
from superset_like.services import dashboard_items


class WidgetChange(Schema):
    text = fields.String(required=True)
    options = fields.Dict(keys=fields.String(), required=True)


class NewWidget(Schema):
    dashboard_id = Number(required=True, validate=Range(1, LARGEST_ID))
    chart_id = Number(data_key="visualization_id", required=True, allow_none=True, validate=Range(1, LARGEST_ID))
    text = fields.String(allow_none=True, load_default="")
    options = fields.Dict(keys=fields.String(), load_default=dict)
    width = Number(load_default=1, validate=Range(0, 100))


class RedashWidgetsApi(RedashResource):
    """Widgets: the visualizations and texts of a dashboard. Who may edit it may make, change and delete them."""

    route_base = "/api"

    @route("POST", "/widgets", "Put a visualization or a text onto a dashboard", needs=EDIT_DASHBOARD, body=NewWidget)
    def post(self, actor: Actor) -> Response:
        values: dict[str, Any] = loaded(NewWidget, json_body())
        item = dashboard_items.add(actor, **{**values, "text": values["text"] or ""})
        return answer(widget_records(actor, [item])[0])

    @route("POST", "/widgets/<int:widget_id>", "Change or move one", needs=EDIT_DASHBOARD, body=WidgetChange)
    def put(self, actor: Actor, widget_id: int) -> Response:
        values = loaded(WidgetChange, json_body())
        return answer(widget_records(actor, [dashboard_items.change(actor, widget_id, **values)])[0])

    @route("DELETE", "/widgets/<int:widget_id>", "Take one off", needs=EDIT_DASHBOARD)
    def delete(self, actor: Actor, widget_id: int) -> Response:
        dashboard_items.remove(actor, widget_id)
        return nothing()
