// The forms of the chart types, as the server declares them: chart_types/forms.py says what a control's words mean.

import { listed } from "/chart_types/base.js";

const MANY = { columns: "column", metrics: "metric" };

class Forms {
  constructor({ forms, folders }) {
    this.byFolder = new Map(forms.map((form) => [form.folder, form]));
    this.folders = folders;
  }

  // The form of a viz_type; undefined for a type that nobody knows.
  of(vizType) {
    return this.byFolder.get(this.folders[vizType]);
  }

  titleOf(vizType) {
    const offered = this.of(vizType)?.offered ?? [];
    return (offered.find((each) => each.viz_type === vizType) ?? offered[0])?.title ?? vizType;
  }

  // What people may choose, by category.
  offered() {
    return [...this.byFolder.values()]
      .flatMap((form) => form.offered.map((each) => ({ ...each, folder: form.folder, category: form.category, about: form.about })))
      .sort((one, two) => one.category.localeCompare(two.category) || one.title.localeCompare(two.title));
  }
}

let known = null;

export function loadForms() {
  known ??= fetch("/chart_types/forms.json").then(async (answer) => new Forms(await answer.json()));
  return known;
}

export function controlsOf(form) {
  return form ? form.sections.flatMap((section) => section.controls) : [];
}

export function isShown(control, form, formData) {
  const defaults = Object.fromEntries(controlsOf(form).map((each) => [each.name, each.default]));
  const held = { ...defaults, ...formData };
  return Object.entries(control.when ?? {}).every(([name, values]) => values.includes(held[name] ?? null));
}

// The controls that are empty and without which nothing can be asked.
export function lacking(form, formData) {
  return controlsOf(form).filter((control) => {
    if (!control.needed || !isShown(control, form, formData)) return false;
    const names = Array.isArray(control.needed) ? control.needed : [control.name];
    return !names.some((name) => listed(formData[name]).length);
  });
}

// The form data of a chart of this type: what `formData` holds for it, and its own defaults beside that.
export function fitted(forms, vizType, formData, dataset) {
  const [from, to] = [forms.of(formData.viz_type), forms.of(vizType)];
  const controls = controlsOf(to);
  const mine = new Map(controls.map((control) => [control.name, control]));
  const made = { viz_type: vizType };
  for (const [name, value] of Object.entries(formData)) {
    const theirs = controlsOf(from).find((control) => control.name === name);
    // What nobody changed is the other type's choice, not the reader's.
    const isUntouched = vizType !== formData.viz_type && theirs && value === theirs.default && mine.get(name)?.default !== undefined;
    if (name !== "viz_type" && !isUntouched && (!theirs || canHold(mine.get(name), value, vizType))) made[name] = value;
  }
  for (const control of controls) {
    if (made[control.name] === undefined && control.default !== undefined && control.default !== null) made[control.name] = control.default;
  }
  for (const control of lacking(to, made)) {
    const found = guess(control, formData, from, dataset, made);
    if (found !== undefined) made[control.name] = found;
  }
  if (!listed(made.adhoc_filters).length && dataset?.main_dttm_col && mine.has("adhoc_filters")) {
    made.adhoc_filters = [timeFilter(dataset.main_dttm_col)];
  }
  return made;
}

export function timeFilter(subject, comparator = "No filter") {
  return { clause: "WHERE", expressionType: "SIMPLE", subject, operator: "TEMPORAL_RANGE", comparator };
}

function canHold(control, value, vizType) {
  if (!control || !(control.when?.viz_type ?? [vizType]).includes(vizType)) return false;
  if (control.kind in MANY || ["annotations", "bounds", "conditions", "filters", "order", "texts"].includes(control.kind)) return Array.isArray(value);
  if (control.kind === "select") return control.choices.some(([choice]) => choice === value);
  return !Array.isArray(value);
}

// What a needed control may hold of what the other form held, else of what the dataset has.
function guess(control, formData, from, dataset, made) {
  const kind = MANY[control.kind] ?? control.kind;
  const others = controlsOf(from).filter((each) => (MANY[each.kind] ?? each.kind) === kind && each.name !== "timeseries_limit_metric");
  let found = others.flatMap((each) => listed(formData[each.name]));
  // Two columns of a chart are two: a source is not its target.
  const taken = new Set(Object.entries(made).filter(([name]) => name !== control.name).flatMap(([, value]) => listed(value)));
  if (kind === "column") found = found.filter((each) => suits(control, each, dataset) && !taken.has(each));
  if (!found.length && kind === "metric" && dataset?.metrics.length) {
    found = [(dataset.metrics.find((each) => each.metric_name === "count") ?? dataset.metrics[0]).metric_name];
  }
  if (!found.length && kind === "column" && dataset?.main_dttm_col && (control.only === "time" || control.name === "x_axis")) {
    found = [dataset.main_dttm_col];
  }
  if (!found.length) return undefined;
  return control.kind in MANY ? found : found[0];
}

function suits(control, column, dataset) {
  const known_ = dataset?.columns.find((each) => each.column_name === column);
  if (!control.only) return control.name === "x_axis" || !known_?.is_dttm;
  return control.only === "time" ? Boolean(known_?.is_dttm) : known_?.type_generic === 0;
}
