// A chart on a dashboard: its card, its data, its picture. It loads when it comes near what is seen of the page, and lets
// its picture go when it is far away.

import { clear, draw, dressed, prepare, whileNear } from "../drawing.js";
import { action, made, said, told } from "../elements.js";

const UNIT_PX = 8;
const TABLES = new Set(["table", "ag-grid-table", "table_view"]);
// A server that is busy says when to ask again.
const BUSY = new Set([429, 503]);
const ATTEMPTS = 4;
const LONGEST_PATH = 3500;
// From so many charts on, those far away let their pictures go.
const MANY = 25;

export class Figure {
  constructor(place, chart, dashboard) {
    Object.assign(this, { chart, dashboard, place });
    this.results = null;
    this.drawing = null;
    this.asked = null;
    this.isStale = false;
    this.near = false;
    this.stop = null;
    this.turn = 0;
    this.name = place.meta?.sliceNameOverride || chart?.slice_name || place.meta?.sliceName || "Chart";
    this.card = made("section", "dash-chart card");
    this.body = made("div", "drawing");
    this.body.style.setProperty("--height", `${(Number(place.meta?.height) || 50) * UNIT_PX}px`);
    this.card.append(this.#head(), this.body);
    if (chart) {
      this.body.append(made("p", "said loading", "Loading …"));
      this.unwatch = whileNear(this.card, { near: () => this.#comes(), far: () => this.#goes() });
    } else {
      this.body.append(made("p", "said", "This chart is not there any more."));
    }
  }

  get isAsked() {
    return this.asked !== null;
  }

  get isBusy() {
    return this.card.getAttribute("aria-busy") === "true";
  }

  // It leaves the page: nothing is asked, drawn or waited for any more.
  end() {
    this.unwatch?.();
    this.stop?.abort();
    this.#clear();
  }

  // The data, where it is another than that which is shown. force: ask the database anew.
  async load({ force = false } = {}) {
    const { filters } = this.dashboard;
    const missing = filters.missing(this.chart);
    const extra = filters.extraOf(this.chart);
    const asked = missing.length ? "missing" : JSON.stringify(extra);
    if (asked === this.asked && !force) return;
    this.asked = asked;
    this.stop?.abort();
    if (missing.length) {
      this.#say(said(`Choose a value of ${missing.map((each) => each.name).join(", ")} to see this chart.`));
      return;
    }
    const { signal } = (this.stop = new AbortController());
    this.card.setAttribute("aria-busy", "true");
    const { viz_type: kind } = this.chart.form_data;
    if (this.dashboard.modules[kind] && !TABLES.has(kind)) prepare(this.dashboard.modules[kind]);
    try {
      const { result } = await this.answer({ force }, signal);
      if (signal.aborted) return;
      this.results = result;
      this.isStale = false;
      await this.#paint();
      if (signal.aborted) return;
      this.dashboard.told.shown?.(this);
    } catch (error) {
      if (signal.aborted) return;
      console.error(error);
      this.#fail(error);
    } finally {
      if (this.stop?.signal === signal) this.card.setAttribute("aria-busy", "false");
    }
  }

  reload() {
    if (this.isAsked) this.load();
  }

  repaint() {
    if (this.results && this.near) this.#paint();
  }

  // The server's answer to the chart's question with the filters of the dashboard. wish: more of what the endpoint takes.
  async answer(wish = {}, signal = undefined) {
    const path = `/api/v1/chart/${this.chart.id}/data/`;
    const given = this.given(wish);
    const query = new URLSearchParams(given).toString();
    const { server } = this.dashboard;
    return patiently(
      () => (query.length < LONGEST_PATH ? server.ask(`${path}?${query}`, { signal }) : server.send("POST", path, given, { signal })),
      signal,
    );
  }

  // The parameters of that question. filters: beside those of the dashboard.
  given({ filters = [], force, ...more } = {}) {
    const extra = this.dashboard.filters.extraOf(this.chart);
    if (filters.length) extra.filters = [...(extra.filters ?? []), ...filters];
    const { params } = this.dashboard.wish;
    return {
      dashboard_id: String(this.dashboard.id),
      ...(Object.keys(extra).length ? { extra_form_data: JSON.stringify(extra) } : {}),
      ...(Object.keys(params).length ? { url_params: JSON.stringify(params) } : {}),
      ...(force ? { force: "true" } : {}),
      ...more,
    };
  }

  // The form with which the results are drawn: filters may have changed its grain, and the dashboard has colours of its own.
  get formData() {
    const { color_scheme: scheme, label_colors: colours } = this.dashboard.metadata;
    const grain = this.dashboard.filters.extraOf(this.chart).time_grain_sqla;
    const own = this.chart.form_data;
    return {
      ...own,
      ...(scheme ? { color_scheme: scheme } : {}),
      ...(colours ? { label_colors: { ...own.label_colors, ...colours } } : {}),
      ...(grain ? { time_grain_sqla: grain } : {}),
    };
  }

  #head() {
    const head = made("div", "dash-chart-head");
    const title = made("h2", "", this.name);
    title.id = `chart-${this.place.meta?.chartId}-title`;
    this.card.setAttribute("aria-labelledby", title.id);
    head.append(title);
    this.marks = made("details", "dash-applied");
    this.marks.hidden = true;
    head.append(this.marks);
    if (this.chart && !this.dashboard.wish.hidesControls) head.append(this.#opener());
    return head;
  }

  // What the menu does is loaded when it is first opened.
  #opener() {
    const opener = action("⋯", async () => {
      const { chartMenu } = await import("./chart_menu.js");
      const menu = chartMenu(this);
      opener.replaceWith(menu);
      menu.querySelector("button").click();
    }, "plain");
    opener.setAttribute("aria-label", `Actions of ${this.name}`);
    opener.setAttribute("aria-haspopup", "menu");
    return opener;
  }

  #comes() {
    this.near = true;
    if (!this.isAsked) this.load();
    else if (this.results && this.released) this.#paint();
  }

  #goes() {
    this.near = false;
    if (this.dashboard.figures.length < MANY || !this.results || this.card.contains(document.activeElement) || document.fullscreenElement === this.card) return;
    this.released = true;
    this.#clear();
  }

  // Nothing is shown, and what is being drawn will not be.
  #clear() {
    this.turn += 1;
    clear(this.body);
  }

  #say(sentence) {
    this.results = this.drawing = null;
    this.marks.hidden = true;
    this.#clear();
    this.card.querySelector(".cut")?.remove();
    this.body.replaceChildren(sentence);
  }

  #fail(error) {
    this.isStale = true;
    // Somebody whose leave has ended keeps what he saw; he was told.
    if (error.status === 401 && this.results) return;
    const box = made("div");
    box.append(said(error.status === 404 ? "This chart is not there any more." : told(error), "alert"));
    const again = action("Try again", () => this.load({ force: true }));
    const centre = made("p", "said");
    centre.append(again);
    if (error.status !== 404 && error.status !== 403) box.append(centre);
    this.#say(box);
    if (!error.status) window.addEventListener("online", () => this.load({ force: true }), { once: true, signal: this.stop.signal });
  }

  async #paint() {
    const { body, card, results, formData } = this;
    const mine = (this.turn += 1);
    const isOvertaken = () => mine !== this.turn;
    this.released = false;
    const module = this.dashboard.modules[formData.viz_type];
    card.querySelector(".cut")?.remove();
    if (module) await this.#draw(module, isOvertaken);
    else await this.#tabulate(isOvertaken);
    if (isOvertaken()) return;
    this.#showApplied();
    // Whoever names a row wants no other.
    const cut = this.formData.row_number ? undefined : results.find((each) => each.truncated);
    if (cut && this.dashboard.wish.warnsOfCuts) card.append(made("p", "cut", `Cut at ${cut.applied_limit.toLocaleString()} rows.`));
    // ECharts tells what it draws but for numbers and words alone: those are told by the chart's name.
    if (body.getAttribute("role") === "img" && !body.getAttribute("aria-label")) {
      body.setAttribute("aria-labelledby", card.getAttribute("aria-labelledby"));
    }
  }

  async #draw(module, isOvertaken) {
    const { dashboard, formData, results } = this;
    let drawing = null;
    const found = (params) => drawing?.picks?.(formData, results, params) ?? [];
    // A cell of a table is a button; the other mouse button over it asks for more.
    let asking = null;
    const picked = (row, column, event) => this.#picked(asking ? "contextmenu" : "click", found({ row, column }), asking ?? event);
    const hooks = this.#leads() ? { picked } : {};
    drawing = await draw(this.body, module, formData, results, dashboard.theme, { ...hooks, look: dashboard.look() });
    if (isOvertaken()) return;
    this.drawing = drawing;
    this.body.oncontextmenu = null;
    if (drawing?.chart) {
      for (const kind of ["click", "contextmenu"]) {
        drawing.chart.on(kind, (params) => this.#picked(kind, found(params), params.event?.event));
      }
    } else if (drawing) {
      this.body.oncontextmenu = (event) => {
        const cell = event.target.closest("td")?.querySelector(".cell-button");
        if (!cell) return;
        event.preventDefault();
        asking = event;
        cell.click();
        asking = null;
      };
    }
  }

  // Whether a mark of this chart does something.
  #leads() {
    return this.dashboard.filters.crosses(this.chart.id) || this.dashboard.may("drill");
  }

  // The rows of a type that nobody knows.
  async #tabulate(isOvertaken) {
    const [{ table }] = await Promise.all([import("../tables.js"), dressed()]);
    if (isOvertaken()) return;
    clear(this.body);
    this.drawing = null;
    const note = made("p", "cut", `No picture for this type of chart: ${this.formData.viz_type}. These are its rows.`);
    this.body.replaceChildren(note, table(this.results[0], { ...this.formData, viz_type: "table" }));
    this.body.removeAttribute("role");
  }

  // A mark or a cell: a click filters the other charts by it, the other button offers more.
  async #picked(kind, picks, event) {
    event?.preventDefault();
    if (!picks.length) return;
    const { crossFilter, markMenu } = await import("./marks.js");
    if (kind === "click" && this.dashboard.filters.crosses(this.chart.id)) crossFilter(this, picks);
    else markMenu(this, picks, event);
  }

  // Which of the dashboard's filters hold here, and which do not.
  #showApplied() {
    const all = this.dashboard.filters.appliedTo(this.chart);
    this.marks.hidden = !all.length;
    if (!all.length) return;
    const told = this.results.filter((each) => each.applied_filters);
    const rejected = new Set(told.flatMap((each) => each.rejected_filters.map(({ column }) => column)));
    const timed = told.some((each) => each.from_dttm !== null || each.to_dttm !== null);
    const holds = (each) => (each.isTime ? timed || /^no filter$/i.test(each.text) : !each.columns.some((name) => rejected.has(name)));
    const applied = all.filter(holds);
    const summary = made("summary", "", `▽ ${applied.length}`);
    summary.setAttribute("aria-label", `${applied.length} ${applied.length === 1 ? "filter applies" : "filters apply"} to ${this.name}`);
    const list = made("ul", "dash-applied-list");
    for (const each of all) {
      const line = made("li", holds(each) ? "" : "not", `${each.name}: ${each.text}`);
      if (!holds(each)) line.append(made("em", "", " – does not apply to this chart"));
      list.append(line);
    }
    this.marks.replaceChildren(summary, list);
  }
}

// What the act gives; a busy server is asked again when it said so.
async function patiently(act, signal) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (!BUSY.has(error.status) || attempt === ATTEMPTS || signal?.aborted) throw error;
      const seconds = Math.min(error.after || 2 ** attempt, 30);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}
