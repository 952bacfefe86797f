// What the dialogs of the form are made of: rows of a name and a field, and the dialog around them.

import { action, dialog, made } from "../elements.js";

// {row, field} of a choice with a name.
export function select(label, choices, chosen) {
  const field = made("select", "field-input");
  field.append(...choices.map(([value, text]) => new Option(text, value)));
  if (choices.some(([value]) => value === chosen)) field.value = chosen;
  return { row: rowOf(label, field), field };
}

// {row, field} of a field with a name. asked: its properties. suggestions: texts to choose from.
export function input(label, asked, suggestions = []) {
  const field = Object.assign(made("input", "field-input"), asked);
  const row = rowOf(label, field);
  if (suggestions.length) {
    const known = made("datalist");
    known.id = `known-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    known.append(...suggestions.map((each) => new Option(each, each)));
    field.setAttribute("list", known.id);
    row.append(known);
  }
  return { row, field };
}

// {row, field} of a check box with a name.
export function check(label, checked) {
  const row = made("label", "editor-choice");
  const field = Object.assign(made("input"), { type: "checkbox", checked });
  row.append(field, made("span", "", label));
  return { row, field };
}

function rowOf(label, field) {
  const row = made("label", "editor-row", label);
  row.append(field);
  return row;
}

// A dialog with these rows. read(): what they hold, or null where something is missing, which it says. done(it): it is applied.
export function editor(title, rows, read, done) {
  const form = made("form", "editor");
  form.append(...rows);
  const box = dialog(title, form, { actions: [action("Cancel", () => box.close()), action("Apply", () => form.requestSubmit(), "main")] });
  form.querySelector("select, input")?.focus();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const found = read();
    if (found === null) return;
    box.close();
    done(found);
  });
  return form;
}
