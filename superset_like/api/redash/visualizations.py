"""/api/visualizations: how the rows of a query are drawn."""

from flask import Response
from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from superset_like.access.actor import Actor
from superset_like.api.redash import visualization_record
from superset_like.api.redash.numbers import Number
from superset_like.api.redash.resource import (
    EDIT_QUERY,
    LARGEST_ID,
    RedashResource,
    answer,
    json_body,
    loaded,
    nothing,
    route,
)
from superset_like.models import SavedQuery
from superset_like.services import found, visualizations

LONGEST_NAME = 250


class VisualizationChange(Schema):
    kind = fields.String(data_key="type", validate=Length(1, 100))
    name = fields.String(validate=Length(max=LONGEST_NAME))
    description = fields.String(allow_none=True, validate=Length(max=4096))
    options = fields.Dict(keys=fields.String())


class NewVisualization(VisualizationChange):
    query_id = Number(required=True, validate=Range(1, LARGEST_ID))
    kind = fields.String(data_key="type", required=True, validate=Length(1, 100))
    name = fields.String(required=True, validate=Length(max=LONGEST_NAME))
    description = fields.String(allow_none=True, load_default=None, validate=Length(max=4096))
    options = fields.Dict(keys=fields.String(), load_default=dict)


class RedashVisualizationApi(RedashResource):
    """Visualizations. Who may edit the query may make, change and delete them."""

    route_base = "/api"

    @route("POST", "/visualizations", "Make a visualization", needs=EDIT_QUERY, body=NewVisualization)
    def create(self, actor: Actor) -> Response:
        """The new one."""
        values = loaded(NewVisualization, json_body())
        saved = found.one(actor, SavedQuery, values.pop("query_id"))
        return answer(visualization_record.record(visualizations.create(actor, saved, **values)))

    @route(
        "POST",
        "/visualizations/<int:visualization_id>",
        "Change a visualization",
        needs=EDIT_QUERY,
        body=VisualizationChange,
    )
    def change(self, actor: Actor, visualization_id: int) -> Response:
        """It, as it is now."""
        values = loaded(VisualizationChange, json_body())
        return answer(visualization_record.record(visualizations.update(actor, visualization_id, values)))

    @route("DELETE", "/visualizations/<int:visualization_id>", "Delete a visualization", needs=EDIT_QUERY)
    def delete(self, actor: Actor, visualization_id: int) -> Response:
        """null; it is on no dashboard any more."""
        visualizations.delete(actor, visualization_id)
        return nothing()
