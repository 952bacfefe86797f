"""Pictures as answers: what they are asked with, how they are kept and what may be done with them."""

from collections.abc import Callable

from flask import Response, request

from superset_like.api.superset import arguments
from superset_like.api.superset.documented import Parameter
from superset_like.services.chart_pictures import LOCALE, Form, Look, Theme

CONTENT_TYPES: dict[Form, str] = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}
SCALES = range(1, 5)
THEMES: dict[str, Theme] = {"light": "light", "dark": "dark"}
# Opened as a page, an SVG would be one of ours: nothing in it runs, and nothing is fetched.
ALONE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"
# Viewers of PDF in browsers do not work in a sandbox, and a document of ours holds nothing that runs.
DOCUMENT = "default-src 'none'; style-src 'unsafe-inline'; plugin-types application/pdf; frame-ancestors 'none'"
REFUSALS = (400, 401, 403, 404, 413, 422, 501, 503, 504)
BINARY = {"type": "string", "format": "binary"}
SCALE = Parameter("scale", "integer", f"Pixels for each CSS pixel, {SCALES[0]} to {SCALES[-1]}; 1 by default")
LOOK = (
    Parameter("theme", enum=tuple(THEMES)),
    Parameter("locale", description="BCP 47: of the separators of numbers and the names of months; en-US by default"),
    Parameter(
        "zone", description="IANA name of the time zone in which it is asked, in place of its own; not for guests"
    ),
    Parameter("force", "boolean", "Ask the database anew"),
)


def look(is_in_card: bool = False) -> Look:
    """How the request wants it to look. Raises BadRequest."""
    return Look(arguments.chosen("theme", THEMES, "light"), arguments.locale("locale", LOCALE), is_in_card)


def picture(form: Form, key: str, make: Callable[[], tuple[bytes, bool]]) -> Response:
    """The picture, or 304 for who has it. key: equal for equal pictures. make: it, and whether it may be kept."""
    made = Response(content_type=CONTENT_TYPES[form])
    # Weak: drawn anew it looks the same, though its inner names differ.
    made.set_etag(key[:32], weak=True)
    # To be asked again each time, and sent again only when it changed; never kept for others.
    made.headers["Cache-Control"] = "private, no-cache"
    made.headers["Content-Security-Policy"] = DOCUMENT if form == "pdf" else ALONE
    made.headers["X-Frame-Options"] = "DENY"
    made.vary.update(("Authorization", "Cookie", "X-GuestToken"))
    made.make_conditional(request)
    if made.status_code != 304:
        body, is_whole = make()
        made.set_data(body)
        if not is_whole:
            made.headers.pop("ETag")
            made.headers["Cache-Control"] = "no-store"
    return made
