// The form of one filter. Each change makes a new one; keys that we do not know stay.

import { made, said, told } from "../elements.js";
import { conditions } from "./conditions.js";
import { datasetOf, datasets } from "./datasets.js";
import { defaultField } from "./default_value.js";
import { check, group, labelled, select, textField } from "./fields.js";
import { KINDS, columnsFor, isDivider, needsColumn, needsDataset, ofKind, possibleParents, targetOf } from "./filter_settings.js";
import { scopeTree } from "./scope_tree.js";

const NO_DEFAULT = { extraFormData: {}, filterState: {}, ownState: {} };

// change(filter, {repaints}): takes the filter as it is now.
export function filterForm(editor, filter, filters, change) {
  let now = filter;
  const set = (part, options) => change((now = { ...now, ...part }), options);
  const form = made("form", "edit-form");
  form.addEventListener("submit", (event) => event.preventDefault());
  if (isDivider(filter)) {
    form.append(text("Title", "title"), text("Description", "description"));
    form.querySelector("input").dataset.first = "";
    return form;
  }
  const kind = select(KINDS, filter.filterType);
  kind.addEventListener("change", () => change((now = ofKind(now, kind.value)), { repaints: true }));
  form.append(text("Name", "name"), named("kind", labelled("Kind", kind)), text("Description", "description"));
  form.querySelector("input").dataset.first = "";
  const target = made("div", "edit-target");
  const rest = made("div", "edit-rest");
  form.append(target, rest);
  if (needsDataset(filter)) paintTarget();
  else paintRest(null);
  return form;

  function text(label, name) {
    const field = textField(filter[name]);
    field.addEventListener("input", () => set({ [name]: field.value }));
    return labelled(label, field);
  }

  async function paintTarget() {
    const { datasetId, column } = targetOf(now);
    target.replaceChildren(said("Loading …"));
    try {
      const [all, dataset] = await Promise.all([datasets(), datasetId ? datasetOf(datasetId) : null]);
      const from = select([["", "Choose …"], ...all], datasetId);
      from.addEventListener("change", () => set({ targets: [from.value ? { datasetId: Number(from.value) } : {}], defaultDataMask: NO_DEFAULT }, { repaints: true }));
      target.replaceChildren(named("dataset", labelled("Dataset", from)));
      if (needsColumn(now) && dataset) {
        const offered = columnsFor(now, dataset.columns).map((each) => [each.column_name, each.verbose_name || each.column_name]);
        const of = select([["", "Choose …"], ...offered], column);
        of.addEventListener("change", () => {
          const chosen = of.value ? { datasetId, column: { name: of.value } } : { datasetId };
          set({ targets: [chosen], defaultDataMask: NO_DEFAULT, ...(now.name ? {} : { name: of.selectedOptions[0].text }) }, { repaints: true });
        });
        target.append(named("column", labelled("Column", of)));
      }
      paintRest(dataset);
    } catch (error) {
      console.error(error);
      target.replaceChildren(said(told(error), "alert"));
      paintRest(null);
    }
  }

  function paintRest(dataset) {
    rest.replaceChildren(defaultField(now, dataset, (defaultDataMask) => set({ defaultDataMask })), ...controls(dataset), ...parents());
    if (needsDataset(now) && dataset && needsColumn(now)) rest.append(conditions(now, dataset, set));
    const scope = scopeTree(editor, now.scope, (made_) => set({ scope: made_ }));
    rest.append(group("Scope: the charts that it filters", scope));
  }

  function controls(dataset) {
    const control = (label, name, repaints = false) => check(label, now.controlValues?.[name], (on) => set({ controlValues: { ...now.controlValues, [name]: on }, ...(repaints ? { defaultDataMask: NO_DEFAULT } : {}) }, { repaints }));
    const shown = [control("Required: it always has a value", "enableEmptyFilter")];
    if (now.filterType !== "filter_select") return shown;
    const sorting = select([["", "As they come"], ["true", "Ascending"], ["false", "Descending"]], now.controlValues?.sortAscending ?? "");
    sorting.addEventListener("change", () => {
      const { sortAscending: _, ...others } = now.controlValues ?? {};
      set({ controlValues: sorting.value ? { ...others, sortAscending: sorting.value === "true" } : others });
    });
    const metrics = (dataset?.metrics ?? []).map((metric) => [metric.metric_name, metric.verbose_name || metric.metric_name]);
    const by = select([["", "Their names"], ...metrics], now.sortMetric ?? "");
    by.addEventListener("change", () => set({ sortMetric: by.value || undefined }));
    return [
      ...shown,
      control("Several values can be chosen", "multiSelect", true),
      control("The first value is chosen at the beginning", "defaultToFirstItem", true),
      control("Its values are excluded, not kept", "inverseSelection", true),
      control("The search asks the database, for columns with very many values", "searchAllOptions"),
      labelled("Order of the values", sorting), labelled("Ordered by", by),
    ];
  }

  function parents() {
    const possible = possibleParents(now, filters);
    if (!possible.length) return [];
    const boxes = possible.map((other) => check(other.name || "New filter", now.cascadeParentIds?.includes(other.id), (on) => {
      const others = (now.cascadeParentIds ?? []).filter((id) => id !== other.id);
      set({ cascadeParentIds: on ? [...others, other.id] : others });
    }));
    return [group("Depends on: its values are those that these leave", ...boxes)];
  }

  function named(name, element) {
    element.dataset.field = name;
    return element;
  }
}
