// Two questions along one axis, each with its own kind of series and, where wanted, its own axis of values.

import { axisName, categoryAxis, colourOf, columnLabels, formNumber, frame, grid, ink, isSmall, legend, listed, metricLabels, noData, numberFormatter, pickedPoint, rowsOf, spread, tickFormatter, timeAxis, timeFormatter, tooltip, typeOf, valueAxis } from "../base.js";
import { annotations } from "../annotations.js";

export function option(formData, results, look) {
  const parts = [0, 1].map((which) => partOf(formData, results[which], which));
  if (!parts.some((part) => part.series.length)) return noData(look);
  const type = (parts.find((part) => part.series.length) || parts[0]).type;
  const keys = joined(parts, type);
  const named = distinct(parts);
  const bars = parts.some((part) => part.kind === "bar" && part.series.length);
  const marked = annotations(formData, results[0], { keys, type, categories: type !== 2 || (bars && isEven(keys)) }, look);
  const lines = marked.filter((each) => each.data.length).map((each) => each.name);
  const names = [...named.flatMap((part) => part.series.map((each) => each.title)), ...lines];
  const room = legend(formData, look, names, true);
  const second = parts.some((part) => part.axis === 1);
  return {
    ...frame(formData, look),
    grid: grid(look, room),
    legend: room.legend,
    tooltip: tooltip(look, null, { trigger: "axis" }),
    xAxis: alongAxis(formData, type, keys, parts, look),
    yAxis: second ? [acrossAxis(formData, 0, look), acrossAxis(formData, 1, look)] : acrossAxis(formData, 0, look),
    series: [...seriesOf(formData, named, type, keys, look), ...marked],
  };
}

export function picks(formData, results, params) {
  const parts = distinct([0, 1].map((which) => partOf(formData, results[which], which)));
  const which = parts.findIndex((part) => part.series.some((each) => each.title === params.seriesName));
  if (which < 0) return [];
  const laid = { ...parts[which], keys: joined(parts, parts[which].type) };
  return pickedPoint(formData, results[which], laid, laid.along, params, which ? "groupby_b" : "groupby");
}

// The fields of the first question have plain names, those of the second end in B or _b.
function partOf(formData, result, which) {
  const field = (plain, second) => (which ? formData[second] : formData[plain]);
  const columns = (result && result.colnames) || [];
  const axis = columnLabels(formData, "x_axis").filter((name) => columns.includes(name));
  const moment = columns.includes("__timestamp") ? "__timestamp" : columns.find((name) => typeOf(result, name) === 2);
  const found = axis.length ? axis : [moment || columns[0]];
  const groups = columnLabels(formData, which ? "groupby_b" : "groupby");
  const metrics = metricLabels(formData, which ? "metrics_b" : "metrics");
  const laid = rowsOf(result).length ? spread(result, found, groups, metrics) : { keys: [], type: 2, series: [], firstRows: new Map() };
  const kind = field("seriesType", "seriesTypeB") || "line";
  return {
    ...laid,
    along: found,
    kind,
    axis: Number(field("yAxisIndex", "yAxisIndexB")) === 1 ? 1 : 0,
    area: Boolean(field("area", "areaB")),
    stack: Boolean(field("stack", "stackB")),
    opacity: formNumber(field("opacity", "opacityB")),
    markers: Boolean(field("markerEnabled", "markerEnabledB")),
    markerSize: formNumber(field("markerSize", "markerSizeB")) || 6,
    values: Boolean(field("show_value", "show_valueB") || (which && formData.showValueB)),
  };
}

function joined(parts, type) {
  const keys = [...new Set(parts.flatMap((part) => part.keys))];
  return type === 2 || type === 0 ? keys.sort((one, two) => one - two) : keys;
}

// The two questions may ask the same metric; then the second one's series is told apart by its name.
function distinct(parts) {
  const taken = new Set();
  return parts.map((part) => ({
    ...part,
    series: part.series.map((each) => {
      const title = taken.has(each.name) ? `${each.name} (2)` : each.name;
      taken.add(title);
      return { ...each, title };
    }),
  }));
}

function alongAxis(formData, type, keys, parts, look) {
  const format = formData.x_axis_time_format;
  const grain = formData.time_grain_sqla;
  const rotate = formNumber(formData.xAxisLabelRotation);
  const turned = rotate ? { rotate } : {};
  const name = axisName(formData.x_axis_title, formData.x_axis_title_margin);
  const bars = parts.some((part) => part.kind === "bar" && part.series.length);
  if (type === 2 && !(bars && isEven(keys))) {
    return timeAxis(look, format, grain, { ...(bars ? {} : { boundaryGap: [0, 0] }), ...name, axisLabel: turned });
  }
  const shown = timeFormatter(format, look, grain);
  const pointer = type === 2 ? { axisPointer: { label: { formatter: (point) => shown(point.value) } } } : {};
  const ticks = type === 2 ? { formatter: tickFormatter(format, look, grain) } : {};
  return categoryAxis(look, keys.map(String), { boundaryGap: bars, ...pointer, ...name, axisLabel: { ...ticks, ...turned } });
}

function isEven(keys) {
  const steps = keys.slice(1).map((key, place) => key - keys[place]);
  return keys.length <= 120 && Math.max(...steps, 0) < 1.6 * Math.min(...steps, Infinity);
}

function acrossAxis(formData, which, look) {
  const bounds = listed(which ? formData.y_axis_bounds_secondary : formData.y_axis_bounds).map(formNumber);
  const [low, high] = bounds;
  const title = which ? formData.yAxisTitleSecondary || formData.y_axis_title_secondary : formData.y_axis_title;
  const logarithmic = which ? formData.logAxisSecondary : formData.logAxis;
  const free = which ? formData.truncateYAxisSecondary : formData.truncateYAxis;
  return valueAxis(look, formatOf(formData, which), {
    ...(logarithmic ? { type: "log" } : { scale: Boolean(free), alignTicks: which === 1 }),
    ...(low !== null && low !== undefined ? { min: low } : {}),
    ...(high !== null && high !== undefined ? { max: high } : {}),
    ...axisName(title, formData.y_axis_title_margin),
    ...(which ? { position: "right", splitLine: { show: false }, nameRotate: -90 } : {}),
  });
}

function formatOf(formData, which) {
  return which
    ? numberFormatter(formData.y_axis_format_secondary, formData.currency_format_secondary)
    : numberFormatter(formData.y_axis_format, formData.currency_format);
}

function seriesOf(formData, parts, type, keys, look) {
  const colour = colourOf(formData, look);
  const bases = [...new Set(parts.flatMap((part) => part.series.map((each) => each.title)))];
  const even = type !== 2 || (parts.some((part) => part.kind === "bar" && part.series.length) && isEven(keys));
  return parts.flatMap((part, which) =>
    part.series.map((each) => {
      const byKey = new Map(part.keys.map((key, place) => [key, each.values[place]]));
      const shown = formatOf(formData, part.axis);
      return {
        name: each.title,
        color: colour(each.title, bases.indexOf(each.title)),
        yAxisIndex: part.axis,
        data: keys.map((key) => pointOf(key, byKey.has(key) ? byKey.get(key) : null, even)),
        tooltip: { valueFormatter: shown },
        emphasis: { focus: "series" },
        ...(part.stack ? { stack: `stack ${which} ${each.offset}` } : {}),
        ...(part.kind === "bar" ? barLook(part, each) : lineLook(part, each, look)),
        ...(part.values ? labelLook(shown, look) : {}),
        // Lines stand before bars, whichever question asked for them.
        z: part.kind === "bar" ? 2 : 3,
      };
    }),
  );
}

function pointOf(key, value, even) {
  return even ? value : [key, value];
}

function barLook(part, each) {
  const faint = each.offset ? { opacity: 0.45 } : {};
  return {
    type: "bar",
    barMaxWidth: 56,
    barCategoryGap: "28%",
    itemStyle: { borderRadius: part.stack ? 0 : [2, 2, 0, 0], ...faint },
  };
}

function lineLook(part, each, look) {
  if (part.kind === "scatter") return { type: "scatter", symbolSize: part.markerSize + 2, itemStyle: { opacity: 0.85 } };
  const step = ["start", "middle", "end"].includes(part.kind) ? { step: part.kind } : {};
  return {
    type: "line",
    connectNulls: false,
    showSymbol: part.markers,
    showAllSymbol: true,
    symbol: "circle",
    symbolSize: part.markerSize,
    ...step,
    ...(part.kind === "smooth" ? { smooth: true, smoothMonotone: "x" } : {}),
    lineStyle: { width: each.offset ? 1.5 : isSmall(look) ? 1.75 : 2, ...(each.offset ? { type: [5, 4] } : {}) },
    ...(part.area ? { areaStyle: { opacity: part.opacity === null ? 0.2 : part.opacity } } : {}),
  };
}

function labelLook(shown, look) {
  return {
    label: {
      show: true,
      position: "top",
      color: ink(look).text,
      fontSize: 11,
      formatter: (point) => {
        const value = Array.isArray(point.value) ? point.value[1] : point.value;
        return value === null || value === undefined ? "" : shown(value);
      },
    },
    labelLayout: { hideOverlap: true },
  };
}
