// The menu of a chart on a dashboard.

import { action, copy, dialog, made, menu, said, told, toast } from "../elements.js";

export function chartMenu(figure) {
  return menu(`Actions of ${figure.name}`, () => items(figure));
}

function items(figure) {
  const { dashboard, chart } = figure;
  const isShown = Boolean(figure.results);
  return [
    ["Refresh", () => figure.load({ force: true })],
    ["Full screen", () => fullScreen(figure)],
    ...(isShown && figure.drawing?.picks && dashboard.filters.crosses(chart.id) ? [["Filter by …", () => chooseValue(figure)]] : []),
    ...(isShown && dashboard.may("view_as_table") ? [["View as table", () => asTable(figure)]] : []),
    ...(dashboard.may("view_query") ? [["View query", () => query(figure)]] : []),
    ...(dashboard.may("explore") ? [["Open in the chart page", () => location.assign(`/explore/?slice_id=${chart.id}`)]] : []),
    ...(dashboard.may("drill") ? drills(figure) : []),
    ...(dashboard.may("csv") ? ["csv", "xlsx"].map((form) => [`Download ${form.toUpperCase()}`, () => data(figure, form)]) : []),
    ...(figure.drawing?.chart ? ["png", "svg"].map((form) => [`Download ${form.toUpperCase()}`, () => picture(figure, form)]) : []),
  ];
}

function drills(figure) {
  return [
    ["Drill to detail …", async () => (await import("./drill.js")).drillToDetail(figure, [])],
    ["Drill by …", async () => (await import("./drill_by.js")).drillBy(figure, [])],
  ];
}

async function chooseValue(figure) {
  (await import("./marks.js")).chooseCrossFilter(figure);
}

function fullScreen(figure) {
  if (document.fullscreenElement) document.exitFullscreen();
  else figure.card.requestFullscreen().catch(() => toast("The browser does not allow full screen here.", "failed"));
}

async function asTable(figure) {
  const [{ table }, { dressed }] = await Promise.all([import("../tables.js"), import("../drawing.js")]);
  await dressed();
  const boxes = figure.results.map((result) => table(result, { viz_type: "table" }));
  dialog(figure.name, boxes, { wide: true });
}

async function query(figure) {
  const box = made("div");
  box.append(said("Loading …"));
  dialog(`Query of ${figure.name}`, box, { wide: true });
  try {
    const { result } = await figure.answer({ type: "query" });
    box.replaceChildren(...result.map(sqlOf));
  } catch (error) {
    box.replaceChildren(said(told(error), "alert"));
  }
}

function sqlOf({ query: sql, error }) {
  const part = made("section", "dash-query");
  if (error) part.append(said(error, "alert"));
  if (!sql) return part;
  const text = made("pre", "", sql);
  text.tabIndex = 0;
  part.append(action("Copy", () => copy(sql)), text);
  return part;
}

async function data(figure, format) {
  const { download } = await import("./downloads.js");
  await download(figure, { format });
}

async function picture(figure, form) {
  const { savePicture } = await import("./downloads.js");
  await savePicture(figure, form);
}
