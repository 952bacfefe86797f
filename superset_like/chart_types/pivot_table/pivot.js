// Metrics by rows and columns: which rows and columns there are, in which order, and what stands where they meet.
import { cellFormatter, columnLabels, listed, metricLabels, numberFormatter, numeric, rowsOf, shownName, typeOf } from "../base.js";
import { cellColours } from "../conditions.js";
import { folding } from "./folds.js";

export const METRIC = "Metric";
const ALL = "[]";

// {rowFields, columnFields, titleOf(field), rows, columns, cell(row, column), rowTotal, columnTotal}: rows and columns are nodes in the
// order in which they are shown, each {key, texts, titles, depth, isSum}: texts tell which it is, titles how people read it; a sum stands for
// all that begin with its texts. The sum
// of all is a node without texts, and rowTotal or columnTotal where the form wants it. null without any number.
export function pivotOf(formData, result, look) {
  const asked = axesOf(formData, result);
  if (!rowsOf(result).length || !asked.metrics.length) return null;
  const met = metOf(formData, result, asked, look);
  const fold = folding(formData.aggregateFunction, met.values);
  const value = (row, column) => fold(row.key, column.key);
  const sums = { rows: Boolean(formData.rowSubTotals), columns: Boolean(formData.colSubTotals) };
  const total = { key: ALL, texts: [], titles: [], depth: 0, isSum: true };
  const order = (side, way, other) => arranged(met.nodes[side], way, (node) => (side === "rows" ? value(node, other) : value(other, node)));
  const shown = (side, way, first) => withSums(order(side, way, total), asked[side].length, sums[side], first);
  const turned = { rows: formData.transposePivot ? formData.colOrder : formData.rowOrder, columns: formData.transposePivot ? formData.rowOrder : formData.colOrder };
  return {
    rowFields: asked.rows,
    columnFields: asked.columns,
    titleOf: (field) => (field === METRIC ? "" : titleOf(formData, result, field)),
    metrics: asked.metrics,
    rows: shown("rows", turned.rows, formData.rowSubtotalPosition),
    columns: shown("columns", turned.columns, formData.colSubtotalPosition),
    columnTotal: formData.rowTotals ? total : null,
    rowTotal: formData.colTotals ? total : null,
    cell: (row, column) => cellOf(formData, asked, look, row, column, value, met),
  };
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

// A name of the form's own, or the dataset's.
function titleOf(formData, result, name) {
  return ((formData.column_config || {})[name] || {}).customColumnName || shownName(result, name);
}

// {nodes: {rows, columns}, values}: the leaves of both sides; values(row key, column key): the numbers that are met there,
// for each beginning of both keys.
function metOf(formData, result, asked, look) {
  const formats = { time: formData.date_format, grain: formData.time_grain_sqla, number: "~" };
  const texts = Object.fromEntries(result.colnames.map((name) => [name, cellFormatter(result, name, look, formats)]));
  const nodes = { rows: new Map(), columns: new Map() };
  const values = new Map();
  const keyed = (side, row, metric) => {
    const own = asked[side].map((name) => (name === METRIC ? metric : texts[name](row[name])));
    const key = JSON.stringify(own);
    if (!nodes[side].has(key)) {
      const order = asked[side].map((name) => (name === METRIC ? asked.metrics.indexOf(metric) : row[name]));
      const titles = own.map((text, at) => (asked[side][at] === METRIC ? titleOf(formData, result, text) : text));
      nodes[side].set(key, { key, texts: own, titles, order, depth: own.length, isSum: false, row });
    }
    return own.map((_, at) => JSON.stringify(own.slice(0, at))).concat(key);
  };
  for (const row of rowsOf(result)) {
    for (const metric of asked.metrics) {
      const [down, across] = [keyed("rows", row, metric), keyed("columns", row, metric)];
      const value = numeric(row[metric]);
      if (value === null) continue;
      for (const one of new Set(down)) {
        for (const two of new Set(across)) {
          const key = `${one} ${two}`;
          if (!values.has(key)) values.set(key, []);
          values.get(key).push(value);
        }
      }
    }
  }
  return {
    nodes: { rows: [...nodes.rows.values()], columns: [...nodes.columns.values()] },
    values: (row, column) => values.get(`${row} ${column}`) || [],
  };
}

// By name or by value, up or down. Whichever it is, what belongs together stays together.
function arranged(nodes, way, valueOf) {
  const [kind, first] = String(way || "key_a_to_z").split("_");
  const down = first === "z" ? -1 : 1;
  const size = new Map();
  const sizeOf = (texts) => {
    const key = JSON.stringify(texts);
    if (!size.has(key)) size.set(key, valueOf({ key }));
    return size.get(key);
  };
  const levels = (one, two) => {
    for (let at = 0; at < one.order.length; at += 1) {
      if (one.texts[at] === two.texts[at]) continue;
      if (kind !== "value") return compared(one.order[at], two.order[at], down);
      const found = compared(sizeOf(one.texts.slice(0, at + 1)), sizeOf(two.texts.slice(0, at + 1)), down);
      return found || compared(one.order[at], two.order[at], 1);
    }
    return 0;
  };
  return [...nodes].sort(levels);
}

// What has no value comes last, whichever way the others go.
function compared(one, two, way) {
  if (one === two) return 0;
  if (one === null || one === undefined) return 1;
  if (two === null || two === undefined) return -1;
  if (typeof one === "number" && typeof two === "number") return way * (one - two);
  return way * (String(one) < String(two) ? -1 : 1);
}

// The leaves with a sum before or after each group of them; none for a group of the innermost level, which is a leaf.
function withSums(leaves, levels, wanted, first) {
  if (!wanted || levels < 2) return leaves;
  const group = (nodes, depth) => {
    if (depth >= levels) return nodes;
    const parts = new Map();
    for (const node of nodes) {
      const key = JSON.stringify(node.texts.slice(0, depth));
      if (!parts.has(key)) parts.set(key, []);
      parts.get(key).push(node);
    }
    return [...parts].flatMap(([key, inside]) => {
      const sum = { key, texts: inside[0].texts.slice(0, depth), titles: inside[0].titles.slice(0, depth), depth, isSum: true, row: inside[0].row };
      const below = group(inside, depth + 1);
      return first ? [sum, ...below] : [...below, sum];
    });
  };
  return group(leaves, 1);
}

function cellOf(formData, asked, look, row, column, value, met) {
  const found = value(row, column);
  if (found === null || found === undefined) return { text: "", align: "right" };
  const metric = [...row.texts, ...column.texts].find((each) => asked.metrics.includes(each)) || asked.metrics[0];
  const text = typeof found === "string" ? found : formatOf(formData, metric)(found);
  const coloured = row.isSum || column.isSum ? null : coloursOf(formData, asked, look, met, value)(metric, found);
  return { text, align: "right", ...coloured };
}

// A share is a share whatever the metric's format.
function formatOf(formData, metric) {
  if (/ as Fraction of /.test(String(formData.aggregateFunction))) return numberFormatter(".1%");
  const config = (formData.column_config || {})[metric] || {};
  return numberFormatter(config.d3NumberFormat || formData.valueFormat, config.currencyFormat || formData.currency_format);
}

const coloured = new WeakMap();

function coloursOf(formData, asked, look, met, value) {
  if (!listed(formData.conditional_formatting).length) return () => null;
  if (!coloured.has(met)) {
    const tells = (row, column, metric) => asked.metrics.length < 2 || [...row.texts, ...column.texts].includes(metric);
    const across = (row, metric) => met.nodes.columns.filter((column) => tells(row, column, metric)).map((column) => value(row, column));
    coloured.set(met, cellColours(formData, look, (metric) => met.nodes.rows.flatMap((row) => across(row, metric))));
  }
  return coloured.get(met);
}
