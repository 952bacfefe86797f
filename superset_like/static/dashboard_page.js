// A dashboard for somebody who is signed in: his session speaks for him.

import { Dashboard, Refused } from "./dashboard.js";

const place = document.getElementById("dashboard");

function say(text, role) {
  const said = document.createElement("p");
  said.className = "said";
  said.setAttribute("role", role);
  said.textContent = text;
  place.replaceChildren(said);
}

async function ask(path) {
  const answer = await fetch(path, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (answer.ok) return answer.json();
  throw new Refused(answer.status, (await answer.json().catch(() => ({}))).message);
}

// Who may read a dataset asks it; only who edits may use the endpoint for values.
async function values(datasetId, column) {
  const query = { columns: [column], metrics: [], orderby: [[column, true]], row_limit: 1000 };
  const answer = await fetch("/api/v1/chart/data", {
    method: "POST",
    credentials: "same-origin",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify({ datasource: { id: datasetId, type: "table" }, queries: [query] }),
  });
  if (!answer.ok) throw new Refused(answer.status);
  return (await answer.json()).result[0].data.map((row) => row[column]);
}

say("Loading …", "status");
new Dashboard(place, { ask, values, id: place.dataset.id, theme: "auto" }).load().catch((error) => {
  console.error(error);
  const isOver = error instanceof Refused && error.status === 401;
  say(isOver ? "Your session has ended. Log in again." : "This dashboard cannot be shown.", "alert");
});
