"""/api/query_results, and the results of a query: asked, and read as JSON and as files."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, g, request
from marshmallow import Schema, fields
from marshmallow.validate import Range

from superset_like.access.actor import Actor
from superset_like.api.redash.authentication import Opens
from superset_like.api.redash.errors import JSON
from superset_like.api.redash.jobs import job_answer
from superset_like.api.redash.numbers import Number
from superset_like.api.redash.query_record import moment_of_ms
from superset_like.api.redash.resource import (
    EXECUTE_QUERY,
    VIEW_QUERY,
    RedashResource,
    answer,
    json_body,
    loaded,
    loose_body,
    route,
)
from superset_like.engine.encode.plain_csv import Format
from superset_like.errors import Invalid, NotFound
from superset_like.models import Query, QueryStatus, SavedQuery
from superset_like.services import chart_queries, organization, query_facts, saved_results, saved_runs
from superset_like.services.chart_queries import Asked

PREFIX = "p_"
YEAR_S = 31_557_600
LONGEST_WAIT_S = 60.0
NO_DATA_SOURCE = "Please select data source to run this query."
CSV = "text/csv; charset=UTF-8"
TSV = "text/tab-separated-values; charset=UTF-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXTENSIONS = frozenset({"json", "csv", "tsv", "xlsx"})
# In names of files no system takes these.
NOT_IN_NAMES = re.compile(r'[<>:"\\/|?*]+')
# With marks that turn the direction of text, an ending could look like another one.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
# What a header takes for one word without quotes.
PLAIN_NAME = re.compile(r"[\w!#$&+.^`|~'-]+", re.ASCII)


class Wish(Schema):
    """What a result is asked for with. wait: seconds to wait for it; use_defaults: stored values fill the gaps."""

    max_age = fields.Float(allow_none=True, load_default=None)
    parameters = fields.Dict(keys=fields.String(), allow_none=True, load_default=None)
    apply_auto_limit = fields.Boolean(allow_none=True, load_default=False)
    wait = fields.Float(allow_none=True, load_default=None, validate=Range(min=0))
    use_defaults = fields.Boolean(allow_none=True, load_default=False)


class TextWish(Wish):
    query = fields.String(required=True)
    data_source_id = Number(allow_none=True, load_default=None)
    query_id = fields.Raw(allow_none=True, load_default=None)


class RedashQueryResultsApi(RedashResource):
    """Rows."""

    route_base = "/api"

    @route(
        "POST",
        "/query_results",
        "Run a text, or answer its kept result",
        needs=EXECUTE_QUERY,
        body=TextWish,
        arguments=("p_name", "wait"),
    )
    def post(self, actor: Actor) -> Response:
        wish = loaded(TextWish, json_body())
        if wish["data_source_id"] is None:
            return answer({"job": {"status": 4, "error": NO_DATA_SOURCE}}, 401)
        saved = _draft_of(actor, wish["query_id"])
        query = saved_runs.ask_text(
            actor,
            wish["data_source_id"],
            wish["query"],
            _values(wish),
            saved=saved,
            max_age=_age(wish["max_age"]),
            auto_limit=bool(wish["apply_auto_limit"]),
        )
        return _answered(actor, query, wish)

    @route("GET", "/query_results/<int:result_id>", "A result", needs=VIEW_QUERY)
    def get(self, actor: Actor, result_id: int) -> Response:
        return _kept_for_ever(_file(saved_runs.result(actor, result_id), "json", str(result_id)))

    @route(
        "GET",
        "/query_results/<int:result_id>.<extension>",
        "A result as a file",
        needs=VIEW_QUERY,
        arguments=("format",),
    )
    def file(self, actor: Actor, result_id: int, extension: str) -> Response:
        query = saved_runs.result(actor, result_id)
        return _kept_for_ever(_file(query, _extension(extension), str(result_id)))

    @route(
        "POST",
        "/queries/<int:query_id>/results",
        "Run a query, or answer its kept result",
        needs=VIEW_QUERY,
        opens=Opens.ALL,
        body=Wish,
        arguments=("p_name", "wait"),
    )
    def ask(self, actor: Actor, query_id: int) -> Response:
        wish = loaded(Wish, loose_body())
        return _answered(actor, _asked(actor, query_facts.of(actor, query_id).asked, wish), wish)

    @route("POST", "/queries/<int:query_id>/refresh", "Run a query", needs=EXECUTE_QUERY, arguments=("p_name",))
    def refresh(self, actor: Actor, query_id: int) -> Response:
        asked = chart_queries.one(actor, query_id)
        saved_runs.require_full(actor, asked)
        return job_answer(actor, saved_runs.asked(actor, asked, _of_address(), max_age=0))

    @route(
        "GET",
        "/queries/<int:query_id>/results",
        "Its kept result",
        needs=VIEW_QUERY,
        opens=Opens.USER | Opens.QUERY,
        arguments=("p_name", "max_age", "wait"),
    )
    def kept(self, actor: Actor, query_id: int) -> Response:
        return _of_query(actor, query_id, "json")

    @route(
        "GET",
        "/queries/<int:query_id>/results.<extension>",
        "Its result as a file; with `p_` values, of these, run where it has to be",
        needs=VIEW_QUERY,
        opens=Opens.USER | Opens.QUERY,
        arguments=("p_name", "max_age", "wait", "format"),
    )
    def kept_file(self, actor: Actor, query_id: int, extension: str) -> Response:
        return _of_query(actor, query_id, _extension(extension))

    @route(
        "GET",
        "/queries/<int:query_id>/results/<int:result_id>.<extension>",
        "One of its results as a file",
        needs=VIEW_QUERY,
        opens=Opens.USER | Opens.QUERY,
        arguments=("format",),
    )
    def file_of_query(self, actor: Actor, query_id: int, result_id: int, extension: str) -> Response:
        saved = chart_queries.one(actor, query_id)
        query = saved_runs.result(actor, result_id, saved)
        return _kept_for_ever(_file(query, _extension(extension), saved.label))


def _draft_of(actor: Actor, query_id: Any) -> SavedQuery | None:
    """The saved query of which a text is a draft; clients also send words for one that is not saved yet."""
    is_number = isinstance(query_id, int) and not isinstance(query_id, bool)
    asked = chart_queries.one(actor, query_id) if is_number else None
    return asked if isinstance(asked, SavedQuery) else None


def _of_query(actor: Actor, query_id: int, extension: str) -> Response:
    saved = chart_queries.one(actor, query_id)
    values = _of_address()
    if not values:
        return _file(saved_runs.kept(actor, saved), extension, saved.label)
    wish = loaded(Wish, {name: request.args[name] for name in ("max_age", "wait") if name in request.args})
    query = saved_runs.asked(actor, saved, values, max_age=_age(wish["max_age"]), with_defaults=True)
    query = saved_runs.waited_for(actor, query, LONGEST_WAIT_S if wish["wait"] is None else _wait_s(wish))
    if query.status != QueryStatus.SUCCESS.value:
        return job_answer(actor, query)
    return _file(query, extension, saved.label)


def _asked(actor: Actor, saved: Asked, wish: Mapping[str, Any]) -> Query:
    return saved_runs.asked(
        actor,
        saved,
        _values(wish),
        max_age=_age(wish["max_age"]),
        with_defaults=bool(wish["use_defaults"]),
        auto_limit=bool(wish["apply_auto_limit"]),
    )


def _values(wish: Mapping[str, Any]) -> dict[str, Any]:
    return wish["parameters"] or _of_address()


def _of_address() -> dict[str, Any]:
    """Values of parameters in the address: `p_name=value`, `p_range.start=...`; a name twice is a list."""
    values: dict[str, Any] = {}
    for argument in request.args:
        if not argument.startswith(PREFIX):
            continue
        name, texts = argument.removeprefix(PREFIX), request.args.getlist(argument)
        outer, _, end = name.rpartition(".")
        if outer and end in {"start", "end"}:
            known = values.get(outer)
            values[outer] = {**(known if isinstance(known, dict) else {}), end: texts[0]}
        else:
            values[name] = texts if len(texts) > 1 else texts[0]
    return values


def _age(max_age: float | None) -> float | None:
    return None if max_age is None or max_age < 0 else max_age


def _wait_s(wish: Mapping[str, Any]) -> float:
    """Seconds that the client is ready to wait: as asked in the body, the address, or by `Prefer: wait=`."""
    asked = wish["wait"]
    if asked is None:
        preferred = re.search(r"(?:^|[,;\s])wait=(\d{1,4})", request.headers.get("Prefer", ""))
        asked = float(preferred[1]) if preferred else _number_in_address("wait")
    return min(float(asked), LONGEST_WAIT_S)


def _number_in_address(name: str) -> float:
    text = request.args.get(name, "")
    return float(text) if re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text) else 0.0


def _answered(actor: Actor, query: Query, wish: Mapping[str, Any]) -> Response:
    """The rows where they are there; who asks for a new run and does not wait is told of its job, done or not."""
    wait_s = _wait_s(wish)
    if not wait_s and wish["max_age"] == 0:
        return job_answer(actor, query)
    query = saved_runs.waited_for(actor, query, wait_s)
    if query.status != QueryStatus.SUCCESS.value:
        return job_answer(actor, query)
    # A key that asks is told the rows and their age alone.
    return _result(query, is_whole=actor.key_objects is None)


def _result(query: Query, *, is_whole: bool) -> Response:
    # Whoever is answered rows that were there changed nothing.
    g.changes_nothing = True
    return Response(_result_pieces(query, is_whole), content_type=JSON)


def _result_pieces(query: Query, is_whole: bool) -> Any:
    """`{"query_result": {...}}` around the rows, which are bytes already."""
    about: dict[str, Any] = {"retrieved_at": moment_of_ms(query.end_time)}
    if is_whole:
        about = {
            "id": query.id,
            "query_hash": query.text_hash,
            "query": query.sql,
            "data_source_id": query.database_id,
            "runtime": _runtime_s(query),
            **about,
        }
    if query.truncated:
        about |= {"truncated": True, "row_limit": query.limit}
    head = b'{"query_result":' + orjson.dumps(about)[:-1] + b',"data":'
    pieces = saved_results.data_json(query)

    def made() -> Any:
        yield head
        yield from pieces
        yield b"}}"

    if (query.rows or 0) > saved_results.MOST_KEPT_ROWS:
        return made()
    return b"".join(made())


def _runtime_s(query: Query) -> float:
    begun = query.start_running_time or query.start_time or 0.0
    return max(float(query.end_time or begun) - float(begun), 0.0) / 1000


def _file(query: Query, extension: str, name: str) -> Response:
    made = _written(query, extension)
    day = saved_results.moment_of_ms(query.end_time)
    made.headers["Content-Disposition"] = _disposition(f"{_file_name(name)}_{day:%Y_%m_%d}.{extension}")
    if query.truncated:
        made.headers["X-Truncated"] = f"{query.limit} rows"
    return made


def _written(query: Query, extension: str) -> Response:
    if extension == "json":
        return _result(query, is_whole=True)
    if extension == "xlsx":
        return Response(saved_results.workbook(query), content_type=XLSX)
    separator, kind = (",", CSV) if extension == "csv" else ("\t", TSV)
    return Response(saved_results.csv(query, _format(separator)), content_type=kind)


def _format(separator: str) -> Format:
    wanted = request.args.get("format", "")
    if wanted not in {"", "iso"}:
        raise Invalid(fields={"format": ["Must be iso."]})
    if wanted == "iso":
        return Format(separator)
    known = organization.known()
    return Format(separator, known["date_format"], f"{known['date_format']} {known['time_format']}")


def _extension(text: str) -> str:
    if text not in EXTENSIONS:
        raise NotFound()
    return text


def _file_name(name: str) -> str:
    return re.sub(r"\s+", "_", NOT_IN_NAMES.sub(" ", CONTROL.sub("", name))).strip("_") or "query"


def _disposition(name: str) -> str:
    if name.isascii():
        return f"attachment; filename={_said(name)}"
    # Letters of other widths come to be quotes and semicolons here.
    plain = NOT_IN_NAMES.sub("_", unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode())
    return f"attachment; filename={_said(plain)}; filename*=UTF-8''{quote(name, safe='')}"


def _said(name: str) -> str:
    """The name as a header has it: as Redash says it, unless the header would end there."""
    return name if PLAIN_NAME.fullmatch(name) else f'"{name}"'


def _kept_for_ever(response: Response) -> Response:
    """A result of this number never changes."""
    response.headers["Cache-Control"] = f"private,max-age={YEAR_S}"
    return response
