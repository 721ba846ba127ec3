import { assert } from "#base";
import { type RowsView, rowAt } from "./rows-view.ts";
import type { SequenceRow } from "./sequence-block.ts";

/** Part of a sequence, newest row first. Nothing of a row is decoded until it is asked for. */
export class SequenceWindow {
  readonly #parts: RowsView[] = [];
  /** Per row, its part and its place in it: `part * PART_ROWS + n`. */
  readonly #places: number[] = [];

  /** All rows of the windows, at most `limit`, the newest. */
  static merge(windows: readonly SequenceWindow[], limit: number): SequenceWindow {
    const [first, ...others] = windows;
    if (first && others.length === 0) return first;
    const merged = new SequenceWindow();
    for (const window of windows) {
      const shift = merged.#parts.length * PART_ROWS;
      for (const part of window.#parts) merged.#parts.push(part);
      for (const place of window.#places) merged.#places.push(shift + place);
    }
    merged.#places.sort((left, right) => merged.#compare(right, left));
    merged.#places.length = Math.min(limit, merged.#places.length);
    return merged;
  }

  /** Number of rows. */
  get length(): number {
    return this.#places.length;
  }

  /** Time of the newest row, `undefined` when there is none. */
  get newestMs(): number | undefined {
    const [place] = this.#places;
    return place === undefined ? undefined : this.#partOf(place).timestampMs(place & (PART_ROWS - 1));
  }

  /** Shows every row, newest first, where it lies. */
  forEach(visit: (rows: RowsView, n: number) => void): void {
    for (const place of this.#places) visit(this.#partOf(place), place & (PART_ROWS - 1));
  }

  /** Every row by itself, newest first. */
  rows(): SequenceRow[] {
    return this.#places.map((place) => rowAt(this.#partOf(place), place & (PART_ROWS - 1)));
  }

  /** Makes room for the rows of one more part, at most 256; returns what `add` knows it by. */
  addPart(rows: RowsView): number {
    assert(rows.count <= PART_ROWS, "a part has at most 256 rows");
    return this.#parts.push(rows) - 1;
  }

  /** Adds row `n` of a part. It is older than those added before. */
  add(part: number, n: number): void {
    this.#places.push(part * PART_ROWS + n);
  }

  #partOf(place: number): RowsView {
    return this.#parts[place >> PART_BITS]!;
  }

  #compare(left: number, right: number): number {
    return compareAt(
      this.#partOf(left),
      left & (PART_ROWS - 1),
      this.#partOf(right),
      right & (PART_ROWS - 1),
    );
  }
}

/** What a part may have. */
const PART_BITS = 8;
const PART_ROWS = 1 << PART_BITS;

/** Order of rows within a sequence, as `compareRows`. */
export function compareAt(left: RowsView, n: number, right: RowsView, m: number): number {
  return left.timestampMs(n) - right.timestampMs(m) || left.offset(n) - right.offset(m);
}
