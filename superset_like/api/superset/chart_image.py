"""/api/v1/chart/<pk>/image.svg, .png and .pdf, and Superset's names for pictures: screenshots and thumbnails"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Response, request

from superset_like.access.actor import Actor, current
from superset_like.api.superset import arguments, picture_answers
from superset_like.api.superset.chart_data import Wording
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.picture_answers import BINARY, CONTENT_TYPES, LOOK, REFUSALS, SCALE, SCALES
from superset_like.api.superset.resource import Documented, json_response, whole_number
from superset_like.api.superset.rison import declare, q_argument
from superset_like.errors import NotFound
from superset_like.models import Chart
from superset_like.services import chart_data, chart_pictures
from superset_like.services.chart_pictures import Form, Look, Size

WIDTHS = range(100, 2001)
HEIGHTS = range(80, 2001)
# A PNG of so many takes a second and 130 MiB more while it is made.
MOST_PIXELS = 16_000_000
DEFAULT = Size(600, 400)
SCREENSHOT = Size(800, 600)
THUMBNAIL = Size(400, 300)
DIGEST_LETTERS = 40
DIGEST = re.compile(r"(?P<key>[0-9a-f]{40})-(?P<width>\d{1,4})x(?P<height>\d{1,4})")
PAIR = {"type": "array", "items": {"type": "integer"}}

declare(
    "screenshot",
    {"type": "object", "properties": {"force": {"type": "boolean"}, "window_size": PAIR, "thumb_size": PAIR}},
)

COMMON = (
    Parameter("width", "integer", f"CSS pixels, {WIDTHS[0]} to {WIDTHS[-1]}; {DEFAULT.width} by default"),
    Parameter("height", "integer", f"CSS pixels, {HEIGHTS[0]} to {HEIGHTS[-1]}; {DEFAULT.height} by default"),
    *LOOK,
    Parameter("dashboard_id", description="The dashboard on which a guest sees it"),
)


class SupersetChartImageApi(Documented):
    """Pictures of charts."""

    resource_name = "chart"
    class_permission_name = "Chart"
    openapi_spec_tag = "Charts"
    open_to_guests = frozenset({"svg", "png", "pdf"})

    @endpoint(
        "GET",
        "/<pk>/image.svg",
        "The chart, drawn as SVG",
        permission="read",
        parameters=COMMON,
        content_type=CONTENT_TYPES["svg"],
        answer={"type": "string"},
        refusals=REFUSALS,
    )
    def svg(self, pk: str) -> Response:
        return _picture(pk, "svg", 1)

    @endpoint(
        "GET",
        "/<pk>/image.png",
        "The chart, drawn as PNG",
        permission="read",
        parameters=(*COMMON, SCALE),
        content_type=CONTENT_TYPES["png"],
        answer=BINARY,
        refusals=REFUSALS,
    )
    def png(self, pk: str) -> Response:
        return _picture(pk, "png", arguments.number("scale", SCALES, DEFAULT.scale))

    @endpoint(
        "GET",
        "/<pk>/image.pdf",
        "The chart, drawn as PDF, of lines and letters",
        permission="read",
        parameters=COMMON,
        content_type=CONTENT_TYPES["pdf"],
        answer=BINARY,
        refusals=REFUSALS,
    )
    def pdf(self, pk: str) -> Response:
        return _picture(pk, "pdf", 1)

    @endpoint(
        "GET",
        "/<pk>/cache_screenshot",
        "Draw the chart now, to be fetched from the address that is told",
        permission="read",
        q="screenshot",
    )
    def cache_screenshot(self, pk: str) -> Response:
        wish = q_argument("screenshot")
        size = _sized(wish.get("thumb_size") or wish.get("window_size") or [SCREENSHOT.width, SCREENSHOT.height])
        actor, found = current(), chart_data.chart(current(), whole_number(pk))
        here, context = chart_data.of_chart(actor, found, bool(wish.get("force")))
        wanted = chart_pictures.wanted(chart_pictures.answered(here, context, found), "png", size, Look())
        chart_pictures.drawn(wanted)
        digest = f"{wanted.key[:DIGEST_LETTERS]}-{size.width}x{size.height}"
        told = {
            "cache_key": digest,
            "chart_url": found.slice_url,
            "image_url": f"{request.url_root.rstrip('/')}/api/v1/chart/{found.id}/screenshot/{digest}/",
            "task_status": "Updated",
            "task_updated_at": datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
        }
        return json_response(200, told)

    @endpoint(
        "GET",
        "/<pk>/screenshot/<digest>",
        "A picture that was drawn before, as long as its data is kept",
        permission="read",
        content_type=CONTENT_TYPES["png"],
        answer=BINARY,
        refusals=REFUSALS,
    )
    def screenshot(self, pk: str, digest: str) -> Response:
        named = DIGEST.fullmatch(digest)
        actor, found = current(), chart_data.chart(current(), whole_number(pk))
        if named is None:
            raise NotFound()
        size = _sized([int(named["width"]), int(named["height"])])
        here, context = chart_data.of_chart(actor, found)
        wanted = chart_pictures.wanted(chart_pictures.answered(here, context, found), "png", size, Look())
        # The name says whose rows are in it: somebody who sees others has another picture.
        if wanted.key[:DIGEST_LETTERS] != named["key"]:
            raise NotFound()
        return picture_answers.picture("png", wanted.key, lambda: (chart_pictures.drawn(wanted), True))

    @endpoint(
        "GET",
        "/<pk>/thumbnail/<digest>",
        "The chart, drawn small, as it is now",
        permission="read",
        content_type=CONTENT_TYPES["png"],
        answer=BINARY,
        refusals=REFUSALS,
    )
    def thumbnail(self, pk: str, digest: str) -> Response:
        actor, found = current(), chart_data.chart(current(), whole_number(pk))
        return Wording(actor).of(lambda: _drawn(actor, found, "png", THUMBNAIL, Look()))


def _sized(wish: Sequence[int]) -> Size:
    if len(wish) != 2 or wish[0] not in WIDTHS or wish[1] not in HEIGHTS:
        text = f"Two whole numbers, {WIDTHS[0]} to {WIDTHS[-1]} and {HEIGHTS[0]} to {HEIGHTS[-1]}."
        raise arguments.refused("window_size", text)
    return Size(wish[0], wish[1])


def _picture(pk: str, form: Form, scale: int) -> Response:
    actor = current()
    width = arguments.number("width", WIDTHS, DEFAULT.width)
    size = Size(width, arguments.number("height", HEIGHTS, DEFAULT.height), scale)
    if size.width * size.height * scale**2 > MOST_PIXELS:
        raise arguments.refused("scale", f"Must be smaller: a picture has at most {MOST_PIXELS:,} pixels.")
    look, force, zone = picture_answers.look(), arguments.flag("force"), arguments.zone("zone")
    found = chart_data.chart(actor, whole_number(pk), request.args.get("dashboard_id"))
    return Wording(actor).of(lambda: _drawn(actor, found, form, size, look, force, zone))


def _drawn(
    actor: Actor, found: Chart, form: Form, size: Size, look: Look, force: bool = False, zone: str | None = None
) -> Response:
    here, context = chart_data.of_chart(actor, found, force, zone=zone)
    wanted = chart_pictures.wanted(chart_pictures.answered(here, context, found), form, size, look)
    return picture_answers.picture(form, wanted.key, lambda: (chart_pictures.drawn(wanted), True))
