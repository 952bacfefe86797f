// Puts a chart onto a dashboard, at the end of what is there.

import { ROOT, chartIds, opened, stored } from "../dashboard_editor/layout.js";
import { answered, ask, send } from "../session.js";

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
  const [read, { result: charts }] = await Promise.all([answered("GET", path), ask(`${path}/charts`)]);
  const { result } = await read.json();
  const layout = withChart(JSON.parse(result.position_json || "{}"), charts, chart);
  const headers = { "If-Match": read.headers.get("ETag") };
  if (layout) await answered("PUT", path, { position_json: JSON.stringify(stored(layout, result.dashboard_title)) }, { headers });
  return result.dashboard_title;
}

// The layout with the chart; null when it is shown already. Without a layout a dashboard shows all its charts, and goes on so.
function withChart(layout, charts, chart) {
  const shown = layout?.[ROOT] ? chartIds(opened(layout, [])) : charts.map((each) => each.id);
  return shown.includes(chart.id) ? null : opened(layout, [...charts.filter((each) => each.id !== chart.id), chart]);
}
