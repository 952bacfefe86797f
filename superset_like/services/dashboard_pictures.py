"""Pictures of dashboards: what a page shows, of the answers that the caller may see, without a browser."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson
from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from flask import Flask, current_app

from superset_like.access.actor import ANONYMOUS, Actor, acting
from superset_like.engine.cache import Entry
from superset_like.engine.cache import key as cache_key
from superset_like.errors import (
    BadRequest,
    DrawingFailed,
    DrawingTimedOut,
    ProductError,
    TooLarge,
    TooMany,
    Unavailable,
)
from superset_like.extensions import db, settings
from superset_like.models import Dashboard
from superset_like.pictures import boxes, layout
from superset_like.pictures.layout import Page, Paper, Plan, Shown
from superset_like.services import chart_data, chart_pictures, stores
from superset_like.services.chart_pictures import Answered, Form, Look, Size
from superset_like.services.dashboard_filters import Filters
from superset_like.services.extra_form_data import Extra

# What one picture may cost: charts, bytes of a layout and of all answers, the height of a page.
MOST_CHARTS = 60
LONGEST_LAYOUT = 500_000
MOST_BYTES = 64 * 1024 * 1024
HIGHEST = 20_000
# A PNG of so many takes two seconds and 260 MiB while it is made.
MOST_PIXELS = 32_000_000
# Charts that are asked at a time, of those that the caller may ask; and drawn: there are two who draw.
ASKED_AT_ONCE, DRAWN_AT_ONCE = 4, 2
# All drawings of a picture together may take so often the time of one.
PATIENCE = 3
# Nobody keeps a picture longer without looking whether the dashboard is the same.
LONGEST_TTL_S = 3600
LONGEST_WISH = 100_000
IN_CARD = Look(is_in_card=True)
Made = TypeVar("Made")
Job = TypeVar("Job")


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants a dashboard's picture.

    tabs: ids or names of those that are open; the first ones where none is named, in a PDF all. zone: in which the
    charts are asked; None: each in its own. filters: see `Filters`. crop: CSS pixels of height that are seen, None for
    all. paper: of a PDF; None: one long page.
    """

    form: Form
    width: int
    scale: float = 1
    look: Look = IN_CARD
    tabs: tuple[str, ...] = ()
    zone: str | None = None
    filters: Any = None
    paper: Paper | None = None
    crop: int | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture that may be drawn. key: equal for equal pictures; another one when the data was asked anew.

    is_whole: no chart failed to be asked; others are not to be kept.
    """

    key: str
    wish: Wish
    plan: Plan
    answers: Mapping[int, Answered]
    ttl_s: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The file. is_whole: no chart failed to be drawn."""

    body: bytes
    is_whole: bool


def wanted(actor: Actor, on: Dashboard, wish: Wish) -> Wanted:
    """The picture of the dashboard as the caller sees it; its charts are asked now. Raises BadRequest, TooLarge, and
    TooMany or Unavailable when it has to be asked for later.
    """
    places = _places(on)
    # As pages have them, where no layout says it.
    on_it = sorted(on.charts, key=lambda chart: chart.id)
    charts = {chart.id: chart for chart in on_it}
    filters = Filters(on, wish.filters)
    shown = {chart.id: Shown(chart.slice_name) for chart in on_it}
    plan = Plan(on.dashboard_title or "", places, shown, wish.width, _open(places, wish), filters.told())
    seen = list(_seen(plan, wish))
    if len(seen) > MOST_CHARTS:
        raise _refused("tab", f"Must name fewer: {len(seen)} charts are open, and a picture has at most {MOST_CHARTS}.")
    asked = [(pk, filters.of(charts[pk])) for pk in seen]
    found = dict(zip(seen, _asked(actor, on.id, asked, wish), strict=True))
    answers = {pk: answer for pk, answer in found.items() if isinstance(answer, Answered)}
    if sum(answer.size for answer in answers.values()) > MOST_BYTES:
        raise TooLarge("The charts of this dashboard have too many rows for one picture", limit_mib=MOST_BYTES >> 20)
    plan = replace(plan, charts=shown | {pk: _told(shown[pk], found[pk], wish.look.locale) for pk in seen})
    named = [(pk, answer.key if isinstance(answer, Answered) else answer) for pk, answer in found.items()]
    drawn = orjson.dumps([asdict(page) for page in _pages(plan, wish)]).decode()
    facts = (wish.form, wish.scale, wish.look.theme, wish.look.locale, wish.crop)
    key = cache_key("dashboard picture", chart_pictures.digest(), named, drawn, facts, plan.title)
    return Wanted(key, wish, plan, answers, _ttl_s(answers.values()), len(answers) == len(found))


def drawn(picture: Wanted) -> Picture:
    """The picture's file, kept or made now. Raises NotInstalled, DrawingTimedOut, DrawingTooLarge, ServerBusy."""

    def make() -> Entry:
        db.session.commit()
        body, is_whole = _made(picture)
        if not is_whole:
            raise NotWhole(body)
        return Entry(body, {"made_at": datetime.now(UTC).isoformat(timespec="seconds")})

    if not picture.is_whole:
        db.session.commit()
        return Picture(_made(picture)[0], is_whole=False)
    try:
        entry, _ = stores.answers().answer(picture.key, make, picture.ttl_s, before_waiting=db.session.commit)
    except NotWhole as found:
        return Picture(found.body, is_whole=False)
    return Picture(entry.body, is_whole=True)


class NotWhole(Exception):
    """A chart of a picture could not be drawn, so that the picture is not to be kept."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.body = body


def keep(wish: Wish, key: str) -> None:
    """The wish is kept under this name as long as a picture may be, for `recalled`. Raises BadRequest."""
    facts = orjson.dumps({"tabs": wish.tabs, "filters": wish.filters, "width": wish.width})
    if len(facts) > LONGEST_WISH:
        raise _refused(
            "dataMask", f"Must be shorter: a screenshot's tabs and filters have at most {LONGEST_WISH} bytes."
        )
    stores.answers().answer(f"wish {key}", lambda: Entry(facts, {}), LONGEST_TTL_S, force=True)


def recalled(key: str) -> Wish | None:
    """The wish that was kept under this name, for a PNG."""
    entry = stores.answers().get(f"wish {key}")
    if entry is None:
        return None
    facts = orjson.loads(entry.body)
    return Wish("png", facts["width"], tabs=tuple(facts["tabs"]), filters=facts["filters"])


def _places(on: Dashboard) -> Mapping[str, Any]:
    text = on.position_json or "{}"
    if len(text) > LONGEST_LAYOUT:
        raise TooLarge("The layout of this dashboard is too large for a picture", limit=LONGEST_LAYOUT)
    return _json(text)


def _json(text: str | None) -> Mapping[str, Any]:
    found = orjson.loads(text or "{}")
    return found if isinstance(found, dict) else {}


def _open(places: Mapping[str, Any], wish: Wish) -> frozenset[str] | None:
    """Ids of the open tabs, with those around them; None: all."""
    if not wish.tabs:
        return None if wish.form == "pdf" else frozenset()
    known = layout.tabs_in(places)
    found = {pk for name in wish.tabs for pk, title in known.items() if name in (pk, title)}
    missing = [name for name in wish.tabs if name not in known and name not in known.values()]
    if missing:
        raise _refused("tab", f"There is no tab {missing[0][:100]} on this dashboard.")
    return frozenset(found | {around for pk in found for around in layout.around(places, pk)})


def _seen(plan: Plan, wish: Wish) -> Iterator[int]:
    """Ids of the charts that come into the picture."""
    page = layout.picture(plan)
    if page.height > HIGHEST and wish.crop is None and wish.form != "pdf":
        raise _refused(
            "width", f"Must be larger, or fewer tabs open: the picture would be {page.height:,} pixels high."
        )
    height = page.height if wish.crop is None else wish.crop
    if wish.form == "png" and plan.width * height * wish.scale**2 > MOST_PIXELS:
        raise _refused("scale", f"Must be smaller: a picture has at most {MOST_PIXELS:,} pixels.")
    items = (item for item in page.items if item["kind"] == "chart")
    yield from dict.fromkeys(item["chart"] for item in items if wish.crop is None or item["y"] < wish.crop)


def _asked(actor: Actor, on: int, asked: Sequence[tuple[int, Extra]], wish: Wish) -> list[Answered | str]:
    """The chart's answers, or what to say in its place, for each (chart, filters)."""

    def one(job: tuple[int, Extra]) -> Answered | str:
        pk, filters = job
        try:
            chart = chart_data.chart(actor, pk, on)
            here, context = chart_data.of_chart(actor, chart, wish.force, filters, on, zone=wish.zone)
            return chart_pictures.answered(here, context, chart)
        except (TooMany, Unavailable):
            raise
        except ProductError as error:
            return _worded(actor, error)

    # Gives back the connection, for each of those who ask takes one.
    db.session.commit()
    return _at_once(actor, one, asked, min(ASKED_AT_ONCE, settings().queries_per_user))


def _at_once(actor: Actor, do: Callable[[Job], Made], jobs: Sequence[Job], threads: int) -> list[Made]:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def one(job: Job) -> Made:
        # The session of a thread ends with its context.
        with app.app_context(), acting(actor):
            return do(job)

    if len(jobs) < 2 or threads < 2:
        return [do(job) for job in jobs]
    with ThreadPoolExecutor(min(threads, len(jobs)), "picture") as pool:
        futures = [pool.submit(one, job) for job in jobs]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _worded(actor: Actor, error: ProductError) -> str:
    """What is said in a chart's place; a guest learns nothing of the SQL."""
    if chart_data.hides(actor, error):
        return "The chart's data could not be loaded"
    return error.message


def _ttl_s(answers: Iterable[Answered]) -> int:
    """Seconds to keep a picture of the answers; below 0 not at all."""
    found = [answer.ttl_s for answer in answers]
    if any(ttl_s < 0 for ttl_s in found):
        return -1
    return min([LONGEST_TTL_S, *(ttl_s for ttl_s in found if ttl_s > 0)])


def _told(shown: Shown, found: Answered | str, locale: str) -> Shown:
    if isinstance(found, str):
        return replace(shown, said=found[:500])
    # Whoever names a row wants no other.
    if found.cut_at is None or found.form_data.get("row_number"):
        return shown
    return replace(shown, cut=f"Cut at {_number(found.cut_at, locale)} rows.")


def _number(value: int, locale: str) -> str:
    try:
        return str(format_decimal(value, locale=Locale.parse(locale, sep="-")))
    except (UnknownLocaleError, ValueError):
        return f"{value:,}"


def _pages(plan: Plan, wish: Wish) -> list[Page]:
    if wish.form == "pdf":
        return layout.pages(plan, wish.paper)
    page = layout.picture(plan)
    return [page if wish.crop is None else replace(page, height=wish.crop)]


def _made(picture: Wanted) -> tuple[bytes, bool]:
    """(the file, whether all charts were drawn)."""
    wish, pages = picture.wish, _pages(picture.plan, picture.wish)
    # What is cropped has no answers.
    places = [each for each in dict.fromkeys(_all_charts(pages)) if each.chart in picture.answers]
    end = time.monotonic() + PATIENCE * settings().picture_timeout_s

    def one(place: Place) -> Drawing:
        if time.monotonic() > end:
            return Drawing("", DrawingTimedOut.default_message)
        what = chart_pictures.wanted(picture.answers[place.chart], "svg", Size(place.width, place.height), wish.look)
        try:
            return Drawing(chart_pictures.drawn(what).decode())
        except DrawingFailed as error:
            return Drawing("", error.message)

    # Whoever draws asks nothing, so it does not matter for whom.
    found = dict(zip(places, _at_once(ANONYMOUS, one, places, DRAWN_AT_ONCE), strict=True))
    numbers = {place: number for number, place in enumerate(places)}
    asked = {
        "pages": [asdict(page) | {"items": _placed(page.items, found, numbers)} for page in pages],
        "drawings": [drawing.svg for drawing in found.values()],
        "theme": wish.look.theme,
        "form": wish.form,
        "scale": wish.scale,
        "title": picture.plan.title,
    }
    return chart_pictures.made(asked), not any(drawing.said for drawing in found.values())


@dataclass(frozen=True, slots=True)
class Place:
    """A chart in a size; the same one may be on a dashboard twice."""

    chart: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart's SVG, or what is said in its place."""

    svg: str
    said: str = ""


def _charts_of(items: Sequence[Mapping[str, Any]]) -> Iterator[Place]:
    for item in items:
        if item["kind"] == "group":
            yield from _charts_of(item["items"])
        elif item["kind"] == "chart":
            yield _place(item)


def _place(item: Mapping[str, Any]) -> Place:
    return Place(item["chart"], max(item["width"], 1), max(item["height"], 1))


def _all_charts(pages: Sequence[Page]) -> Iterator[Place]:
    for page in pages:
        yield from _charts_of(page.items)


def _placed(
    items: Sequence[Mapping[str, Any]], found: Mapping[Place, Drawing], numbers: Mapping[Place, int]
) -> list[Mapping[str, Any]]:
    """The items, each chart with the number of its drawing, or with what is said instead."""
    made: list[Mapping[str, Any]] = []
    for item in items:
        if item["kind"] == "group":
            made.append({**item, "items": _placed(item["items"], found, numbers)})
        elif item["kind"] != "chart":
            made.append(item)
        elif (place := _place(item)) in found and not found[place].said:
            made.append({**item, "drawing": numbers[place]})
        elif place in found:
            made += boxes.said(found[place].said, item)
    return made


def _refused(name: str, text: str) -> BadRequest:
    return BadRequest(f"{name}: {text}", fields={name: [text]})
