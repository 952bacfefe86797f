// What begins and ends when: a line for each name, a bar for each row.
import { axisName, categoryAxis, cellFormatter, colourOf, columnLabels, frame, grid, ink, isSmall, legend } from "../base.js";
import { metricLabels, milliseconds, noData, pickedMark, placedRows, shortened, shownName, textOn, textWidth, timeAxis, timeFormatter } from "../base.js";
import { tooltip, FONT } from "../base.js";

const HOUR = 3600000;

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "y_axis", "series");
}

export function option(formData, results, look) {
  const bars = barsOf(formData, results[0], look);
  if (!bars.length) return noData(look);
  const lines = linesOf(formData, bars);
  const kinds = [...new Set(bars.map((bar) => bar.series))].filter((name) => name !== null);
  const colour = colourOf(formData, look);
  const room = legend(formData, look, kinds, true);
  const size = isSmall(look) ? 10 : 11;
  const [from, to] = [Math.min(...bars.map((bar) => bar.start)), Math.max(...bars.map((bar) => bar.end))];
  const spare = Math.max((to - from) * 0.02, HOUR / 60);
  const most = Math.max(3, Math.floor((look.height - room.top - room.bottom - 40) / 13));
  const shown = lines.slice(0, most);
  const draw = { lines: shown, look, size };
  const groups = kinds.length ? kinds : [null];
  return {
    ...frame(formData, look),
    legend: room.legend,
    tooltip: tooltip(look, null, { formatter: (point) => point.data.tip }),
    grid: grid(look, { ...room, bottom: room.bottom + (lines.length > most ? 16 : 0) }),
    xAxis: timeAxis(look, formData.x_axis_time_format, null, {
      min: from - spare,
      max: to + spare,
      splitLine: { show: true, lineStyle: { color: ink(look).grid } },
      ...axisName(formData.x_axis_title),
    }),
    yAxis: categoryAxis(look, shown.map((line) => line.name), { inverse: true, axisLabel: { interval: 0 } }),
    series: groups.map((kind, place) => seriesOf(kind, bars, colour(kind ?? "", place), draw)),
    graphic: lines.length > most ? [more(lines.length - most, look)] : [],
  };
}

function barsOf(formData, result, look) {
  const [start] = columnLabels(formData, "start_time");
  const [end] = columnLabels(formData, "end_time");
  const [name] = columnLabels(formData, "y_axis");
  const [series] = columnLabels(formData, "series");
  const text = (row, column) => cellFormatter(result, column, look, { number: "~" })(row[column]);
  const moment = timeFormatter(formData.x_axis_time_format, look);
  const others = [...columnLabels(formData, "tooltip_columns"), ...metricLabels(formData, "tooltip_metrics")];
  return placedRows(result)
    .map(({ row, place }) => ({ row, mark: { row: place }, start: milliseconds(row[start]), end: milliseconds(row[end]) }))
    .filter((bar) => bar.start !== null && bar.end !== null && bar.end >= bar.start)
    .map(({ row, ...bar }) => ({
      ...bar,
      name: text(row, name),
      series: series ? text(row, series) : null,
      tip: [
        [text(row, name), series ? text(row, series) : ""].filter(Boolean).join(", "),
        `${moment(bar.start)} – ${moment(bar.end)}`,
        ...others.map((other) => `${shownName(result, other)}: ${text(row, other)}`),
      ].join("\n"),
    }));
}

// The lines from the top down: a name each, or a name and series each where these have their own.
function linesOf(formData, bars) {
  const lines = new Map();
  for (const bar of bars) {
    const apart = formData.subcategories && bar.series !== null;
    const key = JSON.stringify(apart ? [bar.name, bar.series] : [bar.name]);
    if (!lines.has(key)) lines.set(key, { name: apart ? `${bar.name}, ${bar.series}` : bar.name, bars: new Set() });
    lines.get(key).bars.add(bar);
  }
  return [...lines.values()];
}

function seriesOf(kind, bars, colour, { lines, look, size }) {
  const data = bars
    .filter((bar) => bar.series === kind)
    .map((bar) => ({ bar, line: lines.findIndex((line) => line.bars.has(bar)) }))
    .filter(({ line }) => line >= 0)
    .map(({ bar, line }) => ({ value: [line, bar.start, bar.end], tip: bar.tip, name: bar.name, mark: bar.mark }));
  return {
    type: "custom",
    name: kind ?? "",
    itemStyle: { color: colour },
    encode: { x: [1, 2], y: 0 },
    clip: true,
    data,
    renderItem: (params, api) => bar(api, { colour, look, size, text: kind ?? "" }),
  };
}

function bar(api, { colour, size, text }) {
  const [x, y] = api.coord([api.value(1), api.value(0)]);
  const [end] = api.coord([api.value(2), api.value(0)]);
  const height = Math.min(api.size([0, 1])[1] * 0.64, 26);
  const width = Math.max(end - x, 2);
  const fits = height >= size + 2 && textWidth(text, size) <= width - 10;
  const words = { text: shortened(text, width - 8, size), fill: textOn(colour), font: `${size}px ${FONT}`, verticalAlign: "middle" };
  return {
    type: "group",
    children: [
      { type: "rect", shape: { x, y: y - height / 2, width, height, r: Math.min(3, width / 2) }, style: { fill: colour } },
      ...(fits ? [{ type: "text", silent: true, x: x + 5, y, style: words }] : []),
    ],
  };
}

function more(count, look) {
  const style = { text: `${count} more rows`, fill: ink(look).quiet, font: `11px ${FONT}` };
  return { type: "text", left: 12, bottom: 6, silent: true, style };
}
