// A dashboard's layout as Superset keeps it (position_json): rows, columns, tabs, headers, texts, and charts.

import { made } from "../elements.js";

const COLUMNS = 12;

export class Layout {
  // places: id -> node. figure(place, chart): the card of a chart, which is undefined when there is none any more.
  constructor(places, { charts, hidesTabs, figure }) {
    Object.assign(this, { places, charts, hidesTabs, figure });
    this.open = [];
  }

  // What is on the page; without a layout, the charts in rows.
  elements() {
    return this.places.ROOT_ID ? this.#children(this.places.ROOT_ID) : this.#unplaced();
  }

  activeTabs() {
    return this.open.map((tab) => tab.id);
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

  #chart(place) {
    return this.figure(place, this.charts.get(place.meta?.chartId));
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
}

function wide(element, place) {
  const width = Math.min(Math.max(Number(place.meta?.width) || COLUMNS / 3, 1), COLUMNS);
  element.style.setProperty("--width", width);
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
