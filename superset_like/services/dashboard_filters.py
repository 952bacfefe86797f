"""What a dashboard's filters ask of each of its charts: as they were saved, or as somebody set them."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from superset_like.errors import BadRequest
from superset_like.models import Chart, Dashboard
from superset_like.services import declarations, extra_form_data, remembered
from superset_like.services.extra_form_data import Extra

# They are told as a filter of the page tells its values.
EQUALS = frozenset({"==", "IN"})
NO_FILTER = "No filter"
# Of the values of one filter, so many are told by name.
MOST_TOLD = 5
LONGEST_TOLD = 1000
WANTED = "Must be a list of filters {col, op, val}, or a data mask."


class Filters:
    """The filters of one dashboard.

    given: what somebody set: a list of {col, op, val} for all charts whose data has the column, or a data mask, which
    is {id of a filter or a chart: {extraFormData, filterState}}. Raises BadRequest.
    """

    def __init__(self, dashboard: Dashboard, given: Any) -> None:
        self._metadata = declarations.metadata_of(dashboard)
        self._positions = orjson.loads(dashboard.position_json or "{}")
        self._native = {str(each["id"]): each for each in declarations.native(self._metadata)}
        self._charts = {str(chart.id): chart for chart in dashboard.charts}
        self._masks = {pk: _mapping(each.get("defaultDataMask")) for pk, each in self._native.items()}
        self._plain = extra_form_data.NOTHING
        if isinstance(given, list):
            self._plain = extra_form_data.read({"filters": given}, "filters")
            self._require_columns()
        elif isinstance(given, Mapping):
            self._set(given)
        elif given is not None:
            raise _refused(WANTED)
        self._extras = {pk: _extra(mask) for pk, mask in self._masks.items()}

    def of(self, chart: Chart) -> Extra:
        """What to ask the chart with besides its own question."""
        about = [extra for pk, extra in self._extras.items() if self._reaches(pk, chart.id)]
        known = columns_of(chart)
        plain = [each for each in self._plain.filters if _is_about(each, known)]
        return extra_form_data.merged([*about, Extra(tuple(plain))])

    def told(self) -> str:
        """What is set, for a reader: `Region: north, south · Year: Last year`."""
        said = [(self._name(pk), _value_told(mask)) for pk, mask in self._masks.items()]
        words = [f"{name}: {value}" for name, value in said if value]
        return " · ".join([*words, *(_filter_told(each) for each in self._plain.filters)])[:LONGEST_TOLD]

    def _set(self, given: Mapping[str, Any]) -> None:
        for name, mask in given.items():
            if not isinstance(mask, Mapping):
                raise _refused(f"{name[:100]}: must be a data mask with extraFormData.")
            if name not in self._native and name not in self._charts:
                raise _refused(f"{name[:100]}: there is no such filter or chart on this dashboard.")
            self._masks[name] = mask

    def _require_columns(self) -> None:
        known = {column for chart in self._charts.values() for column in columns_of(chart)}
        for each in self._plain.filters:
            if not _is_about(each, known):
                raise _refused(f"{str(each['col'])[:100]}: no chart of this dashboard has such a column.")

    def _reaches(self, pk: str, chart_id: int) -> bool:
        native = self._native.get(pk)
        if native is None:
            return declarations.crosses(self._metadata, self._positions, int(pk), chart_id)
        return declarations.reaches(native.get("scope"), native.get("chartsInScope"), self._positions, chart_id)

    def _name(self, pk: str) -> str:
        named = self._native[pk].get("name") if pk in self._native else self._charts[pk].slice_name
        return str(named or "Filter")


def columns_of(chart: Chart) -> Collection[str]:
    """Names of the columns of the chart's dataset; none for a chart without one."""
    if chart.datasource_id is None:
        return frozenset()
    return {column.column_name for column in remembered.dataset(chart.datasource_id).columns}


def _is_about(each: Mapping[str, Any], known: Collection[str]) -> bool:
    return isinstance(each["col"], str) and each["col"] in known


def _extra(mask: Mapping[str, Any]) -> Extra:
    given = mask.get("extraFormData")
    if given is not None and not isinstance(given, Mapping):
        raise _refused(WANTED)
    return extra_form_data.read(given or {}, "filters")


def _value_told(mask: Mapping[str, Any]) -> str:
    value = _mapping(mask.get("filterState")).get("value")
    return "" if value in (None, "", []) or value == [None, None] or value == NO_FILTER else _shown(value)


def _filter_told(each: Mapping[str, Any]) -> str:
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


def _refused(text: str) -> BadRequest:
    return BadRequest(f"filters: {text}", fields={"filters": [text]})
