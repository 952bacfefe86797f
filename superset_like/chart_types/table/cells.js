// The columns of a table and what stands in their cells: the same in a picture and on a page.
import { NULL_TEXT, columnLabels, ink, metricLabels, numberFormatter, numeric, rowsOf, shownName, timeFormatter, typeOf } from "../base.js";
import { cellColours, rowColours } from "../conditions.js";

const ALIGNMENTS = ["left", "center", "right"];
const TAGS = /<[a-z][^<>]*>/i;
const WHOLE = /^-?\d+$/;

// {columns, cellOf(column, row), totals}. A column: {name, title, kind, align, width, isGroup, told(value), valueOf(row)}.
// kind is the result's column type. A cell: {text, align, html, bar, color, background}; bar is {from, to, color}, from and
// to being shares of its width. totals: the cells of a last row; null where none is asked for.
export function tableOf(formData, results, look) {
  const [result] = results;
  const columns = columnsOf(formData, result, look);
  const values = (name) => {
    const column = columns.find((each) => each.name === name);
    return rowsOf(result).map((row) => (column ? column.valueOf(row) : row[name]));
  };
  const ofCell = cellColours(formData, look, values);
  const ofRow = rowColours(formData, look, values);
  const cellOf = (column, row) => cell(formData, column, row, look, ofCell(column.name, column.valueOf(row)) || ofRow(row));
  return { columns, cellOf, totals: formData.show_totals && !isRaw(formData) ? totalsOf(formData, columns, results) : null };
}

export function isRaw(formData) {
  return formData.query_mode === "raw" || (!formData.query_mode && Boolean((formData.all_columns || []).length));
}

// In the form's order: groups or raw columns, metrics, and the metrics shown as a share of their column.
function columnsOf(formData, result, look) {
  const there = (name) => result.colnames.includes(name);
  const raw = isRaw(formData);
  const groups = columnLabels(formData, raw ? "all_columns" : "groupby");
  const plain = raw ? groups : [...groups, ...metricLabels(formData, "metrics")];
  const shares = raw ? [] : metricLabels(formData, "percent_metrics");
  const named = plain.filter(there);
  // Superset's own question answers the shares already, under these names.
  const given = shares.map((name) => `%${name}`).filter(there);
  const made = shares.filter((name) => there(name) && !there(`%${name}`));
  const others = result.colnames.filter((name) => ![...named, ...given, ...shares].includes(name));
  const columns = [...named, ...others].map((name) => ({ ...columnOf(formData, result, name, look), isGroup: groups.includes(name) }));
  return [...columns, ...[...given, ...made].map((name) => shareOf(formData, result, name))].filter((column) => column.visible);
}

function columnOf(formData, result, name, look) {
  const config = (formData.column_config || {})[name] || {};
  const kind = typeOf(result, name);
  const time = timeFormatter(config.d3TimeFormat || formData.table_timestamp_format, look, formData.time_grain_sqla);
  const text = (value) => (value === null || value === undefined ? NULL_TEXT : typeof value === "object" ? JSON.stringify(value) : String(value));
  const number = numberText(formData, config, look);
  const told = kind === 2 ? time : kind === 0 ? number : text;
  return finished(formData, result, { name, config, kind, told, title: config.customColumnName || shownName(result, name), valueOf: (row) => row[name] });
}

// Numbers of a column without a format of its own have the reader's separators and all their digits, also beyond those
// that a JavaScript number can hold: such ones come as text. A raw number may be an id, which no separator should part.
function numberText(formData, config, look) {
  const wished = numberFormatter(config.d3NumberFormat, config.currencyFormat);
  const wishedSmall = numberFormatter(config.d3SmallNumberFormat || config.d3NumberFormat, config.currencyFormat);
  const currency = config.currencyFormat && config.currencyFormat.symbol;
  const plain = isRaw(formData);
  return (value) => {
    const number = numeric(value);
    if (number === null) return NULL_TEXT;
    if (config.d3SmallNumberFormat && Math.abs(number) < 1) return wishedSmall(number);
    if (config.d3NumberFormat || currency) return wished(number);
    if (plain) return String(value);
    return grouped(value, look);
  };
}

function grouped(value, look) {
  const exact = typeof value === "string" && WHOLE.test(value) ? BigInt(value) : Number(value);
  try {
    return new Intl.NumberFormat(look.locale, { maximumFractionDigits: 3 }).format(exact);
  } catch {
    return String(value);
  }
}

function shareOf(formData, result, name) {
  const label = name.replace(/^%/, "");
  const answered = name !== label && result.colnames.includes(name);
  const config = (formData.column_config || {})[`%${label}`] || {};
  const total = answered ? 1 : rowsOf(result).reduce((sum, row) => sum + (numeric(row[label]) || 0), 0);
  const format = numberFormatter(config.d3NumberFormat || ".2%");
  const valueOf = (row) => {
    const value = numeric(row[name]);
    return value === null || !total ? null : value / total;
  };
  const title = config.customColumnName || `% ${shownName(result, label)}`;
  return finished(formData, result, { name: `%${label}`, config, kind: 0, told: format, title, valueOf, isShare: true });
}

function finished(formData, result, column) {
  const { config, kind, valueOf } = column;
  const sizes = kind === 0 ? rowsOf(result).map((row) => numeric(valueOf(row)) || 0) : [];
  const bars = config.showCellBars === undefined ? formData.show_cell_bars !== false && !isRaw(formData) : Boolean(config.showCellBars);
  return {
    ...column,
    align: ALIGNMENTS.includes(config.horizontalAlign) ? config.horizontalAlign : kind === 0 ? "right" : "left",
    width: numeric(config.columnWidth),
    cut: Boolean(config.truncateLongCells),
    visible: config.visible !== false,
    hasBars: bars && kind === 0,
    ends: sizes.reduce(([least, most], each) => [Math.min(least, each), Math.max(most, each)], [0, 0]),
    alignsSigns: config.alignPositiveNegative ?? formData.align_pn,
    coloursSigns: config.colorPositiveNegative ?? formData.color_pn,
  };
}

function cell(formData, column, row, look, colours) {
  const value = column.valueOf(row);
  const number = column.kind === 0 ? numeric(value) : null;
  const absent = value === null || value === undefined;
  const text = column.told(value);
  const html = column.kind === 1 && formData.allow_render_html !== false && TAGS.test(text);
  const negative = number !== null && number < 0 && column.coloursSigns;
  return {
    text: html ? text.replace(/<[^>]*>/g, " ").trim() : text,
    align: column.align,
    ...(html ? { html: text } : {}),
    ...(absent ? { color: ink(look).quiet } : negative ? { color: ink(look).bad } : {}),
    ...(column.hasBars && number !== null ? { bar: barOf(column, number, look) } : {}),
    ...colours,
  };
}

// From the left and by size; or from zero, where the form wants signs to be seen by direction.
function barOf(column, number, look) {
  const [least, most] = column.ends;
  const sign = column.coloursSigns ? (number < 0 ? ink(look).bad : ink(look).good) : null;
  if (column.alignsSigns) {
    const span = most - least || 1;
    return { from: (Math.min(0, number) - least) / span, to: (Math.max(0, number) - least) / span, color: sign };
  }
  return { from: 0, to: Math.abs(number) / (Math.max(most, -least) || 1), color: sign };
}

// The answer to the totals' own question; for a chart that does not ask it, what the rows sum up to.
function totalsOf(formData, columns, results) {
  const [result, ...others] = results;
  const groups = columnLabels(formData, "groupby");
  const isTotal = (each) => rowsOf(each).length === 1 && !each.colnames.some((name) => name === "rowcount" || groups.includes(name));
  const answered = others.find(isTotal);
  const [whole] = rowsOf(answered);
  return columns.map((column, place) => {
    if (column.isShare) return { text: column.told(1), align: column.align };
    const known = whole && column.name in whole;
    if (column.isGroup || (column.kind !== 0 && !known)) return { text: place === 0 ? "Summary" : "", align: column.align };
    const value = known ? whole[column.name] : rowsOf(result).reduce((sum, row) => sum + (numeric(row[column.name]) || 0), 0);
    return { text: column.told(value), align: column.align };
  });
}
