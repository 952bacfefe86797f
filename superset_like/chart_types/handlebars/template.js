// Handlebars' common language, read and followed here: Handlebars itself makes code of a template, which our pages forbid.
// Only a value's own fields are looked up, a template calls nothing but our helpers, and its loops have an end.
import { parsed } from "./language.js";
import { BLOCKS, VALUES, isTrue } from "./helpers.js";

const MOST_STEPS = 200_000;
const MOST_LETTERS = 2_000_000;

// The template's text, where `{{x}}` is escaped for HTML and `{{{x}}}` is not. Raises Error for what is no template, for an
// unknown helper, and for one that writes too much.
export function rendered(template, rows, look) {
  const root = { data: rows };
  const state = { steps: 0, letters: 0, look };
  const frame = { context: root, above: null, names: {}, data: { root } };
  return written(parsed(String(template)), frame, state);
}

function written(nodes, frame, state) {
  return nodes.map((node) => (node.kind === "text" ? counted(node.text, state) : made(node, frame, state))).join("");
}

function counted(text, state) {
  state.letters += text.length;
  if (state.letters > MOST_LETTERS) throw new Error("it writes too much");
  return text;
}

function made(node, frame, state) {
  state.steps += 1;
  if (state.steps > MOST_STEPS) throw new Error("it has too many steps");
  if (node.kind === "block") return block(node, frame, state);
  const text = told(valueOf(node.call, frame, state));
  return counted(node.raw ? text : escaped(text), state);
}

function block(node, frame, state) {
  const name = node.call.head.kind === "path" && !node.call.head.up ? node.call.head.parts.join(".") : "";
  const [first] = node.call.parameters;
  const body = (context, data = {}, names = {}) => {
    const inner = { context, above: frame, names: { ...frame.names, ...names }, data: { ...frame.data, ...data } };
    return written(node.inverted ? node.otherwise : node.body, inner, state);
  };
  const otherwise = () => written(node.inverted ? node.body : node.otherwise, frame, state);
  const same = () => written(node.body, frame, state);
  if (name === "each") return each(valueOf(first, frame, state), body, otherwise, node.names);
  if (name === "with") return withValue(valueOf(first, frame, state), body, otherwise, node.names);
  if (name === "if") return isTrue(valueOf(first, frame, state)) ? same() : otherwise();
  if (name === "unless") return isTrue(valueOf(first, frame, state)) ? otherwise() : same();
  if (BLOCKS[name]) return BLOCKS[name](...node.call.parameters.map((given) => valueOf(given, frame, state))) ? same() : otherwise();
  if (node.call.parameters.length) throw new Error(`there is no block helper ${name}`);
  // A block that is called like a field: a loop over a list, else a condition.
  const value = valueOf(node.call, frame, state);
  if (node.inverted) return isTrue(value) ? otherwise() : same();
  return Array.isArray(value) ? each(value, body, otherwise, node.names) : value === true ? same() : withValue(value, body, otherwise, node.names);
}

function each(value, body, otherwise, [item, place] = []) {
  const entries = Array.isArray(value) ? value.map((one, at) => [at, one]) : value && typeof value === "object" ? Object.entries(value) : [];
  if (!entries.length) return otherwise();
  return entries
    .map(([key, one], index) => {
      const data = { index, key, first: index === 0, last: index === entries.length - 1 };
      return body(one, data, { ...(item ? { [item]: one } : {}), ...(place ? { [place]: key } : {}) });
    })
    .join("");
}

function withValue(value, body, otherwise, [item] = []) {
  return isTrue(value) ? body(value, {}, item ? { [item]: value } : {}) : otherwise();
}

function valueOf(expression, frame, state) {
  if (expression === undefined) return undefined;
  if (expression.kind === "literal") return expression.value;
  if (expression.kind === "path") return lookedUp(expression, frame);
  const { head, parameters, hash } = expression;
  if (head.kind === "literal") return head.value;
  const name = head.parts.join(".");
  const isHelper = !head.up && !head.data && Object.hasOwn(VALUES, name);
  if (!parameters.length && !hash.length && !(isHelper && lookedUp(head, frame) === undefined)) return lookedUp(head, frame);
  if (!isHelper) throw new Error(`there is no helper ${name}`);
  const options = Object.fromEntries(hash.map(([key, value]) => [key, valueOf(value, frame, state)]));
  return VALUES[name](parameters.map((given) => valueOf(given, frame, state)), options, state.look);
}

function lookedUp({ up, data, parts, isThis }, frame) {
  let from = frame;
  for (let at = 0; at < up; at += 1) from = from.above ?? from;
  let value = data ? from.data : from.context;
  let rest = parts;
  if (!data && !up && !isThis && parts.length && Object.hasOwn(from.names, parts[0])) {
    value = from.names[parts[0]];
    rest = parts.slice(1);
  }
  for (const part of rest) value = own(value, part);
  return value;
}

function own(value, part) {
  if (value === null || value === undefined) return undefined;
  if (part === "length" && (Array.isArray(value) || typeof value === "string")) return value.length;
  return typeof value === "object" && Object.hasOwn(value, part) ? value[part] : undefined;
}

function told(value) {
  if (value === null || value === undefined || value === false) return value === false ? "false" : "";
  if (Array.isArray(value)) return value.map(told).join(",");
  return typeof value === "object" ? "[object Object]" : String(value);
}

function escaped(text) {
  const named = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;" };
  return text.replace(/[&<>"'`=]/g, (letter) => named[letter]);
}
