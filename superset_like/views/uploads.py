"""/database/upload/: a file becomes a table, for whoever may upload."""

from flask import redirect, request
from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import BaseView, expose
from werkzeug.wrappers import Response

from superset_like.access.actor import ActorKind, current
from superset_like.errors import Forbidden
from superset_like.extensions import settings


class UploadPage(BaseView):
    """The page; files go to the API. `?database=` and `&schema=` say where one comes from."""

    route_base = "/database"
    default_view = "upload"
    class_permission_name = "Database"

    @expose("/upload/")
    def upload(self) -> Response | str:
        """The page."""
        actor = current()
        if actor.kind is ActorKind.ANONYMOUS:
            return redirect(self.appbuilder.get_url_for_login_with(request.url))
        if not actor.can("can_upload", "Database"):
            raise Forbidden()
        self.update_redirect()
        return str(self.render_template("superset_like/upload.html", most_mib=settings().max_upload_mib))


def register(builder: AppBuilder) -> None:
    """The page has no place in the menu: the SQL editor leads to it."""
    builder.add_view_no_menu(UploadPage)
