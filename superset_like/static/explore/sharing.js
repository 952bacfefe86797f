// Taking the chart elsewhere: a link that keeps it, files of its rows, pictures of it.

import { Refused, action, dialog, made, said, toast, told } from "../elements.js";
import { answered, send } from "../session.js";

const FILES = [["CSV", "csv"], ["Excel", "xlsx"], ["JSON lines", "ndjson"], ["Arrow", "arrow"]];
const SCALE = 2;

// [text, act] pairs for a menu.
export function sharing(state, answer) {
  const { known } = state;
  const files = known.mayDownload && answer.results ? FILES.map(([name, form]) => [`Download ${name}`, () => attempt(() => file(answer, form))]) : [];
  const json = known.mayDownload && answer.results ? [["Download JSON", () => attempt(() => json_(answer))]] : [];
  const pictures = answer.results ? [["Picture as PNG", () => attempt(() => picture(state, answer, "png"))], ["Picture as SVG", () => attempt(() => picture(state, answer, "svg"))]] : [];
  const link = known.mayShare && state.dataset ? [["Link to this chart …", () => attempt(() => permalink(state))]] : [];
  return [...link, ...files.slice(0, 2), ...json, ...files.slice(2), ...pictures];
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
  const copy = action("Copy", async () => {
    field.select();
    await navigator.clipboard?.writeText(address);
    toast("The link is copied.");
  }, "main");
  dialog("Link to this chart", [made("p", "", "It shows the chart as it is now, also when it is changed later, to who may see its data."), field], { actions: [copy] });
  field.select();
}

async function file(answer, form) {
  const found = await answered("POST", "/api/v1/chart/data", answer.question({ result_format: form }));
  const [, name] = /filename="?([^";]+)/.exec(found.headers.get("Content-Disposition") ?? "") ?? [];
  download(await found.blob(), name ?? `chart.${form}`);
  if (found.headers.get("X-Truncated") === "true") toast("The file is cut at the row limit.");
}

// As the server wrote it: a number of 64 bits is more than a page can hold.
async function json_(answer) {
  const found = await answered("POST", "/api/v1/chart/data", answer.question({ result_type: "results" }));
  download(await found.blob(), `${named(answer.state)}.json`);
}

// The server's picture of what is saved; of what is not, or where the server draws none, the one on the page.
async function picture(state, answer, form) {
  if (state.chart && !state.isChanged) {
    const { width, height } = answer.place.getBoundingClientRect();
    const size = `width=${bounded(width, 100)}&height=${bounded(height, 80)}${form === "png" ? `&scale=${SCALE}` : ""}`;
    try {
      const found = await answered("GET", `/api/v1/chart/${state.chart.id}/image.${form}?${size}`);
      return download(await found.blob(), `${named(state)}.${form}`);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 501) throw error;
    }
  }
  const shown = answer.place.querySelector("svg");
  if (!shown) return void dialog("No picture yet", said("A table has a picture once the chart is saved."));
  const text = new XMLSerializer().serializeToString(shown);
  download(form === "svg" ? new Blob([text], { type: "image/svg+xml" }) : await pixels(text, shown), `${named(state)}.${form}`);
}

async function pixels(text, shown) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const { width, height } = shown.getBoundingClientRect();
  const canvas = Object.assign(document.createElement("canvas"), { width: width * SCALE, height: height * SCALE });
  const brush = canvas.getContext("2d");
  brush.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface");
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function bounded(size, least) {
  return Math.round(Math.min(Math.max(size, least), 2000));
}

function named(state) {
  return (state.name || "chart").replace(/[^\p{L}\p{N}]+/gu, "_").slice(0, 80);
}

function download(blob, name) {
  const link = Object.assign(made("a"), { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
