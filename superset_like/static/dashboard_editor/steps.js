// One step of a place through a layout, as a key or a button asks for it. See layout.js.

import { Refusal, moved, named, objection, parentOf } from "./layout.js";

const ACROSS = new Set(["ROW", "TABS"]);

// {layout, text}: the layout with the place one step on, and what happened. direction: up, down, left, right, in or out.
// Raises Refusal.
export function stepped(layout, id, direction) {
  const parent = parentOf(layout, id);
  if (!parent || parent === "ROOT_ID") throw new Refusal("This stays where it is.");
  const isAcross = ACROSS.has(layout[parent].type);
  if (direction === "in") return inward(layout, id, parent);
  if (direction === "out") return outward(layout, id, parent);
  const step = direction === "up" || direction === "left" ? -1 : 1;
  const isAlong = (direction === "left" || direction === "right") === isAcross;
  if (isAlong) return along(layout, id, parent, step);
  if (layout[parent].type === "ROW") return betweenRows(layout, id, parent, step);
  if (layout[parent].type === "TABS") throw new Refusal("Tabs go left and right.");
  return step < 0 ? outward(layout, id, parent) : inward(layout, id, parent);
}

function along(layout, id, parent, step) {
  const { children } = layout[parent];
  const at = children.indexOf(id);
  const to = at + step;
  if (to < 0 || to >= children.length) throw new Refusal(step < 0 ? "It is the first here." : "It is the last here.");
  const made = moved(layout, id, parent, step < 0 ? to : to + 1);
  return { layout: made, text: `Now ${to + 1} of ${children.length} in ${named(layout, parent)}.` };
}

// Out of its row into one of its own; from there into the next row, or past what is no row.
function betweenRows(layout, id, row, step) {
  const above = parentOf(layout, row);
  const at = layout[above].children.indexOf(row);
  if (layout[row].children.length > 1) {
    return { layout: moved(layout, id, above, step < 0 ? at : at + 1), text: `Now in a row of its own, ${step < 0 ? "above" : "below"}.` };
  }
  const next = layout[above].children[at + step];
  if (!next) throw new Refusal(step < 0 ? "It is at the top here." : "It is at the bottom here.");
  if (layout[next].type === "ROW" && !objection(layout, layout[id], next)) {
    return { layout: moved(layout, id, next, layout[next].children.length), text: `Now the last in ${named(layout, next)}.` };
  }
  return along(layout, row, above, step);
}

// Into the place before it, or the one after it, which can hold it: the last of a column, a row, or the first tab.
function inward(layout, id, parent) {
  const { children } = layout[parent];
  const at = children.indexOf(id);
  for (const near of [children[at - 1], children[at + 1]]) {
    if (!near) continue;
    const target = layout[near].type === "TABS" ? layout[near].children[0] : near;
    if (layout[target].type === layout[parent].type && layout[target].type !== "TAB") continue;
    if (!objection(layout, layout[id], target)) {
      return { layout: moved(layout, id, target, layout[target].children.length), text: `Now in ${named(layout, target)}.` };
    }
  }
  throw new Refusal("Nothing beside it can hold it.");
}

// To the nearest place above that can hold it, behind the one it was in.
function outward(layout, id, parent) {
  let child = parent;
  let above = parentOf(layout, child);
  while (above && above !== "ROOT_ID") {
    if (layout[above].type !== "TABS" && !objection(layout, layout[id], above)) {
      const at = layout[above].children.indexOf(child);
      return { layout: moved(layout, id, above, at + 1), text: `Now in ${named(layout, above)}, behind ${named(layout, child)}.` };
    }
    child = above;
    above = parentOf(layout, child);
  }
  throw new Refusal("There is nothing outside that can hold it.");
}

// Where a place can go, from above: [{id, text, depth}].
export function destinations(layout, id, charts) {
  const found = [];
  const look = (at, depth) => {
    const { type } = layout[at];
    if (at !== id && type !== "ROOT" && !objection(layout, layout[id], at)) found.push({ id: at, text: named(layout, at, charts), depth });
    if (at !== id) for (const child of layout[at].children) look(child, depth + 1);
  };
  look("ROOT_ID", -1);
  return found;
}
