// The datasets that the reader may use in filters, each read once.

import { ask, send } from "../session.js";

const MOST = 500;
const VALUES = 1000;
let listed = null;
const known = new Map();

// [id, name] pairs.
export function datasets() {
  const q = { columns: ["id", "table_name", "schema"], order_column: "table_name", order_direction: "asc", page_size: MOST };
  return (listed ??= kept(ask(`/api/v1/dataset/?q=${encodeURIComponent(JSON.stringify(q))}`), () => (listed = null)).then(({ result }) => result.map((each) => [each.id, each.schema ? `${each.schema}.${each.table_name}` : each.table_name])));
}

// Its columns and metrics.
export function datasetOf(id) {
  if (!known.has(id)) known.set(id, kept(ask(`/api/v1/dataset/${id}`), () => known.delete(id)).then(({ result }) => result));
  return known.get(id);
}

// The values of a column, and whether there are more.
export async function valuesOf(datasetId, column) {
  const query = { columns: [column], metrics: [], orderby: [[column, true]], row_limit: VALUES };
  const { result } = await send("POST", "/api/v1/chart/data", { datasource: { id: datasetId, type: "table" }, queries: [query] });
  return { values: result[0].data.map((row) => row[column]), isCut: result[0].data.length >= VALUES };
}

// What failed is asked again next time.
function kept(promise, forget) {
  promise.catch(forget);
  return promise;
}
