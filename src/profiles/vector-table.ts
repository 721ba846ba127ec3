import { grown } from "#numeric";

/**
 * @file Vectors of the rows that were asked for, side by side in one piece of memory that grows. A person has hundreds of items, and an object
 * for each is a read of far memory more.
 */
export class VectorTable {
  readonly #size: number;
  /** Row -> what its vector was made of: the caller's number of that, above 0. */
  #made = new Float64Array(0);
  /** Row -> 1 + place among the values; 0 for one without a vector. */
  #places = new Int32Array(0);
  #values = new Float32Array(0);
  #count = 0;

  /** @param size numbers of a vector */
  constructor(size: number) {
    this.#size = size;
  }

  /** What the row was last put with; 0 for one that never was. */
  madeOf(row: number): number {
    return this.#made[row] ?? 0;
  }

  put(row: number, made: number, vector: Float32Array | undefined): void {
    this.#made = grown(this.#made, row + 1);
    this.#places = grown(this.#places, row + 1);
    this.#made[row] = made;
    if (!vector) {
      this.#places[row] = 0;
      return;
    }
    const place = this.#places[row]! - 1;
    const at = place < 0 ? this.#count++ : place;
    this.#values = grown(this.#values, (at + 1) * this.#size);
    this.#values.set(vector, at * this.#size);
    this.#places[row] = at + 1;
  }

  /** The row's vector, as it lies here: it changes when the row is put again. */
  read(row: number): Float32Array | undefined {
    const place = this.#places[row];
    return place ? this.#values.subarray((place - 1) * this.#size, place * this.#size) : undefined;
  }

  /** Copies the row's vector to a place; whether there is one. */
  write(row: number, into: Float32Array, at: number): boolean {
    const place = this.#places[row];
    if (!place) return false;
    const [values, size] = [this.#values, this.#size];
    for (let n = 0, from = (place - 1) * size; n < size; n++) into[at + n] = values[from + n]!;
    return true;
  }
}
