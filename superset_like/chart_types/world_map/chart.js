// Countries coloured by a metric or each its own way, and bubbles on them for a second one.
import { FONT, colourOf, columnLabels, formNumber, frame, ink, isSmall, metricLabels, mixed, noData } from "../base.js";
import { numberFormatter, numeric, pickedColour, pickedMark, placedRows, ramp, shownName, textWidth, tooltip } from "../base.js";
import { codeOf, nameOf, numberOf } from "./countries.js";
import { bounds, placeOf, world } from "./projection.js";

export function maps() {
  return { world: world() };
}

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "entity");
}

export function option(formData, results, look) {
  const { found, unknown } = countriesOf(formData, results[0]);
  if (!found.length) return noData(look, unknown.length ? `No country is called ${unknown.slice(0, 3).join(", ")}` : "");
  const format = numberFormatter(formData.y_axis_format || formData.number_format, formData.currency_format);
  const byCountry = formData.color_by === "country";
  const scale = byCountry ? null : scaleOf(formData, look, found, format);
  const colour = colourOf(formData, look);
  const missed = unknown.length ? [missing(unknown, look)] : [];
  return {
    ...frame(formData, look),
    tooltip: tooltip(look, null, { formatter: (point) => tipText(point, formData, results[0], format) }),
    geo: geography(look, scale ? 34 : 8),
    ...(scale ? { visualMap: scale } : {}),
    series: [
      {
        type: "map",
        geoIndex: 0,
        data: found.map((each, index) => ({
          name: nameOf(each.country),
          value: each.value,
          second: each.second,
          mark: each.mark,
          ...(byCountry ? { itemStyle: { areaColor: colour(each.told, index) } } : {}),
        })),
      },
      ...(formData.show_bubbles ? [bubbles(formData, look, found)] : []),
    ],
    graphic: missed,
  };
}

// The rows' countries, each once with its sums, and what names none. The second metric is the first where there is none.
function countriesOf(formData, result) {
  const [entity] = columnLabels(formData, "entity");
  const [metric] = metricLabels(formData, "metric");
  const [second = metric] = metricLabels(formData, "secondary_metric");
  const found = new Map();
  const unknown = [];
  for (const { row, place } of placedRows(result)) {
    const told = row[entity];
    const country = told === null || told === undefined ? -1 : numberOf(String(told), formData.country_fieldtype);
    if (country < 0) unknown.push(told === null || told === undefined ? "N/A" : String(told));
    else if (numeric(row[metric]) !== null) {
      const each = found.get(country) || { country, told: String(told), value: 0, second: 0, mark: { row: place } };
      each.value += numeric(row[metric]);
      each.second += numeric(row[second]) || 0;
      found.set(country, each);
    }
  }
  return { found: [...found.values()], unknown };
}

function geography(look, below) {
  const colours = ink(look);
  const { width, height } = bounds();
  const room = { width: look.width - 16, height: look.height - 8 - below };
  const size = Math.min(room.width / width, room.height / height);
  const land = look.theme === "dark" ? "#333a45" : "#e4e8ed";
  return {
    map: "world",
    aspectScale: 1,
    left: (look.width - width * size) / 2,
    top: 8 + (room.height - height * size) / 2,
    width: width * size,
    height: height * size,
    roam: true,
    scaleLimit: { min: 1, max: 12 },
    label: { show: false },
    itemStyle: { areaColor: land, borderColor: colours.surface, borderWidth: 0.5 },
    emphasis: { label: { show: false }, itemStyle: { areaColor: null, borderColor: colours.text, borderWidth: 1 } },
    select: { disabled: true },
  };
}

function scaleOf(formData, look, found, format) {
  const values = found.map((each) => each.value);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const wide = Math.min(look.width * 0.4, 200);
  return {
    type: "continuous",
    seriesIndex: 0,
    dimension: 0,
    show: look.height >= 160,
    min: max > min ? min : Math.min(0, min),
    max: max > min ? max : Math.max(0, max) || 1,
    orient: "horizontal",
    left: Math.max(8, (look.width - wide - textWidth(format(min) + format(max), 11) - 24) / 2),
    bottom: 8,
    itemWidth: 10,
    itemHeight: wide,
    text: [format(max), format(min)],
    textGap: 6,
    formatter: format,
    inRange: { color: ramp(formData, look) },
    textStyle: { color: ink(look).quiet, fontFamily: FONT, fontSize: 11 },
  };
}

// As large in area as the second metric; the large ones first, so that none hides a small one.
function bubbles(formData, look, found) {
  const most = Math.max(...found.map((each) => Math.abs(each.second)), 1e-12);
  const widest = (formNumber(formData.max_bubble_size) || 25) * 2 * (isSmall(look) ? 0.6 : 1);
  const colour = pickedColour(formData.color_picker, mixed(ink(look).bad, ink(look).surface, 0.1));
  return {
    type: "scatter",
    coordinateSystem: "geo",
    color: colour,
    data: [...found]
      .filter((each) => placeOf(codeOf(each.country)))
      .sort((one, two) => Math.abs(two.second) - Math.abs(one.second))
      .map((each) => ({
        name: nameOf(each.country),
        value: [...placeOf(codeOf(each.country)), each.second],
        first: each.value,
        second: each.second,
        mark: each.mark,
        symbolSize: Math.max(4, Math.sqrt(Math.abs(each.second) / most) * widest),
      })),
    itemStyle: { opacity: 0.7, borderColor: ink(look).surface, borderWidth: 1 },
  };
}

function missing(unknown, look) {
  const count = unknown.length === 1 ? "1 row names no country" : `${unknown.length} rows name no country`;
  const style = { text: `${count}: ${unknown.slice(0, 3).join(", ")}${unknown.length > 3 ? ", …" : ""}`, fill: ink(look).quiet, font: `11px ${FONT}` };
  return { type: "text", left: 12, top: 6, silent: true, style: { ...style, width: look.width - 24, overflow: "truncate" } };
}

function tipText(point, formData, result, format) {
  const { data } = point;
  if (!data || data.second === undefined) return point.name;
  const [metric] = metricLabels(formData, "metric");
  const [second = metric] = metricLabels(formData, "secondary_metric");
  const lines = [point.name, `${shownName(result, metric)}: ${format(data.first === undefined ? data.value : data.first)}`];
  return [...lines, ...(second === metric ? [] : [`${shownName(result, second)}: ${format(data.second)}`])].join("\n");
}
