"""Requests that changed something are written down, whatever dialect they spoke."""

import time
from typing import Any

from flask import Flask, Response, g, request

from superset_like import logs
from superset_like.access.actor import current
from superset_like.services import journal

# These are sent by POST and change nothing that anybody looks for in a log.
READS = frozenset(
    {
        "data",
        "format_sql",
        "refresh",
        "samples",
        "test_connection",
        "upload_metadata",
        "validate_parameters",
        "validate_sql",
    }
)
# A page keeps what somebody is doing at each of his steps.
STEPS = frozenset({"SupersetFilterStateApi", "SupersetFormDataApi"})
PREFIX = "/api/"


def register_journal(app: Flask) -> None:
    """Each successful change by an API request is logged after it was answered."""
    app.before_request(_started)
    app.after_request(_written)


def _started() -> None:
    g.started = time.perf_counter()


def _written(response: Response) -> Response:
    if request.method in {"GET", "HEAD", "OPTIONS"} or response.status_code >= 400:
        return response
    resource, _, method = (request.endpoint or "").partition(".")
    if not request.path.startswith(PREFIX) or method in READS or resource in STEPS or g.get("changes_nothing"):
        return response
    chart_id, dashboard_id = _named(resource, response)
    journal.note(
        current(),
        f"{resource.removeprefix('Superset').removesuffix('Api')}.{method}",
        {"path": request.path, "status": response.status_code, "fields": _fields()},
        chart_id=chart_id,
        dashboard_id=dashboard_id,
        duration_ms=round((time.perf_counter() - g.started) * 1000),
        # The page before may have been opened by a key in its address.
        referrer=logs.without_secrets(request.referrer or ""),
    )
    return response


def _named(resource: str, response: Response) -> tuple[int | None, int | None]:
    """(chart, dashboard) that was written, from the path or from what a POST answered."""
    pk = (request.view_args or {}).get("pk")
    if pk is None and response.status_code == 201:
        made = response.get_json(silent=True)
        pk = made.get("id") if isinstance(made, dict) else None
    number = int(str(pk)) if str(pk).isdecimal() else None
    return (number, None) if "Chart" in resource else (None, number) if "Dashboard" in resource else (None, None)


def _fields() -> list[str]:
    body: Any = request.get_json(silent=True) if request.is_json else None
    return sorted(map(str, body)) if isinstance(body, dict) else []
