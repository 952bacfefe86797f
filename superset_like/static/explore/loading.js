// From the address to what is explored, and back: saved charts, datasets, and what form_data_key and permalink_key keep.

import { Refused } from "../elements.js";
import { ask, send } from "../session.js";

// {chart, dataset, formData, isSaved, note} of the page's address, which is another one after saving and after "back".
export async function load() {
  const words = new URLSearchParams(location.search);
  const [chart, held] = await Promise.all([words.get("slice_id") ? loadChart(words.get("slice_id")) : null, kept(words)]);
  const own = chart ? { ...JSON.parse(chart.params || "{}"), viz_type: chart.viz_type } : null;
  const formData = held.formData ?? own ?? { viz_type: words.get("viz_type") || "table" };
  const named = Number.parseInt(String(held.formData?.datasource ?? ""), 10) || chart?.datasource_id || Number(words.get("datasource_id"));
  return { chart, dataset: named ? await loadDataset(named) : null, formData, isSaved: Boolean(chart) && !held.formData, own, note: held.note };
}

export async function loadChart(id) {
  return (await ask(`/api/v1/chart/${id}`)).result;
}

export async function loadDataset(id) {
  const { result } = await ask(`/api/v1/dataset/${id}`);
  return { ...result, id };
}

// Whether the reader may save over the chart; the API decides again.
export function mayEdit(known, chart) {
  return known.mayWrite && Boolean(chart) && (known.editsAll || chart.owners.some((owner) => owner.id === known.user));
}

// What is in the address is kept under a key, so that a reload and another tab find it.
export async function keep(state) {
  const text = JSON.stringify(state.sent());
  if (!state.known.mayKeep || !state.dataset || text === state.kept) return;
  const body = { datasource_id: state.dataset.id, datasource_type: "table", form_data: text };
  if (state.chart) body.chart_id = state.chart.id;
  try {
    const { key } = await send("POST", "/api/v1/explore/form_data", body);
    state.kept = text;
    go(addressOf(state, { form_data_key: key }));
  } catch (error) {
    // The chart is there all the same; a reload shows it as it was before.
    console.warn(error);
  }
}

export function addressOf(state, more = {}) {
  const words = state.chart ? { slice_id: state.chart.id } : { datasource_type: "table", datasource_id: state.dataset?.id ?? "" };
  return `/explore/?${new URLSearchParams({ ...more, ...words })}`;
}

export function go(address) {
  if (address !== location.pathname + location.search) history.pushState(null, "", address);
}

async function kept(words) {
  const [permalink, key] = [words.get("permalink_key"), words.get("form_data_key")];
  try {
    if (permalink) return { formData: (await ask(`/api/v1/explore/permalink/${encodeURIComponent(permalink)}`)).state.formData };
    if (key) return { formData: JSON.parse((await ask(`/api/v1/explore/form_data/${encodeURIComponent(key)}`)).form_data) };
    if (words.get("form_data")) return { formData: JSON.parse(words.get("form_data")) };
  } catch (error) {
    if (permalink || !(error instanceof Refused) || error.status !== 404) throw error;
    return { note: "What was kept under this address is not there any more." };
  }
  return {};
}
