// A metric by two axes, as colours.
import { categoryAxis, cellFormatter, columnLabel, columnLabels, formNumber, frame, grid, ink, isSmall, metricLabels } from "../base.js";
import { mixed, noData, numberFormatter, numeric, pickedMark, placedRows, ramp, textOn, textWidth, tooltip, typeOf, FONT } from "../base.js";

// A time that is cut to a grain is no value that a filter could look for.
export function picks(formData, results, params) {
  return pickedMark(formData, results[0], params, "x_axis", "all_columns_x", "groupby", "all_columns_y").filter(
    ({ col }) => !(formData.time_grain_sqla && typeOf(results[0], columnLabel(col)) === 2),
  );
}

export function option(formData, results, look) {
  const cells = cellsOf(formData, results[0]);
  if (!cells.length) return noData(look);
  const [xName, yName] = axes(formData);
  const shownAt = (name, time) =>
    cellFormatter(results[0], name, look, { number: "~", time, grain: formData.time_grain_sqla });
  const along = sides(cells, "x", formData.sort_x_axis, typeOf(results[0], xName));
  const up = sides(cells, "y", formData.sort_y_axis, typeOf(results[0], yName));
  const format = numberFormatter(formData.y_axis_format || formData.number_format, formData.currency_format);
  const scale = scaleOf(formData, look, cells, format);
  const columns = along.map(shownAt(xName, formData.x_axis_time_format));
  const lines = up.map(shownAt(yName, formData.x_axis_time_format));
  const legendRoom = scale.shown ? { [isSmall(look) ? "bottom" : "right"]: isSmall(look) ? 30 : scale.room } : {};
  const labelled = cellLabels(formData, look, { columns, lines, cells, format });
  return {
    ...frame(formData, look),
    tooltip: tooltip(look, null, { formatter: (point) => tipText(point, { columns, lines, cells, format, formData }) }),
    grid: { ...grid(look, legendRoom), top: 14 },
    xAxis: axis(look, columns, (look.width - 70) / columns.length),
    yAxis: categoryAxis(look, lines, { axisLine: { show: false }, axisLabel: { interval: "auto" } }),
    visualMap: scale.map,
    series: [
      {
        type: "heatmap",
        itemStyle: { borderColor: ink(look).surface, borderWidth: columns.length * lines.length > 1500 ? 0 : 1, borderRadius: 2 },
        emphasis: { itemStyle: { borderColor: ink(look).text, borderWidth: 1 } },
        data: cells.map((cell) => ({
          value: [along.indexOf(cell.x), up.indexOf(cell.y), scale.of(cell)],
          mark: { row: cell.row },
          label: { show: labelled, formatter: format(cell.value), color: textOn(scale.colour(cell)), fontSize: 10, fontFamily: FONT },
        })),
      },
    ],
  };
}

function axes(formData) {
  const [x] = columnLabels(formData, "x_axis", "all_columns_x");
  const [y] = columnLabels(formData, "groupby", "all_columns_y");
  return [x, y];
}

// The cells, each with its share of the least and the greatest value: of all, of its column, or of its line.
function cellsOf(formData, result) {
  const [x, y] = axes(formData);
  const [metric] = metricLabels(formData, "metric", "metrics");
  const cells = placedRows(result)
    .map(({ row, place }) => ({ x: row[x] ?? null, y: row[y] ?? null, value: numeric(row[metric]), row: place }))
    .filter((cell) => cell.value !== null);
  const side = { x: "x", y: "y" }[formData.normalize_across || "heatmap"];
  const ends = new Map();
  for (const cell of cells) {
    const key = side ? cell[side] : "all";
    const [least, greatest, sum] = ends.get(key) || [cell.value, cell.value, 0];
    ends.set(key, [Math.min(least, cell.value), Math.max(greatest, cell.value), sum + cell.value]);
  }
  return cells.map((cell) => {
    const [least, greatest, sum] = ends.get(side ? cell[side] : "all");
    const share = greatest > least ? (cell.value - least) / (greatest - least) : 1;
    return { ...cell, share, percent: sum ? cell.value / sum : null };
  });
}

function sides(cells, side, sorting, type) {
  const sums = new Map();
  for (const cell of cells) sums.set(cell[side], (sums.get(cell[side]) || 0) + cell.value);
  const values = [...sums.keys()];
  const way = String(sorting || "").endsWith("desc") ? -1 : 1;
  if (String(sorting || "").startsWith("value")) return values.sort((one, other) => way * (sums.get(one) - sums.get(other)));
  if (!sorting && type !== 0 && type !== 2) return values;
  return values.sort((one, other) => way * compared(one, other));
}

function compared(one, other) {
  if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1;
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one) < String(other) ? -1 : String(one) > String(other) ? 1 : 0;
}

// The colours' scale: by value, or by share where columns or lines are compared within themselves.
function scaleOf(formData, look, cells, format) {
  const byShare = ["x", "y"].includes(formData.normalize_across) || Boolean(formData.normalized && formData.normalize_across);
  const of = (cell) => (byShare ? cell.share : cell.value);
  const [low, high] = (formData.value_bounds || []).map(formNumber);
  const values = cells.map(of);
  const min = byShare ? 0 : (low ?? Math.min(...values));
  const max = byShare ? 1 : Math.max(high ?? Math.max(...values), min);
  const colours = ramp(formData, look);
  const colour = (cell) => {
    const share = max > min ? Math.max(0, Math.min(1, (of(cell) - min) / (max - min))) : 1;
    const at = share * (colours.length - 1);
    const below = Math.min(Math.floor(at), colours.length - 2);
    return mixed(colours[below], colours[below + 1], at - below);
  };
  const said = byShare ? numberFormatter(".0%") : format;
  const pieces = formData.legend_type === "piecewise" && max > min;
  const shown = formData.show_legend !== false && !(pieces && isSmall(look));
  const [one, other] = [textWidth(said(min), 11), textWidth(said(max), 11)];
  const room = pieces ? 48 + Math.max(one, other) * 2 : 30 + Math.max(one, other);
  return { of, colour, shown, room, map: visualMap(formData, look, { min, max, colours, said, shown, pieces }) };
}

function visualMap(formData, look, { min, max, colours, said, shown, pieces }) {
  const small = isSmall(look);
  const place = small ? { orient: "horizontal", left: "center", bottom: 6 } : { orient: "vertical", right: 8, top: "middle" };
  return {
    type: pieces ? "piecewise" : "continuous",
    show: shown,
    min,
    max: max > min ? max : min + 1,
    ...(pieces ? { splitNumber: 5, itemWidth: 12, itemHeight: 12, itemGap: 4 } : { itemWidth: 10, itemHeight: small ? look.width * 0.4 : look.height * 0.5 }),
    ...place,
    calculable: false,
    text: pieces ? undefined : [said(max), said(min)],
    formatter: pieces ? (from, to) => `${said(from)} – ${said(to)}` : said,
    textGap: 6,
    inRange: { color: colours },
    textStyle: { color: ink(look).quiet, fontFamily: FONT, fontSize: 11 },
  };
}

function axis(look, names, each) {
  const longest = Math.max(...names.map((name) => textWidth(name, 11)));
  const turned = longest > each * 2.2 && names.length > 1;
  return categoryAxis(look, names, {
    axisLine: { show: false },
    axisLabel: { rotate: turned ? 45 : 0, interval: Math.max(0, Math.ceil((turned ? 16 : longest + 8) / each) - 1), width: 80 },
  });
}

// Values are written where they fit their cells.
function cellLabels(formData, look, { columns, lines, cells, format }) {
  const width = (look.width - 110) / columns.length;
  const height = (look.height - 60) / lines.length;
  const longest = Math.max(...cells.map((cell) => textWidth(format(cell.value), 10)));
  return Boolean(formData.show_values) && height > 12 && longest < width - 2;
}

function tipText(point, { columns, lines, cells, format, formData }) {
  const cell = cells[point.dataIndex];
  const percent = formData.show_percentage && cell.percent !== null ? ` (${numberFormatter(".2%")(cell.percent)})` : "";
  return `${columns[point.value[0]]}, ${lines[point.value[1]]}\n${format(cell.value)}${percent}`;
}
