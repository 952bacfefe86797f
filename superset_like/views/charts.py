"""/chart/list/ and /chart/add: the charts that one may see, and the beginning of a new one."""

from flask import redirect, request
from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import BaseView, expose
from werkzeug.wrappers import Response

from superset_like.access.actor import Actor, ActorKind, current
from superset_like.errors import Forbidden


class ChartList(BaseView):
    """The list of charts, and the page on which one begins."""

    route_base = "/chart"
    default_view = "list"

    @expose("/list/")
    def list(self) -> Response | str:
        """The page; what it lists comes through the API."""
        actor = current()
        if actor.kind is ActorKind.ANONYMOUS:
            return redirect(self.appbuilder.get_url_for_login_with(request.url))
        _require(actor, "can_read")
        self.update_redirect()
        return str(
            self.render_template(
                "superset_like/chart_list.html",
                user_id=actor.user_id,
                edits_all=actor.is_admin,
                may_write=actor.can("can_write", "Chart"),
            )
        )

    @expose("/add")
    @expose("/add/")
    def add(self) -> Response | str:
        """The page on which one chooses a dataset and a type; it leads to /explore/."""
        actor = current()
        if actor.kind is ActorKind.ANONYMOUS:
            return redirect(self.appbuilder.get_url_for_login_with(request.url))
        _require(actor, "can_write")
        self.update_redirect()
        return str(self.render_template("superset_like/chart_add.html"))


def register(builder: AppBuilder) -> None:
    """The list is in the menu."""
    builder.add_view(ChartList, "Charts", icon="fa-chart-column")


def _require(actor: Actor, verb: str) -> None:
    if not actor.can(verb, "Chart"):
        raise Forbidden()
