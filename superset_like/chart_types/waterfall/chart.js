// What a metric gained and lost along an axis, and the total it came to.

import { FONT, axisName, categoryAxis, columnLabels, formNumber, frame, grid, ink, legend, metricLabels, noData, numberFormatter, pickedColour, pickedPoint, rowsOf, spread, textWidth, timeFormatter, tooltip, typeOf, valueAxis } from "../base.js";

const TOTAL = "Total";

export function option(formData, results, look) {
  const result = results[0];
  if (!rowsOf(result).length) return noData(look);
  const steps = stepsOf(formData, result, look);
  if (!steps.length) return noData(look);
  const words = [formData.increase_label || "Increase", formData.decrease_label || "Decrease", formData.total_label || TOTAL];
  const used = words.filter((_, kind) => steps.some((step) => step.kind === kind));
  const room = legend(formData, look, used, false);
  const shown = numberFormatter(formData.y_axis_format, formData.currency_format);
  return {
    ...frame(formData, look),
    grid: grid(look, room, { top: room.top + (formData.show_value === false ? 0 : 8) }),
    legend: room.legend,
    tooltip: tooltip(look),
    xAxis: alongAxis(formData, steps, look),
    yAxis: valueAxis(look, shown, { boundaryGap: [steps.some((step) => step.low < 0) ? "8%" : 0, "6%"], ...axisName(formData.y_axis_label || formData.y_axis_title) }),
    series: seriesOf(formData, steps, words, shown, look),
  };
}

// {name, kind, change, low, high, at}: kind 0 gains, 1 loses, 2 is a total; `at` is where the sum stands after it.
// With a breakdown each place on the axis tells its groups' changes, and then what all of them came to.
function stepsOf(formData, result, look) {
  const { groups, laid } = laidOut(formData, result);
  const format = timeFormatter(formData.x_axis_time_format, look, formData.time_grain_sqla);
  const made = [];
  let sum = 0;
  const add = (name, change, point) => {
    if (change === null) return;
    const kind = change < 0 ? 1 : 0;
    made.push({ name, change, kind, low: Math.min(sum, sum + change), high: Math.max(sum, sum + change), point });
    sum += change;
    made[made.length - 1].at = sum;
  };
  const total = (name) => made.push({ name, change: sum, kind: 2, low: Math.min(0, sum), high: Math.max(0, sum), at: sum });
  laid.keys.forEach((key, place) => {
    const name = laid.type === 2 ? format(key) : String(key);
    for (const each of laid.series) {
      add(groups.length ? each.name : name, each.values[place], { dataIndex: place, seriesName: each.name });
    }
    if (groups.length) total(name);
  });
  if (!groups.length && formData.show_total !== false) total(formData.total_label || TOTAL);
  return made;
}

export function picks(formData, results, params) {
  const { along, laid } = laidOut(formData, results[0]);
  const { point } = params.data || {};
  return point ? pickedPoint(formData, results[0], laid, along, point, "groupby") : [];
}

function laidOut(formData, result) {
  const axis = columnLabels(formData, "x_axis").filter((name) => result.colnames.includes(name));
  const groups = columnLabels(formData, "groupby").filter((name) => result.colnames.includes(name) && !axis.includes(name));
  const moment = result.colnames.find((name) => typeOf(result, name) === 2);
  const along = axis.length ? axis : [moment || groups.shift() || result.colnames[0]];
  return { along, groups, laid: spread(result, along, groups, metricLabels(formData, "metric", "metrics")) };
}

function told(step, words, shown) {
  if (!step) return "";
  const sum = step.kind === 2 ? "" : `\n${words[2]}: ${shown(step.at)}`;
  return `${step.name}\n${words[step.kind]}: ${shown(step.change)}${sum}`;
}

function alongAxis(formData, steps, look) {
  const names = steps.map((step) => step.name);
  const room = look.width - 70;
  const widest = Math.max(...names.map((name) => textWidth(name, 11)));
  const wish = { "45°": 45, "90°": 90, flat: 0 }[formData.x_ticks_layout];
  const fixed = formNumber(formData.xAxisLabelRotation);
  const crowded = widest + 8 > room / names.length;
  const rotate = fixed || (wish === undefined ? (crowded ? 40 : 0) : wish);
  const every = names.length * 14 <= room;
  const width = rotate ? Math.min(90, Math.round(look.height / 4)) : Math.max(40, room / names.length - 6);
  return categoryAxis(look, names, {
    ...axisName(formData.x_axis_label || formData.x_axis_title),
    axisLabel: { rotate, width, ...(every ? { interval: 0, hideOverlap: false } : {}) },
  });
}

// Drawn by hand, for a step may cross zero, which stacked bars cannot.
function seriesOf(formData, steps, words, shown, look) {
  const colours = ink(look);
  const fills = [
    pickedColour(formData.increase_color, colours.good),
    pickedColour(formData.decrease_color, colours.bad),
    pickedColour(formData.total_color, colours.total),
  ];
  const labels = formData.show_value !== false && steps.every((step) => textWidth(shown(step.change), 11) < ((look.width - 70) / steps.length) * 1.1);
  const bars = fills.map((color, kind) => {
    const own = steps.map((step, place) => ({ ...step, place })).filter((step) => step.kind === kind);
    return {
      name: words[kind],
      type: "custom",
      color,
      encode: { x: 0, y: [1, 2] },
      data: own.map((step) => ({ value: [step.place, step.low, step.high], point: step.point })),
      tooltip: { formatter: (point) => told(steps[point.value[0]], words, shown) },
      renderItem: (_, api) => bar(steps[api.value(0)], api, color, labels ? shown : null, colours),
    };
  });
  return [...bars, connector(steps, colours)];
}

function bar(step, api, fill, shown, colours) {
  const [x, top] = api.coord([api.value(0), api.value(2)]);
  const [, bottom] = api.coord([api.value(0), api.value(1)]);
  const width = Math.min(64, api.size([1, 0])[0] * 0.72);
  const rect = { x: x - width / 2, y: top, width, height: Math.max(1, bottom - top), r: 2 };
  const children = [{ type: "rect", shape: rect, style: { fill } }];
  if (shown) {
    const below = step.change < 0;
    const font = { fontSize: 11, fontFamily: FONT, fill: colours.text };
    const align = { align: "center", textAlign: "center", verticalAlign: below ? "top" : "bottom" };
    children.push({ type: "text", x, y: below ? bottom + 4 : top - 4, style: { text: shown(step.change), ...font, ...align } });
  }
  return { type: "group", children };
}

// A thin line from each step to the next, at the height of the sum.
function connector(steps, colours) {
  return {
    name: "",
    type: "custom",
    silent: true,
    tooltip: { show: false },
    z: 1,
    data: steps.slice(0, -1).map((step, place) => [place, step.at]),
    renderItem: (_, api) => {
      const [x1, y1] = api.coord([api.value(0), api.value(1)]);
      const [x2] = api.coord([api.value(0) + 1, api.value(1)]);
      return { type: "line", shape: { x1, y1, x2, y2: y1 }, style: { stroke: colours.line, lineWidth: 1, lineDash: [3, 3] } };
    },
  };
}
