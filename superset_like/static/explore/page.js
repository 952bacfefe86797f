// /explore/: a chart is made here, changed and looked at.

import { made, said, toast, told } from "../elements.js";
import { Answer } from "./answer.js";
import { DatasetPanel } from "./dataset_panel.js";
import { ChartForm } from "./form.js";
import { loadForms } from "./forms.js";
import { Head } from "./head.js";
import { addressOf, go, keep, load, mayEdit } from "./loading.js";
import { Exploration } from "./state.js";

const root = document.getElementById("explore");

async function open() {
  const known = JSON.parse(root.dataset.known);
  const [forms, found] = await Promise.all([loadForms(), load()]);
  const state = new Exploration(known, forms);
  const form = new ChartForm(state, () => update());
  const answer = new Answer(state, form);
  const head = new Head(state, answer, () => go(addressOf(state)));
  const panel = new DatasetPanel(state);
  const update = async () => (await answer.ask()) && keep(state);

  const aside = made("div", "explore-side");
  const fold = made("details", "dataset-fold");
  fold.open = window.innerWidth > 1100;
  fold.append(made("summary", "", "Dataset"), panel.root);
  aside.append(fold, form.root);
  const body = made("div", "explore-body");
  body.append(aside, answer.root);
  root.replaceChildren(head.root, body);

  show(state, found);
  if (state.dataset && !state.lacking().length) answer.ask();

  window.addEventListener("popstate", async () => {
    const { href } = location;
    try {
      const found = await load();
      // One step back after another: the last counts.
      if (href !== location.href) return;
      show(state, found);
      if (!state.lacking().length) answer.ask();
    } catch (error) {
      toast(told(error), "failed");
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (state.isChanged && known.mayWrite) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    // What is being typed counts.
    document.activeElement?.blur?.();
    update();
  });
}

// First what is stored, so that what is kept under a key can be told from it.
function show(state, { chart, dataset, formData, isSaved, own, note }) {
  state.known.mayEdit = mayEdit(state.known, chart);
  // The name of a chart that is left is not that of one which nobody has saved.
  if (!chart && state.chart) state.name = "";
  if (chart && !isSaved) state.replace({ chart, dataset: { ...dataset, id: chart.datasource_id }, formData: own, isSaved: true });
  state.replace({ chart, dataset, formData, isSaved });
  if (!chart) state.markSaved(null);
  state.kept = JSON.stringify(state.sent());
  if (note) toast(note);
}

root.replaceChildren(said("Loading the chart …"));
open().catch((error) => {
  console.error(error);
  root.replaceChildren(said(told(error), "alert"));
});
