import { assert } from "#base";

/**
 * @file The inner problem of iALS: given the vectors h_k and confidences c_k of the items one person engaged with, find
 *
 *     x = A^-1 b,     A = diag(d) + sum over k of c_k h_k h_k'
 *
 * where the dense part of A is diagonal because the factors live in the eigenbasis of their Gram matrix (`eigenbasis.ts`).
 * In the scaled unknown y = d^1/2 x with g_k = (c_k / d)^1/2 h_k this is (I + G' G) y = d^-1/2 b: the identity plus a matrix
 * of rank at most K, on which conjugate gradients (Hestenes and Stiefel 1952) end within K + 1 steps and mostly need far
 * fewer. A step costs 2 K D multiply-adds, an exact factorisation K D^2.
 */
export class RowSolver {
  readonly #size: number;
  /** `size` rounded up to whole groups of four, the rest zeros: the loops below take four at a time. */
  readonly #stride: number;
  /** (count, stride) scaled vectors g_k. */
  #vectors = new Float64Array(0);
  #count = 0;
  /** (D) d^1/2 and d^-1/2 */
  readonly #roots: Float64Array;
  readonly #inverseRoots: Float64Array;
  readonly #rightSide: Float64Array;
  readonly #solution: Float64Array;
  readonly #residual: Float64Array;
  readonly #direction: Float64Array;
  readonly #image: Float64Array;

  /** `size`: D, the length of the vectors. */
  constructor(size: number) {
    this.#size = size;
    this.#stride = Math.ceil(size / 4) * 4;
    this.#roots = new Float64Array(size);
    this.#inverseRoots = new Float64Array(size);
    this.#rightSide = new Float64Array(this.#stride);
    this.#solution = new Float64Array(this.#stride);
    this.#residual = new Float64Array(this.#stride);
    this.#direction = new Float64Array(this.#stride);
    this.#image = new Float64Array(this.#stride);
  }

  /**
   * Sets A: `vectors` of shape (rows, D) row-major, of which rows `rows[k]` are h_k; `weights[k]` is c_k; `diagonal(r)` is d_r.
   */
  setSystem(
    vectors: Float32Array,
    rows: Uint32Array,
    weights: Float32Array,
    diagonal: (position: number) => number,
  ): void {
    const size = this.#size;
    const stride = this.#stride;
    if (this.#vectors.length < rows.length * stride)
      this.#vectors = new Float64Array(2 * rows.length * stride);
    this.#count = rows.length;
    const roots = this.#roots;
    const inverseRoots = this.#inverseRoots;
    for (let at = 0; at < size; at++) {
      roots[at] = Math.sqrt(diagonal(at));
      assert(roots[at]! > 0, "the regularised diagonal is positive");
      inverseRoots[at] = 1 / roots[at]!;
    }
    const scaled = this.#vectors;
    for (let k = 0; k < rows.length; k++) {
      const weightRoot = Math.sqrt(weights[k]!);
      const from = rows[k]! * size;
      const to = k * stride;
      for (let at = 0; at < size; at++)
        scaled[to + at] = weightRoot * inverseRoots[at]! * vectors[from + at]!;
    }
  }

  /** Improves `x` towards A^-1 (sum of c_k h_k): the vector whose products with all h_k are near 1. */
  solveEngagements(x: Float32Array, weights: Float32Array, steps: number, tolerance: number): void {
    const right = this.#rightSide.fill(0);
    const stride = this.#stride;
    for (let k = 0; k < this.#count; k++) {
      const weightRoot = Math.sqrt(weights[k]!);
      for (let at = 0; at < stride; at++) right[at]! += weightRoot * this.#vectors[k * stride + at]!;
    }
    this.#solve(x, steps, tolerance);
  }

  /** Improves `x` towards A^-1 `target`. */
  solve(x: Float32Array, target: Float32Array, steps: number, tolerance: number): void {
    for (let at = 0; at < this.#size; at++) this.#rightSide[at] = target[at]! * this.#inverseRoots[at]!;
    this.#solve(x, steps, tolerance);
  }

  /** At most `steps` steps, or until the residual is `tolerance` of the right side; beyond rounding there is nothing to gain. */
  #solve(x: Float32Array, steps: number, tolerance: number): void {
    const [solution, residual, direction, image] = [
      this.#solution,
      this.#residual,
      this.#direction,
      this.#image,
    ];
    const stride = this.#stride;
    const roots = this.#roots;
    let isFromZero = true;
    for (let at = 0; at < this.#size; at++) {
      solution[at] = x[at]! * roots[at]!;
      if (x[at] !== 0) isFromZero = false;
    }
    residual.set(this.#rightSide);
    if (!isFromZero) {
      this.#applyTo(solution);
      for (let at = 0; at < stride; at++) residual[at]! -= image[at]!;
    }
    direction.set(residual);
    const goal = Math.max(tolerance, Number.EPSILON) ** 2 * squaredNorm(this.#rightSide);
    let error = squaredNorm(residual);
    for (let step = 0; step < steps && error > goal; step++) {
      const curvature = this.#applyTo(direction);
      const length = error / curvature;
      let next = 0;
      for (let at = 0; at < stride; at++) {
        solution[at]! += length * direction[at]!;
        const left = residual[at]! - length * image[at]!;
        residual[at] = left;
        next += left * left;
      }
      const kept = next / error;
      for (let at = 0; at < stride; at++) direction[at] = residual[at]! + kept * direction[at]!;
      error = next;
    }
    for (let at = 0; at < this.#size; at++) x[at] = solution[at]! * this.#inverseRoots[at]!;
  }

  /** `image = (I + G' G) vector`; returns `vector . image`. */
  #applyTo(vector: Float64Array): number {
    const image = this.#image;
    const vectors = this.#vectors;
    const stride = this.#stride;
    image.set(vector);
    let curvature = squaredNorm(vector);
    for (let from = 0; from < this.#count * stride; from += stride) {
      let [first, second, third, fourth] = [0, 0, 0, 0];
      for (let at = 0; at < stride; at += 4) {
        first += vectors[from + at]! * vector[at]!;
        second += vectors[from + at + 1]! * vector[at + 1]!;
        third += vectors[from + at + 2]! * vector[at + 2]!;
        fourth += vectors[from + at + 3]! * vector[at + 3]!;
      }
      const overlap = first + second + third + fourth;
      curvature += overlap * overlap;
      for (let at = 0; at < stride; at++) image[at]! += overlap * vectors[from + at]!;
    }
    return curvature;
  }
}

function squaredNorm(vector: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < vector.length; at++) sum += vector[at]! * vector[at]!;
  return sum;
}
