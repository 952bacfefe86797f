// How often a number's values occur, in bins of the raw rows.

import { axisName, cellFormatter, colourOf, columnLabels, formNumber, frame, grid, ink, legend, noData, numberFormatter, numeric, pickedRow, rowsOf, shownName, textWidth, tooltip, typeOf, valueAxis } from "../base.js";

export function option(formData, results, look) {
  const result = results[0];
  const column = columnOf(formData, result);
  const groups = column ? groupsOf(formData, result, column, look) : new Map();
  const values = [...groups.values()].flat();
  if (!values.length) return noData(look);
  const bins = binsOf(formData, values);
  const series = [...groups].map(([name, own]) => ({ name, counts: countsOf(formData, own, bins, values.length) }));
  const room = legend(formData, look, series.map((each) => each.name), series.length > 1);
  const edge = numberFormatter(formData.x_axis_format);
  const share = Boolean(formData.normalize || formData.normalized);
  const shown = numberFormatter(formData.y_axis_format || (share ? ".1~%" : ",d"));
  return {
    ...frame(formData, look),
    grid: grid(look, room),
    legend: room.legend,
    tooltip: tooltip(look, shown, { trigger: "axis", axisPointer: { type: "shadow" } }),
    xAxis: alongAxis(formData, shownName(result, column), bins, edge, look),
    yAxis: valueAxis(look, shown, {
      ...(share ? {} : { minInterval: 1 }),
      ...axisName(formData.y_axis_title || formData.y_axis_label || (share ? "Share" : "Count")),
    }),
    series: seriesOf(formData, series, bins, shown, look),
  };
}

// The groups of the bars; a bin is a range of many values.
export function picks(formData, results, params) {
  const [result] = results;
  const column = columnOf(formData, result);
  const named = nameOf(formData, result, column, { zone: "UTC" });
  const row = rowsOf(result).find((each) => named(each) === params.seriesName);
  return row ? pickedRow(formData, result, row, "groupby").filter(({ col }) => col !== column) : [];
}

function columnOf(formData, result) {
  const columns = (result && result.colnames) || [];
  const asked = columnLabels(formData, "column", "all_columns_x").find((name) => columns.includes(name));
  return asked || columns.find((name) => typeOf(result, name) === 0);
}

// group -> its numbers; one nameless group bears what the column is called.
function groupsOf(formData, result, column, look) {
  const named = nameOf(formData, result, column, look);
  const made = new Map();
  for (const row of rowsOf(result)) {
    const value = numeric(row[column]);
    if (value === null) continue;
    const name = named(row);
    if (!made.has(name)) made.set(name, []);
    made.get(name).push(value);
  }
  return made;
}

function nameOf(formData, result, column, look) {
  const parting = columnLabels(formData, "groupby").filter((name) => result.colnames.includes(name) && name !== column);
  const told = parting.map((name) => cellFormatter(result, name, look));
  return (row) => parting.map((each, place) => told[place](row[each])).join(", ") || shownName(result, column);
}

// {low, width, count} of equal bins from the least to the greatest.
function binsOf(formData, values) {
  const least = values.reduce((one, two) => Math.min(one, two));
  const most = values.reduce((one, two) => Math.max(one, two));
  const wish = formNumber(formData.bins || formData.link_length);
  const count = least === most ? 1 : Math.max(1, Math.min(Math.round(wish || 10), 500));
  const width = least === most ? 1 : (most - least) / count;
  return { low: least === most ? least - 0.5 : least, width, count };
}

function countsOf(formData, values, bins, all) {
  const counts = new Array(bins.count).fill(0);
  for (const value of values) counts[Math.min(bins.count - 1, Math.floor((value - bins.low) / bins.width))] += 1;
  if (formData.cumulative) for (let place = 1; place < counts.length; place += 1) counts[place] += counts[place - 1];
  return formData.normalize || formData.normalized ? counts.map((count) => count / all) : counts;
}

function alongAxis(formData, name, bins, edge, look) {
  const edges = Array.from({ length: bins.count + 1 }, (_, place) => bins.low + place * bins.width);
  const widest = Math.max(...edges.map((value) => textWidth(edge(value), 11))) + 12;
  const every = Math.max(1, Math.ceil((widest * bins.count) / (look.width - 80)));
  const told = edges.filter((_, place) => place % every === 0);
  const named = (value) => {
    const place = Math.floor((value - bins.low) / bins.width);
    return `${edge(edges[place])} – ${edge(edges[place + 1])}`;
  };
  return valueAxis(look, edge, {
    min: edges[0],
    max: edges[edges.length - 1],
    containShape: false,
    splitLine: { show: false },
    axisLine: { show: true, onZero: false, lineStyle: { color: ink(look).line } },
    axisTick: { show: true, customValues: told, length: 4, lineStyle: { color: ink(look).line } },
    axisPointer: { label: { formatter: (point) => named(Number(point.value)) } },
    ...axisName(formData.x_axis_title || formData.x_axis_label || name),
    axisLabel: { customValues: told },
  });
}

function seriesOf(formData, series, bins, shown, look) {
  const colour = colourOf(formData, look);
  const middle = (place) => bins.low + (place + 0.5) * bins.width;
  return series.map((each, index) => ({
    name: each.name,
    type: "bar",
    stack: "bins",
    color: colour(each.name, index),
    barCategoryGap: bins.count > 60 ? "0%" : "6%",
    data: each.counts.map((count, place) => [middle(place), count]),
    emphasis: { focus: "series" },
    label: {
      show: Boolean(formData.show_value),
      position: series.length > 1 ? "inside" : "top",
      color: series.length > 1 ? undefined : ink(look).text,
      fontSize: 11,
      formatter: (point) => (point.value[1] ? shown(point.value[1]) : ""),
    },
    labelLayout: { hideOverlap: true },
  }));
}
