// Colours of cells by what their values are: the form's `conditional_formatting`.
import { ink, listed, mixed, numeric, textOn } from "./base.js";

const FAINTEST = 0.05;
// What Superset's themes call their colours, and what we take for them.
const TOKENS = [
  [/success|green/i, "good"],
  [/warning|orange|yellow/i, "warning"],
  [/error|red/i, "bad"],
];
const WARNING = "#f2b03d";

const TEXTS = {
  "begins with": (value, target) => value.startsWith(target),
  "ends with": (value, target) => value.endsWith(target),
  containing: (value, target) => value.includes(target),
  "not containing": (value, target) => !value.includes(target),
  "=": (value, target) => value === target,
  "≠": (value, target) => value !== target,
};
const STATES = {
  "is true": (value) => value === true,
  "is false": (value) => value === false,
  "is null": (value) => value === null || value === undefined,
  "is not null": (value) => value !== null && value !== undefined,
};

// (column, value) => {background, color} of its cell, or null. values(column): all values of it, for the shades.
// A rule for a whole row says so by `wholeRow`, see rowColours.
export function cellColours(formData, look, values) {
  const rules = rulesOf(formData, look, values);
  return (column, value) => together(rules.filter((rule) => rule.column === column).map((rule) => rule.colours(value)));
}

// row => {background, color} of all its cells, or null.
export function rowColours(formData, look, values) {
  const rules = rulesOf(formData, look, values).filter((rule) => rule.wholeRow);
  return (row) => together(rules.map((rule) => rule.colours(row[rule.column])));
}

// A later rule paints over an earlier one.
function together(found) {
  const met = found.filter(Boolean);
  return met.length ? Object.assign({}, ...met) : null;
}

function rulesOf(formData, look, values) {
  return listed(formData.conditional_formatting)
    .filter((rule) => rule && rule.column && (rule.operator || rule.operator === undefined))
    .map((rule) => {
      const share = shareOf(rule, () => values(rule.column));
      const colour = colourOf(rule.colorScheme, look);
      const onText = rule.toTextColor || rule.objectFormatting === "TEXT_COLOR";
      const painted = (value) => {
        const met = share(value);
        if (met === null) return null;
        if (onText) return { color: mixed(ink(look).text, colour, Math.max(met, 0.6)) };
        const background = mixed(ink(look).surface, colour, met);
        return { background, color: textOn(background) };
      };
      return { column: rule.column, wholeRow: rule.toAllRow || rule.objectFormatting === "ENTIRE_ROW", colours: painted };
    });
}

function colourOf(scheme, look) {
  if (/^#[0-9a-f]{6}$/i.test(scheme)) return scheme;
  const found = TOKENS.find(([pattern]) => pattern.test(String(scheme || "")));
  return found && found[1] !== "warning" ? ink(look)[found[1]] : found ? WARNING : ink(look).accent;
}

// value => how strongly the rule colours it, from 0 to 1; null where it does not hold.
function shareOf(rule, values) {
  const { operator = "None" } = rule;
  if (STATES[operator]) return (value) => (STATES[operator](value) ? 1 : null);
  if (TEXTS[operator] && numeric(rule.targetValue) === null) {
    const target = String(rule.targetValue ?? "");
    return (value) => (typeof value === "string" && TEXTS[operator](value, target) ? 1 : null);
  }
  let all = null;
  return (value) => {
    const number = numeric(value);
    if (number === null) return null;
    all ??= values().map(numeric).filter((each) => each !== null);
    const range = rangeOf(rule, operator, number, all);
    if (!range) return null;
    const [from, to, least] = range;
    if (from === to || rule.useGradient === false) return 1;
    return Math.min(1, Math.abs(((1 - least) * (number - from)) / (to - from)) + least);
  };
}

// From which value, the faintest, to which, the strongest, the shades go; nothing where the rule does not hold.
function rangeOf(rule, operator, number, all) {
  const target = numeric(rule.targetValue);
  const [left, right] = [numeric(rule.targetValueLeft), numeric(rule.targetValueRight)];
  const [least, most] = [Math.min(...ends(all)), Math.max(...ends(all))];
  const up = [target, most, FAINTEST];
  const down = [target, least, FAINTEST];
  const between = [left, right, FAINTEST];
  const far = Math.abs(most - target) > Math.abs(least - target) ? up : down;
  const held = {
    None: [least, most, 0],
    ">": number > target && up,
    "≥": number >= target && up,
    "<": number < target && down,
    "≤": number <= target && down,
    "=": number === target && [target, target, 1],
    "≠": number !== target && far,
    "< x <": number > left && number < right && between,
    "≤ x ≤": number >= left && number <= right && between,
    "≤ x <": number >= left && number < right && between,
    "< x ≤": number > left && number <= right && between,
  };
  const needs = operator.includes("x") ? left !== null && right !== null : operator === "None" || target !== null;
  return needs ? held[operator] || null : null;
}

function ends(all) {
  return all.reduce(([least, most], each) => [Math.min(least, each), Math.max(most, each)], [Infinity, -Infinity]);
}
