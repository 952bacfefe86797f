// Rows as a table that can be sorted and paged through.

const PAGE = 50;
const NUMBER = 0;
const TEXT = 1;
const TIME = 2;

// picked(kind, picks, event): called when a cell of a dimension is clicked (`click`) or asked for more (`contextmenu`).
export function table(result, formData, { picked = null, isPickable = false } = {}) {
  const box = document.createElement("div");
  box.className = isPickable && picked ? "rows pickable" : "rows";
  const dimensions = dimensionsOf(result, formData);
  let rows = [...result.data];
  let sorted = { name: null, down: false };
  let page = 0;

  function paint() {
    const made = document.createElement("table");
    const head = made.createTHead().insertRow();
    result.colnames.forEach((name, at) => head.append(heading(name, result.coltypes[at])));
    const body = made.createTBody();
    for (const row of rows.slice(page * PAGE, (page + 1) * PAGE)) {
      const line = body.insertRow();
      result.colnames.forEach((name, at) => {
        const cell = line.insertCell();
        cell.textContent = shown(row[name], result.coltypes[at]);
        if (result.coltypes[at] === NUMBER) cell.className = "number";
        if (picked && dimensions.has(name)) pickable(cell, { col: dimensions.get(name), val: row[name], formattedVal: cell.textContent });
      });
    }
    box.replaceChildren(made);
    if (rows.length > PAGE) box.append(pager());
    if (!rows.length) box.append(Object.assign(document.createElement("p"), { className: "said", textContent: "No rows." }));
  }

  function pickable(cell, pick) {
    cell.classList.add("dimension");
    for (const kind of ["click", "contextmenu"]) cell.addEventListener(kind, (event) => picked(kind, [pick], event));
  }

  function heading(name, kind) {
    const cell = document.createElement("th");
    cell.scope = "col";
    const isSorted = sorted.name === name;
    cell.setAttribute("aria-sort", isSorted ? (sorted.down ? "descending" : "ascending") : "none");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${name}${isSorted ? (sorted.down ? " ↓" : " ↑") : ""}`;
    button.addEventListener("click", () => {
      sorted = { name, down: isSorted ? !sorted.down : kind === NUMBER };
      rows = [...result.data].sort((a, b) => compared(a[name], b[name]) * (sorted.down ? -1 : 1));
      page = 0;
      paint();
      box.querySelector(`th:nth-child(${result.colnames.indexOf(name) + 1}) button`).focus();
    });
    cell.append(button);
    return cell;
  }

  function pager() {
    const last = Math.ceil(rows.length / PAGE) - 1;
    const bar = document.createElement("nav");
    bar.setAttribute("aria-label", "Pages");
    for (const [text, to] of [["Previous", page - 1], ["Next", page + 1]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
      button.disabled = to < 0 || to > last;
      button.addEventListener("click", () => {
        page = to;
        paint();
      });
      bar.append(button);
    }
    const told = document.createElement("span");
    told.setAttribute("role", "status");
    told.textContent = `Page ${page + 1} of ${last + 1}`;
    bar.append(told);
    return bar;
  }

  paint();
  states.set(box, () => ({ sorted, page }));
  return box;
}

const states = new WeakMap();

// How a reader left a table: {sorted: {name, down}, page}.
export function stateOf(element) {
  return states.get(element)?.() ?? {};
}

function shown(value, kind) {
  if (value === null || value === undefined) return "";
  if (kind === TIME) return new Date(value).toISOString().replace("T", " ").replace(/(\.000)?Z$/, "").replace(/ 00:00:00$/, "");
  if (kind === NUMBER) return Number(value).toLocaleString(undefined, { maximumFractionDigits: 3 });
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function compared(a, b) {
  if (a === null || b === null) return (a === null) - (b === null);
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}

// name -> column, of those by which the rows are grouped; of a question without a form, those of texts.
function dimensionsOf(result, formData) {
  if (formData.query_mode === "raw") return new Map();
  const asked = ["groupby", "columns", "series"].flatMap((field) => [formData[field] ?? []].flat());
  const named = asked.map((col) => [typeof col === "string" ? col : col.label || col.sqlExpression, col]);
  const known = named.filter(([name]) => result.colnames.includes(name) && result.coltypes[result.colnames.indexOf(name)] !== TIME);
  if (asked.length) return new Map(known);
  return new Map(result.colnames.filter((name, at) => result.coltypes[at] === TEXT).map((name) => [name, name]));
}
