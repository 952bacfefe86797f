// Below the chart: its rows, samples of the dataset, and the query.

import { action, copy, made, said, told } from "../elements.js";
import { send } from "../session.js";
import { table } from "../tables.js";

const NAMES = ["Results", "Samples", "Query"];
const SAMPLES = 100;
// Rows as they are: the look is that of the chart above.
const PLAIN = { show_cell_bars: false };

export class Tabs {
  constructor(state, answer) {
    Object.assign(this, { state, answer, open: 0, turn: 0, seen: null });
    this.root = made("section", "answer-tabs");
    this.root.setAttribute("aria-label", "Data");
    const bar = made("div", "tab-bar");
    bar.setAttribute("role", "tablist");
    bar.setAttribute("aria-label", "Data");
    this.body = made("div", "tab-body");
    this.body.id = "answer-tab";
    this.body.tabIndex = 0;
    this.body.setAttribute("role", "tabpanel");
    this.buttons = NAMES.map((name, at) => {
      const button = action(name, () => this.#turnTo(at), "plain tab");
      button.id = `answer-tab-${at}`;
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", this.body.id);
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: NAMES.length - 1 }[event.key];
        if (!step) return;
        this.#turnTo((at + step) % NAMES.length);
        this.buttons[this.open].focus();
      });
      return button;
    });
    bar.append(...this.buttons);
    this.root.append(bar, this.body);
    this.#turnTo(0);
  }

  forget() {
    this.seen = null;
    this.show();
  }

  async show() {
    const mine = ++this.turn;
    const put = (...parts) => mine === this.turn && this.body.replaceChildren(...parts);
    if (!this.state.dataset) return put(said("Choose a dataset first."));
    try {
      if (this.open === 0) return put(...this.#results());
      put(said("Loading …"));
      put(...(this.open === 1 ? await this.#samples() : await this.#query()));
    } catch (error) {
      put(said(told(error), "alert"));
    }
  }

  #turnTo(at) {
    this.open = at;
    this.buttons.forEach((button, place) => {
      button.setAttribute("aria-selected", String(place === at));
      button.tabIndex = place === at ? 0 : -1;
    });
    this.body.setAttribute("aria-labelledby", this.buttons[at].id);
    this.show();
  }

  #results() {
    const { results } = this.answer;
    if (!results) return [said("There is no answer yet.")];
    return results.flatMap((each, at) => (results.length > 1 ? [made("h3", "", `Question ${at + 1}`), table(each, PLAIN)] : [table(each, PLAIN)]));
  }

  async #samples() {
    const { id } = this.state.dataset;
    if (this.seen?.id !== id) {
      const body = { datasource: { id, type: "table" }, queries: [{ row_limit: SAMPLES }], result_type: "samples" };
      const { result } = await send("POST", "/api/v1/chart/data", body);
      this.seen = { id, result: result[0] };
    }
    const { result } = this.seen;
    const cut = result.truncated ? [made("p", "cut", `The first ${result.rowcount.toLocaleString()} rows.`)] : [];
    return [...cut, table(result, PLAIN)];
  }

  async #query() {
    const { result } = await send("POST", "/api/v1/chart/data", this.answer.question({ result_type: "query" }));
    return result.flatMap(({ query, error }) => {
      if (error) return [said(error, "alert")];
      if (!query) return [said("You may not see the query.")];
      const code = made("pre", "query", query);
      code.tabIndex = 0;
      return [code, action("Copy", () => copy(query))];
    });
  }
}
