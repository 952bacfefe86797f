// Metrics as spokes, each with its own scale, and an outline for each group.
import { colourOf, formNumber, frame, groupNamer, ink, isSmall, legend, metricLabels, noData } from "../base.js";
import { numberFormatter, numeric, pickedMark, rowsOf, shortened, shownName, tooltip, FONT } from "../base.js";

const MOST = 12;

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "groupby", "columns");
}

export function option(formData, results, look) {
  const [result] = results;
  const metrics = metricLabels(formData, "metrics", "metric");
  const rows = rowsOf(result).slice(0, formNumber(formData.row_limit) || MOST);
  if (!rows.length || !metrics.length) return noData(look);
  const words = metrics.map((metric) => shownName(result, metric));
  const named = groupNamer(formData, result, look, "groupby", "columns");
  const format = numberFormatter(formData.number_format, formData.currency_format);
  const colour = colourOf(formData, look);
  const outlines = rows.map((row, index) => {
    const name = named(row) || words.join(", ");
    return { name, value: metrics.map((metric) => numeric(row[metric])), colour: colour(name, index), row: index };
  });
  const room = legend(formData, look, outlines.map((outline) => outline.name), true);
  const [width, height] = [look.width - room.left - room.right, look.height - room.top - room.bottom];
  return {
    ...frame(formData, look),
    legend: room.legend,
    tooltip: tooltip(look, null, { formatter: (point) => tipText(point.data, words, format) }),
    radar: {
      center: [room.left + width / 2, room.top + height / 2],
      radius: Math.max(24, Math.min(height / 2 - 32, width / 2 - (isSmall(look) ? 70 : 100))),
      shape: formData.is_circle ? "circle" : "polygon",
      ...wheel(look),
      indicator: metrics.map((metric, index) => spoke(formData, look, { metric, text: words[index] }, rows)),
    },
    series: [{ type: "radar", symbol: "circle", symbolSize: 5, data: outlines.map((each) => drawn(formData, look, each, format)) }],
  };
}

function wheel(look) {
  const colours = ink(look);
  return {
    splitNumber: 4,
    axisNameGap: 8,
    axisName: { color: colours.text, fontFamily: FONT, fontSize: isSmall(look) ? 11 : 12 },
    axisLine: { lineStyle: { color: colours.grid } },
    splitLine: { lineStyle: { color: colours.grid } },
    splitArea: { show: false },
  };
}

// A metric's scale begins at nothing unless a value lies below; the form may say both ends.
function spoke(formData, look, { metric, text }, rows) {
  const values = rows.map((row) => numeric(row[metric])).filter((value) => value !== null);
  const own = (formData.column_config || {})[metric] || {};
  const greatest = Math.max(...values, 0);
  return {
    name: shortened(text, isSmall(look) ? 80 : 130, 12),
    max: formNumber(own.radarMetricMaxValue) ?? (greatest > 0 ? greatest * 1.05 : 1),
    min: formNumber(own.radarMetricMinValue) ?? Math.min(...values, 0),
  };
}

function drawn(formData, look, outline, format) {
  return {
    name: outline.name,
    value: outline.value,
    mark: { row: outline.row },
    lineStyle: { color: outline.colour, width: 2 },
    itemStyle: { color: outline.colour },
    areaStyle: { color: outline.colour, opacity: 0.1 },
    label: {
      show: Boolean(formData.show_labels) && !isSmall(look),
      color: ink(look).text,
      fontSize: 10,
      fontFamily: FONT,
      formatter: (point) => (numeric(point.value) === null ? "" : format(point.value)),
    },
  };
}

function tipText(outline, words, format) {
  return [outline.name, ...words.map((word, index) => `${word}: ${format(outline.value[index])}`)].join("\n");
}
