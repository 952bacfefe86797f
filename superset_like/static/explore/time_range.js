// A stretch of time, as Superset writes it: one of the usual, the last so many, between two moments, or as it is written.

import { made } from "../elements.js";
import { ask } from "../session.js";
import { input, select } from "./editor_rows.js";

const USUAL = [
  "No filter", "Last day", "Last week", "Last month", "Last quarter", "Last year", "Current day", "Current week", "Current month",
  "Current quarter", "Current year", "previous calendar week", "previous calendar month", "previous calendar year",
];
const UNITS = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];
const LAST = /^last (\d+) (second|minute|hour|day|week|month|quarter|year)s?$/i;
const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$/;
const PAUSE_MS = 300;

// {element, value()}: the fields, and the text that they mean.
export function timeRangeFields(start) {
  const text = start || "No filter";
  const element = made("div", "time-range");
  const kind = select("Range", [["usual", "Usual"], ["last", "Last …"], ["between", "Between"], ["written", "As written"]], kindOf(text));
  const usual = select("Which", USUAL.map((each) => [each, each]), text);
  const [, count = "7", unit = "day"] = LAST.exec(text) ?? [];
  const number = input("How many", { type: "number", min: 1, value: count });
  const units = select("Of what", UNITS.map((each) => [each, `${each}s`]), unit.toLowerCase());
  const [since = "", until = ""] = kindOf(text) === "between" ? text.split(" : ") : [];
  const from = input("From", { type: "datetime-local", step: 1, value: moment(since) });
  const to = input("Until, not included", { type: "datetime-local", step: 1, value: moment(until) });
  const written = input("Text", { type: "text", value: text, placeholder: "2024-01-01 : now" });
  const preview = made("p", "time-preview");
  preview.setAttribute("role", "status");
  const rows = { usual: [usual], last: [number, units], between: [from, to], written: [written] };
  element.append(kind.row, ...Object.values(rows).flat().map((each) => each.row), preview);

  function value() {
    switch (kind.field.value) {
      case "usual":
        return usual.field.value;
      case "last":
        return `Last ${Math.max(1, Number.parseInt(number.field.value, 10) || 1)} ${units.field.value}s`;
      case "between":
        return from.field.value || to.field.value ? `${from.field.value} : ${to.field.value}` : "No filter";
      default:
        return written.field.value.trim() || "No filter";
    }
  }

  let pause;
  function show() {
    for (const [name, fields] of Object.entries(rows)) for (const each of fields) each.row.hidden = name !== kind.field.value;
    clearTimeout(pause);
    pause = setTimeout(() => meaning(value()).then((told) => (preview.textContent = told)), PAUSE_MS);
  }

  element.addEventListener("input", show);
  show();
  return { element, value };
}

// What the text means now, in words; empty when the server does not say.
async function meaning(text) {
  if (text === "No filter") return "All of time.";
  try {
    const { result } = await ask(`/api/v1/time_range/?q=${encodeURIComponent(JSON.stringify([{ timeRange: text }]))}`);
    const { since, until } = result[0];
    return [since ? `from ${told(since)}` : "", until ? `until ${told(until)}` : ""].filter(Boolean).join(" ").replace(/^./, (first) => first.toUpperCase());
  } catch (error) {
    return error.status === 400 || error.status === 422 ? "This is no range of time." : "";
  }
}

function told(text) {
  return text.replace("T", " ").replace(/ 00:00:00$/, "");
}

function kindOf(text) {
  if (USUAL.includes(text)) return "usual";
  if (LAST.test(text)) return "last";
  const sides = text.split(" : ");
  return sides.length === 2 && sides.every((each) => !each.trim() || MOMENT.test(each.trim())) ? "between" : "written";
}

function moment(text) {
  const side = text.trim();
  if (!side) return "";
  return side.includes("T") ? side : `${side}T00:00`;
}
