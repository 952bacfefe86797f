// Files that the browser keeps: what the server sent, and pictures of what is drawn.

const SCALE = 2;
const LONGEST = 80;
const KEPT_MS = 60_000;

export function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

// The file of an answer, under the name that the server gave it. fallback: the name where it gave none.
export async function saveAnswer(answer, fallback) {
  const [, name] = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "") ?? [];
  save(await answer.blob(), name ?? fallback);
}

// The text of a SVG as a file of its form (svg or png). width, height: as it is seen.
export async function picture(svg, form, { width, height }) {
  return form === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : rastered(svg, width, height);
}

async function rastered(svg, width, height) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: width * SCALE, height: height * SCALE });
  const paper = canvas.getContext("2d");
  paper.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface").trim() || "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// A title as a file's name, without its ending.
export function fileName(title) {
  const plain = (title || "").replace(/[^\p{L}\p{N}]+/gu, "_").slice(0, LONGEST);
  return plain.replace(/^_+|_+$/g, "") || "chart";
}
