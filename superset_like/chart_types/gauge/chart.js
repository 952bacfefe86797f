// One dial for each group, side by side, each with its value in the middle.
import { colourOf, formNumber, frame, groupNamer, ink, metricLabels, noData, numberFormatter } from "../base.js";
import { numeric, pickedMark, placedRows, shortened, textWidth, tooltip, FONT } from "../base.js";

const MOST = 12;

function readings(formData, result, look) {
  const [metric] = metricLabels(formData, "metric", "metrics");
  const named = groupNamer(formData, result, look, "groupby", "columns");
  return placedRows(result)
    .map(({ row, place }) => ({ name: named(row), value: numeric(row[metric]), mark: { row: place } }))
    .filter((reading) => reading.value !== null)
    .slice(0, Math.min(formNumber(formData.row_limit) || MOST, MOST));
}

// The dial's ends: the form's, else round numbers around the values.
function ends(formData, made) {
  const values = made.map((reading) => reading.value);
  const least = formNumber(formData.min_val) ?? Math.min(0, -rounded(-Math.min(...values)));
  const greatest = formNumber(formData.max_val) ?? rounded(Math.max(...values));
  return greatest > least ? [least, greatest] : [least, least + 1];
}

function rounded(value) {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= value * 1.02) || 10 * power;
}

// The columns that give the largest dials.
function columnsFor(count, look) {
  let best = { columns: 1, side: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const side = Math.min(look.width / columns, look.height / Math.ceil(count / columns));
    if (side > best.side * 1.001) best = { columns, side };
  }
  return best.columns;
}

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "groupby", "columns");
}

export function option(formData, results, look) {
  const made = readings(formData, results[0], look);
  if (!made.length) return noData(look);
  const [min, max] = ends(formData, made);
  const format = numberFormatter(formData.number_format, formData.currency_format);
  const said = (value) => String(formData.value_formatter || "{value}").replaceAll("{value}", format(value));
  const colour = colourOf(formData, look);
  const columns = columnsFor(made.length, look);
  const rows = Math.ceil(made.length / columns);
  const cell = { width: (look.width - 16) / columns, height: (look.height - 16) / rows };
  const dials = made.map((reading, index) => {
    const inRow = Math.min(columns, made.length - Math.floor(index / columns) * columns);
    const indent = ((columns - inRow) * cell.width) / 2;
    const x = 8 + indent + ((index % columns) + 0.5) * cell.width;
    const y = 8 + (Math.floor(index / columns) + 0.5) * cell.height;
    const own = bandColour(formData, reading.value, min, max, look) || colour(reading.name, index);
    return dial(formData, look, { reading, x, y, cell, min, max, said, format, colour: own });
  });
  const tip = (point) => (point.name ? `${point.name}: ${said(point.value)}` : said(point.value));
  return { ...frame(formData, look), tooltip: tooltip(look, null, { formatter: tip }), series: dials };
}

// The colour of the form's interval that holds the value, if it has any.
function bandColour(formData, value, min, max, look) {
  const bounds = String(formData.intervals || "").split(",").map((each) => formNumber(each)).filter((each) => each !== null);
  const wished = String(formData.interval_color_indices || "").split(",").map((each) => formNumber(each));
  if (!bounds.length || !(max > min)) return null;
  const band = Math.max(bounds.findIndex((bound) => value <= bound), value > bounds.at(-1) ? bounds.length - 1 : 0);
  const place = (wished[band] || band + 1) - 1;
  return colourOf({ ...formData, label_colors: {} }, look)("", place);
}

function dial(formData, look, { reading, x, y, cell, min, max, said, format, colour }) {
  const colours = ink(look);
  const named = reading.name !== "";
  const radius = Math.max(20, Math.min(cell.width / 2 - 8, cell.height / 2 - (named ? 12 : 4)));
  const thick = Math.max(6, radius * 0.13);
  const text = said(reading.value);
  const pointer = formData.show_pointer !== false;
  const size = Math.min(radius * 0.3, (radius * 1.1) / Math.max(textWidth(text, 1), 1), pointer ? radius * 0.24 : 40);
  const nameSize = radius < 70 ? 11 : 12;
  const ends = radius > 64;
  const ticked = radius > 48;
  return {
    type: "gauge",
    center: [x, y + (named ? -3 : radius * 0.1)],
    radius,
    min,
    max,
    startAngle: formNumber(formData.start_angle) ?? 225,
    endAngle: formNumber(formData.end_angle) ?? -45,
    splitNumber: ends ? formNumber(formData.split_number) || 5 : 1,
    axisLine: { roundCap: Boolean(formData.round_cap), lineStyle: { width: thick, color: [[1, colours.grid]] } },
    progress: {
      show: formData.show_progress !== false,
      width: thick,
      roundCap: Boolean(formData.round_cap),
      itemStyle: { color: colour },
    },
    axisTick: { show: Boolean(formData.show_axis_tick) && ticked, distance: 3, lineStyle: { color: colours.line } },
    splitLine: { show: Boolean(formData.show_split_line) && ticked, distance: 3, length: 8, lineStyle: { color: colours.line, width: 1 } },
    axisLabel: {
      show: ticked,
      distance: thick + 5,
      color: colours.quiet,
      fontSize: 10,
      fontFamily: FONT,
      formatter: (value) => format(value).replace(/\.0+$/, ""),
    },
    pointer: {
      show: pointer,
      length: "52%",
      width: Math.max(3, radius * 0.05),
      icon: "path://M-1,0 L-0.3,-20 A0.3,0.3 0 0 1 0.3,-20 L1,0 A1,1 0 0 1 -1,0 Z",
      itemStyle: { color: colours.quiet },
    },
    anchor: { show: pointer, size: Math.max(6, radius * 0.1), itemStyle: { color: colours.quiet, borderWidth: 0 } },
    detail: {
      valueAnimation: false,
      offsetCenter: [0, pointer ? "74%" : 0],
      color: colours.text,
      fontFamily: FONT,
      fontWeight: 600,
      fontSize: Math.max(10, size),
      formatter: said,
    },
    title: { show: named, offsetCenter: [0, radius * 0.96 + 8], color: colours.quiet, fontSize: nameSize, fontFamily: FONT },
    data: [{ name: shortened(reading.name, cell.width - 12, nameSize), value: reading.value, mark: reading.mark, itemStyle: { color: colour } }],
  };
}
