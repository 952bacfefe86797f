"""/api/v1/sqllab"""

import json

from flask import Response, request

from superset_like.access.actor import current
from superset_like.api.superset import sqllab_schemas as schemas
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.query_record import (
    accepted_response,
    csv_response,
    result_response,
    xlsx_response,
)
from superset_like.api.superset.resource import SupersetResource, json_response
from superset_like.api.superset.rison import declare, q_argument
from superset_like.errors import BadRequest
from superset_like.models import Database, Query
from superset_like.services import databases, queries
from superset_like.services.queries import Result

declare("sqllab_results", schemas.RESULTS_Q, required=True)

FORMATS = ("csv", "xlsx")
SHOWN = (
    "allow_ctas",
    "allow_cvas",
    "allow_dml",
    "allow_file_upload",
    "allow_multi_catalog",
    "allow_run_async",
    "allows_cost_estimate",
    "allows_subquery",
    "allows_virtual_table_explore",
    "backend",
    "database_name",
    "disable_data_preview",
    "disable_drill_to_detail",
    "expose_in_sqllab",
    "force_ctas_schema",
    "id",
)


class SupersetSqlLabApi(SupersetResource):
    """The SQL editor: run, read again, export, format."""

    resource_name = "sqllab"
    class_permission_name = "SQLLab"
    openapi_spec_tag = "SQL Lab"

    @endpoint("GET", "/", "What the editor's page begins with", permission="read")
    def bootstrap(self) -> Response:
        usable = {str(database.id): database_record(database) for database in databases.in_editor(current())}
        return json_response(200, {"result": {"tab_state_ids": [], "active_tab": None, "databases": usable}})

    @endpoint(
        "POST",
        "/execute/",
        "Run SQL: the rows, or 202 when a worker runs it",
        permission="execute_sql_query",
        body=schemas.Execute,
        answer=schemas.RESULT,
        refusals=(202, 400, 401, 403, 404, 422, 502, 503, 504),
    )
    def execute(self) -> Response:
        return executed_response(queries.submit(current(), **self.body(schemas.Execute)))

    @endpoint(
        "GET",
        "/results/",
        "The result kept under a key",
        permission="get_results",
        q="sqllab_results",
        answer=schemas.RESULT,
        refusals=(400, 401, 403, 404, 410),
    )
    def results(self) -> Response:
        wish = q_argument("sqllab_results")
        return result_response(queries.results(current(), wish["key"], wish.get("rows")))

    @endpoint(
        "GET",
        "/export/<client_id>/",
        "A query's result as CSV, or as a workbook",
        permission="export_csv",
        content_type="text/csv",
        parameters=(Parameter("format", enum=FORMATS),),
        answer={"type": "string"},
        refusals=(400, 401, 403, 404, 410),
    )
    def export(self, client_id: str) -> Response:
        form = request.args.get("format", "csv")
        if form not in FORMATS:
            raise BadRequest(fields={"format": [f"Must be one of: {', '.join(FORMATS)}."]})
        return self._file(client_id, form)

    @endpoint(
        "POST",
        "/export_streaming/",
        "A query's result as CSV, named by a form",
        permission="export_streaming_csv",
        content_type="text/csv",
        answer={"type": "string"},
        refusals=(400, 401, 403, 404, 410),
    )
    def export_streaming(self) -> Response:
        client_id = request.form.get("client_id")
        if not client_id:
            raise BadRequest(fields={"client_id": ["Missing data for required field."]})
        return self._file(client_id, "csv")

    def _file(self, client_id: str, form: str) -> Response:
        actor = current()
        result = queries.results_of(actor, queries.find(actor, client_id=client_id))
        return xlsx_response(result) if form == "xlsx" else csv_response(result)

    @endpoint(
        "POST",
        "/format_sql/",
        "SQL, set in lines",
        permission="format_sql",
        body=schemas.FormatSql,
        answer=schemas.TEXT_RESULT,
    )
    def format_sql(self) -> Response:
        return json_response(200, {"result": queries.formatted(current(), **self.body(schemas.FormatSql))})

    @endpoint(
        "POST",
        "/estimate/",
        "What a query would cost, as far as its engine tells",
        permission="estimate_query_cost",
        body=schemas.Estimate,
    )
    def estimate(self) -> Response:
        values = self.body(schemas.Estimate)
        params = values.pop("template_params", None)
        told = queries.estimated(current(), **values, template_params=json.dumps(params) if params else None)
        return json_response(200, {"result": told})


class SupersetSqlJsonApi(SupersetResource):
    """Running SQL where it was in Superset before it had an API: scripts and clients still ask there."""

    route_base = "/superset"
    class_permission_name = "SQLLab"
    openapi_spec_tag = "SQL Lab"

    @endpoint(
        "POST",
        "/sql_json/",
        "Run SQL, as `/api/v1/sqllab/execute/` does",
        permission="execute_sql_query",
        body=schemas.Execute,
        answer=schemas.RESULT,
        refusals=(202, 400, 401, 403, 404, 422, 502, 503, 504),
    )
    def sql_json(self) -> Response:
        return executed_response(queries.submit(current(), **self.body(schemas.Execute)))


def executed_response(done: Query | Result) -> Response:
    """The answer to a query that was just submitted: its rows when it is done."""
    return result_response(done) if isinstance(done, Result) else accepted_response(done)


def database_record(database: Database) -> dict[str, object]:
    """A connection as the editor lists it."""
    return {name: getattr(database, name) for name in SHOWN}
