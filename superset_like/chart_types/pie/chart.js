// The parts of a whole as slices, as a ring, or as a rose whose petals differ in length.
import { colourOf, formNumber, frame, groupNamer, ink, isSmall, legend, metricLabels, noData, shownName } from "../base.js";
import { numberFormatter, numeric, pickedMark, placedRows, shortened, textWidth, tooltip, FONT } from "../base.js";

const OTHER = "Other";

function slices(formData, result, look) {
  const [metric] = metricLabels(formData, "metric", "metrics");
  const named = groupNamer(formData, result, look, "groupby", "columns");
  const made = placedRows(result)
    .map(({ row, place }) => ({ name: named(row) || shownName(result, metric), value: numeric(row[metric]), mark: { row: place } }))
    .filter((slice) => slice.value !== null && slice.value > 0);
  return withOthers(made, formNumber(formData.threshold_for_other));
}

// What is smaller than the threshold, in percent, goes into one slice.
function withOthers(made, threshold) {
  const least = (sum(made) * (threshold || 0)) / 100;
  const small = made.filter((slice) => slice.value < least);
  if (small.length < 2) return made;
  return [...made.filter((slice) => slice.value >= least), { name: OTHER, value: sum(small) }];
}

function sum(made) {
  return made.reduce((total, slice) => total + slice.value, 0);
}

function labelText(formData, format) {
  const percent = (point) => `${Math.round(point.percent * 10) / 10}%`;
  const kinds = {
    key: (point) => point.name,
    value: (point) => format(point.value),
    percent,
    key_value: (point) => `${point.name}: ${format(point.value)}`,
    key_percent: (point) => `${point.name}: ${percent(point)}`,
    key_value_percent: (point) => `${point.name}: ${format(point.value)} (${percent(point)})`,
    value_percent: (point) => `${format(point.value)} (${percent(point)})`,
    template: (point) =>
      String(formData.label_template || "{name}")
        .replaceAll("{name}", point.name)
        .replaceAll("{value}", format(point.value))
        .replaceAll("{percent}", percent(point)),
  };
  return kinds[formData.label_type] || kinds.key;
}

// The circle in pixels. Labels outside need room for text on both sides.
function circle(formData, look, room, outside) {
  const width = look.width - room.left - room.right - 16;
  const height = look.height - room.top - room.bottom - 16;
  const wished = Math.min(formNumber(formData.outerRadius) || 70, 100) / 100;
  const full = Math.min(width, height) / 2;
  const radius = outside ? Math.min(full * wished * 1.12, full - 18, width * (isSmall(look) ? 0.23 : 0.27)) : full * Math.max(wished, 0.9);
  const inner = formData.donut ? radius * Math.min((formNumber(formData.innerRadius) || 30) / (wished * 100), 0.85) : 0;
  return {
    radius,
    inner,
    x: room.left + 8 + width / 2,
    y: room.top + 8 + height / 2,
    aside: width / 2 - radius - 22,
  };
}

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "groupby", "columns");
}

export function option(formData, results, look) {
  const data = slices(formData, results[0], look);
  if (!data.length) return noData(look);
  const format = numberFormatter(formData.number_format, formData.currency_format);
  const colour = colourOf(formData, look);
  const room = legend(formData, look, data.map((slice) => slice.name), true);
  const outside = formData.show_labels !== false && formData.labels_outside !== false;
  const place = circle(formData, look, room, outside);
  const total = sum(data);
  const rose = formData.roseType || (formData.viz_type === "rose" ? "area" : false);
  return {
    ...frame(formData, look),
    legend: room.legend,
    tooltip: tooltip(look, null, { formatter: labelText({ label_type: "key_value_percent" }, format) }),
    series: [
      {
        type: "pie",
        radius: [place.inner, place.radius],
        center: [place.x, place.y],
        roseType: rose,
        minShowLabelAngle: ((formNumber(formData.show_labels_threshold) || 0) / 100) * 360,
        itemStyle: { borderColor: ink(look).surface, borderWidth: data.length > 120 ? 0 : 1.5, borderRadius: place.inner ? 3 : 0 },
        emphasis: { scaleSize: 4 },
        ...labels(formData, look, { format, outside, place }),
        data: data.map((slice, index) => ({ ...slice, itemStyle: { color: colour(slice.name, index) } })),
      },
    ],
    graphic: formData.show_total && place.inner > 24 ? [totalText(format(total), place, look)] : [],
  };
}

function labels(formData, look, { format, outside, place }) {
  const text = labelText(formData, format);
  const size = isSmall(look) ? 11 : 12;
  const fits = (point) => (outside ? wrapped(text(point), place.aside, size) : within(point, text(point), place, size));
  return {
    label: {
      show: formData.show_labels !== false,
      position: outside ? "outside" : "inside",
      formatter: fits,
      color: outside ? ink(look).text : "#ffffff",
      ...(outside ? {} : { textBorderColor: "rgba(0,0,0,0.45)", textBorderWidth: 2 }),
      fontFamily: FONT,
      fontSize: size,
      lineHeight: size + 2,
    },
    labelLine: { show: outside && formData.label_line !== false, length: 10, length2: 6, lineStyle: { color: ink(look).line } },
    labelLayout: { hideOverlap: true },
  };
}

// A label inside its slice, cut to the slice; none where the slice is too thin for a line of text.
function within(point, text, place, size) {
  const middle = (place.radius + place.inner) / 2;
  const arc = (point.percent / 100) * 2 * Math.PI * middle;
  const room = Math.min(point.percent > 45 ? place.radius * 1.2 : place.radius - place.inner * 0.9, arc * 1.3) - 6;
  return arc < size * 1.6 || room < size * 2.5 ? "" : wrapped(text, room, size);
}

// A label that is too wide is broken into lines, of which each is cut to the room.
function wrapped(text, width, size) {
  if (textWidth(text, size) <= width) return text;
  const cut = text.lastIndexOf(": ");
  if (cut < 0) return text.split("\n").map((line) => shortened(line, width, size)).join("\n");
  return [...twoLines(text.slice(0, cut), width, size), shortened(text.slice(cut + 2), width, size)].join("\n");
}

function twoLines(name, width, size) {
  if (textWidth(name, size) <= width) return [name];
  const words = name.split(" ");
  let first = words.shift();
  while (words.length && textWidth(`${first} ${words[0]}`, size) <= width) first += ` ${words.shift()}`;
  return [first, words.join(" ")].filter(Boolean).map((line) => shortened(line, width, size));
}

function totalText(text, place, look) {
  const size = Math.max(12, Math.min(24, (place.inner * 1.5) / Math.max(textWidth(text, 1), 1)));
  return {
    type: "group",
    x: place.x,
    y: place.y,
    silent: true,
    children: [
      { type: "text", y: -size * 0.2, style: { text, fill: ink(look).text, font: `600 ${size}px ${FONT}`, ...CENTRED } },
      { type: "text", y: size * 0.8, style: { text: "Total", fill: ink(look).quiet, font: `11px ${FONT}`, ...CENTRED } },
    ],
  };
}

const CENTRED = { align: "center", verticalAlign: "middle" };
