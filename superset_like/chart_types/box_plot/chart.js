// How a metric spreads within each group: quartiles, whiskers, and what lies beyond them.
import { axisName, categoryAxis, colourOf, frame, grid, groupNamer, ink, isSmall, legend } from "../base.js";
import { metricLabels, noData, numberFormatter, numeric, pickedMark, placedRows, rowsOf, shownName, textWidth, tooltip, valueAxis } from "../base.js";

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "groupby");
}

export function option(formData, results, look) {
  const boxes = spreads(formData, results[0], look);
  if (!boxes.length) return noData(look);
  const names = [...new Set(boxes.map((box) => box.name))];
  const metrics = [...new Set(boxes.map((box) => box.metric))];
  const format = numberFormatter(formData.number_format, formData.currency_format);
  const colour = colourOf(formData, look);
  const room = legend(formData, look, metrics.length > 1 ? metrics : [], true);
  const paint = (box) => colour(metrics.length > 1 ? box.metric : "", metrics.indexOf(box.metric));
  return {
    ...frame(formData, look),
    legend: room.legend,
    tooltip: tooltip(look, null, { formatter: (point) => tipText(point, { boxes, names, format }) }),
    grid: grid(look, room),
    xAxis: categoryAxis(look, names, { ...axisName(formData.x_axis_title), axisLabel: ticks(formData, look, names) }),
    yAxis: valueAxis(look, format, { scale: true, ...axisName(formData.y_axis_title, formData.y_axis_title_margin) }),
    series: metrics.flatMap((metric, place) => seriesOf(metric, place, { boxes, names, metrics, paint, look })),
  };
}

function seriesOf(metric, place, { boxes, names, metrics, paint, look }) {
  const own = boxes.filter((box) => box.metric === metric);
  const found = names.map((name) => own.find((box) => box.name === name));
  const colour = paint(own[0]);
  const aside = metrics.length > 1 ? (place - (metrics.length - 1) / 2) * (isSmall(look) ? 16 : 30) : 0;
  const outliers = found.flatMap((box, index) => (box ? box.outliers.map((value) => ({ value: [index, value], mark: { row: box.place } })) : []));
  return [
    {
      type: "boxplot",
      name: metric,
      boxWidth: [6, isSmall(look) ? 32 : 56],
      itemStyle: { color: seeThrough(colour), borderColor: colour, borderWidth: 1.5 },
      data: found.map((box) => (box ? { value: box.five, mark: { row: box.place } } : [])),
    },
    {
      type: "scatter",
      name: metric,
      symbolSize: isSmall(look) ? 4 : 6,
      symbolOffset: [aside, 0],
      itemStyle: { color: colour, opacity: 0.75, borderColor: ink(look).surface, borderWidth: 0.5 },
      data: outliers,
    },
  ];
}

function seeThrough(colour) {
  return /^#[0-9a-f]{6}$/i.test(colour) ? `${colour}33` : colour;
}

function ticks(formData, look, names) {
  const each = (look.width - 60) / names.length;
  const longest = Math.max(...names.map((name) => textWidth(name, 11)));
  const turned = { "45°": 45, "90°": 90 }[formData.x_ticks_layout] ?? (longest > each && formData.x_ticks_layout !== "flat" ? 40 : 0);
  return { rotate: turned, interval: each < 14 ? "auto" : 0, width: turned ? 90 : Math.max(each - 6, 24) };
}

// A box for each group and metric; made here of the values, unless the answer already holds statistics.
function spreads(formData, result, look) {
  const metrics = metricLabels(formData, "metrics");
  const named = groupNamer(formData, result, look, "groupby");
  const shown = new Map(metrics.map((metric) => [metric, shownName(result, metric)]));
  const nameOf = (row, metric) => named(row) || shown.get(metric);
  return metrics.flatMap((metric) =>
    rowsOf(result).some((row) => `${metric}__median` in row)
      ? placedRows(result).map(({ row, place }) => ({ name: nameOf(row, metric), metric: shown.get(metric), place, ...told(row, metric) }))
      : [...grouped(placedRows(result), metric, nameOf)].map(([name, { place, values }]) => ({
          name,
          metric: shown.get(metric),
          place,
          ...spread(values, String(formData.whiskerOptions || "Tukey")),
        })),
  );
}

function told(row, metric) {
  const parts = ["min", "q1", "median", "q3", "max"].map((part) => numeric(row[`${metric}__${part}`]));
  return { five: parts, count: row[`${metric}__count`], outliers: row[`${metric}__outliers`] || [] };
}

function grouped(rows, metric, nameOf) {
  const found = new Map();
  for (const { row, place } of rows) {
    const value = numeric(row[metric]);
    if (value === null) continue;
    const name = nameOf(row, metric);
    if (!found.has(name)) found.set(name, { place, values: [] });
    found.get(name).values.push(value);
  }
  return found;
}

function spread(values, whiskers) {
  const sorted = [...values].sort((one, other) => one - other);
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  const [low, high] = reach(sorted, whiskers, q1, q3);
  const within = sorted.filter((value) => value >= low && value <= high);
  const five = [within[0] ?? q1, q1, median, q3, within.at(-1) ?? q3];
  return { five, count: sorted.length, outliers: sorted.filter((value) => value < low || value > high) };
}

// Between which values the whiskers lie: "Tukey", "Min/max (no outliers)", or percentiles as in "2/98 percentiles".
function reach(sorted, whiskers, q1, q3) {
  const percentiles = /(\d+)\s*\/\s*(\d+)/.exec(whiskers);
  if (percentiles) return [1, 2].map((at) => quantile(sorted, Number(percentiles[at]) / 100));
  if (/min/i.test(whiskers)) return [sorted[0], sorted.at(-1)];
  return [q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)];
}

function quantile(sorted, share) {
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (at - low);
}

function tipText(point, { boxes, names, format }) {
  if (point.seriesType === "scatter") return `${names[point.value[0]]}\n${format(point.value[1])}`;
  const box = boxes.find((each) => each.name === point.name && each.metric === point.seriesName);
  if (!box) return point.name;
  const [low, q1, median, q3, high] = box.five.map(format);
  const lines = [point.name, `Max: ${high}`, `3rd quartile: ${q3}`, `Median: ${median}`, `1st quartile: ${q1}`, `Min: ${low}`];
  return [...lines, `Values: ${box.count}`, ...(box.outliers.length ? [`Outliers: ${box.outliers.length}`] : [])].join("\n");
}
