// /chart/add: first the dataset, then the type; both lead to /explore/.

import { action, made, said, told } from "../elements.js";
import { datasetList } from "./dataset_panel.js";
import { loadForms } from "./forms.js";
import { typeList } from "./types.js";

const root = document.getElementById("add");

async function open() {
  const forms = await loadForms();
  const chosen = { dataset: null, type: "echarts_timeseries_line" };
  const go = action("Create the chart", () => {
    location.assign(`/explore/?${new URLSearchParams({ datasource_type: "table", datasource_id: chosen.dataset, viz_type: chosen.type })}`);
  }, "main");
  const told_ = made("p", "add-told");
  told_.setAttribute("role", "status");

  function show(name) {
    if (name) chosen.name = name;
    go.disabled = chosen.dataset === null;
    told_.textContent = chosen.dataset === null ? "Choose a dataset." : `${forms.titleOf(chosen.type)} over ${chosen.name}.`;
  }

  const datasets = datasetList((id, name) => {
    chosen.dataset = id;
    show(name);
  });
  datasets.addEventListener("click", (event) => {
    const item = event.target.closest(".dataset-item");
    if (!item) return;
    for (const each of datasets.querySelectorAll(".dataset-item")) each.setAttribute("aria-pressed", String(each === item));
  });
  const types = typeList(forms, chosen.type, (type) => {
    chosen.type = type;
    for (const each of types.querySelectorAll(".type-card")) each.setAttribute("aria-pressed", String(each.dataset.type === type));
    show();
  });
  const steps = [["1. Dataset", datasets], ["2. Chart type", types]].map(([title, body]) => {
    const step = made("section", "card add-step");
    step.append(made("h2", "", title), body);
    return step;
  });
  const foot = made("div", "add-foot");
  foot.append(told_, go);
  const both = made("div", "add-steps");
  both.append(...steps);
  root.replaceChildren(both, foot);
  show();
}

root.replaceChildren(said("Loading …"));
open().catch((error) => {
  console.error(error);
  root.replaceChildren(said(told(error), "alert"));
});
