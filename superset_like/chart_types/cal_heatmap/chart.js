// A metric by day on the leaves of a calendar, a strip for each year and metric.
import { columnLabels, frame, ink, isSmall, metricLabels, milliseconds, noData, numberFormatter } from "../base.js";
import { numeric, ramp, rowsOf, shownName, strftime, textOn, textWidth, tooltip, FONT } from "../base.js";

const DAY = 86400000;
const LEAST_CELL = 5;
const MOST_CELL = 30;

export function option(formData, results, look) {
  const strips = stripsOf(formData, results[0], look);
  if (!strips.length) return noData(look);
  const format = numberFormatter(formData.y_axis_format, formData.currency_format);
  const small = isSmall(look);
  const legend = formData.show_legend !== false ? 42 : 6;
  const titled = strips.length > 1 || formData.show_metric_name !== false;
  const head = titled ? 40 : 22;
  const most = Math.max(1, Math.floor((look.height - legend) / (head + 7 * LEAST_CELL + 4)));
  const drawn = strips.slice(-most);
  const days = Math.max(...drawn.map((strip) => textWidth(weekdays(look)[1], 10))) + 14;
  const high = (look.height - legend) / drawn.length;
  const weeks = Math.max(...drawn.map((strip) => strip.weeks));
  const cell = Math.min((look.width - days - 12) / weeks, MOST_CELL);
  const tall = Math.max(LEAST_CELL, Math.min((high - head - 4) / 7, cell * 1.5, MOST_CELL));
  const spare = Math.max(0, high - head - 4 - tall * 7) / 2;
  const begin = (strip) => days + Math.max(0, (look.width - days - 12 - cell * strip.weeks) / 2);
  const values = drawn.flatMap((strip) => strip.data.map(([, value]) => value));
  return {
    ...frame(formData, look),
    tooltip: tooltip(look, null, { formatter: (point) => tipText(point, formData, look, format) }),
    visualMap: scale(formData, look, values, format),
    calendar: drawn.map((strip, index) => leaf(strip, look, { top: high * index + spare + head, left: begin(strip), cell, tall })),
    series: drawn.map((strip, index) => ({
      type: "heatmap",
      coordinateSystem: "calendar",
      calendarIndex: index,
      name: strip.metric,
      data: strip.data,
      label: {
        show: Boolean(formData.show_values) && !small && cell > 22,
        formatter: (point) => format(point.value[1]),
        color: textOn(ramp(formData, look)[2]),
        fontSize: 9,
        fontFamily: FONT,
      },
    })),
    graphic: titled ? drawn.map((strip, index) => title(strip, look, begin(strip), high * index + spare + 6)) : [],
  };
}

// The days of each year and metric; a year's strip reaches from its first month with data to its last.
function stripsOf(formData, result, look) {
  const [time = "__timestamp"] = columnLabels(formData, "x_axis");
  const metrics = metricLabels(formData, "metrics", "metric");
  return metrics.flatMap((metric) => {
    const years = new Map();
    for (const row of rowsOf(result)) {
      const moment = milliseconds(row[time]);
      const value = numeric(row[metric]);
      if (moment === null || value === null) continue;
      const day = strftime(moment, "%Y-%m-%d", look);
      const year = day.slice(0, 4);
      if (!years.has(year)) years.set(year, new Map());
      years.get(year).set(day, (years.get(year).get(day) || 0) + value);
    }
    return [...years].sort().map(([year, days]) => strip(shownName(result, metric), year, [...days].sort()));
  });
}

function strip(metric, year, data) {
  const first = `${data[0][0].slice(0, 7)}-01`;
  const last = data.at(-1)[0];
  const end = new Date(Date.UTC(Number(last.slice(0, 4)), Number(last.slice(5, 7)), 0)).toISOString().slice(0, 10);
  const weeks = Math.ceil((Date.parse(end) - Date.parse(first)) / DAY / 7) + 1;
  return { metric, year, data, range: [first, end], weeks };
}

// Sunday's name first, as the calendar wants them.
function weekdays(look) {
  return [0, 1, 2, 3, 4, 5, 6].map((day) => strftime(Date.UTC(2023, 0, 1 + day), "%a", { ...look, zone: "UTC" }));
}

function months(look) {
  return Array.from({ length: 12 }, (_, month) => strftime(Date.UTC(2023, month, 15), "%b", { ...look, zone: "UTC" }));
}

function leaf(strip, look, { top, left, cell, tall }) {
  const colours = ink(look);
  const quiet = { color: colours.quiet, fontFamily: FONT, fontSize: 10 };
  const narrow = cell * 4.3 < textWidth("May", 10) + 4;
  return {
    top,
    left,
    range: strip.range,
    cellSize: [cell, tall],
    orient: "horizontal",
    splitLine: { show: cell > 6, lineStyle: { color: colours.quiet, width: 1, opacity: 0.5 } },
    itemStyle: { color: "transparent", borderColor: colours.grid, borderWidth: 1 },
    yearLabel: { show: false },
    monthLabel: { ...quiet, nameMap: months(look).map((name, month) => (narrow && month % 2 ? "" : name)), margin: 6 },
    dayLabel: { ...quiet, firstDay: 1, nameMap: weekdays(look).map((name, day) => (tall < 12 && day % 2 === 0 ? "" : name)), margin: 6 },
  };
}

function title(strip, look, left, top) {
  const text = `${strip.metric}, ${strip.year}`;
  return { type: "text", x: left, y: top, silent: true, style: { text, fill: ink(look).text, font: `600 12px ${FONT}` } };
}

function scale(formData, look, values, format) {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return {
    type: "continuous",
    show: formData.show_legend !== false,
    min,
    max: max > min ? max : min + 1,
    orient: "horizontal",
    left: "center",
    bottom: 8,
    itemWidth: 10,
    itemHeight: Math.min(look.width * 0.4, 200),
    text: [format(max), format(min)],
    textGap: 6,
    formatter: format,
    inRange: { color: ramp(formData, look) },
    textStyle: { color: ink(look).quiet, fontFamily: FONT, fontSize: 11 },
  };
}

function tipText(point, formData, look, format) {
  const day = Date.parse(point.value[0]);
  const pattern = String(formData.x_axis_time_format || "").startsWith("%") ? formData.x_axis_time_format : "%a, %b %-d, %Y";
  return `${strftime(day, pattern, { ...look, zone: "UTC" })}\n${point.seriesName}: ${format(point.value[1])}`;
}
