// One number, large; below it what it is, how it compares, and its trend.

import { FONT, columnLabels, formNumber, frame, grid, ink, metricLabels, milliseconds, mixed, noData, numberFormatter, numeric, pickedColour, rowsOf, shownName, textWidth, timeFormatter, tooltip, typeOf } from "../base.js";

const HEADER = 0.4;
const BELOW = 0.15;
const FOLDED = /^(sum|mean|min|max|median)$/i;

export function option(formData, results, look) {
  const result = results[0];
  const metric = metricOf(formData, result);
  if (!rowsOf(result).length || !metric) return noData(look);
  const points = pointsOf(formData, result, metric);
  const number = numberOf(formData, points);
  const lines = linesOf(formData, result, metric, points, number, look);
  const trend = trendOf(formData, points, shownName(result, metric), look);
  return {
    ...frame(formData, look),
    ...(trend || {}),
    graphic: [{ type: "group", silent: true, children: texts(formData, lines, Boolean(trend), look) }],
  };
}

function metricOf(formData, result) {
  const columns = (result && result.colnames) || [];
  const asked = metricLabels(formData, "metric", "metrics").find((name) => columns.includes(name));
  return asked || columns.find((name) => typeOf(result, name) === 0) || columns[0];
}

function axisOf(formData, result) {
  const asked = columnLabels(formData, "x_axis", "granularity_sqla").find((name) => result.colnames.includes(name));
  if (asked) return asked;
  return result.colnames.find((name) => name === "__timestamp" || typeOf(result, name) === 2);
}

// [moment, number] by time; the moment is null where the question has no time axis.
function pointsOf(formData, result, metric) {
  const axis = formData.viz_type === "big_number" ? axisOf(formData, result) : null;
  const made = rowsOf(result).map((row) => [axis ? milliseconds(row[axis]) : null, numeric(row[metric]), row[metric]]);
  return axis ? made.filter((each) => each[0] !== null).sort((one, two) => one[0] - two[0]) : made;
}

// The number to show: the latest, or what `aggregation` makes of all of them.
function numberOf(formData, points) {
  const values = points.map((each) => each[1]).filter((value) => value !== null);
  if (!values.length) return null;
  const ordered = [...values].sort((one, two) => one - two);
  const middle = ordered.length >> 1;
  const total = values.reduce((sum, value) => sum + value, 0);
  switch (String(formData.aggregation || "").toLowerCase()) {
    case "sum":
      return total;
    case "mean":
      return total / values.length;
    case "min":
      return ordered[0];
    case "max":
      return ordered[ordered.length - 1];
    case "median":
      return ordered.length % 2 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
    default:
      return values[values.length - 1];
  }
}

function linesOf(formData, result, metric, points, number, look) {
  const latest = points[points.length - 1] || [null, null, null];
  const header = headerText(formData, result, metric, number, latest, look);
  const below = [formData.subtitle, formData.subheader].filter(Boolean).map((text) => ({ text: String(text) }));
  const compared = comparison(formData, result, metric, points, number, look);
  const grain = formData.time_grain_sqla;
  const moment = formData.show_timestamp && latest[0] !== null ? timeFormatter(formData.time_format, look, grain)(latest[0]) : "";
  const above = formData.show_metric_name ? shownName(result, metric) : "";
  return { above, header, below: [...compared, ...below, ...(moment ? [{ text: moment }] : [])] };
}

function headerText(formData, result, metric, number, latest, look) {
  if (typeOf(result, metric) === 2 || formData.force_timestamp_formatting) {
    return timeFormatter(formData.time_format, look)(latest[2]);
  }
  if (number === null && typeOf(result, metric) === 1 && latest[2] !== null) return String(latest[2]);
  return numberFormatter(formData.y_axis_format, formData.currency_format)(number);
}

// Against the row `compare_lag` steps before, or against each time offset the results hold.
function comparison(formData, result, metric, points, number, look) {
  const lag = formNumber(formData.compare_lag);
  const made = [];
  if (lag > 0 && points.length > lag) {
    // The latest, not the number shown: a sum of all weeks is no change to the week before.
    const [latest, before] = [points[points.length - 1][1], points[points.length - 1 - lag][1]];
    made.push(change(latest, before, String(formData.compare_suffix || ""), look));
  }
  for (const column of result.colnames.filter((name) => name.startsWith(`${metric}__`))) {
    const offset = column.slice(metric.length + 2);
    const before = beforeOf(formData, result, metric, column);
    const format = numberFormatter(formData.y_axis_format, formData.currency_format);
    const told = before === null ? `vs ${offset}` : `vs ${offset} (${format(before)})`;
    made.push(change(number, before, told, look));
  }
  return made.filter(Boolean);
}

// What the number was then: folded as the number is; where that is the latest, in the same row.
function beforeOf(formData, result, metric, column) {
  const before = pointsOf(formData, result, column);
  if (FOLDED.test(String(formData.aggregation || ""))) return numberOf(formData, before);
  const now = pointsOf(formData, result, metric);
  const latest = now.reduce((best, each, place) => (each[1] === null ? best : place), -1);
  return latest < 0 ? null : before[latest][1];
}

function change(number, before, told, look) {
  if (number === null || before === null || before === 0) return null;
  const share = (number - before) / Math.abs(before);
  const arrow = share > 0 ? "▲" : share < 0 ? "▼" : "＝";
  const colours = ink(look);
  const color = share > 0 ? colours.good : share < 0 ? colours.bad : colours.quiet;
  return { text: `${arrow} ${numberFormatter("+.1%")(share)} ${told}`.trim(), color };
}

function texts(formData, lines, withTrend, look) {
  const colours = ink(look);
  const room = withTrend ? look.height * 0.62 : look.height;
  const wide = look.width - 32;
  const fit = (text, wish, least) => Math.max(least, Math.min(wish, (wide / textWidth(text || " ", 1)) * 0.94));
  const big = fit(lines.header, Math.min(room * (formNumber(formData.header_font_size) || HEADER), 120), 14);
  const wish = room * (formNumber(formData.subheader_font_size || formData.subtitle_font_size) || BELOW);
  const small = Math.max(12, Math.min(wish * 0.7, 20));
  const rows = [
    ...(lines.above ? [{ text: lines.above, size: fit(lines.above, small, 10), fill: colours.quiet, weight: 400 }] : []),
    { text: lines.header, size: big, fill: colours.text, weight: 600 },
    ...lines.below.map((each) => ({
      text: each.text,
      size: fit(each.text, small, 10),
      fill: each.color || colours.quiet,
      weight: each.color ? 600 : 400,
    })),
  ];
  const high = rows.reduce((sum, each) => sum + each.size * 1.35, 0);
  let y = Math.max(8, (room - high) / 2);
  return rows.map((each) => {
    const made = textAt(each, 16, y + each.size * 0.675, wide);
    y += each.size * 1.35;
    return made;
  });
}

function textAt({ text, size, fill, weight }, x, y, width) {
  const font = { fontFamily: FONT, fontSize: Math.round(size), fontWeight: weight };
  return { type: "text", x, y, style: { text, fill, ...font, verticalAlign: "middle", width, overflow: "truncate" } };
}

// The trend line at the bottom; nothing where there is no room or no time.
function trendOf(formData, points, name, look) {
  const wanted = formData.viz_type === "big_number" && formData.show_trend_line !== false;
  const known = points.filter((each) => each[1] !== null);
  if (!wanted || known.length < 2 || known[0][0] === null || look.height < 100) return null;
  const colour = pickedColour(formData.color_picker, ink(look).accent);
  const solid = colour.startsWith("rgba") ? mixed(colour, "#ffffff", look.theme === "dark" ? 0.2 : 0) : colour;
  const shown = timeFormatter(formData.time_format, look, formData.time_grain_sqla);
  const fade = [
    { offset: 0, color: solid },
    { offset: 1, color: mixed(solid, ink(look).surface, 0.9) },
  ];
  return {
    grid: { ...grid(look), left: 0, right: 0, bottom: 0, top: Math.round(look.height * 0.64), outerBoundsMode: "none" },
    tooltip: tooltip(look, numberFormatter(formData.y_axis_format, formData.currency_format), { trigger: "axis" }),
    xAxis: {
      type: "time",
      show: false,
      boundaryGap: [0, 0],
      axisPointer: { label: { formatter: (point) => shown(point.value) } },
    },
    yAxis: { type: "value", show: false, scale: formData.start_y_axis_at_zero === false, boundaryGap: [0, "5%"] },
    series: [
      {
        name,
        type: "line",
        data: points.map((each) => [each[0], each[1]]),
        showSymbol: false,
        symbolSize: 6,
        color: solid,
        lineStyle: { width: 2 },
        areaStyle: { opacity: 0.35, color: { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: fade } },
      },
    ],
  };
}
