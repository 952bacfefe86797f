// A list of what was chosen, in an order: each can be opened, moved and taken away, by pointer and by keyboard.

import { action, made } from "../elements.js";

// isOrdered: whether their order means something. text(item): its name. title(item): more of it. edit(at): it was opened. changed(items): the list is another one.
export function chips({ label, items, text, title = text, edit = null, changed, isWrong = () => false, isOrdered = true }) {
  const list = made("ul", "chips");
  list.setAttribute("aria-label", label);
  let dragged = -1;

  function moved(from, to) {
    const next = [...items];
    next.splice(to, 0, ...next.splice(from, 1));
    changed(next);
  }

  list.append(
    ...items.map((item, at) => {
      const name = text(item);
      const line = made("li", isWrong(item) ? "chip wrong" : "chip");
      const shown = edit ? action(name, () => edit(at), "chip-name") : made("span", "chip-name", name);
      shown.title = title(item);
      line.append(shown);
      if (at && isOrdered) line.append(small("↑", `Move ${name} up`, () => moved(at, at - 1)));
      line.append(small("✕", `Remove ${name}`, () => changed(items.filter((_, place) => place !== at))));
      line.draggable = isOrdered && items.length > 1;
      line.addEventListener("dragstart", (event) => {
        dragged = at;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", name);
      });
      line.addEventListener("dragover", (event) => dragged >= 0 && event.preventDefault());
      line.addEventListener("drop", (event) => {
        event.preventDefault();
        if (dragged >= 0 && dragged !== at) moved(dragged, at);
      });
      line.addEventListener("dragend", () => (dragged = -1));
      return line;
    }),
  );
  return list;
}

function small(sign, label, act) {
  const button = action(sign, act, "plain chip-act");
  button.setAttribute("aria-label", label);
  return button;
}
