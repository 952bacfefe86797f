"""What filters of a dashboard change of a chart's question, in Superset's words: `extra_form_data`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from marshmallow import EXCLUDE, Schema, ValidationError, fields

from superset_like.chart_types.base import adhoc_filters
from superset_like.errors import BadRequest
from superset_like.models import Dataset
from superset_like.services import questions
from superset_like.services.questions import QueryObject

TIME_RANGE = "TEMPORAL_RANGE"


class ExtraField(Schema):
    class Meta:
        # Superset's clients send hints to its pages along.
        unknown = EXCLUDE

    filters = fields.List(fields.Nested(questions.FilterField), allow_none=True)
    adhoc_filters = fields.List(fields.Dict(), allow_none=True)
    time_range = fields.String(allow_none=True)
    granularity_sqla = fields.String(allow_none=True)
    time_grain_sqla = fields.String(allow_none=True)


EXTRA = ExtraField()


@dataclass(frozen=True)
class Extra:
    """Filters besides a chart's own, and the time that it is asked about. adhoc_filters: of the form's kind, SQL too.

    granularity: the column that holds the time. url_params: what templates read of the page's address.
    """

    filters: Sequence[Mapping[str, Any]] = ()
    adhoc_filters: Sequence[Mapping[str, Any]] = ()
    time_range: str | None = None
    granularity: str | None = None
    time_grain: str | None = None
    url_params: Mapping[str, str] | None = None

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = Extra()


def read(value: Any, name: str = "extra_form_data") -> Extra:
    """What a JSON value says. name: what an error calls it. Raises BadRequest."""
    try:
        loaded: dict[str, Any] = EXTRA.load(value)
    except ValidationError as error:
        raise BadRequest(f"{name}: {error.messages}", fields={name: [str(error.messages)]}) from error
    # The same limits as everywhere.
    questions.checked({"datasource": {"id": 0}, "queries": [{"filters": loaded.get("filters")}]})
    return Extra(
        tuple(loaded.get("filters") or ()),
        tuple(loaded.get("adhoc_filters") or ()),
        loaded.get("time_range") or None,
        loaded.get("granularity_sqla") or None,
        loaded.get("time_grain_sqla") or None,
    )


def read_text(text: str | None, name: str = "extra_form_data") -> Extra:
    """What a JSON text says; nothing for none. Raises BadRequest."""
    if not text:
        return NOTHING
    try:
        return read(orjson.loads(text), name)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"{name} is not JSON", fields={name: ["Not valid JSON."]}) from error


def merged(extras: Iterable[Extra]) -> Extra:
    """What all of them want: their filters together; of a time or a grain, the last that says one."""
    made = NOTHING
    for extra in extras:
        made = Extra(
            (*made.filters, *extra.filters),
            (*made.adhoc_filters, *extra.adhoc_filters),
            extra.time_range or made.time_range,
            extra.granularity or made.granularity,
            extra.time_grain or made.time_grain,
            extra.url_params or made.url_params,
        )
    return made


def asked_with(asked: QueryObject, extra: Extra, dataset: Dataset) -> QueryObject:
    """The question, with what the filters want of it."""
    simple, where, having = adhoc_filters(extra.adhoc_filters)
    made = questions.filtered(asked, [*extra.filters, *simple])
    extras = dict(made.get("extras") or {})
    for name, clause in (("where", where), ("having", having)):
        if clause:
            extras[name] = f"({extras[name]}) AND {clause}" if extras.get(name) else clause
    made = {**made, "extras": extras}
    if extra.url_params:
        made["url_params"] = {**(made.get("url_params") or {}), **extra.url_params}
    times = {column.column_name for column in dataset.columns if column.is_dttm}
    if extra.granularity in times:
        made = _moved(made, str(extra.granularity), times)
    if extra.time_grain:
        made = _cut(made, extra.time_grain)
    return _timed(made, extra.time_range, times) if extra.time_range else made


def _moved(asked: QueryObject, column: str, times: set[str]) -> QueryObject:
    """The question with another column as its time; its labels stay, so that what draws it finds its columns."""
    filters = [
        {**each, "col": column} if _is_time_filter(each) and each["col"] in times else each
        for each in asked.get("filters") or ()
    ]
    columns = [_axis_moved(each, column, times) for each in asked.get("columns") or ()]
    made = {**asked, "filters": filters, "columns": columns}
    if asked.get("granularity"):
        made["granularity"] = column
    return made


def _axis_moved(given: Any, column: str, times: set[str]) -> Any:
    if not _is_axis(given) or given.get("sqlExpression") not in times:
        return given
    return {**given, "label": given.get("label") or given["sqlExpression"], "sqlExpression": column}


def _cut(asked: QueryObject, grain: str) -> QueryObject:
    """The question with its time axis cut to another grain."""
    columns = [{**each, "timeGrain": grain} if _is_axis(each) else each for each in asked.get("columns") or ()]
    made = {**asked, "columns": columns}
    if asked.get("granularity"):
        made["extras"] = {**(asked.get("extras") or {}), "time_grain_sqla": grain}
    return made


def _timed(asked: QueryObject, span: str, times: set[str]) -> QueryObject:
    """The question about another time: in place of its own range, else along its axis; as it is without any."""
    filters = list(asked.get("filters") or ())
    own = next((each for each in filters if _is_time_filter(each)), None)
    if own is not None:
        moved = [{**each, "val": span} if each is own else each for each in filters]
        return {**asked, "filters": moved, "time_range": None if not asked.get("granularity") else span}
    if asked.get("granularity"):
        return {**asked, "time_range": span}
    axis = next((each for each in asked.get("columns") or () if _is_axis(each)), None)
    if axis is None or axis.get("sqlExpression") not in times:
        return asked
    return {**asked, "filters": [*filters, {"col": axis["sqlExpression"], "op": TIME_RANGE, "val": span}]}


def _is_time_filter(given: Mapping[str, Any]) -> bool:
    return str(given["op"]).upper() == TIME_RANGE


def _is_axis(column: Any) -> bool:
    return isinstance(column, dict) and column.get("columnType") == "BASE_AXIS"
