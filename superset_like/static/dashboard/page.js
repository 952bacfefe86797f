// A dashboard for somebody who is signed in: his session speaks for him.

import { said, told, toast } from "../elements.js";
import { answered, ask, send } from "../session.js";
import { Dashboard } from "./dashboard.js";

const place = document.getElementById("dashboard");
const { id, modules, rights, edit_url: editUrl } = JSON.parse(place.dataset.bootstrap);
const wished = new URLSearchParams(location.search);
// What says how the page is shown is no matter of its questions.
const OWN = ["native_filters", "native_filters_key", "permalink_key", "edit"];
const HIDE_TITLE = 2;
const HIDE_TABS = 3;

const standalone = Number(wished.get("standalone")) || (wished.get("standalone") === "true" ? 1 : 0);

export const dashboard = new Dashboard(place, {
  server: { ask, send, answered },
  id,
  modules,
  rights,
  wish: {
    hidesTitle: standalone >= HIDE_TITLE,
    hidesTabs: standalone >= HIDE_TABS,
    hidesFilters: wished.get("show_filters") === "0" || wished.get("show_filters") === "false",
    foldsFilters: wished.get("expand_filters") === "0" || wished.get("expand_filters") === "false",
    theme: { light: "light", dark: "dark" }[wished.get("themeMode")] ?? "auto",
    params: Object.fromEntries([...wished].filter(([name]) => !OWN.includes(name))),
    state: async () => ({
      ...(location.hash ? { anchor: decodeURIComponent(location.hash.slice(1)) } : {}),
      ...(OWN.some((name) => wished.has(name)) ? await (await import("./address.js")).stateOf(wished, { ask }, id) : {}),
    }),
  },
  told: {
    masked: () => {
      clearTimeout(keeping);
      keeping = setTimeout(() => keep().catch(console.error), 1000);
    },
  },
});
let keeping = null;

// The filters stay in the address, so that the page can be loaded again and gone back to.
async function keep() {
  const key = wished.get("native_filters_key");
  const path = `/api/v1/dashboard/${id}/filter_state`;
  const body = { value: JSON.stringify(dashboard.dataMask()) };
  const put = () => send("PUT", `${path}/${encodeURIComponent(key)}`, body);
  const post = () => send("POST", path, body);
  const { key: kept } = key ? await put().catch(post) : await post();
  for (const name of OWN) wished.delete(name);
  wished.set("native_filters_key", kept);
  history.replaceState(null, "", `?${wished}${location.hash}`);
}

async function begin() {
  place.replaceChildren(said("Loading …"));
  try {
    await dashboard.load();
  } catch (error) {
    console.error(error);
    place.replaceChildren(said(error.status === 404 ? "This dashboard is not there any more." : told(error), "alert"));
    return;
  }
  if (standalone < HIDE_TITLE) {
    const { pageTools } = await import("./page_tools.js");
    dashboard.tools.append(...pageTools(dashboard, { editUrl }));
  }
  if (dashboard.metadata.refresh_frequency > 0) {
    const { refreshEvery } = await import("./auto_refresh.js");
    dashboard.stopRefresh = refreshEvery(dashboard, dashboard.metadata.refresh_frequency);
  }
}

window.addEventListener("hashchange", () => dashboard.layout?.reveal(decodeURIComponent(location.hash.slice(1))));
window.addEventListener("offline", () => toast("You are offline. What is shown stays.", "failed"));
begin();
