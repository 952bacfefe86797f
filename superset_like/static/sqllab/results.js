// What became of a tab's query: nothing yet, running, its rows, or why there are none.

import { action, made, menu, said } from "../elements.js";
import { Grid } from "./grid.js";
import { isOver } from "./runs.js";

const FILTER_MS = 200;
const TICK_MS = 100;

export class Results {
  // stop(run), again(run): what the page does. goTo(run): the place of the mistake. tools: {download, chart} or null each.
  constructor(place, { stop, again, goTo, tools }) {
    Object.assign(this, { place, stop, again, goTo, tools });
    this.news = made("p", "sr-only");
    this.news.setAttribute("role", "status");
    this.body = made("div", "results-body");
    place.append(this.news, this.body);
    setInterval(() => this.#tick(), TICK_MS);
  }

  show(run) {
    // The rows are drawn once, and keep their place while other tabs are looked at.
    if (run && run === this.shown && run.state === this.state && isOver(run)) return;
    Object.assign(this, { shown: run, state: run?.state, clock: null });
    if (!run) this.body.replaceChildren(said("Run a query to see its rows here: Ctrl+Enter, or ⌘+Enter. What is selected runs alone."));
    else if (!isOver(run)) this.#running(run);
    else if (run.state === "success") this.#succeeded(run);
    else this.#failed(run);
  }

  #tick() {
    if (this.clock && this.shown) this.clock.textContent = seconds(Date.now() - this.shown.started);
  }

  #running(run) {
    const box = made("div", "lab-running");
    const word = run.offline ? "The server cannot be reached. Trying again …" : run.stopping ? "Stopping …" : run.waits ? "Waiting for a worker …" : "Running …";
    const bar = made("progress");
    bar.setAttribute("aria-label", "Progress");
    if (run.progress) {
      bar.max = 100;
      bar.value = run.progress;
    }
    this.clock = made("span", "clock");
    const end = action("Stop", () => this.stop(run), "danger");
    end.disabled = Boolean(run.stopping);
    box.append(made("strong", "", word), bar, this.clock, end);
    this.body.replaceChildren(box);
    this.#tick();
    this.#tell(word);
  }

  #failed(run) {
    const box = made("div", `failure ${run.state}`);
    const title = { failed: "The query failed", stopped: "The query was stopped", timed_out: "The query took too long" }[run.state];
    const isMild = run.state === "stopped";
    box.append(made("h2", "", title));
    if (!isMild) box.append(made("pre", "failure-text", run.message));
    box.append(made("p", "quiet", `After ${seconds(run.took)}.`));
    const ways = made("div", "ways");
    if (run.where && run.from !== undefined) ways.append(action(`Go to line ${run.where.line}, column ${run.where.column}`, () => this.goTo(run)));
    if (run.sessionEnded) {
      const login = made("a", "action main", "Log in again");
      login.href = `/login/?next=${encodeURIComponent("/sqllab/")}`;
      ways.append(login);
    }
    if (run.isLost) ways.append(action("Look again how it went", () => this.again(run), "main"));
    if (ways.children.length) box.append(ways);
    this.body.replaceChildren(box);
    this.#tell(isMild ? title : `${title}: ${run.message}`, !isMild);
  }

  #succeeded(run) {
    run.view ??= this.#view(run);
    this.body.replaceChildren(run.view);
    run.grid?.shown();
    this.#tell(this.#sentence(run));
  }

  #sentence({ rows, columns, took, isCut }) {
    const count = !columns.length && !rows.length ? "Done; the statement gives no rows" : rows.length === 1 ? "1 row" : `${rows.length.toLocaleString()} rows`;
    return `${count} in ${seconds(took)}${isCut ? `, cut at ${rows.length.toLocaleString()}: there are more` : ""}.`;
  }

  #view(run) {
    const view = made("div", "result");
    const bar = made("div", "result-bar");
    bar.append(made("span", "result-told", this.#sentence(run)));
    if (run.isCut) bar.firstChild.classList.add("is-cut");
    view.append(bar);
    if (!run.columns.length) return view;
    if (run.rows.length) {
      run.grid = new Grid(run.columns, run.rows, { told: (text) => this.#tell(text) });
      bar.append(this.#find(run.grid), action("Copy", () => run.grid.copyAll()));
    }
    if (this.tools.download) {
      bar.append(menu("Download", () => [["CSV", () => this.tools.download(run, "csv")], ["Excel", () => this.tools.download(run, "xlsx")]], { text: "Download ▾", className: "" }));
    }
    if (this.tools.chart) bar.append(action("Create chart", () => this.tools.chart(run)));
    view.append(run.grid ? run.grid.element : empty(run.columns));
    return view;
  }

  #find(grid) {
    const find = made("input", "result-find");
    find.type = "search";
    find.placeholder = "Filter rows";
    find.setAttribute("aria-label", "Filter rows");
    let timer = 0;
    find.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => grid.filter(find.value), FILTER_MS);
    });
    return find;
  }

  #tell(text, isUrgent = false) {
    if (this.news.textContent === text) return;
    this.news.setAttribute("role", isUrgent ? "alert" : "status");
    this.news.textContent = text;
  }
}

function empty(columns) {
  const box = made("div", "result-empty");
  box.append(said("No rows."), made("p", "quiet", `Columns: ${columns.map(({ name }) => name).join(", ")}`));
  return box;
}

export function seconds(ms) {
  const value = Math.max(0, ms) / 1000;
  if (value < 60) return `${value.toLocaleString(undefined, { minimumFractionDigits: 1, maximumFractionDigits: value < 1 ? 2 : 1 })} s`;
  return `${Math.floor(value / 60).toLocaleString()} min ${Math.floor(value % 60)} s`;
}
