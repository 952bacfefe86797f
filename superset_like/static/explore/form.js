// The form of a chart's type: its sections, their fields, and what is wrong with them.

import { action, made } from "../elements.js";
import { GROUPS, fieldOf } from "./fields.js";
import { choose } from "./types.js";

const ASKING = new Set(["annotations", "column", "columns", "metric", "metrics", "filters"]);

export class ChartForm {
  // update(): the reader wants the chart drawn anew.
  constructor(state, update) {
    this.state = state;
    this.root = made("form", "chart-form");
    this.root.setAttribute("aria-label", "What the chart asks and how it looks");
    this.update = action("Update chart", () => update(), "main update");
    this.update.title = "Ctrl+Enter";
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      update();
    });
    this.open = new Set();
    this.rows = new Map();
    state.on("replaced", () => this.build());
    state.on("changed", (name) => this.#changed(name));
  }

  build() {
    const { form, forms, formData } = this.state;
    this.rows.clear();
    const type = action(forms.titleOf(formData.viz_type), () => choose(this.state), "type-button");
    type.setAttribute("aria-label", `Chart type: ${forms.titleOf(formData.viz_type)}. Choose another`);
    const head = made("div", "type-row");
    head.append(made("span", "field-label", "Chart type"), type);
    const sections = (form?.sections ?? []).map((section, at) => this.#section(section, at));
    const unknown = form ? [] : [made("p", "said", `The type ${formData.viz_type} is not known here: its data is shown as a table.`)];
    const body = made("div", "form-body");
    body.append(head, ...unknown, ...sections);
    const foot = made("div", "form-foot");
    foot.append(this.update);
    this.root.replaceChildren(body, foot);
    this.#show();
  }

  // Whether the chart has to be asked anew when the field changes; the others are drawn at once.
  isAsked(name) {
    const section = (this.state.form?.sections ?? []).find((each) => each.controls.some((control) => control.name === name));
    return !section || section.controls.some((control) => ASKING.has(control.kind));
  }

  // Says of fields what is wrong with them: {name: [texts]}; whether one of them is here.
  complain(problems) {
    for (const row of this.rows.values()) this.#mark(row, "");
    const found = Object.entries(problems).filter(([name]) => this.rows.has(name));
    for (const [name, texts] of found) this.#mark(this.rows.get(name), firstText(texts));
    const first = found.length ? this.rows.get(found[0][0]) : null;
    if (first) {
      first.element.closest("details").open = true;
      first.element.querySelector("input, select, button")?.focus();
    }
    return found.length > 0;
  }

  #section(section, at) {
    const box = made("details", "form-section");
    box.open = at === 0 || this.open.has(section.title) || section.controls.some((control) => control.needed);
    box.addEventListener("toggle", () => (box.open ? this.open.add(section.title) : this.open.delete(section.title)));
    box.append(made("summary", "", section.title), ...section.controls.map((control) => this.#row(control)));
    return box;
  }

  #row(control) {
    const { state } = this;
    const id = `field-${control.name}`;
    const element = made("div", `field kind-${control.kind}`);
    element.dataset.name = control.name;
    const label = made("label", "field-label", control.label);
    label.htmlFor = id;
    if (control.needed === true) label.append(made("span", "needed", " needed"));
    const field = fieldOf({
      control,
      id,
      state,
      value: () => state.formData[control.name],
      set: (value) => {
        this.#mark(this.rows.get(control.name), "");
        state.set(control.name, value);
      },
    });
    const parts = control.kind === "checkbox" ? [field, label] : [label, field];
    element.append(...parts);
    if (control.help) element.append(made("small", "field-help", control.help));
    const wrong = made("p", "field-wrong");
    wrong.id = `${id}-wrong`;
    wrong.setAttribute("role", "alert");
    element.append(wrong);
    this.rows.set(control.name, { element, control, wrong });
    return element;
  }

  #mark(row, text) {
    if (!row) return;
    row.wrong.textContent = text;
    row.element.classList.toggle("wrong", Boolean(text));
    const field = row.element.querySelector(GROUPS.has(row.control.kind) ? ".combobox input" : "input, select");
    if (!field) return;
    if (text) field.setAttribute("aria-describedby", row.wrong.id);
    else field.removeAttribute("aria-describedby");
  }

  #changed(name) {
    this.#show();
    if (this.isAsked(name)) this.update.classList.add("due");
  }

  #show() {
    for (const { element, control } of this.rows.values()) element.hidden = !this.state.isShown(control);
  }
}

function firstText(told) {
  let found = told;
  while (found && typeof found === "object") [found] = Object.values(found);
  return String(found ?? "");
}
