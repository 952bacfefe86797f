// The corner by which an element of a row is made wider or taller.

import { made } from "../elements.js";
import { UNIT_PX, capacity, parentOf, resized, widthOf } from "./layout.js";

export function grip(canvas, id) {
  const corner = made("span", "edit-grip");
  corner.setAttribute("aria-hidden", "true");
  corner.addEventListener("pointerdown", (first) => {
    if (first.button) return;
    first.preventDefault();
    first.stopPropagation();
    corner.setPointerCapture(first.pointerId);
    const { layout } = canvas;
    const block = corner.parentElement;
    const unit = (block.parentElement.getBoundingClientRect().width || 1) / capacity(layout, parentOf(layout, id));
    const before = { width: widthOf(layout[id]), height: Number(layout[id].meta?.height) || 50 };
    let now = layout;
    const move = (event) => {
      now = resized(layout, id, {
        width: before.width + (event.clientX - first.clientX) / unit,
        height: before.height + (event.clientY - first.clientY) / UNIT_PX,
      });
      const { width, height } = now[id].meta;
      if (width) block.style.setProperty("--width", width);
      block.querySelector(":scope > .dash-chart > .drawing, :scope > .edit-text")?.style.setProperty("--height", `${height * UNIT_PX}px`);
      block.dataset.size = height && layout[id].type !== "COLUMN" ? `${width} × ${height}` : `${width}`;
    };
    const end = () => {
      corner.removeEventListener("pointermove", move);
      delete block.dataset.size;
      const { meta } = now[id];
      if (now !== layout && (meta.width !== layout[id].meta?.width || meta.height !== layout[id].meta?.height)) {
        canvas.editor.change({ layout: now }, `${meta.width} columns wide${meta.height ? `, ${meta.height} units high` : ""}.`, { focus: id });
      }
    };
    corner.addEventListener("pointermove", move);
    corner.addEventListener("pointerup", end, { once: true });
    corner.addEventListener("pointercancel", end, { once: true });
  });
  return corner;
}
