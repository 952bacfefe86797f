// What can be put on the dashboard: elements, and the charts that the reader may see.

import { action, made, said, toast, told } from "../elements.js";
import { ask } from "../session.js";
import { chartIds, chartPlace, fresh, underTabs } from "./layout.js";

const ELEMENTS = [["ROW", "Row"], ["COLUMN", "Column"], ["TABS", "Tabs"], ["HEADER", "Header"], ["MARKDOWN", "Text"], ["DIVIDER", "Divider"]];
const PAGE_SIZE = 25;
const PAUSE_MS = 250;

export class Palette {
  constructor(editor) {
    this.editor = editor;
    this.root = made("aside", "edit-palette");
    this.root.setAttribute("aria-label", "Elements and charts");
    this.list = made("ul", "edit-charts");
    this.more = made("div");
    this.search = Object.assign(made("input", "edit-search"), { type: "search", placeholder: "Search charts" });
    this.search.setAttribute("aria-label", "Search charts");
    let pause;
    this.search.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(() => this.#load(0), PAUSE_MS);
    });
    // On a narrow page it is closed until it is wanted.
    const box = made("details");
    box.open = !window.matchMedia("(max-width: 760px)").matches;
    box.append(made("summary", "", "Add elements and charts"), made("h2", "", "Elements"), this.#elements(), made("h2", "", "Charts"), this.search, this.list, this.more);
    this.root.append(box);
    this.#load(0);
  }

  // The charts that are on the dashboard are marked.
  mark() {
    const present = new Set(chartIds(this.editor.layout));
    for (const item of this.list.children) {
      const badge = item.querySelector(".edit-present");
      if (badge) badge.hidden = !present.has(Number(item.dataset.chart));
    }
  }

  #elements() {
    const { editor } = this;
    const list = made("ul", "edit-elements");
    for (const [type, name] of ELEMENTS) list.append(this.#item(name, () => fresh(type)));
    const all = made("li");
    all.append(action("Tabs over everything", () => editor.arrange(underTabs, "What there was is in the first tab."), "plain"));
    list.append(all);
    return list;
  }

  #item(name, make) {
    const { editor } = this;
    const item = made("li");
    const add = action("", () => use(make(), (place) => editor.add(place)));
    const handle = made("span", "edit-handle", "⠿");
    handle.setAttribute("aria-hidden", "true");
    add.append(handle, made("span", "sr-only", "Add "), made("span", "edit-item-name", name));
    add.classList.add("edit-item");
    editor.canvas.drag.watch(handle, () => {
      const coming = make();
      // A chart has to be read before it can be shown; where it will land is known without it.
      const place = coming instanceof Promise ? fresh("CHART") : coming;
      return { place, name, put: (parent, index) => use(coming, (each) => editor.place(each, parent, index)) };
    });
    item.append(add);
    return item;
  }

  async #load(page) {
    const mine = (this.turn = (this.turn ?? 0) + 1);
    const text = this.search.value.trim();
    const q = {
      columns: ["id", "uuid", "slice_name", "viz_type", "datasource_name_text"],
      filters: text ? [{ col: "slice_name", opr: "chart_all_text", value: text }] : [],
      order_column: "slice_name", order_direction: "asc", page, page_size: PAGE_SIZE,
    };
    this.more.replaceChildren(said("Loading …"));
    try {
      const { result, count } = await ask(`/api/v1/chart/?q=${encodeURIComponent(JSON.stringify(q))}`);
      if (mine !== this.turn) return;
      if (!page) this.list.replaceChildren();
      this.more.replaceChildren();
      this.list.append(...result.map((chart) => this.#chart(chart)));
      const shown = (page + 1) * PAGE_SIZE;
      if (!count) this.more.replaceChildren(said(text ? "No chart is like that." : "There are no charts yet that you may see."));
      if (count > shown) this.more.replaceChildren(action(`More (${(count - shown).toLocaleString()})`, () => this.#load(page + 1)));
      this.mark();
    } catch (error) {
      if (mine !== this.turn) return;
      console.error(error);
      if (!page) this.list.replaceChildren();
      this.more.replaceChildren(said(told(error), "alert"), action("Try again", () => this.#load(page)));
    }
  }

  #chart(chart) {
    const name = chart.slice_name || `Chart ${chart.id}`;
    const item = this.#item(name, () => this.#known(chart));
    item.dataset.chart = chart.id;
    const badge = made("span", "edit-present", "on it");
    badge.title = "It is on this dashboard already";
    item.querySelector("button").append(made("small", "", [chart.viz_type, chart.datasource_name_text].filter(Boolean).join(" · ")), badge);
    return item;
  }

  // The place of a chart, which the editor can show from now on.
  async #known(chart) {
    const { charts } = this.editor;
    if (!charts.has(chart.id)) {
      const q = { columns: ["id", "uuid", "slice_name", "form_data"], filters: [{ col: "id", opr: "eq", value: chart.id }] };
      const { result } = await ask(`/api/v1/chart/?q=${encodeURIComponent(JSON.stringify(q))}`);
      charts.set(chart.id, result[0] ?? chart);
    }
    return chartPlace({ ...charts.get(chart.id), uuid: chart.uuid });
  }
}

// What is to be done with a place that may still be coming.
async function use(coming, act) {
  try {
    act(await coming);
  } catch (error) {
    toast(told(error), "failed");
  }
}
