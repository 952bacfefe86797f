// A native filter as Superset keeps it (native_filter_configuration): new ones, what each kind needs, and their default values.

export const KINDS = [
  ["filter_select", "Values"],
  ["filter_range", "Numerical range"],
  ["filter_time", "Time range"],
  ["filter_timecolumn", "Time column"],
  ["filter_timegrain", "Time grain"],
];
const WITH_COLUMN = new Set(["filter_select", "filter_range"]);
const WITH_PARENTS = new Set(["filter_select", "filter_range"]);
const NUMBER = 0;

const EMPTY = { extraFormData: {}, filterState: {}, ownState: {} };
const EVERYWHERE = { rootPath: ["ROOT_ID"], excluded: [] };

export function freshFilter(filterType = "filter_select") {
  return {
    id: newId("NATIVE_FILTER"), type: "NATIVE_FILTER", filterType, name: "", description: "", targets: [{}], controlValues: controls(filterType),
    defaultDataMask: EMPTY, cascadeParentIds: [], scope: EVERYWHERE,
  };
}

export function freshDivider() {
  return { id: newId("NATIVE_FILTER_DIVIDER"), type: "DIVIDER", title: "", description: "", scope: EVERYWHERE };
}

function newId(prefix) {
  return `${prefix}-${Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => (byte % 36).toString(36)).join("")}`;
}

function controls(filterType) {
  if (filterType !== "filter_select") return { enableEmptyFilter: false };
  return { enableEmptyFilter: false, defaultToFirstItem: false, multiSelect: true, searchAllOptions: false, inverseSelection: false };
}

// The filter as one of another kind: what does not fit goes.
export function ofKind(filter, filterType) {
  const [target = {}] = filter.targets ?? [];
  const targets = filterType === "filter_time" ? [{}] : [target.datasetId ? { datasetId: target.datasetId } : {}];
  return { ...filter, filterType, targets, controlValues: controls(filterType), defaultDataMask: EMPTY, cascadeParentIds: [] };
}

export function isDivider(filter) {
  return filter.type === "DIVIDER";
}

export function needsDataset(filter) {
  return !isDivider(filter) && filter.filterType !== "filter_time";
}

export function needsColumn(filter) {
  return WITH_COLUMN.has(filter.filterType);
}

export function targetOf(filter) {
  const [target = {}] = filter.targets ?? [];
  return { datasetId: target.datasetId, column: target.column?.name };
}

// The columns of a dataset that a kind of filter can be about.
export function columnsFor(filter, columns) {
  if (filter.filterType === "filter_range") return columns.filter((column) => column.type_generic === NUMBER);
  return columns.filter((column) => column.filterable !== false);
}

// What is missing; empty when nothing is.
export function objection(filter) {
  if (isDivider(filter)) return filter.title?.trim() ? "" : "A divider needs a title.";
  if (!filter.name?.trim()) return "A filter needs a name.";
  const { datasetId, column } = targetOf(filter);
  if (needsDataset(filter) && !datasetId) return "Choose the dataset.";
  if (needsColumn(filter) && !column) return "Choose the column.";
  return "";
}

// The filters on which this one may depend: no one that depends on it.
export function possibleParents(filter, filters) {
  if (!WITH_PARENTS.has(filter.filterType)) return [];
  const dependsOnIt = (other, seen = new Set()) => {
    if (other.id === filter.id) return true;
    if (seen.has(other.id)) return false;
    seen.add(other.id);
    return (other.cascadeParentIds ?? []).some((id) => {
      const parent = filters.find((each) => each.id === id);
      return parent && dependsOnIt(parent, seen);
    });
  };
  return filters.filter((other) => !isDivider(other) && !dependsOnIt(other));
}

// The filters without one of them, and without what depended on it.
export function without(filters, id) {
  return filters
    .filter((each) => each.id !== id)
    .map((each) => (each.cascadeParentIds?.includes(id) ? { ...each, cascadeParentIds: each.cascadeParentIds.filter((other) => other !== id) } : each));
}

// The data mask of a value: what the filter asks of the charts, and what it shows. value: a list; for a range [low, high].
export function maskOf(filter, value) {
  const { column } = targetOf(filter);
  const known = (value ?? []).filter((each) => each !== null && each !== "");
  if (filter.filterType === "filter_select" ? !value?.length : !known.length) return EMPTY;
  const label = value.map((each) => (each === null ? "<NULL>" : String(each))).join(", ");
  const state = { ownState: {}, filterState: { value, label } };
  switch (filter.filterType) {
    case "filter_select": {
      const op = filter.controlValues?.inverseSelection ? "NOT IN" : "IN";
      return { ...state, extraFormData: { filters: [{ col: column, op, val: value }] } };
    }
    case "filter_range": {
      const [low, high] = value;
      const filters = [[">=", low], ["<=", high]].filter(([, each]) => each !== null && each !== "").map(([op, val]) => ({ col: column, op, val }));
      const text = low === null ? `x ≤ ${high}` : high === null ? `x ≥ ${low}` : `${low} ≤ x ≤ ${high}`;
      return { ownState: {}, filterState: { value, label: text }, extraFormData: { filters } };
    }
    case "filter_time":
      return { ownState: {}, filterState: { value: value[0] }, extraFormData: { time_range: value[0] } };
    case "filter_timecolumn":
      return { ...state, extraFormData: { granularity_sqla: value[0] } };
    default:
      return { ...state, extraFormData: { time_grain_sqla: value[0] } };
  }
}

// The default value as a list.
export function defaultOf(filter) {
  const { value } = filter.defaultDataMask?.filterState ?? {};
  return value === undefined || value === null ? [] : [value].flat();
}
