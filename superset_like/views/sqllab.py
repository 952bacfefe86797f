"""/sqllab/: the SQL editor, its history and its saved queries, for whoever may run SQL."""

from flask import redirect, request, url_for
from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import BaseView, expose
from werkzeug.wrappers import Response

from superset_like.access.actor import Actor, ActorKind, current
from superset_like.errors import Forbidden
from superset_like.extensions import settings
from superset_like.views import headers

PAGE = ("can_sqllab", "Superset")
MENU = "SQL Lab"
ICON = "fa-terminal"
LINKS = (
    ("Saved Queries", "Saved queries", "/savedqueryview/list/", "fa-bookmark"),
    ("Query Search", "Query history", "/sqllab/history/", "fa-clock-rotate-left"),
)


class SqlLabPage(BaseView):
    """The SQL editor; its data comes through the API. The paths are Superset's."""

    route_base = ""
    default_view = "editor"

    @expose("/sqllab/")
    def editor(self) -> Response | str:
        """The page, with what its address says in it."""
        return self._shown("tables")

    @expose("/sqllab/history/")
    def history(self) -> Response | str:
        """The page, with what the visitor ran beside it."""
        return self._shown("history")

    @expose("/savedqueryview/list/")
    def saved(self) -> Response | str:
        """The page, with what the visitor saved beside it."""
        return self._shown("saved")

    @expose("/superset/sqllab/")
    @expose("/superset/sqllab/history/")
    def moved(self) -> Response:
        """The page, under the path that it had in older versions of Superset."""
        name = "history" if request.path.endswith("/history/") else "editor"
        asked = request.query_string.decode("ascii", "replace")
        return redirect(url_for(f"SqlLabPage.{name}") + (f"?{asked}" if asked else ""))

    def _shown(self, panel: str) -> Response | str:
        actor = current()
        if actor.kind is ActorKind.ANONYMOUS:
            return redirect(self.appbuilder.get_url_for_login_with(request.url))
        _require_page(actor)
        self.update_redirect()
        headers.allow_styles()
        known = settings()
        return str(
            self.render_template(
                "superset_like/sqllab.html",
                panel=panel,
                user_id=actor.user_id,
                default_rows=min(known.sql_row_limit, known.max_row_limit),
                most_rows=known.max_row_limit,
                may_make_datasets=actor.can("can_write", "Dataset"),
                may_save=actor.can("can_write", "SavedQuery"),
                may_upload=actor.can("can_upload", "Database"),
                may_share=actor.can("can_write", "SqlLabPermalinkRestApi"),
                may_download=actor.can("can_export_csv", "SQLLab"),
            )
        )


def _require_page(actor: Actor) -> None:
    # The page's name alone does not help who may not run anything.
    if not (actor.can(*PAGE) and actor.can("can_execute_sql_query", "SQLLab")):
        raise Forbidden()


def register(builder: AppBuilder) -> None:
    """The page is in the menu, under Superset's names, which the role `sql_lab` holds."""
    category = {"category": MENU, "category_icon": ICON}
    builder.add_view(SqlLabPage, "SQL Editor", label="SQL editor", icon=ICON, **category)
    for name, label, path, icon in LINKS:
        builder.add_link(name, href=path, label=label, icon=icon, **category)
