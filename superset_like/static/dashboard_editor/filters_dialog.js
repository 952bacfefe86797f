// The filters of a dashboard: add, edit, delete, reorder. Nothing is taken before Apply.

import { action, dialog, made, said, toast } from "../elements.js";
import { filterForm } from "./filter_form.js";
import { freshDivider, freshFilter, isDivider, objection, without } from "./filter_settings.js";

export function filtersDialog(editor) {
  let filters = editor.state.metadata.native_filter_configuration ?? [];
  let shown = filters[0]?.id;
  const list = made("ol", "edit-filters");
  const place = made("div", "edit-filter-form");
  const side = made("div", "edit-filter-side");
  const adding = made("div", "edit-filter-adding");
  adding.append(action("Add filter", () => add(freshFilter())), action("Add divider", () => add(freshDivider())));
  side.append(list, adding);
  const body = made("div", "edit-filter-dialog");
  body.append(side, place);
  const box = dialog("Filters", body, { wide: true, actions: [action("Cancel", () => box.close()), action("Apply", apply, "main")] });

  function add(filter) {
    filters = [...filters, filter];
    show(filter.id, true);
  }

  function show(id, focuses = false) {
    shown = id;
    paintList();
    paintForm();
    if (focuses) place.querySelector("[data-first]")?.focus();
  }

  function change(filter, { repaints = false } = {}) {
    filters = filters.map((each) => (each.id === filter.id ? filter : each));
    paintList();
    if (!repaints) return;
    // What was focused is made anew.
    const focused = place.contains(document.activeElement) && document.activeElement.closest("[data-field]")?.dataset.field;
    paintForm();
    if (focused) place.querySelector(`[data-field="${focused}"] :is(select, input)`)?.focus();
  }

  function move(id, step) {
    const at = filters.findIndex((each) => each.id === id);
    const others = filters.filter((each) => each.id !== id);
    filters = [...others.slice(0, at + step), filters[at], ...others.slice(at + step)];
    paintList();
    const buttons = list.querySelectorAll(`[data-filter="${CSS.escape(id)}"] button`);
    const again = buttons[step < 0 ? 1 : 2];
    (again.disabled ? buttons[0] : again).focus();
  }

  function remove(id) {
    const at = filters.findIndex((each) => each.id === id);
    filters = without(filters, id);
    show(id === shown ? filters[Math.min(at, filters.length - 1)]?.id : shown);
    (list.querySelector("button") ?? adding.querySelector("button")).focus();
  }

  function paintList() {
    list.replaceChildren(...filters.map((filter, at) => {
      const item = made("li", `edit-filter-item ${isDivider(filter) ? "is-divider" : ""}`);
      item.dataset.filter = filter.id;
      const name = (isDivider(filter) ? filter.title : filter.name) || (isDivider(filter) ? "Divider" : "New filter");
      const choose = action(name, () => show(filter.id), "plain");
      if (filter.id === shown) choose.setAttribute("aria-current", "true");
      const tools = [["↑", `Move ${name} up`, () => move(filter.id, -1), at === 0], ["↓", `Move ${name} down`, () => move(filter.id, 1), at === filters.length - 1], ["✕", `Delete ${name}`, () => remove(filter.id), false]];
      item.append(choose, ...tools.map(([text, label, act, isOff]) => {
        const button = action(text, act, "plain");
        button.setAttribute("aria-label", label);
        button.disabled = isOff;
        return button;
      }));
      return item;
    }));
    list.hidden = !filters.length;
  }

  function paintForm() {
    const filter = filters.find((each) => each.id === shown);
    place.replaceChildren(filter ? filterForm(editor, filter, filters, change) : said(filters.length ? "Choose a filter." : "There are no filters yet."));
  }

  function apply() {
    const wrong = filters.find(objection);
    if (wrong) {
      show(wrong.id);
      place.prepend(said(objection(wrong), "alert"));
      place.scrollIntoView({ block: "start" });
      return place.querySelector("[data-first]")?.focus();
    }
    box.close();
    editor.change({ metadata: { ...editor.state.metadata, native_filter_configuration: filters } }, "The filters are changed; Save keeps them.");
    toast("The filters are changed. Save keeps them.");
  }

  show(shown);
  (list.querySelector("button") ?? adding.querySelector("button")).focus();
}
