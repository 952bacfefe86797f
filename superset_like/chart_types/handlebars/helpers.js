// What a template may call: the helpers of Superset's Handlebars chart that need nothing but their values.
import { NULL_TEXT, listed, milliseconds, numberFormatter, numeric, strftime } from "../base.js";

export function isTrue(value) {
  return Boolean(value) && !(Array.isArray(value) && !value.length);
}

function inOrder(one, two) {
  const [first, second] = [numeric(one), numeric(two)];
  return first !== null && second !== null ? first - second : String(one) < String(two) ? -1 : Number(String(one) > String(two));
}

const CONDITIONS = {
  eq: (one, two) => one === two,
  // Superset's helpers call the ones that take "1" for 1 weak.
  eqw: (one, two) => String(one) === String(two),
  neq: (one, two) => one !== two,
  neqw: (one, two) => String(one) !== String(two),
  lt: (one, two) => inOrder(one, two) < 0,
  lte: (one, two) => inOrder(one, two) <= 0,
  gt: (one, two) => inOrder(one, two) > 0,
  gte: (one, two) => inOrder(one, two) >= 0,
  not: (one) => !isTrue(one),
  and: (...all) => all.every(isTrue),
  or: (...all) => all.some(isTrue),
  empty: (one) => !isTrue(one),
  includes: (list, one) => listed(list).includes(one),
};

// The ones that are blocks too, as in {{#eq a b}}.
export const BLOCKS = CONDITIONS;

function twoNumbers(fold) {
  return ([one, two]) => (numeric(one) === null || numeric(two) === null ? "" : fold(numeric(one), numeric(two)));
}

function oneNumber(fold) {
  return ([one]) => (numeric(one) === null ? "" : fold(numeric(one)));
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

// name => (parameters, options, look) => value.
export const VALUES = {
  ...Object.fromEntries(Object.entries(CONDITIONS).map(([name, holds]) => [name, (parameters) => holds(...parameters)])),
  ifx: ([condition, yes, no]) => (isTrue(condition) ? yes : no),
  lookup: ([from, key]) => (from && typeof from === "object" && Object.hasOwn(from, key) ? from[key] : undefined),
  log: () => "",
  stringify: ([value], { space }) => JSON.stringify(value, undefined, numeric(space) ?? undefined) ?? "",
  parseJson: ([text]) => JSON.parse(String(text)),
  dateFormat: ([value], { format, timezone }, look) => dateText(value, format, timezone, look),
  formatDate: ([format, value], options, look) => dateText(value, format, null, look),
  formatNumber: ([value, locale], options, look) => localText(value, locale || look.locale),
  d3Format: ([value, format]) => numberFormatter(format)(value),
  sum: (parameters) => parameters.flat().reduce((total, each) => total + (numeric(each) || 0), 0),
  difference: twoNumbers((one, two) => one - two),
  multiplication: twoNumbers((one, two) => one * two),
  division: twoNumbers((one, two) => one / two),
  remainder: twoNumbers((one, two) => one % two),
  ceil: oneNumber(Math.ceil),
  floor: oneNumber(Math.floor),
  round: oneNumber(Math.round),
  abs: oneNumber(Math.abs),
  count: ([list]) => (Array.isArray(list) ? list.length : 0),
  first: ([list]) => listed(list)[0],
  last: ([list]) => listed(list).at(-1),
  join: ([list, between = ","]) => listed(list).join(String(between)),
  concat: (parameters) => parameters.join(""),
  uppercase: ([text]) => String(text ?? "").toUpperCase(),
  lowercase: ([text]) => String(text ?? "").toLowerCase(),
  capitalizeFirst: ([text]) => capital(String(text ?? "")),
  capitalizeEach: ([text]) => String(text ?? "").split(" ").map(capital).join(" "),
  excerpt: ([text, length = 50]) => (String(text ?? "").length > length ? `${String(text).slice(0, length)}...` : String(text ?? "")),
};

function localText(value, locale) {
  const number = numeric(value);
  if (number === null) return NULL_TEXT;
  try {
    return new Intl.NumberFormat(String(locale).replace("_", "-")).format(number);
  } catch {
    return String(number);
  }
}

// Moment's letters, which Superset's dateFormat takes, as those of strftime.
const LETTERS = {
  YYYY: "%Y",
  YY: "%y",
  Q: "%q",
  MMMM: "%B",
  MMM: "%b",
  MM: "%m",
  M: "%-m",
  DDDD: "%j",
  DD: "%d",
  Do: "%-d",
  D: "%-d",
  dddd: "%A",
  ddd: "%a",
  HH: "%H",
  H: "%-H",
  hh: "%I",
  h: "%-I",
  mm: "%M",
  m: "%-M",
  ss: "%S",
  s: "%-S",
  SSS: "%L",
  A: "%p",
  X: "%s",
  x: "%Q",
  Z: "%Z",
};
const TOKEN = /\[([^\]]*)\]|YYYY|YY|Q|MMMM|MMM|MM|M|DDDD|DD|Do|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|SSS|A|X|x|Z/g;

function dateText(value, format, zone, look) {
  const moment = milliseconds(value);
  if (moment === null) return "";
  const pattern = String(format || "YYYY-MM-DD").replaceAll("%", "%%");
  return strftime(moment, pattern.replace(TOKEN, (token, literal) => literal ?? LETTERS[token]), { ...look, zone: zone || look.zone });
}
