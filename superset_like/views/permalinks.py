"""/superset/dashboard/p/<key>/, /superset/explore/p/<key>/, /sqllab/p/<key>/: links to pages as somebody left them."""

from collections.abc import Iterable
from urllib.parse import quote, urlencode

import orjson
from flask import redirect, request
from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import BaseView, expose
from werkzeug.wrappers import Response

from superset_like.access.actor import ActorKind, current
from superset_like.errors import Forbidden
from superset_like.models import KeptState, StateKind
from superset_like.services import kept_states

KEY = "permalink_key"


class PermalinkPage(BaseView):
    """The way from a link to the page, which reads the state itself. Each answers 404 to whoever may not see it."""

    route_base = ""
    default_view = "dashboard"

    @expose("/superset/dashboard/p/<key>/")
    def dashboard(self, key: str) -> Response:
        """To the dashboard."""
        if current().kind is ActorKind.ANONYMOUS:
            return self._to_login()
        kept = _kept(StateKind.DASHBOARD_PERMALINK, "DashboardPermalinkRestApi", key)
        state = orjson.loads(kept.value)
        return _redirect(
            f"/superset/dashboard/{kept.dashboard_id}/", key, state.get("urlParams") or (), state.get("anchor")
        )

    @expose("/superset/explore/p/<key>/")
    def explore(self, key: str) -> Response:
        """To the chart editor."""
        if current().kind is ActorKind.ANONYMOUS:
            return self._to_login()
        _kept(StateKind.EXPLORE_PERMALINK, "ExplorePermalinkRestApi", key)
        return _redirect("/explore/", key)

    @expose("/sqllab/p/<key>/")
    def sqllab(self, key: str) -> Response:
        """To the SQL editor."""
        if current().kind is ActorKind.ANONYMOUS:
            return self._to_login()
        _kept(StateKind.SQLLAB_PERMALINK, "SqlLabPermalinkRestApi", key)
        return _redirect("/sqllab/", key)

    def _to_login(self) -> Response:
        return redirect(self.appbuilder.get_url_for_login_with(request.url))


def _kept(kind: StateKind, resource: str, key: str) -> KeptState:
    actor = current()
    if not actor.can("can_read", resource):
        raise Forbidden()
    return kept_states.find(actor, kind, key)


def _redirect(path: str, key: str, params: Iterable[tuple[str, str]] = (), anchor: str | None = None) -> Response:
    pairs = [(KEY, key), *((name, value) for name, value in params if name != KEY)]
    return redirect(f"{path}?{urlencode(pairs)}" + (f"#{quote(anchor)}" if anchor else ""))


def register(builder: AppBuilder) -> None:
    """Links have no place in the menu."""
    builder.add_view_no_menu(PermalinkPage)
