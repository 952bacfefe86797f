// A table looked at: its first rows, its columns, its keys and indexes.

import { action, dialog, made, said, told } from "../elements.js";
import * as catalog from "./catalog.js";
import { Grid } from "./grid.js";
import { isOver, start, stop } from "./runs.js";

const FIRST_ROWS = 100;

// open(sql): puts it into a tab of its own. database: the connection's record.
export async function preview(place, name, database, { open }) {
  const body = made("div", "preview");
  body.append(said("Loading …"));
  let run = null;
  const closed = () => run && !isOver(run) && stop(run, () => {}).catch(console.error);
  const box = dialog(name, body, { wide: true, closed });
  try {
    const table = await catalog.table(place, name);
    if (!box.isConnected) return;
    const rows = made("div", "preview-rows");
    const select = action("Open its SELECT in a tab", () => (box.close(), open(table.selectStar)), "main");
    body.replaceChildren(...[table.comment && made("p", "", table.comment), select, heading("Columns"), columns(table.columns), ...keys(table)].filter(Boolean));
    if (database.disable_data_preview) return;
    body.append(heading(`First ${FIRST_ROWS} rows`), rows);
    const asked = { ...place, sql: table.selectStar, limit: FIRST_ROWS, tab: name, isAsync: database.allow_run_async };
    rows.append(said("Loading …"));
    await start(asked, (step) => (run = step));
    fill(rows, run, name);
  } catch (error) {
    body.replaceChildren(said(told(error), "alert"));
  }
}

function fill(rows, run, name) {
  if (run.state !== "success") rows.replaceChildren(said(run.message, "alert"));
  else if (!run.rows.length) rows.replaceChildren(said("No rows."));
  else {
    const grid = new Grid(run.columns, run.rows, { label: `First rows of ${name}` });
    rows.replaceChildren(grid.element);
    grid.paint();
  }
}

const heading = (text) => made("h3", "", text);

function columns(all) {
  const isNoted = all.some(({ comment }) => comment);
  return list(
    ["Name", "Type", "Key", ...(isNoted ? ["Comment"] : [])],
    all.map(({ name, longType, type, keys: held, comment }) => [name, longType ?? type, kinds(held), ...(isNoted ? [comment ?? ""] : [])]),
  );
}

const KINDS = { pk: "primary key", fk: "foreign key", index: "index" };
const kinds = (held) => [...new Set(held.map(({ type }) => KINDS[type] ?? type))].join(", ");

function keys({ primaryKey, foreignKeys, indexes }) {
  const lines = [];
  const primary = primaryKey?.constrained_columns;
  if (primary?.length) lines.push(["Primary key", "", primary.join(", "), ""]);
  for (const key of foreignKeys) {
    const to = [key.referred_schema, key.referred_table].filter(Boolean).join(".");
    lines.push(["Foreign key", key.name ?? "", names(key), `${to} (${(key.referred_columns ?? []).join(", ")})`]);
  }
  for (const index of indexes) lines.push([index.unique ? "Unique index" : "Index", index.name ?? "", names(index), ""]);
  return lines.length ? [heading("Keys and indexes"), list(["Kind", "Name", "Columns", "Refers to"], lines)] : [];
}

const names = (key) => (key.constrained_columns ?? key.column_names ?? key.columns ?? []).join(", ");

function list(titles, lines) {
  const box = made("div", "preview-list");
  const table = made("table", "plain-table");
  const head = table.createTHead().insertRow();
  for (const title of titles) {
    const cell = made("th", "", title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = table.createTBody();
  for (const line of lines) {
    const row = body.insertRow();
    for (const text of line) row.insertCell().textContent = text;
  }
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", titles[0] === "Name" ? "Columns" : "Keys and indexes");
  box.append(table);
  return box;
}
