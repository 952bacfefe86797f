// What tables on a page have in common: cells, a pager, how the page looks.

import { dark } from "./drawing.js";
import { action, made } from "./elements.js";

export function lookOf(theme = document.documentElement.dataset.theme ?? "auto") {
  return { theme: dark(theme) ? "dark" : "light", locale: navigator.language, zone: "UTC", width: 0, height: 0 };
}

// A cell as its type describes it: {text, align, html, bar, color, background, strong}. act: makes it a button.
export function cellElement(cell, { tag = "td", number = false, act = null, isPicked = false } = {}) {
  const element = made(tag, [number ? "number" : "", cell.align ?? ""].join(" ").trim());
  const place = act ? button(act, isPicked) : element;
  place.textContent = cell.text;
  if (act) element.append(place);
  if (cell.color) element.style.color = cell.color;
  if (cell.background) element.style.backgroundColor = cell.background;
  else if (cell.bar) barBehind(element, cell.bar);
  if (cell.html && !act) import("./markdown.js").then(({ clean }) => element.replaceChildren(clean(cell.html)));
  return element;
}

function button(act, isPicked) {
  const pressed = made("button", "cell-button");
  pressed.type = "button";
  pressed.setAttribute("aria-pressed", String(Boolean(isPicked)));
  pressed.addEventListener("click", act);
  return pressed;
}

function barBehind(element, { from, to, color }) {
  element.classList.add("barred");
  element.style.setProperty("--from", `${from * 100}%`);
  element.style.setProperty("--to", `${to * 100}%`);
  if (color) element.style.setProperty("--fill", color);
}

// turn(page, forward): shows that page.
export function pager(page, count, size, turn) {
  const last = Math.ceil(count / size) - 1;
  const bar = made("nav");
  bar.setAttribute("aria-label", "Pages");
  for (const [text, to] of [["Previous", page - 1], ["Next", page + 1]]) {
    const step = action(text, () => turn(to, to > page));
    step.disabled = to < 0 || to > last;
    bar.append(step);
  }
  const told = made("span", "", `Page ${page + 1} of ${last + 1}`);
  told.setAttribute("role", "status");
  bar.append(told);
  return bar;
}
