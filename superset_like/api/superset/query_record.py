"""A query and its result as the SQL editor reads them."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from flask import Response

from superset_like import errors
from superset_like.api.superset.errors import as_sip40
from superset_like.engine.encode import csv as csv_encoder
from superset_like.engine.encode.json import Times, records
from superset_like.errors import ProductError
from superset_like.models import Query
from superset_like.models.mixins import full_name
from superset_like.services import queries
from superset_like.services.queries import Result

BOM = "\ufeff".encode()
JSON = "application/json; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def query_record(query: Query) -> dict[str, Any]:
    """The query's state; id is the client's own name for it, queryId and serverId the server's number."""
    return {
        "id": query.client_id,
        "queryId": query.id,
        "serverId": query.id,
        "changed_on": query.changed_on,
        "dbId": query.database_id,
        "db": query.database.database_name,
        "catalog": query.catalog,
        "schema": query.schema,
        "sql": query.sql,
        "executedSql": query.executed_sql,
        "sqlEditorId": query.sql_editor_id,
        "tab": query.tab_name,
        "state": query.status,
        "progress": query.progress,
        "rows": query.rows,
        "limit": query.limit,
        "limitingFactor": query.limiting_factor,
        "ctas": query.select_as_cta,
        "tempSchema": query.tmp_schema_name,
        "tempTable": query.tmp_table_name,
        "startDttm": query.start_time,
        "endDttm": query.end_time,
        "errorMessage": query.error_message,
        "resultsKey": query.results_key,
        "trackingUrl": query.tracking_url,
        "userId": query.user_id,
        "user": full_name(query.user),
        "extra": {"progress": None, "columns": json.loads(query.result_columns or "[]"), **_failure(query)},
    }


def _failure(query: Query) -> dict[str, Any]:
    """{errors: [why it failed]}, as an answer would have said it; a query that a worker ran is told of so."""
    if not query.error_details:
        return {}
    details = json.loads(query.error_details)
    kind = getattr(errors, details.pop("error"), ProductError)
    return {"errors": [as_sip40(kind(query.error_message or "", **details))]}


def result_response(result: Result) -> Response:
    """The rows of a finished query with all that is said about them; the rows are not decoded again."""
    query = result.query
    body = {
        "query_id": query.id,
        "status": query.status,
        "data": orjson.Fragment(records(result.rows, Times.ISO)),
        "columns": result.columns,
        "selected_columns": result.columns,
        "expanded_columns": [],
        "query": query_record(query),
    }
    if result.is_cut:
        body["displayLimitReached"] = True
    return Response(orjson.dumps(body), content_type=JSON)


def accepted_response(query: Query) -> Response:
    """The answer to a query that a worker will run."""
    return Response(orjson.dumps({"query": query_record(query)}), status=202, content_type=JSON)


def csv_response(result: Result) -> Response:
    """The rows as a file, written while they are sent; it begins with a byte order mark, for spreadsheets."""
    table = result.rows

    def chunks() -> Iterator[bytes]:
        yield BOM
        yield from csv_encoder.stream(table.to_batches(), table.column_names)

    return Response(chunks(), content_type="text/csv; charset=utf-8", headers=_attached(result, "csv"))


def xlsx_response(result: Result) -> Response:
    """The rows as a workbook."""
    return Response(queries.workbook(result), content_type=XLSX, headers=_attached(result, "xlsx"))


def _attached(result: Result, ending: str) -> dict[str, str]:
    name = f"sqllab_{_plain(result.query.tab_name)}_{datetime.now():%Y%m%dT%H%M%S}.{ending}"
    return {"Content-Disposition": f"attachment; filename={name}"}


def _plain(text: str | None) -> str:
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in (text or "query").lower())
    return kept[:60] or "query"
