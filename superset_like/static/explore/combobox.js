// A field with a list to choose from: found by typing, moved through with the arrow keys, chosen with Enter.

import { made } from "../elements.js";

const MOST = 100;
let count = 0;

// The field. options(): [{value, text, detail, group}] or a promise of them, asked for when the list opens.
// chosen(option): somebody chose. free(text): the option that a text stands for which is not in the list; null for none.
// keeps: it shows what was chosen, as a field with one value does; else it is empty again.
export function combobox({ label, options, chosen, free = () => null, keeps = false, text = "", placeholder = "", id = `combobox-${++count}` }) {
  const box = made("span", "combobox");
  const field = Object.assign(made("input", "field-input"), { type: "text", id, value: text, placeholder, autocomplete: "off", spellcheck: false });
  const list = made("ul", "combobox-list");
  let shown = [];
  let active = -1;
  let held = text;
  let turn = 0;
  list.id = `${id}-list`;
  list.popover = "manual";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  for (const [name, value] of [["role", "combobox"], ["aria-label", label], ["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]]) {
    field.setAttribute(name, value);
  }

  async function open(search) {
    const mine = ++turn;
    let all;
    try {
      all = await options();
    } catch (error) {
      console.error(error);
      all = [];
    }
    if (mine !== turn || !field.isConnected) return;
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    shown = all.filter((each) => words.every((word) => `${each.text} ${each.detail ?? ""}`.toLowerCase().includes(word))).slice(0, MOST);
    const own = search.trim() ? free(search.trim()) : null;
    if (own && !shown.some((each) => each.text === own.text)) shown.push(own);
    list.replaceChildren(...shown.map(item));
    if (!shown.length) list.append(Object.assign(made("li", "combobox-none", "Nothing is called like that."), { role: "option", ariaDisabled: "true" }));
    if (!isOpen()) {
      list.showPopover();
      window.addEventListener("scroll", place, { capture: true, passive: true });
    }
    field.setAttribute("aria-expanded", "true");
    place();
    move(search && shown.length ? 0 : -1);
  }

  function item(option, at) {
    const line = made("li", "combobox-item");
    line.id = `${list.id}-${at}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.append(made("span", "", option.text));
    if (option.detail) line.append(made("small", "", option.detail));
    line.addEventListener("pointerdown", (event) => event.preventDefault());
    line.addEventListener("click", () => choose(option));
    return line;
  }

  function place() {
    const { left, bottom, top, width } = field.getBoundingClientRect();
    const below = window.innerHeight - bottom;
    const room = Math.max(below, top) - 12;
    Object.assign(list.style, {
      left: `${Math.max(4, Math.min(left, window.innerWidth - Math.max(width, 220) - 4))}px`,
      minWidth: `${Math.max(width, 220)}px`,
      maxHeight: `${Math.min(room, 320)}px`,
      top: below >= Math.min(list.scrollHeight, 200) || below > top ? `${bottom + 2}px` : "auto",
      bottom: below >= Math.min(list.scrollHeight, 200) || below > top ? "auto" : `${window.innerHeight - top + 2}px`,
    });
  }

  function move(to) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = to;
    const line = shown.length ? list.children[active] : null;
    line?.setAttribute("aria-selected", "true");
    line?.scrollIntoView({ block: "nearest" });
    if (line) field.setAttribute("aria-activedescendant", line.id);
    else field.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    held = keeps ? option.text : "";
    field.value = held;
    close();
    chosen(option);
  }

  function close() {
    turn += 1;
    if (isOpen()) list.hidePopover();
    window.removeEventListener("scroll", place, { capture: true });
    field.setAttribute("aria-expanded", "false");
    move(-1);
  }

  function isOpen() {
    return list.isConnected && list.matches(":popover-open");
  }

  field.addEventListener("input", () => open(field.value));
  field.addEventListener("click", () => isOpen() || open(""));
  field.addEventListener("focus", () => keeps && field.select());
  field.addEventListener("blur", () => {
    close();
    // What was typed and not chosen counts where free texts do.
    const own = field.value.trim() && field.value !== held ? free(field.value.trim()) : null;
    if (own) choose(own);
    else field.value = held;
  });
  field.addEventListener("keydown", (event) => {
    const last = shown.length - 1;
    const to = { ArrowDown: active >= last ? 0 : active + 1, ArrowUp: active <= 0 ? last : active - 1 }[event.key];
    if (to !== undefined) isOpen() ? move(to) : open("");
    else if (event.key === "Enter" && isOpen() && !event.ctrlKey) shown[active] && choose(shown[active]);
    else if (event.key === "Escape" && isOpen()) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  box.append(field, list);
  return box;
}
