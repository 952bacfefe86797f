// A dashboard that somebody gave a public address: whoever has the address reads it, with the key in it as his token.

import { guestCalls, said } from "../elements.js";
import { Dashboard } from "./dashboard.js";

const app = document.getElementById("app");
const { config, shared, modules } = JSON.parse(app.dataset.bootstrap);
const wished = new URLSearchParams(location.search);

const dashboard = new Dashboard(app, {
  server: guestCalls(config.GUEST_TOKEN_HEADER_NAME, () => shared.key, () => false),
  id: shared.dashboard_id,
  modules,
  rights: ["view_as_table"],
  wish: {
    theme: { light: "light", dark: "dark" }[wished.get("themeMode")] ?? "auto",
    params: {},
    state: async () => ({}),
  },
});

async function begin() {
  app.replaceChildren(said("Loading …"));
  try {
    await dashboard.load();
    if (dashboard.metadata.refresh_frequency > 0) {
      (await import("./auto_refresh.js")).refreshEvery(dashboard, dashboard.metadata.refresh_frequency);
    }
  } catch (error) {
    console.error(error);
    app.replaceChildren(said("This dashboard cannot be shown.", "alert"));
  }
}

begin();
