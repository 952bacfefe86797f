// Things and their connections. The places are computed here, the same for the same data.
import { cellFormatter, colourOf, columnLabels, formNumber, frame, ink, isSmall, legend, metricLabels } from "../base.js";
import { noData, numberFormatter, numeric, pickedMark, placedRows, shortened, textWidth, tooltip, FONT } from "../base.js";

const ROUNDS = 300;
const GRAVITY = 0.3;

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "source", "target");
}

export function option(formData, results, look) {
  const { nodes, links } = graphOf(formData, results[0], look);
  if (!nodes.length) return noData(look);
  const categories = [...new Set(nodes.map((node) => node.category))].filter((name) => name !== null);
  const format = numberFormatter(formData.number_format || "SMART_NUMBER");
  const colour = colourOf(formData, look);
  const room = legend(formData, look, categories, true);
  const area = { width: look.width - room.left - room.right, height: look.height - room.top - room.bottom };
  const small = isSmall(look);
  const labelSize = small ? 10 : 11;
  const base = (formNumber(formData.baseNodeSize) || 20) * (small ? 0.55 : 0.9) * Math.min(1, Math.sqrt(20 / nodes.length));
  const most = Math.max(...nodes.map((node) => node.weight)) || 1;
  const places = placesOf(formData, nodes, links, area);
  const drawn = nodes.map((node, index) => ({ ...node, ...places[index], size: base * (0.6 + Math.sqrt(node.weight / most)) }));
  const longest = Math.max(...drawn.map((node) => textWidth(shortened(node.name, area.width * 0.3, labelSize), labelSize)));
  const margin = { across: Math.max(longest / 2, base) + 8, above: base + 4, below: base + labelSize + 8 };
  const box = { left: room.left + margin.across, top: room.top + margin.above };
  const width = Math.max(area.width - 2 * margin.across, 20);
  const height = Math.max(area.height - margin.above - margin.below, 20);
  const fit = { x: spread(drawn, "x", width), y: spread(drawn, "y", height) };
  const heaviest = Math.max(...links.map((link) => link.value)) || 1;
  const wide = formNumber(formData.baseEdgeWidth) || 3;
  return {
    ...frame(formData, look),
    legend: room.legend,
    tooltip: tooltip(look, null, { formatter: (point) => tipText(point, format) }),
    series: [
      {
        type: "graph",
        layout: "none",
        // The middles of the nodes are spread over this box; they themselves and their labels reach beyond it.
        ...box,
        width,
        height,
        roam: formData.roam === undefined ? true : formData.roam,
        edgeSymbol: String(formData.edgeSymbol || "none,arrow").split(","),
        edgeSymbolSize: small ? 5 : 8,
        emphasis: { focus: "adjacency" },
        categories: categories.map((name, index) => ({ name, itemStyle: { color: colour(name, index) } })),
        label: {
          show: true,
          position: "bottom",
          distance: 3,
          color: ink(look).text,
          textBorderColor: ink(look).surface,
          textBorderWidth: 2,
          fontFamily: FONT,
          fontSize: labelSize,
        },
        labelLayout: { hideOverlap: true },
        lineStyle: { color: ink(look).quiet, opacity: 0.55, curveness: 0.12 },
        data: drawn.map((node, index) => ({
          id: node.name,
          name: node.name,
          mark: node.mark,
          value: node.weight,
          x: fit.x(node.x),
          y: fit.y(node.y),
          symbolSize: node.size,
          category: node.category === null ? undefined : categories.indexOf(node.category),
          itemStyle: node.category === null ? { color: colour(node.name, categories.length ? index : 0) } : undefined,
          // A text is read as a template, and names may hold braces.
          label: { formatter: () => shortened(node.name, area.width * 0.3, labelSize) },
        })),
        links: links.map((link) => ({
          ...link,
          lineStyle: { width: Math.max(1, wide * (small ? 0.6 : 1) * Math.sqrt(link.value / heaviest)) },
        })),
      },
    ],
  };
}

function graphOf(formData, result, look) {
  const [from] = columnLabels(formData, "source");
  const [to] = columnLabels(formData, "target");
  const [fromKind] = columnLabels(formData, "source_category");
  const [toKind] = columnLabels(formData, "target_category");
  const [metric] = metricLabels(formData, "metric", "metrics");
  const text = (row, name) => cellFormatter(result, name, look, { number: "~" })(row[name]);
  const nodes = new Map();
  const met = (name, kind, value, mark) => {
    const node = nodes.get(name) || { name, category: kind, weight: 0, mark };
    nodes.set(name, { ...node, category: node.category ?? kind, weight: node.weight + value });
  };
  const links = [];
  for (const { row, place } of placedRows(result)) {
    const value = metric ? numeric(row[metric]) : 1;
    if (value === null || row[from] === null || row[to] === null) continue;
    met(text(row, from), fromKind ? text(row, fromKind) : null, Math.abs(value), { row: place, depth: 1 });
    met(text(row, to), toKind ? text(row, toKind) : null, Math.abs(value), { row: place, from: 1, depth: 2 });
    links.push({ source: text(row, from), target: text(row, to), value: Math.abs(value), mark: { row: place } });
  }
  return { nodes: [...nodes.values()], links };
}

function placesOf(formData, nodes, links, area) {
  const circle = nodes.map((_, index) => {
    const angle = (index / nodes.length) * 2 * Math.PI - Math.PI / 2;
    return { x: Math.cos(angle) * area.width * 0.4, y: Math.sin(angle) * area.height * 0.4 };
  });
  return formData.layout === "circular" || nodes.length > 400 ? circle : settled(circle, nodes, links, area);
}

// After Fruchterman and Reingold: all push each other away, links pull, and the steps grow smaller. The circle that it
// begins with is crossed less where neighbours begin as neighbours, so the order of the rows is kept.
function settled(circle, nodes, links, area) {
  const at = circle.map((place) => ({ ...place }));
  const index = new Map(nodes.map((node, place) => [node.name, place]));
  const ends = links.map((link) => [index.get(link.source), index.get(link.target)]).filter(([one, other]) => one !== other);
  const ideal = Math.sqrt((area.width * area.height) / nodes.length) * 0.9;
  const stretch = area.width / area.height;
  const rounds = Math.max(30, Math.min(ROUNDS, Math.round(4000000 / (nodes.length * nodes.length))));
  for (let round = 0; round < rounds; round += 1) {
    const moves = at.map((place) => ({ x: (-place.x * GRAVITY) / stretch, y: -place.y * GRAVITY * stretch }));
    pushApart(at, moves, ideal);
    pullTogether(at, moves, ends, ideal);
    const longest = (area.width / 8) * (1 - round / rounds);
    at.forEach((place, one) => {
      const length = Math.hypot(moves[one].x, moves[one].y) || 1;
      place.x += (moves[one].x / length) * Math.min(length, longest);
      place.y += (moves[one].y / length) * Math.min(length, longest);
    });
  }
  return at;
}

function pushApart(at, moves, ideal) {
  for (let one = 0; one < at.length; one += 1) {
    for (let other = one + 1; other < at.length; other += 1) {
      const dx = at[one].x - at[other].x || 0.01 * (one - other);
      const dy = at[one].y - at[other].y || 0.01 * (other + one + 1);
      const force = (ideal * ideal) / Math.max(dx * dx + dy * dy, 1);
      moves[one].x += dx * force;
      moves[one].y += dy * force;
      moves[other].x -= dx * force;
      moves[other].y -= dy * force;
    }
  }
}

function pullTogether(at, moves, ends, ideal) {
  for (const [one, other] of ends) {
    const dx = at[one].x - at[other].x;
    const dy = at[one].y - at[other].y;
    const force = Math.hypot(dx, dy) / ideal;
    moves[one].x -= dx * force;
    moves[one].y -= dy * force;
    moves[other].x += dx * force;
    moves[other].y += dy * force;
  }
}

// coordinate => the same one, when all of them are spread from 0 to the length. The box that the series gets has just
// this size: one of another shape would stretch the nodes into ovals.
function spread(nodes, axis, length) {
  const values = nodes.map((node) => node[axis]);
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  return (value) => (greatest - least < 1e-6 ? length / 2 : ((value - least) / (greatest - least)) * length);
}

function tipText(point, format) {
  if (point.dataType === "edge") return `${point.data.source} → ${point.data.target}\n${format(point.data.value)}`;
  return `${point.name}\n${format(point.value)}`;
}
