"""/api/v1/dashboard/<pk>/filter_state"""

from flask import Response
from marshmallow import Schema

from superset_like.access.actor import current
from superset_like.api.superset.arguments import whole
from superset_like.api.superset.bodies import text
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetResource, json_response, whole_number
from superset_like.api.superset.states import KEY, REFUSALS, TAB, any_json
from superset_like.models import Dashboard, KeptState, StateKind
from superset_like.services import found, kept_states

VALUE = {"type": "object", "properties": {"value": {"type": "string"}}}


class FilterState(Schema):
    """The filters of a dashboard as a page keeps them, JSON text."""

    value = text(least=1, required=True, check=any_json)


class SupersetFilterStateApi(SupersetResource):
    """The filters of dashboards, while somebody works with them."""

    resource_name = "dashboard"
    class_permission_name = "DashboardFilterStateRestApi"
    openapi_spec_tag = "Dashboard Filter State"

    @endpoint(
        "POST",
        "/<pk>/filter_state",
        "Keep its filters for a time",
        permission="write",
        status=201,
        body=FilterState,
        parameters=(TAB,),
        answer=KEY,
        refusals=REFUSALS,
    )
    def post(self, pk: str) -> Response:
        value, tab_id = self.body(FilterState)["value"], whole("tab_id")
        dashboard = found.one(current(), Dashboard, whole_number(pk))
        key = kept_states.keep(current(), StateKind.FILTER_STATE, value, dashboard, tab_id=tab_id)
        return json_response(201, {"key": key})

    @endpoint(
        "PUT",
        "/<pk>/filter_state/<key>",
        "Change what is kept; a key of its own for another tab",
        permission="write",
        body=FilterState,
        parameters=(TAB,),
        answer=KEY,
        refusals=REFUSALS,
    )
    def put(self, pk: str, key: str) -> Response:
        value, tab_id = self.body(FilterState)["value"], whole("tab_id")
        dashboard, state = self._kept(pk, key)
        return json_response(200, {"key": kept_states.change(current(), state, value, dashboard, tab_id=tab_id)})

    @endpoint(
        "GET",
        "/<pk>/filter_state/<key>",
        "The filters kept under a key",
        permission="read",
        answer=VALUE,
        refusals=(401, 403, 404),
    )
    def get(self, pk: str, key: str) -> Response:
        return json_response(200, {"value": self._kept(pk, key)[1].value})

    @endpoint("DELETE", "/<pk>/filter_state/<key>", "Keep them no longer", permission="write", refusals=(401, 403, 404))
    def delete(self, pk: str, key: str) -> Response:
        kept_states.forget(current(), self._kept(pk, key)[1])
        return json_response(200, {"message": "Deleted successfully"})

    def _kept(self, pk: str, key: str) -> tuple[Dashboard, KeptState]:
        dashboard = found.one(current(), Dashboard, whole_number(pk))
        return dashboard, kept_states.find(current(), StateKind.FILTER_STATE, key, dashboard)
