"""Dashboards for somebody who is signed in: their list, and each by its id, uuid or slug."""

import json

from flask import redirect, request
from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import BaseView, expose
from werkzeug.wrappers import Response

from superset_like.access import rules
from superset_like.access.actor import ActorKind, current
from superset_like.errors import Forbidden
from superset_like.services import dashboards
from superset_like.views import chart_modules

# What the page offers, by the right to it; the API asks for the same.
RIGHTS = {
    "csv": ("can_csv", "Superset"),
    "drill": ("can_drill", "Dashboard"),
    "explore": ("can_explore", "Superset"),
    "view_as_table": ("can_view_chart_as_table", "Dashboard"),
    "view_query": ("can_view_query", "Dashboard"),
}
# A page of another site that leads here would otherwise make dashboards in its visitors' names.
OWN_SITES = frozenset({"", "none", "same-origin"})


class DashboardList(BaseView):
    """The list of dashboards."""

    route_base = "/dashboard"
    default_view = "list"

    @expose("/list/")
    def list(self) -> Response | str:
        """The page; what it lists comes through the API."""
        return self._shown(is_new=False)

    @expose("/new/")
    def new(self) -> Response | str:
        """The page, which makes a dashboard and opens it for editing."""
        return self._shown(is_new=request.headers.get("Sec-Fetch-Site", "") in OWN_SITES)

    def _shown(self, *, is_new: bool) -> Response | str:
        actor = current()
        if actor.kind is ActorKind.ANONYMOUS:
            return redirect(self.appbuilder.get_url_for_login_with(request.url))
        if not actor.can("can_read", "Dashboard"):
            raise Forbidden()
        may_write = actor.can("can_write", "Dashboard")
        self.update_redirect()
        return str(
            self.render_template(
                "superset_like/dashboard_list.html",
                user_id=actor.user_id,
                edits_all=actor.is_admin,
                may_write=may_write,
                is_new=is_new and may_write,
            )
        )


class DashboardPage(BaseView):
    """A dashboard."""

    route_base = "/superset/dashboard"
    default_view = "show"

    @expose("/<id_or_slug>/")
    def show(self, id_or_slug: str) -> Response | str:
        """The page of a dashboard that the visitor may see; its data comes through the API."""
        actor = current()
        if actor.kind is ActorKind.ANONYMOUS:
            return redirect(self.appbuilder.get_url_for_login_with(request.url))
        if not actor.can("can_read", "Dashboard"):
            raise Forbidden()
        dashboard = dashboards.find(actor, id_or_slug)
        self.update_redirect()
        bootstrap = {
            "id": dashboard.id,
            "modules": chart_modules.by_type(),
            "rights": [name for name, right in RIGHTS.items() if actor.can(*right)],
            "may_edit": actor.can("can_write", "Dashboard") and rules.can(actor, "edit", dashboard),
        }
        return str(
            self.render_template(
                "superset_like/dashboard.html",
                dashboard=dashboard,
                bootstrap=json.dumps(bootstrap),
                standalone=request.args.get("standalone") in {"1", "2", "3", "true"},
            )
        )


def register(builder: AppBuilder) -> None:
    """The list is in the menu; one comes from it to a dashboard."""
    builder.add_view(DashboardList, "Dashboards", icon="fa-table-columns")
    builder.add_view_no_menu(DashboardPage)
