// A picture of metrics by rows and columns: the first that fit.
import { noData, pickedRow, sheet } from "../base.js";
import { METRIC, pivotOf } from "./pivot.js";

// In a page it is a table of elements.
export const page = "pivots";

const MOST = 200;

export function option(formData, results, look) {
  const pivot = pivotOf(formData, results[0], look);
  if (!pivot) return noData(look);
  const across = [...pivot.columns, ...(pivot.columnTotal ? [pivot.columnTotal] : [])];
  const rows = pivot.rows.slice(0, MOST).map((row) => line(pivot, row, across));
  const foot = pivot.rowTotal ? line(pivot, pivot.rowTotal, across) : null;
  const fixed = Math.max(1, pivot.rowFields.length);
  return sheet(look, { headers: headings(pivot, across), rows, fixed, foot, more: Math.max(0, pivot.rows.length - MOST) });
}

// params: {row, column}, nodes of the page's table: the values of the fields that name them; none of a sum of all.
export function picks(formData, results, { row, column }) {
  const named = (node) => (node && node.row ? pickedRow(formData, results[0], node.row, "groupbyRows", "groupby", "groupbyColumns", "columns") : []);
  const pivot = pivotOf(formData, results[0], { zone: "UTC" });
  if (!pivot) return [];
  const fields = (node, all) => (node ? all.slice(0, node.depth).filter((name) => name !== METRIC) : []);
  const of = (node, all) => named(node).filter(({ col }) => fields(node, all).includes(typeof col === "object" ? col.label || col.sqlExpression : col));
  return [...of(row, pivot.rowFields), ...of(column, pivot.columnFields)];
}

// One row of headings for each column field; equal neighbours are one heading.
function headings(pivot, across) {
  const levels = Math.max(1, pivot.columnFields.length);
  return Array.from({ length: levels }, (_, level) => {
    const lowest = level === levels - 1;
    const named = pivot.rowFields.length ? pivot.rowFields.map(pivot.titleOf) : [""];
    const head = named.map((name) => ({ text: lowest ? name : "", align: "left" }));
    const made = [];
    let before = null;
    for (const node of across) {
      const same = JSON.stringify([node.texts.slice(0, level + 1), node.isSum]);
      if (same === before && !lowest) made[made.length - 1].span += 1;
      else made.push({ text: headingText(node, level), align: lowest || node.isSum ? "right" : "left", span: 1 });
      before = same;
    }
    return [...head, ...made];
  });
}

function headingText(node, level) {
  if (level < node.depth) return node.titles[level];
  return node.isSum && level === node.depth ? (node.depth ? "Subtotal" : "Total") : "";
}

function line(pivot, row, across) {
  const levels = Math.max(1, pivot.rowFields.length);
  const head = Array.from({ length: levels }, (_, level) => ({ text: headingText(row, level), align: "left", strong: row.isSum }));
  return [...head, ...across.map((column) => ({ ...pivot.cell(row, column), strong: row.isSum || column.isSum }))];
}
