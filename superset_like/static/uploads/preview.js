// What is in a file: its columns with their types, and its first rows.

import { made } from "../elements.js";

const NAMES = { int64: "whole number", double: "number", bool: "true or false", "date32[day]": "date", "timestamp[us]": "date and time", string: "text", binary: "bytes" };
const MOST_COLUMNS = 100;

// A table of the rows that the server read.
export function preview({ columns, rows }) {
  const shown = columns.slice(0, MOST_COLUMNS);
  const table = made("table", "upload-rows");
  const left = columns.length - shown.length;
  const counted = `${columns.length.toLocaleString()} columns, first ${rows.length.toLocaleString()} rows`;
  table.append(made("caption", "", left ? `${counted}; ${left.toLocaleString()} columns are not shown` : counted));
  const head = made("tr");
  head.append(
    ...shown.map(({ name, type }) => {
      const cell = made("th", "", name);
      cell.scope = "col";
      cell.append(made("span", "upload-type", typeName(type)));
      return cell;
    }),
  );
  table.append(made("thead"), made("tbody"));
  table.tHead.append(head);
  table.tBodies[0].append(...rows.map((row) => line(shown, row)));
  const scroll = made("div", "upload-scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "First rows of the file");
  scroll.append(table);
  return scroll;
}

function line(columns, row) {
  const made_ = made("tr");
  for (const { name, type } of columns) {
    const value = row[name];
    const isNumber = /^(int|double|decimal)/.test(type);
    const cell = made("td", value === null ? "upload-null" : isNumber ? "upload-number" : "", value === null ? "NULL" : String(value));
    made_.append(cell);
  }
  return made_;
}

function typeName(type) {
  if (type.startsWith("decimal")) return "decimal number";
  return NAMES[type] ?? (type.startsWith("timestamp") ? "date and time with zone" : type);
}
