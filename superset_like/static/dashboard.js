// A dashboard as its layout says: rows, columns, tabs, headers, texts, and charts that are drawn when they come near.

import { draw, whenNear } from "./drawing.js";
import { made, said, told } from "./elements.js";
import { Filters } from "./filters.js";

const UNIT_PX = 8;
const COLUMNS = 12;

export class Dashboard {
  // ask(path): the JSON of an answer, or Refused. values(datasetId, column): what a filter offers. theme: light, dark or
  // auto. masked(masks): called when a reader set a filter.
  constructor(root, { ask, values, id, hidesTitle, hidesTabs, hidesFilters, theme, masked = () => {} }) {
    Object.assign(this, { root, ask, values, id, hidesTitle, hidesTabs, hidesFilters, theme, masked });
    this.figures = [];
    this.open = [];
  }

  async load() {
    const [{ result: dashboard }, { result: charts }] = await Promise.all([
      this.ask(`/api/v1/dashboard/${this.id}`),
      this.ask(`/api/v1/dashboard/${this.id}/charts`),
    ]);
    this.charts = new Map(charts.map((chart) => [chart.id, chart]));
    document.title = dashboard.dashboard_title || "Dashboard";
    this.places = JSON.parse(dashboard.position_json || "{}") || {};
    this.filters = new Filters(JSON.parse(dashboard.json_metadata || "{}") || {}, {
      values: this.values,
      changed: () => {
        for (const figure of this.figures) figure.reload();
        this.masked(this.filters.dataMask());
      },
    });
    this.setTheme(this.theme);
    const page = made("div", "dashboard");
    if (!this.hidesTitle) page.append(made("h1", "", dashboard.dashboard_title || ""));
    const bar = this.hidesFilters ? null : this.filters.bar();
    if (bar) page.append(bar);
    page.append(...(this.places.ROOT_ID ? this.#children(this.places.ROOT_ID) : this.#unplaced()));
    if (!charts.length) page.append(made("p", "said", "This dashboard has no charts yet."));
    this.root.replaceChildren(page);
  }

  activeTabs() {
    return this.open.map((tab) => tab.id);
  }

  setTheme(theme) {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    for (const figure of this.figures) figure.repaint?.();
  }

  #unplaced() {
    const row = made("div", "dash-row");
    row.append(...[...this.charts.keys()].map((chartId) => this.#chart({ meta: { chartId, width: 4, height: 50 } })));
    return [row];
  }

  #children(place) {
    return (place.children ?? [])
      .map((id) => this.places[id])
      .filter(Boolean)
      .map((child) => this.#element(child))
      .filter(Boolean);
  }

  #element(place) {
    switch (place.type) {
      case "GRID":
        return this.#box("div", "dash-grid", place);
      case "ROW":
        return this.#box("div", "dash-row", place);
      case "COLUMN":
        return this.#wide(this.#box("div", "dash-column", place), place);
      case "TABS":
        return this.#tabs(place);
      case "CHART":
        return this.#wide(this.#chart(place), place);
      case "HEADER":
        return made("h2", `dash-header ${place.meta?.headerSize === "LARGE_HEADER" ? "large" : ""}`, place.meta?.text ?? "");
      case "MARKDOWN":
        return this.#wide(this.#text(place), place);
      case "DIVIDER":
        return made("hr");
      default:
        return null;
    }
  }

  #box(tag, className, place) {
    const box = made(tag, className);
    box.append(...this.#children(place));
    return box;
  }

  #wide(element, place) {
    const width = Math.min(Math.max(Number(place.meta?.width) || COLUMNS / 3, 1), COLUMNS);
    element.style.setProperty("--width", width);
    return element;
  }

  #tabs(place) {
    const tabs = (place.children ?? []).map((id) => this.places[id]).filter((tab) => tab?.type === "TAB");
    const box = made("div", "dash-tabs");
    const bar = made("div", "dash-tab-bar");
    const body = made("div", "dash-tab-body");
    bar.setAttribute("role", "tablist");
    body.setAttribute("role", "tabpanel");
    const buttons = tabs.map((tab) => {
      const button = made("button", "dash-tab", tab.meta?.text || tab.meta?.defaultText || "Tab");
      button.type = "button";
      button.setAttribute("role", "tab");
      return button;
    });
    const show = (at) => {
      this.open = this.open.filter((each) => !tabs.includes(each)).concat(tabs[at]);
      buttons.forEach((button, place_) => {
        button.setAttribute("aria-selected", String(place_ === at));
        button.tabIndex = place_ === at ? 0 : -1;
      });
      body.setAttribute("aria-label", buttons[at].textContent);
      body.replaceChildren(...this.#children(tabs[at]));
    };
    buttons.forEach((button, at) => {
      button.addEventListener("click", () => show(at));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = (at + step + buttons.length) % buttons.length;
        buttons[next].focus();
        show(next);
      });
    });
    bar.append(...buttons);
    if (!this.hidesTabs) box.append(bar);
    box.append(body);
    if (tabs.length) show(0);
    return box;
  }

  #text(place) {
    const box = made("div", "dash-text card");
    import("./markdown.js").then(
      ({ markdown }) => box.replaceChildren(markdown(place.meta?.code ?? "")),
      () => (box.textContent = place.meta?.code ?? ""),
    );
    return box;
  }

  #chart(place) {
    const card = made("section", "dash-chart card");
    const chart = this.charts.get(place.meta?.chartId);
    const title = made("h2", "", place.meta?.sliceNameOverride || chart?.slice_name || place.meta?.sliceName || "Chart");
    title.id = `chart-${place.meta?.chartId}-title`;
    card.setAttribute("aria-labelledby", title.id);
    card.append(title);
    const body = made("div", "drawing");
    body.style.setProperty("--height", `${(Number(place.meta?.height) || 50) * UNIT_PX}px`);
    card.append(body);
    if (!chart) {
      body.append(made("p", "said", "This chart is not there any more."));
      return card;
    }
    body.append(made("p", "said loading", "Loading …"));
    const figure = this.#figure(card, body, chart);
    this.figures.push(figure);
    whenNear(card, () => figure.load());
    return card;
  }

  // A chart's data and picture: load when it comes near, reload when filters changed, repaint when colours did.
  #figure(card, body, chart) {
    let results = null;
    let asked = null;
    let turn = 0;
    const load = async () => {
      const filters = JSON.stringify(this.filters.of(chart));
      if (filters === asked) return;
      asked = filters;
      const mine = ++turn;
      card.setAttribute("aria-busy", "true");
      try {
        const more = filters === "[]" ? "" : `&filters=${encodeURIComponent(filters)}`;
        const { result } = await this.ask(`/api/v1/chart/${chart.id}/data/?dashboard_id=${this.id}${more}`);
        // Another choice may have been made meanwhile.
        if (mine !== turn) return;
        results = result;
        await this.#paint(card, body, chart, results);
      } catch (error) {
        if (mine !== turn) return;
        console.error(error);
        body.replaceChildren(said(told(error), "alert"));
      } finally {
        if (mine === turn) card.setAttribute("aria-busy", "false");
      }
    };
    return {
      load,
      reload: () => asked !== null && load(),
      repaint: () => results && this.#paint(card, body, chart, results),
    };
  }

  async #paint(card, body, chart, results) {
    const { module, form_data: formData } = await moduleOf(chart.form_data);
    await draw(body, module, formData, results, this.theme);
    // ECharts tells what it draws but for numbers and words alone: those are told by the chart's name.
    if (body.getAttribute("role") === "img" && !body.getAttribute("aria-label")) {
      body.setAttribute("aria-labelledby", card.getAttribute("aria-labelledby"));
    }
    card.querySelector(".cut")?.remove();
    const cut = results.find((each) => each.truncated);
    if (cut) card.append(made("p", "cut", `Cut at ${cut.applied_limit.toLocaleString()} rows.`));
  }
}

let modules = null;

// The module that draws a chart of this type; for a type that nobody knows, the one that shows its data.
async function moduleOf(formData) {
  modules ??= fetch("/chart_types/modules.json").then((answer) => answer.json());
  return { module: (await modules)[formData.viz_type] ?? "fallback.js", form_data: formData };
}
