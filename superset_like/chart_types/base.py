"""A chart type: the questions its form data asks. A folder beside this file states one type's differences.

form_data is what a chart's `params` hold, in the words of Superset's explore form. A question is a query object as
`POST /api/v1/chart/data` takes it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

FormData: TypeAlias = Mapping[str, Any]
Question: TypeAlias = dict[str, Any]


class ChartType:
    """A type of chart. viz_types: the names that mean it.

    column_fields, metric_fields: form fields that name its columns and metrics, in order.
    time_axis: whether `x_axis` is cut to `time_grain_sqla`.
    """

    viz_types: ClassVar[frozenset[str]] = frozenset()
    column_fields: ClassVar[tuple[str, ...]] = ("columns", "groupby")
    metric_fields: ClassVar[tuple[str, ...]] = ("metrics", "metric")
    time_axis: ClassVar[bool] = False

    def questions(self, form_data: FormData) -> list[Question]:
        """The questions that the form data asks, in the order the chart expects their answers."""
        return [self.question(form_data)]

    def question(self, form_data: FormData) -> Question:
        """One question: columns, metrics, and what every chart type shares."""
        columns = self.columns(form_data)
        metrics = self.metrics(form_data)
        return {
            **shared(form_data),
            "columns": columns,
            "metrics": metrics,
            "orderby": self.order(form_data, metrics or []),
            "series_columns": series_columns(form_data, columns),
        }

    def columns(self, form_data: FormData) -> list[Any]:
        """The columns asked for; the time axis first."""
        named = unique(each for field in self.column_fields for each in listed(form_data.get(field)))
        return [*self.axis(form_data), *(each for each in named if each != form_data.get("x_axis"))]

    def axis(self, form_data: FormData) -> list[Any]:
        """The x axis, cut to its time grain; empty for a type without one."""
        axis = form_data.get("x_axis")
        if not self.time_axis or not axis:
            return []
        return [base_axis(axis, form_data.get("time_grain_sqla")) if isinstance(axis, str) else axis]

    def metrics(self, form_data: FormData) -> list[Any] | None:
        """The metrics asked for; None asks for raw rows."""
        return unique(each for field in self.metric_fields for each in listed(form_data.get(field)))

    def order(self, form_data: FormData, metrics: Sequence[Any]) -> list[Any]:
        """By what the form says, else along the time axis of a type that has one."""
        by = form_data.get("timeseries_limit_metric") or (metrics[0] if metrics else None)
        wants_order = form_data.get("sort_by_metric") or form_data.get("timeseries_limit_metric")
        if by and wants_order:
            return [[by, not form_data.get("order_desc", True)]]
        axis = self.axis(form_data)
        return [[axis[0].get("label") or axis[0].get("sqlExpression"), True]] if axis else []


def base_axis(column: str, grain: str | None) -> dict[str, Any]:
    """The column, cut to a time grain."""
    return {
        "label": column,
        "sqlExpression": column,
        "expressionType": "SQL",
        "columnType": "BASE_AXIS",
        "timeGrain": grain,
    }


def cut_to_grain(form_data: FormData, columns: Sequence[Any]) -> list[Any]:
    """The columns, those that the form says to be of time cut to its grain."""
    grain, lookup = form_data.get("time_grain_sqla"), form_data.get("temporal_columns_lookup") or {}
    return [
        base_axis(each, grain) if isinstance(each, str) and grain and lookup.get(each) else each for each in columns
    ]


def shared(form_data: FormData) -> Question:
    """What every type takes from the form: filters, time, limits, extras."""
    filters, where, having = adhoc_filters(form_data.get("adhoc_filters") or ())
    # Kept by dashboards and older clients beside adhoc_filters.
    extra = form_data.get("extra_form_data") or {}
    filters += list(form_data.get("filters") or ()) + list(extra.get("filters") or ())
    question: Question = {
        "filters": filters,
        "extras": {"where": where or form_data.get("where") or "", "having": having or form_data.get("having") or ""},
        "row_limit": number(form_data.get("row_limit")),
        "row_offset": number(form_data.get("row_offset")) or 0,
        "series_limit": number(form_data.get("series_limit") or form_data.get("limit")) or 0,
        "series_limit_metric": form_data.get("timeseries_limit_metric"),
        "order_desc": form_data.get("order_desc", True),
        "annotation_layers": list(form_data.get("annotation_layers") or ()),
        "url_params": dict(form_data.get("url_params") or {}),
    }
    time_range = extra.get("time_range") or form_data.get("time_range")
    if form_data.get("granularity_sqla"):
        question["granularity"] = form_data["granularity_sqla"]
        question["time_range"] = time_range
        if form_data.get("time_grain_sqla"):
            question["extras"]["time_grain_sqla"] = form_data["time_grain_sqla"]
    return question


def adhoc_filters(given: Sequence[Mapping[str, Any]]) -> tuple[list[Question], str, str]:
    """(filters, where, having) of the form's `adhoc_filters`."""
    filters: list[Question] = []
    clauses: dict[str, list[str]] = {"WHERE": [], "HAVING": []}
    for each in given:
        if each.get("expressionType") == "SQL":
            if each.get("sqlExpression"):
                clauses[str(each.get("clause") or "WHERE").upper()].append(f"({each['sqlExpression']})")
        elif each.get("subject") is not None and each.get("operator"):
            filters.append({"col": each["subject"], "op": each["operator"], "val": each.get("comparator")})
    return filters, " AND ".join(clauses["WHERE"]), " AND ".join(clauses["HAVING"])


def series_columns(form_data: FormData, columns: Sequence[Any]) -> list[Any]:
    """The grouping columns that make series, of those asked for."""
    return [each for each in listed(form_data.get("groupby")) if each in columns]


def listed(value: Any) -> list[Any]:
    """The form's value as a list; nothing for an empty one."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def unique(values: Any) -> list[Any]:
    """The values in order, each once; columns and metrics may be objects, which have no hash."""
    kept: list[Any] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept


def number(value: Any) -> int | None:
    """The form's number, which may be text; None when there is none."""
    if isinstance(value, bool) or value in (None, ""):
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
