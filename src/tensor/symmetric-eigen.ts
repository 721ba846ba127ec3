import { assert } from "#base";

/** `matrix = sum over r of values[r] * vectors[r] vectors[r]'`. */
export interface SymmetricEigen {
  /** (n), largest first. */
  readonly values: Float64Array;
  /** (n, n) row-major; row `r` is the unit eigenvector of `values[r]`. */
  readonly vectors: Float64Array;
}

/**
 * @file Eigenvalues and eigenvectors of a dense symmetric matrix in double precision, for sizes up to a few hundred:
 * Householder reduction to tridiagonal form, then the implicit QL iteration (Golub and Van Loan, "Matrix Computations",
 * sections 8.3.1 and 8.3.3; EISPACK's tred2 and tql2). Vectors are kept as rows throughout, so that every inner loop
 * walks along memory. O(n^3): about 0.1 s at n = 192.
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  assert(matrix.length === size * size && size > 0, "the matrix is square");
  assert(matrix.every(Number.isFinite), "the matrix has finite elements");
  const { diagonal, offDiagonal, vectors } = tridiagonalize(matrix, size);
  diagonalize(diagonal, offDiagonal, vectors);
  const order = Array.from(diagonal.keys()).sort((left, right) => diagonal[right]! - diagonal[left]!);
  const sorted = new Float64Array(size * size);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * size, (from + 1) * size), to * size);
  });
  return { values: Float64Array.from(order, (from) => diagonal[from]!), vectors: sorted };
}

interface Tridiagonal {
  /** (n) */
  readonly diagonal: Float64Array;
  /** (n) element `i` couples `i` and `i + 1`; the last is 0. */
  readonly offDiagonal: Float64Array;
  /** (n, n) rows of the orthogonal matrix V with `V matrix V' = tridiagonal`. */
  readonly vectors: Float64Array;
}

/** One Householder reflection I - scale v v' per column makes everything below the subdiagonal zero. */
function tridiagonalize(matrix: Float64Array, size: number): Tridiagonal {
  const work = matrix.slice();
  const reflections: { readonly v: Float64Array; readonly scale: number }[] = [];
  const image = new Float64Array(size);
  const negligible = Number.EPSILON * Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0));
  for (let column = 0; column + 2 < size; column++) {
    const v = work.slice(column * size, (column + 1) * size).fill(0, 0, column + 1);
    const norm = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
    const first = v[column + 1]!;
    const reflected = first > 0 ? -norm : norm;
    v[column + 1] = first - reflected;
    const scale = norm <= negligible ? 0 : 1 / (norm * (norm + Math.abs(first))); // what is left is rounding, ever less of it
    reflections.push({ v, scale });
    work[column * size + column + 1] = reflected;
    if (scale === 0) continue;
    let overlap = 0; // v' image
    for (let row = column + 1; row < size; row++) {
      image[row] = scale * dot(work, row * size, v, column + 1, size);
      overlap += v[row]! * image[row]!;
    }
    for (let row = column + 1; row < size; row++) image[row]! -= 0.5 * scale * overlap * v[row]!;
    for (let row = column + 1; row < size; row++) {
      const left = v[row]!;
      const right = image[row]!;
      for (let other = column + 1; other < size; other++)
        work[row * size + other]! -= left * image[other]! + right * v[other]!;
    }
  }
  const diagonal = Float64Array.from({ length: size }, (_, at) => work[at * size + at]!);
  const offDiagonal = Float64Array.from({ length: size }, (_, at) =>
    at + 1 < size ? work[at * size + at + 1]! : 0,
  );
  return { diagonal, offDiagonal, vectors: applyReflections(reflections, size) };
}

/** Rows of (R_0 R_1 ... )', built from the last reflection back, each touching only the part it spans. */
function applyReflections(
  reflections: readonly { readonly v: Float64Array; readonly scale: number }[],
  size: number,
): Float64Array {
  const vectors = new Float64Array(size * size);
  for (let at = 0; at < size; at++) vectors[at * size + at] = 1;
  for (let column = reflections.length - 1; column >= 0; column--) {
    const { v, scale } = reflections[column]!;
    for (let row = column + 1; row < size; row++) {
      const factor = scale * dot(vectors, row * size, v, column + 1, size);
      for (let other = column + 1; other < size; other++) vectors[row * size + other]! -= factor * v[other]!;
    }
  }
  return vectors;
}

/** Sum of `rows[start + at] * v[at]` for `at` in from .. to - 1. */
function dot(rows: Float64Array, start: number, v: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += rows[start + at]! * v[at]!;
  return sum;
}

/** QL with implicit shifts: makes `offDiagonal` zero, leaving eigenvalues in `diagonal` and turning the rows of `vectors`. */
function diagonalize(diagonal: Float64Array, offDiagonal: Float64Array, vectors: Float64Array): void {
  const size = diagonal.length;
  const negligible = Number.EPSILON * normOf(diagonal, offDiagonal);
  for (let start = 0; start < size; start++)
    for (let round = 0; ; round++) {
      assert(round < 60, "the QL iteration converges");
      let end = start;
      while (end + 1 < size && Math.abs(offDiagonal[end]!) > negligible) end++;
      if (end === start) break;
      sweepOnce(diagonal, offDiagonal, vectors, start, end);
    }
}

/**
 * Rounding errors are of the size of the whole matrix: between two eigenvalues that are nearly zero beside the others, an element as
 * small as that would never be small beside its neighbours.
 */
function normOf(diagonal: Float64Array, offDiagonal: Float64Array): number {
  return diagonal.reduce(
    (norm, value, at) => Math.max(norm, Math.abs(value) + Math.abs(offDiagonal[at]!)),
    0,
  );
}

/** One implicit QL step on the unreduced block `start .. end`, shifted by the eigenvalue of its leading 2 x 2 block. */
function sweepOnce(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  vectors: Float64Array,
  start: number,
  end: number,
): void {
  const ratio = (diagonal[start + 1]! - diagonal[start]!) / (2 * offDiagonal[start]!);
  const root = Math.hypot(ratio, 1);
  let bulge = diagonal[end]! - diagonal[start]! + offDiagonal[start]! / (ratio + (ratio < 0 ? -root : root));
  let sine = 1;
  let cosine = 1;
  let carried = 0;
  for (let at = end - 1; at >= start; at--) {
    const coupling = sine * offDiagonal[at]!;
    const rest = cosine * offDiagonal[at]!;
    const length = Math.hypot(coupling, bulge);
    offDiagonal[at + 1] = length;
    if (length === 0) {
      diagonal[at + 1]! -= carried;
      offDiagonal[end] = 0;
      return;
    }
    sine = coupling / length;
    cosine = bulge / length;
    const above = diagonal[at + 1]! - carried;
    const turned = (diagonal[at]! - above) * sine + 2 * cosine * rest;
    carried = sine * turned;
    diagonal[at + 1] = above + carried;
    bulge = cosine * turned - rest;
    rotateRows(vectors, at, diagonal.length, cosine, sine);
  }
  diagonal[start]! -= carried;
  offDiagonal[start] = bulge;
  offDiagonal[end] = 0;
}

/** Turns rows `at` and `at + 1` in their plane. */
function rotateRows(vectors: Float64Array, at: number, size: number, cosine: number, sine: number): void {
  const lower = at * size;
  const upper = lower + size;
  for (let column = 0; column < size; column++) {
    const kept = vectors[upper + column]!;
    vectors[upper + column] = sine * vectors[lower + column]! + cosine * kept;
    vectors[lower + column] = cosine * vectors[lower + column]! - sine * kept;
  }
}
