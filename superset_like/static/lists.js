// A list of things of one kind: search, filters, sort, pages, stars, cards or a table. What is chosen stands in the address,
// so that it can be kept and sent. Needs lists.css.
//
//   new Listing(document.getElementById("list"), {
//     kind: "chart",                        // its endpoint below /api/v1/
//     one: "chart", many: "charts",         // as sentences name them
//     columns: [                            // of the table; the first is the name, and links
//       { name: "slice_name", label: "Name", sorts: true, href: (record) => record.url },
//       { name: "viz_type", label: "Type", text: (record) => record.viz_type, sorts: "viz_type" },
//     ],
//     asked: ["id", "slice_name", …],       // columns asked of the API
//     search: (text) => ({ col: "slice_name", opr: "chart_all_text", value: text }),
//     filters: [                            // each a select; choices: [value, text] pairs, or a function that resolves to them
//       { name: "owner", label: "Owner", choices: () => related("chart", "owners"), filter: (value) => ({ … }) },
//     ],
//     order: ["changed_on_delta_humanized", "desc"],
//     picture: (record) => record.thumbnail_url,   // of its card; nothing where there is none
//     badges: (record) => ["draft"],
//     detail: (record) => "Changed yesterday",     // the quiet line of its card
//     actions: (record) => [["Copy", () => …]],    // of its menu; the Listing is the second argument
//     tools: [action("New chart", …)],             // at the head
//     stars: true,                          // the endpoint has favorites/ and favorite_status/
//     wide: "cards",                        // how it is shown first: cards or table
//   }).load();
//
// load() asks anew; deletion(record, name) asks the reader, deletes, and loads.

import { action, dialog, made, menu, said, toast, told } from "./elements.js";
import { cards, table } from "./list_views.js";
import { ask, send } from "./session.js";

const PAGE_SIZE = 24;
const PAUSE_MS = 250;

export class Listing {
  constructor(root, asked) {
    Object.assign(this, { stars: false, filters: [], tools: [], actions: () => [], badges: () => [], wide: "table" }, asked);
    this.root = root;
    this.turn = 0;
    this.records = [];
    this.#read();
    this.#build();
    window.addEventListener("popstate", () => {
      this.#read();
      this.#show();
      this.load();
    });
  }

  async load() {
    const mine = ++this.turn;
    this.place.setAttribute("aria-busy", "true");
    if (!this.records.length) this.place.replaceChildren(said(`Loading ${this.many} …`));
    try {
      const answer = await ask(`/api/v1/${this.kind}/?q=${encodeURIComponent(JSON.stringify(this.#question()))}`);
      const starred = await this.#starred(answer.ids);
      if (mine !== this.turn) return;
      Object.assign(this, { records: answer.result, count: answer.count, starred });
      // The last of a page may be gone.
      if (!answer.ids.length && answer.count && this.state.page) return void this.#go({ page: Math.ceil(answer.count / PAGE_SIZE) - 1 }, { replaces: true });
      this.#paint();
    } catch (error) {
      if (mine !== this.turn) return;
      console.error(error);
      this.records = [];
      this.place.replaceChildren(said(told(error), "alert"), action("Try again", () => this.load()));
      this.pages.replaceChildren();
    } finally {
      if (mine === this.turn) this.place.setAttribute("aria-busy", "false");
    }
  }

  // Asks whether to delete it; then it is gone.
  deletion(record, name) {
    const remove = action("Delete", async () => {
      remove.disabled = true;
      try {
        await send("DELETE", `/api/v1/${this.kind}/${record.id}`);
        toast(`“${name}” is deleted.`);
        box.close();
        await this.load();
        this.root.querySelector(".list-search")?.focus();
      } catch (error) {
        remove.disabled = false;
        box.querySelector(".box-body").append(said(told(error), "alert"));
      }
    }, "danger");
    const sentence = made("p", "", `The ${this.one} “${name}” will be gone for everybody. Its owners can restore it for a time.`);
    const box = dialog(`Delete this ${this.one}?`, sentence, { actions: [action("Cancel", () => box.close()), remove] });
  }

  async star(record, on) {
    await send(on ? "POST" : "DELETE", `/api/v1/${this.kind}/${record.id}/favorites/`);
    if (on) this.starred.add(record.id);
    else this.starred.delete(record.id);
  }

  menuOf(record, name) {
    const items = this.actions(record, this);
    return items.length ? menu(`What to do with ${name}`, () => items) : null;
  }

  sortBy(column) {
    const isSame = this.state.order === column;
    this.#go({ order: column, direction: isSame && this.state.direction === "asc" ? "desc" : "asc", page: 0 });
  }

  #question() {
    const { search, order, direction, page } = this.state;
    const filters = this.filters.filter((each) => this.state[each.name]).map((each) => each.filter(this.state[each.name]));
    if (search) filters.unshift(this.search(search));
    return { columns: this.asked, filters, order_column: order, order_direction: direction, page, page_size: PAGE_SIZE };
  }

  async #starred(ids) {
    if (!this.stars || !ids.length) return new Set();
    const { result } = await ask(`/api/v1/${this.kind}/favorite_status/?q=${encodeURIComponent(JSON.stringify(ids))}`);
    return new Set(result.filter((each) => each.value).map((each) => each.id));
  }

  #read() {
    const said_ = new URLSearchParams(location.search);
    this.state = {
      search: said_.get("search") ?? "",
      order: said_.get("order") ?? this.order[0],
      direction: said_.get("direction") ?? this.order[1],
      page: Math.max(Number.parseInt(said_.get("page"), 10) - 1 || 0, 0),
      view: said_.get("view") ?? kept(this.kind) ?? this.wide,
      ...Object.fromEntries(this.filters.map((each) => [each.name, said_.get(each.name) ?? ""])),
    };
  }

  #go(change, { replaces = false } = {}) {
    Object.assign(this.state, change);
    const usual = { search: "", order: this.order[0], direction: this.order[1], page: 0, view: kept(this.kind) ?? this.wide };
    const words = Object.entries(this.state).filter(([name, value]) => value !== (usual[name] ?? ""));
    const written = new URLSearchParams(words.map(([name, value]) => [name, name === "page" ? value + 1 : value]));
    history[replaces ? "replaceState" : "pushState"](null, "", `${location.pathname}${written.size ? `?${written}` : ""}`);
    this.#show();
    return this.load();
  }

  #turnTo(page) {
    return this.#go({ page }).then(() => this.root.scrollIntoView({ block: "start" }));
  }

  #build() {
    const bar = made("form", "list-bar");
    bar.setAttribute("role", "search");
    bar.setAttribute("aria-label", `Find ${this.many}`);
    bar.addEventListener("submit", (event) => event.preventDefault());
    this.field = Object.assign(made("input", "list-search"), { type: "search", placeholder: `Search ${this.many}` });
    this.field.setAttribute("aria-label", `Search ${this.many}`);
    let pause;
    this.field.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(() => this.#go({ search: this.field.value.trim(), page: 0 }, { replaces: true }), PAUSE_MS);
    });
    this.selects = this.filters.map((filter) => this.#select(filter));
    this.switch = action("", () => {
      const view = this.state.view === "cards" ? "table" : "cards";
      keep(this.kind, view);
      this.#go({ view }, { replaces: true });
    });
    this.clear = action("Clear", () => {
      this.#go({ search: "", page: 0, ...Object.fromEntries(this.filters.map((each) => [each.name, ""])) });
      this.field.focus();
    }, "plain");
    bar.append(this.field, ...this.selects.map((each) => each.label), this.clear, this.switch, ...this.tools);
    this.told = made("p", "list-count");
    this.told.setAttribute("role", "status");
    this.place = made("div", "list-place");
    this.pages = made("nav", "list-pages");
    this.pages.setAttribute("aria-label", "Pages");
    this.root.replaceChildren(bar, this.told, this.place, this.pages);
    this.#show();
  }

  #select(filter) {
    const label = made("label", "list-filter", filter.label);
    const select = made("select");
    select.append(new Option("Any", ""));
    select.addEventListener("change", () => this.#go({ [filter.name]: select.value, page: 0 }));
    label.append(select);
    Promise.resolve(typeof filter.choices === "function" ? filter.choices() : filter.choices).then(
      (choices) => {
        select.append(...choices.map(([value, text]) => new Option(text, value)));
        select.value = this.state[filter.name];
        // Nothing to choose from is no filter.
        label.hidden = !choices.length;
      },
      (error) => {
        console.error(error);
        label.hidden = true;
      },
    );
    return { filter, label, select };
  }

  // The tools show what is chosen.
  #show() {
    if (this.field.value.trim() !== this.state.search) this.field.value = this.state.search;
    for (const { filter, select } of this.selects) select.value = this.state[filter.name];
    this.switch.textContent = this.state.view === "cards" ? "As a table" : "As cards";
    this.clear.hidden = !this.state.search && this.filters.every((each) => !this.state[each.name]);
  }

  #paint() {
    const isNarrowed = !this.clear.hidden;
    this.told.textContent = `${this.count.toLocaleString()} ${this.count === 1 ? this.one : this.many}`;
    const nothing = isNarrowed ? `No ${this.one} is like that.` : `There are no ${this.many} yet that you may see.`;
    const view = this.state.view === "cards" ? cards : table;
    const focused = this.place.contains(document.activeElement) && document.activeElement.dataset.sorts;
    this.place.replaceChildren(this.records.length ? view(this) : said(nothing));
    if (focused) this.place.querySelector(`[data-sorts="${CSS.escape(focused)}"]`)?.focus();
    this.#paintPages();
  }

  #paintPages() {
    const last = Math.ceil(this.count / PAGE_SIZE) - 1;
    if (last < 1) return this.pages.replaceChildren();
    const { page } = this.state;
    const steps = [["Previous", page - 1], ["Next", page + 1]].map(([text, to]) => {
      const step = action(text, () => this.#turnTo(to));
      step.disabled = to < 0 || to > last;
      return step;
    });
    this.pages.replaceChildren(steps[0], made("span", "", `Page ${page + 1} of ${last + 1}`), steps[1]);
  }
}

// Pairs for a filter: the objects that a column may relate to.
export async function related(kind, column) {
  const { result } = await ask(`/api/v1/${kind}/related/${column}?q=${encodeURIComponent(JSON.stringify({ page_size: 100 }))}`);
  return result.map(({ value, text }) => [String(value), text]);
}

function kept(kind) {
  try {
    return localStorage.getItem(`list of ${kind}`);
  } catch {
    return null;
  }
}

function keep(kind, view) {
  try {
    localStorage.setItem(`list of ${kind}`, view);
  } catch {
    // A browser that keeps nothing shows the usual view next time.
  }
}
