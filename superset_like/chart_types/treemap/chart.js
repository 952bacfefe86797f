// Groups within groups as areas; each of the outermost groups has a colour.
import { colourOf, frame, groupTexts, ink, isSmall, metricLabels, mixed, noData, numberFormatter } from "../base.js";
import { numeric, pickedMark, placedRows, shownName, textOn, tooltip, FONT } from "../base.js";

// The rows as a tree: a level for each group, and the sum of what lies below in every node.
function nested(formData, result, look) {
  const [metric] = metricLabels(formData, "metric", "metrics");
  const texts = groupTexts(formData, result, look, "groupby", "columns");
  const root = { value: 0, children: [] };
  for (const { row, place } of placedRows(result)) {
    const value = numeric(row[metric]);
    if (value === null || value <= 0) continue;
    root.value += value;
    let node = root;
    const path = texts(row);
    (path.length ? path : [shownName(result, metric)]).forEach((name, level) => {
      node.children = node.children || [];
      let child = node.children.find((each) => each.name === name);
      if (!child) node.children.push((child = { name, value: 0, mark: { row: place, depth: level + 1 } }));
      child.value += value;
      node = child;
    });
  }
  return root;
}

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "groupby", "columns");
}

export function option(formData, results, look) {
  const root = nested(formData, results[0], look);
  if (!root.children.length) return noData(look);
  const format = numberFormatter(formData.number_format, formData.currency_format);
  const colour = colourOf(formData, look);
  const deep = root.children.some((child) => child.children);
  return {
    ...frame(formData, look),
    tooltip: tooltip(look, null, { formatter: (point) => tipText(point, root.value, format) }),
    series: [
      {
        type: "treemap",
        left: 4,
        right: 4,
        top: 4,
        bottom: 4,
        roam: false,
        nodeClick: false,
        breadcrumb: { show: false },
        visibleMin: 0,
        itemStyle: { borderColor: ink(look).surface, borderWidth: 0, gapWidth: 1 },
        label: labels(formData, look, format),
        upperLabel: { show: deep && formData.show_upper_labels !== false, height: isSmall(look) ? 18 : 22, ...upper(formData, format) },
        levels: [{ itemStyle: { gapWidth: 3 }, upperLabel: { show: false } }, { itemStyle: { gapWidth: 1 } }],
        data: root.children.map((child, index) => coloured(child, colour(child.name, index), look)),
      },
    ],
  };
}

// The nodes below take shades of their ancestor's colour, the largest the purest.
function coloured(node, colour, look) {
  const inside = (node.children || []).sort((one, other) => other.value - one.value);
  return {
    ...node,
    itemStyle: { color: colour, borderColor: colour },
    label: { color: textOn(colour) },
    upperLabel: { color: textOn(colour) },
    ...(inside.length
      ? {
          children: inside.map((child, index) => {
            const share = inside.length > 1 ? (0.32 * index) / (inside.length - 1) : 0;
            const shade = mixed(colour, look.theme === "dark" ? "#10131a" : "#ffffff", share + 0.06);
            return coloured(child, shade, look);
          }),
        }
      : {}),
  };
}

function labels(formData, look, format) {
  const kinds = {
    key: (point) => point.name,
    value: (point) => format(point.value),
    key_value: (point) => `${point.name}\n${format(point.value)}`,
  };
  return {
    show: formData.show_labels !== false,
    position: "insideTopLeft",
    padding: isSmall(look) ? [1, 0] : [2, 2],
    fontFamily: FONT,
    fontSize: isSmall(look) ? 10 : 12,
    lineHeight: isSmall(look) ? 12 : 15,
    overflow: "truncate",
    formatter: kinds[formData.label_type] || kinds.key_value,
  };
}

function upper(formData, format) {
  const valued = formData.label_type !== "key";
  return {
    fontFamily: FONT,
    fontSize: 11,
    fontWeight: 600,
    padding: [0, 4],
    formatter: (point) => (valued ? `${point.name}: ${format(point.value)}` : point.name),
  };
}

function tipText(point, total, format) {
  const path = (point.treePathInfo || []).slice(1).map((each) => each.name).join(" / ") || point.name;
  return `${path}\n${format(point.value)} (${numberFormatter(".1%")(point.value / total)})`;
}
