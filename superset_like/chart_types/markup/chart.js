// A text, as Markdown or HTML.
import { textPicture } from "../texts.js";

// In a page it is a text of elements.
export const page = "texts";

// {markdown} or {html}: what a page shows, once it is cleaned.
export function text(formData) {
  const code = String(formData.code || "");
  return formData.markup_type === "html" ? { html: code } : { markdown: code };
}

export function option(formData, results, look) {
  const { html, markdown } = text(formData);
  return textPicture(html === undefined ? withTags(markdown) : html, look);
}

// As much of Markdown as a picture tells apart: headings, items, and the marks that are only marks.
function withTags(markdown) {
  const plain = (line) =>
    line
      .replace(/!\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/(\*\*|__|`|~~)/g, "")
      .replace(/(^|\s)[*_](\S[^*_]*)[*_]/g, "$1$2");
  const tagged = (line) => {
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (heading) return `<h${heading[1].length}>${plain(heading[2])}</h${heading[1].length}>`;
    const item = /^\s*(?:[-*+]|\d+\.)\s+(.*)$/.exec(line);
    if (item) return `<li>${plain(item[1])}</li>`;
    return line.trim() ? plain(line) : "<br><br>";
  };
  return markdown.split(/\r?\n/).map(tagged).join("\n");
}
