"""Scripts and style sheets leave compressed: each file is compressed once, and asked for again by its tag."""

import gzip
from functools import lru_cache

from flask import Response, current_app, request
from flask_appbuilder import AppBuilder

KINDS = frozenset({"text/javascript", "application/javascript", "text/css", "image/svg+xml"})
ENDPOINTS = frozenset({"static", "appbuilder.static", "chart_modules"})
LEAST = 1_000
MOST_KEPT = 64


def register(builder: AppBuilder) -> None:
    """The application compresses what is fixed; what is made for one caller stays as it is."""
    current_app.after_request(compressed)


def compressed(response: Response) -> Response:
    """The answer, compressed where its asker takes that."""
    if request.endpoint not in ENDPOINTS or response.status_code != 200 or response.mimetype not in KINDS:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0 or request.method != "GET":
        return response
    response.direct_passthrough = False
    text = response.get_data()
    if len(text) < LEAST:
        return response
    response.set_data(_gzipped(text))
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag:
        # Other bytes of the same file: a weak tag says so.
        response.set_etag(tag, weak=True)
    return response


@lru_cache(MOST_KEPT)
def _gzipped(text: bytes) -> bytes:
    return gzip.compress(text, 9, mtime=0)
