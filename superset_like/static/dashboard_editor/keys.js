// What the keyboard does in the editor.

import { dialog, made } from "../elements.js";

const KEYS = [
  ["Tab", "goes from one element to the next"],
  ["Alt + arrow", "moves the element: along its row or column, into the next row, into or out of what is beside it"],
  ["Shift + arrow", "makes it wider, narrower, taller, lower"],
  ["Enter", "edits a text, a header or the name of a tab"],
  ["Delete", "removes it"],
  ["Ctrl + Z, Ctrl + Y", "take back, do again"],
  ["Ctrl + S", "saves"],
  ["Escape", "ends an edit, or a drag that has begun"],
];

export function keysDialog() {
  const table = made("table", "edit-keys");
  for (const [key, text] of KEYS) {
    const row = table.insertRow();
    const head = made("th", "", key);
    head.scope = "row";
    row.append(head, made("td", "", text));
  }
  const hint = made("p", "", "All of it is also in the menu ⋯ of each element. What is added from the palette comes after the element that is selected.");
  dialog("Keys", [table, hint]);
}
