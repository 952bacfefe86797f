// What flows from sources to targets, as wide as the metric.
import { cellFormatter, colourOf, columnLabels, frame, ink, isSmall, metricLabels, noData, nodeMark } from "../base.js";
import { numberFormatter, numeric, pickedMark, placedRows, shortened, textWidth, tooltip, FONT } from "../base.js";

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "source", "target", "groupby", "columns");
}

export function option(formData, results, look) {
  const flows = flowsOf(formData, results[0], look);
  if (!flows.length) return noData(look);
  const format = numberFormatter(formData.number_format || formData.y_axis_format, formData.currency_format);
  const { nodes, links } = graphOf(flows);
  const colour = colourOf(formData, look);
  const names = [...new Set(nodes.map((node) => node.text))];
  const size = isSmall(look) ? 10 : 12;
  const room = look.width * (isSmall(look) ? 0.26 : 0.25);
  const gap = Math.max(2, Math.min(isSmall(look) ? 8 : 12, (look.height * 0.4) / widest(nodes)));
  const asks = (node) => shortened(node.text, node.last ? room : room * 1.1, size);
  // The labels of the last nodes stand beyond them.
  const right = Math.max(...nodes.filter((node) => node.last).map((node) => textWidth(asks(node), size))) + 16;
  return {
    ...frame(formData, look),
    tooltip: tooltip(look, null, { formatter: (point) => tipText(point, nodes, format) }),
    series: [
      {
        type: "sankey",
        left: 8,
        right,
        top: 12,
        bottom: 12,
        nodeWidth: isSmall(look) ? 8 : 12,
        nodeGap: gap,
        layoutIterations: 32,
        draggable: false,
        emphasis: { focus: "adjacency" },
        lineStyle: { color: "source", opacity: look.theme === "dark" ? 0.4 : 0.3, curveness: 0.5 },
        label: { color: ink(look).text, fontFamily: FONT, fontSize: size, position: "right" },
        labelLayout: { hideOverlap: true },
        data: nodes.map((node) => ({
          name: node.name,
          mark: node.mark,
          itemStyle: { color: colour(node.text, names.indexOf(node.text)), borderWidth: 0, borderRadius: 2 },
          // A text is read as a template, and names may hold braces.
          label: { formatter: () => asks(node) },
        })),
        links,
      },
    ],
  };
}

function flowsOf(formData, result, look) {
  const [from, to] = columnLabels(formData, "source", "target", "groupby", "columns");
  const [metric] = metricLabels(formData, "metric", "metrics");
  const text = (name) => cellFormatter(result, name, look, { number: "~" });
  return placedRows(result)
    .map(({ row, place }) => ({ row: place, from: text(from)(row[from]), to: text(to)(row[to]), value: numeric(row[metric]) }))
    .filter((flow) => flow.value !== null && flow.value > 0);
}

// Nodes and links. Where flows go in a circle, which has no first and no last, what flows in is told from what flows out.
function graphOf(flows) {
  const circular = goesInCircles(flows);
  const inward = (name) => (circular ? `${name}\u200b` : name);
  const links = new Map();
  for (const flow of flows) {
    const key = JSON.stringify([flow.from, flow.to]);
    const link = links.get(key) || { source: flow.from, target: inward(flow.to), value: 0, mark: { row: flow.row } };
    links.set(key, { ...link, value: link.value + flow.value });
  }
  const all = [...links.values()];
  const sources = new Set(all.map((link) => link.source));
  const names = [...new Set(all.flatMap((link) => [link.source, link.target]))];
  const nodes = names.map((name) => ({
    name,
    text: name.replace(/\u200b$/, ""),
    last: !sources.has(name),
    mark: nodeMark(all, name),
    flows: Math.max(...["source", "target"].map((end) => all.reduce((sum, link) => sum + (link[end] === name ? link.value : 0), 0))),
  }));
  return { nodes, links: all };
}

function goesInCircles(flows) {
  const next = new Map();
  for (const { from, to } of flows) next.set(from, [...(next.get(from) || []), to]);
  const state = new Map();
  const circles = (name) => {
    if (state.has(name)) return state.get(name) === "open";
    state.set(name, "open");
    const found = (next.get(name) || []).some(circles);
    state.set(name, "done");
    return found;
  };
  return [...next.keys()].some(circles);
}

// About how many nodes stand one above the other.
function widest(nodes) {
  const last = nodes.filter((node) => node.last).length;
  return Math.max(last, nodes.length - last, 1);
}

function tipText(point, nodes, format) {
  if (point.dataType !== "edge") {
    const node = nodes.find((each) => each.name === point.name);
    return `${node.text}\n${format(node.flows)}`;
  }
  const { source, target, value } = point.data;
  return `${source} → ${target.replace(/\u200b$/, "")}\n${format(value)}`;
}
