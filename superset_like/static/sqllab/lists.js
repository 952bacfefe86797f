// What somebody ran, and what he saved: lists beside the editor that open in it.

import { action, made, menu, said, toast, told } from "../elements.js";
import { ask, send } from "../session.js";
import { sure } from "./dialogs.js";
import { seconds } from "./results.js";

const PAGE = 40;
const TYPING_MS = 250;
const WORDS = { success: "done", failed: "failed", stopped: "stopped", timed_out: "too slow", running: "running", pending: "waiting" };

// A list that is asked for page by page. path; wish(text): filters and order; item(row): an element; noun: of its words.
class List {
  constructor({ path, wish, item, noun, empty }) {
    Object.assign(this, { path, wish, item, empty });
    this.element = made("div", "list");
    this.find = made("input", "list-find");
    this.find.type = "search";
    this.find.placeholder = `Search ${noun}`;
    this.find.setAttribute("aria-label", `Search ${noun}`);
    this.find.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), TYPING_MS);
    });
    this.items = made("ul", "list-items");
    this.foot = made("div", "list-foot");
    this.element.append(this.find, this.items, this.foot);
  }

  async load(page = 0) {
    const turn = (this.turn = {});
    if (!page && !this.items.children.length) this.foot.replaceChildren(said("Loading …"));
    const q = encodeURIComponent(JSON.stringify({ ...this.wish(this.find.value.trim()), page, page_size: PAGE }));
    try {
      const { result, count } = await ask(`${this.path}?q=${q}`);
      if (turn !== this.turn) return;
      const items = result.map((row) => this.item(row));
      if (page) this.items.append(...items);
      else this.items.replaceChildren(...items);
      const isMore = count > (page + 1) * PAGE;
      if (!count) this.foot.replaceChildren(said(this.find.value ? "Nothing like that." : this.empty));
      else this.foot.replaceChildren(...(isMore ? [action("Show more", () => this.load(page + 1))] : []));
    } catch (error) {
      if (turn === this.turn) this.foot.replaceChildren(said(told(error), "alert"), action("Try again", () => this.load(page)));
    }
  }
}

// open(query): it is opened in a tab.
export function history({ user, open }) {
  return new List({
    path: "/api/v1/query/",
    noun: "what you ran",
    empty: "You have run nothing yet.",
    wish: (text) => ({
      order_column: "start_time",
      order_direction: "desc",
      filters: [{ col: "user", opr: "rel_o_m", value: user }, ...(text ? [{ col: "sql", opr: "ct", value: text }] : [])],
    }),
    item: (query) => {
      const state = made("span", `state ${query.status}`, WORDS[query.status] ?? query.status);
      const facts = [query.database?.database_name, query.schema, moment(query.start_time)];
      if (query.rows !== null) facts.push(query.rows === 1 ? "1 row" : `${query.rows.toLocaleString()} rows`);
      if (query.end_time) facts.push(seconds(query.end_time - query.start_time));
      return line(query.sql, [state, facts.filter(Boolean).join(" · ")], () => open(query));
    },
  });
}

export function saved({ user, open, mayChange }) {
  const list = new List({
    path: "/api/v1/saved_query/",
    noun: "saved queries",
    empty: "You have saved nothing yet.",
    wish: (text) => ({
      order_column: "changed_on_delta_humanized",
      order_direction: "desc",
      filters: [{ col: "created_by", opr: "rel_o_m", value: user }, ...(text ? [{ col: "label", opr: "all_text", value: text }] : [])],
    }),
    item: (query) => {
      const facts = [query.database?.database_name, query.schema, query.changed_on_delta_humanized].filter(Boolean).join(" · ");
      const item = line(query.label || "Untitled", [query.description, facts], () => open(query), query.sql);
      item.classList.add("is-named");
      if (mayChange) item.append(menu(`More about ${query.label}`, () => [["Delete", () => remove(query)]]));
      return item;
    },
  });
  function remove(query) {
    sure("Delete the query?", `“${query.label}” will be gone. You can restore it for a time.`, "Delete", async () => {
      try {
        await send("DELETE", `/api/v1/saved_query/${query.id}`);
        toast("Deleted.");
        list.load();
      } catch (error) {
        toast(told(error), "failed");
      }
    });
  }
  return list;
}

function line(title, below, act, hint = title) {
  const item = made("li", "list-item");
  const button = made("button", "list-open");
  button.type = "button";
  button.title = hint.slice(0, 1000);
  button.append(made("span", "list-title", title.slice(0, 300)));
  const facts = made("span", "list-facts");
  facts.append(...below.filter(Boolean).map((each) => (typeof each === "string" ? made("span", "", each) : each)));
  button.append(facts);
  button.addEventListener("click", act);
  item.append(button);
  return item;
}

function moment(ms) {
  return ms ? new Date(ms).toLocaleString(undefined, { dateStyle: "short", timeStyle: "medium" }) : "";
}
