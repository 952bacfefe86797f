// A dashboard for somebody who is signed in: his session speaks for him.

import { said, told, toast } from "../elements.js";
import { answered, ask, send } from "../session.js";
import { Dashboard } from "./dashboard.js";

const place = document.getElementById("dashboard");
const { id, modules, rights, may_edit: mayEdit } = JSON.parse(place.dataset.bootstrap);
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
      ...(anchor() ? { anchor: anchor() } : {}),
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
  // What the reader chose goes before what the dashboard says.
  const seconds = dashboard.interval ?? dashboard.metadata.refresh_frequency;
  if (seconds > 0) {
    const { refreshEvery } = await import("./auto_refresh.js");
    dashboard.stopRefresh = refreshEvery(dashboard, seconds);
  }
  if (standalone < HIDE_TITLE) {
    const { pageTools } = await import("./page_tools.js");
    dashboard.tools.replaceChildren(...pageTools(dashboard, { edit: mayEdit && !standalone ? edit : null }));
  }
}

// The editor, and its style, are loaded for who edits.
async function edit() {
  dashboard.stopRefresh?.();
  name("edit", "true");
  const style = new URL("../dashboard_editor/editor.css", import.meta.url).href;
  const [{ edit: open }] = await Promise.all([import("../dashboard_editor/editor.js"), styled(style)]);
  dashboard.end();
  await open(place, {
    id,
    server: { ask, send, answered },
    modules,
    left: async () => {
      name("edit", null);
      await begin();
      dashboard.tools.querySelector(".dash-edit")?.focus();
    },
  });
}

// The address says how the page is shown.
function name(key, value) {
  if (value === null) wished.delete(key);
  else wished.set(key, value);
  history.replaceState(null, "", `${location.pathname}${wished.size ? `?${wished}` : ""}${location.hash}`);
}

// What the hash of the address names; one that cannot be read names nothing.
function anchor() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

function styled(href) {
  if (document.querySelector(`link[href="${href}"]`)) return null;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  document.head.append(link);
  return new Promise((done) => {
    link.addEventListener("load", done);
    link.addEventListener("error", done);
  });
}

window.addEventListener("hashchange", () => dashboard.layout?.reveal(anchor()));
window.addEventListener("offline", () => toast("You are offline. What is shown stays.", "failed"));
if (mayEdit && !standalone && wished.get("edit") === "true") edit();
else begin();
