// How single columns look: names, formats, alignment, widths, bars; kept by the label of the column.

import { made } from "../elements.js";
import { askedColumn, askedOptions } from "./asked_columns.js";
import { chips } from "./chips.js";
import { combobox } from "./combobox.js";
import { currencyRows } from "./currency.js";
import { check, editor, input, select } from "./editor_rows.js";

const [NUMBER, TIME] = [0, 2];
const NUMBERS = ["SMART_NUMBER", ",d", ",.1f", ",.2f", ".3s", "$,.2f", ".1%", ".2%", "+,", "DURATION", "MEMORY_BINARY"];
const TIMES = ["smart_date", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%b %Y", "%Y-%m-%d %H:%M:%S", "%H:%M"];
const SIDES = [["", "As its type wants"], ["left", "Left"], ["center", "Centre"], ["right", "Right"]];
const ANSWERS = [["", "As the chart says"], ["true", "Yes"], ["false", "No"]];

// What may be set, in the order in which it is asked; `of` is the kind of column for which it means something.
const SETTINGS = {
  customColumnName: { make: (held) => words("Name", held, "as the dataset calls it") },
  visible: { make: (held) => shown(held) },
  horizontalAlign: { make: (held) => choice("Alignment", SIDES, held) },
  columnWidth: { make: (held) => number("Width in pixels", held, { min: 20, max: 2000 }) },
  d3NumberFormat: { of: NUMBER, make: (held) => words("Number format", held, "", NUMBERS) },
  d3SmallNumberFormat: { of: NUMBER, make: (held) => words("Number format below 1", held, "", NUMBERS) },
  currencyFormat: { of: NUMBER, make: currencyRows },
  d3TimeFormat: { of: TIME, make: (held) => words("Time format", held, "", TIMES) },
  showCellBars: { of: NUMBER, make: (held) => yesOrNo("Bars in cells", held) },
  alignPositiveNegative: { of: NUMBER, make: (held) => yesOrNo("Align bars of negative numbers", held) },
  colorPositiveNegative: { of: NUMBER, make: (held) => yesOrNo("Colour negative numbers", held) },
  radarMetricMinValue: { of: NUMBER, make: (held) => number("Scale from", held, { step: "any" }) },
  radarMetricMaxValue: { of: NUMBER, make: (held) => number("Scale to", held, { step: "any" }) },
};

// control.settings: the names of what may be set.
export function formatsField({ control, id, value, set, state }) {
  const box = made("div", "picker");
  const held = () => new Map(Object.entries(value() ?? {}));

  function changed(next) {
    set(next.size ? Object.fromEntries(next) : undefined);
    paint();
  }

  function edit(name) {
    formatDialog(control, askedColumn(state, name), held().get(name) ?? {}, (config) => {
      const next = held();
      if (Object.keys(config).length) next.set(name, config);
      else next.delete(name);
      changed(next);
      box.querySelector(".combobox input").focus();
    });
  }

  function paint() {
    const names = [...held().keys()];
    const list = chips({
      label: control.label,
      items: names,
      isOrdered: false,
      text: (name) => askedColumn(state, name).text,
      edit: (at) => edit(names[at]),
      changed: (left) => changed(new Map([...held()].filter(([name]) => left.includes(name)))),
    });
    const options = () => askedOptions(state).filter((each) => !names.includes(each.value));
    const free = (text) => ({ value: text, text });
    const field = combobox({ id, label: control.label, placeholder: "Choose a column", options, free, chosen: ({ value: name }) => edit(name) });
    box.replaceChildren(...(names.length ? [list] : []), field);
  }

  paint();
  return box;
}

function formatDialog(control, column, held, done) {
  const wanted = control.settings.filter((name) => [undefined, column.kind].includes(SETTINGS[name].of) || column.kind === null);
  const parts = wanted.map((name) => [name, SETTINGS[name].make(held[name])]);
  const read = () => {
    // What other clients set besides stays.
    const rest = Object.fromEntries(Object.entries(held).filter(([name]) => !wanted.includes(name)));
    return { ...rest, ...Object.fromEntries(parts.map(([name, part]) => [name, part.read()]).filter(([, value]) => value !== undefined)) };
  };
  editor(`Column ${column.text}`, parts.flatMap(([, part]) => part.rows), read, done);
}

function words(label, held, placeholder = "", suggestions = []) {
  const { row, field } = input(label, { type: "text", value: held ?? "", placeholder, maxLength: 250 }, suggestions);
  return { rows: [row], read: () => field.value.trim() || undefined };
}

function number(label, held, asked) {
  const { row, field } = input(label, { type: "number", value: held ?? "", ...asked });
  return { rows: [row], read: () => (field.value === "" ? undefined : Number(field.value)) };
}

function choice(label, choices, held) {
  const { row, field } = select(label, choices, held ?? "");
  return { rows: [row], read: () => field.value || undefined };
}

function yesOrNo(label, held) {
  const { row, field } = select(label, ANSWERS, held === undefined || held === null ? "" : String(held));
  return { rows: [row], read: () => ({ true: true, false: false })[field.value] };
}

function shown(held) {
  const { row, field } = check("Show the column", held !== false);
  return { rows: [row], read: () => (field.checked ? undefined : false) };
}
