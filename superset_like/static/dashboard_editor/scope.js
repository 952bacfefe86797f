// For which charts a filter is: Superset's {rootPath: [tab or ROOT_ID], excluded: [chart id]}, and what the layout makes of it.

import { ROOT, chartIds, way, within } from "./layout.js";

// The charts in a scope, in the layout's order.
export function chartsIn(layout, scope) {
  const roots = new Set(scope?.rootPath ?? [ROOT]);
  const excluded = new Set(scope?.excluded ?? []);
  return within(layout, ROOT)
    .filter((id) => layout[id].type === "CHART" && way(layout, id).some((each) => roots.has(each)))
    .map((id) => layout[id].meta.chartId)
    .filter((chartId, at, all) => !excluded.has(chartId) && all.indexOf(chartId) === at);
}

// The tabs in which a scope has charts.
function tabsIn(layout, scope) {
  const charts = new Set(chartsIn(layout, scope));
  return within(layout, ROOT).filter((id) => layout[id].type === "TAB" && chartIds(layout, id).some((chartId) => charts.has(chartId)));
}

// The scope that holds just these charts. A tab with none of them is left out as a whole, with what will be put in it.
export function scopeOf(layout, chosen) {
  const wanted = new Set(chosen);
  const rootPath = roots(layout, ROOT, wanted);
  const covered = chartsIn(layout, { rootPath, excluded: [] });
  return { rootPath, excluded: covered.filter((chartId) => !wanted.has(chartId)) };
}

function roots(layout, id, wanted) {
  const below = tabsBelow(layout, id);
  const outside = chartsOutside(layout, id);
  const isChosen = (tab) => chartIds(layout, tab).some((chartId) => wanted.has(chartId));
  const isWhole = below.every((tab) => isChosen(tab) || !chartIds(layout, tab).length);
  if (outside.length ? outside.some((chartId) => wanted.has(chartId)) : isWhole) return [id];
  return below.filter(isChosen).flatMap((tab) => roots(layout, tab, wanted));
}

// The tabs that are in no other one below the place.
function tabsBelow(layout, id) {
  return layout[id].children.flatMap((child) => (layout[child].type === "TAB" ? [child] : tabsBelow(layout, child)));
}

function chartsOutside(layout, id) {
  return layout[id].children.flatMap((child) => {
    if (layout[child].type === "TAB") return [];
    return layout[child].type === "CHART" ? [layout[child].meta.chartId] : chartsOutside(layout, child);
  });
}

// [{id, text, charts, children}]: the tabs and charts of the layout as a tree to choose from.
export function tree(layout, named, id = ROOT) {
  return layout[id].children.flatMap((child) => {
    const { type, meta } = layout[child];
    if (type === "TAB") return [{ id: child, text: named(child), children: tree(layout, named, child) }];
    if (type === "CHART") return [{ id: child, text: named(child), chartId: meta.chartId, children: [] }];
    return tree(layout, named, child);
  });
}

// The metadata as they are kept: each filter and cross filter with the charts that it is for in this layout.
export function settled(metadata, layout) {
  const kept = { ...metadata };
  if (metadata.native_filter_configuration) {
    kept.native_filter_configuration = metadata.native_filter_configuration.map((filter) => {
      const scope = filter.scope ?? { rootPath: [ROOT], excluded: [] };
      const isDivider = filter.type === "DIVIDER";
      return { ...filter, scope, chartsInScope: isDivider ? [] : chartsIn(layout, scope), tabsInScope: isDivider ? [] : tabsIn(layout, scope) };
    });
  }
  const everywhere = metadata.global_chart_configuration;
  if (everywhere?.scope) kept.global_chart_configuration = { ...everywhere, chartsInScope: chartsIn(layout, everywhere.scope) };
  if (metadata.chart_configuration) kept.chart_configuration = crossed(metadata.chart_configuration, layout, kept.global_chart_configuration);
  return kept;
}

function crossed(configuration, layout, everywhere) {
  const present = new Set(chartIds(layout));
  const entries = Object.entries(configuration).filter(([chartId]) => present.has(Number(chartId)));
  return Object.fromEntries(entries.map(([chartId, entry]) => {
    const { scope } = entry.crossFilters ?? {};
    if (!scope) return [chartId, entry];
    const found = scope === "global" ? (everywhere?.chartsInScope ?? chartsIn(layout, null)) : chartsIn(layout, scope);
    return [chartId, { ...entry, crossFilters: { ...entry.crossFilters, chartsInScope: found.filter((each) => each !== Number(chartId)) } }];
  }));
}
