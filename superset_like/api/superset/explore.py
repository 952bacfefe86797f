"""/api/v1/explore"""

from typing import Any

from flask import Response, request

from superset_like.access.actor import current
from superset_like.api.superset.arguments import whole
from superset_like.api.superset.dataset_record import dashboard_dataset
from superset_like.api.superset.datasource import dataset_id
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.resource import SupersetResource, json_response
from superset_like.models import Chart, Dataset
from superset_like.models.mixins import full_name
from superset_like.services import explore
from superset_like.services.explore import Asked, Beginning

# What clients expect where a chart's dataset was deleted.
MISSING = {
    "type": "table",
    "name": "[Missing Dataset]",
    "columns": [],
    "metrics": [],
    "database": {"id": 0, "backend": ""},
}


class SupersetExploreApi(SupersetResource):
    """What the chart editor begins with."""

    resource_name = "explore"
    class_permission_name = "Explore"
    openapi_spec_tag = "Explore"

    @endpoint(
        "GET",
        "/",
        "A form with its chart and its dataset: of a key, of a chart, or new over a dataset",
        permission="read",
        parameters=(
            Parameter("form_data_key"),
            Parameter("permalink_key"),
            Parameter("slice_id", "integer"),
            Parameter("datasource_id", "integer"),
            Parameter("datasource_type"),
        ),
    )
    def get(self) -> Response:
        asked = Asked(
            request.args.get("permalink_key"),
            request.args.get("form_data_key"),
            whole("slice_id") or None,
            _dataset_id(),
        )
        return json_response(200, {"result": _record(explore.beginning(current(), asked))})


def _dataset_id() -> int | None:
    pk = whole("datasource_id")
    return dataset_id(request.args.get("datasource_type") or "table", str(pk)) if pk else None


def _record(begun: Beginning) -> dict[str, Any]:
    form = {"adhoc_filters": [], "applied_time_extras": {}, "url_params": request.args.to_dict(), **begun.form}
    record = {
        "dataset": MISSING if begun.dataset is None else _dataset(begun.dataset),
        "form_data": form,
        "slice": None,
        "message": begun.message,
    }
    if begun.chart is not None:
        record |= {"slice": _chart(begun.chart), "metadata": _metadata(begun.chart)}
    return record


def _dataset(dataset: Dataset) -> dict[str, Any]:
    owners = [
        {"id": owner.id, "first_name": owner.first_name, "last_name": owner.last_name} for owner in dataset.owners
    ]
    return {**dashboard_dataset(dataset, current()), "owners": owners, "folders": None}


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "slice_id": chart.id,
        "slice_name": chart.slice_name,
        "slice_url": chart.slice_url,
        "edit_url": chart.edit_url,
        "description": chart.description,
        "description_markeddown": chart.description_markeddown,
        "cache_timeout": chart.cache_timeout,
        "certified_by": chart.certified_by,
        "certification_details": chart.certification_details,
        "changed_on": chart.changed_on,
        "changed_on_humanized": chart.changed_on_humanized,
        # Superset's lists show this piece of HTML; nothing in it is anybody's text.
        "modified": f'<span class="no-wrap">{chart.changed_on_humanized}</span>',
        "datasource": chart.datasource_name_text,
        "form_data": chart.form_data,
        "query_context": chart.query_context,
        "is_managed_externally": chart.is_managed_externally,
        "owners": [owner.id for owner in chart.owners],
    }


def _metadata(chart: Chart) -> dict[str, Any]:
    return {
        "created_on_humanized": chart.created_on_humanized,
        "changed_on_humanized": chart.changed_on_humanized,
        "created_by": full_name(chart.created_by) or None,
        "changed_by": full_name(chart.changed_by) or None,
        "owners": [full_name(owner) for owner in chart.owners],
        "dashboards": [
            {"id": dashboard.id, "dashboard_title": dashboard.dashboard_title}
            for dashboard in explore.dashboards_of(current(), chart)
        ],
    }
