// A dashboard: its layout, its charts, its filters, and what a page may do with all of them.

import { dark } from "../drawing.js";
import { Refused, made } from "../elements.js";
import { Figure } from "./figure.js";
import { Filters } from "./filters.js";
import { Layout } from "./layout.js";

export class Dashboard {
  // server: {ask(path), send(method, path, body), answered(method, path)}, the API as this reader may ask it. modules: viz_type
  // -> what draws it. wish: see WISH. rights: names of what the reader may do. told: {masked(masks, ids), shown(figure)}.
  constructor(root, { server, id, modules, wish = {}, rights = [], told = {} }) {
    Object.assign(this, { root, server, id, modules, told, wish: { ...WISH, ...wish }, rights: new Set(rights) });
    this.theme = this.wish.theme;
    this.figures = [];
    this.tools = made("div", "dash-tools");
  }

  async load() {
    const restoring = this.wish.state?.();
    const path = `/api/v1/dashboard/${this.id}/charts?with_dashboard=true`;
    const { result: charts, dashboard: record } = await this.server.ask(path);
    const state = (await restoring) ?? {};
    this.record = record;
    this.metadata = JSON.parse(record.json_metadata || "{}") || {};
    this.places = JSON.parse(record.position_json || "{}") || {};
    this.charts = new Map(charts.map((chart) => [chart.id, chart]));
    const only = this.#onlyChart();
    this.end();
    this.bar = null;
    document.title = record.dashboard_title || "Dashboard";
    this.filters = new Filters(this.metadata, {
      places: this.places,
      charts: this.charts,
      changed: (ids) => this.#changed(ids),
    });
    this.filters.restore(state.dataMask);
    this.layout = new Layout(only ?? this.places, {
      charts: this.charts,
      hidesTabs: this.wish.hidesTabs,
      open: state.activeTabs ?? [],
      figure: (place, chart) => this.#figure(place, chart),
      turned: () => this.bar?.refresh(),
    });
    this.setTheme(this.theme);
    if ((record.theme || this.looks) && !this.isDressedByHost) await this.#wear(record.theme ?? {}, (mode) => this.theme === "auto" && mode);
    await this.#show();
    if (state.anchor) this.layout.reveal(state.anchor);
  }

  // Its charts are let go.
  end() {
    for (const figure of this.figures) figure.end();
    this.figures = [];
  }

  activeTabs() {
    return this.layout?.activeTabs() ?? [];
  }

  dataMask() {
    return this.filters?.dataMask() ?? {};
  }

  setTheme(theme) {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    this.repaint();
  }

  // The site that embeds the dashboard has colours of its own. config: see host_theme.js.
  async setHostTheme(config) {
    this.isDressedByHost = true;
    await this.#wear(config, (mode) => mode);
  }

  // wanted: the mode that the theme wants -> the one to be shown, if another than now.
  async #wear(config, wanted) {
    const { applyTheme } = await import("./host_theme.js");
    const { looks, mode } = applyTheme(config);
    this.looks = looks;
    this.setTheme(wanted(mode) || this.theme);
  }

  // What charts take of it.
  look() {
    const look = this.looks?.[dark(this.theme) ? "dark" : "light"] ?? {};
    const ink = Object.fromEntries(Object.entries(look).filter(([, value]) => value));
    return Object.keys(ink).length ? { ink } : {};
  }

  repaint() {
    for (const figure of this.figures) figure.repaint();
  }

  // All charts that were asked, asked anew. except: ids of charts to leave alone.
  async refresh({ force = true, except = [] } = {}) {
    const wanted = this.figures.filter((figure) => figure.isAsked && !except.includes(figure.chart?.id));
    await Promise.all(wanted.map((figure) => figure.load({ force })));
  }

  may(right) {
    return this.rights.has(right);
  }

  async #show() {
    const page = made("div", this.wish.only ? "dashboard only" : "dashboard");
    const head = made("div", "dash-head");
    const body = made("div", "dash-body");
    if (!this.wish.hidesTitle) head.append(made("h1", "", this.record.dashboard_title || ""), this.tools);
    if (this.filters.declared.length) await this.#addBar(body);
    const content = made("div", "dash-content");
    content.append(...this.layout.elements());
    if (!this.charts.size) content.append(made("p", "said", "This dashboard has no charts yet."));
    body.append(content);
    page.append(...(head.childElementCount ? [head] : []), body);
    if (this.record.css) import("./safe_css.js").then(({ dress }) => dress(page, this.record.css), console.error);
    this.root.replaceChildren(page);
  }

  // A layout of one chart, where that is all to be shown; its filters stay those of the dashboard.
  #onlyChart() {
    const { only } = this.wish;
    if (!only) return null;
    if (!this.charts.has(only)) throw new Refused(404, "This chart is not on the dashboard.");
    const meta = { ...Object.values(this.places).find((place) => place?.meta?.chartId === only)?.meta, chartId: only, width: 12 };
    return {
      ROOT_ID: { id: "ROOT_ID", type: "ROOT", children: ["ONLY"] },
      ONLY: { id: "ONLY", type: "CHART", children: [], meta },
    };
  }

  // The bar may have to choose a filter's first value, before which no chart is to be asked.
  async #addBar(body) {
    const { FilterBar } = await import("./filter_bar.js");
    this.bar = new FilterBar(this);
    await this.bar.begin();
    if (this.wish.hidesFilters) return;
    body.append(this.bar.element);
    body.classList.toggle("beside", this.bar.isVertical);
  }

  // A cross filter needs a place to be taken back, also where no native filter made a bar.
  async #showCrossing() {
    const { FilterBar } = await import("./filter_bar.js");
    if (!this.bar) {
      this.bar = new FilterBar(this);
      this.root.querySelector(".dash-body")?.prepend(this.bar.element);
    }
    this.bar.refresh();
  }

  #changed(ids) {
    for (const figure of this.figures) figure.reload();
    if (this.bar) this.bar.changed(ids);
    else if (this.filters.crossing().length) this.#showCrossing().catch(console.error);
    this.told.masked?.(this.filters.dataMask(), ids);
  }

  #figure(place, chart) {
    const figure = new Figure(place, chart, this);
    this.figures.push(figure);
    return figure.card;
  }
}

// What a page may wish. params: of its address, for templates. state(): {dataMask, activeTabs, anchor} to begin with.
// theme: light, dark or auto.
// only: id of the one chart to show.
const WISH = {
  only: null,
  hidesTitle: false,
  hidesTabs: false,
  hidesControls: false,
  hidesFilters: false,
  foldsFilters: false,
  warnsOfCuts: true,
  theme: "auto",
  params: {},
  state: null,
};
