// The answer to what is explored: asked, drawn, and what is said about it.

import { clear, draw, modules } from "../drawing.js";
import { Refused, action, made, said, told } from "../elements.js";
import { send } from "../session.js";
import { checked } from "./checking.js";
import { Tabs } from "./tabs.js";

export class Answer {
  // form: the ChartForm, which shows what is wrong with fields.
  constructor(state, form) {
    Object.assign(this, { state, form, results: null, running: null });
    this.root = made("section", "answer");
    this.root.setAttribute("aria-label", "Chart");
    this.bar = made("div", "answer-bar");
    this.place = made("div", "drawing");
    this.notes = made("div", "answer-notes");
    this.tabs = new Tabs(state, this);
    this.root.append(this.bar, this.place, this.notes, this.tabs.root);
    state.on("replaced", () => this.#forget());
    state.on("changed", (name) => this.results && !this.form.isAsked(name) && this.paint());
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      if (this.results) this.paint();
      this.tabs.show();
    });
  }

  // Asks, and draws what comes. force: not what was kept. Whether there is an answer.
  async ask({ force = false } = {}) {
    const { state } = this;
    if (!state.dataset) return this.#say(said("Choose a dataset first."));
    const lacking = state.lacking();
    this.form.complain(Object.fromEntries(lacking.map((each) => [each.name, [`${each.label} is needed.`]])));
    if (lacking.length) return this.#say(said(`Choose ${lacking.map((each) => each.label.toLowerCase()).join(", ")}, then update the chart.`));
    this.stop();
    const mine = (this.running = Object.assign(new AbortController(), { clientId: newId() }));
    const began = performance.now();
    this.#wait(began);
    try {
      const { result } = await send("POST", `/api/v1/chart/data?client_id=${mine.clientId}`, { ...this.question(), force }, { signal: mine.signal });
      if (mine !== this.running) return false;
      this.running = null;
      Object.assign(this, { results: result, took: (performance.now() - began) / 1000 });
      this.form.update.classList.remove("due");
      this.#tell();
      await this.paint();
      this.tabs.show();
      return true;
    } catch (error) {
      if (mine !== this.running) return false;
      this.running = null;
      if (error.name === "AbortError") return this.#say(said("Stopped."));
      return this.#fail(error);
    }
  }

  // The body that asks what the form says; the server derives the question.
  question(more = {}) {
    return { datasource: { id: this.state.dataset.id, type: "table" }, form_data: this.state.sent(), ...more };
  }

  async paint() {
    const formData = this.state.sent();
    this.place.hidden = false;
    // What draws it may say more of it: those that say nothing are told by the chart's name.
    this.place.setAttribute("role", "img");
    this.place.setAttribute("aria-label", this.state.name || "Chart");
    this.place.removeAttribute("tabindex");
    await draw(this.place, (await modules())[formData.viz_type] ?? "fallback.js", formData, this.results);
  }

  // Nobody waits for the answer any more, so the database need not work for it either.
  stop() {
    if (!this.running) return;
    this.running.abort();
    send("POST", "/api/v1/chart/data/stop", { client_id: this.running.clientId }).catch(console.warn);
  }

  // Another type or dataset: what was drawn is not its answer.
  #forget() {
    this.stop();
    this.running = null;
    this.results = null;
    this.tabs.forget();
    this.#say(said("Update the chart to see it."));
  }

  #say(sentence) {
    this.bar.replaceChildren();
    this.notes.replaceChildren();
    clear(this.place);
    this.place.setAttribute("aria-busy", "false");
    for (const name of ["role", "aria-label", "tabindex"]) this.place.removeAttribute(name);
    this.place.replaceChildren(sentence);
    return false;
  }

  #wait(began) {
    const clock = made("span", "", "Asking …");
    clock.setAttribute("role", "status");
    const stop = action("Cancel", () => this.stop());
    this.bar.replaceChildren(clock, stop);
    this.place.setAttribute("aria-busy", "true");
    const mine = this.running;
    const tick = setInterval(() => {
      if (this.running !== mine) return clearInterval(tick);
      clock.textContent = `Asking … ${Math.floor((performance.now() - began) / 1000)} s`;
    }, 1000);
  }

  #tell() {
    const [first] = this.results;
    if (!first) return this.bar.replaceChildren();
    const rows = this.results.reduce((sum, each) => sum + each.rowcount, 0);
    const parts = [`${rows.toLocaleString()} ${rows === 1 ? "row" : "rows"}`, `${this.took.toLocaleString(undefined, { maximumFractionDigits: 2 })} s`];
    parts.push(first.is_cached ? `kept since ${moment(first.cached_dttm)}` : "fresh");
    const line = made("span", "answer-facts", parts.join(" · "));
    line.setAttribute("role", "status");
    this.bar.replaceChildren(line, action("Refresh", () => this.ask({ force: true }), "plain"));
    const notes = this.results
      .filter((each) => each.truncated && !this.state.sent().row_number)
      .map((each) => made("p", "cut", `Cut at ${each.applied_limit.toLocaleString()} rows: there are more. Raise the row limit, or filter.`));
    const rejected = [...new Set(this.results.flatMap((each) => each.rejected_filters).map((each) => each.column))];
    notes.push(...rejected.map((name) => made("p", "cut", `The filter on ${name} is not applied: the dataset has no such column.`)));
    this.notes.replaceChildren(...notes);
  }

  async #fail(error) {
    console.warn(error);
    const fields = error instanceof Refused ? error.fields : {};
    const isNamed = this.form.complain(fields);
    this.#say(said(isNamed ? `The chart cannot be asked like this. ${Object.values(fields).flat(9).join(" ")}` : told(error), "alert"));
    this.results = null;
    if (isNamed || ![400, 422].includes(error.status)) return false;
    const found = await checked(this.state);
    if (Object.keys(found).length) this.form.complain(found);
    return false;
  }
}

function newId() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((each) => each.toString(16).padStart(8, "0")).join("");
}

function moment(text) {
  const then = new Date(/[zZ]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(then.getTime()) ? text : then.toLocaleString(undefined, { dateStyle: "short", timeStyle: "medium" });
}
