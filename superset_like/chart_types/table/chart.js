// A picture of a table's first rows.

import { NULL_TEXT, columnLabels, ink, metricLabels, noData, numberFormatter, numeric, rowsOf, sheet, timeFormatter, typeOf } from "../base.js";

export function option(formData, results, look) {
  const result = results[0];
  const rows = rowsOf(result);
  if (!rows.length) return noData(look);
  const columns = columnsOf(formData, result, look);
  if (!columns.length) return noData(look);
  const bars = formData.show_cell_bars === undefined ? true : Boolean(formData.show_cell_bars);
  const header = columns.map((column) => ({ text: column.title, align: column.align }));
  const shown = rows.slice(0, Math.ceil(look.height / 20)).map((row) => columns.map((column) => cell(formData, column, row, bars, look)));
  const foot = formData.show_totals && !isRaw(formData) ? totals(columns, rows) : null;
  return sheet(look, { headers: [header], rows: shown, foot, more: rows.length - shown.length });
}

function isRaw(formData) {
  return formData.query_mode === "raw" || (!formData.query_mode && Boolean((formData.all_columns || []).length));
}

// In the form's order: groups or raw columns, metrics, and the metrics shown as a share of their column.
function columnsOf(formData, result, look) {
  const there = (name) => result.colnames.includes(name);
  const raw = isRaw(formData);
  const plain = raw ? columnLabels(formData, "all_columns") : [...columnLabels(formData, "groupby"), ...metricLabels(formData, "metrics")];
  const shares = raw ? [] : metricLabels(formData, "percent_metrics").filter(there);
  const named = plain.filter(there);
  const others = result.colnames.filter((name) => !named.includes(name) && !shares.includes(name));
  const made = [...named, ...others].map((name) => columnOf(formData, result, name, look));
  return [...made, ...shares.map((name) => shareOf(formData, result, name))].filter((column) => column.visible);
}

function columnOf(formData, result, name, look) {
  const config = (formData.column_config || {})[name] || {};
  const type = typeOf(result, name);
  const number = numberFormatter(config.d3NumberFormat, config.currencyFormat);
  const whole = numberFormatter(config.d3NumberFormat || ",", config.currencyFormat);
  const time = timeFormatter(config.d3TimeFormat || formData.table_timestamp_format, look, formData.time_grain_sqla);
  const text = (value) => (value === null || value === undefined ? NULL_TEXT : String(value));
  // A raw number may be an id, which no separator should part.
  const plain = isRaw(formData) && !config.d3NumberFormat && !config.currencyFormat;
  const measure = Number.isInteger(firstOf(result, name)) ? whole : number;
  const told = type === 2 ? time : type === 0 && !plain ? measure : text;
  return finished(formData, result, name, config, type, told, config.customColumnName || name);
}

// The first number that is not whole; 0 where all are.
function firstOf(result, name) {
  const row = rowsOf(result).find((each) => numeric(each[name]) !== null && !Number.isInteger(numeric(each[name])));
  return row ? numeric(row[name]) : 0;
}

function shareOf(formData, result, name) {
  const config = (formData.column_config || {})[`%${name}`] || {};
  const total = rowsOf(result).reduce((sum, row) => sum + (numeric(row[name]) || 0), 0);
  const told = numberFormatter(config.d3NumberFormat || ".2%");
  const share = (value) => (numeric(value) === null || !total ? NULL_TEXT : told(numeric(value) / total));
  return finished(formData, result, name, config, 0, share, `% ${name}`);
}

function finished(formData, result, name, config, type, told, title) {
  const sizes = type === 0 ? rowsOf(result).map((row) => Math.abs(numeric(row[name]) || 0)) : [];
  const align = ["left", "center", "right"].includes(config.horizontalAlign) ? config.horizontalAlign : type === 0 ? "right" : "left";
  return {
    name,
    title,
    told,
    type,
    align,
    visible: config.visible !== false,
    bars: config.showCellBars !== false,
    most: sizes.reduce((one, two) => Math.max(one, two), 0),
  };
}

function cell(formData, column, row, bars, look) {
  const value = row[column.name];
  const number = column.type === 0 ? numeric(value) : null;
  const absent = value === null || value === undefined;
  const drawn = bars && column.bars && !isRaw(formData) && number !== null && column.most > 0;
  const negative = formData.color_pn && number !== null && number < 0;
  return {
    text: column.told(value).replace(/\s+/g, " "),
    align: column.align,
    ...(drawn ? { bar: Math.abs(number) / column.most } : {}),
    ...(absent ? { color: ink(look).quiet } : negative ? { color: ink(look).bad } : {}),
  };
}

function totals(columns, rows) {
  return columns.map((column, place) => {
    if (column.type !== 0) return { text: place === 0 ? "Summary" : "", align: column.align };
    const sum = rows.reduce((total, row) => total + (numeric(row[column.name]) || 0), 0);
    return { text: column.told(sum), align: column.align };
  });
}
