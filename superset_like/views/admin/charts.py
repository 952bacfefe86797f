"""Charts, for administrators."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.access.actor import current
from superset_like.errors import Invalid
from superset_like.extensions import db
from superset_like.models import Chart
from superset_like.services import charts
from superset_like.views.admin.base import CONTENT, VISIBLE, EditableView, add


class ChartAdmin(EditableView):
    """Charts."""

    datamodel = SQLAInterface(Chart, db.session)
    route_base = "/admin/charts"
    base_filters = VISIBLE
    base_order = ("changed_on", "desc")
    list_title, show_title, add_title, edit_title = "Charts", "Chart", "Add a chart", "Edit a chart"
    list_columns = ["slice_name", "viz_type", "table", "owners", "changed_on"]
    search_columns = ["slice_name", "viz_type", "description", "table", "owners", "created_by", "changed_on"]
    form_columns = [
        "slice_name",
        "viz_type",
        "table",
        "description",
        "params",
        "query_context",
        "cache_timeout",
        "owners",
    ]
    add_columns = [*form_columns, "dashboards"]
    edit_columns = [*add_columns, "certified_by", "certification_details"]
    show_columns = [*edit_columns, "uuid", "created_by", "created_on", "changed_by", "changed_on"]
    json_columns = ("params", "query_context")
    renamed = {"table": "datasource_id"}
    label_columns = {
        "slice_name": "Name",
        "viz_type": "Type",
        "table": "Dataset",
        "params": "Form data",
        "cache_timeout": "Cache timeout",
        "changed_on": "Changed (UTC)",
        "created_on": "Created (UTC)",
        "uuid": "UUID",
    }
    description_columns = {
        "params": "How it is drawn: a JSON object.",
        "query_context": "What it asks: a JSON object, as a client saved it.",
        "cache_timeout": "Seconds an answer is kept; empty for the dataset's, -1 for never.",
        "owners": "Who may change it; you, when nobody is named.",
    }

    def create(self, values: dict[str, Any]) -> Chart:
        """A new chart. Raises Invalid without a dataset."""
        if values["datasource_id"] is None:
            raise Invalid(fields={"datasource_id": ["Choose the dataset that it asks."]})
        return charts.create(current(), {**values, "datasource_type": "table", "owners": values["owners"] or None})

    def update(self, pk: int, values: dict[str, Any]) -> Chart:
        """The chart with these values."""
        return charts.update(current(), pk, values)

    def remove(self, pks: Sequence[int]) -> int:
        """How many are gone."""
        return charts.delete(current(), pks)


def register(builder: AppBuilder) -> None:
    """Charts are in the menu."""
    add(builder, ChartAdmin, "Charts", CONTENT, "fa-chart-column")
