// Choosing columns: those of the dataset, or an expression with a name.

import { columnLabel, listed } from "/chart_types/base.js";
import { action, dialog, made } from "../elements.js";
import { chips } from "./chips.js";
import { combobox } from "./combobox.js";

const KINDS = ["123", "abc", "time", "yes/no"];
const CUSTOM = "Custom SQL …";

// What a column is, in a word.
export function kindOf(column) {
  return column.is_dttm ? KINDS[2] : (KINDS[column.type_generic] ?? "");
}

export function columnOptions(state, only) {
  return (state.dataset?.columns ?? [])
    .filter((each) => !only || (only === "time" ? each.is_dttm : each.type_generic === 0))
    .map((each) => ({ value: each.column_name, text: nameOf(each), detail: [each.verbose_name ? each.column_name : "", kindOf(each)].filter(Boolean).join(" · ") }));
}

export function nameOf(column) {
  return column.verbose_name || column.column_name;
}

export function columnText(state, column) {
  const known = typeof column === "string" ? state.column(column) : null;
  return known ? nameOf(known) : columnLabel(column);
}

// A field for one column (many false) or for several, in their order.
export function columnField({ control, id, value, set, state, many }) {
  const box = made("div", "picker");
  const items = () => listed(value()).filter((each) => each !== "");

  function changed(next) {
    set(many ? next : (next[0] ?? undefined));
    paint();
  }

  function custom(at) {
    const present = items()[at];
    expression(`${control.label}: custom SQL`, typeof present === "object" ? present : {}, (made_) => {
      const next = many ? [...items()] : [];
      if (at === undefined) next.push(made_);
      else next[many ? at : 0] = made_;
      changed(next);
    });
  }

  function edit(at) {
    if (typeof items()[at] === "object") return custom(at);
    if (!many) paint({ isOpen: true });
    box.querySelector("input").click();
    box.querySelector("input").focus();
  }

  // One column stands alone until it is opened.
  function paint({ isOpen = many } = {}) {
    const present = items();
    const list = chips({
      label: control.label,
      items: present,
      text: (each) => columnText(state, each),
      title: (each) => (typeof each === "object" ? each.sqlExpression : (state.column(each)?.description ?? each)),
      isWrong: (each) => typeof each === "string" && !state.column(each),
      edit,
      changed,
    });
    const field = combobox({
      id,
      label: control.label,
      placeholder: present.length && many ? "Add a column" : "Choose a column",
      options: () => [...columnOptions(state, control.only).filter((each) => !present.includes(each.value)), { value: CUSTOM, text: CUSTOM }],
      chosen: ({ value: name }) => {
        if (name === CUSTOM) return custom();
        changed(many ? [...present, name] : [name]);
        box.querySelector("input, button").focus();
      },
    });
    box.replaceChildren(...(present.length ? [list] : []), ...(isOpen || !present.length ? [field] : []));
  }

  paint();
  return box;
}

// Asks for {sqlExpression, label} of a column.
function expression(title, present, done) {
  const form = made("form", "editor");
  const sql = Object.assign(made("textarea", "field-input code"), { value: present.sqlExpression ?? "", required: true, rows: 4, spellcheck: false });
  const name = Object.assign(made("input", "field-input"), { type: "text", value: present.label ?? "", required: true, maxLength: 250 });
  for (const [text, field] of [["SQL", sql], ["Name", name]]) {
    const label = made("label", "editor-row", text);
    label.append(field);
    form.append(label);
  }
  const box = dialog(title, form, { actions: [action("Cancel", () => box.close()), action("Apply", () => form.requestSubmit(), "main")] });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    box.close();
    done({ expressionType: "SQL", label: name.value.trim(), sqlExpression: sql.value.trim() });
  });
}
