"""/api/v1/chart/data and /api/v1/chart/<pk>/data"""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

import orjson
from flask import Response, request
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from superset_like.access.actor import Actor, current
from superset_like.api.nesting import require_shallow
from superset_like.api.superset.documented import Parameter, endpoint, refused
from superset_like.api.superset.resource import Documented, json_response, whole_number
from superset_like.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    ProductError,
    QueryError,
    QuestionInvalid,
)
from superset_like.services import chart_data, drills, extra_form_data, kept_answers, stops
from superset_like.services.chart_data import Answer, Asking, Streamed
from superset_like.services.extra_form_data import Extra
from superset_like.services.kept_answers import Warmed
from superset_like.services.questions import RESULT_FORMATS, RESULT_TYPES, Context, QueryObject

CONTENT_TYPES = {
    "arrow": "application/vnd.apache.arrow.stream",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PLAIN_ROWS = frozenset({"samples", "drill_detail"})
# The steps of a question are done in every kind of answer, so `post_processed` is one with `full`.
ROW_TYPES = PLAIN_ROWS | {"full", "results", "post_processed"}
# Keys of a full answer that `results` keeps.
RESULT_KEYS = frozenset(
    {
        "data",
        "colnames",
        "coltypes",
        "zones",
        "verbose_map",
        "rowcount",
        "sql_rowcount",
        "detected_currency",
        "truncated",
        "applied_limit",
        "total",
    }
)
# What stands in the JSON for one query, and the answers that it was made of.
Result: TypeAlias = tuple[Mapping[str, Any], tuple[Answer, ...]]
# Of a page of rows, where nobody says how many.
MOST_DETAILS = 50
Given: TypeAlias = Mapping[str, str]
FLAG = {"true": True, "1": True, "false": False, "0": False}

LONGEST_CLIENT_ID = 64

QUERY_CONTEXT: dict[str, Any] = {
    "type": "object",
    "required": ["datasource"],
    "properties": {
        "datasource": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"description": "Id or uuid of a dataset"},
                "type": {"type": "string", "enum": ["table", "dataset"]},
            },
        },
        "queries": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "columns": {"type": "array", "nullable": True, "items": {}},
                    "metrics": {"type": "array", "nullable": True, "items": {}},
                    "filters": {"type": "array", "nullable": True, "items": {"type": "object"}},
                    "orderby": {"type": "array", "nullable": True, "items": {"type": "array", "items": {}}},
                    "extras": {"type": "object", "nullable": True},
                    "granularity": {"type": "string", "nullable": True},
                    "time_range": {"type": "string", "nullable": True},
                    "row_limit": {"type": "integer", "nullable": True, "minimum": 0},
                    "row_offset": {"type": "integer", "nullable": True, "minimum": 0},
                    "total": {"type": "boolean", "nullable": True, "description": "Count the rows without limit"},
                    "time_zone": {"type": "string", "nullable": True, "description": "IANA name, Europe/Berlin"},
                    "time_offsets": {"type": "array", "nullable": True, "items": {"type": "string"}},
                    "time_shift": {"type": "string", "nullable": True},
                    "is_timeseries": {"type": "boolean", "nullable": True},
                    "is_rowcount": {"type": "boolean", "nullable": True},
                    "series_columns": {"type": "array", "nullable": True, "items": {}},
                    "series_limit": {"type": "integer", "nullable": True, "minimum": 0},
                    "series_limit_metric": {"nullable": True},
                    "post_processing": {"type": "array", "nullable": True, "items": {"nullable": True}},
                    "annotation_layers": {"type": "array", "nullable": True, "items": {"type": "object"}},
                    "url_params": {"type": "object", "nullable": True},
                    "result_type": {"type": "string", "nullable": True, "enum": list(RESULT_TYPES)},
                },
            },
        },
        "force": {"type": "boolean", "nullable": True},
        "result_type": {"type": "string", "nullable": True, "enum": list(RESULT_TYPES)},
        "result_format": {"type": "string", "nullable": True, "enum": list(RESULT_FORMATS)},
        "form_data": {"nullable": True},
        "custom_cache_timeout": {"type": "integer", "nullable": True},
    },
}
ANSWERS = {
    "type": "object",
    "properties": {"result": {"type": "array", "items": {"type": "object"}}},
}


class ChartToWarm(Schema):
    chart_id = fields.Integer(required=True, validate=Range(1, 2**31 - 1))
    dashboard_id = fields.Integer(allow_none=True, load_default=None, validate=Range(1, 2**31 - 1))
    extra_filters = fields.String(allow_none=True, load_default=None)


class QuestionToStop(Schema):
    client_id = fields.String(required=True, validate=Length(1, LONGEST_CLIENT_ID))


class SavedQuestion(Schema):
    """The parameters of the GET, by the same names and as texts."""

    format = fields.String(validate=OneOf(RESULT_FORMATS))
    type = fields.String(validate=OneOf(RESULT_TYPES))
    force = fields.String(validate=OneOf(tuple(FLAG)))
    dashboard_id = fields.String()
    filters = fields.String()
    extra_form_data = fields.String()
    url_params = fields.String()
    drill_by = fields.String()
    row_limit = fields.String()
    row_offset = fields.String()


class SupersetChartDataApi(Documented):
    """The data of charts."""

    resource_name = "chart"
    class_permission_name = "Chart"
    openapi_spec_tag = "Charts"
    open_to_guests = frozenset({"asked", "data", "saved"})

    @endpoint(
        "POST",
        "/data",
        "Answers to the questions of a query context",
        permission="read",
        parameters=(Parameter("client_id", description="A name by which the asker may stop it"),),
        body=QUERY_CONTEXT,
        answer=ANSWERS,
    )
    def data(self) -> Response:
        actor = current()
        asked = chart_data.opened(actor, _sent())
        here, context = replace(asked.here, client_id=_client_id()), asked.context
        return Wording(actor).of(lambda: _response(here, context, context.result_type, context.result_format))

    @endpoint("POST", "/data/stop", "End a question of one's own", permission="read", body=QuestionToStop)
    def stop(self) -> Response:
        stops.stop(current(), self.body(QuestionToStop)["client_id"])
        return json_response(200, {"result": "OK"})

    @endpoint(
        "GET",
        "/<pk>/data",
        "Answers to the question of a saved chart",
        permission="read",
        parameters=(
            Parameter("format", enum=RESULT_FORMATS),
            Parameter("type", enum=RESULT_TYPES),
            Parameter("force", "boolean"),
            Parameter("dashboard_id", description="The dashboard on which a guest sees it"),
            Parameter("filters", description="JSON list of {col, op, val}, asked besides the chart's own"),
            Parameter(
                "extra_form_data", description="JSON: what the filters of a dashboard want, as in Superset's forms"
            ),
            Parameter("url_params", description="JSON object of texts, for templates"),
            Parameter("drill_by", description="A dimension of the dataset: the chart's metrics grouped by it"),
            Parameter("row_limit", "integer", "Rows of a drill_detail"),
            Parameter("row_offset", "integer", "Rows of a drill_detail to pass over"),
        ),
        answer=ANSWERS,
    )
    def saved(self, pk: str) -> Response:
        made = _saved(pk, request.args)
        # To be asked again each time, and sent again only when it changed; never kept for others.
        made.headers["Cache-Control"] = "private, no-cache"
        made.vary.update(("Authorization", "Cookie", "X-GuestToken"))
        made.make_conditional(request)
        return made

    kept = refused(
        "GET",
        "/data/<cache_key>",
        "The answer to a question that is kept under a key",
        permission="read",
        error=NotFound,
        reason="No question is kept under a key here: ask /chart/data, or /chart/<id>/data/ for the chart's own",
    )

    @endpoint(
        "POST",
        "/<pk>/data",
        "The same, for more filters than an address holds",
        permission="read",
        body=SavedQuestion,
        answer=ANSWERS,
    )
    def asked(self, pk: str) -> Response:
        return _saved(pk, self.body(SavedQuestion))

    @endpoint(
        "PUT",
        "/warm_up_cache",
        "The chart's answer is kept, as the caller sees it",
        permission="warm_up_cache",
        body=ChartToWarm,
    )
    def warm_up_cache(self) -> Response:
        values = self.body(ChartToWarm)
        filters = kept_answers.filters_of(values["extra_filters"])
        warmed = kept_answers.warm_chart(current(), values["chart_id"], values["dashboard_id"], filters)
        return json_response(200, {"result": [warmed_record(warmed)]})


def warmed_record(warmed: Warmed) -> dict[str, Any]:
    """{chart_id, viz_error, viz_status} of a chart whose answer was asked for."""
    return {
        "chart_id": warmed.chart_id,
        "viz_error": warmed.error,
        "viz_status": "success" if warmed.error is None else "failed",
    }


class Wording:
    """Errors of a question in the contract's words: 400 and `Error: ...`; a guest learns nothing of the SQL."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def of(self, make: Any) -> Response:
        """What `make` gives. Raises the worded error."""
        try:
            response: Response = make()
            return response
        except chart_data.PLAIN_ERRORS:
            raise
        except QueryError as error:
            raise self._worded(error) from error

    def _worded(self, error: QueryError) -> ProductError:
        if chart_data.hides(self._actor, error):
            return QuestionInvalid("Error: the chart's data could not be loaded")
        made = type(error)(f"Error: {error.message}", fields=error.fields, **error.details)
        made.status = QuestionInvalid.status  # type: ignore[misc]
        return made


def _sent() -> bytes:
    """The query context's JSON text: the body, or its form field `form_data`, as downloads send it."""
    if request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        text = request.form.get("form_data")
        if not text:
            raise BadRequest("Request is not JSON")
        sent = text.encode(errors="replace")
        require_shallow(sent)
        return sent
    return request.get_data()


def _client_id() -> str | None:
    given = request.args.get("client_id") or None
    if given is not None and len(given) > LONGEST_CLIENT_ID:
        raise BadRequest(fields={"client_id": [f"Longer than maximum length {LONGEST_CLIENT_ID}."]})
    return given


def _saved(pk: str, given: Given) -> Response:
    actor = current()
    form = _choice(given, "format", RESULT_FORMATS, "json")
    kind = _choice(given, "type", RESULT_TYPES, "full")
    on = given.get("dashboard_id")
    found = chart_data.chart(actor, whole_number(pk), on)
    column = given.get("drill_by")
    drilled, context = drills.by(actor, found, column) if column else (None, None)
    here, context = chart_data.of_chart(actor, found, _flag(given, "force"), _extra(given), on, context, kind)
    if kind == "drill_detail":
        context = _paged(context, given)
    return Wording(actor).of(lambda: _response(here, context, kind, form, found.slice_name, drilled))


def _choice(given: Given, name: str, choices: tuple[str, ...], default: str) -> str:
    value = given.get(name) or default
    if value not in choices:
        text = f"Must be one of: {', '.join(choices)}."
        raise BadRequest(f"Request is incorrect: {{'{name}': ['{text}']}}", fields={name: [text]})
    return value


def _flag(given: Given, name: str) -> bool:
    value = (given.get(name) or "false").lower()
    if value not in FLAG:
        raise BadRequest(f"{name} must be true or false", fields={name: ["Not a valid boolean."]})
    return FLAG[value]


def _extra(given: Given) -> Extra:
    """What the dashboard's filters want: `extra_form_data`, and `filters` for who has nothing else."""
    for name in ("filters", "extra_form_data", "url_params"):
        require_shallow((given.get(name) or "").encode(errors="replace"))
    plain = extra_form_data.read({"filters": kept_answers.filters_of(given.get("filters"), "filters")}, "filters")
    extra = extra_form_data.read_text(given.get("extra_form_data"))
    return replace(extra, filters=(*plain.filters, *extra.filters), url_params=_url_params(given) or None)


def _url_params(given: Given) -> dict[str, str]:
    text = given.get("url_params")
    try:
        value = orjson.loads(text) if text else {}
    except orjson.JSONDecodeError as error:
        raise BadRequest(fields={"url_params": ["Not valid JSON."]}) from error
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise BadRequest(fields={"url_params": ["Must be an object of texts."]})
    return value


def _paged(context: Context, given: Given) -> Context:
    """The rows behind the first question, a page of them, and how many there are."""
    page = {
        "row_limit": _count(given, "row_limit") or MOST_DETAILS,
        "row_offset": _count(given, "row_offset"),
        "total": True,
    }
    return replace(context, queries=({**context.queries[0], **page},)) if context.queries else context


def _count(given: Given, name: str) -> int:
    text = given.get(name) or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(f"{name} must be a number from 0 on", fields={name: ["Not a valid number."]})
    return int(text)


def _response(
    here: Asking, context: Context, kind: str, form: str, name: str = "data", drilled: dict[str, Any] | None = None
) -> Response:
    if form != "json":
        return _download(here, context, kind, form, name)
    found = [_result(here, asked, asked.get("result_type") or kind) for asked in context.queries]
    more = {} if drilled is None else {"form_data": drilled}
    made = json_response(200, {"result": [record for record, _ in found], **more})
    _tag(made, [answers for _, answers in found])
    return made


def _tag(response: Response, made_of: Sequence[Sequence[Answer]]) -> None:
    """An ETag of answers that are kept: it says what was asked and when it was answered."""
    if all(made_of):
        named = [[(each.cache_key, _moment(each)) for each in answers] for answers in made_of]
        digest = hashlib.sha256(orjson.dumps(named)).hexdigest()[:32]
        # Weak: an answer that is kept says so, and is the same otherwise.
        response.set_etag(digest, weak=True)


def _moment(answer: Answer) -> Any:
    # What an earlier version of this server kept says the second alone.
    return answer.meta.get("made_at_ns") or answer.meta["made_at"]


def _result(here: Asking, asked: QueryObject, kind: str) -> Result:
    if kind in ROW_TYPES:
        return _rows_result(here, asked, kind)
    if kind == "query":
        return _query_record(here, asked), ()
    if kind == "columns":
        return {"data": [_column_record(column) for column in here.dataset.columns]}, ()
    if kind == "timegrains":
        return {"data": _grain_records(here)}, ()
    raise QuestionInvalid(f"result_type {kind} is not supported by this server yet")


def _rows_result(here: Asking, asked: QueryObject, kind: str) -> Result:
    if kind in PLAIN_ROWS:
        plain = _plain_answer(here, asked, kind, "json")
        return answer_record(plain), (plain,)
    planned = chart_data.plan(here, asked)
    answer = chart_data.answer(here, planned)
    record = answer_record(answer)
    if kind == "results":
        return {key: record[key] for key in RESULT_KEYS}, (answer,)
    layers = chart_data.annotations(here, planned)
    record["annotation_data"] = {name: chart_data.layer_record(each) for name, each in layers.items()}
    return record, (answer, *layers.values())


def _answer(here: Asking, asked: QueryObject, kind: str, form: str) -> Answer:
    if kind in PLAIN_ROWS:
        return _plain_answer(here, asked, kind, form)
    return chart_data.answer(here, chart_data.plan(here, asked), form)


def _plain_answer(here: Asking, asked: QueryObject, kind: str, form: str) -> Answer:
    if kind == "samples":
        return chart_data.samples(here, asked.get("row_limit"), asked, form)
    return chart_data.drill(here, asked, form)


def answer_record(answer: Answer) -> dict[str, Any]:
    """What a full answer says, its rows as they were encoded."""
    meta, asked = answer.meta, answer.asked
    labels = meta["labels"]
    record = {
        "cache_key": answer.cache_key,
        "cached_dttm": meta["made_at"] if answer.is_cached else None,
        "queried_dttm": f"{meta['made_at']}+00:00",
        "cache_timeout": answer.cache_ttl_s,
        "is_cached": True if answer.is_cached else None,
        "status": "success",
        "error": None,
        "stacktrace": None,
        "data": orjson.Fragment(answer.body),
        "colnames": labels,
        "indexnames": orjson.Fragment(_numbers(meta["rows"])),
        "coltypes": meta["kinds"],
        # An earlier version of this server kept answers that do not say these.
        "zones": meta.get("zones") or [None] * len(labels),
        "verbose_map": meta.get("verbose") or {},
        "rowcount": meta["rows"],
        "sql_rowcount": meta["sql_rows"],
        "truncated": meta["truncated"],
        "applied_limit": meta["limit"],
        "total": meta.get("total"),
        "from_dttm": _epoch_ms(asked.since),
        "to_dttm": _epoch_ms(asked.until),
        "label_map": _label_map(answer),
        "applied_filters": asked.applied,
        "rejected_filters": asked.rejected,
        "applied_template_filters": asked.template_filters,
        "annotation_data": {},
        "result_format": "json",
        "detected_currency": None,
    }
    if answer.sql is not None:
        record["query"] = f"{answer.sql};\n\n"
    return record


def _label_map(answer: Answer) -> dict[str, Sequence[str]]:
    labels = {label: [label] for label in answer.meta["labels"]}
    # Without the SQL, a guest may not see the expressions behind the labels either.
    asked = answer.asked.label_map if answer.sql is not None else {}
    return {**labels, **asked, **answer.meta["levels"]}


def _query_record(here: Asking, asked: QueryObject) -> dict[str, Any]:
    if here.actor.guest is not None:
        return {"language": "sql"}
    try:
        return {"language": "sql", "query": f"{chart_data.sql_of(here, chart_data.plan(here, asked))};"}
    except QueryError as error:
        return {"language": "sql", "query": "", "error": error.message}


def _column_record(column: Any) -> dict[str, Any]:
    kind = "DATETIME" if column.is_dttm else column.type
    return {"column_name": column.column_name, "verbose_name": column.verbose_name, "dtype": kind}


def _grain_records(here: Asking) -> list[dict[str, Any]]:
    engine = chart_data.plan(here, {}).engine
    return [{"name": grain, "function": text, "duration": grain} for grain, text in engine.grains.items()]


def _download(here: Asking, context: Context, kind: str, form: str, name: str) -> Response:
    if not here.actor.can("can_csv", "Superset"):
        raise Forbidden()
    if kind not in ROW_TYPES:
        raise BadRequest(f"result_type {kind} has no file form")
    file_name = _file_name(name)
    if len(context.queries) == 1:
        made = _file(here, context.queries[0], kind, form)
        made.headers["Content-Disposition"] = f"attachment; filename={file_name}.{form}"
        return made
    answers = [_answer(here, asked, asked.get("result_type") or kind, form) for asked in context.queries]
    made = Response(_zipped(answers, form), content_type="application/zip")
    made.headers["X-Truncated"] = _yes(any(each.meta["truncated"] for each in answers))
    made.headers["Content-Disposition"] = f"attachment; filename={file_name}.zip"
    return made


def _file(here: Asking, asked: QueryObject, kind: str, form: str) -> Response:
    kind = asked.get("result_type") or kind
    if kind in PLAIN_ROWS:
        found: Answer | Streamed = _plain_answer(here, asked, kind, form)
    else:
        found = chart_data.download(here, asked, form)
    if isinstance(found, Answer):
        made = Response(found.body, content_type=CONTENT_TYPES[form])
        _say_cut(made, found)
        _tag(made, [(found,)])
        return made
    made = Response(found.chunks, content_type=CONTENT_TYPES[form])
    made.call_on_close(found.close)
    # Without a total, whether it is cut is known when it has left.
    made.headers["X-Truncated"] = "unknown" if found.truncated is None else _yes(found.truncated)
    _say_limits(made, found.limit, found.total)
    return made


def _say_cut(response: Response, answer: Answer) -> None:
    response.headers["X-Row-Count"] = str(answer.meta["rows"])
    response.headers["X-Truncated"] = _yes(answer.meta["truncated"])
    _say_limits(response, answer.meta["limit"], answer.meta.get("total"))


def _say_limits(response: Response, limit: int | None, total: int | None) -> None:
    if limit is not None:
        response.headers["X-Applied-Limit"] = str(limit)
    if total is not None:
        response.headers["X-Total-Count"] = str(total)


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _zipped(answers: list[Answer], form: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, answer in enumerate(answers, start=1):
            archive.writestr(f"query_{number}.{form}", answer.body)
    return buffer.getvalue()


def _file_name(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:80] or "data"
    return f"{plain}_{datetime.now(UTC):%Y%m%d_%H%M%S}"


def _epoch_ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.replace(tzinfo=UTC).timestamp() * 1000)


@lru_cache(maxsize=64)
def _numbers(count: int) -> bytes:
    return orjson.dumps(list(range(count)))
