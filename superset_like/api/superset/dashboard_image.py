"""/api/v1/dashboard/<id or slug>/image.svg, image.png and image.pdf, and Superset's names for them"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema, fields

from superset_like.access.actor import current
from superset_like.api.nesting import require_shallow
from superset_like.api.superset import arguments, picture_answers
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.picture_answers import BINARY, CONTENT_TYPES, LOOK, REFUSALS, SCALE, SCALES
from superset_like.api.superset.resource import Documented, json_response
from superset_like.errors import NotFound
from superset_like.models import Dashboard
from superset_like.pictures.layout import Paper
from superset_like.services import dashboard_pictures, dashboards
from superset_like.services.chart_pictures import Form
from superset_like.services.dashboard_pictures import Wanted, Wish

WIDTHS = range(320, 2401)
WIDTH = 1200
# So that two rows find room on a page.
LANDSCAPE_WIDTH = 1600
# A thumbnail shows what one sees first of a page that is so large.
SEEN = (1200, 900)
THUMBNAIL_WIDTH = 400
MOST_TABS = 50
# Points, upright.
SHEETS: Mapping[str, tuple[float, float] | None] = {"a4": (595.28, 841.89), "letter": (612.0, 792.0), "long": None}
ORIENTATIONS = {"portrait": False, "landscape": True}
DIGEST_LETTERS = 40
DIGEST = re.compile(r"[0-9a-f]{40}")
DOWNLOADS: Mapping[str, Form] = {"png": "png", "pdf": "pdf"}

COMMON = (
    Parameter("width", "integer", f"CSS pixels, {WIDTHS[0]} to {WIDTHS[-1]}; {WIDTH} by default"),
    *LOOK,
    Parameter("filters", description="JSON: a list of {col, op, val}, or a data mask, {filter: {extraFormData}}"),
    Parameter("tab", description="Id or name of an open tab; may be given several times"),
)
PAGES = (
    Parameter("page_size", enum=tuple(SHEETS), description="a4 by default; long: one page"),
    Parameter("orientation", enum=tuple(ORIENTATIONS)),
)


class DashboardScreenshotPostSchema(Schema):
    active_tabs = fields.List(fields.String(), data_key="activeTabs", allow_none=True, load_default=None)
    data_mask = fields.Dict(keys=fields.String(), data_key="dataMask", allow_none=True, load_default=None)
    anchor = fields.String(allow_none=True, load_default=None)
    url_params = fields.List(fields.Raw(), data_key="urlParams", allow_none=True, load_default=None)
    permalink_key = fields.String(data_key="permalinkKey", allow_none=True, load_default=None)


class SupersetDashboardImageApi(Documented):
    """Pictures of dashboards."""

    resource_name = "dashboard"
    class_permission_name = "Dashboard"
    openapi_spec_tag = "Dashboards"
    open_to_guests = frozenset({"svg", "png", "pdf"})

    @endpoint(
        "GET",
        "/<id_or_slug>/image.svg",
        "The dashboard, drawn as SVG",
        permission="read",
        parameters=COMMON,
        content_type=CONTENT_TYPES["svg"],
        answer={"type": "string"},
        refusals=REFUSALS,
    )
    def svg(self, id_or_slug: str) -> Response:
        return _picture(id_or_slug, _wish("svg"))

    @endpoint(
        "GET",
        "/<id_or_slug>/image.png",
        "The dashboard, drawn as PNG",
        permission="read",
        parameters=(*COMMON, SCALE),
        content_type=CONTENT_TYPES["png"],
        answer=BINARY,
        refusals=REFUSALS,
    )
    def png(self, id_or_slug: str) -> Response:
        return _picture(id_or_slug, replace(_wish("png"), scale=arguments.number("scale", SCALES, 1)))

    @endpoint(
        "GET",
        "/<id_or_slug>/image.pdf",
        "The dashboard with all its tabs as a document, of lines and letters",
        permission="read",
        parameters=(*COMMON, *PAGES),
        content_type=CONTENT_TYPES["pdf"],
        answer=BINARY,
        refusals=REFUSALS,
    )
    def pdf(self, id_or_slug: str) -> Response:
        paper = _paper()
        is_wide = paper is not None and paper.width > paper.height
        return _picture(id_or_slug, replace(_wish("pdf", LANDSCAPE_WIDTH if is_wide else WIDTH), paper=paper))

    @endpoint(
        "POST",
        "/<pk>/cache_dashboard_screenshot/",
        "Draw the dashboard now, to be fetched from the address that is told",
        permission="read",
        body=DashboardScreenshotPostSchema,
        status=202,
        refusals=REFUSALS,
    )
    def cache_dashboard_screenshot(self, pk: str) -> Response:
        asked = self.body(DashboardScreenshotPostSchema)
        tabs = tuple((asked["active_tabs"] or ())[:MOST_TABS])
        wish = replace(_screenshot(), tabs=tabs, filters=asked["data_mask"] or None, force=arguments.flag("force"))
        actor = current()
        found = dashboards.find(actor, pk)
        wanted = dashboard_pictures.wanted(actor, found, wish)
        told = _told(found, wanted.key[:DIGEST_LETTERS])
        dashboard_pictures.keep(wish, told["cache_key"])
        dashboard_pictures.drawn(wanted)
        return json_response(202, told)

    @endpoint(
        "GET",
        "/<pk>/screenshot/<digest>/",
        "A picture that was drawn before, as long as its data is kept",
        permission="read",
        parameters=(Parameter("download_format", enum=tuple(DOWNLOADS)),),
        content_type=CONTENT_TYPES["png"],
        answer=BINARY,
        refusals=REFUSALS,
    )
    def screenshot(self, pk: str, digest: str) -> Response:
        form = arguments.chosen("download_format", DOWNLOADS, "png")
        actor = current()
        found = dashboards.find(actor, pk)
        wish = dashboard_pictures.recalled(digest) if DIGEST.fullmatch(digest) else None
        wanted = None if wish is None else dashboard_pictures.wanted(actor, found, wish)
        # The name says whose rows are in it: somebody who sees others has another picture.
        if wish is None or wanted is None or wanted.key[:DIGEST_LETTERS] != digest:
            raise NotFound()
        # A document shows other tabs, which were not asked for yet.
        return _answer(wanted) if form == wish.form else _drawn(found, replace(wish, form=form))

    @endpoint(
        "GET",
        "/<pk>/thumbnail/<digest>/",
        "The dashboard's beginning, drawn small, as it is now",
        permission="read",
        content_type=CONTENT_TYPES["png"],
        answer=BINARY,
        refusals=REFUSALS,
    )
    def thumbnail(self, pk: str, digest: str) -> Response:
        width, height = SEEN
        return _picture(pk, Wish("png", width, scale=THUMBNAIL_WIDTH / width, crop=height))


def _wish(form: Form, width: int = WIDTH) -> Wish:
    return Wish(
        form,
        arguments.number("width", WIDTHS, width),
        look=picture_answers.look(is_in_card=True),
        tabs=_tabs(),
        zone=arguments.zone("zone"),
        filters=_filters(),
        force=arguments.flag("force"),
    )


def _screenshot() -> Wish:
    return Wish("png", WIDTH)


def _tabs() -> tuple[str, ...]:
    given = tuple(request.args.getlist("tab"))
    if len(given) > MOST_TABS:
        raise arguments.refused("tab", f"Must be given at most {MOST_TABS} times.")
    return given


def _filters() -> Any:
    text = (request.args.get("filters") or "").encode(errors="replace")
    if not text:
        return None
    require_shallow(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise arguments.refused("filters", "Must be JSON.") from error


def _paper() -> Paper | None:
    size = arguments.chosen("page_size", SHEETS, "a4")
    is_landscape = arguments.chosen("orientation", ORIENTATIONS, "portrait")
    if size is None:
        return None
    short, long = size
    return Paper(long, short) if is_landscape else Paper(short, long)


def _picture(id_or_slug: str, wish: Wish) -> Response:
    return _drawn(dashboards.find(current(), id_or_slug), wish)


def _drawn(found: Dashboard, wish: Wish) -> Response:
    return _answer(dashboard_pictures.wanted(current(), found, wish))


def _answer(wanted: Wanted) -> Response:
    def make() -> tuple[bytes, bool]:
        made = dashboard_pictures.drawn(wanted)
        return made.body, made.is_whole

    return picture_answers.picture(wanted.wish.form, wanted.key, make)


def _told(found: Dashboard, key: str) -> dict[str, Any]:
    return {
        "cache_key": key,
        "dashboard_url": found.url,
        "image_url": f"{request.url_root.rstrip('/')}/api/v1/dashboard/{found.id}/screenshot/{key}/",
        "task_status": "Updated",
        "task_updated_at": datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
    }
