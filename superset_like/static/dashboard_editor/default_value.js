// The value that a filter has when nobody chose one.

import { action, made, said, told } from "../elements.js";
import { valuesOf } from "./datasets.js";
import { group, labelled, select, textField } from "./fields.js";
import { defaultOf, maskOf, targetOf } from "./filter_settings.js";

const GRAINS = [["PT1S", "Second"], ["PT1M", "Minute"], ["PT1H", "Hour"], ["P1D", "Day"], ["P1W", "Week"], ["P1M", "Month"], ["P3M", "Quarter"], ["P1Y", "Year"]];
const SPANS = ["Last day", "Last week", "Last month", "Last quarter", "Last year", "Current day", "Current week", "Current month", "Current year"];

// set(mask): takes the default data mask.
export function defaultField(filter, dataset, set) {
  const put = (value) => set(maskOf(filter, value));
  const makers = { filter_select: values, filter_range: range, filter_time: time, filter_timecolumn: column, filter_timegrain: grain };
  return group("Default value", ...(makers[filter.filterType] ?? none)(filter, dataset, put));
}

function none() {
  return [made("p", "", "A filter of this kind is kept as it is.")];
}

function values(filter, dataset, put) {
  const { datasetId, column: name } = targetOf(filter);
  if (!dataset || !name) return [made("p", "", "Choose the dataset and the column first.")];
  if (filter.controlValues?.defaultToFirstItem) return [made("p", "", "The first value is chosen.")];
  let chosen = defaultOf(filter);
  const told_ = made("p", "edit-default", "");
  const list = made("div", "edit-values");
  const show = () => (told_.textContent = chosen.length ? chosen.map(shown).join(", ") : "None: all values.");
  const open = action("Choose values", async () => {
    list.replaceChildren(said("Loading …"));
    try {
      const { values: offered, isCut } = await valuesOf(datasetId, name);
      const type = filter.controlValues?.multiSelect === false ? "radio" : "checkbox";
      list.replaceChildren(...offered.map((value) => {
        const label = made("label", "edit-check");
        const box = Object.assign(made("input"), { type, name: "default-value", checked: chosen.includes(value) });
        box.addEventListener("change", () => {
          const others = type === "radio" ? [] : chosen.filter((each) => each !== value);
          chosen = box.checked ? [...others, value] : others;
          show();
          put(chosen);
        });
        label.append(box, made("span", "", shown(value)));
        return label;
      }));
      if (isCut) list.append(made("p", "", `These are the first ${offered.length.toLocaleString()} values.`));
    } catch (error) {
      list.replaceChildren(said(told(error), "alert"));
    }
  });
  const clear = action("No default", () => {
    chosen = [];
    list.replaceChildren();
    show();
    put(chosen);
  }, "plain");
  show();
  return [told_, open, clear, list];
}

function shown(value) {
  return value === null ? "<NULL>" : String(value);
}

function range(filter, dataset, put) {
  const [low = null, high = null] = defaultOf(filter);
  const fields = [["From", low], ["To", high]].map(([text, value]) => {
    const field = textField(value ?? "", { type: "number", step: "any" });
    field.addEventListener("input", () => put(fields.map((each) => each.querySelector("input").value).map((each) => (each === "" ? null : Number(each)))));
    return labelled(text, field);
  });
  return fields;
}

function time(filter, dataset, put) {
  const field = textField(defaultOf(filter)[0] ?? "", { placeholder: "No filter" });
  const known = made("datalist");
  known.id = "edit-spans";
  known.append(...SPANS.map((span) => new Option(span, span)));
  field.setAttribute("list", known.id);
  field.addEventListener("input", () => put([field.value.trim()]));
  return [labelled("Time range", field, "Such as Last month, or 2013-01-01 : 2013-07-01"), known];
}

function column(filter, dataset, put) {
  const times = (dataset?.columns ?? []).filter((each) => each.is_dttm).map((each) => [each.column_name, each.verbose_name || each.column_name]);
  return chosenOf("Time column", times, filter, put);
}

function grain(filter, dataset, put) {
  return chosenOf("Time grain", dataset?.time_grain_sqla?.length ? dataset.time_grain_sqla.map(([value, text]) => [value, GRAINS.find(([each]) => each === value)?.[1] ?? text]) : GRAINS, filter, put);
}

function chosenOf(text, choices, filter, put) {
  const field = select([["", "None"], ...choices], defaultOf(filter)[0] ?? "");
  field.addEventListener("change", () => put([field.value]));
  return [labelled(text, field)];
}
