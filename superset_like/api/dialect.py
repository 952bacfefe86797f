"""An error is said in the shape of the dialect that was asked; for URLs nobody owns, the prefix decides.

Each dialect gives `render_error(error: ProductError) -> Response` through `@speaks(prefix)`. JSON for API paths
whatever the Accept header says; the catch-all lives on the application: a blueprint's would beat specific handlers.
"""

import logging
from collections.abc import Callable
from uuid import uuid4

from flask import Flask, Response, request
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from superset_like.errors import BadRequest, Conflict, Invalid, NotFound, ProductError, TooLarge, TooMany, Unavailable
from superset_like.extensions import db

log = logging.getLogger(__name__)

Renderer = Callable[[ProductError], Response]
RENDERERS: dict[str, Renderer] = {}
PAGES = "/"
CLASSES: dict[int, type[ProductError]] = {404: NotFound, 413: TooLarge, 429: TooMany}


def speaks(prefix: str) -> Callable[[Renderer], Renderer]:
    """Errors of URLs below this prefix are rendered by the decorated function; the longest prefix wins."""

    def register(render: Renderer) -> Renderer:
        RENDERERS[prefix] = render
        return render

    return register


def renderer_of(path: str) -> Renderer:
    """The renderer of the dialect that owns this path; that of pages when none does."""
    return RENDERERS[max((prefix for prefix in RENDERERS if path.startswith(prefix)), key=len)]


def register_errors(app: Flask, page: Renderer) -> None:
    """Every error of this application reaches its dialect's renderer, or the one of pages."""
    speaks(PAGES)(page)
    app.register_error_handler(ProductError, _product_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(DataError, _out_of_range)
    app.register_error_handler(OperationalError, _metadata_down)
    app.register_error_handler(PoolTimeout, _metadata_busy)
    app.register_error_handler(RecursionError, _too_deep)
    app.register_error_handler(Exception, _unforeseen)


def _product_error(error: ProductError) -> AnyResponse:
    db.session.rollback()
    return renderer_of(request.path)(error)


def _http_error(error: HTTPException) -> AnyResponse:
    if (error.code or 500) < 400:
        return error.get_response()
    response = renderer_of(request.path)(_as_ours(error))
    if error.code == 405:
        response.headers["Allow"] = error.get_response().headers.get("Allow", "")
    return response


def _as_ours(error: HTTPException) -> ProductError:
    status = error.code or 500
    text = f"{status} {error.name}: {error.description}"
    if status in CLASSES:
        return CLASSES[status](text if status != 404 else "Not found")
    ours = BadRequest(text) if status < 500 else ProductError()
    ours.status = status  # type: ignore[misc]
    return ours


def _stale(error: StaleDataError) -> AnyResponse:
    return _product_error(Conflict())


def _integrity(error: IntegrityError) -> AnyResponse:
    # A check lost a race against another writer; the constraint held.
    log.info("constraint refused a write: %s", type(error.orig).__name__)
    return _product_error(Conflict("It collides with something that exists"))


def _out_of_range(error: DataError) -> AnyResponse:
    log.info("the metadata database refused a value: %s", type(error.orig).__name__)
    return _product_error(Invalid("A value is too large or too long"))


def _too_deep(error: RecursionError) -> AnyResponse:
    # Readers of JSON and rison follow what is nested as deep as somebody wrote it.
    log.info("%s %s was nested too deeply", request.method, request.path)
    return _product_error(BadRequest("The request is nested too deeply"))


def _metadata_down(error: DBAPIError) -> AnyResponse:
    log.error("the metadata database failed", exc_info=error)
    return _product_error(Unavailable("The metadata database is not available", retry_after_s=5))


def _metadata_busy(error: PoolTimeout) -> AnyResponse:
    log.error("all connections to the metadata database were in use for too long")
    return _product_error(Unavailable("The metadata database is busy", retry_after_s=5))


def _unforeseen(error: Exception) -> AnyResponse:
    incident = uuid4().hex
    log.error("incident %s on %s %s", incident, request.method, request.path, exc_info=error)
    return _product_error(ProductError(f"Something went wrong; the log has it as {incident}", incident=incident))
