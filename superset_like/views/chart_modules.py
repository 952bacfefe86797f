"""The modules that draw charts, as the browser takes them: those of the chart types, and nothing beside them."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Response, abort, current_app, request
from flask_appbuilder import AppBuilder

import superset_like.chart_types as chart_types

FOLDER = Path(chart_types.__file__).parent
SHARED = ("base.js", "fallback.js")


def register(builder: AppBuilder) -> None:
    """The application hands them out to anybody: they hold no data."""
    current_app.add_url_rule("/chart_types/<path:name>", "chart_modules", module)


def module(name: str) -> Response:
    """A module's text, to be asked again each time and sent again only when it changed."""
    path = _modules().get(name)
    if path is None:
        abort(404)
    text = path.read_bytes()
    answer = Response(text, mimetype="text/javascript")
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.set_etag(sha256(text).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


@cache
def _modules() -> dict[str, Path]:
    found = [FOLDER / name for name in SHARED] + sorted(FOLDER.glob("*/chart.js"))
    return {path.relative_to(FOLDER).as_posix(): path for path in found if path.is_file()}
