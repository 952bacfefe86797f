"""Every type of chart, drawn from its example: how a chart will look, before there is one."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from superset_like import chart_types

FOLDER = Path(chart_types.__file__).parent


@dataclass(frozen=True, slots=True)
class Example:
    """A type's folder, the name people know it by, and what it is drawn from."""

    folder: str
    title: str
    drawn: dict[str, Any]


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


def register(builder: AppBuilder) -> None:
    """The page is in the menu, for those who look after charts."""
    builder.add_view(GalleryView, "Chart gallery", category="Administer content", icon="fa-images")


def examples() -> list[Example]:
    """The types that have an example, by name."""
    found = [_example(path) for path in FOLDER.glob("*/example.json")]
    return sorted(found, key=lambda each: each.title)


def _example(path: Path) -> Example:
    return Example(path.parent.name, path.parent.name.replace("_", " ").capitalize(), json.loads(path.read_text()))
