// Saving: over the chart that is there, or as a new one; with its name, description, owners, and a dashboard to show it.

import { action, dialog, made, said, toast, told } from "../elements.js";
import { ask, send } from "../session.js";
import { chips } from "./chips.js";
import { combobox } from "./combobox.js";
import { loadChart, mayEdit } from "./loading.js";
import { place } from "./placing.js";

// Asks how to save it. saved(): it is.
export function save(state, saved) {
  const { known, chart } = state;
  const form = made("form", "editor");
  const over = chart && known.mayEdit;
  const [overwrite, another] = ["over", "new"].map((value) => Object.assign(made("input"), { type: "radio", name: "how", value }));
  (over ? overwrite : another).checked = true;
  overwrite.disabled = !over;
  const how = made("fieldset", "editor-how");
  how.append(made("legend", "", "Save"));
  if (chart) how.append(choice(overwrite, over ? `Over “${chart.slice_name}”` : `Over “${chart.slice_name}”: only its owners may`));
  how.append(choice(another, chart ? "As a new chart" : "As a chart"));
  const name = field("Name", { type: "text", required: true, maxLength: 250, value: state.name || "" });
  const description = field("Description", { value: chart?.description ?? "" }, "textarea");
  const keeping = field("Seconds that answers are kept", { type: "number", min: -1, step: 1, value: chart?.cache_timeout ?? "", placeholder: "as the dataset says; -1 for never" });
  const owners = ownersField(state);
  const dashboard = dashboardField(state);
  form.append(how, name.row, description.row, keeping.row, owners.row, ...(known.mayWriteDashboards ? [dashboard.row] : []));
  const send_ = action("Save", () => form.requestSubmit(), "main");
  const box = dialog("Save the chart", form, { actions: [action("Cancel", () => box.close()), send_] });
  name.input.select();

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send_.disabled = true;
    form.querySelector(":scope > .said")?.remove();
    const isNew = another.checked;
    const body = {
      ...stored(state, isNew),
      slice_name: name.input.value.trim(),
      description: description.input.value.trim() || null,
      cache_timeout: keeping.input.value === "" ? null : Number(keeping.input.value),
      owners: owners.ids(isNew),
    };
    try {
      const { id } = isNew ? await send("POST", "/api/v1/chart/", body) : await send("PUT", `/api/v1/chart/${chart.id}`, body);
      state.markSaved(await loadChart(id));
      known.mayEdit = mayEdit(known, state.chart);
      box.close();
      await saved();
      const shown = await dashboard.add(state.chart);
      toast(shown ? `“${body.slice_name}” is saved and stands on “${shown}”.` : `“${body.slice_name}” is saved.`);
    } catch (error) {
      send_.disabled = false;
      if (box.isConnected) form.append(said(words(error), "alert"));
      else toast(`The chart is saved, but: ${told(error)}`, "failed");
    }
  });
}

// What is stored of the form data. Without a query context the server derives the question, also of what other clients saved.
function stored(state, isNew) {
  const { slice_id: _, ...params } = state.sent();
  const made_ = { viz_type: params.viz_type, params: JSON.stringify(params), datasource_id: state.dataset.id, datasource_type: "table" };
  return isNew ? made_ : { ...made_, query_context: null };
}

function words(error) {
  const fields = Object.entries(error.fields ?? {});
  return fields.length ? fields.map(([name, texts]) => `${name}: ${[texts].flat().join(" ")}`).join(" ") : told(error);
}

function choice(input, text) {
  const label = made("label", "editor-choice");
  label.append(input, made("span", "", text));
  return label;
}

function field(label, asked, tag = "input") {
  const row = made("label", "editor-row", label);
  const input = Object.assign(made(tag, "field-input"), asked);
  row.append(input);
  return { row, input };
}

function ownersField(state) {
  const row = made("div", "editor-row");
  const start = state.known.mayEdit ? (state.chart?.owners ?? []) : [];
  let chosen = start.map((owner) => ({ id: owner.id, name: `${owner.first_name} ${owner.last_name}`.trim() }));
  let offered = null;
  function paint() {
    const list = chips({ label: "Owners", items: chosen, text: (each) => each.name, changed: (items) => ((chosen = items), paint()) });
    const add = combobox({
      label: "Owners",
      placeholder: chosen.length ? "Add an owner" : "You, when nobody is named",
      options: async () => {
        offered ??= await ask(`/api/v1/chart/related/owners?q=${encodeURIComponent(JSON.stringify({ page_size: 100 }))}`);
        return offered.result.filter((each) => !chosen.some((one) => one.id === each.value));
      },
      chosen: ({ value, text }) => {
        chosen = [...chosen, { id: value, name: text }];
        paint();
      },
    });
    row.replaceChildren(made("span", "editor-label", "Owners"), ...(chosen.length ? [list] : []), add);
  }
  paint();
  return { row, ids: (isNew) => (isNew && !chosen.length ? [state.known.user] : chosen.map((each) => each.id)) };
}

// One dashboard that the reader may edit, or a new one.
function dashboardField(state) {
  const row = made("div", "editor-row");
  let chosen = null;
  const pick = combobox({
    label: "Add to a dashboard",
    placeholder: "None",
    keeps: true,
    options: async () => {
      const own = state.known.editsAll ? [] : [{ col: "owners", opr: "rel_m_m", value: state.known.user }];
      const q = { columns: ["id", "dashboard_title"], filters: own, order_column: "dashboard_title", order_direction: "asc", page_size: 100 };
      const { result } = await ask(`/api/v1/dashboard/?q=${encodeURIComponent(JSON.stringify(q))}`);
      return [{ value: null, text: "None" }, ...result.map((each) => ({ value: each.id, text: each.dashboard_title || `Dashboard ${each.id}` }))];
    },
    free: (text) => ({ value: text, text, detail: "a new dashboard" }),
    chosen: (option) => (chosen = option.value === null ? null : option),
  });
  row.append(made("span", "editor-label", "Add to a dashboard"), pick, made("small", "field-help", "Choose one of yours, or type the name of a new one."));
  return { row, add: async (chart) => (chosen ? place(chart, chosen) : null) };
}
