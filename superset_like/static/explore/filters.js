// Filters of a chart: a column compared with values that are suggested from the data, a range of time, or SQL.

import { columnLabel, listed } from "/chart_types/base.js";
import { action, dialog, made } from "../elements.js";
import { send } from "../session.js";
import { chips } from "./chips.js";
import { columnOptions, columnText } from "./columns.js";
import { combobox } from "./combobox.js";
import { select } from "./editor_rows.js";
import { timeFilter } from "./forms.js";
import { timeRangeFields } from "./time_range.js";

const MANY = new Set(["IN", "NOT IN"]);
const ALONE = new Set(["IS NULL", "IS NOT NULL", "IS TRUE", "IS FALSE"]);
const TIME = "TEMPORAL_RANGE";
const OPERATORS = [
  ["IN", "is one of"], ["NOT IN", "is none of"], ["==", "equals"], ["!=", "does not equal"], [">", "is greater than"], [">=", "is at least"],
  ["<", "is less than"], ["<=", "is at most"], ["LIKE", "is like (LIKE)"], ["ILIKE", "is like, any case (ILIKE)"], ["NOT LIKE", "is not like"],
  ["IS NULL", "is empty"], ["IS NOT NULL", "is not empty"], ["IS TRUE", "is true"], ["IS FALSE", "is false"],
];
const MOST_VALUES = 1000;

function filterText(state, filter) {
  if (filter.expressionType === "SQL") return filter.sqlExpression;
  const name = columnText(state, filter.subject);
  if (filter.operator === TIME) return `${name}: ${filter.comparator || "No filter"}`;
  if (ALONE.has(filter.operator)) return `${name} ${OPERATORS.find(([sign]) => sign === filter.operator)[1]}`;
  return `${name} ${filter.operator} ${listed(filter.comparator).map(shownAs).join(", ")}`;
}

export function filterField({ control, id, value, set, state }) {
  const box = made("div", "picker");

  function changed(next) {
    set(next);
    paint();
  }

  function edit(at, start) {
    filterDialog(state, start ?? value()[at], (made_) => {
      const next = [...listed(value())];
      if (at === undefined) next.push(made_);
      else next[at] = made_;
      changed(next);
    });
  }

  function chosen({ value: name }) {
    if (name === null) return edit(undefined, { expressionType: "SQL", clause: "WHERE" });
    return edit(undefined, state.column(name)?.is_dttm ? timeFilter(name) : { expressionType: "SIMPLE", clause: "WHERE", subject: name, operator: "IN", comparator: [] });
  }

  function paint() {
    const items = listed(value());
    const list = chips({ label: control.label, items, text: (each) => filterText(state, each), edit: (at) => edit(at), changed });
    const options = () => [...columnOptions(state), { value: null, text: "Custom SQL …" }];
    box.replaceChildren(...(items.length ? [list] : []), combobox({ id, label: control.label, placeholder: "Add a filter", options, chosen }));
  }

  paint();
  return box;
}

function filterDialog(state, present, done) {
  const form = made("form", "editor");
  const place = made("div", "editor");
  let read = () => null;

  function show(filter) {
    const parts = filter.expressionType === "SQL" ? sqlParts(filter) : filter.operator === TIME ? timeParts(state, filter) : simpleParts(state, filter, show);
    place.replaceChildren(...parts.elements);
    read = parts.read;
  }

  form.append(place);
  show(present);
  const name = present.expressionType === "SQL" ? "Filter by SQL" : `Filter by ${columnText(state, present.subject)}`;
  const box = dialog(name, form, { actions: [action("Cancel", () => box.close()), action("Apply", () => form.requestSubmit(), "main")] });
  place.querySelector("select, textarea").focus();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const made_ = read();
    if (!made_) return;
    box.close();
    done({ filterOptionName: `filter_${crypto.getRandomValues(new Uint32Array(1))[0]}`, ...made_ });
  });
}

function sqlParts(filter) {
  const clause = select("Of", [["WHERE", "rows (WHERE)"], ["HAVING", "groups (HAVING)"]], filter.clause);
  const row = made("label", "editor-row", "SQL");
  const sql = Object.assign(made("textarea", "field-input code"), { value: filter.sqlExpression ?? "", rows: 4, required: true, spellcheck: false });
  row.append(sql);
  const read = () => ({ expressionType: "SQL", clause: clause.field.value, sqlExpression: sql.value.trim() });
  return { elements: [clause.row, row], read };
}

function timeParts(state, filter) {
  const range = timeRangeFields(filter.comparator);
  return { elements: [range.element], read: () => ({ ...timeFilter(filter.subject, range.value()) }) };
}

function simpleParts(state, filter, again) {
  const isTime = state.column(columnLabel(filter.subject))?.is_dttm;
  const operator = select("How", isTime ? [[TIME, "is in the time range"], ...OPERATORS] : OPERATORS, filter.operator);
  const values = valuesField(state, filter);
  operator.field.addEventListener("change", () => {
    const sign = operator.field.value;
    if (sign === TIME) again(timeFilter(filter.subject));
    else values.show(sign);
  });
  values.show(operator.field.value);
  const read = () => {
    const sign = operator.field.value;
    const comparator = values.read(sign);
    if (!ALONE.has(sign) && comparator === undefined) return values.complain();
    return { expressionType: "SIMPLE", clause: "WHERE", subject: filter.subject, operator: sign, ...(ALONE.has(sign) ? {} : { comparator }) };
  };
  return { elements: [operator.row, values.element], read };
}

// The values of a filter: many as a list, one as itself.
function valuesField(state, filter) {
  const element = made("div", "editor-row");
  const isNumber = state.column(columnLabel(filter.subject))?.type_generic === 0;
  let chosen = listed(filter.comparator);
  let sign = filter.operator;
  let offered = null;

  function suggested() {
    offered ??= values(state, filter.subject).then((found) => found.map((value) => ({ value, text: shownAs(value) })));
    return offered;
  }

  function free(text) {
    if (!isNumber) return { value: text, text };
    return Number.isFinite(Number(text)) ? { value: Number(text), text } : null;
  }

  function show(next) {
    sign = next;
    element.hidden = ALONE.has(sign);
    const many = MANY.has(sign);
    const label = many ? "Values" : "Value";
    const field = combobox({
      label,
      options: suggested,
      free,
      keeps: !many,
      text: many ? "" : chosen.length ? shownAs(chosen[0]) : "",
      placeholder: "Choose or type",
      chosen: ({ value }) => {
        chosen = many ? [...chosen.filter((each) => each !== value), value] : [value];
        if (many) {
          show(sign);
          element.querySelector("input").focus();
        }
      },
    });
    const list = chips({ label, items: chosen, text: shownAs, changed: (items) => ((chosen = items), show(sign)) });
    element.replaceChildren(made("span", "editor-label", label), ...(many && chosen.length ? [list] : []), field);
  }

  function read(wanted) {
    if (!chosen.length) return undefined;
    return MANY.has(wanted) ? chosen : chosen[0];
  }

  function complain() {
    element.querySelector(".said")?.remove();
    const told = made("p", "said failed", "Choose a value.");
    told.setAttribute("role", "alert");
    element.append(told);
    element.querySelector("input").focus();
    return null;
  }

  return { element, show, read, complain };
}

// Who may read a dataset asks it; only who edits may use the endpoint for values.
async function values(state, column) {
  const query = { columns: [column], metrics: [], orderby: [[column, true]], row_limit: MOST_VALUES };
  const body = { datasource: { id: state.dataset.id, type: "table" }, queries: [query], result_type: "results" };
  const { result } = await send("POST", "/api/v1/chart/data", body);
  return result[0].data.map((row) => row[columnLabel(column)]);
}

function shownAs(value) {
  return value === null ? "<NULL>" : String(value);
}
