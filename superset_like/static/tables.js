// A table's rows as elements: sorted, searched and paged through here. What its cells say is the chart type's.

import { tableOf } from "/chart_types/table/cells.js";
import { cellElement, lookOf, pager } from "./cells.js";
import { made } from "./elements.js";

const PAGE = 50;
// What "all" means: more cells than that, and a page is slow.
const MOST = 1000;
const NUMBER = 0;

// As a type's page draws it. hooks: {picked, isPicked}, as below.
export function drawn(type, formData, results, look, hooks) {
  return table(results[0], formData, { ...hooks, results, look });
}

// picked(row, column name, event): called when a reader activates a cell of a group, which is a button then.
// isPicked(row, column name): whether that cell is part of a filter that is on.
export function table(result, formData, { results = [result], look = lookOf(), picked, isPicked = () => false } = {}) {
  const box = made("div", "rows");
  const { columns, cellOf, totals } = tableOf(formData, results, look);
  const size = pageSize(formData);
  const status = made("span", "unseen");
  status.setAttribute("role", "status");
  const body = made("div", "rows-body");
  let found = result.data;
  let rows = found;
  let sorted = { column: null, down: false };
  let page = 0;

  function paint() {
    const shown = made("table");
    const head = shown.createTHead().insertRow();
    head.append(...columns.map(heading));
    const lines = shown.createTBody();
    for (const row of rows.slice(page * size, (page + 1) * size)) {
      lines.insertRow().append(...columns.map((column) => cellOfRow(column, row)));
    }
    if (totals && rows.length) shown.createTFoot().insertRow().append(...totals.map((cell) => cellElement(cell)));
    body.replaceChildren(shown);
    if (rows.length > size) body.append(pager(page, rows.length, size, turn));
    if (!rows.length) body.append(made("p", "said", result.data.length ? "No row matches." : "No rows."));
  }

  function cellOfRow(column, row) {
    const act = picked && column.isGroup ? (event) => picked(row, column.name, event) : null;
    const cell = cellElement(cellOf(column, row), { number: column.kind === NUMBER, act, isPicked: act && isPicked(row, column.name) });
    cell.dataset.column = column.name;
    return cell;
  }

  function heading(column) {
    const cell = made("th");
    cell.scope = "col";
    const isSorted = sorted.column === column;
    cell.setAttribute("aria-sort", isSorted ? (sorted.down ? "descending" : "ascending") : "none");
    if (column.width) cell.style.width = `${column.width}px`;
    const button = made("button", column.align, column.title);
    button.type = "button";
    const arrow = made("span", "sorted", isSorted ? (sorted.down ? " ↓" : " ↑") : "");
    arrow.setAttribute("aria-hidden", "true");
    button.append(arrow);
    button.addEventListener("click", () => sort(column, isSorted ? !sorted.down : column.kind === NUMBER));
    cell.append(button);
    return cell;
  }

  function sort(column, down) {
    sorted = { column, down };
    page = 0;
    arrange();
    status.textContent = `Sorted by ${column.title}, ${down ? "descending" : "ascending"}.`;
    body.querySelectorAll("thead button")[columns.indexOf(column)].focus();
  }

  function arrange() {
    const { column, down } = sorted;
    rows = column ? [...found].sort((a, b) => compared(column.valueOf(a), column.valueOf(b), down)) : found;
    paint();
  }

  function turn(to, forward) {
    page = to;
    paint();
    const buttons = body.querySelectorAll("nav button");
    (buttons[forward ? 1 : 0].disabled ? buttons[forward ? 0 : 1] : buttons[forward ? 1 : 0]).focus();
  }

  if (formData.include_search) {
    box.append(
      searchField((text) => {
        found = text ? result.data.filter((row) => columns.some((column) => says(column, row, text))) : result.data;
        page = 0;
        arrange();
        status.textContent = `${found.length} of ${result.data.length} rows match.`;
      }),
    );
  }
  paint();
  box.append(body, status);
  return box;
}

function pageSize(formData) {
  const wish = formData.server_pagination ? formData.server_page_length : formData.page_length;
  if (wish === undefined || wish === null || wish === "") return PAGE;
  return Math.min(Number(wish) || MOST, MOST);
}

function searchField(search) {
  const field = made("input", "rows-search");
  field.type = "search";
  field.placeholder = "Search";
  field.setAttribute("aria-label", "Search the rows");
  field.addEventListener("input", () => search(field.value.trim().toLowerCase()));
  return field;
}

function says(column, row, text) {
  return column.told(column.valueOf(row)).toLowerCase().includes(text);
}

// Without a value come last, whichever way the others go.
function compared(a, b, down) {
  const absent = (value) => value === null || value === undefined;
  if (absent(a) || absent(b)) return absent(a) - absent(b);
  return (down ? -1 : 1) * (exact(a, b) ?? String(a).localeCompare(String(b)));
}

// Numbers by size, also those that come as text for they have too many digits.
function exact(a, b) {
  const whole = (value) => typeof value === "string" && /^-?\d{16,}$/.test(value);
  const isNumber = (value) => typeof value === "number" || whole(value);
  if (!isNumber(a) || !isNumber(b)) return null;
  const [one, two] = [a, b].map((value) => (whole(value) ? BigInt(value) : value));
  return one < two ? -1 : one > two ? 1 : 0;
}
