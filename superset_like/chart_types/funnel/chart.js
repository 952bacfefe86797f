// The steps of a process, widest first, each with its name, value and share beside it.
import { colourOf, frame, groupNamer, ink, isSmall, legend, metricLabels, noData, numberFormatter } from "../base.js";
import { numeric, pickedMark, placedRows, shortened, shownName, textWidth, tooltip, FONT } from "../base.js";

// The form's enumeration of label types, by number in older charts.
const LABEL_TYPES = ["key", "value", "percent", "key_value", "key_percent", "key_value_percent", "value_percent"];

function steps(formData, result, look) {
  const [metric] = metricLabels(formData, "metric", "metrics");
  const named = groupNamer(formData, result, look, "groupby", "columns");
  const made = placedRows(result)
    .map(({ row, place }) => ({ name: named(row) || shownName(result, metric), value: numeric(row[metric]), mark: { row: place } }))
    .filter((step) => step.value !== null && step.value >= 0);
  return formData.sort_by_metric === false ? made : made.sort((one, other) => other.value - one.value);
}

// Each step's share: of the first step, of the one before, or of all together.
function shares(formData, made) {
  const values = made.map((step) => step.value);
  const total = values.reduce((all, value) => all + value, 0);
  return values.map((value, index) => {
    const whole = {
      total,
      prev_step: values[Math.max(index - 1, 0)],
    }[formData.percent_calculation_type] ?? values[0];
    return whole ? value / whole : 0;
  });
}

function labelParts(kind, step, share, format) {
  const type = LABEL_TYPES[kind] || (LABEL_TYPES.includes(kind) ? kind : "key_value_percent");
  const percent = numberFormatter(".1~%")(share);
  const value = [type.includes("value") ? format(step.value) : "", type.includes("percent") ? percent : ""];
  const figures = value[0] && value[1] ? `${value[0]} (${value[1]})` : value.join("");
  return { name: type.includes("key") ? step.name : "", figures };
}

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "groupby", "columns");
}

export function option(formData, results, look) {
  const made = steps(formData, results[0], look);
  if (!made.length) return noData(look);
  const format = numberFormatter(formData.number_format, formData.currency_format);
  const share = shares(formData, made);
  const colour = colourOf(formData, look);
  const room = legend(formData, look, made.map((step) => step.name), false);
  const size = isSmall(look) ? 11 : 12;
  const aside = formData.show_labels === false ? 0 : labelRoom(formData, made, share, format, look, size);
  const each = (look.height - room.top - room.bottom - 24 + 3) / made.length;
  const width = look.width - room.left - room.right - 24 - aside;
  return {
    ...frame(formData, look),
    legend: room.legend,
    tooltip: tooltip(look, null, { formatter: (point) => tipText(made[point.dataIndex], share[point.dataIndex], format) }),
    series: [
      {
        type: "funnel",
        left: room.left + 12,
        width,
        top: room.top + 12,
        height: look.height - room.top - room.bottom - 24,
        sort: "none",
        min: 0,
        max: Math.max(...made.map((step) => step.value)) || 1,
        minSize: 4,
        maxSize: "100%",
        gap: 3,
        itemStyle: { borderWidth: 0, borderRadius: 3 },
        label: { show: false },
        data: made.map((step, index) => ({ ...step, itemStyle: { color: colour(step.name, index) } })),
      },
    ],
    graphic: aside && each > size ? made.map(beside) : [],
  };

  function beside(step, index) {
    const { name, figures } = labelParts(formData.label_type, step, share[index], format);
    const [one, other] = [shortened(name || figures, aside - 8, size), name && figures ? figures : ""];
    const lines = each >= size * 2.6 ? [one, other].filter(Boolean) : [oneLine(name, figures, aside - 8, size)];
    return {
      type: "text",
      x: room.left + 12 + width + 10,
      y: room.top + 12 + each * index + (each - 3) / 2,
      silent: true,
      style: {
        text: lines.map((line, place) => `{${place || !name ? "quiet" : "name"}|${plain(line)}}`).join("\n"),
        rich: {
          name: { fill: ink(look).text, fontSize: size, fontFamily: FONT, fontWeight: 600, lineHeight: size + 4 },
          quiet: { fill: ink(look).quiet, fontSize: size, fontFamily: FONT, lineHeight: size + 4 },
        },
        verticalAlign: "middle",
      },
    };
  }
}

// Both in one line: the name gives way, the figures stay.
function oneLine(name, figures, width, size) {
  if (!name || !figures) return shortened(name || figures, width, size);
  return `${shortened(name, (width - textWidth(`  ${figures}`, size) * 1.1) / 1.1, size)}  ${figures}`;
}

// Braces would be read as the marks of rich text.
function plain(text) {
  return text.replaceAll("{", "(").replaceAll("}", ")");
}

function labelRoom(formData, made, share, format, look, size) {
  const widths = made.flatMap((step, index) => {
    const { name, figures } = labelParts(formData.label_type, step, share[index], format);
    return [textWidth(name, size) * 1.1, textWidth(figures, size)];
  });
  return Math.min(Math.max(...widths) + 16, look.width * 0.45);
}

function tipText(step, share, format) {
  return `${step.name}\n${format(step.value)} (${numberFormatter(".1%")(share)})`;
}
