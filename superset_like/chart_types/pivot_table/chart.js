// A picture of metrics by rows and columns: the first that fit.

import { cellFormatter, columnLabels, metricLabels, noData, numberFormatter, numeric, rowsOf, sheet, typeOf } from "../base.js";

const METRIC = "Metric";

export function option(formData, results, look) {
  const result = results[0];
  const asked = axesOf(formData, result);
  if (!rowsOf(result).length || !asked.metrics.length) return noData(look);
  const table = tableOf(formData, result, asked, look);
  const sums = { row: Boolean(formData.rowTotals), column: Boolean(formData.colTotals) };
  const headers = headersOf(asked, table, sums);
  const rows = table.rows.map((row) => rowOf(row, table, sums));
  const foot = sums.column ? footOf(asked, table, sums) : null;
  return sheet(look, { headers, rows: rows.slice(0, 200), fixed: Math.max(1, asked.rows.length), foot, more: Math.max(0, rows.length - 200) });
}

function axesOf(formData, result) {
  const columns = (result && result.colnames) || [];
  const there = (name) => columns.includes(name);
  const down = columnLabels(formData, "groupbyRows", "groupby").filter(there);
  const across = columnLabels(formData, "groupbyColumns", "columns").filter(there).filter((name) => !down.includes(name));
  const asked = metricLabels(formData, "metrics").filter(there);
  const rest = columns.filter((name) => ![...down, ...across].includes(name) && typeOf(result, name) === 0);
  const [rows, cols] = formData.transposePivot ? [across, down] : [down, across];
  const metrics = asked.length ? asked : rest;
  // Several metrics stand beside each other in the columns, unless the form puts them in the rows.
  const inRows = formData.metricsLayout === "ROWS";
  const named = metrics.length > 1 || !(inRows ? rows : cols).length;
  const place = (list, here) => (named && here ? (formData.combineMetric ? [...list, METRIC] : [METRIC, ...list]) : list);
  return { rows: place(rows, inRows), columns: place(cols, !inRows), metrics };
}

// {rows: [key], columns: [key], parts: key -> its texts, cell(row, column), told}: the numbers met by row and column.
function tableOf(formData, result, asked, look) {
  const fold = folded(formData.aggregateFunction);
  const formats = { time: formData.date_format, grain: formData.time_grain_sqla };
  const texts = Object.fromEntries(result.colnames.map((name) => [name, cellFormatter(result, name, look, formats)]));
  const parts = { rows: new Map(), columns: new Map() };
  const cells = new Map();
  const keyed = (side, row, metric) => {
    const own = asked[side].map((name) => (name === METRIC ? metric : texts[name](row[name])));
    const key = JSON.stringify(own);
    if (!parts[side].has(key)) parts[side].set(key, { texts: own, order: asked[side].map((name) => (name === METRIC ? asked.metrics.indexOf(metric) : row[name])) });
    return key;
  };
  const put = (key, value) => cells.set(key, [...(cells.get(key) || []), value]);
  for (const row of rowsOf(result)) {
    for (const metric of asked.metrics) {
      const [down, across] = [keyed("rows", row, metric), keyed("columns", row, metric)];
      const value = numeric(row[metric]);
      if (value === null) continue;
      put(`${down} ${across}`, value);
      put(`${down} all`, value);
      put(`all ${across}`, value);
      put("all all", value);
    }
  }
  const formatOf = (texts) => {
    const metric = texts.find((each) => asked.metrics.includes(each)) || asked.metrics[0];
    return numberFormatter((formData.column_config || {})[metric]?.d3NumberFormat || formData.valueFormat, formData.currency_format);
  };
  const told = (down, across) => {
    const found = cells.get(`${down} ${across}`);
    const named = [...(parts.rows.get(down)?.texts || []), ...(parts.columns.get(across)?.texts || [])];
    return found ? formatOf(named)(fold(found)) : "";
  };
  const order = (side) => [...parts[side].keys()].sort((one, two) => compared(parts[side].get(one).order, parts[side].get(two).order));
  return { rows: order("rows"), columns: order("columns"), parts, told };
}

function compared(one, two) {
  for (let place = 0; place < one.length; place += 1) {
    const [first, second] = [one[place], two[place]];
    if (first === second) continue;
    if (first === null || first === undefined) return 1;
    if (second === null || second === undefined) return -1;
    if (typeof first === "number" && typeof second === "number") return first - second;
    return String(first) < String(second) ? -1 : 1;
  }
  return 0;
}

function folded(name) {
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const sorted = (values) => [...values].sort((one, two) => one - two);
  const middle = (values) => (sorted(values)[(values.length - 1) >> 1] + sorted(values)[values.length >> 1]) / 2;
  const known = {
    Average: (values) => sum(values) / values.length,
    Median: middle,
    Minimum: (values) => Math.min(...values),
    Maximum: (values) => Math.max(...values),
    Count: (values) => values.length,
    First: (values) => values[0],
    Last: (values) => values[values.length - 1],
  };
  return known[name] || sum;
}

// One row of headings for each column field; equal neighbours are one heading.
function headersOf(asked, table, sums) {
  const levels = Math.max(1, asked.columns.length);
  return Array.from({ length: levels }, (_, level) => {
    const lowest = level === levels - 1;
    const named = asked.rows.length ? asked.rows : [""];
    const head = named.map((name) => ({ text: lowest && name !== METRIC ? name : "", align: "left" }));
    const made = [];
    let before = null;
    for (const key of table.columns) {
      const texts = table.parts.columns.get(key).texts.slice(0, level + 1);
      const same = JSON.stringify(texts);
      if (same === before && !lowest) made[made.length - 1].span += 1;
      else made.push({ text: texts[level] ?? "", align: lowest ? "right" : "left", span: 1 });
      before = same;
    }
    const total = sums.row ? [{ text: level === 0 ? "Total" : "", align: "right" }] : [];
    return [...head, ...made, ...total];
  });
}

function rowOf(key, table, sums) {
  const texts = table.parts.rows.get(key).texts;
  const head = (texts.length ? texts : [""]).map((text) => ({ text, align: "left" }));
  const cells = table.columns.map((across) => ({ text: table.told(key, across), align: "right" }));
  const total = sums.row ? [{ text: table.told(key, "all"), align: "right", strong: true }] : [];
  return [...head, ...cells, ...total];
}

function footOf(asked, table, sums) {
  const head = (asked.rows.length ? asked.rows : [""]).map((_, place) => ({ text: place === 0 ? "Total" : "", align: "left" }));
  const cells = table.columns.map((across) => ({ text: table.told("all", across), align: "right" }));
  const total = sums.row ? [{ text: table.told("all", "all"), align: "right" }] : [];
  return [...head, ...cells, ...total];
}
