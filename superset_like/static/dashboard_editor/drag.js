// Dragging by mouse, pen or finger: where something would land is shown while it moves, and why it may not.

import { made } from "../elements.js";
import { objection } from "./layout.js";

const BEGINS_PX = 5;
const EDGE_PX = 14;
const SCROLL_PX = 60;
const SCROLLED_PX = 14;
const OPENS_MS = 500;
const narrow = window.matchMedia("(max-width: 760px)");

export class Drag {
  constructor(canvas) {
    this.canvas = canvas;
    this.waiting = null;
  }

  // source(): {place, name, put(parentId, index)} of what is dragged by the element.
  watch(element, source) {
    element.classList.add("edit-draggable");
    element.addEventListener("pointerdown", (event) => {
      const inner = event.target.closest("button, input, textarea, .menu");
      // What is within it is for other things.
      if (event.button || (inner && inner !== element && element.contains(inner))) return;
      this.#begin(element, source, event);
    });
  }

  #begin(element, source, first) {
    const stop = new AbortController();
    const end = () => {
      stop.abort();
      cancelAnimationFrame(this.scrolling);
      clearTimeout(this.opening);
      this.ghost?.remove();
      this.line?.remove();
      Object.assign(this, { ghost: null, line: null, target: null, source: null, waiting: null });
      document.body.classList.remove("edit-dragging");
    };
    const move = (event) => {
      if (event.pointerId !== first.pointerId) return;
      if (!this.ghost) {
        if (Math.hypot(event.clientX - first.clientX, event.clientY - first.clientY) < BEGINS_PX) return;
        this.#lift(source());
      }
      event.preventDefault();
      this.point = { x: event.clientX, y: event.clientY };
      this.#hover();
    };
    const drop = (event) => {
      if (event.pointerId !== first.pointerId) return;
      const { target, source: dragged } = this;
      const wasDragged = Boolean(this.ghost);
      end();
      if (wasDragged) swallowClick();
      if (target && dragged) dragged.put(target.parent, target.index);
      else if (wasDragged) this.canvas.editor.tell("Nothing was moved.");
    };
    const options = { signal: stop.signal };
    window.addEventListener("pointermove", move, options);
    window.addEventListener("pointerup", drop, options);
    window.addEventListener("pointercancel", end, options);
    window.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), end()), { ...options, capture: true });
  }

  #lift(source) {
    this.source = source;
    this.ghost = made("div", "edit-ghost");
    this.why = made("span", "edit-why");
    this.ghost.append(made("strong", "", source.name), this.why);
    this.line = made("div", "edit-line");
    document.body.append(this.ghost, this.line);
    document.body.classList.add("edit-dragging");
    const scroll = () => {
      const { y } = this.point ?? { y: innerHeight / 2 };
      const step = y < SCROLL_PX ? -SCROLLED_PX : y > innerHeight - SCROLL_PX ? SCROLLED_PX : 0;
      if (step) {
        window.scrollBy(0, step);
        this.#hover();
      }
      this.scrolling = requestAnimationFrame(scroll);
    };
    scroll();
  }

  #hover() {
    const { x, y } = this.point;
    this.ghost.style.transform = `translate(${x + 12}px, ${y + 12}px)`;
    const { target, why } = this.#find(document.elementFromPoint(x, y), x, y);
    this.target = target;
    this.why.textContent = target ? "" : why;
    this.ghost.classList.toggle("refused", !target);
    this.line.hidden = !target;
    if (target) Object.assign(this.line.style, px(target.line));
  }

  // Where it would land: in what is under the pointer, or the nearest around that which can hold it.
  #find(hit, x, y) {
    this.#openTab(hit);
    if (!this.canvas.root.contains(hit)) return { target: null, why: "" };
    if (this.source.place.type === "TAB") return this.#findTab(hit, x, y);
    let why = "";
    for (let block = hit.closest("[data-id]"); block && this.canvas.root.contains(block); block = block.parentElement.closest("[data-id]")) {
      for (const [parent, axis] of this.#candidates(block, y)) {
        const reason = objection(this.canvas.layout, this.source.place, parent.dataset.id);
        if (!reason) return { target: landing(parent, axis, x, y) };
        why ||= reason;
      }
    }
    return { target: null, why };
  }

  // In the block itself unless the pointer is at its edge.
  #candidates(block, y) {
    const { layout } = this.canvas;
    const { type } = layout[block.dataset.id];
    const box = block.getBoundingClientRect();
    const isAtEdge = y < box.top + EDGE_PX || y > box.bottom - EDGE_PX;
    if (type === "GRID" || type === "TAB") return [[block, "y"]];
    if ((type === "ROW" || type === "COLUMN") && !isAtEdge) return [[block, type === "ROW" && !narrow.matches ? "x" : "y"]];
    // At the edge of what stands in a row, it lands above or below that row.
    return [];
  }

  #findTab(hit, x, y) {
    for (let block = hit.closest(".is-tabs"); block; block = block.parentElement.closest(".is-tabs")) {
      const reason = objection(this.canvas.layout, this.source.place, block.dataset.id);
      if (!reason) return { target: landing(block, "x", x, y, [...block.querySelector("[role=tablist]").children]) };
    }
    return { target: null, why: "A tab can only be among tabs." };
  }

  // Waiting over a tab opens it.
  #openTab(hit) {
    const tab = hit?.closest?.("[data-tab]");
    const id = tab?.dataset.tab ?? null;
    // The canvas is painted anew when a tab opens: the same tab is another element then.
    if (id === this.waiting) return;
    clearTimeout(this.opening);
    this.waiting = id;
    if (tab && this.source.place.type !== "TAB") {
      this.opening = setTimeout(() => this.canvas.show(tab.dataset.tabs, tab.dataset.tab), OPENS_MS);
    }
  }
}

// The click that ends a drag is none.
function swallowClick() {
  const swallow = (click) => click.stopPropagation();
  window.addEventListener("click", swallow, true);
  setTimeout(() => window.removeEventListener("click", swallow, true));
}

// The position among the children of a block, and the line that shows it.
function landing(block, axis, x, y, given = null) {
  const box = block.classList.contains("edit-block") ? block.querySelector(":scope > .edit-row, :scope > .edit-stack") : block;
  const children = given ?? [...(box ?? block).children].filter((child) => child.dataset.id);
  const rects = children.map((child) => child.getBoundingClientRect());
  const at = rects.findIndex((rect) => (axis === "x" ? x < rect.left + rect.width / 2 : y < rect.top + rect.height / 2));
  const index = at < 0 ? rects.length : at;
  const around = (box ?? block).getBoundingClientRect();
  const edge = index < rects.length ? rects[index] : rects.at(-1);
  const isAfter = index >= rects.length;
  if (!edge) return { parent: block.dataset.id, index, line: { left: around.left, top: around.top, width: around.width, height: 4 } };
  const line = axis === "x"
    ? { left: isAfter ? edge.right + 2 : edge.left - 6, top: edge.top, width: 4, height: edge.height }
    : { left: around.left, top: isAfter ? edge.bottom + 2 : edge.top - 6, width: around.width, height: 4 };
  return { parent: block.dataset.id, index, line };
}

function px(rect) {
  return Object.fromEntries(Object.entries(rect).map(([name, value]) => [name, `${value}px`]));
}
