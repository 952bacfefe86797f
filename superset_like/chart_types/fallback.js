// The picture of a type that has no module of its own: its first rows as a table, and a line that says so.
import { shownName } from "./base.js";

const MARGIN = 16;
const LINE = 24;
const COLUMN = 110;

function shown(value, type) {
  if (value === null || value === undefined) return "N/A";
  if (type === 2 && typeof value === "number") return new Date(value).toISOString().replace("T", " ").slice(0, 19);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function cell(text, x, y, width, fill, bold) {
  return {
    type: "text",
    silent: true,
    x,
    y,
    style: { text, fill, fontSize: 12, fontWeight: bold ? 600 : 400, width, overflow: "truncate", ellipsis: "…" },
  };
}

export function option(formData, results, look) {
  const ink = look.theme === "dark" ? "#d8dade" : "#31343a";
  const faint = look.theme === "dark" ? "#8b9099" : "#70757e";
  const { data = [], colnames = [], coltypes = [] } = results[0] || {};
  const room = look.width - 2 * MARGIN;
  const names = colnames.slice(0, Math.max(1, Math.floor(room / COLUMN)));
  const width = room / Math.max(1, names.length);
  const lines = Math.max(0, Math.floor((look.height - 2 * MARGIN) / LINE) - 3);
  const rows = data.slice(0, lines);
  const top = MARGIN + LINE;
  const at = (place) => MARGIN + place * width;
  const graphic = [cell(`no picture for this type: ${formData.viz_type}`, MARGIN, MARGIN, room, faint, false)];
  names.forEach((name, place) => graphic.push(cell(shownName(results[0], name), at(place), top, width - 8, ink, true)));
  rows.forEach((row, line) => {
    names.forEach((name, place) => {
      graphic.push(cell(shown(row[name], coltypes[place]), at(place), top + (line + 1) * LINE, width - 8, ink, false));
    });
  });
  const left = [];
  if (data.length > rows.length) left.push(`${data.length - rows.length} more rows`);
  if (colnames.length > names.length) left.push(`${colnames.length - names.length} more columns`);
  if (!data.length) left.push("No data");
  if (left.length) graphic.push(cell(left.join(", "), MARGIN, top + (rows.length + 1) * LINE, room, faint, false));
  return { graphic };
}
