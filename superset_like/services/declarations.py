"""What a dashboard declares: its native filters and cross filters, and the charts that each is about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from superset_like.errors import QuestionInvalid
from superset_like.models import Chart, Dashboard, Dataset
from superset_like.services import questions

ROOT = "ROOT_ID"
# These set no column of their own: they move the time of the charts.
TIME_KINDS = frozenset({"filter_time", "filter_timecolumn", "filter_timegrain"})
Declaration: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Declared:
    """What may be set on one chart. columns: names that filters are about. kinds: filter types of those in scope."""

    columns: frozenset[str]
    kinds: frozenset[str]


def metadata_of(dashboard: Dashboard) -> dict[str, Any]:
    """Its json_metadata; empty for what is no object."""
    found = orjson.loads(dashboard.json_metadata or "{}")
    return found if isinstance(found, dict) else {}


def native(metadata: Mapping[str, Any]) -> list[Declaration]:
    """The native filters; dividers and what is no filter are left out."""
    given = metadata.get("native_filter_configuration") or ()
    return [each for each in given if isinstance(each, dict) and each.get("id") and each.get("filterType")]


def targets(declaration: Declaration) -> Iterator[tuple[Any, str]]:
    """(dataset id, column name) of each column that a native filter is about."""
    for target in declaration.get("targets") or ():
        column = target.get("column") if isinstance(target, dict) else None
        name = column.get("name") if isinstance(column, dict) else None
        if isinstance(name, str):
            yield target.get("datasetId"), name


def declared(dashboard: Dashboard, chart: Chart, dataset: Dataset) -> Declared:
    """What this dashboard lets its readers set on this chart, whose dataset is given."""
    metadata = metadata_of(dashboard)
    positions = orjson.loads(dashboard.position_json or "{}")
    about = [
        each for each in native(metadata) if reaches(each.get("scope"), each.get("chartsInScope"), positions, chart.id)
    ]
    columns = {name for each in about for _, name in targets(each)}
    kinds = frozenset(str(each["filterType"]) for each in about)
    if kinds & TIME_KINDS:
        columns |= {column.column_name for column in dataset.columns if column.is_dttm}
    for other in dashboard.charts:
        if crosses(metadata, positions, other.id, chart.id):
            columns |= dimensions(other)
    return Declared(frozenset(columns), kinds)


def reaches(scope: Any, in_scope: Any, positions: Any, chart_id: int) -> bool:
    """Whether a filter is about a chart: one below the layout's nodes that it names, and not excluded.

    scope: {rootPath, excluded}. in_scope: ids of charts, which count where there is no scope.
    """
    if isinstance(scope, dict):
        roots = scope.get("rootPath")
        if roots is None:
            roots = [ROOT]
        if chart_id in (scope.get("excluded") or ()):
            return False
        return ROOT in roots or chart_id in charts_below(positions, roots)
    return chart_id in in_scope if isinstance(in_scope, list) else True


def charts_below(positions: Any, roots: Sequence[Any]) -> set[int]:
    """Ids of the charts below these nodes of a layout."""
    nodes = positions if isinstance(positions, dict) else {}
    found: set[int] = set()
    seen: set[str] = set()
    left = [str(root) for root in roots]
    while left:
        name = left.pop()
        node = nodes.get(name)
        if name in seen or not isinstance(node, dict):
            continue
        seen.add(name)
        pk = (node.get("meta") or {}).get("chartId")
        if node.get("type") == "CHART" and isinstance(pk, int):
            found.add(pk)
        left += [str(child) for child in node.get("children") or ()]
    return found


def dimensions(chart: Chart) -> set[str]:
    """Names of the columns by which the chart groups: a reader picks one of their values by a click."""
    try:
        asked = questions.of_chart(chart).queries
    except QuestionInvalid:
        return set()
    named = [each for query in asked if query.get("metrics") for each in _columns(query)]
    return {name for each in named for name in (each, _axis_column(each)) if isinstance(name, str)}


def _columns(query: Mapping[str, Any]) -> list[Any]:
    return [*(query.get("columns") or ()), *(query.get("groupby") or ())]


def _axis_column(column: Any) -> Any:
    return column.get("sqlExpression") if isinstance(column, dict) and column.get("columnType") == "BASE_AXIS" else None


def crosses(metadata: Mapping[str, Any], positions: Any, source: int, target: int) -> bool:
    """Whether a click on one chart filters the other."""
    if source == target or not metadata.get("cross_filters_enabled", True):
        return False
    own = (metadata.get("chart_configuration") or {}).get(str(source)) or {}
    cross = own.get("crossFilters") or {} if isinstance(own, dict) else {}
    if isinstance(cross.get("scope"), dict):
        return reaches(cross["scope"], None, positions, target)
    shared = metadata.get("global_chart_configuration") or {}
    return reaches(shared.get("scope"), shared.get("chartsInScope"), positions, target)
