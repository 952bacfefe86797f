// A dashboard for somebody who is signed in: his session speaks for him.

import { Dashboard } from "./dashboard.js";
import { said, told } from "../elements.js";
import { ask, send } from "../session.js";

const place = document.getElementById("dashboard");

// Who may read a dataset asks it; only who edits may use the endpoint for values.
async function values(datasetId, column) {
  const query = { columns: [column], metrics: [], orderby: [[column, true]], row_limit: 1000 };
  const answer = await send("POST", "/api/v1/chart/data", { datasource: { id: datasetId, type: "table" }, queries: [query] });
  return answer.result[0].data.map((row) => row[column]);
}

const editing = document.getElementById("edit-dashboard");

function show() {
  place.replaceChildren(said("Loading …"));
  return new Dashboard(place, { server: { ask }, values, id: place.dataset.id, theme: "auto" }).load().catch((error) => {
    console.error(error);
    place.replaceChildren(said(told(error), "alert"));
  });
}

// The editor is loaded for who edits.
async function edit() {
  editing.hidden = true;
  address(true);
  const { edit: begin } = await import("../dashboard_editor/editor.js");
  await begin(place, {
    id: place.dataset.id,
    left: async () => {
      editing.hidden = false;
      address(false);
      await show();
      editing.focus();
    },
  });
}

function address(isEdited) {
  const url = new URL(location);
  if (isEdited) url.searchParams.set("edit", "true");
  else url.searchParams.delete("edit");
  history.replaceState(history.state, "", url);
}

editing?.addEventListener("click", edit);
if (editing && new URLSearchParams(location.search).get("edit") === "true") edit();
else show();
