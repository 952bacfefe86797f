// What the form's `annotation_layers` add to series along an axis: formulas, events, spans, and lines of other charts, whose
// rows the results bring as `annotation_data`.
import { FONT, ink, listed, milliseconds, numeric } from "./base.js";

const OPACITIES = { opacityLow: 0.2, opacityMedium: 0.5, opacityHigh: 0.8 };
const DASHES = { dashed: [5, 4], dotted: [2, 3], longDashed: [10, 5], solid: "solid" };

// Series to be added. laid: {keys, type, categories} of the axis. horizontal: whether the axis goes upwards.
export function annotations(formData, result, laid, look, { horizontal = false } = {}) {
  const place = { laid, look, horizontal, named: horizontal ? "yAxis" : "xAxis" };
  return listed(formData.annotation_layers)
    .filter((layer) => layer && layer.show !== false)
    .flatMap((layer, at) => layerOf(layer, recordsOf(result, layer), place, at))
    .filter(Boolean);
}

function recordsOf(result, layer) {
  const found = ((result && result.annotation_data) || {})[layer.name];
  return Array.isArray(found) ? found : (found && found.records) || [];
}

function layerOf(layer, records, place, at) {
  if (layer.annotationType === "FORMULA") return [formula(layer, place, at)];
  if (layer.annotationType === "TIME_SERIES") return lines(layer, records, place, at);
  if (!records.length) return [];
  if (layer.annotationType === "EVENT") return [events(layer, records, place, at)];
  return layer.annotationType === "INTERVAL" ? [spans(layer, records, place, at)] : [];
}

function colourOf(layer, look, at) {
  return layer.color || [ink(look).bad, ink(look).quiet, ink(look).good][at % 3];
}

function lineStyle(layer, place, at) {
  const width = numeric(layer.width) ?? 1;
  return { color: colourOf(layer, place.look, at), width, type: DASHES[layer.style] || "solid", opacity: OPACITIES[layer.opacity] ?? 1 };
}

// The line's point at each of the axis' places.
function line(layer, name, valueAt, place, at) {
  const { keys, categories } = place.laid;
  const values = keys.map((key, index) => valueAt(key, index));
  if (!values.some((value) => value !== null)) return null;
  const point = (value, index) => (categories ? value : place.horizontal ? [value, keys[index]] : [keys[index], value]);
  return {
    name,
    type: "line",
    data: values.map(point),
    color: colourOf(layer, place.look, at),
    showSymbol: Boolean(layer.showMarkers),
    symbolSize: 5,
    lineStyle: layer.hideLine ? { opacity: 0 } : lineStyle(layer, place, at),
    z: 4,
    isAnnotation: true,
  };
}

// x is the moment or the number; on an axis of names, the place.
function formula(layer, place, at) {
  const y = formulaOf(layer.value);
  const numbers = place.laid.type === 2 || place.laid.type === 0;
  return y && line(layer, layer.name, (key, index) => y(numbers ? Number(key) : index), place, at);
}

function lines(layer, records, place, at) {
  if (!records.length) return [];
  const time = layer.timeColumn || Object.keys(records[0]).find((name) => name === "__timestamp" || isTime(records, name));
  if (!time) return [];
  const measures = Object.keys(records[0]).filter((name) => name !== time && records.some((row) => numeric(row[name]) !== null));
  return measures.map((measure) => {
    const values = new Map(records.map((row) => [milliseconds(row[time]), numeric(row[measure])]));
    const name = measures.length > 1 ? `${layer.name}: ${measure}` : layer.name;
    return line(layer, name, (key) => values.get(milliseconds(key)) ?? null, place, at);
  });
}

// A moment is a number of milliseconds after 1973, or a date.
function isTime(records, name) {
  return records.every((row) => (typeof row[name] === "number" ? row[name] > 1e11 : /^\d{4}-\d\d/.test(String(row[name]))));
}

function momentOf(layer, record, field, usual) {
  return milliseconds(record[layer[field]] ?? record[usual]);
}

function titleOf(layer, record) {
  const title = record[layer.titleColumn] ?? record.short_descr;
  return [layer.name, title].filter((each) => each !== null && each !== undefined && each !== "").join(": ");
}

// Where on the axis a moment is: itself, or the nearest of the periods that stand as names. null beyond the axis.
function placeOf(moment, { laid }) {
  if (!laid.categories) return moment;
  const times = laid.keys.map(Number);
  const step = times.length > 1 ? times[1] - times[0] : 0;
  if (moment < times[0] - step || moment > times[times.length - 1] + step) return null;
  return times.reduce((best, time, index) => (time <= moment ? index : best), 0);
}

// The part of a span that an axis of periods shows; nothing of one beside it. Other axes cut it themselves.
function within(from, to, { laid }) {
  if (!laid.categories) return [from, to];
  const times = laid.keys.map(Number);
  const step = times.length > 1 ? times[1] - times[0] : 0;
  const end = times[times.length - 1] + step;
  return to < times[0] || from > end ? [null, null] : [Math.max(from, times[0]), Math.min(to, end)];
}

// Marks hang at a line without points.
function carrier(layer, place, at, marks) {
  return { name: layer.name, type: "line", data: [], color: colourOf(layer, place.look, at), isAnnotation: true, ...marks };
}

function label(layer, place) {
  return { show: layer.showLabel !== false, color: ink(place.look).quiet, fontFamily: FONT, fontSize: 11 };
}

function events(layer, records, place, at) {
  if (place.laid.type !== 2) return null;
  const data = records
    .map((record) => ({ name: titleOf(layer, record), where: placeOf(momentOf(layer, record, "timeColumn", "start_dttm"), place) }))
    .filter(({ where }) => where !== null)
    .map(({ name, where }) => ({ name, [place.named]: where }));
  const named = { ...label(layer, place), formatter: (point) => point.name, position: "insideEndTop" };
  const style = lineStyle(layer, place, at);
  return carrier(layer, place, at, { markLine: { silent: false, symbol: "none", lineStyle: style, label: named, emphasis: { label: { show: true } }, data } });
}

function spans(layer, records, place, at) {
  if (place.laid.type !== 2) return null;
  const data = records
    .map((record) => [momentOf(layer, record, "timeColumn", "start_dttm"), momentOf(layer, record, "intervalEndColumn", "end_dttm"), record])
    .filter(([from, to]) => from !== null && to !== null && to >= from)
    .map(([from, to, record]) => [...within(from, to, place), record])
    .filter(([from]) => from !== null)
    .map(([from, to, record]) => [placeOf(from, place), placeOf(to, place), record])
    .filter(([from, to]) => from !== null && to !== null)
    .map(([from, to, record]) => [{ name: titleOf(layer, record), [place.named]: from }, { [place.named]: to }]);
  const style = { color: colourOf(layer, place.look, at), opacity: (OPACITIES[layer.opacity] ?? 0.6) * 0.35 };
  const named = { ...label(layer, place), position: "insideTop", formatter: (point) => point.name };
  return carrier(layer, place, at, { markArea: { silent: false, itemStyle: style, label: named, emphasis: { label: { show: true } }, data } });
}

// A line that somebody writes as arithmetic of x, as in `2 * x + sin(x / 3)`. It is read here, never run as code.
// It stands here because a page asks for each file by itself.

const TOKEN = /\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+|[a-z_]\w*|[-+*/^%(),])/iy;
const CONSTANTS = { pi: Math.PI, e: Math.E };
const FUNCTIONS = {
  abs: Math.abs,
  ceil: Math.ceil,
  cos: Math.cos,
  exp: Math.exp,
  floor: Math.floor,
  log: (x, base) => (base === undefined ? Math.log(x) : Math.log(x) / Math.log(base)),
  log10: Math.log10,
  log2: Math.log2,
  max: Math.max,
  min: Math.min,
  pow: (x, power) => x ** power,
  round: Math.round,
  sign: Math.sign,
  sin: Math.sin,
  sqrt: Math.sqrt,
  tan: Math.tan,
};
const DEEPEST = 50;

// x => number or null; null for what is no formula.
export function formulaOf(text) {
  try {
    const tokens = tokensOf(String(text).replace(/^\s*y\s*=/i, ""));
    const made = sum(tokens, 0);
    if (tokens.length) return null;
    return (x) => {
      const value = made(x);
      return Number.isFinite(value) ? value : null;
    };
  } catch {
    return null;
  }
}

function tokensOf(text) {
  const made = [];
  TOKEN.lastIndex = 0;
  const whole = text.trimEnd();
  while (TOKEN.lastIndex < whole.length) {
    const found = TOKEN.exec(whole);
    if (!found) throw new Error("not a formula");
    made.push(found[1]);
  }
  return made;
}

function sum(tokens, depth) {
  if (depth > DEEPEST) throw new Error("too deep");
  let made = product(tokens, depth);
  while (tokens[0] === "+" || tokens[0] === "-") {
    const [before, minus, after] = [made, tokens.shift() === "-", product(tokens, depth)];
    made = (x) => before(x) + (minus ? -after(x) : after(x));
  }
  return made;
}

function product(tokens, depth) {
  let made = signed(tokens, depth);
  for (;;) {
    const before = made;
    // A number stands right before what it multiplies, as in 2x.
    const sign = ["*", "/", "%"].includes(tokens[0]) ? tokens.shift() : /^[a-z_(]/i.test(tokens[0] ?? "") ? "*" : null;
    if (!sign) return made;
    const after = signed(tokens, depth);
    if (sign === "*") made = (x) => before(x) * after(x);
    else if (sign === "/") made = (x) => before(x) / after(x);
    else made = (x) => before(x) % after(x);
  }
}

function signed(tokens, depth) {
  if (depth > DEEPEST) throw new Error("too deep");
  if (tokens[0] === "+") {
    tokens.shift();
    return signed(tokens, depth + 1);
  }
  if (tokens[0] !== "-") return power(tokens, depth);
  tokens.shift();
  const made = signed(tokens, depth + 1);
  return (x) => -made(x);
}

function power(tokens, depth) {
  const base = atom(tokens, depth);
  if (tokens[0] !== "^") return base;
  tokens.shift();
  const exponent = signed(tokens, depth + 1);
  return (x) => base(x) ** exponent(x);
}

function atom(tokens, depth) {
  const token = tokens.shift();
  if (token === undefined) throw new Error("it ends early");
  if (token === "(") {
    const inside = sum(tokens, depth + 1);
    closed(tokens);
    return inside;
  }
  if (/^[\d.]/.test(token)) return () => Number(token);
  const name = token.toLowerCase();
  if (name === "x") return (x) => x;
  if (Object.hasOwn(CONSTANTS, name)) return () => CONSTANTS[name];
  if (!Object.hasOwn(FUNCTIONS, name) || tokens.shift() !== "(") throw new Error(`what is ${token}`);
  const parameters = [sum(tokens, depth + 1)];
  while (tokens[0] === ",") {
    tokens.shift();
    parameters.push(sum(tokens, depth + 1));
  }
  closed(tokens);
  return (x) => FUNCTIONS[name](...parameters.map((each) => each(x)));
}

function closed(tokens) {
  if (tokens.shift() !== ")") throw new Error("a parenthesis has no end");
}
