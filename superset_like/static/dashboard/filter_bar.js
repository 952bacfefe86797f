// The bar in which a reader sets the native filters of a dashboard and takes cross filters back.

import { action, made } from "../elements.js";
import { controlOf } from "./filter_controls.js";
import { chartsBelow } from "./filters.js";

export class FilterBar {
  constructor(dashboard) {
    this.dashboard = dashboard;
    this.filters = dashboard.filters;
    this.isVertical = dashboard.metadata.filter_bar_orientation === "VERTICAL" && this.filters.declared.length > 0;
    this.controls = new Map();
    this.element = made("form", `dash-filters card${this.isVertical ? " vertical" : ""}`);
    this.element.setAttribute("aria-label", "Filters");
    this.element.addEventListener("submit", (event) => event.preventDefault());
    this.#build();
  }

  // Filters that begin with their first value have it; parents before those that depend on them.
  async begin() {
    const left = this.filters.natives.filter((each) => each.controlValues?.defaultToFirstItem && !this.filters.isSet(each.id));
    const depths = new Map();
    const depth = ({ id, cascadeParentIds: parents }) => {
      if (depths.has(id)) return depths.get(id);
      // One that depends on itself in the end.
      depths.set(id, 0);
      depths.set(id, Math.max(0, ...(parents ?? []).map((parent) => 1 + depth(this.filters.byId.get(parent) ?? {}))));
      return depths.get(id);
    };
    for (const native of left.sort((one, two) => depth(one) - depth(two))) {
      await this.controls.get(native.id).first?.().catch(console.error);
    }
    this.refresh();
  }

  // What a native filter offers, as those leave it on which it depends.
  async offered(native, search = "") {
    const parents = this.filters.parentsOf(native);
    const given = new URLSearchParams({
      ...(Object.keys(parents).length ? { parents: JSON.stringify(parents) } : {}),
      ...(search ? { search } : {}),
    });
    const path = `/api/v1/dashboard/${this.dashboard.id}/filters/${encodeURIComponent(native.id)}/values/?${given}`;
    return (await this.dashboard.server.ask(path)).result;
  }

  // Masks were set: who depends on them offers other values, and keeps of its own what is still offered.
  changed(ids) {
    for (const id of ids) {
      this.controls.get(id)?.show();
      for (const child of this.filters.childrenOf(id)) this.controls.get(child.id)?.depend().catch(console.error);
    }
    this.refresh();
  }

  // The chips of cross filters, and the filters that are about something in sight.
  refresh() {
    const { layout } = this.dashboard;
    for (const [box, isShown] of [[this.shown, true], [this.hidden, false]]) {
      const all = this.filters.declared.filter((each) => this.#isInSight(each, layout) === isShown);
      fill(box, all.map((each) => this.controls.get(each.id).element));
    }
    this.hiddenBox.hidden = !this.hidden.childElementCount;
    this.hiddenBox.querySelector("summary").textContent = `Out of sight (${this.hidden.childElementCount})`;
    this.chips.replaceChildren(...this.filters.crossing().map((each) => this.#chip(each)));
    const count = [...this.filters.masks.keys()].filter((id) => this.filters.isSet(id)).length;
    this.fold.textContent = count ? `Filters (${count})` : "Filters";
    this.clear.disabled = !count;
    this.element.hidden = !this.filters.declared.length && !this.chips.childElementCount;
  }

  #build() {
    this.shown = made("div", "dash-filters-shown");
    this.hidden = made("div", "dash-filters-shown");
    this.chips = made("div", "dash-chips");
    this.chips.setAttribute("aria-live", "polite");
    this.hiddenBox = made("details", "dash-filters-hidden");
    this.hiddenBox.append(made("summary", ""), this.hidden);
    const content = made("div", "dash-filters-content");
    this.clear = action("Clear all", () => this.filters.clear(), "plain dash-clear");
    content.append(this.shown, this.hiddenBox, this.chips, this.clear);
    this.fold = action("Filters", () => this.#turn(content.hidden), "plain dash-filters-fold");
    this.content = content;
    for (const each of this.filters.declared) {
      const control = each.type === "DIVIDER" ? divider(each) : controlOf(each, this);
      if (each.description && each.type !== "DIVIDER") control.element.title = each.description;
      this.controls.set(each.id, control);
    }
    this.element.append(this.fold, content);
    this.#turn(!this.dashboard.wish.foldsFilters);
  }

  #turn(isOpen) {
    this.content.hidden = !isOpen;
    this.fold.setAttribute("aria-expanded", String(isOpen));
    this.element.classList.toggle("folded", !isOpen);
  }

  #isInSight(each, layout) {
    if (!layout?.books.size) return true;
    const open = new Set(layout.activeTabs());
    if (each.tabsInScope?.length) return each.tabsInScope.some((id) => open.has(id));
    if (each.type === "DIVIDER") return true;
    const roots = each.scope?.rootPath ?? ["ROOT_ID"];
    if (roots.includes("ROOT_ID")) return true;
    const about = roots.flatMap((root) => [...chartsBelow(this.dashboard.places, root)]);
    return !about.length || about.some((chartId) => layout.isSeen(chartId));
  }

  #chip({ id, name, text }) {
    const chip = action(`${name}: ${text} ✕`, () => this.filters.set(id, {}), "dash-chip");
    chip.setAttribute("aria-label", `Take back the filter by ${name}: ${text}`);
    return chip;
  }
}

// What holds just these already is left alone, with the focus in it.
function fill(box, elements) {
  const isFilled = elements.length === box.childElementCount && elements.every((each, at) => each === box.children[at]);
  if (!isFilled) box.replaceChildren(...elements);
}

function divider(each) {
  const element = made("div", "dash-filter-divider");
  element.append(made("p", "dash-filter-title", each.title ?? ""));
  if (each.description) element.append(made("p", "", each.description));
  return { element, show() {}, async depend() {} };
}
