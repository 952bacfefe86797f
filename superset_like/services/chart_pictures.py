"""Pictures of charts: of the answers that the caller may see, kept beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

import orjson

from superset_like import chart_types
from superset_like.chart_types import forms
from superset_like.engine.cache import Entry
from superset_like.engine.cache import key as cache_key
from superset_like.extensions import db, settings
from superset_like.models import Chart
from superset_like.pictures import modules
from superset_like.services import chart_data, stores
from superset_like.services.chart_data import Answer, Asking
from superset_like.services.questions import Context

Form = Literal["svg", "png", "pdf"]
Theme = Literal["light", "dark"]
LOCALE = "en-US"


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture looks. locale: BCP 47, of the separators and names in it. is_in_card: it has no ground."""

    theme: Theme = "light"
    locale: str = LOCALE
    is_in_card: bool = False


@dataclass(frozen=True, slots=True)
class Size:
    """In CSS pixels. scale: pixels of a PNG for each of them; it changes nothing of other forms."""

    width: int
    height: int
    scale: int = 1


@dataclass(frozen=True, slots=True)
class Answered:
    """A chart and its answers, ready to be drawn. key: another one when they were asked anew. ttl_s: how long they are
    kept. cut_at: rows to which one of them was cut.
    """

    key: str
    module: str
    title: str
    form_data: Mapping[str, Any]
    results: Sequence[Mapping[str, Any]]
    ttl_s: int
    size: int
    cut_at: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture that may be drawn. key: equal for equal pictures; another one when the data was asked anew."""

    key: str
    asked: Mapping[str, Any]
    ttl_s: int


def answered(here: Asking, context: Context, chart: Chart) -> Answered:
    """The chart with its answers as the asker sees them, asked now. Raises what `chart_data.answer` does.

    here, context: the chart's own question, as `chart_data.of_chart` opened it.
    """
    title, viz_type = chart.slice_name, chart.viz_type
    form_data = {**orjson.loads(chart.params or "{}"), "viz_type": viz_type}
    plans = [chart_data.plan(here, asked) for asked in context.queries]
    answers = [chart_data.answer(here, planned) for planned in plans]
    layers = [chart_data.annotations(here, planned) for planned in plans]
    shown = [*answers, *(each for named in layers for each in named.values())]
    moments = [(answer.cache_key, _moment(answer)) for answer in shown]
    cuts = [answer.meta["limit"] for answer in answers if answer.meta["truncated"]]
    return Answered(
        cache_key(moments, orjson.dumps(form_data).decode()),
        module_of(viz_type),
        title,
        form_data,
        [_result(answer, named) for answer, named in zip(answers, layers, strict=True)],
        here.cache_ttl_s,
        sum(len(answer.body) for answer in shown),
        next(iter(cuts), None),
    )


def wanted(what: Answered, form: Form, size: Size, look: Look) -> Wanted:
    """The picture of an answered chart."""
    scale = size.scale if form == "png" else 1
    shown = {"width": size.width, "height": size.height, "theme": look.theme, "locale": look.locale}
    asked = {
        "module": what.module,
        "formData": what.form_data,
        "results": what.results,
        "look": shown,
        "isInCard": look.is_in_card,
        "form": form,
        "scale": scale,
        "title": what.title,
    }
    title = what.title if form == "pdf" else ""
    named = (what.key, tuple(shown.items()), look.is_in_card, what.module, form, scale, title)
    return Wanted(cache_key("picture", digest(), named), asked, what.ttl_s)


def drawn(picture: Wanted, wait_s: float | None = None) -> bytes:
    """The picture's bytes, kept or made now. wait_s: for a turn to draw, at most; None: as long as the settings say.

    Raises NotInstalled, DrawingTimedOut, DrawingTooLarge, DrawingFailed, ServerBusy.
    """

    def make() -> Entry:
        # No transaction on the metadata stays open while it is drawn.
        db.session.commit()
        return Entry(made(picture.asked, wait_s), {"made_at": datetime.now(UTC).isoformat(timespec="seconds")})

    entry, _ = stores.answers().answer(picture.key, make, picture.ttl_s, before_waiting=db.session.commit)
    return entry.body


def of_example(example: Mapping[str, Any], size: Size, theme: Theme) -> bytes:
    """A type's example {form_data, results} as SVG, drawn now. Raises what `drawn` does."""
    form_data = example["form_data"]
    look = {"width": size.width, "height": size.height, "theme": theme, "locale": LOCALE}
    asked = {"formData": form_data, "results": example["results"], "look": look, "form": "svg", "scale": 1}
    return made({**asked, "module": module_of(form_data["viz_type"]), "isInCard": False, "title": ""})


def made(asked: Mapping[str, Any], wait_s: float | None = None) -> bytes:
    """What `Turn.draw` makes of it, when it is its turn. Raises what that does, and ServerBusy."""
    drawing = stores.studio()
    with drawing.turn() as turn:
        if turn is not None:
            return turn.draw(asked)
    patience_s = settings().queue_wait_s if wait_s is None else wait_s
    with stores.crowd().waiting() as left_s:
        return drawing.draw(asked, patience_s if left_s is None else min(left_s, patience_s))


def module_of(viz_type: str) -> str:
    """The name of the module that draws charts of this type."""
    known = modules.names()
    if viz_type in known:
        return viz_type
    folder = forms.folder_of(chart_types.of(viz_type))
    return folder if folder in known else modules.FALLBACK


def _result(answer: Answer, layers: Mapping[str, Answer]) -> dict[str, Any]:
    meta = answer.meta
    data: Sequence[Any] = orjson.Fragment(answer.body)
    # An earlier version of this server kept answers that say no zones.
    zones = meta.get("zones") or [None] * len(meta["labels"])
    beside = {name: chart_data.layer_record(each) for name, each in layers.items()}
    known = {
        "colnames": meta["labels"],
        "coltypes": meta["kinds"],
        "zones": zones,
        "verbose_map": meta.get("verbose") or {},
    }
    return {"data": data, **known, "annotation_data": beside}


def _moment(answer: Answer) -> str:
    return str(answer.meta.get("made_at_ns") or answer.meta["made_at"])


@cache
def digest() -> str:
    """What of our files decides how a picture looks."""
    return modules.digest()
