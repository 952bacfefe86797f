// Markdown and HTML as elements that can run nothing and load nothing from elsewhere.

import createPurifier from "./vendor/dompurify-3.5.0.es.js";
import { marked } from "./vendor/marked-16.4.2.esm.js";

const purifier = createPurifier(window);

export function markdown(text) {
  return clean(marked.parse(String(text), { async: false }));
}

// The elements of HTML that somebody wrote, without what runs, loads or asks for input.
// styled: with the style of single elements, and the names by which a sheet finds them, for a box that contains them.
// Elsewhere such a name could take what the page's own sheet gives, as its whole width and height.
export function clean(html, { styled = false } = {}) {
  return purifier.sanitize(String(html), {
    RETURN_DOM_FRAGMENT: true,
    FORBID_TAGS: ["style", "form", "input", "button", "select", "textarea", "svg", "math"],
    FORBID_ATTR: styled ? [] : ["style", "class", "id"],
    ALLOWED_URI_REGEXP: /^(https?:|mailto:|#|\/)/i,
  });
}
