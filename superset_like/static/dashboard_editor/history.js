// What was, for undo and redo. State is never changed in place, so that keeping it costs nothing.

const MOST = 100;

export class History {
  constructor(state) {
    this.now = state;
    this.saved = state;
    this.past = [];
    this.future = [];
  }

  get isChanged() {
    return this.now !== this.saved;
  }

  // kind: steps of one kind that follow each other quickly are one (typing, resizing by keys); empty for a step of its own.
  take(state, kind = "") {
    if (state === this.now) return;
    const isSame = kind && kind === this.kind && performance.now() - this.at < 1000;
    if (!isSame) this.past = [...this.past, this.now].slice(-MOST);
    Object.assign(this, { now: state, future: [], kind, at: performance.now() });
  }

  undo() {
    if (!this.past.length) return false;
    this.future = [this.now, ...this.future];
    this.now = this.past.at(-1);
    this.past = this.past.slice(0, -1);
    this.kind = "";
    return true;
  }

  redo() {
    if (!this.future.length) return false;
    this.past = [...this.past, this.now];
    [this.now, ...this.future] = this.future;
    this.kind = "";
    return true;
  }

  keep() {
    this.saved = this.now;
  }
}
