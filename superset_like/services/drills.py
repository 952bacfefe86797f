"""A chart by another dimension: the form that asks what the chart asks, grouped by a column that a reader chose."""

from collections.abc import Mapping
from typing import Any

import orjson

from superset_like import chart_types
from superset_like.access.actor import Actor
from superset_like.chart_types.base import listed
from superset_like.errors import Forbidden, QuestionInvalid
from superset_like.models import Chart
from superset_like.services import questions, remembered
from superset_like.services.questions import Context

Form = dict[str, Any]
# The fields of forms that group, in the order in which they are taken.
DIMENSIONS = ("groupby", "series", "entity", "columns", "groupbyRows", "source", "name")
# What else groups, and would stand beside the chosen column.
BESIDE = ("groupbyColumns", "target", "series_columns", "groupby_b")
BARS = "echarts_timeseries_bar"
TIME_CHARTS = frozenset(chart_types.known()["line"].viz_types)


def by(actor: Actor, chart: Chart, column: str) -> tuple[Form, Context]:
    """The form of the chart grouped by this column, and its question. Raises Forbidden, QuestionInvalid."""
    if not actor.can("can_drill", "Dashboard"):
        raise Forbidden()
    if chart.datasource_id is None:
        raise QuestionInvalid("The dataset of this chart was deleted")
    dataset = remembered.dataset(chart.datasource_id)
    if column not in {each.column_name for each in dataset.columns if each.groupby}:
        raise QuestionInvalid(f"{column} is no dimension of the dataset")
    form = _grouped(_form(chart), column, {each.column_name for each in dataset.columns if each.is_dttm})
    asked = chart_types.of(form["viz_type"]).questions(form)
    return form, questions.checked({"datasource": {"id": chart.datasource_id, "type": "table"}, "queries": asked})


def _form(chart: Chart) -> Form:
    """The chart's form; of a chart that was saved with its question alone, one that asks for the same metrics."""
    form = {**orjson.loads(chart.params or "{}"), "viz_type": chart.viz_type}
    if any(form.get(name) for name in ("metrics", "metric", "percent_metrics", "size", "all_columns")):
        return form
    saved = questions.of_chart(chart).queries[0]
    where = [
        {"expressionType": "SIMPLE", "subject": each["col"], "operator": each["op"], "comparator": each.get("val")}
        for each in saved.get("filters") or ()
    ]
    extras = saved.get("extras") or {}
    sql = [
        {"expressionType": "SQL", "clause": name.upper(), "sqlExpression": extras[name]}
        for name in ("where", "having")
        if extras.get(name)
    ]
    return {**form, "metrics": list(saved.get("metrics") or ()), "adhoc_filters": [*where, *sql]}


def _grouped(form: Mapping[str, Any], column: str, times: set[str]) -> Form:
    made = {name: value for name, value in form.items() if name not in BESIDE}
    if made["viz_type"] in TIME_CHARTS:
        return _along(made, column, times)
    used = [name for name in DIMENSIONS if listed(made.get(name))]
    if used:
        first, *others = used
        made = {name: value for name, value in made.items() if name not in others}
        return {**made, first: [column] if isinstance(made[first], list) else column}
    if made["viz_type"] in {"table", "pie"}:
        return {**made, "groupby": [column], "query_mode": "aggregate"}
    metrics = listed(made.get("metrics")) or listed(made.get("metric"))
    kept = {name: made[name] for name in ("adhoc_filters", "time_range", "granularity_sqla") if made.get(name)}
    return {**kept, "viz_type": BARS, "x_axis": column, "metrics": metrics, "groupby": [], "row_limit": 1000}


def _along(form: Form, column: str, times: set[str]) -> Form:
    """Along time the column parts the series; along anything else it takes its place."""
    axis = form.get("x_axis")
    name = axis.get("sqlExpression") if isinstance(axis, dict) else axis
    if name in times or (not name and form.get("granularity_sqla")):
        return {**form, "groupby": [column], "columns": []}
    if name and not listed(form.get("groupby")):
        return {**form, "x_axis": column}
    return {**form, "groupby": [column], "columns": []}
