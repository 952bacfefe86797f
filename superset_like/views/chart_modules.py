"""What the browser takes of the chart types: the modules that draw, the forms, and nothing beside them."""

from dataclasses import asdict
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Response, abort, current_app, jsonify, request
from flask_appbuilder import AppBuilder

from superset_like import chart_types
from superset_like.chart_types import forms

FOLDER = Path(chart_types.__file__).parent


def register(builder: AppBuilder) -> None:
    """The application hands them out to anybody: they hold no data."""
    current_app.add_url_rule("/chart_types/modules.json", "chart_module_names", names)
    current_app.add_url_rule("/chart_types/forms.json", "chart_forms", all_forms)
    current_app.add_url_rule("/chart_types/examples.json", "chart_examples", examples)
    current_app.add_url_rule("/chart_types/<path:name>", "chart_modules", module)


def names() -> Response:
    """viz_type -> the module that draws it, for the types that have one."""
    answer = jsonify(by_type())
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


def by_type() -> dict[str, str]:
    """viz_type -> the module that draws it, for the types that have one."""
    present = _modules()
    found = {viz_type: f"{forms.folder_of(kind)}/chart.js" for viz_type, kind in chart_types.known().items()}
    return {viz_type: name for viz_type, name in found.items() if name in present}


def all_forms() -> Response:
    """{forms: each type's form, in no order that means something; folders: viz_type -> the form's folder}."""
    folders = {viz_type: forms.folder_of(kind) for viz_type, kind in chart_types.known().items()}
    return _versioned(jsonify({"forms": [asdict(each) for each in forms.all_forms()], "folders": folders}))


def examples() -> Response:
    """Folder -> what its type is drawn from in choosers and in the gallery."""
    return _versioned(jsonify(forms.examples()))


def module(name: str) -> Response:
    """A module's text, to be asked again each time and sent again only when it changed."""
    path = _modules().get(name)
    if path is None:
        abort(404)
    return _versioned(Response(path.read_bytes(), mimetype="text/javascript"))


def _versioned(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.set_etag(sha256(answer.get_data()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


@cache
def _modules() -> dict[str, Path]:
    found = [*sorted(FOLDER.glob("*.js")), *sorted(FOLDER.glob("*/*.js"))]
    return {path.relative_to(FOLDER).as_posix(): path for path in found}
