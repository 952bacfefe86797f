// What flows between the members of a circle, as ribbons as wide as the metric.
import { cellFormatter, colourOf, columnLabels, frame, ink, isSmall, metricLabels, noData, nodeMark } from "../base.js";
import { numberFormatter, numeric, pickedMark, placedRows, shortened, tooltip, FONT } from "../base.js";

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "source", "target", "groupby", "columns");
}

export function option(formData, results, look) {
  const links = linksOf(formData, results[0], look);
  if (!links.length) return noData(look);
  const names = [...new Set(links.flatMap((link) => [link.source, link.target]))];
  const format = numberFormatter(formData.number_format || formData.y_axis_format, formData.currency_format);
  const colour = colourOf(formData, look);
  const size = isSmall(look) ? 11 : 12;
  const radius = Math.max(30, Math.min(look.height / 2 - 26, look.width / 2 - (isSmall(look) ? 76 : 110)));
  const aside = look.width / 2 - radius - 14;
  return {
    ...frame(formData, look),
    tooltip: tooltip(look, null, { formatter: (point) => tipText(point, links, format) }),
    series: [
      {
        type: "chord",
        center: [look.width / 2, look.height / 2],
        radius: [radius - (isSmall(look) ? 8 : 12), radius],
        padAngle: names.length > 20 ? 1 : 3,
        minAngle: 2,
        itemStyle: { borderRadius: 2 },
        lineStyle: { color: "source", opacity: look.theme === "dark" ? 0.45 : 0.35 },
        emphasis: { focus: "adjacency" },
        label: {
          show: true,
          position: "outside",
          distance: 6,
          color: ink(look).text,
          fontFamily: FONT,
          fontSize: size,
          formatter: (point) => shortened(point.name, aside, size),
        },
        labelLayout: { hideOverlap: true },
        data: names.map((name, index) => ({ name, mark: nodeMark(links, name), itemStyle: { color: colour(name, index) } })),
        links,
      },
    ],
  };
}

function linksOf(formData, result, look) {
  const [from, to] = columnLabels(formData, "source", "target", "groupby", "columns");
  const [metric] = metricLabels(formData, "metric", "metrics");
  const text = (name) => cellFormatter(result, name, look, { number: "~" });
  return placedRows(result)
    .map(({ row, place }) => ({ mark: { row: place }, source: text(from)(row[from]), target: text(to)(row[to]), value: numeric(row[metric]) }))
    .filter((link) => link.value !== null && link.value > 0);
}

function tipText(point, links, format) {
  if (point.dataType === "edge") return `${point.data.source} → ${point.data.target}\n${format(point.data.value)}`;
  const sum = (end) => links.filter((link) => link[end] === point.name).reduce((all, link) => all + link.value, 0);
  return `${point.name}\nout: ${format(sum("source"))}\nin: ${format(sum("target"))}`;
}
