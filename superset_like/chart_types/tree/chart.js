// Things under their parents, from a root outwards.
import { cellFormatter, columnLabels, formNumber, frame, ink, isSmall, metricLabels, noData, numberFormatter } from "../base.js";
import { numeric, palette, pickedMark, placedRows, shortened, textWidth, tooltip, FONT } from "../base.js";

const VERTICAL = { top: "bottom", bottom: "top" };

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "id");
}

export function option(formData, results, look) {
  const root = rootOf(formData, results[0], look);
  if (!root) return noData(look);
  const format = numberFormatter(formData.number_format);
  const radial = formData.layout === "radial";
  const size = isSmall(look) ? 10 : 12;
  const [deep, tall] = extent(root);
  const halo = { textBorderColor: ink(look).surface, textBorderWidth: 2 };
  const label = { color: ink(look).text, fontFamily: FONT, fontSize: size, ...halo, ...beside(formData, radial, look.height / tall < size * 3.4) };
  const longest = look.width * (radial ? 0.18 : 0.24);
  const colour = palette(formData, look)[0];
  const box = boxOf(formData, look, root, { radial, longest, size });
  const step = (look.width - box.margins.left - box.margins.right) / Math.max(deep - 1, 1);
  const room = (point) => (radial || isUpright(formData) || !inside(point) ? longest : Math.min(longest, step - 10));
  return {
    ...frame(formData, look),
    tooltip: tooltip(look, null, { formatter: (point) => tipText(point, format) }),
    series: [
      {
        type: "tree",
        layout: radial ? "radial" : "orthogonal",
        orient: formData.orient || "LR",
        ...box.margins,
        roam: formData.roam === undefined ? true : formData.roam,
        expandAndCollapse: false,
        initialTreeDepth: -1,
        symbol: formData.symbol || "circle",
        symbolSize: formNumber(formData.symbolSize) || 7,
        itemStyle: { color: colour, borderColor: colour },
        lineStyle: { color: ink(look).line, width: 1.5 },
        label: { ...label, formatter: (point) => shortened(point.name, room(point), size) },
        leaves: { label: radial ? {} : outward(formData, box.turned) },
        labelLayout: { hideOverlap: tall * size > look.height },
        emphasis: { focus: formData.emphasis || "descendant" },
        data: [root],
      },
    ],
  };
}

// The tree under the form's root, else under the only row without a parent, else under a root without a name.
function rootOf(formData, result, look) {
  const [id] = columnLabels(formData, "id");
  const [parent] = columnLabels(formData, "parent");
  const [name = id] = columnLabels(formData, "name");
  const [metric] = metricLabels(formData, "metric");
  const text = cellFormatter(result, name, look, { number: "~" });
  const nodes = new Map();
  for (const { row, place } of placedRows(result)) {
    const key = String(row[id]);
    if (row[id] === null || nodes.has(key)) continue;
    nodes.set(key, { name: text(row[name]), value: metric ? numeric(row[metric]) : null, above: row[parent], children: [], mark: { row: place } });
  }
  const tops = [];
  for (const node of nodes.values()) {
    const above = node.above === null || node.above === undefined ? null : nodes.get(String(node.above));
    (above ? above.children : tops).push(node);
  }
  const wished = formData.root_node_id;
  const chosen = wished === undefined || wished === null || wished === "" ? null : nodes.get(String(wished));
  const found = chosen || (tops.length > 1 ? { name: "", value: null, children: tops } : tops[0]);
  return found ? copied(found, new Set()) : null;
}

// Only what the picture needs, each node once: who is his own ancestor would have no end.
function copied(node, seen) {
  seen.add(node);
  const children = node.children.filter((child) => !seen.has(child)).map((child) => copied(child, seen));
  return { name: node.name, value: node.value, mark: node.mark, children };
}

function extent(node) {
  const below = node.children.map(extent);
  const deep = 1 + Math.max(0, ...below.map(([depth]) => depth));
  return [deep, below.reduce((sum, [, leaves]) => sum + leaves, 0) || 1];
}

// Whether a node stands between its parent and its children.
function inside(point) {
  return Boolean(point.data.children && point.data.children.length && (point.treeAncestors || []).length > 2);
}

function isUpright(formData) {
  return ["TB", "BT"].includes(formData.orient);
}

// Above a node, where the lines from its parent do not cross the text; in line with it where leaves stand close.
function beside(formData, radial, close) {
  if (radial) return { distance: 5 };
  const position = formData.node_label_position || (isUpright(formData) || close ? "left" : "top");
  return { position, distance: 5, align: { left: "right", right: "left" }[position] || "center", verticalAlign: VERTICAL[position] || "middle" };
}

function outward(formData, turned) {
  const own = { LR: "right", RL: "left", TB: "bottom", BT: "top" }[formData.orient || "LR"];
  // Leaves that stand side by side, closer than their names are wide, have these written downwards.
  if (turned) return { position: own, rotate: -90, align: own === "bottom" ? "left" : "right", verticalAlign: "middle" };
  const position = formData.child_label_position || own;
  return { position, align: { left: "right", right: "left" }[position] || "center", verticalAlign: VERTICAL[position] || "middle" };
}

// Room for the root's label on one side and the leaves' on the other.
function boxOf(formData, look, root, { radial, longest, size }) {
  const wide = (name) => Math.min(textWidth(name, size), longest) + 18;
  const leaves = (node) => (node.children.length ? node.children.flatMap(leaves) : [wide(node.name)]);
  const most = Math.max(...leaves(root));
  if (radial) return { margins: { left: most, right: most, top: 24 + size, bottom: 24 + size }, turned: false };
  if (isUpright(formData)) {
    const turned = most > (look.width - most) / leaves(root).length;
    const aside = turned ? 24 : most / 2;
    const [above, below] = formData.orient === "TB" ? ["top", "bottom"] : ["bottom", "top"];
    return { margins: { left: aside, right: aside, [above]: 24, [below]: turned ? most : 28 }, turned };
  }
  const [first, last] = formData.orient === "RL" ? ["right", "left"] : ["left", "right"];
  return { margins: { [first]: wide(root.name), [last]: most, top: 14, bottom: 12 }, turned: false };
}

function tipText(point, format) {
  const path = (point.treeAncestors || []).map((each) => each.name).filter(Boolean).join(" / ") || point.name;
  return typeof point.value === "number" ? `${path}\n${format(point.value)}` : path;
}
