// What a mark of a chart can do: filter the other charts, and lead to what is behind it.

import { shownName } from "/chart_types/base.js";
import { dialog, made } from "../elements.js";

const PLAIN_NAME = /^\w{1,255}$/;

// The other charts show what the mark stands for; the same mark again takes it back. picks: [{col, val, formattedVal}].
export function crossFilter(figure, picks) {
  const { filters } = figure.dashboard;
  const id = String(figure.chart.id);
  if (!filters.crosses(figure.chart.id)) return;
  const asked = filtersOf(picks);
  if (!asked.length) return;
  const isSame = JSON.stringify(filters.mask(id).extraFormData.filters) === JSON.stringify(asked);
  filters.set(
    id,
    isSame
      ? {}
      : {
          extraFormData: { filters: asked },
          filterState: { value: picks.map(({ val }) => val), label: labelOf(picks), selectedValues: picks.map(({ val }) => val) },
        },
  );
}

// Filters for what was picked. A column that is SQL is named by it, which only those who may read it know.
export function filtersOf(picks) {
  return picks.flatMap(({ col, val }) => {
    const column = typeof col === "string" ? col : namedBy(col);
    if (!column) return [];
    return [val === null || val === undefined ? { col: column, op: "IS NULL" } : { col: column, op: "IN", val: [val] }];
  });
}

export function labelOf(picks) {
  return picks.map(({ formattedVal, val }) => formattedVal ?? String(val)).join(", ");
}

function namedBy(col) {
  const sql = col?.sqlExpression || col?.column_name;
  if (!sql) return null;
  if (PLAIN_NAME.test(sql)) return sql;
  return { expressionType: "SQL", sqlExpression: sql, label: col.label || sql };
}

// The values of the chart's dimensions, [[name, [pick]]], for who has no mouse.
function dimensionsOf(formData, result) {
  const fields = ["groupby", "columns", "series", "entity", "source", "target", "groupbyRows", "groupbyColumns", "x_axis"];
  const asked = fields.flatMap((field) => [formData[field] ?? []].flat());
  const texts = result.colnames.filter((name, at) => [1, 3].includes(result.coltypes[at]));
  const known = asked.filter((col) => result.colnames.includes(nameOf(col)) && result.coltypes[result.colnames.indexOf(nameOf(col))] !== 2);
  const columns = known.length ? known : texts;
  return [...new Map(columns.map((col) => [nameOf(col), col]))].map(([name, col]) => {
    const values = [...new Set(result.data.map((row) => row[name]))];
    return [name, values.map((val) => ({ col, val: val ?? null, formattedVal: val === null ? "<NULL>" : String(val) }))];
  });
}

function nameOf(col) {
  return typeof col === "string" ? col : col?.label || col?.sqlExpression || col?.column_name || "";
}

// A dialog with those values: one of them filters the other charts.
export function chooseCrossFilter(figure) {
  const box = made("div", "dash-choices");
  const shown = dialog(`Filter by ${figure.name}`, box);
  for (const [name, picks] of dimensionsOf(figure.formData, figure.results[0])) {
    const group = made("section");
    group.append(made("h3", "", shownName(figure.results[0], name)));
    for (const pick of picks.slice(0, 200)) {
      const button = made("button", "action", pick.formattedVal);
      button.type = "button";
      button.addEventListener("click", () => {
        shown.close();
        crossFilter(figure, [pick]);
      });
      group.append(button);
    }
    box.append(group);
  }
  if (!box.childElementCount) box.append(made("p", "said", "This chart has no dimension."));
}

// The menu of a mark, where the pointer is.
export function markMenu(figure, picks, event) {
  const { dashboard } = figure;
  const items = [];
  if (dashboard.filters.crosses(figure.chart.id)) items.push([`Filter by ${labelOf(picks)}`, () => crossFilter(figure, picks)]);
  if (dashboard.may("drill")) {
    items.push([`Rows of ${labelOf(picks)} …`, async () => (await import("./drill.js")).drillToDetail(figure, picks)]);
    items.push([`Drill by …`, async () => (await import("./drill_by.js")).drillBy(figure, picks)]);
  }
  if (items.length) popUp(items, event?.clientX ?? 0, event?.clientY ?? 0);
}

function popUp(items, x, y) {
  document.querySelector(".mark-menu")?.remove();
  const list = made("div", "menu-list mark-menu");
  list.setAttribute("role", "menu");
  list.setAttribute("aria-label", "Actions of the mark");
  const end = (returnTo) => {
    list.remove();
    document.removeEventListener("pointerdown", outside, true);
    returnTo?.focus?.();
  };
  const outside = (event) => !list.contains(event.target) && end();
  const before = document.activeElement;
  for (const [text, act] of items) {
    const item = made("button", "", text);
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.addEventListener("click", () => {
      end();
      act();
    });
    list.append(item);
  }
  list.addEventListener("keydown", (event) => {
    const all = [...list.children];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length }[event.key];
    if (event.key === "Escape") end(before);
    else if (to !== undefined) all[to].focus();
    else return;
    event.preventDefault();
  });
  document.body.append(list);
  list.style.left = `${Math.max(4, Math.min(x, innerWidth - list.offsetWidth - 8))}px`;
  list.style.top = `${Math.max(4, Math.min(y, innerHeight - list.offsetHeight - 8))}px`;
  document.addEventListener("pointerdown", outside, true);
  list.firstElementChild.focus();
}
