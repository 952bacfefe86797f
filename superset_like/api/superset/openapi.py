"""/api/v1/_openapi"""

import threading
import warnings

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Response, current_app
from flask_appbuilder.api import BaseApi
from flask_appbuilder.api.manager import resolver

import superset_like
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import JSON, SupersetResource
from superset_like.errors import NotFound


class SupersetOpenApi(SupersetResource):
    """What this API is: made once by each process, since that takes half a second."""

    route_base = "/api"
    class_permission_name = "OpenApi"
    openapi_spec_tag = "OpenApi"

    @endpoint("GET", "/<version>/_openapi", "This description", permission="get", refusals=(401, 403, 404))
    def get(self, version: str) -> Response:
        return Response(described(version), content_type=JSON)


def described(version: str) -> bytes:
    """OpenAPI, as JSON. Raises NotFound."""
    known: dict[str, bytes] = current_app.extensions.setdefault("superset_like_openapi", {})
    with _making:
        if version not in known:
            known[version] = _made(version)
        return known[version]


_making = threading.Lock()


def _made(version: str) -> bytes:
    builder = current_app.extensions["appbuilder"]
    resources = [view for view in builder.baseviews if isinstance(view, BaseApi) and view.version == version]
    if not resources:
        raise NotFound()
    spec = APISpec(
        title=builder.app_name,
        version=superset_like.__version__,
        openapi_version="3.0.2",
        info={"description": "Superset's REST API, as superset_like speaks it."},
        plugins=[MarshmallowPlugin(schema_name_resolver=resolver)],
        # Relative: right behind any proxy.
        servers=[{"url": "/"}],
    )
    with warnings.catch_warnings():
        # FAB's own resources give several schemas one name; apispec numbers them.
        warnings.simplefilter("ignore", UserWarning)
        for resource in resources:
            resource.add_api_spec(spec)
    return orjson.dumps(spec.to_dict(), default=str, option=orjson.OPT_NON_STR_KEYS)
