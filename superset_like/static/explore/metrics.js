// Choosing metrics: saved ones of the dataset, an aggregate of a column, or SQL with a name.

import { listed, metricLabel } from "/chart_types/base.js";
import { action, dialog, made } from "../elements.js";
import { chips } from "./chips.js";
import { columnOptions, nameOf } from "./columns.js";
import { combobox } from "./combobox.js";
import { select } from "./editor_rows.js";

const AGGREGATES = ["SUM", "AVG", "MIN", "MAX", "COUNT", "COUNT_DISTINCT"];
const CUSTOM = "Custom SQL …";

export function metricText(state, metric) {
  const known = typeof metric === "string" ? state.metric(metric) : null;
  return known ? known.verbose_name || known.metric_name : metricLabel(metric);
}

// A field for one metric (many false) or for several, in their order.
export function metricField({ control, id, value, set, state, many }) {
  const box = made("div", "picker");

  function changed(next) {
    set(many ? next : (next[0] ?? undefined));
    paint();
  }

  function edit(at, start) {
    const present = listed(value());
    metricDialog(state, control.label, start ?? present[at], (made_) => {
      const next = many ? [...present] : [];
      if (at === undefined) next.push(made_);
      else next[many ? at : 0] = made_;
      changed(next);
    });
  }

  function options() {
    const saved = (state.dataset?.metrics ?? []).map((each) => ({ value: each.metric_name, text: each.verbose_name || each.metric_name, detail: each.verbose_name ? `${each.metric_name} · saved` : "saved" }));
    const columns = columnOptions(state).map((each) => ({ ...each, value: { column: each.value } }));
    const present = listed(value());
    return [...saved.filter((each) => !present.includes(each.value)), { value: CUSTOM, text: CUSTOM }, ...columns];
  }

  function chosen({ value: found }) {
    if (found === CUSTOM) return edit(undefined, { expressionType: "SQL" });
    if (typeof found === "object") return edit(undefined, simple(state, found.column));
    changed(many ? [...listed(value()), found] : [found]);
    box.querySelector("input, button").focus();
  }

  function paint() {
    const items = listed(value());
    const list = chips({
      label: control.label,
      items,
      text: (each) => metricText(state, each),
      title: (each) => (typeof each === "string" ? (state.metric(each)?.expression ?? each) : (each.sqlExpression ?? metricLabel(each))),
      isWrong: (each) => typeof each === "string" && !state.metric(each),
      edit: (at) => edit(at),
      changed,
    });
    const placeholder = items.length ? "Add a metric" : "Choose a metric or column";
    // One metric stands alone: opened, it can be any other.
    const field = many || !items.length ? [combobox({ id, label: control.label, placeholder, options, chosen })] : [];
    box.replaceChildren(...(items.length ? [list] : []), ...field);
  }

  paint();
  return box;
}

function simple(state, name) {
  const column = state.column(name);
  return { expressionType: "SIMPLE", column: { column_name: name }, aggregate: column?.type_generic === 0 ? "SUM" : "COUNT_DISTINCT" };
}

// Asks for a metric: its kind, and what that needs.
function metricDialog(state, title, present, done) {
  const start = typeof present === "string" ? { saved: present, expressionType: "SAVED" } : { expressionType: "SIMPLE", ...present };
  const form = made("form", "editor");
  const kind = select("Kind", [["SAVED", "Saved metric"], ["SIMPLE", "Aggregate of a column"], ["SQL", "Custom SQL"]], start.expressionType);
  const saved = select("Metric", (state.dataset?.metrics ?? []).map((each) => [each.metric_name, each.verbose_name || each.metric_name]), start.saved);
  const column = select("Column", (state.dataset?.columns ?? []).map((each) => [each.column_name, nameOf(each)]), start.column?.column_name);
  const aggregate = select("Aggregate", AGGREGATES.map((each) => [each, each]), start.aggregate);
  const sql = Object.assign(made("textarea", "field-input code"), { value: start.sqlExpression ?? "", rows: 4, spellcheck: false, placeholder: "SUM(a) / COUNT(*)" });
  const sqlRow = made("label", "editor-row", "SQL");
  sqlRow.append(sql);
  const isNamed = start.hasCustomLabel || (start.expressionType === "SQL" && start.label !== start.sqlExpression);
  const name = Object.assign(made("input", "field-input"), { type: "text", value: isNamed ? (start.label ?? "") : "", maxLength: 250 });
  const nameRow = made("label", "editor-row", "Name");
  nameRow.append(name);
  form.append(kind.row, saved.row, column.row, aggregate.row, sqlRow, nameRow);

  function current() {
    const named = name.value.trim();
    if (kind.field.value === "SAVED") return saved.field.value || null;
    if (kind.field.value === "SQL") {
      const expression = sql.value.trim();
      return expression && { expressionType: "SQL", sqlExpression: expression, label: named || expression.slice(0, 250), hasCustomLabel: Boolean(named) };
    }
    const chosen = { expressionType: "SIMPLE", column: { column_name: column.field.value }, aggregate: aggregate.field.value };
    return column.field.value && { ...chosen, label: named || metricLabel(chosen), hasCustomLabel: Boolean(named) };
  }

  function show() {
    saved.row.hidden = kind.field.value !== "SAVED";
    column.row.hidden = aggregate.row.hidden = kind.field.value !== "SIMPLE";
    sqlRow.hidden = kind.field.value !== "SQL";
    nameRow.hidden = kind.field.value === "SAVED";
    sql.required = kind.field.value === "SQL";
    const made_ = current();
    name.placeholder = (made_ && metricLabel(made_)) || "";
  }

  form.addEventListener("input", show);
  show();
  const box = dialog(title, form, { actions: [action("Cancel", () => box.close()), action("Apply", () => form.requestSubmit(), "main")] });
  (kind.field.value === "SQL" ? sql : kind.field).focus();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const made_ = current();
    if (!made_) return;
    box.close();
    done(made_);
  });
}
