import { expect, test } from "vitest";
import { Random } from "#base";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** @file Laws: V A V' is diagonal with descending values, and V V' is the identity. */
test.each([1, 2, 3, 10, 60])(
  "a random symmetric matrix of size %i is taken apart and put together",
  (size) => {
    const random = new Random(size);
    const matrix = new Float64Array(size * size);
    for (let row = 0; row < size; row++)
      for (let column = 0; column <= row; column++) {
        const value = random.normal();
        matrix[row * size + column] = value;
        matrix[column * size + row] = value;
      }
    expectDecomposition(matrix, size);
  },
);

test("equal eigenvalues, zeros and a matrix that is diagonal already are no trouble", () => {
  expectDecomposition(Float64Array.of(0, 0, 0, 0), 2);
  expectDecomposition(Float64Array.of(2, 0, 0, 0, 3, 0, 0, 0, 2), 3);
  expectDecomposition(new Float64Array(16).fill(1), 4);
});

test("elements whose squares are too small for a number are nothing", () => {
  const matrix = new Float64Array(16).fill(1e-160);
  matrix[0] = 1;
  expectDecomposition(matrix, 4);
});

function expectDecomposition(matrix: Float64Array, size: number): void {
  const { values, vectors } = symmetricEigen(matrix, size);
  expect([...values]).toEqual([...values].sort((left, right) => right - left));
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      let rebuilt = 0;
      let overlap = 0;
      for (let inner = 0; inner < size; inner++) {
        rebuilt += vectors[inner * size + row]! * values[inner]! * vectors[inner * size + column]!;
        overlap += vectors[row * size + inner]! * vectors[column * size + inner]!;
      }
      expect(rebuilt).toBeCloseTo(matrix[row * size + column]!, 10);
      expect(overlap).toBeCloseTo(Number(row === column), 10);
    }
}
