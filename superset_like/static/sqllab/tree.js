// What a database holds, as a tree: schemas, in them tables and views, in them columns; each is loaded when it is opened.

import { action, made, said, told } from "../elements.js";
import * as catalog from "./catalog.js";
import { written } from "./names.js";

// A longer list is of no use to look through, and slow.
const MOST_SHOWN = 500;
const SLOW_MS = 150;
let groups = 0;

export class Tree {
  // insert(text): a name was chosen. preview(place, table): a table is to be looked at.
  constructor({ insert, preview }) {
    Object.assign(this, { insert, preview });
    this.element = made("div", "tree");
    this.find = made("input", "tree-find");
    this.find.type = "search";
    this.find.placeholder = "Filter tables and columns";
    this.find.setAttribute("aria-label", "Filter tables and columns");
    this.find.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.#filter(), SLOW_MS);
    });
    const again = action("↻", () => this.reload(), "plain");
    again.setAttribute("aria-label", "Load the list of tables again");
    again.title = "Load the list of tables again";
    const bar = made("div", "tree-bar");
    bar.append(this.find, again);
    this.root = made("div", "tree-root");
    this.hint = made("p", "sr-only", "Enter inserts a name, the right arrow opens, the space bar shows a table's rows, keys and indexes.");
    this.hint.id = "tree-hint";
    this.element.append(bar, this.hint, this.root);
  }

  // place: {database, catalog, schema}; its schema is open. Nothing happens when it is there already.
  async show(place, backend) {
    const key = JSON.stringify([place.database, place.catalog]);
    if (key === this.key) return this.#open(place.schema);
    Object.assign(this, { key, place, backend });
    this.root.replaceChildren(said("Loading …"));
    try {
      const schemas = await catalog.schemas(place);
      if (key !== this.key) return;
      if (!schemas.length) this.root.replaceChildren(said("There is nothing here that you may read."));
      else this.#grown(schemas);
      await this.#open(place.schema);
    } catch (error) {
      if (key !== this.key) return;
      this.key = null;
      this.root.replaceChildren(said(told(error), "alert"), action("Try again", () => this.show(place, backend)));
    }
  }

  reload() {
    catalog.forget();
    const { place, backend } = this;
    this.key = null;
    if (place) this.show(place, backend);
  }

  #grown(schemas) {
    const list = made("ul", "tree-list");
    list.setAttribute("role", "tree");
    list.setAttribute("aria-label", "Tables");
    list.setAttribute("aria-describedby", this.hint.id);
    list.append(...schemas.map((name) => this.#item(1, name, { kind: "schema", text: written(name, this.backend), load: (group) => this.#tables(name, group) })));
    list.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("focusin", (event) => this.#focused(event.target));
    list.querySelector("[role=treeitem]").tabIndex = 0;
    this.root.replaceChildren(list);
    this.list = list;
  }

  async #open(schema) {
    this.place = { ...this.place, schema };
    const item = [...(this.list?.querySelectorAll("[aria-level='1']") ?? [])].find((each) => each.dataset.name === schema);
    if (item && item.getAttribute("aria-expanded") === "false") await item.toggle(true);
  }

  async #tables(schema, group) {
    const place = { ...this.place, schema };
    const tables = await catalog.tables(place);
    if (!tables.length) return group.append(note("No tables that you may read."));
    const items = tables.map(({ name, isView }) => {
      const text = schema === this.place.schema ? written(name, this.backend) : `${written(schema, this.backend)}.${written(name, this.backend)}`;
      const look = () => this.preview(place, name);
      return this.#item(2, name, { kind: isView ? "view" : "table", text, look, load: (below) => this.#columns(place, name, below) });
    });
    group.append(...items);
    this.#filter(group);
  }

  async #columns(place, table, group) {
    const { columns } = await catalog.table(place, table);
    group.append(
      ...columns.map((column) => {
        const isKey = column.keys.some(({ type }) => type === "pk");
        return this.#item(3, column.name, { kind: isKey ? "key" : "column", text: written(column.name, this.backend), detail: column.longType ?? column.type });
      }),
    );
    this.#filter();
  }

  // A row, in the list's line that also holds what is below it.
  #item(level, name, { kind, text, detail, look, load }) {
    const line = made("li");
    const item = made("div", `tree-row tree-${kind}`);
    line.setAttribute("role", "none");
    item.setAttribute("role", "treeitem");
    item.setAttribute("aria-level", level);
    item.dataset.name = name;
    item.tabIndex = -1;
    item.title = [name, kind, detail].filter(Boolean).join(" · ");
    item.act = () => this.insert(text);
    item.look = look;
    const sign = unread("tree-sign");
    item.append(sign, made("span", "tree-name", name), made("span", "sr-only", `, ${kind === "key" ? "primary key" : kind} `));
    if (detail) item.append(made("span", "tree-type", detail.toLowerCase()));
    if (look) {
      const eye = unread("tree-look", "⊞");
      eye.title = "Rows, columns, keys and indexes";
      item.append(eye);
    }
    line.append(item);
    if (load) this.#opens(line, item, load);
    item.addEventListener("click", (event) => {
      this.#focused(item);
      if (event.target.closest(".tree-look")) item.look();
      else if (level === 1 || event.target === sign) item.toggle?.();
      else item.act();
    });
    return line;
  }

  #opens(line, item, load) {
    const group = made("ul", "tree-list");
    group.id = `tree-group-${++groups}`;
    group.setAttribute("role", "group");
    group.hidden = true;
    item.setAttribute("aria-expanded", "false");
    item.setAttribute("aria-owns", group.id);
    line.append(group);
    item.toggle = async (on = item.getAttribute("aria-expanded") === "false") => {
      item.setAttribute("aria-expanded", String(on));
      group.hidden = !on;
      if (!on || item.loaded) return;
      item.loaded = true;
      const waiting = setTimeout(() => group.replaceChildren(note("Loading …")), SLOW_MS);
      const fresh = made("ul");
      try {
        await load(fresh);
        group.replaceChildren(...fresh.children);
      } catch (error) {
        item.loaded = false;
        group.replaceChildren(note(told(error), "failed"));
      } finally {
        clearTimeout(waiting);
      }
      this.#filter();
    };
  }

  // Hides what does not hold the text, neither itself nor below.
  #filter(scope = this.list) {
    const text = this.find.value.trim().toLowerCase();
    if (!scope) return;
    const fits = (item) => item.dataset.name.toLowerCase().includes(text);
    for (const table of scope.querySelectorAll("[aria-level='2']")) {
      const line = table.parentElement;
      const columns = [...line.querySelectorAll("[aria-level='3']")];
      const isNamed = fits(table);
      for (const column of columns) column.parentElement.hidden = Boolean(text) && !isNamed && !fits(column);
      line.hidden = Boolean(text) && !isNamed && !columns.some((column) => !column.parentElement.hidden);
    }
    for (const group of scope.querySelectorAll("[aria-level='1'] + [role=group]")) this.#limited(group);
  }

  #limited(group) {
    group.querySelector(":scope > .tree-more")?.remove();
    const shown = [...group.children].filter((line) => !line.hidden && !line.classList.contains("tree-note"));
    for (const item of shown.slice(MOST_SHOWN)) item.hidden = true;
    if (shown.length > MOST_SHOWN) group.append(note(`${(shown.length - MOST_SHOWN).toLocaleString()} more: filter to find them.`, "tree-more"));
    else if (!shown.length && this.find.value.trim() && group.children.length) group.append(note("Nothing by that name.", "tree-more"));
  }

  #focused(target) {
    const item = target.closest("[role=treeitem]");
    if (!item) return;
    for (const other of this.list.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    item.tabIndex = 0;
    if (document.activeElement !== item) item.focus();
  }

  #key(event) {
    const item = event.target.closest("[role=treeitem]");
    const all = [...this.list.querySelectorAll("[role=treeitem]")].filter((each) => each.checkVisibility());
    const at = all.indexOf(item);
    const isOpen = item.getAttribute("aria-expanded") === "true";
    const move = (to) => to && this.#focused(to);
    switch (event.key) {
      case "ArrowDown":
        move(all[at + 1]);
        break;
      case "ArrowUp":
        move(all[at - 1]);
        break;
      case "Home":
        move(all[0]);
        break;
      case "End":
        move(all.at(-1));
        break;
      case "ArrowRight":
        if (item.toggle && !isOpen) item.toggle(true);
        else if (item.toggle) move(all[at + 1]);
        break;
      case "ArrowLeft":
        if (isOpen) item.toggle(false);
        else move(item.closest("[role=group]")?.previousElementSibling);
        break;
      case "Enter":
        item.act();
        break;
      case " ":
        if (item.look) item.look();
        else item.toggle?.();
        break;
      default:
        return this.#typed(event, all, at);
    }
    event.preventDefault();
  }

  // A letter goes to the next name that begins with it.
  #typed(event, all, at) {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    const later = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    const found = later.find((each) => each.dataset.name.toLowerCase().startsWith(event.key.toLowerCase()));
    if (found) this.#focused(found);
  }
}

// For eyes alone: keys and words say it to others.
function unread(className, text) {
  const element = made("span", className, text);
  element.setAttribute("aria-hidden", "true");
  return element;
}

function note(text, className = "") {
  const item = made("li", `tree-note ${className}`.trim(), text);
  item.setAttribute("role", "none");
  return item;
}
