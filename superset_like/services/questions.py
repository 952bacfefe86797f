"""A stored or asked query context, read into the engine's words.

A chart keeps its question as Superset's query context (JSON); this is the only reader of that form, whoever asks.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields
from marshmallow.validate import OneOf

from superset_like import chart_types
from superset_like.engine import time_range, transform, zones
from superset_like.engine.comparison import Comparison, Meeting
from superset_like.engine.query import (
    Aggregate,
    Column,
    Dimension,
    Filter,
    FilterGroup,
    Measure,
    Operator,
    Order,
    Query,
    Scalar,
    SeriesLimit,
    Shape,
    TimeRange,
)
from superset_like.engine.template import Notes
from superset_like.errors import BadRequest, ProductError, QuestionInvalid
from superset_like.extensions import settings
from superset_like.models import Chart
from superset_like.services import form_data

QueryObject: TypeAlias = Mapping[str, Any]
Render: TypeAlias = Callable[[str], str]
Span: TypeAlias = tuple[datetime | None, datetime | None]

RESULT_TYPES = (
    "columns",
    "full",
    "query",
    "results",
    "samples",
    "timegrains",
    "post_processed",
    "drill_detail",
)
RESULT_FORMATS = ("arrow", "csv", "json", "ndjson", "xlsx")
DATASOURCE_TYPES = ("table", "dataset", "query", "saved_query", "view")
NULL_TEXT = "<NULL>"
ALL_COLUMNS = "*"
NO_FILTER = "No filter"
OTHER_OPERATORS = frozenset({"TEMPORAL_RANGE"})
ANNOTATION_TYPES = ("FORMULA", "INTERVAL", "EVENT", "TIME_SERIES")
CHART_SOURCES = frozenset({"line", "table"})
LAYER_SOURCE = "NATIVE"
# What an annotation may change of the question of the chart that it comes from.
OVERRIDES = ("time_range", "granularity", "time_grain_sqla")
# What one request may hold; beyond that an engine would spend its time on reading the SQL.
MOST_QUERIES = 50
MOST_PARTS = 500
# The time that `instant_time_comparison_range` wants instead of the question's own; `c` leaves it as it is.
INSTANTS = {"r": "inherit", "y": "1 year ago", "m": "1 month ago", "w": "1 week ago"}
PARTS = ("columns", "groupby", "metrics", "orderby", "filters", "series_columns")


class Tolerant(Schema):
    class Meta:
        unknown = EXCLUDE


class Strict(Schema):
    class Meta:
        unknown = RAISE


class DatasourceField(Strict):
    id = fields.Raw(required=True)
    type = fields.String(load_default="table", allow_none=True, validate=OneOf(DATASOURCE_TYPES))


class ExtrasField(Strict):
    where = fields.String(allow_none=True)
    having = fields.String(allow_none=True)
    # preset-cli always sends it; it never meant anything to SQL.
    having_druid = fields.Raw(load_only=True)
    time_grain_sqla = fields.String(allow_none=True)
    relative_start = fields.String(allow_none=True, validate=OneOf(("today", "now")))
    relative_end = fields.String(allow_none=True, validate=OneOf(("today", "now")))
    instant_time_comparison_range = fields.String(allow_none=True, validate=OneOf(("", "c", *INSTANTS)))
    time_compare = fields.String(allow_none=True)
    column_order = fields.List(fields.String(), allow_none=True)
    transpile_to_dialect = fields.Boolean(allow_none=True)


class FilterField(Strict):
    col = fields.Raw(required=True)
    op = fields.String(required=True)
    val = fields.Raw(allow_none=True)
    grain = fields.String(allow_none=True)
    isExtra = fields.Boolean(allow_none=True)  # noqa: N815 - the wire's name


class QueryField(Tolerant):
    columns = fields.List(fields.Raw(), allow_none=True)
    groupby = fields.List(fields.Raw(), allow_none=True)
    metrics = fields.List(fields.Raw(), allow_none=True)
    orderby = fields.List(fields.Raw(), allow_none=True)
    filters = fields.List(fields.Nested(FilterField), allow_none=True)
    extras = fields.Nested(ExtrasField, allow_none=True)
    granularity = fields.String(allow_none=True)
    granularity_sqla = fields.String(allow_none=True)
    time_range = fields.String(allow_none=True)
    time_shift = fields.String(allow_none=True)
    time_zone = fields.String(allow_none=True)
    time_offsets = fields.List(fields.Raw(), allow_none=True)
    is_timeseries = fields.Boolean(allow_none=True)
    series_columns = fields.List(fields.Raw(), allow_none=True)
    series_limit = fields.Integer(allow_none=True)
    timeseries_limit = fields.Integer(allow_none=True)
    series_limit_metric = fields.Raw(allow_none=True)
    timeseries_limit_metric = fields.Raw(allow_none=True)
    group_others_when_limit_reached = fields.Boolean(allow_none=True)
    row_limit = fields.Integer(allow_none=True)
    row_offset = fields.Integer(allow_none=True)
    order_desc = fields.Boolean(allow_none=True)
    post_processing = fields.List(fields.Raw(allow_none=True), allow_none=True)
    annotation_layers = fields.List(fields.Raw(), allow_none=True)
    url_params = fields.Dict(allow_none=True)
    apply_fetch_values_predicate = fields.Boolean(allow_none=True)
    is_rowcount = fields.Boolean(allow_none=True)
    total = fields.Boolean(allow_none=True)
    where = fields.String(allow_none=True)
    having = fields.String(allow_none=True)
    result_type = fields.String(allow_none=True, validate=OneOf(RESULT_TYPES))


class ContextField(Strict):
    datasource = fields.Nested(DatasourceField, required=True)
    queries = fields.List(fields.Nested(QueryField), load_default=list)
    force = fields.Boolean(allow_none=True)
    result_type = fields.String(allow_none=True, validate=OneOf(RESULT_TYPES))
    result_format = fields.String(allow_none=True, validate=OneOf(RESULT_FORMATS))
    form_data = fields.Raw(allow_none=True)
    custom_cache_timeout = fields.Integer(allow_none=True)


CONTEXT = ContextField()


@dataclass(frozen=True)
class Context:
    """A query context, checked. dataset: its id or uuid. slice_id, dashboard_id: what form_data names."""

    dataset: int | str
    queries: tuple[QueryObject, ...]
    result_type: str = "full"
    result_format: str = "json"
    force: bool = False
    cache_ttl_s: int | None = None
    slice_id: int | None = None
    dashboard_id: int | str | None = None


@dataclass(frozen=True)
class Annotation:
    """Marks on a chart that the rows of another chart make, or the annotations of a layer. pk: of the chart or layer.

    changes: what to ask that chart otherwise than by itself.
    """

    name: str
    pk: int
    changes: Mapping[str, Any] = field(default_factory=dict)
    is_layer: bool = False


@dataclass(frozen=True)
class Asked:
    """A question in the engine's words, and what the answer says about it beside its rows.

    comparisons: the same about other times, to stand beside it. steps: post-processing of the rows, JSON text.
    annotations: other charts and layers whose rows are shown with it. since, until: its time range, in UTC. total: the
    number of rows without limit and offset is asked for. shift: to be added to the moments of the answer.
    template_filters: columns whose filters the dataset's template looked at.
    """

    query: Query
    label_map: dict[str, list[str]]
    comparisons: tuple[Comparison, ...] = ()
    meeting: Meeting | None = None
    steps: str | None = None
    annotations: tuple[Annotation, ...] = ()
    applied: list[dict[str, str]] = field(default_factory=list)
    rejected: list[dict[str, str]] = field(default_factory=list)
    since: datetime | None = None
    until: datetime | None = None
    total: bool = False
    shift: time_range.Offset | None = None
    template_filters: tuple[str, ...] = ()


def parsed(raw: bytes) -> Context:
    """The context of a JSON text. Raises BadRequest."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest("Request is not JSON") from error
    return checked(value)


def checked(value: Any) -> Context:
    """The context of a JSON value. Raises BadRequest with the contract's words.

    Without `queries`, the form data's chart type derives them.
    """
    try:
        loaded = CONTEXT.load(_with_questions(value))
    except ValidationError as error:
        raise BadRequest(f"Request is incorrect: {error.messages}", fields=None) from error
    _require_limits(loaded["queries"])
    sent = loaded.get("form_data")
    named = sent if isinstance(sent, dict) else {}
    return Context(
        dataset=_identity(loaded["datasource"]["id"]),
        queries=tuple(loaded["queries"]),
        result_type=loaded.get("result_type") or "full",
        result_format=loaded.get("result_format") or "json",
        force=bool(loaded.get("force")),
        cache_ttl_s=loaded.get("custom_cache_timeout"),
        slice_id=chart_types.base.number(named.get("slice_id")),
        dashboard_id=named.get("dashboardId") if isinstance(named.get("dashboardId"), int | str) else None,
    )


def _with_questions(value: Any) -> Any:
    if not isinstance(value, dict) or "queries" in value:
        return value
    asked = value.get("form_data")
    if not isinstance(asked, dict) or not asked.get("viz_type"):
        return value
    return {**value, "queries": form_data.questions(asked)}


def _require_limits(queries: Sequence[QueryObject]) -> None:
    if len(queries) > MOST_QUERIES:
        raise BadRequest(f"Request is incorrect: at most {MOST_QUERIES} queries are allowed")
    for asked in queries:
        for name in PARTS:
            if len(asked.get(name) or ()) > MOST_PARTS:
                raise BadRequest(f"Request is incorrect: at most {MOST_PARTS} {name} are allowed")
        values = [given.get("val") for given in asked.get("filters") or ()]
        most = settings().max_filter_values
        if sum(len(value) for value in values if isinstance(value, list)) > most:
            raise BadRequest(f"Request is incorrect: at most {most} values are allowed in filters")


def _identity(value: Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadRequest("Request is incorrect: {'datasource': {'id': ['Not a valid id.']}}")
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else value


def of_chart(chart: Chart) -> Context:
    """The chart's own question: as a client saved it, or derived from its params; always about its own dataset."""
    if chart.datasource_id is None:
        raise QuestionInvalid("The dataset of this chart was deleted")
    saved = orjson.loads(chart.query_context) if chart.query_context else None
    queries = saved.get("queries") if isinstance(saved, dict) else None
    if not queries:
        held = {**orjson.loads(chart.params or "{}"), "viz_type": chart.viz_type}
        try:
            queries = chart_types.of(chart.viz_type).questions(held)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # Params are kept as clients send them, also where they are no form.
            raise QuestionInvalid("The form of this chart cannot be read") from error
    return checked(
        {
            "datasource": {"id": chart.datasource_id, "type": "table"},
            "queries": queries,
            "form_data": {"slice_id": chart.id},
        }
    )


def layers_of(chart: Chart) -> frozenset[int]:
    """The annotation layers that the chart's own question shows."""
    shown = (each for asked in of_chart(chart).queries for each in _annotations(asked))
    return frozenset(each.pk for each in shown if each.is_layer)


def clock(asked: QueryObject, written: str | None, now: datetime) -> datetime:
    """What `now`, in UTC, is for the question: with the zone that it states, or its dataset (`written`), else without.

    Raises QuestionInvalid.
    """
    name = asked.get("time_zone") or written
    return now if not name else now.replace(tzinfo=UTC).astimezone(zones.find(name))


def filtered(asked: QueryObject, filters: Sequence[Mapping[str, Any]]) -> QueryObject:
    """The question with these filters besides its own; a time range moves that of the same column."""
    kept = list(asked.get("filters") or ())
    for each in filters:
        same = [own for own in kept if _is_time_filter(each) and _is_time_filter(own) and own["col"] == each["col"]]
        kept = [own for own in kept if own not in same] + [each]
    return {**asked, "filters": kept}


def translated(
    asked: QueryObject, shape: Shape, now: datetime, render: Render, limits: "RowLimits", notes: Notes
) -> Asked:
    """The question in the engine's words. Raises QuestionInvalid.

    now: as `clock` gives it. render: Jinja for the asker. notes: what the dataset's own template did with the filters.
    """
    columns = {column.name: column for column in shape.columns}
    reading = Reading(asked, shape, columns, render, notes)
    since, until = bounds(asked, now)
    members, applied, rejected = reading.filters()
    extras = asked.get("extras") or {}
    where_sql = joined(render, extras.get("where"), asked.get("where"))
    having_sql = joined(render, extras.get("having"), asked.get("having"))
    dimensions = reading.dimensions()
    measures = reading.measures()
    query = Query(
        dimensions=dimensions,
        measures=measures,
        where=FilterGroup(members),
        time=_time_ranges(asked, shape, now, notes.removed),
        where_sql=where_sql,
        having_sql=having_sql,
        order=reading.order(dimensions, measures or ()),
        limit=limits.of(asked),
        offset=_offset(asked),
        series=reading.series(dimensions, measures or ()),
        row_count=bool(asked.get("is_rowcount")),
        use_values_predicate=bool(asked.get("apply_fetch_values_predicate")),
        time_zone=str(now.tzinfo) if now.tzinfo else None,
    )
    comparisons = compared(asked, query, since, until, limits.most)
    return Asked(
        query,
        reading.label_map(dimensions, measures or ()),
        comparisons,
        _meeting(query) if comparisons else None,
        _steps(asked),
        _annotations(asked),
        applied,
        rejected,
        in_zone(since, query.time_zone, "UTC"),
        in_zone(until, query.time_zone, "UTC"),
        bool(asked.get("total")),
        _shift(asked),
        tuple(sorted(notes.read)),
    )


def in_zone(moment: datetime | None, source: str | None, target: str | None) -> datetime | None:
    """The wall clock of one zone as that of another; a zone that nobody stated is UTC."""
    return moment and zones.moved(moment, source or "UTC", target or "UTC")


def compared(
    asked: QueryObject, query: Query, since: datetime | None, until: datetime | None, most: int
) -> tuple[Comparison, ...]:
    """The question about each of the times that `time_offsets` names. Raises QuestionInvalid."""
    offsets = list(dict.fromkeys(asked.get("time_offsets") or ()))
    if not offsets:
        return ()
    if since is None or until is None:
        raise QuestionInvalid(
            "An enclosed time range (both start and end) must be specified when using a Time Comparison."
        )
    if not query.measures:
        raise QuestionInvalid("A time comparison needs metrics to compare")
    return tuple(_comparison(text, query, since, until, most) for text in offsets)


def _comparison(text: Any, query: Query, since: datetime, until: datetime, most: int) -> Comparison:
    if not isinstance(text, str):
        raise QuestionInvalid("time_offsets takes texts such as `1 year ago`")
    start, end = time_range.shift(since, until, text)
    if start is None or end is None:
        raise QuestionInvalid(f"Time comparison {text} has no beginning or no end")
    moved = tuple(_moved(each, since, until, start, end) for each in query.time)
    # The order, the top series and the page are ours; of the other time all is needed that may meet ours.
    other = replace(query, time=moved, order=(), limit=most, offset=0, series=None)
    return Comparison(text, other, time_range.way_back(since, until, text))


def _moved(own: TimeRange, since: datetime, until: datetime, start: datetime, end: datetime) -> TimeRange:
    if (own.since, own.until) != (since, until):
        return own
    return TimeRange(own.column, start, end)


def _meeting(query: Query) -> Meeting:
    times = {each.column for each in query.time}
    axis = next((each for each in query.dimensions if each.grain or each.column in times), None)
    return Meeting(
        tuple(each.label for each in query.dimensions),
        axis.label if axis else None,
        axis.grain if axis else None,
        tuple(each.label for each in query.measures or ()),
    )


def _annotations(asked: QueryObject) -> tuple[Annotation, ...]:
    """The layers that take rows. A formula takes none: who draws the chart works it out."""
    given = [layer for layer in asked.get("annotation_layers") or () if layer]
    return tuple(_annotation(layer, asked) for layer in given if _kind_of(layer) != "FORMULA")


def _kind_of(layer: Any) -> str:
    kind = layer.get("annotationType") if isinstance(layer, dict) else None
    if kind not in ANNOTATION_TYPES or not isinstance(layer.get("name"), str):
        raise QuestionInvalid(f"An annotation layer has a name and an annotationType of {', '.join(ANNOTATION_TYPES)}")
    return str(kind)


def _annotation(layer: Mapping[str, Any], asked: QueryObject) -> Annotation:
    source, pk = layer.get("sourceType"), chart_types.base.number(layer.get("value"))
    if source not in CHART_SOURCES and source != LAYER_SOURCE:
        raise QuestionInvalid("Annotations come from charts (sourceType line or table) or from a layer (NATIVE)")
    if pk is None:
        raise QuestionInvalid(f"The annotation layer {layer['name']} does not say where it comes from")
    if source == LAYER_SOURCE:
        return Annotation(layer["name"], pk, is_layer=True)
    overrides = layer.get("overrides") or {}
    # A null means what the annotated chart has.
    changes = {name: overrides[name] or _own(asked, name) for name in OVERRIDES if name in overrides}
    return Annotation(layer["name"], pk, changes)


def _own(asked: QueryObject, name: str) -> Any:
    """What the question says of its own time, wherever that stands."""
    if name == "time_range":
        spans = [given.get("val") for given in asked.get("filters") or () if _is_time_filter(given)]
        return asked.get(name) or (spans[-1] if spans else None)
    if name == "time_grain_sqla":
        grains = [each.get("timeGrain") for each in asked.get("columns") or () if _is_axis(each)]
        return (asked.get("extras") or {}).get(name) or next(iter(grains), None)
    return asked.get(name)


def annotating(asked: QueryObject, annotation: Annotation) -> QueryObject:
    """The question of the annotation's chart, with the time that the layer wants."""
    span, grain = annotation.changes.get("time_range"), annotation.changes.get("time_grain_sqla")
    changes = {name: value for name, value in annotation.changes.items() if name != "time_grain_sqla"}
    # One of that chart's own annotations could lead back here.
    changed = {**asked, **changes, "annotation_layers": None}
    if span:
        given = asked.get("filters") or ()
        changed["filters"] = [{**each, "val": span} if _is_time_filter(each) else each for each in given]
    if grain:
        changed["extras"] = {**(asked.get("extras") or {}), "time_grain_sqla": grain}
        columns = asked.get("columns") or ()
        changed["columns"] = [{**each, "timeGrain": grain} if _is_axis(each) else each for each in columns]
    return changed


def _is_axis(column: Any) -> bool:
    return isinstance(column, dict) and column.get("columnType") == "BASE_AXIS"


def _steps(asked: QueryObject) -> str | None:
    steps = [step for step in asked.get("post_processing") or () if step]
    if not steps:
        return None
    try:
        transform.read(steps)
    except QuestionInvalid as error:
        raise _worded(steps, error) from error
    return orjson.dumps(steps).decode()


def _worded(steps: Sequence[Any], error: QuestionInvalid) -> ProductError:
    known = transform.operations()
    for position, step in enumerate(steps):
        if not isinstance(step, dict) or step.get("operation") not in known:
            texts = [f"Must be one of: {', '.join(known)}."]
            where = {"queries": {0: {"post_processing": {position: {"operation": texts}}}}}
            return BadRequest(f"Request is incorrect: {where}")
    return error


@dataclass(frozen=True)
class RowLimits:
    """default: rows where the question names none. most: what no question may pass."""

    default: int
    most: int

    def of(self, asked: QueryObject) -> int:
        """The rows to answer at the most; 0 means the default."""
        wanted = asked.get("row_limit") or 0
        if wanted < 0:
            raise BadRequest("`row_limit` must be greater than or equal to 0")
        return min(wanted or self.default, self.most)


def _offset(asked: QueryObject) -> int:
    offset = asked.get("row_offset") or 0
    if offset < 0:
        raise BadRequest("`row_offset` must be greater than or equal to 0")
    return min(offset, 2**62)


def joined(render: Render, *clauses: str | None) -> str | None:
    """The clauses, rendered, as one; None when all are empty."""
    present = [render(clause) for clause in clauses if clause and clause.strip()]
    if len(present) < 2:
        return present[0] if present else None
    return " AND ".join(f"({clause})" for clause in present)


@dataclass(frozen=True)
class Reading:
    """The parts of one query object, read against the dataset's shape."""

    asked: QueryObject
    shape: Shape
    columns: Mapping[str, Column]
    render: Render
    notes: Notes

    def dimensions(self) -> tuple[Dimension, ...]:
        named = [*(self.asked.get("columns") or ()), *(self.asked.get("groupby") or ())]
        made = [self.dimension(each) for each in self._with_all(named)]
        time = self.asked.get("granularity") or self.asked.get("granularity_sqla")
        if self.asked.get("is_timeseries") and time and not self.asked.get("is_rowcount"):
            grain = (self.asked.get("extras") or {}).get("time_grain_sqla")
            made.insert(0, Dimension("__timestamp", column=time, grain=grain))
        return tuple(made)

    def _with_all(self, named: Sequence[Any]) -> list[Any]:
        """The names, `*` being all columns of the dataset that are not named."""
        if ALL_COLUMNS not in named or ALL_COLUMNS in self.columns:
            return list(named)
        rest = [name for name in self.columns if name not in named]
        at = named.index(ALL_COLUMNS)
        return [*named[:at], *rest, *(each for each in named[at:] if each != ALL_COLUMNS)]

    def dimension(self, given: Any) -> Dimension:
        if isinstance(given, str):
            return Dimension(given, column=given)
        if not isinstance(given, dict) or not isinstance(given.get("sqlExpression"), str):
            raise QuestionInvalid(f"Not a column: {given!r}"[:200])
        sql = self.render(given["sqlExpression"])
        label = given.get("label") or sql
        if not isinstance(label, str):
            raise QuestionInvalid("A column's label must be a text")
        grain = given.get("timeGrain")
        if grain is None and _is_axis(given):
            grain = (self.asked.get("extras") or {}).get("time_grain_sqla")
        known = self.columns.get(sql)
        if known is not None:
            return Dimension(label, column=sql, grain=grain if known.is_temporal else None)
        return Dimension(label, expression=sql, grain=grain)

    def measures(self) -> tuple[Measure, ...] | None:
        given = self.asked.get("metrics")
        if given is None:
            return None
        return tuple(self.measure(each) for each in given)

    def measure(self, given: Any) -> Measure:
        if isinstance(given, str):
            return Measure(given, metric=given)
        if not isinstance(given, dict):
            raise QuestionInvalid(f"Metric '{given}' does not exist")
        if given.get("expressionType") == "SIMPLE" or (given.get("aggregate") and not given.get("sqlExpression")):
            return self._simple(given)
        if isinstance(given.get("sqlExpression"), str):
            sql = self.render(given["sqlExpression"])
            return Measure(_label(given, sql), expression=sql)
        raise QuestionInvalid("Metric is neither simple nor SQL")

    def _simple(self, given: Mapping[str, Any]) -> Measure:
        column = given.get("column")
        name = column.get("column_name") if isinstance(column, dict) else column
        try:
            aggregate = Aggregate(str(given.get("aggregate")).upper())
        except ValueError as error:
            raise QuestionInvalid(f"Unknown aggregate: {given.get('aggregate')}") from error
        if not isinstance(name, str):
            raise QuestionInvalid("A simple metric names its column")
        return Measure(_label(given, f"{aggregate.value}({name})"), column=name, aggregate=aggregate)

    def filters(self) -> tuple[tuple[Filter, ...], list[dict[str, str]], list[dict[str, str]]]:
        members: list[Filter] = []
        applied: list[dict[str, str]] = []
        rejected: list[dict[str, str]] = []
        for given in self.asked.get("filters") or ():
            name = _filter_name(given["col"])
            operator = str(given["op"]).upper()
            if isinstance(given["col"], str) and given["col"] in self.notes.removed:
                applied.append({"column": name})
                continue
            if isinstance(given["col"], str) and given["col"] not in self.columns:
                if given["col"] in self.notes.read:
                    applied.append({"column": name})
                    continue
                rejected.append({"reason": "not_in_datasource", "column": name})
                continue
            applied.append({"column": name})
            if operator not in OTHER_OPERATORS:
                members.append(self._filter(given, operator))
        return tuple(members), applied, rejected

    def _filter(self, given: Mapping[str, Any], operator: str) -> Filter:
        try:
            compares = Operator(operator)
        except ValueError as error:
            choices = ", ".join([*(each.value for each in Operator), *sorted(OTHER_OPERATORS)])
            raise BadRequest(f"Request is incorrect: {{'filters': ['op must be one of: {choices}.']}}") from error
        value = _value(given.get("val"), compares)
        if isinstance(given["col"], str):
            return Filter(compares, column=given["col"], value=value, grain=given.get("grain"))
        dimension = self.dimension(given["col"])
        return Filter(compares, dimension.column, dimension.expression, value, dimension.grain or given.get("grain"))

    def order(self, dimensions: Sequence[Dimension], measures: Sequence[Measure]) -> tuple[Order, ...]:
        made = []
        for given in self.asked.get("orderby") or ():
            if not isinstance(given, list | tuple) or len(given) != 2 or not isinstance(given[1], bool):
                if given in (None, [], [None, True], [None, False]):
                    continue
                raise QuestionInvalid("orderby takes pairs of a column or metric and true or false")
            if given[0] in (None, ""):
                continue
            made.append(Order(self._ordered(given[0], dimensions, measures), given[1]))
        return tuple(made)

    def _ordered(self, given: Any, dimensions: Sequence[Dimension], measures: Sequence[Measure]) -> Dimension | Measure:
        if isinstance(given, str):
            outputs: list[Dimension | Measure] = [*dimensions, *measures]
            for output in outputs:
                if output.label == given:
                    return output
            if any(metric.name == given for metric in self.shape.metrics):
                return Measure(given, metric=given)
            return Dimension(given, column=given)
        if isinstance(given, dict) and (given.get("aggregate") or given.get("expressionType") == "SIMPLE"):
            return self.measure(given)
        if isinstance(given, dict) and "optionName" in given:
            return self.measure(given)
        return self.dimension(given)

    def series(self, dimensions: Sequence[Dimension], measures: Sequence[Measure]) -> SeriesLimit | None:
        count = self.asked.get("series_limit") or self.asked.get("timeseries_limit") or 0
        if count < 0:
            raise BadRequest("`series_limit` must be greater than or equal to 0")
        labels = {each.label for each in dimensions}
        named = [_filter_name(each) for each in self.asked.get("series_columns") or ()]
        if not count:
            return None
        missing = [name for name in named if name not in labels]
        if missing:
            raise QuestionInvalid(
                f"The following entries in `series_columns` are missing in `columns`: {', '.join(missing)}"
            )
        if not named:
            named = [each.label for each in dimensions if each.grain is None and each.label != "__timestamp"]
        if not named or not measures:
            return None
        by = self.asked.get("series_limit_metric") or self.asked.get("timeseries_limit_metric")
        return SeriesLimit(
            count,
            tuple(named),
            measure=self.measure(by) if by else None,
            ascending=not self.asked.get("order_desc", True),
            group_others=bool(self.asked.get("group_others_when_limit_reached")),
        )

    def label_map(self, dimensions: Sequence[Dimension], measures: Sequence[Measure]) -> dict[str, list[str]]:
        found = {each.label: [each.expression or each.column or each.label] for each in dimensions}
        found |= {each.label: [each.expression or each.label] for each in measures}
        verbose = {metric.name: metric.verbose_name for metric in self.shape.metrics}
        for each in measures:
            if each.metric and verbose.get(each.metric):
                found[str(verbose[each.metric])] = [each.metric]
        return found


def _label(given: Mapping[str, Any], default: str) -> str:
    label = given.get("label")
    return label if isinstance(label, str) and label else default


def _filter_name(column: Any) -> str:
    return column if isinstance(column, str) else str(column.get("label") or column.get("sqlExpression") or "")


def _value(value: Any, operator: Operator) -> Scalar | tuple[Scalar, ...]:
    if operator in {Operator.IN, Operator.NOT_IN}:
        items = value if isinstance(value, list) else [value]
        return tuple(_scalar(item) for item in items)
    if isinstance(value, list):
        if len(value) != 1:
            raise QuestionInvalid(f"Operator {operator.value} takes one value")
        value = value[0]
    return _scalar(value)


def _scalar(value: Any) -> Scalar:
    if value == NULL_TEXT:
        return None
    if isinstance(value, dict | list):
        raise QuestionInvalid("A filter compares with a text, a number, true, false or null")
    scalar: Scalar = value
    return scalar


def bounds(asked: QueryObject, now: datetime) -> Span:
    """(since, until) of the question's time range: its own, or that of its last TEMPORAL_RANGE filter."""
    if asked.get("time_range"):
        return _span(asked["time_range"], asked, now)
    found: Span = (None, None)
    for given in asked.get("filters") or ():
        if _is_time_filter(given):
            found = _span(given.get("val"), asked, now)
    return found


def _span(text: str | None, asked: QueryObject, now: datetime) -> Span:
    """The range that the text means, at the other time that the question may want it at."""
    found = time_range.parse(text, now, **_relative(asked))
    if found == (None, None):
        return found
    wish = (asked.get("extras") or {}).get("instant_time_comparison_range")
    for other in (asked.get("time_shift"), INSTANTS.get(wish or "")):
        if other:
            found = time_range.shift(*found, other)
    return found


def _shift(asked: QueryObject) -> time_range.Offset | None:
    """The step from the moments of a shifted question to those that they stand for."""
    return -time_range.offset(asked["time_shift"]) if asked.get("time_shift") else None


def _relative(asked: QueryObject) -> dict[str, str]:
    extras = asked.get("extras") or {}
    return {name: extras.get(name) or "today" for name in ("relative_start", "relative_end")}


def _is_time_filter(given: Mapping[str, Any]) -> bool:
    return str(given["op"]).upper() == "TEMPORAL_RANGE" and isinstance(given.get("val"), str | None)


def _time_ranges(asked: QueryObject, shape: Shape, now: datetime, removed: Set[str]) -> tuple[TimeRange, ...]:
    """The ranges that must hold; removed: columns whose ranges the dataset's template took over."""
    names = {column.name for column in shape.columns}
    ranges: list[TimeRange] = []
    own = asked.get("granularity") or asked.get("granularity_sqla")
    if asked.get("time_range") and own:
        _add_range(ranges, own if own in names else shape.main_time_column, bounds(asked, now))
    for given in asked.get("filters") or ():
        if _is_time_filter(given) and _filter_name(given["col"]) not in removed:
            column = given["col"] if isinstance(given["col"], str) else given["col"].get("sqlExpression")
            if isinstance(given["col"], dict) and column not in names:
                raise QuestionInvalid("A time range needs a column of the dataset")
            _add_range(ranges, column if column in names else None, _span(given.get("val"), asked, now))
    return tuple(ranges)


def _add_range(ranges: list[TimeRange], column: str | None, span: Span) -> None:
    if column is not None and span != (None, None):
        ranges.append(TimeRange(column, *span))
