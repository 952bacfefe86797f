// Handlebars' text as nodes: {kind: "text", text}, {kind: "value", raw, call}, and {kind: "block", call, names, body,
// otherwise, inverted}. A call is {head, parameters, hash}, what it names a path or a literal.

const TAG = /\{\{(~)?(?:(!--[\s\S]*?--)|(![^}]*?)|(\{)([\s\S]*?)\}|([\s\S]*?))(~)?\}\}/g;
const WORD = /\s*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(as\s+\|([^|]*)\|)|([\w@$-]+)=|((?:@|\.\.\/|\.\/)*(?:\[[^\]]*\]|[^\s()=|"'[\]~])+(?:[./](?:\[[^\]]*\]|[^\s()=|"'[\]~./]+))*))/y;
const DEEPEST = 50;

export function parsed(template) {
  const root = { body: [], otherwise: [] };
  const open = [{ node: root, into: root.body }];
  let at = 0;
  let trims = false;
  const top = () => open[open.length - 1];
  const text = (until, trimsEnd) => {
    let piece = template.slice(at, until);
    if (trims) piece = piece.trimStart();
    if (trimsEnd) piece = piece.trimEnd();
    if (piece) top().into.push({ kind: "text", text: piece });
  };
  for (const found of template.matchAll(TAG)) {
    text(found.index, Boolean(found[1]));
    at = found.index + found[0].length;
    trims = Boolean(found[7]);
    if (found[2] === undefined && found[3] === undefined) tag(found[4] ? found[5].trim() : found[6].trim(), Boolean(found[4]), open);
  }
  if (template.indexOf("{{", at) >= 0) throw new Error("a {{ has no }}");
  text(template.length, false);
  if (open.length > 1) throw new Error(`{{#${top().name}}} has no end`);
  return root.body;
}

function tag(inside, raw, open) {
  const top = open[open.length - 1];
  const sign = raw ? "" : (/^[#^/&>]|^else\b/.exec(inside) || [""])[0];
  const rest = inside.slice(sign.length).trim();
  if (sign === ">") throw new Error("partials are not known here");
  if (sign === "#" || (sign === "^" && rest)) return begin(rest, sign === "^", open);
  if (sign === "/") return end(rest, open);
  if (sign === "else" || sign === "^") return otherwise(rest, open);
  top.into.push({ kind: "value", raw: raw || sign === "&", call: callOf(rest).call });
  return null;
}

function begin(rest, inverted, open) {
  if (open.length > DEEPEST) throw new Error("its blocks lie too deep");
  const { call, names } = callOf(rest);
  const node = { kind: "block", call, names, inverted, body: [], otherwise: [] };
  open[open.length - 1].into.push(node);
  open.push({ node, into: node.body, name: rest.split(/\s/)[0], also: 0 });
}

function otherwise(rest, open) {
  const top = open[open.length - 1];
  if (open.length < 2) throw new Error("an {{else}} stands alone");
  top.into = top.node.otherwise;
  if (!rest) return;
  // {{else if x}} is a block within the other branch, which ends where this one does.
  begin(rest, false, open);
  open[open.length - 1].also = top.also + 1;
  open[open.length - 1].name = top.name;
}

function end(name, open) {
  const top = open[open.length - 1];
  if (open.length < 2 || top.name !== name) throw new Error(`{{/${name}}} ends nothing`);
  open.splice(open.length - 1 - top.also);
}

// {call, names} of a tag's words.
function callOf(text) {
  const words = wordsOf(text);
  const made = { parameters: [], hash: [] };
  const names = [];
  let head = null;
  while (words.length) {
    const word = words.shift();
    if (word.names) names.push(...word.names);
    else if (word.key) made.hash.push([word.key, operand(words)]);
    else if (!head) head = word.open ? nested(words) : word;
    else made.parameters.push(word.open ? nested(words) : word);
  }
  if (!head) throw new Error("a tag is empty");
  return { call: { kind: "call", head, ...made }, names };
}

function operand(words) {
  const word = words.shift();
  if (!word || word.key || word.names || word.close) throw new Error("a name has no value");
  return word.open ? nested(words) : word;
}

// The call between parentheses; the first one is read already.
function nested(words) {
  const made = { kind: "call", head: null, parameters: [], hash: [] };
  for (;;) {
    const word = words.shift();
    if (!word) throw new Error("a parenthesis has no end");
    if (word.close) break;
    if (word.key) made.hash.push([word.key, operand(words)]);
    else if (!made.head) made.head = word;
    else made.parameters.push(word.open ? nested(words) : word);
  }
  if (!made.head || made.head.open) throw new Error("parentheses begin with a helper");
  return made;
}

function wordsOf(text) {
  const made = [];
  WORD.lastIndex = 0;
  const whole = text.trimEnd();
  while (WORD.lastIndex < whole.length) {
    const from = WORD.lastIndex;
    const found = WORD.exec(whole);
    if (!found) throw new Error(`what is ${whole.slice(from, from + 20).trim()}`);
    const [, opens, closes, double, single, as, names, key, path] = found;
    if (opens) made.push({ open: true });
    else if (closes) made.push({ close: true });
    else if (double !== undefined || single !== undefined) made.push({ kind: "literal", value: (double ?? single).replace(/\\(.)/g, "$1") });
    else if (as) made.push({ names: names.trim().split(/\s+/) });
    else if (key) made.push({ key });
    else made.push(pathOf(path));
  }
  return made;
}

const WORDS = { true: true, false: false, null: null, undefined };

function pathOf(text) {
  if (/^-?\d+(\.\d+)?$/.test(text)) return { kind: "literal", value: Number(text) };
  if (Object.hasOwn(WORDS, text)) return { kind: "literal", value: WORDS[text] };
  const steps = /^(@?)((?:\.\.\/?)*)(\.\/)?(.*)$/.exec(text);
  const up = (steps[2].match(/\.\./g) || []).length;
  const parts = [...steps[4].matchAll(/\[([^\]]*)\]|([^./[\]]+)/g)].map((part) => part[1] ?? part[2]);
  const isThis = parts[0] === "this" || Boolean(steps[3]) || text === ".";
  return { kind: "path", data: Boolean(steps[1]), up, isThis, parts: parts[0] === "this" ? parts.slice(1) : parts };
}
