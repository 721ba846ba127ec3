import { assert, ignoreProgress, type ProgressListener } from "#base";
import { type Matrix, matrixOf, multiply } from "./matrix.ts";
import { PANEL_ROWS, type PackedSymmetric } from "./packed-symmetric.ts";

/**
 * @file The inverse of a large symmetric positive definite matrix, in place and at the speed of matrix products.
 *
 * The sweep operator (Beaton 1964; Goodnight 1979, "A tutorial on the SWEEP operator"), one block of 256 rows at a time.
 * Sweeping block K with P = A[K,K]^-1 replaces
 *
 *     A[i,j] by A[i,j] - A[i,K] P A[K,j]      A[i,K] by A[i,K] P      A[K,K] by -P        for blocks i, j other than K,
 *
 * and once every block is swept, A holds -A^-1. All intermediate matrices are symmetric, so only the lower triangle is
 * kept: n^3 flops and n^2 / 2 floats, no second matrix. Where we differ from the textbook: with V = A[:,K] gathered as a
 * dense (n, 256) matrix, the update of one row panel is *one* product of (256, 256) by the transposed leading rows of V,
 * accumulated into the panel by the runtime itself; pivot blocks are inverted in double precision. No pivoting is needed:
 * every pivot block met is a Schur complement of a positive definite matrix and so positive definite too.
 */
export async function invertPositiveDefinite(
  matrix: PackedSymmetric,
  progress: ProgressListener = ignoreProgress,
): Promise<void> {
  const { panels } = matrix;
  const rows = panels.length * PANEL_ROWS;
  const column = matrixOf(rows, PANEL_ROWS); // V
  const columnTimesInverse = matrixOf(rows, PANEL_ROWS); // V P
  for (let pivot = 0; pivot < panels.length; pivot++) {
    progress({ stage: "invert", done: pivot, total: panels.length });
    gatherColumn(panels, pivot, column.values);
    const pivotInverse = invertPivot(leadingRows(column, pivot, 1));
    await multiply(column, pivotInverse, { into: columnTimesInverse });
    for (let panel = 0; panel < panels.length; panel++) {
      if (panel === pivot) continue;
      await multiply(leadingRows(columnTimesInverse, panel, 1), leadingRows(column, 0, panel + 1), {
        transposeRight: true,
        alpha: -1,
        beta: 1,
        into: panelMatrix(panels, panel),
      });
    }
    scatterColumn(panels, pivot, columnTimesInverse.values, pivotInverse.values);
  }
  for (const panel of panels)
    for (let position = 0; position < panel.length; position++) panel[position] = -panel[position]!;
  progress({ stage: "invert", done: panels.length, total: panels.length });
}

/** `count` blocks of 256 rows from block `first` on, as a view. */
function leadingRows(matrix: Matrix, first: number, count: number): Matrix {
  const block = PANEL_ROWS * matrix.columns;
  const values = matrix.values.subarray(first * block, (first + count) * block);
  return matrixOf(count * PANEL_ROWS, matrix.columns, values);
}

function panelMatrix(panels: readonly Float32Array[], panel: number): Matrix {
  return matrixOf(PANEL_ROWS, (panel + 1) * PANEL_ROWS, panels[panel]!);
}

/** Block column `pivot` of the whole symmetric matrix: (rows, 256); above the diagonal it is the transposed row panel. */
function gatherColumn(panels: readonly Float32Array[], pivot: number, column: Float32Array): void {
  const own = panels[pivot]!;
  const ownWidth = (pivot + 1) * PANEL_ROWS;
  for (let row = 0; row < ownWidth; row++)
    for (let inner = 0; inner < PANEL_ROWS; inner++)
      column[row * PANEL_ROWS + inner] = own[inner * ownWidth + row]!;
  for (let panel = pivot + 1; panel < panels.length; panel++) {
    const width = (panel + 1) * PANEL_ROWS;
    for (let row = 0; row < PANEL_ROWS; row++) {
      const start = row * width + pivot * PANEL_ROWS;
      const values = panels[panel]!.subarray(start, start + PANEL_ROWS);
      column.set(values, (panel * PANEL_ROWS + row) * PANEL_ROWS);
    }
  }
}

/** Writes V P back as block column `pivot`, and -P on the diagonal. */
function scatterColumn(
  panels: readonly Float32Array[],
  pivot: number,
  column: Float32Array,
  inverse: Float32Array,
): void {
  const own = panels[pivot]!;
  const ownWidth = (pivot + 1) * PANEL_ROWS;
  for (let row = 0; row < pivot * PANEL_ROWS; row++)
    for (let inner = 0; inner < PANEL_ROWS; inner++)
      own[inner * ownWidth + row] = column[row * PANEL_ROWS + inner]!;
  for (let row = 0; row < PANEL_ROWS; row++)
    for (let inner = 0; inner < PANEL_ROWS; inner++)
      own[row * ownWidth + pivot * PANEL_ROWS + inner] = -inverse[row * PANEL_ROWS + inner]!;
  for (let panel = pivot + 1; panel < panels.length; panel++) {
    const width = (panel + 1) * PANEL_ROWS;
    for (let row = 0; row < PANEL_ROWS; row++) {
      const from = (panel * PANEL_ROWS + row) * PANEL_ROWS;
      panels[panel]!.set(column.subarray(from, from + PANEL_ROWS), row * width + pivot * PANEL_ROWS);
    }
  }
}

/**
 * Inverse of one (256, 256) pivot block by Cholesky in double precision: A = L L', then A^-1 = L'^-1 L^-1. Symmetric to
 * the last bit, for only one triangle is computed.
 */
function invertPivot(block: Matrix): Matrix {
  const size = block.rows;
  const inverseFactor = invertLower(choleskyFactor(Float64Array.from(block.values), size), size);
  const inverse = new Float64Array(size * size);
  for (let inner = 0; inner < size; inner++)
    for (let row = 0; row <= inner; row++) {
      const scale = inverseFactor[inner * size + row]!;
      for (let column = 0; column <= row; column++)
        inverse[row * size + column]! += scale * inverseFactor[inner * size + column]!;
    }
  const result = matrixOf(size, size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      result.values[row * size + column] = inverse[row * size + column]!;
      result.values[column * size + row] = inverse[row * size + column]!;
    }
  return result;
}

/** Lower Cholesky factor of a (size, size) row-major matrix, of which only the lower triangle is read. */
function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let rest = matrix[row * size + column]!;
      for (let inner = 0; inner < column; inner++)
        rest -= factor[row * size + inner]! * factor[column * size + inner]!;
      if (row === column) {
        assert(rest > 0, "the matrix to invert is positive definite");
        factor[row * size + row] = Math.sqrt(rest);
      } else factor[row * size + column] = rest / factor[column * size + column]!;
    }
  return factor;
}

/** Inverse of a lower triangular matrix, itself lower triangular. */
function invertLower(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const diagonal = factor[row * size + row]!;
    inverse[row * size + row] = 1 / diagonal;
    for (let inner = 0; inner < row; inner++) {
      const scale = factor[row * size + inner]! / diagonal;
      for (let column = 0; column <= inner; column++)
        inverse[row * size + column]! -= scale * inverse[inner * size + column]!;
    }
  }
  return inverse;
}
