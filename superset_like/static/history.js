// What was: the versions of a chart or dashboard in a dialog, what changed in each, and the way back to one.

import { action, dialog, made, said, toast, told } from "./elements.js";
import { answered, ask } from "./session.js";

const PAGE_SIZE = 20;
const LONGEST = 160;
const MOST_NAMED = 6;
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

// path: /api/v1/chart/1, say. noun: what it is called. restored(): it is another now.
export function showHistory(path, noun, restored) {
  const list = made("ol", "history");
  const more = action("Show older versions", () => load(), "");
  const state = said("Loading …");
  const box = dialog("History", [state, list, more], { wide: true });
  let page = 0;
  more.hidden = true;

  async function load() {
    more.disabled = true;
    try {
      const { count, result } = await ask(`${path}/history/?page=${page}&page_size=${PAGE_SIZE}`);
      list.append(...result.map((version) => entry(version)));
      page += 1;
      state.hidden = count > 1;
      state.textContent = `This ${noun} has no former versions yet. Each change from now on is kept here.`;
      more.hidden = list.childElementCount >= count;
    } catch (error) {
      console.warn(error);
      state.replaceWith(said(told(error), "alert"));
    }
    more.disabled = false;
  }

  function entry(version) {
    const item = made("li", "history-version");
    const head = made("div", "history-head");
    const when = made("time", "", moment.format(new Date(`${version.changed_on}Z`)));
    when.dateTime = `${version.changed_on}Z`;
    head.append(made("strong", "", `Version ${version.version}`), when);
    if (version.changed_by) head.append(made("span", "", `${version.changed_by.first_name} ${version.changed_by.last_name}`.trim()));
    if (version.is_current) head.append(made("span", "history-now", "as it is now"));
    item.append(head, made("p", "history-changed", changes(version)));
    if (version.is_current) return item;
    const place = made("div", "history-differs");
    const compare = action("Compare with now", () => differ(version, place, compare), "plain");
    compare.setAttribute("aria-expanded", "false");
    const back = action("Restore", () => restore(version, back));
    back.setAttribute("aria-label", `Restore version ${version.version}`);
    const tools = made("div", "history-tools");
    tools.append(compare, back);
    item.append(tools, place);
    return item;
  }

  async function differ(version, place, opener) {
    if (place.childElementCount) {
      place.replaceChildren();
      opener.setAttribute("aria-expanded", "false");
      return;
    }
    opener.setAttribute("aria-expanded", "true");
    place.replaceChildren(said("Loading …"));
    try {
      const { result } = await ask(`${path}/history/${version.version}`);
      place.replaceChildren(result.differs.length ? table(result.differs) : said("It is the same as now."));
    } catch (error) {
      console.warn(error);
      place.replaceChildren(said(told(error), "alert"));
    }
  }

  async function restore(version, button) {
    button.disabled = true;
    try {
      const { result } = await (await answered("POST", `${path}/history/${version.version}/restore`)).json();
      box.close();
      const left = result.left_out.length ? ` Not there any more: ${result.left_out.join(", ")}.` : "";
      toast(`Version ${version.version} is back, as version ${result.version}.${left}`);
      await restored();
    } catch (error) {
      console.warn(error);
      button.disabled = false;
      const fields = Object.values(error.fields ?? {}).flat();
      toast(`Not restored: ${fields.length ? fields.join(" ") : told(error)}`, "failed");
    }
  }

  load();
}

function changes({ changed, restored_version: from }) {
  if (!changed) return "The oldest version that is kept.";
  const named = changed.slice(0, MOST_NAMED).join(", ");
  const rest = changed.length > MOST_NAMED ? ` and ${changed.length - MOST_NAMED} more` : "";
  return `${from ? `Restored version ${from}: ` : "Changed: "}${named}${rest}`;
}

function table(differs) {
  const shown = made("table", "history-table");
  const head = made("tr");
  head.append(...["Field", "Then", "Now"].map((name) => Object.assign(made("th", "", name), { scope: "col" })));
  shown.append(head);
  for (const { field, then, now } of differs) {
    const row = made("tr");
    row.append(Object.assign(made("th", "", field), { scope: "row" }), made("td", "", words(then)), made("td", "", words(now)));
    shown.append(row);
  }
  return shown;
}

function words(value) {
  if (value === null || value === undefined || value === "") return "—";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
