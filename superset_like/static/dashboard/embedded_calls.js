// What the site that embeds a dashboard seldom asks.

import { stateOf } from "../tables.js";
import { permalink } from "./permalink.js";

const PATIENCE_MS = 5000;

// A link to the dashboard as it is set; the site may say to what address of its own the key belongs.
export async function permalinkFor(dashboard, site, anchor) {
  const { key, url } = await permalink(dashboard, anchor);
  const own = await site.get("resolvePermalinkUrl", { key }, PATIENCE_MS).catch(() => null);
  return typeof own === "string" && own ? own : url;
}

// chart id -> how a reader left its table: {sorted: {name, down}, page}.
export function chartStates(dashboard) {
  const tables = dashboard.figures.filter((figure) => figure.chart && figure.rows);
  return Object.fromEntries(tables.map((figure) => [figure.chart.id, stateOf(figure.rows)]));
}

// chart id -> what asks for its rows as they are filtered: the parameters of GET /api/v1/chart/<id>/data/.
export function payloads(dashboard, chartId) {
  const wanted = dashboard.figures.filter((figure) => figure.chart && (chartId === undefined || String(figure.chart.id) === String(chartId)));
  if (chartId !== undefined && !wanted.length) return { [chartId]: { error: true, message: `Chart ${chartId} is not on this dashboard` } };
  const tables = wanted.filter((figure) => figure.rows);
  return Object.fromEntries(tables.map((figure) => [figure.chart.id, figure.given()]));
}
