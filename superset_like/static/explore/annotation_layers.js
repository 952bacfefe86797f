// What is drawn along the axis besides the series: formulas, and events, spans and lines of other charts.

import { formulaOf } from "/chart_types/annotations.js";
import { made, said, told } from "../elements.js";
import { ask } from "../session.js";
import { chips } from "./chips.js";
import { combobox } from "./combobox.js";
import { check, editor, input, select } from "./editor_rows.js";

const FORMULA = "FORMULA";
const KINDS = [[FORMULA, "Formula"], ["EVENT", "Events"], ["INTERVAL", "Intervals"], ["TIME_SERIES", "Time series"]];
const STYLES = [["solid", "Solid"], ["dashed", "Dashed"], ["longDashed", "Long dashes"], ["dotted", "Dotted"]];
const OPACITIES = [["", "Full"], ["opacityHigh", "High"], ["opacityMedium", "Medium"], ["opacityLow", "Low"]];
// Which columns of the other chart say what: the field, its name, and the kinds that need it.
const COLUMNS = [
  ["timeColumn", "Time column", ["EVENT", "INTERVAL", "TIME_SERIES"]],
  ["intervalEndColumn", "Column of the end", ["INTERVAL"]],
  ["titleColumn", "Column of the title", ["EVENT", "INTERVAL"]],
];

export function layersField({ control, id, value, set }) {
  const box = made("div", "picker");
  const layers = () => (Array.isArray(value()) ? value() : []);

  function changed(next) {
    set(next.length ? next : undefined);
    paint();
  }

  function edit(at, present) {
    const taken = layers().filter((_, place) => place !== at).map((each) => each.name);
    layerDialog(present, taken, (layer) => {
      changed(layers().toSpliced(at, 1, layer));
      box.querySelector(".combobox input").focus();
    });
  }

  function paint() {
    const present = layers();
    const kindOf = (layer) => KINDS.find(([kind]) => kind === layer.annotationType)?.[1] ?? "";
    const list = chips({ label: control.label, items: present, text: (layer) => `${layer.name}${layer.show === false ? " (hidden)" : ""}`, title: kindOf, edit: (at) => edit(at, present[at]), changed });
    const options = () => KINDS.map(([kind, text]) => ({ value: kind, text, detail: kind === FORMULA ? "of x" : "of another chart" }));
    const field = combobox({ id, label: control.label, placeholder: "Add a layer", options, chosen: ({ value: kind }) => edit(present.length, { annotationType: kind }) });
    box.replaceChildren(...(present.length ? [list] : []), field);
  }

  paint();
  return box;
}

function layerDialog(layer, taken, done) {
  const kind = layer.annotationType;
  const name = input("Name", { type: "text", value: layer.name ?? "", required: true, maxLength: 250 });
  const source = kind === FORMULA ? formulaPart(layer) : chartPart(layer);
  const show = check("Show it", layer.show !== false);
  const labels = check("Show labels", layer.showLabel !== false);
  const markers = check("Markers", Boolean(layer.showMarkers));
  const own = check("A colour of its own", Boolean(layer.color));
  const colour = input("Colour", { type: "color", className: "field-colour", value: /^#[0-9a-f]{6}$/i.test(layer.color) ? layer.color : "#e04355" });
  const style = select("Line", STYLES, layer.style ?? "solid");
  const width = input("Line width", { type: "number", min: 0.5, max: 10, step: 0.5, value: layer.width ?? 1 });
  const opacity = select("Opacity", OPACITIES, layer.opacity ?? "");
  const ofKind = { EVENT: [labels], INTERVAL: [labels], TIME_SERIES: [markers] }[kind] ?? [];
  const lines = kind === "INTERVAL" ? [] : [style, width];
  const look = [show, ...ofKind, own, colour, ...lines, opacity].map((each) => each.row);
  const paint = () => (colour.row.hidden = !own.field.checked);
  const isTaken = () => name.field.setCustomValidity(taken.includes(name.field.value.trim()) ? "Another layer has this name." : "");

  function read() {
    const found = source.read();
    return found && {
      ...layer,
      ...found,
      annotationType: kind,
      name: name.field.value.trim(),
      show: show.field.checked,
      showLabel: labels.field.checked,
      showMarkers: markers.field.checked,
      color: own.field.checked ? colour.field.value : null,
      style: style.field.value,
      width: Number(width.field.value) || 1,
      opacity: opacity.field.value,
    };
  }

  name.field.addEventListener("input", isTaken);
  own.field.addEventListener("input", paint);
  paint();
  editor(`Annotation: ${KINDS.find(([each]) => each === kind)[1].toLowerCase()}`, [name.row, ...source.rows, ...look], read, done);
}

function formulaPart(layer) {
  const { row, field } = input("Formula of x", { type: "text", className: "field-input code", value: layer.value ?? "", required: true, placeholder: "2 * x + sin(x / 3)" });
  const judge = () => field.setCustomValidity(!field.value || formulaOf(field.value) ? "" : "This is no formula of x: numbers, x, + - * / ^ and functions such as sin(x).");
  field.addEventListener("input", judge);
  return { rows: [row], read: () => ({ value: field.value.trim(), sourceType: "" }) };
}

// The chart that the rows come from, and which of its columns say what.
function chartPart(layer) {
  const kind = layer.annotationType;
  let chart = layer.value ?? null;
  let columns = columnsOf(chart);
  const row = made("div", "editor-row");
  const wrong = made("div");
  const choose = (text) => combobox({
    label: "Chart",
    placeholder: "Choose a chart",
    keeps: true,
    text,
    options: charts,
    chosen: ({ value }) => {
      chart = value;
      columns = columnsOf(chart);
      wrong.replaceChildren();
    },
  });
  row.append(made("span", "editor-label", "Chart"), choose(chart === null ? "" : `Chart ${chart}`), wrong);
  if (chart !== null) named(chart).then((text) => row.isConnected && row.children[1].replaceWith(choose(text)));
  const held = Object.fromEntries(COLUMNS.map(([field]) => [field, layer[field] ?? ""]));
  const asked = COLUMNS.filter(([, , kinds]) => kinds.includes(kind)).map(([field, label]) => {
    const line = made("div", "editor-row");
    const options = async () => [{ value: "", text: "Automatic" }, ...(await columns).map((each) => ({ value: each, text: each }))];
    line.append(made("span", "editor-label", label), combobox({ label, placeholder: "Automatic", keeps: true, text: held[field], options, chosen: ({ value }) => (held[field] = value) }));
    return line;
  });
  const span = check("In this chart's time range", !layer.overrides || "time_range" in layer.overrides);

  function read() {
    if (chart === null) {
      wrong.replaceChildren(said("Choose a chart.", "alert"));
      row.querySelector("input").focus();
      return null;
    }
    const { time_range: _, ...rest } = layer.overrides ?? {};
    const overrides = span.field.checked ? { ...rest, time_range: layer.overrides?.time_range ?? null } : rest;
    return { value: chart, sourceType: kind === "TIME_SERIES" ? "line" : "table", ...held, overrides };
  }

  return { rows: [row, ...asked, span.row], read };
}

async function charts() {
  const q = { columns: ["id", "slice_name", "viz_type"], order_column: "slice_name", order_direction: "asc", page_size: 100 };
  const { result } = await ask(`/api/v1/chart/?q=${encodeURIComponent(JSON.stringify(q))}`);
  return result.map((each) => ({ value: each.id, text: each.slice_name || `Chart ${each.id}`, detail: each.viz_type }));
}

async function named(chart) {
  try {
    return (await ask(`/api/v1/chart/${chart}`)).result.slice_name;
  } catch (error) {
    return `Chart ${chart}: ${told(error)}`;
  }
}

async function columnsOf(chart) {
  if (chart === null) return [];
  try {
    return (await ask(`/api/v1/chart/${chart}/data/?type=results`)).result[0].colnames;
  } catch (error) {
    console.warn(error);
    return [];
  }
}
