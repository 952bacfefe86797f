"""/api/v1/dashboard/permalink: links to a page as somebody left it"""

from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema, fields
from marshmallow.validate import Length

from superset_like.access.actor import current
from superset_like.api.superset.bodies import text
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetResource, json_response
from superset_like.extensions import settings
from superset_like.models import StateKind
from superset_like.services import dashboards, kept_states

MADE = {"type": "object", "properties": {"key": {"type": "string"}, "url": {"type": "string"}}}
MAKING_REFUSALS = (400, 401, 403, 404, 413)


def url_params() -> fields.List[Any]:
    """[[name, value]] of the page's address, as a name may stand there twice."""
    pair = fields.List(fields.String(), validate=Length(equal=2))
    return fields.List(pair, allow_none=True)


class DashboardState(Schema):
    """What somebody set on a dashboard. dataMask: filter id -> its state; chartStates: chart id -> its state."""

    dataMask = fields.Dict(keys=fields.String(), allow_none=True)  # noqa: N815 - the wire's name
    activeTabs = fields.List(fields.String(), allow_none=True)  # noqa: N815 - the wire's name
    anchor = text()
    urlParams = url_params()  # noqa: N815 - the wire's name
    chartStates = fields.Dict(keys=fields.String(), allow_none=True)  # noqa: N815 - the wire's name


class SupersetDashboardPermalinkApi(SupersetResource):
    """Links to a dashboard with its filters and tabs as they are."""

    resource_name = "dashboard"
    class_permission_name = "DashboardPermalinkRestApi"
    openapi_spec_tag = "Dashboard Permanent Link"
    open_to_guests = frozenset({"get", "post"})

    @endpoint(
        "POST",
        "/<id_or_slug>/permalink",
        "Make a link to it as it is set; the same again for the same state",
        permission="write",
        status=201,
        body=DashboardState,
        answer=MADE,
        refusals=MAKING_REFUSALS,
    )
    def post(self, id_or_slug: str) -> Response:
        state = self.body(DashboardState)
        dashboard = dashboards.find(current(), id_or_slug)
        key = kept_states.link(current(), StateKind.DASHBOARD_PERMALINK, spelled(state), dashboard)
        return made(key, f"/superset/dashboard/p/{key}/")

    @endpoint(
        "GET",
        "/permalink/<key>",
        "The state behind a link",
        permission="read",
        answer={
            "type": "object",
            "properties": {"dashboardId": {"type": "string", "format": "uuid"}, "state": {"type": "object"}},
        },
        refusals=(401, 403, 404),
    )
    def get(self, key: str) -> Response:
        kept = kept_states.find(current(), StateKind.DASHBOARD_PERMALINK, key)
        dashboard: Any = kept.dashboard
        return json_response(200, {"dashboardId": dashboard.uuid, "state": orjson.Fragment(kept.value)})


def spelled(state: dict[str, Any]) -> str:
    """The state as JSON, the same for the same state."""
    return orjson.dumps(state, option=orjson.OPT_SORT_KEYS).decode()


def made(key: str, path: str) -> Response:
    """The answer to who made a link."""
    base = (settings().public_url or request.url_root).rstrip("/")
    return json_response(201, {"key": key, "url": base + path})
