// Groups within groups as rings; a second metric, where there is one, colours them.
import { colourOf, columnLabels, formNumber, frame, groupTexts, ink, isSmall, metricLabels, mixed } from "../base.js";
import { noData, numberFormatter, numeric, pickedMark, placedRows, ramp, shortened, shownName, textOn, textWidth, tooltip, FONT } from "../base.js";

// The rows as a tree; a node holds the sums of both metrics below it. A row ends at its first empty group.
function nested(formData, result, look) {
  const groups = columnLabels(formData, "columns", "groupby");
  const [metric] = metricLabels(formData, "metric", "metrics");
  const [second = metric] = metricLabels(formData, "secondary_metric");
  const texts = groupTexts(formData, result, look, "columns", "groupby");
  const root = { value: 0, second: 0, children: [] };
  for (const { row, place } of placedRows(result)) {
    const value = numeric(row[metric]);
    if (value === null || value <= 0) continue;
    root.value += value;
    let node = root;
    for (const [level, name] of texts(row).entries()) {
      if (row[groups[level]] === null && node !== root) break;
      let child = node.children.find((each) => each.name === name);
      if (!child) node.children.push((child = { name, value: 0, second: 0, children: [], mark: { row: place, depth: level + 1 } }));
      child.value += value;
      child.second += numeric(row[second]) || 0;
      node = child;
    }
  }
  return { root, metric, second, depth: groups.length };
}

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "columns", "groupby");
}

export function option(formData, results, look) {
  const { root, metric, second, depth } = nested(formData, results[0], look);
  if (!root.children.length) return noData(look);
  const format = numberFormatter(formData.number_format, formData.currency_format);
  const radius = Math.min(look.width, look.height) / 2 - 8;
  const hole = formData.show_total || depth < 3 ? radius * (isSmall(look) ? 0.22 : 0.26) : radius * 0.14;
  const ring = (radius - hole) / Math.max(depth, 1);
  const paint = second === metric ? byPlace(formData, look) : byRatio(formData, look, root);
  const least = (formNumber(formData.show_labels_threshold) || 0) / 100;
  const draw = { paint, format, look, formData, least, total: root.value, hole, ring };
  const words = [...new Set([metric, second])].map((name) => shownName(results[0], name));
  const tip = (point) => tipText(point, { words, format, total: root.value });
  return {
    ...frame(formData, look),
    tooltip: tooltip(look, null, { formatter: tip }),
    series: [
      {
        type: "sunburst",
        center: [look.width / 2, look.height / 2],
        radius: [hole, radius],
        nodeClick: false,
        sort: "desc",
        itemStyle: { borderColor: ink(look).surface, borderWidth: leaves(root) > 120 ? 0 : 1.5 },
        label: { fontFamily: FONT, fontSize: isSmall(look) ? 10 : 11, minAngle: 4, rotate: "radial" },
        levels: [{}, ...Array.from({ length: depth }, (_, at) => ({ r0: hole + at * ring, r: hole + (at + 1) * ring }))],
        data: root.children.map((child, index) => drawn(child, index, 0, null, draw)),
      },
    ],
    graphic: formData.show_total ? total(format(root.value), hole, look) : [],
  };
}

function leaves(node) {
  return node.children.length ? node.children.reduce((sum, child) => sum + leaves(child), 0) : 1;
}

function drawn(node, index, level, above, draw) {
  const colour = draw.paint(node, index, above);
  const inside = [...node.children].sort((one, other) => other.value - one.value);
  const size = isSmall(draw.look) ? 10 : 11;
  const share = node.value / draw.total;
  const arc = (node.value / draw.total) * 2 * Math.PI * (draw.hole + (level + 0.35) * draw.ring);
  const whole = labelText(draw.formData, node, draw.format);
  const text = textWidth(whole, size) > Math.max(draw.ring, arc) - 10 ? node.name : whole;
  // On a long arc that is nearly straight a text may run along the ring.
  const along = share > 0.06 && arc - 12 > Math.min(textWidth(text, size), draw.ring) && share < 0.9;
  return {
    name: node.name,
    value: node.value,
    second: node.second,
    mark: node.mark,
    itemStyle: { color: colour },
    label: {
      show: draw.formData.show_labels !== false && share >= draw.least && arc > size + 1,
      color: textOn(colour),
      // A text is read as a template, and names may hold braces.
      formatter: () => shortened(text, along ? arc - 12 : draw.ring - 8, size),
      rotate: along ? "tangential" : "radial",
    },
    children: inside.map((child, place) => drawn(child, place / Math.max(inside.length - 1, 1), level + 1, colour, draw)),
  };
}

// A colour for each of the innermost groups, and lighter shades of it outwards.
function byPlace(formData, look) {
  const colour = colourOf(formData, look);
  const towards = look.theme === "dark" ? "#10131a" : "#ffffff";
  return (node, place, above) => (above ? mixed(above, towards, 0.12 + 0.22 * place) : colour(node.name, place));
}

// A colour by what the second metric is of the first.
function byRatio(formData, look, root) {
  const ratios = [];
  const collect = (node) => node.children.forEach((child) => (ratios.push(child.second / child.value), collect(child)));
  collect(root);
  const [least, greatest] = [Math.min(...ratios), Math.max(...ratios)];
  const colours = ramp(formData, look);
  return (node) => {
    const share = greatest > least ? (node.second / node.value - least) / (greatest - least) : 0.5;
    const at = share * (colours.length - 1);
    const low = Math.min(Math.floor(at), colours.length - 2);
    return mixed(colours[low], colours[low + 1], at - low);
  };
}

function labelText(formData, node, format) {
  if (formData.label_type === "value") return format(node.value);
  return formData.label_type === "key_value" ? `${node.name}: ${format(node.value)}` : node.name;
}

function tipText(point, { words, format, total }) {
  const path = (point.treePathInfo || []).map((each) => each.name).filter(Boolean).join(" / ") || point.name;
  const lines = [path, `${words[0]}: ${format(point.value)} (${numberFormatter(".1%")(point.value / total)})`];
  if (words.length > 1) lines.push(`${words[1]}: ${format(point.data.second)}`);
  return lines.join("\n");
}

function total(text, hole, look) {
  const size = Math.max(11, Math.min(20, (hole * 1.5) / Math.max(textWidth(text, 1), 1)));
  const centred = { align: "center", verticalAlign: "middle" };
  return [
    {
      type: "group",
      x: look.width / 2,
      y: look.height / 2,
      silent: true,
      children: [
        { type: "text", y: -size * 0.25, style: { text, fill: ink(look).text, font: `600 ${size}px ${FONT}`, ...centred } },
        { type: "text", y: size * 0.8, style: { text: "Total", fill: ink(look).quiet, font: `10px ${FONT}`, ...centred } },
      ],
    },
  ];
}
