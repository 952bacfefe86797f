"""/api/v1/embedded_dashboard"""

from flask import Response

from superset_like.access import rules
from superset_like.access.actor import current
from superset_like.api.superset.dashboard import embedded_record
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetResource, json_response
from superset_like.errors import NotFound
from superset_like.services import embedding


class SupersetEmbeddedDashboardApi(SupersetResource):
    """Leaves to embed, by their uuid."""

    resource_name = "embedded_dashboard"
    class_permission_name = "EmbeddedDashboard"
    openapi_spec_tag = "Embedded Dashboard"
    open_to_guests = frozenset({"get"})

    @endpoint("GET", "/<uuid>", "The leave to embed a dashboard", permission="read")
    def get(self, uuid: str) -> Response:
        embedded = embedding.by_uuid(uuid)
        if not rules.can(current(), "read", embedded.dashboard):
            raise NotFound()
        return json_response(200, {"result": embedded_record(embedded)})
