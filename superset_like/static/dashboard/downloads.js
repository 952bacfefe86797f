// Files of what is shown: rows by the server, pictures as the browser has drawn them.

import { toast, told } from "../elements.js";

const SCALE = 2;

// The rows of a chart as a file. wish: {format, ...} as the data endpoint takes it.
export async function download(figure, wish) {
  toast("The file is being made …");
  try {
    const given = new URLSearchParams(figure.given(wish));
    const answer = await figure.dashboard.server.answered("GET", `/api/v1/chart/${figure.chart.id}/data/?${given}`);
    const named = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];
    save(await answer.blob(), named ?? `${fileName(figure.name)}.${wish.format}`);
    if (answer.headers.get("X-Truncated") === "true") toast(`The file was cut at ${answer.headers.get("X-Applied-Limit")} rows.`, "failed");
  } catch (error) {
    console.error(error);
    toast(told(error), "failed");
  }
}

// A picture of the chart as it is seen. form: svg or png.
export async function savePicture(figure, form) {
  const { chart } = figure.drawing;
  const svg = chart.renderToSVGString({ useViewBox: true });
  const blob = form === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : await rastered(svg, chart.getWidth(), chart.getHeight());
  save(blob, `${fileName(figure.name)}.${form}`);
}

// A file from the server, fetched with the reader's own proof.
export async function saveFrom(server, path, name) {
  const answer = await server.answered("GET", path);
  save(await answer.blob(), name);
}

async function rastered(svg, width, height) {
  const image = new Image();
  image.src = `data:image/svg+xml;base64,${btoa(unescape(encodeURIComponent(svg)))}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: width * SCALE, height: height * SCALE });
  const paper = canvas.getContext("2d");
  paper.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface").trim() || "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

export function fileName(text) {
  return text.replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, "") || "chart";
}

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
