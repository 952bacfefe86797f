// Markdown as elements that can run nothing and load nothing from elsewhere.

import createPurifier from "./vendor/dompurify-3.5.0.es.js";
import { marked } from "./vendor/marked-16.4.2.esm.js";

const purifier = createPurifier(window);

export function markdown(text) {
  const html = marked.parse(String(text), { async: false });
  return purifier.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    FORBID_TAGS: ["style", "form", "input", "button", "select", "textarea", "svg", "math"],
    FORBID_ATTR: ["style"],
    ALLOWED_URI_REGEXP: /^(https?:|mailto:|#|\/)/i,
  });
}
