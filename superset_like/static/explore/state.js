// What is being made: the form data, the dataset that it asks, the chart that it was saved as; and who wants to know.

import { columnLabel, listed } from "/chart_types/base.js";
import { controlsOf, fitted, isShown, lacking } from "./forms.js";

// What says which chart it is, not how it is.
const IDENTITY = new Set(["slice_id", "datasource", "url_params", "extra_form_data", "dashboardId", "temporal_columns_lookup"]);

export class Exploration {
  constructor(known, forms) {
    Object.assign(this, { known, forms, chart: null, dataset: null, formData: {}, name: "" });
    this.listeners = new Map();
  }

  // Events: `changed` (one field), `replaced` (the form is another one), `dataset`, `chart`.
  on(event, act) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), act]);
  }

  tell(event, detail) {
    for (const act of this.listeners.get(event) ?? []) act(detail);
  }

  get form() {
    return this.forms.of(this.formData.viz_type);
  }

  set(name, value) {
    if (value === undefined || value === null) delete this.formData[name];
    else this.formData[name] = value;
    this.tell("changed", name);
  }

  // All of it anew. isSaved: it is what is stored.
  replace({ chart = this.chart, dataset = this.dataset, formData, isSaved = false }) {
    Object.assign(this, { chart, dataset });
    this.formData = isSaved || this.forms.of(formData.viz_type) === undefined ? { ...formData } : fitted(this.forms, formData.viz_type, formData, dataset);
    this.name = chart?.slice_name ?? this.name;
    if (isSaved) this.saved = this.#told();
    this.tell("dataset");
    this.tell("replaced");
    this.tell("chart");
  }

  setType(vizType) {
    this.formData = fitted(this.forms, vizType, this.formData, this.dataset);
    this.tell("replaced");
    this.tell("changed", "viz_type");
  }

  setDataset(dataset) {
    this.dataset = dataset;
    this.tell("dataset");
    this.tell("replaced");
    this.tell("changed", "datasource");
  }

  setName(name) {
    this.name = name;
    this.tell("chart");
  }

  // What is stored is what is here.
  markSaved(chart = this.chart) {
    this.chart = chart;
    if (chart) this.name = chart.slice_name;
    this.saved = this.#told();
    this.tell("chart");
  }

  get isChanged() {
    return this.saved !== undefined && this.saved !== this.#told();
  }

  isShown(control) {
    return isShown(control, this.form, this.formData) && (control.kind !== "grain" || this.#cutsTime());
  }

  lacking() {
    return this.form ? lacking(this.form, this.formData) : [];
  }

  // The form data as they are sent and stored.
  sent() {
    const times = this.dataset?.columns.filter((each) => each.is_dttm).map((each) => [each.column_name, true]) ?? [];
    return {
      ...this.formData,
      datasource: `${this.dataset?.id}__table`,
      temporal_columns_lookup: Object.fromEntries(times),
      ...(this.chart ? { slice_id: this.chart.id } : {}),
    };
  }

  column(name) {
    return this.dataset?.columns.find((each) => each.column_name === name);
  }

  metric(name) {
    return this.dataset?.metrics.find((each) => each.metric_name === name);
  }

  // A grain means something where a column of time is asked for.
  #cutsTime() {
    const named = controlsOf(this.form).filter((each) => ["column", "columns"].includes(each.kind));
    return named.flatMap((each) => listed(this.formData[each.name])).some((each) => this.column(columnLabel(each))?.is_dttm);
  }

  #told() {
    const own = Object.entries(this.formData).filter(([name]) => !IDENTITY.has(name));
    const sorted = own.sort(([one], [two]) => (one < two ? -1 : 1));
    return JSON.stringify([this.name, this.dataset?.id, sorted]);
  }
}
