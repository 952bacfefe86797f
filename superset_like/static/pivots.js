// A pivot table as elements: headings that span what they name, groups that fold, pages of rows.

import { pivotOf } from "/chart_types/pivot_table/pivot.js";
import { cellElement, pager } from "./cells.js";
import { made, said } from "./elements.js";

// About as many cells as a page shows without delay.
const MOST_CELLS = 20_000;

// hooks: {picked}, called with the nodes of row and column of a cell that a reader activates; see the type's picks.
export function drawn(type, formData, results, look, { picked } = {}) {
  const pivot = pivotOf(formData, results[0], look);
  if (!pivot) return said("No rows.");
  const box = made("div", "rows pivot");
  const folded = { rows: new Set(), columns: new Set() };
  let page = 0;

  function paint(focus) {
    const columns = [...shown(pivot.columns, folded.columns), ...(pivot.columnTotal ? [pivot.columnTotal] : [])];
    const rows = shown(pivot.rows, folded.rows);
    const size = Math.max(50, Math.floor(MOST_CELLS / columns.length));
    page = Math.min(page, Math.ceil(rows.length / size) - 1);
    const table = made("table");
    table.append(head(columns));
    const body = table.createTBody();
    const levels = Math.max(1, pivot.rowFields.length);
    const visible = rows.slice(page * size, (page + 1) * size);
    headings(visible, levels).forEach((cells, at) => body.append(line(visible[at], cells, columns)));
    if (pivot.rowTotal) {
      const foot = table.createTFoot();
      foot.append(line(pivot.rowTotal, [{ text: "Total", deep: levels, long: 1, scope: "row" }], columns));
    }
    box.replaceChildren(table);
    if (rows.length > size) box.append(pager(page, rows.length, size, (to) => ((page = to), paint())));
    if (focus) box.querySelector(`[data-fold="${CSS.escape(focus)}"]`)?.focus();
  }

  function head(columns) {
    const levels = Math.max(1, pivot.columnFields.length);
    const fields = pivot.rowFields.length ? pivot.rowFields.map(pivot.titleOf) : [""];
    const cells = headings(columns, levels).flat();
    const element = made("thead");
    for (let level = 0; level < levels; level += 1) {
      const row = made("tr");
      if (level === levels - 1) row.append(...fields.map((name) => corner(name, 1)));
      else row.append(corner(pivot.titleOf(pivot.columnFields[level]), fields.length));
      row.append(...cells.filter((cell) => cell.level === level).map((cell) => heading(cell, "columns")));
      element.append(row);
    }
    return element;
  }

  function line(node, cells, columns) {
    const row = made("tr", node.isSum && !node.isFolded ? "sum" : "");
    row.append(...cells.map((cell) => heading(cell, "rows")));
    for (const column of columns) {
      const act = picked && (node.row || column.row) ? (event) => picked(node, column, event) : null;
      row.append(cellElement(pivot.cell(node, column), { number: true, act }));
    }
    return row;
  }

  function heading(cell, side) {
    const element = made("th", side === "columns" ? (cell.long > 1 ? "" : "right") : "");
    const [wide, high] = side === "columns" ? [cell.long, cell.deep] : [cell.deep, cell.long];
    if (wide > 1) element.colSpan = wide;
    if (high > 1) element.rowSpan = high;
    element.scope = side === "columns" ? (wide > 1 ? "colgroup" : "col") : high > 1 ? "rowgroup" : "row";
    if (cell.fold) element.append(foldButton(cell, side));
    element.append(cell.text);
    return element;
  }

  function foldButton({ fold, text, isFolded }, side) {
    const button = made("button", "fold", isFolded ? "▸" : "▾");
    button.type = "button";
    button.dataset.fold = `${side} ${fold}`;
    button.setAttribute("aria-expanded", String(!isFolded));
    button.setAttribute("aria-label", `${isFolded ? "Unfold" : "Fold"} ${text}`);
    button.addEventListener("click", () => {
      if (!folded[side].delete(fold)) folded[side].add(fold);
      paint(button.dataset.fold);
    });
    return button;
  }

  paint();
  return box;
}

function corner(text, wide) {
  const cell = made(text ? "th" : "td", "", text);
  if (text) cell.scope = "col";
  if (wide > 1) cell.colSpan = wide;
  return cell;
}

// The nodes, where each folded group is one node that stands for its sum.
function shown(nodes, folded) {
  const kept = [];
  for (const node of nodes) {
    const group = node.texts.map((_, at) => JSON.stringify(node.texts.slice(0, at + 1))).find((key) => folded.has(key));
    if (!group) kept.push(node);
    else if (kept.at(-1)?.key !== group) {
      const texts = JSON.parse(group);
      kept.push({ key: group, texts, titles: node.titles.slice(0, texts.length), depth: texts.length, isSum: true, isFolded: true, row: node.row });
    }
  }
  return kept;
}

// For each node the headings that begin at it: {level, text, long, deep, fold, isFolded}. long: for how many nodes it
// stands; deep: over how many levels it reaches; fold: the key of the group that it opens and closes.
function headings(nodes, levels) {
  const begun = [];
  return nodes.map((node) => {
    const made = [];
    for (let level = 0; level < levels; level += 1) {
      const key = JSON.stringify(node.texts.slice(0, level + 1));
      if (level < node.depth && begun[level]?.key === key && !begun[level].isWhole) {
        begun[level].cell.long += 1;
        continue;
      }
      begun.length = level;
      if (level === node.depth) {
        if (!node.isFolded || !level) made.push({ level, text: level ? "Subtotal" : "Total", long: 1, deep: levels - level });
        break;
      }
      const ends = node.isFolded && level === node.depth - 1;
      const cell = { level, text: node.titles[level], long: 1, deep: ends ? levels - level : 1, isFolded: ends };
      if (level < levels - 1) cell.fold = key;
      // The innermost names stand for one node each.
      begun[level] = { key, cell, isWhole: level === levels - 1 || ends };
      made.push(cell);
      if (ends) break;
    }
    return made;
  });
}
