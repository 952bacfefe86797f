// What the filters of a dashboard are set to, and what that means for each of its charts.
//
// Each has a data mask as Superset keeps it: native filters under their ids, cross filters under the id of the chart that
// was clicked.

const KINDS = new Set(["filter_select", "filter_range", "filter_time", "filter_timecolumn", "filter_timegrain"]);
const LISTS = ["filters", "adhoc_filters"];
const SINGLES = ["time_range", "granularity_sqla", "time_grain_sqla"];
const ROOT = "ROOT_ID";

export class Filters {
  // places: the layout. charts: id -> chart. changed(ids): called with the ids of masks that a reader set.
  constructor(metadata, { places, charts, changed }) {
    Object.assign(this, { metadata, places, charts, changed });
    const declared = metadata.native_filter_configuration ?? [];
    this.declared = declared.filter((each) => each?.id && (each.type === "DIVIDER" || KINDS.has(each.filterType)));
    this.natives = this.declared.filter((each) => each.type !== "DIVIDER");
    this.masks = new Map(this.natives.map((each) => [each.id, maskOf(each.id, each.defaultDataMask)]));
    this.byId = new Map(this.natives.map((each) => [each.id, each]));
  }

  // What the site may read: id -> data mask.
  dataMask() {
    return Object.fromEntries(this.masks);
  }

  mask(id) {
    return this.masks.get(id) ?? maskOf(id);
  }

  // The masks of a link, as far as they are about something on this dashboard.
  restore(masks) {
    for (const [id, mask] of Object.entries(masks ?? {})) {
      if (this.byId.has(id) || this.charts.has(Number(id))) this.masks.set(id, maskOf(id, mask));
    }
  }

  set(id, mask) {
    this.#put(id, mask);
    this.changed([id]);
  }

  // Nothing is set any more.
  clear() {
    const ids = [...this.masks.keys()];
    for (const id of ids) this.#put(id, {});
    this.changed(ids);
  }

  isSet(id) {
    const extra = this.mask(id).extraFormData;
    return LISTS.some((name) => extra[name]?.length) || SINGLES.some((name) => extra[name]);
  }

  // What is set, in words.
  text(id) {
    const { filterState, extraFormData } = this.mask(id);
    const value = filterState.label ?? filterState.value ?? extraFormData.time_range;
    return [value].flat().map(shownAs).join(", ");
  }

  // The cross filters that are set: [{id, name, text}].
  crossing() {
    const ids = [...this.masks.keys()].filter((id) => !this.byId.has(id) && this.isSet(id));
    return ids.map((id) => ({ id, name: this.#name(id), text: this.text(id) }));
  }

  // What a chart is to be asked with beside its own question.
  extraOf(chart) {
    return merged(this.#about(chart.id).map((id) => this.mask(id).extraFormData));
  }

  // The filters set that are about the chart: [{id, name, text, columns, isTime}].
  appliedTo(chart) {
    return this.#about(chart.id).filter((id) => this.isSet(id)).map((id) => {
      const extra = this.mask(id).extraFormData;
      const columns = (extra.filters ?? []).map((each) => each.col?.label ?? each.col?.sqlExpression ?? each.col);
      return { id, name: this.#name(id), text: this.text(id), columns, isTime: Boolean(extra.time_range) };
    });
  }

  // Filters without which the chart is not to be asked, and that are not set yet.
  missing(chart) {
    const wanted = this.natives.filter((each) => each.controlValues?.enableEmptyFilter && !this.isSet(each.id));
    return wanted.filter((each) => this.reaches(each, chart.id));
  }

  // What the filters say on which this one depends.
  parentsOf(native) {
    const parents = (native.cascadeParentIds ?? []).filter((id) => this.byId.has(id));
    return merged(parents.map((id) => this.mask(id).extraFormData));
  }

  childrenOf(id) {
    return this.natives.filter((each) => (each.cascadeParentIds ?? []).includes(id));
  }

  reaches(native, chartId) {
    return reached(native.scope, native.chartsInScope, this.places, chartId);
  }

  // Whether a click on a mark of this chart may filter others.
  crosses(chartId) {
    if (this.metadata.cross_filters_enabled === false) return false;
    return [...this.charts.keys()].some((other) => this.#isCrossed(chartId, other));
  }

  #put(id, mask) {
    if (this.byId.has(id)) this.masks.set(id, maskOf(id, mask));
    else if (mask.extraFormData?.filters?.length) this.masks.set(id, maskOf(id, mask));
    else this.masks.delete(id);
  }

  #name(id) {
    return this.byId.get(id)?.name ?? this.charts.get(Number(id))?.slice_name ?? "Chart";
  }

  #about(chartId) {
    return [...this.masks.keys()].filter((id) => {
      const native = this.byId.get(id);
      return native ? this.reaches(native, chartId) : this.#isCrossed(Number(id), chartId);
    });
  }

  #isCrossed(source, target) {
    if (source === target || this.metadata.cross_filters_enabled === false) return false;
    const own = this.metadata.chart_configuration?.[source]?.crossFilters?.scope;
    if (own && typeof own === "object") return reached(own, null, this.places, target);
    const shared = this.metadata.global_chart_configuration ?? {};
    return reached(shared.scope, shared.chartsInScope, this.places, target);
  }
}

function maskOf(id, mask) {
  const { extraFormData, filterState, ownState } = mask ?? {};
  return { extraFormData: extraFormData ?? {}, filterState: filterState ?? {}, ownState: ownState ?? {}, id };
}

function merged(extras) {
  const made = {};
  for (const extra of extras) {
    for (const name of LISTS) if (extra[name]?.length) made[name] = [...(made[name] ?? []), ...extra[name]];
    for (const name of SINGLES) if (extra[name]) made[name] = extra[name];
  }
  return made;
}

// Whether a filter is about a chart: one below the nodes of the layout that its scope names, and not excluded.
function reached(scope, inScope, places, chartId) {
  if (!scope || typeof scope !== "object") return Array.isArray(inScope) ? inScope.includes(chartId) : true;
  if ((scope.excluded ?? []).includes(chartId)) return false;
  const roots = scope.rootPath ?? [ROOT];
  return roots.includes(ROOT) || roots.some((root) => chartsBelow(places, root).has(chartId));
}

// Ids of the charts below a node of the layout.
export function chartsBelow(places, root, found = new Set(), seen = new Set()) {
  const place = places[root];
  if (!place || seen.has(root)) return found;
  seen.add(root);
  if (place.type === "CHART") found.add(place.meta?.chartId);
  for (const child of place.children ?? []) chartsBelow(places, child, found, seen);
  return found;
}

export function shownAs(value) {
  return value === null || value === undefined ? "<NULL>" : String(value);
}
