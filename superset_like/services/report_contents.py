"""What alerts and reports tell: rows, files and pictures, as the one sees them whose rights they have."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa

from superset_like.access.actor import Actor
from superset_like.engine.encode import json as records
from superset_like.engine.encode.json import Times
from superset_like.errors import NotFound
from superset_like.extensions import settings
from superset_like.models import Dashboard, Report, StateKind
from superset_like.pictures.layout import Paper
from superset_like.services import chart_data, chart_pictures, dashboard_pictures, found, kept_states
from superset_like.services.chart_pictures import Form, Look, Size
from superset_like.services.dashboard_pictures import Wish
from superset_like.services.report_alerts import Finding

# Superset's names for what a report is made of, and our XLSX.
FORMATS = ("PNG", "PDF", "CSV", "XLSX", "TEXT")
PICTURES: Mapping[str, Form] = {"PNG": "png", "PDF": "pdf"}
KINDS = {
    "png": "image/png",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WIDTH, CHART_SHARE = 1200, 0.6
WIDTHS = range(320, 2401)
# Points, upright.
A4 = Paper(595.28, 841.89)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message. is_inline: a picture that is shown where the message says it."""

    name: str
    kind: str
    body: bytes
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that a message itself shows. rows: JSON, a list of objects. note: what is missing of them."""

    rows: bytes
    note: str = ""

    def cells(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        """(names, a list of texts for each row); digits are kept as they are."""
        objects = json.loads(self.rows, parse_float=Decimal)
        names = list(objects[0]) if objects else []
        return names, [[_text(each.get(name)) for name in names] for each in objects]


@dataclass(frozen=True, slots=True)
class Content:
    """What a message tells beside the words of its report. link: where people see it live, where that is known."""

    link: str = ""
    files: tuple[File, ...] = ()
    rows: Rows | None = None
    note: str = ""


def made(actor: Actor, report: Report, scheduled: datetime, finding: Finding | None) -> Content:
    """What to tell now. Raises what forbids it or goes wrong."""
    if report.chart_id is not None:
        content = _of_chart(actor, report, report.chart_id, scheduled)
    elif report.dashboard_id is not None:
        content = _of_dashboard(actor, report, report.dashboard_id, scheduled)
    elif report.type == "Report":
        raise NotFound("The chart or dashboard of this report is gone")
    else:
        content = Content()
    if finding is None or content.rows is not None:
        return content
    return replace(content, rows=_fired(finding))


def tabs(report: Report) -> tuple[str, ...]:
    """Ids or names of the tabs that are to be open."""
    state = _state(report)
    named = [*(state.get("activeTabs") or ()), *_anchors(state.get("anchor"))]
    named += [each for each in report.extra.get("selected_tabs") or () if isinstance(each, str)]
    return tuple(dict.fromkeys(str(each) for each in named))


def _of_chart(actor: Actor, report: Report, pk: int, scheduled: datetime) -> Content:
    try:
        chart = chart_data.chart(actor, pk)
    except NotFound as error:
        raise NotFound(f"The chart is gone, or {actor.username} may not see it any more") from error
    here, context = chart_data.of_chart(actor, chart, force=True)
    link, name, form = _address(chart.slice_url), _file_name(report, scheduled), report.report_format
    if form in PICTURES:
        what = chart_pictures.answered(here, context, chart)
        size = Size(_width(report), round(_width(report) * CHART_SHARE), scale=2)
        body = chart_pictures.drawn(chart_pictures.wanted(what, PICTURES[form], size, Look()))
        return Content(link, (_file(name, form, body),), note=_cut_note(what.cut_at))
    asked = chart_data.plan(here, context.queries[0])
    if form == "TEXT":
        answer = chart_data.answer(here, asked, "arrow")
        return Content(link, rows=_shown(pa.ipc.open_stream(answer.body).read_all(), answer.meta))
    answer = chart_data.answer(here, asked, form.lower())
    cut_at = answer.meta["limit"] if answer.meta["truncated"] else None
    return Content(link, (_file(name, form, answer.body),), note=_cut_note(cut_at))


def _of_dashboard(actor: Actor, report: Report, pk: int, scheduled: datetime) -> Content:
    try:
        dashboard = found.one(actor, Dashboard, pk)
    except NotFound as error:
        raise NotFound(f"The dashboard is gone, or {actor.username} may not see it any more") from error
    form = report.report_format if report.report_format in PICTURES else "PNG"
    wish = Wish(
        PICTURES[form],
        _width(report),
        tabs=tabs(report),
        filters=_state(report).get("dataMask") or None,
        paper=A4 if form == "PDF" else None,
        force=True,
    )
    link = _dashboard_link(actor, dashboard, _state(report))
    drawn = dashboard_pictures.drawn(dashboard_pictures.wanted(actor, dashboard, wish))
    note = "" if drawn.is_whole else "Not all charts could be drawn; the picture says which."
    return Content(link, (_file(_file_name(report, scheduled), form, drawn.body),), note=note)


def _state(report: Report) -> Mapping[str, Any]:
    state = report.extra.get("dashboard")
    return state if isinstance(state, dict) else {}


def _anchors(anchor: Any) -> list[str]:
    """The tabs in an anchor: one, or several as a JSON list."""
    if not isinstance(anchor, str) or not anchor:
        return []
    try:
        several = orjson.loads(anchor)
    except orjson.JSONDecodeError:
        several = None
    return [str(each) for each in several] if isinstance(several, list) else [anchor]


def _dashboard_link(actor: Actor, dashboard: Dashboard, state: Mapping[str, Any]) -> str:
    known = {name: state[name] for name in ("dataMask", "activeTabs", "anchor", "urlParams") if state.get(name)}
    if not known:
        return _address(dashboard.url)
    told = orjson.dumps(known, option=orjson.OPT_SORT_KEYS).decode()
    key = kept_states.link(actor, StateKind.DASHBOARD_PERMALINK, told, dashboard)
    return _address(f"/superset/dashboard/p/{key}/")


def _address(path: str) -> str:
    base = settings().public_url.rstrip("/")
    return f"{base}{path}" if base else ""


def _width(report: Report) -> int:
    return min(max(report.custom_width or WIDTH, WIDTHS[0]), WIDTHS[-1])


def _file_name(report: Report, scheduled: datetime) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "_", report.name).strip("_") or report.type.lower()
    return f"{plain[:80]}_{scheduled:%Y%m%d_%H%M}"


def _file(name: str, form: str, body: bytes) -> File:
    ending = form.lower()
    return File(f"{name}.{ending}", KINDS[ending], body, is_inline=ending == "png")


def _cut_note(cut_at: int | None) -> str:
    return "" if cut_at is None else f"Cut at {cut_at:,} rows."


def _shown(table: pa.Table, meta: Mapping[str, Any]) -> Rows:
    most = settings().report_rows
    rows = records.records(table.slice(0, most), Times.ISO)
    if table.num_rows > most:
        return Rows(rows, f"The first {most:,} of {table.num_rows:,} rows.")
    return Rows(rows, _cut_note(meta["limit"] if meta["truncated"] else None))


def _fired(finding: Finding) -> Rows:
    if finding.count > settings().report_rows:
        return Rows(finding.rows, f"The first {settings().report_rows:,} of {finding.count:,} rows.")
    return Rows(finding.rows, "There are more rows." if finding.is_cut else "")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict | list | bool) else str(value)
