// Metrics as upright axes, each with its own scale, and a line across them for each member of a series.
import { FONT, frame, groupNamer, ink, isSmall, metricLabels, noData, numberFormatter, numeric, pickedMark } from "../base.js";
import { placedRows, ramp, shortened, shownName, textWidth, tooltip } from "../base.js";

export function option(formData, results, look) {
  const metrics = metricLabels(formData, "metrics", "secondary_metric");
  const words = metrics.map((metric) => shownName(results[0], metric));
  const named = groupNamer(formData, results[0], look, "series");
  const lines = placedRows(results[0])
    .map(({ row, place }) => ({ name: named(row), value: metrics.map((metric) => numeric(row[metric])), mark: { row: place } }))
    .filter((line) => line.value.some((value) => value !== null));
  if (!lines.length || !metrics.length) return noData(look);
  const [by = metrics[0]] = metricLabels(formData, "secondary_metric");
  const format = numberFormatter(formData.number_format || formData.y_axis_format, formData.currency_format);
  const colours = ink(look);
  const each = look.width / metrics.length;
  const known = lines.map((line) => line.value[metrics.indexOf(by)]).filter((value) => value !== null);
  const [min, max] = [Math.min(...known), Math.max(...known)];
  return {
    ...frame(formData, look),
    tooltip: tooltip(look, null, { formatter: ({ data }) => tipText(data, words, format) }),
    parallel: {
      left: 16 + each / 4,
      right: 16 + each / 4,
      top: 36,
      bottom: 20,
      parallelAxisDefault: {
        nameTextStyle: { color: colours.text, fontFamily: FONT, fontSize: 12 },
        nameGap: 14,
        axisLine: { lineStyle: { color: colours.line } },
        axisTick: { show: false },
        axisLabel: { color: colours.quiet, fontFamily: FONT, fontSize: 10, formatter: format },
      },
    },
    parallelAxis: words.map((word, dim) => ({ dim, name: shortened(word, Math.max(each - 12, textWidth("…", 12)), 12), scale: true })),
    ...(known.length ? { visualMap: { show: false, type: "continuous", dimension: metrics.indexOf(by), min, max: max > min ? max : min + 1, inRange: { color: ramp(formData, look).slice(1) } } } : {}),
    series: [
      {
        type: "parallel",
        lineStyle: { width: isSmall(look) ? 1 : 1.5, opacity: lines.length > 60 ? 0.35 : 0.75 },
        emphasis: { lineStyle: { width: 3, opacity: 1 } },
        data: lines,
      },
    ],
  };
}

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "series");
}

function tipText(line, words, format) {
  return [line.name, ...words.map((word, at) => `${word}: ${format(line.value[at])}`)].filter(Boolean).join("\n");
}
