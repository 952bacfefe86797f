// A dashboard in another site's frame: waits for the site's guest token, then shows it.

import { Dashboard } from "./dashboard.js";
import { Refused, said } from "../elements.js";
import { Switchboard, whenGreeted } from "./switchboard.js";

const HIDE_TITLE = 1;
const HIDE_NAV = 4;
const EMIT_MASKS = 16;

const app = document.getElementById("app");
const { config, embedded } = JSON.parse(app.dataset.bootstrap);
const wished = new URLSearchParams(location.search);
const flags = Number(wished.get("uiConfig")) || 0;
let token = null;
let shown = null;
let site = null;

function say(text, role = "status") {
  app.replaceChildren(said(text, role));
}

// A guest has a token and nothing else: no cookie goes along.
async function ask(path) {
  const answer = await fetch(path, {
    credentials: "omit",
    headers: { [config.GUEST_TOKEN_HEADER_NAME]: token, Accept: "application/json" },
  });
  if (answer.ok) return answer.json();
  throw new Refused(answer.status, (await answer.json().catch(() => ({}))).message);
}

async function begin() {
  say("Loading …");
  try {
    await ask("/api/v1/me/roles/");
    shown = new Dashboard(app, {
      server: { ask },
      id: embedded.dashboard_id,
      hidesTitle: Boolean(flags & HIDE_TITLE),
      hidesTabs: Boolean(flags & HIDE_NAV),
      hidesFilters: wished.get("show_filters") === "false",
      values: async (datasetId, column) =>
        (await ask(`/api/v1/datasource/table/${datasetId}/column/${encodeURIComponent(column)}/values/`)).result,
      masked: (masks) =>
        flags & EMIT_MASKS &&
        site.emit("observeDataMask", { ...masks, crossFiltersChanged: false, nativeFiltersChanged: true }),
      theme: wished.get("themeMode") ?? "light",
    });
    await shown.load();
  } catch (error) {
    console.error(error);
    const isToken = error instanceof Refused && error.status === 401;
    say(
      isToken
        ? "Something went wrong with embedded authentication. The site has to send a valid guest token."
        : "This dashboard cannot be shown.",
      "alert",
    );
  }
}

if (window.parent === window) {
  say("This page is intended to be embedded in an iframe, but it looks like that is not the case.", "alert");
} else {
  whenGreeted((port) => {
    site = new Switchboard(port, {
      guestToken({ guestToken }) {
        const isFirst = token === null;
        token = guestToken;
        if (isFirst) begin();
      },
      getScrollSize: () => ({ width: document.body.scrollWidth, height: document.body.scrollHeight }),
      getActiveTabs: () => shown?.activeTabs() ?? [],
      getDataMask: () => shown?.filters?.dataMask() ?? {},
      getChartStates: () => ({}),
      getChartDataPayloads: (args) =>
        args?.chartId === undefined ? {} : { [args.chartId]: { error: true, message: `Chart ${args.chartId} has no state` } },
      setThemeMode: ({ mode }) => shown?.setTheme(mode === "system" ? "auto" : mode === "dark" ? "dark" : "light"),
      setThemeConfig: () => {},
    });
  });
}
