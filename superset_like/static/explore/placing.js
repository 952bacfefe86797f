// Puts a chart onto a dashboard: a row of its own below what is there.

import { answered, send } from "../session.js";

const WIDTH = 6;
const HEIGHT = 50;

// The title of the dashboard that shows it now. chosen: {value: its id, or the title of a new one, text}.
export async function place(chart, { value, text }) {
  const id = typeof value === "number" ? value : (await send("POST", "/api/v1/dashboard/", { dashboard_title: value })).id;
  const title = await added(chart, id).catch((error) => {
    // Somebody else saved it meanwhile: once more, on top of that.
    if (error.status === 412) return added(chart, id);
    throw error;
  });
  return title || text;
}

// The title of the dashboard once the chart is on it, if nobody else has changed it since it was read.
async function added(chart, id) {
  const path = `/api/v1/dashboard/${id}`;
  const read = await answered("GET", path);
  const { result } = await read.json();
  const layout = placed(JSON.parse(result.position_json || "{}") || {}, chart);
  const headers = { "If-Match": read.headers.get("ETag") };
  if (layout) await answered("PUT", path, { position_json: JSON.stringify(layout) }, { headers });
  return result.dashboard_title;
}

// The layout with the chart; null when the chart has its place already.
export function placed(layout, chart) {
  if (Object.values(layout).some((each) => each?.type === "CHART" && each.meta?.chartId === chart.id)) return null;
  const made = { DASHBOARD_VERSION_KEY: "v2", ...layout };
  made.ROOT_ID ??= { type: "ROOT", id: "ROOT_ID", children: ["GRID_ID"] };
  made.GRID_ID ??= { type: "GRID", id: "GRID_ID", children: [], parents: ["ROOT_ID"] };
  const parent = gridOf(made);
  const [row, card] = [`ROW-explore-${chart.id}`, `CHART-explore-${chart.id}`];
  const parents = [...(parent.parents ?? []), parent.id];
  made[parent.id] = { ...parent, children: [...(parent.children ?? []), row] };
  made[row] = { type: "ROW", id: row, children: [card], parents, meta: { background: "BACKGROUND_TRANSPARENT" } };
  const meta = { chartId: chart.id, sliceName: chart.slice_name, uuid: chart.uuid, width: WIDTH, height: HEIGHT };
  made[card] = { type: "CHART", id: card, children: [], parents: [...parents, row], meta };
  return made;
}

// Where rows stand: the grid, or the first tab of a dashboard that is all tabs.
function gridOf(layout) {
  const [top] = layout.ROOT_ID.children ?? [];
  const first = layout[top];
  const tab = first?.type === "TABS" ? layout[first.children?.[0]] : null;
  return tab ?? (first?.type === "GRID" ? first : layout.GRID_ID);
}
