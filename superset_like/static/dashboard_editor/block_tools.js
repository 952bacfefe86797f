// What can be done with one element of the layout, by its menu and by keys.

import { action, dialog, made, menu } from "../elements.js";
import { changed, moved, parentOf, removed, resized, widthOf } from "./layout.js";
import { destinations } from "./steps.js";

const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };
const GROWTH = { ArrowUp: { height: -2 }, ArrowDown: { height: 2 }, ArrowLeft: { width: -1 }, ArrowRight: { width: 1 } };
const EDITED = { MARKDOWN: "Edit the text", HEADER: "Edit the header", TAB: "Rename" };
const HEIGHT = 50;
const WHITE = "BACKGROUND_WHITE";

export function blockKeys(editor, id, event) {
  // What is within it has keys of its own.
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey) return;
  if (event.altKey && ARROWS[event.key]) editor.step(id, ARROWS[event.key]);
  else if (event.shiftKey && GROWTH[event.key]) size(editor, id, GROWTH[event.key]);
  else if (event.key === "Delete" || event.key === "Backspace") remove(editor, id);
  else if (event.key === "Enter" && EDITED[editor.layout[id].type]) editor.canvas.edit(id);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export function size(editor, id, { width, height }) {
  const before = editor.layout[id].meta ?? {};
  const wish = {};
  if (width) wish.width = widthOf(editor.layout[id]) + width;
  if (height) wish.height = (Number(before.height) || HEIGHT) + height;
  const layout = resized(editor.layout, id, wish);
  const { meta } = layout[id];
  if (meta.width === before.width && meta.height === before.height) return editor.tell("It cannot go further.", true);
  const text = width ? `${meta.width} columns wide.` : `${meta.height} units high.`;
  editor.change({ layout }, text, { focus: id, kind: `size ${id}` });
}

export function remove(editor, id) {
  const name = editor.canvas.nameOf(id);
  const parent = parentOf(editor.layout, id);
  const beside = editor.layout[parent].children;
  const at = beside.indexOf(id);
  editor.arrange((layout) => removed(layout, id), `${name} is removed. Undo brings it back.`);
  const next = [beside[at + 1], beside[at - 1], parent].find((each) => each && editor.layout[each]);
  editor.canvas.root.focus({ preventScroll: true });
  if (next) editor.canvas.focus(next);
}

export function blockMenu(editor, id, name) {
  return menu(`What to do with ${name}`, () => items(editor, id, name));
}

function items(editor, id, name) {
  const place = editor.layout[id];
  const isTab = place.type === "TAB";
  const isTop = editor.layout.ROOT_ID.children.includes(id);
  const found = [];
  if (EDITED[place.type]) found.push([EDITED[place.type], () => editor.canvas.edit(id)]);
  if (place.type === "CHART") found.push(["Title on this dashboard …", () => title(editor, id)]);
  if (!isTab && !isTop) found.push(["Move up", () => editor.step(id, "up")], ["Move down", () => editor.step(id, "down")]);
  if (!isTop) found.push(["Move left", () => editor.step(id, "left")], ["Move right", () => editor.step(id, "right")]);
  if (!isTop) found.push(["Move to …", () => moveDialog(editor, id, name)]);
  if (editor.layout[parentOf(editor.layout, id)].type === "ROW") {
    found.push(["Wider", () => size(editor, id, { width: 1 })], ["Narrower", () => size(editor, id, { width: -1 })]);
  }
  if (place.type === "CHART" || place.type === "MARKDOWN") {
    found.push(["Taller", () => size(editor, id, { height: 5 })], ["Lower", () => size(editor, id, { height: -5 })]);
  }
  found.push(...looks(editor, id, place));
  found.push([isTop ? "Remove the tabs, keep what is in them" : isTab ? "Remove the tab" : "Remove", () => remove(editor, id)]);
  return found;
}

function looks(editor, id, place) {
  const set = (meta, text) => editor.change({ layout: changed(editor.layout, id, meta) }, text, { focus: id });
  if (place.type === "HEADER") {
    const sizes = [["SMALL_HEADER", "Small"], ["MEDIUM_HEADER", "Medium"], ["LARGE_HEADER", "Large"]];
    return sizes.filter(([size]) => size !== place.meta?.headerSize).map(([headerSize, text]) => [text, () => set({ headerSize }, `${text}.`)]);
  }
  if (place.type !== "ROW" && place.type !== "COLUMN") return [];
  const isWhite = place.meta?.background === WHITE;
  return [[isWhite ? "Without background" : "With background", () => set({ background: isWhite ? "BACKGROUND_TRANSPARENT" : WHITE }, "")]];
}

function title(editor, id) {
  const { meta } = editor.layout[id];
  const field = Object.assign(made("input"), { type: "text", maxLength: 250, value: meta.sliceNameOverride ?? "", placeholder: meta.sliceName ?? "" });
  const label = made("label", "edit-field", "Title on this dashboard; empty for the chart's own name");
  label.append(field);
  const form = made("form");
  form.append(label);
  const box = dialog("Title of the chart", form, { actions: [action("Cancel", () => box.close()), action("Set", () => form.requestSubmit(), "main")] });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    box.close();
    editor.change({ layout: changed(editor.layout, id, { sliceNameOverride: field.value.trim() || undefined }) }, "The title is set.", { focus: id });
  });
}

function moveDialog(editor, id, name) {
  const list = made("ul", "edit-destinations");
  for (const place of destinations(editor.layout, id, editor.charts)) {
    const item = made("li");
    item.style.setProperty("--depth", place.depth);
    item.append(action(place.text, () => {
      box.close();
      const end = editor.layout[place.id].children.length;
      editor.arrange((layout) => moved(layout, id, place.id, end), `${name} is now in ${place.text}.`, { focus: id });
    }));
    list.append(item);
  }
  const hint = made("p", "", list.children.length ? "It becomes the last there." : "There is no other place for it.");
  const box = dialog(`Move ${name} to`, [hint, list]);
}
