"""The ids of an installation inside charts and dashboards: changed for the numbers of a bundle, and back.

Both directions are the same walk with other maps. What names an object that the other side does not have is left out:
an id means nothing elsewhere, or something else.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

ID = re.compile(r"[0-9]{1,10}")
DATASOURCE = re.compile(r"\d+__(\w+)")
# These name the dashboards that a chart was last saved to: ids of another installation's dashboards.
DASHBOARDS = frozenset({"dashboardId", "dashboards"})
CHART_SOURCES = frozenset({"line", "table"})

Translated = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ChartIds:
    """What the ids in a chart become. dataset: None when it has none. annotation: None leaves the layer out."""

    chart: int
    dataset: int | None
    annotation: Translated

    def form(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Form data."""
        made = {name: value for name, value in form.items() if name not in DASHBOARDS}
        if "slice_id" in made:
            made["slice_id"] = self.chart
        if isinstance(made.get("datasource"), str):
            self._put_datasource(made, made["datasource"])
        return self._with_annotations(made)

    def context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """A query context."""
        made = self._with_datasource(context)
        if isinstance(made.get("form_data"), dict):
            made["form_data"] = self.form(made["form_data"])
        if isinstance(made.get("queries"), list):
            made["queries"] = [
                self._with_annotations(self._with_datasource(query)) if isinstance(query, dict) else query
                for query in made["queries"]
            ]
        return made

    def _put_datasource(self, made: dict[str, Any], former: str) -> None:
        kind = DATASOURCE.fullmatch(former)
        if kind and self.dataset is not None:
            made["datasource"] = f"{self.dataset}__{kind[1]}"

    def _with_datasource(self, holder: Mapping[str, Any]) -> dict[str, Any]:
        made = dict(holder)
        source = made.get("datasource")
        if isinstance(source, dict) and "id" in source and self.dataset is not None:
            made["datasource"] = {**source, "id": self.dataset}
        return made

    def _with_annotations(self, holder: dict[str, Any]) -> dict[str, Any]:
        layers = holder.get("annotation_layers")
        if not isinstance(layers, list):
            return holder
        translated = [self._annotation(layer) for layer in layers]
        return {**holder, "annotation_layers": [layer for layer in translated if layer is not None]}

    def _annotation(self, layer: Any) -> Any:
        if not isinstance(layer, dict) or layer.get("sourceType") not in CHART_SOURCES or "value" not in layer:
            return layer
        value = self.annotation(layer["value"])
        return None if value is None else {**layer, "value": value}


def annotated_charts(form: Mapping[str, Any]) -> list[Any]:
    """The charts that the annotation layers of form data name."""
    layers = form.get("annotation_layers")
    named = [layer for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else []
    return [layer["value"] for layer in named if layer.get("sourceType") in CHART_SOURCES and "value" in layer]


def chart_nodes(layout: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Name -> `meta` of the places of charts in a layout."""
    return {
        name: node["meta"] if isinstance(node.get("meta"), dict) else {}
        for name, node in layout.items()
        if isinstance(node, dict) and node.get("type") == "CHART"
    }


def placed(layout: Mapping[str, Any], meta_of: Callable[[dict[str, Any]], dict[str, Any] | None]) -> dict[str, Any]:
    """The layout with other `meta` for its charts; a place for which there is none is taken out."""
    metas = {name: meta_of(meta) for name, meta in chart_nodes(layout).items()}
    gone = {name for name, meta in metas.items() if meta is None}
    made = {}
    for name, node in layout.items():
        if name in gone:
            continue
        if name in metas:
            node = {**node, "meta": metas[name]}
        made[name] = _without(node, gone)
    return made


def _without(node: Any, gone: set[str]) -> Any:
    children = node.get("children") if isinstance(node, dict) else None
    if not gone or not isinstance(children, list) or not any(_is_among(child, gone) for child in children):
        return node
    return {**node, "children": [child for child in children if not _is_among(child, gone)]}


def _is_among(child: Any, names: set[str]) -> bool:
    return isinstance(child, str) and child in names


@dataclass(frozen=True, slots=True)
class DashboardIds:
    """What the ids in a dashboard's metadata become. target: a native filter's target with another dataset."""

    charts: Mapping[int, int]
    target: Callable[[dict[str, Any]], dict[str, Any]]

    def metadata(self, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """The metadata with other ids, in the same order."""
        return {name: self._entry(name, value) for name, value in metadata.items() if name not in FORGOTTEN}

    def _entry(self, name: str, value: Any) -> Any:
        if name in FILTERS and isinstance(value, list):
            return [self._filter(each) if isinstance(each, dict) else each for each in value]
        if name in ID_LISTS:
            return self._ids(value)
        if name in ID_MAPS:
            return self._keyed(value)
        if name == "default_filters" and isinstance(value, str):
            return self._default_filters(value)
        if name == "filter_scopes" and isinstance(value, dict):
            return {chart: self._filter_scope(columns) for chart, columns in self._keyed(value).items()}
        if name == "global_chart_configuration" and isinstance(value, dict):
            return self._scoped(value)
        if name == "chart_configuration" and isinstance(value, dict):
            return {chart: self._configured(chart, each) for chart, each in self._keyed(value).items()}
        return value

    def _filter(self, each: dict[str, Any]) -> dict[str, Any]:
        made = self._scoped(each)
        if isinstance(made.get("targets"), list):
            made["targets"] = [
                self.target(target) if isinstance(target, dict) else target for target in made["targets"]
            ]
        return made

    def _configured(self, chart: str, each: Any) -> Any:
        if not isinstance(each, dict):
            return each
        made = {**each, "id": int(chart)} if "id" in each else dict(each)
        if isinstance(made.get("crossFilters"), dict):
            made["crossFilters"] = self._scoped(made["crossFilters"])
        return made

    def _scoped(self, holder: dict[str, Any]) -> dict[str, Any]:
        made = dict(holder)
        if isinstance(made.get("scope"), dict) and "excluded" in made["scope"]:
            made["scope"] = {**made["scope"], "excluded": self._ids(made["scope"]["excluded"])}
        if "chartsInScope" in made:
            made["chartsInScope"] = self._ids(made["chartsInScope"])
        return made

    def _filter_scope(self, columns: Any) -> Any:
        if not isinstance(columns, dict):
            return columns
        return {
            name: {**each, "immune": self._ids(each["immune"])} if isinstance(each, dict) and "immune" in each else each
            for name, each in columns.items()
        }

    def _default_filters(self, text: str) -> str:
        try:
            value = json.loads(text)
        except ValueError:
            return text
        return json.dumps(self._keyed(value)) if isinstance(value, dict) else text

    def _ids(self, value: Any) -> Any:
        return [self.charts[pk] for pk in value if pk in self.charts] if _is_ids(value) else value

    def _keyed(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        numbers = {key: self.charts.get(int(key)) for key in value if ID.fullmatch(key)}
        return {str(pk): value[key] for key, pk in numbers.items() if pk is not None}


# `import_time` says when; the other was a feature's switch and is refused by no version.
FORGOTTEN = frozenset({"import_time", "show_native_filters"})
FILTERS = frozenset({"native_filter_configuration", "chart_customization_config"})
ID_LISTS = frozenset({"timed_refresh_immune_slices", "filter_immune_slices"})
ID_MAPS = frozenset({"expanded_slices", "filter_immune_slice_fields"})


def _is_ids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(pk, int) for pk in value)
