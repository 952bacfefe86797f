// Taking the chart elsewhere: a link that keeps it, files of its rows, pictures of it.

import { Refused, action, copy, dialog, made, said, toast, told } from "../elements.js";
import * as files from "../files.js";
import { answered, send } from "../session.js";

const FILES = [["CSV", "csv"], ["Excel", "xlsx"], ["JSON lines", "ndjson"], ["Arrow", "arrow"]];
const SCALE = 2;

// [text, act] pairs for a menu.
export function sharing(state, answer) {
  const { known } = state;
  const rows = known.mayDownload && answer.results ? FILES.map(([name, form]) => [`Download ${name}`, () => attempt(() => file(answer, form))]) : [];
  const json = known.mayDownload && answer.results ? [["Download JSON", () => attempt(() => json_(answer))]] : [];
  const pictures = answer.results ? [["Picture as PNG", () => attempt(() => picture(state, answer, "png"))], ["Picture as SVG", () => attempt(() => picture(state, answer, "svg"))]] : [];
  const link = known.mayShare && state.dataset ? [["Link to this chart …", () => attempt(() => permalink(state))]] : [];
  return [...link, ...rows.slice(0, 2), ...json, ...rows.slice(2), ...pictures];
}

async function attempt(act) {
  try {
    await act();
  } catch (error) {
    console.warn(error);
    toast(told(error), "failed");
  }
}

async function permalink(state) {
  const { key, url } = await send("POST", "/api/v1/explore/permalink", { formData: state.sent(), urlParams: [] });
  const address = new URL(url || `/explore/?permalink_key=${key}`, location.href).href;
  const field = Object.assign(made("input", "field-input"), { type: "text", readOnly: true, value: address });
  field.setAttribute("aria-label", "Link");
  const copying = action("Copy", async () => {
    await copy(address, "The link is copied.");
    field.select();
  }, "main");
  dialog("Link to this chart", [made("p", "", "It shows the chart as it is now, also when it is changed later, to who may see its data."), field], { actions: [copying] });
  field.select();
}

async function file(answer, form) {
  const found = await answered("POST", "/api/v1/chart/data", answer.question({ result_format: form }));
  await files.saveAnswer(found, `chart.${form}`);
  if (found.headers.get("X-Truncated") === "true") toast("The file is cut at the row limit.");
}

// As the server wrote it: a number of 64 bits is more than a page can hold.
async function json_(answer) {
  const found = await answered("POST", "/api/v1/chart/data", answer.question({ result_type: "results" }));
  files.save(await found.blob(), `${files.fileName(answer.state.name)}.json`);
}

// The server's picture of what is saved; of what is not, or where the server draws none, the one on the page.
async function picture(state, answer, form) {
  if (state.chart && !state.isChanged) {
    const { width, height } = answer.place.getBoundingClientRect();
    const size = `width=${bounded(width, 100)}&height=${bounded(height, 80)}${form === "png" ? `&scale=${SCALE}` : ""}`;
    try {
      const found = await answered("GET", `/api/v1/chart/${state.chart.id}/image.${form}?${size}`);
      return files.save(await found.blob(), `${files.fileName(state.name)}.${form}`);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 501) throw error;
    }
  }
  const shown = answer.place.querySelector("svg");
  if (!shown) return void dialog("No picture yet", said("A table has a picture once the chart is saved."));
  const text = new XMLSerializer().serializeToString(shown);
  files.save(await files.picture(text, form, shown.getBoundingClientRect()), `${files.fileName(state.name)}.${form}`);
}

function bounded(size, least) {
  return Math.round(Math.min(Math.max(size, least), 2000));
}
