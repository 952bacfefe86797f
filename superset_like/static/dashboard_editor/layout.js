// A dashboard's layout (position_json, version v2) and what may be done with it. Nothing here knows a page: each function
// returns a layout and leaves the one it was given as it was; what may not be is refused with a sentence for the reader.

export const COLUMNS = 12;
export const UNIT_PX = 8;
const LOWEST = 5;
export const ROOT = "ROOT_ID";
export const GRID = "GRID_ID";
const HEADER = "HEADER_ID";
const VERSION = "DASHBOARD_VERSION_KEY";

// Charts, texts and columns stand beside each other in rows: where a row may be, they bring one.
const IN_ROWS = ["CHART", "MARKDOWN", "COLUMN"];
const STACK = ["ROW", "TABS", "HEADER", "DIVIDER"];
const HOLDS = {
  ROOT: ["GRID", "TABS"],
  GRID: STACK,
  TAB: STACK,
  ROW: IN_ROWS,
  COLUMN: ["CHART", "MARKDOWN", ...STACK],
  TABS: ["TAB"],
};
// How many of these may be within each other: what Superset can open.
const NESTED = { TABS: 2, COLUMN: 2 };
const CLEAR = "BACKGROUND_TRANSPARENT";
const FRESH = {
  CHART: { width: 4, height: 50 },
  MARKDOWN: { code: "", width: 4, height: 25 },
  COLUMN: { background: CLEAR, width: 4 },
  ROW: { background: CLEAR },
  HEADER: { text: "New header", headerSize: "MEDIUM_HEADER", background: CLEAR },
  TAB: { text: "New tab", defaultText: "Tab title", placeholder: "Tab title" },
  TABS: {},
  DIVIDER: {},
};

// What a layout may not become. message: for the reader.
export const Refusal = class extends Error {};

// A place of a type, not yet in a layout.
export function fresh(type, meta = {}) {
  const letters = Array.from({ length: 10 }, () => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[Math.floor(Math.random() * 62)]);
  return { type, id: `${type}-${letters.join("")}`, children: [], meta: { ...FRESH[type], ...meta } };
}

export function chartPlace(chart) {
  return fresh("CHART", { chartId: chart.id, sliceName: chart.slice_name, uuid: chart.uuid });
}

// The stored layout, sound: each place once and where it may be found. Charts that have no place get one at the end.
export function opened(stored, charts) {
  let layout = {
    [ROOT]: { type: "ROOT", id: ROOT, children: [GRID] },
    [GRID]: { type: "GRID", id: GRID, children: [], parents: [ROOT] },
  };
  if (stored?.[ROOT]) layout = sound(stored);
  const placed = new Set(chartIds(layout));
  const [top] = layout[ROOT].children;
  const end = layout[top].type === "TABS" ? layout[top].children[0] : top;
  let row = null;
  for (const chart of charts.filter((each) => !placed.has(each.id))) {
    if (!row || room(layout, row) < FRESH.CHART.width) {
      const made = fresh("ROW");
      layout = inserted(layout, made, end, layout[end].children.length);
      row = made.id;
    }
    layout = inserted(layout, chartPlace(chart), row, layout[row].children.length);
  }
  return layout;
}

function sound(stored) {
  const layout = {};
  const take = (id) => {
    const place = stored[id];
    if (!place?.type || layout[id]) return false;
    layout[id] = { ...place, id, children: [] };
    layout[id].children = (place.children ?? []).filter(take);
    return true;
  };
  take(ROOT);
  // Beside tabs over everything it is empty.
  layout[GRID] ??= { type: "GRID", id: GRID, children: [] };
  if (!layout[ROOT].children.length) layout[ROOT].children = [GRID];
  return layout;
}

// The layout as it is kept: with the way to each place, its version, and the title.
export function stored(layout, title) {
  const kept = { [VERSION]: "v2", [HEADER]: { type: "HEADER", id: HEADER, meta: { text: title } } };
  const keep = (id, parents) => {
    kept[id] = { ...layout[id], parents };
    for (const child of layout[id].children) keep(child, [...parents, id]);
  };
  keep(ROOT, []);
  delete kept[ROOT].parents;
  if (!kept[GRID]) kept[GRID] = { type: "GRID", id: GRID, children: [], parents: [ROOT] };
  return kept;
}

export function parentOf(layout, id) {
  return Object.values(layout).find((place) => place.children?.includes(id))?.id ?? null;
}

// The place and all in it, from above.
export function within(layout, id) {
  return [id, ...layout[id].children.flatMap((child) => within(layout, child))];
}

// From the root down to the place.
export function way(layout, id) {
  const parent = parentOf(layout, id);
  return parent ? [...way(layout, parent), id] : [id];
}

export function chartIds(layout, id = ROOT) {
  return within(layout, id).filter((each) => layout[each].type === "CHART").map((each) => layout[each].meta?.chartId);
}

export function widthOf(place) {
  return Math.min(Math.max(Number(place.meta?.width) || FRESH.CHART.width, 1), COLUMNS);
}

// How many columns a row has: those of the column it is in, or all.
export function capacity(layout, rowId) {
  const column = way(layout, rowId).slice(0, -1).reverse().find((id) => layout[id].type === "COLUMN");
  return column ? widthOf(layout[column]) : COLUMNS;
}

// How many columns of a row are free, without counting one of its places.
export function room(layout, rowId, except = null) {
  const taken = layout[rowId].children.filter((id) => id !== except).map((id) => widthOf(layout[id]));
  return capacity(layout, rowId) - taken.reduce((sum, width) => sum + width, 0);
}

// The fewest columns that a place can have: as many as the rows in it need.
export function least(layout, id) {
  if (layout[id].type !== "COLUMN") return 1;
  const rows = layout[id].children.filter((child) => layout[child].type === "ROW");
  return Math.max(1, ...rows.map((row) => layout[row].children.reduce((sum, child) => sum + widthOf(layout[child]), 0)));
}

// Why a place may not be put into another one; empty when it may.
export function objection(layout, place, parentId) {
  const parent = layout[parentId];
  if (!parent) return "That place is not there any more.";
  const isWrapped = needsRow(parent, place);
  if (!HOLDS[parent.type]?.includes(place.type) && !isWrapped) return `${word(parent, true)} cannot hold ${word(place)}.`;
  const inside = layout[place.id] ? within(layout, place.id) : [place.id];
  if (inside.includes(parentId)) return "Nothing can be put into itself.";
  const above = way(layout, parentId).map((id) => layout[id].type);
  for (const [type, most] of Object.entries(NESTED)) {
    const nested = above.filter((each) => each === type).length + depth(layout, place, type);
    if (nested > most) return `${type === "TABS" ? "Tabs" : "Columns"} can be within each other once, not more often.`;
  }
  if (parent.type === "ROW") {
    const free = room(layout, parentId, place.id);
    if (free < (layout[place.id] ? least(layout, place.id) : 1)) return `That row is full: its ${capacity(layout, parentId)} columns are taken.`;
  }
  if (place.type === "ROW" && parent.type === "COLUMN" && layout[place.id]) {
    const needed = place.children.reduce((sum, child) => sum + widthOf(layout[child]), 0);
    if (needed > widthOf(parent)) return `That row needs ${needed} columns; this column has ${widthOf(parent)}.`;
  }
  return "";
}

function depth(layout, place, type) {
  const below = place.children.map((id) => depth(layout, layout[id], type));
  return (place.type === type ? 1 : 0) + Math.max(0, ...below);
}

function needsRow(parent, place) {
  const isStack = parent.type === "GRID" || parent.type === "TAB";
  return (isStack && IN_ROWS.includes(place.type)) || (parent.type === "COLUMN" && place.type === "COLUMN");
}

// The layout with a new place at a position of another one. Raises Refusal.
export function inserted(layout, place, parentId, index) {
  const why = objection(layout, place, parentId);
  if (why) throw new Refusal(why);
  if (needsRow(layout[parentId], place)) {
    const row = fresh("ROW");
    const withRow = inserted(layout, row, parentId, index);
    return inserted(withRow, place, row.id, 0);
  }
  const parent = layout[parentId];
  const fitted = parent.type === "ROW" ? { ...place, meta: { ...place.meta, width: Math.min(widthOf(place), room(layout, parentId)) } } : place;
  const made = { ...layout, [place.id]: fitted, [parentId]: { ...parent, children: spliced(parent.children, index, place.id) } };
  // Tabs without a tab could not be filled.
  return place.type === "TABS" && !place.children.length ? inserted(made, fresh("TAB", { text: "Tab 1" }), place.id, 0) : made;
}

// The layout with a place elsewhere. index: its position among the others there. Raises Refusal.
export function moved(layout, id, parentId, index) {
  const from = parentOf(layout, id);
  const why = objection(layout, layout[id], parentId);
  if (why) throw new Refusal(why);
  const at = layout[from].children.indexOf(id);
  const taken = without(layout, from, id);
  const made = inserted(taken, taken[id], parentId, from === parentId && at < index ? index - 1 : index);
  return from === parentId ? made : tidied(made, from);
}

// The layout without a place and all in it. Of tabs over the whole dashboard only the tabs go.
export function removed(layout, id) {
  const from = parentOf(layout, id);
  if (id === GRID || !from) throw new Refusal("The dashboard itself cannot be removed.");
  if (from === ROOT) {
    const inside = layout[id].children.flatMap((tab) => layout[tab].children);
    return { ...layout, [ROOT]: { ...layout[ROOT], children: [GRID] }, [GRID]: { ...layout[GRID], children: [...layout[GRID].children, ...inside] } };
  }
  const gone = new Set(within(layout, id));
  const left = Object.fromEntries(Object.entries(without(layout, from, id)).filter(([each]) => !gone.has(each)));
  if (left[from].type === "TABS" && !left[from].children.length) return removed(left, from);
  return tidied(left, from);
}

// The layout with tabs over the whole of it; what there was is in the first.
export function underTabs(layout) {
  if (layout[ROOT].children[0] !== GRID) throw new Refusal("There are tabs over the whole dashboard already.");
  const tab = { ...fresh("TAB", { text: "Tab 1" }), children: layout[GRID].children };
  const tabs = { ...fresh("TABS"), children: [tab.id] };
  if (depth(layout, layout[GRID], "TABS") + 1 > NESTED.TABS) throw new Refusal("Tabs can be within each other once, not more often.");
  return { ...layout, [tab.id]: tab, [tabs.id]: tabs, [ROOT]: { ...layout[ROOT], children: [tabs.id] }, [GRID]: { ...layout[GRID], children: [] } };
}

// The layout with other words or looks of a place.
export function changed(layout, id, meta) {
  return { ...layout, [id]: { ...layout[id], meta: { ...layout[id].meta, ...meta } } };
}

// The layout with a place of another size, as near to the wish as there is room.
export function resized(layout, id, { width, height }) {
  const place = layout[id];
  const parent = parentOf(layout, id);
  const meta = {};
  if (width !== undefined && layout[parent].type === "ROW") {
    meta.width = Math.min(Math.max(Math.round(width), least(layout, id)), Math.max(room(layout, parent, id), 1));
  }
  if (height !== undefined && place.type !== "COLUMN") meta.height = Math.max(Math.round(height), LOWEST);
  return changed(layout, id, meta);
}

function without(layout, parentId, id) {
  const parent = layout[parentId];
  return { ...layout, [parentId]: { ...parent, children: parent.children.filter((each) => each !== id) } };
}

// A row that something left empty goes.
function tidied(layout, id) {
  if (layout[id]?.type !== "ROW" || layout[id].children.length) return layout;
  const left = without(layout, parentOf(layout, id), id);
  delete left[id];
  return left;
}

function spliced(list, index, item) {
  return [...list.slice(0, index), item, ...list.slice(index)];
}

const WORDS = { ROOT: "a dashboard", GRID: "a dashboard", CHART: "a chart", MARKDOWN: "a text", COLUMN: "a column", ROW: "a row", HEADER: "a header", TAB: "a tab", TABS: "tabs", DIVIDER: "a divider" };

function word(place, isFirst = false) {
  const found = WORDS[place.type] ?? "this";
  return isFirst ? found[0].toUpperCase() + found.slice(1) : found;
}

// What a reader calls a place.
export function named(layout, id, charts = new Map()) {
  const { type, meta = {} } = layout[id];
  if (type === "CHART") return `Chart ${meta.sliceNameOverride || charts.get(meta.chartId)?.slice_name || meta.sliceName || meta.chartId}`;
  if (type === "TAB") return `Tab ${meta.text || meta.defaultText || ""}`.trim();
  if (type === "HEADER") return `Header ${meta.text ?? ""}`.trim();
  if (type === "MARKDOWN") return `Text ${(meta.code ?? "").replace(/[#*_`>[\]\n]+/g, " ").trim().slice(0, 40)}`.trim();
  if (type === "GRID" || type === "ROOT") return "Dashboard";
  const name = { ROW: "Row", COLUMN: "Column", TABS: "Tabs", DIVIDER: "Divider" }[type] ?? type;
  const parent = parentOf(layout, id);
  const alike = parent ? layout[parent].children.filter((each) => layout[each].type === type) : [];
  return alike.length > 1 ? `${name} ${alike.indexOf(id) + 1}` : name;
}
