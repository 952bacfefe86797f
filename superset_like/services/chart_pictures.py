"""Pictures of charts: of the answers that the caller may see, kept beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

import orjson

from superset_like import chart_types
from superset_like.engine.cache import Entry
from superset_like.engine.cache import key as cache_key
from superset_like.extensions import db, settings
from superset_like.models import Chart
from superset_like.pictures import modules
from superset_like.services import chart_data, shapes, stores
from superset_like.services.chart_data import Answer, Asking
from superset_like.services.questions import Context

Form = Literal["svg", "png"]
Theme = Literal["light", "dark"]
LOCALE = "en-US"
# Where nobody names a zone, moments leave as they are written, read as UTC.
ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Size:
    """In CSS pixels. scale: pixels of a PNG for each of them; it changes nothing of an SVG."""

    width: int
    height: int
    scale: int = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture that may be drawn. key: equal for equal pictures; another one when the data was asked anew."""

    key: str
    asked: Mapping[str, Any]
    ttl_s: int


def wanted(here: Asking, context: Context, chart: Chart, form: Form, size: Size, theme: Theme) -> Wanted:
    """The picture of the chart as the asker sees it; its answers are asked now. Raises what `chart_data.answer` does.

    here, context: the chart's own question, as `chart_data.of_chart` opened it.
    """
    plans = [chart_data.plan(here, asked) for asked in context.queries]
    answers = [chart_data.answer(here, planned) for planned in plans]
    layers = [chart_data.annotations(here, planned) for planned in plans]
    form_data = {**orjson.loads(chart.params or "{}"), "viz_type": chart.viz_type}
    module = module_of(chart.viz_type)
    look = {"width": size.width, "height": size.height, "theme": theme, "locale": LOCALE, "zone": _zone(here, context)}
    scale = size.scale if form == "png" else 1
    shown = [*answers, *(each for named in layers for each in named.values())]
    moments = [(answer.cache_key, _moment(answer)) for answer in shown]
    key = cache_key("picture", _digest(), moments, orjson.dumps([form_data, look]).decode(), module, form, scale)
    results = [_result(answer, named) for answer, named in zip(answers, layers, strict=True)]
    asked = {"module": module, "formData": form_data, "results": results, "look": look, "form": form, "scale": scale}
    return Wanted(key, asked, here.cache_ttl_s)


def drawn(picture: Wanted) -> bytes:
    """The picture's bytes, kept or made now.

    Raises NotInstalled, DrawingTimedOut, DrawingTooLarge, DrawingFailed, ServerBusy.
    """

    def make() -> Entry:
        # No transaction on the metadata stays open while it is drawn.
        db.session.commit()
        return Entry(_made(picture.asked), {"made_at": datetime.now(UTC).isoformat(timespec="seconds")})

    entry, _ = stores.answers().answer(picture.key, make, picture.ttl_s, before_waiting=db.session.commit)
    return entry.body


def of_example(example: Mapping[str, Any], size: Size, theme: Theme) -> bytes:
    """A type's example {form_data, results} as SVG, drawn now. Raises what `drawn` does."""
    form_data = example["form_data"]
    look = {"width": size.width, "height": size.height, "theme": theme, "locale": LOCALE, "zone": ZONE}
    asked = {"formData": form_data, "results": example["results"], "look": look, "form": "svg", "scale": 1}
    return _made({**asked, "module": module_of(form_data["viz_type"])})


def module_of(viz_type: str) -> str:
    """The name of the module that draws charts of this type."""
    known = modules.names()
    if viz_type in known:
        return viz_type
    folder = type(chart_types.of(viz_type)).__module__.split(".")[-2]
    return folder if folder in known else modules.FALLBACK


def _made(asked: Mapping[str, Any]) -> bytes:
    drawing = stores.studio()
    with drawing.turn() as turn:
        if turn is not None:
            return turn.draw(asked)
    with stores.crowd().waiting() as left_s:
        return drawing.draw(asked, settings().queue_wait_s if left_s is None else left_s)


def _zone(here: Asking, context: Context) -> str:
    stated = (asked.get("time_zone") for asked in context.queries)
    return next(filter(None, stated), None) or shapes.time_zone(here.dataset) or ZONE


def _result(answer: Answer, layers: Mapping[str, Answer]) -> dict[str, Any]:
    meta = answer.meta
    data: Sequence[Any] = orjson.Fragment(answer.body)
    beside = {name: {"records": orjson.Fragment(each.body)} for name, each in layers.items()}
    return {"data": data, "colnames": meta["labels"], "coltypes": meta["kinds"], "annotation_data": beside}


def _moment(answer: Answer) -> str:
    return str(answer.meta.get("made_at_ns") or answer.meta["made_at"])


@cache
def _digest() -> str:
    return modules.digest()
