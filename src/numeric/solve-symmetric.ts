import { assert } from "#base";

/**
 * The solution of `matrix x = right` for a symmetric positive definite matrix, (n, n) row-major, by Cholesky's decomposition. Small
 * systems: O(n^3), in place. For large ones there is `invertPositiveDefinite` of the learning engine.
 */
export function solveSymmetric(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  assert(matrix.length === n * n, "the matrix is square, as long as the right side");
  for (let row = 0; row < n; row++)
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * n + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[row * n + k]! * matrix[column * n + k]!;
      if (row !== column) matrix[row * n + column] = sum / matrix[column * n + column]!;
      else {
        assert(sum > 0, "the matrix is positive definite");
        matrix[row * n + row] = Math.sqrt(sum);
      }
    }
  for (let row = 0; row < n; row++) {
    for (let k = 0; k < row; k++) right[row]! -= matrix[row * n + k]! * right[k]!;
    right[row]! /= matrix[row * n + row]!;
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = row + 1; k < n; k++) right[row]! -= matrix[k * n + row]! * right[k]!;
    right[row]! /= matrix[row * n + row]!;
  }
  return right;
}
