// A picture of a text: its headings, paragraphs and items, line by line, as many as fit.
import { FONT, ink, noData, textWidth } from "./base.js";

const MARGIN = 16;
const SIZES = { h1: 24, h2: 20, h3: 17, h4: 15, h5: 14, h6: 14 };
const PLAIN = 14;
const BLOCK = /<(\/?)(h[1-6]|p|div|li|ul|ol|tr|table|thead|tbody|br|hr|section|article|header|footer|blockquote|pre)\b[^>]*>/gi;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", ndash: "–", mdash: "—", hellip: "…" };

export function textPicture(html, look) {
  const lines = linesOf(html).flatMap((line) => broken(line, look.width - 2 * MARGIN));
  if (!lines.length) return noData(look, "No text");
  const children = [];
  let y = MARGIN;
  for (const [at, line] of lines.entries()) {
    const high = line.size * 1.45;
    const last = y + high * 2 > look.height - MARGIN && at < lines.length - 1;
    children.push(textAt(last ? { ...line, text: "…" } : line, y + high / 2, look));
    if (last) break;
    y += high;
  }
  return { backgroundColor: "transparent", graphic: [{ type: "group", silent: true, children }] };
}

function textAt({ text, size, strong, indent }, y, look) {
  const style = { text, fill: ink(look).text, fontFamily: FONT, fontSize: size, fontWeight: strong ? 600 : 400, verticalAlign: "middle" };
  return { type: "text", x: MARGIN + indent, y, style };
}

// {text, size, strong, indent} for each block of the HTML that has words.
function linesOf(html) {
  const words = String(html)
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<(script|style|svg|template)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<\/t[dh]>\s*(?=<t[dh])/gi, "   ");
  const made = [];
  let tag = "";
  let at = 0;
  const add = (part) => {
    const text = unescaped(part.replace(/<[^>]*>/g, "")).replace(/[ \t\r\n]+/g, " ").trim();
    if (!text) return;
    const item = tag === "li";
    made.push({ text: item ? `•  ${text}` : text, size: SIZES[tag] || PLAIN, strong: tag in SIZES, indent: item ? 8 : 0 });
  };
  for (const found of words.matchAll(BLOCK)) {
    add(words.slice(at, found.index));
    tag = found[1] ? "" : found[2].toLowerCase();
    at = found.index + found[0].length;
  }
  add(words.slice(at));
  return made;
}

function unescaped(text) {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (all, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? parseInt(hex, 16) : 0;
    if (code) return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : all;
  });
}

// Words that do not fit go to the next line; a word that is wider than all of it is left to stick out.
function broken(line, width) {
  const made = [];
  let text = "";
  for (const word of line.text.split(" ")) {
    const longer = text ? `${text} ${word}` : word;
    if (text && textWidth(longer, line.size) * (line.strong ? 1.08 : 1) > width - line.indent) {
      made.push({ ...line, text });
      text = word;
    } else text = longer;
  }
  return [...made, { ...line, text }];
}
