// The tabs and charts of the dashboard as a tree of check boxes.

import { made } from "../elements.js";
import { check } from "./fields.js";
import { ROOT, chartIds } from "./layout.js";
import { chartsIn, scopeOf, tree } from "./scope.js";

// set(scope): takes a change.
export function scopeTree(editor, scope, set) {
  const { layout } = editor;
  const chosen = new Set(chartsIn(layout, scope));
  const boxes = [];
  const nodes = [{ id: ROOT, text: "All charts", children: tree(layout, (id) => editor.canvas.nameOf(id)) }];
  if (!chartIds(layout).length) return made("p", "", "There are no charts on the dashboard yet; it will filter all.");

  function list(of) {
    const made_ = made("ul", "edit-scope");
    made_.append(...of.map((node) => {
      const item = made("li");
      const charts = node.chartId === undefined ? chartIds(layout, node.id) : [node.chartId];
      const label = check(node.text, false, (on) => {
        for (const chartId of charts) {
          if (on) chosen.add(chartId);
          else chosen.delete(chartId);
        }
        show();
        set(scopeOf(layout, [...chosen]));
      });
      boxes.push({ box: label.box, charts });
      item.append(label);
      if (node.children.length) item.append(list(node.children));
      return item;
    }));
    return made_;
  }

  function show() {
    for (const { box, charts } of boxes) {
      const on = charts.filter((chartId) => chosen.has(chartId)).length;
      box.checked = on > 0 && on === charts.length;
      box.indeterminate = on > 0 && on < charts.length;
      box.disabled = !charts.length;
    }
  }

  const made_ = list(nodes);
  show();
  return made_;
}
