"""How Redash's dialect says an error: `message`, beside it the fields at fault and the incident where there is one.

Nobody is told that something exists which he may not see: who is not signed in gets a 404 for everything.
"""

from typing import Any

import orjson
from flask import Response

from superset_like.api.dialect import speaks
from superset_like.errors import (
    BadRequest,
    Conflict,
    DatabaseGone,
    DatabasePaused,
    Forbidden,
    Invalid,
    NotAuthenticated,
    NotFound,
    OwnerForbidden,
    ParameterMissing,
    ProductError,
    RunForbidden,
)

JSON = "application/json"
NOT_SIGNED_IN = "Couldn't find resource. Please login and try again."
NOT_FOUND = (
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try "
    "again."
)
FORBIDDEN = (
    "You don't have the permission to access the requested resource. It is either read-protected or not readable by "
    "the server."
)
NOT_THE_OWNER = "You don't have permission to edit this resource."
BAD_REQUEST = "The browser (or proxy) sent a request that this server could not understand."
CONFLICT = (
    "A conflict happened while processing the request. The resource might have been modified while the request was "
    "being processed."
)
NO_SUCH_METHOD = "The method is not allowed for the requested URL."
# What an error says that nobody gave a message of its own.
PLAIN: dict[type[ProductError], str] = {
    NotFound: NOT_FOUND,
    OwnerForbidden: NOT_THE_OWNER,
    Forbidden: FORBIDDEN,
    BadRequest: BAD_REQUEST,
    Invalid: BAD_REQUEST,
    Conflict: CONFLICT,
}
# What the core calls otherwise.
NAMES = {
    "db_id": "data_source_id",
    "label": "name",
    "options_json": "options",
    "schedule_json": "schedule",
    "sql": "query",
    "template_parameters": "options",
}
FAILED = 4


# Paths that nobody has are its own too: other dialects have a version after /api/.
@speaks("/api/")
def render_error(error: ProductError) -> Response:
    """The error as this dialect answers it."""
    status = _status(error)
    body: dict[str, Any] = {"message": _message(error)}
    if isinstance(error, ParameterMissing | RunForbidden | DatabasePaused | DatabaseGone):
        # Where a result was asked for, clients look for a job that failed.
        body = {"job": {"status": FAILED, "error": error.message}}
    if error.fields:
        body["fields"] = {NAMES.get(name, name): texts for name, texts in error.fields.items()}
    if error.details.get("incident"):
        body["incident"] = error.details["incident"]
    response = Response(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), status=status, content_type=JSON)
    if error.details.get("retry_after_s") is not None:
        response.headers["Retry-After"] = str(int(error.details["retry_after_s"]))
    return response


def _status(error: ProductError) -> int:
    if isinstance(error, NotAuthenticated):
        return 404
    return 400 if error.status == 422 else error.status


def _message(error: ProductError) -> str:
    if isinstance(error, NotAuthenticated):
        return NOT_SIGNED_IN
    if error.status == 405:
        return NO_SUCH_METHOD
    is_plain = error.message == error.default_message
    found = next((PLAIN[cls] for cls in type(error).__mro__ if cls in PLAIN), None)
    if is_plain and found is not None:
        return _with_fields(found, error) if isinstance(error, Invalid) else found
    return error.message


def _with_fields(text: str, error: ProductError) -> str:
    """Many clients show the message alone, so it says which fields."""
    named = [(NAMES.get(name, name), texts) for name, texts in error.fields.items()]
    said = "; ".join(f"{name}: {', '.join(map(str, texts))}" for name, texts in named)
    return said or text
