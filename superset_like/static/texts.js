// A chart that is a text: Markdown or HTML that somebody wrote, cleaned, under a style of its own that stays within it.

import { said } from "./elements.js";
import { clean, markdown } from "./markdown.js";

const PLAIN = `
  :host { display: block; overflow-wrap: anywhere; }
  a { color: var(--link); }
  table { border-collapse: collapse; }
  td, th { border: 1px solid var(--line); padding: 4px 10px; text-align: left; }
  img { max-width: 100%; }
  :host > :first-child { margin-top: 0; }
`;

export function drawn(type, formData, results, look) {
  const text = type.text(formData, results, look);
  if (text.failed) return said(text.failed, "alert");
  const box = document.createElement("div");
  box.className = "chart-text";
  const inner = document.createElement("div");
  const shadow = inner.attachShadow({ mode: "open" });
  // A sheet that is made here imports nothing, and what it dresses cannot leave the box: it is painted and laid out alone.
  shadow.adoptedStyleSheets = [PLAIN, text.css ?? ""].map((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    return sheet;
  });
  shadow.append(text.markdown === undefined ? clean(text.html, { styled: true }) : markdown(text.markdown));
  box.append(inner);
  return box;
}
