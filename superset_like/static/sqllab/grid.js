// Rows of a result as a grid, of which only what is in sight is in the page.

import { copy, dialog, made } from "../elements.js";
import { compared, isNumeric, shown, tsv } from "./cells.js";
import { Exact } from "./exact.js";
import { Selection } from "./selection.js";

const ROW_PX = 28;
const HEAD_PX = 32;
const LETTER_PX = 8;
const SPARE_ROWS = 8;
// Browsers lay nothing out beyond some 17 million pixels; taller grids scroll in steps.
const MOST_PX = 15_000_000;
const LEAST_COLUMN_PX = 48;
const MEASURED_ROWS = 100;
let grids = 0;

export class Grid {
  // columns: the result's. rows: objects. told(sentence): for who does not see what changed.
  constructor(columns, rows, { label = "Result", told = () => {} } = {}) {
    Object.assign(this, { columns, rows, told });
    this.name = `grid-${++grids}`;
    this.order = Uint32Array.from(rows, (_, at) => at);
    this.sorted = { at: -1, down: false };
    this.numbers = LETTER_PX * rows.length.toLocaleString().length + 24;
    this.widths = columns.map((column) => this.#fitting(column));
    this.element = made("div", "grid");
    this.head = made("div", "grid-head");
    this.body = made("div", "grid-body");
    this.head.setAttribute("role", "rowgroup");
    this.body.setAttribute("role", "rowgroup");
    this.element.setAttribute("role", "grid");
    this.element.setAttribute("aria-label", label);
    this.element.setAttribute("aria-multiselectable", "true");
    this.element.setAttribute("aria-colcount", columns.length + 1);
    this.element.tabIndex = 0;
    this.element.append(this.head, this.body);
    this.selection = new Selection(this);
    this.element.addEventListener("scroll", () => this.#soon());
    this.element.addEventListener("dblclick", (event) => this.#doubled(event.target));
    new ResizeObserver(() => this.#soon()).observe(this.element);
    this.#laidOut();
  }

  get count() {
    return this.order.length;
  }

  value(row, column) {
    return this.rows[this.order[row]][this.columns[column].column_name];
  }

  text(row, column) {
    return shown(this.value(row, column), this.columns[column]);
  }

  // Sorts by the column: up, then down, then as the database gave them.
  sort(at) {
    const { at: before, down } = this.sorted;
    this.sorted = before !== at ? { at, down: false } : down ? { at: -1, down: false } : { at, down: true };
    this.#arrange();
    const name = this.columns[at].name;
    this.told(this.sorted.at < 0 ? "In the database's order." : `Sorted by ${name}, ${this.sorted.down ? "descending" : "ascending"}.`);
  }

  // Only rows in which some cell holds the text are shown.
  filter(text) {
    this.wanted = text.trim().toLowerCase();
    this.#arrange();
    this.element.scrollTop = 0;
    this.told(`${this.count.toLocaleString()} of ${this.rows.length.toLocaleString()} rows.`);
  }

  #arrange() {
    let kept = Array.from(this.rows, (_, at) => at);
    if (this.wanted) kept = kept.filter((at) => this.columns.some((column) => shown(this.rows[at][column.column_name], column).toLowerCase().includes(this.wanted)));
    if (this.sorted.at >= 0) {
      const name = this.columns[this.sorted.at].column_name;
      const sign = this.sorted.down ? -1 : 1;
      kept.sort((a, b) => compared(this.rows[a][name], this.rows[b][name]) * sign || a - b);
    }
    this.order = Uint32Array.from(kept);
    this.selection.kept();
    this.#laidOut();
  }

  resize(at, width) {
    this.widths[at] = Math.max(LEAST_COLUMN_PX, Math.round(width));
    this.#laidOut();
  }

  fit(at) {
    this.resize(at, this.#fitting(this.columns[at]));
  }

  #doubled(target) {
    if (target.classList.contains("grid-edge")) this.fit(Number(target.parentElement.dataset.column));
    else if (target.closest("[role=gridcell]")) this.open();
  }

  // A width that shows the name, and values from all over the rows.
  #fitting(column) {
    const step = Math.max(1, Math.floor(this.rows.length / MEASURED_ROWS));
    const texts = [this.rows.at(-1)].filter(Boolean).map((row) => shown(row[column.column_name], column).length);
    for (let at = 0; at < this.rows.length; at += step) texts.push(shown(this.rows[at][column.column_name], column).length);
    return Math.min(Math.max(80, LETTER_PX * Math.max(column.name.length + 4, ...texts) + 20), 360);
  }

  #laidOut() {
    this.lefts = [this.numbers];
    for (const width of this.widths) this.lefts.push(this.lefts.at(-1) + width);
    this.height = Math.min(this.count * ROW_PX, MOST_PX);
    this.element.setAttribute("aria-rowcount", this.count + 1);
    for (const part of [this.head, this.body]) part.style.width = `${this.lefts.at(-1)}px`;
    this.body.style.height = `${this.height}px`;
    this.paint();
  }

  #soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      // What comes back to the page finds its place again.
      this.place = [this.element.scrollTop, this.element.scrollLeft];
      this.paint();
    });
  }

  // Back in the page, where a browser forgets how far it was scrolled.
  shown() {
    if (this.place) [this.element.scrollTop, this.element.scrollLeft] = this.place;
  }

  paint() {
    const { scrollLeft, clientWidth } = this.element;
    const seen = [];
    this.columns.forEach((_, at) => {
      if (this.lefts[at + 1] > scrollLeft && this.lefts[at] < scrollLeft + clientWidth) seen.push(at);
    });
    const [from, to] = this.#span();
    this.head.replaceChildren(this.#heading(seen));
    const rows = [];
    for (let at = from; at < to; at++) rows.push(this.#row(at, seen));
    this.body.replaceChildren(...rows);
    this.selection.marked();
  }

  // The rows in sight, with some more for a quick hand.
  #span() {
    const inView = Math.max(1, Math.ceil((this.element.clientHeight - HEAD_PX) / ROW_PX));
    const first = this.#first(inView);
    return [Math.max(0, first - SPARE_ROWS), Math.min(this.count, first + inView + SPARE_ROWS)];
  }

  #first(inView) {
    const full = this.count * ROW_PX;
    if (full <= MOST_PX) return Math.floor(this.element.scrollTop / ROW_PX);
    const share = this.element.scrollTop / Math.max(1, this.height - this.element.clientHeight + HEAD_PX);
    return Math.round(Math.min(share, 1) * (this.count - inView));
  }

  #top(row) {
    if (this.count * ROW_PX <= MOST_PX) return row * ROW_PX;
    const inView = Math.max(1, Math.ceil((this.element.clientHeight - HEAD_PX) / ROW_PX));
    return this.element.scrollTop + (row - this.#first(inView)) * ROW_PX;
  }

  #heading(seen) {
    const row = line("grid-row", 0);
    const corner = this.#cell("columnheader", -1, -1, "#");
    corner.classList.add("grid-number");
    row.append(corner);
    for (const at of seen) {
      const column = this.columns[at];
      const isSorted = this.sorted.at === at;
      const cell = this.#cell("columnheader", -1, at, "");
      cell.setAttribute("aria-sort", isSorted ? (this.sorted.down ? "descending" : "ascending") : "none");
      cell.title = [column.name, column.type].filter(Boolean).join(" · ");
      cell.append(made("span", "grid-name", column.name), made("span", "grid-sorted", isSorted ? (this.sorted.down ? "↓" : "↑") : ""));
      if (isNumeric(column)) cell.classList.add("number");
      cell.append(made("span", "grid-edge"));
      row.append(cell);
    }
    return row;
  }

  #row(at, seen) {
    const row = line("grid-row", at + 1);
    row.style.transform = `translateY(${this.#top(at)}px)`;
    const number = this.#cell("rowheader", at, -1, (this.order[at] + 1).toLocaleString());
    number.classList.add("grid-number");
    row.append(number);
    for (const column of seen) {
      const value = this.value(at, column);
      const cell = this.#cell("gridcell", at, column, value === null ? "NULL" : this.text(at, column));
      if (value === null) cell.classList.add("null");
      if (isNumeric(this.columns[column])) cell.classList.add("number");
      row.append(cell);
    }
    return row;
  }

  #cell(role, row, column, text) {
    // A cell shows one line of at most so many letters; opened, it shows all.
    const cell = made("div", "grid-cell", text.length > 400 ? `${text.slice(0, 400)}…` : text);
    cell.setAttribute("role", role);
    cell.setAttribute("aria-colindex", column + 2);
    cell.id = this.id(row, column);
    Object.assign(cell.dataset, { row, column });
    cell.style.width = `${column < 0 ? this.numbers : this.widths[column]}px`;
    if (column >= 0) cell.style.left = `${this.lefts[column]}px`;
    return cell;
  }

  id(row, column) {
    return `${this.name}-${row}-${column}`;
  }

  // The cell is in sight.
  reveal(row, column) {
    const { element } = this;
    const inView = element.clientHeight - HEAD_PX;
    if (row >= 0) {
      if (this.count * ROW_PX > MOST_PX) element.scrollTop = (row / this.count) * (this.height - element.clientHeight);
      else if (row * ROW_PX < element.scrollTop) element.scrollTop = row * ROW_PX;
      else if ((row + 1) * ROW_PX > element.scrollTop + inView) element.scrollTop = (row + 1) * ROW_PX - inView;
    }
    if (column >= 0) {
      if (this.lefts[column] - this.numbers < element.scrollLeft) element.scrollLeft = this.lefts[column] - this.numbers;
      else if (this.lefts[column + 1] > element.scrollLeft + element.clientWidth) element.scrollLeft = this.lefts[column + 1] - element.clientWidth;
    }
    this.paint();
  }

  rowsInView() {
    return Math.max(1, Math.floor((this.element.clientHeight - HEAD_PX) / ROW_PX));
  }

  // The active cell's whole value, to be read and copied.
  open() {
    const { row, column } = this.selection.active;
    if (row < 0 || column < 0 || !this.count) return;
    const value = this.value(row, column);
    const isNested = value !== null && typeof value === "object" && !(value instanceof Exact);
    const text = made("pre", "cell-whole", value === null ? "NULL" : isNested ? JSON.stringify(value, null, 2) : this.text(row, column));
    text.tabIndex = 0;
    dialog(this.columns[column].name, text, { closed: () => this.element.focus() });
  }

  // All rows shown, with their names, in the clipboard.
  copyAll() {
    return copy(this.#lines(0, this.count - 1, 0, this.columns.length - 1, true), `${this.count.toLocaleString()} rows copied.`);
  }

  selected() {
    const { top, bottom, left, right } = this.selection.area();
    return this.#lines(Math.max(top, 0), bottom, left, right, top < 0);
  }

  #lines(top, bottom, left, right, named) {
    const columns = this.columns.map((_, at) => at).slice(left, right + 1);
    const lines = named ? [columns.map((at) => this.columns[at].name)] : [];
    for (let row = top; row <= bottom; row++) lines.push(columns.map((at) => this.text(row, at)));
    return tsv(lines);
  }
}

function line(className, index) {
  const row = made("div", className);
  row.setAttribute("role", "row");
  row.setAttribute("aria-rowindex", index + 1);
  return row;
}
