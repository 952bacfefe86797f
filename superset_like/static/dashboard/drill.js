// The rows behind a mark, or behind a whole chart, page by page.

import { dressed } from "../drawing.js";
import { action, dialog, made, said, told } from "../elements.js";
import { table } from "../tables.js";
import { filtersOf, labelOf } from "./marks.js";

const PAGE = 50;
const MOST_ROWS = 100000;

// picks: what was clicked; nothing for all rows of the chart.
export async function drillToDetail(figure, picks) {
  const content = made("div", "drill");
  const bar = made("nav", "drill-bar");
  const rows = made("div", "drill-rows");
  const state = made("span");
  state.setAttribute("role", "status");
  bar.setAttribute("aria-label", "Pages");
  let page = 0;
  let turn = 0;
  const wish = () => ({ type: "drill_detail", filters: filtersOf(picks) });

  async function show(to) {
    const mine = (turn += 1);
    rows.setAttribute("aria-busy", "true");
    if (!rows.childElementCount) rows.append(said("Loading …"));
    try {
      const paged = { row_limit: String(PAGE), ...(to ? { row_offset: String(to * PAGE) } : {}) };
      const { result } = await figure.answer({ ...wish(), ...paged });
      if (mine !== turn) return;
      const [{ total = 0 }] = result;
      page = to;
      const last = Math.max(0, Math.ceil(total / PAGE) - 1);
      previous.disabled = page === 0;
      next.disabled = page >= last;
      state.textContent = `${total.toLocaleString()} ${total === 1 ? "row" : "rows"}, page ${page + 1} of ${last + 1}`;
      rows.replaceChildren(table(result[0], { viz_type: "table", query_mode: "raw" }));
    } catch (error) {
      console.error(error);
      if (mine !== turn) return;
      rows.replaceChildren(said(told(error), "alert"));
    } finally {
      if (mine === turn) rows.setAttribute("aria-busy", "false");
    }
  }

  const previous = action("Previous", () => show(page - 1));
  const next = action("Next", () => show(page + 1));
  previous.disabled = next.disabled = true;
  bar.append(previous, next, state);
  if (figure.dashboard.may("csv")) {
    const save = async () =>
      (await import("./downloads.js")).download(figure, { ...wish(), format: "csv", row_limit: String(MOST_ROWS) });
    bar.append(action("Download CSV", save));
  }
  content.append(bar, rows);
  const about = picks.length ? `${figure.name}: ${labelOf(picks)}` : figure.name;
  await dressed();
  dialog(`Rows of ${about}`, content, { wide: true });
  return show(0);
}
