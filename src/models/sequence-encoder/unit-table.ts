import { nextTurn } from "#base";
import { unitRows } from "#numeric";

/** Rows scaled between two looks after other work. */
const ROWS_A_TURN = 2048;

/** Learned vectors at length 1, made once for all who hold the same ones, when they are first asked for. */
export class UnitTable {
  readonly #learned: Float32Array;
  readonly #width: number;
  #values: Float32Array | undefined;

  /** `learned`: (rows, width), which stays as it is. */
  constructor(learned: Float32Array, width: number) {
    this.#learned = learned;
    this.#width = width;
  }

  /** (rows, width) */
  get values(): Float32Array {
    this.#values ??= unitRows(this.#learned.slice(), this.#width);
    return this.#values;
  }

  /** Resolves when they are there; of millions of rows that takes long, and others have their turns meanwhile. */
  async make(): Promise<void> {
    if (this.#values) return;
    const values = new Float32Array(this.#learned.length);
    const step = ROWS_A_TURN * this.#width;
    for (let from = 0; from < values.length; from += step) {
      const part = values.subarray(from, from + step);
      part.set(this.#learned.subarray(from, from + step));
      unitRows(part, this.#width);
      await nextTurn();
    }
    this.#values ??= values;
  }
}
