"""What a guest may ask: the saved question of a chart on his dashboard, with values in the filters it declares.

The chart is looked up without regard to the caller's rights; whatever the saved chart does not ask is refused.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from superset_like.access.actor import Actor
from superset_like.errors import DataForbidden, NotFound, QuestionInvalid
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Dataset
from superset_like.services import declarations, questions
from superset_like.services.extra_form_data import Extra
from superset_like.services.questions import Context, QueryObject

# What a viewer may set without asking another question.
FREE = frozenset({"filters", "time_range", "url_params", "row_limit", "row_offset", "result_type", "extras", "total"})
RESULT_TYPES = frozenset({"full", "results", "query"})
# Of `extras`, only what chooses how today is read; where, having and grain are the chart's own.
FREE_EXTRAS = frozenset({"relative_start", "relative_end"})
# Of a form: they hold SQL, which a guest never sees.
SQL_FIELDS = frozenset({"sqlExpression", "where", "having", "query_context"})
# The axis of a chart names its column there.
PLAIN_NAME = re.compile(r"\w{1,255}")
FILTER_OPERATORS = frozenset(
    {"==", "!=", ">", "<", ">=", "<=", "IN", "NOT IN", "IS NULL", "IS NOT NULL", "ILIKE", "LIKE", "TEMPORAL_RANGE"}
)
EMPTY: tuple[Any, ...] = (None, "", [], {}, False, 0)


def chart(actor: Actor, pk: int, dashboard_id: int | str | None = None) -> Chart:
    """The chart, when it is on a dashboard of the guest's token. Raises NotFound."""
    found = db.session.get(Chart, pk)
    if found is None or not _shared(actor, found, dashboard_id):
        raise NotFound()
    return found


def require(actor: Actor, context: Context, dataset: Dataset) -> None:
    """Nothing, or DataForbidden unless this is a question of a saved chart on the guest's dashboard."""
    asked_of = db.session.get(Chart, context.slice_id) if context.slice_id is not None else None
    if asked_of is None or context.dashboard_id is None or asked_of.datasource_id != dataset.id:
        raise _refusal(dataset)
    shared = _shared(actor, asked_of, context.dashboard_id)
    wanted = {context.result_type, *(asked.get("result_type") or "full" for asked in context.queries)}
    if not shared or wanted - RESULT_TYPES:
        raise _refusal(dataset)
    try:
        saved = questions.of_chart(asked_of).queries
    except QuestionInvalid as error:
        raise _refusal(dataset) from error
    declared = _columns(asked_of, shared, dataset)
    if not context.queries or not all(
        any(_is_same(asked, own, declared) for own in saved) for asked in context.queries
    ):
        raise _refusal(dataset)


def shown(form_data: Any) -> Any:
    """A chart's form as a guest may read it: what draws the chart, without anybody's SQL."""
    if isinstance(form_data, list):
        return [shown(each) for each in form_data if not _is_sql_filter(each)]
    if not isinstance(form_data, dict):
        return form_data
    return {
        name: shown(value) if name not in SQL_FIELDS or _is_plain_name(value) else ""
        for name, value in form_data.items()
    }


def _is_plain_name(value: Any) -> bool:
    return isinstance(value, str) and PLAIN_NAME.fullmatch(value) is not None


def _is_sql_filter(value: Any) -> bool:
    return isinstance(value, dict) and "clause" in value and value.get("expressionType") == "SQL"


def require_filter(actor: Actor, dataset: Dataset, column: str) -> None:
    """Nothing, or DataForbidden unless a filter on one of the guest's dashboards offers the values of this column."""
    granted = actor.guest.dashboard_ids if actor.guest else frozenset()
    dashboards = db.session.execute(select(Dashboard).where(Dashboard.id.in_(granted))).scalars()
    if not any(column in _targets(dashboard, dataset) for dashboard in dashboards):
        raise _refusal(dataset)


def _targets(dashboard: Dashboard, dataset: Dataset) -> set[str]:
    native = declarations.native(declarations.metadata_of(dashboard))
    return {name for each in native for pk, name in declarations.targets(each) if pk == dataset.id}


def require_result_type(actor: Actor, result_type: str) -> None:
    """Nothing, or DataForbidden for a guest who asks for other columns or rows than those that a chart shows."""
    if actor.guest is not None and result_type not in RESULT_TYPES:
        raise DataForbidden("You may not ask this of this dashboard")


def require_extra(
    actor: Actor, asked_of: Chart, dashboard_id: int | str | None, extra: Extra, dataset: Dataset
) -> None:
    """Nothing, or DataForbidden unless the dashboard declares all that the guest sets on this chart of it."""
    shared = _shared(actor, asked_of, dashboard_id) if dashboard_id is not None else []
    declared = [declarations.declared(dashboard, asked_of, dataset) for dashboard in shared]
    columns = {name for each in declared for name in each.columns}
    kinds = {name for each in declared for name in each.kinds}
    times = {column.column_name for column in dataset.columns if column.is_dttm}
    is_allowed = (
        shared
        and not extra.adhoc_filters
        and all(_is_declared(each, columns) for each in extra.filters)
        and (not extra.time_range or "filter_time" in kinds or _has_time(asked_of))
        and (not extra.time_grain or "filter_timegrain" in kinds)
        and (not extra.granularity or ("filter_timecolumn" in kinds and extra.granularity in times))
    )
    if not is_allowed:
        raise _refusal(dataset)


def _has_time(asked_of: Chart) -> bool:
    saved = questions.of_chart(asked_of).queries
    return any(asked.get("time_range") or asked.get("granularity") for asked in saved)


def _columns(asked_of: Chart, shared: Iterable[Dashboard], dataset: Dataset) -> set[str]:
    return {name for dashboard in shared for name in declarations.declared(dashboard, asked_of, dataset).columns}


def _shared(actor: Actor, chart: Chart, dashboard_id: int | str | None) -> list[Dashboard]:
    granted = actor.guest.dashboard_ids if actor.guest else frozenset()
    names = {str(dashboard_id)} if dashboard_id is not None else None
    return [
        dashboard
        for dashboard in chart.dashboards
        if dashboard.id in granted and (names is None or names & {str(dashboard.id), str(dashboard.uuid)})
    ]


def _refusal(dataset: Dataset) -> DataForbidden:
    return DataForbidden("You may not ask this of this dashboard", datasource=str(dataset.id))


def _is_same(asked: QueryObject, saved: QueryObject, declared: set[str]) -> bool:
    names = (asked.keys() | saved.keys()) - FREE
    if any(_plain(asked.get(name)) != _plain(saved.get(name)) for name in names):
        return False
    return (
        _are_extras_same(asked.get("extras") or {}, saved.get("extras") or {})
        and _are_filters_allowed(asked, saved, declared)
        and _is_time_allowed(asked, saved)
        and _is_limit_allowed(asked, saved)
    )


def _plain(value: Any) -> Any:
    # A client may leave out what is empty, or send it empty.
    return None if value in EMPTY else value


def _are_extras_same(asked: Mapping[str, Any], saved: Mapping[str, Any]) -> bool:
    names = (asked.keys() | saved.keys()) - FREE_EXTRAS
    return all(_plain(asked.get(name)) == _plain(saved.get(name)) for name in names)


def _are_filters_allowed(asked: QueryObject, saved: QueryObject, declared: set[str]) -> bool:
    given = list(asked.get("filters") or ())
    for own in saved.get("filters") or ():
        kept = next((each for each in given if _is_same_filter(each, own)), None)
        if kept is None:
            return False
        given.remove(kept)
    return all(_is_declared(each, declared) for each in given)


def _is_same_filter(asked: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    if asked["col"] != own["col"] or str(asked["op"]).upper() != str(own["op"]).upper():
        return False
    # A grain cuts the value too, so that another one keeps other rows.
    if (asked.get("grain") or None) != (own.get("grain") or None):
        return False
    # The chart's own time range is what a dashboard's time filter moves.
    return str(own["op"]).upper() == "TEMPORAL_RANGE" or asked.get("val") == own.get("val")


def _is_declared(given: Mapping[str, Any], declared: set[str]) -> bool:
    if not isinstance(given["col"], str) or given["col"] not in declared:
        return False
    if str(given["op"]).upper() not in FILTER_OPERATORS or given.get("grain"):
        return False
    value = given.get("val")
    values = value if isinstance(value, list) else [value]
    return not any(isinstance(each, dict | list) for each in values)


def _is_time_allowed(asked: QueryObject, saved: QueryObject) -> bool:
    return not asked.get("time_range") or bool(saved.get("time_range") or saved.get("granularity"))


def _is_limit_allowed(asked: QueryObject, saved: QueryObject) -> bool:
    # The first rows of the chart are shown, and no others: an offset does not lead beyond them.
    most = saved.get("row_limit")
    if not most:
        return True
    first, end = saved.get("row_offset") or 0, (asked.get("row_offset") or 0) + (asked.get("row_limit") or 0)
    return bool(asked.get("row_limit")) and (asked.get("row_offset") or 0) >= first and end <= first + most
