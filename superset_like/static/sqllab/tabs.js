// The tabs of the editor, kept in this browser for each person. Windows share them: of each tab the newer one is kept.

import { made, menu } from "../elements.js";

const SAVE_MS = 300;
const MOST_TABS = 40;
const STATES = { running: ", running", success: ", has rows", failed: ", failed", timed_out: ", failed", stopped: ", stopped" };

export class Tabs {
  // chosen(tab): it is shown now. closed(tab): it is gone. taken(tab): another window changed it.
  constructor(place, { user, fresh, chosen, closed, taken }) {
    Object.assign(this, { fresh, chosen, closed, taken, key: `sqllab.${user}` });
    this.list = made("div", "tabs-list");
    this.list.setAttribute("role", "tablist");
    this.list.setAttribute("aria-label", "Queries");
    this.list.addEventListener("keydown", (event) => this.#keyed(event));
    const add = made("button", "action plain tab-new", "+");
    add.type = "button";
    add.setAttribute("aria-label", "New tab");
    add.title = "New tab";
    add.addEventListener("click", () => this.add());
    const more = menu("This tab", () => [
      ["Rename", () => this.rename(this.tab)],
      ["Duplicate", () => this.add({ ...this.tab, name: `${this.tab.name} (copy)`, savedId: null, run: null })],
      ["Close", () => this.close(this.tab)],
      ["Close the others", () => this.all.filter((each) => each !== this.tab).forEach((each) => this.close(each))],
    ]);
    place.append(this.list, add, more);
    const kept = this.#read() ?? { tabs: [] };
    this.all = kept.tabs;
    // What each tab was when it was last written or read: id -> text.
    this.kept = new Map(this.all.map((tab) => [tab.id, words(tab)]));
    // When tabs were closed here: id -> time.
    this.gone = new Map();
    this.tab = this.all.find(({ id }) => id === kept.active) ?? this.all[0];
    window.addEventListener("pagehide", () => this.#write());
    window.addEventListener("storage", ({ key }) => key === this.key && this.#take(this.#read()));
  }

  begin() {
    if (!this.all.length) this.add();
    else this.choose(this.tab);
  }

  add(values = {}) {
    const name = values.name ?? this.#freeName();
    const tab = { ...this.fresh(this.tab), ...values, name, id: crypto.getRandomValues(new Uint32Array(2)).join("-") };
    this.all.push(tab);
    // The eldest that nobody looks at go: a browser keeps a few megabytes only.
    if (this.all.length > MOST_TABS) this.close(this.all[0]);
    this.choose(tab);
    return tab;
  }

  choose(tab) {
    this.tab = tab;
    this.paint();
    this.save();
    this.chosen(tab);
  }

  close(tab) {
    const at = this.all.indexOf(tab);
    if (at < 0) return;
    this.all.splice(at, 1);
    this.gone.set(tab.id, Date.now());
    this.closed(tab);
    if (!this.all.length) this.add();
    else if (tab === this.tab) this.choose(this.all[Math.min(at, this.all.length - 1)]);
    else this.paint();
    this.save();
  }

  rename(tab) {
    const button = this.list.children[this.all.indexOf(tab)];
    const field = made("input", "tab-field");
    field.value = tab.name;
    field.maxLength = 250;
    field.setAttribute("aria-label", "Name of the tab");
    let isDone = false;
    const end = (keeps) => {
      if (isDone) return;
      isDone = true;
      if (keeps && field.value.trim()) tab.name = field.value.trim();
      field.remove();
      this.list.hidden = false;
      this.paint();
      this.save();
      this.list.children[this.all.indexOf(tab)].focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") end(event.key === "Enter");
      event.stopPropagation();
    });
    field.addEventListener("blur", () => end(true));
    // A list of tabs may hold tabs only, so the field takes its place beside it.
    field.style.width = `${Math.max(160, button.offsetWidth)}px`;
    this.list.after(field);
    field.select();
  }

  paint() {
    this.list.replaceChildren(...this.all.map((tab) => this.#button(tab)));
    this.list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #button(tab) {
    const isShown = tab === this.tab;
    const button = made("button", "tab");
    button.type = "button";
    button.id = `tab-${tab.id}`;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-selected", String(isShown));
    button.setAttribute("aria-controls", "lab-panel");
    button.tabIndex = isShown ? 0 : -1;
    button.title = `${tab.name}: F2 renames, Delete closes`;
    const end = made("span", "tab-close", "✕");
    end.setAttribute("aria-hidden", "true");
    const sign = made("span", `tab-sign ${tab.state ?? ""}`);
    sign.setAttribute("aria-hidden", "true");
    button.append(sign, made("span", "tab-name", tab.name), made("span", "sr-only", STATES[tab.state] ?? ""), end);
    button.addEventListener("click", (event) => (event.target === end ? this.close(tab) : this.choose(tab)));
    button.addEventListener("auxclick", (event) => event.button === 1 && this.close(tab));
    button.addEventListener("dblclick", (event) => event.target !== end && this.rename(tab));
    return button;
  }

  #keyed(event) {
    const at = this.all.indexOf(this.tab);
    const count = this.all.length;
    const to = { ArrowRight: (at + 1) % count, ArrowLeft: (at - 1 + count) % count, Home: 0, End: count - 1 }[event.key];
    if (to !== undefined) this.choose(this.all[to]);
    else if (event.key === "Delete") this.close(this.tab);
    else if (event.key === "F2") return this.rename(this.tab);
    else return;
    event.preventDefault();
    this.list.querySelector("[aria-selected=true]").focus();
  }

  #freeName() {
    const taken = new Set(this.all.map(({ name }) => name));
    let number = 1;
    while (taken.has(`Query ${number}`)) number += 1;
    return `Query ${number}`;
  }

  save() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#write(), SAVE_MS);
  }

  #write() {
    const kept = this.#read();
    this.#take(kept);
    // Another window may have tabs of its own, or go on with one that was closed here: they stay.
    const others = kept?.tabs.filter(({ id, edited }) => this.all.every((tab) => tab.id !== id) && (edited ?? 0) >= (this.gone.get(id) ?? 0)) ?? [];
    const tabs = [...this.all.map(({ state, ...tab }) => tab), ...others];
    try {
      localStorage.setItem(this.key, JSON.stringify({ tabs, active: this.tab?.id }));
      this.kept = new Map(this.all.map((tab) => [tab.id, words(tab)]));
    } catch (error) {
      // A full or forbidden store: the tabs live as long as the page.
      console.warn(error);
    }
  }

  // What other windows have changed since, or closed, is so here too. The tab that is shown stays in any case.
  #take(kept) {
    const theirs = new Map(kept?.tabs.map((tab) => [tab.id, tab]));
    let isOther = false;
    for (const tab of [...this.all]) {
      const isChanged = words(tab) !== this.kept.get(tab.id);
      if (isChanged) tab.edited = Date.now();
      const other = theirs.get(tab.id);
      if (other && (other.edited ?? 0) > (tab.edited ?? 0)) {
        Object.assign(tab, other);
        this.kept.set(tab.id, words(tab));
        this.taken(tab);
        isOther = true;
      } else if (kept && !other && !isChanged && tab !== this.tab) {
        this.all.splice(this.all.indexOf(tab), 1);
        this.closed(tab);
        isOther = true;
      }
    }
    if (isOther) this.paint();
  }

  // What is kept; null when nothing is, or nothing that can be read.
  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key));
      return kept && { tabs: (kept.tabs ?? []).filter(({ id, sql }) => id && typeof sql === "string"), active: kept.active };
    } catch {
      return null;
    }
  }
}

// What is kept of a tab, without when that was.
function words({ state, edited, ...tab }) {
  return JSON.stringify(Object.entries(tab).sort(([one], [two]) => (one < two ? -1 : 1)));
}
