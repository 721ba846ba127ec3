import type { Box } from "./camera.ts";

/** Points on average in a cell. */
const CELL_POINTS = 8;

/** Points of a plane by the cell they are in, so that the one under the pointer is found without looking at all of them. */
export class PointGrid {
  readonly box: Box;
  readonly #xs: Float32Array;
  readonly #ys: Float32Array;
  readonly #side: number;
  readonly #starts: Uint32Array;
  readonly #order: Uint32Array;

  constructor(xs: Float32Array, ys: Float32Array) {
    this.#xs = xs;
    this.#ys = ys;
    this.box = boxOf(xs, ys);
    this.#side = Math.max(1, Math.ceil(Math.sqrt(xs.length / CELL_POINTS)));
    this.#starts = new Uint32Array(this.#side ** 2 + 1);
    for (let n = 0; n < xs.length; n++) this.#starts[this.#cellOf(n) + 1]!++;
    for (let cell = 0; cell < this.#side ** 2; cell++) this.#starts[cell + 1]! += this.#starts[cell]!;
    const next = this.#starts.slice();
    this.#order = new Uint32Array(xs.length);
    for (let n = 0; n < xs.length; n++) this.#order[next[this.#cellOf(n)]!++] = n;
  }

  /** The position of the nearest point within `reach`; -1 when there is none. */
  nearest(x: number, y: number, reach: number): number {
    let best = -1;
    let bestSquare = reach * reach;
    for (let row = this.#rowOf(y - reach); row <= this.#rowOf(y + reach); row++)
      for (let column = this.#columnOf(x - reach); column <= this.#columnOf(x + reach); column++) {
        const cell = row * this.#side + column;
        for (let at = this.#starts[cell]!; at < this.#starts[cell + 1]!; at++) {
          const n = this.#order[at]!;
          const square = (this.#xs[n]! - x) ** 2 + (this.#ys[n]! - y) ** 2;
          if (square > bestSquare || (square === bestSquare && best >= 0)) continue;
          best = n;
          bestSquare = square;
        }
      }
    return best;
  }

  #cellOf(n: number): number {
    return this.#rowOf(this.#ys[n]!) * this.#side + this.#columnOf(this.#xs[n]!);
  }

  #columnOf(x: number): number {
    return place(x, this.box.left, this.box.right, this.#side);
  }

  #rowOf(y: number): number {
    return place(y, this.box.bottom, this.box.top, this.#side);
  }
}

function place(value: number, from: number, to: number, cells: number): number {
  const cell = to > from ? Math.floor(((value - from) / (to - from)) * cells) : 0;
  return Math.min(cells - 1, Math.max(0, cell));
}

function boxOf(xs: Float32Array, ys: Float32Array): Box {
  if (xs.length === 0) return { left: -1, right: 1, bottom: -1, top: 1 };
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let n = 0; n < xs.length; n++) {
    left = Math.min(left, xs[n]!);
    right = Math.max(right, xs[n]!);
    bottom = Math.min(bottom, ys[n]!);
    top = Math.max(top, ys[n]!);
  }
  return { left, right, bottom, top };
}
