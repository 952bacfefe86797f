// A chart on a dashboard: its card, its data, its picture. It loads when it comes near what is seen of the page.

import { draw, whenNear } from "../drawing.js";
import { made, said, told } from "../elements.js";
import { table } from "../tables.js";

const UNIT_PX = 8;
const TABLES = new Set(["table"]);

export class Figure {
  constructor(place, chart, dashboard) {
    Object.assign(this, { chart, dashboard });
    this.results = null;
    this.asked = null;
    this.turn = 0;
    this.card = made("section", "dash-chart card");
    this.body = made("div", "drawing");
    const title = made("h2", "", place.meta?.sliceNameOverride || chart?.slice_name || place.meta?.sliceName || "Chart");
    title.id = `chart-${place.meta?.chartId}-title`;
    this.card.setAttribute("aria-labelledby", title.id);
    this.body.style.setProperty("--height", `${(Number(place.meta?.height) || 50) * UNIT_PX}px`);
    this.card.append(title, this.body);
    if (chart) {
      this.body.append(made("p", "said loading", "Loading …"));
      whenNear(this.card, () => this.load());
    } else {
      this.body.append(made("p", "said", "This chart is not there any more."));
    }
  }

  // The data, where it is another than that which is shown.
  async load() {
    const filters = JSON.stringify(this.dashboard.filters.of(this.chart));
    if (filters === this.asked) return;
    this.asked = filters;
    const mine = ++this.turn;
    this.card.setAttribute("aria-busy", "true");
    try {
      const more = filters === "[]" ? "" : `&filters=${encodeURIComponent(filters)}`;
      const path = `/api/v1/chart/${this.chart.id}/data/?dashboard_id=${this.dashboard.id}${more}`;
      const { result } = await this.dashboard.server.ask(path);
      // Another choice may have been made meanwhile.
      if (mine !== this.turn) return;
      this.results = result;
      await this.#paint();
    } catch (error) {
      if (mine !== this.turn) return;
      console.error(error);
      this.body.replaceChildren(said(told(error), "alert"));
    } finally {
      if (mine === this.turn) this.card.setAttribute("aria-busy", "false");
    }
  }

  reload() {
    if (this.asked !== null) this.load();
  }

  repaint() {
    if (this.results) this.#paint();
  }

  async #paint() {
    const { body, card, results } = this;
    const { module, form_data: formData } = await moduleOf(this.chart.form_data);
    if (TABLES.has(formData.viz_type)) body.replaceChildren(table(results[0], formData));
    else await draw(body, module, formData, results, this.dashboard.theme);
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
