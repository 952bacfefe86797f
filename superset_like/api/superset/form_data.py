"""/api/v1/explore/form_data"""

from typing import Any

from flask import Response
from flask_appbuilder import Model
from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range

from superset_like.access.actor import current
from superset_like.api.superset.arguments import whole
from superset_like.api.superset.bodies import DATASOURCE_TYPES, text
from superset_like.api.superset.datasource import dataset_id
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetResource, json_response
from superset_like.api.superset.states import KEY, REFUSALS, TAB, form_json, identity
from superset_like.models import StateKind
from superset_like.services import explore, kept_states

FORM = {"type": "object", "properties": {"form_data": {"type": "string"}}}


class FormData(Schema):
    """A form of the chart editor, JSON text, and what it is about. chart_id: None or 0 for a chart not yet saved."""

    datasource_id = identity(required=True)
    datasource_type = fields.String(required=True, validate=OneOf(DATASOURCE_TYPES))
    chart_id = fields.Integer(strict=True, allow_none=True, validate=Range(0, 2**31 - 1))
    form_data = text(least=1, required=True, check=form_json)


class SupersetFormDataApi(SupersetResource):
    """Forms of the chart editor, while somebody works on them."""

    resource_name = "explore"
    class_permission_name = "ExploreFormDataRestApi"
    openapi_spec_tag = "Explore Form Data"

    @endpoint(
        "POST",
        "/form_data",
        "Keep a form for a time",
        permission="write",
        status=201,
        body=FormData,
        parameters=(TAB,),
        answer=KEY,
        refusals=REFUSALS,
    )
    def post(self) -> Response:
        values, tab_id = self.body(FormData), whole("tab_id")
        key = kept_states.keep(current(), StateKind.FORM_DATA, values["form_data"], *_about(values), tab_id=tab_id)
        return json_response(201, {"key": key})

    @endpoint(
        "PUT",
        "/form_data/<key>",
        "Change what is kept; a key of its own for another tab",
        permission="write",
        body=FormData,
        parameters=(TAB,),
        answer=KEY,
        refusals=REFUSALS,
    )
    def put(self, key: str) -> Response:
        values, tab_id = self.body(FormData), whole("tab_id")
        state = kept_states.find(current(), StateKind.FORM_DATA, key)
        made = kept_states.change(current(), state, values["form_data"], *_about(values), tab_id=tab_id)
        return json_response(200, {"key": made})

    @endpoint(
        "GET", "/form_data/<key>", "The form kept under a key", permission="read", answer=FORM, refusals=(401, 403, 404)
    )
    def get(self, key: str) -> Response:
        return json_response(200, {"form_data": kept_states.find(current(), StateKind.FORM_DATA, key).value})

    @endpoint("DELETE", "/form_data/<key>", "Keep it no longer", permission="write", refusals=(401, 403, 404))
    def delete(self, key: str) -> Response:
        kept_states.forget(current(), kept_states.find(current(), StateKind.FORM_DATA, key))
        return json_response(200, {"message": "Deleted successfully"})


def _about(values: dict[str, Any]) -> tuple[Model, ...]:
    pk = dataset_id(values["datasource_type"], str(values["datasource_id"]))
    return explore.about(current(), pk, values.get("chart_id") or None)
