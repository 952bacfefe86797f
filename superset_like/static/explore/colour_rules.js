// Colours of cells by what their values are: rules, of which a later one paints over an earlier one.

import { numeric } from "/chart_types/base.js";
import { made } from "../elements.js";
import { askedColumn, askedOptions } from "./asked_columns.js";
import { chips } from "./chips.js";
import { combobox } from "./combobox.js";
import { check, editor, input, select } from "./editor_rows.js";

const SCALE = "None";
const COMPARED = [[">", "is greater than"], ["≥", "is at least"], ["<", "is less than"], ["≤", "is at most"]];
const EQUAL = [["=", "equals"], ["≠", "does not equal"]];
const BETWEEN = [["< x <", "is between, without the ends"], ["≤ x ≤", "is between"], ["≤ x <", "is between, without the greater end"], ["< x ≤", "is between, without the lesser end"]];
const WORDS = [["begins with", "begins with"], ["ends with", "ends with"], ["containing", "contains"], ["not containing", "does not contain"]];
const STATES = [["is null", "is empty"], ["is not null", "is not empty"]];
const TRUTHS = [["is true", "is true"], ["is false", "is false"]];
const NUMBERS = [[SCALE, "anything: by its size"], ...COMPARED, ...EQUAL, ...BETWEEN, ...STATES];
const BY_KIND = { 0: NUMBERS, 1: [...EQUAL, ...WORDS, ...STATES], 2: STATES, 3: [...TRUTHS, ...STATES] };
const ALL = [...NUMBERS, ...WORDS, ...TRUTHS];
const PAIRS = new Set(BETWEEN.map(([sign]) => sign));
const ALONE = new Set([SCALE, ...STATES.map(([sign]) => sign), ...TRUTHS.map(([sign]) => sign)]);
const OWN = "own";
const COLOURS = [["colorSuccess", "Green"], ["colorWarning", "Yellow"], ["colorError", "Red"], [OWN, "Another"]];
const PLACES = [["cell", "The cell"], ["text", "The text"], ["row", "The whole row"]];

function textOf(state, rule) {
  const name = askedColumn(state, rule.column).text;
  if (PAIRS.has(rule.operator)) return `${name}: ${rule.targetValueLeft} ${rule.operator} ${rule.targetValueRight}`;
  if (!rule.operator || rule.operator === SCALE) return `${name} by its size`;
  return [name, rule.operator, ...(ALONE.has(rule.operator) ? [] : [rule.targetValue])].join(" ");
}

// control.places: what a rule may colour.
export function rulesField({ control, id, value, set, state }) {
  const box = made("div", "picker");
  const rules = () => (Array.isArray(value()) ? value() : []);

  function changed(next) {
    set(next.length ? next : undefined);
    paint();
  }

  function edit(at, present) {
    ruleDialog(control, askedColumn(state, present.column), present, (rule) => {
      changed(rules().toSpliced(at, 1, rule));
      box.querySelector(".combobox input").focus();
    });
  }

  function paint() {
    const present = rules();
    const list = chips({ label: control.label, items: present, text: (rule) => textOf(state, rule), edit: (at) => edit(at, present[at]), changed });
    const chosen = ({ value: column }) => edit(present.length, { column, operator: askedColumn(state, column).kind === 0 ? ">" : "=" });
    const field = combobox({ id, label: control.label, placeholder: "Add a rule for a column", options: () => askedOptions(state), chosen });
    box.replaceChildren(...(present.length ? [list] : []), field);
  }

  paint();
  return box;
}

function ruleDialog(control, column, rule, done) {
  const operator = select("Where the value", BY_KIND[column.kind] ?? ALL, rule.operator ?? SCALE);
  const kind = column.kind === 0 ? { type: "number", step: "any" } : { type: "text" };
  const target = input("Value", { ...kind, value: rule.targetValue ?? "" });
  const left = input("From", { type: "number", step: "any", value: rule.targetValueLeft ?? "" });
  const right = input("To", { type: "number", step: "any", value: rule.targetValueRight ?? "" });
  const known = COLOURS.some(([name]) => name === rule.colorScheme);
  const colour = select("Colour", COLOURS, known ? rule.colorScheme : rule.colorScheme ? OWN : "colorSuccess");
  const own = input("Which colour", { type: "color", className: "field-colour", value: /^#[0-9a-f]{6}$/i.test(rule.colorScheme) ? rule.colorScheme : "#acd373" });
  const shades = check("Stronger, the further the value is", rule.useGradient !== false);
  const held = rule.toAllRow || rule.objectFormatting === "ENTIRE_ROW" ? "row" : rule.toTextColor || rule.objectFormatting === "TEXT_COLOR" ? "text" : "cell";
  const place = select("Coloured is", PLACES.filter(([name]) => control.places.includes(name)), held);
  const rows = [operator, target, left, right, colour, own, shades, place].map((each) => each.row);
  const form = editor(`Colour ${column.text}`, rows, read, done);

  function show() {
    const sign = operator.field.value;
    target.row.hidden = ALONE.has(sign) || PAIRS.has(sign);
    left.row.hidden = right.row.hidden = !PAIRS.has(sign);
    for (const each of [target, left, right]) each.field.required = !each.row.hidden;
    own.row.hidden = colour.field.value !== OWN;
    shades.row.hidden = column.kind !== 0 || (ALONE.has(sign) && sign !== SCALE);
  }

  function read() {
    const sign = operator.field.value;
    const { toAllRow, toTextColor, objectFormatting, targetValue, targetValueLeft, targetValueRight, ...rest } = rule;
    return {
      ...rest,
      operator: sign,
      ...(target.row.hidden ? {} : { targetValue: column.kind === 0 ? numeric(target.field.value) : target.field.value }),
      ...(left.row.hidden ? {} : { targetValueLeft: numeric(left.field.value), targetValueRight: numeric(right.field.value) }),
      colorScheme: colour.field.value === OWN ? own.field.value : colour.field.value,
      useGradient: shades.field.checked,
      ...(place.field.value === "row" ? { toAllRow: true } : place.field.value === "text" ? { toTextColor: true } : {}),
    };
  }

  form.addEventListener("input", show);
  show();
}
