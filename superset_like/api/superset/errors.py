"""How Superset's dialect says an error: one body that every known client understands.

`message` (text, or field -> texts) for FAB's clients, `errors` (SIP-40) for Superset's own, `status` as the seed asks.
preset-cli reads SIP-40 only when the content type is exactly `application/json`, and looks for text in every value
under `extra`, so each is a string, a list or an object.
"""

from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import Response

from superset_like.api.dialect import speaks
from superset_like.errors import (
    AboutBundle,
    BadRequest,
    DatabaseUnreachable,
    DataForbidden,
    Forbidden,
    Gone,
    Invalid,
    NotAuthenticated,
    NotFound,
    ProductError,
    QueryCanceled,
    QueryError,
    QueryFailed,
    QueryRefused,
    QueryTimedOut,
    SubqueryRefused,
    SyntaxInvalid,
    TemplateInvalid,
    TooMany,
    Unavailable,
    WriteRefused,
)


@dataclass(frozen=True)
class Wording:
    """The dialect's words for a class of errors; issue codes are Superset's documented ones."""

    error_type: str
    level: str = "error"
    issues: dict[int, str] = field(default_factory=dict)


UNEXPECTED = {1011: "Issue 1011 - Superset encountered an unexpected error."}
# The nearest class of an error's own family tree counts.
WORDINGS: dict[type[ProductError], Wording] = {
    ProductError: Wording("GENERIC_BACKEND_ERROR", issues=UNEXPECTED),
    BadRequest: Wording("GENERIC_COMMAND_ERROR", "warning", {1010: "Issue 1010 - Superset encountered an error."}),
    Invalid: Wording(
        "MARSHMALLOW_ERROR", "warning", {1020: "Issue 1020 - The submitted payload has the wrong schema."}
    ),
    AboutBundle: Wording(
        "GENERIC_COMMAND_ERROR",
        "warning",
        {1010: "Issue 1010 - Superset encountered an error while running a command."},
    ),
    NotAuthenticated: Wording("GENERIC_BACKEND_ERROR", "warning", UNEXPECTED),
    Forbidden: Wording("GENERIC_BACKEND_ERROR", "warning", UNEXPECTED),
    DataForbidden: Wording(
        "DATASOURCE_SECURITY_ACCESS_ERROR", "warning", {1017: "Issue 1017 - No access to the data."}
    ),
    NotFound: Wording("GENERIC_BACKEND_ERROR", "warning", UNEXPECTED),
    Gone: Wording(
        "RESULTS_BACKEND_ERROR",
        issues={
            1031: "Issue 1031 - Data could not be retrieved from the results backend.",
            1032: "Issue 1032 - The query associated with the results was deleted.",
        },
    ),
    TooMany: Wording("GENERIC_BACKEND_ERROR", "warning", UNEXPECTED),
    Unavailable: Wording("GENERIC_BACKEND_ERROR", issues=UNEXPECTED),
    DatabaseUnreachable: Wording(
        "GENERIC_DB_ENGINE_ERROR", issues={1002: "Issue 1002 - The database returned an unexpected error."}
    ),
    QueryError: Wording("GENERIC_COMMAND_ERROR", "warning", {1010: "Issue 1010 - Superset encountered an error."}),
    QueryFailed: Wording(
        "GENERIC_DB_ENGINE_ERROR", issues={1002: "Issue 1002 - The database returned an unexpected error."}
    ),
    QueryRefused: Wording("QUERY_SECURITY_ACCESS_ERROR", "warning", {1022: "Issue 1022 - The query is not allowed."}),
    WriteRefused: Wording(
        "DML_NOT_ALLOWED_ERROR", issues={1022: "Issue 1022 - Database does not allow data manipulation."}
    ),
    SubqueryRefused: Wording("ADHOC_SUBQUERY_NOT_ALLOWED_ERROR"),
    SyntaxInvalid: Wording(
        "INVALID_SQL_ERROR", issues={1003: "Issue 1003 - There is a syntax error in the SQL query."}
    ),
    TemplateInvalid: Wording(
        "MISSING_TEMPLATE_PARAMS_ERROR", issues={1006: "Issue 1006 - One or more parameters are undefined."}
    ),
    QueryCanceled: Wording("GENERIC_COMMAND_ERROR", "warning", {1010: "Issue 1010 - Superset encountered an error."}),
    QueryTimedOut: Wording(
        "SQLLAB_TIMEOUT_ERROR", issues={1026: "Issue 1026 - Query is too complex and takes too long to run."}
    ),
}


def wording_of(error: ProductError) -> Wording:
    """The words for this error's nearest class."""
    return next(WORDINGS[cls] for cls in type(error).__mro__ if cls in WORDINGS)


def as_sip40(error: ProductError) -> dict[str, Any]:
    """The error as one entry of `errors`; exactly the four keys clients expect."""
    wording = wording_of(error)
    extra: dict[str, Any] = {key: _shown(value) for key, value in error.details.items() if value is not None}
    if error.fields:
        extra["messages"] = error.fields
    extra["issue_codes"] = [{"code": code, "message": text} for code, text in wording.issues.items()]
    return {"message": error.message, "error_type": wording.error_type, "level": wording.level, "extra": extra}


def _shown(value: Any) -> Any:
    return value if isinstance(value, str | list | dict) else str(value)


# Superset had these before its API.
@speaks("/superset/sql_json")
@speaks("/datasource/")
@speaks("/api/v1")
def render_error(error: ProductError) -> Response:
    """The error as this dialect answers it."""
    status = error.status
    body = {"message": error.fields or error.message, "errors": [as_sip40(error)], "status": status}
    if isinstance(error, NotAuthenticated):
        # Clients renew an expired token on exactly this key and text.
        body["msg"] = error.message
    response = Response(
        orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), status=status, content_type="application/json"
    )
    retry_after = error.details.get("retry_after_s")
    if retry_after is not None:
        response.headers["Retry-After"] = str(int(retry_after))
    return response
