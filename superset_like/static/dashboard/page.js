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

place.replaceChildren(said("Loading …"));
new Dashboard(place, { server: { ask }, values, id: place.dataset.id, theme: "auto" }).load().catch((error) => {
  console.error(error);
  place.replaceChildren(said(told(error), "alert"));
});
