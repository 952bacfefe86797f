// The native filters of a dashboard: what they are set to, and the bar in which a reader sets them.

import { made } from "../elements.js";

const KINDS = { filter_select: select, filter_range: range, filter_time: time };
const SPANS = ["No filter", "Last day", "Last week", "Last month", "Last quarter", "Last year", "Current month", "Current year"];

export class Filters {
  // values(datasetId, column): the values to choose from. changed(ids): called when a reader sets one.
  constructor(metadata, { values, changed }) {
    this.values = values;
    this.changed = changed;
    this.filters = (metadata.native_filter_configuration ?? []).filter((each) => KINDS[each.filterType]);
    this.masks = new Map(this.filters.map((each) => [each.id, maskOf(each, each.defaultDataMask ?? {})]));
  }

  // What the site may read: filter id -> its data mask.
  dataMask() {
    return Object.fromEntries(this.masks);
  }

  // The filters to ask a chart with.
  of(chart) {
    const [datasetId] = String(chart.form_data?.datasource ?? "").split("__");
    return this.filters
      .filter((each) => isAbout(each, Number(datasetId)) && !(each.scope?.excluded ?? []).includes(chart.id))
      .filter((each) => !each.chartsInScope || each.chartsInScope.includes(chart.id))
      .flatMap((each) => this.#asked(each, Number(datasetId), chart));
  }

  #asked(filter, datasetId, chart) {
    const { filters, time_range: span } = this.masks.get(filter.id).extraFormData ?? {};
    if (!span) return filters ?? [];
    const own = (chart.form_data?.adhoc_filters ?? []).find((each) => each.operator === "TEMPORAL_RANGE");
    const column = own?.subject ?? chart.form_data?.granularity_sqla ?? chart.form_data?.x_axis;
    return column && span !== "No filter" ? [{ col: column, op: "TEMPORAL_RANGE", val: span }] : [];
  }

  set(id, mask) {
    const filter = this.filters.find((each) => each.id === id);
    if (!filter) return;
    this.masks.set(id, maskOf(filter, mask));
    this.changed();
  }

  // The bar; nothing when there is no filter.
  bar() {
    if (!this.filters.length) return null;
    const bar = made("form", "dash-filters card");
    bar.setAttribute("aria-label", "Filters");
    bar.addEventListener("submit", (event) => event.preventDefault());
    for (const filter of this.filters) bar.append(KINDS[filter.filterType](filter, this));
    const clear = made("button", "dash-clear", "Clear all");
    clear.type = "button";
    clear.addEventListener("click", () => {
      for (const filter of this.filters) this.masks.set(filter.id, maskOf(filter, {}));
      bar.replaceWith(this.bar());
      this.changed();
    });
    bar.append(clear);
    return bar;
  }
}

function maskOf(filter, mask) {
  return { extraFormData: {}, filterState: {}, ownState: {}, ...mask, id: filter.id };
}

function isAbout(filter, datasetId) {
  return filter.filterType === "filter_time" || columnOf(filter)?.datasetId === datasetId;
}

function columnOf(filter) {
  const target = (filter.targets ?? []).find((each) => each.column?.name);
  return target && { datasetId: target.datasetId, name: target.column.name };
}

function shownAs(value) {
  return value === null ? "<NULL>" : String(value);
}

// Values with a search field and check boxes, in a box that opens.
function select(filter, filters) {
  const box = made("details", "dash-filter");
  const summary = made("summary", "", "");
  const list = made("div", "dash-values");
  const target = columnOf(filter);
  let chosen = filters.masks.get(filter.id).filterState?.value ?? [];
  let offered = null;

  function name() {
    summary.textContent = `${filter.name}: ${chosen.length ? chosen.map(shownAs).join(", ") : "All"}`;
  }

  function choose(value, on) {
    chosen = on ? [...chosen, value] : chosen.filter((each) => each !== value);
    if (filter.controlValues?.multiSelect === false && on) chosen = [value];
    name();
    const op = filter.controlValues?.inverseSelection ? "NOT IN" : "IN";
    const asked = chosen.length ? { filters: [{ col: target.name, op, val: chosen }] } : {};
    filters.set(filter.id, { extraFormData: asked, filterState: { value: chosen, label: chosen.map(shownAs).join(", ") } });
    if (filter.controlValues?.multiSelect === false) paint();
  }

  function paint(search = "") {
    const found = offered.filter((value) => shownAs(value).toLowerCase().includes(search.toLowerCase())).slice(0, 200);
    list.replaceChildren(
      ...found.map((value) => {
        const label = made("label", "dash-value");
        const check = Object.assign(document.createElement("input"), { type: "checkbox", checked: chosen.includes(value) });
        check.addEventListener("change", () => choose(value, check.checked));
        label.append(check, made("span", "", shownAs(value)));
        return label;
      }),
    );
    if (!found.length) list.append(made("p", "said", "No value."));
  }

  const search = Object.assign(document.createElement("input"), { type: "search", placeholder: "Search" });
  search.setAttribute("aria-label", `Search the values of ${filter.name}`);
  search.addEventListener("input", () => offered && paint(search.value));
  box.addEventListener("toggle", async () => {
    if (!box.open || offered || !target) return;
    list.replaceChildren(made("p", "said loading", "Loading …"));
    try {
      offered = await filters.values(target.datasetId, target.name);
      paint();
    } catch (error) {
      console.error(error);
      list.replaceChildren(made("p", "said failed", "The values could not be loaded."));
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    box.open = false;
    summary.focus();
  });
  name();
  box.append(summary, search, list);
  return box;
}

// Two numbers.
function range(filter, filters) {
  const box = made("fieldset", "dash-filter");
  box.append(made("legend", "", filter.name));
  const [from, to] = filters.masks.get(filter.id).filterState?.value ?? [null, null];
  const fields = [["From", from], ["To", to]].map(([label, value]) => {
    const field = Object.assign(document.createElement("input"), { type: "number", step: "any", value: value ?? "" });
    field.setAttribute("aria-label", `${filter.name}: ${label.toLowerCase()}`);
    field.placeholder = label;
    box.append(field);
    return field;
  });
  box.addEventListener("change", () => {
    const [low, high] = fields.map((field) => (field.value === "" ? null : Number(field.value)));
    const col = columnOf(filter)?.name;
    const asked = [];
    if (low !== null) asked.push({ col, op: ">=", val: low });
    if (high !== null) asked.push({ col, op: "<=", val: high });
    filters.set(filter.id, { extraFormData: asked.length ? { filters: asked } : {}, filterState: { value: [low, high] } });
  });
  return box;
}

// A stretch of time, of the usual ones or as the reader writes it.
function time(filter, filters) {
  const box = made("label", "dash-filter", `${filter.name} `);
  const field = Object.assign(document.createElement("input"), { type: "text", placeholder: "No filter" });
  const known = made("datalist");
  known.id = `spans-${filter.id}`;
  known.append(...SPANS.map((span) => Object.assign(document.createElement("option"), { value: span })));
  field.setAttribute("list", known.id);
  field.value = filters.masks.get(filter.id).filterState?.value ?? "";
  field.addEventListener("change", () => {
    const span = field.value.trim();
    filters.set(filter.id, { extraFormData: span ? { time_range: span } : {}, filterState: { value: span || undefined } });
  });
  box.append(field, known);
  return box;
}
