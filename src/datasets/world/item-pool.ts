import { assert, type Random } from "#base";

/**
 * @file Weighted draws from a growing set of items. Rows are ranks by birth, so "the items that exist at an instant" is a
 * prefix and "the fresh ones" a range; over prefix sums of the weights a draw is one binary search, with no table per day.
 */
export class ItemPool {
  readonly #rows: Uint32Array;
  /** (rows + 1) */
  readonly #cumulative: Float64Array;

  /** `rows` ascending; `weightOf` positive. */
  constructor(rows: Uint32Array, weightOf: (row: number) => number) {
    this.#rows = rows;
    this.#cumulative = new Float64Array(rows.length + 1);
    for (let position = 0; position < rows.length; position++) {
      const weight = weightOf(rows[position]!);
      assert(weight > 0, "the weight of an item is positive");
      this.#cumulative[position + 1] = this.#cumulative[position]! + weight;
    }
  }

  /** The part of the pool with `fromRow <= row < toRow`. O(log rows). */
  window(fromRow: number, toRow: number): PoolWindow {
    const from = firstAtLeast(this.#rows, fromRow);
    return new PoolWindow(
      this.#rows,
      this.#cumulative,
      from,
      Math.max(from, firstAtLeast(this.#rows, toRow)),
    );
  }
}

/** A range of a pool: what can be drawn at one instant. */
export class PoolWindow {
  readonly #rows: Uint32Array;
  readonly #cumulative: Float64Array;
  readonly #from: number;
  readonly #to: number;

  constructor(rows: Uint32Array, cumulative: Float64Array, from: number, to: number) {
    this.#rows = rows;
    this.#cumulative = cumulative;
    this.#from = from;
    this.#to = to;
  }

  get isEmpty(): boolean {
    return this.#from === this.#to;
  }

  /** A row, with probability proportional to its weight. The window must not be empty. O(log rows). */
  draw(random: Random): number {
    assert(!this.isEmpty, "there is an item to draw");
    const low = this.#cumulative[this.#from]!;
    const target = low + random.uniform() * (this.#cumulative[this.#to]! - low);
    let first = this.#from;
    let last = this.#to - 1;
    while (first < last) {
      const middle = (first + last) >>> 1;
      if (this.#cumulative[middle + 1]! > target) last = middle;
      else first = middle + 1;
    }
    return this.#rows[first]!;
  }

  /** Probability that `draw` gives this row; 0 when it is not in the window. O(log rows). */
  probabilityOf(row: number): number {
    const position = firstAtLeast(this.#rows, row);
    if (position < this.#from || position >= this.#to || this.#rows[position] !== row) return 0;
    const weight = this.#cumulative[position + 1]! - this.#cumulative[position]!;
    return weight / (this.#cumulative[this.#to]! - this.#cumulative[this.#from]!);
  }
}

function firstAtLeast(rows: Uint32Array, row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
