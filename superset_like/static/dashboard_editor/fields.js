// Fields of the editor's dialogs.

import { action, made, told } from "../elements.js";
import { ask } from "../session.js";

const SHOWN = 8;
const PAUSE_MS = 200;

// A field with its name above it. hint: what to know of it.
export function labelled(text, field, hint = "") {
  const label = made("label", "edit-field", text);
  label.append(field);
  if (hint) label.append(made("small", "", hint));
  return label;
}

export function textField(value, facts = {}) {
  return Object.assign(made("input"), { type: "text", value: value ?? "", ...facts });
}

export function textArea(value, facts = {}) {
  return Object.assign(made("textarea", "edit-code"), { value: value ?? "", spellcheck: false, ...facts });
}

// choices: [value, text] pairs; a value that is not among them stays to be chosen.
export function select(choices, value) {
  const field = made("select");
  field.append(...choices.map(([each, text]) => new Option(text, each)));
  const now = String(value ?? "");
  if (!choices.some(([each]) => String(each) === now)) field.append(new Option(now || "Choose …", now));
  field.value = now;
  return field;
}

// A check box with its text behind it; `box` of the label is the check box.
export function check(text, on, changed = () => {}) {
  const label = made("label", "edit-check");
  label.box = Object.assign(made("input"), { type: "checkbox", checked: Boolean(on) });
  label.box.addEventListener("change", () => changed(label.box.checked));
  label.append(label.box, made("span", "", text));
  return label;
}

export function group(name, ...content) {
  const box = made("fieldset", "edit-group");
  box.append(made("legend", "", name), ...content);
  return box;
}

// Several of what a column of dashboards may relate to. chosen: [{id, name}]. `chosen` of the group is what is chosen.
export function chooser(name, column, chosen) {
  const list = made("ul", "edit-chips");
  const field = textField("", { type: "search", placeholder: `Add: search ${name.toLowerCase()}` });
  field.setAttribute("aria-label", `Search ${name.toLowerCase()} to add`);
  const offers = made("ul", "edit-offers");
  const box = group(name, list, field, offers);
  box.chosen = [...chosen];
  let turn = 0;

  function paint() {
    list.replaceChildren(...box.chosen.map((each) => {
      const item = made("li", "edit-chip", each.name);
      const end = action("✕", () => {
        box.chosen = box.chosen.filter((other) => other.id !== each.id);
        paint();
        field.focus();
      }, "plain");
      end.setAttribute("aria-label", `Remove ${each.name}`);
      item.append(end);
      return item;
    }));
  }

  async function offer() {
    const mine = (turn += 1);
    try {
      const q = { filter: field.value.trim(), page_size: 50 };
      const { result } = await ask(`/api/v1/dashboard/related/${column}?q=${encodeURIComponent(JSON.stringify(q))}`);
      if (mine !== turn) return;
      const found = result.filter((each) => !box.chosen.some((other) => other.id === each.value)).slice(0, SHOWN);
      offers.replaceChildren(...found.map(({ value, text }) => {
        const item = made("li");
        item.append(action(text, () => {
          box.chosen.push({ id: value, name: text });
          offers.replaceChildren();
          field.value = "";
          paint();
          field.focus();
        }));
        return item;
      }));
      if (!found.length) offers.replaceChildren(made("li", "", "Nobody else."));
    } catch (error) {
      if (mine === turn) offers.replaceChildren(made("li", "", told(error)));
    }
  }

  let pause;
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(offer, PAUSE_MS);
  });
  field.addEventListener("focus", () => !offers.children.length && offer());
  box.addEventListener("focusout", (event) => {
    if (box.contains(event.relatedTarget)) return;
    turn += 1;
    clearTimeout(pause);
    offers.replaceChildren();
  });
  paint();
  return box;
}

// Why a text is no JSON object; empty when it is one.
export function jsonObjection(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? "" : "It has to be an object: { … }";
  } catch (error) {
    return error.message;
  }
}
