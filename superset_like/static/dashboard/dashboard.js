// A dashboard: its layout, its charts, its filters, and what a page may do with all of them.

import { made } from "../elements.js";
import { Figure } from "./figure.js";
import { Filters } from "./filters.js";
import { Layout } from "./layout.js";

export class Dashboard {
  // server: {ask(path)}, the API as this reader may ask it. values(datasetId, column): what a filter offers. theme: light,
  // dark or auto. masked(masks): called when a reader set a filter.
  constructor(root, { server, values, id, hidesTitle, hidesTabs, hidesFilters, theme, masked = () => {} }) {
    Object.assign(this, { root, server, values, id, hidesTitle, hidesTabs, hidesFilters, theme, masked });
    this.figures = [];
  }

  async load() {
    const [{ result: record }, { result: charts }] = await Promise.all([
      this.server.ask(`/api/v1/dashboard/${this.id}`),
      this.server.ask(`/api/v1/dashboard/${this.id}/charts`),
    ]);
    this.record = record;
    this.charts = new Map(charts.map((chart) => [chart.id, chart]));
    document.title = record.dashboard_title || "Dashboard";
    this.filters = new Filters(JSON.parse(record.json_metadata || "{}") || {}, {
      values: this.values,
      changed: () => {
        for (const figure of this.figures) figure.reload();
        this.masked(this.filters.dataMask());
      },
    });
    this.layout = new Layout(JSON.parse(record.position_json || "{}") || {}, {
      charts: this.charts,
      hidesTabs: this.hidesTabs,
      figure: (place, chart) => this.#figure(place, chart),
    });
    this.setTheme(this.theme);
    this.root.replaceChildren(this.#page());
  }

  activeTabs() {
    return this.layout?.activeTabs() ?? [];
  }

  setTheme(theme) {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    for (const figure of this.figures) figure.repaint();
  }

  #page() {
    const page = made("div", "dashboard");
    if (!this.hidesTitle) page.append(made("h1", "", this.record.dashboard_title || ""));
    const bar = this.hidesFilters ? null : this.filters.bar();
    if (bar) page.append(bar);
    page.append(...this.layout.elements());
    if (!this.charts.size) page.append(made("p", "said", "This dashboard has no charts yet."));
    return page;
  }

  #figure(place, chart) {
    const figure = new Figure(place, chart, this);
    this.figures.push(figure);
    return figure.card;
  }
}
