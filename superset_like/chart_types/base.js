// What the chart types' pictures share: formats, labels, colours, and the frame around the series.

// ---- Labels --------------------------------------------------------------------------------------------------------

// The form's value as a list; empty for nothing.
export function listed(value) {
  if (value === null || value === undefined || value === "") return [];
  return Array.isArray(value) ? value : [value];
}

// The name under which the results hold a metric.
export function metricLabel(metric) {
  if (metric === null || metric === undefined) return "";
  if (typeof metric !== "object") return String(metric);
  if (metric.label) return String(metric.label);
  if (metric.expressionType === "SQL" || !metric.aggregate) return String(metric.sqlExpression || "");
  const column = metric.column || {};
  return `${metric.aggregate}(${column.column_name || column.columnName || ""})`;
}

// The name under which the results hold a column.
export function columnLabel(column) {
  if (column === null || column === undefined) return "";
  if (typeof column !== "object") return String(column);
  return String(column.label || column.sqlExpression || column.column_name || "");
}

// How people read the name of a result's column: in the dataset's own words, where it has any. What stands in a picture is
// named by this; rows are looked up by the name itself.
export function shownName(result, name) {
  const words = (result && result.verbose_map) || {};
  return Object.hasOwn(words, name) ? words[name] : String(name);
}

// The labels of the form's metrics of these fields, each once.
export function metricLabels(formData, ...fields) {
  return [...new Set(fields.flatMap((field) => listed(formData[field])).map(metricLabel))];
}

// The labels of the form's columns of these fields, each once.
export function columnLabels(formData, ...fields) {
  return [...new Set(fields.flatMap((field) => listed(formData[field])).map(columnLabel))];
}

// A result's column type: 0 number, 1 text, 2 time, 3 boolean; text for a column that is not there.
export function typeOf(result, name) {
  const place = result.colnames.indexOf(name);
  return place < 0 ? 1 : result.coltypes[place];
}

// The rows of a result; none for one that is missing.
export function rowsOf(result) {
  return (result && result.data) || [];
}

// The value as a number; null when it is none.
export function numeric(value) {
  if (value === null || value === undefined || value === "" || typeof value === "boolean") return null;
  const made = Number(value);
  return Number.isFinite(made) ? made : null;
}

// The number that a form's field holds, which may be text; null when there is none.
export function formNumber(value) {
  return numeric(typeof value === "string" ? value.trim() : value);
}

// ---- The reader ----------------------------------------------------------------------------------------------------

let reader = separatorsOf("en-US");

// From now on numbers are told with the separators of this locale (BCP 47). It is said once a page, and once a drawing:
// a reader has one locale, and whoever formats a number need not be told.
export function setLocale(locale) {
  reader = separatorsOf(locale || "en-US");
}

function separatorsOf(locale) {
  const wish = { numberingSystem: "latn", useGrouping: true, minimumFractionDigits: 1 };
  let parts;
  try {
    parts = new Intl.NumberFormat(locale, wish).formatToParts(12345678.5);
  } catch {
    parts = new Intl.NumberFormat("en-US", wish).formatToParts(12345678.5);
  }
  const first = (type) => parts.find((part) => part.type === type)?.value;
  const groups = parts.filter((part) => part.type === "integer");
  // In India, groups before the last one are of two digits.
  return { decimal: first("decimal") ?? ".", group: first("group") ?? ",", size: groups.at(-2)?.value.length ?? 3 };
}

function localised(text) {
  if (reader.decimal === "." && reader.group === ",") return text;
  return text.replace(/[.,]/g, (sign) => (sign === "." ? reader.decimal : reader.group));
}

// The results as the clocks of their zones show them: moments of a column with a zone (`zones`, as `colnames`) are moved
// so that UTC's clock reads them, so axes begin at the midnights of the zone. Days and moments without one stay.
export function onTheirClocks(results) {
  return results.map((result) => {
    if (!result || !(result.zones || []).some((zone) => zone && zone !== "UTC")) return result;
    const layers = Object.entries(result.annotation_data || {}).map(([name, layer]) => [name, movedLayer(layer, clockOf([result]))]);
    return { ...result, data: moved(result.data, result.colnames, result.zones), annotation_data: Object.fromEntries(layers) };
  });
}

// A layer of people's own notes names no columns: its moments are those of no zone, and stand where the chart's do.
function movedLayer(layer, clock) {
  const own = layer.colnames || ["start_dttm", "end_dttm"];
  return { ...layer, records: moved(layer.records || [], own, layer.colnames ? layer.zones || [] : [clock, clock]) };
}

function moved(rows, colnames, zones) {
  const names = colnames.filter((_, place) => zones[place] && zones[place] !== "UTC");
  const zoneOf = new Map(colnames.map((name, place) => [name, zones[place]]));
  return rows.map((row) => {
    const changed = { ...row };
    for (const name of names) {
      const moment = milliseconds(row[name]);
      if (moment !== null) changed[name] = moment + offsetAt(moment, zoneOf.get(name));
    }
    return changed;
  });
}

// The zone whose clocks the results show; UTC where none is named.
export function clockOf(results) {
  for (const result of results) {
    const named = ((result && result.zones) || []).find(Boolean);
    if (named) return named;
  }
  return "UTC";
}

// ---- Formats of numbers --------------------------------------------------------------------------------------------

export const NULL_TEXT = "N/A";

const SPECIFIER = /^(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(\.\d+)?(~)?([a-z%])?$/i;
const PREFIXES = ["y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];

// value => text, by a d3-format pattern or one of Superset's names; SMART_NUMBER when it is neither.
export function numberFormatter(format, currency) {
  const plain = namedFormat(format) || patternFormat(format) || smartNumber;
  const shown = (value) => {
    const number = numeric(value);
    return number === null ? NULL_TEXT : plain(number);
  };
  const symbol = currencySymbol(currency);
  if (!symbol) return shown;
  return (value) => {
    const text = shown(value);
    if (text === NULL_TEXT) return text;
    if (currency.symbolPosition === "suffix") return `${text} ${symbol}`;
    return /^[-−]/.test(text) ? `-${symbol}${text.slice(1)}` : `${symbol}${text}`;
  };
}

// The number as short as it can be read: 12.3k, 4.56M, 0.0012.
function smartNumber(value) {
  return localised(smart(value));
}

function smart(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1000) return siText(value, 3, true).replace("G", "B");
  if (size >= 1) return trimmed(value.toFixed(2));
  if (size >= 0.001) return trimmed(value.toFixed(4));
  return size > 0.000001 ? `${siText(value * 1000000, 3, true)}µ` : siText(value, 3, true);
}

function namedFormat(format) {
  switch (format) {
    case "SMART_NUMBER":
      return smartNumber;
    case "SMART_NUMBER_SIGNED":
      return (value) => (value > 0 ? `+${smartNumber(value)}` : smartNumber(value));
    case "DURATION":
      return (value) => localised(duration(value, false));
    case "DURATION_SUB":
      return (value) => localised(duration(value, true));
    case "MEMORY_DECIMAL":
      return (value) => localised(memory(value, 1000, ["B", "kB", "MB", "GB", "TB", "PB"]));
    case "MEMORY_BINARY":
      return (value) => localised(memory(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]));
    default:
      return null;
  }
}

function patternFormat(format) {
  const match = typeof format === "string" && format !== "" ? SPECIFIER.exec(format) : null;
  if (!match) return null;
  const [, fill, align, sign, symbol, zero, width, comma, dotted, trim, type = ""] = match;
  const precision = dotted === undefined ? null : Math.min(Number(dotted.slice(1)), 20);
  return (value) => {
    const negative = value < 0;
    let body = digits(Math.abs(value), type, precision, Boolean(trim) || type === "");
    if (comma || type === "n") body = grouped(body);
    const nothing = !/[1-9]/.test(body);
    const minus = negative && !nothing;
    let before = minus ? (sign === "(" ? "(" : "-") : sign === "+" ? "+" : sign === " " ? " " : "";
    if (symbol === "$") before += "$";
    body = localised(body);
    const text = before + body + (minus && sign === "(" ? ")" : "");
    return padded(text, before.length, zero ? "0" : fill || " ", zero ? "=" : align || ">", Number(width) || 0);
  };
}

function digits(size, type, precision, trim) {
  const cut = (text) => (trim ? trimmed(text) : text);
  const places = precision === null ? 6 : precision;
  const significant = Math.max(1, precision === null ? (type === "" ? 12 : 6) : Math.min(precision, 20));
  switch (type) {
    case "d":
      return plainDigits(Math.round(size), 0);
    case "f":
    case "F":
      return cut(plainDigits(size, places));
    case "%":
      return `${cut(plainDigits(size * 100, places))}%`;
    case "p":
      return `${cut(rounded(size * 100, significant))}%`;
    case "e":
      return cut(size.toExponential(places)).replace(/e\+?(-?)(\d)/, "e$1$2");
    case "s":
      return siText(size, significant, trim);
    case "r":
      return cut(rounded(size, significant));
    case "x":
      return Math.round(size).toString(16);
    case "b":
      return Math.round(size).toString(2);
    default:
      return cut(size.toPrecision(significant));
  }
}

function plainDigits(size, places) {
  return size >= 1e21 ? String(size) : size.toFixed(places);
}

function rounded(size, significant) {
  if (size === 0) return "0";
  const places = significant - 1 - Math.floor(Math.log10(size));
  return plainDigits(Number(size.toPrecision(significant)), Math.min(Math.max(places, 0), 20));
}

function siText(value, significant, trim) {
  if (value === 0) return "0";
  const exact = Number(value.toPrecision(significant));
  const step = Math.max(-8, Math.min(8, Math.floor(Math.log10(Math.abs(exact)) / 3)));
  const scaled = exact / 10 ** (3 * step);
  const whole = Math.floor(Math.log10(Math.abs(scaled))) + 1;
  const text = scaled.toFixed(Math.min(Math.max(significant - whole, 0), 20));
  return (trim ? trimmed(text) : text) + PREFIXES[step + 8];
}

function trimmed(text) {
  return text.replace(/^([^.e]*)\.(\d*?)0*(?=$|e)/, (_, whole, rest) => (rest ? `${whole}.${rest}` : whole));
}

function grouped(text) {
  return text.replace(/^\d{4,}/, (whole) => {
    const groups = [whole.slice(-3)];
    for (let end = whole.length - 3; end > 0; end -= reader.size) groups.unshift(whole.slice(Math.max(0, end - reader.size), end));
    return groups.join(",");
  });
}

function padded(text, before, fill, align, width) {
  const missing = Math.max(0, width - text.length);
  const padding = fill.repeat(missing);
  if (align === "<") return text + padding;
  if (align === "=") return text.slice(0, before) + padding + text.slice(before);
  if (align === "^") return fill.repeat(missing >> 1) + text + fill.repeat(missing - (missing >> 1));
  return padding + text;
}

function duration(milliseconds, exact) {
  const sign = milliseconds < 0 ? "-" : "";
  let rest = Math.abs(milliseconds);
  if (rest < 1000 && !exact) return `${sign}${trimmed((rest / 1000).toFixed(1))}s`;
  const parts = [];
  for (const [unit, size] of [["d", 86400000], ["h", 3600000], ["m", 60000], ["s", 1000]]) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) parts.push(`${count}${unit}`);
  }
  if (exact && rest) parts.push(`${trimmed(rest.toFixed(2))}ms`);
  return sign + (parts.slice(0, exact ? 5 : 2).join(" ") || "0s");
}

function memory(value, base, units) {
  let size = Math.abs(value);
  let place = 0;
  while (size >= base && place < units.length - 1) {
    size /= base;
    place += 1;
  }
  return `${value < 0 ? "-" : ""}${trimmed(size.toFixed(2))}${units[place]}`;
}

function currencySymbol(currency) {
  const code = currency && currency.symbol;
  if (!code || code === "AUTO") return "";
  try {
    const parts = new Intl.NumberFormat("en-US", { style: "currency", currency: code }).formatToParts(1);
    const found = parts.find((part) => part.type === "currency");
    return found ? found.value : String(code);
  } catch {
    return String(code);
  }
}

// ---- Formats of time -----------------------------------------------------------------------------------------------

const GRAIN_PATTERNS = {
  PT1S: "%b %-d, %H:%M:%S",
  PT1M: "%b %-d, %H:%M",
  PT5M: "%b %-d, %H:%M",
  PT10M: "%b %-d, %H:%M",
  PT15M: "%b %-d, %H:%M",
  PT30M: "%b %-d, %H:%M",
  PT1H: "%b %-d, %H:%M",
  PT6H: "%b %-d, %H:%M",
  P1D: "%b %-d, %Y",
  P1W: "%b %-d, %Y",
  P1M: "%b %Y",
  P3M: "Q%q %Y",
  "P0.25Y": "Q%q %Y",
  P1Y: "%Y",
};

const DAY = 86400000;

// The shortest distance in milliseconds between two periods of a time grain; 0 for an unknown one.
function grainStep(grain) {
  const text = String(grain || "");
  if (text.includes("/")) return 7 * DAY;
  const known = { P1D: DAY, P1W: 7 * DAY, P1M: 28 * DAY, P3M: 90 * DAY, "P0.25Y": 90 * DAY, P1Y: 365 * DAY };
  if (known[text]) return known[text];
  const match = /^PT(\d+)([SMH])$/.exec(text);
  return match ? Number(match[1]) * { S: 1000, M: 60000, H: 3600000 }[match[2]] : 0;
}

// milliseconds => text, by a strftime pattern; smart_date (or none) tells a moment as the grain wants, or as it needs.
export function timeFormatter(format, look, grain) {
  const own = format && !["smart_date", "smart_date_verbose", "smart_date_detailed"].includes(format) ? format : null;
  const byGrain = (Object.hasOwn(GRAIN_PATTERNS, grain || "") && GRAIN_PATTERNS[grain]) || (String(grain || "").includes("/") ? GRAIN_PATTERNS.P1W : null);
  return (value) => {
    const moment = milliseconds(value);
    if (moment === null) return NULL_TEXT;
    return own ? strftime(moment, own, look) : told(moment, byGrain || patternThatTells(moment, look), look);
  };
}

// (milliseconds, place) => text of a tick on a time axis: what is new at this tick, as a year in January. The first
// tick says below what the others leave out.
export function tickFormatter(format, look, grain) {
  if (format && !format.startsWith("smart_date")) return timeFormatter(format, look);
  return (value, place) => {
    const moment = milliseconds(value);
    if (moment === null) return "";
    const pattern = tickPattern(fields(moment, look), grain);
    const rest = place !== 0 || pattern === "%Y" ? "" : pattern.startsWith("%H") ? "%b %-d" : "%Y";
    return told(moment, pattern, look) + (rest && `\n${told(moment, rest, look)}`);
  };
}

// As tickFormatter, for an axis whose first tick is where the data begins: one that is no round moment has no label,
// and the next one takes its place.
function momentFormatter(format, look, grain) {
  const written = tickFormatter(format, look, grain);
  if (format && !format.startsWith("smart_date")) return written;
  let odd = false;
  return (value, place) => {
    if (place === 0) {
      const at = fields(value, look);
      odd = grain !== "P1Y" && !(at.day === 1 && at.hour === 0 && at.minute === 0);
      return odd ? "" : written(value, 0);
    }
    return written(value, odd ? place - 1 : place);
  };
}

function tickPattern(at, grain) {
  if (grain === "P1Y") return "%Y";
  if (grain === "P3M" || grain === "P0.25Y") return at.month === 1 ? "%Y" : "Q%q";
  if (at.second) return "%H:%M:%S";
  if (at.hour || at.minute) return "%H:%M";
  if (at.day > 1) return "%b %-d";
  return at.month === 1 ? "%Y" : "%b";
}

function patternThatTells(moment, look) {
  const at = fields(moment, look);
  if (at.second) return "%Y-%m-%d %H:%M:%S";
  if (at.hour || at.minute) return "%Y-%m-%d %H:%M";
  return "%Y-%m-%d";
}

// The moment that a result's value means; null when it means none.
export function milliseconds(value) {
  if (value === null || value === undefined || value === "") return null;
  const made = typeof value === "number" ? value : /^-?\d+$/.test(value) ? Number(value) : Date.parse(value);
  return Number.isFinite(made) ? made : null;
}

const DATE = { year: "numeric", month: "short", day: "numeric" };
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SKELETONS = {
  "%b %-d, %Y": DATE,
  "%b %Y": { year: "numeric", month: "short" },
  "%b %-d": { month: "short", day: "numeric" },
  "%b %-d, %H:%M": { month: "short", day: "numeric", ...CLOCK },
  "%b %-d, %H:%M:%S": { month: "short", day: "numeric", ...CLOCK, second: "2-digit" },
};

// The moment by one of our own patterns, its parts in the order of the reader's language.
function told(moment, pattern, look) {
  const skeleton = SKELETONS[pattern];
  if (!skeleton || languageOf(look) === "en-US") return strftime(moment, pattern, look);
  return named(fields(moment, look), skeleton, look);
}

function languageOf(look) {
  return (look && look.locale) || "en-US";
}

// The moment as text in the look's zone and language.
export function strftime(moment, pattern, look) {
  const at = fields(moment, look);
  const two = (number) => String(number).padStart(2, "0");
  const dayOfYear = Math.floor((Date.UTC(at.year, at.month - 1, at.day) - Date.UTC(at.year, 0, 1)) / DAY) + 1;
  const half = at.hour % 12 || 12;
  const write = {
    Y: () => String(at.year),
    y: () => two(at.year % 100),
    m: () => two(at.month),
    d: () => two(at.day),
    e: () => String(at.day).padStart(2, " "),
    H: () => two(at.hour),
    I: () => two(half),
    M: () => two(at.minute),
    S: () => two(at.second),
    L: () => String(at.millisecond).padStart(3, "0"),
    f: () => String(at.millisecond * 1000).padStart(6, "0"),
    p: () => (at.hour < 12 ? "AM" : "PM"),
    q: () => String(Math.ceil(at.month / 3)),
    j: () => String(dayOfYear).padStart(3, "0"),
    b: () => named(at, { month: "short" }, look),
    B: () => named(at, { month: "long" }, look),
    a: () => named(at, { weekday: "short" }, look),
    A: () => named(at, { weekday: "long" }, look),
    w: () => String(new Date(Date.UTC(at.year, at.month - 1, at.day)).getUTCDay()),
    u: () => String(new Date(Date.UTC(at.year, at.month - 1, at.day)).getUTCDay() || 7),
    U: () => two(Math.floor((dayOfYear + 6 - new Date(Date.UTC(at.year, at.month - 1, at.day)).getUTCDay()) / 7)),
    W: () =>
      two(Math.floor((dayOfYear + 6 - ((new Date(Date.UTC(at.year, at.month - 1, at.day)).getUTCDay() + 6) % 7)) / 7)),
    Q: () => String(moment - clockOffset(moment, look)),
    s: () => String(Math.floor((moment - clockOffset(moment, look)) / 1000)),
    x: () =>
      languageOf(look) === "en-US"
        ? strftime(moment, "%-m/%-d/%Y", look)
        : named(at, { year: "numeric", month: "numeric", day: "numeric" }, look),
    X: () => strftime(moment, languageOf(look) === "en-US" ? "%-I:%M:%S %p" : "%H:%M:%S", look),
    c: () => strftime(moment, "%x, %X", look),
    Z: () => zoneOffset(moment, at, look),
    "%": () => "%",
  };
  return pattern.replace(/%([-_0])?([A-Za-z%])/g, (all, flag, letter) => {
    if (!write[letter]) return all;
    const text = write[letter]();
    if (flag === "-") return text.replace(/^[0 ]+(?=.)/, "");
    return flag === "_" ? text.replace(/^0+(?=.)/, (zeros) => " ".repeat(zeros.length)) : text;
  });
}

function zoneOffset(moment, at, look) {
  const there = Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second, at.millisecond);
  const minutes = Math.round((there - moment + clockOffset(moment, look)) / 60000);
  const size = Math.abs(minutes);
  const two = (number) => String(number).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

function fields(moment, look) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return fields(0, look);
  const zone = (look && look.zone) || "UTC";
  if (zone !== "UTC") {
    try {
      return fieldsInZone(date, zone);
    } catch {
      // A zone that this engine does not know is told in UTC.
    }
  }
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

// How far the clock that the moment was moved to is ahead of UTC.
function clockOffset(moment, look) {
  const clock = look && look.clock;
  return clock && clock !== "UTC" ? offsetAt(moment - offsetAt(moment, clock), clock) : 0;
}

const QUARTER = 900000;
const MOST_KEPT = 50000;
const offsets = new Map();

// How far the zone's clocks are ahead of UTC at the moment, in milliseconds; 0 for a zone that this engine does not know.
function offsetAt(moment, zone) {
  // Clocks change at quarters of an hour.
  const start = Math.floor(moment / QUARTER) * QUARTER;
  const key = `${zone} ${start}`;
  if (!offsets.has(key)) {
    if (offsets.size >= MOST_KEPT) offsets.clear();
    offsets.set(key, measuredOffset(start, zone));
  }
  return offsets.get(key);
}

function measuredOffset(moment, zone) {
  try {
    const at = fieldsInZone(new Date(moment), zone);
    return Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second) - moment;
  } catch {
    return 0;
  }
}

const zones = new Map();

function fieldsInZone(date, zone) {
  if (!zones.has(zone)) {
    const all = { year: "numeric", month: "numeric", day: "numeric" };
    const clock = { hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" };
    zones.set(zone, new Intl.DateTimeFormat("en-US", { ...all, ...clock, timeZone: zone }));
  }
  const found = { millisecond: date.getUTCMilliseconds() };
  for (const part of zones.get(zone).formatToParts(date)) found[part.type] = Number(part.value);
  return found;
}

const names = new Map();

function named(at, wish, look) {
  const locale = languageOf(look);
  const key = `${locale} ${JSON.stringify(wish)}`;
  if (!names.has(key)) {
    if (names.size >= MOST_KEPT) names.clear();
    let format;
    try {
      format = new Intl.DateTimeFormat(locale, { ...wish, calendar: "gregory", numberingSystem: "latn", timeZone: "UTC" });
    } catch {
      format = new Intl.DateTimeFormat("en-US", { ...wish, timeZone: "UTC" });
    }
    names.set(key, format);
  }
  return names.get(key).format(new Date(Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second)));
}

// value => text for a result's column, by its type: a time, a number, or the text itself. null is N/A.
export function cellFormatter(result, name, look, formats) {
  const wish = formats || {};
  const type = typeOf(result, name);
  if (type === 2) return timeFormatter(wish.time, look, wish.grain);
  if (type === 0) return numberFormatter(wish.number, wish.currency);
  return (value) => (value === null || value === undefined ? NULL_TEXT : String(value));
}

// row => the texts of its groups, by the form's columns of these fields, in one name; "" where there are none.
export function groupNamer(formData, result, look, ...fields) {
  const texts = groupTexts(formData, result, look, ...fields);
  return (row) => texts(row).join(", ");
}

// row => the texts of its groups, one by one.
export function groupTexts(formData, result, look, ...fields) {
  const wish = { number: "~", time: formData.date_format };
  const told = columnLabels(formData, ...fields).map((name) => [name, cellFormatter(result, name, look, wish)]);
  return (row) => told.map(([name, text]) => text(row[name]));
}

// ---- What a mark stands for ----------------------------------------------------------------------------------------

// The rows, each with its place: what a mark is made of tells it as `mark: {row: place}`.
export function placedRows(result) {
  return rowsOf(result).map((row, place) => ({ row, place }));
}

// The mark of a node between links that are made of rows: the row in which it begins one, else ends one.
export function nodeMark(links, name) {
  const out = links.find((link) => link.source === name);
  if (out) return { row: out.mark.row, depth: 1 };
  return { row: links.find((link) => link.target === name).mark.row, from: 1, depth: 2 };
}

// What a clicked mark stands for, as a filter wants it: [{col, val, formattedVal}]. The mark's data (or its `info`, for
// a shape drawn by hand) tell by `mark: {row, from, depth}` which row it shows, and which of the columns, from one to before another;
// nothing for a mark that no row made, as a total. fields: the form's fields that name the columns.
export function pickedMark(formData, result, params, ...fields) {
  const { mark } = params.data || params.info || {};
  const row = mark ? rowsOf(result)[mark.row] : undefined;
  return row ? pickedRow(formData, result, row, ...fields).slice(mark.from, mark.depth) : [];
}

// What a row stands for: its values of the form's columns of these fields.
export function pickedRow(formData, result, row, ...fields) {
  const asked = fields.flatMap((field) => listed(formData[field]));
  const first = (column, place) => asked.findIndex((each) => columnLabel(each) === columnLabel(column)) === place;
  return asked.filter(first).flatMap((col) => {
    const name = columnLabel(col);
    if (!(name in row)) return [];
    const val = row[name] === undefined ? null : row[name];
    return [{ col, val, formattedVal: cellFormatter(result, name, { zone: "UTC" }, { number: "~", time: formData.date_format })(val) }];
  });
}

// ---- Series --------------------------------------------------------------------------------------------------------

// What a point of `spread` stands for: its place on an axis of names, and its series' groups. A period of time is no
// value that a filter could look for, so it is left out. params: {dataIndex, seriesName}.
export function pickedPoint(formData, result, laid, axis, params, ...fields) {
  const each = laid.series.find(({ name, title = name }) => title === params.seriesName);
  if (!each) return [];
  const at = rowsOf(result)[laid.firstRows.get(laid.keys[params.dataIndex])] || {};
  const row = { ...rowsOf(result)[each.row], ...Object.fromEntries(axis.map((name) => [name, at[name]])) };
  const found = pickedRow(formData, result, row, "x_axis", ...fields);
  return found.filter(({ col }) => !axis.includes(columnLabel(col)) || (axis[0] in at && laid.type !== 2));
}

// The rows laid out along an axis: {keys, type, series, firstRows}. keys: the axis' values, moments and numbers in order, names as
// they come; a null one is N/A. series: [{name, base, offset, values, row}], values by place of the key, null where there is none; name is what people
// read, base what the labels say;
// offset is the time that a comparison looks back, as in `SUM(sales)__1 year ago`, else ""; row is the place of its first
// row. firstRows: key -> the place of its first row.
// axis: the columns of the axis. groups: the columns that part the series. metrics: labels; what is not there is left
// out, and where none is there every other number is one.
export function spread(result, axis, groups, metrics) {
  const type = axis.length === 1 ? typeOf(result, axis[0]) : 1;
  const parting = groups.filter((name) => result.colnames.includes(name) && !axis.includes(name));
  const measures = measuresOf(result, metrics, [...axis, ...parting]);
  const several = new Set(measures.map((each) => each.metric)).size > 1;
  const places = keyPlaces(result, axis, type);
  const shown = new Map(measures.map(({ metric }) => [metric, shownName(result, metric)]));
  const found = new Map();
  const firstRows = new Map();
  for (const { row, place: index } of placedRows(result)) {
    const key = keyOf(row, axis, type);
    const place = places.get(key);
    if (!firstRows.has(key)) firstRows.set(key, index);
    const parts = parting.map((name) => cellFormatter(result, name, { zone: "UTC" })(row[name]));
    for (const { column, metric, offset } of measures) {
      const named = (told) => [...(several || !parts.length ? [told] : []), ...parts].join(", ");
      const base = named(metric);
      const key = `${base}\u0000${offset}`;
      if (!found.has(key)) {
        const name = [named(shown.get(metric)), ...(offset ? [offset] : [])].join(", ");
        found.set(key, { name, base, offset, values: new Array(places.size).fill(null), row: index });
      }
      found.get(key).values[place] = numeric(row[column]);
    }
  }
  return { keys: [...places.keys()], type, series: [...found.values()], firstRows };
}

function measuresOf(result, metrics, taken) {
  const made = [];
  for (const column of result.colnames) {
    const metric = metrics.find((each) => column === each || column.startsWith(`${each}__`));
    if (metric !== undefined && !taken.includes(column)) {
      made.push({ column, metric, offset: column.slice(metric.length + 2) });
    }
  }
  if (made.length) return made.sort((one, two) => metrics.indexOf(one.metric) - metrics.indexOf(two.metric));
  const rest = result.colnames.filter((name) => !taken.includes(name) && typeOf(result, name) === 0);
  return rest.map((column) => ({ column, metric: column, offset: "" }));
}

function keyOf(row, axis, type) {
  const values = axis.map((name) => row[name]);
  if (values.length > 1) return values.map((each) => (each === null ? NULL_TEXT : String(each))).join(", ");
  if (type === 2) return milliseconds(values[0]);
  if (type === 0) return numeric(values[0]);
  return values[0] === null || values[0] === undefined ? NULL_TEXT : String(values[0]);
}

function keyPlaces(result, axis, type) {
  const keys = [...new Set(rowsOf(result).map((row) => keyOf(row, axis, type)))];
  const ordered = type === 2 || type === 0 ? keys.filter((key) => key !== null).sort((one, two) => one - two) : keys;
  return new Map(ordered.map((key, place) => [key, place]));
}

// ---- Colours -------------------------------------------------------------------------------------------------------

// After Okabe and Ito: told apart by colour-blind readers, and by their lightness.
const LIGHT = ["#0072b2", "#e08a00", "#009e73", "#c9669b", "#56b4e9", "#c84e00", "#7561b3", "#8a8f98", "#b3a200", "#5b3a29"];
const DARK = ["#4aa3df", "#f2b03d", "#2fc29b", "#e295bf", "#8fd0f7", "#f0854a", "#a695e0", "#b4bac4", "#e6d84a", "#c49a82"];

const SCHEMES = {
  supersetColors: "1fa8c9 454e7c 5ac189 ff7f44 666666 e04355 fcc700 a868b7 3ccccb a38f79 8fd3e4 a1a6bd ace1c4 fec0a1 b2b2b2 efa1aa fde380 d3b3da 9ee5e5 d1c6bc",
  presetColors: "6bd3b3 fcc550 408184 66cbe2 ee5960 484e5a ff874e 03748e c9bbab b17baa 8fd1c0 ffe0a0",
  d3Category10: "1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b e377c2 7f7f7f bcbd22 17becf",
  d3Category20: "1f77b4 aec7e8 ff7f0e ffbb78 2ca02c 98df8a d62728 ff9896 9467bd c5b0d5 8c564b c49c94 e377c2 f7b6d2 7f7f7f c7c7c7 bcbd22 dbdb8d 17becf 9edae5",
  googleCategory10c: "3366cc dc3912 ff9900 109618 990099 0099c6 dd4477 66aa00 b82e2e 316395",
  bnbColors: "ff5a5f 7b0051 007a87 00d1c1 8ce071 ffb400 b4a76c ff8083 cc0086 00a1b3 00ffeb bbedab ffd266 cbc29a",
  lyftColors: "ea0b8c 6c838e 29abe2 33d9c1 9dacb9 7560aa 2d5584 831c4a 333d47 ac2077",
  echarts4Colors: "c23531 2f4554 61a0a8 d48265 91c7ae 749f83 ca8622 bda29a 6e7074 546570 c4ccd3",
  echarts5Colors: "5470c6 91cc75 fac858 ee6666 73c0de 3ba272 fc8452 9a60b4 ea7ccc",
};

// What a form's `color_scheme` may name.
export const SCHEME_NAMES = Object.keys(SCHEMES);

const RAMPS = {
  blues: ["#e3eef8", "#a9cde8", "#5fa3d0", "#2672b0", "#0b3f78"],
  greens: ["#e5f3e5", "#aedcae", "#66bb78", "#268f4e", "#00542a"],
  oranges: ["#fdeadb", "#fcc899", "#f79450", "#d95a11", "#8a3304"],
  purples: ["#efedf5", "#cbc9e2", "#9e9ac8", "#756bb1", "#4a2590"],
  greys: ["#f0f1f3", "#c9ccd2", "#979ca6", "#62676f", "#2b2e33"],
  viridis: ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"],
};

const RAMP_NAMES = [
  [/viridis|inferno|magma|plasma/i, "viridis"],
  [/green/i, "greens"],
  [/orange|red|fire|yellow/i, "oranges"],
  [/purple|violet/i, "purples"],
  [/black|grey|gray/i, "greys"],
];

// The colours of text, lines and surfaces of a theme; `good` and `bad` differ in lightness and hue.
// look.ink: what a site that shows the chart wants otherwise.
export function ink(look) {
  return { ...usualInk(look), ...((look && look.ink) || {}) };
}

function usualInk(look) {
  return look && look.theme === "dark"
    ? {
        text: "#e6e9ee",
        quiet: "#a3abb8",
        line: "#4a515d",
        grid: "#2f353f",
        surface: "#1b1f26",
        raised: "#262b34",
        accent: DARK[0],
        good: DARK[2],
        bad: DARK[5],
        total: "#9aa3b2",
      }
    : {
        text: "#24292f",
        quiet: "#626b78",
        line: "#c3c9d2",
        grid: "#e9ecf0",
        surface: "#ffffff",
        raised: "#ffffff",
        accent: LIGHT[0],
        good: LIGHT[2],
        bad: LIGHT[5],
        total: "#6b7482",
      };
}

// The colours of series, by the form's `color_scheme`; readable in the look's theme.
export function palette(formData, look) {
  const named = (formData && formData.color_scheme) || "";
  const scheme = Object.hasOwn(SCHEMES, named) ? SCHEMES[named] : undefined;
  const usual = look && look.theme === "dark" ? DARK : LIGHT;
  const accent = look && look.ink && look.ink.accent;
  if (!scheme) return accent ? [accent, ...usual.slice(1)] : usual;
  return scheme.split(" ").map((each) => legible(`#${each}`, look));
}

// (name, place) => its colour: the form's `label_colors` first, then the palette by place.
export function colourOf(formData, look) {
  const own = { ...(formData.label_colors || {}) };
  const colours = palette(formData, look);
  // A group may be called `constructor`.
  return (name, place) => (Object.hasOwn(own, name) && own[name]) || colours[place % colours.length];
}

// The colours from low to high, by the form's `linear_color_scheme`; low is near the surface in both themes.
export function ramp(formData, look) {
  const wish = String((formData && formData.linear_color_scheme) || "");
  const found = RAMP_NAMES.find(([pattern]) => pattern.test(wish));
  const colours = RAMPS[found ? found[1] : "blues"];
  if (!look || look.theme !== "dark" || (found && found[1] === "viridis")) return colours;
  const surface = ink(look).raised;
  return [mixed(colours[4], surface, 0.65), ...[...colours].reverse().slice(0, 4)].map((colour, place) =>
    place === 1 ? mixed(colour, surface, 0.15) : colour,
  );
}

// A colour control's {r, g, b, a} as a colour; the fallback for none.
export function pickedColour(picker, fallback) {
  if (!picker || typeof picker !== "object") return fallback;
  const { r, g, b, a = 1 } = picker;
  return [r, g, b].every(Number.isFinite) ? `rgba(${r}, ${g}, ${b}, ${a})` : fallback;
}

// The two colours mixed; share 0 is the first.
export function mixed(first, second, share) {
  const one = channels(first);
  const two = channels(second);
  if (!one || !two) return first;
  const hex = one.map((each, place) => Math.round(each + (two[place] - each) * share).toString(16).padStart(2, "0"));
  return `#${hex.join("")}`;
}

// Black or white, whichever is read on this colour.
export function textOn(colour) {
  return lightness(colour) > 0.2 ? "#1b1f26" : "#ffffff";
}

function legible(colour, look) {
  if (!look || look.theme !== "dark") return colour;
  const size = lightness(colour);
  return size < 0.16 ? mixed(colour, "#ffffff", size < 0.08 ? 0.42 : 0.25) : colour;
}

function lightness(colour) {
  const found = channels(colour);
  if (!found) return 0.5;
  const [red, green, blue] = found.map((each) => {
    const share = each / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(colour) {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour);
  if (hex) return [0, 2, 4].map((at) => parseInt(hex[1].slice(at, at + 2), 16));
  const parts = /^rgba?\(([^)]+)\)$/.exec(colour);
  return parts ? parts[1].split(",").slice(0, 3).map(Number) : null;
}

// ---- The frame -----------------------------------------------------------------------------------------------------

export const FONT = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif";

// Whether the picture is so small that it keeps to the essential.
export function isSmall(look) {
  return look.width < 420 || look.height < 260;
}

// How wide a text comes out, about, in pixels; there is no canvas to measure on the server.
export function textWidth(text, size) {
  let width = 0;
  for (const letter of String(text)) {
    if (letter.codePointAt(0) > 0x2e80) width += 1;
    else if ("iIl.,:;'|!()[] jtfr".includes(letter)) width += 0.33;
    else if (letter >= "A" && letter <= "Z") width += 0.68;
    else width += "mwMW%@".includes(letter) ? 0.86 : 0.56;
  }
  return width * size;
}

// The text, cut with an ellipsis where it is wider than that many pixels.
export function shortened(text, width, size) {
  const whole = String(text);
  if (textWidth(whole, size) <= width) return whole;
  const letters = [...whole];
  while (letters.length > 1 && textWidth(`${letters.join("")}…`, size) > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

// What every option begins with: the text's style, the series' colours, a background that lets the page through.
export function frame(formData, look) {
  return {
    backgroundColor: "transparent",
    color: palette(formData, look),
    textStyle: { fontFamily: FONT, fontSize: 12, color: ink(look).text },
    useUTC: true,
    aria: { enabled: true },
  };
}

// A picture that says there is nothing to draw.
export function noData(look, text) {
  const colours = ink(look);
  return {
    backgroundColor: "transparent",
    graphic: [
      {
        type: "text",
        left: "center",
        top: "middle",
        silent: true,
        style: {
          text: text || "No data",
          fill: colours.quiet,
          fontFamily: FONT,
          fontSize: 14,
          align: "center",
          width: look.width - 32,
          overflow: "break",
        },
      },
    ],
  };
}

// The tooltip's frame. value => text goes in as `valueFormatter`; `more` overrides.
export function tooltip(look, valueFormatter, more) {
  const colours = ink(look);
  return {
    trigger: "item",
    renderMode: "richText",
    confine: true,
    backgroundColor: colours.raised,
    borderColor: colours.line,
    borderWidth: 1,
    padding: [8, 10],
    textStyle: { color: colours.text, fontFamily: FONT, fontSize: 12 },
    axisPointer: {
      lineStyle: { color: colours.line, type: "solid" },
      crossStyle: { color: colours.line },
      shadowStyle: { color: look.theme === "dark" ? "rgba(255,255,255,0.05)" : "rgba(20,30,50,0.05)" },
      label: { backgroundColor: colours.total, color: "#ffffff", fontFamily: FONT },
    },
    ...(valueFormatter ? { valueFormatter } : {}),
    ...more,
  };
}

// Where the legend stands and what it takes: {legend, top, bottom, left, right} in pixels beyond the plain margin.
// `wanted` is whether it is shown where the form says nothing.
export function legend(formData, look, names, wanted) {
  const none = { legend: { show: false }, top: 0, bottom: 0, left: 0, right: 0 };
  const shown = formData.show_legend === undefined || formData.show_legend === null ? wanted : formData.show_legend;
  if (!shown || !names.length || look.height < 120) return none;
  const size = 12;
  const longest = Math.min(isSmall(look) ? 150 : 180, look.width * 0.45);
  const widths = names.map((name) => Math.min(textWidth(name, size), longest) + 34);
  const where = isSmall(look) && ["left", "right"].includes(formData.legendOrientation) ? "top" : formData.legendOrientation;
  const aside = where === "left" || where === "right";
  const text = {
    color: ink(look).text,
    fontFamily: FONT,
    fontSize: size,
    ...(widths.some((width) => width >= longest + 34) ? { width: longest, overflow: "truncate" } : {}),
  };
  const made = {
    show: true,
    data: names.map((name) => ({ name, icon: "roundRect" })),
    itemWidth: 12,
    itemHeight: 8,
    itemGap: 12,
    padding: 0,
    textStyle: text,
    inactiveColor: ink(look).line,
    pageTextStyle: { color: ink(look).quiet, fontSize: 11 },
    pageIconColor: ink(look).quiet,
    pageIconInactiveColor: ink(look).line,
    pageIconSize: 10,
  };
  if (aside) {
    const room = Math.max(...widths) + 4;
    const high = names.length * 20 > look.height - 24;
    const box = { ...made, orient: "vertical", type: high ? "scroll" : "plain", top: 12, [where]: 12 };
    return { ...none, legend: box, [where]: room };
  }
  const rows = rowsNeeded(widths, look.width - 24);
  const scrolls = formData.legendType === "scroll" ? rows > 1 : rows > (look.height < 320 ? 2 : 3);
  const room = (scrolls ? 1 : rows) * 20 + 6;
  const side = where === "bottom" ? "bottom" : "top";
  const box = { ...made, type: scrolls ? "scroll" : "plain", left: 12, right: 12, [side]: 8 };
  return { ...none, legend: box, [side]: room };
}

function rowsNeeded(widths, room) {
  let rows = 1;
  let used = 0;
  for (const width of widths) {
    if (used && used + width > room) {
      rows += 1;
      used = 0;
    }
    used += width;
  }
  return rows;
}

// The grid inside the legend's room; axis labels and axis names stay within the picture.
export function grid(look, legendRoom, more) {
  const room = { top: 0, bottom: 0, left: 0, right: 0, ...legendRoom, ...more };
  return {
    top: 12 + room.top,
    bottom: 10 + room.bottom,
    left: 12 + room.left,
    right: 16 + room.right,
    outerBoundsMode: "same",
    outerBoundsContain: "all",
  };
}

function axisBase(look) {
  const colours = ink(look);
  return {
    nameLocation: "middle",
    nameGap: 10,
    nameTextStyle: { color: colours.quiet, fontFamily: FONT, fontSize: 12 },
    axisLine: { show: true, lineStyle: { color: colours.line } },
    axisTick: { show: false },
    // ECharts would take the height of a line from a Chinese letter, for which a reader may have no font.
    axisLabel: { color: colours.quiet, fontFamily: FONT, fontSize: 11, lineHeight: 14, hideOverlap: true },
    splitLine: { show: false, lineStyle: { color: colours.grid, width: 1 } },
  };
}

// An axis of numbers: quiet lines across, no line of its own. `more` may name axisLabel, which is added to.
export function valueAxis(look, format, more) {
  const base = axisBase(look);
  const { axisLabel, ...rest } = more || {};
  return {
    ...base,
    type: "value",
    splitNumber: look.height < 280 ? 3 : 5,
    axisLine: { show: false },
    splitLine: { ...base.splitLine, show: true },
    ...rest,
    axisLabel: { ...base.axisLabel, ...(format ? { formatter: format } : {}), ...axisLabel },
  };
}

// An axis of names, each cut to what there is room for.
export function categoryAxis(look, names, more) {
  const base = axisBase(look);
  const { axisLabel, ...rest } = more || {};
  return {
    ...base,
    type: "category",
    data: names,
    ...rest,
    axisLabel: { ...base.axisLabel, width: look.width < 420 ? 90 : 140, overflow: "truncate", ...axisLabel },
  };
}

// An axis of moments.
export function timeAxis(look, format, grain, more) {
  const base = axisBase(look);
  const { axisLabel, ...rest } = more || {};
  return {
    ...base,
    type: "time",
    splitNumber: Math.max(2, Math.round(look.width / 110)),
    ...(grainStep(grain) ? { minInterval: grainStep(grain) } : {}),
    axisPointer: { label: { formatter: (point) => timeFormatter(format, look, grain)(point.value) } },
    ...rest,
    axisLabel: { ...base.axisLabel, formatter: momentFormatter(format, look, grain), ...axisLabel },
  };
}

// The axis' name with the room that its labels take; nothing for an empty one.
export function axisName(text, margin) {
  if (!text) return {};
  const gap = formNumber(margin);
  return { name: String(text), nameGap: gap === null ? 10 : Math.max(10, Math.min(gap, 24)) };
}

// ---- Tables --------------------------------------------------------------------------------------------------------

const ROW = 26;
const CELL_FONT = 12;

// A picture of a table's first rows and columns that fit, and of how many do not.
// headers: rows of {text, align, span}. rows: rows of {text, align, strong, bar, color, background}; bar is {from, to, color},
// from and to being shares of the cell's width. fixed: how many columns at the left name the row. foot: a last row that is always shown. more: how many rows
// there are beyond these.
export function sheet(look, { headers, rows, fixed = 0, foot = null, more = 0 }) {
  const colours = ink(look);
  const pad = 12;
  const all = foot ? [...rows, foot] : rows;
  const columns = columnsThatFit(headers, all, look.width - 2 * pad);
  const room = Math.floor((look.height - 2 * pad - headers.length * ROW - (foot ? ROW : 0)) / ROW);
  const complete = rows.length <= room && !more && columns.hidden === 0;
  const shown = rows.slice(0, Math.max(1, complete ? room : room - 1));
  const left = rows.length - shown.length + more;
  const children = [];
  const widthOf = (from, span) => columns.widths.slice(from, from + span).reduce((sum, each) => sum + each, 0);
  const wide = widthOf(0, columns.widths.length);
  const line = (y, stroke) => ({ type: "line", shape: { x1: pad, y1: y, x2: pad + wide, y2: y }, style: { stroke, lineWidth: 1 } });
  const row = (cells, y, style) => {
    let x = pad;
    let place = 0;
    for (const cell of cells) {
      if (place >= columns.widths.length) break;
      const width = widthOf(place, cell.span || 1);
      children.push(...cellPicture(cell, x, y, width, style));
      x += width;
      place += cell.span || 1;
    }
  };
  let y = pad;
  children.push({ type: "rect", shape: { x: pad, y, width: wide, height: headers.length * ROW, r: 3 }, style: { fill: headFill(look) } });
  for (const each of headers) {
    row(each, y, { fill: colours.quiet, weight: 600 });
    y += ROW;
  }
  children.push(line(y, colours.line));
  for (const each of shown) {
    row(each, y, { fill: colours.text, weight: 400, bar: barFill(look), ground: colours.surface });
    y += ROW;
    children.push(line(y, colours.grid));
  }
  if (foot) {
    children.push(line(y, colours.line));
    row(foot, y, { fill: colours.text, weight: 600 });
    y += ROW;
  }
  const rest = [
    ...(left ? [`${localised(grouped(String(left)))} more ${left === 1 ? "row" : "rows"}`] : []),
    ...(columns.hidden ? [`${columns.hidden} more ${columns.hidden === 1 ? "column" : "columns"}`] : []),
  ];
  if (rest.length) children.push(textPicture(rest.join(", "), pad + 8, y + ROW / 2, "left", { fill: colours.quiet, weight: 400, size: 11 }));
  if (fixed && fixed < columns.widths.length) {
    const x = pad + widthOf(0, fixed);
    const bottom = pad + (headers.length + shown.length + (foot ? 1 : 0)) * ROW;
    children.push({ type: "line", shape: { x1: x, y1: pad, x2: x, y2: bottom }, style: { stroke: colours.line, lineWidth: 1 } });
  }
  return { backgroundColor: "transparent", graphic: [{ type: "group", silent: true, children }] };
}

function headFill(look) {
  return look.theme === "dark" ? "#242a33" : "#f5f7f9";
}

function barFill(look) {
  return look.theme === "dark" ? "#27435c" : "#dcebf7";
}

function columnsThatFit(headers, rows, room) {
  const count = Math.max(...[...headers, ...rows].map((cells) => cells.reduce((sum, cell) => sum + (cell.span || 1), 0)));
  const widths = new Array(count).fill(44);
  for (const cells of [...headers, ...rows.slice(0, 60)]) {
    let place = 0;
    for (const cell of cells) {
      const span = cell.span || 1;
      const wish = Math.min(textWidth(cell.text, CELL_FONT) * 1.06 + 18, span > 1 ? 120 : 220) / span;
      for (let at = place; at < place + span; at += 1) widths[at] = Math.max(widths[at], wish);
      place += span;
    }
  }
  const total = widths.reduce((sum, each) => sum + each, 0);
  if (total <= room) return { widths: widths.map((each) => each + (room - total) / count), hidden: 0 };
  const narrow = widths.map((each) => Math.min(each, 104));
  let used = 0;
  let fits = 0;
  while (fits < count && used + narrow[fits] <= room) used += narrow[fits++];
  fits = Math.max(1, fits);
  const kept = narrow.slice(0, fits);
  // What is left over goes to the columns that were cut.
  let spare = Math.max(0, room - used);
  const stretched = kept.map((each, at) => {
    const more = Math.min(spare, widths[at] - each);
    spare -= more;
    return each + more;
  });
  return { widths: stretched.map((each) => each + spare / fits), hidden: count - fits };
}

function cellPicture(cell, x, y, width, style) {
  const made = [];
  if (cell.background) {
    made.push({ type: "rect", shape: { x, y: y + 0.5, width, height: ROW - 1 }, style: { fill: cell.background } });
  } else if (cell.bar && style.bar) {
    const [from, to] = [cell.bar.from, cell.bar.to].map((each) => Math.max(0, Math.min(1, each)) * (width - 4));
    const fill = cell.bar.color ? mixed(cell.bar.color, style.ground, 0.72) : style.bar;
    made.push({ type: "rect", shape: { x: x + 2 + from, y: y + 4, width: to - from, height: ROW - 8, r: 2 }, style: { fill } });
  }
  const at = cell.align === "right" ? x + width - 8 : cell.align === "center" ? x + width / 2 : x + 8;
  const text = shortened(cell.text, (width - 14) / 1.06, CELL_FONT);
  const look = { fill: cell.color || style.fill, weight: cell.strong ? 600 : style.weight, size: CELL_FONT };
  return [...made, textPicture(text, at, y + ROW / 2, cell.align || "left", look)];
}

function textPicture(text, x, y, align, { fill, weight, size }) {
  const font = { fontFamily: FONT, fontSize: size, fontWeight: weight };
  return { type: "text", x, y, style: { text, fill, ...font, textAlign: align, align, verticalAlign: "middle" } };
}
