// Values of a result: how they are read, ordered, searched and copied.

import { Exact } from "./exact.js";

const NUMBER = 0;
const TIME = 2;

export const isNumeric = (column) => column.type_generic === NUMBER;

// What a reader sees of a value; NULL is shown by the cell, not by a word.
export function shown(value, column) {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return column?.type_generic === TIME ? moment(value) : value;
  if (value instanceof Exact) return value.text;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function moment(text) {
  return text.replace(/^(\d{4}-\d\d-\d\d)T/, "$1 ");
}

// For sorting: NULL comes first, numbers by size, and the rest as text.
export function compared(a, b) {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (isNumber(a) && isNumber(b)) return comparedNumbers(a, b);
  if (typeof a === "string" && typeof b === "string") return collator.compare(a, b);
  return collator.compare(shown(a), shown(b));
}

const collator = new Intl.Collator(undefined, { numeric: false });
const isNumber = (value) => typeof value === "number" || value instanceof Exact;

// Doubles tell most apart; the digits of whole numbers tell the rest.
function comparedNumbers(a, b) {
  const rough = Number(a) - Number(b);
  if (rough) return rough;
  const [left, right] = [String(a), String(b)];
  if (/^-?\d+$/.test(left) && /^-?\d+$/.test(right)) {
    const fine = BigInt(left) - BigInt(right);
    return fine > 0n ? 1 : fine < 0n ? -1 : 0;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

// Lines of cells between tabs, as spreadsheets take them; a text that would break a line is quoted.
export function tsv(lines) {
  return lines.map((cells) => cells.map(field).join("\t")).join("\n");
}

function field(text) {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
