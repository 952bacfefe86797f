// The page's frame: what is beside the editor, the editor, and below it the rows; their sizes can be moved.

import { action, made, said } from "../elements.js";
import { followed } from "./selection.js";

const STEP_PX = 32;
const PANELS = [["tables", "Tables"], ["saved", "Saved"], ["history", "History"]];

export function frame(place, { panel, places, tree, ran, kept }) {
  const lab = made("div", "lab");
  const side = made("aside", "lab-side");
  side.setAttribute("aria-label", "Database");
  const main = made("section", "lab-main");
  main.setAttribute("aria-label", "Query");
  const panels = sidePanels({ tables: tree.element, saved: kept.element, history: ran.element }, (name) => {
    if (name === "history") ran.load();
    if (name === "saved") kept.load();
  });
  const away = action("✕", () => aside.click(), "plain side-close");
  away.setAttribute("aria-label", "Close the lists");
  side.append(away, places.element, panels.element);

  const news = made("div", "lab-news");
  const tabs = made("div", "tabs");
  const aside = action("☰", () => lab.classList.toggle("side-open"), "lab-toggle");
  aside.setAttribute("aria-label", "Tables, saved queries and history");
  const run = action("Run", () => {}, "main");
  run.title = "Ctrl+Enter, or ⌘+Enter";
  run.disabled = true;
  const limit = made("select", "lab-select");
  limit.id = "lab-limit";
  const label = made("label", "lab-limit", "Rows");
  label.htmlFor = limit.id;
  // A phone has no room for the label.
  limit.setAttribute("aria-label", "Rows");
  const more = made("span", "lab-more");
  const bar = made("div", "lab-bar");
  bar.append(aside, run, label, limit, made("span", "spring"), more);
  const editor = made("div", "lab-editor");
  const results = made("section", "lab-results");
  results.setAttribute("aria-label", "Rows");
  const body = made("div", "lab-panel");
  body.id = "lab-panel";
  body.setAttribute("role", "tabpanel");
  body.append(bar, editor, divider(editor, "--editor-height", "Height of the editor"), results);
  main.append(news, tabs, body);
  // On a phone the lists lie over the rest.
  lab.addEventListener("keydown", (event) => event.key === "Escape" && side.contains(event.target) && lab.classList.remove("side-open"));
  lab.append(side, divider(side, "--side-width", "Width of the list of tables", true), main);
  place.replaceChildren(lab);
  panels.open(panel);
  if (panel !== "tables") lab.classList.add("side-open");

  return {
    tabs, run, limit, more, editor, results, panel: body,
    isOpen: (name) => panels.shown() === name,
    closeSide: () => lab.classList.remove("side-open"),
    offline: (isOff) => news.replaceChildren(...(isOff ? [said("You are offline. What you write is kept here; queries wait until you are back.", "alert")] : [])),
    trouble: (text, isEnded) => {
      const ways = isEnded ? [Object.assign(made("a", "action main", "Log in again"), { href: "/login/?next=/sqllab/" })] : [action("Try again", () => window.location.reload())];
      place.replaceChildren(said(text, "alert"), ...ways);
    },
    nothing: () => place.replaceChildren(said("There is no database here that you may run SQL on. Whoever administers this server can open one to you.")),
  };
}

// Lists of which one is shown.
function sidePanels(contents, shown) {
  const element = made("div", "side-panels");
  const list = made("div", "side-tabs");
  const body = made("div", "side-body");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Lists");
  body.setAttribute("role", "tabpanel");
  body.id = "side-panel";
  let open = null;
  const buttons = PANELS.map(([name, text], at) => {
    const button = made("button", "side-tab", text);
    button.type = "button";
    button.id = `side-${name}`;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", body.id);
    button.addEventListener("click", () => show(name));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = (at + step + PANELS.length) % PANELS.length;
      show(PANELS[next][0]);
      buttons[next].focus();
    });
    return button;
  });
  function show(name) {
    open = PANELS.some(([each]) => each === name) ? name : "tables";
    buttons.forEach((button, at) => {
      const isShown = PANELS[at][0] === open;
      button.setAttribute("aria-selected", String(isShown));
      button.tabIndex = isShown ? 0 : -1;
    });
    body.setAttribute("aria-labelledby", `side-${open}`);
    body.replaceChildren(contents[open]);
    shown(open);
  }
  list.append(...buttons);
  element.append(list, body);
  return { element, open: show, shown: () => open };
}

// A line between two parts that mouse and arrow keys move. sized: the part before it; property: where its size is written.
function divider(sized, property, label, isUpright = false) {
  const element = made("div", isUpright ? "divider upright" : "divider");
  element.setAttribute("role", "separator");
  element.setAttribute("aria-orientation", isUpright ? "vertical" : "horizontal");
  element.setAttribute("aria-label", label);
  element.tabIndex = 0;
  const size = () => (isUpright ? sized.offsetWidth : sized.offsetHeight);
  const most = () => (isUpright ? window.innerWidth * 0.6 : window.innerHeight * 0.75);
  const set = (px) => {
    const value = Math.round(Math.max(isUpright ? 180 : 80, Math.min(px, most())));
    sized.style.setProperty(property, `${value}px`);
    element.setAttribute("aria-valuenow", value);
  };
  element.setAttribute("aria-valuenow", 0);
  element.addEventListener("pointerdown", (event) => {
    const from = isUpright ? event.clientX : event.clientY;
    const before = size();
    event.preventDefault();
    followed((move) => set(before + (isUpright ? move.clientX : move.clientY) - from));
  });
  element.addEventListener("keydown", (event) => {
    const step = { ArrowRight: isUpright ? 1 : 0, ArrowLeft: isUpright ? -1 : 0, ArrowDown: isUpright ? 0 : 1, ArrowUp: isUpright ? 0 : -1 }[event.key];
    if (!step) return;
    set(size() + step * STEP_PX);
    event.preventDefault();
  });
  return element;
}
