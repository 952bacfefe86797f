// /database/upload/: choose a file, see what is in it, say where it goes, follow it there.

import { action, made, said, told } from "../elements.js";
import { ask } from "../session.js";
import { blame, choice, field, textInput } from "./fields.js";
import { preview } from "./preview.js";
import { sendFile } from "./sending.js";

const KINDS = { csv: "csv", tsv: "csv", tab: "csv", txt: "csv", xlsx: "excel", parquet: "columnar", orc: "columnar", feather: "columnar", arrow: "columnar", zip: "columnar" };
const DELIMITERS = [["", "Comma (tab in .tsv)"], [";", "Semicolon"], ["\\t", "Tab"], ["|", "Pipe"], [" ", "Space"]];
const ENCODINGS = [["", "UTF-8, or as the file says"], ["cp1252", "Windows, Western"], ["cp1250", "Windows, Central European"], ["cp1251", "Windows, Cyrillic"], ["iso8859-15", "Latin 9"], ["utf-16", "UTF-16"], ["shift_jis", "Shift JIS"], ["gb18030", "GB 18030"]];
const MOST_SEEN = 512 * 1024;
const root = document.getElementById("upload");
const mostMib = Number(root.dataset.mostMib);
const asked = new URLSearchParams(window.location.search);
const state = { file: null, kind: "", items: [], looking: null, sending: null };

const form = made("form", "upload-form");
form.noValidate = true;
const fileField = field("file", "File", Object.assign(made("input"), { type: "file", accept: Object.keys(KINDS).map((end) => `.${end}`).join(",") }), `CSV, TSV, Excel (.xlsx), Parquet, ORC, Arrow, or a zip of the last three; at most ${mostMib.toLocaleString()} MiB.`);
const lineFields = {
  delimiter: field("delimiter", "Fields are parted by", choice(DELIMITERS)),
  encoding: field("encoding", "Encoding", choice(ENCODINGS)),
  decimal_character: field("decimal_character", "Decimal sign", choice([[".", "Point"], [",", "Comma"]])),
  null_values: field("null_values", "Words for NULL", textInput(), "Parted by commas. An empty field is NULL anyway."),
};
const rowFields = {
  header_row: field("header_row", "Names of columns", choice([["0", "In the first row"], ["", "None in the file"]])),
  skip_rows: field("skip_rows", "Rows to skip before", textInput("0", { type: "number", min: 0, inputMode: "numeric" })),
  column_dates: field("column_dates", "Columns of dates", textInput(), "Names, parted by commas; for dates such as 1/31/2024."),
  day_first: field("day_first", "Order of dates", choice([["", "Month first"], ["true", "Day first"]])),
};
const sheetField = field("sheet_name", "Sheet", choice([]));
const target = {
  database: field("database", "Database", choice([])),
  schema: field("schema", "Schema", textInput(), "Empty for the database's own."),
  table_name: field("table_name", "Table", textInput("", { required: true })),
  already_exists: field("already_exists", "If the table exists", choice([["fail", "Stop"], ["replace", "Replace it"], ["append", "Append to it"]])),
};
const fields = { file: fileField, ...lineFields, ...rowFields, sheet_name: sheetField, ...target };
const reading = made("fieldset", "upload-part");
const seen = made("div", "upload-seen");
seen.setAttribute("aria-live", "polite");
const going = made("fieldset", "upload-part");
const go = Object.assign(made("button", "action main", "Upload"), { type: "submit" });
const stop = action("Stop", () => state.sending?.abort());
const bar = Object.assign(made("progress"), { max: 1 });
bar.setAttribute("aria-label", "Progress of the upload");
const news = made("div", "upload-news");
news.setAttribute("aria-live", "polite");
const foot = made("div", "upload-foot");

begin();

async function begin() {
  root.append(said("Loading …"));
  try {
    const q = "(filters:!((col:allow_file_upload,opr:eq,value:!t)),columns:!(id,database_name,engine_information),order_column:database_name,order_direction:asc,page_size:-1)";
    const { result } = await ask(`/api/v1/database/?q=${encodeURIComponent(q)}`);
    const usable = result.filter(({ engine_information: { supports_file_upload: can } }) => can);
    if (!usable.length) return root.replaceChildren(said("No database that you may read takes files. An administrator allows it in a database's form: “File uploads”."));
    target.database.control.append(...usable.map(({ id, database_name: name }) => Object.assign(made("option", "", name), { value: id })));
    if (usable.some(({ id }) => String(id) === asked.get("database"))) target.database.control.value = asked.get("database");
    target.schema.control.value = asked.get("schema") ?? "";
    show();
  } catch (error) {
    root.replaceChildren(said(told(error), "alert"), action("Try again", begin));
  }
}

function show() {
  reading.append(made("legend", "", "How it is read"), grid([...Object.values(lineFields), ...Object.values(rowFields), sheetField]));
  going.append(made("legend", "", "Where it goes"), grid(Object.values(target)));
  foot.append(go, stop, bar, news);
  form.append(fileField.element, reading, seen, going, foot);
  root.replaceChildren(form);
  arrange();
  fileField.control.addEventListener("change", chosen);
  for (const { control } of [...Object.values(lineFields), ...Object.values(rowFields)]) control.addEventListener("change", look);
  sheetField.control.addEventListener("change", showItem);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    upload();
  });
}

function grid(list) {
  const box = made("div", "upload-grid");
  box.append(...list.map(({ element }) => element));
  return box;
}

// Only what can be said of this file, and done now, is there.
function arrange() {
  const { kind, items, sending } = state;
  reading.hidden = !["csv", "excel"].includes(kind);
  for (const { element } of Object.values(lineFields)) element.hidden = kind !== "csv";
  lineFields.null_values.element.hidden = false;
  sheetField.element.hidden = items.length < 2;
  going.hidden = !items.length;
  foot.hidden = !items.length;
  stop.hidden = bar.hidden = !sending;
  go.disabled = Boolean(sending);
}

function chosen() {
  const [file] = fileField.control.files;
  const ending = file?.name.toLowerCase().split(".").pop();
  Object.assign(state, { file, kind: KINDS[ending] ?? "", items: [] });
  news.replaceChildren();
  seen.replaceChildren();
  const fault = file && (!state.kind ? `Files of this kind (.${ending}) cannot be read.` : file.size > mostMib * 2 ** 20 ? `The file is larger than ${mostMib.toLocaleString()} MiB.` : "");
  blame(fields, fault ? { file: fault } : {});
  if (file && !fault) {
    target.table_name.control.value = file.name.replace(/\.[^.]*$/, "").normalize("NFC").trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, "").slice(0, 60);
    look();
  }
  arrange();
}

function written(names) {
  const data = new FormData();
  data.append("type", state.kind);
  for (const name of names) {
    const { control, element } = fields[name];
    // An empty row of names says that there is none; all else that is empty is not said.
    if (!element.hidden && !element.closest("[hidden]") && (control.value !== "" || name === "header_row")) data.append(name, control.value);
  }
  return data;
}

// A beginning of a file of lines shows as much as all of it, and is there at once. Whole lines only: half a one would
// look like a mistake.
async function beginning({ file, kind }) {
  if (kind !== "csv" || file.size <= MOST_SEEN) return file;
  const bytes = new Uint8Array(await file.slice(0, MOST_SEEN).arrayBuffer());
  const end = isOfPairs(bytes) ? lastLineOfPairs(bytes) : bytes.lastIndexOf(10) + 1;
  return end ? new Blob([bytes.subarray(0, end)]) : file;
}

function isOfPairs(bytes) {
  return lineFields.encoding.control.value === "utf-16" || [0xfffe, 0xfeff].includes(bytes[0] * 256 + bytes[1]);
}

// Where the last line ends of a text in UTF-16, whichever byte of its pairs comes first.
function lastLineOfPairs(bytes) {
  for (let at = bytes.length - 2; at >= 0; at -= 2) {
    if (bytes[at] + bytes[at + 1] === 10 && bytes[at] * bytes[at + 1] === 0) return at + 2;
  }
  return 0;
}

async function look() {
  const { file, kind } = state;
  if (!file || !kind) return;
  state.looking?.abort();
  const looking = (state.looking = new AbortController());
  arrange();
  seen.replaceChildren(said("Looking into the file …"));
  try {
    const data = written([...Object.keys(lineFields), ...Object.keys(rowFields)]);
    const part = await beginning(state);
    const answer = (sent) => {
      data.set("file", sent, file.name);
      return sendFile("/api/v1/database/upload_metadata/", data, { signal: looking.signal });
    };
    const { result } = await answer(part).catch((error) => {
      // A field may go over the line at which it was cut: all of it is sent, once.
      if (part === file || error.status !== 422) throw error;
      return answer(file);
    });
    state.items = result.items.filter(({ columns }) => columns.length);
    sheetField.control.replaceChildren(...state.items.map(({ sheet_name: name }) => Object.assign(made("option", "", name ?? ""), { value: name ?? "" })));
    blame(fields, {});
    showItem();
  } catch (error) {
    if (looking.signal.aborted) return;
    state.items = [];
    seen.replaceChildren(said(told(error), "alert"));
  }
  arrange();
}

function showItem() {
  const item = state.items.find(({ sheet_name: name }) => (name ?? "") === sheetField.control.value) ?? state.items[0];
  seen.replaceChildren(item ? preview(item) : said("There are no rows in the file."));
}

async function upload() {
  if (!target.table_name.control.value.trim()) return blame(fields, { table_name: "A table needs a name." });
  blame(fields, {});
  state.sending = new AbortController();
  arrange();
  progress(0);
  const data = written(Object.keys(fields).filter((name) => name !== "file" && name !== "database"));
  data.append("file", state.file, state.file.name);
  try {
    const { result } = await sendFile(`/api/v1/database/${target.database.control.value}/upload/`, data, { progress, signal: state.sending.signal });
    done(result);
  } catch (error) {
    const isStopped = error.name === "AbortError";
    news.replaceChildren(said(isStopped ? "Stopped. If the file had arrived already, the table may be there." : told(error), isStopped ? "status" : "alert"));
    if (!isStopped) blame(fields, error.fields ?? {});
  }
  state.sending = null;
  arrange();
}

function progress(part) {
  // Once all of it has left, how long the database takes is not known.
  if (part < 1) bar.value = part;
  else bar.removeAttribute("value");
  const text = part < 1 ? `Sending: ${part.toLocaleString(undefined, { style: "percent" })}` : "The rows are being written …";
  if (news.textContent !== text) news.replaceChildren(said(text));
}

function done({ row_count: rows, table_name: table, dataset_id: dataset }) {
  const sentence = said(`${rows === 1 ? "1 row is" : `${rows.toLocaleString()} rows are`} in ${table}. `);
  if (dataset) {
    const query = new URLSearchParams({ datasource_type: "table", datasource_id: dataset });
    sentence.append(Object.assign(made("a", "", "Make a chart of it"), { href: `/explore/?${query}` }));
  }
  news.replaceChildren(sentence);
}
