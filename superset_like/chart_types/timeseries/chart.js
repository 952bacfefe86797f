// Metrics along an axis: lines, areas, bars, points.

import { axisName, categoryAxis, colourOf, columnLabels, formNumber, frame, grid, ink, isSmall, legend, listed, metricLabels, noData, numberFormatter, pickedPoint, rowsOf, spread, textWidth, tickFormatter, timeAxis, timeFormatter, tooltip, typeOf, valueAxis } from "../base.js";
import { annotations } from "../annotations.js";

const KINDS = {
  echarts_timeseries_smooth: "smooth",
  echarts_timeseries_bar: "bar",
  echarts_timeseries_scatter: "scatter",
  echarts_timeseries_step: "middle",
  echarts_area: "line",
  bar: "bar",
  dist_bar: "bar",
};

export function option(formData, results, look) {
  const result = results[0];
  if (!rowsOf(result).length) return noData(look);
  const wish = wishOf(formData, look);
  const laid = laidOut(formData, result, wish);
  if (!laid.series.length || !laid.keys.length) return noData(look);
  const marked = annotations(formData, result, laid, look, wish);
  const lines = marked.filter((each) => each.data.length).map((each) => each.name);
  const names = [...laid.series.map((each) => each.name), ...lines];
  const room = legend(formData, look, names, names.length > 1);
  const zooms = Boolean(formData.zoomable) && look.height >= 200;
  const along = alongAxis(formData, laid, wish, look);
  const across = acrossAxis(formData, wish, look);
  const slider = zooms ? (wish.horizontal ? { right: room.right + 34 } : { bottom: room.bottom + 36 }) : {};
  return {
    ...frame(formData, look),
    grid: grid(look, room, slider),
    legend: legendOf(room.legend, laid, wish),
    tooltip: tooltip(look, wish.shown, tooltipTrigger(formData, wish)),
    xAxis: wish.horizontal ? across : along,
    yAxis: wish.horizontal ? along : across,
    ...(zooms ? { dataZoom: zoom(wish, look, room) } : {}),
    series: [...seriesOf(formData, laid, wish, look), ...marked],
  };
}

export function picks(formData, results, params) {
  const [result] = results;
  const laid = laidOut(formData, result, wishOf(formData, {}));
  return pickedPoint(formData, result, laid, axisColumns(formData, result), params, "groupby", "columns");
}

function wishOf(formData, look) {
  const area = ["echarts_area", "area"].includes(formData.viz_type) || Boolean(formData.area);
  const kind = KINDS[formData.viz_type] || formData.seriesType || "line";
  const stack = stackOf(formData, area);
  const share = stack === "Expand" || Boolean(formData.contributionMode);
  const format = share ? percentOnly(formData.y_axis_format) || ".0%" : formData.y_axis_format;
  return {
    area,
    kind,
    stack,
    horizontal: formData.orientation === "horizontal" && kind !== "scatter",
    logarithmic: Boolean(formData.logAxis || formData.y_log_scale) && stack !== "Expand",
    grain: formData.time_grain_sqla,
    shown: numberFormatter(format, share ? null : formData.currency_format),
    markers: formData.markerEnabled || formData.show_markers,
    small: isSmall(look),
  };
}

function percentOnly(format) {
  return /[%p]$/.test(String(format || "")) ? format : null;
}

function stackOf(formData, area) {
  if (typeof formData.stack === "string" && formData.stack) return formData.stack;
  if (formData.stack === true || formData.bar_stacked) return "Stack";
  if (formData.viz_type === "area") {
    return { expand: "Expand", stream: "Stream" }[formData.stacked_style] || "Stack";
  }
  return area && formData.stack === undefined && formData.viz_type === "echarts_area" ? "Stack" : null;
}

// ---- The rows as series --------------------------------------------------------------------------------------------

function laidOut(formData, result, wish) {
  const axis = axisColumns(formData, result);
  const groups = columnLabels(formData, "groupby", "columns");
  const laid = spread(result, axis, groups, metricLabels(formData, "metrics", "metric"));
  const { keys, series } = sortedAlong(formData, laid, axis);
  const sorted = sortedSeries(formData, series);
  if (wish.stack === "Expand" || formData.contributionMode === "row") shareOfRow(sorted);
  else if (formData.contributionMode === "column") shareOfSeries(sorted);
  return { ...laid, keys, series: sorted, categories: isCategory(laid.type, keys, wish) };
}

function axisColumns(formData, result) {
  const named = columnLabels(formData, "x_axis").filter((name) => result.colnames.includes(name));
  if (named.length) return named;
  if (result.colnames.includes("__timestamp")) return ["__timestamp"];
  const groups = columnLabels(formData, "groupby").filter((name) => result.colnames.includes(name));
  if (formData.viz_type === "dist_bar" && groups.length) return groups;
  const moment = result.colnames.find((name) => typeOf(result, name) === 2);
  return [moment || result.colnames[0]];
}

function isCategory(type, keys, wish) {
  if (type !== 2) return type !== 0 || wish.kind === "bar";
  if (wish.kind !== "bar" || keys.length > 120) return false;
  const steps = keys.slice(1).map((key, place) => key - keys[place]);
  return Math.max(...steps, 0) < 1.6 * Math.min(...steps, Infinity);
}

function sortedAlong(formData, laid, axis) {
  const by = formData.x_axis_sort;
  if (laid.type === 2 || laid.type === 0 || !by) return laid;
  const places = laid.keys.map((_, place) => place);
  const total = (place) =>
    laid.series.reduce((sum, each) => sum + (by === each.base || !axis.includes(by) ? each.values[place] || 0 : 0), 0);
  const compare = axis.includes(by)
    ? (one, two) => laid.keys[one].localeCompare(laid.keys[two])
    : (one, two) => total(one) - total(two);
  places.sort((one, two) => (formData.x_axis_sort_asc === false ? -1 : 1) * compare(one, two));
  return {
    keys: places.map((place) => laid.keys[place]),
    series: laid.series.map((each) => ({ ...each, values: places.map((place) => each.values[place]) })),
  };
}

function sortedSeries(formData, series) {
  const measure = {
    name: (each) => each.name,
    sum: (each) => sumOf(each.values),
    avg: (each) => sumOf(each.values) / Math.max(1, each.values.filter((value) => value !== null).length),
    min: (each) => Math.min(...each.values.filter((value) => value !== null)),
    max: (each) => Math.max(...each.values.filter((value) => value !== null)),
  }[formData.sort_series_type];
  if (!measure) return series.map((each) => ({ ...each, values: [...each.values] }));
  const way = formData.sort_series_ascending ? 1 : -1;
  const order = (one, two) => (measure(one) < measure(two) ? -way : measure(one) > measure(two) ? way : 0);
  return series.map((each) => ({ ...each, values: [...each.values] })).sort(order);
}

function shareOfRow(series) {
  const count = series.length ? series[0].values.length : 0;
  for (const offset of new Set(series.map((each) => each.offset))) {
    const met = series.filter((each) => each.offset === offset);
    for (let place = 0; place < count; place += 1) {
      const total = met.reduce((sum, each) => sum + (each.values[place] || 0), 0);
      for (const each of met) if (each.values[place] !== null) each.values[place] = total ? each.values[place] / total : null;
    }
  }
}

function shareOfSeries(series) {
  for (const each of series) {
    const total = sumOf(each.values);
    each.values = each.values.map((value) => (value === null || !total ? null : value / total));
  }
}

function sumOf(values) {
  return values.reduce((sum, value) => sum + (value || 0), 0);
}

// ---- Axes ----------------------------------------------------------------------------------------------------------

function alongAxis(formData, laid, wish, look) {
  const format = formData.x_axis_time_format;
  const named = axisName(formData.x_axis_title || formData.x_axis_label, formData.x_axis_title_margin);
  const rotate = formNumber(formData.xAxisLabelRotation);
  const turned = rotate ? { axisLabel: { rotate } } : {};
  const line = wish.horizontal ? { inverse: true } : {};
  if (laid.type === 2 && !laid.categories) {
    const bars = wish.kind === "bar" ? {} : { boundaryGap: wish.kind === "scatter" ? ["2%", "2%"] : [0, 0] };
    return timeAxis(look, format, wish.grain, { ...bars, ...named, ...turned, ...line });
  }
  if (laid.type === 2) return periodAxis(laid, wish, look, format, { ...named, ...line }, turned.axisLabel);
  if (laid.categories) {
    const texts = laid.keys.map(String);
    const crowd = wish.horizontal ? {} : crowdedLabels(texts, look, rotate);
    const edges = ["bar", "scatter"].includes(wish.kind) ? {} : { boundaryGap: texts.length < 3 };
    return categoryAxis(look, texts, { ...edges, ...named, ...line, axisLabel: { ...crowd, ...turned.axisLabel } });
  }
  const shown = numberFormatter(formData.x_axis_number_format);
  const scale = { scale: true, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: ink(look).line } } };
  return valueAxis(look, shown, { ...scale, ...named, ...line, ...turned });
}

function periodAxis(laid, wish, look, format, more, turned) {
  const shown = timeFormatter(format, look, wish.grain);
  return categoryAxis(look, laid.keys.map(String), {
    axisPointer: { label: { formatter: (point) => shown(point.value) } },
    ...more,
    axisLabel: { formatter: tickFormatter(format, look, wish.grain), ...turned },
  });
}

function crowdedLabels(texts, look, rotate) {
  if (rotate !== null && rotate !== undefined) return {};
  const room = look.width - 70;
  const widest = Math.max(...texts.map((text) => textWidth(text, 11)));
  if (widest + 8 <= room / texts.length) return { interval: 0 };
  if (texts.length * 14 > room) return { rotate: 45, width: 80 };
  return { interval: 0, rotate: 40, width: Math.min(90, Math.round(look.height / 4)), hideOverlap: false };
}

function acrossAxis(formData, wish, look) {
  const [low, high] = listed(formData.y_axis_bounds).map(formNumber);
  const free = formData.truncateYAxis && (low === null || low === undefined);
  const title = formData.y_axis_title || formData.y_axis_label;
  const above = formData.y_axis_title_position === "Top" && !wish.horizontal;
  const aboveStyle = { nameLocation: "end", nameGap: 8, nameTextStyle: { ...valueAxis(look).nameTextStyle, align: "left" } };
  return valueAxis(look, wish.shown, {
    ...(wish.logarithmic ? { type: "log" } : { scale: Boolean(free) }),
    ...(low !== null && low !== undefined ? { min: low } : {}),
    ...(high !== null && high !== undefined ? { max: high } : wish.stack === "Expand" ? { max: 1, interval: 0.25 } : {}),
    ...axisName(title, formData.y_axis_title_margin),
    ...(title && above ? aboveStyle : {}),
    ...(formData.minorSplitLine ? { minorSplitLine: { show: true, lineStyle: { color: ink(look).grid } } } : {}),
    ...(wish.stack === "Stream" ? { axisLabel: { show: false } } : {}),
  });
}

function zoom(wish, look, room) {
  const colours = ink(look);
  const slider = {
    type: "slider",
    borderColor: colours.grid,
    backgroundColor: "transparent",
    fillerColor: look.theme === "dark" ? "rgba(255,255,255,0.08)" : "rgba(30,60,120,0.07)",
    dataBackground: { lineStyle: { color: colours.line }, areaStyle: { color: colours.grid } },
    selectedDataBackground: { lineStyle: { color: colours.quiet }, areaStyle: { color: colours.line } },
    handleStyle: { color: colours.raised, borderColor: colours.quiet },
    moveHandleStyle: { color: colours.line },
    showDetail: false,
    brushSelect: false,
    filterMode: "filter",
  };
  return wish.horizontal
    ? [{ ...slider, yAxisIndex: 0, width: 18, right: 12 + room.right }, { type: "inside", yAxisIndex: 0 }]
    : [{ ...slider, xAxisIndex: 0, height: 18, bottom: 12 + room.bottom }, { type: "inside", xAxisIndex: 0 }];
}

// A comparison is dashed in the legend too.
function legendOf(box, laid, wish) {
  if (!box.data || ["bar", "scatter"].includes(wish.kind)) return box;
  const dashed = new Set(laid.series.filter((each) => each.offset).map((each) => each.name));
  const line = { symbolRotate: 0, itemStyle: { opacity: 0 }, lineStyle: { type: [3, 2], width: 2 } };
  const data = box.data.map((each) => (dashed.has(each.name) ? { name: each.name, ...line } : each));
  return { ...box, data, ...(dashed.size ? { itemWidth: 18 } : {}) };
}

function tooltipTrigger(formData, wish) {
  const rich = formData.rich_tooltip !== false && wish.kind !== "scatter";
  if (!rich) return { trigger: "item" };
  const pointer = { ...(wish.kind === "bar" ? { type: "shadow" } : {}) };
  return { trigger: "axis", ...(formData.tooltipSortByMetric ? { order: "valueDesc" } : {}), axisPointer: pointer };
}

// ---- Series --------------------------------------------------------------------------------------------------------

function seriesOf(formData, laid, wish, look) {
  const colour = colourOf(formData, look);
  const bases = [...new Set(laid.series.map((each) => each.base))];
  const totals = laid.keys.map((_, place) => sumOf(laid.series.map((each) => each.values[place])));
  const labels = labelling(formData, laid, wish, look, totals);
  const drawn = laid.series.map((each, index) => {
    const own = colour(each.base, bases.indexOf(each.base));
    return { ...oneSeries(formData, each, own, laid, wish, look), ...labels(index) };
  });
  if (wish.stack !== "Stream") return drawn;
  const low = { name: "", values: totals.map((total) => -total / 2), base: "", offset: "" };
  const hidden = { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 }, tooltip: { show: false }, silent: true };
  return [{ ...oneSeries(formData, low, "transparent", laid, wish, look), ...hidden }, ...drawn];
}

function oneSeries(formData, each, own, laid, wish, look) {
  const shared = {
    name: each.name,
    data: pointsOf(each.values, laid, wish),
    color: own,
    emphasis: { focus: "series" },
    ...(wish.stack ? { stack: `stack ${each.offset}`, stackStrategy: wish.stack === "Stream" ? "all" : "samesign" } : {}),
  };
  if (wish.kind === "bar") return { ...shared, ...barLook(each, wish, laid, look) };
  if (wish.kind === "scatter") {
    return { ...shared, type: "scatter", symbolSize: formNumber(formData.markerSize) || 8, itemStyle: { opacity: 0.8 } };
  }
  return { ...shared, ...lineLook(formData, each, laid, wish) };
}

function barLook(each, wish, laid, look) {
  const faint = each.offset ? { opacity: 0.45 } : {};
  const round = wish.stack ? { borderRadius: 0 } : { borderRadius: wish.horizontal ? [0, 2, 2, 0] : [2, 2, 0, 0] };
  const edge = wish.stack ? { borderColor: ink(look).surface, borderWidth: laid.keys.length > 40 ? 0 : 0.5 } : {};
  return {
    type: "bar",
    barMaxWidth: 56,
    barCategoryGap: laid.keys.length > 40 ? "10%" : "28%",
    barGap: "8%",
    itemStyle: { ...round, ...edge, ...faint },
  };
}

function lineLook(formData, each, laid, wish) {
  const alone = each.values.some((value, place) => isAlone(each.values, place));
  // A label stands at a symbol, so there must be one.
  const valued = Boolean(formData.show_value);
  const opacity = formNumber(formData.opacity);
  const step = { start: "start", middle: "middle", end: "end" }[wish.kind];
  const markers = wish.markers
    ? { symbol: "circle", symbolSize: formNumber(formData.markerSize) || 6, showSymbol: true, showAllSymbol: true }
    : valued
      ? { symbol: "circle", symbolSize: 4, showSymbol: true, showAllSymbol: true }
      : { symbol: alone ? "none" : "circle", symbolSize: 6, showSymbol: alone };
  return {
    type: "line",
    connectNulls: Boolean(formData.connectNulls) && !wish.stack,
    ...markers,
    ...(wish.kind === "smooth" ? { smooth: true, smoothMonotone: wish.horizontal ? "y" : "x" } : {}),
    ...(step ? { step } : {}),
    ...(laid.keys.length > 2000 && !wish.stack ? { sampling: "lttb" } : {}),
    lineStyle: { width: each.offset ? 1.5 : wish.small ? 1.75 : 2, ...(each.offset ? { type: [5, 4] } : {}) },
    ...(wish.area && !each.offset ? { areaStyle: { opacity: opacity === null ? (wish.stack ? 0.55 : 0.2) : opacity } } : {}),
  };
}

function isAlone(values, place) {
  const absent = (value) => value === null || value === undefined;
  return !absent(values[place]) && absent(values[place - 1]) && absent(values[place + 1]);
}

function pointsOf(values, laid, wish) {
  const line = !["bar", "scatter"].includes(wish.kind);
  return values.map((given, place) => {
    let value = wish.logarithmic && given !== null && given <= 0 ? null : given;
    // An area that stands on another needs a floor where its own group has no row.
    if (value === null && wish.stack && wish.area && line) value = 0;
    const point = laid.categories ? value : wish.horizontal ? [value, laid.keys[place]] : [laid.keys[place], value];
    return line && !wish.markers && isAlone(values, place) ? { value: point, symbol: "circle" } : point;
  });
}

function labelling(formData, laid, wish, look, totals) {
  if (!(formData.show_value || formData.show_bar_value)) return () => ({});
  const threshold = (formNumber(formData.percentage_threshold) || 0) / 100;
  const only = wish.stack === "Stack" && formData.only_total !== false;
  const inside = wish.stack && wish.kind === "bar" && !only;
  const most = Math.max(...totals.map(Math.abs), 1e-9);
  const fits = (value, text) =>
    wish.horizontal
      ? (Math.abs(value) / most) * (look.width - 140) > textWidth(text, 11) + 4
      : (Math.abs(value) / most) * (look.height - 100) > 13;
  const last = laid.keys.map((_, place) => laid.series.reduce((at, each, index) => (each.values[place] === null ? at : index), -1));
  return (index) => ({
    label: {
      show: true,
      position: inside ? "inside" : wish.horizontal ? "right" : "top",
      color: inside ? undefined : ink(look).text,
      fontSize: 11,
      formatter: (point) => {
        const value = laid.series[index].values[point.dataIndex];
        if (only) return last[point.dataIndex] === index ? wish.shown(totals[point.dataIndex]) : "";
        if (value === null || (wish.stack && Math.abs(value) < threshold * Math.abs(totals[point.dataIndex]))) return "";
        const text = wish.shown(value);
        return inside && !fits(value, text) ? "" : text;
      },
    },
    labelLayout: { hideOverlap: true },
  });
}
