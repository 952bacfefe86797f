"""Datasets with their columns and metrics, for administrators."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import flash, redirect
from flask_appbuilder import AppBuilder
from flask_appbuilder.actions import action
from flask_appbuilder.models.sqla.interface import SQLAInterface
from werkzeug.wrappers import Response

from superset_like.access.actor import current
from superset_like.errors import ProductError
from superset_like.extensions import db
from superset_like.models import Dataset, DatasetColumn, DatasetMetric
from superset_like.services import datasets
from superset_like.views.admin.base import DATA, VISIBLE, EditableView, add, as_code


class DatasetPartAdmin(EditableView):
    """Columns or metrics: each is written as a change of its dataset."""

    base_order = ("id", "asc")
    page_size = 100
    part: ClassVar[str]
    named: ClassVar[str]
    renamed = {"table": "dataset_id"}

    def create(self, values: dict[str, Any]) -> Dataset:
        """The dataset, with a part more."""
        dataset = datasets.one(current(), str(values.pop("dataset_id")))
        return self._write(dataset, [*self._present(dataset), values])

    def update(self, pk: int, values: dict[str, Any]) -> Dataset:
        """The dataset, with the part changed."""
        dataset = self.datamodel.get(pk).table
        values.pop("dataset_id", None)
        return self._write(dataset, [each | values if each["id"] == pk else each for each in self._present(dataset)])

    def remove(self, pks: Sequence[int]) -> None:
        """The parts are gone."""
        for part in [self.datamodel.get(pk) for pk in pks]:
            dataset = part.table
            self._write(dataset, [each for each in self._present(dataset) if each["id"] != part.id])

    def _present(self, dataset: Dataset) -> list[dict[str, Any]]:
        return [{"id": each.id, self.named: getattr(each, self.named)} for each in getattr(dataset, self.part)]

    def _write(self, dataset: Dataset, parts: Sequence[dict[str, Any]]) -> Dataset:
        return datasets.update(current(), dataset.id, {self.part: parts})


class DatasetColumnAdmin(DatasetPartAdmin):
    """Columns."""

    datamodel = SQLAInterface(DatasetColumn, db.session)
    route_base = "/admin/columns"
    part, named = "columns", "column_name"
    blamed = {"columns": "column_name"}
    list_title, show_title, add_title, edit_title = "Columns", "Column", "Add a column", "Edit a column"
    list_columns = ["column_name", "verbose_name", "type", "expression", "is_dttm", "groupby", "filterable"]
    search_columns = ["column_name", "verbose_name", "type", "is_dttm", "table"]
    add_columns = [
        "table",
        "column_name",
        "verbose_name",
        "type",
        "expression",
        "description",
        "is_active",
        "is_dttm",
        "groupby",
        "filterable",
        "python_date_format",
    ]
    edit_columns = add_columns[1:]
    show_columns = add_columns
    formatters_columns = {"expression": as_code}
    label_columns = {
        "table": "Dataset",
        "column_name": "Name",
        "verbose_name": "Shown as",
        "is_active": "In use",
        "is_dttm": "Time",
        "groupby": "To group by",
        "filterable": "To filter by",
        "python_date_format": "Time format",
    }
    description_columns = {
        "expression": "SQL over the dataset's columns, for a calculated one.",
        "python_date_format": "How text or numbers spell time, for instance %Y-%m-%d or epoch_s.",
    }


class DatasetMetricAdmin(DatasetPartAdmin):
    """Metrics."""

    datamodel = SQLAInterface(DatasetMetric, db.session)
    route_base = "/admin/metrics"
    part, named = "metrics", "metric_name"
    blamed = {"metrics": "metric_name"}
    list_title, show_title, add_title, edit_title = "Metrics", "Metric", "Add a metric", "Edit a metric"
    list_columns = ["metric_name", "verbose_name", "expression", "d3format"]
    search_columns = ["metric_name", "verbose_name", "expression", "table"]
    add_columns = ["table", "metric_name", "verbose_name", "expression", "description", "d3format", "warning_text"]
    edit_columns = add_columns[1:]
    show_columns = add_columns
    formatters_columns = {"expression": as_code}
    label_columns = {
        "table": "Dataset",
        "metric_name": "Name",
        "verbose_name": "Shown as",
        "d3format": "Number format",
        "warning_text": "Warning",
    }
    description_columns = {"expression": "SQL that aggregates, for instance SUM(amount)."}


class DatasetAdmin(EditableView):
    """Datasets."""

    datamodel = SQLAInterface(Dataset, db.session)
    route_base = "/admin/datasets"
    base_filters = VISIBLE
    base_order = ("changed_on", "desc")
    related_views = [DatasetColumnAdmin, DatasetMetricAdmin]
    list_title, show_title, add_title, edit_title = "Datasets", "Dataset", "Add a dataset", "Edit a dataset"
    list_columns = ["table_name", "database", "schema", "kind", "owners", "changed_on"]
    search_columns = ["table_name", "schema", "database", "sql", "description", "owners", "created_by", "changed_on"]
    source_columns = ["database", "catalog", "schema", "table_name", "sql"]
    add_columns = [*source_columns, "owners"]
    edit_columns = [
        *source_columns,
        "description",
        "main_dttm_col",
        "cache_timeout",
        "offset",
        "filter_select_enabled",
        "fetch_values_predicate",
        "normalize_columns",
        "always_filter_main_dttm",
        "template_params",
        "extra",
        "owners",
    ]
    show_columns = [*edit_columns, "kind", "uuid", "created_by", "created_on", "changed_by", "changed_on"]
    json_columns = ("template_params", "extra")
    blamed = {"table": "table_name"}
    formatters_columns = {"sql": as_code, "fetch_values_predicate": as_code}
    label_columns = {
        "table_name": "Name",
        "sql": "SQL",
        "main_dttm_col": "Main time column",
        "cache_timeout": "Cache timeout",
        "offset": "Hours to shift times by",
        "filter_select_enabled": "Offer values in filters",
        "fetch_values_predicate": "Condition for these values",
        "normalize_columns": "Normalize column names",
        "always_filter_main_dttm": "Always filter the main time",
        "template_params": "Template parameters",
        "changed_on": "Changed (UTC)",
        "created_on": "Created (UTC)",
        "uuid": "UUID",
    }
    description_columns = {
        "table_name": "The table; with SQL, any name.",
        "sql": "A SELECT, for a virtual dataset. Empty for a table.",
        "cache_timeout": "Seconds an answer is kept; empty for the database's, -1 for never.",
        "template_params": "What Jinja in the SQL gets: a JSON object.",
        "extra": "A JSON object.",
        "owners": "Who may change it; you, when nobody is named.",
    }

    def create(self, values: dict[str, Any]) -> Dataset:
        """A new dataset with the columns that its database tells."""
        return datasets.create(current(), {**values, "owners": values["owners"] or None})

    def update(self, pk: int, values: dict[str, Any]) -> Dataset:
        """The dataset with these values."""
        return datasets.update(current(), pk, {"database_id": values.pop("database"), **values})

    def remove(self, pks: Sequence[int]) -> int:
        """How many are gone; their charts stay, without data."""
        return datasets.delete(current(), pks)

    @action("refresh", "Refresh columns", "Ask the database for the columns it has now?", "fa-refresh")
    def refresh(self, items: Dataset | Sequence[Dataset]) -> Response:
        """The list; the datasets have the columns of their tables."""
        for dataset in [items] if isinstance(items, Dataset) else items:
            name = dataset.table_name
            try:
                datasets.refresh(current(), dataset.id)
            except ProductError as error:
                db.session.rollback()
                flash(f"{name}: {error.message}", "danger")
            else:
                flash(f"{name} has the columns of its source", "success")
        return redirect(self.get_redirect())


def register(builder: AppBuilder) -> None:
    """Datasets are in the menu; their columns and metrics are on their pages."""
    builder.add_view_no_menu(DatasetColumnAdmin)
    builder.add_view_no_menu(DatasetMetricAdmin)
    add(builder, DatasetAdmin, "Datasets", DATA, "fa-table")
