// The plain fields of a form: text, number, check box, choices, colours, bounds, grain, order.

import { SCHEME_NAMES, columnLabels, listed, metricLabels, palette } from "/chart_types/base.js";
import { made } from "../elements.js";
import { layersField } from "./annotation_layers.js";
import { askedColumn } from "./asked_columns.js";
import { chips } from "./chips.js";
import { rulesField } from "./colour_rules.js";
import { formatsField } from "./column_formats.js";
import { columnField, columnOptions, columnText } from "./columns.js";
import { combobox } from "./combobox.js";
import { currencyField } from "./currency.js";
import { filterField } from "./filters.js";
import { metricField } from "./metrics.js";

const MADE = {
  annotations: layersField,
  bounds,
  checkbox,
  colour,
  column: (asked) => columnField({ ...asked, many: false }),
  columns: (asked) => columnField({ ...asked, many: true }),
  conditions: rulesField,
  currency: currencyField,
  filters: filterField,
  formats: formatsField,
  grain,
  label,
  long,
  metric: (asked) => metricField({ ...asked, many: false }),
  metrics: (asked) => metricField({ ...asked, many: true }),
  number,
  order,
  scheme,
  select,
  text,
  texts,
};

// Kinds whose fields hold several elements, of which the first input bears the id.
export const GROUPS = new Set(["annotations", "bounds", "conditions", "formats", "columns", "column", "metrics", "metric", "filters", "order", "texts"]);

// The element in which the control's value is set. asked: {control, id, value(), set(value), state}.
export function fieldOf(asked) {
  return (MADE[asked.control.kind] ?? text)(asked);
}

function text({ control, id, value, set }) {
  const field = Object.assign(made("input", "field-input"), { type: "text", id, value: value() ?? "" });
  field.addEventListener("change", () => set(field.value === "" ? undefined : field.value));
  return suggesting(control, field);
}

function long({ control, id, value, set }) {
  const field = Object.assign(made("textarea", "field-input code"), { id, value: value() ?? control.default ?? "", rows: 8, spellcheck: false });
  field.addEventListener("change", () => set(field.value));
  return field;
}

function number({ control, id, value, set }) {
  const held = value() ?? "";
  const field = Object.assign(made("input", "field-input"), { type: "number", id, value: held, step: control.step ?? "any" });
  if (control.least !== undefined) field.min = control.least;
  if (control.most !== undefined) field.max = control.most;
  field.addEventListener("change", () => {
    const isValid = field.checkValidity();
    field.setAttribute("aria-invalid", String(!isValid));
    if (isValid) set(field.value === "" ? undefined : Number(field.value));
    else field.reportValidity();
  });
  return suggesting(control, field);
}

function suggesting(control, field) {
  if (!control.suggestions) return field;
  const known = made("datalist");
  known.id = `${field.id}-known`;
  known.append(...control.suggestions.map((each) => new Option(each, each)));
  field.setAttribute("list", known.id);
  const box = made("span", "field-box");
  box.append(field, known);
  return box;
}

function checkbox({ control, id, value, set }) {
  const field = Object.assign(made("input"), { type: "checkbox", id, checked: Boolean(value() ?? control.default) });
  field.addEventListener("change", () => set(field.checked));
  return field;
}

function select({ control, id, value, set }) {
  const field = Object.assign(made("select", "field-input"), { id });
  field.append(...control.choices.map(([, name], at) => new Option(name, at)));
  const held = value() ?? control.default ?? null;
  const at = control.choices.findIndex(([choice]) => choice === held || String(choice) === String(held));
  field.value = at < 0 ? "" : String(at);
  field.addEventListener("change", () => set(control.choices[Number(field.value)][0]));
  return field;
}

function grain({ id, value, set, state }) {
  const field = Object.assign(made("select", "field-input"), { id });
  const grains = state.dataset?.time_grain_sqla ?? [];
  field.append(new Option("None", ""), ...grains.map(([grain_, name]) => new Option(name, grain_)));
  field.value = value() ?? "";
  field.addEventListener("change", () => set(field.value || undefined));
  return field;
}

// One of the labels that the chart asks.
function label({ id, value, set, state }) {
  const field = Object.assign(made("select", "field-input"), { id });
  field.addEventListener("focus", offer);
  field.addEventListener("change", () => set(field.value || undefined));
  function offer() {
    const names = [...new Set([...columnLabels(state.formData, "x_axis"), ...metricLabels(state.formData, "metrics", "metric"), ...listed(value())])];
    field.replaceChildren(new Option("As it comes", ""), ...names.map((name) => new Option(askedColumn(state, name).text, name)));
    field.value = value() ?? "";
  }
  offer();
  return field;
}

function scheme({ control, id, value, set }) {
  const box = made("span", "field-box");
  const field = Object.assign(made("select", "field-input"), { id });
  const swatches = made("span", "swatches");
  swatches.setAttribute("aria-hidden", "true");
  const held = value() ?? control.default;
  field.append(...[...new Set([...SCHEME_NAMES, held])].map((name) => new Option(name, name)));
  field.value = held;
  const paint = () => {
    const colours = palette({ color_scheme: field.value }, { theme: "light" }).slice(0, 10);
    swatches.replaceChildren(...colours.map((colour_) => Object.assign(made("i"), { style: `background:${colour_}` })));
  };
  field.addEventListener("change", () => {
    paint();
    set(field.value);
  });
  paint();
  box.append(field, swatches);
  return box;
}

function colour({ id, value, set }) {
  const hex = ({ r, g, b }) => `#${[r, g, b].map((each) => Number(each).toString(16).padStart(2, "0")).join("")}`;
  const field = Object.assign(made("input", "field-colour"), { type: "color", id, value: value() ? hex(value()) : "#1fa8c9" });
  field.addEventListener("change", () => {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(field.value.slice(at, at + 2), 16));
    set({ r, g, b, a: 1 });
  });
  return field;
}

function bounds({ control, id, value, set }) {
  const box = made("span", "bounds");
  const fields = ["least", "greatest"].map((name, at) => {
    const held = listed(value())[at];
    const field = Object.assign(made("input", "field-input"), { type: "number", step: "any", value: held ?? "", placeholder: name });
    field.setAttribute("aria-label", `${control.label}, ${name}`);
    if (!at) field.id = id;
    return field;
  });
  box.addEventListener("change", () => {
    const both = fields.map((field) => (field.value === "" ? null : Number(field.value)));
    set(both.some((each) => each !== null) ? both : undefined);
  });
  box.append(...fields);
  return box;
}

// Columns by which rows are ordered, each up or down; kept as JSON texts of pairs.
function order({ control, id, value, set, state }) {
  const box = made("div", "picker");
  const pairs = () => listed(value()).map((each) => JSON.parse(each));
  const changed = (next) => {
    set(next.map((pair) => JSON.stringify(pair)));
    paint();
  };
  const paint = () => {
    const items = pairs();
    const list = chips({
      label: control.label,
      items,
      text: ([name, up]) => `${columnText(state, name)} ${up ? "ascending" : "descending"}`,
      edit: (at) => changed(items.map(([name, up], place) => [name, place === at ? !up : up])),
      changed,
    });
    const options = () => columnOptions(state).filter((each) => !items.some(([name]) => name === each.value));
    const field = combobox({ id, label: control.label, placeholder: "Add a column", options, chosen: ({ value: name }) => changed([...items, [name, true]]) });
    box.replaceChildren(...(items.length ? [list] : []), field);
  };
  paint();
  return box;
}

function texts({ control, id, value, set }) {
  const box = made("div", "picker");
  const changed = (next) => {
    set(next.length ? next : undefined);
    paint();
  };
  const paint = () => {
    const items = listed(value());
    const options = () => (control.suggestions ?? []).filter((each) => !items.includes(each)).map((each) => ({ value: each, text: each }));
    const list = chips({ label: control.label, items, text: String, changed });
    const free = (typed) => ({ value: typed, text: typed });
    const field = combobox({ id, label: control.label, placeholder: "Add", options, free, chosen: (option) => changed([...items, option.value]) });
    box.replaceChildren(...(items.length ? [list] : []), field);
  };
  paint();
  return box;
}

