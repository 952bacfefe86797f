// The head of the page: the chart's name, star and state, and what one can do with it.

import { action, dialog, made, menu, said, toast, told } from "../elements.js";
import { ask, send } from "../session.js";
import { save } from "./saving.js";
import { sharing } from "./sharing.js";

export class Head {
  // saved(): the chart was saved. answer: the Answer.
  constructor(state, answer, saved) {
    Object.assign(this, { state, answer, saved });
    this.root = made("div", "explore-head");
    this.title = made("h1", "explore-title");
    this.name = Object.assign(made("input", "explore-name"), { type: "text", maxLength: 250, placeholder: "Name of the chart", readOnly: !state.known.mayWrite });
    this.name.setAttribute("aria-label", "Name of the chart");
    this.name.addEventListener("input", () => state.setName(this.name.value));
    this.star = action("☆", () => this.#toggle(), "plain star");
    this.star.setAttribute("aria-label", "Favourite");
    this.#starred(false);
    this.told = made("span", "explore-told");
    this.told.setAttribute("role", "status");
    this.save = action("Save", () => this.openSaving(), "main");
    const more = menu("What to do with the chart", () => this.#items(), { className: "" });
    this.title.append(made("span", "sr-only", "Chart"));
    this.root.append(this.title, this.star, this.name, this.told, ...(state.known.mayWrite ? [this.save] : []), more);
    for (const event of ["chart", "changed", "replaced"]) state.on(event, () => this.show());
  }

  openSaving() {
    if (!this.state.dataset) return toast("Choose a dataset first.", "failed");
    save(this.state, () => this.saved());
  }

  show() {
    const { state } = this;
    if (document.activeElement !== this.name) this.name.value = state.name;
    const isChanged = state.isChanged && state.known.mayWrite;
    this.told.textContent = !state.chart ? "not saved" : isChanged ? "changed, not saved" : "";
    this.star.hidden = !state.chart;
    if (state.chart?.id !== this.starOf) this.#loadStar();
    document.title = `${state.name || "New chart"} · ${document.title.split(" · ").at(-1)}`;
  }

  // The star belongs to a chart, and the page's chart changes.
  async #loadStar() {
    const { chart } = this.state;
    this.starOf = chart?.id;
    this.#starred(false);
    if (!chart) return;
    try {
      const { result } = await ask(`/api/v1/chart/favorite_status/?q=${encodeURIComponent(`[${chart.id}]`)}`);
      if (chart.id === this.starOf) this.#starred(Boolean(result[0]?.value));
    } catch (error) {
      console.warn(error);
    }
  }

  async #toggle() {
    const { starOf, isStarred } = this;
    try {
      await send(isStarred ? "DELETE" : "POST", `/api/v1/chart/${starOf}/favorites/`);
      if (starOf === this.starOf) this.#starred(!isStarred);
    } catch (error) {
      toast(told(error), "failed");
    }
  }

  #starred(on) {
    this.isStarred = on;
    this.star.textContent = on ? "★" : "☆";
    this.star.setAttribute("aria-pressed", String(on));
  }

  #items() {
    const { state } = this;
    const all = [["All charts", () => location.assign("/chart/list/")]];
    const own = state.chart && state.known.mayEdit ? [["History …", () => this.#history()], ["Delete …", () => this.#delete()]] : [];
    return [...sharing(state, this.answer), ...all, ...own];
  }

  async #history() {
    const { showHistory } = await import("../history.js");
    showHistory(`/api/v1/chart/${this.state.chart.id}`, "chart", () => {
      this.state.saved = undefined;
      location.assign(`/explore/?slice_id=${this.state.chart.id}`);
    });
  }

  #delete() {
    const { chart } = this.state;
    const remove = action("Delete", async () => {
      remove.disabled = true;
      try {
        await send("DELETE", `/api/v1/chart/${chart.id}`);
        this.state.saved = undefined;
        location.assign("/chart/list/");
      } catch (error) {
        remove.disabled = false;
        box.querySelector(".box-body").append(said(told(error), "alert"));
      }
    }, "danger");
    const sentence = made("p", "", `The chart “${chart.slice_name}” will be gone for everybody. Its owners can restore it for a time.`);
    const box = dialog("Delete this chart?", sentence, { actions: [action("Cancel", () => box.close()), remove] });
  }
}
