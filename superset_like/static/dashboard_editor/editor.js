// The editor of a dashboard: its layout, its properties, its filters. Every change is a new state, so that each can be taken
// back; nothing is written before it is saved.

import { Refused, action, dialog, made, said, toast, told } from "../elements.js";
import { Canvas } from "./canvas.js";
import { filtersDialog } from "./filters_dialog.js";
import { History } from "./history.js";
import { keysDialog } from "./keys.js";
import { GRID, Refusal, ROOT, inserted, named, objection, opened, parentOf } from "./layout.js";
import { Palette } from "./palette.js";
import { propertiesDialog } from "./properties.js";
import { Saving, read } from "./saving.js";
import { stepped } from "./steps.js";

export class Editor {
  // server, modules: see Dashboard. left(isSaved): called when the reader is done.
  constructor(root, { id, server, modules, left }) {
    Object.assign(this, { root, id, server, modules, left });
    this.onKey = (event) => this.#key(event);
    this.onLeave = (event) => this.history?.isChanged && event.preventDefault();
  }

  async open() {
    this.root.replaceChildren(said("Loading …"));
    const { record, charts, tag } = await read(this.id);
    this.charts = new Map(charts.map((chart) => [chart.id, chart]));
    this.saving = new Saving(this, record, tag);
    const { layout, metadata, facts } = this.saving.opened(opened(JSON.parse(record.position_json || "{}"), charts));
    this.history = new History({ layout, metadata, facts });
    this.selected = null;
    this.canvas = new Canvas(this);
    this.#build();
    this.paint();
    document.addEventListener("keydown", this.onKey);
    window.addEventListener("beforeunload", this.onLeave);
    this.canvas.root.focus({ preventScroll: true });
  }

  get state() {
    return this.history.now;
  }

  get layout() {
    return this.state.layout;
  }

  // Takes a change of the state: {layout}, {metadata} or {facts}. text: what is told of it. isTyped: by a field of the canvas,
  // which shows it already.
  change(part, text, { focus, kind, isTyped } = {}) {
    this.history.take({ ...this.state, ...part }, kind);
    if (isTyped) this.#paintBar();
    else this.paint();
    if (text) this.tell(text);
    if (focus) this.canvas.focus(focus);
  }

  // The layout that make(layout) returns; what it refuses is told.
  arrange(make, text, more) {
    try {
      this.change({ layout: make(this.layout) }, text, more);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.tell(error.message, true);
    }
  }

  step(id, direction) {
    try {
      const { layout, text } = stepped(this.layout, id, direction);
      this.change({ layout }, text, { focus: id });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.tell(error.message, true);
      this.canvas.focus(id);
    }
  }

  // Adds a place after what is selected, or in it; else at the end.
  add(place) {
    const { parent, index } = this.#near(place);
    this.place(place, parent, index);
  }

  // Adds a place where it was dropped.
  place(place, parent, index) {
    this.arrange((layout) => inserted(layout, place, parent, index), `${named({ [place.id]: place }, place.id)} is added.`, { focus: place.id });
  }

  #near(place) {
    let at = this.layout[this.selected] ? this.selected : null;
    while (at && at !== ROOT) {
      if (!objection(this.layout, place, at)) return { parent: at, index: this.layout[at].children.length };
      const above = parentOf(this.layout, at);
      if (above && above !== ROOT && !objection(this.layout, place, above)) return { parent: above, index: this.layout[above].children.indexOf(at) + 1 };
      at = above;
    }
    const [top] = this.layout[ROOT].children;
    const end = top === GRID ? GRID : this.canvas.tabOf(top);
    return { parent: end, index: this.layout[end].children.length };
  }

  tell(text, isRefusal = false) {
    this.told.textContent = text;
    this.told.classList.toggle("refused", isRefusal);
  }

  paint() {
    this.#paintBar();
    this.canvas.paint(this.layout);
    this.palette.mark();
  }

  #paintBar() {
    const { history } = this;
    this.undoing.disabled = !history.past.length;
    this.redoing.disabled = !history.future.length;
    this.keeping.disabled = !history.isChanged;
    if (this.title.value !== this.state.facts.dashboard_title) this.title.value = this.state.facts.dashboard_title;
  }

  #build() {
    this.undoing = action("Undo", () => this.#back("undo"), "plain");
    this.redoing = action("Redo", () => this.#back("redo"), "plain");
    this.keeping = action("Save", () => this.saving.save(), "main");
    this.title = Object.assign(made("input", "edit-title"), { type: "text", maxLength: 500, placeholder: "Title" });
    this.title.setAttribute("aria-label", "Title of the dashboard");
    this.title.addEventListener("input", () => this.change({ facts: { ...this.state.facts, dashboard_title: this.title.value } }, "", { kind: "title", isTyped: true }));
    this.told = made("p", "edit-told");
    this.told.setAttribute("role", "status");
    const bar = made("div", "edit-bar");
    const tools = made("div", "edit-bar-tools");
    tools.append(
      this.undoing, this.redoing,
      action("Filters", () => filtersDialog(this)), action("Properties", () => propertiesDialog(this)), action("Keys", keysDialog, "plain"),
      action("Discard", () => this.discard()), this.keeping,
    );
    bar.append(this.title, tools);
    this.palette = new Palette(this);
    const body = made("div", "edit-body");
    body.append(this.canvas.root, this.palette.root);
    const page = made("div", "dashboard editing");
    page.append(made("h1", "sr-only", "Edit dashboard"), bar, this.told, body);
    this.root.replaceChildren(page);
  }

  #back(way) {
    if (!this.history[way]()) return;
    this.paint();
    this.tell(way === "undo" ? "Taken back." : "Done again.");
    (this[way === "undo" ? "undoing" : "redoing"].disabled ? this.canvas.root : document.activeElement).focus?.({ preventScroll: true });
  }

  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    const isText = event.target.matches?.("input, textarea, select");
    if (key === "s") this.history.isChanged && this.saving.save();
    else if (key === "z" && !isText) this.#back(event.shiftKey ? "redo" : "undo");
    else if (key === "y" && !isText) this.#back("redo");
    else return;
    event.preventDefault();
  }

  discard() {
    if (!this.history.isChanged) return this.close(false);
    const box = dialog("Discard your changes?", made("p", "", "What you changed since the last save will be lost."), {
      actions: [
        action("Keep editing", () => box.close()),
        action("Discard", () => {
          box.close();
          this.close(false);
        }, "danger"),
      ],
    });
  }

  close(isSaved) {
    document.removeEventListener("keydown", this.onKey);
    window.removeEventListener("beforeunload", this.onLeave);
    this.canvas.end();
    if (isSaved) toast("Saved.");
    this.left(isSaved);
  }
}

// Opens the editor in an element; resolves when it is there. What fails is shown in its place.
export async function edit(root, options) {
  try {
    await new Editor(root, options).open();
  } catch (error) {
    if (!(error instanceof Refused)) console.error(error);
    root.replaceChildren(said(told(error), "alert"), action("Back", () => options.left(false)));
  }
}
