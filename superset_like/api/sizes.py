"""Requests that carry a file may be larger than others; what else they carry may not."""

from flask import Flask, current_app, request

from superset_like.extensions import settings

MIB = 1024 * 1024
FORM = "multipart/form-data"


def register_sizes(app: Flask) -> None:
    """The limit is known before anybody reads the body: a check of its form would read it."""
    app.before_request(_allow_file)


def _allow_file() -> None:
    operation = getattr(current_app.view_functions.get(request.endpoint or ""), "operation", None)
    if getattr(operation, "body_type", "") == FORM:
        # Beside the file there are some fields.
        request.max_content_length = settings().max_upload_mib * MIB + MIB
