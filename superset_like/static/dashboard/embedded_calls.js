// What the site that embeds a dashboard seldom asks.

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
  return Object.fromEntries(tablesOf(dashboard.figures).map((figure) => [figure.chart.id, stateOf(figure.body)]));
}

// chart id -> what asks for its rows as they are filtered: the parameters of GET /api/v1/chart/<id>/data/.
export function payloads(dashboard, chartId) {
  const wanted = dashboard.figures.filter((figure) => figure.chart && (chartId === undefined || String(figure.chart.id) === String(chartId)));
  if (chartId !== undefined && !wanted.length) return { [chartId]: { error: true, message: `Chart ${chartId} is not on this dashboard` } };
  return Object.fromEntries(tablesOf(wanted).map((figure) => [figure.chart.id, figure.given()]));
}

function tablesOf(figures) {
  return figures.filter((figure) => figure.chart && figure.body.querySelector(".rows"));
}

function stateOf(body) {
  const heading = body.querySelector('th[aria-sort]:not([aria-sort="none"])');
  const page = /^Page (\d+)/.exec(body.querySelector("nav [role=status]")?.textContent ?? "")?.[1] ?? 1;
  const sorted = heading ? { name: heading.textContent.replace(/ [↑↓]$/, ""), down: heading.getAttribute("aria-sort") === "descending" } : null;
  return { sorted, page: Number(page) - 1 };
}
