// A picture of a table's first rows.
import { noData, pickedRow, rowsOf, sheet } from "../base.js";
import { isRaw, tableOf } from "./cells.js";

// In a page it is a table of elements.
export const page = "tables";

export function option(formData, results, look) {
  const rows = rowsOf(results[0]);
  if (!rows.length) return noData(look);
  const { columns, cellOf, totals } = tableOf(formData, results, look);
  if (!columns.length) return noData(look);
  const header = columns.map((column) => ({ text: column.title, align: column.align }));
  const oneLine = (cell) => ({ ...cell, text: cell.text.replace(/\s+/g, " ") });
  const shown = rows.slice(0, Math.ceil(look.height / 20)).map((row) => columns.map((column) => oneLine(cellOf(column, row))));
  return sheet(look, { headers: [header], rows: shown, foot: totals, more: rows.length - shown.length });
}

// params: {row, column}, of the page's table: the row's groups; of raw rows, the one cell.
export function picks(formData, results, { row, column }) {
  if (!row) return [];
  const found = pickedRow(formData, results[0], row, isRaw(formData) ? "all_columns" : "groupby");
  return isRaw(formData) ? found.filter(({ col }) => (col.label || col) === column) : found;
}
