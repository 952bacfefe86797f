// The layout as blocks that can be moved, sized and edited. It is painted anew after each change; charts and texts that are
// shown already are put into their new places.

import { Dashboard } from "../dashboard/dashboard.js";
import { Figure } from "../dashboard/figure.js";
import { Filters } from "../dashboard/filters.js";
import { made } from "../elements.js";
import { blockKeys, blockMenu } from "./block_tools.js";
import { Drag } from "./drag.js";
import { COLUMNS, ROOT, UNIT_PX, capacity, moved, named, parentOf, way, widthOf } from "./layout.js";
import { grip } from "./resize.js";
import { TabBar } from "./tab_bar.js";
import { Text, header } from "./texts.js";

// A column is as wide as it is said to be, and as high as what is in it.
const HIGH = new Set(["CHART", "MARKDOWN"]);

export class Canvas {
  constructor(editor) {
    this.editor = editor;
    this.figures = new Map();
    this.texts = new Map();
    this.open = new Map();
    this.stage = stage(editor);
    this.root = made("div", "edit-canvas");
    this.root.tabIndex = -1;
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", "Layout of the dashboard");
    this.drag = new Drag(this);
    this.root.addEventListener("focusin", (event) => this.#select(event.target.closest("[data-id]")?.dataset.id));
    this.root.addEventListener("pointerdown", (event) => this.#select(event.target.closest("[data-id]")?.dataset.id));
  }

  get layout() {
    return this.editor.layout;
  }

  paint() {
    const focused = this.root.contains(document.activeElement) ? document.activeElement : null;
    const id = focused?.closest("[data-id]")?.dataset.id;
    const [top] = this.layout[ROOT].children;
    this.root.replaceChildren(this.#element(top));
    for (const each of [...this.figures.keys(), ...this.texts.keys()]) {
      if (!this.layout[each]) {
        this.figures.get(each)?.end();
        this.figures.delete(each);
        this.texts.delete(each);
      }
    }
    this.#mark();
    if (id && this.layout[id]) this.focus(id);
  }

  end() {
    for (const figure of this.figures.values()) figure.end();
  }

  // The block has the focus, in the tab that holds it.
  focus(id) {
    const hidden = way(this.layout, id).filter((each) => this.layout[each].type === "TAB" && this.tabOf(parentOf(this.layout, each)) !== each);
    for (const tab of hidden) this.open.set(parentOf(this.layout, tab), tab);
    if (hidden.length) this.paint();
    const block = this.root.querySelector(`[data-focus="${CSS.escape(id)}"]`);
    if (!block) return;
    block.focus({ preventScroll: true });
    block.scrollIntoView({ block: "nearest" });
    this.#select(id);
  }

  // The tab that is shown of these tabs.
  tabOf(tabs) {
    const { children } = this.layout[tabs];
    const chosen = this.open.get(tabs);
    return children.includes(chosen) ? chosen : children[0];
  }

  show(tabs, tab) {
    this.open.set(tabs, tab);
    this.paint();
  }

  nameOf(id) {
    return named(this.layout, id, this.editor.charts);
  }

  edit(id) {
    const { type } = this.layout[id];
    const block = this.root.querySelector(`[data-id="${CSS.escape(id)}"]`);
    if (type === "MARKDOWN") this.texts.get(id).begin();
    else if (type === "HEADER") block?.querySelector("input")?.select();
    else if (type === "TAB") this.root.querySelector(`[data-focus="${CSS.escape(id)}"]`)?.dispatchEvent(new CustomEvent("rename"));
  }

  #select(id) {
    if (!id || id === this.editor.selected) return;
    this.editor.selected = id;
    this.#mark();
  }

  #mark() {
    for (const each of this.root.querySelectorAll(".edit-selected")) each.classList.remove("edit-selected");
    this.root.querySelector(`.edit-block[data-id="${CSS.escape(this.editor.selected ?? "")}"]`)?.classList.add("edit-selected");
  }

  #element(id) {
    const place = this.layout[id];
    switch (place.type) {
      case "GRID":
      case "TAB":
        return this.#stack(place);
      case "ROW":
        return this.#block(place, this.#row(place));
      case "COLUMN":
        return this.#block(place, this.#children(place, "edit-stack in-column"));
      case "TABS": {
        const panel = this.#element(this.tabOf(id));
        panel.setAttribute("role", "tabpanel");
        panel.setAttribute("aria-label", this.nameOf(this.tabOf(id)));
        return this.#block(place, new TabBar(this, place).root, panel);
      }
      case "CHART":
        return this.#block(place, this.#figure(place));
      case "MARKDOWN":
        return this.#block(place, this.#text(place));
      case "HEADER":
        return this.#block(place, header(this.editor, place));
      case "DIVIDER":
        return this.#block(place, made("hr"));
      default:
        return this.#block(place, made("p", "said", `This element (${place.type}) is kept as it is.`), ...place.children.map((child) => this.#element(child)));
    }
  }

  #stack(place) {
    const stack = this.#children(place, "edit-stack");
    stack.dataset.id = place.id;
    if (!place.children.length) stack.append(made("p", "edit-empty", "Drag charts and elements here, or choose them in the palette."));
    return stack;
  }

  #row(place) {
    const row = this.#children(place, "edit-row");
    row.style.setProperty("--columns", capacity(this.layout, place.id) || COLUMNS);
    if (!place.children.length) row.append(made("p", "edit-empty", "An empty row"));
    return row;
  }

  #children(place, className) {
    const box = made("div", className);
    box.append(...place.children.map((child) => this.#element(child)));
    return box;
  }

  // The frame of an element: its handle, its name, its menu, its keys, and the corner that sizes it.
  #block(place, ...content) {
    const { id, type } = place;
    const name = this.nameOf(id);
    const block = made("div", `edit-block is-${type.toLowerCase()}`);
    Object.assign(block.dataset, { id, focus: id });
    block.tabIndex = 0;
    block.setAttribute("role", "group");
    block.setAttribute("aria-label", `${name}${this.#position(place)}`);
    if (this.layout[parentOf(this.layout, id)].type === "ROW") block.style.setProperty("--width", widthOf(place));
    const tools = made("div", "edit-tools");
    const handle = made("span", "edit-handle", "⠿");
    handle.title = `Drag ${name}`;
    handle.setAttribute("aria-hidden", "true");
    this.drag.watch(tools, () => ({ place: this.layout[id], name, put: (parent, index) => this.editor.arrange((layout) => moved(layout, id, parent, index), `${name} is moved.`, { focus: id }) }));
    tools.append(handle, made("span", "edit-name", name), blockMenu(this.editor, id, name));
    block.append(tools, ...content);
    if (HIGH.has(type) || type === "COLUMN") block.append(grip(this, id));
    block.addEventListener("keydown", (event) => blockKeys(this.editor, id, event));
    return block;
  }

  #position(place) {
    const parent = this.layout[parentOf(this.layout, place.id)];
    const at = parent.children.indexOf(place.id) + 1;
    return `, ${at} of ${parent.children.length}${parent.type === "ROW" ? `, ${widthOf(place)} columns wide` : ""}`;
  }

  #figure(place) {
    const { editor } = this;
    const { id, meta } = place;
    let figure = this.figures.get(id);
    if (!figure || figure.chart !== editor.charts.get(meta.chartId)) {
      figure?.end();
      figure = new Figure(place, editor.charts.get(meta.chartId), this.stage);
      this.figures.set(id, figure);
    }
    figure.body.style.setProperty("--height", `${(Number(meta.height) || 50) * UNIT_PX}px`);
    return figure.card;
  }

  #text(place) {
    if (!this.texts.has(place.id)) this.texts.set(place.id, new Text(this.editor, place.id));
    const text = this.texts.get(place.id);
    text.paint(place.meta);
    return text.root;
  }
}

// What charts are drawn on while they are arranged: the dashboard without filters.
function stage({ id, server, modules, state }) {
  const dashboard = new Dashboard(made("div"), { server, id, modules, wish: { hidesControls: true } });
  dashboard.metadata = state.metadata;
  dashboard.filters = new Filters({}, { places: {}, charts: new Map(), changed() {} });
  return dashboard;
}
