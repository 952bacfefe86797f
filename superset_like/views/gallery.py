"""Every type of chart, drawn from its example: how a chart will look, before there is one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name

from superset_like.chart_types import forms
from superset_like.errors import NotFound
from superset_like.services import chart_pictures
from superset_like.services.chart_pictures import Size, Theme

DEFAULT = Size(480, 280)
SMALLEST, LARGEST = 80, 2000


@dataclass(frozen=True, slots=True)
class Example:
    """A type's folder, the name people know it by, and what it is drawn from."""

    folder: str
    title: str
    drawn: Mapping[str, Any]


class GalleryView(BaseView):
    """The gallery."""

    route_base = "/gallery"
    default_view = "show"

    @expose("/")
    @has_access
    def show(self) -> str:
        """The page."""
        self.update_redirect()
        return str(self.render_template("superset_like/gallery.html", examples=examples()))

    @expose("/<folder>.svg")
    @has_access
    @permission_name("show")
    def picture(self, folder: str) -> Response:
        """An example as the server draws it, for comparison. Raises what `chart_pictures.of_example` does."""
        example = forms.examples().get(folder)
        if example is None:
            raise NotFound()
        size = Size(_pixels("width", DEFAULT.width), _pixels("height", DEFAULT.height))
        theme: Theme = "dark" if request.args.get("theme") == "dark" else "light"
        return Response(chart_pictures.of_example(example, size, theme), mimetype="image/svg+xml")


def register(builder: AppBuilder) -> None:
    """The page is in the menu, for those who look after charts."""
    builder.add_view(GalleryView, "Chart gallery", category="Administer content", icon="fa-images")


def examples() -> list[Example]:
    """The types that have an example, by name."""
    found = forms.examples().items()
    return [Example(folder, folder.replace("_", " ").capitalize(), drawn) for folder, drawn in found]


def _pixels(name: str, default: int) -> int:
    return min(max(request.args.get(name, default, type=int), SMALLEST), LARGEST)
