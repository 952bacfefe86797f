"""/public/dashboards/<key>: a dashboard for whoever has its address. The page asks with the key as its guest token."""

import json

from flask import Response, current_app, render_template
from flask_appbuilder import AppBuilder

from superset_like.errors import BadRequest, NotFound
from superset_like.services import dashboard_shares
from superset_like.views import chart_modules
from superset_like.views.embedded import GUEST_TOKEN_HEADER, POLICY


def register(builder: AppBuilder) -> None:
    """The application shows dashboards to whoever has a public address of one."""
    current_app.add_url_rule("/public/dashboards/<key>", "public_dashboard", public_dashboard)


def public_dashboard(key: str) -> Response:
    """The page. 404 where the key opens nothing, or nothing any more."""
    try:
        dashboard, _ = dashboard_shares.opened(key)
    except (BadRequest, NotFound):
        return _page(404, message="There is no dashboard here, or it is not shared any more.")
    bootstrap = {
        "config": {"GUEST_TOKEN_HEADER_NAME": GUEST_TOKEN_HEADER},
        "shared": {"dashboard_id": str(dashboard.id), "key": key},
        "modules": chart_modules.by_type(),
    }
    title = dashboard.dashboard_title or "Dashboard"
    return _page(200, script="shared.js", title=title, bootstrap=json.dumps(bootstrap))


def _page(status: int, **known: str) -> Response:
    answer = Response(render_template("superset_like/embedded.html", **known), status)
    # Any site may frame what anybody may read.
    answer.headers["Content-Security-Policy"] = POLICY.format(ancestors="*")
    answer.headers["Cache-Control"] = "no-store"
    # The address is the key.
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
