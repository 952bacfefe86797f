// Fields of the form: each a label with its control, and below it what is wrong with it.

import { made } from "../elements.js";

let number = 0;

// {element, control}: a labelled control. name: as the API calls it. hint: a sentence below it.
export function field(name, label, control, hint = "") {
  const element = made("div", "upload-field");
  control.id = `upload-${(number += 1)}`;
  control.name = name;
  const title = made("label", "", label);
  title.htmlFor = control.id;
  const more = made("p", "upload-hint", hint);
  more.id = `${control.id}-hint`;
  control.setAttribute("aria-describedby", more.id);
  element.append(title, control, more);
  return { element, control, hint, more };
}

export function textInput(value = "", attributes = {}) {
  const input = Object.assign(made("input"), { type: "text", value, autocomplete: "off", spellcheck: false, ...attributes });
  return input;
}

// A select of [value, text] pairs.
export function choice(options) {
  const select = made("select");
  select.append(...options.map(([each, text]) => Object.assign(made("option", "", text), { value: each })));
  return select;
}

// The fields at fault say so; the first one is where one goes on.
export function blame(fields, faults) {
  let first = null;
  for (const [name, { control, hint, more }] of Object.entries(fields)) {
    const text = [faults[name] ?? []].flat().join(" ");
    more.textContent = text || hint;
    more.classList.toggle("failed", Boolean(text));
    control.toggleAttribute("aria-invalid", Boolean(text));
    if (text) {
      control.setAttribute("aria-invalid", "true");
      first ??= control;
    }
  }
  first?.focus();
}
