// A chart by another dimension of its dataset, step by step, with a way back.

import { clear, draw, dressed } from "../drawing.js";
import { action, dialog, made, said, told } from "../elements.js";
import { table } from "../tables.js";
import { filtersOf, labelOf } from "./marks.js";

const HEIGHT_PX = 420;

// picks: what was clicked; nothing for the whole chart.
export async function drillBy(figure, picks) {
  const [datasetId] = String(figure.chart.form_data?.datasource ?? "").split("__");
  const path = [made("nav", "drill-path"), made("div", "drill-bar"), made("div", "drawing drill-drawing")];
  const [trail, bar, body] = path;
  trail.setAttribute("aria-label", "Way");
  body.style.setProperty("--height", `${HEIGHT_PX}px`);
  const shown = dialog(`Drill by: ${figure.name}`, path, { wide: true, closed: end });
  // Each step: what was clicked before, and the dimension by which it is shown.
  const steps = [];
  let pending = picks;
  let columns = [];
  let asTable = false;
  let last = null;
  let stop = new AbortController();

  const field = made("select");
  const label = made("label", "dash-day", "By");
  label.append(field);
  const clicked = made("span", "drill-clicked");
  const turn = action("As table", () => {
    asTable = !asTable;
    turn.textContent = asTable ? "As chart" : "As table";
    if (last) paint();
  });
  bar.append(label, clicked, turn);
  field.addEventListener("change", () => field.value && go(field.value));

  function offer() {
    const used = new Set(steps.map(({ by }) => by));
    field.replaceChildren(new Option("Choose a dimension", ""));
    for (const { column_name: name, verbose_name: told_ } of columns) if (!used.has(name)) field.append(new Option(told_ || name, name));
    clicked.textContent = pending.length ? `of ${labelOf(pending)}` : "";
    const crumbs = steps.map((step, at) => {
      const text = `${step.picks.length ? `${labelOf(step.picks)} ` : ""}by ${step.by}`;
      const crumb = action(text, () => back(at), "plain");
      if (at === steps.length - 1) crumb.setAttribute("aria-current", "step");
      return crumb;
    });
    trail.replaceChildren(action(figure.name, () => back(-1), "plain"), ...crumbs);
  }

  function go(by) {
    steps.push({ by, picks: pending });
    pending = [];
    return show();
  }

  function back(at) {
    steps.length = at + 1;
    pending = at < 0 ? picks : [];
    return show();
  }

  function end() {
    stop.abort();
    clear(body);
  }

  async function show() {
    offer();
    end();
    last = null;
    const { signal } = (stop = new AbortController());
    if (!steps.length) return body.replaceChildren(said("Choose the dimension by which the chart is to be shown."));
    body.replaceChildren(said("Loading …"));
    try {
      const filters = steps.flatMap((step) => filtersOf(step.picks));
      const answer = await figure.answer({ drill_by: steps.at(-1).by, filters }, signal);
      if (signal.aborted) return;
      last = answer;
      await paint();
    } catch (error) {
      if (signal.aborted) return;
      console.error(error);
      body.replaceChildren(said(told(error), "alert"));
    }
  }

  async function paint() {
    const { form_data: formData, result } = last;
    const module = figure.dashboard.modules[formData.viz_type];
    const picked = (found) => {
      if (!found.length) return;
      pending = found;
      offer();
      field.focus();
    };
    clear(body);
    if (asTable || !module) {
      body.replaceChildren(...result.map((each) => table(each, { viz_type: "table" })));
      return;
    }
    let drawing = null;
    const found = (params) => drawing?.picks?.(formData, result, params) ?? [];
    const { theme } = figure.dashboard;
    const hooks = { picked: (row, column) => picked(found({ row, column })), look: figure.dashboard.look() };
    drawing = await draw(body, module, formData, result, theme, hooks);
    drawing?.chart?.on("click", (params) => picked(found(params)));
  }

  offer();
  body.append(said("Loading …"));
  try {
    const q = encodeURIComponent(`(dashboard_id:${figure.dashboard.id})`);
    const asked = figure.dashboard.server.ask(`/api/v1/dataset/${datasetId}/drill_info/?q=${q}`);
    const [{ result }] = await Promise.all([asked, dressed()]);
    columns = result.columns;
    await show();
    field.focus();
  } catch (error) {
    console.error(error);
    body.replaceChildren(said(told(error), "alert"));
  }
  return shown;
}
