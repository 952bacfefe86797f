"""/api/v1/async_event"""

from flask import Response

from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.resource import SupersetResource, json_response


class SupersetAsyncEventApi(SupersetResource):
    """Events of charts that are asked in the background. Here charts are answered at once, so there never is one."""

    resource_name = "async_event"
    class_permission_name = "AsyncEventsRestApi"
    openapi_spec_tag = "AsyncEventsRestApi"

    @endpoint(
        "GET",
        "/",
        "What happened since; nothing, since charts are answered at once",
        permission="list",
        parameters=(Parameter("last_id"),),
        refusals=(401, 403),
    )
    def events(self) -> Response:
        return json_response(200, {"result": []})
