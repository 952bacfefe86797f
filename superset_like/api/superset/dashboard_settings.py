"""/api/v1/dashboard/<pk>/colors, filters and chart_customizations: one part of json_metadata at a time."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length

from superset_like.access.actor import current
from superset_like.api.superset.arguments import flag
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.resource import Documented, json_response, whole_number
from superset_like.services import dashboards

MOST = 500


def identified(value: Mapping[str, Any]) -> None:
    """Nothing, or ValidationError for what has no id to be known by."""
    if not isinstance(value.get("id"), str) or not value["id"]:
        raise ValidationError("Each has an id, a text.")


class ColorsPut(Schema):
    color_namespace = fields.String(allow_none=True)
    color_scheme = fields.String(allow_none=True)
    map_label_colors = fields.Dict(keys=fields.String(), allow_none=False)
    shared_label_colors = fields.Raw(allow_none=False)
    label_colors = fields.Dict(keys=fields.String(), allow_none=False)
    color_scheme_domain = fields.List(fields.String(), allow_none=False)


class ListedPut(Schema):
    deleted = fields.List(fields.String(), load_default=list)
    modified = fields.List(fields.Dict(validate=identified), load_default=list, validate=Length(max=MOST))
    reordered = fields.List(fields.String(), load_default=list)


class SupersetDashboardSettingsApi(Documented):
    """Parts of what a dashboard is set to, for who may edit it."""

    resource_name = "dashboard"
    class_permission_name = "Dashboard"
    openapi_spec_tag = "Dashboards"

    @endpoint(
        "PUT",
        "/<pk>/colors",
        "Set its colours; what is not named stays",
        permission="write",
        body=ColorsPut,
        parameters=(Parameter("mark_updated", "boolean", "Whether it counts as a change of the dashboard: true"),),
    )
    def put_colors(self, pk: str) -> Response:
        values = self.body(ColorsPut)
        dashboards.configure(
            current(), whole_number(pk), lambda metadata: metadata.update(values), flag("mark_updated", True)
        )
        return json_response(200, {"result": list(values)})

    @endpoint("PUT", "/<pk>/filters", "Change, delete and order its native filters", permission="write", body=ListedPut)
    def put_filters(self, pk: str) -> Response:
        return self._listed(pk, "native_filter_configuration")

    @endpoint(
        "PUT",
        "/<pk>/chart_customizations",
        "Change, delete and order its customizations of charts",
        permission="put_chart_customizations",
        body=ListedPut,
    )
    def put_chart_customizations(self, pk: str) -> Response:
        return self._listed(pk, "chart_customization_config")

    def _listed(self, pk: str, key: str) -> Response:
        wish = self.body(ListedPut)

        def change(metadata: dict[str, Any]) -> None:
            metadata[key] = _changed(metadata.get(key) or [], wish)

        return json_response(200, {"result": dashboards.configure(current(), whole_number(pk), change)[key]})


def _changed(known: list[dict[str, Any]], wish: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The list after the wish; what it does not name stays where it was, and what is new comes last."""
    made = {each["id"]: each for each in known if isinstance(each, dict) and "id" in each}
    made |= {each["id"]: each for each in wish["modified"]}
    for pk in wish["deleted"]:
        made.pop(pk, None)
    order = [pk for pk in dict.fromkeys(wish["reordered"]) if pk in made]
    return [made[pk] for pk in [*order, *(pk for pk in made if pk not in order)]]
