// What is chosen in a grid, by mouse and by keys: a cell, or a rectangle from an anchor to the active cell.

export class Selection {
  constructor(grid) {
    this.grid = grid;
    this.anchor = this.active = { row: 0, column: 0 };
    const { element } = grid;
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("focus", () => this.marked());
    // A mouse acts when it goes down, to draw; a finger when it taps, for else it scrolls.
    element.addEventListener("pointerdown", (event) => event.pointerType === "mouse" && this.#down(event));
    element.addEventListener("click", (event) => this.#clicked(event));
    element.addEventListener("copy", (event) => {
      event.clipboardData.setData("text/plain", grid.selected());
      event.preventDefault();
    });
  }

  // {top, bottom, left, right}, ends included; top is -1 where the names are chosen too.
  area() {
    const { anchor, active } = this;
    return {
      top: Math.min(anchor.row, active.row),
      bottom: Math.max(anchor.row, active.row),
      left: Math.max(0, Math.min(anchor.column, active.column)),
      right: Math.max(anchor.column, active.column),
    };
  }

  // After the rows changed.
  kept() {
    const row = Math.min(this.active.row, this.grid.count - 1);
    this.anchor = this.active = { row, column: this.active.column };
  }

  to(row, column, extends_ = false) {
    const { grid } = this;
    this.active = {
      row: Math.max(-1, Math.min(row, grid.count - 1)),
      column: Math.max(0, Math.min(column, grid.columns.length - 1)),
    };
    if (!extends_) this.anchor = this.active;
    grid.reveal(this.active.row, this.active.column);
  }

  marked() {
    const { grid, active } = this;
    const { top, bottom, left, right } = this.area();
    for (const cell of grid.element.querySelectorAll(".grid-cell")) {
      const [row, column] = placeOf(cell);
      const isChosen = row >= top && row <= bottom && column >= left && column <= right;
      if (row >= 0 && column >= 0) cell.setAttribute("aria-selected", String(isChosen));
      cell.classList.toggle("chosen", isChosen && !(top === bottom && left === right));
      cell.classList.toggle("active", row === active.row && column === active.column);
    }
    const id = grid.id(active.row, active.column);
    if (document.getElementById(id)) grid.element.setAttribute("aria-activedescendant", id);
    else grid.element.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const { row, column } = this.active;
    const { grid } = this;
    const far = event.ctrlKey || event.metaKey;
    if (event.altKey && row >= -1 && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      grid.resize(column, grid.widths[column] + (event.key === "ArrowRight" ? 24 : -24));
      event.preventDefault();
      return;
    }
    const last = grid.count - 1;
    const end = grid.columns.length - 1;
    const steps = {
      ArrowDown: [far ? last : row + 1, column],
      ArrowUp: [far ? 0 : row - 1, column],
      ArrowRight: [row, far ? end : column + 1],
      ArrowLeft: [row, far ? 0 : column - 1],
      PageDown: [row + grid.rowsInView(), column],
      PageUp: [Math.max(row - grid.rowsInView(), 0), column],
      Home: [far ? 0 : row, 0],
      End: [far ? last : row, end],
    };
    if (event.key in steps) this.to(...steps[event.key], event.shiftKey);
    else if (far && event.key.toLowerCase() === "a") {
      this.anchor = { row: -1, column: 0 };
      this.active = { row: last, column: end };
      this.marked();
    } else if (event.key === "Enter" || event.key === " ") {
      if (row < 0) grid.sort(column);
      else grid.open();
    } else return;
    event.preventDefault();
  }

  #clicked(event) {
    const cell = event.target.closest(".grid-cell");
    if (!cell || event.target.classList.contains("grid-edge")) return;
    const [row, column] = placeOf(cell);
    if (row < 0 && column >= 0) this.grid.sort(column);
    else if (row >= 0 && column >= 0 && event.pointerType !== "mouse") this.to(row, column);
  }

  #down(event) {
    const cell = event.target.closest(".grid-cell");
    if (!cell || event.button !== 0) return;
    const { grid } = this;
    const [row, column] = placeOf(cell);
    // The cell that was hit is painted anew before the browser looks where the focus goes.
    grid.element.focus({ preventScroll: true });
    if (event.target.classList.contains("grid-edge")) this.#resizing(event, column);
    else if (row >= 0 && column < 0) {
      this.anchor = { row, column: 0 };
      this.active = { row, column: grid.columns.length - 1 };
      this.marked();
    } else if (row >= 0) {
      this.to(row, column, event.shiftKey);
      this.#dragging();
    }
  }

  #dragging() {
    const moved = (event) => {
      const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest(".grid-cell");
      if (!cell || !this.grid.element.contains(cell)) return;
      const [row, column] = placeOf(cell);
      if (row < 0 || column < 0) return;
      if (row !== this.active.row || column !== this.active.column) this.to(row, column, true);
    };
    followed(moved);
  }

  #resizing(event, column) {
    const { grid } = this;
    const from = event.clientX;
    const width = grid.widths[column];
    event.preventDefault();
    followed((move) => grid.resize(column, width + move.clientX - from));
  }
}

const placeOf = (cell) => [Number(cell.dataset.row), Number(cell.dataset.column)];

// Calls while the pointer moves, until it is let go.
export function followed(moved) {
  const end = () => {
    document.removeEventListener("pointermove", moved);
    document.removeEventListener("pointerup", end);
    document.removeEventListener("pointercancel", end);
  };
  document.addEventListener("pointermove", moved);
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
}
