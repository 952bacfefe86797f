// The world on a plane, by the Equal Earth projection: areas keep their proportions, which colours need.
import { COUNTRIES } from "./countries.js";
import { SHAPES, STEPS_PER_DEGREE } from "./shapes.js";

const RADIAN = Math.PI / 180;
// ECharts cuts off what lies beyond 180 to the sides and 90 up and down.
const SIZE = 66;
const [A1, A2, A3, A4] = [1.340264, -0.081106, 0.000893, 0.003796];

let made = null;

// GeoJSON of the countries, in parts of the plane; a country bears the first of its names.
export function world() {
  const features = COUNTRIES.filter(([code]) => SHAPES[code]).map(([code, , , , name]) => ({
    type: "Feature",
    properties: { name },
    geometry: { type: "MultiPolygon", coordinates: polygons()[code] },
  }));
  return { type: "FeatureCollection", features };
}

// How wide and how high the plane is.
export function bounds() {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of Object.values(polygons()).flat(3)) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [bottom, top] = [Math.min(bottom, y), Math.max(top, y)];
  }
  return { width: right - left, height: top - bottom };
}

// Where a country's bubble stands: in the middle of the largest of its parts; null for one that is too small to be drawn.
export function placeOf(code) {
  const parts = polygons()[code];
  if (!parts) return null;
  const middles = parts.map(([outer]) => middle(outer)).sort((one, two) => two.area - one.area);
  return [middles[0].x, middles[0].y];
}

function polygons() {
  made ??= Object.fromEntries(
    Object.entries(SHAPES).map(([code, parts]) => [code, parts.map((rings) => rings.map(walked))]),
  );
  return made;
}

function walked(steps) {
  const points = [];
  let [longitude, latitude] = [0, 0];
  for (let at = 0; at < steps.length; at += 2) {
    longitude += steps[at];
    latitude += steps[at + 1];
    points.push(projected(longitude / STEPS_PER_DEGREE, latitude / STEPS_PER_DEGREE));
  }
  return points;
}

function projected(longitude, latitude) {
  const angle = Math.asin((Math.sqrt(3) / 2) * Math.sin(latitude * RADIAN));
  const square = angle * angle;
  const sixth = square ** 3;
  const slope = A1 + 3 * A2 * square + sixth * (7 * A3 + 9 * A4 * square);
  const x = (2 * longitude * RADIAN * Math.cos(angle)) / (Math.sqrt(3) * slope);
  return [x * SIZE, angle * (A1 + A2 * square + sixth * (A3 + A4 * square)) * SIZE];
}

function middle(ring) {
  let [area, x, y] = [0, 0, 0];
  ring.forEach(([x1, y1], at) => {
    const [x2, y2] = ring[(at + 1) % ring.length];
    const cross = x1 * y2 - x2 * y1;
    area += cross / 2;
    x += (x1 + x2) * cross;
    y += (y1 + y2) * cross;
  });
  return area ? { area: Math.abs(area), x: x / (6 * area), y: y / (6 * area) } : { area: 0, x: ring[0][0], y: ring[0][1] };
}
