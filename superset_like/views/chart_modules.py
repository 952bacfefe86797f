"""The modules that draw charts, as the browser takes them: those of the chart types, and nothing beside them."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Response, abort, current_app, jsonify, request
from flask_appbuilder import AppBuilder

from superset_like import chart_types
from superset_like.chart_types.base import ChartType

FOLDER = Path(chart_types.__file__).parent


def register(builder: AppBuilder) -> None:
    """The application hands them out to anybody: they hold no data."""
    current_app.add_url_rule("/chart_types/modules.json", "chart_module_names", names)
    current_app.add_url_rule("/chart_types/<path:name>", "chart_modules", module)


def names() -> Response:
    """viz_type -> the module that draws it, for the types that have one."""
    answer = jsonify(by_type())
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


def by_type() -> dict[str, str]:
    """viz_type -> the module that draws it, for the types that have one."""
    present = _modules()
    found = {viz_type: f"{_folder(kind)}/chart.js" for viz_type, kind in chart_types.known().items()}
    return {viz_type: name for viz_type, name in found.items() if name in present}


def _folder(kind: ChartType) -> str:
    return type(kind).__module__.split(".")[-2]


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
    found = [*sorted(FOLDER.glob("*.js")), *sorted(FOLDER.glob("*/*.js"))]
    return {path.relative_to(FOLDER).as_posix(): path for path in found}
