// A dashboard in another site's frame: waits for the site's guest token, then shows it. The page's end of the channel to
// the site stands here too: it has to listen before the page is loaded.

import { guestCalls, made, said } from "../elements.js";
import { Dashboard } from "./dashboard.js";

const HELLO = "__embedded_comms__";
const HIDE = { title: 1, tab: 2, nav: 4, controls: 8 };
const EMIT_MASKS = 16;
const WARN_OF_CUTS = 32;
const OWN = ["native_filters", "native_filters_key", "permalink_key"];
const TOKEN_PATIENCE_MS = 20000;

const app = document.getElementById("app");
const { config, embedded, modules } = JSON.parse(app.dataset.bootstrap);
const wished = new URLSearchParams(location.search);
const flags = Number(wished.get("uiConfig")) || 0;
const guest = { token: null, isOver: false, waiting: [] };
let dashboard = null;
let site = null;

function say(text, role = "status") {
  app.replaceChildren(said(text, role));
}

// A token that ended is told to the reader, who keeps what he sees, and what was asked meanwhile is asked again with the
// next token.
const { ask, send, answered } = guestCalls(
  config.GUEST_TOKEN_HEADER_NAME,
  () => guest.token,
  async (used) => dashboard?.filters && (guest.token !== used || (await renewed())),
);

// Whether another token came before the reader's patience ended.
function renewed() {
  guest.isOver = true;
  notice("Your leave to see this dashboard has ended. What is shown stays, until the site sends a new one.");
  return new Promise((resolve) => {
    guest.waiting.push(resolve);
    setTimeout(() => resolve(false), TOKEN_PATIENCE_MS);
  });
}

function notice(text) {
  document.querySelector(".dash-notice")?.remove();
  if (!text) return;
  const bar = made("p", "dash-notice", text);
  bar.setAttribute("role", "alert");
  app.before(bar);
}

function hides(...names) {
  return names.some((name) => flags & HIDE[name]);
}

function wish() {
  const only = Number(wished.get("chart")) || null;
  return {
    hidesTitle: Boolean(only) || hides("title"),
    hidesTabs: hides("tab", "nav"),
    hidesControls: hides("controls"),
    hidesFilters: wished.get("show_filters") === "false" || (Boolean(only) && wished.get("show_filters") !== "true"),
    foldsFilters: wished.get("expand_filters") === "false",
    warnsOfCuts: !wished.has("uiConfig") || Boolean(flags & WARN_OF_CUTS),
    theme: modeOf(wished.get("themeMode") ?? "light"),
    params: Object.fromEntries([...wished].filter(([name]) => !OWN.includes(name))),
    only,
    state: async () => (OWN.some((name) => wished.has(name)) ? (await import("./address.js")).stateOf(wished, { ask }, embedded.dashboard_id) : {}),
  };
}

function modeOf(mode) {
  return { system: "auto", dark: "dark" }[mode] ?? "light";
}

async function begin() {
  say("Loading …");
  try {
    dashboard = new Dashboard(app, {
      server: { ask, send, answered },
      id: embedded.dashboard_id,
      modules,
      rights: ["view_as_table"],
      wish: wish(),
      told: { masked, shown },
    });
    if (guest.theme) await dashboard.setHostTheme(guest.theme);
    if (guest.mode) dashboard.setTheme(guest.mode);
    await dashboard.load();
    if (dashboard.metadata.refresh_frequency > 0) {
      (await import("./auto_refresh.js")).refreshEvery(dashboard, dashboard.metadata.refresh_frequency);
    }
  } catch (error) {
    console.error(error);
    say(
      error.status === 401
        ? "Something went wrong with embedded authentication. The site has to send a valid guest token."
        : "This dashboard cannot be shown.",
      "alert",
    );
    dashboard = null;
  }
}

function masked(masks, ids) {
  if (!(flags & EMIT_MASKS)) return;
  const isNative = (id) => dashboard.filters.byId.has(id);
  site.emit("observeDataMask", {
    ...masks,
    crossFiltersChanged: ids.some((id) => !isNative(id)),
    nativeFiltersChanged: ids.some(isNative),
  });
}

// Beyond Superset: the rows that a chart shows, for a site that asked for them.
function shown({ chart, results }) {
  if (wished.get("emitData") !== "true") return;
  site.emit("data", {
    chartId: chart.id,
    name: chart.slice_name,
    columns: results[0]?.colnames ?? [],
    rows: results[0]?.data ?? [],
    results: results.map(({ colnames, coltypes, data }) => ({ columns: colnames, types: coltypes, rows: data })),
  });
}

const METHODS = {
  guestToken({ guestToken }) {
    const isFirst = guest.token === null;
    guest.token = guestToken;
    // The site may have been slow, or its first token bad: what failed begins anew.
    if (isFirst || !dashboard) return void begin();
    if (!guest.isOver) return;
    guest.isOver = false;
    notice("");
    for (const resolve of guest.waiting.splice(0)) resolve(true);
    for (const figure of dashboard.figures) if (figure.isStale) figure.load({ force: true });
  },
  getScrollSize: () => ({ width: document.body.scrollWidth, height: document.body.scrollHeight }),
  getActiveTabs: () => dashboard?.activeTabs() ?? [],
  getDataMask: () => dashboard?.dataMask() ?? {},
  getDashboardPermalink: async (args) => (await import("./embedded_calls.js")).permalinkFor(dashboard, site, args?.anchor),
  getChartStates: async () => (dashboard ? (await import("./embedded_calls.js")).chartStates(dashboard) : {}),
  getChartDataPayloads: async (args) => (dashboard ? (await import("./embedded_calls.js")).payloads(dashboard, args?.chartId) : {}),
  setThemeMode({ mode }) {
    guest.mode = modeOf(mode);
    dashboard?.setTheme(guest.mode);
  },
  setThemeConfig(args) {
    guest.theme = args?.themeConfig ?? {};
    return dashboard?.setHostTheme(guest.theme);
  },
};

// The page's end of the channel, as the official SDK speaks it.
class Switchboard {
  constructor(port) {
    this.port = port;
    this.asked = new Map();
    port.onmessage = (event) => this.#heard(event.data);
    port.start();
  }

  emit(method, args) {
    this.port.postMessage({ switchboardAction: "emit", method, args });
  }

  // The site's answer; rejects where it says no, and when it says nothing for so long.
  get(method, args, patienceMs) {
    const messageId = `p_${method}_${this.asked.size}_${Math.round(performance.now())}`;
    return new Promise((resolve, reject) => {
      this.asked.set(messageId, { resolve, reject });
      setTimeout(() => reject(new Error(`The site did not answer ${method}`)), patienceMs);
      this.port.postMessage({ switchboardAction: "get", method, messageId, args });
    }).finally(() => this.asked.delete(messageId));
  }

  async #heard(said_) {
    const { switchboardAction: kind, method, messageId } = said_ ?? {};
    if (kind === "reply") this.asked.get(messageId)?.resolve(said_.result);
    else if (kind === "error") this.asked.get(messageId)?.reject(new Error(said_.error));
    else if (kind === "emit") await Promise.resolve(METHODS[method]?.(said_.args)).catch(console.error);
    else if (kind === "get") this.port.postMessage(await this.#answer(said_));
  }

  async #answer({ method: name, messageId, args }) {
    const failed = (why) => ({ switchboardAction: "error", messageId, error: `[superset] Method "${name}" ${why}` });
    if (!Object.hasOwn(METHODS, name)) return failed("is not defined");
    try {
      return { switchboardAction: "reply", messageId, result: await METHODS[name](args) };
    } catch (error) {
      console.error(error);
      return failed("threw an error");
    }
  }
}

// The site that holds the frame is heard, when it says hello first, and nobody after it.
function listen() {
  window.addEventListener("message", (event) => {
    const { data } = event;
    if (event.source !== window.parent) return;
    if (typeof data !== "object" || data?.type !== HELLO || data.handshake !== "port transfer" || !event.ports[0]) return;
    if (site) console.error("[superset] already initialized");
    else site = new Switchboard(event.ports[0]);
  });
}

if (window.parent === window) {
  say("This page is intended to be embedded in an iframe, but it looks like that is not the case.", "alert");
} else {
  listen();
}
