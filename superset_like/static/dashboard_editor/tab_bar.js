// The bar of tabs in the editor: choose, rename, move, add, remove.

import { action, made } from "../elements.js";
import { blockKeys, blockMenu } from "./block_tools.js";
import { changed, fresh, inserted, moved } from "./layout.js";

export class TabBar {
  constructor(canvas, tabs) {
    Object.assign(this, { canvas, tabs });
    this.root = made("div", "edit-tab-bar");
    const list = made("div", "edit-tab-list");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", canvas.nameOf(tabs.id));
    const shown = canvas.tabOf(tabs.id);
    list.append(...tabs.children.map((id) => this.#tab(id, id === shown)));
    const add = action("＋", () => this.#add(), "plain");
    add.setAttribute("aria-label", "Add a tab");
    this.root.append(list, blockMenu(canvas.editor, shown, canvas.nameOf(shown)), add);
  }

  #tab(id, isShown) {
    const { canvas, tabs } = this;
    const { editor } = canvas;
    const name = canvas.nameOf(id);
    const tab = made("button", "edit-tab", canvas.layout[id].meta?.text || canvas.layout[id].meta?.defaultText || "Tab");
    tab.type = "button";
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-selected", String(isShown));
    tab.tabIndex = isShown ? 0 : -1;
    Object.assign(tab.dataset, { focus: id, tab: id, tabs: tabs.id });
    tab.addEventListener("click", () => {
      canvas.show(tabs.id, id);
      canvas.focus(id);
      editor.selected = id;
    });
    tab.addEventListener("dblclick", () => this.#rename(id));
    tab.addEventListener("rename", () => this.#rename(id));
    tab.addEventListener("keydown", (event) => {
      const at = tabs.children.indexOf(id);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1 }[event.key];
      if (to !== undefined && !event.altKey && !event.shiftKey) {
        const next = tabs.children[(to + tabs.children.length) % tabs.children.length];
        canvas.show(tabs.id, next);
        canvas.focus(next);
        event.stopPropagation();
      } else blockKeys(editor, id, event);
    });
    canvas.drag.watch(tab, () => ({
      place: canvas.layout[id],
      name,
      put: (parent, index) => editor.arrange((layout) => moved(layout, id, parent, index), `${name} is moved.`, { focus: id }),
    }));
    return tab;
  }

  #add() {
    const { canvas, tabs } = this;
    const tab = fresh("TAB", { text: `Tab ${tabs.children.length + 1}` });
    canvas.open.set(tabs.id, tab.id);
    canvas.editor.arrange((layout) => inserted(layout, tab, tabs.id, tabs.children.length), "A tab is added.", { focus: tab.id });
  }

  #rename(id) {
    const { canvas } = this;
    const before = canvas.layout[id].meta?.text ?? "";
    const tab = this.root.querySelector(`[data-tab="${CSS.escape(id)}"]`);
    const field = Object.assign(made("input", "edit-tab-name"), { type: "text", value: before, maxLength: 200 });
    field.setAttribute("aria-label", "Name of the tab");
    const list = tab.parentElement;
    list.hidden = true;
    list.after(field);
    field.select();
    let isOver = false;
    const end = (keeps) => {
      if (isOver) return;
      isOver = true;
      const text = field.value.trim();
      field.remove();
      list.hidden = false;
      if (keeps && text && text !== before) canvas.editor.change({ layout: changed(canvas.layout, id, { text }) }, `The tab is called ${text}.`, { focus: id });
      else tab.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") end(true);
      if (event.key === "Escape") end(false);
    });
    field.addEventListener("blur", () => end(true));
  }
}
