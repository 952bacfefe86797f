// A dashboard's layout as Superset keeps it (position_json): rows, columns, tabs, headers, texts, and charts.

import { made } from "../elements.js";

const COLUMNS = 12;
const STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

export class Layout {
  // places: id -> node. figure(place, chart): the card of a chart, which is undefined when there is none any more. open:
  // ids of tabs to begin with. turned(): called when another tab is open.
  constructor(places, { charts, hidesTabs, figure, open = [], turned = () => {} }) {
    Object.assign(this, { places, charts, hidesTabs, figure, wanted: new Set(open), turned });
    // id of a TABS node -> {tabs, at, show(at)}
    this.books = new Map();
    this.elementOf = new Map();
  }

  // What is on the page; without a layout, the charts in rows.
  elements() {
    return this.places.ROOT_ID ? this.#children(this.places.ROOT_ID) : this.#unplaced();
  }

  // Ids of the tabs that are seen, the outer ones first.
  activeTabs() {
    const found = [];
    const follow = (id) => {
      const book = this.books.get(id);
      const tab = book?.tabs[book.at];
      if (tab) found.push(tab.id);
      for (const child of (book ? tab : this.places[id])?.children ?? []) follow(child);
    };
    follow("ROOT_ID");
    return found;
  }

  // Whether the chart stands where no closed tab hides it.
  isSeen(chartId) {
    return [...this.elementOf].some(([id, element]) => this.places[id]?.meta?.chartId === chartId && !element.closest("[hidden]"));
  }

  // The element of a layout's node comes into sight, with the tabs above it opened.
  reveal(id) {
    for (const above of this.#path(id)) {
      const book = [...this.books.values()].find(({ tabs }) => tabs.some((tab) => tab.id === above));
      book?.show(book.tabs.findIndex((tab) => tab.id === above));
    }
    this.elementOf.get(id)?.scrollIntoView({ block: "start" });
  }

  #path(id) {
    const parent = Object.values(this.places).find((place) => place?.children?.includes(id));
    return [...(parent ? this.#path(parent.id) : []), id];
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
    const element = this.#made(place);
    if (element) this.elementOf.set(place.id, element);
    return element;
  }

  #made(place) {
    switch (place.type) {
      case "GRID":
        return this.#box("div", "dash-grid", place);
      case "ROW":
        return this.#row(place);
      case "COLUMN":
        return wide(this.#box("div", "dash-column", place), place);
      case "TABS":
        return this.#tabs(place);
      case "CHART":
        return wide(this.#chart(place), place);
      case "HEADER":
        return made("h2", `dash-header ${place.meta?.headerSize === "LARGE_HEADER" ? "large" : ""}`, place.meta?.text ?? "");
      case "MARKDOWN":
        return wide(text(place), place);
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

  // In a column, a row has as many columns as that.
  #row(place) {
    const row = this.#box("div", "dash-row", place);
    const column = this.#path(place.id).reverse().map((id) => this.places[id]).find((each) => each?.type === "COLUMN");
    if (column) row.style.setProperty("--columns", widthOf(column));
    return row;
  }

  #chart(place) {
    return this.figure(place, this.charts.get(place.meta?.chartId));
  }

  // Tabs whose contents are made when first opened, and stay.
  #tabs(place) {
    const tabs = (place.children ?? []).map((id) => this.places[id]).filter((tab) => tab?.type === "TAB");
    const box = made("div", "dash-tabs");
    const bar = made("div", "dash-tab-bar");
    bar.setAttribute("role", "tablist");
    const buttons = tabs.map((tab) => tabButton(tab));
    const panels = tabs.map((tab) => tabPanel(tab));
    const book = { tabs, at: -1, show: null };
    book.show = (at) => {
      if (at === book.at) return;
      book.at = at;
      buttons.forEach((button, other) => {
        button.setAttribute("aria-selected", String(other === at));
        button.tabIndex = other === at ? 0 : -1;
        panels[other].hidden = other !== at;
      });
      if (!panels[at].childElementCount) panels[at].append(...this.#children(tabs[at]));
      this.turned();
    };
    buttons.forEach((button, at) => {
      button.addEventListener("click", () => book.show(at));
      button.addEventListener("keydown", (event) => {
        const step = STEPS[event.key];
        if (!step) return;
        event.preventDefault();
        const next = Number.isFinite(step) ? (at + step + buttons.length) % buttons.length : step > 0 ? buttons.length - 1 : 0;
        buttons[next].focus();
        book.show(next);
      });
    });
    this.books.set(place.id, book);
    bar.append(...buttons);
    if (!this.hidesTabs) box.append(bar);
    box.append(...panels);
    if (tabs.length) book.show(Math.max(0, tabs.findIndex((tab) => this.wanted.has(tab.id))));
    return box;
  }
}

function tabButton(tab) {
  const button = made("button", "dash-tab", tab.meta?.text || tab.meta?.defaultText || "Tab");
  button.type = "button";
  button.id = `tab-${tab.id}`;
  button.setAttribute("role", "tab");
  button.setAttribute("aria-controls", `panel-${tab.id}`);
  return button;
}

function tabPanel(tab) {
  const panel = made("div", "dash-tab-body");
  panel.id = `panel-${tab.id}`;
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-label", tab.meta?.text || tab.meta?.defaultText || "Tab");
  return panel;
}

function widthOf(place) {
  return Math.min(Math.max(Number(place.meta?.width) || COLUMNS / 3, 1), COLUMNS);
}

function wide(element, place) {
  element.style.setProperty("--width", widthOf(place));
  return element;
}

function text(place) {
  const box = made("div", "dash-text card");
  import("../markdown.js").then(
    ({ markdown }) => box.replaceChildren(markdown(place.meta?.code ?? "")),
    () => (box.textContent = place.meta?.code ?? ""),
  );
  return box;
}
