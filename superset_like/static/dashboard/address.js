// What the address of a dashboard says of its state: a permalink, filters in rison, or filters kept under a key.

import { toast } from "../elements.js";
import { fromRison } from "../rison.js";

// {dataMask, activeTabs, anchor}, as far as the address says. A key that is not there any more is told, and passed over.
export async function stateOf(params, server, id) {
  const state = {};
  const linked = params.get("permalink_key");
  const kept = params.get("native_filters_key");
  const written = params.get("native_filters");
  try {
    if (linked) Object.assign(state, (await server.ask(`/api/v1/dashboard/permalink/${encodeURIComponent(linked)}`)).state);
    if (kept) state.dataMask = JSON.parse((await server.ask(`/api/v1/dashboard/${id}/filter_state/${encodeURIComponent(kept)}`)).value);
  } catch (error) {
    console.error(error);
    toast("The filters of this link are not kept any more.", "failed");
  }
  try {
    if (written) state.dataMask = { ...state.dataMask, ...fromRison(written) };
  } catch {
    toast("The filters in this address could not be read.", "failed");
  }
  return state;
}
