// Words, as large as their metric, laid out on a spiral: the same data always give the same picture.
import { columnLabels, frame, metricLabels, mixed, noData } from "../base.js";
import { numeric, palette, pickedMark, placedRows, textOn, textWidth, FONT } from "../base.js";

const LEAST_SIZE = 8;
const BOLD_SIZE = 18;
const SHRINK = 0.86;
// The greatest word is at least of this size, even if that leaves others out.
const LEAST_GREATEST = 20;
const MOST_WORDS = 200;
const GAP = 2;
const MOST_ENLARGED = 1.6;
// Widths are estimated; a little more than estimated keeps words apart whatever the font.
const ALLOWANCE = 1.1;
const BOLD_ALLOWANCE = 1.16;

// Places on an Archimedean spiral around the middle, nearest first.
function* spiral(look) {
  const stretch = look.width / look.height;
  const reach = Math.hypot(look.width, look.height) / 2;
  for (let angle = 0, radius = 0; radius < reach; angle += Math.min(0.35, 8 / (radius + 1)), radius = angle * 0.9) {
    yield [Math.cos(angle) * radius * Math.min(stretch, 2), Math.sin(angle) * radius];
  }
}

function overlaps(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function placed(word, taken, look) {
  const across = textWidth(word.text, word.size) * (word.bold ? BOLD_ALLOWANCE : ALLOWANCE) + GAP * 2;
  const high = word.size + GAP;
  const [width, height] = word.turned ? [high, across] : [across, high];
  if (width > look.width || height > look.height) return null;
  for (const [dx, dy] of spiral(look)) {
    const x = look.width / 2 + dx;
    const y = look.height / 2 + dy;
    const box = { x, y, left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
    const inside = box.left >= 0 && box.top >= 0 && box.right <= look.width && box.bottom <= look.height;
    if (inside && !taken.some((other) => overlaps(box, other))) return box;
  }
  return null;
}

// The words that find a place when all sizes are multiplied; stops at the first that finds none, unless `leaveOut`.
function cloud(words, times, look, leaveOut) {
  const drawn = [];
  for (const word of words) {
    const size = Math.max(word.size * times, LEAST_SIZE);
    const wanted = { ...word, size, bold: size >= BOLD_SIZE };
    const taken = drawn.map((each) => each.box);
    const box = placed(wanted, taken, look);
    if (box) drawn.push({ ...wanted, box });
    else if (!leaveOut) return null;
  }
  return drawn;
}

// All words at the greatest sizes at which each finds a place; where there is none even for small words, some are left
// out, the last ones first.
function fitted(words, look) {
  const least = Math.min(1, LEAST_GREATEST / Math.max(...words.map((word) => word.size)));
  for (let times = 1; times > least; times *= SHRINK) {
    const drawn = cloud(words, times, look, false);
    if (drawn) return drawn;
  }
  return cloud(words, least, look, true);
}

function isTurned(index, rotation) {
  if (rotation === "square") return index % 3 === 2;
  if (rotation === "random") return (index * 7919) % 5 < 2;
  return false;
}

// By the square root, so that a word's area tells its value.
function sizes(formData, look, values) {
  const room = Math.min(1, Math.sqrt((look.width * look.height) / (600 * 400)));
  const from = Math.max(LEAST_SIZE + 2, Number(formData.size_from || 10) * room);
  const to = Math.max(from + 6, Number(formData.size_to || 60) * room);
  const [least, greatest] = [Math.sqrt(Math.min(...values)), Math.sqrt(Math.max(...values))];
  return (value) => (greatest > least ? from + ((Math.sqrt(value) - least) / (greatest - least)) * (to - from) : to);
}

function wordsOf(formData, result) {
  const [name] = columnLabels(formData, "series");
  const [metric] = metricLabels(formData, "metric");
  return placedRows(result)
    .filter(({ row }) => row[name] !== null && row[name] !== undefined && row[name] !== "")
    .map(({ row, place }) => ({ text: String(row[name]), value: metric ? numeric(row[metric]) : 1, row: place }))
    .filter((word) => word.value !== null && word.value >= 0)
    .sort((one, other) => other.value - one.value || (one.text < other.text ? -1 : 1));
}

export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "series");
}

export function option(formData, results, look) {
  const words = wordsOf(formData, results[0]).slice(0, MOST_WORDS);
  if (!words.length) return noData(look);
  const sizeOf = sizes(formData, look, words.map((word) => word.value));
  const colours = palette(formData, look);
  const wanted = words.map((word, index) => ({
    text: word.text,
    row: word.row,
    size: sizeOf(word.value),
    turned: isTurned(index, formData.rotation),
    colour: inked(colours[index % colours.length], look),
  }));
  const drawn = fitted(wanted, look);
  return drawn.length ? { ...frame(formData, look), graphic: enlarged(drawn, look).map(drawnWord) } : noData(look);
}

// The cloud as large as the picture lets it be.
function enlarged(drawn, look) {
  const [left, right] = [Math.min(...drawn.map((word) => word.box.left)), Math.max(...drawn.map((word) => word.box.right))];
  const [top, bottom] = [Math.min(...drawn.map((word) => word.box.top)), Math.max(...drawn.map((word) => word.box.bottom))];
  const times = Math.min((look.width - 8) / (right - left), (look.height - 8) / (bottom - top), MOST_ENLARGED);
  return drawn.map((word) => ({
    ...word,
    size: word.size * times,
    x: look.width / 2 + (word.box.x - (left + right) / 2) * times,
    y: look.height / 2 + (word.box.y - (top + bottom) / 2) * times,
  }));
}

// Thin letters in a pale colour are not read on white.
function inked(colour, look) {
  return look.theme !== "dark" && textOn(colour) !== "#ffffff" ? mixed(colour, "#000000", 0.32) : colour;
}

function drawnWord(word) {
  return {
    type: "text",
    x: word.x,
    y: word.y,
    rotation: word.turned ? Math.PI / 2 : 0,
    info: { mark: { row: word.row } },
    cursor: "default",
    style: {
      text: word.text,
      fill: word.colour,
      font: `${word.bold ? "600 " : ""}${Math.round(word.size * 10) / 10}px ${FONT}`,
      align: "center",
      verticalAlign: "middle",
    },
  };
}
