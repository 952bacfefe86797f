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

say("Loading …", "status");
new Dashboard(place, { ask, id: place.dataset.id, theme: "auto" }).load().catch((error) => {
  console.error(error);
  const isOver = error instanceof Refused && error.status === 401;
  say(isOver ? "Your session has ended. Log in again." : "This dashboard cannot be shown.", "alert");
});
