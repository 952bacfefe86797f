"""Bundles over HTTP: `export/` and `import/` of each resource that has them, and of all assets."""

import re
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, current_app, g, request

from superset_like.access.actor import current
from superset_like.api.superset.arguments import FLAGS
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.resource import SupersetResource, json_response
from superset_like.api.superset.rison import q_argument
from superset_like.errors import BadRequest
from superset_like.services.bundles import exporting, importing
from superset_like.services.bundles.exporting import ASSETS, Bundle
from superset_like.services.bundles.importing import Step, Wish

ZIP = "application/zip"
BINARY = {"type": "string", "format": "binary"}
TEXT = {"type": "string"}
# Superset's clients name the file by either, whatever the endpoint.
FILE_FIELDS = ("formData", "bundle")
UPLOAD = {
    "type": "object",
    "properties": {
        **dict.fromkeys(FILE_FIELDS, BINARY),
        "overwrite": {"type": "boolean", "description": "Change what exists"},
        "plan": {"type": "boolean", "description": "Say what would become of each file, and change nothing"},
        "passwords": {**TEXT, "description": "JSON: path of a connection's file -> its password"},
        "encrypted_extra_secrets": {**TEXT, "description": "JSON: path of a file -> {$.path.in.it: secret}"},
        **dict.fromkeys(("ssh_tunnel_passwords", "ssh_tunnel_private_keys", "ssh_tunnel_private_key_passwords"), TEXT),
        **{name: {"type": "boolean"} for name in ("sparse", "sync_columns", "sync_metrics")},
    },
}
STEP = {
    "type": "object",
    "properties": {
        "file": TEXT,
        "action": {**TEXT, "enum": ["created", "changed", "left", "ignored"]},
        "kind": {**TEXT, "nullable": True},
        "uuid": {**TEXT, "nullable": True},
        "fields": {"type": "array", "items": TEXT},
    },
}
STEPS = {"type": "object", "properties": {"message": TEXT, "result": {"type": "array", "items": STEP}}}
TOKEN = Parameter("token", description="Comes back as a cookie of this name, when the file does")
COOKIE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
COOKIE_SECONDS = 600
REFUSALS = (400, 401, 403, 413, 422)


class BundlesMixin:
    """`export/` and `import/` for the objects of a resource."""

    resource_name: Any

    @endpoint(
        "GET",
        "/export/",
        "Some of them with what they need, as a bundle",
        permission="export",
        q="ids",
        parameters=(TOKEN,),
        content_type=ZIP,
        answer=BINARY,
        refusals=(400, 401, 403, 404),
    )
    def export(self) -> Response:
        return download(exporting.objects(current(), self.resource_name, q_argument("ids")))

    @endpoint(
        "POST",
        "/import/",
        "Apply a bundle, all of it or nothing",
        permission="write",
        body=UPLOAD,
        body_type="multipart/form-data",
        answer=STEPS,
        refusals=REFUSALS,
    )
    def import_(self) -> Response:
        return applied(self.resource_name, overwrite=_flag("overwrite"))


class SupersetAssetsApi(SupersetResource):
    """All assets in one bundle."""

    resource_name = ASSETS
    class_permission_name = "ImportExportRestApi"
    openapi_spec_tag = "Import/export"

    @endpoint(
        "GET",
        "/export/",
        "All assets that the caller may see, as a bundle",
        permission="export",
        parameters=(TOKEN,),
        content_type=ZIP,
        answer=BINARY,
        refusals=(401, 403),
    )
    def export(self) -> Response:
        return download(exporting.assets(current()))

    @endpoint(
        "POST",
        "/import/",
        "Apply a bundle of assets, all of it or nothing; what exists is changed",
        permission="import_",
        body=UPLOAD,
        body_type="multipart/form-data",
        answer=STEPS,
        refusals=REFUSALS,
    )
    def import_(self) -> Response:
        return applied(ASSETS, overwrite=True)


def download(bundle: Bundle) -> Response:
    """The bundle as a file; the cookie that the caller named says that it came."""
    response = Response(bundle.data, content_type=ZIP)
    response.headers["Content-Disposition"] = f"attachment; filename={bundle.name}"
    response.headers["Cache-Control"] = "no-store"
    token = request.args.get("token", "")
    if COOKIE_NAME.fullmatch(token) and token not in _own_cookies():
        response.set_cookie(token, "done", max_age=COOKIE_SECONDS, samesite="Lax")
    return response


def applied(what: str, *, overwrite: bool) -> Response:
    """What became of the files of the uploaded bundle."""
    upload = next((request.files[name] for name in FILE_FIELDS if name in request.files), None)
    if upload is None:
        raise BadRequest("The file is missing", fields={FILE_FIELDS[0]: ["Missing data for required field."]})
    wish = Wish(
        overwrite=overwrite,
        passwords={path: str(text) for path, text in _map("passwords").items()},
        secrets={path: each for path, each in _map("encrypted_extra_secrets").items() if isinstance(each, dict)},
        is_plan=_flag("plan") or _flag("dry_run"),
    )
    # Nothing for the log: a plan changes nothing.
    g.changes_nothing = wish.is_plan
    steps = importing.apply(current(), what, upload.stream, wish)
    return json_response(200, {"message": "OK", "result": [step_record(step) for step in steps]})


def step_record(step: Step) -> dict[str, Any]:
    """The step as this dialect shows it."""
    return {
        "file": step.file,
        "action": step.action,
        "kind": step.kind,
        "uuid": step.uuid,
        "fields": list(step.fields),
    }


def _own_cookies() -> set[str]:
    # A link must not end the session of whoever follows it.
    return {str(current_app.config["SESSION_COOKIE_NAME"]), "remember_token"}


def _flag(name: str) -> bool:
    text = (request.form.get(name) or request.args.get(name) or "").lower()
    if text not in FLAGS:
        raise BadRequest(f"{name} must be true or false", fields={name: ["Not a valid boolean."]})
    return FLAGS[text]


def _map(name: str) -> Mapping[str, Any]:
    text = request.form.get(name)
    try:
        value = orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise BadRequest(f"{name} must be a JSON object", fields={name: ["Not a valid JSON object."]})
    return value
