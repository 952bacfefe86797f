"""/embedded/<uuid>: a dashboard in another site's frame. The page holds no data: it asks for it with a guest token."""

import json
from urllib.parse import urlsplit

from flask import Response, current_app, render_template, request
from flask_appbuilder import AppBuilder

from superset_like.errors import NotFound
from superset_like.extensions import settings
from superset_like.models import EmbeddedDashboard
from superset_like.services import embedding
from superset_like.views import chart_modules

GUEST_TOKEN_HEADER = "X-GuestToken"
# As a page's, but that sites of the dashboard's list may frame it. ECharts styles its elements by script, not by text.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)


def register(builder: AppBuilder) -> None:
    """The application shows dashboards to visitors of other sites."""
    current_app.add_url_rule("/embedded/<uuid>", "embedded", embedded)


def embedded(uuid: str) -> Response:
    """The page. 404 where nothing is embedded under this name, 403 for a site that is not on the dashboard's list."""
    try:
        leave = embedding.by_uuid(uuid) if settings().embedding else None
    except NotFound:
        leave = None
    if leave is None:
        return _refused(404, "There is no dashboard here to be embedded.")
    if not _is_allowed(leave, request.referrer):
        return _refused(403, "This site may not show this dashboard.")
    bootstrap = {
        "config": {"GUEST_TOKEN_HEADER_NAME": GUEST_TOKEN_HEADER},
        "common": {},
        "embedded": {"dashboard_id": str(leave.dashboard_id)},
        "modules": chart_modules.by_type(),
    }
    ancestors = " ".join(leave.allowed_domains) or "*"
    return _page(200, ancestors, bootstrap=json.dumps(bootstrap))


def _refused(status: int, message: str) -> Response:
    # In the frame of whoever asked: a browser shows nothing at all of a page that may not be framed.
    return _page(status, "*", message=message)


def _page(status: int, ancestors: str, **known: str) -> Response:
    answer = Response(render_template("superset_like/embedded.html", **known), status)
    answer.headers["Content-Security-Policy"] = POLICY.format(ancestors=ancestors)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_allowed(leave: EmbeddedDashboard, referrer: str | None) -> bool:
    """Whether a site on the list asks; without a list any may, also one that does not say its name."""
    if not leave.allowed_domains:
        return True
    place = urlsplit(referrer or "")
    return f"{place.scheme}://{place.netloc}" in leave.allowed_domains
