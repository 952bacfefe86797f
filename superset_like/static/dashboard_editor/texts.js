// Texts and headers, edited where they stand.

import { action, made } from "../elements.js";
import { UNIT_PX, changed } from "./layout.js";

export class Text {
  constructor(editor, id) {
    Object.assign(this, { editor, id });
    this.root = made("div", "edit-text");
    this.shown = made("div", "dash-text card");
    this.field = made("textarea", "edit-markdown");
    this.field.setAttribute("aria-label", "Text, in Markdown");
    this.field.spellcheck = true;
    this.ending = action("Done", () => this.end(), "edit-done");
    this.shown.addEventListener("dblclick", () => this.begin());
    this.field.addEventListener("input", () => {
      const layout = changed(editor.layout, id, { code: this.field.value });
      editor.change({ layout }, "", { kind: `text ${id}`, isTyped: true });
      this.paint(layout[id].meta);
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" && !(event.key === "Enter" && (event.ctrlKey || event.metaKey))) return;
      event.preventDefault();
      this.end();
    });
    this.root.append(this.shown);
  }

  paint({ code = "", height = 25 } = {}) {
    this.root.style.setProperty("--height", `${height * UNIT_PX}px`);
    if (this.field.value !== code) this.field.value = code;
    if (this.code === code) return;
    this.code = code;
    import("../markdown.js").then(({ markdown }) => {
      if (this.code !== code) return;
      if (code.trim()) this.shown.replaceChildren(markdown(code));
      else this.shown.replaceChildren(made("p", "edit-empty", "An empty text. Enter, or a double click, edits it."));
    });
  }

  begin() {
    this.root.classList.add("is-edited");
    this.root.replaceChildren(this.field, this.shown, this.ending);
    this.field.focus();
  }

  end() {
    this.root.classList.remove("is-edited");
    this.root.replaceChildren(this.shown);
    this.editor.canvas.focus(this.id);
  }
}

export function header(editor, place) {
  const sizes = { LARGE_HEADER: "large", SMALL_HEADER: "small" };
  const field = Object.assign(made("input", `edit-header ${sizes[place.meta?.headerSize] ?? ""}`.trim()), { type: "text", value: place.meta?.text ?? "", maxLength: 500 });
  field.setAttribute("aria-label", "Text of the header");
  field.addEventListener("input", () => {
    editor.change({ layout: changed(editor.layout, place.id, { text: field.value }) }, "", { kind: `text ${place.id}`, isTyped: true });
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    editor.paint();
    editor.canvas.focus(place.id);
  });
  return field;
}
