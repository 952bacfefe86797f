"""/api/v1/query"""

from typing import Any, ClassVar

from flask import Response, request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema

from superset_like.access.actor import current
from superset_like.api.superset import sqllab_schemas as schemas
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.query_record import query_record, result_response
from superset_like.api.superset.resource import (
    SupersetModelResource,
    SupersetResource,
    json_response,
    whole_number,
)
from superset_like.api.superset.rison import declare, q_argument
from superset_like.api.superset.sqllab import executed_response
from superset_like.errors import ResultsNotFound
from superset_like.models import Query
from superset_like.services import queries

declare("query_updated_since", schemas.UPDATED_SINCE_Q, required=True)


class SupersetQueryApi(SupersetModelResource):
    """What was run in the SQL editor; everybody sees his own."""

    datamodel = SQLAInterface(Query)
    resource_name = "query"
    class_permission_name = "Query"
    openapi_spec_tag = "Queries"
    # Queries are made by running them, and stay.
    exclude_route_methods = {"post", "put", "delete", "bulk_delete", "info"}
    add_schema: ClassVar[type[Schema]] = Schema
    edit_schema: ClassVar[type[Schema]] = Schema
    noun = "query"
    plural = "queries"
    list_columns = [
        "id",
        "changed_on",
        "client_id",
        "database.id",
        "database.database_name",
        "executed_sql",
        "error_message",
        "limit",
        "limiting_factor",
        "progress",
        "rows",
        "schema",
        "select_as_cta",
        "sql",
        "sql_editor_id",
        "sql_tables",
        "status",
        "tab_name",
        "user.first_name",
        "user.id",
        "user.last_name",
        "start_time",
        "start_running_time",
        "end_time",
        "tmp_table_name",
        "tracking_url",
        "results_key",
    ]
    show_columns = [
        "id",
        "changed_on",
        "client_id",
        "database.id",
        "end_result_backend_time",
        "end_time",
        "error_message",
        "executed_sql",
        "limit",
        "progress",
        "results_key",
        "rows",
        "schema",
        "select_as_cta",
        "select_as_cta_used",
        "select_sql",
        "sql",
        "sql_editor_id",
        "start_running_time",
        "start_time",
        "status",
        "tab_name",
        "tmp_schema_name",
        "tmp_table_name",
        "tracking_url",
    ]
    order_columns = [
        "changed_on",
        "database.database_name",
        "duration",
        "rows",
        "schema",
        "start_time",
        "sql",
        "tab_name",
        "user.first_name",
    ]
    search_columns = ["changed_on", "database", "sql", "status", "user", "start_time", "sql_editor_id", "uuid"]
    base_order = ("changed_on", "desc")
    allowed_rel_fields = frozenset({"database", "user"})
    allowed_distinct_fields = frozenset({"status"})

    @endpoint("GET", "/updated_since", "Own queries that changed since", permission="read", q="query_updated_since")
    def updated_since(self) -> Response:
        changed = queries.updated_since(current(), q_argument("query_updated_since")["last_updated_ms"])
        return json_response(200, {"result": [query_record(query) for query in changed]})

    @endpoint("POST", "/stop", "End a query", permission="read", body=schemas.Stop, answer=schemas.TEXT_RESULT)
    def stop(self) -> Response:
        queries.stop(current(), client_id=self.body(schemas.Stop)["client_id"])
        return json_response(200, {"result": "OK"})

    @endpoint("POST", "/<pk>/stop", "End a query, named by its number", permission="read", answer=schemas.TEXT_RESULT)
    def stop_one(self, pk: str) -> Response:
        queries.stop(current(), query_id=whole_number(pk))
        return json_response(200, {"result": "OK"})


class SupersetQueryRunApi(SupersetResource):
    """Running SQL and reading its result below /api/v1/query, with the rights of the SQL editor."""

    route_base = "/api/v1/query"
    class_permission_name = "SQLLab"
    openapi_spec_tag = "Queries"

    @endpoint(
        "POST",
        "/",
        "Run SQL, as sqllab/execute does",
        permission="execute_sql_query",
        body=schemas.Execute,
        answer=schemas.RESULT,
        refusals=(202, 400, 401, 403, 404, 422, 502, 503, 504),
    )
    def post(self) -> Response:
        return executed_response(queries.submit(current(), **self.body(schemas.Execute)))

    @endpoint(
        "GET",
        "/<pk>/results",
        "A query's result",
        permission="get_results",
        parameters=(Parameter("key", description="Must be the query's results_key when given"),),
        answer=schemas.RESULT,
        refusals=(401, 403, 404, 410),
    )
    def results(self, pk: str) -> Response:
        actor = current()
        query = queries.find(actor, query_id=whole_number(pk))
        key: Any = request.args.get("key")
        if key and key != query.results_key:
            raise ResultsNotFound()
        return result_response(queries.results_of(actor, query))
