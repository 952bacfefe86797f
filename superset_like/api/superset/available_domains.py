"""/api/v1/available_domains"""

from flask import Response

from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import Documented, json_response


class SupersetAvailableDomainsApi(Documented):
    """Further domains a page may spread its requests over; this server needs none, HTTP/2 does it."""

    resource_name = "available_domains"
    class_permission_name = "AvailableDomains"
    openapi_spec_tag = "Available Domains"

    @endpoint("GET", "/", "The domains", permission="read")
    def get(self) -> Response:
        return json_response(200, {"result": {"domains": []}})
