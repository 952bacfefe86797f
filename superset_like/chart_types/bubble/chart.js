// Three metrics of an entity: two axes and a size.

import { NULL_TEXT, axisName, colourOf, columnLabels, formNumber, frame, grid, ink, isSmall, legend, listed, metricLabels, noData, numberFormatter, numeric, pickedMark, placedRows, shownName, tooltip, valueAxis } from "../base.js";

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "entity", "series");
}

export function option(formData, results, look) {
  const points = pointsOf(formData, results[0]);
  if (!points.length) return noData(look);
  const named = Object.fromEntries(Object.entries(namesOf(formData)).map(([field, name]) => [field, shownName(results[0], name)]));
  const groups = [...new Set(points.map((point) => point.group))];
  const room = legend(formData, look, groups.filter(Boolean), groups.length > 1);
  const shown = {
    x: numberFormatter(formData.xAxisFormat || formData.x_axis_format),
    y: numberFormatter(formData.y_axis_format),
    size: numberFormatter(formData.tooltipSizeFormat || formData.size_format),
  };
  const told = ({ data }) => {
    const [x, y, size, entity, group] = data.value;
    const head = [group, entity].filter((each, place, all) => each && all.indexOf(each) === place).join(" – ");
    const sized = named.size ? `\n${named.size}: ${shown.size(size)}` : "";
    return `${head}\n${named.x}: ${shown.x(x)}\n${named.y}: ${shown.y(y)}${sized}`;
  };
  return {
    ...frame(formData, look),
    grid: grid(look, room, { right: room.right + 8 }),
    legend: { ...room.legend, itemStyle: { opacity: 1 } },
    tooltip: tooltip(look, null, { formatter: told }),
    xAxis: axis(formData, "x", named.x, shown.x, points, look),
    yAxis: axis(formData, "y", named.y, shown.y, points, look),
    series: seriesOf(formData, points, groups, look),
  };
}

function namesOf(formData) {
  const [x, y, size] = ["x", "y", "size"].map((field) => metricLabels(formData, field)[0] || "");
  return { x, y, size };
}

function pointsOf(formData, result) {
  const named = namesOf(formData);
  const entity = columnLabels(formData, "entity")[0];
  const series = columnLabels(formData, "series")[0];
  const text = (row, name) => (name ? (row[name] === null || row[name] === undefined ? NULL_TEXT : String(row[name])) : "");
  const made = placedRows(result).map(({ row, place }) => ({
    mark: { row: place },
    x: numeric(row[named.x]),
    y: numeric(row[named.y]),
    size: numeric(row[named.size]),
    entity: text(row, entity),
    group: text(row, series),
  }));
  return made.filter((point) => point.x !== null && point.y !== null);
}

function axis(formData, which, name, shown, points, look) {
  const along = which === "x";
  const logarithmic = along ? formData.logXAxis || formData.x_log_scale : formData.logYAxis || formData.y_log_scale;
  const [low, high] = listed(along ? formData.xAxisBounds : formData.y_axis_bounds).map(formNumber);
  const title = along ? formData.x_axis_title || formData.x_axis_label : formData.y_axis_title || formData.y_axis_label;
  const rotate = along ? formNumber(formData.xAxisLabelRotation) : null;
  return valueAxis(look, shown, {
    ...(logarithmic ? logarithmicScale(points.map((point) => point[which])) : { scale: true, boundaryGap: ["4%", "6%"] }),
    ...(low !== null && low !== undefined ? { min: low } : {}),
    ...(high !== null && high !== undefined ? { max: high } : {}),
    ...(along ? { splitNumber: Math.max(2, Math.round(look.width / 110)) } : {}),
    axisLine: { show: true, onZero: false, lineStyle: { color: ink(look).line } },
    ...axisName(title || name, along ? formData.x_axis_title_margin : formData.y_axis_title_margin),
    axisLabel: { ...(rotate ? { rotate } : {}), ...(logarithmic ? { showMinLabel: false, showMaxLabel: false } : {}) },
  });
}

// From just below the least to just above the greatest; the ends have no label, for they are no round numbers.
function logarithmicScale(values) {
  const above = values.filter((value) => value > 0);
  if (!above.length) return { type: "log" };
  return { type: "log", min: Math.min(...above) * 0.7, max: Math.max(...above) * 1.5 };
}

function seriesOf(formData, points, groups, look) {
  const colour = colourOf(formData, look);
  const most = Math.max(...points.map((point) => Math.abs(point.size || 0)), 1e-12);
  const widest = (formNumber(formData.max_bubble_size) || 25) * 2 * (isSmall(look) ? 0.6 : 1);
  const opacity = formNumber(formData.opacity);
  const sized = points.some((point) => point.size !== null);
  // The area tells the size, so the width goes with its root.
  const width = (size) => (sized ? Math.max(4, Math.sqrt(Math.abs(size || 0) / most) * widest) : 10);
  return groups.map((group, index) => ({
    name: group,
    type: "scatter",
    color: colour(group, index),
    // The large ones first, so that none hides a small one.
    data: points
      .filter((point) => point.group === group)
      .sort((one, two) => Math.abs(two.size || 0) - Math.abs(one.size || 0))
      .map((point) => ({ name: point.entity, value: [point.x, point.y, point.size, point.entity, point.group], mark: point.mark })),
    encode: { x: 0, y: 1 },
    symbolSize: (value) => width(value[2]),
    itemStyle: { opacity: opacity === null ? (look.theme === "dark" ? 0.8 : 0.7) : opacity, borderColor: ink(look).surface, borderWidth: 1 },
    emphasis: { focus: "series" },
    label: {
      show: points.length <= 12 && !isSmall(look),
      position: "right",
      color: ink(look).quiet,
      fontSize: 11,
      formatter: (point) => point.data.value[3],
    },
    labelLayout: { hideOverlap: true },
  }));
}
