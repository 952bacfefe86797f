"""What a dashboard's filters ask of each of its charts: as they were saved, or as somebody set them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from superset_like.errors import BadRequest
from superset_like.pictures import layout
from superset_like.services import questions

KINDS = frozenset({"filter_select", "filter_range", "filter_time"})
# They are told as a filter of the page tells its values.
EQUALS = frozenset({"==", "IN"})
NO_FILTER = "No filter"
# Of the values of one filter, so many are told by name.
MOST_TOLD = 5
LONGEST_TOLD = 1000
Filter = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """What of a chart decides which filters are asked of it. columns: those of its dataset."""

    id: int
    dataset: int | None
    form_data: Mapping[str, Any]
    columns: Collection[str]


class Filters:
    """The filters of one dashboard.

    given: what somebody set: a list of {col, op, val} for all charts whose data has the column, or a data mask, which
    is {id of a filter or a chart: {extraFormData, filterState}}. Raises BadRequest.
    """

    def __init__(
        self, metadata: Mapping[str, Any], places: Mapping[str, Any], charts: Sequence[About], given: Any
    ) -> None:
        self._places = places
        self._native = [each for each in _listed(metadata.get("native_filter_configuration")) if _is_known(each)]
        self._crossing = _mapping(metadata.get("chart_configuration"))
        self._masks = {str(each["id"]): _mapping(each.get("defaultDataMask")) for each in self._native}
        self._plain: Sequence[Filter] = ()
        self._crossed: dict[int, Mapping[str, Any]] = {}
        if isinstance(given, list):
            self._plain = _checked(given)
            self._require_columns(charts)
        elif isinstance(given, Mapping):
            self._set(given, {str(chart.id): chart.id for chart in charts})
        elif given is not None:
            raise _refused("Must be a list of filters {col, op, val}, or a data mask.")

    def of(self, chart: About) -> list[Filter]:
        """The filters to ask the chart with."""
        found = [
            each for native in self._native if self._is_about(native, chart) for each in self._asked(native, chart)
        ]
        for source, mask in self._crossed.items():
            if source != chart.id and self._is_crossed(source, chart):
                found += [each for each in _filters_in(mask) if each["col"] in chart.columns]
        return found + [each for each in self._plain if each["col"] in chart.columns]

    def told(self) -> str:
        """What is set, for a reader: `Region: north, south · Year: Last year`."""
        said = [
            f"{native.get('name') or 'Filter'}: {value}"
            for native in self._native
            if (value := _value_told(self._masks[str(native["id"])]))
        ]
        said += [value for mask in self._crossed.values() if (value := _value_told(mask))]
        said += [_filter_told(each) for each in self._plain]
        return " · ".join(said)[:LONGEST_TOLD]

    def _set(self, given: Mapping[str, Any], charts: Mapping[str, int]) -> None:
        for name, mask in given.items():
            if not isinstance(mask, Mapping) or not isinstance(mask.get("extraFormData", {}), Mapping | None):
                raise _refused(f"{name[:100]}: must be a data mask with extraFormData.")
            _filters_in(mask)
            if name in self._masks:
                self._masks[name] = mask
            elif name in charts:
                self._crossed[charts[name]] = mask
            else:
                raise _refused(f"{name[:100]}: there is no such filter or chart on this dashboard.")

    def _require_columns(self, charts: Sequence[About]) -> None:
        known = {column for chart in charts for column in chart.columns}
        for each in self._plain:
            if each["col"] not in known:
                raise _refused(f"{str(each['col'])[:100]}: no chart of this dashboard has such a column.")

    def _is_about(self, native: Mapping[str, Any], chart: About) -> bool:
        if native["filterType"] != "filter_time" and chart.dataset not in _datasets(native):
            return False
        scope = _mapping(native.get("scope"))
        if chart.id in _listed(scope.get("excluded")):
            return False
        if isinstance(native.get("chartsInScope"), list):
            return chart.id in native["chartsInScope"]
        roots = scope.get("rootPath")
        if not isinstance(roots, list) or "ROOT_ID" in roots:
            return True
        return bool(layout.above(self._places, chart.id) & {str(root) for root in roots})

    def _is_crossed(self, source: int, chart: About) -> bool:
        own = _mapping(_mapping(self._crossing.get(str(source))).get("crossFilters"))
        scoped = own.get("chartsInScope")
        return not isinstance(scoped, list) or chart.id in scoped

    def _asked(self, native: Mapping[str, Any], chart: About) -> list[Filter]:
        mask = self._masks[str(native["id"])]
        span = _mapping(mask.get("extraFormData")).get("time_range")
        if not isinstance(span, str) or not span:
            return list(_filters_in(mask))
        column = _time_column(chart.form_data)
        return [{"col": column, "op": "TEMPORAL_RANGE", "val": span}] if column and span != NO_FILTER else []


def _time_column(form_data: Mapping[str, Any]) -> str | None:
    """The column that a dashboard's time filter moves."""
    own = [
        each.get("subject")
        for each in _listed(form_data.get("adhoc_filters"))
        if isinstance(each, Mapping) and each.get("operator") == "TEMPORAL_RANGE"
    ]
    named = (*own, form_data.get("granularity_sqla"), form_data.get("x_axis"))
    return next((each for each in named if isinstance(each, str) and each), None)


def _is_known(native: Any) -> bool:
    return isinstance(native, Mapping) and native.get("filterType") in KINDS and bool(native.get("id"))


def _datasets(native: Mapping[str, Any]) -> set[Any]:
    targets = [each for each in _listed(native.get("targets")) if isinstance(each, Mapping)]
    return {each.get("datasetId") for each in targets if _mapping(each.get("column")).get("name")}


def _filters_in(mask: Mapping[str, Any]) -> Sequence[Filter]:
    return _checked(_mapping(mask.get("extraFormData")).get("filters") or [])


def _checked(given: Any) -> Sequence[Filter]:
    """The filters as the core reads them. Raises BadRequest."""
    whole = isinstance(given, list) and all(
        isinstance(each, Mapping) and {"col", "op"} <= each.keys() for each in given
    )
    if not whole or not all(isinstance(each["col"], str) for each in given):
        raise _refused("Must be a list of filters {col, op, val}, or a data mask.")
    checked: Sequence[Filter]
    checked = questions.checked({"datasource": {"id": 0}, "queries": [{"filters": given}]}).queries[0]["filters"]
    return checked


def _value_told(mask: Mapping[str, Any]) -> str:
    state = _mapping(mask.get("filterState"))
    value = state.get("value")
    return "" if value in (None, "", []) or value == [None, None] or value == NO_FILTER else _shown(value)


def _filter_told(each: Filter) -> str:
    value = _shown(each.get("val"))
    if str(each["op"]).upper() in EQUALS:
        return f"{each['col']}: {value}"
    return f"{each['col']} {each['op']} {value}".strip()


def _shown(value: Any) -> str:
    if not isinstance(value, list):
        return "" if value is None else str(value)
    named = ["<NULL>" if each is None else str(each) for each in value[:MOST_TOLD]]
    return ", ".join(named) + (f" and {len(value) - MOST_TOLD} more" if len(value) > MOST_TOLD else "")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _refused(text: str) -> BadRequest:
    return BadRequest(f"filters: {text}", fields={"filters": [text]})
