"""/api/v1/dashboard/<id>/filters: what its native filters offer. Beyond Superset, whose pages write the questions."""

from flask import Response, request

from superset_like.access.actor import current
from superset_like.api.superset.chart_data import Wording
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.resource import Documented, json_response
from superset_like.services import dashboards, extra_form_data, filter_values

LONGEST_SEARCH = 200


class SupersetDashboardFiltersApi(Documented):
    """The native filters of dashboards."""

    resource_name = "dashboard"
    class_permission_name = "Dashboard"
    openapi_spec_tag = "Dashboards"
    open_to_guests = frozenset({"values"})

    @endpoint(
        "GET",
        "/<id_or_slug>/filters/<filter_id>/values",
        "What a native filter offers: {values, truncated, kind}, or {min, max} for a range",
        permission="read",
        parameters=(
            Parameter("parents", description="JSON: extra_form_data of the filters that it depends on"),
            Parameter("search", description="Text that the values hold"),
        ),
    )
    def values(self, id_or_slug: str, filter_id: str) -> Response:
        actor = current()
        found = dashboards.find(actor, id_or_slug)
        parents = extra_form_data.read_text(request.args.get("parents"), "parents")
        search = (request.args.get("search") or "")[:LONGEST_SEARCH] or None
        return Wording(actor).of(
            lambda: json_response(200, {"result": filter_values.offered(actor, found, filter_id, parents, search)})
        )
