import { expect, test } from "vitest";
import { type Progress, Random } from "#base";
import { invertPositiveDefinite } from "./inverse.ts";
import {
  addAt,
  copyRow,
  elementAt,
  PANEL_ROWS,
  type PackedSymmetric,
  packedSymmetric,
} from "./packed-symmetric.ts";

/** @file Laws: the inverse of one and of many panels agrees with Gauss-Jordan in doubles; A times its inverse is I. */
test.each([1, 7, PANEL_ROWS, PANEL_ROWS + 1, 2 * PANEL_ROWS + 77])(
  "a random matrix of size %i has the inverse that elimination in double precision finds",
  async (size) => {
    const { dense, packed } = randomPositiveDefinite(size, new Random(size));
    const expected = eliminate(dense, size);
    await invertPositiveDefinite(packed);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const row = new Float32Array(size);
    let worst = 0;
    for (let at = 0; at < size; at++) {
      copyRow(packed, at, row);
      row.forEach((value, column) => {
        worst = Math.max(worst, Math.abs(value - expected[at * size + column]!));
        worst = Math.max(worst, Math.abs(elementAt(packed, at, column) - expected[at * size + column]!));
      });
    }
    expect(worst / largest).toBeLessThan(2e-6);
  },
);

test("a matrix times its inverse is the identity", async () => {
  const size = 3 * PANEL_ROWS - 5;
  const { dense, packed } = randomPositiveDefinite(size, new Random(1));
  await invertPositiveDefinite(packed);
  const row = new Float32Array(size);
  for (const at of [0, PANEL_ROWS - 1, PANEL_ROWS, size - 1]) {
    copyRow(packed, at, row);
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let inner = 0; inner < size; inner++) sum += row[inner]! * dense[inner * size + column]!;
      expect(Math.abs(sum - Number(at === column))).toBeLessThan(1e-4);
    }
  }
});

test("progress reaches its total", async () => {
  const seen: Progress[] = [];
  await invertPositiveDefinite(randomPositiveDefinite(300, new Random(2)).packed, (step) => seen.push(step));
  expect(seen.at(-1)).toEqual({ stage: "invert", done: 2, total: 2 });
});

test("a matrix that is not positive definite is our mistake", async () => {
  const packed = packedSymmetric(2);
  addAt(packed, 0, 0, 1);
  addAt(packed, 1, 1, 1);
  addAt(packed, 1, 0, 2);
  await expect(invertPositiveDefinite(packed)).rejects.toThrow("positive definite");
});

/** X' X + I with X sparse and of small integers: exact in single precision, like the matrices that EASE inverts. */
function randomPositiveDefinite(
  size: number,
  random: Random,
): { dense: Float64Array; packed: PackedSymmetric } {
  const packed = packedSymmetric(size);
  const dense = new Float64Array(size * size);
  const add = (row: number, column: number, value: number): void => {
    addAt(packed, row, column, value);
    dense[row * size + column]! += value;
    if (row !== column) dense[column * size + row]! += value;
  };
  for (let at = 0; at < size; at++) add(at, at, 5);
  for (let sample = 0; sample < 2 * size; sample++) {
    const columns = Array.from({ length: 12 }, () => random.integer(size));
    for (const [position, row] of columns.entries())
      for (const column of columns.slice(0, position + 1)) add(row, column, row === column ? 1 : 0.25);
  }
  for (let at = 0; at < size; at++) {
    let others = 0;
    for (let column = 0; column < size; column++) if (column !== at) others += dense[at * size + column]!;
    add(at, at, others / 2);
  }
  return { dense, packed };
}

/** Gauss-Jordan elimination, the naive version. */
function eliminate(matrix: Float64Array, size: number): Float64Array {
  const work = matrix.slice();
  for (let pivot = 0; pivot < size; pivot++) {
    const scale = 1 / work[pivot * size + pivot]!;
    work[pivot * size + pivot] = 1;
    for (let column = 0; column < size; column++) work[pivot * size + column]! *= scale;
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = work[row * size + pivot]!;
      work[row * size + pivot] = 0;
      for (let column = 0; column < size; column++)
        work[row * size + column]! -= factor * work[pivot * size + column]!;
    }
  }
  return work;
}
