"""/api/v1/dataset"""

from typing import Any, ClassVar

from flask import Response
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema
from sqlalchemy import Select, or_

from superset_like.access.actor import current
from superset_like.api.superset import dataset_schemas as schemas
from superset_like.api.superset.arguments import count, flag
from superset_like.api.superset.bundles import BundlesMixin
from superset_like.api.superset.chart_data import answer_record, warmed_record
from superset_like.api.superset.database import related_record
from superset_like.api.superset.database_schemas import RELATED_OBJECTS
from superset_like.api.superset.dataset_item import dataset_item, drill_item, narrowed
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.history import HistoryMixin
from superset_like.api.superset.resource import (
    WRITE_REFUSALS,
    SupersetModelResource,
    json_response,
    tagged,
    whole_number,
)
from superset_like.api.superset.rison import q_argument
from superset_like.models import Dataset, ObjectType
from superset_like.services import chart_data, datasets, kept_answers
from superset_like.services.kept_answers import Place


class DatasetIsNullOrEmpty(BaseFilter):
    """Tables rather than SQL, or the reverse."""

    name = "Null or Empty"
    arg_name = "dataset_is_null_or_empty"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        is_table = or_(Dataset.sql.is_(None), Dataset.sql == "")
        return query.where(is_table if value else ~is_table)


class DatasetIsCertified(BaseFilter):
    name = "Is certified"
    arg_name = "dataset_is_certified"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        certified = Dataset.extra.contains('"certification":')
        if value:
            return query.where(certified)
        return query.where(or_(Dataset.extra.is_(None), ~certified))


SHOW_SELECT_COLUMNS = [
    "id",
    "database.database_name",
    "database.id",
    "database.uuid",
    "table_name",
    "sql",
    "filter_select_enabled",
    "fetch_values_predicate",
    "catalog",
    "schema",
    "description",
    "main_dttm_col",
    "currency_code_column",
    "normalize_columns",
    "always_filter_main_dttm",
    "offset",
    "default_endpoint",
    "cache_timeout",
    "is_sqllab_view",
    "template_params",
    "select_star",
    "owners.id",
    "owners.first_name",
    "owners.last_name",
    "columns.advanced_data_type",
    "columns.changed_on",
    "columns.column_name",
    "columns.created_on",
    "columns.description",
    "columns.expression",
    "columns.filterable",
    "columns.groupby",
    "columns.id",
    "columns.is_active",
    "columns.extra",
    "columns.is_dttm",
    "columns.python_date_format",
    "columns.type",
    "columns.uuid",
    "columns.verbose_name",
    "metrics.changed_on",
    "metrics.created_on",
    "metrics.d3format",
    "metrics.currency",
    "metrics.description",
    "metrics.expression",
    "metrics.extra",
    "metrics.id",
    "metrics.metric_name",
    "metrics.metric_type",
    "metrics.uuid",
    "metrics.verbose_name",
    "metrics.warning_text",
    "folders",
    "datasource_type",
    "url",
    "extra",
    "kind",
    "created_on",
    "created_on_humanized",
    "created_by.first_name",
    "created_by.last_name",
    "changed_on",
    "changed_on_humanized",
    "changed_by.first_name",
    "changed_by.last_name",
]
SHOW_COLUMNS = [
    *SHOW_SELECT_COLUMNS,
    "columns.type_generic",
    "database.backend",
    "database.allow_multi_catalog",
    "is_managed_externally",
    "uid",
    "uuid",
    "datasource_name",
    "name",
    "column_formats",
    "granularity_sqla",
    "time_grain_sqla",
    "order_by_choices",
    "verbose_map",
]


class SupersetDatasetApi(BundlesMixin, HistoryMixin, SupersetModelResource):
    """Datasets: tables, or SQL over them, with columns and metrics."""

    datamodel = SQLAInterface(Dataset)
    resource_name = "dataset"
    class_permission_name = "Dataset"
    history_of = ObjectType.DATASET
    openapi_spec_tag = "Datasets"
    service: ClassVar[Any] = datasets
    noun = "dataset"
    plural = "datasets"
    add_schema: ClassVar[type[Schema]] = schemas.DatasetPost
    edit_schema: ClassVar[type[Schema]] = schemas.DatasetPut
    list_columns = [
        "id",
        "uuid",
        "database.id",
        "database.database_name",
        "database.uuid",
        "changed_by_name",
        "changed_by.first_name",
        "changed_by.last_name",
        "changed_by.id",
        "changed_on_utc",
        "changed_on_delta_humanized",
        "default_endpoint",
        "description",
        "datasource_type",
        "explore_url",
        "extra",
        "kind",
        "owners.id",
        "owners.first_name",
        "owners.last_name",
        "catalog",
        "schema",
        "sql",
        "table_name",
    ]
    show_columns = SHOW_COLUMNS
    order_columns = [
        "table_name",
        "catalog",
        "schema",
        "changed_by.first_name",
        "changed_on_delta_humanized",
        "database.database_name",
    ]
    search_columns = [
        "id",
        "uuid",
        "database",
        "owners",
        "catalog",
        "schema",
        "sql",
        "table_name",
        "created_by",
        "changed_by",
    ]
    search_filters = {"sql": [DatasetIsNullOrEmpty], "id": [DatasetIsCertified]}
    base_order = ("changed_on", "desc")
    add_columns = ["database", "catalog", "schema", "table_name", "sql", "owners"]
    edit_columns = [
        "table_name",
        "sql",
        "filter_select_enabled",
        "fetch_values_predicate",
        "catalog",
        "schema",
        "description",
        "main_dttm_col",
        "currency_code_column",
        "normalize_columns",
        "always_filter_main_dttm",
        "offset",
        "default_endpoint",
        "cache_timeout",
        "is_sqllab_view",
        "template_params",
        "owners",
        "columns",
        "metrics",
        "extra",
    ]
    allowed_rel_fields = frozenset({"database", "owners", "created_by", "changed_by"})
    allowed_distinct_fields = frozenset({"catalog", "schema"})

    @endpoint(
        "GET",
        "/<pk>",
        "One of them, by id or uuid",
        permission="read",
        q="item",
        parameters=(Parameter("include_rendered_sql", "boolean"),),
    )
    def get(self, pk: str) -> Response:
        wish = q_argument("item")
        dataset = datasets.one(current(), pk)
        record = dataset_item(dataset)
        if flag("include_rendered_sql"):
            record["rendered_sql"] = datasets.rendered_sql(current(), dataset)
        asked = [name for name in wish.get("columns", ()) if name in self.show_columns]
        body = {"id": dataset.id, "result": narrowed(record, asked) if asked else record}
        return tagged(json_response(200, body), dataset.version)

    @endpoint("POST", "/", "Make one", permission="write", status=201, body=schemas.DatasetPost)
    def post(self) -> Response:
        dataset = datasets.create(current(), self.body(schemas.DatasetPost))
        body = {"id": dataset.id, "result": self.written(dataset), "data": dataset_item(dataset)}
        return json_response(201, body)

    @endpoint(
        "PUT",
        "/<pk>",
        "Change one; with If-Match, only that version",
        permission="write",
        body=schemas.DatasetPut,
        refusals=WRITE_REFUSALS,
        parameters=(Parameter("override_columns", "boolean", "The columns replace the stored ones, by name"),),
    )
    def put(self, pk: str) -> Response:
        sent, values = self.edited(422)
        _held = self.as_expected(whole_number(pk), sent.pop("version", None))
        override = flag("override_columns")
        dataset = datasets.update(current(), whole_number(pk), values, override_columns=override)
        return tagged(json_response(200, {"id": dataset.id, "result": sent}), dataset.version)

    @endpoint("PUT", "/<pk>/refresh", "Its columns are those of its table or SQL again", permission="write")
    def refresh(self, pk: str) -> Response:
        _held = self.as_expected(whole_number(pk))
        dataset = datasets.refresh(current(), whole_number(pk))
        return tagged(json_response(200, {"message": "OK"}), dataset.version)

    @endpoint(
        "PUT",
        "/warm_up_cache",
        "The answers of the charts over it are kept, as the caller sees them",
        permission="warm_up_cache",
        body=schemas.DatasetToWarm,
    )
    def warm_up_cache(self) -> Response:
        values = self.body(schemas.DatasetToWarm)
        place = Place(values["table_name"], values["db_name"])
        filters = kept_answers.filters_of(values["extra_filters"])
        warmed = kept_answers.warm_dataset(current(), place, values["dashboard_id"], filters)
        return json_response(200, {"result": [warmed_record(each) for each in warmed]})

    @endpoint(
        "POST", "/duplicate", "Copy a virtual one", permission="duplicate", status=201, body=schemas.DatasetDuplicate
    )
    def duplicate(self) -> Response:
        values = self.body(schemas.DatasetDuplicate)
        copy = datasets.duplicate(current(), values["base_model_id"], values["table_name"])
        return json_response(201, {"id": copy.id, "result": values})

    @endpoint(
        "POST",
        "/get_or_create/",
        "The one of this table, made when there is none",
        permission="get_or_create_dataset",
        body=schemas.DatasetGetOrCreate,
        answer=schemas.TABLE_ID,
    )
    def get_or_create(self) -> Response:
        dataset = datasets.get_or_create(current(), self.body(schemas.DatasetGetOrCreate))
        return json_response(200, {"result": {"table_id": dataset.id}})

    @endpoint("DELETE", "/<pk>/column/<column_id>", "Delete a column", permission="write")
    def delete_column(self, pk: str, column_id: str) -> Response:
        _held = self.as_expected(whole_number(pk))
        datasets.delete_column(current(), whole_number(pk), whole_number(column_id))
        return json_response(200, {"message": "OK"})

    @endpoint("DELETE", "/<pk>/metric/<metric_id>", "Delete a metric", permission="write")
    def delete_metric(self, pk: str, metric_id: str) -> Response:
        _held = self.as_expected(whole_number(pk))
        datasets.delete_metric(current(), whole_number(pk), whole_number(metric_id))
        return json_response(200, {"message": "OK"})

    @endpoint(
        "GET", "/<pk>/related_objects", "Charts and dashboards over it", permission="read", answer=RELATED_OBJECTS
    )
    def related_objects(self, pk: str) -> Response:
        return json_response(200, related_record(datasets.related_objects(current(), pk)))

    @endpoint("GET", "/<pk>/drill_info/", "What drilling into it needs", permission="get_drill_info")
    def drill_info(self, pk: str) -> Response:
        return json_response(200, {"result": drill_item(datasets.one(current(), pk))})

    @endpoint(
        "GET",
        "/<pk>/samples",
        "Some of its rows",
        permission="read",
        parameters=(Parameter("force", "boolean"), Parameter("per_page", "integer")),
        answer=schemas.ROWS,
    )
    def samples(self, pk: str) -> Response:
        here = chart_data.of_dataset(current(), whole_number(pk), flag("force"))
        return json_response(200, {"result": answer_record(chart_data.samples(here, count("per_page")))})
