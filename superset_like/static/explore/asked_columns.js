// The columns of the answer, as the form asks them.

import { columnLabel, listed, metricLabel } from "/chart_types/base.js";
import { columnText } from "./columns.js";
import { controlsOf } from "./forms.js";
import { metricText } from "./metrics.js";

// They order what is asked, and are no column of it.
const ORDERING = new Set(["timeseries_limit_metric", "timeseries_limit_metric_b"]);

// [{name, text, kind}]: the label, how people read it, and what it holds: 0 numbers, 1 texts, 2 times; null where nobody knows.
function askedColumns(state) {
  const found = controlsOf(state.form)
    .filter((control) => !ORDERING.has(control.name) && state.isShown(control))
    .flatMap((control) => listed(state.formData[control.name]).map((each) => columnOf(state, control, each)))
    .filter(Boolean);
  return [...new Map(found.map((each) => [each.name, each])).values()];
}

function columnOf(state, { kind, name }, asked) {
  if (kind === "metric" || kind === "metrics") {
    const [label, text] = [metricLabel(asked), metricText(state, asked)];
    return name === "percent_metrics" ? { name: `%${label}`, text: `% ${text}`, kind: 0 } : { name: label, text, kind: 0 };
  }
  if (kind !== "column" && kind !== "columns") return null;
  const known = state.column(columnLabel(asked));
  return { name: columnLabel(asked), text: columnText(state, asked), kind: known ? (known.is_dttm ? 2 : (known.type_generic ?? null)) : null };
}

// The column of that name; one that is not asked any more has its name alone.
export function askedColumn(state, name) {
  return askedColumns(state).find((each) => each.name === name) ?? { name, text: name, kind: null };
}

// What a combobox offers of them.
export function askedOptions(state) {
  return askedColumns(state).map(({ name, text }) => ({ value: name, text, detail: text === name ? "" : name }));
}
