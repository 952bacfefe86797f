"""/api/v1/datasource, and /datasource as pages ask it"""

from typing import Any

import orjson
from flask import Response, request

from superset_like.access.actor import current
from superset_like.api.superset import dataset_schemas as schemas
from superset_like.api.superset.arguments import count, flag
from superset_like.api.superset.chart_data import answer_record
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.resource import SupersetResource, checked, json_body, json_response, whole_number
from superset_like.errors import NotFound
from superset_like.services import chart_data, column_values, datasets

# Superset calls a dataset a table; other kinds have no rows of their own here.
DATASETS = frozenset({"table", "dataset"})


class SupersetDatasourceApi(SupersetResource):
    """What filter boxes and editors ask of a dataset."""

    resource_name = "datasource"
    class_permission_name = "Datasource"
    openapi_spec_tag = "Datasources"
    open_to_guests = frozenset({"column_values"})

    @endpoint(
        "GET",
        "/<datasource_type>/<datasource_id>/column/<column_name>/values/",
        "The distinct values of a column",
        permission="get_column_values",
        answer=schemas.VALUES,
    )
    def column_values(self, datasource_type: str, datasource_id: str, column_name: str) -> Response:
        pk = dataset_id(datasource_type, datasource_id)
        found = column_values.values(current(), pk, column_name, force=flag("force"))
        return json_response(200, {"result": orjson.Fragment(found)})

    @endpoint(
        "POST",
        "/<datasource_type>/<datasource_id>/validate_expression/",
        "What is wrong with an expression over a dataset",
        permission="validate_expression",
        body=schemas.ExpressionCheck,
    )
    def validate_expression(self, datasource_type: str, datasource_id: str) -> Response:
        values = self.body(schemas.ExpressionCheck)
        pk = dataset_id(datasource_type, datasource_id)
        message = datasets.expression_problem(current(), pk, values["expression"], values["expression_type"])
        problems = (
            [] if message is None else [{"line_number": 1, "start_column": 1, "end_column": 1, "message": message}]
        )
        return json_response(200, {"result": problems})


class SupersetDatasourcePageApi(SupersetResource):
    """The same below /datasource, where Superset's own pages and preset-cli ask."""

    route_base = "/datasource"
    class_permission_name = "Datasource"
    openapi_spec_tag = "Datasources"

    @endpoint(
        "POST",
        "/samples",
        "Some rows of a dataset",
        permission="samples",
        body=schemas.SampleFilters,
        parameters=(
            Parameter("datasource_type"),
            Parameter("datasource_id", "integer"),
            Parameter("force", "boolean"),
            Parameter("page", "integer"),
            Parameter("per_page", "integer"),
        ),
        answer=schemas.ROWS,
    )
    def samples(self) -> Response:
        pk = dataset_id(request.args.get("datasource_type", "table"), request.args.get("datasource_id", ""))
        page, size = count("page") or 1, count("per_page")
        asked: dict[str, Any] = checked(schemas.SampleFilters, json_body()) if request.get_data() else {}
        here = chart_data.of_dataset(current(), pk, flag("force"))
        if page == 1 and not asked.get("filters") and not asked.get("time_range"):
            answer = chart_data.samples(here, size)
        else:
            answer = chart_data.drill(here, {**asked, "row_limit": size, "row_offset": (page - 1) * (size or 0)})
        return json_response(200, {"result": {**answer_record(answer), "page": page, "per_page": size}})

    @endpoint(
        "GET",
        "/external_metadata/<datasource_type>/<datasource_id>/",
        "The columns that a dataset's table or SQL has now",
        permission="external_metadata",
    )
    def external_metadata(self, datasource_type: str, datasource_id: str) -> Response:
        columns = datasets.columns_now(current(), dataset_id(datasource_type, datasource_id))
        records = [
            {
                "column_name": column.name,
                "name": column.name,
                "type": column.type,
                "type_generic": int(column.kind),
                "is_dttm": column.is_temporal,
                "comment": column.comment,
            }
            for column in columns
        ]
        return json_response(200, records)


def dataset_id(datasource_type: str, text: str) -> int:
    """The dataset's id. Raises NotFound for what is none."""
    if datasource_type not in DATASETS:
        raise NotFound()
    return whole_number(text)
