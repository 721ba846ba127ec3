import { assert } from "#base";

/**
 * @file Embedding tables too large to pass through a step: the rows a batch needs are gathered, the graph learns on those, and
 * their gradients come back. What a step costs depends on the batch, not on the table.
 */

/** A table of shape (rows, width), with one number beside each row that says how much it has moved. */
export interface RowTable {
  readonly width: number;
  readonly values: Float32Array;
  /** Sum over steps of the row's mean squared gradient. */
  readonly spent: Float32Array;
}

export function newRowTable(values: Float32Array, width: number): RowTable {
  return { width, values, spent: new Float32Array(values.length / width) };
}

/** Copies of `rows` of the table: (rows.length, width). */
export function gatherRows({ values, width }: RowTable, rows: Uint32Array): Float32Array {
  const gathered = new Float32Array(rows.length * width);
  for (const [to, row] of rows.entries())
    gathered.set(values.subarray(row * width, (row + 1) * width), to * width);
  return gathered;
}

/**
 * One step of row-wise AdaGrad, in place: each row has a learning rate of its own, which sinks as the row moves, so that rare
 * rows keep learning (Duchi et al. 2011; by rows, Mudigere et al. 2022). `rows` are all different; `gradients` is of shape
 * (rows.length, width).
 */
export function rowAdaGradStep(
  table: RowTable,
  rows: Uint32Array,
  gradients: Float32Array,
  { learningRate, gradientScale, epsilon = 1e-8 }: RowUpdate,
): void {
  const { values, width, spent } = table;
  assert(gradients.length === rows.length * width, "a gradient for every row");
  for (const [from, row] of rows.entries()) {
    let squares = 0;
    for (let at = from * width; at < (from + 1) * width; at++)
      squares += (gradients[at]! * gradientScale) ** 2;
    spent[row]! += squares / width;
    const rate = (learningRate * gradientScale) / (Math.sqrt(spent[row]!) + epsilon);
    for (let at = 0; at < width; at++) values[row * width + at]! -= rate * gradients[from * width + at]!;
  }
}

interface RowUpdate {
  readonly learningRate: number;
  readonly gradientScale: number;
  readonly epsilon?: number;
}

/** The different ones among `ids`, ascending, and the position of each id among them. */
export function distinctRows(ids: Int32Array | Uint32Array): { rows: Uint32Array; positions: Int32Array } {
  const rows = Uint32Array.from(new Set(ids)).sort();
  const positionOf = new Map(Array.from(rows, (row, position) => [row, position]));
  return { rows, positions: Int32Array.from(ids, (id) => positionOf.get(id)!) };
}
