// What a filter's values are filtered by beforehand: conditions and a stretch of time, as Superset keeps them.

import { action, made } from "../elements.js";
import { group, labelled, select, textField } from "./fields.js";

const OPERATORS = [["==", "=", "EQUALS"], ["!=", "≠", "NOT_EQUALS"], [">", ">", "GREATER_THAN"], [">=", "≥", "GREATER_THAN_OR_EQUAL"], ["<", "<", "LESS_THAN"], ["<=", "≤", "LESS_THAN_OR_EQUAL"], ["IN", "is one of", "IN"], ["NOT IN", "is none of", "NOT_IN"], ["ILIKE", "is like", "ILIKE"], ["IS NULL", "is empty", "IS_NULL"], ["IS NOT NULL", "is not empty", "IS_NOT_NULL"]];
const LISTS = new Set(["IN", "NOT IN"]);
const ALONE = new Set(["IS NULL", "IS NOT NULL"]);
const NUMBER = 0;

// set({adhoc_filters}) or set({time_range}) takes a change.
export function conditions(filter, dataset, set) {
  let all = filter.adhoc_filters ?? [];
  const list = made("ul", "edit-conditions");
  const span = textField(filter.time_range ?? "", { placeholder: "No filter" });
  span.addEventListener("input", () => set({ time_range: span.value.trim() || undefined }));
  const add = action("Add condition", () => {
    const [first] = dataset.columns;
    all = [...all, simple(first?.column_name ?? "", "==", "")];
    set({ adhoc_filters: all });
    paint();
    list.lastElementChild.querySelector("select").focus();
  });

  function put(at, condition) {
    all = all.map((each, place) => (place === at ? condition : each));
    set({ adhoc_filters: all });
  }

  function paint() {
    list.replaceChildren(...all.map((condition, at) => {
      const item = made("li", "edit-condition");
      item.append(...(condition.expressionType === "SQL" ? [made("code", "", condition.sqlExpression)] : fields(condition, at)));
      const end = action("✕", () => {
        all = all.filter((_, place) => place !== at);
        set({ adhoc_filters: all });
        paint();
        add.focus();
      }, "plain");
      end.setAttribute("aria-label", `Remove condition ${at + 1}`);
      item.append(end);
      return item;
    }));
  }

  function fields(condition, at) {
    const of = select(dataset.columns.map((each) => [each.column_name, each.verbose_name || each.column_name]), condition.subject);
    const operator = select(OPERATORS.map(([value, text]) => [value, text]), condition.operator);
    const value = textField([condition.comparator ?? ""].flat().join(", "), { placeholder: LISTS.has(condition.operator) ? "a, b, c" : "value" });
    value.hidden = ALONE.has(condition.operator);
    for (const [field, label] of [[of, "Column"], [operator, "Operator"], [value, "Value"]]) field.setAttribute("aria-label", `${label} of condition ${at + 1}`);
    const take = () => put(at, { ...condition, ...simple(of.value, operator.value, comparator()) });
    const comparator = () => {
      if (ALONE.has(operator.value)) return null;
      const isNumber = dataset.columns.find((each) => each.column_name === of.value)?.type_generic === NUMBER;
      const read = (text) => (isNumber && text !== "" && Number.isFinite(Number(text)) ? Number(text) : text);
      const texts = value.value.split(",").map((each) => each.trim());
      return LISTS.has(operator.value) ? texts.filter(Boolean).map(read) : read(value.value.trim());
    };
    value.addEventListener("input", take);
    of.addEventListener("change", take);
    operator.addEventListener("change", () => {
      take();
      value.hidden = ALONE.has(operator.value);
    });
    return [of, operator, value];
  }

  paint();
  return group("Before it offers values, filter them", list, add, labelled("Time range", span, "Such as Last year"));
}

function simple(subject, operator, comparator) {
  return { expressionType: "SIMPLE", clause: "WHERE", subject, operator, operatorId: OPERATORS.find(([each]) => each === operator)?.[2], comparator };
}
